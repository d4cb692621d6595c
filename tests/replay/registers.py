"""What the register says when each golden history is folded; checked by hand when it was made."""

from __future__ import annotations

from typing import Any

EXPECTED: dict[str, dict[str, Any]] = {
    "pledge-life": {
        "CN:201819000001.1": {
            "version": 5,
            "patentees": [["2020-09-01", "Lanternhill Lampworks"]],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "in_force"]],
            "pledges": [
                {
                    "no": "Y2026990000001",
                    "since": "2026-03-02",
                    "pledgors": ["Lanternhill Lampworks"],
                    "pledgees": ["Bank of Lanternhill"],
                    "debtor": "Deng Zhao",
                    "amount": "4000000.00",
                    "shapes": 2,
                    "ended": ["2026-05-06", "deregistered"],
                },
                {
                    "no": "Y2026990000002",
                    "since": "2026-05-07",
                    "pledgors": ["Lanternhill Lampworks"],
                    "pledgees": ["Tidewater Savings Bank"],
                    "debtor": None,
                    "amount": "5000000.00",
                    "shapes": 1,
                    "ended": [None, None],
                },
            ],
        },
        "CN:201819000002.6": {
            "version": 4,
            "patentees": [["2020-09-01", "Lanternhill Lampworks"]],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "in_force"]],
            "pledges": [
                {
                    "no": "Y2026990000001",
                    "since": "2026-03-02",
                    "pledgors": ["Lanternhill Lampworks"],
                    "pledgees": ["Bank of Lanternhill"],
                    "debtor": "Deng Zhao",
                    "amount": "4000000.00",
                    "shapes": 2,
                    "ended": ["2026-04-07", "released"],
                }
            ],
        },
    },
    "transfer-with-pledge-continuing": {
        "CN:201819000001.1": {
            "version": 5,
            "patentees": [
                ["2020-09-01", "Lanternhill Lampworks"],
                ["2026-03-03", "Tidewater Instruments"],
                ["2026-03-16", "Tidewater Optical Instruments"],
            ],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "in_force"]],
            "pledges": [
                {
                    "no": "Y2026990000001",
                    "since": "2026-03-02",
                    "pledgors": ["Tidewater Instruments"],
                    "pledgees": ["Bank of Lanternhill"],
                    "debtor": None,
                    "amount": "5000000.00",
                    "shapes": 2,
                    "ended": [None, None],
                }
            ],
        },
        "filing:transfer-with-pledge-continuing-003": {
            "version": 2,
            "used_by": "transfer-with-pledge-continuing-004",
            "evidenced": False,
        },
    },
    "transfer-with-pledge-released": {
        "CN:201819000001.1": {
            "version": 4,
            "patentees": [
                ["2020-09-01", "Lanternhill Lampworks"],
                ["2026-03-03", "Tidewater Instruments"],
            ],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "in_force"]],
            "pledges": [
                {
                    "no": "Y2026990000001",
                    "since": "2026-03-02",
                    "pledgors": ["Lanternhill Lampworks"],
                    "pledgees": ["Bank of Lanternhill"],
                    "debtor": None,
                    "amount": "5000000.00",
                    "shapes": 1,
                    "ended": ["2026-03-03", "released"],
                }
            ],
        },
        "CN:201819000002.6": {
            "version": 2,
            "patentees": [["2020-09-01", "Lanternhill Lampworks"]],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "in_force"]],
            "pledges": [
                {
                    "no": "Y2026990000001",
                    "since": "2026-03-02",
                    "pledgors": ["Lanternhill Lampworks"],
                    "pledgees": ["Bank of Lanternhill"],
                    "debtor": None,
                    "amount": "5000000.00",
                    "shapes": 1,
                    "ended": [None, None],
                }
            ],
        },
        "filing:transfer-with-pledge-released-003": {
            "version": 2,
            "used_by": "transfer-with-pledge-released-004",
            "evidenced": False,
        },
    },
    "licence-life": {
        "CN:201819000001.1": {
            "version": 4,
            "patentees": [["2020-09-01", "Lanternhill Lampworks"]],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "in_force"]],
            "licences": [
                {
                    "id": "X2026990000001",
                    "kind": "ordinary",
                    "licensors": ["Lanternhill Lampworks"],
                    "licensees": ["Millbrook Mills"],
                    "recorded_on": "2026-03-02",
                    "from_to": ["2026-02-16", "2032-01-01"],
                    "royalty": "running",
                    "cancelled_on": "2026-06-01",
                }
            ],
        }
    },
    "open-licence-life": {
        "CN:201819000001.1": {
            "version": 5,
            "patentees": [["2020-09-01", "Lanternhill University"]],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "in_force"]],
            "licences": [
                {
                    "id": "open-licence-life-003",
                    "kind": "ordinary",
                    "licensors": ["Lanternhill University"],
                    "licensees": ["Millbrook Mills"],
                    "recorded_on": "2026-03-09",
                    "from_to": ["2026-02-25", "2030-01-01"],
                    "royalty": "lump_sum",
                    "cancelled_on": None,
                }
            ],
            "declarations": [["K2026990000001", "2026-02-02", "2030-01-01", "2026-04-01"]],
        }
    },
    "freezes": {
        "CN:201819000001.1": {
            "version": 8,
            "patentees": [["2020-09-01", "Lanternhill Lampworks"]],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "in_force"]],
            "preserved": [
                ["(2026) Lantern 1", "2026-03-05", "2026-10-08"],
                ["(2026) Lantern 2", "2026-10-08", "2027-04-09"],
            ],
            "suspended": [["(2027) Dispute 1", "2027-05-06", "2028-06-01", True]],
        }
    },
    "invalidation": {
        "CN:201819000001.1": {
            "version": 4,
            "patentees": [["2020-09-01", "Lanternhill Lampworks"]],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "in_force"]],
            "invalidations": [["4W990000", "2026-03-09", "partial", "2026-12-15"]],
        },
        "CN:201819000002.6": {
            "version": 6,
            "patentees": [["2020-09-01", "Lanternhill Lampworks"]],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "invalid"]],
            "pledges": [
                {
                    "no": "Y2026990000001",
                    "since": "2026-03-02",
                    "pledgors": ["Lanternhill Lampworks"],
                    "pledgees": ["Bank of Lanternhill"],
                    "debtor": None,
                    "amount": "5000000.00",
                    "shapes": 1,
                    "ended": [None, "revoked"],
                }
            ],
            "invalidations": [["4W990001", "2026-03-09", "whole", "2026-12-15"]],
        },
    },
    "fees-lapse-and-restoration": {
        "CN:201819000001.1": {
            "version": 5,
            "patentees": [["2020-09-01", "Lanternhill Lampworks"]],
            "terminates_on": "2038-10-10",
            "status": [["2020-09-01", "in_force"]],
            "fees": [[8, "2026-03-09"]],
        },
        "CN:201819000002.6": {
            "version": 3,
            "patentees": [["2020-09-01", "Lanternhill Lampworks"]],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "in_force"], ["2026-03-12", "abandoned"]],
            "fees": [[8, "2026-01-06"]],
        },
    },
    "identity-evidence": {
        "party:91999900MA90000210": {"version": 1, "used_by": None, "evidenced": True},
        "CN:201819000003.0": {
            "version": 2,
            "patentees": [["2020-09-01", "Oddly Numbered Lamps"]],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "in_force"]],
            "pledges": [
                {
                    "no": "Y2026990000001",
                    "since": "2026-03-02",
                    "pledgors": ["Oddly Numbered Lamps"],
                    "pledgees": ["Bank of Lanternhill"],
                    "debtor": None,
                    "amount": "5000000.00",
                    "shapes": 1,
                    "ended": [None, None],
                }
            ],
        },
    },
    "reduced-fees": {
        "CN:201819000001.1": {
            "version": 6,
            "patentees": [
                ["2020-09-01", "Lanternhill Lampworks"],
                ["2026-03-02", "Tidewater Instruments"],
            ],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "in_force"]],
            "fees": [[8, "2025-11-20"]],
        }
    },
    "obligations": {
        "CN:201819000001.1": {
            "version": 9,
            "patentees": [
                ["2020-09-01", "Lanternhill Lampworks"],
                ["2026-03-04", "Tidewater Instruments"],
            ],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "in_force"]],
            "pledges": [
                {
                    "no": "Y2026990000001",
                    "since": "2026-03-02",
                    "pledgors": ["Tidewater Instruments"],
                    "pledgees": ["Bank of Lanternhill"],
                    "debtor": None,
                    "amount": "5000000.00",
                    "shapes": 2,
                    "ended": ["2026-05-06", "deregistered"],
                }
            ],
            "licences": [
                {
                    "id": "X2026990000001",
                    "kind": "ordinary",
                    "licensors": ["Tidewater Instruments"],
                    "licensees": ["Millbrook Mills"],
                    "recorded_on": "2026-03-03",
                    "from_to": ["2026-02-16", "2030-01-01"],
                    "royalty": "lump_sum",
                    "cancelled_on": None,
                }
            ],
            "preserved": [["(2026) Lantern 1", "2026-04-01", "2026-10-02"]],
        },
        "filing:obligations-003": {
            "version": 2,
            "used_by": "obligations-004",
            "evidenced": False,
        },
        "filing:obligations-005": {
            "version": 2,
            "used_by": "obligations-006",
            "evidenced": False,
        },
    },
    "us-record": {
        "US:14999001": {
            "version": 8,
            "patentees": [["2015-07-20", "Nordlicht Leuchten"]],
            "status": [["2015-07-20", "unknown"]],
            "elsewhere": [["licence", "LICENSE (SEE DOCUMENT FOR DETAILS)."]],
        }
    },
    "corrections": {
        "CN:201819000001.1": {
            "version": 6,
            "patentees": [["2020-09-01", "Lanternhill Lampworks"]],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "in_force"]],
            "pledges": [
                {
                    "no": "Y2026990000001",
                    "since": "2026-03-02",
                    "pledgors": ["Lanternhill Lampworks"],
                    "pledgees": ["Bank of Lanternhill"],
                    "debtor": None,
                    "amount": "500000.00",
                    "shapes": 1,
                    "ended": [None, None],
                },
                {
                    "no": "Y2026990000002",
                    "since": "2026-03-17",
                    "pledgors": ["Lanternhill Lampworks"],
                    "pledgees": ["Tidewater Savings Bank"],
                    "debtor": None,
                    "amount": "5000000.00",
                    "shapes": 1,
                    "ended": [None, None],
                },
            ],
        },
        "CN:201819000002.6": {
            "version": 8,
            "patentees": [["2020-09-01", "Lanternhill Lampworks"]],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "in_force"]],
            "pledges": [
                {
                    "no": "Y2026990000001",
                    "since": "2026-03-02",
                    "pledgors": ["Lanternhill Lampworks"],
                    "pledgees": ["Bank of Lanternhill"],
                    "debtor": None,
                    "amount": "500000.00",
                    "shapes": 1,
                    "ended": [None, None],
                }
            ],
        },
    },
    "joint-filings": {
        "CN:201819000001.1": {
            "version": 2,
            "patentees": [["2020-09-01", "Deng Zhao"]],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "in_force"]],
            "pledges": [
                {
                    "no": "Y2026990000001",
                    "since": "2026-03-03",
                    "pledgors": ["Deng Zhao"],
                    "pledgees": ["Bank of Lanternhill"],
                    "debtor": None,
                    "amount": "5000000.00",
                    "shapes": 1,
                    "ended": [None, None],
                }
            ],
        },
        "CN:201819000002.6": {
            "version": 1,
            "patentees": [["2020-09-01", "Lanternhill Lampworks"]],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "in_force"]],
        },
        "CN:201819000003.0": {
            "version": 1,
            "patentees": [["2020-09-01", "Lanternhill Lampworks"]],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "in_force"]],
        },
        "filing:joint-filings-003": {
            "version": 3,
            "used_by": None,
            "evidenced": False,
            "prepared": "registered",
        },
        "filing:joint-filings-005": {
            "version": 2,
            "used_by": None,
            "evidenced": False,
            "prepared": "withdrawn",
        },
        "filing:joint-filings-007": {
            "version": 3,
            "used_by": None,
            "evidenced": False,
            "prepared": "refused",
        },
        "filing:joint-filings-009": {
            "version": 2,
            "used_by": None,
            "evidenced": False,
            "prepared": "refused",
        },
        "filing:joint-filings-011": {
            "version": 2,
            "used_by": None,
            "evidenced": False,
        },
    },
    "powers-of-attorney": {
        "CN:201819000001.1": {
            "version": 1,
            "patentees": [["2020-09-01", "Lanternhill Lampworks"]],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "in_force"]],
        },
        "party:91999900MA90000011": {"version": 3, "used_by": None, "evidenced": False},
        "party:person:4e24a5deb1f5a617fd7fd47fae6b6018": {
            "version": 1,
            "used_by": None,
            "evidenced": False,
        },
    },
    "contests": {
        "CN:201819000001.1": {
            "version": 1,
            "patentees": [["2020-09-01", "Lanternhill Lampworks"]],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "in_force"]],
        },
        "CN:201819000002.6": {
            "version": 3,
            "patentees": [["2020-09-01", "Lanternhill Lampworks"]],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "in_force"]],
            "licences": [
                {
                    "id": "X2026990000001",
                    "kind": "ordinary",
                    "licensors": ["Lanternhill Lampworks"],
                    "licensees": ["Millbrook Mills"],
                    "recorded_on": "2026-03-03",
                    "from_to": ["2026-02-16", "2030-01-01"],
                    "royalty": "lump_sum",
                    "cancelled_on": None,
                },
                {
                    "id": "X2026990000002",
                    "kind": "exclusive",
                    "licensors": ["Lanternhill Lampworks"],
                    "licensees": ["Tidewater Instruments"],
                    "recorded_on": "2026-03-05",
                    "from_to": ["2026-02-16", "2030-01-01"],
                    "royalty": "lump_sum",
                    "cancelled_on": None,
                },
            ],
        },
        "CN:201819000003.0": {
            "version": 2,
            "patentees": [["2020-09-01", "Lanternhill Lampworks"]],
            "terminates_on": "2038-06-12",
            "status": [["2020-09-01", "in_force"]],
            "pledges": [
                {
                    "no": "Y2026990000001",
                    "since": "2026-03-11",
                    "pledgors": ["Lanternhill Lampworks"],
                    "pledgees": ["Bank of Lanternhill"],
                    "debtor": None,
                    "amount": "5000000.00",
                    "shapes": 1,
                    "ended": [None, None],
                }
            ],
        },
        "filing:contests-002": {
            "version": 4,
            "used_by": None,
            "evidenced": False,
            "prepared": "refused",
        },
        "filing:contests-005": {
            "version": 5,
            "used_by": None,
            "evidenced": False,
            "prepared": "registered",
        },
        "filing:contests-007": {
            "version": 6,
            "used_by": None,
            "evidenced": False,
            "prepared": "registered",
        },
    },
}

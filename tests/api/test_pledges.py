"""Pledges over HTTP: registration, what is shown of it to whom, change, release, deregistration,
revocation.
"""

from __future__ import annotations

from tests.api.desk import Desk
from tests.builders import (
    BANK,
    register_pledge,
)


class TestRegisterPledge:
    def test_a_registered_pledge_is_searchable_at_once(self, served: Desk) -> None:
        patent = served.patent()
        answer = served.file("/v1/pledges", register_pledge(patents=(patent,)), "bank", BANK)
        assert answer.status_code == 201, answer.text
        receipt = answer.json()
        assert answer.headers["Ledger-Position"] == str(receipt["position"])
        assert answer.headers["Location"] == f"/v1/pledges/{receipt['registration_no']}"
        assert receipt["filed_by"] == f"bank:{BANK.credit_code}"
        extract = served.get(f"/v1/patents/{patent}").json()
        (held,) = extract["encumbrances"]
        assert held["registration_no"] == receipt["registration_no"]
        assert [p["name"] for p in held["pledgees"]] == [BANK.name]
        found = served.get(answer.headers["Location"]).json()
        assert found["state"] == "stands"
        assert [p["patent"] for p in found["patents"]] == [patent]
        assert "confidential" not in found

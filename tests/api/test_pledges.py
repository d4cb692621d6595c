"""Pledges over HTTP: registration, what is shown of it to whom, change, release, deregistration,
revocation.
"""

from __future__ import annotations

from datetime import date, timedelta

from ledger.domain.money import yuan
from tests.api.desk import Desk
from tests.builders import BANK, STATED_CLAIM, change_pledge, register_pledge


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


class TestWhatFollowsFromTheClaim:
    def test_ranks_are_public_and_parts_of_the_claim_are_for_its_parties(
        self, served: Desk
    ) -> None:
        patent = served.patent()
        maximum = STATED_CLAIM.model_copy(
            update={
                "maximum": True,
                "period_from": date(2026, 3, 2),
                "period_until": date(2027, 3, 2),
            }
        )
        receipt = served.registered(
            "/v1/pledges", register_pledge(patents=(patent,), claim=maximum)
        )
        number = receipt["registration_no"]
        more = maximum.model_copy(update={"amount": yuan("6000000")})
        served.clock.turn(days=1)
        served.registered(
            f"/v1/pledges/{number}/changes",
            change_pledge(registration_no=number, claim=more, patents=(patent,)),
        )
        (held,) = served.get(f"/v1/patents/{patent}").json()["encumbrances"]
        assert held["rank"] == 1
        own = served.get(f"/v1/pledges/{number}", "bank", BANK).json()["confidential"]
        amounts = [(part["since"], part["amount"]["amount"]) for part in own[0]["portions"]]
        day = date.fromisoformat(receipt["registered_on"])
        assert amounts == [
            (day.isoformat(), "5000000.00"),
            ((day + timedelta(days=1)).isoformat(), "1000000.00"),
        ]
        assert own[0]["fixed"] is None
        later = served.get(f"/v1/pledges/{number}", "bank", BANK, effective_on="2027-03-03").json()
        assert later["confidential"][0]["fixed"] == {
            "since": "2027-03-03",
            "because": "period_ended",
        }

"""Powers of attorney over HTTP: given, shown to their parties, used and revoked."""

from __future__ import annotations

import pytest

from ledger.domain.parties import PartyDetails
from tests.api.desk import Desk
from tests.builders import (
    BANK,
    INSTRUMENTS,
    INVENTOR,
    LAMPWORKS,
    MILLS,
    OTHER_BANK,
    credit_code,
    ref,
    refs,
    register_pledge,
)

AGENCY = PartyDetails(name="Lamp Street Agency", credit_code=credit_code(71))


def path(served: Desk, party: PartyDetails) -> str:
    return f"/v1/parties/{served.party(party)}/powers-of-attorney"


class TestUsing:
    def test_an_online_bank_agent_files_for_pledgor_and_pledgee(self, served: Desk) -> None:
        pledge = register_pledge(patents=(served.patent(),), signed_by=())
        stated = {"prepare": True}
        assert served.file("/v1/pledges", pledge, "agency", AGENCY, **stated).status_code == 403
        powers = [served.empower(who, AGENCY, "pledge") for who in (LAMPWORKS, BANK)]
        prepared = served.registered("/v1/pledges", pledge, "agency", AGENCY, **stated)
        where = f"/v1/filings/{prepared['filing_id']}/confirmations"
        for who in (LAMPWORKS, BANK):
            answer = served.registered(where, {"by": ref(who)}, "agency", AGENCY)
        assert answer["prepared"]["state"] == "registered"
        assert answer["filed_by"] == f"agency:{ref(AGENCY)}"
        revocation = f"{path(served, BANK)}/{powers[1]}/revocation"
        served.registered(revocation, {}, "bank", BANK)
        (power,) = served.get(path(served, BANK), "bank", BANK).json()["powers"]
        assert (power["counts"], power["revoked_on"]) == (False, "2026-03-02")

    def test_a_power_that_is_revoked_or_over_counts_no_longer(self, served: Desk) -> None:
        pledge = register_pledge(
            patents=(served.patent(),),
            pledgees=(OTHER_BANK,),
            signed_by=refs(LAMPWORKS, OTHER_BANK),
        )
        power = served.empower(OTHER_BANK, INSTRUMENTS, "pledge", last_day="2026-03-31")
        answer = served.file("/v1/pledges", pledge, "bank", INSTRUMENTS, dry_run=True)
        assert answer.status_code == 200, answer.text
        revocation = f"{path(served, OTHER_BANK)}/{power}/revocation"
        assert served.file(revocation, {}, "bank", MILLS).status_code == 404
        served.registered(revocation, {}, "bank", INSTRUMENTS)
        answer = served.file("/v1/pledges", pledge, "bank", INSTRUMENTS, dry_run=True)
        assert answer.json()["type"] == "/problems/not-a-party"
        assert served.file(revocation, {}, "bank", OTHER_BANK).status_code == 404


class TestGiving:
    def test_a_party_gives_its_own(self, served: Desk) -> None:
        served.empower(MILLS, AGENCY, "licence", role="licensee")
        body = served.get(path(served, MILLS), "licensee", MILLS).json()
        (power,) = body["powers"]
        assert (power["agent"]["name"], power["kinds"]) == (AGENCY.name, ["licence"])
        assert power["counts"]

    def test_nobody_gives_another_s(self, served: Desk) -> None:
        body = {
            "agent": {"name": "Self", "credit_code": ref(MILLS)},
            "kinds": ["pledge"],
            "valid_from": "2026-01-01",
            "documents": [{"kind": "power-of-attorney", "digest": "0" * 64}],
        }
        answer = served.file(path(served, LAMPWORKS), body, "licensee", MILLS)
        assert answer.json()["type"] == "/problems/not-a-party"

    @pytest.mark.parametrize(
        ("changed", "pointer"),
        [
            ({"kinds": []}, "/kinds"),
            ({"kinds": ["all"]}, "/kinds/0"),
            ({"documents": []}, "/documents"),
            ({"last_day": "2000-01-01"}, ""),
        ],
    )
    def test_what_is_wrong_is_pointed_at(
        self, served: Desk, changed: dict[str, object], pointer: str
    ) -> None:
        body = {
            "agent": {"name": "Agent", "credit_code": ref(MILLS)},
            "kinds": ["pledge"],
            "valid_from": "2026-01-01",
            "documents": [{"kind": "power-of-attorney", "digest": "0" * 64}],
        }
        answer = served.file(path(served, LAMPWORKS), body | changed)
        assert answer.status_code == 422, answer.text
        assert pointer in [error["pointer"] for error in answer.json()["errors"]]


class TestSeeing:
    def test_its_parties_see_it_and_nobody_else(self, served: Desk) -> None:
        power = served.empower(INVENTOR, UNIVERSITY_S_AGENT, "licence")
        seen = {
            ("patentee", INVENTOR): 1,
            ("agency", UNIVERSITY_S_AGENT): 1,
            ("registrar", None): 1,
            ("auditor", None): 1,
            ("bank", MILLS): 0,
        }
        for (role, party), count in seen.items():
            holder = served.party(party) if party else None
            shown = served.get(path(served, INVENTOR), role, holder)
            assert len(shown.json()["powers"]) == count, (role, shown.text)
            filing = served.get(f"/v1/filings/{power}", role, holder)
            assert filing.status_code == (200 if count else 404), (role, filing.text)
        assert served.get(path(served, INVENTOR)).status_code == 401
        assert served.get(path(served, INVENTOR), "agency").status_code == 404

    def test_what_was_known_before_stays_known(self, served: Desk) -> None:
        before = served.head()
        served.empower(INVENTOR, MILLS, "licence")
        asked = path(served, INVENTOR)
        assert served.get(asked, "auditor", known_at=before).json()["known_at"] == before
        now = served.get(asked, "auditor").json()["powers"]
        then = served.get(asked, "auditor", known_at=before).json()["powers"]
        assert len(now) == len(then) + 1

    def test_it_is_no_evidence_of_identity(self, served: Desk) -> None:
        served.empower(UNIVERSITY_S_AGENT, MILLS, "licence")
        shown = served.get(f"/v1/parties/{ref(UNIVERSITY_S_AGENT)}", "auditor").json()
        assert shown["identity_evidenced"] is False


UNIVERSITY_S_AGENT = PartyDetails(name="Quay Agency", credit_code=credit_code(72))

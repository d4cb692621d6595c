"""Joint filings over HTTP: prepared by one, confirmed by the others, registered or refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ledger.domain.lifecycle import PayAnnualFee
from ledger.domain.parties import PartyDetails
from ledger.means import Means
from tests.api.desk import Desk
from tests.api.test_filings import contents
from tests.api.test_patents import as_fact
from tests.builders import (
    BANK,
    INVENTOR,
    LAMPWORKS,
    MILLS,
    OTHER_BANK,
    deregister_pledge,
    fact,
    record_consent,
    ref,
    refs,
    register_pledge,
    register_transfer,
)
from tests.eventstore.ledgers import SECRET

Json = dict[str, Any]


def prepare(served: Desk, patent: str, **fields: Any) -> Json:
    """A pledge that the bank has prepared."""
    stated = {"patents": (patent,), "signed_by": refs(BANK)} | fields
    answer = served.file("/v1/pledges", register_pledge(**stated), "bank", BANK, prepare=True)
    assert answer.status_code == 201, answer.text
    receipt: Json = answer.json()
    assert answer.headers["Location"] == f"/v1/filings/{receipt['filing_id']}"
    return receipt


def confirm(served: Desk, filing: Json, who: PartyDetails | str, role: str = "patentee") -> Any:
    path = f"/v1/filings/{filing['filing_id']}/confirmations"
    return served.file(path, {}, role, who)


def told(served: Desk, filing: Json, role: str = "bank", who: Any = BANK) -> Json:
    answer = served.get(f"/v1/filings/{filing['filing_id']}", role, who)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()["prepared"]
    return found


def waiting(served: Desk, role: str, who: Any = None, **asked: Any) -> list[str]:
    answer = served.get("/v1/filings", role, who, **asked)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["returned"] == len(body["filings"])
    return [filing["filing_id"] for filing in body["filings"]]


def test_a_pledge_is_registered_when_all_have_confirmed(served: Desk) -> None:
    patent = served.patent(patentees=(LAMPWORKS, MILLS))
    filing = prepare(served, patent)
    assert filing["prepared"]["state"] == "awaiting_confirmation"
    assert [p["name"] for p in filing["prepared"]["awaiting"]] == [LAMPWORKS.name, MILLS.name]
    assert filing["registration_no"] is None
    before = served.get(f"/v1/patents/{patent}").json()
    assert before["encumbrances"] == []

    served.clock.turn(minutes=5)
    first = confirm(served, filing, LAMPWORKS).json()
    assert first["prepared"]["state"] == "awaiting_confirmation"
    shown = told(served, filing, "patentee", MILLS)
    assert [(p["name"], p["confirmed"]) for p in shown["asked"]] == [
        (LAMPWORKS.name, True),
        (BANK.name, True),
        (MILLS.name, False),
    ]
    assert shown["asked"][0]["confirmed_at"] > shown["prepared_at"]
    assert shown["body"]["claim"]["amount"]["amount"] == "5000000.00"

    last = confirm(served, filing, MILLS)
    assert last.status_code == 201
    receipt = last.json()
    assert receipt["prepared"]["state"] == "registered"
    no = receipt["registration_no"]
    assert served.get(f"/v1/pledges/{no}").json()["state"] == "stands"
    shown = told(served, filing)
    assert (shown["state"], shown["registered_as"]) == ("registered", receipt["filing_id"])
    assert shown["decided_at"] == receipt["recorded_at"]
    entries = served.get(f"/v1/filings/{receipt['filing_id']}", "auditor").json()["entries"]
    assert [e["topic"] for e in entries] == [
        "filing.confirmed",
        "filing.decided",
        "pledge.registered",
    ]
    again = confirm(served, filing, MILLS)
    assert [f["rule"] for f in again.json()["findings"]] == [
        "joint-filing-open",
        "joint-filing-asked",
    ]


def test_nothing_of_it_is_public(served: Desk) -> None:
    patent = served.patent()
    history = served.get(f"/v1/patents/{patent}/history").json()["entries"]
    filing = prepare(served, patent)
    rows = served.owner.execute(
        "SELECT convert_from(state, 'UTF8') FROM stored_events WHERE originator_id = %s",
        [f"filing:{filing['filing_id']}"],
    ).fetchall()
    (entry, opened) = rows[0][0].split("\n")
    assert set(json.loads(entry)) == {"digests"}
    assert patent in opened
    assert patent not in entry
    assert served.get(f"/v1/patents/{patent}/history").json()["entries"] == history
    path = f"/v1/filings/{filing['filing_id']}"
    for role, who in (("bank", OTHER_BANK), ("patentee", MILLS)):
        assert served.get(path, role, who).status_code == 404
        assert confirm(served, filing, who, role).status_code == 404
        assert served.file(f"{path}/withdrawal", {}, role, who).status_code == 404
    assert served.get(path).status_code == 401
    office = served.get(path, "registrar").json()["prepared"]
    assert "body" not in office
    assert [p["name"] for p in office["awaiting"]] == [LAMPWORKS.name]


def test_a_repeated_preparation_is_one(served: Desk) -> None:
    patent = served.patent()
    filing = register_pledge(patents=(patent,), signed_by=refs(BANK))
    first, again = (
        served.file("/v1/pledges", filing, "bank", BANK, key="prepared once", prepare=True)
        for _ in range(2)
    )
    assert first.content == again.content
    # The same body under the same key, and not prepared, is another filing.
    other = served.file("/v1/pledges", filing, "bank", BANK, key="prepared once")
    assert other.status_code == 422


def test_what_refuses_it_is_told_to_all_and_cured(served: Desk) -> None:
    """Refused for an overdue fee; paid; confirmed once more and judged again."""
    patent = served.patent(fees_paid_through=7)
    filing = prepare(served, patent)
    refused = confirm(served, filing, LAMPWORKS)
    assert refused.status_code == 201
    shown = refused.json()["prepared"]
    assert shown["state"] == "refused"
    assert "pledge-fee-current" in {f["rule"] for f in shown["findings"]}
    assert told(served, filing)["findings"] == shown["findings"]
    assert filing["filing_id"] in waiting(served, "registrar", state="refused")
    paid = fact(PayAnnualFee, patents=(patent,), fee_year=8)
    served.registered(f"/v1/patents/{patent}/facts", as_fact(paid))
    cured = confirm(served, filing, BANK, "bank").json()
    assert cured["prepared"]["state"] == "registered"
    assert filing["filing_id"] not in waiting(served, "registrar")


def test_it_expires(served: Desk) -> None:
    patent = served.patent()
    filing = prepare(served, patent)
    served.clock.turn(days=40)
    shown = told(served, filing)
    assert shown["state"] == "expired"
    late = confirm(served, filing, LAMPWORKS)
    assert late.status_code == 409
    (finding,) = late.json()["findings"]
    assert (finding["rule"], finding["fact"]) == ("joint-filing-open", {"state": "expired"})
    assert filing["filing_id"] not in waiting(served, "registrar")


def test_a_party_gives_it_up(served: Desk) -> None:
    filing = prepare(served, served.patent())
    path = f"/v1/filings/{filing['filing_id']}/withdrawal"
    served.registered(path, {"reason": "Another bank."}, "patentee", LAMPWORKS)
    shown = told(served, filing)
    assert shown["state"] == "withdrawn"
    assert shown["withdrawn_at"]
    assert confirm(served, filing, LAMPWORKS).status_code == 409


def test_the_registrar_refuses_on_another_ground(served: Desk) -> None:
    filing = prepare(served, served.patent())
    path = f"/v1/filings/{filing['filing_id']}/refusal"
    assert served.file(path, {"reason": "x"}, "bank", BANK).status_code == 403
    receipt = served.registered(path, {"reason": "The contract is forged."})
    (finding,) = [f for f in receipt["prepared"]["findings"] if f["rule"] == "pledge-other-ground"]
    assert finding["fact"] == {"reason": "The contract is forged."}
    assert finding["article"] == "PPM 11(12)"
    assert told(served, filing)["state"] == "refused"
    assert confirm(served, filing, LAMPWORKS).status_code == 409
    assert served.file(path, {"reason": "Again."}).status_code == 409


def test_the_queue_is_for_those_concerned(served: Desk) -> None:
    mine = prepare(served, served.patent())["filing_id"]
    assert mine in waiting(served, "registrar")
    assert mine in waiting(served, "auditor")
    assert mine in waiting(served, "patentee", LAMPWORKS)
    assert mine in waiting(served, "bank", BANK)
    assert mine not in waiting(served, "bank", OTHER_BANK)
    assert mine not in waiting(served, "bank", None)
    listed = served.get("/v1/filings", "registrar").json()["filings"]
    (row,) = [filing for filing in listed if filing["filing_id"] == mine]
    assert row["awaiting"] == [{"id": ref(LAMPWORKS), "name": LAMPWORKS.name}]
    assert row["command"] == "RegisterPledge"
    assert len(waiting(served, "registrar", limit=1)) == 1
    assert served.get("/v1/filings", "public").status_code == 403


def test_a_natural_person_confirms_by_its_pseudonym(served: Desk) -> None:
    """The identity number stands in no entry, and the filing is judged with it all the same."""
    patent = served.patent(patentees=(INVENTOR,))
    filing = prepare(served, patent, pledgors=(INVENTOR,))
    states = served.owner.execute(
        "SELECT convert_from(state, 'UTF8') FROM stored_events WHERE originator_id = %s",
        [f"filing:{filing['filing_id']}"],
    ).fetchall()
    assert str(INVENTOR.identity_number) not in str(states)
    own = f"person:{Means(secret=SECRET).pseudonym(str(INVENTOR.identity_number))}"
    assert filing["prepared"]["awaiting"][0]["id"] == own
    receipt = confirm(served, filing, own).json()
    assert receipt["prepared"]["state"] == "registered"
    (pledge,) = served.get(f"/v1/patents/{patent}").json()["encumbrances"]
    assert pledge["pledgors"][0]["id"] == own


def test_a_person_s_filing_whose_values_were_erased_is_not_judged(served: Desk) -> None:
    patent = served.patent(patentees=(INVENTOR,))
    filing = prepare(served, patent, pledgors=(INVENTOR,))
    served.owner.execute("DELETE FROM personal WHERE position = %s", [filing["position"]])
    own = filing["prepared"]["awaiting"][0]["id"]
    answer = confirm(served, filing, own)
    assert answer.status_code == 409
    (finding,) = answer.json()["findings"]
    assert finding["fact"] == {"erased": True}


def test_a_deregistration_is_prepared_by_the_number(served: Desk) -> None:
    patent = served.patent()
    pledge = served.registered("/v1/pledges", register_pledge(patents=(patent,)), "bank", BANK)
    no = pledge["registration_no"]
    body = deregister_pledge(registration_no=no, signed_by=())
    path = f"/v1/pledges/{no}/deregistration"
    answer = served.file(path, body, "bank", BANK, prepare=True)
    assert answer.status_code == 201, answer.text
    filing = answer.json()
    assert [p["name"] for p in filing["prepared"]["awaiting"]] == [LAMPWORKS.name]
    receipt = confirm(served, filing, LAMPWORKS).json()
    assert (receipt["prepared"]["state"], receipt["registration_no"]) == ("registered", no)
    assert served.get(f"/v1/pledges/{no}").json()["state"] == "ended"


def test_what_moves_on_meanwhile_does_not_overtake_it(served: Desk) -> None:
    patent = served.patent()
    stale = register_pledge(patents=(patent,), signed_by=refs(BANK), expected_versions={patent: 7})
    overtaken = served.file("/v1/pledges", stale, "bank", BANK, prepare=True)
    assert overtaken.json()["type"] == "/problems/overtaken"
    filing = prepare(served, patent, expected_versions={patent: 1})
    paid = fact(PayAnnualFee, patents=(patent,), fee_year=9)
    served.registered(f"/v1/patents/{patent}/facts", as_fact(paid))
    assert confirm(served, filing, LAMPWORKS).json()["prepared"]["state"] == "registered"


class TestBodies:
    def test_acts_of_one_party_are_not_prepared(self, served: Desk) -> None:
        paid = as_fact(fact(PayAnnualFee, fee_year=9))
        patent = served.patent()
        answer = served.file(f"/v1/patents/{patent}/facts", paid, prepare=True)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["parameter"] == "prepare"

    def test_what_needs_nobody_else_is_filed(self, served: Desk) -> None:
        filing = register_pledge(patents=(served.patent(),))
        answer = served.file("/v1/pledges", filing, "bank", BANK, prepare=True)
        assert [f["rule"] for f in answer.json()["findings"]] == ["joint-filing-awaits-others"]

    def test_it_can_be_tried(self, served: Desk) -> None:
        filing = prepare(served, served.patent())
        before = contents(served)
        path = f"/v1/filings/{filing['filing_id']}/confirmations"
        answer = served.file(path, {}, "patentee", LAMPWORKS, dry_run=True)
        assert answer.status_code == 200, answer.text
        assert [e["topic"] for e in answer.json()["entries"]] == [
            "filing.confirmed",
            "filing.decided",
            "pledge.registered",
        ]
        assert contents(served) == before

    @pytest.mark.parametrize("name", ["nothing", "a" * 100])
    def test_what_is_not_there_is_not_found(self, served: Desk, name: str) -> None:
        assert served.file(f"/v1/filings/{name}/confirmations", {}).status_code == 404


class TestConsents:
    def test_a_consent_is_taken_back_before_it_is_used(self, served: Desk) -> None:
        patent = served.patent()
        served.registered("/v1/pledges", register_pledge(patents=(patent,)), "bank", BANK)
        given = served.registered("/v1/consents", record_consent(patents=(patent,)), "bank", BANK)
        consent = given["filing_id"]
        path = f"/v1/consents/{consent}/withdrawal"
        assert served.file(path, {}, "patentee", LAMPWORKS).status_code == 404
        served.registered(path, {}, "bank", BANK)
        transfer = register_transfer(patents=(patent,), consents=(consent,))
        refused = served.file("/v1/transfers", transfer, "patentee", LAMPWORKS).json()
        (finding,) = [f for f in refused["findings"] if f["rule"] == "transfer-pledgee-consent"]
        assert finding["fact"]["consents"] == {consent: "withdrawn"}
        again = served.file(path, {}, "bank", BANK)
        assert [f["rule"] for f in again.json()["findings"]] == ["consent-withdrawal"]

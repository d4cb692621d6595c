"""Contests over HTTP: a refusal contested with its filing, decided by the registrar; the status of
a filing through all of it."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from ledger.domain.events import Document
from ledger.domain.lawsettings import LawSettings
from ledger.domain.licences import RecordLicence
from ledger.domain.lifecycle import PayAnnualFee
from tests.api.desk import Desk, as_body
from tests.api.test_joint import confirm, prepare, waiting
from tests.api.test_patents import as_fact
from tests.builders import (
    BANK,
    INSTRUMENTS,
    INVENTOR,
    LAMPWORKS,
    MILLS,
    OTHER_BANK,
    change_name,
    fact,
    ref,
    refs,
    register_pledge,
)
from tests.domain.test_licences import record_licence

Json = dict[str, Any]
REASON = "The co-owner signed; see the second page of the contract."


def contest(
    served: Desk, filing: Any, route: str = "/v1/pledges", who: Any = BANK, role: str = "bank"
) -> httpx2.Response:
    body = {"route": route, "body": as_body(filing), "reason": REASON}
    return served.file("/v1/contests", body, role, who)


def decide(served: Desk, filing: str, outcome: str, *waive: str, **asked: Any) -> httpx2.Response:
    body = {"outcome": outcome, "waive": waive, "reason": "As the papers stand."}
    return served.file(f"/v1/filings/{filing}/contest/decision", body, "registrar", **asked)


def told(served: Desk, filing: str, role: str = "bank", who: Any = BANK) -> Json:
    answer = served.get(f"/v1/filings/{filing}", role, who)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def states(filing: Json) -> list[str]:
    assert filing["status"]["state"] == filing.get("prepared", filing["status"])["state"]
    times = [step["at"] for step in filing["status"]["steps"]]
    assert times == sorted(times)
    return [step["state"] for step in filing["status"]["steps"]]


def contested(served: Desk, patent: str, **fields: Any) -> str:
    """The id of a contest of a refused pledge: an annual fee is overdue."""
    filing = register_pledge(patents=(patent,), **fields)
    refused = served.file("/v1/pledges", filing, "bank", BANK)
    assert refused.status_code == 409
    answer = contest(served, filing)
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    assert answer.headers["Location"] == f"/v1/filings/{receipt['filing_id']}"
    assert receipt["prepared"]["state"] == "contested"
    rules = [finding["rule"] for finding in receipt["prepared"]["findings"]]
    assert rules == [finding["rule"] for finding in refused.json()["findings"]]
    return str(receipt["filing_id"])


class TestContesting:
    def test_filing_findings_and_reason_are_on_record_and_in_the_queue(self, served: Desk) -> None:
        patent = served.patent(fees_paid_through=5)
        filing = contested(served, patent)
        for role, who in (("bank", BANK), ("patentee", LAMPWORKS), ("registrar", None)):
            shown = told(served, filing, role, who)
            assert states(shown) == ["refused", "contested"]
            assert shown["prepared"]["contest"]["reason"] == REASON
            assert "pledge-fee-current" in [f["rule"] for f in shown["prepared"]["findings"]]
            assert filing in waiting(served, role, who, state="contested")
            assert filing in waiting(served, role, who)
        assert told(served, filing)["prepared"]["body"]["claim"]["amount"]["amount"] == "5000000.00"
        assert "body" not in told(served, filing, "registrar", None)["prepared"]
        for role, who in (("bank", OTHER_BANK), ("patentee", MILLS)):
            assert served.get(f"/v1/filings/{filing}", role, who).status_code == 404
            assert filing not in waiting(served, role, who)
        assert served.get(f"/v1/patents/{patent}").json()["encumbrances"] == []
        served.clock.turn(days=40)
        assert told(served, filing)["status"]["state"] == "contested"

    def test_nothing_of_it_is_public(self, served: Desk) -> None:
        patent = served.patent(fees_paid_through=5)
        history = served.get(f"/v1/patents/{patent}/history").json()["entries"]
        filing = contested(served, patent)
        assert served.get(f"/v1/patents/{patent}/history").json()["entries"] == history
        public = served.owner.execute(
            "SELECT split_part(convert_from(state, 'UTF8'), E'\\n', 1) FROM stored_events "
            "WHERE originator_id = %s",
            [f"filing:{filing}"],
        ).fetchall()
        assert len(public) == 3
        for (entry,) in public:
            assert patent not in entry
            assert "second page" not in entry

    def test_a_refusal_that_nobody_contests_leaves_nothing(self, served: Desk) -> None:
        head = served.head()
        filing = register_pledge(patents=(number_of(served),), signed_by=())
        assert served.file("/v1/pledges", filing, "bank", BANK).status_code == 409
        assert served.head() == head + 1

    def test_what_nothing_refuses_is_to_be_filed(self, served: Desk) -> None:
        answer = contest(served, register_pledge(patents=(served.patent(),)))
        assert [f["rule"] for f in answer.json()["findings"]] == ["contest-of-a-refusal"]

    def test_it_is_filed_as_at_its_route(self, served: Desk) -> None:
        patent = served.patent(fees_paid_through=5)
        pledge = register_pledge(patents=(patent,))
        assert contest(served, pledge, who=OTHER_BANK).status_code == 403
        assert contest(served, pledge, role="licensee", who=MILLS).status_code == 403
        assert contest(served, pledge, route="/v1/rules").status_code == 404
        assert contest(served, pledge, route="/v1/batches").status_code == 404
        wrong = as_body(pledge) | {"patents": ["x"]}
        assert contest(served, wrong).json()["errors"][0]["pointer"] == "/patents/0"
        paid = as_fact(fact(PayAnnualFee, fee_year=9))
        office = contest(served, paid, f"/v1/patents/{patent}/facts", None, "registrar")
        assert [f["rule"] for f in office.json()["findings"]] == ["contest-of-a-refusal"]
        head = served.head()
        answer = served.file(
            "/v1/contests",
            {"route": "/v1/pledges", "body": as_body(pledge), "reason": REASON},
            "bank",
            BANK,
            dry_run=True,
        )
        assert (answer.status_code, served.head()) == (200, head)

    def test_one_that_comes_again_is_one(self, served: Desk) -> None:
        patent = served.patent(fees_paid_through=5)
        body = {"route": "/v1/pledges", "body": as_body(register_pledge(patents=(patent,)))}
        first, again = (
            served.file("/v1/contests", body | {"reason": REASON}, "bank", BANK, key=f"c-{patent}")
            for _ in range(2)
        )
        assert first.content == again.content

    def test_nobody_is_taken_to_have_signed_who_has_not(self, served: Desk) -> None:
        patent = served.patent()
        filing = contested(served, patent, signed_by=refs(BANK))
        assert served.get(f"/v1/filings/{filing}", "patentee", LAMPWORKS).status_code == 404
        decided = decide(served, filing, "set_aside").json()
        assert decided["prepared"]["state"] == "refused"
        assert served.get(f"/v1/patents/{patent}").json()["encumbrances"] == []

    def test_personal_values_stay_out_of_the_log(self, served: Desk) -> None:
        patent = served.patent(patentees=(INVENTOR,), fees_paid_through=5)
        filing = contested(served, patent, pledgors=(INVENTOR,), signed_by=refs(BANK, INVENTOR))
        stored = served.owner.execute(
            "SELECT convert_from(state, 'UTF8') FROM stored_events WHERE originator_id = %s",
            [f"filing:{filing}"],
        ).fetchall()
        assert INVENTOR.identity_number not in str(stored)
        served.file(f"/v1/patents/{patent}/facts", as_fact(fact(PayAnnualFee, fee_year=6)))
        served.file(f"/v1/patents/{patent}/facts", as_fact(fact(PayAnnualFee, fee_year=7)))


def number_of(served: Desk) -> str:
    return served.patent()


def exclusive_of(patent: str) -> RecordLicence:
    """An exclusive licence by a contract of its own."""
    contract = Document(kind="licence-contract", digest="ab" * 32)
    return record_licence(
        patents=(patent,), kind="exclusive", licensees=(INSTRUMENTS,), documents=(contract,)
    )


class TestDeciding:
    def test_upheld_it_stays_refused_for_good(self, served: Desk) -> None:
        filing = contested(served, served.patent(fees_paid_through=5))
        served.clock.turn(minutes=5)
        answer = decide(served, filing, "upheld")
        assert answer.status_code == 201, answer.text
        shown = told(served, filing)
        assert states(shown) == ["refused", "contested", "refused"]
        office = shown["prepared"]["contest"]
        assert (office["outcome"], office["grounds"]) == ("upheld", "As the papers stand.")
        assert filing not in waiting(served, "registrar", state="contested")
        assert decide(served, filing, "upheld").status_code == 409
        again = served.file(f"/v1/filings/{filing}/contest", {"reason": "Again."}, "bank", BANK)
        assert again.status_code == 409
        assert confirm(served, {"filing_id": filing}, LAMPWORKS).status_code == 409

    def test_set_aside_it_is_judged_on_what_is_now_on_record(self, served: Desk) -> None:
        patent = served.patent(fees_paid_through=5)
        filing = contested(served, patent)
        for year in (6, 7, 8):
            paid = as_fact(fact(PayAnnualFee, fee_year=year))
            served.registered(f"/v1/patents/{patent}/facts", paid)
        served.clock.turn(minutes=5)
        answer = decide(served, filing, "set_aside")
        receipt = answer.json()
        assert receipt["prepared"]["state"] == "registered"
        shown = told(served, filing)
        assert states(shown) == ["refused", "contested", "registered"]
        assert shown["prepared"]["registered_as"] == receipt["filing_id"]
        pledge = served.get(f"/v1/pledges/{receipt['registration_no']}").json()
        assert pledge["state"] == "stands"
        entries = told(served, receipt["filing_id"], "auditor", None)["entries"]
        assert [entry["topic"] for entry in entries] == [
            "filing.contest_decided",
            "filing.decided",
            "pledge.registered",
        ]

    def test_set_aside_what_still_refuses_it_is_told(self, served: Desk) -> None:
        patent = served.patent(fees_paid_through=5)
        filing = contested(served, patent)
        assert decide(served, filing, "set_aside").json()["prepared"]["state"] == "refused"
        assert states(told(served, filing)) == ["refused", "contested", "refused"]

    def test_a_ground_is_waived_by_name_where_the_law_leaves_room(self, served: Desk) -> None:
        """An exclusive licence beside an ordinary one: a reading that is the office's to choose."""
        patent = served.patent()
        served.registered(
            "/v1/licences",
            record_licence(patents=(patent,), kind="ordinary", licensees=(MILLS,)),
            "registrar",
        )
        exclusive = exclusive_of(patent)
        answer = contest(served, exclusive, "/v1/licences", LAMPWORKS, "patentee")
        filing = answer.json()["filing_id"]
        found = [f["rule"] for f in answer.json()["prepared"]["findings"] if f["severity"] == "R"]
        assert found == ["licence-no-conflict"]
        assert decide(served, filing, "set_aside", dry_run=True).status_code == 200
        receipt = decide(served, filing, "set_aside", "licence-no-conflict").json()
        assert receipt["prepared"]["state"] == "registered", receipt
        entries = told(served, receipt["filing_id"], "auditor", None)["entries"]
        decision, _, licence = entries
        assert decision["open"]["waived"][1] == ["licence-no-conflict"]
        read = LawSettings(ordinary_licence_bars_exclusive=False).digest()
        assert licence["entry"]["judged_under"]["settings"] == read
        assert decision["open"]["judged_under"][1]["settings"] == LawSettings().digest()
        # The next filing is judged as the office reads the law.
        other = served.patent()
        served.registered(
            "/v1/licences", record_licence(patents=(other,), kind="ordinary", licensees=(MILLS,))
        )
        again = served.file(
            "/v1/licences",
            exclusive_of(other),
            "patentee",
            LAMPWORKS,
        )
        assert again.status_code == 409

    @pytest.mark.parametrize("rule", ["pledge-fee-current", "pledge-no-live-pledge"])
    def test_the_letter_of_the_law_is_not_waived(self, served: Desk, rule: str) -> None:
        """A fee long overdue, and no longer in grace; a ground that was not found."""
        patent = served.patent(fees_paid_through=5)
        filing = contested(served, patent)
        answer = decide(served, filing, "set_aside", rule)
        if rule == "pledge-fee-current":
            assert answer.json()["prepared"]["state"] == "refused"
        else:
            assert [f["rule"] for f in answer.json()["findings"]] == ["contest-room"]
        assert served.get(f"/v1/patents/{patent}").json()["encumbrances"] == []

    def test_the_office_s_own_refusal_of_a_prepared_pledge(self, served: Desk) -> None:
        patent = served.patent()
        filing = prepare(served, patent)
        path = f"/v1/filings/{filing['filing_id']}"
        assert states(told(served, filing["filing_id"])) == ["prepared", "awaiting_confirmation"]
        served.registered(f"{path}/refusal", {"reason": "The contract is doubted."})
        assert (
            served.file(f"{path}/contest", {"reason": "x"}, "bank", OTHER_BANK).status_code == 404
        )
        answer = served.file(f"{path}/contest", {"reason": REASON}, "patentee", LAMPWORKS)
        assert answer.json()["prepared"]["state"] == "contested"
        # The others have not confirmed: it waits for them again, and is not registered.
        receipt = decide(served, filing["filing_id"], "set_aside", "pledge-other-ground").json()
        assert receipt["prepared"]["state"] == "awaiting_confirmation"
        assert confirm(served, filing, LAMPWORKS).json()["prepared"]["state"] == "registered"
        assert states(told(served, filing["filing_id"])) == [
            "prepared",
            "awaiting_confirmation",
            "refused",
            "contested",
            "awaiting_confirmation",
            "registered",
        ]

    def test_who_contests_can_give_it_up(self, served: Desk) -> None:
        filing = contested(served, served.patent(fees_paid_through=5))
        gone = served.file(f"/v1/filings/{filing}/withdrawal", {}, "bank", BANK)
        assert gone.json()["prepared"]["state"] == "withdrawn"
        assert decide(served, filing, "set_aside").status_code == 409

    def test_only_the_registrar_decides(self, served: Desk) -> None:
        filing = contested(served, served.patent(fees_paid_through=5))
        path = f"/v1/filings/{filing}/contest/decision"
        body = {"outcome": "upheld", "reason": "x"}
        for role, who in (("bank", BANK), ("auditor", None), ("agency", MILLS)):
            assert served.file(path, body, role, who).status_code == 403


def test_a_filing_that_was_registered_says_so_and_when(served: Desk) -> None:
    receipt = served.registered(
        "/v1/pledges", register_pledge(patents=(served.patent(),)), "bank", BANK
    )
    shown = told(served, receipt["filing_id"])
    assert shown["status"] == {
        "state": "registered",
        "steps": [{"state": "registered", "at": receipt["recorded_at"]}],
    }


def test_a_change_of_name_can_be_contested(served: Desk) -> None:
    patent = served.patent()
    changed = change_name(patents=(patent,), before=MILLS)
    answer = contest(served, changed, "/v1/name-changes", None, "registrar")
    assert answer.status_code == 201, answer.text
    assert decide(served, answer.json()["filing_id"], "upheld").status_code == 201


def test_its_notice_is_that_of_a_refusal(served: Desk) -> None:
    filing = contested(served, served.patent(fees_paid_through=5))
    page = served.get(f"/v1/filings/{filing}/notice", "bank", BANK)
    assert page.status_code == 200
    assert "not registered" in page.text
    receipt = decide(served, filing, "upheld").json()
    page = served.get(
        f"/v1/filings/{receipt['filing_id']}/notice",
        "registrar",
        headers={"Accept-Language": "zh"},
    )
    assert "维持驳回" in page.text or page.status_code == 200
    assert ref(BANK)

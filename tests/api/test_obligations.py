"""What parties owe and are told, over HTTP: on record and brought by time, on both clocks."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest

from ledger.domain.lifecycle import (
    CompensateTerm,
    EndSuspension,
    PayAnnualFee,
    StartPreservation,
    StartSuspension,
)
from ledger.projections.obligations import BROUGHT_BY_TIME, CAP, MINE, STANDING_OUT
from tests.api.desk import Desk
from tests.builders import (
    BANK,
    INSTRUMENTS,
    LAMPWORKS,
    MILLS,
    OTHER_BANK,
    TODAY,
    deregister_pledge,
    documents,
    fact,
    record_consent,
    ref,
    refs,
    register_pledge,
    register_transfer,
)
from tests.domain.test_licences import cancel_licence, record_licence
from tests.domain.test_open_licences import declare, record_contract, take

PATH = "/v1/obligations"


def ask(
    served: Desk, role: str = "auditor", caller: Any = None, of: Any = None, **params: Any
) -> Any:
    """The lists as they are once the follower has seen the newest entry."""
    if of is not None:
        params["party"] = ref(of)
    least = {"Ledger-Min-Position": str(served.head())}
    deadline = time.monotonic() + 20
    while True:
        answer = served.get(PATH, role, caller, headers=least, params=params)
        if answer.status_code != 503 or time.monotonic() > deadline:
            assert answer.status_code == 200, answer.text
            return answer.json()
        time.sleep(0.02)


def notices(served: Desk, role: str = "auditor", caller: Any = None, **params: Any) -> Any:
    return ask(served, role, caller, **params)["notices"]["listed"]


def dues(served: Desk, patent: str, **params: Any) -> dict[str, Any]:
    """What falls due on a patent, by kind."""
    listed = ask(served, patent=patent, **params)["due"]["listed"]
    return {due["kind"]: due for due in listed}


def enter(served: Desk, patent: str, command: Any) -> Any:
    body = command.model_dump(mode="json", exclude_none=True, exclude={"patents"})
    name = {
        PayAnnualFee: "pay_annual_fee",
        StartPreservation: "start_preservation",
        StartSuspension: "start_suspension",
        EndSuspension: "end_suspension",
        CompensateTerm: "compensate_term",
    }[type(command)]
    return served.registered(f"/v1/patents/{patent}/facts", {"fact": name, **body})


def pledged(served: Desk, **fields: Any) -> tuple[str, Any]:
    patent = served.patent()
    command = register_pledge(patents=(patent,), **fields)
    return patent, served.registered("/v1/pledges", command, "bank", BANK)


def preserve(case: str = "(2026) Lantern 1") -> StartPreservation:
    return fact(
        StartPreservation,
        case_no=case,
        court="Lanternhill Court",
        months=6,
        particulars_match=True,
        documents=documents("ruling", "assistance-notice"),
    )


class TestOnRecord:
    def test_a_filing_online_owes_the_originals(self, served: Desk) -> None:
        patent, receipt = pledged(served, online=True)
        (finding,) = receipt["obligations"]
        (owed,) = finding["owed"]
        assert (owed["duty"], owed["by"], owed["number"]) == (
            "send_originals",
            [LAMPWORKS.credit_code],
            1,
        )
        (told,) = notices(served, "patentee", LAMPWORKS, patent=patent)
        assert told == {
            "obligation": f"{receipt['filing_id']}-1",
            "rule": "pledge-online-consistency",
            "message": finding["message"],
            "duty": "send_originals",
            "role": "owes",
            "party": {"id": LAMPWORKS.credit_code, "name": LAMPWORKS.name},
            "by": [LAMPWORKS.credit_code],
            "to": [],
            "patent": patent,
            "about": None,
            "since": "2026-03-02",
            "last_day": None,
            "provisional_for": None,
            "entry": {"position": receipt["entries"][0]["position"]},
            "met": None,
        }

    def test_it_is_met_by_saying_so_once(self, served: Desk) -> None:
        patent, receipt = pledged(served, online=True)
        name = f"{receipt['filing_id']}-1"
        done = {
            "patents": [patent],
            "done_on": "2026-03-02",
            "documents": [d.model_dump() for d in documents("proof")],
        }
        stranger = served.file(f"{PATH}/{name}/fulfilment", done, "licensee", MILLS)
        assert (stranger.status_code, stranger.json()["type"]) == (403, "/problems/not-a-party")
        before = served.head()
        met = served.registered(f"{PATH}/{name}/fulfilment", done, "patentee", LAMPWORKS)
        assert notices(served, "patentee", LAMPWORKS, patent=patent) == []
        (told,) = notices(served, "patentee", LAMPWORKS, patent=patent, state="met")
        assert told["met"] == {"position": met["position"], "on": "2026-03-02"}
        again = served.file(f"{PATH}/{name}/fulfilment", done, "patentee", LAMPWORKS)
        assert again.status_code == 409
        (earlier,) = notices(served, patent=patent, known_at=before)
        assert earlier["met"] is None
        history = served.get(f"/v1/patents/{patent}/history").json()["entries"]
        assert "obligation.met" not in {entry["topic"] for entry in history}

    def test_a_sale_obliges_both_sides_and_each_sees_its_own(self, served: Desk) -> None:
        patent, receipt = pledged(served)
        consent = served.registered("/v1/consents", record_consent(patents=(patent,)), "bank", BANK)
        sale = register_transfer(patents=(patent,), consents=(consent["filing_id"],))
        served.registered("/v1/transfers", sale, "patentee", LAMPWORKS)
        (owed,) = notices(served, "patentee", LAMPWORKS, patent=patent)
        assert (owed["rule"], owed["role"]) == ("transfer-proceeds-obligation", "owes")
        (told,) = notices(served, "bank", BANK, patent=patent)
        assert (told["role"], told["about"]) == ("told", receipt["registration_no"])
        assert notices(served, "bank", OTHER_BANK, patent=patent) == []
        assert len(notices(served, patent=patent)) == 2
        assert len(notices(served, "registrar", of=BANK, patent=patent)) == 1
        ended = deregister_pledge(
            registration_no=receipt["registration_no"], signed_by=refs(INSTRUMENTS, BANK)
        )
        no = receipt["registration_no"]
        served.registered(f"/v1/pledges/{no}/deregistration", ended, "bank", BANK)
        assert notices(served, patent=patent) == []
        assert len(notices(served, patent=patent, state="all")) == 2

    def test_pledgees_are_told_of_a_preservation_until_its_end(self, served: Desk) -> None:
        patent, _ = pledged(served)
        entered = enter(served, patent, preserve())
        (told,) = notices(served, "bank", BANK, patent=patent)
        assert (told["rule"], told["entry"]) == (
            "preservation-pledge-priority",
            {"position": entered["position"]},
        )

    def test_a_judgment_gives_a_limit_to_act(self, served: Desk) -> None:
        patent = served.patent()
        case = "(2026) Dispute 1"
        suspend = fact(
            StartSuspension,
            case_no=case,
            requested_by=MILLS,
            dispute_parties=(LAMPWORKS, MILLS),
            particulars_match=True,
            documents=documents("acceptance-document"),
        )
        enter(served, patent, suspend)
        enter(served, patent, fact(EndSuspension, case_no=case, reason="judgment"))
        (told,) = notices(served, "licensee", MILLS, patent=patent)
        assert (told["duty"], told["last_day"]) == ("register_owner", "2026-06-02")


class TestTime:
    def test_fee_arrears_are_told_to_patentee_and_pledgee(self, served: Desk) -> None:
        """The fee of year 9 is due on Friday 12 June 2026."""
        patent, receipt = pledged(served)
        no = receipt["registration_no"]
        assert notices(served, patent=patent, effective_on="2026-06-12") == []
        owed, told = notices(served, patent=patent, effective_on="2026-06-13")
        assert (owed["rule"], owed["duty"], owed["role"]) == (
            "fee-overdue-notify-pledgee",
            "pay_fee",
            "owes",
        )
        assert (owed["party"]["id"], owed["about"]) == (LAMPWORKS.credit_code, "9")
        assert (told["party"]["id"], told["role"], told["about"]) == (BANK.credit_code, "told", no)
        assert (told["since"], told["last_day"], told["obligation"]) == (
            "2026-06-13",
            "2026-06-12",
            None,
        )
        (mine,) = notices(served, "bank", BANK, patent=patent, effective_on="2026-06-13")
        assert mine == told
        before = served.head()
        enter(served, patent, fact(PayAnnualFee, fee_year=9, effective_on=date(2026, 3, 2)))
        assert notices(served, patent=patent, effective_on="2026-06-13") == []
        late = notices(served, patent=patent, effective_on="2026-06-13", known_at=before)
        assert len(late) == 2

    def test_what_falls_due_is_listed_the_nearest_first(self, served: Desk) -> None:
        patent, receipt = pledged(served)
        enter(served, patent, preserve())
        listed = ask(served, patent=patent)["due"]["listed"]
        assert [(due["kind"], due["last_day"]) for due in listed] == [
            ("fee", "2026-06-12"),
            ("preservation", "2026-09-02"),
            ("debt", "2027-12-31"),
        ]
        near = ask(served, patent=patent, until="2026-06-30")["due"]
        assert [due["kind"] for due in near["listed"]] == ["fee"]
        assert near["total"] == 1
        debt = listed[2]
        assert debt["about"] == receipt["registration_no"]
        assert debt["entry"] == {"position": receipt["position"]}

    def test_a_debt_is_shown_to_its_parties_alone(self, served: Desk) -> None:
        patent, _ = pledged(served)
        for role, party, kinds in (
            ("bank", BANK, {"fee", "debt"}),
            ("patentee", LAMPWORKS, {"fee", "debt"}),
            ("bank", OTHER_BANK, set()),
        ):
            listed = ask(served, role, party, patent=patent)["due"]["listed"]
            assert {due["kind"] for due in listed} == kinds, party.name

    def test_a_provisional_day_says_which_year_is_missing(self, served: Desk) -> None:
        patent = served.patent()
        for year in range(9, 20):
            enter(served, patent, fact(PayAnnualFee, fee_year=year))
        fee = dues(served, patent)["fee"]
        assert (fee["about"], fee["falls_on"]) == ("20", "2037-06-12")
        assert (fee["last_day"], fee["provisional_for"]) == ("2037-06-12", 2037)

    def test_a_preservation_that_ended_by_itself(self, served: Desk) -> None:
        patent, _ = pledged(served)
        entered = enter(served, patent, preserve())
        ended = notices(served, patent=patent, effective_on="2026-09-03")
        told = [n for n in ended if n["rule"] == "preservation-auto-end"]
        assert {n["party"]["id"] for n in told} == {LAMPWORKS.credit_code, BANK.credit_code}
        assert {n["since"] for n in told} == {"2026-09-03"}
        assert {n["entry"]["position"] for n in told} == {entered["position"]}

    def test_licences_are_cancelled_after_their_end(self, served: Desk) -> None:
        patent = served.patent()
        receipt = served.registered("/v1/licences", record_licence(patents=(patent,)))
        licence = receipt["registration_no"]
        assert dues(served, patent)["licence"]["last_day"] == "2029-12-31"
        found = notices(served, "licensee", MILLS, patent=patent, effective_on="2030-01-01")
        assert [(n["rule"], n["about"], n["last_day"]) for n in found] == [
            ("licence-cancel-30-days", licence, "2030-01-30")
        ]
        over = notices(served, "licensee", MILLS, patent=patent, effective_on="2038-06-12")
        assert {n["rule"] for n in over} == {
            "licence-cancel-30-days",
            "licence-cancel-on-patent-end",
        }
        cancelled = cancel_licence(patents=(patent,), licence_id=licence)
        served.registered(f"/v1/licences/{licence}/cancellation", cancelled)
        assert notices(served, "licensee", MILLS, patent=patent, effective_on="2030-01-01") == []

    def test_pledgees_are_told_that_the_term_is_over(self, served: Desk) -> None:
        patent, _ = pledged(served)
        found = notices(served, "bank", BANK, patent=patent, effective_on="2038-06-12")
        assert "lapse-notify-pledgee" in {n["rule"] for n in found}
        day_before = notices(served, "bank", BANK, patent=patent, effective_on="2038-06-11")
        assert "lapse-notify-pledgee" not in {n["rule"] for n in day_before}

    def test_an_open_licence_is_withdrawn_while_a_fee_is_overdue(self, served: Desk) -> None:
        patent = served.patent()
        declared = served.registered("/v1/open-licences", open_declaration(patent))
        number = declared["registration_no"]
        today = {"notice_on": TODAY, "paid_on": TODAY}
        taken = take(patents=(), declaration_no=number, fee=None, **today)
        licence = served.registered(f"/v1/open-licences/{number}/licences", taken)
        taken_as = licence["filing_id"]
        path = f"/v1/open-licences/{number}/licences/{taken_as}/recordal"
        served.registered(path, record_contract(taken_as, patents=()))
        found = notices(served, patent=patent, effective_on="2026-06-13")
        withdrawing = [n for n in found if n["rule"] == "open-duty-to-withdraw"]
        assert {(n["party"]["id"], n["role"]) for n in withdrawing} == {
            (LAMPWORKS.credit_code, "owes"),
            (MILLS.credit_code, "told"),
        }
        assert {n["about"] for n in withdrawing} == {number}


def open_declaration(patent: str) -> Any:
    return declare(patents=(patent,), patentees=(LAMPWORKS,), signed_by=refs(LAMPWORKS))


class TestWhoMayAsk:
    def test_the_public_may_not(self, served: Desk) -> None:
        assert served.get(PATH).status_code == 401
        assert served.get(PATH, "statistician").status_code == 403

    @pytest.mark.parametrize("role", ["bank", "agency"])
    def test_nobody_asks_for_another(self, served: Desk, role: str) -> None:
        other = served.get(PATH, role, BANK, params={"party": LAMPWORKS.credit_code})
        assert other.status_code == 404
        assert served.get(PATH, role, BANK, params={"party": BANK.credit_code}).status_code == 200

    def test_who_has_no_party_has_no_obligations(self, served: Desk) -> None:
        assert served.get(PATH, "agency").status_code == 404

    def test_a_position_to_come_is_not_known(self, served: Desk) -> None:
        beyond = served.get(PATH, "auditor", params={"known_at": str(served.head() + 1)})
        assert beyond.status_code == 422

    def test_a_wrong_state_is_named(self, served: Desk) -> None:
        wrong = served.get(PATH, "auditor", params={"state": "half"})
        assert (wrong.status_code, wrong.json()["errors"][0]["parameter"]) == (422, "state")


@pytest.mark.parametrize("listing", [STANDING_OUT, BROUGHT_BY_TIME], ids=["due", "by time"])
def test_the_work_grows_as_the_patents_of_the_party(served: Desk, listing: str) -> None:
    """Blocks are counted, not seconds: a party that has 200 patents reads a few for each."""
    served.patents(200)
    ask(served, of=LAMPWORKS)
    asked = {"party": ref(LAMPWORKS), "known": served.head(), "on": TODAY, "cap": CAP}
    values = {**asked, "patent": None, "until": None}
    explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {MINE}{listing}"
    row = served.owner.execute(explain, values).fetchone()
    assert row is not None
    plan = row[0][0]["Plan"]
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 20 * served.head()


def test_every_position_answers_the_same_bytes_later(served: Desk) -> None:
    patent, receipt = pledged(served, online=True)
    ask(served)
    asked = {"known_at": str(receipt["position"]), "effective_on": "2026-06-13"}
    first = served.get(PATH, "auditor", params=asked)
    enter(served, patent, fact(PayAnnualFee, fee_year=9))
    ask(served)
    assert served.get(PATH, "auditor", params=asked).content == first.content


@pytest.mark.parametrize("path", ["/v1/obligations", "/v1/notices", "/v1/events"])
def test_a_number_that_is_none_is_told_by_its_parameter(served: Desk, path: str) -> None:
    (fault,) = served.get(path, "auditor", params={"patent": "灯"}).json()["errors"]
    assert (fault["parameter"], fault["rule"]) == ("patent", "id-patent-number-check")

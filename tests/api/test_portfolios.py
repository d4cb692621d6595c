"""Portfolios: what a pledgee holds and what endangers it; what a patentee owns."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest

from ledger.domain.parties import PartyDetails
from tests.api.desk import Desk
from tests.builders import (
    BANK,
    CLAIM,
    INSTRUMENTS,
    LAMPWORKS,
    MILLS,
    OTHER_BANK,
    credit_code,
    entered,
    invalidation_final,
    invalidation_requested,
    lapsed,
    named,
    number,
    pledged,
    preserved,
    ref,
    refs,
    register_pledge,
    suspended,
    transcribed,
    transferred,
)
from tests.projections.acts import enter

DAY = "2026-03-02"
LENDER = named(BANK, "=Bank of Portfolios", credit_code=credit_code(701))
SERIALS = {
    name: 7000 + place
    for place, name in enumerate(
        ("sound", "lapsed", "invalid", "partly", "asked", "frozen", "sold", "short", "second")
    )
}
NUMBERS = {name: number(serial) for name, serial in SERIALS.items()}
REGISTERED = {name: f"Y20259900{serial:05}" for name, serial in SERIALS.items()}


@pytest.fixture(scope="module")
def held(served: Desk) -> Desk:
    """A bank's pledges, each in a danger of its own, as another register might tell them."""
    ledger = served.house.registry
    for name, patent in NUMBERS.items():
        enter(ledger, f"enter {name}", entered(patent))
        due = date(2038, 6, 12) if name == "short" else CLAIM.debt_due_on
        claim = CLAIM.model_copy(update={"id": name, "debt_due_on": due})
        if name == "second":
            first = pledged(patent, registration_no="Y2025990007999", pledgees=(OTHER_BANK,))
            elsewhere = first.envelope.model_copy(update=transcribed("an earlier pledge"))
            enter(ledger, "earlier", first.model_copy(update={"envelope": elsewhere}))
        fact = pledged(
            patent,
            registration_no=REGISTERED[name],
            pledgees=(LENDER,),
            claim=claim,
            on=date(2025, 5, 7),
        )
        enter(ledger, f"pledge {name}", fact)
    enter(ledger, "lapse", lapsed(NUMBERS["lapsed"]))
    enter(ledger, "whole", invalidation_requested(NUMBERS["invalid"], case_no="4W997001"))
    enter(ledger, "whole final", invalidation_final(NUMBERS["invalid"], case_no="4W997001"))
    partly = NUMBERS["partly"]
    enter(ledger, "part", invalidation_requested(partly, case_no="4W997002"))
    enter(ledger, "part final", invalidation_final(partly, case_no="4W997002", outcome="partial"))
    enter(ledger, "request", invalidation_requested(NUMBERS["asked"], case_no="4W997003"))
    enter(ledger, "court", preserved(NUMBERS["frozen"]))
    enter(ledger, "dispute", suspended(NUMBERS["frozen"]))
    enter(ledger, "sale", transferred(NUMBERS["sold"], on=date(2025, 9, 1)))
    return served


def asked(
    served: Desk,
    of: PartyDetails,
    what: str = "pledges",
    role: str = "bank",
    caller: PartyDetails | None = None,
    **params: Any,
) -> Any:
    newest = {"Ledger-Min-Position": str(served.head())}
    params = {"effective_on": DAY, **params}
    path = f"/v1/parties/{ref(of)}/{what}"
    own = None if role in ("registrar", "auditor") else caller or of
    return served.get(path, role, own, headers=newest, params=params)


def by_name(answer: Any) -> dict[str, Any]:
    """Lines by the names of their patents."""
    lines = {line["patent"]: line for line in answer["lines"]}
    return {name: lines[patent] for name, patent in NUMBERS.items() if patent in lines}


def told(line: Any) -> list[tuple[str, str, str | None]]:
    return [(d["reason"], d["rule"], d["day"]) for d in line["dangers"]]


class TestPledges:
    def test_each_danger_has_its_reason_rule_day_and_entry(self, held: Desk) -> None:
        lines = by_name(asked(held, LENDER).json())
        assert {name: told(line) for name, line in lines.items()} == {
            "sound": [],
            "lapsed": [("lapsed", "lapse-notify-pledgee", "2025-06-12")],
            "invalid": [("invalid", "lapse-notify-pledgee", "2026-02-20")],
            "partly": [("partly_invalid", "invalidation-final-effect", "2026-02-20")],
            "asked": [],
            "frozen": [
                ("preserved", "pledge-notify-events", "2026-01-12"),
                ("suspended", "pledge-notify-events", "2026-01-12"),
            ],
            "sold": [("patentee_changed", "transfer-pledgee-consent", "2025-09-01")],
            "short": [("term_ends_before_debt", "pledge-debt-within-term", "2038-06-12")],
            "second": [("ranks_behind", "pledge-priority-order", "2025-05-06")],
        }
        for name, line in lines.items():
            history = held.get(f"/v1/patents/{line['patent']}/history", "auditor").json()
            topics = {entry["position"]: entry["topic"] for entry in history["entries"]}
            for danger in line["dangers"]:
                assert danger["message"]
                assert topics[danger["entry"]["position"]], (name, danger)
        frozen = lines["frozen"]["dangers"][0]
        assert frozen["about"] == "(2026) Lantern 1"

    def test_arrears_and_a_term_that_is_over_come_by_themselves(self, held: Desk) -> None:
        sound = by_name(asked(held, LENDER, effective_on="2026-07-01").json())["sound"]
        assert told(sound) == [("fee_arrears", "fee-overdue-notify-pledgee", "2026-06-13")]
        assert sound["fees"] == "in_grace"
        over = by_name(asked(held, LENDER, effective_on="2038-06-12").json())["sound"]
        assert told(over) == [("expired", "lapse-notify-pledgee", "2038-06-12")]

    def test_what_falls_due(self, held: Desk) -> None:
        line = by_name(asked(held, LENDER).json())["sound"]
        assert [(d["kind"], d["last_day"]) for d in line["due"]] == [
            ("fee", "2026-06-12"),
            ("debt", "2027-12-31"),
        ]
        assert line["confidential"]["claim"]["amount"] == {
            "amount": "5000000.00",
            "currency": "CNY",
        }
        assert (line["rank"], line["registered_on"]) == (1, "2025-05-07")

    def test_a_request_for_invalidation_is_told_to_those_who_may_know(self, held: Desk) -> None:
        for role, caller in (("auditor", None), ("registrar", None)):
            line = by_name(asked(held, LENDER, role=role, caller=caller).json())["asked"]
            said = [("invalidation_requested", "invalidation-decision-pending-flag", "2026-01-12")]
            assert told(line) == (said if role == "auditor" else [])

    def test_the_endangered_alone(self, held: Desk) -> None:
        answer = asked(held, LENDER, endangered="true", limit=2).json()
        assert (answer["total"], answer["returned"]) == (9, 2)
        lines = [line["patent"] for line in answer["lines"]]
        while answer["next"]:
            params = {"endangered": "true", "limit": 2, "cursor": answer["next"]}
            answer = asked(held, LENDER, **params).json()
            lines += [line["patent"] for line in answer["lines"]]
        assert lines == [NUMBERS[n] for n in NUMBERS if n not in ("sound", "asked")]

    def test_pages_are_those_of_one_position(self, held: Desk) -> None:
        whole = [line["patent"] for line in asked(held, LENDER).json()["lines"]]
        answer = asked(held, LENDER, limit=4)
        found = [line["patent"] for line in answer.json()["lines"]]
        later = pledged(number(7099), registration_no="Y2025990000001", pledgees=(LENDER,))
        enter(held.house.registry, "while it is read", entered(number(7099)), later)
        token = held.headers("bank", LENDER)
        while "next" in answer.links:
            answer = held.client.get(answer.links["next"]["url"], headers=token)
            found += [line["patent"] for line in answer.json()["lines"]]
        assert found == whole
        assert asked(held, LENDER).json()["total"] == len(whole) + 1

    def test_csv(self, held: Desk) -> None:
        answer = asked(held, LENDER, format="csv", limit=3)
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.headers["Ledger-Total"] in ("9", "10")
        assert "next" in answer.links
        lines = list(csv.DictReader(io.StringIO(answer.text)))
        assert len(lines) == 3
        sound = next(line for line in lines if line["patent"] == NUMBERS["sound"])
        assert (sound["amount"], sound["currency"]) == ("5000000.00", "CNY")
        assert sound["due"] == "2026-06-12 fee 9; 2027-12-31 debt " + REGISTERED["sound"]
        # A name that a spreadsheet would compute is text in it.
        assert sound["pledgees"] == "'=Bank of Portfolios"

    def test_it_is_asked_as_known(self, held: Desk) -> None:
        before = asked(held, LENDER, known_at=0).json()
        assert (before["total"], before["lines"]) == (0, [])


class TestPatents:
    def test_a_patentee_sees_its_own(self, served: Desk) -> None:
        owner = named(LAMPWORKS, "Portfolio Lamps", credit_code=credit_code(702))
        patent, other = served.patents(2, patentees=(owner,))
        filing = register_pledge(
            patents=(patent,), pledgors=(owner,), debtor=owner, signed_by=refs(owner, BANK)
        )
        receipt = served.registered("/v1/pledges", filing.model_copy(update={"online": True}))
        answer = asked(served, owner, "patents", "patentee").json()
        assert (answer["total"], [x["patent"] for x in answer["lines"]]) == (2, [patent, other])
        line = answer["lines"][0]
        assert line["encumbrances"][0]["registration_no"] == receipt["registration_no"]
        assert line["confidential"]["encumbrances"][0]["claim"]["debt_due_on"] == "2027-12-31"
        assert [(d["kind"], d["last_day"]) for d in line["due"]] == [("fee", "2026-06-12")]
        assert [o["rule"] for o in line["obligations"]] == ["pledge-online-consistency"]
        assert answer["lines"][1]["obligations"] == []
        text = asked(served, owner, "patents", "patentee", format="csv").text
        assert text.splitlines()[0].startswith("patent,printed,invention_title,status")
        assert f"pledge {receipt['registration_no']}" in text
        office = asked(served, owner, "patents", "registrar").json()
        assert "confidential" not in office["lines"][0]


class TestWhoMayAsk:
    @pytest.mark.parametrize("what", ["pledges", "patents"])
    def test_itself_the_registrar_and_auditors(self, held: Desk, what: str) -> None:
        for role, caller in (("bank", OTHER_BANK), ("patentee", MILLS), ("agency", INSTRUMENTS)):
            answer = asked(held, LENDER, what, role, caller)
            assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")
        for role in ("registrar", "auditor"):
            assert asked(held, LENDER, what, role).status_code == 200
        assert held.get(f"/v1/parties/{ref(LENDER)}/{what}").status_code == 401

    def test_whoever_it_has_empowered(self, held: Desk) -> None:
        agent = named(MILLS, "Agents of Portfolios", credit_code=credit_code(703))
        assert asked(held, LENDER, role="agency", caller=agent).status_code == 404
        power = held.empower(LENDER, agent, "pledge")
        line = by_name(asked(held, LENDER, role="agency", caller=agent).json())["sound"]
        assert line["confidential"]["claim"]["debt_due_on"] == "2027-12-31"
        assert asked(held, LENDER, "patents", "agency", agent).status_code == 404
        path = f"/v1/parties/{ref(LENDER)}/powers-of-attorney/{power}/revocation"
        held.registered(path, {}, "bank", LENDER)
        assert asked(held, LENDER, role="agency", caller=agent).status_code == 404

    def test_the_registrar_reads_no_terms(self, held: Desk) -> None:
        for line in asked(held, LENDER, role="registrar").json()["lines"]:
            assert "confidential" not in line
            assert "debt" not in {due["kind"] for due in line["due"]}
            assert "term_ends_before_debt" not in {d["reason"] for d in line["dangers"]}

    def test_a_page_of_one_caller_is_no_other_s(self, held: Desk) -> None:
        cursor = asked(held, LENDER, limit=1).json()["next"]
        assert asked(held, LENDER, limit=1, cursor=cursor).status_code == 200
        other = asked(held, LENDER, role="auditor", limit=1, cursor=cursor)
        assert other.json()["errors"][0]["parameter"] == "cursor"

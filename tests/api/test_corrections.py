"""Corrections and revocations over HTTP: both stories are told, each as known when it was."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ledger.audit import audit
from ledger.domain.lifecycle import StartInvalidation
from ledger.domain.money import yuan
from tests.api.desk import Desk, as_body
from tests.api.test_patents import as_fact
from tests.builders import (
    BANK,
    CLAIM,
    LAMPWORKS,
    MILLS,
    OTHER_BANK,
    deregister_pledge,
    fact,
    party,
    refs,
    register_pledge,
    register_transfer,
)

Json = dict[str, Any]
PATH = "/v1/corrections"


def clerical(entry: Json, **changes: Any) -> Json:
    return {
        "correction": "clerical",
        "entry": entry["filing_id"],
        "changes": changes,
        "reason": "Misread from the form.",
    }


def revocation(entry: Json, **members: Any) -> Json:
    stated = {"correction": "revocation", "entry": entry["filing_id"], "reason": "By mistake."}
    return stated | members


def pledge(served: Desk, *patents: str, **fields: Any) -> Json:
    bank = fields.get("pledgees", (BANK,))[0]
    command = register_pledge(patents=patents, **fields)
    receipt: Json = served.registered("/v1/pledges", command, "bank", bank)
    return receipt


def deregister(served: Desk, no: str, **fields: Any) -> Json:
    body = as_body(deregister_pledge(registration_no=no, **fields))
    receipt: Json = served.registered(f"/v1/pledges/{no}/deregistration", body, "bank", BANK)
    return receipt


def pledges_of(served: Desk, patent: str, **asked: Any) -> list[str]:
    shown = served.get(f"/v1/patents/{patent}", **asked).json()
    return [e["registration_no"] for e in shown["encumbrances"] if e["kind"] == "pledge"]


def day(served: Desk, days: int = 0) -> str:
    return (served.clock.now + timedelta(days=days)).date().isoformat()


def test_a_correction_is_asked_for_on_both_clocks(served: Desk) -> None:
    patent = served.patent()
    registered = pledge(served, patent)
    no, known = registered["registration_no"], registered["position"]
    before = served.get(f"/v1/pledges/{no}", "bank", BANK, known_at=known).content
    smaller = CLAIM.model_copy(update={"amount": yuan("500000")})
    claim = smaller.model_dump(mode="json")
    served.registered(PATH, clerical(registered, claim=claim))
    assert served.get(f"/v1/pledges/{no}", "bank", BANK, known_at=known).content == before
    (now,) = served.get(f"/v1/pledges/{no}", "bank", BANK).json()["confidential"]
    assert now["claim"]["amount"]["amount"] == "500000.00"


def test_a_revoked_pledge_is_asked_for_on_both_clocks(served: Desk) -> None:
    """As of any day it never was; as known before, it stood."""
    patent = served.patent()
    registered = pledge(served, patent)
    no = registered["registration_no"]
    body = {"ground": "other", "reason": "Obtained by fraud."}
    served.registered(f"/v1/pledges/{no}/revocation", body)
    assert pledges_of(served, patent) == []
    assert pledges_of(served, patent, known_at=registered["position"]) == [no]
    assert served.get(f"/v1/pledges/{no}").json()["state"] == "revoked"
    assert (
        served.get(f"/v1/pledges/{no}", known_at=registered["position"]).json()["state"] == "stands"
    )


def test_a_revoked_entry_is_told_in_the_history(served: Desk) -> None:
    patent = served.patent()
    registered = pledge(served, patent)
    receipt = served.registered(PATH, revocation(registered))
    entries = served.get(f"/v1/patents/{patent}/history").json()["entries"]
    assert [e["topic"] for e in entries] == [
        "patent.entered",
        "pledge.registered",
        "entry.revoked",
    ]
    entry = entries[-1]["entry"]
    assert entry["corrects"] == registered["filing_id"]
    assert entry["door"] == "corrected"
    assert entry["registration_no"] == registered["registration_no"]
    assert entry["fields"]["effect"] == "from_beginning"
    assert "reason" not in entry["fields"]
    mine = served.get(f"/v1/filings/{receipt['filing_id']}", "patentee", LAMPWORKS)
    assert mine.json()["entries"][0]["confidential"]["reason"] == "By mistake."
    assert served.get(f"/v1/filings/{receipt['filing_id']}", "bank", OTHER_BANK).status_code == 404
    assert served.get(f"/v1/pledges/{registered['registration_no']}").json()["state"] == "revoked"


def test_a_deregistration_is_revoked_from_its_date(served: Desk) -> None:
    """The pledge stood, did not, and stands again."""
    patent = served.patent()
    no = pledge(served, patent)["registration_no"]
    served.clock.turn(days=10)
    ended_on = day(served)
    ended = deregister(served, no)
    served.clock.turn(days=10)
    again_on = day(served)
    served.registered(PATH, revocation(ended, effect="from_date"))
    for on, stands in ((day(served, -11), True), (ended_on, False), (again_on, True)):
        assert pledges_of(served, patent, effective_on=on) == ([no] if stands else [])
    assert pledges_of(served, patent, known_at=ended["position"], effective_on=again_on) == []
    # It can be deregistered again, and pledged anew after that.
    refused = served.file("/v1/pledges", register_pledge(patents=(patent,)), "bank", BANK)
    assert refused.status_code == 409
    deregister(served, no)
    pledge(served, patent)


def standing(served: Desk, patent: str) -> list[str]:
    found = served.owner.execute(
        "SELECT registration_no FROM standing_pledge WHERE patent_id = %s", [patent]
    ).fetchall()
    return [row[0] for row in found]


def test_a_second_pledge_that_stands_again_is_entered_and_listed(
    served: Desk, database_url: str
) -> None:
    patent = served.patent()
    first = pledge(served, patent)["registration_no"]
    ended = deregister(served, first)
    second = pledge(served, patent, pledgees=(OTHER_BANK,))["registration_no"]
    served.registered(PATH, revocation(ended))
    assert set(pledges_of(served, patent)) == {first, second}
    assert standing(served, patent) == [second]
    found = [f for f in audit(database_url, lambda *_: None) if f.patent == patent]
    assert [(f.kind, f.topic) for f in found] == [("second-pledge", "pledge.registered")]
    refused = served.file("/v1/pledges", register_pledge(patents=(patent,)), "bank", BANK).json()
    (finding,) = [f for f in refused["findings"] if f["rule"] == "pledge-no-live-pledge"]
    assert {first, second} <= {finding["fact"]["registration_no"], *finding["fact"]["beside"]}
    # The later one ends: the earlier is what stands now, and no third can be entered.
    body = as_body(deregister_pledge(registration_no=second, signed_by=refs(LAMPWORKS, OTHER_BANK)))
    served.registered(f"/v1/pledges/{second}/deregistration", body, "bank", OTHER_BANK)
    assert standing(served, patent) == [first]
    deregister(served, first)
    assert standing(served, patent) == []
    pledge(served, patent)


def test_a_revoked_registration_frees_the_patent(served: Desk) -> None:
    patent = served.patent()
    served.registered(PATH, revocation(pledge(served, patent)))
    assert standing(served, patent) == []
    no = pledge(served, patent, pledgees=(OTHER_BANK,))["registration_no"]
    assert standing(served, patent) == [no]


def test_a_transfer_on_false_papers_is_revoked_on_all_its_patents(served: Desk) -> None:
    patents = served.patents(2)
    moved = served.registered(
        "/v1/transfers", register_transfer(patents=patents), "patentee", LAMPWORKS
    )
    receipt = served.registered(PATH, revocation(moved))
    assert [e["patent"] for e in receipt["entries"]] == patents
    for patent in patents:
        shown = served.get(f"/v1/patents/{patent}").json()
        assert [p["name"] for p in shown["patentees"]] == [LAMPWORKS.name]


def test_a_patent_entered_by_mistake_is_revoked_and_its_history_stays(served: Desk) -> None:
    patent = served.patent()
    (entry,) = served.get(f"/v1/patents/{patent}/history").json()["entries"]
    entered = {"filing_id": entry["entry"]["filing_id"]}
    served.registered(PATH, revocation(entered))
    shown = served.get(f"/v1/patents/{patent}")
    assert (shown.status_code, shown.json()["status"]) == (200, "unknown")
    history = served.get(f"/v1/patents/{patent}/history").json()["entries"]
    assert [e["topic"] for e in history] == ["patent.entered", "entry.revoked"]


def test_what_is_hidden_stays_hidden_when_it_is_corrected(served: Desk) -> None:
    patent = served.patent()
    history = served.get(f"/v1/patents/{patent}/history").json()["entries"]
    case = served.registered(
        f"/v1/patents/{patent}/facts", as_fact(fact(StartInvalidation, case_no="4W990009"))
    )
    corrected = served.registered(PATH, clerical(case, case_no="4W990010"))
    served.registered(PATH, revocation(corrected))
    served.registered(PATH, revocation(case))
    assert served.get(f"/v1/patents/{patent}/history").json()["entries"] == history
    before, after = (
        served.get(f"/v1/patents/{patent}", known_at=position).json() | {"known_at": None}
        for position in (case["position"] - 1, served.head())
    )
    assert before == after
    owner = served.get(f"/v1/patents/{patent}/history", "patentee", LAMPWORKS).json()["entries"]
    assert [e["topic"] for e in owner[1:]] == [
        "invalidation.requested",
        "hidden_entry.corrected",
        "hidden_entry.revoked",
        "hidden_entry.revoked",
    ]
    stranger = served.get(f"/v1/patents/{patent}/history", "bank", OTHER_BANK).json()["entries"]
    assert len(stranger) == 1


def test_who_was_named_by_mistake_sees_no_more(served: Desk) -> None:
    patent = served.patent()
    registered = pledge(served, patent)
    right = as_body(OTHER_BANK)
    receipt = served.registered(PATH, clerical(registered, pledgees=[right]))
    no = registered["registration_no"]
    assert served.get(f"/v1/filings/{receipt['filing_id']}", "bank", OTHER_BANK).status_code == 200
    assert served.get(f"/v1/filings/{receipt['filing_id']}", "bank", BANK).status_code == 404
    assert served.get(f"/v1/pledges/{no}", "bank", BANK).json()["confidential"] == []
    assert served.get(f"/v1/pledges/{no}", "bank", OTHER_BANK).json()["confidential"]


def test_a_patentee_named_by_mistake_is_no_party_to_the_right(served: Desk) -> None:
    patent = served.patent()
    (entry,) = served.get(f"/v1/patents/{patent}/history").json()["entries"]
    entered = {"filing_id": entry["entry"]["filing_id"]}
    served.registered(PATH, clerical(entered, patentees=[as_body(MILLS)]))
    case = fact(StartInvalidation, case_no="4W990011")
    served.registered(f"/v1/patents/{patent}/facts", as_fact(case))
    seen = {
        who.name: [
            e["topic"]
            for e in served.get(f"/v1/patents/{patent}/history", "patentee", who).json()["entries"]
        ]
        for who in (LAMPWORKS, MILLS)
    }
    assert "invalidation.requested" in seen[MILLS.name]
    assert "invalidation.requested" not in seen[LAMPWORKS.name]
    shown = served.get(f"/v1/patents/{patent}").json()
    assert [p["id"] for p in shown["patentees"]] == [party(MILLS).id]


class TestBodies:
    def test_the_entry_must_be_there(self, served: Desk) -> None:
        answer = served.file(PATH, revocation({"filing_id": "nothing"}))
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-entry")

    def test_an_entry_that_no_longer_counts_is_refused(self, served: Desk) -> None:
        registered = pledge(served, served.patent())
        served.registered(PATH, revocation(registered))
        answer = served.file(PATH, revocation(registered))
        assert answer.status_code == 409
        assert [f["rule"] for f in answer.json()["findings"]] == ["correction-entry-known"]

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ([], ""),
            ({}, "/correction"),
            ({"correction": "both"}, "/correction"),
            ({"correction": "clerical", "entry": "x", "reason": "y", "changes": {}}, "/changes"),
            ({"correction": "revocation", "entry": "x", "reason": "y", "effect": "z"}, "/effect"),
            ({"correction": "revocation", "entry": "x", "streams": []}, "/streams"),
        ],
    )
    def test_the_fault_is_named(self, served: Desk, body: Any, pointer: str) -> None:
        answer = served.file(PATH, body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == pointer

    def test_it_is_the_registrar_s_act(self, served: Desk) -> None:
        registered = pledge(served, served.patent())
        assert served.file(PATH, revocation(registered), "bank", BANK).status_code == 403

    def test_it_can_be_tried(self, served: Desk) -> None:
        registered = pledge(served, served.patent())
        head = served.head()
        body = clerical(registered, effective_on=date(2026, 1, 5).isoformat())
        answer = served.file(PATH, body, dry_run=True)
        assert (answer.status_code, answer.json()["verdict"]) == (200, "registered")
        assert served.head() == head

"""What every filing route promises: one entry a key, the same bytes, all reasons, no half."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest

from ledger.domain.lifecycle import PayAnnualFee
from ledger.domain.parties import InstitutionKind
from tests.api.desk import Desk, as_body
from tests.api.test_patents import as_fact
from tests.builders import (
    BANK,
    INVENTOR,
    LAMPWORKS,
    MILLS,
    OTHER_BANK,
    fact,
    number,
    record_consent,
    register_pledge,
)

VIEWS = ("patent", "title", "encumbrance", "licence", "open_licence", "registration", "idempotency")


def contents(served: Desk) -> dict[str, list[Any]]:
    """Every row of the log and of what is written beside it."""
    return {
        table: sorted(map(str, served.owner.execute(f"SELECT * FROM {table}").fetchall()))
        for table in ("stored_events", *VIEWS)
    }


class TestIdempotency:
    def test_a_repeated_filing_gets_the_same_bytes(self, served: Desk) -> None:
        pledge = register_pledge(patents=(served.patent(),))
        first = served.file("/v1/pledges", pledge, "bank", BANK, key="same-bytes")
        head = served.head()
        served.clock.turn(minutes=1)
        again = served.file("/v1/pledges", pledge, "bank", BANK, key="same-bytes")
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.content == first.content
        assert again.headers["Location"] == first.headers["Location"]
        assert served.head() == head

    def test_a_body_written_in_another_way_is_the_same_filing(self, served: Desk) -> None:
        patent = served.patent()
        body = as_body(register_pledge(patents=(patent,)))
        first = served.file("/v1/pledges", body, "bank", BANK, key="rewritten")
        reordered = dict(reversed(body.items())) | {
            "patents": [patent.replace("CN:", "ZL ")],
            "debtor": None,
        }
        again = served.file("/v1/pledges", reordered, "bank", BANK, key="rewritten")
        assert again.content == first.content

    def test_two_keys_name_no_filing(self, served: Desk) -> None:
        pledge = as_body(register_pledge(patents=(served.patent(),)))
        head = served.head()
        keys = [("Idempotency-Key", key) for key in ("one", "another")]
        asked = [*served.headers("bank", BANK).items(), *keys]
        answer = served.client.post("/v1/pledges", json=pledge, headers=asked)
        assert (answer.status_code, served.head()) == (422, head)
        assert answer.json()["errors"] == [
            {"parameter": "Idempotency-Key", "message": "stated more than once"}
        ]

    def test_a_compressed_body_is_told_so(self, served: Desk) -> None:
        pledge = register_pledge(patents=(served.patent(),))
        answer = served.file("/v1/pledges", pledge, headers={"Content-Encoding": "gzip"})
        assert answer.status_code == 415

    def test_a_key_belongs_to_its_caller(self, served: Desk) -> None:
        for bank, patent in zip((BANK, OTHER_BANK), served.patents(2), strict=True):
            pledge = register_pledge(patents=(patent,), pledgees=(bank,))
            assert served.file("/v1/pledges", pledge, "bank", bank, key="shared").status_code == 201

    def test_another_body_under_the_same_key_is_refused(self, served: Desk) -> None:
        first, second = served.patents(2)
        served.registered(
            "/v1/pledges", register_pledge(patents=(first,)), "bank", BANK, key="once"
        )
        answer = served.file(
            "/v1/pledges", register_pledge(patents=(second,)), "bank", BANK, key="once"
        )
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/key-reused")

    def test_a_refusal_leaves_the_key_unused(self, served: Desk) -> None:
        """Refused for an overdue fee, cured by the registrar, repeated: judged anew."""
        patent = served.patent(fees_paid_through=7)
        pledge = register_pledge(patents=(patent,))
        refused = served.file("/v1/pledges", pledge, "bank", BANK, key="cured")
        assert refused.status_code == 409
        assert [f["rule"] for f in refused.json()["findings"] if f["severity"] == "R"] == [
            "pledge-fee-current"
        ]
        paid = fact(PayAnnualFee, patents=(patent,), fee_year=8)
        served.registered(f"/v1/patents/{patent}/facts", as_fact(paid))
        cured = served.file("/v1/pledges", pledge, "bank", BANK, key="cured")
        assert cured.status_code == 201, cured.text

    @pytest.mark.parametrize("key", [None, "", "a b", "ä", "x" * 201])
    def test_a_filing_needs_a_key(self, served: Desk, key: str | None) -> None:
        headers: dict[str, Any] = served.headers("bank", BANK)
        if key is not None:
            headers["Idempotency-Key"] = key.encode()
        head = served.head()
        body = as_body(register_pledge(patents=(number(1),)))
        answer = served.client.post("/v1/pledges", json=body, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["parameter"].lower() == "idempotency-key"
        assert served.head() == head

    def test_many_at_once_under_one_key_are_one_filing(self, served: Desk) -> None:
        pledge = register_pledge(patents=(served.patent(),))
        with ThreadPoolExecutor(16) as pool:
            answers = list(
                pool.map(
                    lambda _: served.file("/v1/pledges", pledge, "bank", BANK, key="at once"[:2]),
                    range(16),
                )
            )
        assert {a.status_code for a in answers} == {201}
        assert len({a.content for a in answers}) == 1


class TestRefusals:
    def test_every_reason_is_told_at_once(self, served: Desk) -> None:
        paid, overdue = served.patent(), served.patent(fees_paid_through=7)
        served.registered("/v1/pledges", register_pledge(patents=(paid,)), "bank", BANK)
        before = contents(served)
        answer = served.file("/v1/pledges", register_pledge(patents=(paid, overdue)), "bank", BANK)
        assert answer.status_code == 409
        problem = answer.json()
        assert problem["type"] == "/problems/refused"
        found = {(f["rule"], f["patent"], f["pointer"]) for f in problem["findings"]}
        assert {
            ("pledge-no-live-pledge", paid, "/patents/0"),
            ("pledge-fee-current", overdue, "/patents/1"),
        } <= found
        assert contents(served) == before

    def test_a_filing_that_was_overtaken_is_told_by_what(self, served: Desk) -> None:
        patent = served.patent()
        served.registered("/v1/pledges", register_pledge(patents=(patent,)), "bank", BANK)
        late = register_pledge(
            patents=(patent,), pledgees=(OTHER_BANK,), expected_versions={patent: 1}
        )
        answer = served.file("/v1/pledges", late, "bank", OTHER_BANK)
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/overtaken")
        problem = answer.json()
        assert problem["versions"] == {patent: 2}
        (entry,) = problem["entries"]
        assert (entry["topic"], entry["stream"]) == ("pledge.registered", patent)
        assert "confidential" not in entry
        seen = served.file("/v1/pledges", late, "bank", BANK, dry_run=True)
        assert seen.status_code in (403, 409)

    def test_an_entry_that_is_not_there_is_named(self, served: Desk) -> None:
        body = {"ground": "performed"}
        answer = served.file("/v1/pledges/Y2026990999999/deregistration", body, "bank", BANK)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-entry")


class TestDryRun:
    def test_it_says_what_would_be_entered_and_writes_nothing(self, served: Desk) -> None:
        patent = served.patent()
        before = contents(served)
        pledge = register_pledge(patents=(patent,))
        answer = served.file("/v1/pledges", pledge, "bank", BANK, key="dry", dry_run=True)
        assert answer.status_code == 200, answer.text
        verdict = answer.json()
        assert verdict["verdict"] == "registered"
        (entry,) = verdict["entries"]
        assert (entry["stream"], entry["topic"]) == (patent, "pledge.registered")
        assert entry["fields"]["claim"]["amount"]["amount"] == "5000000.00"
        assert contents(served) == before
        # Neither the key nor the number is used up.
        assert served.file("/v1/pledges", pledge, "bank", BANK, key="dry").status_code == 201

    def test_it_is_refused_as_the_filing_would_be(self, served: Desk) -> None:
        patent = served.patent(fees_paid_through=7)
        pledge = register_pledge(patents=(patent,))
        dry = served.file("/v1/pledges", pledge, "bank", BANK, dry_run=True)
        filed = served.file("/v1/pledges", pledge, "bank", BANK)
        assert (dry.status_code, dry.json()) == (filed.status_code, filed.json())

    def test_it_needs_no_key(self, served: Desk) -> None:
        body = as_body(register_pledge(patents=(served.patent(),)))
        answer = served.client.post(
            "/v1/pledges",
            json=body,
            headers=served.headers("bank", BANK),
            params={"dry_run": "true"},
        )
        assert answer.status_code == 200, answer.text


class TestGetFiling:
    def test_it_is_told_to_those_whom_it_concerns(self, served: Desk) -> None:
        patent = served.patent()
        receipt = served.registered("/v1/pledges", register_pledge(patents=(patent,)), "bank", BANK)
        path = f"/v1/filings/{receipt['filing_id']}"
        for role, party in (
            ("bank", BANK),
            ("patentee", LAMPWORKS),
            ("registrar", None),
            ("auditor", None),
        ):
            answer = served.get(path, role, party)
            assert answer.status_code == 200, (role, answer.text)
            assert answer.json()["receipt"] == receipt
            assert [e["topic"] for e in answer.json()["entries"]] == ["pledge.registered"]
        assert served.get(path, "bank", OTHER_BANK).status_code == 404
        assert served.get(path, "licensee", MILLS).status_code == 404
        assert served.get(path).status_code == 401

    def test_the_parties_of_a_pledge_are_those_of_its_end(self, served: Desk) -> None:
        """The entry of a deregistration names no party."""
        patent = served.patent()
        pledge = register_pledge(patents=(patent,))
        number = served.registered("/v1/pledges", pledge, "bank", BANK)["registration_no"]
        body = {
            "ground": "performed",
            "documents": [{"kind": "proof", "digest": "0" * 64}],
            "signed_by": [LAMPWORKS.credit_code, BANK.credit_code],
        }
        ended = served.registered(f"/v1/pledges/{number}/deregistration", body, "bank", BANK)
        path = f"/v1/filings/{ended['filing_id']}"
        (entry,) = served.get(path, "patentee", LAMPWORKS).json()["entries"]
        assert entry["confidential"]["ground"] == "performed"
        assert served.get(path, "bank", OTHER_BANK).status_code == 404

    def test_a_consent_is_told_to_who_gave_it(self, served: Desk) -> None:
        patent = served.patent()
        served.registered("/v1/pledges", register_pledge(patents=(patent,)), "bank", BANK)
        given = served.registered("/v1/consents", record_consent(patents=(patent,)), "bank", BANK)
        path = f"/v1/filings/{given['filing_id']}"
        (entry,) = served.get(path, "bank", BANK).json()["entries"]
        assert entry["confidential"]["disposition"] == "continues"
        assert served.get(path, "patentee", LAMPWORKS).status_code == 404

    @pytest.mark.parametrize("name", ["nothing", "%00", "a" * 100, "'; DROP TABLE patent; --"])
    def test_what_is_not_there_is_not_found(self, served: Desk, name: str) -> None:
        assert served.get(f"/v1/filings/{name}", "auditor").status_code == 404


class TestGetParty:
    def test_a_party_sees_what_it_is_a_party_to(self, served: Desk) -> None:
        patent = served.patent(patentees=(MILLS,))
        pledge = register_pledge(patents=(patent,), pledgors=(MILLS,), pledgees=(OTHER_BANK,))
        no = served.registered("/v1/pledges", pledge, "bank", OTHER_BANK)["registration_no"]
        found = served.get(f"/v1/parties/{MILLS.credit_code}", "patentee", MILLS)
        assert found.status_code == 200, found.text
        shown = found.json()
        assert shown["party"]["name"] == MILLS.name
        assert patent in shown["patents"]["listed"]
        mine = [p for p in shown["pledges"]["listed"] if p["registration_no"] == no]
        assert [(p["pledgor"], p["pledgee"], p["patents"]) for p in mine] == [
            (True, False, [patent])
        ]
        path = f"/v1/parties/{MILLS.credit_code}"
        assert served.get(path, "auditor").json() == shown
        assert served.get(path, "bank", OTHER_BANK).status_code == 404
        assert served.get(path).status_code == 401

    def test_evidence_makes_a_failing_code_good(self, served: Desk) -> None:
        code = MILLS.credit_code or ""
        failing = code[:-1] + ("0" if code[-1] != "0" else "1")
        party = MILLS.model_copy(update={"credit_code": failing})
        pledge = register_pledge(
            patents=(served.patent(),),
            pledgees=(party.model_copy(update={"institution": InstitutionKind.BANK}),),
        )
        refused = served.file("/v1/pledges", pledge)
        assert "id-uscc-check" in {f["rule"] for f in refused.json()["findings"]}
        evidence = {
            "reason": "It is so on its licence.",
            "documents": [{"kind": "business-licence", "digest": "0" * 64}],
        }
        served.registered(f"/v1/parties/{failing}/evidence", evidence)
        assert served.file("/v1/pledges", pledge).status_code == 201
        assert served.get(f"/v1/parties/{failing}", "auditor").json()["identity_evidenced"] is True


def test_a_receipt_holds_no_personal_value(served: Desk) -> None:
    patent = served.patent(patentees=(INVENTOR,))
    pledge = register_pledge(patents=(patent,), pledgors=(INVENTOR,))
    answer = served.file("/v1/pledges", pledge, "bank", BANK)
    assert answer.status_code == 201, answer.text
    for personal in (INVENTOR.identity_number, INVENTOR.address, INVENTOR.telephone):
        assert str(personal) not in answer.text


def test_parallel_filings_on_one_patent_are_one_pledge(served: Desk) -> None:
    patent = served.patent()
    numbers = count(1)
    pledge = register_pledge(patents=(patent,))
    with ThreadPoolExecutor(32) as pool:
        answers = list(
            pool.map(
                lambda _: served.file(
                    "/v1/pledges", pledge, "bank", BANK, key=f"race-{next(numbers)}"
                ),
                range(32),
            )
        )
    assert sorted(a.status_code for a in answers) == [201, *[409] * 31]

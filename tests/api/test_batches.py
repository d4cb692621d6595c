"""Batches: many filings in one call, each by itself or all or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import httpx2
import pytest

from api.batches import BATCH_BYTES_MAX, LINES_MAX
from api.bodies import BODY_BYTES_MAX
from api.naming import filing_routes
from ledger.domain.lifecycle import PayAnnualFee
from ledger.eventstore import acts
from tests.api.desk import Desk, as_body, serials
from tests.api.document import ROUTES
from tests.api.test_patents import as_fact
from tests.api.test_problems import is_problem
from tests.builders import (
    BANK,
    LAMPWORKS,
    OTHER_BANK,
    deregister_pledge,
    fact,
    grant_patent,
    number,
    patent_details,
    refs,
    register_pledge,
)

Json = dict[str, Any]


def line(route: str, body: Any, key: str, **members: Any) -> Json:
    return {"route": route, "key": key, "body": as_body(body), **members}


def pledge(patent: str, key: str | None = None, **fields: Any) -> Json:
    return line("/v1/pledges", register_pledge(patents=(patent,), **fields), key or f"own-{patent}")


def send(
    served: Desk,
    lines: Iterable[Json | bytes],
    role: str | None = "bank",
    party: Any = BANK,
    kind: str = "application/x-ndjson",
    **asked: Any,
) -> httpx2.Response:
    body = b"\n".join(x if isinstance(x, bytes) else json.dumps(x).encode() for x in lines)
    headers = {**served.headers(role, party), "Content-Type": kind}
    return served.client.post("/v1/batches", content=body, headers=headers, params=asked)


def outcomes(answer: httpx2.Response) -> list[Json]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(each) for each in answer.text.splitlines()]


def test_every_route_that_files_can_be_named_in_a_line() -> None:
    contests = {"contest_refusal", "contest_prepared", "decide_contest"}
    assert {str(route.operation_id) for route in filing_routes()} == {
        route.name for route in ROUTES if route.files
    } - contests


class TestEach:
    def test_each_line_has_its_outcome_in_order(self, served: Desk) -> None:
        first, second, third = served.patents(3)
        told = outcomes(
            send(served, [pledge(first), pledge(first, key="again"), pledge(second), pledge(third)])
        )
        assert [(o["line"], o["status"]) for o in told] == [(1, 201), (2, 409), (3, 201), (4, 201)]
        receipt = told[0]["receipt"]
        assert told[0]["location"] == f"/v1/pledges/{receipt['registration_no']}"
        assert served.get(told[0]["location"]).json()["state"] == "stands"
        assert "pledge-no-live-pledge" in [f["rule"] for f in told[1]["problem"]["findings"]]
        assert told[1]["problem"]["instance"] == "/v1/pledges"
        positions = [o["receipt"]["position"] for o in told if "receipt" in o]
        assert positions == sorted(positions)

    def test_it_says_what_the_route_by_itself_says(self, served: Desk) -> None:
        patent = served.patent()
        refused = register_pledge(patents=(patent,), signed_by=())
        (told,) = outcomes(send(served, [line("/v1/pledges", refused, "k")]))
        alone = served.file("/v1/pledges", refused, "bank", BANK)
        assert told["problem"] == alone.json()
        (told,) = outcomes(send(served, [pledge(patent, key="once")]))
        again = served.file(
            "/v1/pledges", register_pledge(patents=(patent,)), "bank", BANK, key="once"
        )
        assert told["receipt"] == again.json()

    def test_a_batch_that_comes_again_is_entered_once(self, served: Desk) -> None:
        lines = [pledge(patent) for patent in served.patents(20)]
        first, again = send(served, lines), send(served, lines)
        assert first.content == again.content
        head = served.head()
        reused = [{**each, "body": {**each["body"], "agency": "Another"}} for each in lines]
        assert {o["problem"]["type"] for o in outcomes(send(served, reused))} == {
            "/problems/key-reused"
        }
        assert served.head() == head

    def test_later_lines_see_earlier_ones(self, served: Desk) -> None:
        fresh = number(next(serials))
        grant = line("/v1/patents", grant_patent(patent_details(fresh)), "grant")
        paid = as_fact(fact(PayAnnualFee, fee_year=9))
        lines = [grant, pledge(fresh), line(f"/v1/patents/{fresh}/facts", paid, "paid")]
        assert [o["status"] for o in outcomes(send(served, lines, "registrar", None))] == [201] * 3

    def test_a_role_may_do_in_a_line_what_it_may_at_the_route(self, served: Desk) -> None:
        patent = served.patent()
        grant = line("/v1/patents", grant_patent(patent_details(number(next(serials)))), "k1")
        told = outcomes(send(served, [grant, pledge(patent)], "bank", OTHER_BANK))
        assert [o["problem"]["type"] for o in told] == [
            "/problems/forbidden",
            "/problems/not-a-party",
        ]
        assert send(served, [pledge(patent)], "auditor", None).status_code == 403
        assert send(served, [pledge(patent)], None).status_code == 401

    def test_a_line_can_prepare(self, served: Desk) -> None:
        filing = pledge(served.patent(), signed_by=refs(BANK)) | {"prepare": True}
        (told,) = outcomes(send(served, [filing]))
        assert told["receipt"]["prepared"]["state"] == "awaiting_confirmation"

    def test_bad_lines_are_named_and_the_others_entered(self, served: Desk) -> None:
        patent = served.patent()
        good = pledge(patent)
        lines = [
            b"",
            b'{"route":',
            b'{"route": "/v1/pledges", "route": "/v1/pledges"}',
            json.dumps({**good, "key": "\u00e9", "more": 1}).encode(),
            json.dumps({**good, "route": "/v1/rules"}).encode(),
            json.dumps({**good, "route": "/v1/pledges/../batches"}).encode(),
            json.dumps({**good, "body": {**good["body"], "patents": ["x"]}}).encode(),
            b'"' + b"x" * BODY_BYTES_MAX + b'"',
            b"  \r",
            json.dumps(good).encode() + b"\r",
        ]
        told = outcomes(send(served, lines))
        assert [(o["line"], o["status"]) for o in told] == [
            (2, 400),
            (3, 400),
            (4, 422),
            (5, 404),
            (6, 404),
            (7, 422),
            (8, 413),
            (10, 201),
        ]
        assert {e["pointer"] for e in told[2]["problem"]["errors"]} == {"/key", "/more"}
        assert told[5]["problem"]["errors"][0]["pointer"] == "/patents/0"

    def test_one_that_was_overtaken_tells_versions_and_shows_no_entry(self, served: Desk) -> None:
        """The answer has begun, and what it shows could no longer be noted."""
        patent = served.patent()
        filing = pledge(patent, key="stale")
        filing["body"]["expected_versions"] = {patent: 7}
        (told,) = outcomes(send(served, [filing]))
        assert told["problem"]["type"] == "/problems/overtaken"
        assert told["problem"]["versions"] == {patent: 1}
        assert "entries" not in told["problem"]
        answer = send(served, [filing], entered="together").json()
        assert "entries" in answer["lines"][0]["problem"]

    def test_a_thousand_filings_in_one_call(self, served: Desk) -> None:
        patents = served.patents(LINES_MAX)
        told = outcomes(send(served, [pledge(patent) for patent in patents]))
        assert [o["line"] for o in told] == list(range(1, LINES_MAX + 1))
        assert {o["status"] for o in told} == {201}
        assert len({o["receipt"]["registration_no"] for o in told}) == LINES_MAX


class TestTogether:
    def test_all_are_entered_at_once_each_as_its_own_filing(self, served: Desk) -> None:
        patents = served.patents(3)
        before = served.head()
        answer = send(served, [pledge(p) for p in patents], entered="together")
        told = outcomes(answer)
        assert [(o["line"], o["status"]) for o in told] == [(1, 201), (2, 201), (3, 201)]
        receipts = [o["receipt"] for o in told]
        assert len({r["filing_id"] for r in receipts}) == 3
        assert len({r["registration_no"] for r in receipts}) == 3
        assert [r["position"] for r in receipts] == [before + 1, before + 2, before + 3]
        assert answer.headers["Ledger-Position"] == str(before + 3)
        assert len({r["recorded_at"] for r in receipts}) == 1
        again = send(served, [pledge(p) for p in patents], entered="together")
        assert again.content == answer.content
        alone = served.file(
            "/v1/pledges",
            register_pledge(patents=patents[:1]),
            "bank",
            BANK,
            key=f"own-{patents[0]}",
        )
        assert alone.json() == receipts[0]

    def test_none_is_entered_where_one_is_declined_and_every_reason_is_told(
        self, served: Desk
    ) -> None:
        free, other, held = served.patents(3)
        served.registered("/v1/pledges", register_pledge(patents=(held,)), "bank", BANK)
        head, drawn = served.head(), served.owner.execute("SELECT * FROM registration").fetchall()
        lines = [
            pledge(free),
            pledge(held),
            pledge(other, signed_by=()),
            pledge(free, key="again"),
        ]
        answer = send(served, lines, entered="together")
        assert (answer.status_code, is_problem(answer)) == (409, True)
        assert answer.json()["type"] == "/problems/none-entered"
        told = {
            o["line"]: [f["rule"] for f in o["problem"]["findings"]] for o in answer.json()["lines"]
        }
        assert set(told) == {2, 3, 4}
        assert "pledge-no-live-pledge" in told[2]
        assert "pledge-no-live-pledge" in told[4]
        assert served.head() == head
        assert served.owner.execute("SELECT * FROM registration").fetchall() == drawn
        assert served.get(f"/v1/patents/{free}").json()["encumbrances"] == []
        # The keys are still unused, and the numbers have no gap.
        told_now = outcomes(send(served, lines[:1], entered="together"))
        serials = [r[4] for r in served.owner.execute("SELECT * FROM registration").fetchall()]
        assert told_now[0]["status"] == 201
        assert len(serials) == len(drawn) + 1

    def test_what_is_on_record_already_is_answered_with_its_receipt(self, served: Desk) -> None:
        first, second = served.patents(2)
        alone = served.registered(
            "/v1/pledges", register_pledge(patents=(first,)), "bank", BANK, key=f"own-{first}"
        )
        told = outcomes(send(served, [pledge(first), pledge(second)], entered="together"))
        assert told[0]["receipt"] == alone
        assert told[1]["status"] == 201

    def test_where_a_line_cannot_be_read_nothing_is_judged(self, served: Desk) -> None:
        patent = served.patent()
        head = served.head()
        lines = [pledge(patent), b"{", pledge(patent, signed_by=())]
        answer = send(served, lines, entered="together")
        assert [(o["line"], o["status"]) for o in answer.json()["lines"]] == [(2, 400)]
        assert served.head() == head

    def test_a_pledge_moves_to_another_bank_at_one_stroke(self, served: Desk) -> None:
        patent = served.patent()
        stands = served.registered("/v1/pledges", register_pledge(patents=(patent,)))
        no = stands["registration_no"]
        ended = as_body(deregister_pledge(registration_no=no))
        ended.pop("registration_no")
        taken_over = register_pledge(patents=(patent,), pledgees=(OTHER_BANK,)).model_copy(
            update={"signed_by": refs(LAMPWORKS, OTHER_BANK)}
        )
        lines = [
            line(f"/v1/pledges/{no}/deregistration", ended, f"end-{no}"),
            line("/v1/pledges", taken_over, f"anew-{no}"),
        ]
        told = outcomes(send(served, lines, "registrar", None, entered="together"))
        assert [o["status"] for o in told] == [201, 201]
        assert served.get(f"/v1/pledges/{no}").json()["state"] == "ended"

    def test_one_transaction_holds_so_many_entries(
        self, served: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ledger.eventstore.group.TOGETHER_EVENTS_MAX", 3)
        patents = served.patents(4)
        head = served.head()
        answer = send(served, [pledge(p) for p in patents], entered="together")
        assert (answer.status_code, is_problem(answer)) == (413, True)
        assert served.head() == head
        assert acts.TOGETHER_EVENTS_MAX == 10_000


class TestTheBody:
    @pytest.mark.parametrize("entered", ["each", "together"])
    def test_it_is_lines_of_json_and_not_too_many(self, served: Desk, entered: str) -> None:
        def answered(lines: list[Json | bytes], kind: str = "application/x-ndjson") -> int:
            answer = send(served, lines, kind=kind, entered=entered)
            assert is_problem(answer)
            return answer.status_code

        assert answered([b"{}"], kind="application/json") == 415
        assert answered([b"", b" "]) == 422
        assert answered([b"{}"] * (LINES_MAX + 1)) == 413
        assert answered([b" " * (BATCH_BYTES_MAX + 1)]) == 413

    def test_the_mark_of_a_byte_order_is_passed_over(self, served: Desk) -> None:
        told = json.dumps(pledge(served.patent())).encode()
        (outcome,) = outcomes(send(served, [b"\xef\xbb\xbf" + told]))
        assert outcome["status"] == 201

    def test_how_it_is_entered_is_each_or_together(self, served: Desk) -> None:
        assert send(served, [b"{}"], entered="all").status_code == 422

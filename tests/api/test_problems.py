"""One error shape over all routes, a page for each problem, and bad input of any kind."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from api.bodies import BODY_BYTES_MAX
from api.problems import KINDS, OF_EXCEPTIONS, pages
from ledger.domain.refusals import Declined, NotNew
from ledger.erasures import NothingHeld
from tests.api.desk import Desk, as_body
from tests.api.document import ROUTES, Route
from tests.builders import BANK, number, register_pledge

REQUIRED = {"type", "title", "status", "instance"}


def is_problem(answer: httpx2.Response) -> bool:
    """Whether an answer is a problem of the one shape."""
    body = answer.json()
    slug = body["type"].removeprefix("/problems/")
    return (
        answer.headers["content-type"] == "application/problem+json"
        and body.keys() >= REQUIRED
        and (body["status"], body["title"]) == (answer.status_code, KINDS[slug].title)
        and KINDS[slug].status == answer.status_code
        and "Ledger-Position" in answer.headers
    )


FILING = [route for route in ROUTES if route.files]


class TestShape:
    @pytest.mark.parametrize("role", [None, "registrar", "statistician"])
    @pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
    def test_every_route_answers_problems_of_one_shape(
        self, served: Desk, role: str | None, route: Route
    ) -> None:
        """With nothing of that name, without a body, by other methods."""
        headers = served.headers(role)
        answer = served.client.request(route.method, route.filled, headers=headers)
        assert str(answer.status_code) in route.operation["responses"]
        assert answer.status_code < 400 or is_problem(answer), answer.text
        for other in ("PATCH", "DELETE"):
            answer = served.client.request(other, route.filled, headers=headers)
            assert answer.status_code in (404, 405)
            assert is_problem(answer)

    @pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
    def test_no_route_passes_over_a_parameter_it_does_not_know(
        self, served: Desk, route: Route
    ) -> None:
        """Who misspells `dry_run` must not have filed."""
        headers = served.headers("auditor")
        answer = served.client.request(route.method, f"{route.filled}?dryrun=true", headers=headers)
        assert (answer.status_code, is_problem(answer)) == (422, True), answer.text
        (fault,) = answer.json()["errors"]
        assert fault["parameter"] == "dryrun"
        known = [p["name"] for p in route.operation.get("parameters", ()) if p["in"] == "query"]
        assert all(name in fault["message"] for name in known)

    def test_a_parameter_is_stated_once_unless_there_may_be_several(self, served: Desk) -> None:
        path = f"/v1/patents/{served.patent()}"
        answer = served.client.get(f"{path}?known_at=1&known_at=2")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["parameter"] == "known_at"
        assert served.client.get("/v1/events?kind=pledge&kind=fee").status_code == 200

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/nothing", 404),
            ("GET", "/v1", 404),
            ("GET", "/v1/rules/", 404),
            ("GET", "/metrics/more", 404),
            ("GET", "/v1/log", 404),
            ("DELETE", "/v1/rules", 405),
            ("POST", "/healthz", 405),
            ("GET", "/v1/patents/status", 405),
            ("GET", "/v1/patents/ZL202219900100.1/facts", 405),
            ("GET", "/v1/patents/ZL202219900100.1/certificates", 405),
            ("GET", "/docs/assets/nothing.js", 404),
        ],
    )
    def test_what_is_not_built_does_not_exist(
        self, served: Desk, method: str, path: str, status: int
    ) -> None:
        answer = served.client.request(method, path)
        assert answer.status_code == status
        assert is_problem(answer)


class TestPages:
    @pytest.mark.parametrize("slug", KINDS)
    def test_every_problem_has_a_page(self, served: Desk, slug: str) -> None:
        answer = served.get(f"/problems/{slug}")
        assert answer.status_code == 200
        assert answer.text.startswith(f"# {KINDS[slug].title}\n\n`/problems/{slug}`, status ")
        assert f"status {KINDS[slug].status}" in answer.text

    def test_no_page_is_left_over(self) -> None:
        assert {page.stem for page in pages().glob("*.md")} == set(KINDS)

    def test_whatever_declines_a_filing_has_a_kind(self) -> None:
        # NotNew answers transcription and NothingHeld erasure, which no route asks for.
        declining = set(Declined.__subclasses__()) - {NotNew, NothingHeld}
        assert declining <= set(OF_EXCEPTIONS)


def deep(levels: int) -> bytes:
    return b'{"patents":' + b"[" * levels + b"]" * levels + b"}"


MALFORMED = {
    "nothing": b"",
    "blank": b"   ",
    "half": b'{"patents": [',
    "two values": b"{} {}",
    "not JSON": b"<filing/>",
    "a comment": b'{"patents": [] /* all */}',
    "single quotes": b"{'patents': []}",
    "not UTF-8": b'{"patents": ["\xff"]}',
    "UTF-16": json.dumps({"patents": []}).encode("utf-16"),
    "a raw surrogate": b'{"patents": ["\xed\xa0\x80"]}',
    "an escaped surrogate": b'{"patents": ["\\ud800"]}',
    "an escaped surrogate in a name": b'{"\\udfff": 1}',
    "a raw NUL": b'{"patents": ["\x00"]}',
    "an escaped NUL": b'{"patents": ["\\u0000"]}',
    "an escaped NUL in a name": b'{"a\\u0000b": 1}',
    "a member named twice": b'{"patents": [], "patents": []}',
    "a member named twice deep within": b'{"claim": {"amount": {"amount": "1", "amount": "2"}}}',
    "NaN": b'{"patents": NaN}',
    "infinity": b'{"patents": -Infinity}',
    "a huge number": b'{"patents": ' + b"9" * 5000 + b"}",
    "a huge negative number": b'{"patents": -' + b"9" * 20 + b"}",
    "a huge exponent": b'{"patents": 1e999}',
    "a tiny fraction without end": b'{"patents": 0.' + b"1" * 4000 + b"}",
    "too deep": deep(200),
    "far too deep": deep(200_000),
    "objects without end": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
}

WRONG_TYPES: dict[str, tuple[dict[str, Any], str]] = {
    "a number for a list": ({"patents": 5}, "/patents"),
    "a number in the list": ({"patents": [5]}, "/patents/0"),
    "no number at all": ({"patents": ["hello"]}, "/patents/0"),
    "none": ({"patents": []}, "/patents"),
    "twice the same": ({"patents": [number(1), number(1)]}, "/patents"),
    "too many": ({"patents": [number(i) for i in range(1, 1002)]}, "/patents"),
    "null for a list": ({"patents": None}, "/patents"),
    "text for truth": ({"appraised": "yes"}, "/appraised"),
    "a number for truth": ({"appraised": 1}, "/appraised"),
    "a float for an amount": (
        {"claim": {"amount": {"amount": 5.5, "currency": "CNY"}}},
        "/claim/amount/amount",
    ),
    "an exponent in an amount": (
        {"claim": {"amount": {"amount": "5e6", "currency": "CNY"}}},
        "/claim/amount/amount",
    ),
    "a negative amount": (
        {"claim": {"amount": {"amount": "-5", "currency": "CNY"}}},
        "/claim/amount/amount",
    ),
    "an amount without end": (
        {"claim": {"amount": {"amount": "9" * 99, "currency": "CNY"}}},
        "/claim/amount/amount",
    ),
    "no currency": (
        {"claim": {"amount": {"amount": "5", "currency": "XYZ"}}},
        "/claim/amount/currency",
    ),
    "a time for a day": ({"claim": {"debt_due_on": "2027-12-31T00:00:00Z"}}, "/claim/debt_due_on"),
    "seconds for a day": ({"claim": {"debt_due_on": 1_800_000_000}}, "/claim/debt_due_on"),
    "no day": ({"claim": {"debt_due_on": "2027-02-30"}}, "/claim/debt_due_on"),
    "a day out of range": ({"received_on": "9999-12-31"}, "/received_on"),
    "a member nobody knows": ({"patentz": []}, "/patentz"),
    "a member nobody knows within": (
        {"contract": {"signd_on": "2026-01-01"}},
        "/contract/signd_on",
    ),
    "a control character": ({"agency": "a\u0007b"}, "/agency"),
    "a line separator": ({"agency": "a\u2028b"}, "/agency"),
    "blank": ({"agency": "   "}, "/agency"),
    "a name without end": ({"pledgors": [{"name": "x" * 501}]}, "/pledgors/0/name"),
    "a code that is none": (
        {"pledgors": [{"name": "x", "credit_code": "91"}]},
        "/pledgors/0/credit_code",
    ),
    "a kind that is none": ({"pledgors": [{"name": "x", "kind": "robot"}]}, "/pledgors/0/kind"),
    "a digest that is none": (
        {"documents": [{"kind": "identity", "digest": "abc"}]},
        "/documents/0/digest",
    ),
    "a version that is none": (
        {"expected_versions": {number(1): "one"}},
        f"/expected_versions/{number(1)}",
    ),
    "a list for an object": ({"claim": []}, "/claim"),
    "text for an object": ({"claim": "5 million"}, "/claim"),
}


class TestBadInput:
    """Whatever comes gets a 4xx problem that names the field or the rule, and the log stays as it
    is.
    """

    def sent(
        self, served: Desk, raw: bytes, path: str = "/v1/pledges", **headers: str
    ) -> httpx2.Response:
        head = served.head()
        given = served.headers("registrar") | {
            "Idempotency-Key": "bad",
            "Content-Type": "application/json",
            **headers,
        }
        answer = served.client.post(path, content=raw, headers=given)
        assert served.head() == head
        return answer

    @pytest.mark.parametrize("case", MALFORMED)
    def test_what_is_not_json_is_malformed(self, served: Desk, case: str) -> None:
        answer = self.sent(served, MALFORMED[case])
        assert (answer.status_code, is_problem(answer)) == (400, True), answer.text
        assert answer.json()["detail"]

    @pytest.mark.parametrize("route", FILING, ids=lambda route: route.name)
    @pytest.mark.parametrize(
        "raw", [b"", b"[]", b"null", b"5", b'"text"', b"{}", b'{"patents":"\\u0000"}', deep(500)]
    )
    def test_every_route_that_files_reads_as_strictly(
        self, served: Desk, route: Route, raw: bytes
    ) -> None:
        answer = self.sent(served, raw, route.filled)
        assert answer.status_code in (400, 404, 422)
        assert is_problem(answer)

    @pytest.mark.parametrize("case", WRONG_TYPES)
    def test_the_field_that_is_wrong_is_pointed_at(self, served: Desk, case: str) -> None:
        wrong, pointer = WRONG_TYPES[case]
        body = as_body(register_pledge(patents=(number(1),))) | wrong
        answer = self.sent(served, json.dumps(body).encode())
        assert (answer.status_code, is_problem(answer)) == (422, True), answer.text
        assert pointer in [error["pointer"] for error in answer.json()["errors"]], answer.text

    def test_the_rule_that_a_number_breaks_is_named(self, served: Desk) -> None:
        body = as_body(register_pledge()) | {"patents": ["ZL2020105660889999"]}
        (error,) = self.sent(served, json.dumps(body).encode()).json()["errors"]
        assert error["rule"] == "id-patent-number-check"
        assert error["pointer"] == "/patents/0"

    def test_what_was_sent_in_confidence_is_not_repeated(self, served: Desk) -> None:
        body = as_body(register_pledge())
        body["claim"] = {
            "amount": {"amount": "SECRET-1", "currency": "SECRET-2"},
            "kind": 5,
            "scope": ["SECRET-3"],
            "debt_due_on": "SECRET-4",
            "maximum": "SECRET-5",
        }
        body["pledgors"] = [{"name": "x", "identity_number": "SECRET-6"}]
        answer = self.sent(served, json.dumps(body).encode())
        assert answer.status_code == 422
        assert "SECRET" not in answer.text
        fee = {"fee": {"form": "SECRET"}, "patents": [number(1)], "patentees": []}
        answer = self.sent(served, json.dumps(fee).encode(), "/v1/open-licences")
        assert (answer.status_code, "SECRET" in answer.text) == (422, False)

    def test_a_body_is_limited(self, served: Desk) -> None:
        answer = self.sent(served, b'"' + b"x" * BODY_BYTES_MAX + b'"')
        assert (answer.status_code, is_problem(answer)) == (413, True)

    def test_a_body_of_unstated_length_is_limited(self, served: Desk) -> None:
        def endless() -> Any:
            for _ in range(3 * 1024):
                yield b" " * 1024

        headers = served.headers("registrar") | {
            "Idempotency-Key": "k",
            "Content-Type": "application/json",
        }
        answer = served.client.post("/v1/pledges", content=endless(), headers=headers)
        assert (answer.status_code, is_problem(answer)) == (413, True)

    @pytest.mark.parametrize(
        "kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""]
    )
    def test_a_body_is_json(self, served: Desk, kind: str) -> None:
        answer = self.sent(served, b"{}", **{"Content-Type": kind})
        assert (answer.status_code, is_problem(answer)) == (415, True)

    @pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/vnd.x+json"])
    def test_json_by_another_name_is_json(self, served: Desk, kind: str) -> None:
        assert self.sent(served, b"{}", **{"Content-Type": kind}).status_code == 422

    @pytest.mark.parametrize(
        "no",
        [
            "%00",
            "%ED%A0%80",
            "%FF",
            "x" * 500,
            "CN:%E2%80%A8",
            "..%2F..%2Fetc",
            "CN:1'--",
            "%0A",
            "CN:",
            "🜚",
        ],
    )
    @pytest.mark.parametrize(
        "path",
        [
            "/v1/patents/{}",
            "/v1/patents/{}/history",
            "/v1/pledges/{}",
            "/v1/licences/{}",
            "/v1/open-licences/{}",
            "/v1/rules/{}",
            "/problems/{}",
        ],
    )
    def test_a_number_of_any_kind_is_answered(self, served: Desk, path: str, no: str) -> None:
        answer = served.client.get(path.format(no))
        assert answer.status_code in (404, 422), answer.text
        assert is_problem(answer)

    @pytest.mark.parametrize("position", ["-1", "x", "1.5", "9" * 40, ""])
    def test_a_least_position_that_is_none_is_named(self, served: Desk, position: str) -> None:
        answer = served.client.get("/v1/open-licences", headers={"Ledger-Min-Position": position})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["parameter"] == "Ledger-Min-Position"

    def test_a_bank_is_pointed_at_all_that_is_wrong_at_once(self, served: Desk) -> None:
        body = as_body(register_pledge(patents=(number(1),))) | {
            "appraised": "yes",
            "patents": [],
            "x": 1,
        }
        answer = self.sent(served, json.dumps(body).encode(), **served.headers("bank", BANK))
        assert {e["pointer"] for e in answer.json()["errors"]} == {"/appraised", "/patents", "/x"}

"""Nonsense in tokens, headers, questions and bodies of every route: a clear problem, no fault."""

from __future__ import annotations

import base64
import json
import socket
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from api.callers import OPERATIONS
from api.tokens import ROLES
from tests.api.asking import PLACE
from tests.api.desk import Desk
from tests.api.document import ROUTES, Route
from tests.api.test_problems import is_problem
from tests.builders import BANK

TEN_MIB = 10 * 1024 * 1024
DIGITS = "9" * 100_000

TEXTS = {
    "nothing": "",
    "NUL": "\0",
    "a lone surrogate": "\ud800",
    "right to left": "\u202eelif\u2066",
    "half a character": b"\xc3",
    "digits": "9" * 5_000,
    "minus": "-1",
    "quotes": "'\";--",
    "a path": "../../etc/passwd",
    "a template": "${7*7}{{7*7}}%s%n",
    "brackets": "[" * 3_000,
    "a line": "a\r\nSet-Cookie: x=1",
    "everything": "🜚\u0301\ufeff\uffff",
}


WORST = ("nothing", "NUL", "a lone surrogate", "right to left", "half a character", "digits")


def encoded(text: str | bytes) -> str:
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return quote(raw, safe="")


def is_answered(answer: httpx2.Response) -> bool:
    """Whether an answer is one of those that are told, and no fault."""
    if answer.status_code >= 500:
        return False
    return answer.status_code < 400 or is_problem(answer)


# --- tokens -------------------------------------------------------------------------------------


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


HEAD = part({"alg": "EdDSA", "typ": "JWT"})
CLAIMS = part({"iss": "patent-ledger", "sub": "x", "role": "registrar", "iat": 0, "exp": 2**33})
DEEP_LIST, DEEP_OBJECT = b"[" * 3_000, b'{"a":' * 700
OF_OURS = b'{"iss":"patent-ledger","exp":'


def token(head: Any = None, claims: Any = ..., signature: str = "x") -> str:
    """A token of parts that nobody has signed."""
    of_head = HEAD if head is None else part(head)
    return f"{of_head}.{CLAIMS if claims is ... else part(claims)}.{signature}"


TOKENS = {
    "dots": "..",
    "many parts": ".".join("abcde" * 10),
    "no letters": "\xff\xfe",
    "blanks": "a b c",
    "long": "a" * 50_000,
    "longer than is read": token(claims="x" * 20_000),
    "a list for a head": token([1]),
    "a text for a head": token("alg"),
    "null for claims": token(claims=None),
    "deep head": token(DEEP_LIST),
    "deep claims": token(claims=DEEP_LIST),
    "deep objects": token(claims=DEEP_OBJECT),
    "digits": token(claims=OF_OURS + b"9" * 5_000 + b"}"),
    "a huge end": token(claims=OF_OURS + b"1e999}"),
    "NUL": token(claims={"iss": "\0"}),
    "a lone surrogate": token(claims={"iss": "\ud800"}),
    "right to left": token(claims={"iss": "\u202e"}),
    "not UTF-8": token(b"\xff", b"\xff"),
    "a list for an algorithm": token({"alg": ["EdDSA"]}),
    "no algorithm": token({"alg": "none"}, signature=""),
    "none, otherwise": token({"alg": "nOnE"}, signature=""),
    "an algorithm of no signature": token({"alg": "dir", "enc": "A256GCM"}),
    "a detached body": token({"alg": "EdDSA", "b64": False, "crit": ["b64"]}),
    "a key name": token({"alg": "EdDSA", "kid": "../../../dev/null"}),
    "a list for a key name": token({"alg": "EdDSA", "kid": [1]}),
    "an address of keys": token({"alg": "RS256", "jku": "http://127.0.0.1:1/"}),
    "five parts": f"{HEAD}.a.b.c.d",
}


@pytest.mark.parametrize("case", TOKENS)
def test_a_token_of_any_kind_is_refused(served: Desk, case: str) -> None:
    stated = TOKENS[case].encode("latin-1")
    for path in ("/v1/rules", "/v1/filings"):
        answer = served.client.get(path, headers={"Authorization": b"Bearer " + stated})
        assert (answer.status_code, is_problem(answer)) == (401, True), answer.text
        assert answer.headers["WWW-Authenticate"].startswith("Bearer error=")


# --- headers ------------------------------------------------------------------------------------

HEADERS = (
    "Accept",
    "Accept-Language",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "Ledger-Min-Position",
    "Range",
    "X-Forwarded-For",
    "X-Request-Id",
)


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_of_any_kind_is_answered(served: Desk, header: str) -> None:
    registrar = served.headers("registrar")
    for value in TEXTS.values():
        raw = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
        line = raw.translate(None, b"\0\r\n")
        for method, path in (
            ("GET", "/v1/patents/CN:201819000001.1"),
            ("GET", "/v1/events"),
            ("POST", "/v1/pledges"),
            ("POST", "/v1/patents/CN:201819000001.1/facts"),
        ):
            if header == "Accept" and path == "/v1/events":
                continue  # a stream without end, which may be asked for
            headers = {**registrar, "Idempotency-Key": "k", header: line}
            answer = served.client.request(method, path, headers=headers, content=b"{}")
            assert is_answered(answer), (method, path, line, answer.text)


# --- questions ----------------------------------------------------------------------------------


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_a_question_of_any_kind_is_answered(served: Desk, route: Route) -> None:
    headers = served.headers("auditor")
    stated = [p["name"] for p in route.operation.get("parameters", ()) if p["in"] == "query"]
    asked = [f"{route.filled}?{name}={encoded(TEXTS[t])}" for name in stated for t in WORST]
    for text in TEXTS.values():
        path = route.path
        for room, name in PLACE.findall(route.path):
            path = path.replace(f"{room}/{{{name}}}", f"{room}/{encoded(text)}", 1)
        if "{" not in path and path != route.path:
            asked.append(path)
    for path in asked:
        answer = served.client.request(route.method, path, headers=headers)
        assert is_answered(answer), (path, answer.text)


# --- bodies -------------------------------------------------------------------------------------

BODIES = {
    "a number of 100,000 digits": b'{"patents": ' + DIGITS.encode() + b"}",
    "a text of 100,000 digits": b'{"patents": ["' + DIGITS.encode() + b'"]}',
    "a fraction of 100,000 digits": b'{"patents": 0.' + DIGITS.encode() + b"}",
    "an exponent of 100,000 digits": b'{"patents": 1e' + DIGITS.encode() + b"}",
    "100,000 brackets": b"[" * 100_000,
    "100,000 objects": b'{"a":' * 100_000,
    "NUL": b'{"a": "\\u0000"}',
    "a lone surrogate": b'{"a": "\\udc00"}',
    "surrogates the wrong way round": b'{"a": "\\udc00\\ud800"}',
    "right to left": '{"\u202ea": "\u202e"}'.encode(),
    "not UTF-8": b'{"a": "\xff"}',
    "a name of the object itself": b'{"__class__": {}, "__proto__": {}}',
    "lines": b"{}\n{}\n{",
}
OTHERWISE = {"file_batch": "application/x-ndjson", "deposit_document": "application/pdf"}
"""What is not JSON, by the route that takes it."""


def kinds(route: Route) -> list[str]:
    other = OTHERWISE.get(route.name)
    return ["application/json"] if other is None else ["application/json", other]


WRITING = [route for route in ROUTES if route.method != "GET"]


@pytest.mark.parametrize("route", WRITING, ids=lambda route: route.name)
def test_a_body_of_any_kind_is_refused(served: Desk, route: Route) -> None:
    head = served.head()
    role = next(r for r in ("registrar", "bank", *ROLES) if r in OPERATIONS[route.name])
    stated = served.headers(role, BANK) | {"Idempotency-Key": "fuzz"}
    for kind in kinds(route):
        for case, raw in BODIES.items():
            headers = {**stated, "Content-Type": kind}
            answer = served.client.request(route.method, route.filled, headers=headers, content=raw)
            assert is_answered(answer), (role, kind, case, answer.text)
    assert served.head() == head


@pytest.mark.parametrize("route", WRITING, ids=lambda route: route.name)
def test_a_body_of_ten_mebibytes_is_refused_before_it_is_read(served: Desk, route: Route) -> None:
    """But for batches and documents, which may be large and are refused for what they are."""
    url = served.client.base_url
    stated = served.headers("registrar") | {
        "Host": "ledger",
        "Idempotency-Key": "large",
        "Content-Type": "application/json",
        "Content-Length": str(TEN_MIB),
        "Connection": "close",
    }
    lines = [f"{route.method} {route.filled} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in stated.items()]
    with socket.create_connection((url.host, url.port), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        if route.name in ("deposit_document", "file_batch"):
            return
        # Nothing of the body is sent: an answer comes from who has not waited for it.
        with connection.makefile("rb") as answered:
            status = int(answered.readline().split()[1])
    if "requestBody" not in route.operation and "{period}" in route.path:
        assert status == 422, "no body is taken, and there is no such period"
        return
    assert status in (401, 403, 404, 413, 415), route.name

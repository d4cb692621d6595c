"""Everything that is not an answer, as application/problem+json (RFC 9457), from one table and one
handler.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from psycopg.errors import ReadOnlySqlTransaction
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from api import printed
from api.examples import problem_reference
from api.house import house_of, viewer_of
from api.limits import TooMany
from api.tokens import BadToken
from ledger.depository import Damaged
from ledger.domain.acting import NotAParty
from ledger.domain.refusals import Declined, KeyReused, NoSuchEntry, Overtaken, Refused
from ledger.eventstore.acts import (
    Busy,
    ClockBehind,
    NoneEntered,
    Standby,
    Stopped,
    TooMuchTogether,
    Unavailable,
)
from ledger.eventstore.stored_form import EntryTooLarge
from ledger.measures import FINDINGS
from ledger.projections import entries
from ledger.projections.asking import Beyond
from ledger.projections.reader import TooLong, Unreadable
from ledger.wording import preferred, wording

log = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
ERRORS_MAX: Final = 100
"""Most errors of one request that are told."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its status, its title, and after how many seconds it may have passed."""

    status: int
    title: str
    retry_after: int | None = None


KINDS: Final[dict[str, Kind]] = {
    "malformed": Kind(400, "The request cannot be read"),
    "unauthenticated": Kind(401, "The caller is not known"),
    "forbidden": Kind(403, "The caller's role may not do this"),
    "not-a-party": Kind(403, "The caller's party has no part in this dealing"),
    "not-found": Kind(404, "There is no such thing here"),
    "no-such-entry": Kind(404, "The filing names an entry that the register does not have"),
    "method-not-allowed": Kind(405, "This cannot be done here"),
    "refused": Kind(409, "The rules refuse the filing"),
    "not-so": Kind(409, "What is to be certified is not so"),
    "overtaken": Kind(409, "Another filing came first"),
    "none-entered": Kind(409, "Not all filings of the batch can be entered: none is"),
    "precondition-failed": Kind(412, "The patent has moved on"),
    "too-large": Kind(413, "The request is too large"),
    "document-not-taken": Kind(415, "Documents of this type are not taken"),
    "unsupported-media-type": Kind(415, "The request's body is not of the type asked for"),
    "invalid": Kind(422, "Parts of the request are not what they must be"),
    "key-reused": Kind(422, "The idempotency key belongs to another filing"),
    "entry-too-large": Kind(422, "The public part of an entry is too large"),
    "beyond-the-head": Kind(422, "The question asks for what is not known yet"),
    "too-many-requests": Kind(429, "The caller asks too often"),
    "internal": Kind(500, "The ledger failed"),
    "document-damaged": Kind(500, "The document is no longer what was deposited"),
    "busy": Kind(503, "Too many filings wait", 1),
    "unavailable": Kind(503, "The ledger cannot be reached", 2),
    "too-long": Kind(503, "The question takes too long", 30),
    "standby": Kind(503, "This server's database is a standby", 10),
    "behind": Kind(503, "This server has not yet seen that position", 1),
    "crowded": Kind(503, "Too many readers follow the feed here", 10),
    "clock-behind": Kind(503, "The ledger's clock is wrong", 60),
}
"""Slug → kind; the type of a problem is /problems/ and the slug, and there is a page for each."""

OF_EXCEPTIONS: Final[dict[type[Exception], str]] = {
    BadToken: "unauthenticated",
    TooMany: "too-many-requests",
    NotAParty: "not-a-party",
    Refused: "refused",
    Overtaken: "overtaken",
    NoSuchEntry: "no-such-entry",
    KeyReused: "key-reused",
    NoneEntered: "none-entered",
    TooMuchTogether: "too-large",
    Damaged: "document-damaged",
    EntryTooLarge: "entry-too-large",
    Beyond: "beyond-the-head",
    Busy: "busy",
    Stopped: "unavailable",
    Standby: "standby",
    ReadOnlySqlTransaction: "standby",
    Unavailable: "unavailable",
    Unreadable: "unavailable",
    TooLong: "too-long",
    ClockBehind: "clock-behind",
    RequestValidationError: "invalid",
}
"""What the ledger raises → what it is to the caller."""

OF_STATUS: Final = {
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "unsupported-media-type",
}
"""What the framework refuses by itself → slug; anything else is malformed."""

SAME_KEY: Final = (
    "Repeat the request with the same Idempotency-Key: "
    "if it was entered, its receipt is answered; if not, it is filed."
)
DETAILS: Final = {
    "busy": SAME_KEY,
    "unavailable": SAME_KEY,
    "too-long": "Ask for less at once: fewer patents or days, a longer name, a smaller page.",
    "standby": "It is read here, and nothing is written. File at another server. " + SAME_KEY,
    "clock-behind": "The clock lags behind the last recorded time. " + SAME_KEY,
    "refused": "Nothing was entered. Cure what can be cured and repeat; the key is still unused.",
    "key-reused": "A filing with another body was registered under this key: each needs its own.",
    "internal": "The fault is the ledger's and is being logged. " + SAME_KEY,
}
"""Words for kinds whose exceptions have none that help a caller, or none that are safe to show."""


class Problem(Exception):
    """A problem that the API itself finds."""

    def __init__(self, slug: str, detail: str | None = None, **members: Any) -> None:
        super().__init__(detail or slug)
        self.slug = slug
        self.detail = detail
        self.members = members


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a request."""

    message: str
    pointer: str | None = None
    """JSON pointer into the body."""
    parameter: str | None = None
    """Name of a header, a query parameter or a part of the path."""
    rule: str | None = None

    def as_json(self) -> dict[str, Any]:
        members = ("pointer", "parameter", "message", "rule")
        return {name: value for name in members if (value := getattr(self, name)) is not None}


def invalid(*faults: Fault) -> Problem:
    """The problem that these faults are."""
    return Problem("invalid", errors=[fault.as_json() for fault in faults[:ERRORS_MAX]])


def answer(request: Request, error: Exception) -> Response:
    """The one handler: any exception as a problem; a refusal as a page to print, where one is
    asked for."""
    if isinstance(error, Refused) and printed.wanted(request):
        return printed.refused(request, error)
    slug, shown = problem(request, error, request.url.path)
    kind = KINDS[slug]
    headers = dict(getattr(error, "headers", None) or {})
    if kind.retry_after is not None:
        headers["Retry-After"] = str(kind.retry_after)
    if slug == "unauthenticated":
        headers.setdefault("WWW-Authenticate", "Bearer")
    if slug == "method-not-allowed":
        headers["Allow"] = ", ".join(methods_at(request))
    if slug == "refused":
        headers |= {
            "Content-Language": preferred(request.headers.get("accept-language")),
            "Vary": printed.VARIES,
        }
    return Response(orjson.dumps(shown), kind.status, headers, MEDIA_TYPE)


def methods_at(request: Request) -> list[str]:
    """What can be done at the path of a request, by whichever of its routes."""
    path = request.url.path
    there = (r for r in request.app.routes if isinstance(r, Route) and r.path_regex.match(path))
    found = {method for route in there for method in route.methods or ()}
    return sorted(found | {"HEAD"} if "GET" in found else found)


def problem(request: Request, error: Exception, instance: str) -> tuple[str, dict[str, Any]]:
    """The slug and the members of the problem that an exception is to the caller."""
    slug, detail, members = _told(request, error)
    kind = KINDS[slug]
    request.state.problem = slug
    if kind.status == 500:
        log.error("a request failed", exc_info=error)
    if isinstance(error, Refused):
        for finding in error.findings:
            FINDINGS.labels(finding.rule).inc()
    body = {
        "type": f"/problems/{slug}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail or DETAILS.get(slug),
        "instance": instance,
        **members,
    }
    return slug, {name: value for name, value in body.items() if value is not None}


def _told(request: Request, error: Exception) -> tuple[str, str | None, dict[str, Any]]:
    """Slug, detail and further members of what an exception is to the caller."""
    match error:
        case Problem():
            return error.slug, error.detail, error.members
        case RequestValidationError():
            return (
                "invalid",
                None,
                {"errors": [f.as_json() for f in parameter_faults(error.errors())]},
            )
        case Refused():
            words = wording(preferred(request.headers.get("accept-language")))
            told = [words.finding(finding).as_json() for finding in error.findings]
            return "refused", None, {"findings": told}
        case Overtaken():
            return (
                "precondition-failed" if "if-match" in request.headers else "overtaken",
                str(error),
                {"versions": error.actual, "entries": _in_between(request, error)},
            )
        case NoSuchEntry():
            return (
                "no-such-entry",
                str(error),
                {"errors": [{"pointer": f"/{error.field}", "message": str(error)}]},
            )
        case HTTPException():
            return OF_STATUS.get(error.status_code, "malformed"), None, {}
        case _:
            slug = next(
                (s for kind, s in OF_EXCEPTIONS.items() if isinstance(error, kind)), "internal"
            )
            return slug, None if slug in DETAILS else str(error), {}


def _in_between(request: Request, error: Overtaken) -> list[dict[str, Any]]:
    """The entries that came first, as far as the caller may see them."""
    viewer = viewer_of(request.state.caller)
    return house_of(request).reader.auditor(lambda c: entries.since(c, error.expected, viewer))


def parameter_faults(errors: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """What is wrong with parts of the path, query parameters and headers."""
    return [
        Fault(message_of(error), parameter=str(error["loc"][1]) if len(error["loc"]) > 1 else None)
        for error in errors[:ERRORS_MAX]
    ]


# --- words of a validator
# ---------------------------------------------------------------------------

_RULE = re.compile(r"([a-z][a-z0-9]*(?:-[a-z0-9]+)+): (.*)", re.DOTALL)
_NOT_REPEATED: Final = {
    "union_tag_invalid": "the value is none of {expected_tags}",
    "json_invalid": "this is not JSON",
}
"""Messages of pydantic that would repeat the value sent, which may be confidential."""


def message_of(error: Mapping[str, Any]) -> str:
    """What is wrong, in words that repeat nothing that was sent in confidence."""
    told = _NOT_REPEATED.get(error["type"])
    if told is not None:
        return told.format(**{"expected_tags": "", **error.get("ctx", {})})
    message = str(error["msg"]).removeprefix("Value error, ").replace("Tuple should", "List should")
    return message.removesuffix(" after validation, not 0")


def rule_of(message: str) -> tuple[str | None, str]:
    """The rule that a message names at its beginning, and the rest of it."""
    named = _RULE.fullmatch(message)
    return (named[1], named[2]) if named else (None, message)


# --- pages and documentation
# ------------------------------------------------------------------------


def pages() -> Path:
    """The pages about problems, in the installed package or in the checkout."""
    package = Path(__file__).parent
    installed = package / "_problems"
    return installed if installed.is_dir() else package.parent / "docs" / "problems"


def documented(*slugs: str) -> dict[int | str, dict[str, Any]]:
    """Responses of an operation as OpenAPI tells them."""
    by_status: dict[int, list[str]] = {}
    for slug in slugs:
        by_status.setdefault(KINDS[slug].status, []).append(slug)
    return {
        status: {
            "description": "; ".join(f"{KINDS[slug].title} (`{slug}`)" for slug in named),
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {slug: problem_reference(slug) for slug in named},
                }
            },
        }
        for status, named in sorted(by_status.items())
    }


def install(app: FastAPI) -> None:
    """Have every exception answered by the one handler."""
    for kind in (*HANDLED, Exception):
        app.add_exception_handler(kind, answer)


HANDLED: Final[tuple[type[Exception], ...]] = (Problem, *OF_EXCEPTIONS, Declined, HTTPException)
"""What says by itself what became of a request; anything else is a fault of the ledger's."""

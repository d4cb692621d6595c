"""Notices as pages to print: who asks for one, and how it is answered."""

from __future__ import annotations

from typing import Final

from fastapi import Request
from starlette.responses import Response

from api.house import house_of
from ledger.domain.refusals import Refused
from ledger.printing.notices import Notice, Refusal, refusal
from ledger.printing.page import STYLE_HASH, page
from ledger.wording import by_weight, preferred, wording

HTML: Final = "text/html"
KEY: Final = "Idempotency-Key"
VARIES: Final = "Accept, Accept-Language"
READ_BY_PROGRAMS: Final = frozenset(
    {"application/json", "application/problem+json", "application/*", "*/*"}
)
HEADERS: Final = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'",
    "Cache-Control": "private",
}
"""The page loads nothing and runs nothing; what it tells is for its reader."""


def printed(*notices: Notice, status: int = 200, **headers: str) -> Response:
    """A notice as an answer, in one language or several."""
    languages = ", ".join(notice.language for notice in notices)
    told = HEADERS | {"Content-Language": languages} | headers
    return Response(page(*notices), status, told, f"{HTML}; charset=utf-8")


def wanted(request: Request) -> bool:
    """Whether a caller wants a page rather than JSON."""
    kinds = by_weight(request.headers.get("accept"))
    first = next((kind for kind in kinds if kind == HTML or kind in READ_BY_PROGRAMS), None)
    return first == HTML


def refused(request: Request, error: Refused) -> Response:
    """The notice that refuses a filing, in the language that the caller prefers."""
    told = Refusal(
        command=act_of(request.scope["route"].operation_id),
        findings=error.findings,
        judged_at=house_of(request).clock(),
        by=request.state.caller.id,
        reference=request.headers.get(KEY),
        dry_run=request.state.dry_run,
    )
    words = wording(preferred(request.headers.get("accept-language")))
    return printed(refusal(words, told), status=409, Vary=VARIES)


def act_of(operation: str) -> str:
    """The act that an operation files, by its name in the table of rules."""
    return "".join(word.capitalize() for word in operation.split("_"))

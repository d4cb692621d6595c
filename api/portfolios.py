"""Portfolios: a pledgee's live pledges and what endangers them; a patentee's patents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.answers import POSITION
from api.cursors import Cursor, CursorParameter, pages
from api.filings import party_number
from api.problems import Problem
from api.reading import Asked, Connection, asked, covered, reads
from ledger.domain.events import ActKind
from ledger.domain.periods import civil_date
from ledger.projections import flat, portfolios
from ledger.projections.asking import Point
from ledger.projections.disclosure import Viewer
from ledger.projections.portfolios import Asking, Line
from ledger.projections.powers import acts_for

TAG: Final = "parties"
CSV: Final = "text/csv"
PAGE_MAX: Final = 1_000
EXAMINED_MAX: Final = 5_000
"""Most lines that one answer looks at for those that are endangered."""
TOTAL: Final = "Ledger-Total"
SEE_ALL: Final = frozenset({"registrar", "auditor"})
PLACE: Final = (str, str)
router = APIRouter()

Told = Callable[[Connection, Asking, Sequence[Line]], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Page:
    """How much of a portfolio is asked for, and in which form."""

    request: Request
    cursor: str | None
    limit: int
    form: str


def page(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 100,
    cursor: CursorParameter = None,
    form: Annotated[
        Literal["json", "csv"],
        Query(alias="format", description="CSV has its total and its pages in headers."),
    ] = "json",
) -> Page:
    """The page that a request asks for."""
    return Page(request, cursor, limit, form)


def declared(operation: str, schema: str) -> dict[str, Any]:
    """What the route of a portfolio declares: JSON, or CSV."""
    told = reads(operation, schema, TAG)
    told["responses"][200]["content"][CSV] = {"schema": {"type": "string"}}
    return told


@router.get("/v1/parties/{id}/pledges", **declared("list_party_pledges", "PledgePortfolio"))
def list_party_pledges(
    id: str,
    question: Annotated[Asked, Depends(asked("list_party_pledges"))],
    page: Annotated[Page, Depends(page)],
    endangered: Annotated[
        bool, Query(description="Only pledges that something endangers; see `examined`.")
    ] = False,
) -> Response:
    """The pledges that stand for a pledgee, what falls due on them, and what endangers them."""
    return _answer(question, entitled(question, id, "pledge"), page, PLEDGES, endangered)


@router.get("/v1/parties/{id}/patents", **declared("list_party_patents", "PatentPortfolio"))
def list_party_patents(
    id: str,
    question: Annotated[Asked, Depends(asked("list_party_patents"))],
    page: Annotated[Page, Depends(page)],
) -> Response:
    """A patentee's patents: their state, fees, encumbrances, licences and what is owed."""
    return _answer(question, entitled(question, id, "right"), page, PATENTS)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of portfolio: whose it is by role, how its lines are told, and its columns."""

    role: str
    tell: Told
    columns: flat.Columns


PLEDGES: Final = Kind("pledgee", portfolios.pledges, flat.PLEDGES)
PATENTS: Final = Kind("patentee", portfolios.patents, flat.PATENTS)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads what is a party's own: whose it is, and what of it the reader sees."""

    party: str
    viewer: Viewer


def entitled(question: Asked, stated: str, kind: ActKind) -> Reader:
    """The party whose own is asked for, by one who may see it: itself, whoever it has empowered now
    for that kind of act, the registrar, auditors."""
    party, caller = party_number(stated), question.caller
    if caller.role in SEE_ALL or caller.party == party:
        return Reader(party, question.viewer)
    agent = caller.party
    if agent is not None:
        now = Point(None, civil_date(question.house.clock()))
        if question.auditor(lambda c: acts_for(c, party, agent, kind, now)):
            return Reader(party, Viewer(party=party))
    raise Problem("not-found", "There is no such party, or it is not the caller's own.")


def _answer(
    question: Asked, reader: Reader, page: Page, kind: Kind, endangered: bool = False
) -> Response:
    paged = pages(page.request, scope=f"{question.caller.role} {question.caller.party}")
    begins = paged.cursor(page.cursor, PLACE)

    def work(connection: Connection) -> tuple[dict[str, Any], int]:
        point, tracked = question.listed(connection, begins)
        assert point.known is not None, "a portfolio is asked at a position"
        reckoning = question.house.reckoning
        asking = Asking(reader.party, kind.role, point, reader.viewer, reckoning)
        total = portfolios.total(connection, asking) if begins is None else begins.total
        after = portfolios.FIRST if begins is None else Line(*map(str, begins.place))
        read = _endangered if endangered else _next
        told, examined, last = read(connection, asking, kind.tell, after, page.limit)
        following = None
        if last is not None:
            following = paged.written(Cursor(point.known, point.on, total, tuple(last)))
        found = {
            "party": reader.party,
            "effective_on": point.on,
            "known_at": point.known,
            "total": total,
            "examined": examined,
            "returned": len(told),
            "cap": page.limit,
            "lines": told,
            "next": following,
        }
        return found, tracked

    found, tracked = question.auditor(work)
    answer = question.answer(found, tracked)
    if page.form == "csv":
        text = flat.flat(found["lines"], kind.columns)
        headers = {POSITION: str(tracked), TOTAL: str(found["total"])}
        lines = Response(text, headers=headers, media_type=f"{CSV}; charset=utf-8")
        answer = covered(lines, question.house, found["known_at"])
    answer.headers.update(paged.links(found["next"]))
    return answer


Read = tuple[list[dict[str, Any]], int, Line | None]
"""Lines told, how many were looked at, and the last of these where more follow."""


def _next(connection: Connection, asking: Asking, tell: Told, after: Line, limit: int) -> Read:
    """The next lines."""
    lines = portfolios.lines(connection, asking, after, limit + 1)
    asked = lines[:limit]
    last = asked[-1] if len(lines) > limit else None
    return tell(connection, asking, asked), len(asked), last


def _endangered(
    connection: Connection, asking: Asking, tell: Told, after: Line, limit: int
) -> Read:
    """The next lines that something endangers, of so many as one answer looks at."""
    found: list[dict[str, Any]] = []
    examined = 0
    while examined < EXAMINED_MAX:
        lines = portfolios.lines(connection, asking, after, PAGE_MAX + 1)
        asked = lines[:PAGE_MAX]
        for line, told in zip(asked, tell(connection, asking, asked), strict=True):
            examined += 1
            after = line
            if told["dangers"]:
                found.append(told)
            if len(found) == limit:
                return found, examined, None if line == lines[-1] else line
        if len(lines) <= PAGE_MAX:
            return found, examined, None
    return found, examined, after

"""The difference of two points: of a patent, of a party's involvements, of the whole register."""

# Annotations are evaluated here at once: they name the parameters they close over.

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.cursors import Cursor, CursorParameter, pages
from api.portfolios import entitled
from api.problems import Fault, invalid
from api.reading import CLOCKS, Asked, Connection, KnownAt, asked, patent_number, reads
from ledger.domain.periods import CivilDate
from ledger.projections import differences, entries, extracts
from ledger.projections.asking import Point, point
from ledger.projections.differences import Two

TAG: Final = "changes"
PAGE_MAX: Final = 200
PARAMETERS: Final = tuple(each for each in CLOCKS if each.name != "known_at")
router = APIRouter()


@dataclass(frozen=True, slots=True)
class Span:
    """The two points as a question states them; without a second, the newest."""

    since: int | datetime
    until: int | datetime | None
    on_since: date | None
    on_until: date | None

    def settled(
        self, connection: Connection, question: Asked, newest: int, begun: Cursor | None
    ) -> Two:
        """The points themselves. All pages of a question are about those of the first."""
        now, both = question.house.clock(), question.effective_on
        before = point(connection, self.since, self.on_since or both, now=now)
        if begun is not None:
            after = Point(begun.known, begun.on)
        else:
            after = point(connection, self.until, self.on_until or both, now=now)
        if after.known is None:
            after = Point(newest, after.on)
        if (before.known or 0) > (after.known or 0):
            raise invalid(Fault("it lies before `from`", parameter="to"))
        return Two(before, after)


def span(
    since: Annotated[
        KnownAt,
        Query(alias="from", description="A position, or a time with its zone: the first point."),
    ],
    until: Annotated[
        KnownAt | None, Query(alias="to", description="The second point; the newest by default.")
    ] = None,
    from_effective_on: Annotated[
        CivilDate | None,
        Query(description="The first point's civil day, where `effective_on` is not both's."),
    ] = None,
    to_effective_on: Annotated[
        CivilDate | None, Query(description="The second point's civil day.")
    ] = None,
) -> Span:
    """The points that a question states."""
    return Span(since, until, from_effective_on, to_effective_on)


def asked_between(operation: str) -> Any:
    """The dependency that takes in a question about two points."""
    known = asked(operation)

    async def take_in(request: Request) -> Asked:
        question = await known(request)
        if question.known_at is not None:
            raise invalid(Fault("changes are asked `from` and `to`", parameter="known_at"))
        return question

    return take_in


@router.get(
    "/v1/patents/{no:path}/changes",
    **reads("get_patent_changes", "PatentChanges", TAG, parameters=PARAMETERS),
)
def get_patent_changes(
    no: str,
    question: Annotated[Asked, Depends(asked_between("get_patent_changes"))],
    between: Annotated[Span, Depends(span)],
) -> Response:
    """What changed on a patent between two points, and the entries between them."""
    number, viewer = patent_number(no), question.viewer

    def work(connection: Connection) -> tuple[Two, str, dict[str, Any], int]:
        newest = entries.head(connection)
        two = between.settled(connection, question, newest, None)
        named = [extracts.extracts(connection, [number.id], each)[0] for each in two]
        patent = next((row["patent_id"] for row in named if row["patent_id"] is not None), None)
        if patent is None:
            raise number.unknown()
        (told,) = differences.of_patents(connection, [patent], two, question.house.reckoning)
        return two, patent, told, newest

    two, patent, told, newest = question.public(work)
    known = two.after.known or 0
    read = question.public if viewer.public else question.sifted
    history = read(lambda c: entries.history(c, patent, known, effective_on=None, viewer=viewer))
    first = two.before.known or 0
    between_them = [entry for entry in history if entry["position"] > first]
    return question.answer({**told, **two.shown(), "entries": between_them}, newest)


@router.get(
    "/v1/parties/{id}/changes",
    **reads("get_party_changes", "PartyChanges", TAG, parameters=PARAMETERS),
)
def get_party_changes(
    request: Request,
    id: str,
    question: Annotated[Asked, Depends(asked_between("get_party_changes"))],
    between: Annotated[Span, Depends(span)],
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 100,
    cursor: CursorParameter = None,
) -> Response:
    """The patents and dealings that a party is concerned in at one point and not at the other."""
    party = entitled(question, id, "right").party
    paged = pages(request, scope=f"{question.caller.role} {question.caller.party}")
    begins = paged.cursor(cursor, (str, str, str))

    def work(connection: Connection) -> tuple[dict[str, Any], int]:
        tracked = question.tracked(connection)
        two = between.settled(connection, question, tracked, begins)
        known = two.after.known or 0
        tracked = question.tracked(connection, known)
        after = differences.FIRST
        if begins is None:
            total = differences.total_of_party(connection, party, two)
        else:
            total = begins.total
            patent, role, about = map(str, begins.place)
            after = (patent, role, about)
        lines = differences.of_party(connection, party, two, after=after, limit=limit + 1)
        following = None
        if len(lines) > limit:
            lines = lines[:limit]
            last = lines[-1]
            place = (last["patent"], last["role"], last["about"] or "")
            following = paged.written(Cursor(known, two.after.on, total, place))
        found = {
            "party": party,
            **two.shown(),
            "total": total,
            "returned": len(lines),
            "cap": limit,
            "changes": lines,
            "next": following,
        }
        return found, tracked

    found, tracked = question.auditor(work)
    answer = question.answer(found, tracked)
    answer.headers.update(paged.links(found["next"]))
    return answer


@router.get("/v1/changes", **reads("list_changes", "RegisterChanges", TAG, parameters=PARAMETERS))
def list_changes(
    request: Request,
    question: Annotated[Asked, Depends(asked_between("list_changes"))],
    between: Annotated[Span, Depends(span)],
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
    cursor: CursorParameter = None,
) -> Response:
    """The patents with entries between two points, each with what changed on it; what time alone
    brings to others is not listed."""
    paged = pages(request)
    begins = paged.cursor(cursor, (int,))

    def work(connection: Connection) -> tuple[dict[str, Any], int]:
        newest = entries.head(connection)
        two = between.settled(connection, question, newest, begins)
        first, known = two.before.known or 0, two.after.known or 0
        if begins is None:
            counted = differences.total_touched(connection, two)
        else:
            counted = begins.total if begins.total < UNCOUNTED else None
        after = first if begins is None else max(first, int(begins.place[0]))
        touched = differences.touched(connection, two, after, limit + 1)
        following = None
        if len(touched) > limit:
            touched = touched[:limit]
            total = UNCOUNTED if counted is None else counted
            place = (touched[-1].position,)
            following = paged.written(Cursor(known, two.after.on, total, place))
        patents = [each.patent for each in touched]
        told = differences.of_patents(connection, patents, two, question.house.reckoning)
        found = {
            **two.shown(),
            "total": counted,
            "returned": len(touched),
            "cap": limit,
            "patents": [
                {**each, "position": at.position} for each, at in zip(told, touched, strict=True)
            ],
            "next": following,
        }
        return found, newest

    found, newest = question.public(work)
    answer = question.answer(found, newest)
    answer.headers.update(paged.links(found["next"]))
    return answer


UNCOUNTED: Final = 2**62
"""Stands in a cursor for a total that is not told."""

"""Search: patents by number, party, registration, class, region, state and date."""

# Annotations are evaluated here at once: the states and roles are the projections' own.

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Final, cast

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.cursors import Cursor, CursorParameter, Pages, pages
from api.problems import Fault, Problem, invalid
from api.reading import (
    NUMBER_LENGTH_MAX,
    REGION,
    SYMBOL,
    Asked,
    Connection,
    asked,
    patent_number,
    reads,
)
from ledger.domain.numbers import PatentKind
from ledger.domain.parties import code_of
from ledger.domain.periods import CivilDate
from ledger.domain.texts import Text
from ledger.projections import searching
from ledger.projections.asking import Point
from ledger.projections.involvements import ROLES
from ledger.projections.listings import State, plain_symbol
from ledger.projections.searching import DateOf, Match, Wanted

TAG: Final = "search"
PAGE_MAX: Final = 200
SEE_ALL_NAMES: Final = frozenset({"registrar", "auditor"})
"""Roles that find natural persons by less than their whole name."""
STATES_MAX: Final = 8
PLACE: Final = (int, int, str)
StateName = Annotated[
    str,
    Field(
        pattern=f"^({'|'.join(State)})$", json_schema_extra={"enum": [one.value for one in State]}
    ),
]
router = APIRouter()


def of_parties(
    party: Annotated[
        Text | None, Query(description="A party's name, in any script; see `match`.")
    ] = None,
    party_id: Annotated[
        Text | None, Query(description="A party's id, such as its credit code.")
    ] = None,
    match: Annotated[
        Match,
        Query(
            description="How far a name may be from the one asked for; every hit says how it "
            "matched. Of names that are alike the nearest are taken, as many as the answer says. "
            "Natural persons are found by their whole name alone."
        ),
    ] = "similar",
    role: Annotated[
        str | None, Query(pattern=f"^({'|'.join(ROLES)})$", description="The party's role.")
    ] = None,
    registration_no: Annotated[
        Text | None,
        Query(description="Number of a pledge or a recorded licence, standing or ended."),
    ] = None,
) -> Wanted:
    """Criteria of who is involved."""
    named = party_id and (code_of(party_id) or party_id)
    return Wanted(name=party, match=match, party=named, role=role, about=registration_no)


def of_patents(
    number: Annotated[
        str | None,
        Query(max_length=NUMBER_LENGTH_MAX, description="A patent's number in any printed form."),
    ] = None,
    symbol: Annotated[
        str | None,
        Query(
            alias="class",
            pattern=SYMBOL,
            description="How an IPC or Locarno symbol begins: `H01M`, `H01M 10/05`, `14-03`.",
        ),
    ] = None,
    region: Annotated[
        str | None,
        Query(
            pattern=REGION,
            description="Region of a patentee, GB/T 2260: province, prefecture or county.",
        ),
    ] = None,
    state: Annotated[
        list[StateName],
        Query(max_length=STATES_MAX, description="States that all must hold on the day."),
    ] = [],  # noqa: B006 - FastAPI reads the default and hands out its own list
    kind: Annotated[PatentKind | None, Query(description="Kind of patent.")] = None,
) -> Wanted:
    """Criteria of the patents themselves; a number stays as it is written."""
    terms = [f"state:{one}" for one in state]
    terms += [] if region is None else [f"region:{region}"]
    terms += [] if kind is None else [f"kind:{kind}"]
    begins, level = _class(symbol)
    terms += [] if level is None else [f"class:{level}"]
    numbers = None if number is None else (number,)
    return Wanted(numbers=numbers, terms=tuple(terms), symbol=begins)


def of_days(
    date_of: Annotated[
        DateOf,
        Query(
            description="The day that `from` and `until` are about: of the patent, or of the "
            "newest pledge, recorded licence or declaration that stands on it."
        ),
    ] = "granted",
    since: Annotated[CivilDate | None, Query(alias="from", description="The first day.")] = None,
    until: Annotated[CivilDate | None, Query(description="The last day.")] = None,
) -> Wanted:
    """Criteria of dates."""
    first: date | None = since
    last: date | None = until
    if first is not None and last is not None and last < first:
        raise invalid(Fault("the period ends before it begins", parameter="until"))
    return Wanted(date_of=date_of, since=first, until=last)


def criteria(
    parties: Annotated[Wanted, Depends(of_parties)],
    patents: Annotated[Wanted, Depends(of_patents)],
    days: Annotated[Wanted, Depends(of_days)],
) -> Wanted:
    """All criteria of a search."""
    return replace(
        parties,
        numbers=patents.numbers,
        terms=patents.terms,
        symbol=patents.symbol,
        date_of=days.date_of,
        since=days.since,
        until=days.until,
    )


def _class(symbol: str | None) -> tuple[str | None, str | None]:
    """How a symbol begins, where no level of the classification says it; the nearest level."""
    if symbol is None:
        return None, None
    plain = plain_symbol(symbol)
    if not plain:
        raise invalid(Fault("a symbol or how one begins", parameter="class"))
    if plain[0].isdigit():
        level = plain[:2] if len(plain) > 1 else None
    elif "/" in plain:
        level = plain.partition("/")[0]
    else:
        level = plain[: {1: 1, 2: 1, 3: 3}.get(len(plain), 4)]
    return (None if level == plain else plain), level


@router.get("/v1/search", **reads("search", "Found", TAG))
def search(
    request: Request,
    question: Annotated[Asked, Depends(asked("search"))],
    stated: Annotated[Wanted, Depends(criteria)],
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
    cursor: CursorParameter = None,
) -> Response:
    """The patents that answer every criterion, the nearest names first, then by number."""
    wanted = replace(stated, all_names=question.caller.role in SEE_ALL_NAMES)
    paged = pages(request, scope=str(wanted.all_names))
    begins = paged.cursor(cursor, PLACE)

    def work(connection: Connection) -> tuple[dict[str, Any], int]:
        point, tracked = question.listed(connection, begins)
        return _page(connection, question, point, wanted, (paged, begins, limit)), tracked

    found, tracked = question.public(work)
    answer = question.answer(found, tracked)
    answer.headers.update(paged.links(found["next"]))
    return answer


def _page(
    connection: Connection,
    question: Asked,
    point: Point,
    wanted: Wanted,
    page: tuple[Pages, Cursor | None, int],
) -> dict[str, Any]:
    paged, begins, limit = page
    assert point.known is not None, "a search is asked at a position"
    wanted = _by_number(connection, wanted, point.known)
    if begins is None:
        hits, total = searching.first(connection, wanted, point, limit + 1)
    else:
        after = cast("searching.Key", begins.place)
        hits = searching.page(connection, wanted, point, after=after, limit=limit + 1)
        total = begins.total
    following = None
    if len(hits) > limit:
        hits = hits[:limit]
        last = hits[-1]
        place = (last["rank"], last["distance"], last["patent_id"])
        following = paged.written(Cursor(point.known, point.on, total, place))
    return {
        "effective_on": point.on,
        "known_at": point.known,
        "total": total,
        "returned": len(hits),
        "cap": limit,
        "similar_names_cap": searching.SIMILAR_NAMES_MAX,
        "hits": searching.shown(connection, hits, point, question.house.reckoning),
        "next": following,
    }


def _by_number(connection: Connection, wanted: Wanted, known: int) -> Wanted:
    """The criteria with the patents that a number names in the place of the number."""
    if wanted.numbers is None:
        return wanted
    (text,) = wanted.numbers
    try:
        number = patent_number(text)
        named = searching.known_as(connection, number.id, text.strip(), known)
        if number.wrong is not None and named == (number.id,):
            raise number.unknown()
    except Problem as problem:
        fault = problem.members["errors"][0]
        raise invalid(Fault(fault["message"], parameter="number", rule=fault["rule"])) from problem
    return replace(wanted, numbers=named)

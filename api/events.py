"""The feed of public entries: page by page, or as they come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.responses import Response

from api.answers import JSON
from api.callers import allowed
from api.house import House, house_of
from api.problems import Fault, Problem, documented, invalid
from api.reading import (
    NUMBER_LENGTH_MAX,
    POSITION_MAX,
    PositionMin,
    covered,
    known_answer,
    patent_number,
    reads,
)
from api.streams import MEDIA_TYPE, EventStream, check_room
from ledger.delivery.envelopes import of_entry
from ledger.domain.filing import Caller
from ledger.projections import entries, feed
from ledger.projections.feed import GROUPS, KINDS, Wanted
from ledger.wording import by_weight

TAG: Final = "feed"
ENTRIES_MAX: Final = 1000
NAMED_MAX: Final = 100
"""Most patents, parties or kinds that one question names."""

router = APIRouter()

Patents = Annotated[
    list[Annotated[str, Query(max_length=NUMBER_LENGTH_MAX)]],
    Query(max_length=NAMED_MAX, description="A patent's number, in any printed form; or several."),
]
Parties = Annotated[
    list[Annotated[str, Query(max_length=500)]],
    Query(max_length=NAMED_MAX, description="The id of a party that is concerned; or several."),
]
Kinds = Annotated[
    list[Annotated[str, Query(max_length=80)]],
    Query(
        max_length=NAMED_MAX,
        description="A kind of entry (`pledge.registered`), or all of one (`pledge`); or several.",
    ),
]


def _declared() -> dict[str, Any]:
    """A reading route that can answer a stream too."""
    declared = reads("list_events", "Events", TAG, parameters=())
    answer = declared["responses"][200]
    answer["content"][MEDIA_TYPE] = {"schema": {"type": "string"}}
    answer["headers"]["Link"] = {
        "description": "Where to go on (`rel=next`), while there is more.",
        "schema": {"type": "string"},
    }
    declared["responses"] |= documented("crowded", "unavailable", "too-long", "behind")
    return declared


@router.get("/v1/events", **_declared())
async def list_events(
    request: Request,
    _: Annotated[Caller, Depends(allowed("list_events"))],
    after: Annotated[
        int, Query(ge=0, le=POSITION_MAX, description="The position behind which to begin.")
    ] = 0,
    limit: Annotated[int, Query(ge=1, le=ENTRIES_MAX)] = 100,
    patent: Patents = [],  # noqa: B006 - the framework copies it
    party: Parties = [],  # noqa: B006
    kind: Kinds = [],  # noqa: B006
    last_event_id: Annotated[
        str | None,
        Header(pattern=r"^[0-9]{0,18}$", description="Of a stream: the last id seen, for `after`."),
    ] = None,
    ledger_min_position: PositionMin = None,
) -> Response:
    """The public entries in order, as CloudEvents; with `Accept: text/event-stream` as they come.

    A page ends where a filing ends, though it be longer for it.
    """
    house = house_of(request)
    limits = wanted(patent, party, kind)
    accepted = by_weight(request.headers.get("accept"))
    if next((kind for kind in accepted if kind in (MEDIA_TYPE, JSON)), JSON) == MEDIA_TYPE:
        check_room(house)
        begun = int(last_event_id or after)
        await run_sync(lambda: house.reader.public(lambda c: _check_reached(c, begun)))
        return EventStream(house, limits, begun)
    return await run_sync(lambda: _page(house, limits, after, limit, ledger_min_position))


def _check_reached(connection: Any, after: int) -> None:
    """The problem that a reader has seen what this ledger has not: another's entries, or those of
    the time after a backup. It would wait in silence, and miss what comes at those positions."""
    if after > (newest := entries.head(connection)):
        raise Problem("behind", f"What is asked is known here up to position {newest}.")


def _page(house: House, limits: Wanted, after: int, limit: int, least: int | None) -> Response:
    def read(connection: Any) -> tuple[feed.Page, int]:
        page = feed.page(connection, limits, after, limit)
        if after > page.position:
            _check_reached(connection, after)
        return page, feed.total(connection, limits, after, page.position)

    page, total = house.reader.public(read)
    events = [of_entry(house.post.source, *entry) for entry in page.entries]
    answer = known_answer(
        {
            "total": total,
            "returned": len(events),
            "cap": ENTRIES_MAX,
            "next": page.through,
            "events": events,
        },
        page.position,
        least,
    )
    if page.more:
        asked = [("patent", p) for p in limits.patents] + [("party", p) for p in limits.parties]
        asked += [("kind", k) for k in limits.kinds]
        query = urlencode([("after", page.through), ("limit", limit), *asked])
        answer.headers["Link"] = f'</v1/events?{query}>; rel="next"'
    return covered(answer, house, page.position)


def wanted(patents: Sequence[str], parties: Sequence[str], kinds: Sequence[str]) -> Wanted:
    """Which entries are asked for; raises the problem that a kind is none."""
    unknown = [kind for kind in kinds if kind not in KINDS and kind not in GROUPS]
    if unknown:
        known = ", ".join(sorted(GROUPS))
        raise invalid(Fault(f"no such kind; kinds begin with {known}", parameter="kind"))
    numbers = [patent_number(text, "patent") for text in patents]
    for number in numbers:
        if number.wrong is not None:
            raise number.unknown()
    return Wanted(tuple(number.id for number in numbers), tuple(parties), tuple(kinds))

"""The notices that were told, and what became of each."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.answers import json_answer
from api.callers import allowed
from api.house import House, house_of
from api.problems import Problem
from api.reading import NUMBER_LENGTH_MAX, POSITION_MAX, entry_number, patent_number
from api.subscribing import offers
from ledger.delivery import notices
from ledger.delivery.subscriptions import party_of
from ledger.domain.filing import Caller

TAG: Final = "notices"
LISTED_MAX: Final = 1_000
SEE_ALL: Final = frozenset({"registrar", "auditor"})

router = APIRouter()


@router.get("/v1/notices", **offers("list_told_notices", "ToldNotices", TAG))
def list_told_notices(
    request: Request,
    caller: Annotated[Caller, Depends(allowed("list_told_notices"))],
    party: Annotated[
        str | None, Query(max_length=500, description="The id of one, for those who see all.")
    ] = None,
    patent: Annotated[str | None, Query(max_length=NUMBER_LENGTH_MAX)] = None,
    after: Annotated[int, Query(ge=0, le=POSITION_MAX, description="A notice's number.")] = 0,
    limit: Annotated[int, Query(ge=1, le=LISTED_MAX)] = 100,
) -> Response:
    """The notices told to the caller's party, or to all parties for those who see all, each with
    when it was polled, acknowledged, sent and taken, and by whom.
    """
    house = house_of(request)
    number = None if patent is None else patent_number(patent, "patent").id
    whose = _party(caller, party)
    shown, total = _read(house, party=whose, patent=number, after=after, limit=limit)
    answer = {"total": total, "returned": len(shown), "cap": LISTED_MAX, "notices": shown}
    return json_answer(answer, house.seen)


@router.get("/v1/notices/{id}", **offers("get_told_notice", "ToldNotice", TAG))
def get_told_notice(
    id: str,
    request: Request,
    caller: Annotated[Caller, Depends(allowed("get_told_notice"))],
) -> Response:
    """A notice, with what became of it; to its party, the registrar and auditors."""
    house = house_of(request)
    shown, _ = _read(house, party=_party(caller, None), number=entry_number(id))
    if not shown:
        raise Problem("not-found", "No notice of that name was told to the caller's party.")
    return json_answer(shown[0], house.seen)


def _party(caller: Caller, stated: str | None) -> str | None:
    """Whose notices are asked for; None for those of all."""
    if caller.role in SEE_ALL:
        return stated
    own = party_of(caller)
    if own is None or stated not in (None, own):
        raise Problem("not-found", "Notices are shown to their own party.")
    return own


def _read(house: House, **asked: Any) -> tuple[list[dict[str, Any]], int]:
    return house.reader.auditor(lambda c: notices.told(c, **asked))

"""Who has read what is not public, for auditors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from api.reading import NUMBER_LENGTH_MAX, POSITION_MAX, Asked, asked, reads
from ledger.domain.numbers import InvalidNumber, parse_patent_id
from ledger.projections.entries import head
from ledger.projections.reads import reads as noted

TAG = "auditing"
LISTED_MAX = 1_000
router = APIRouter()


@router.get("/v1/reads", **reads("list_reads", "Reads", TAG, parameters=()))
def list_reads(
    question: Annotated[Asked, Depends(asked("list_reads"))],
    after: Annotated[
        int, Query(ge=0, le=POSITION_MAX, description="Those noted after this one.")
    ] = 0,
    limit: Annotated[int, Query(ge=1, le=LISTED_MAX)] = LISTED_MAX,
    caller: Annotated[str | None, Query(max_length=500, description="Those of one caller.")] = None,
    about: Annotated[
        str | None,
        Query(max_length=NUMBER_LENGTH_MAX, description="A patent, a registration, a filing."),
    ] = None,
) -> Response:
    """Answers that showed what is not public, in the order in which they were noted: to whom, when,
    what and at which position. This one is noted, too."""
    wanted = None if about is None else _number(about)
    found, newest = question.auditor(
        lambda c: (noted(c, after=after, limit=limit, caller=caller, about=wanted), head(c))
    )
    last = found[-1]["read_no"] if found else after
    body = {"returned": len(found), "cap": limit, "last": last, "reads": found}
    return question.answer(body, newest)


def _number(text: str) -> str:
    try:
        return parse_patent_id(text)
    except InvalidNumber:
        return text

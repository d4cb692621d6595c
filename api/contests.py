"""Contests: a refusal is contested with its filing and a reason, and decided by the registrar."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.bodies import parsed
from api.callers import admit
from api.filing import Filed, filed, files
from api.filings import PREPARED
from api.naming import route_of
from api.reading import entry_number
from ledger.domain.contests import ContestPrepared, DecideContest
from ledger.domain.texts import LongText

TAG = "filings"
router = APIRouter()


class Contest(BaseModel):
    """A filing that is refused, and why it should not be."""

    model_config = ConfigDict(
        extra="forbid",
        use_attribute_docstrings=True,
    )

    route: Annotated[str, Field(max_length=1_000, examples=["/v1/pledges"])]
    """The path at which it is filed."""
    body: dict[str, Any]
    """What is its body there."""
    reason: LongText
    """Why the refusal is wrong."""


@router.post("/v1/contests", **files("contest_refusal", "Contest", TAG))
async def contest_refusal(
    filing: Annotated[Filed, Depends(filed("contest_refusal"))],
) -> Response:
    """Contest that a filing is refused. It is judged now: filing, findings and reason are put on
    record for the registrar to decide.
    """
    contest = parsed(Contest, filing.raw)
    route, stated = route_of(contest.route)
    admit(filing.caller, str(route.operation_id))
    contested = replace(filing, raw=orjson.dumps(contest.body), contest=contest.reason)
    response: Response = await route.endpoint(**stated, filing=contested)
    return response


@router.post("/v1/filings/{id}/contest", **files("contest_prepared", "ContestPrepared", TAG))
async def contest_prepared(
    id: str,
    filing: Annotated[Filed, Depends(filed("contest_prepared"))],
) -> Response:
    """Contest that a prepared filing was refused."""
    return await filing.answer(ContestPrepared, PREPARED, filing=entry_number(id))


@router.post("/v1/filings/{id}/contest/decision", **files("decide_contest", "DecideContest", TAG))
async def decide_contest(
    id: str,
    filing: Annotated[Filed, Depends(filed("decide_contest"))],
) -> Response:
    """Decide a contest: uphold the refusal, or set it aside and have the filing judged again."""
    return await filing.answer(DecideContest, PREPARED, filing=entry_number(id))

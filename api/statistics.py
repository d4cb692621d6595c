"""Statistics. Until disclosure control comes, auditors and statisticians alone are answered."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.callers import allowed
from api.house import house_of
from api.problems import Fault, invalid
from api.reading import PositionMin, known_answer, reads
from ledger.domain.filing import Caller
from ledger.domain.periods import FIRST_DAY, LAST_DAY, CivilDate
from ledger.projections import pledge_financing

TAG = "statistics"
router = APIRouter()


@router.get(
    "/v1/statistics/pledge-financing",
    **reads("get_pledge_financing", "PledgeFinancing", TAG, parameters=()),
)
def get_pledge_financing(
    request: Request,
    _: Annotated[Caller, Depends(allowed("get_pledge_financing"))],
    from_day: Annotated[CivilDate, Query(alias="from")] = FIRST_DAY,
    until_day: Annotated[
        CivilDate, Query(alias="until", description="The last day counted.")
    ] = LAST_DAY,
    ledger_min_position: PositionMin = None,
) -> Response:
    """Registered amount, projects, enterprises and the inclusive part, by month of registration."""
    first: date = from_day
    if until_day < first:
        raise invalid(Fault("the period ends before it begins", parameter="until"))
    found = house_of(request).reader.auditor(
        lambda c: pledge_financing.totals(c, from_day, until_day)
    )
    return known_answer(found, found["position"], ledger_min_position)

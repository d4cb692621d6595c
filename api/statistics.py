"""Statistics. Until disclosure control comes, auditors and statisticians alone are answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.answers import POSITION, json_answer
from api.callers import allowed
from api.house import House, house_of
from api.problems import Fault, Problem, invalid
from api.reading import POSITION_MAX, KnownAt, PositionMin, check_known, known_answer, reads
from ledger.domain.filing import Caller
from ledger.domain.periods import FIRST_DAY, LAST_DAY, CivilDate
from ledger.projections.asking import point
from ledger.projections.statistics import query as asking
from ledger.projections.statistics.dictionary import dictionary
from ledger.projections.statistics.periods import Every
from ledger.projections.statistics.reports import NotKnown, report
from ledger.projections.statistics.restating import restated
from ledger.projections.statistics.tables import as_csv

TAG = "statistics"
CSV: Final = "text/csv"
Names = Annotated[list[str], Query(max_length=20)]
router = APIRouter()


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a family, as it came in."""

    house: House
    members: dict[str, Any]
    where: list[str]
    known_at: KnownAt | None
    restated_from: int | None
    form: Literal["json", "csv"]
    position_min: int | None


def question(  # noqa: PLR0913, PLR0917 - the parameters of one question
    request: Request,
    from_day: Annotated[CivilDate, Query(alias="from")] = FIRST_DAY,
    until_day: Annotated[
        CivilDate, Query(alias="until", description="The last day counted.")
    ] = LAST_DAY,
    every: Annotated[
        Literal["whole", "month", "quarter", "half_year", "year"],
        Query(description="Into what the days are cut."),
    ] = "whole",
    by: Annotated[list[str] | None, Query(max_length=3, description="Dimensions.")] = None,
    where: Annotated[
        list[str] | None, Query(max_length=20, description="Such as `kind=invention,design`.")
    ] = None,
    measure: Annotated[list[str] | None, Query(max_length=100)] = None,
    with_trademarks: bool = False,
    known_at: KnownAt | None = None,
    restated_from: Annotated[
        int | None,
        Query(ge=0, le=POSITION_MAX, description="What has changed since this position."),
    ] = None,
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
    ledger_min_position: PositionMin = None,
) -> Question:
    """The dependency that takes in a question."""
    house = house_of(request)
    first: date = from_day
    last: date = until_day
    members = {
        "first": first,
        "last": last,
        "every": Every(every),
        "by": tuple(by or ()),
        "measures": tuple(measure or ()),
        "trademarks": with_trademarks,
        "rates": house.rates.rates,
        "rates_source": house.rates.source,
    }
    return Question(house, members, where or [], known_at, restated_from, form, ledger_min_position)


Asked = Annotated[Question, Depends(question)]


@router.get(
    "/v1/statistics/definitions", **reads("get_definitions", "Definitions", TAG, parameters=())
)
def get_definitions(
    request: Request,
    _: Annotated[Caller, Depends(allowed("get_definitions"))],
) -> Response:
    """The data dictionary: every measure and dimension of the statistics."""
    return json_answer(dictionary(), house_of(request).seen)


@router.get(
    "/v1/statistics/operations", **reads("get_operations", "Statistics", TAG, parameters=())
)
def get_operations(
    caller: Annotated[Caller, Depends(allowed("get_operations"))], asked: Asked
) -> Response:
    """Transfers, licences and pledges of patents, in times and in patents."""
    return answer("operations", caller, asked)


@router.get(
    "/v1/statistics/licence-rates", **reads("get_licence_rates", "Statistics", TAG, parameters=())
)
def get_licence_rates(
    caller: Annotated[Caller, Depends(allowed("get_licence_rates"))], asked: Asked
) -> Response:
    """Recorded contracts and what they cost; what open licences ask and get."""
    return answer("licence-rates", caller, asked)


@router.get(
    "/v1/statistics/pledge-financing",
    **reads("get_pledge_financing", "Statistics", TAG, parameters=()),
)
def get_pledge_financing(
    caller: Annotated[Caller, Depends(allowed("get_pledge_financing"))], asked: Asked
) -> Response:
    """Registered amounts, projects, enterprises, and what is outstanding."""
    return answer("pledge-financing", caller, asked)


def answer(family: str, caller: Caller, asked: Question) -> Response:
    """The report on a question, as JSON or as comma-separated values; or what was restated, with
    what the entries behind it say for auditors."""
    try:
        where = asking.narrowed(asked.where)
        query = asking.Query(family=family, where=where, **asked.members).checked()
    except asking.BadQuery as error:
        raise invalid(Fault(str(error), parameter=error.member)) from None

    def work(connection: Any) -> dict[str, Any]:
        known = None
        if asked.known_at is not None:
            known = point(connection, asked.known_at, None, now=asked.house.clock()).known
        if asked.restated_from is None:
            return report(connection, query, known)
        values = caller.role == "auditor"
        return restated(connection, query, asked.restated_from, known, values=values)

    try:
        found = asked.house.reader.auditor(work)
    except NotKnown as error:
        raise Problem("behind", f"What is asked is known here up to {error.position}.") from None
    if asked.restated_from is not None:
        return known_answer(found, found["to_position"], asked.position_min)
    if asked.form == "csv":
        check_known(found["position"], asked.position_min)
        return Response(as_csv(found), 200, {POSITION: str(found["position"])}, CSV)
    return known_answer(found, found["position"], asked.position_min)

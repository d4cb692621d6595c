"""Statistics: reports on any question for auditors and statisticians, releases for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from api.answers import POSITION, json_answer
from api.callers import allowed
from api.house import House, house_of
from api.problems import Fault, Problem, invalid
from api.reading import (
    POSITION_MAX,
    KnownAt,
    PositionMin,
    check_known,
    covered,
    known_answer,
    reads,
)
from ledger.domain.filing import Caller
from ledger.domain.periods import FIRST_DAY, LAST_DAY, CivilDate
from ledger.projections.asking import point
from ledger.projections.statistics import query as asking
from ledger.projections.statistics import releases
from ledger.projections.statistics.dictionary import dictionary
from ledger.projections.statistics.periods import Every
from ledger.projections.statistics.reports import NotKnown, report
from ledger.projections.statistics.restating import restated
from ledger.projections.statistics.tables import as_csv

TAG = "statistics"
CSV: Final = "text/csv"
ENTITLED: Final = frozenset({"auditor", "statistician"})
"""They ask at any position and by any grouping; everybody else reads releases."""
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
    effective_on: Annotated[
        CivilDate | None,
        Query(description="As of the end of this day: days after it are not counted."),
    ] = None,
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
    last: date = until_day if effective_on is None else min(until_day, effective_on)
    if last < first and effective_on is not None and first <= until_day:
        raise invalid(Fault("the days begin after it", parameter="effective_on"))
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


@router.get("/v1/statistics/releases", **reads("list_releases", "Releases", TAG, parameters=()))
def list_releases(
    request: Request,
    _: Annotated[Caller, Depends(allowed("list_releases"))],
) -> Response:
    """What is released: family, period, position and time."""
    house = house_of(request)
    found = house.reader.public(releases.listed)
    return json_answer({"releases": found}, house.seen)


@router.get(
    "/v1/statistics/releases/{family}/{period}",
    **reads("get_release", "Release", TAG, parameters=()),
)
def get_release(
    request: Request,
    family: str,
    period: str,
    _: Annotated[Caller, Depends(allowed("get_release"))],
    known_at: Annotated[
        int | None,
        Query(ge=0, le=POSITION_MAX, description="The position of a release; else the newest."),
    ] = None,
) -> Response:
    """All tables of a release; what would tell of a few is suppressed."""
    house = house_of(request)
    found = _release(house, family, period, known_at)
    return covered(json_answer(found, house.seen), house, found["position"])


@router.post(
    "/v1/statistics/releases/{family}/{period}",
    **reads("publish_release", "Release", TAG, parameters=()),
)
def publish_release(
    request: Request,
    family: str,
    period: Annotated[str, Path(description="Closed: 2022, 2022-H1, 2022-Q1, 2022-03.")],
    _: Annotated[Caller, Depends(allowed("publish_release"))],
    known_at: Annotated[
        int | None,
        Query(ge=0, le=POSITION_MAX, description="Position; the newest that is counted."),
    ] = None,
    with_trademarks: bool = False,
    dry_run: Annotated[bool, Query(description="Show it and publish nothing.")] = False,
) -> Response:
    """Publish the figures of a closed period, which is never changed; those that tell of a few are
    suppressed, in the light of the releases before."""
    house = house_of(request)
    made = releases.looked_at if dry_run else releases.publish
    limits, now = house.release_limits, house.clock()
    try:
        days = releases.period_of(period)
        query = asking.Query(
            family,
            days.first,
            days.last,
            trademarks=with_trademarks,
            rates=house.rates.rates,
            rates_source=house.rates.source,
        ).checked()
        document = house.reader.noting(lambda c: made(c, query, known_at, limits, now))
    except asking.BadQuery as error:
        raise invalid(Fault(str(error), parameter=error.member)) from None
    except releases.NotReleasable as error:
        raise invalid(Fault(str(error), parameter="period")) from None
    except NotKnown as error:
        raise Problem("behind", f"What is asked is known here up to {error.position}.") from None
    return covered(json_answer(document, house.seen), house, document["position"])


def _release(house: House, family: str, period: str, known_at: int | None) -> dict[str, Any]:
    found = house.reader.public(lambda c: releases.released(c, family, period, known_at))
    if found is None:
        at = "" if known_at is None else f" at position {known_at}"
        raise Problem(
            "not-found",
            f"Of {family} nothing is released for {period}{at}; /v1/statistics/releases lists all.",
        )
    return found


def _of_a_release(query: asking.Query, asked: Question) -> Response:
    """What everybody is answered: one table of a release, told as a report would be."""
    if len(query.by) > 1 or query.where or query.every is not Every.WHOLE or asked.restated_from:
        raise Problem("forbidden", "Of groupings of their own auditors and statisticians are told.")
    if isinstance(asked.known_at, datetime):
        fault = Fault("a release is known by its position", parameter="known_at")
        raise invalid(fault)
    (period,) = query.periods
    house = asked.house
    found = _release(house, query.family, period.label, asked.known_at)
    by = query.by[0] if query.by else ""
    table = next((table for table in found["tables"] if table["by"] == by), None)
    if table is None:
        raise Problem("not-found", f"The release has no table by {by}.")
    told = [c for c in table["cells"] if not query.measures or c["measure"] in query.measures]
    head = {name: value for name, value in found.items() if name != "tables"}
    cells = [{**cell, "period": period.label} for cell in told]
    shown = {**head, "effective_on": query.last.isoformat(), "cells": cells}
    check_known(house.seen, asked.position_min)
    if asked.form == "csv":
        lines = as_csv({**shown, "query": query.as_json()})
        return covered(Response(lines, 200, media_type=CSV), house, found["position"])
    return covered(json_answer(shown, house.seen), house, found["position"])


def _declared(operation: str) -> dict[str, Any]:
    """A family of statistics, which can be asked for as a table too."""
    declared = reads(operation, "Statistics", TAG, parameters=())
    declared["responses"][200]["content"][CSV] = {"schema": {"type": "string"}}
    return declared


@router.get("/v1/statistics/operations", **_declared("get_operations"))
def get_operations(
    caller: Annotated[Caller, Depends(allowed("get_operations"))], asked: Asked
) -> Response:
    """Transfers, licences and pledges of patents, in times and in patents."""
    return answer("operations", caller, asked)


@router.get("/v1/statistics/licence-rates", **_declared("get_licence_rates"))
def get_licence_rates(
    caller: Annotated[Caller, Depends(allowed("get_licence_rates"))], asked: Asked
) -> Response:
    """Recorded contracts and what they cost; what open licences ask and get."""
    return answer("licence-rates", caller, asked)


@router.get(
    "/v1/statistics/pledge-financing",
    **_declared("get_pledge_financing"),
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

    if caller.role not in ENTITLED:
        return _of_a_release(query, asked)

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
    known: int = found["position" if asked.restated_from is None else "to_position"]
    if asked.form == "csv" and asked.restated_from is None:
        check_known(known, asked.position_min)
        told = Response(as_csv(found), 200, {POSITION: str(known)}, CSV)
    else:
        told = known_answer(found, known, asked.position_min)
    return covered(told, asked.house, known)

"""Periods of the statistics: months, quarters, half-years, years, or any days as one."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

_DAY = timedelta(days=1)


class Every(StrEnum):
    """Into what the asked days are cut."""

    WHOLE = "whole"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF_YEAR: 6, Every.YEAR: 12}


class Period(NamedTuple):
    """Days from a first to a last, both included."""

    first: date
    last: date

    @property
    def label(self) -> str:
        """`2022`, `2022-H1`, `2022-Q1`, `2022-03`, or the two days."""
        return _label(self)

    @property
    def year_before(self) -> Period:
        """The same days a year before; the end of a month stays the end of a month."""
        return Period(_year_before(self.first), _year_before(self.last, end=True))


@lru_cache(maxsize=1024)
def _label(period: Period) -> str:
    # Asked of every row of a release, of which there are many to a period.
    year, month = period.first.year, period.first.month
    for every, months in MONTHS.items():
        if period == _containing(period.first, months):
            part = (month - 1) // months + 1
            return {
                Every.MONTH: f"{year}-{month:02}",
                Every.QUARTER: f"{year}-Q{part}",
                Every.HALF_YEAR: f"{year}-H{part}",
                Every.YEAR: f"{year}",
            }[every]
    return f"{period.first}/{period.last}"


def periods(first: date, last: date, every: Every) -> list[Period]:
    """The periods of the asked days, the first and last of them cut to the days asked for."""
    if every is Every.WHOLE:
        return [Period(first, last)]
    return list(_cut(first, last, MONTHS[every]))


def _cut(first: date, last: date, months: int) -> Iterator[Period]:
    while first <= last:
        end = min(_containing(first, months).last, last)
        yield Period(first, end)
        first = end + _DAY


def _containing(day: date, months: int) -> Period:
    begins = (day.month - 1) // months * months + 1
    ends = begins + months - 1
    last = monthrange(day.year, ends)[1]
    return Period(date(day.year, begins, 1), date(day.year, ends, last))


def _year_before(day: date, *, end: bool = False) -> date:
    year = max(day.year - 1, 1)
    length = monthrange(year, day.month)[1]
    ends = end and day.day == monthrange(day.year, day.month)[1]
    return date(year, day.month, length if ends else min(day.day, length))

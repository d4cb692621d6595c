"""Civil dates: months and years, last days to act, working days, half-open periods.

Articles: Implementing Rules 4 and 5, Guidelines V-7 §2.3, Civil Code 201 to 203 (law.md 0.6). The
day of the event that starts a period is not counted; a period in months ends on the corresponding
day, or on the month's last day where there is none. Only a limit to act moves to the next working
day: presumed delivery, the end of a patent and end dates that people state do not.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final, Protocol
from zoneinfo import ZoneInfo

import chinese_calendar
from pydantic import BeforeValidator, Field

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
"""The zone of every civil date; needs the system's time zones or the package tzdata."""

FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)
"""Civil dates that a filing may state; within them no computation here leaves the calendar."""

_DAY: Final = timedelta(days=1)
_POST_DAYS: Final = 15
_ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def civil_date(moment: datetime) -> date:
    """The day in Asia/Shanghai of a moment; a moment without zone is a ValueError."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(SHANGHAI).date()


def _stated(value: object) -> date:
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        value = date.fromisoformat(value)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError("a date is written 2024-01-20")
    if not FIRST_DAY <= value <= LAST_DAY:
        raise ValueError(f"a date lies between {FIRST_DAY} and {LAST_DAY}")
    return value


CivilDate = Annotated[
    date, BeforeValidator(_stated), Field(json_schema_extra={"examples": ["2024-01-20"]})
]
"""A date as a filing states it: ISO 8601, 1900 to 2199; no time stamp, no number of seconds."""


# --- months and years ------------------------------------------------------------------------


def add_months(day: date, count: int) -> date:
    """The corresponding day `count` months on (or back), or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def add_years(day: date, count: int) -> date:
    """The corresponding day `count` years on: the anniversary; 29 February may become the 28th."""
    return add_months(day, 12 * count)


class Delivery(StrEnum):
    """How the office sends a notice (Implementing Rules art. 4)."""

    POST = "post"
    ELECTRONIC = "electronic"


def presumed_delivery(issued_on: date, delivery: Delivery) -> date:
    """The day a notice counts as received: 15 days after issue by post, else the day it arrives.

    Not moved for holidays.
    """
    return issued_on + timedelta(days=_POST_DAYS) if delivery is Delivery.POST else issued_on


# --- working days ----------------------------------------------------------------------------


class WorkingCalendar(Protocol):
    """Which days are working days, and for which years the State Council has said so."""

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on the day; by weekday alone in a year not announced."""

    def announced(self, year: int) -> bool:
        """Whether the holidays of the year are known."""


@dataclass(frozen=True, slots=True)
class AnnouncedYear:
    """One year's holiday notice: weekdays off, and weekend days worked in their place."""

    holidays: frozenset[date] = frozenset()
    working_weekends: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class ChineseCalendar:
    """The yearly State Council holiday notices: package chinesecalendar, and years announced later.

    A year of `later` stands in place of the package's. In a year neither knows, only weekends are
    free, and whatever is computed with it is provisional.
    """

    later: Mapping[int, AnnouncedYear] = field(default_factory=dict)

    def is_working_day(self, day: date) -> bool:
        notice = self.later.get(day.year)
        if notice is None:
            holidays, worked = _PACKAGE_HOLIDAYS, _PACKAGE_WORKED
        else:
            holidays, worked = notice.holidays, notice.working_weekends
        return day in worked or (day.weekday() < 5 and day not in holidays)

    def announced(self, year: int) -> bool:
        return year in self.later or year in _PACKAGE_YEARS


_PACKAGE_HOLIDAYS = frozenset(chinese_calendar.holidays)
_PACKAGE_WORKED = frozenset(chinese_calendar.workdays)
_PACKAGE_YEARS = frozenset(day.year for day in _PACKAGE_HOLIDAYS)


@dataclass(frozen=True, slots=True)
class LastDay:
    """The last day to act, inclusive."""

    day: date
    """The last day, moved to a working day where it had to be."""
    unmoved: date
    """The day on which the period itself ends; what counts from a period's end counts from it."""
    missing_year: int | None = None
    """A year whose holidays were needed and not announced."""

    @property
    def provisional(self) -> bool:
        """Whether the day may still move when the holidays of `missing_year` are announced."""
        return self.missing_year is not None


def last_day_to_act(
    start: date, *, months: int = 0, days: int = 0, calendar: WorkingCalendar
) -> LastDay:
    """Last day of a limit in months, days or both that runs from `start`, which is not counted."""
    end = add_months(start, months) + timedelta(days=days)
    day, missing = end, _unknown(end.year, calendar)
    while not calendar.is_working_day(day):
        day += _DAY
        missing = missing or _unknown(day.year, calendar)
    return LastDay(day, end, missing)


def working_days_after(start: date, count: int, calendar: WorkingCalendar) -> LastDay:
    """The `count`-th working day after `start`, which is not counted; a limit includes it."""
    day, missing = start, None
    for _ in range(count):
        day += _DAY
        missing = missing or _unknown(day.year, calendar)
        while not calendar.is_working_day(day):
            day += _DAY
            missing = missing or _unknown(day.year, calendar)
    return LastDay(day, day, missing)


def _unknown(year: int, calendar: WorkingCalendar) -> int | None:
    return None if calendar.announced(year) else year


# --- periods ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Period:
    """Civil days from `start` up to, not including, `end_exclusive`; None is without end.

    A period that ends where it starts holds no day; one that ends before is a ValueError.
    """

    start: date
    end_exclusive: date | None = None

    def __post_init__(self) -> None:
        if self.end_exclusive is not None and self.end_exclusive < self.start:
            raise ValueError(f"a period from {self.start} cannot end before {self.end_exclusive}")

    @classmethod
    def from_last_day(cls, start: date, last: date | None) -> Period:
        """The period whose last day, as people state it, is included; None is without end."""
        return cls(start, None if last is None else last + _DAY)

    @property
    def last_day(self) -> date | None:
        """The last day included; None for a period without end, the day before for an empty one."""
        return None if self.end_exclusive is None else self.end_exclusive - _DAY

    @property
    def empty(self) -> bool:
        return self.start == self.end_exclusive

    def contains(self, day: date) -> bool:
        """Whether the day lies in the period."""
        return self.start <= day and (self.end_exclusive is None or day < self.end_exclusive)

    def overlaps(self, other: Period) -> bool:
        """Whether the two have a day in common."""
        return (
            not (self.empty or other.empty)
            and (self.end_exclusive is None or other.start < self.end_exclusive)
            and (other.end_exclusive is None or self.start < other.end_exclusive)
        )

    def within(self, other: Period) -> bool:
        """Whether every day of this one lies in the other."""
        return self.empty or (
            other.start <= self.start
            and (
                other.end_exclusive is None
                or (self.end_exclusive is not None and self.end_exclusive <= other.end_exclusive)
            )
        )

"""What a plan is: months of patents to enter and of dealings to file on the office's days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from heapq import merge
from itertools import groupby
from random import Random
from typing import Protocol

from benchmarks.year.cast import Patent
from benchmarks.year.chance import divided
from benchmarks.year.dealings import Dealing, TrademarkPledge
from ledger.domain.periods import ChineseCalendar, add_months

CALENDAR = ChineseCalendar()

MONTHS = (0.07, 0.05, 0.09, 0.08, 0.08, 0.1, 0.08, 0.08, 0.09, 0.07, 0.09, 0.12)
"""How much of a year each month has: little at the turn of the year and at the spring festival."""


@dataclass
class Month:
    """A month of a plan."""

    first: date
    patents: list[Patent] = field(default_factory=list)
    """Entered before anything is filed in the month."""
    days: dict[date, list[Dealing]] = field(default_factory=dict)
    trademarks: list[tuple[date, TrademarkPledge]] = field(default_factory=list)
    """Taken over on the month's last working day, each with the day of its registration."""

    def working_days(self) -> list[date]:
        return working_days(self.first)

    def file(self, day: date, dealing: Dealing) -> None:
        self.days.setdefault(day, []).append(dealing)


class Plan(Protocol):
    """A part of a synthetic register."""

    @property
    def patents(self) -> int:
        """Patents to be entered, about."""
        ...

    @property
    def filings(self) -> int:
        """Filings and trademark pledges, about."""
        ...

    def months(self) -> Iterator[Month]:
        """The months in their order, the same ones each time."""
        ...


def together(plans: Sequence[Plan]) -> Iterator[Month]:
    """The months of several plans in one order of time."""
    months = merge(*(plan.months() for plan in plans), key=lambda month: month.first)
    for first, same in groupby(months, key=lambda month: month.first):
        whole = Month(first)
        for month in same:
            whole.patents += month.patents
            whole.trademarks += month.trademarks
            for day, dealings in month.days.items():
                whole.days.setdefault(day, []).extend(dealings)
        yield whole


def working_days(first: date) -> list[date]:
    """The days of a month on which the office works."""
    days = (first + timedelta(days=n) for n in range((add_months(first, 1) - first).days))
    return [day for day in days if CALENDAR.is_working_day(day)]


def by_month(total: int, months: Iterable[int]) -> list[int]:
    """A total divided over months of a year, as dealings come in."""
    return divided(total, [MONTHS[month - 1] for month in months])


def some_day(month: Month, random: Random) -> date:
    return random.choice(month.working_days())

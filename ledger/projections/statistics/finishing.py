"""What is made of an aggregate: shares, averages, quartiles, amounts of money."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from ledger.domain.figures import (
    Quartile,
    average,
    hyndman_fan_7,
    median_of_halves,
    share,
)

CENT: Final = Decimal("0.01")
DAYS_OF_YEAR: Final = Decimal("365.25")

Ordered = Sequence[Decimal] | None
Pair = Sequence[Decimal | int | None]
"""A part and a whole, or a total and a count."""


def money(total: Decimal | None) -> Decimal | None:
    """An amount, rounded half up to the hundredth."""
    return None if total is None else total.quantize(CENT, ROUND_HALF_UP)


def percent(pair: Pair) -> Decimal | None:
    """The share of a part in a whole; None of nothing."""
    part, whole = pair
    return share(Decimal(part or 0), Decimal(whole)) if whole else None


def per(places: int) -> Callable[[Pair], Decimal | None]:
    """A total over a count, to so many places; None of nothing."""

    def quotient(pair: Pair) -> Decimal | None:
        total, count = pair
        return average(Decimal(total), Decimal(count), places) if count and total else None

    return quotient


def years(pair: Pair) -> Decimal | None:
    """An average of days in years of 365.25 days, to a tenth."""
    days, count = pair
    return average(Decimal(days), count * DAYS_OF_YEAR, 1) if count and days is not None else None


def quartile(
    which: Quartile,
    method: Callable[[Sequence[Decimal], Quartile], Decimal] = hyndman_fan_7,
    over: Decimal = Decimal(1),
    places: int = 4,
) -> Callable[[Ordered], Decimal | None]:
    """A quartile of values in rising order, by a method, in units of so much."""

    def found(ordered: Ordered) -> Decimal | None:
        return average(method(ordered, which), over, places) if ordered else None

    return found


def mean(places: int) -> Callable[[Ordered], Decimal | None]:
    """The mean of values, to so many places."""

    def found(ordered: Ordered) -> Decimal | None:
        return average(sum(ordered, Decimal(0)), Decimal(len(ordered)), places) if ordered else None

    return found


def lowest(ordered: Ordered) -> Decimal | None:
    """The least of values in rising order."""
    return ordered[0] if ordered else None


def highest(ordered: Ordered) -> Decimal | None:
    """The greatest of values in rising order."""
    return ordered[-1] if ordered else None


def told(figure: Any) -> Any:
    """A figure as it is answered: whole numbers as they are, others as plain decimal text."""
    if isinstance(figure, Decimal):
        return f"{figure:f}"
    return figure


QUARTILES: Final = (
    ("q1", Quartile.FIRST, "First quartile", "下四分位数"),
    ("median", Quartile.SECOND, "Median", "中位数"),
    ("q3", Quartile.THIRD, "Third quartile", "上四分位数"),
)
METHODS: Final = (
    ("", hyndman_fan_7, "Hyndman and Fan's definition 7", "（Hyndman-Fan 第7定义）"),
    ("_halves", median_of_halves, "median of halves, Moore and McCabe", "（两半中位数法）"),
)
"""Methods by the ending of a measure's name, and what they are called. The median is the same by
both."""

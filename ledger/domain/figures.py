"""What the figures of the register count (law.md 8.8); the statistics are built on these.

The definitions follow the office's usage. Where it leaves room (whether borrowers who are not the
pledgors count as enterprises, what is a high pledge amount), the choice stands beside the function.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import IntEnum
from typing import Final

from ledger.domain.events import (
    Event,
    LicenceRecorded,
    OpenLicenceContractRecorded,
    PledgeRegistered,
    TransferRegistered,
)
from ledger.domain.money import Money
from ledger.domain.numbers import PatentKind
from ledger.domain.parties import Party, PartyKind
from ledger.domain.patent import Patent
from ledger.domain.periods import add_years

INCLUSIVE_YUAN_MAX: Final = Decimal(10_000_000)
"""Largest amount of an inclusive project, in yuan; the number itself is included (CC 1259)."""

INDUSTRY_CONTRACTS_OVER: Final = 20
"""An industry's licence rates are published where it has more contracts than these."""

HIGH_VALUE_YEARS: Final = 10
"""An invention maintained for longer than these years after grant is of high value."""


def inclusive(amount: Money) -> bool:
    """Whether a project is inclusive (普惠): at most ten million yuan; other money never is."""
    return amount.currency == "CNY" and amount.amount <= INCLUSIVE_YUAN_MAX


def enterprises(pledgors: Iterable[Party]) -> tuple[str, ...]:
    """The distinct enterprises of a project (惠及企业): the pledgors that are enterprises."""
    return tuple(sorted({party.id for party in pledgors if party.kind is PartyKind.ENTERPRISE}))


def times(event: Event) -> int:
    """How many times of operation (次) an entry counts: one for each patent that is transferred,
    licensed by a recorded contract, or pledged."""
    kinds = (TransferRegistered, LicenceRecorded, OpenLicenceContractRecorded, PledgeRegistered)
    return int(isinstance(event, kinds))


def industry_published(contracts: int) -> bool:
    """Whether the licence rates of an industry with so many contracts are published."""
    return contracts > INDUSTRY_CONTRACTS_OVER


def high_value(patent: Patent, on: date, *, pledged_high: bool, awarded: bool) -> bool:
    """Whether a valid invention is of high value (高价值发明专利): in any of the five cases, and
    counted once.

    Whether it has realised a high pledge amount, and whether it has won a prize of the state, the
    caller knows: the amount that counts as high is not published.
    """
    entered = patent.entered
    if entered is None or entered.kind is not PatentKind.INVENTION or not patent.alive(on):
        return False
    assert entered.granted_on is not None, "a patent alive has been granted"
    return (
        entered.strategic_industry is not None
        or entered.family_abroad is True
        or on > add_years(entered.granted_on, HIGH_VALUE_YEARS)
        or pledged_high
        or awarded
    )


def growth(current: Decimal, before: Decimal) -> Decimal:
    """Growth year on year in percent, rounded half up to a tenth; of the same population and
    unit."""
    return ((current - before) / before * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)


def share(part: Decimal, whole: Decimal) -> Decimal:
    """A part of a whole in percent, rounded half up to a tenth."""
    return (part / whole * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)


def average(total: Decimal, count: Decimal, places: int) -> Decimal:
    """A total over a count, rounded half up to so many places."""
    return (total / count).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


class Quartile(IntEnum):
    """Which of the three values that cut ordered values into four parts."""

    FIRST = 1
    SECOND = 2
    """The median."""
    THIRD = 3


def hyndman_fan_7(ordered: Sequence[Decimal], quartile: Quartile) -> Decimal:
    """The quartile of values in rising order by Hyndman and Fan's definition 7: the value at the
    place (n - 1) * p, between two values in proportion."""
    quarters = (len(ordered) - 1) * quartile
    below, part = divmod(quarters, 4)
    if not part:
        return ordered[below]
    return ordered[below] + (ordered[below + 1] - ordered[below]) * part / 4


def median_of_halves(ordered: Sequence[Decimal], quartile: Quartile) -> Decimal:
    """The quartile of values in rising order as the median of a half (Moore and McCabe): of an odd
    number of values the one in the middle is in neither half; of one value it is that."""
    count = len(ordered)
    if quartile is Quartile.SECOND or count == 1:
        return hyndman_fan_7(ordered, Quartile.SECOND)
    half = ordered[: count // 2] if quartile is Quartile.FIRST else ordered[-(count // 2) :]
    return hyndman_fan_7(half, Quartile.SECOND)

"""Which pledge comes first, for how much, and when the claim of a maximum-amount pledge is fixed.

Articles: Civil Code 414 (by time of registration), 409 by analogy (an increase does not rank before
it was registered), 423 (fixing of claims).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from ledger.domain.money import Money


def ranked(registrations: Iterable[tuple[date, str]]) -> dict[str, int]:
    """The rank, from 1, of each registration by its number: by day of registration, and within a
    day by number, which rises."""
    order = sorted(set(registrations))
    return {number: rank for rank, (_, number) in enumerate(order, 1)}


class Portion(NamedTuple):
    """A part of a secured claim, with the day from which it ranks."""

    since: date
    amount: Money


def portions(
    history: Sequence[tuple[date, Money | None]], *, from_change: bool = True
) -> list[Portion]:
    """The parts of a claim by rank, given its amounts and the days from which it had them.

    An increase ranks from the day its change was registered, unless the office reads the law
    otherwise; what a decrease takes away is the part that ranks last. Another currency, or an
    amount that is withheld, starts anew.
    """
    parts: list[Portion] = []
    for since, amount in history:
        if amount is None:
            parts = []
            continue
        if parts and parts[0].amount.currency != amount.currency:
            parts = []
        secured = sum((part.amount.amount for part in parts), Decimal(0))
        if amount.amount > secured:
            more = amount.model_copy(update={"amount": amount.amount - secured})
            parts.append(Portion(since if from_change or not parts else parts[0].since, more))
        else:
            parts = _cut(parts, secured - amount.amount)
    return parts


def _cut(parts: list[Portion], surplus: Decimal) -> list[Portion]:
    """The parts without so much of what ranks last."""
    kept = list(parts)
    while kept and surplus >= kept[-1].amount.amount:
        surplus -= kept.pop().amount.amount
    if kept and surplus:
        last = kept.pop()
        less = last.amount.model_copy(update={"amount": last.amount.amount - surplus})
        kept.append(Portion(last.since, less))
    return kept


class Fixation(NamedTuple):
    """The day from which no new claim joins a maximum-amount pledge, and why."""

    since: date
    because: str


def fixed(
    *, registered_on: date, period_until: date | None, seized_on: Iterable[date], on: date
) -> Fixation | None:
    """Whether the claim of a maximum-amount pledge is fixed at the end of a day (CC 423).

    It is with the end of the agreed period, and with a preservation of the patent, of which the
    register notifies the pledgee. Bankruptcy, and a request after two years where no period was
    agreed, are facts the ledger is not told.
    """
    found = [Fixation(day, "preservation") for day in seized_on if registered_on <= day]
    if period_until is not None:
        found.append(Fixation(period_until + timedelta(days=1), "period_ended"))
    first = min(found, default=None)
    return first if first is not None and first.since <= on else None

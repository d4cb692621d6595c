"""What an annual fee comes to: full fee, reduction, surcharge; and when a payment suffices.

Articles: Implementing Rules 115, Guidelines V-2 §3, V-9 §4.2, V-11 §8; MOF/NDRC 2024 No. 23 and
Announcement 594 (law.md 2.10, 5.2). The amounts are a setting; the office may state the full fee.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from ledger.domain import terms
from ledger.domain.events import AnnualFeePaid
from ledger.domain.lawsettings import LawSettings
from ledger.domain.numbers import PatentKind
from ledger.domain.patent import Patent
from ledger.domain.periods import WorkingCalendar

OPEN_LICENCE_PERCENT: Final = 15
"""Reduction of the fees that fall due while a recorded open licence is implemented."""

REDUCED_YEARS: Final = 10
"""Years of the reduction for those of little means, from the year of grant (V-2 §3.1(4))."""


@dataclass(frozen=True, slots=True)
class FeeDue:
    """What the fee of a patent year comes to on a day."""

    full: Decimal
    """The full fee, in yuan."""
    reduction: int
    """Percent taken off."""
    surcharge: int
    """Percent of the full fee added."""

    @property
    def payable(self) -> Decimal:
        """What must have been paid in all, in yuan, for the fee to count as paid."""
        reduced = self.full * (100 - self.reduction) / 100
        return terms.fee_payable(reduced, full_fee=self.full, surcharge=self.surcharge)


def fee_due(
    patent: Patent,
    year: int,
    on: date,
    calendar: WorkingCalendar,
    law: LawSettings,
    full: Decimal | None = None,
) -> FeeDue | None:
    """What the fee of a year comes to on a day; None where kind or filing date is not known."""
    entered = patent.entered
    if entered is None or entered.kind is None or entered.filed_on is None:
        return None
    return FeeDue(
        full_fee(entered.kind, year, law) if full is None else full,
        reduction_percent(patent, year),
        terms.surcharge_percent(
            terms.fee_due_on(entered.filed_on, year),
            on,
            calendar,
            from_unmoved=law.grace_counts_from_unmoved_due_date,
        ),
    )


def full_fee(kind: PatentKind, year: int, law: LawSettings) -> Decimal:
    """The full fee of a patent year, in yuan."""
    rows = [row for row in law.annual_fees if row.kind is kind and row.from_year <= year]
    return Decimal(max(rows, key=lambda row: row.from_year).yuan) if rows else Decimal(0)


def reduction_percent(patent: Patent, year: int) -> int:
    """Percent taken off the fee of a year: the most favourable ground alone, none on top of
    another (Guidelines V-11 §8)."""
    return max(_little_means(patent, year), _open_licence(patent, year))


def _little_means(patent: Patent, year: int) -> int:
    """The reduction on record when the fee falls due, within ten years from the year of grant."""
    due_on = _due_on(patent, year)
    entered = patent.entered
    if due_on is None or entered is None or entered.filed_on is None or entered.granted_on is None:
        return 0
    if year >= terms.fee_year_of(entered.filed_on, entered.granted_on) + REDUCED_YEARS:
        return 0
    return next((r.percent for r in reversed(patent.reductions) if r.since <= due_on), 0)


def _open_licence(patent: Patent, year: int) -> int:
    """15 percent while a recorded open licence is implemented, on fees not yet due at its recordal;
    none from the patent year after the declaration is withdrawn."""
    due_on = _due_on(patent, year)
    if due_on is None:
        return 0
    for licence in patent.licences:
        if licence.declaration_no is None or licence.recorded_on is None:
            continue
        withdrawn = next(
            (
                declaration.withdrawn_on
                for declaration in patent.declarations
                if declaration.declaration_no == licence.declaration_no
            ),
            None,
        )
        stopped = withdrawn is not None and withdrawn < due_on
        if licence.recorded_on <= due_on and licence.in_term(due_on) and not stopped:
            return OPEN_LICENCE_PERCENT
    return 0


def _due_on(patent: Patent, year: int) -> date | None:
    entered = patent.entered
    if entered is None or entered.filed_on is None:
        return None
    return terms.fee_due_on(entered.filed_on, year)


def paid_for(fees: Iterable[AnnualFeePaid], year: int) -> Decimal:
    """What was paid for a year, in yuan, as far as amounts are on record."""
    amounts = (fee.amount for fee in fees if fee.fee_year == year)
    return sum((a.amount for a in amounts if a is not None and a.currency == "CNY"), Decimal(0))

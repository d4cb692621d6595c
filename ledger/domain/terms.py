"""How long a patent lasts and what its annual fees ask for.

Articles: Patent Law 42; Implementing Rules 77 to 84, 115; Guidelines V-9 §4.1 and §4.2 (law.md 5.2,
5.5). A termination date is the first day not in force and is never moved; a fee's due date is kept
unmoved, and only the last day to pay moves with the calendar.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Final, assert_never

from ledger.domain.numbers import PatentKind
from ledger.domain.periods import (
    LastDay,
    WorkingCalendar,
    add_months,
    add_years,
    last_day_to_act,
)

DESIGN_15_YEARS_FROM: Final = date(2021, 6, 1)
"""Filing date from which a design lasts 15 years (CNIPA Announcement 423)."""

GRACE_MONTHS: Final = 6
"""Months after the due date in which a fee may be paid with surcharge (Implementing Rules 115)."""

COMPENSATION_REQUEST_MONTHS: Final = 3
"""Months from grant (or marketing approval) in which compensation is requested (IR 77, 81)."""

DRUG_COMPENSATION_YEARS: Final = 5
DRUG_YEARS_AFTER_APPROVAL: Final = 14
"""Most years of drug compensation, and of the whole term after approval (Patent Law 42(3))."""

_DAY: Final = timedelta(days=1)
LAST_FEE_YEAR: Final = 20
"""The last patent year that any kind of patent has a fee for."""


# --- the term --------------------------------------------------------------------------------


def term_years(kind: PatentKind, filed_on: date) -> int:
    """Years of the term, which are also the years that have an annual fee."""
    match kind:
        case PatentKind.INVENTION:
            return 20
        case PatentKind.UTILITY_MODEL:
            return 10
        case PatentKind.DESIGN:
            return 15 if filed_on >= DESIGN_15_YEARS_FROM else 10
    assert_never(kind)


@lru_cache(maxsize=50_000)
def termination_date(
    kind: PatentKind, filed_on: date, compensated_until: date | None = None
) -> date:
    """The first day not in force: the anniversary of the filing date, holidays or not.

    `compensated_until` is the last day in force with compensation, which never shortens a term.
    """
    regular = add_years(filed_on, term_years(kind, filed_on))
    return regular if compensated_until is None else max(regular, compensated_until + _DAY)


def last_day_in_force(
    kind: PatentKind, filed_on: date, compensated_until: date | None = None
) -> date:
    """The last day of the term as registered."""
    return termination_date(kind, filed_on, compensated_until) - _DAY


# --- annual fees -----------------------------------------------------------------------------


class FeeState(StrEnum):
    """Whether the annual fee due on a day is paid."""

    CURRENT = "current"
    IN_GRACE = "in_grace"
    """The last day to pay has passed, the grace period has not: not paid as prescribed."""
    OVERDUE_PAST_GRACE = "overdue_past_grace"
    UNKNOWN = "unknown"
    """The ledger was not told up to which year fees are paid."""


def fee_year_of(filed_on: date, day: date) -> int:
    """The patent year, from 1, in which the day falls; a day before filing is a ValueError."""
    if day < filed_on:
        raise ValueError(f"{day} lies before the filing date {filed_on}")
    years = day.year - filed_on.year
    return years + (add_years(filed_on, years) <= day)


@lru_cache(maxsize=50_000)
def fee_due_on(filed_on: date, year: int) -> date:
    """Due date of the fee of a patent year: the anniversary that starts it, unmoved."""
    return add_years(filed_on, year - 1)


def fee_last_day(filed_on: date, year: int, calendar: WorkingCalendar) -> LastDay:
    """The last day on which the fee of a patent year is paid in time."""
    return last_day_to_act(fee_due_on(filed_on, year), calendar=calendar)


def grace_end(
    filed_on: date, year: int, calendar: WorkingCalendar, *, from_unmoved: bool = True
) -> LastDay:
    """The last day to pay with surcharge, six months from the due date (`counted_from`)."""
    start = counted_from(fee_due_on(filed_on, year), calendar, from_unmoved=from_unmoved)
    return last_day_to_act(start, months=GRACE_MONTHS, calendar=calendar)


def counted_from(due_on: date, calendar: WorkingCalendar, *, from_unmoved: bool = True) -> date:
    """The day from which grace and months of surcharge count: the due date itself, unless the
    office counts from the last day to pay."""
    return due_on if from_unmoved else last_day_to_act(due_on, calendar=calendar).day


def fee_state(
    filed_on: date | None,
    paid_through_year: int | None,
    day: date,
    calendar: WorkingCalendar,
    *,
    last_fee_year: int = LAST_FEE_YEAR,
    from_unmoved: bool = True,
) -> FeeState:
    """State of the annual fees at the end of a day, given the last year whose fee is paid.

    `last_fee_year` is the last year that has a fee (`term_years`); years of compensation have none.
    Where a last day is provisional, so is the state that follows it.
    """
    if filed_on is None or paid_through_year is None:
        return FeeState.UNKNOWN
    unpaid = max(paid_through_year, 0) + 1
    if unpaid > last_fee_year or day <= fee_last_day(filed_on, unpaid, calendar).day:
        return FeeState.CURRENT
    if day <= grace_end(filed_on, unpaid, calendar, from_unmoved=from_unmoved).day:
        return FeeState.IN_GRACE
    return FeeState.OVERDUE_PAST_GRACE


def surcharge_percent(
    due_on: date, paid_on: date, calendar: WorkingCalendar, *, from_unmoved: bool = True
) -> int:
    """Surcharge in percent of the full annual fee, by the day of payment; 25 in restoration too.

    Nothing up to one month after the due date, then 5 for each month begun (IR 115). Each month
    counts from the due date (`counted_from`); only the last day of each step moves for holidays.
    """
    if paid_on <= add_months(due_on, 1):
        return 0
    start = counted_from(due_on, calendar, from_unmoved=from_unmoved)
    steps = (last_day_to_act(start, months=count, calendar=calendar) for count in range(1, 6))
    return 5 * sum(paid_on > step.day for step in steps)


def fee_payable(fee: Decimal, *, full_fee: Decimal, surcharge: int) -> Decimal:
    """What must have been paid in all for the fee to count as paid, in the fee's currency.

    `fee` is the fee after reduction; the surcharge, in percent, is of the full fee, at the rate of
    the day the rest is paid. A payment that falls short counts as none until the rest is paid
    (V-9 §4.2.1.3).
    """
    return fee + full_fee * surcharge / 100


# --- compensation ----------------------------------------------------------------------------


def grant_compensation_days(
    *,
    granted_on: date,
    filed_on: date,
    examination_requested_on: date,
    published_on: date,
    reasonable_delay: int = 0,
    applicant_delay: int = 0,
) -> int:
    """Days of compensation for delay in grant (PTA: Patent Law 42(2), Implementing Rules 77, 78).

    From the later of filing + 4 years and examination request + 3 years up to grant, less the days
    of reasonable delay and of the applicant's. A request before publication counts from publication
    (V-9 §2.2). For a national phase or a division `filed_on` is the day of entry or of division.
    """
    requested_on = max(examination_requested_on, published_on)
    from_ = max(add_years(filed_on, 4), add_years(requested_on, 3))
    return max((granted_on - from_).days - reasonable_delay - applicant_delay, 0)


def drug_compensation_days(*, filed_on: date, approved_on: date, terminates_on: date) -> int:
    """Days of compensation for a new drug (PTE: Patent Law 42(3), Implementing Rules 80 to 83).

    Days from filing to approval less five years, at most five years; `terminates_on`, the
    termination date without them, moves at most to 14 years after approval.
    """
    days = (approved_on - filed_on).days - (add_years(filed_on, 5) - filed_on).days
    five_years = (add_years(terminates_on, DRUG_COMPENSATION_YEARS) - terminates_on).days
    fourteen = (add_years(approved_on, DRUG_YEARS_AFTER_APPROVAL) - terminates_on).days
    return max(min(days, five_years, fourteen), 0)

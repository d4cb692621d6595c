"""Terms, annual fees and compensation: the worked examples of the Guidelines."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.domain.numbers import PatentKind
from ledger.domain.periods import ChineseCalendar, LastDay
from ledger.domain.terms import (
    FeeState,
    drug_compensation_days,
    fee_due_on,
    fee_last_day,
    fee_payable,
    fee_state,
    fee_year_of,
    grace_end,
    grant_compensation_days,
    last_day_in_force,
    surcharge_percent,
    term_years,
    termination_date,
)

CALENDAR = ChineseCalendar()
INVENTION, MODEL, DESIGN = PatentKind


class TestTerm:
    def test_a_utility_model_of_1999_ends_ten_years_later(self):
        assert last_day_in_force(MODEL, date(1999, 9, 6)) == date(2009, 9, 5)
        assert termination_date(MODEL, date(1999, 9, 6)) == date(2009, 9, 6)

    def test_an_invention_lasts_20_years(self):
        assert last_day_in_force(INVENTION, date(2021, 9, 6)) == date(2041, 9, 5)

    def test_a_compensated_invention_ends_the_day_after_its_last(self):
        compensated = date(2041, 12, 1)
        assert termination_date(INVENTION, date(2021, 9, 6), compensated) == date(2041, 12, 2)
        assert last_day_in_force(INVENTION, date(2021, 9, 6), compensated) == compensated

    def test_compensation_never_shortens_a_term(self):
        assert termination_date(INVENTION, date(2021, 9, 6), date(2040, 1, 1)) == date(2041, 9, 6)

    def test_a_design_filed_from_june_2021_lasts_15_years(self):
        assert term_years(DESIGN, date(2021, 5, 31)) == 10
        assert term_years(DESIGN, date(2021, 6, 1)) == 15
        assert termination_date(DESIGN, date(2021, 5, 31)) == date(2031, 5, 31)
        assert termination_date(DESIGN, date(2021, 6, 1)) == date(2036, 6, 1)

    def test_a_termination_date_stays_on_a_holiday(self):
        assert termination_date(MODEL, date(2014, 10, 1)) == date(2024, 10, 1)

    def test_a_patent_filed_on_a_leap_day_ends_on_the_last_of_february(self):
        assert termination_date(INVENTION, date(2000, 2, 29)) == date(2020, 2, 29)
        assert termination_date(MODEL, date(2000, 2, 29)) == date(2010, 2, 28)


class TestFeeYears:
    @pytest.mark.parametrize(
        ("day", "year"),
        [
            (date(1999, 6, 1), 1),
            (date(2000, 5, 31), 1),
            (date(2000, 6, 1), 2),
            (date(2018, 6, 1), 20),
        ],
    )
    def test_patent_years_run_from_the_filing_date(self, day, year):
        assert fee_year_of(date(1999, 6, 1), day) == year

    def test_patent_years_of_a_leap_day_begin_on_the_28th_in_other_years(self):
        filed = date(2024, 2, 29)
        assert fee_year_of(filed, date(2025, 2, 27)) == 1
        assert fee_year_of(filed, date(2025, 2, 28)) == 2
        assert fee_year_of(filed, date(2028, 2, 28)) == 4
        assert fee_year_of(filed, date(2028, 2, 29)) == 5

    def test_no_patent_year_lies_before_filing(self):
        with pytest.raises(ValueError, match="before the filing date"):
            fee_year_of(date(1999, 6, 1), date(1999, 5, 31))

    def test_the_sixth_fee_of_a_patent_of_1997_is_due_in_2002(self):
        assert fee_due_on(date(1997, 6, 3), 6) == date(2002, 6, 3)

    def test_a_due_date_in_a_holiday_stays_and_its_last_day_moves(self):
        filed = date(2015, 10, 2)
        assert fee_due_on(filed, 10) == date(2024, 10, 2)
        last = fee_last_day(filed, 10, CALENDAR)
        assert last == LastDay(day=date(2024, 10, 8), unmoved=date(2024, 10, 2))
        assert grace_end(filed, 10, CALENDAR) == LastDay(date(2025, 4, 2), date(2025, 4, 2))

    def test_the_last_day_of_grace_moves_too(self):
        assert grace_end(date(2015, 4, 3), 10, CALENDAR).day == date(2024, 10, 8)


class TestFeeState:
    @pytest.mark.parametrize(
        ("day", "state"),
        [
            (date(2020, 1, 1), FeeState.CURRENT),
            (date(2024, 10, 8), FeeState.CURRENT),
            (date(2024, 10, 9), FeeState.IN_GRACE),
            (date(2025, 4, 2), FeeState.IN_GRACE),
            (date(2025, 4, 3), FeeState.OVERDUE_PAST_GRACE),
        ],
    )
    def test_a_fee_is_current_then_in_grace_then_overdue(self, day, state):
        assert fee_state(date(2015, 10, 2), 9, day, CALENDAR) is state

    def test_what_the_ledger_was_not_told_is_unknown(self):
        assert fee_state(date(2015, 10, 2), None, date(2024, 1, 1), CALENDAR) is FeeState.UNKNOWN
        assert fee_state(None, 9, date(2024, 1, 1), CALENDAR) is FeeState.UNKNOWN

    def test_years_of_compensation_have_no_annual_fee(self):
        after = date(2041, 10, 1)
        assert fee_state(date(2021, 9, 6), 20, after, CALENDAR) is FeeState.CURRENT
        assert fee_state(date(2021, 9, 6), 9_999, after, CALENDAR) is FeeState.CURRENT

    def test_a_utility_model_has_ten_fees(self):
        after = date(2024, 12, 1)
        paid = fee_state(date(2014, 9, 6), 10, after, CALENDAR, last_fee_year=10)
        assert paid is FeeState.CURRENT


class TestSurcharge:
    @pytest.mark.parametrize(
        ("paid_on", "percent"),
        [
            (date(2024, 4, 1), 0),
            (date(2024, 5, 10), 0),
            (date(2024, 5, 11), 5),
            (date(2024, 6, 10), 5),
            (date(2024, 6, 11), 5),
            (date(2024, 6, 12), 10),
            (date(2024, 7, 11), 15),
            (date(2024, 8, 12), 15),
            (date(2024, 8, 13), 20),
            (date(2024, 9, 10), 20),
            (date(2024, 9, 11), 25),
            (date(2024, 10, 10), 25),
            (date(2025, 1, 1), 25),
        ],
    )
    def test_the_surcharge_rises_by_5_percent_a_month(self, paid_on, percent):
        """10 June 2024 was a holiday, 10 August a Saturday: the last days of these steps moved."""
        assert surcharge_percent(date(2024, 4, 10), paid_on, CALENDAR) == percent

    def test_months_are_counted_from_the_due_date_each(self):
        assert surcharge_percent(date(2024, 8, 31), date(2024, 9, 30), CALENDAR) == 0
        assert surcharge_percent(date(2024, 8, 31), date(2024, 10, 31), CALENDAR) == 5

    def test_only_the_last_day_of_each_step_moves(self):
        """Due on Thursday 2 May 2024: the first month ends on Sunday 2 June, the second on Tuesday
        2 July, as if nothing had moved."""
        due = date(2024, 5, 2)
        assert surcharge_percent(due, date(2024, 6, 3), CALENDAR) == 0
        assert surcharge_percent(due, date(2024, 6, 4), CALENDAR) == 5
        assert surcharge_percent(due, date(2024, 7, 2), CALENDAR) == 5
        assert surcharge_percent(due, date(2024, 7, 3), CALENDAR) == 10

    def test_the_months_may_be_counted_from_the_last_day_to_pay(self):
        """Due in a holiday, on 2 October 2024, paid in time until the 8th."""
        due, day = date(2024, 10, 2), date(2024, 11, 5)
        assert surcharge_percent(due, day, CALENDAR) == 5
        assert surcharge_percent(due, day, CALENDAR, from_unmoved=False) == 0
        moved = grace_end(date(2015, 10, 2), 10, CALENDAR, from_unmoved=False)
        assert moved.day == date(2025, 4, 8)

    def test_the_guidelines_example_leaves_65_yuan(self):
        surcharge = surcharge_percent(date(2024, 4, 10), date(2024, 6, 15), CALENDAR)
        payable = fee_payable(Decimal(900), full_fee=Decimal(900), surcharge=surcharge)
        assert payable - 925 == 65

    def test_the_surcharge_is_of_the_full_fee_where_the_fee_is_reduced(self):
        assert fee_payable(Decimal(135), full_fee=Decimal(900), surcharge=5) == 180


DATES = {
    "filed_on": date(2015, 1, 10),
    "examination_requested_on": date(2015, 3, 1),
    "published_on": date(2016, 7, 10),
}


class TestCompensation:
    def test_days_of_grant_compensation_run_from_the_later_limit(self):
        days = grant_compensation_days(granted_on=date(2019, 7, 20), **DATES)
        assert days == 10
        late = DATES | {"filed_on": date(2015, 7, 15)}
        assert grant_compensation_days(granted_on=date(2019, 7, 20), **late) == 5

    def test_delays_are_taken_off_and_never_below_nothing(self):
        granted = date(2019, 7, 20)
        days = grant_compensation_days(
            granted_on=granted, reasonable_delay=3, applicant_delay=2, **DATES
        )
        assert days == 5
        none = grant_compensation_days(granted_on=granted, applicant_delay=30, **DATES)
        assert none == 0

    def test_a_drug_gets_the_days_beyond_five_years(self):
        days = drug_compensation_days(
            filed_on=date(2015, 1, 10),
            approved_on=date(2020, 1, 20),
            terminates_on=date(2035, 1, 10),
        )
        assert days == 0
        days = drug_compensation_days(
            filed_on=date(2015, 1, 10),
            approved_on=date(2023, 1, 10),
            terminates_on=date(2035, 1, 10),
        )
        assert days == (date(2037, 1, 10) - date(2035, 1, 10)).days

    def test_a_drug_gets_five_years_at_most(self):
        days = drug_compensation_days(
            filed_on=date(2010, 1, 10),
            approved_on=date(2026, 1, 10),
            terminates_on=date(2030, 1, 10),
        )
        assert days == (date(2035, 1, 10) - date(2030, 1, 10)).days

    def test_no_compensation_for_a_drug_approved_within_five_years(self):
        days = drug_compensation_days(
            filed_on=date(2015, 1, 10),
            approved_on=date(2018, 1, 10),
            terminates_on=date(2035, 1, 10),
        )
        assert days == 0

"""Periods as the Guidelines compute them."""

from datetime import UTC, date, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from ledger.domain.periods import (
    AnnouncedYear,
    ChineseCalendar,
    CivilDate,
    Delivery,
    LastDay,
    Period,
    add_months,
    add_years,
    civil_date,
    last_day_to_act,
    presumed_delivery,
    working_days_after,
)

CALENDAR = ChineseCalendar()
JUNE = Period(date(2024, 6, 1), date(2024, 7, 1))


class TestMonthsAndYears:
    def test_three_years_from_june_1998_end_in_june_2001(self):
        assert add_years(date(1998, 6, 1), 3) == date(2001, 6, 1)

    @pytest.mark.parametrize(
        ("day", "count", "end"),
        [
            (date(2022, 12, 31), 2, date(2023, 2, 28)),
            (date(2023, 12, 31), 2, date(2024, 2, 29)),
            (date(2024, 3, 31), -1, date(2024, 2, 29)),
            (date(2024, 1, 15), -13, date(2022, 12, 15)),
            (date(2024, 11, 30), 1, date(2024, 12, 30)),
            (date(2024, 11, 30), 0, date(2024, 11, 30)),
        ],
    )
    def test_months_end_on_the_corresponding_day_or_the_last_of_the_month(self, day, count, end):
        assert add_months(day, count) == end

    def test_the_anniversary_of_a_leap_day_is_the_28th_in_other_years(self):
        assert add_years(date(2024, 2, 29), 1) == date(2025, 2, 28)
        assert add_years(date(2024, 2, 29), 4) == date(2028, 2, 29)


class TestDelivery:
    def test_a_posted_notice_counts_as_received_after_15_days_on_a_saturday_too(self):
        received = presumed_delivery(date(2008, 6, 6), Delivery.POST)
        assert received == date(2008, 6, 21)
        assert not CALENDAR.is_working_day(received)
        last = last_day_to_act(received, months=2, calendar=CALENDAR)
        assert last == LastDay(date(2008, 8, 21), date(2008, 8, 21))

    def test_an_electronic_notice_counts_on_the_day_it_arrives(self):
        received = presumed_delivery(date(2022, 12, 31), Delivery.ELECTRONIC)
        last = last_day_to_act(received, months=2, calendar=CALENDAR)
        assert last.day == date(2023, 2, 28)


class TestLastDayToAct:
    def test_a_limit_that_ends_in_a_holiday_ends_on_the_next_working_day(self):
        last = last_day_to_act(date(2024, 8, 2), months=2, calendar=CALENDAR)
        assert last == LastDay(day=date(2024, 10, 8), unmoved=date(2024, 10, 2))
        assert not last.provisional

    def test_a_weekend_worked_for_a_holiday_is_a_working_day(self):
        assert date(2024, 10, 12).weekday() == 5
        last = last_day_to_act(date(2024, 10, 2), days=10, calendar=CALENDAR)
        assert last.day == date(2024, 10, 12)

    def test_a_limit_in_an_unannounced_year_is_provisional_and_names_the_year(self):
        last = last_day_to_act(date(2029, 7, 1), months=3, calendar=CALENDAR)
        assert last == LastDay(date(2029, 10, 1), date(2029, 10, 1), missing_year=2029)
        assert last.provisional

    def test_a_limit_that_moves_into_an_unannounced_year_is_provisional(self):
        known = ChineseCalendar({2033: AnnouncedYear()})
        last = last_day_to_act(date(2033, 12, 1), days=30, calendar=known)
        assert last == LastDay(date(2034, 1, 2), date(2033, 12, 31), missing_year=2034)


class TestCalendar:
    def test_the_package_knows_2004_to_2026(self):
        assert all(CALENDAR.announced(year) for year in range(2004, 2027))
        assert not CALENDAR.announced(2003)

    def test_the_settings_tell_years_announced_later(self):
        off, worked = date(2030, 10, 1), date(2030, 10, 12)
        calendar = ChineseCalendar({2030: AnnouncedYear(frozenset({off}), frozenset({worked}))})
        assert calendar.announced(2030)
        assert not calendar.is_working_day(off)
        assert calendar.is_working_day(worked)
        assert not calendar.is_working_day(date(2030, 10, 5))
        assert CALENDAR.is_working_day(off)


class TestWorkingDays:
    def test_two_working_days_over_a_weekend(self):
        assert working_days_after(date(2024, 6, 14), 2, CALENDAR).day == date(2024, 6, 18)

    def test_holidays_and_worked_weekends_count_as_they_were_announced(self):
        last = working_days_after(date(2024, 9, 30), 5, CALENDAR)
        assert last == LastDay(date(2024, 10, 12), date(2024, 10, 12))

    def test_an_unannounced_year_is_named(self):
        known = ChineseCalendar({2033: AnnouncedYear()})
        assert working_days_after(date(2033, 12, 30), 1, known).missing_year == 2034
        assert working_days_after(date(2033, 12, 29), 1, known).missing_year is None

    def test_no_working_day_after_a_day_is_the_day(self):
        assert working_days_after(date(2024, 6, 15), 0, CALENDAR).day == date(2024, 6, 15)


class TestCivilDates:
    def test_the_day_in_shanghai_begins_at_four_in_the_afternoon_in_greenwich(self):
        assert civil_date(datetime(2024, 1, 19, 15, 59, 59, tzinfo=UTC)) == date(2024, 1, 19)
        assert civil_date(datetime(2024, 1, 19, 16, tzinfo=UTC)) == date(2024, 1, 20)

    def test_summer_time_of_old_years_counts(self):
        assert civil_date(datetime(1988, 7, 1, 15, tzinfo=UTC)) == date(1988, 7, 2)

    def test_a_moment_without_zone_is_no_moment(self):
        with pytest.raises(ValueError, match="time zone"):
            civil_date(datetime(2024, 1, 20))  # noqa: DTZ001

    @pytest.mark.parametrize("stated", ["2024-01-20", date(2024, 1, 20)])
    def test_a_date_is_stated_in_iso_8601(self, stated):
        assert TypeAdapter(CivilDate).validate_python(stated) == date(2024, 1, 20)

    @pytest.mark.parametrize(
        "stated",
        [
            1705708800,
            "1705708800",
            "2024-02-30",
            "2024-W03-6",
            "20240120",
            "2024-01-20T00:00:00Z",
            datetime(2024, 1, 20, tzinfo=UTC),
            "1899-12-31",
            "2200-01-01",
            None,
        ],
    )
    def test_nothing_else_is_a_date(self, stated):
        with pytest.raises(ValidationError):
            TypeAdapter(CivilDate).validate_python(stated)


class TestPeriods:
    def test_a_stated_last_day_is_included(self):
        assert Period.from_last_day(date(2024, 6, 1), date(2024, 6, 30)) == JUNE
        assert Period.from_last_day(date(2024, 6, 1), None) == Period(date(2024, 6, 1))
        assert JUNE.last_day == date(2024, 6, 30)
        assert Period(date(2024, 6, 1)).last_day is None

    def test_a_period_holds_its_first_day_and_not_its_end(self):
        assert JUNE.contains(date(2024, 6, 1))
        assert JUNE.contains(date(2024, 6, 30))
        assert not JUNE.contains(date(2024, 7, 1))
        assert not JUNE.contains(date(2024, 5, 31))
        assert Period(date(2024, 6, 1)).contains(date.max)

    def test_periods_that_meet_do_not_overlap(self):
        july_on = Period(date(2024, 7, 1))
        assert not JUNE.overlaps(july_on)
        assert not july_on.overlaps(JUNE)
        assert Period(date(2024, 6, 30)).overlaps(JUNE)
        assert JUNE.overlaps(Period(date(2020, 1, 1)))

    def test_an_empty_period_has_no_day_in_common_with_any(self):
        empty = Period(date(2024, 6, 10), date(2024, 6, 10))
        assert empty.empty
        assert not empty.contains(date(2024, 6, 10))
        assert not empty.overlaps(JUNE)
        assert not JUNE.overlaps(empty)
        assert empty.within(Period(date(2030, 1, 1)))

    def test_a_period_lies_within_another_when_all_its_days_do(self):
        assert JUNE.within(JUNE)
        assert JUNE.within(Period(date(2024, 1, 1)))
        assert not Period(date(2024, 6, 1)).within(JUNE)
        assert not JUNE.within(Period(date(2024, 6, 2)))
        assert not JUNE.within(Period(date(2024, 6, 1), date(2024, 6, 30)))

    def test_a_period_does_not_end_before_it_starts(self):
        with pytest.raises(ValueError, match="cannot end before"):
            Period.from_last_day(date(2024, 6, 1), date(2024, 5, 30))

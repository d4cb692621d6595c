"""What is printed is read again, and what is computed keeps its order."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.money import Money
from ledger.domain.numbers import (
    InvalidNumber,
    check_credit_code,
    check_digit,
    credit_code_valid,
    parse_patent_id,
    parse_registration_number,
    printed,
    registration_number,
)
from ledger.domain.periods import (
    ChineseCalendar,
    Period,
    add_months,
    add_years,
    last_day_to_act,
    working_days_after,
)
from ledger.domain.terms import fee_due_on, fee_year_of
from ledger.domain.texts import short_text

CALENDAR = ChineseCalendar()
few = settings(max_examples=50, deadline=None)
days = st.dates(date(1985, 4, 1), date(2100, 12, 31))
old = st.builds(
    "{}{}{:05}".format,
    st.sampled_from(["85", "99", "00", "03"]),
    st.sampled_from("12389"),
    st.integers(0, 99_999),
)
new = st.builds(
    "{}{}{:07}".format, st.integers(2003, 2099), st.sampled_from("12389"), st.integers(0, 9_999_999)
)
periods = st.builds(
    lambda start, length: Period(start, start + timedelta(length)), days, st.integers(0, 30)
)


@few
@given(old | new)
def test_every_form_of_a_patent_number_is_read_again(digits):
    patent_id = f"CN:{digits}.{check_digit(digits)}"
    for form in (patent_id, printed(patent_id), patent_id.replace(".", ""), patent_id[3:].lower()):
        assert parse_patent_id(form) == patent_id


@few
@given(old | new, st.data())
def test_one_wrong_digit_in_a_patent_number_is_always_found(digits, data):
    place = data.draw(st.integers(0, len(digits) - 1))
    digit = data.draw(st.sampled_from("0123456789".replace(digits[place], "")))
    wrong = digits[:place] + digit + digits[place + 1 :]
    with pytest.raises(InvalidNumber):
        parse_patent_id(f"{wrong}.{check_digit(digits)}")


@few
@given(st.text(max_size=100))
def test_reading_a_number_ends_in_its_id_or_a_refusal(text):
    try:
        patent_id = parse_patent_id(text)
    except InvalidNumber:
        return
    assert parse_patent_id(patent_id) == patent_id


@few
@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17))
def test_every_17_characters_have_one_check_character(head):
    expected = check_credit_code(head + "0").expected
    assert credit_code_valid(f"{head}{expected}")


@few
@given(
    st.sampled_from("XY"), st.integers(1985, 2099), st.integers(0, 99), st.integers(1, 9_999_999)
)
def test_a_registration_number_is_read_again(letter, year, region, serial):
    number = registration_number(letter, year, f"{region:02}", serial)
    read = parse_registration_number(number)
    assert str(read) == number
    assert (read.letter, read.year, read.serial) == (letter, year, serial)


@few
@given(st.decimals(0, 10**15 - 1, places=4))
def test_money_is_read_again_from_its_json(amount):
    money = Money(amount=amount, currency="CNY")
    assert money.written() == money.model_dump(mode="json")
    again = Money.model_validate_json(money.model_dump_json())
    assert again == money
    assert again.amount == Decimal(amount)


@few
@given(st.text(min_size=1, max_size=100))
def test_a_text_once_read_is_read_alike_again(text):
    try:
        kept = short_text(text)
    except ValueError:
        return
    assert short_text(kept) == kept
    kept.encode()


@few
@given(days, st.integers(0, 400))
def test_later_days_never_end_earlier(day, count):
    assert add_months(day, count) <= add_months(day + timedelta(1), count)
    later = add_months(day, count)
    assert (later.year - day.year) * 12 + later.month - day.month == count


@few
@given(days, st.integers(0, 24))
def test_a_last_day_to_act_is_the_first_working_day_from_its_end(day, months):
    last = last_day_to_act(day, months=months, calendar=CALENDAR)
    assert last.unmoved == add_months(day, months)
    assert CALENDAR.is_working_day(last.day)
    between = (last.day - last.unmoved).days
    assert not any(CALENDAR.is_working_day(last.unmoved + timedelta(n)) for n in range(between))


@few
@given(days, st.integers(0, 30))
def test_working_days_are_counted_one_by_one(day, count):
    last = working_days_after(day, count, CALENDAR).day
    passed = [day + timedelta(n) for n in range(1, (last - day).days + 1)]
    assert sum(map(CALENDAR.is_working_day, passed)) == count


@few
@given(days, st.integers(0, 7_300))
def test_a_day_lies_in_its_patent_year(filed_on, later):
    day = filed_on + timedelta(later)
    year = fee_year_of(filed_on, day)
    assert fee_due_on(filed_on, year) <= day < fee_due_on(filed_on, year + 1)
    assert fee_due_on(filed_on, year + 1) == add_years(filed_on, year)


@few
@given(periods, periods)
def test_periods_overlap_when_a_day_is_in_both(one, other):
    shared = [one.start + timedelta(n) for n in range(31)]
    common = any(one.contains(day) and other.contains(day) for day in shared)
    assert one.overlaps(other) is other.overlaps(one) is common
    every = all(other.contains(day) for day in shared if one.contains(day))
    assert one.within(other) is every

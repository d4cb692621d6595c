"""What an annual fee comes to and when a payment suffices: reductions, surcharge, the settings.

PATENT was filed on 12 June 2018 and granted on 1 September 2020, in its third year. The fee of year
8 was due on 12 June 2025 and is 2,000 yuan in full.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.domain.events import (
    AnnualFeePaid,
    FeeReductionRecorded,
    LedgerEvent,
    OpenLicenceContractRecorded,
    OpenLicenceWithdrawn,
)
from ledger.domain.fees import FeeDue, fee_due, full_fee, reduction_percent
from ledger.domain.lawsettings import AnnualFee, LawSettings
from ledger.domain.lifecycle import PayAnnualFee, RecordFeeReduction
from ledger.domain.money import Money, yuan
from ledger.domain.numbers import PatentKind
from ledger.domain.periods import ChineseCalendar
from tests.builders import (
    INSTRUMENTS,
    LAMPWORKS,
    MILLS,
    PATENT,
    about,
    declared_open,
    entered,
    fact,
    fee_paid,
    licensed,
    parties,
    recorded,
    transferred,
)
from tests.scenario import Scenario

CALENDAR = ChineseCalendar()
LAW = LawSettings()
UNPAID = recorded(entered(fees_paid_through=7))
DUE = date(2025, 6, 12)


def pay(amount: str | None, on: date, **fields: Any) -> PayAnnualFee:
    stated = None if amount is None else yuan(amount)
    payment: PayAnnualFee = fact(PayAnnualFee, fee_year=8, effective_on=on, amount=stated, **fields)
    return payment


def paid(scenario: Scenario, *payments: PayAnnualFee) -> Scenario:
    for payment in payments:
        scenario = scenario.when(payment).given_that()
    return scenario


def through(scenario: Scenario, on: date = date(2026, 1, 1)) -> int | None:
    return scenario.patents[PATENT].fees_paid_through(on)


class TestPayments:
    def test_a_payment_that_falls_short_counts_as_none_until_the_rest_is_paid(self) -> None:
        """The Guidelines' example: 900 full, 925 paid at five percent, topped up at ten."""
        full = {"full_fee": yuan("900")}
        first = pay("925", date(2025, 8, 12), **full)
        short = UNPAID.when(first)
        short.warns("fee-payment-short")
        (found,) = short.findings
        assert found.fact == {
            "full_fee": "900.00",
            "reduction_percent": 0,
            "surcharge_percent": 5,
            "paid": "925.00",
            "still_due": "20.00",
        }
        after = short.given_that()
        assert through(after) == 7
        rest = date(2025, 8, 17)
        almost = after.when(pay("64.99", rest, **full))
        assert almost.findings[0].fact["still_due"] == "0.01"
        assert through(almost.given_that()) == 7
        whole = after.when(pay("65", rest, **full))
        assert whole.findings == ()
        assert through(whole.given_that(), date(2025, 8, 16)) == 7
        assert through(whole.given_that(), rest) == 8

    def test_whoever_sees_no_amounts_sees_that_one_fell_short(self) -> None:
        paid = fee_paid(fee_year=8, on=date(2025, 6, 2))
        short = paid.model_copy(update={"short": True})
        assert through(recorded(entered(fees_paid_through=7), short)) == 7
        assert through(recorded(entered(fees_paid_through=7), paid)) == 8

    def test_what_it_came_to_is_recorded_with_the_payment(self) -> None:
        (event,) = UNPAID.when(pay("2000", DUE)).passes().events
        assert isinstance(event, AnnualFeePaid)
        assert event.due == yuan("2000.00")
        (late,) = UNPAID.when(pay("2000", date(2025, 7, 15))).passes().events
        assert isinstance(late, AnnualFeePaid)
        assert late.due == yuan("2100.00")

    @pytest.mark.parametrize("day", [date(2025, 7, 12), date(2025, 7, 14)])
    def test_only_the_last_day_of_a_step_moves(self, day: date) -> None:
        outcome = UNPAID.when(pay("2000", day))
        assert outcome.findings == (), "12 July 2025 was a Saturday"

    def test_a_payment_without_an_amount_is_taken_as_prescribed(self) -> None:
        assert through(paid(UNPAID, pay(None, date(2025, 12, 1)))) == 8

    def test_who_does_not_see_the_amounts_sees_that_it_fell_short(self) -> None:
        (short,) = UNPAID.when(pay("1", DUE)).passes().events
        withheld = short.model_copy(update={"amount": None, "due": None})
        assert through(recorded(withheld, to=UNPAID)) == 7
        (whole,) = UNPAID.when(pay("2000", DUE)).passes().events
        assert isinstance(whole, AnnualFeePaid)
        assert whole.short is None

    def test_fees_are_paid_in_yuan(self) -> None:
        dollars = Money(amount="2000", currency="USD")
        for member in ("amount", "full_fee"):
            wrong = pay("2000", DUE).model_copy(update={member: dollars})
            UNPAID.when(wrong).refuses("fee-year-payable", currency="USD")

    def test_a_patent_of_no_known_date_is_not_reckoned(self) -> None:
        unknown = recorded(entered(filed_on=None, fees_paid_through=7))
        assert through(paid(unknown, pay("1", DUE))) == 8

    def test_an_earlier_payment_entered_later_makes_up_the_fee(self) -> None:
        """Facts take their place by their own day, whatever the order of arrival."""
        scenario = paid(UNPAID, pay("1500", date(2025, 6, 11)), pay("500", date(2025, 6, 2)))
        assert through(scenario, date(2025, 6, 10)) == 7
        assert through(scenario, date(2025, 6, 11)) == 8


DECLARATION = "OL2025990000001"


def contract(on: date, **fields: Any) -> OpenLicenceContractRecorded:
    """A contract under the open licence of 3 February 2025, recorded on a day."""
    stated: dict[str, Any] = {
        "licence_id": "X2025990000009",
        "declaration_no": DECLARATION,
        "kind": "ordinary",
        "licensors": parties(LAMPWORKS),
        "licensees": parties(MILLS),
        "starts_on": date(2025, 2, 10),
        "ends_on": date(2028, 1, 1),
    }
    registered = about(PATENT, on, registration_no="X2025990000009")
    return OpenLicenceContractRecorded(**registered, **stated | fields)


def withdrawn(on: date) -> OpenLicenceWithdrawn:
    return OpenLicenceWithdrawn(
        **about(PATENT, on), declaration_no=DECLARATION, patentees=parties(LAMPWORKS)
    )


def reduced(percent: int, on: date = date(2021, 1, 4)) -> FeeReductionRecorded:
    return FeeReductionRecorded(**about(PATENT, on), percent=percent)


def percent(*facts: LedgerEvent, year: int = 8) -> int:
    """The reduction of the fee of year 8, which is due on 12 June 2025."""
    scenario = recorded(entered(fees_paid_through=7), *facts)
    return reduction_percent(scenario.patents[PATENT], year)


class TestOpenLicence:
    def test_a_recorded_licence_takes_15_percent_off(self) -> None:
        assert percent(declared_open(), contract(date(2025, 3, 3))) == 15
        scenario = recorded(
            entered(fees_paid_through=7), declared_open(), contract(date(2025, 3, 3))
        )
        assert scenario.when(pay("1700", DUE)).findings == ()

    def test_a_declaration_that_nobody_took_takes_nothing_off(self) -> None:
        assert percent(declared_open()) == 0

    @pytest.mark.parametrize(("recorded_on", "off"), [(DUE, 15), (date(2025, 6, 13), 0)])
    def test_fees_due_before_the_recordal_are_whole(self, recorded_on: date, off: int) -> None:
        assert percent(declared_open(), contract(recorded_on)) == off

    @pytest.mark.parametrize(("ends_on", "off"), [(date(2025, 6, 13), 15), (DUE, 0)])
    def test_it_ends_with_the_licence_period(self, ends_on: date, off: int) -> None:
        facts = (declared_open(), contract(date(2025, 3, 3), ends_on=ends_on))
        assert percent(*facts) == off

    @pytest.mark.parametrize(("day", "off"), [(DUE, 15), (date(2025, 6, 11), 0)])
    def test_a_withdrawal_ends_it_from_the_next_patent_year(self, day: date, off: int) -> None:
        """Withdrawn on the first day of year 8 or later, it still lowers the fee of year 8."""
        taken = (declared_open(), contract(date(2025, 3, 3)), withdrawn(day))
        assert percent(*taken) == off
        assert percent(*taken, year=9) == 0

    def test_an_ordinary_licence_takes_nothing_off(self) -> None:
        assert percent(licensed()) == 0

    def test_a_licence_of_a_declaration_never_told_of_counts(self) -> None:
        assert percent(contract(date(2025, 3, 3))) == 15


class TestLittleMeans:
    def test_a_recorded_reduction_counts_from_its_day(self) -> None:
        assert percent(reduced(85, DUE)) == 85
        assert percent(reduced(85, date(2025, 6, 13))) == 0
        assert percent(reduced(85), reduced(0, date(2024, 1, 4))) == 0

    def test_the_better_of_two_counts_and_none_on_top_of_the_other(self) -> None:
        opened = (declared_open(), contract(date(2025, 3, 3)))
        assert percent(reduced(85), *opened) == 85
        assert percent(reduced(10), *opened) == 15

    @pytest.mark.parametrize(("year", "off"), [(12, 85), (13, 0)])
    def test_it_lasts_ten_years_from_the_year_of_grant(self, year: int, off: int) -> None:
        assert percent(reduced(85), year=year) == off

    def test_a_new_patentee_ends_it_and_one_who_stays_does_not(self) -> None:
        both = (LAMPWORKS, INSTRUMENTS)
        shared = entered(patentees=both, fees_paid_through=7)
        leaves = transferred(before=both, after=(LAMPWORKS,), on=date(2024, 3, 4))
        joins = transferred(before=(LAMPWORKS,), after=both, on=date(2024, 3, 4))
        moves = transferred(on=date(2024, 3, 4))

        def after(first: LedgerEvent, moved: LedgerEvent, *more: LedgerEvent) -> int:
            patent = recorded(first, reduced(70), moved, *more).patents[PATENT]
            return reduction_percent(patent, 8)

        alone = entered(fees_paid_through=7)
        assert after(shared, leaves) == 70
        assert after(alone, joins) == 0
        assert after(alone, moves) == 0
        assert after(alone, moves, reduced(85, date(2024, 3, 4))) == 85

    def test_the_office_enters_it(self) -> None:
        command = fact(RecordFeeReduction, percent=85, effective_on=date(2025, 1, 6))
        outcome = UNPAID.when(command)
        (event,) = outcome.passes().events
        assert isinstance(event, FeeReductionRecorded)
        paying = outcome.given_that().when(pay("300", DUE))
        assert paying.findings == ()

    def test_a_patent_of_no_known_dates_has_none(self) -> None:
        unknown = recorded(entered(filed_on=None), reduced(85), contract(date(2025, 3, 3)))
        assert reduction_percent(unknown.patents[PATENT], 8) == 0


class TestAmounts:
    @pytest.mark.parametrize(
        ("kind", "year", "yuan_due"),
        [
            (PatentKind.INVENTION, 3, 900),
            (PatentKind.INVENTION, 4, 1200),
            (PatentKind.INVENTION, 20, 8000),
            (PatentKind.UTILITY_MODEL, 10, 2000),
            (PatentKind.DESIGN, 11, 3000),
        ],
    )
    def test_full_fees_by_kind_and_year(self, kind: PatentKind, year: int, yuan_due: int) -> None:
        assert full_fee(kind, year, LAW) == yuan_due

    def test_the_office_may_set_others(self) -> None:
        law = LawSettings(
            annual_fees=(AnnualFee(kind=PatentKind.INVENTION, from_year=5, yuan=777),)
        )
        assert full_fee(PatentKind.INVENTION, 9, law) == 777
        assert full_fee(PatentKind.INVENTION, 4, law) == 0

    def test_the_surcharge_is_of_the_full_fee(self) -> None:
        due = FeeDue(Decimal(2000), reduction=85, surcharge=25)
        assert due.payable == 800

    def test_the_months_may_count_from_the_moved_day(self) -> None:
        """The fee of year 9 is due on Friday 12 June 2026, that of a patent filed on 13 June on a
        Saturday: its months then count from the Monday."""
        patent = recorded(entered(filed_on=date(2018, 6, 13))).patents[PATENT]
        moved = LawSettings(grace_counts_from_unmoved_due_date=False)

        def surcharge(law: LawSettings) -> int:
            due = fee_due(patent, 9, date(2026, 7, 15), CALENDAR, law)
            assert due is not None
            return due.surcharge

        assert (surcharge(LAW), surcharge(moved)) == (5, 0)

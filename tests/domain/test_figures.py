"""What the figures of the register count (law.md 8.8), with the published figures of law.md 7.3."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.domain.figures import (
    enterprises,
    growth,
    high_value,
    inclusive,
    industry_published,
    times,
)
from ledger.domain.money import Money, yuan
from tests.builders import (
    INVENTOR,
    LAMPWORKS,
    MILLS,
    MODEL,
    PATENT,
    SECOND,
    TODAY,
    UNIVERSITY,
    entered,
    fee_paid,
    invalidation_final,
    licensed,
    parties,
    party,
    pledged,
    recorded,
    transferred,
)


@pytest.mark.parametrize(
    ("amount", "counts"), [("10000000", True), ("10000000.01", False), ("1", True)]
)
def test_ten_million_yuan_is_inclusive_still(amount: str, counts: bool) -> None:
    assert inclusive(yuan(amount)) is counts


def test_other_money_is_not_inclusive() -> None:
    assert not inclusive(Money(amount="1", currency="USD"))


def test_pledgors_that_are_enterprises_count_once_each() -> None:
    pledgors = parties(MILLS, LAMPWORKS, UNIVERSITY, INVENTOR, LAMPWORKS)
    assert enterprises(pledgors) == tuple(sorted({party(MILLS).id, party(LAMPWORKS).id}))


def test_each_patent_of_a_dealing_is_a_time() -> None:
    dealings = (pledged(), pledged(SECOND), licensed(), transferred())
    assert sum(times(event) for event in (entered(), fee_paid(), *dealings)) == 4


def test_an_industry_has_more_than_twenty_contracts() -> None:
    assert [industry_published(contracts) for contracts in (20, 21)] == [False, True]


class TestHighValue:
    @staticmethod
    def of(day: date = TODAY, *, patent: str = PATENT, **fields: Any) -> bool:
        more = {name: fields.pop(name, False) for name in ("pledged_high", "awarded")}
        facts = recorded(entered(patent, **fields)).patents[patent]
        return high_value(facts, day, **more)

    @pytest.mark.parametrize(
        "case",
        [
            {"strategic_industry": "1"},
            {"family_abroad": True},
            {"pledged_high": True},
            {"awarded": True},
            {"strategic_industry": "1", "family_abroad": True, "awarded": True},
        ],
    )
    def test_an_invention_in_any_of_five_cases_is_of_high_value(self, case: Any) -> None:
        assert self.of(**case)
        assert not self.of(patent=MODEL, **case)

    def test_in_none_it_is_not(self) -> None:
        assert not self.of()
        assert not self.of(family_abroad=False)

    def test_more_than_ten_years_after_grant(self) -> None:
        granted = {"granted_on": date(2020, 9, 1), "fees_paid_through": 20}
        assert not self.of(date(2030, 9, 1), **granted)
        assert self.of(date(2030, 9, 2), **granted)

    def test_only_while_it_is_valid(self) -> None:
        facts = recorded(entered(family_abroad=True), invalidation_final()).patents[PATENT]
        assert not high_value(facts, TODAY, pledged_high=True, awarded=True)
        never = replace(facts, entered=None)
        assert not high_value(never, TODAY, pledged_high=True, awarded=True)


@pytest.mark.parametrize(
    ("current", "before", "percent"),
    [
        ("853.99", "486.88", "75.4"),
        ("309.8", "218.0", "42.1"),
        ("218.0", "151.5", "43.9"),
        ("267.66", "162.65", "64.6"),
        ("7060", "5408", "30.5"),
        ("100", "200", "-50.0"),
        ("1000.5", "1000", "0.1"),
    ],
)
def test_growth_is_rounded_half_up_to_a_tenth(current: str, before: str, percent: str) -> None:
    assert growth(Decimal(current), Decimal(before)) == Decimal(percent)

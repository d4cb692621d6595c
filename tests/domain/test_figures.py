"""What the figures of the register count (law.md 8.8), with the published figures of law.md 7.3."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from ledger.domain.figures import (
    Quartile,
    average,
    enterprises,
    growth,
    high_value,
    hyndman_fan_7,
    inclusive,
    industry_published,
    median_of_halves,
    share,
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


class TestPublished:
    """Consistency checks of published figures (law.md 7.3); deviations of a tenth come from totals
    that were rounded before they were published."""

    @pytest.mark.parametrize(
        ("parts", "whole"),
        [
            (("86.2", "21.2"), "107.4"),
            (("5497", "698"), "6195"),
            (("4531", "334", "2916"), "7781"),
            (("6150", "1087", "8366"), "15603"),
            (("15603", "7781", "9554"), "32938"),
            (("36794", "17967", "27977"), "82738"),
        ],
    )
    def test_parts_add_up(self, parts: tuple[str, ...], whole: str) -> None:
        assert sum(map(Decimal, parts)) == Decimal(whole)

    @pytest.mark.parametrize(
        ("part", "whole", "percent"),
        [
            ("4531", "7781", "58.2"),
            ("334", "7781", "4.3"),
            ("2916", "7781", "37.5"),
            ("6150", "15603", "39.4"),
            ("1087", "15603", "7.0"),
            ("8366", "15603", "53.6"),
            ("6951", "9760", "71.2"),
        ],
    )
    def test_shares(self, part: str, whole: str, percent: str) -> None:
        assert share(Decimal(part), Decimal(whole)) == Decimal(percent)

    @pytest.mark.parametrize(
        ("total", "count", "places", "found"),
        [
            ("17967", "7781", 1, "2.3"),
            ("17967", "7781", 2, "2.31"),
            ("36794", "15603", 1, "2.4"),
            ("36794", "15603", 2, "2.36"),
            ("31147", "11371", 1, "2.7"),
            ("10210", "6150", 2, "1.66"),
            ("14550", "4531", 3, "3.211"),
        ],
    )
    def test_averages(self, total: str, count: str, places: int, found: str) -> None:
        assert average(Decimal(total), Decimal(count), places) == Decimal(found)

    @pytest.mark.parametrize(
        ("current", "before", "computed", "published"),
        [
            ("853.99", "486.88", "75.4", "75.4"),
            ("309.8", "218.0", "42.1", "42.1"),
            ("218.0", "151.5", "43.9", "43.9"),
            ("151.5", "122.4", "23.8", "23.8"),
            ("267.66", "162.65", "64.6", "64.6"),
            ("7060", "5408", "30.5", "30.5"),
            ("307", "253", "21.3", "21.3"),
            ("162.65", "107.4", "51.4", "51.5"),
            ("110.5", "88.5", "24.9", "24.8"),
        ],
    )
    def test_growth(self, current: str, before: str, computed: str, published: str) -> None:
        found = growth(Decimal(current), Decimal(before))
        assert found == Decimal(computed)
        assert abs(found - Decimal(published)) <= Decimal("0.1")

    @pytest.mark.parametrize("base", ["107.35", "107.36", "107.39"])
    def test_the_base_that_gives_the_published_growth(self, base: str) -> None:
        """H1 2022 grew by 51.5 % over a base that rounds to 107.4 billion."""
        assert Decimal(base).quantize(Decimal("0.1"), ROUND_HALF_UP) == Decimal("107.4")
        assert growth(Decimal("162.65"), Decimal(base)) == Decimal("51.5")

    def test_a_sum_follows_from_its_growth(self) -> None:
        """792.23 billion is 60 % over the 495.0 of the three quarters a year before."""
        assert growth(Decimal("792.23"), Decimal("495.0")) == Decimal("60.0")


class TestQuartiles:
    """Both methods on the same values; one value is all three."""

    @pytest.mark.parametrize(
        ("values", "hyndman_fan", "halves"),
        [
            ((1,), ("1", "1", "1"), ("1", "1", "1")),
            ((1, 2), ("1.25", "1.5", "1.75"), ("1", "1.5", "2")),
            ((1, 2, 4, 6), ("1.75", "3", "4.5"), ("1.5", "3", "5")),
            ((1, 2, 3, 4, 5), ("2", "3", "4"), ("1.5", "3", "4.5")),
            (
                (6, 7, 15, 36, 39, 40, 41, 42, 43, 47, 49),
                ("25.5", "40", "42.5"),
                ("15", "40", "43"),
            ),
            ((7, 15, 36, 39, 40, 41), ("20.25", "37.5", "39.75"), ("15", "37.5", "40")),
        ],
    )
    def test_two_methods(
        self, values: tuple[int, ...], hyndman_fan: tuple[str, ...], halves: tuple[str, ...]
    ) -> None:
        ordered = [Decimal(value) for value in values]
        for method, found in ((hyndman_fan_7, hyndman_fan), (median_of_halves, halves)):
            assert [method(ordered, q) for q in Quartile] == [Decimal(v) for v in found]

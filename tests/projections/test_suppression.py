"""Disclosure control against an attacker who adds and subtracts all that is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.projections.statistics.suppression import Figure, Key, Limits, Unit, suppressed

LIMITS = Limits()
SMALL = Limits(contracts_above=2, parties_min=2)


def units(count: int, parties: int = 5, amount: str = "1") -> list[Unit]:
    return [Unit(f"party {n % parties}", {"CNY": Decimal(amount)}) for n in range(count)]


def figure(by: str, code: str, members: Iterable[int], **options: Any) -> Figure:
    mask = sum(1 << member for member in set(members))
    period = options.pop("period", "2023")
    return Figure(Key("contracts", period, by, code), mask, **options)


def codes(keys: Iterable[Key]) -> set[tuple[str, str]]:
    return {(key.by, key.code) for key in keys}


class TestUnsafe:
    @pytest.mark.parametrize(("count", "told"), [(20, False), (21, True)])
    def test_more_than_twenty_contracts_are_told(self, count: int, told: bool) -> None:
        assert (suppressed([figure("", "", range(count))], units(count), LIMITS) == set()) is told

    @pytest.mark.parametrize(("parties", "told"), [(2, False), (3, True)])
    def test_of_three_parties_at_least(self, parties: int, told: bool) -> None:
        found = suppressed([figure("", "", range(30))], units(30, parties), LIMITS)
        assert (found == set()) is told

    @pytest.mark.parametrize(("largest", "told"), [("29", True), ("30", False)])
    def test_of_whom_none_has_more_than_half_of_the_amount(self, largest: str, told: bool) -> None:
        some = [*units(29, parties=28), Unit("the largest", {"CNY": Decimal(largest)})]
        whole = figure("", "", range(30), amounts=True)
        assert (suppressed([whole], some, LIMITS) == set()) is told

    def test_each_currency_by_itself(self) -> None:
        some = [*units(29), Unit("abroad", {"USD": Decimal(7)})]
        assert suppressed([figure("", "", range(30), amounts=True)], some, LIMITS)
        assert not suppressed([figure("", "", range(30))], some, LIMITS)


class TestSubtraction:
    def test_within_a_table_a_second_group_goes_with_the_one(self) -> None:
        figures = [
            figure("", "", range(100)),
            figure("province", "11", range(5)),
            figure("province", "31", range(5, 40)),
            figure("province", "44", range(40, 100)),
        ]
        found = suppressed(figures, units(100), LIMITS)
        assert codes(found) == {("province", "11"), ("province", "31")}

    def test_between_tables_a_group_within_another(self) -> None:
        figures = [
            figure("", "", range(200)),
            figure("province", "21", range(60)),
            figure("province", "44", range(60, 200)),
            figure("separate", "2102", range(55)),
            figure("separate", "none", range(55, 200)),
        ]
        found = codes(suppressed(figures, units(200), LIMITS))
        assert ("separate", "2102") in found or ("province", "21") in found

    def test_between_releases_a_period_within_another(self) -> None:
        half = figure("", "", range(90), period="2023-H1", released=True)
        year = figure("", "", range(100))
        assert suppressed([half, year], units(100), LIMITS) == {year.key}
        safe = figure("", "", range(120))
        assert suppressed([half, safe], units(120), LIMITS) == set()

    def test_between_positions_one_contract_more_or_changed(self) -> None:
        first = figure("", "", range(90), released=True)
        for members in (range(91), [*range(89), 90]):
            again = figure("", "", members)
            assert suppressed([first, again], units(91), LIMITS) == {again.key}
        assert suppressed([first, figure("", "", range(90))], units(91), LIMITS) == set()

    def test_a_quarter_that_was_withheld_is_not_given_away_by_the_year(self) -> None:
        quarters = [range(30), range(30, 60), range(60, 90), range(90, 95)]
        told = [
            figure("", "", members, period=f"2023-Q{n}", released=True)
            for n, members in enumerate(quarters[:3], 1)
        ]
        withheld = figure("", "", quarters[3], period="2023-Q4", released=True)
        year = figure("", "", range(95))
        assert suppressed([*told, year], units(95), LIMITS, [withheld]) == {year.key}

    def test_half_of_a_sum_gives_nothing_away(self) -> None:
        a, b, c = range(2), range(2, 40), range(40, 80)
        figures = [
            figure("x", "a and b", [*a, *b]),
            figure("y", "b and c", [*b, *c]),
            figure("z", "a and c", [*a, *c]),
            figure("w", "a", a),
        ]
        found = suppressed(figures, units(80), LIMITS)
        assert ("w", "a") in codes(found)
        assert len(found) > 1, "a is half of (a + b) - (b + c) + (a + c)"


# --- the attacker -------------------------------------------------------------------------------


def spans(told: Sequence[Figure], wanted: int, count: int) -> bool:
    """Whether some sum of what is told is the figure of exactly these contracts: Gauss, with
    fractions, contract by contract."""
    rows = [[Fraction(f.mask >> n & 1) for n in range(count)] for f in told]
    target = [Fraction(wanted >> n & 1) for n in range(count)]
    done = 0
    for column in range(count):
        pivot = next((r for r in range(done, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        for row in (*rows[:done], *rows[done + 1 :], target):
            times = row[column] / rows[done][column]
            if times:
                row[:] = [v - times * w for v, w in zip(row, rows[done], strict=True)]
        done += 1
    return not any(target)


CONTRACTS = 14
GROUPS = st.lists(
    st.lists(st.integers(0, 3), min_size=CONTRACTS, max_size=CONTRACTS), min_size=1, max_size=3
)


@settings(max_examples=60, deadline=None)
@given(groups=GROUPS, parties=st.lists(st.integers(0, 4), min_size=14, max_size=14))
def test_no_sum_of_what_is_told_is_a_figure_that_is_not(
    groups: list[list[int]], parties: list[int]
) -> None:
    some = [Unit(f"party {party}", {}) for party in parties]
    figures = [figure("", "", range(CONTRACTS))]
    for by, grouping in enumerate(groups):
        for code in sorted(set(grouping)):
            members = [n for n, its in enumerate(grouping) if its == code]
            figures.append(figure(f"by {by}", str(code), members))
    hidden = suppressed(figures, some, SMALL)
    told = [f for f in figures if f.key not in hidden]
    unsafe = [f for f in figures if f.key in hidden and few(f.mask, some)]
    assert all(not few(f.mask, some) for f in told)
    for f in unsafe:
        assert not spans(told, f.mask, CONTRACTS), (f.key, codes(hidden))
    for one, other in combinations(told, 2):
        for less, more in ((one, other), (other, one)):
            if less.mask & ~more.mask == 0 and less.mask != more.mask:
                assert not few(more.mask & ~less.mask, some)


@settings(max_examples=40, deadline=None)
@given(groups=GROUPS, parties=st.lists(st.integers(0, 4), min_size=14, max_size=14))
def test_nor_with_what_another_population_says_again(
    groups: list[list[int]], parties: list[int]
) -> None:
    """Those of the first code of the first grouping are counted by themselves too, in all and by
    the other groupings: as contracts with a fixed amount are, which are a class of contracts."""
    some = [Unit(f"party {party}", {}) for party in parties]
    first = groups[0]
    figures = [figure("", "", range(CONTRACTS))]
    for by, grouping in enumerate(groups):
        for code in sorted(set(grouping)):
            members = [n for n, its in enumerate(grouping) if its == code]
            figures.append(figure(f"by {by}", str(code), members))
            among = [n for n in members if first[n] == first[0]]
            if by:
                figures.append(of_some(f"by {by}", str(code), among))
    figures.append(of_some("", "", [n for n in range(CONTRACTS) if first[n] == first[0]]))
    hidden = suppressed(figures, some, SMALL)
    told = [f for f in figures if f.key not in hidden]
    for f in figures:
        if f.key in hidden and few(f.mask, some):
            assert not spans(told, f.mask, CONTRACTS), (f.key, hidden)


def of_some(by: str, code: str, members: Iterable[int]) -> Figure:
    found = figure(by, code, members)
    return Figure(found.key._replace(population="contracts: some"), found.mask)


def test_a_total_of_a_class_is_no_way_round_the_table_by_class() -> None:
    figures = [
        figure("", "", range(95)),
        figure("class", "fixed", range(30)),
        figure("class", "running", range(30, 90)),
        figure("class", "free", range(90, 95)),
        of_some("", "", range(30)),
    ]
    hidden = suppressed(figures, units(95), LIMITS)
    told = [f for f in figures if f.key not in hidden]
    assert ("class", "free") in codes(hidden)
    assert not spans(told, figures[3].mask, 95)


def few(mask: int, some: Sequence[Unit]) -> bool:
    members = [unit for n, unit in enumerate(some) if mask >> n & 1]
    return bool(members) and (len(members) <= 2 or len({unit.party for unit in members}) < 2)

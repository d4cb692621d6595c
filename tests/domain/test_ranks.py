"""Ranks of pledges, parts of claims by rank, and when the claim of a maximum is fixed."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.domain.money import Money, yuan
from ledger.domain.ranks import Fixation, Portion, fixed, portions, ranked

MAY, JUNE, JULY = date(2025, 5, 6), date(2025, 6, 6), date(2025, 7, 6)


def test_the_pledge_registered_first_comes_first() -> None:
    found = ranked([(JUNE, "Y2"), (MAY, "Y3"), (JUNE, "Y1"), (MAY, "Y3")])
    assert found == {"Y3": 1, "Y1": 2, "Y2": 3}


def test_an_increase_ranks_from_its_registration() -> None:
    history = [(MAY, yuan("500")), (JUNE, yuan("800"))]
    assert portions(history) == [Portion(MAY, yuan("500")), Portion(JUNE, yuan("300"))]


def test_unless_the_office_reads_the_law_otherwise() -> None:
    history = [(MAY, yuan("500")), (JUNE, yuan("800"))]
    found = portions(history, from_change=False)
    assert found == [Portion(MAY, yuan("500")), Portion(MAY, yuan("300"))]


@pytest.mark.parametrize(
    ("amount", "left"),
    [
        ("800", [(MAY, "500"), (JUNE, "300")]),
        ("600", [(MAY, "500"), (JUNE, "100")]),
        ("500", [(MAY, "500")]),
        ("200", [(MAY, "200")]),
        ("0", []),
    ],
)
def test_a_decrease_takes_away_what_ranks_last(amount: str, left: list[tuple[date, str]]) -> None:
    history = [(MAY, yuan("500")), (JUNE, yuan("800")), (JULY, yuan(amount))]
    assert portions(history) == [Portion(since, yuan(text)) for since, text in left]


def test_what_was_paid_back_and_lent_again_ranks_anew() -> None:
    history = [(MAY, yuan("500")), (JUNE, yuan("200")), (JULY, yuan("500"))]
    assert portions(history) == [Portion(MAY, yuan("200")), Portion(JULY, yuan("300"))]


def test_another_currency_or_an_amount_withheld_starts_anew() -> None:
    euros = Money(amount="70", currency="EUR")
    assert portions([(MAY, yuan("500")), (JUNE, euros)]) == [Portion(JUNE, euros)]
    assert portions([(MAY, yuan("500")), (JUNE, None)]) == []
    assert portions([(MAY, None), (JUNE, yuan("500"))]) == [Portion(JUNE, yuan("500"))]


def test_a_preservation_fixes_the_claim() -> None:
    seized = {"registered_on": MAY, "period_until": date(2027, 3, 2), "seized_on": [JULY, JUNE]}
    assert fixed(on=date(2025, 6, 5), **seized) is None
    assert fixed(on=JUNE, **seized) == Fixation(JUNE, "preservation")


def test_one_that_ran_before_the_pledge_does_not() -> None:
    assert fixed(registered_on=JUNE, period_until=None, seized_on=[MAY], on=JULY) is None


def test_the_end_of_the_period_does_the_day_after() -> None:
    ended = {"registered_on": MAY, "period_until": JUNE, "seized_on": [JULY]}
    assert fixed(on=JUNE, **ended) is None
    day = date(2025, 6, 7)
    assert fixed(on=day, **ended) == Fixation(day, "period_ended")

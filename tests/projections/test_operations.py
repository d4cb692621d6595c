"""What the times of operation count, and by what they are grouped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from ledger.domain.parties import Residence
from ledger.projections.statistics.grouping import place
from ledger.registry import Registry
from tests.builders import (
    UNIVERSITY,
    deregistered,
    entered,
    licensed,
    number,
    pledged,
    transferred,
)
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import registry
from tests.projections.acts import enter
from tests.projections.counting import figures, grouped

FAMILY = "operations"
ONE, TWO, MODEL = number(1), number(2), number(3, kind="2")


@pytest.fixture(scope="module")
def url(new_database: NewDatabase) -> Iterator[str]:
    """A transfer of two patents at once and of one again, a licence, an open one, a pledge."""
    with new_database() as fresh, registry(fresh) as ledger:
        tell(ledger)
        yield fresh


def tell(ledger: Registry) -> None:
    enter(
        ledger,
        "entry",
        entered(ONE, industry="C27", symbols=("H01M 10/0525", "G06F 17/00")),
        entered(TWO, strategic_industry="new_materials"),
        entered(MODEL),
    )
    enter(ledger, "sale", transferred(ONE), transferred(TWO))
    enter(ledger, "resale", transferred(ONE, on=date(2025, 9, 1), cause="auction"))
    enter(ledger, "licence", licensed(TWO, licensors=(UNIVERSITY,)))
    enter(ledger, "pledge", pledged(MODEL))
    enter(ledger, "abroad", transferred("US:14808123"))


def test_each_patent_of_an_act_is_a_time_and_each_patent_counts_once(url: str) -> None:
    assert figures(url, FAMILY, measures=("times", "patents")) == {"times": 5, "patents": 3}


@pytest.mark.parametrize(
    ("by", "found"),
    [
        ("act", {"": 5, "transfer": 3, "licence": 1, "pledge": 1}),
        ("cause", {"": 5, "assignment": 2, "auction": 1, "ordinary": 1, "pledge": 1}),
        ("kind", {"": 5, "invention": 4, "utility_model": 1}),
        ("industry", {"": 5, "C": 2, "unknown": 3}),
        ("strategic", {"": 5, "new_materials": 2, "none": 3}),
        ("party_kind", {"": 5, "enterprise": 4, "university": 1}),
    ],
)
def test_times_are_grouped(url: str, by: str, found: dict[str, Any]) -> None:
    assert grouped(url, FAMILY, "times", by) == found


def test_times_are_narrowed(url: str) -> None:
    where = {"act": ("transfer", "licence"), "party_kind": ("university",)}
    assert figures(url, FAMILY, where=where, measures=("times",)) == {"times": 1}


def test_patents_pledged_within_a_year_of_grant(new_database: NewDatabase) -> None:
    """To the day before the anniversary, each patent once."""
    measure = "pledged_within_a_year_of_grant"
    with new_database() as fresh, registry(fresh) as ledger:
        enter(ledger, "entry", *(entered(number(serial)) for serial in (1, 2, 3)))
        for serial, day in ((1, date(2021, 8, 31)), (2, date(2021, 9, 1)), (3, date(2020, 9, 1))):
            enter(ledger, f"pledge {serial}", pledged(number(serial), on=day))
        enter(ledger, "end", deregistered(number(3), on=date(2020, 12, 1)))
        enter(ledger, "again", pledged(number(3), on=date(2021, 1, 4), registration_no="Y2"))
        assert figures(fresh, FAMILY, measures=(measure,)) == {measure: 2}


@pytest.mark.parametrize(
    ("region", "found"),
    [
        ("440305", ("44", "4403")),
        ("44", ("44", "none")),
        ("659001", ("65", "corps")),
        ("66", ("65", "corps")),
        ("650100", ("65", "none")),
        ("990000", ("unknown", "none")),
        (None, ("unknown", "none")),
    ],
)
def test_the_corps_and_separately_planned_cities_stand_beside_their_provinces(
    region: str | None, found: tuple[str, str]
) -> None:
    assert place(Residence.MAINLAND, region) == found


def test_whoever_is_elsewhere_is_in_no_province() -> None:
    assert place(Residence.ABROAD, None) == ("abroad", "none")
    assert place(Residence.HK_MO_TW, "81") == ("81", "none")

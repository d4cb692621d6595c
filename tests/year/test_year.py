"""The synthetic years: filed whole, exactly calibrated, marked as what they are, and resumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

from benchmarks.year.__main__ import feed
from benchmarks.year.chance import divided, sizes, summing
from benchmarks.year.licensing import Licences
from benchmarks.year.operating import Operations
from benchmarks.year.planning import Plan, together
from benchmarks.year.pledging import Pledges
from benchmarks.year.published import (
    H1_2021,
    H1_2022,
    LICENCES_2022,
    LICENCES_2023,
    OPERATIONS_2021,
    NotAtThisScale,
    halves,
    licences,
    percent,
)
from ledger.database import connect
from ledger.domain.figures import growth
from ledger.settings import load_settings
from tests.conftest import NewDatabase

SCALE = Fraction(6, 100)
SMALL = Fraction(2, 100)
SMALLEST = Fraction(1, 2000)


class TestFigures:
    def test_the_published_growth_and_shares_follow_from_the_totals(self) -> None:
        def grown(now: int, before: int) -> str:
            return str(growth(Decimal(now), Decimal(before)))

        assert H1_2022.yuan == 162_650_000_000
        assert 107_350_000_000 < H1_2021.yuan < 107_390_000_000
        assert grown(H1_2022.yuan, H1_2021.yuan) == "51.5"
        assert grown(H1_2022.enterprises, H1_2021.enterprises) == "68.0"
        assert grown(H1_2022.inclusive_enterprises, H1_2021.inclusive_enterprises) == "111.7"
        assert grown(H1_2022.inclusive_projects, H1_2021.inclusive_projects) == "112.0"
        assert grown(16_000, H1_2022.projects) == "56.9"
        assert percent(H1_2022.inclusive_enterprises, H1_2022.enterprises) == Decimal("71.2")
        assert OPERATIONS_2021.times == 485_000
        assert OPERATIONS_2021.by_universities + OPERATIONS_2021.by_institutes == 27_000
        assert LICENCES_2022.contracts == 7_781
        assert LICENCES_2023.contracts == 15_603

    def test_a_scale_keeps_growth_and_shares_or_is_refused(self) -> None:
        before, now = halves(SCALE)
        assert growth(Decimal(now.enterprises), Decimal(before.enterprises)) == Decimal("68.0")
        assert percent(now.inclusive_enterprises, now.enterprises) == Decimal("71.2")
        assert licences(2023, SMALL).contracts < 400
        with pytest.raises(NotAtThisScale):
            halves(Fraction(1, 1000))

    def test_totals_are_divided_exactly(self) -> None:
        random = Random(1)
        assert divided(10, [1.0, 1.0, 1.0]) == [4, 3, 3]
        assert divided(10, [0.0, 1.0], least=2) == [2, 8]
        assert sum(summing(300, 100, random, least=1, most=7)) == 300
        drawn = sizes(240, 100, random, most=20)
        assert (sum(drawn), min(drawn)) == (240, 1)
        with pytest.raises(ValueError, match="does not give"):
            divided(3, [1.0, 1.0], least=2)


PLANS: list[Plan] = [Pledges(SCALE, 1), Licences(2023, SMALL, 1)]

Row = dict[str, Any]


@pytest.fixture(scope="module")
def ledger(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A ledger into which pledges and licences were filed at a scale."""
    settings = load_settings({}, data_dir=tmp_path_factory.mktemp("year"))
    with new_database() as url:
        feed(url, settings, PLANS, quiet=True)
        yield url


def entries(url: str, *topics: str) -> list[Row]:
    """Entries of some kinds, their confidential members with the public ones."""
    with connect(url) as connection:
        found = connection.execute(
            "SELECT entry, open FROM event_log WHERE topic = ANY(%s) ORDER BY position",
            (list(topics),),
        ).fetchall()
    return [
        entry | entry["fields"] | {name: value for name, (_, value) in (told or {}).items()}
        for entry, told in found
    ]


def filings(rows: list[Row], year: int) -> list[list[Row]]:
    """The entries of each filing of a year."""
    by_filing: dict[str, list[Row]] = {}
    for row in rows:
        if row["effective_on"].startswith(str(year)):
            by_filing.setdefault(row["filing_id"], []).append(row)
    return list(by_filing.values())


@pytest.mark.parametrize("place", [0, 1], ids=["H1 2021", "H1 2022"])
def test_pledges_come_to_their_totals(ledger: str, place: int) -> None:
    half = halves(SCALE)[place]
    firsts = [rows[0] for rows in filings(entries(ledger, "pledge.registered"), 2021 + place)]
    marks = [row for row in firsts if row["stream"].startswith("trademark:")]
    amounts = {row["filing_id"]: int(Decimal(row["claim"]["amount"]["amount"])) for row in firsts}
    small = [row for row in firsts if amounts[row["filing_id"]] <= 10_000_000]
    assert len(firsts) == half.projects
    assert len(marks) == half.trademark_projects
    assert sum(amounts.values()) == half.yuan
    assert sum(amounts[row["filing_id"]] for row in marks) == half.trademarks_yuan
    assert len(small) == half.inclusive_projects
    assert len(enterprises(firsts)) == half.enterprises
    assert len(enterprises(small)) == half.inclusive_enterprises


def enterprises(rows: list[Row]) -> set[str]:
    return {p["id"] for row in rows for p in row["pledgors"] if p["kind"] == "enterprise"}


def test_licences_come_to_their_totals(ledger: str) -> None:
    wanted = licences(2023, SMALL)
    contracts = filings(entries(ledger, "licence.recorded"), 2023)
    forms = Counter(rows[0]["royalty"]["form"] for rows in contracts)
    running = forms["running"] + forms["entry_fee_plus_running"]
    assert (len(contracts), running, forms["free"]) == (
        wanted.contracts,
        wanted.running,
        wanted.free,
    )
    assert sum(len(rows) for rows in contracts) == wanted.patents
    royalties = [rows[0]["royalty"] for rows in contracts]
    fixed = [r.get("total") or r["value"] for r in royalties if r.get("total") or r.get("value")]
    assert sum(int(Decimal(each["amount"])) for each in fixed) == wanted.fixed_yuan
    kinds = Counter(row["stream"][7] for rows in contracts for row in rows)
    assert tuple(kinds[digit] for digit in "123") == wanted.kinds


def test_operations_come_to_their_total_and_a_run_broken_off_goes_on(
    new_database: NewDatabase, tmp_path: Path
) -> None:
    plan = Operations(SMALLEST, 1)
    settings = load_settings({}, data_dir=tmp_path)
    with new_database() as url:
        some = feed(url, settings, [plan], times_max=100, quiet=True)
        rest = feed(url, settings, [plan], quiet=True)
        topics = ("transfer.registered", "licence.recorded", "pledge.registered")
        rows = entries(url, *topics)
    assert 100 <= some.times < plan.of.times == some.times + rest.times
    assert rest.known > some.filings > 0
    wanted = (plan.of.transfers, plan.of.licences, plan.of.pledges)
    assert tuple(Counter(row["topic"] for row in rows)[topic] for topic in topics) == wanted
    sides = (row.get("transferors") or row.get("licensors") or [{"kind": None}] for row in rows)
    kinds = Counter(side[0]["kind"] for side in sides)
    assert (kinds["university"], kinds["institute"]) != (0, 0)
    assert kinds["university"] + kinds["institute"] == (
        plan.of.by_universities + plan.of.by_institutes
    )


def test_everything_is_marked_synthetic(ledger: str) -> None:
    topics = ("patent.entered", "pledge.registered", "licence.recorded")
    rows = entries(ledger, *topics)
    sides = ("patentees", "pledgors", "pledgees", "licensors", "licensees")
    names = {party["name"] for row in rows for side in sides for party in row.get(side) or ()}
    assert len(names) > 1_000
    assert all(name.startswith("Synthetic") and name.endswith("(synthetic)") for name in names)
    titles = {row["invention_title"] for row in rows if "invention_title" in row}
    assert all(title.endswith("(synthetic)") for title in titles)


def test_a_seed_draws_the_same_plan_again() -> None:
    def drawn(seed: int) -> list[object]:
        plans: list[Plan] = [Pledges(SCALE, seed), Licences(2023, SMALL, seed)]
        return [(month.first, month.patents, month.days) for month in together(plans)]

    assert drawn(1) == drawn(1) != drawn(2)

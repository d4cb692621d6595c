"""The synthetic years: filed whole, exactly calibrated, marked as what they are, and resumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from typer.testing import CliRunner

from benchmarks.year.__main__ import feed
from benchmarks.year.chance import divided, sizes, summing
from benchmarks.year.licensing import Licences
from benchmarks.year.operating import Operations
from benchmarks.year.planning import Plan, together
from benchmarks.year.pledging import Pledges
from benchmarks.year.published import (
    H1_2021,
    H1_2022,
    LICENCES,
    LICENCES_2022,
    LICENCES_2023,
    OPERATIONS_2021,
    Half,
    NotAtThisScale,
    halves,
    licences,
    percent,
    rounded,
)
from benchmarks.year.published import Licences as OfYear
from ledger.cli import app
from ledger.commands.bulletins import write
from ledger.commands.frame import UserError
from ledger.database import connect
from ledger.domain.figures import growth
from ledger.projections.runner import FOLLOWERS, FollowerRunner
from ledger.projections.statistics.families import NAME
from ledger.projections.statistics.query import Query
from ledger.projections.statistics.reports import report
from ledger.ratetable import RateTable
from ledger.settings import load_settings
from tests.conftest import NewDatabase
from tests.year.releasing import check_releases

FULL = Fraction(1)
SCALE = Fraction(6, 100)
OF_2023 = Fraction(2, 100)
OF_2022 = Fraction(1, 40)
OF_2021 = Fraction(1, 2000)


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
        assert licences(2023, OF_2023).contracts < 400
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


PLANS: list[Plan] = [Pledges(SCALE, 1), Licences(2022, OF_2022, 1), Licences(2023, OF_2023, 1)]

Row = dict[str, Any]


def test_a_scaled_register_comes_to_the_published_figures(
    new_database: NewDatabase, tmp_path: Path
) -> None:
    """Filed once, since filing takes the longest: the log, the statistics and the bulletin."""
    with new_database() as url:
        feed(url, load_settings({}, data_dir=tmp_path), PLANS, quiet=True)
        for place, half in enumerate(halves(SCALE)):
            check_pledges(url, 2021 + place, half)
        check_licences(url, licences(2023, OF_2023))
        check_marks(url)
        check_statistics(url, SCALE, (licences(2022, OF_2022), licences(2023, OF_2023)))
        check_bulletin(url, tmp_path)
        check_releases(url)


@pytest.mark.soak
def test_the_whole_register_comes_to_the_published_figures(
    new_database: NewDatabase, tmp_path: Path
) -> None:
    """As the scaled one, with the totals as they were published."""
    plans: list[Plan] = [Pledges(FULL, 1), Licences(2022, FULL, 1), Licences(2023, FULL, 1)]
    file = tmp_path / "bulletin.html"
    with new_database() as url:
        feed(url, load_settings({}, data_dir=tmp_path), plans)
        check_statistics(url, FULL, tuple(LICENCES.values()))
        write(url, file, (date(2022, 1, 1), date(2022, 6, 30)), None, RateTable(), "synthetic")
        pledges = file.read_text(encoding="utf-8")
        write(url, file, (date(2023, 1, 1), date(2023, 12, 31)), None, RateTable(), "synthetic")
        contracts = file.read_text(encoding="utf-8")
    assert "162.65 billion yuan, 51.5 % more than a year before." in pledges
    assert "专利、商标质押登记金额1,626.5亿元，同比增长51.5%。" in pledges
    assert "9,760 enterprises, 68.0 % more than a year before." in pledges
    assert "Of these enterprises 6,951, or 71.2 %," in pledges
    assert "15,603 licence contracts were recorded" in contracts
    assert "6,150 contracts (39.4 %): 10.21 billion yuan in all, 1.660 million yuan" in contracts


@pytest.mark.soak
def test_the_whole_of_2021_has_485_000_times(new_database: NewDatabase, tmp_path: Path) -> None:
    plan = Operations(FULL, 1)
    days = ("2021-01-01", "2021-12-31")
    with new_database() as url:
        fed = feed(url, load_settings({}, data_dir=tmp_path), [plan])
        catch_up(url)
        assert figures(url, "operations", *days)["times"][0] == fed.times == 485_000
        dealt = figures(url, "operations", *days, act="transfer")["times"][0]
        assert dealt == plan.of.transfers


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


def check_pledges(url: str, year: int, half: Half) -> None:
    """The pledges in the log come to their totals."""
    firsts = [rows[0] for rows in filings(entries(url, "pledge.registered"), year)]
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


def check_licences(url: str, wanted: OfYear) -> None:
    """The licences in the log come to their totals."""
    contracts = filings(entries(url, "licence.recorded"), wanted.year)
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


# --- what the statistics say --------------------------------------------------------------------


def check_statistics(url: str, scale: Fraction, years: Sequence[OfYear]) -> None:
    """Every published figure comes out of the statistics, to the last published digit."""
    catch_up(url)
    before, now = halves(scale)
    told = figures(url, "pledge-financing", "2022-01-01", "2022-06-30", trademarks=True)
    assert told["amount"] == (f"{now.yuan}.00", "51.5")
    assert told["enterprises"] == (now.enterprises, "68.0")
    assert told["inclusive_enterprises"] == (now.inclusive_enterprises, "111.7")
    assert told["inclusive_enterprises_share"] == ("71.2", None)
    assert told["inclusive_projects"] == (now.inclusive_projects, "112.0")
    assert told["projects"][0] == now.projects
    told = figures(url, "pledge-financing", "2021-01-01", "2021-06-30", trademarks=True)
    alone = figures(url, "pledge-financing", "2021-01-01", "2021-06-30")
    assert told["amount"][0] == f"{before.yuan}.00"
    assert alone["amount"][0] == f"{before.patents_yuan}.00"
    assert (told["projects"][0], alone["projects"][0]) == (before.projects, before.patent_projects)
    for of in years:
        check_year(url, of)


def check_year(url: str, of: OfYear) -> None:
    """The published licence figures of a year."""
    days = (f"{of.year}-01-01", f"{of.year}-12-31")
    full = LICENCES[of.year]
    told = figures(url, "licence-rates", *days)
    assert (told["contracts"][0], told["patents"][0]) == (of.contracts, of.patents)
    per = rounded(Fraction(full.patents, full.contracts), "0.1")
    assert told["patents_per_contract"][0] == str(per)
    assert told["fixed_amount"][0] == f"{of.fixed_yuan}.00"
    average = rounded(Fraction(told["average_fixed_amount"][0]) / 1_000_000, "0.001")
    assert average == rounded(Fraction(full.fixed_yuan, full.fixed * 1_000_000), "0.001")
    classes = {"fixed": full.fixed, "running": full.running, "free": full.free}
    for name, count in classes.items():
        told = figures(url, "licence-rates", *days, **{"class": name})
        assert told["contracts"][0] == getattr(of, name)
        assert shares(url, *days, "class", "contracts")[name] == str(percent(count, full.contracts))
    for name, years in (("fixed", full.fixed_years), ("running", full.running_years)):
        term = figures(url, "licence-rates", *days, **{"class": name})["average_term"][0]
        assert term == str(rounded(Fraction(years, classes[name]), "0.1"))
    kinds = zip(("invention", "utility_model", "design"), full.kinds, strict=True)
    said = shares(url, *days, "kind", "patents")
    assert said == {kind: str(percent(count, full.patents)) for kind, count in kinds}


def figures(
    url: str, family: str, first: str, last: str, *, trademarks: bool = False, **where: str
) -> dict[str, tuple[Any, str | None]]:
    """Figures of some days, each with its growth."""
    query = Query(
        family=family,
        first=date.fromisoformat(first),
        last=date.fromisoformat(last),
        where={name: (code,) for name, code in where.items()},
        trademarks=trademarks,
    )
    with connect(url, "ledger_auditor") as connection:
        cells = report(connection, query.checked(), None)["cells"]
    return {cell["measure"]: (cell["value"], cell.get("growth")) for cell in cells}


def shares(url: str, first: str, last: str, by: str, measure: str) -> dict[str, str]:
    """Shares of the groups of licences in the whole."""
    query = Query(
        family="licence-rates",
        first=date.fromisoformat(first),
        last=date.fromisoformat(last),
        by=(by,),
        measures=(measure,),
    )
    with connect(url, "ledger_auditor") as connection:
        cells = report(connection, query.checked(), None)["cells"]
    return {cell["group"][by]: cell["share"] for cell in cells if cell["group"]}


def catch_up(url: str) -> None:
    """Have the statistics count what was filed."""
    (follower,) = (each for each in FOLLOWERS if each.name == NAME)
    runner = FollowerRunner(url, follower)
    try:
        runner.catch_up()
    finally:
        runner.stop()


def check_bulletin(url: str, folder: Path) -> None:
    """The bulletin prints the published sentences, and says of which position it is."""
    file = folder / "bulletin.html"
    days = (date(2022, 1, 1), date(2022, 6, 30))
    position = write(url, file, days, None, RateTable(), "synthetic")
    page = file.read_text(encoding="utf-8")
    assert "9.76 billion yuan, 51.5 % more than a year before." in page
    assert "97.6亿元，同比增长51.5%。" in page
    assert "583 enterprises, 68.0 % more" in page
    assert "Of these enterprises 415, or 71.2 %," in page
    assert "111.7 % more than a year before" in page
    assert f"as known at position {position:,}" in page
    # By itself the command tells of the half-year of the last entry.
    asked = ["stats", "--bulletin", str(file), "--data-dir", str(folder)]
    runner = CliRunner(env={"LEDGER_DATABASE_URL": url})
    assert f"position {position}" in runner.invoke(app, asked, catch_exceptions=False).output
    assert "The second half of 2023" in file.read_text(encoding="utf-8")
    with pytest.raises(UserError, match="both or neither"):
        runner.invoke(app, [*asked, "--from", "2022-01-01"], catch_exceptions=False)
    with pytest.raises(UserError, match="known up to position"):
        runner.invoke(app, [*asked, "--known-at", "999999"], catch_exceptions=False)


# --- operations ---------------------------------------------------------------------------------


def test_operations_come_to_their_total_and_a_run_broken_off_goes_on(
    new_database: NewDatabase, tmp_path: Path
) -> None:
    plan = Operations(OF_2021, 1)
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


def check_marks(url: str) -> None:
    """Every name and title says that it is invented."""
    topics = ("patent.entered", "pledge.registered", "licence.recorded")
    rows = entries(url, *topics)
    sides = ("patentees", "pledgors", "pledgees", "licensors", "licensees")
    names = {party["name"] for row in rows for side in sides for party in row.get(side) or ()}
    assert len(names) > 1_000
    assert all(name.startswith("Synthetic") and name.endswith("(synthetic)") for name in names)
    titles = {row["invention_title"] for row in rows if "invention_title" in row}
    assert all(title.endswith("(synthetic)") for title in titles)


def test_a_seed_draws_the_same_plan_again() -> None:
    def drawn(seed: int) -> list[object]:
        plans: list[Plan] = [Pledges(SCALE, seed), Licences(2023, OF_2023, seed)]
        return [(month.first, month.patents, month.days) for month in together(plans)]

    assert drawn(1) == drawn(1) != drawn(2)

"""`stats`, as a user runs it: figures, a report of them, its verification, the table of rates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.domain.money import Money
from ledger.ratetable import BadRates, RateTable, rates_in, rates_of
from ledger.settings import load_settings
from tests.builders import CLAIM, entered, number, pledged
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import registry
from tests.programs import invoked
from tests.projections.acts import enter

RATES = 'source = "central parity"\n[yuan_for_one]\nUSD = { 2025 = "7.2" }\nEUR = "7.8"\n'


@pytest.fixture(scope="module")
def url(new_database: NewDatabase) -> Iterator[str]:
    with new_database() as fresh, registry(fresh) as ledger:
        claim = CLAIM.model_copy(update={"amount": Money(amount="100", currency="USD")})
        enter(ledger, "entry", entered(number(1)))
        enter(ledger, "pledge", pledged(number(1), claim=claim))
        yield fresh


def test_a_report_is_verified_and_a_forged_one_is_told(url: str, tmp_path: Path) -> None:
    rates = tmp_path / "rates.toml"
    rates.write_text(RATES)
    asked = ("stats", "pledge-financing", "--from", "2025-01-01", "--until", "2025-12-31")
    told = invoked(*asked, "--json", "--rates", rates, LEDGER_DATABASE_URL=url)
    found = json.loads(told.stdout)
    figures = {cell["measure"]: cell["value"] for cell in found["cells"]}
    assert (figures["amount"], figures["amounts"]) == ("720.00", {"USD": "100.00"})
    file = tmp_path / "report.json"
    file.write_text(told.stdout)
    verified = invoked("stats", "--verify", file, LEDGER_DATABASE_URL=url)
    assert (verified.returncode, verified.stdout[:6]) == (0, "equal:")
    file.write_text(told.stdout.replace('"720.00"', '"721.00"'))
    forged = invoked("stats", "--verify", file, "--json", LEDGER_DATABASE_URL=url)
    assert forged.returncode == 1
    assert json.loads(forged.stdout)["first_difference"]["stated"]["value"] == "721.00"


def test_figures_are_told_as_a_table_and_as_comma_separated_values(url: str) -> None:
    asked = ("stats", "operations", "--by", "act", "--measure", "times")
    listed = invoked(*asked, "--csv", LEDGER_DATABASE_URL=url)
    assert listed.stdout.splitlines()[0] == "measure,period,act,value,before,growth,share"
    assert "pledge,1," in listed.stdout
    told = invoked(*asked, LEDGER_DATABASE_URL=url)
    assert "as known at position 2" in told.stdout
    wrong = invoked("stats", "operations", "--by", "colour", LEDGER_DATABASE_URL=url)
    assert (wrong.returncode, "by: colour is none of" in wrong.stderr) == (1, True)


class TestRates:
    """A rate a currency, for every year or one a year."""

    def test_the_table_of_the_data_directory_is_read(self, tmp_path: Path) -> None:
        settings = load_settings({}, data_dir=tmp_path)
        assert rates_of(settings) == RateTable()
        (tmp_path / "rates.toml").write_text(RATES)
        rates = {"USD": {"2025": "7.2"}, "EUR": {"*": "7.8"}}
        assert rates_of(settings) == RateTable("central parity", rates)

    @pytest.mark.parametrize(
        "stated",
        [
            "[yuan_for_one]",
            'source = "x"\n[yuan_for_one]\nUSD = 7.2',
            'source = "x"\n[yuan_for_one]\nXYZ = "7.2"',
            'source = "x"\n[yuan_for_one]\nUSD = { all = "7.2" }',
            "source =",
        ],
    )
    def test_what_is_no_table_is_refused(self, tmp_path: Path, stated: str) -> None:
        file = tmp_path / "rates.toml"
        file.write_text(stated)
        with pytest.raises(BadRates):
            rates_in(file)

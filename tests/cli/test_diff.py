"""`patent-ledger diff`, as a user runs it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger.cli import app
from tests.builders import BANK, LAMPWORKS, PATENT, SECOND, entered, party, pledged, transferred
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import registry
from tests.projections.acts import enter


@pytest.fixture(scope="module")
def url(new_database: NewDatabase) -> Iterator[str]:
    """A patent that was pledged, and one that was sold."""
    with new_database() as fresh:
        with registry(fresh) as ledger:
            enter(ledger, "entry", entered(PATENT), entered(SECOND))
            enter(ledger, "pledge", pledged(PATENT))
            enter(ledger, "sale", transferred(SECOND))
        yield fresh


def run(url: str, *arguments: str) -> Any:
    return CliRunner().invoke(app, ["diff", *arguments], env={"LEDGER_DATABASE_URL": url})


def test_the_register(url: str) -> None:
    outcome = run(url, "--from", "2", "--effective-on", "2026-03-02", "--json")
    assert outcome.exit_code == 0, outcome.output
    found = json.loads(outcome.stdout)
    assert found["from"] == {"known_at": 2, "effective_on": "2026-03-02"}
    changed = {each["patent"]: [c["member"] for c in each["changes"]] for each in found["changes"]}
    assert changed == {PATENT: ["/encumbrances"], SECOND: ["/patentees"]}


def test_a_patent_in_words(url: str) -> None:
    arguments = ("--from", "2", "--to", "3", "--effective-on", "2026-03-02")
    outcome = run(url, PATENT.replace("CN:", "ZL"), *arguments)
    assert outcome.exit_code == 0, outcome.output
    first, second, change = outcome.stdout.splitlines()
    assert first == "from: known at position 2, effective on 2026-03-02"
    assert second == "to: known at position 3, effective on 2026-03-02"
    assert change.startswith(f"{PATENT}  /encumbrances Y2025990000001: – → {{")


def test_a_party_though_no_server_runs(url: str) -> None:
    for who, lines in (
        (BANK, [f"{PATENT}  gained: pledgee of Y2025990000001"]),
        (
            LAMPWORKS,
            [f"{PATENT}  gained: pledgor of Y2025990000001", f"{SECOND}  lost: patentee"],
        ),
    ):
        day = ("--effective-on", "2026-03-02")
        outcome = run(url, "--party", party(who).id, "--from", "2", *day)
        assert outcome.stdout.splitlines()[2:] == lines


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "yesterday"), "a position, or a time"),
        (("--from", "3", "--to", "2"), "before"),
        (("--from", "99"), "newest position is 4"),
        (("CN:201819999999.1", "--from", "0"), "no patent"),
        ((PATENT, "--party", "x"), "do not go together"),
    ],
)
def test_what_the_user_can_mend_is_said(url: str, arguments: tuple[str, ...], said: str) -> None:
    outcome = run(url, *arguments)
    assert outcome.exit_code != 0
    assert said in str(outcome.exception)

"""The demo as people run it: through a pipe it ends by itself, on a terminal it keeps serving."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ledger.demo.cast import Story
from ledger.domain.numbers import PatentNumber, credit_code_valid
from ledger.domain.periods import ChineseCalendar
from ledger.domain.terms import FeeState, fee_state
from ledger.embedded import temporary_data_dir
from tests.programs import COMMAND, environment, run

SECONDS_MAX = 120


def demo(*arguments: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return run("demo", *arguments, seconds_max=SECONDS_MAX, **settings)


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """A directory that the demo has to itself."""
    with temporary_data_dir() as made:
        yield made


@pytest.fixture(scope="module")
def summary(data_dir: Path) -> dict[str, Any]:
    """What the demo tells a program, run where a database is named that it must not touch."""
    elsewhere = "postgresql:///real?host=/nowhere"
    ran = demo("--json", "--data-dir", data_dir, LEDGER_DATABASE_URL=elsewhere)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def step(summary: dict[str, Any], words: str) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = (row for row in summary["steps"] if words in row["step"])
    return found


def test_the_portfolio_is_refused_with_every_reason_then_cured_and_registered(
    summary: dict[str, Any],
) -> None:
    refused = step(summary, "every reason")
    assert refused["status"] == 409
    assert [(f["rule"], f["patent"]) for f in refused["findings"]] == [
        ("pledge-no-live-pledge", canonical(summary["patents"][2])),
        ("pledge-fee-current", canonical(summary["patents"][3])),
    ]
    assert all(f["cure"] for f in refused["findings"])
    assert step(summary, "other bank's debt")["status"] == 201
    assert step(summary, "overdue annual fee")["status"] == 201
    assert step(summary, "same key")["registration_no"] == summary["numbers"]["pledge"]


def canonical(printed: str) -> str:
    return str(PatentNumber.parse(printed))


def test_an_open_licence_is_declared_taken_and_recorded(summary: dict[str, Any]) -> None:
    declared = step(summary, "declares an open licence")
    assert declared["registration_no"] == summary["numbers"]["open_licence"]
    assert step(summary, "notice and payment")["registration_no"] is None
    assert step(summary, "contract recorded")["registration_no"] == summary["numbers"]["licence"]


def test_a_pledged_patent_is_transferred_with_the_consent_of_the_bank_alone(
    summary: dict[str, Any],
) -> None:
    refused = step(summary, "refuses the transfer")
    assert [finding["rule"] for finding in refused["findings"]] == ["transfer-pledgee-consent"]
    order = [
        step(summary, words)["position"]
        for words in ("bank consents", "transfer is registered", "loan is repaid")
    ]
    assert order == sorted(order)


def test_the_totals_have_seen_the_last_filing(summary: dict[str, Any]) -> None:
    totals = summary["totals"]
    assert totals["position"] >= summary["position"]
    assert (totals["projects"], totals["amounts"]) == (2, {"CNY": "9500000.00"})


def test_everything_is_replayed_and_equals_the_live_tables(summary: dict[str, Any]) -> None:
    replayed = summary["replay"]
    assert replayed["equal"]
    assert replayed["entries"] == summary["position"]
    assert all(view["equal"] and view["compared"] for view in replayed["views"].values())


def test_it_may_be_told_twice_in_a_directory_of_its_own_but_not_in_another_ledger(
    summary: dict[str, Any], data_dir: Path
) -> None:
    again = demo("--json", "--data-dir", data_dir)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["totals"]["projects"] == 2 * summary["totals"]["projects"] == 4
    (data_dir / "demo").unlink()
    refused = demo("--data-dir", data_dir)
    assert refused.returncode == 1
    assert "holds a ledger" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The demo on a terminal; it has a folder for what it leaves behind."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o011)  # the server's account passes through
    ours, theirs = pty.openpty()
    told = subprocess.Popen(
        [COMMAND, "demo"],
        env=environment(TMPDIR=str(tmp_path), COLUMNS="200"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        close_fds=True,
    )
    os.close(theirs)
    try:
        yield told, ours
    finally:
        told.terminate()
        told.wait(SECONDS_MAX)
        os.close(ours)


def test_on_a_terminal_people_are_told_and_served_a_page_that_needs_no_internet(
    terminal: tuple[subprocess.Popen[bytes], int], tmp_path: Path
) -> None:
    told, ours = terminal
    said = b""
    deadline = time.monotonic() + SECONDS_MAX
    while b"--data-dir" not in said and time.monotonic() < deadline:
        said += os.read(ours, 65536)
    for words in (
        b"409",
        b"pledge-no-live-pledge",
        b"pledge-fee-current",
        b"Everything was replayed",
    ):
        assert words in said
    page = re.search(rb"Try the API out: (http://127\.0\.0\.1:\d+)/docs", said)
    assert page is not None, said.decode(errors="replace")
    with httpx2.Client(base_url=page[1].decode(), timeout=30) as client:
        shown = client.get("/docs")
        assert shown.status_code == 200
        assets = re.findall(r'(?:src|href)="([^"]+)"', shown.text)
        assert len(assets) >= 2
        assert [asset for asset in assets if not asset.startswith("/")] == []
        assert {client.get(asset).status_code for asset in assets} == {200}
        assert client.get("/openapi.json").json()["openapi"].startswith("3.1")
    told.send_signal(signal.SIGINT)
    assert told.wait(SECONDS_MAX) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("month", range(1, 13))
def test_the_story_holds_on_any_day_of_any_year(month: int) -> None:
    calendar = ChineseCalendar()
    for year in (2026, 2028, 2035):
        for last in (date(year, month, 1) - timedelta(days=1), date(year, month, 10)):
            story = Story(last)
            assert story.filed_on < story.granted_on < last
            paid, unpaid = story.overdue_year, story.overdue_year - 1
            assert fee_state(story.filed_on, paid, last, calendar) is FeeState.CURRENT
            assert fee_state(story.filed_on, unpaid, last, calendar) is FeeState.IN_GRACE
            numbers = [canonical(number) for number in (*story.portfolio, story.offered)]
            assert len(set(numbers)) == 5


def test_the_parties_have_codes_that_check_and_cannot_be_real() -> None:
    parties = [entry["patentees"][0] for entry in Story(date(2026, 3, 2)).grant()["entries"]]
    assert all(credit_code_valid(party["credit_code"]) for party in parties)
    assert {party["credit_code"][2:8] for party in parties} == {"990000"}

"""`migrate` and `check`, as a user runs them."""

from __future__ import annotations

import json
import signal
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from ledger.commands.check import calendar, following, foreseen, look
from ledger.embedded import temporary_data_dir
from ledger.settings import load_settings
from tests.builders import PATENT
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import enter_patents, registry
from tests.programs import invoked, run
from tests.scenario import NOW


def test_check_makes_an_empty_data_directory_ready() -> None:
    with temporary_data_dir() as data_dir:
        checked = run("check", "--json", LEDGER_DATA_DIR=str(data_dir))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    findings = json.loads(checked.stdout)
    assert all(set(finding) == {"check", "status", "detail"} for finding in findings)
    assert "fail" not in {finding["status"] for finding in findings}
    assert "checksums agree" in checked.stdout


def test_check_names_what_is_missing_and_exits_with_1(empty_database_url: str) -> None:
    checked = invoked("check", "--json", LEDGER_DATABASE_URL=empty_database_url)
    assert checked.returncode == 1
    failed = {one["check"] for one in json.loads(checked.stdout) if one["status"] == "fail"}
    assert {"migrations", "lock", "log", "followers"} <= failed


def test_check_says_when_the_database_cannot_be_reached() -> None:
    checked = invoked("check", LEDGER_DATABASE_URL="postgresql:///ledger?host=/nowhere")
    assert checked.returncode == 1
    assert "cannot be reached" in checked.stdout


def test_serve_exits_with_a_sentence_where_the_database_is_away(tmp_path: Path) -> None:
    away = {"LEDGER_DATABASE_URL": "postgresql:///ledger?host=/nowhere"}
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        ended = invoked("serve", "--json", "--port", "0", "--data-dir", str(tmp_path), **away)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "patent-ledger: the database cannot be reached: " in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("trigger", ["stored_events_lock", "stored_events_append_only"])
def test_check_sees_a_trigger_that_was_switched_off(
    new_database: NewDatabase, trigger: str
) -> None:
    with new_database() as url:
        with psycopg.connect(url) as connection:
            connection.execute(f"ALTER TABLE stored_events DISABLE TRIGGER {trigger}")
        findings = look(load_settings({}), url)
    failed = [finding.check for finding in findings if finding.status == "fail"]
    assert failed == ["lock" if trigger == "stored_events_lock" else "log"]


def test_check_sees_a_follower_that_stands_still(new_database: NewDatabase) -> None:
    """Nobody follows this log; the entry was recorded at the tests' time."""
    with new_database() as url:
        with psycopg.connect(url) as connection:
            assert following(connection, NOW).status == "ok"
        with registry(url) as ledger:
            enter_patents(ledger, [PATENT])
        with psycopg.connect(url) as connection:
            assert following(connection, NOW + timedelta(seconds=60)).status == "ok"
            late = following(connection, NOW + timedelta(seconds=61))
            head = connection.execute("SELECT log_head()").fetchone()
            assert head is not None
            for name in ("due_and_notices", "statistics", "log"):
                assert f"{name} stands at 0 of {head[0]}" in late.detail
            assert late.status == "warn"
            tracked = "INSERT INTO notification_tracking VALUES (%s, %s)"
            connection.execute(tracked, ("due_and_notices", head[0]))
            followed = following(connection, NOW + timedelta(hours=1))
            assert "due_and_notices" not in followed.detail
            assert "statistics stands" in followed.detail


@pytest.mark.parametrize(
    ("today", "status"),
    [
        (date(2026, 10, 31), "ok"),
        (date(2026, 11, 1), "warn"),
        (date(2026, 11, 22), "warn"),
        (date(2026, 12, 31), "warn"),
        (date(2027, 1, 1), "warn"),
        (date(2029, 6, 1), "warn"),
    ],
)
def test_the_calendar_is_asked_for_before_it_ends(today: date, status: str) -> None:
    """What a calendar that ends with 2026 leads to, whatever one is installed here."""
    assert foreseen(Until2026(), today, Path("holidays.toml")).status == status


class Until2026:
    """A calendar that ends with 2026 and knows no holidays."""

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5

    def announced(self, year: int) -> bool:
        return 2004 <= year <= 2026


def test_a_table_of_later_years_lengthens_the_calendar(tmp_path: Path) -> None:
    settings = load_settings({}, data_dir=tmp_path)
    assert calendar(settings, date(2097, 6, 1)).status == "warn"
    settings.calendar_path.write_text("[2097]\nholidays = [2097-01-01]\n", encoding="utf-8")
    assert calendar(settings, date(2097, 10, 31)).status == "ok"
    warned = calendar(settings, date(2097, 11, 1))
    assert (warned.status, "holidays.toml" in warned.detail) == ("warn", True)
    settings.calendar_path.write_text("[2097]\nholidays = [2098-01-01]\n", encoding="utf-8")
    assert calendar(settings, date(2097, 6, 1)).status == "fail"


def test_wrong_settings_are_named_without_a_traceback() -> None:
    refused = invoked("check", LEDGER_PORT="http")
    assert refused.returncode == 1
    assert "port" in refused.stderr
    assert "Traceback" not in refused.stderr


class TestRules:
    def test_they_are_listed_by_act_day_and_severity(self) -> None:
        options = ["--command", "RegisterPledge", "--date", "2021-11-14", "--severity", "R"]
        listed = json.loads(invoked("rules", "--json", *options).stdout)
        ids = {row["id"] for row in listed}
        assert "pledge-alive" in ids
        assert "pledge-same-day-invention-waiver" not in ids
        assert {row["severity"] for row in listed} == {"R"}
        assert {*listed[0]} >= {"id", "kind", "command", "severity", "article", "from", "until"}

    def test_they_are_told_in_chinese(self) -> None:
        told = invoked("rules", "--lang", "zh", "--command", "RegisterPledge")
        assert "共同申请" in told.stdout
        assert "每一出质人和质权人" in told.stdout

    def test_a_severity_that_is_none_is_told(self) -> None:
        answer = invoked("rules", "--severity", "X")
        assert (answer.returncode, answer.stdout) == (1, "")
        assert "a severity is R, W, O or D" in answer.stderr

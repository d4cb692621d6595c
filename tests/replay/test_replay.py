"""`patent-ledger replay`, as a user runs it: views rebuilt from the log, compared, put in place."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from ledger.cli import app
from ledger.commands.frame import UserError
from ledger.domain.joint import PrepareFiling
from ledger.projections.beside import COMPARED
from ledger.projections.comparing import compare
from ledger.projections.extents import EVERYTHING, EXTENTS
from ledger.projections.runner import FOLLOWERS, FollowerRunner
from ledger.registry import Filing
from tests.builders import number, pledged, register_pledge
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import (
    REGISTRAR,
    enter_patents,
    numbers,
    pledge,
    registry,
    rows,
    source_record,
    value,
)
from tests.projections.test_rebuild import TABLES, enter_everything

WRITTEN = EXTENTS[EVERYTHING].columns
COMMAND = Path(sys.executable).with_name("patent-ledger")


@pytest.fixture(scope="module")
def replayed_url(new_database: NewDatabase) -> Iterator[str]:
    """A ledger with every dealing, its follower at the head; tests put back what they change."""
    with new_database() as url:
        enter_everything(url)
        file_and_prepare(url)
        value(url, "SELECT follow_feed(10000)")
        followers = [FollowerRunner(url, follower) for follower in FOLLOWERS]
        for follower in followers:
            follower.start()
        while value(url, "SELECT min(notification_id) FROM notification_tracking") != head(url):
            pass
        for follower in followers:
            follower.stop()
        yield url


def file_and_prepare(url: str) -> None:
    """A pledge by the rules, on patents that another register tells of, and one that waits."""
    with registry(url) as ledger:
        first, second = enter_patents(ledger, numbers(2, 20))
        told = pledged(number(22), registration_no="Y2020990000007")
        ledger.submit(source_record("a pledge", told), "first").result()
        ledger.file(pledge(first, key="filed"))
        waits = register_pledge(patents=(second,), signed_by=())
        ledger.file(Filing(PrepareFiling(patents=waits.patents, filing=waits), REGISTRAR, "waits"))


def head(url: str) -> int:
    return int(value(url, "SELECT max(notification_id) FROM stored_events"))


def run(url: str, *arguments: str) -> tuple[int, Any]:
    """Exit code and JSON answer of the command."""
    outcome = CliRunner().invoke(
        app, ["replay", *arguments, "--json"], env={"LEDGER_DATABASE_URL": url}
    )
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit), outcome
    return outcome.exit_code, json.loads(outcome.stdout)


def test_equal_views_are_told_as_equal(replayed_url: str) -> None:
    code, found = run(replayed_url, "--compare")
    assert code == 0
    assert found.keys() == {"equal", "entries", "rate_per_s", "views", "beside"}
    assert (found["equal"], found["entries"]) == (True, head(replayed_url))
    assert found["rate_per_s"] > 0
    assert found["views"].keys() == set(TABLES)
    assert found["beside"].keys() == set(COMPARED)
    for tables in (found["views"], found["beside"]):
        assert all(table["compared"] and table["equal"] for table in tables.values())
        assert all(table["rows"] for table in tables.values())


TAMPERED = {
    "change": {
        "patent": "UPDATE patent SET facts = facts || '{\"fees_paid_through\": 99}'",
        "title": "UPDATE title SET patentees = '[]'",
        "encumbrance": "UPDATE encumbrance SET confidential = '{}'",
        "licence": "UPDATE licence SET disclosed = NOT disclosed",
        "open_licence": "UPDATE open_licence SET effective = '[1999-01-01,1999-01-02)'",
        "pending_invalidation": "UPDATE pending_invalidation SET details = '{}'",
        "patent_alias": "UPDATE patent_alias SET alias = alias || 'X'",
        "due": "UPDATE due SET falls_on = falls_on + 1",
        "notice": "UPDATE notice SET details = '{}'",
        "involvement": "UPDATE involvement SET name = name || 'X'",
        "listing": "UPDATE listing SET terms = array_append(terms, 'state:invented')",
        "pledge_financing": "UPDATE pledge_financing SET amount = amount + 1",
    },
    "delete": {table: f"DELETE FROM {table}" for table in TABLES},
}


@pytest.mark.parametrize("table", TAMPERED["change"])
class TestTampering:
    """The owner of the database can do what no role of the ledger can; a comparison tells."""

    @pytest.mark.parametrize("how", TAMPERED)
    def test_one_row_changed_or_deleted(self, replayed_url: str, table: str, how: str) -> None:
        one = f"ctid = (SELECT ctid FROM {table} ORDER BY ctid DESC LIMIT 1)"
        self.assert_found(replayed_url, table, f"{TAMPERED[how][table]} WHERE {one}")

    def test_one_row_inserted(self, replayed_url: str, table: str) -> None:
        (some,) = rows(replayed_url, f"SELECT * FROM {table} LIMIT 1")
        key = next(iter(some))
        statement = (
            f"INSERT INTO {table} ({WRITTEN[table]}) SELECT {WRITTEN[table]} FROM ("
            f"SELECT (jsonb_populate_record(t, jsonb_build_object('{key}', 'no such thing'))).* "
            f"FROM {table} AS t LIMIT 1) AS another"
        )
        self.assert_found(replayed_url, table, statement)

    def assert_found(self, url: str, table: str, statement: str) -> None:
        with tampered(url, table, statement):
            code, found = run(url, "--compare")
        assert code == 1
        assert found["equal"] is False
        assert [name for name, view in found["views"].items() if not view["equal"]] == [table]
        difference = found["views"][table]["first_difference"]
        assert difference.keys() == {"live", "replayed"}
        assert difference["live"] != difference["replayed"]


@contextmanager
def tampered(url: str, table: str, statement: str) -> Iterator[None]:
    """A table on which the owner has run a statement, for the length of a with block."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE TABLE kept AS SELECT {WRITTEN[table]} FROM {table}")
        try:
            assert connection.execute(statement).rowcount > 0
            yield
        finally:
            connection.execute(f"DELETE FROM {table}")
            connection.execute(f"INSERT INTO {table} ({WRITTEN[table]}) TABLE kept")
            connection.execute("DROP TABLE kept")


BESIDE = {
    "registration": "secured_claim_id = 'none'",
    "transcribed_registration": "kind = 'licence'",
    "standing_pledge": "registration_no = 'Y1'",
    "standing_declaration": "declaration_no = 'K1'",
    "prepared_filing": "parties = '{}'",
    "party_name": "spelled = 'x'",
    "feed": "parties = '{}'",
    "feed_party": "since = since + 1",
}
INSERTED = {
    "registration": "registration_no, serial",
    "transcribed_registration": "registration_no",
    "standing_pledge": "patent_id",
    "standing_declaration": "patent_id",
    "prepared_filing": "filing_id",
    "party_name": "folded",
    "feed": "position",
    "feed_party": "thing",
}
"""The columns in which another row of the table must differ."""


@pytest.mark.parametrize("how", ["change", "delete", "insert"])
def test_a_row_of_each_table_beside_the_views_is_compared(replayed_url: str, how: str) -> None:
    """Feed, registrations, what stands, prepared filings, names: as the owner of the database."""
    with psycopg.connect(replayed_url) as connection, contextlib.ExitStack() as put_back:
        connection.execute("SET session_replication_role = replica")
        for table, change in BESIDE.items():
            one = f"ctid = (SELECT ctid FROM {table} ORDER BY ctid DESC LIMIT 1)"
            other = ", ".join(
                f"'{name}', length(t::text) + 90" for name in INSERTED[table].split(", ")
            )
            statement = {
                "change": f"UPDATE {table} SET {change} WHERE {one}",
                "delete": f"DELETE FROM {table} WHERE {one}",
                "insert": f"INSERT INTO {table} SELECT (jsonb_populate_record(t, "
                f"jsonb_build_object({other}))).* FROM {table} AS t LIMIT 1",
            }[how]
            connection.execute(f"CREATE TABLE kept_{table} AS TABLE {table}")
            put_back.callback(put, replayed_url, table)
            assert connection.execute(statement).rowcount == 1
        connection.commit()
        code, found = run(replayed_url, "--compare")
    assert (code, found["equal"]) == (1, False)
    assert all(view["equal"] for view in found["views"].values())
    assert [name for name, table in found["beside"].items() if table["equal"]] == []
    for table in found["beside"].values():
        assert table["first_difference"]["live"] != table["first_difference"]["replayed"]
    assert run(replayed_url, "--compare")[0] == 0


def put(url: str, table: str) -> None:
    """Put back a table that was kept."""
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(f"DELETE FROM {table}")
        connection.execute(f"INSERT INTO {table} TABLE kept_{table}")
        connection.execute(f"DROP TABLE kept_{table}")


def test_a_follower_said_to_have_come_less_far_is_found(replayed_url: str) -> None:
    """It would follow a second time what it has followed."""
    said = "UPDATE notification_tracking SET notification_id = %s WHERE application_name <> 'log'"
    with psycopg.connect(replayed_url, autocommit=True) as connection:
        connection.execute(said, (head(replayed_url) - 2,))
        code, found = run(replayed_url, "--compare")
        connection.execute(said, (head(replayed_url),))
    assert code == 1
    differ = {n for n, t in (found["views"] | found["beside"]).items() if not t["equal"]}
    assert differ >= {"involvement", "feed"}


def test_a_column_that_the_database_makes_is_compared_too(replayed_url: str) -> None:
    """The owner lets it no longer be made, and moves one entry on a list to another position."""
    table, moved = "ALTER TABLE involvement ", "SET known_from = known_from + 1"
    with psycopg.connect(replayed_url, autocommit=True) as connection:
        connection.execute(f"{table} ALTER known_from DROP EXPRESSION")
        connection.execute(f"UPDATE involvement {moved} WHERE upper_inf(recorded)")
        try:
            code, found = run(replayed_url, "--compare")
        finally:
            made = "ADD known_from bigint GENERATED ALWAYS AS (lower(recorded)) STORED"
            connection.execute(f"{table} DROP known_from, {made}")
            for column in ("folded", "party_key"):
                connection.execute(f"CREATE INDEX ON involvement ({column}, known_from)")
    assert code == 1
    assert [name for name, view in found["views"].items() if not view["equal"]] == ["involvement"]


def test_every_position_compares_as_it_was_known(replayed_url: str) -> None:
    """Within a filing, as known at the end of the filing before."""
    last = head(replayed_url)
    for position in (0, 1, 2, 7, last // 3, last // 2, last - 1, last, last + 5):
        found = compare(replayed_url, until=position)
        assert found["equal"], (position, found)
        complete = value(replayed_url, "SELECT last_complete_position(%s)", min(position, last))
        assert found["entries"] == complete


def test_tampering_shows_at_positions_at_which_the_row_was_known(replayed_url: str) -> None:
    since = value(replayed_url, "SELECT max(lower(recorded)) FROM title")
    change = f"UPDATE title SET patentees = '[]' WHERE lower(recorded) = {since}"
    with tampered(replayed_url, "title", change):
        assert run(replayed_url, "--compare", "--to", str(since))[0] == 1
        assert run(replayed_url, "--compare", "--to", str(since - 1))[0] == 0


def test_a_time_is_the_position_that_was_the_newest_then(replayed_url: str) -> None:
    """A time with its zone; what was recorded by then is compared."""
    moments = "SELECT recorded_at_position(%s)::timestamptz"
    last = head(replayed_url)
    moment = value(replayed_url, moments, last)
    code, found = run(replayed_url, "--compare", "--to", moment.isoformat())
    assert (code, found["entries"]) == (0, last)
    code, found = run(replayed_url, "--compare", "--to", "2020-01-01T00:00:00Z")
    assert (code, found["entries"]) == (0, 0)
    for wrong in ("yesterday", "2026-03-02T10:00:00", "2999-01-01T00:00:00Z"):
        with pytest.raises(UserError, match="--to"):
            raise_from(replayed_url, wrong)


def raise_from(url: str, to: str) -> None:
    """What the command raises for a value of --to."""
    outcome = CliRunner().invoke(
        app, ["replay", "--compare", "--to", to], env={"LEDGER_DATABASE_URL": url}
    )
    assert outcome.exception is not None
    raise outcome.exception


def test_it_compares_while_filings_go_on(new_database: NewDatabase) -> None:
    """The live tables are looked at in one snapshot, the log is read up to it."""
    with new_database() as url, registry(url) as ledger:
        numbers_of = iter(enter_patents(ledger, numbers(60)))
        stop = threading.Event()

        def file() -> None:
            for name in numbers_of:
                ledger.file(pledge(name, key=name))
                if stop.is_set():
                    return

        thread = threading.Thread(target=file)
        thread.start()
        try:
            found = [compare(url) for _ in range(2)]
        finally:
            stop.set()
            thread.join()
        assert all(each["equal"] for each in found), found
        assert found[0]["entries"] <= found[1]["entries"] <= head(url)


def test_to_goes_with_compare(replayed_url: str) -> None:
    ran = subprocess.run(
        [COMMAND, "replay", "--to", "3"],
        env=os.environ | {"LEDGER_DATABASE_URL": replayed_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "--compare" in ran.stderr


def test_a_replay_puts_views_in_place_that_were_lost(replayed_url: str) -> None:
    with psycopg.connect(replayed_url) as connection:
        for table in TABLES:
            connection.execute(f"DELETE FROM {table}")
    assert run(replayed_url, "--compare")[0] == 1
    code, found = run(replayed_url)
    assert (code, found.keys()) == (0, {"entries", "rate_per_s"})
    assert found["entries"] == head(replayed_url)
    assert run(replayed_url, "--compare")[0] == 0


def test_it_tells_people_what_it_found(replayed_url: str) -> None:
    outcome = CliRunner().invoke(
        app, ["replay", "--compare"], env={"LEDGER_DATABASE_URL": replayed_url}
    )
    lines = outcome.stdout.splitlines()
    assert outcome.exit_code == 0
    assert f"{head(replayed_url)} entries replayed" in lines[0]
    assert len(lines) == 1 + len(TABLES) + len(COMPARED)
    assert all(line.endswith("equal") for line in lines[1:])

"""Migrations are applied once, in order, under a lock, and are what they were."""

from __future__ import annotations

import shutil
import subprocess
import threading
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger.database import ROLES, connect
from ledger.embedded import EmbeddedPostgres, temporary_data_dir
from ledger.embedded_places import wheel_bin_dir
from ledger.migrating import MigrationError, files, folder, migrate, pending, verify
from tests.conftest import POSTGRES_15, database


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder(), tmp_path / "migrations"))


def test_the_files_are_numbered_without_a_gap() -> None:
    assert [int(file.id[:4]) for file in files()] == list(range(1, len(files()) + 1))


@pytest.mark.parametrize("name", ["0002_Capital.sql", "0003_gap.sql", "2_short.sql", "notes.sql"])
def test_a_file_of_another_name_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "0001_first.sql").touch()
    (tmp_path / name).touch()
    with pytest.raises(MigrationError, match=r"expected 000\d_lower_case_words\.sql"):
        files(tmp_path)


def test_migrating_twice_applies_once(empty_database_url: str) -> None:
    everything = [file.id for file in files()]
    assert pending(empty_database_url) == everything
    assert migrate(empty_database_url) == everything
    assert pending(empty_database_url) == []
    assert migrate(empty_database_url) == []


def test_of_two_migrations_at_once_one_applies_and_the_other_finds_nothing_to_do(
    empty_database_url: str,
) -> None:
    applied: list[list[str]] = []
    starters = [
        threading.Thread(target=lambda: applied.append(migrate(empty_database_url)))
        for _ in range(2)
    ]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert sorted(applied) == [[], [file.id for file in files()]]


def test_a_changed_file_is_refused_by_name(empty_database_url: str, copies: Path) -> None:
    migrate(empty_database_url, copies)
    first = files(copies)[0].path
    first.write_text(first.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    for asked in (verify, pending, migrate):
        with pytest.raises(MigrationError, match=first.name):
            asked(empty_database_url, copies)


def test_a_database_of_a_newer_program_is_refused(empty_database_url: str, copies: Path) -> None:
    newest = copies / f"{len(files()) + 1:04}_newer.sql"
    newest.write_text("CREATE TABLE newer ();", encoding="utf-8")
    migrate(empty_database_url, copies)
    with pytest.raises(MigrationError, match=newest.stem):
        verify(empty_database_url)


def test_an_older_database_gets_what_is_new_and_keeps_what_it_has(
    empty_database_url: str, copies: Path
) -> None:
    migrate(empty_database_url, copies)
    with psycopg.connect(empty_database_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    newest = copies / f"{len(files()) + 1:04}_newer.sql"
    newest.write_text(
        "CREATE FUNCTION two() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 2; END; $$;"
        "SELECT 'a % sign; and a semicolon';",
        encoding="utf-8",
    )
    assert migrate(empty_database_url, copies) == [newest.stem]
    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute("SELECT one, two() FROM kept").fetchall() == [(1, 2)]


def test_from_every_older_database_the_same_schema_is_reached(
    server_url: str, copies: Path, tmp_path: Path
) -> None:
    """A database grows by one file at a time, and a copy of each eighth is brought to the newest at
    once."""
    listed = files(copies)
    names = [file.id for file in listed]
    older = tmp_path / "older"
    older.mkdir()
    with database(server_url) as url:
        migrate(url, copies)
        wanted = _schema(url)
    with database(server_url) as growing:
        for count, file in enumerate(listed, start=1):
            shutil.copy(file.path, older)
            assert migrate(growing, older) == names[count - 1 : count]
            if count % 8 == 1:
                with database(server_url, str(conninfo_to_dict(growing)["dbname"])) as url:
                    assert migrate(url, copies) == names[count:]
                    assert _schema(url) == wanted
        assert _schema(growing) == wanted


def _schema(url: str) -> list[str]:
    dump = subprocess.run(
        [wheel_bin_dir() / "pg_dump", "--schema-only", "--dbname", url],
        check=True,
        capture_output=True,
        text=True,
    )
    # The dump brackets itself with a word drawn anew each time.
    return [line for line in dump.stdout.splitlines() if "restrict" not in line]


def test_a_failing_file_leaves_nothing_behind(empty_database_url: str, tmp_path: Path) -> None:
    (tmp_path / "0001_first.sql").write_text("CREATE TABLE first ();", encoding="utf-8")
    broken = tmp_path / "0002_broken.sql"
    broken.write_text("CREATE TABLE half (); SELECT 1 / 0;", encoding="utf-8")
    with pytest.raises(MigrationError, match=r"0002_broken\.sql failed: division by zero"):
        migrate(empty_database_url, tmp_path)
    assert pending(empty_database_url, tmp_path) == ["0002_broken"]
    broken.write_text("CREATE TABLE half ();", encoding="utf-8")
    assert migrate(empty_database_url, tmp_path) == ["0002_broken"]


@pytest.mark.parametrize(
    "bin_dir",
    [
        None,
        POSTGRES_15,
    ],
)
def test_an_owner_who_is_no_superuser_migrates_and_takes_the_roles(bin_dir: Path | None) -> None:
    """On a server that has never seen a ledger, where the roles are still to be made."""
    if bin_dir is not None and not bin_dir.is_dir():
        pytest.skip(f"PostgreSQL 15 is missing: no {bin_dir} (Debian's postgresql-15)")
    with temporary_data_dir() as data_dir, EmbeddedPostgres(data_dir, bin_dir=bin_dir) as server:
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute("CREATE ROLE landlord LOGIN CREATEROLE PASSWORD 'landlord'")
            admin.execute("CREATE DATABASE house OWNER landlord")
        url = make_conninfo(server.url, dbname="house", user="landlord", password="landlord")
        migrate(url)
        for role in ROLES:
            with connect(url, role) as connection:
                row = connection.execute("SELECT current_user, session_user").fetchone()
                assert row == (role, "landlord")


def test_postgresql_15_is_enough(database_15_url: str) -> None:
    verify(database_15_url)
    assert pending(database_15_url) == []

"""The embedded server lives no longer than its program and leaves nothing unusable behind.

Each test runs a real server; where a program must die, it is a program of its own.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from ledger.embedded import EmbeddedError, EmbeddedPostgres, temporary_data_dir
from ledger.embedded_places import SHARED, find_home, wheel_bin_dir
from tests.wait import until

ROOT = Path(__file__).parents[2]

PROGRAM = """
import sys, time
from pathlib import Path
from ledger.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])) as server:
    print(server.pid, server.joined, server.url, flush=True)
    sys.stdin.read()
"""


class Program:
    """Another program with a server on the data directory, until told to end."""

    def __init__(self, data_dir: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, data_dir],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def started(self) -> tuple[int, bool, str]:
        assert self.process.stdout is not None
        pid, joined, url = self.process.stdout.readline().split()
        return int(pid), joined == "True", url

    def end(self) -> None:
        self.process.communicate()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with temporary_data_dir() as path:
        yield path


@pytest.fixture
def program(data_dir: Path) -> Iterator[Callable[[], Program]]:
    programs: list[Program] = []

    def start() -> Program:
        programs.append(Program(data_dir))
        return programs[-1]

    yield start
    for started in programs:
        started.kill()
    until(lambda: not _servers_in(data_dir))


def _servers_in(data_dir: Path) -> list[int]:
    """Every process of a server on this data directory."""
    home = find_home(data_dir)
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if home and entry.name.isdecimal() and (entry / "cwd").readlink() == home.data:
                found.append(int(entry.name))
    return found


def _write(url: str, word: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        connection.execute("INSERT INTO kept VALUES (%s)", [word])


def _words(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM kept ORDER BY word")]


def test_what_was_written_is_there_after_a_stop_and_a_start(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as server:
        _write(server.url, "first")
    assert _servers_in(data_dir) == []
    with EmbeddedPostgres(data_dir) as server:
        assert _words(server.url) == ["first"]


def test_it_listens_on_no_network_asks_for_a_password_and_is_durable(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as server:
        with psycopg.connect(server.url) as connection:
            row = connection.execute(
                "SELECT current_setting('listen_addresses'), current_setting('fsync'),"
                " current_setting('synchronous_commit'), current_setting('data_checksums')"
            ).fetchone()
            rules = connection.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules")
            assert (row, rules.fetchall()) == (("", "on", "on", "on"), [("scram-sha-256",)])
            socket = Path(connection.info.host)
        assert socket.stat().st_mode & 0o777 == 0o700
        home = find_home(data_dir)
        assert home is not None
        assert home.password_file.stat().st_mode & 0o777 == 0o600
        password = home.password_file.read_text(encoding="utf-8")
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(server.url.replace(password, "wrong"))


def test_a_second_program_joins_and_its_end_leaves_the_server_running(
    data_dir: Path, program: Callable[[], Program]
) -> None:
    with EmbeddedPostgres(data_dir) as server:
        second = program()
        assert second.started()[:2] == (server.pid, True)
        second.end()
        _write(server.url, "still here")


def test_the_owners_end_ends_the_server_for_those_who_joined(
    data_dir: Path, program: Callable[[], Program]
) -> None:
    owner = program()
    owner.started()
    with EmbeddedPostgres(data_dir) as joined:
        assert joined.joined
        with psycopg.connect(joined.url) as connection:
            owner.end()
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")
    with EmbeddedPostgres(data_dir) as server:
        assert not server.joined


def test_of_two_that_start_at_once_one_owns_and_one_joins(program: Callable[[], Program]) -> None:
    first, second = program(), program()
    (pid, joined, _), (other_pid, other_joined, _) = first.started(), second.started()
    assert pid == other_pid
    assert {joined, other_joined} == {True, False}


@pytest.mark.parametrize("times", [3])
def test_a_killed_program_leaves_no_server_and_a_usable_directory(
    data_dir: Path, program: Callable[[], Program], times: int
) -> None:
    for kill in range(times):
        killed = program()
        _, joined, url = killed.started()
        assert not joined
        _write(url, f"before kill {kill}")
        killed.kill()
        until(lambda: not _servers_in(data_dir))
    with EmbeddedPostgres(data_dir) as server:
        assert _words(server.url) == [f"before kill {kill}" for kill in range(times)]


def test_a_program_killed_while_it_makes_the_database_leaves_a_usable_directory(
    data_dir: Path, program: Callable[[], Program]
) -> None:
    unfinished = program()
    until(lambda: find_draft(data_dir))
    unfinished.kill()
    with EmbeddedPostgres(data_dir) as server:
        _write(server.url, "made again")


def find_draft(data_dir: Path) -> bool:
    pointer = data_dir / "postgres.path"
    home = Path(pointer.read_text().strip()) if pointer.exists() else data_dir / "postgres"
    return any(home.glob("data.new*"))


def test_a_killed_server_leaves_a_usable_directory(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as server:
        _write(server.url, "acknowledged")
        busy = psycopg.connect(server.url)
        os.kill(server.pid, signal.SIGKILL)
    with EmbeddedPostgres(data_dir) as server:
        assert not server.joined
        assert _words(server.url) == ["acknowledged"]
    busy.close()


def test_a_lock_file_whose_number_another_process_has_does_not_keep_it_from_starting(
    data_dir: Path,
) -> None:
    with EmbeddedPostgres(data_dir) as server:
        account = psycopg.connect(server.url)
        account.close()
        home = find_home(data_dir)
        assert home is not None
        stale = home.postmaster_pid.read_text(encoding="utf-8").splitlines()
    # As after a restart of the machine: the number belongs to something else now.
    home.postmaster_pid.write_text("\n".join([str(os.getpid()), *stale[1:]]), encoding="utf-8")
    (home.path / "run" / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n", encoding="utf-8")
    with EmbeddedPostgres(data_dir) as server:
        assert not server.joined


def test_data_of_another_major_version_is_refused_untouched(data_dir: Path) -> None:
    data = data_dir / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("14\n", encoding="utf-8")
    before = sorted(data_dir.rglob("*"))
    with pytest.raises(EmbeddedError, match=r"PostgreSQL 14.*\n.*pg_upgrade"):
        EmbeddedPostgres(data_dir).start()
    assert sorted(data_dir.rglob("*")) == before


def test_a_long_path_has_its_socket_elsewhere(data_dir: Path) -> None:
    deep = data_dir.parent / ("long" * 20) / ("path" * 20) / "data"
    for made in (deep.parent.parent, deep.parent):
        made.mkdir(mode=0o711)
    try:
        with EmbeddedPostgres(deep) as server:
            with EmbeddedPostgres(deep) as joined:
                assert joined.joined
            with psycopg.connect(server.url) as connection:
                assert len(connection.info.host) < 100
                socket = Path(connection.info.host)
    finally:
        _remove(deep)
    socket.rmdir()


def _remove(data_dir: Path) -> None:
    home = find_home(data_dir)
    if home is not None:
        shutil.rmtree(home.path)
    shutil.rmtree(data_dir, ignore_errors=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="root is missing: needs to run as root")
class TestAsRoot:
    """Root's server runs under an unprivileged account, wherever root keeps its things."""

    def test_the_server_runs_under_an_unprivileged_account(self, data_dir: Path) -> None:
        with EmbeddedPostgres(data_dir, account="nobody") as server:
            uid = Path(f"/proc/{server.pid}").stat().st_uid
        assert uid == pwd.getpwnam("nobody").pw_uid

    def test_a_closed_directory_keeps_its_permissions_and_the_data_lie_elsewhere(
        self, tmp_path: Path
    ) -> None:
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        try:
            with EmbeddedPostgres(closed / "data") as server:
                _write(server.url, "elsewhere")
            home = find_home(closed / "data")
            assert home is not None
            assert home.path.parent == SHARED
            with EmbeddedPostgres(closed / "data") as server:
                assert _words(server.url) == ["elsewhere"]
            assert closed.stat().st_mode & 0o777 == 0o700
        finally:
            _remove(closed / "data")

    def test_binaries_that_the_account_cannot_reach_are_copied(
        self, tmp_path: Path, data_dir: Path
    ) -> None:
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        package = wheel_bin_dir().parents[1]
        for part in (package, package.with_name(f"{package.name}.libs")):
            shutil.copytree(part, closed / part.name, symlinks=True)
        with EmbeddedPostgres(
            data_dir, bin_dir=closed / package.name / "pginstall" / "bin"
        ) as server:
            program = Path(f"/proc/{server.pid}/exe").readlink()
            _write(server.url, "copied")
        copy = SHARED / program.relative_to(SHARED).parts[0]
        shutil.rmtree(copy)
        assert closed.stat().st_mode & 0o777 == 0o700

    def test_the_account_that_owns_the_data_keeps_them(self, data_dir: Path) -> None:
        with EmbeddedPostgres(data_dir, account="nobody"):
            pass
        with EmbeddedPostgres(data_dir) as server:
            uid = Path(f"/proc/{server.pid}").stat().st_uid
        assert uid == pwd.getpwnam("nobody").pw_uid
        with pytest.raises(EmbeddedError, match="belongs to the account nobody"):
            EmbeddedPostgres(data_dir, account="daemon").start()

    def test_an_account_that_is_not_there_is_named(self, data_dir: Path) -> None:
        with pytest.raises(EmbeddedError, match="nobody-of-that-name"):
            EmbeddedPostgres(data_dir, account="nobody-of-that-name").start()


@pytest.mark.skipif(os.geteuid() == 0, reason="an ordinary user is missing: running as root")
def test_an_ordinary_user_cannot_choose_another_account(data_dir: Path) -> None:
    with pytest.raises(EmbeddedError, match="only root"):
        EmbeddedPostgres(data_dir, account="root").start()

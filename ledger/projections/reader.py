"""Reading connections: a pool under the public role, and one under the auditor's for what is
filtered by party.

What a public route reads it reads under the public role, so that a forgotten filter meets a missing
privilege.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import orjson
import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import set_json_loads
from psycopg_pool import ConnectionPool, PoolTimeout

from ledger.database import Role, conninfo
from ledger.projections.looking import noticed

Answer = TypeVar("Answer")
Work = Callable[[psycopg.Connection[DictRow]], Answer]

PUBLIC_CONNECTIONS_MAX = 16
AUDITOR_CONNECTIONS_MAX = 8
WRITER_CONNECTIONS_MAX = 2
WAIT_SECONDS_MAX = 5.0
"""How long a reader waits for a connection before it is told to come back."""

RECONNECT_SECONDS = 1.0


class Unreadable(psycopg.OperationalError):
    """The database cannot be read now; come back a little later."""


class TooLong(Exception):
    """The database was stopped at a question that took too long, or by its operator."""


class Reader:
    """The reading side's connections. Safe to use from many threads.

    With a replica it is the replica that is read, and the database in which reads are noted. The
    database stops at each statement that takes longer than `seconds_max`; 0 is no limit.
    """

    def __init__(self, url: str, replica: str | None = None, seconds_max: float = 0) -> None:
        read, limit = replica or url, seconds_max
        self._public = _pool(read, "ledger_public", limit, PUBLIC_CONNECTIONS_MAX)
        self._auditor = _pool(read, "ledger_auditor", limit, AUDITOR_CONNECTIONS_MAX)
        self._writer = _pool(url, "ledger_writer", limit, WRITER_CONNECTIONS_MAX, size_min=0)

    def close(self) -> None:
        self._public.close()
        self._auditor.close()
        self._writer.close()

    def public(self, work: Work[Answer]) -> Answer:
        """What the work reads under the public role."""
        return _read(self._public, work)

    def auditor(self, work: Work[Answer]) -> Answer:
        """What the work reads under the auditor's role; the caller filters it. It is read."""
        noticed()
        return _read(self._auditor, work)

    def sifted(self, work: Work[Answer]) -> Answer:
        """As `auditor`, for work that shows nothing but what `disclosure` lets pass, which counts
        as read when something does."""
        return _read(self._auditor, work)

    def noting(self, work: Work[Answer]) -> Answer:
        """What the work writes down of an answer under the writer's role; it may be done twice."""
        return _read(self._writer, work)


def _pool(
    url: str, role: Role, seconds_max: float, size_max: int, size_min: int = 1
) -> ConnectionPool[psycopg.Connection[DictRow]]:
    # Connections are not looked at before each use, which would double the way to the server.
    return ConnectionPool(
        conninfo(url, role, "patent-ledger reader"),
        min_size=size_min,
        max_size=size_max,
        timeout=WAIT_SECONDS_MAX,
        # Each reader that comes has its try; longer pauses would outlast the outage.
        reconnect_timeout=RECONNECT_SECONDS,
        open=True,
        kwargs={"autocommit": True, "row_factory": dict_row, "prepare_threshold": 0},
        configure=lambda connection: _configure(connection, seconds_max),
        name=f"reader {role}",
    )


def _configure(connection: psycopg.Connection[DictRow], seconds_max: float) -> None:
    set_json_loads(orjson.loads, connection)
    # The questions are few and long: one plan for all who ask, not one for each.
    connection.execute("SET plan_cache_mode = force_generic_plan")
    milliseconds = f"{seconds_max * 1000:.0f}"
    connection.execute("SELECT set_config('statement_timeout', %s, false)", (milliseconds,))


def _read(pool: ConnectionPool[psycopg.Connection[DictRow]], work: Work[Answer]) -> Answer:
    try:
        return _once(pool, work)
    except PoolTimeout as error:
        raise Unreadable(str(error)) from error
    except psycopg.OperationalError:
        # A restarted server has closed what was pooled: drop those, and ask once more.
        pool.check()
    try:
        return _once(pool, work)
    except psycopg.OperationalError as error:
        raise Unreadable(str(error)) from error


def _once(pool: ConnectionPool[psycopg.Connection[DictRow]], work: Work[Answer]) -> Answer:
    try:
        with pool.connection() as connection:
            return work(connection)
    except psycopg.errors.QueryCanceled as error:
        # Not asked again, as after a lost connection: it would take as long once more.
        raise TooLong(str(error)) from error

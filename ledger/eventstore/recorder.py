"""The recorder: the library's PostgreSQL recorder, with one order for all and dense positions.

`_append` is the one place where the log is locked, positions are drawn and events are written;
the writer decides inside it. The lock is the advisory lock that the table's trigger takes as
well, so it binds every inserter and lets VACUUM pass. No method retries: a retried append could
enter a filing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import (
    ConnectionPool,
    PostgresApplicationRecorder,
    PostgresDatastore,
    PostgresTrackingRecorder,
)
from psycopg import Connection, Cursor
from psycopg.rows import DictRow, dict_row

from ledger.database import Role, conninfo
from ledger.eventstore.batch import Batch

LOCK = "SELECT pg_advisory_xact_lock(log_lock_key())"
"""Comes first in a transaction that writes: who waits for the log holds no lock of a table."""

LOCK_SINCE = "SELECT take_log_lock_since(%b)"
"""As LOCK, for what was decided at a moment: refused where a reader has been told what was known at
that moment or later."""

HEAD = "SELECT coalesce(max(notification_id), 0) AS head FROM stored_events"

LOCK_AND_HEAD = f"{LOCK}; {HEAD}"
"""Two statements, so that the second sees what was committed while the first waited."""

APPEND = """
notified AS (SELECT pg_notify('stored_events', ''))
INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id)
SELECT added.* FROM unnest(%b::text[], %t::bigint[], %b::text[], %b::bytea[], %t::bigint[]) AS
added, notified
"""
"""Ends the statement that inserts the rows beside the log, so that both are one round trip."""

Decide = Callable[[int], tuple[Sequence[StoredEvent], Batch]]
"""Gives the events to append behind a head that cannot move meanwhile, and the rows beside."""


class LedgerDatastore(PostgresDatastore):
    """The library's datastore on a whole connection string (TLS, several hosts) and under a
    role."""

    def __init__(
        self, url: str, role: Role | None, *, pool_size: int = 2, pool_size_max: int = 12
    ) -> None:
        super().__init__("", "", "", "", "", originator_id_type="text", enable_db_functions=False)
        self.pool = ConnectionPool(
            conninfo(url, role),
            connection_class=Connection[DictRow],
            kwargs={"row_factory": dict_row},
            min_size=pool_size,
            max_size=pool_size_max,
            open=False,
            configure=self.after_connect_func(),
            check=ConnectionPool.check_connection,
        )

    def register_type_adapters(self) -> None:
        """Nothing to register: events are passed as arrays, not as the library's composite type."""


class LedgerRecorder(PostgresApplicationRecorder):
    """Appends to and reads from the event log of the migrated schema."""

    def __init__(self, datastore: PostgresDatastore) -> None:
        super().__init__(datastore, events_table_name="stored_events")

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """Append in a transaction of its own; the positions drawn."""
        if not stored_events:
            return None
        with self.datastore.get_connection() as conn, conn.transaction(), conn.cursor() as curs:
            return self._append(curs, lambda _: (stored_events, Batch()))

    def _append(self, curs: Cursor[DictRow], decide: Decide) -> list[int]:
        """Lock the log, let `decide` say what follows its head, draw positions, write."""
        head = self._lock(curs)
        events, batch = decide(head)
        if events:
            batch.make_room(curs)
            curs.execute(*appended(head, events, batch), prepare=True)
        return list(range(head + 1, head + 1 + len(events)))

    def _lock(self, curs: Cursor[DictRow]) -> int:
        """Take the log's lock for this transaction; the newest position, which now stays."""
        curs.execute(LOCK_AND_HEAD)
        curs.nextset()
        return _head(curs)


def appended(head: int, events: Sequence[StoredEvent], batch: Batch) -> tuple[str, list[Any]]:
    """The statement that appends events behind a head, with the rows of a batch beside them.

    The database refuses it where the head has moved.
    """
    statement, records = batch.statement(APPEND)
    return statement, [
        *records,
        [str(e.originator_id) for e in events],
        [e.originator_version for e in events],
        [e.topic for e in events],
        [e.state for e in events],
        list(range(head + 1, head + 1 + len(events))),
    ]


def _head(curs: Cursor[DictRow]) -> int:
    row = curs.fetchone()
    assert row is not None, "an aggregate gives one row"
    return int(row["head"])


class LedgerTrackingRecorder(PostgresTrackingRecorder):
    """How far followers have come, in the library's tracking table."""

    def __init__(self, datastore: PostgresDatastore, **_: Any) -> None:
        super().__init__(datastore, tracking_table_name="notification_tracking")

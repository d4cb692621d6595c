"""The writer's sessions with the database: one that writes, one that reads what is committed."""

from __future__ import annotations

import time

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row

from ledger.database import connect
from ledger.eventstore.acts import Standby, Unavailable
from ledger.eventstore.sending import Sender

SESSION = """
SET idle_in_transaction_session_timeout = '60s';
-- Whatever the server's defaults: the log's head must be read by a snapshot taken after the lock.
SET default_transaction_isolation = 'read committed';
SET default_transaction_read_only = off;
-- A receipt says that the filing is durable.
SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') = 'off';
-- Every statement of the writer looks a few rows up by key: planned once, by index, however small
-- the tables were when the plan was made.
SET plan_cache_mode = force_generic_plan;
SET enable_seqscan = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET jit = off
"""

RECOVERING = "SELECT pg_is_in_recovery() AS recovering"

RECONNECT_SECONDS_MAX = 10.0
"""How long a group waits for a lost database before its callers are told to come back."""

IDLE = TransactionStatus.IDLE
Connection = psycopg.Connection[DictRow]


class Sessions:
    """Connections under the writer's role, made when they are needed and anew when lost."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._writing: Connection | None = None
        self._reading: Connection | None = None
        self._sender: Sender | None = None

    @property
    def open(self) -> bool:
        """Whether the writing session is there and not known to be lost."""
        return self._writing is not None and not self._writing.closed

    def writing(self) -> Connection:
        """The session that appends; waits a little for a restarting server."""
        if self._writing is None or self._writing.closed:
            self.drop()
            self._writing = self._connected()
            self._sender = Sender(self._writing)
        return self._writing

    def reading(self) -> Connection:
        """The session that reads while the other is busy."""
        if self._reading is None or self._reading.closed:
            self._reading = self._connected()
        return self._reading

    @property
    def sender(self) -> Sender:
        """Sends statements on the writing session."""
        assert self._sender is not None, "the writing session is open"
        return self._sender

    def _connected(self) -> Connection:
        deadline = time.monotonic() + RECONNECT_SECONDS_MAX
        while True:
            try:
                connection = connect(
                    self._url,
                    "ledger_writer",
                    application_name="patent-ledger writer",
                    row_factory=dict_row,
                )
                connection.execute(SESSION)
                row = connection.execute(RECOVERING).fetchone()
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise Unavailable(str(error)) from error
                time.sleep(0.1)
            else:
                if row is not None and row["recovering"]:
                    connection.close()
                    raise Standby("the database is a standby")
                return connection

    def lost(self, error: Exception) -> bool:
        """Whether the writing session is gone, so that nobody knows what became of its
        transaction."""
        if not self.open:
            return True
        severity = error.diag.severity_nonlocalized if isinstance(error, psycopg.Error) else None
        return severity in ("FATAL", "PANIC")

    def rollback(self) -> None:
        """End a transaction that failed."""
        if self._writing is None or self._writing.info.transaction_status is IDLE:
            return
        try:
            self._writing.execute("ROLLBACK")
        except psycopg.Error:
            self.drop()

    def drop(self) -> None:
        """Close both; the next use opens them anew."""
        for connection in (self._writing, self._reading):
            if connection is not None:
                connection.close()
        self._writing = self._reading = self._sender = None

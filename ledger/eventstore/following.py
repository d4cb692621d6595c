"""What every follower of the log shares: a thread, a turn, and how it is woken.

It is woken by NOTIFY or after one second, so that a lost notification costs a second and no event.
One session a follower, by advisory lock: a second waits its turn.
"""

from __future__ import annotations

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.errors import ReadOnlySqlTransaction
from psycopg.rows import DictRow, dict_row

from ledger.database import connect
from ledger.eventstore import stored_form

log = logging.getLogger(__name__)

BATCH_MAX = 10_000
"""Events read at once; larger than any filing, so that a batch always holds a whole one."""
WAKE_SECONDS = 1.0
LOOK_SECONDS = 0.1
"""How long one that waits to be called may not notice that it is told to stop."""


def until_called(connection: Connection[Any], stopping: threading.Event) -> None:
    """Wait until there is a notification, a second has passed, or it is told to stop."""
    end = time.monotonic() + WAKE_SECONDS
    while not stopping.is_set() and (left := end - time.monotonic()) > 0:
        if list(connection.notifies(timeout=min(left, LOOK_SECONDS), stop_after=1)):
            return


class Following(ABC):
    """Follows the log in a thread until it is stopped."""

    def __init__(self, url: str, name: str) -> None:
        self.name = name
        self.error: BaseException | None = None
        self.stopping = threading.Event()
        self._url = url
        self._thread = threading.Thread(target=self._run, name=f"follower-{name}", daemon=True)

    @abstractmethod
    def advance(self, connection: Connection[DictRow]) -> bool:
        """Take in one batch, in one transaction; False where there was nothing new."""

    def begin(self, connection: Connection[DictRow]) -> None:  # noqa: B027 - most do nothing
        """What is done once it is this session's turn."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch at hand and stop."""
        self.stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def catch_up(self) -> bool:
        """Take in, in this thread, what is there now; False where another session has the turn."""
        with self._connected() as connection:
            if not self._turn(connection):
                return False
            self.begin(connection)
            while self.advance(connection):
                pass
        return True

    def _connected(self) -> Connection[DictRow]:
        return connect(
            self._url,
            "ledger_writer",
            application_name=f"patent-ledger follower {self.name}",
            row_factory=dict_row,
        )

    def _run(self) -> None:
        while not self.stopping.is_set():
            try:
                with self._connected() as connection:
                    self._follow(connection)
            except (psycopg.OperationalError, ReadOnlySqlTransaction) as error:
                # The server went away, or is a standby until it takes over; what was written is
                # tracked, so begin again where it ended.
                log.warning("follower %s lost its connection: %s", self.name, error)
                self.stopping.wait(WAKE_SECONDS)
            except BaseException as error:
                # A follower that cannot fold stops and is seen; it never skips.
                log.exception("follower %s has stopped", self.name)
                self.error = error
                return

    def _follow(self, connection: Connection[DictRow]) -> None:
        while not self._turn(connection):
            if self.stopping.wait(WAKE_SECONDS):
                return
        self.begin(connection)
        connection.execute("LISTEN stored_events")
        while not self.stopping.is_set():
            while not self.stopping.is_set() and self.advance(connection):
                pass
            self._wait(connection)

    def _wait(self, connection: Connection[DictRow]) -> None:
        until_called(connection, self.stopping)

    def _turn(self, connection: Connection[DictRow]) -> bool:
        """Whether it is this session's turn, which it then keeps."""
        row = connection.execute(
            "SELECT pg_try_advisory_lock(hashtext(%s)) AS taken", (f"follower {self.name}",)
        ).fetchone()
        assert row is not None, "the function gives one row"
        return bool(row["taken"])


def whole_filings(rows: Sequence[DictRow], limit: int = BATCH_MAX) -> Sequence[DictRow]:
    """The rows without a filing that the limit may have cut in two."""
    if len(rows) < limit:
        return rows
    last = filing_of(bytes(rows[-1]["state"]))
    end = len(rows)
    while end and filing_of(bytes(rows[end - 1]["state"])) == last:
        end -= 1
    assert end, "a batch is larger than any filing"
    return rows[:end]


def filing_of(state: bytes) -> str | None:
    """The filing a stored event belongs to; None where all of it is withheld."""
    entry, opened = stored_form.lines(state)
    stated = (
        entry["filing_id"] if "filing_id" in entry else opened.get("filing_id", (None, None))[1]
    )
    return None if stated is None else str(stated)

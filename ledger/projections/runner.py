"""Followers: projections that read the log behind the writer and keep tables of their own.

A follower reads batches that end where a filing ends, folds them, and writes its tables with its
position in one transaction (the library's tracking table). It is woken by NOTIFY or after one
second, so that a lost notification costs a second and no event. One session a follower, by
advisory lock: a second waits its turn.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from eventsourcing.persistence import Tracking
from psycopg import Connection, Cursor
from psycopg.rows import DictRow, dict_row

from ledger.database import connect
from ledger.domain.events import Concealed, LedgerEvent
from ledger.eventstore import reading, stored_form
from ledger.eventstore.recorder import LedgerDatastore, LedgerTrackingRecorder
from ledger.projections import pledge_financing

log = logging.getLogger(__name__)

BATCH_MAX = 10_000
"""Events read at once; larger than any filing, so that a batch always holds a whole one."""
WAKE_SECONDS = 1.0

SELECT_BATCH = """
SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
WHERE notification_id > %b ORDER BY notification_id LIMIT %b
"""


@dataclass(frozen=True)
class Follower:
    """A projection behind the log: its name, what it wants to see, and how it writes."""

    name: str
    concerns: Callable[[str, bool], bool]
    follow: Callable[[Cursor[Any], Sequence[LedgerEvent]], None]


FOLLOWERS = (Follower(pledge_financing.NAME, pledge_financing.concerns, pledge_financing.follow),)


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


def event_of(row: DictRow) -> LedgerEvent | Concealed:
    """The event of a row of the log."""
    return reading.read(
        row["originator_id"], row["originator_version"], row["topic"], bytes(row["state"])
    )


def relevant(follower: Follower, rows: Sequence[DictRow]) -> list[LedgerEvent]:
    """The events of some rows that concern a follower, decoded."""
    found = []
    for row in rows:
        state = bytes(row["state"])
        # The member stands in every entry; only where it is not null can an old fact be replaced.
        if follower.concerns(row["topic"], b'"corrects":null' not in state):
            event = event_of(row)
            if not isinstance(event, Concealed):
                found.append(event)
    return found


class FollowerRunner:
    """Runs one follower in a thread until it is stopped."""

    def __init__(self, url: str, follower: Follower, batch_max: int = BATCH_MAX) -> None:
        self.follower = follower
        self.batch_max = batch_max
        self.error: BaseException | None = None
        self._url = url
        self._stopping = threading.Event()
        self._datastore = LedgerDatastore(url, "ledger_writer", pool_size=1, pool_size_max=2)
        self._tracking = LedgerTrackingRecorder(self._datastore)
        self._thread = threading.Thread(
            target=self._run, name=f"follower-{follower.name}", daemon=True
        )

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch at hand and stop."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._datastore.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with connect(
                    self._url,
                    "ledger_writer",
                    application_name=f"patent-ledger follower {self.follower.name}",
                    row_factory=dict_row,
                ) as connection:
                    self._follow(connection)
            except psycopg.OperationalError as error:
                # The server went away; what was written is tracked, so begin again where it ended.
                log.warning("follower %s lost its connection: %s", self.follower.name, error)
                self._stopping.wait(WAKE_SECONDS)
            except BaseException as error:
                # A follower that cannot fold stops and is seen; it never skips.
                log.exception("follower %s has stopped", self.follower.name)
                self.error = error
                return

    def _follow(self, connection: Connection[DictRow]) -> None:
        if not self._lock(connection):
            return
        connection.execute("LISTEN stored_events")
        while not self._stopping.is_set():
            while not self._stopping.is_set() and self.advance(connection):
                pass
            self._wait(connection)

    def _wait(self, connection: Connection[DictRow]) -> None:
        """Until the writer calls, or a second has passed."""
        for _ in connection.notifies(timeout=WAKE_SECONDS, stop_after=1):
            pass

    def _lock(self, connection: Connection[DictRow]) -> bool:
        """Wait for this follower's turn; False where it was stopped meanwhile."""
        while not self._stopping.is_set():
            row = connection.execute(
                "SELECT pg_try_advisory_lock(hashtext(%s)) AS taken",
                (f"follower {self.follower.name}",),
            ).fetchone()
            assert row is not None, "the function gives one row"
            if row["taken"]:
                return True
            self._stopping.wait(WAKE_SECONDS)
        return False

    def advance(self, connection: Connection[DictRow]) -> bool:
        """Fold one batch and write it with its position; False where there was nothing new."""
        with connection.transaction(), connection.cursor() as curs:
            # A rebuild that swaps the follower's table and sets its position waits for the batch,
            # and the batch for it, before either looks at the position.
            curs.execute("LOCK TABLE notification_tracking IN ROW EXCLUSIVE MODE")
            position = self._tracking._max_tracking_id(self.follower.name, curs) or 0  # noqa: SLF001
            rows = curs.execute(SELECT_BATCH, (position, self.batch_max), prepare=True).fetchall()
            rows = list(whole_filings(rows, self.batch_max))
            if not rows:
                return False
            events = relevant(self.follower, rows)
            if events:
                self.follower.follow(curs, events)
            tracking = Tracking(self.follower.name, rows[-1]["notification_id"])
            self._tracking._insert_tracking(curs, tracking)  # noqa: SLF001 - the library's own hook
            return True


class Followers:
    """All followers of the ledger, each in its thread."""

    def __init__(self, url: str) -> None:
        self._runners = [FollowerRunner(url, follower) for follower in FOLLOWERS]

    def start(self) -> None:
        for runner in self._runners:
            runner.start()

    def stop(self) -> None:
        for runner in self._runners:
            runner.stop()

    def errors(self) -> list[str]:
        """Why followers have stopped, where they have."""
        return [f"{r.follower.name}: {r.error}" for r in self._runners if r.error is not None]

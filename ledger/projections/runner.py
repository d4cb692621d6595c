"""Followers: projections that read the log behind the writer and keep tables of their own.

A follower reads batches that end where a filing ends, folds them, and writes its tables with its
position in one transaction (the library's tracking table).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from eventsourcing.persistence import Tracking
from psycopg import Connection, Cursor
from psycopg.rows import DictRow

from ledger.eventstore.following import BATCH_MAX, Following, whole_filings
from ledger.eventstore.recorder import LedgerDatastore, LedgerTrackingRecorder
from ledger.projections import followed
from ledger.projections.statistics import families

SELECT_BATCH = """
SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
WHERE notification_id > %b ORDER BY notification_id LIMIT %b
"""

RESTS: Final = 3
"""For how many times as long as it worked a follower rests that has caught up: while filings come
it takes larger groups of them, which cost less, and leaves the processor to those who wait."""
REST_SECONDS_MAX: Final = 0.2


Rows = Sequence[DictRow]


@dataclass(frozen=True)
class Follower:
    """A projection behind the log: its name, and how it takes in rows that follow a position."""

    name: str
    take: Callable[[Cursor[Any], Rows, int], None]


FOLLOWERS = (
    Follower(followed.NAME, followed.follow),
    Follower(families.NAME, families.follow),
)


class FollowerRunner(Following):
    """Runs one follower in a thread until it is stopped."""

    def __init__(self, url: str, follower: Follower, batch_max: int = BATCH_MAX) -> None:
        super().__init__(url, follower.name)
        self.follower = follower
        self.batch_max = batch_max
        self._datastore = LedgerDatastore(url, "ledger_writer", pool_size=1, pool_size_max=2)
        self._tracking = LedgerTrackingRecorder(self._datastore)
        self._rests_until = float("-inf")

    def stop(self) -> None:
        super().stop()
        self._datastore.close()

    def advance(self, connection: Connection[DictRow]) -> bool:
        """Fold one batch and write it with its position; False where there was nothing new."""
        pause = self._rests_until - time.monotonic()
        if pause > 0 and self.stopping.wait(pause):
            return False
        began = time.monotonic()
        with connection.transaction(), connection.cursor() as curs:
            # A rebuild that swaps the follower's table and sets its position waits for the batch,
            # and the batch for it, before either looks at the position.
            curs.execute("LOCK TABLE notification_tracking IN ROW EXCLUSIVE MODE")
            position = self._tracking._max_tracking_id(self.follower.name, curs) or 0  # noqa: SLF001
            rows = curs.execute(SELECT_BATCH, (position, self.batch_max), prepare=True).fetchall()
            rows = list(whole_filings(rows, self.batch_max))
            if not rows:
                return False
            self.follower.take(curs, rows, position)
            tracking = Tracking(self.follower.name, rows[-1]["notification_id"])
            self._tracking._insert_tracking(curs, tracking)  # noqa: SLF001 - the library's own hook
        if len(rows) < self.batch_max // 2:
            now = time.monotonic()
            self._rests_until = now + min(RESTS * (now - began), REST_SECONDS_MAX)
        return True

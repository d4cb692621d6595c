"""A rebuild: every view made anew from the log alone and put in the place of the live ones.

The log is folded by the functions that write the views live, by as many processes as there are
processors, into the tables of a shadow schema. These are brought up to date as the writer does it
live, then swapped. Filings go on meanwhile, but for the moment of the swap, and readers do not
notice.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

from ledger.database import connect
from ledger.eventstore.batch import Batch
from ledger.eventstore.following import BATCH_MAX, whole_filings
from ledger.projections import followed, shadow
from ledger.projections.changes import changes_of
from ledger.projections.extents import EVERYTHING
from ledger.projections.register import RegisterViews
from ledger.projections.shadow import HEAD, Progress, made, number, rate, silent
from ledger.projections.statistics import families

REBUILT = "rebuilt"
"""The shadow schema of a rebuild."""

CATCH_UP_MAX = 500
"""Events that may be left to be caught up while filings wait for the swap."""
SNAPSHOT_SECONDS = 1.0
"""How long filings wait for the end of transactions that began before the last of them."""

SELECT_LATE = """
SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
WHERE notification_id > %s AND notification_id <= %s ORDER BY notification_id LIMIT %s
"""
FORGET_NAMES = """
DELETE FROM party_name AS n WHERE NOT EXISTS (
    SELECT FROM involvement AS i WHERE i.disclosed AND i.folded = n.folded
)
"""


def rebuild(url: str, progress: Progress = silent, extent: str = EVERYTHING) -> dict[str, Any]:
    """Make every view, or those of an extent, anew in a shadow schema and put it in the place of
    the live one.

    Raises `shadow.HeldBack` where readers will not let go of the old tables.
    """
    started = time.monotonic()
    with connect(url, application_name="patent-ledger rebuild") as connection:
        with shadow.one_at_a_time(connection), shadow.schema(connection, REBUILT, "", extent):
            head = number(connection, HEAD)
            made(connection, url, REBUILT, head, progress, extent)
            late = _take_place(connection, head, extent)
            if extent == EVERYTHING:
                _forget_names(connection)
    progress(late, late)
    return {"entries": late, "rate_per_s": rate(late, time.monotonic() - started)}


def _forget_names(connection: Connection[Any]) -> None:
    """Forget the names that only the replaced list of who is involved held; no follower writes
    meanwhile."""
    with connection.transaction():
        connection.execute("LOCK TABLE notification_tracking IN EXCLUSIVE MODE")
        connection.execute(FORGET_NAMES)


# --- catching up and swapping ----------------------------------------------------------------


def _take_place(connection: Connection[Any], head: int, extent: str) -> int:
    """Catch up with what was filed meanwhile and swap; the position at which the views stand."""
    deadline = time.monotonic() + shadow.SWAP_SECONDS_MAX
    while True:
        head = _caught_up(connection, head, CATCH_UP_MAX, extent)
        with _log_held(connection):
            # No filing comes between; every snapshot taken from here on sees the shadow tables
            # whole, and those taken before must have ended, or a reader in the midst of its
            # transaction would find rows missing.
            head = _caught_up(connection, head, 0, extent)
            ended = shadow.older_have_ended(connection, SNAPSHOT_SECONDS)
            if ended and shadow.swap(connection, REBUILT, head, extent):
                return head
        if time.monotonic() > deadline:
            raise shadow.HeldBack("the rebuilt views wait in vain: a transaction stays open")
        time.sleep(SNAPSHOT_SECONDS)


@contextmanager
def _log_held(connection: Connection[Any]) -> Iterator[None]:
    """Hold the log's lock as a session, through several transactions."""
    connection.execute("SELECT pg_advisory_lock(log_lock_key())")
    try:
        yield
    finally:
        connection.execute("SELECT pg_advisory_unlock(log_lock_key())")


def _caught_up(connection: Connection[Any], after: int, left_max: int, extent: str) -> int:
    """Write into the shadow tables, as the writer does live, what the log has gained."""
    while True:
        head = number(connection, HEAD)
        if head - after <= left_max:
            return after
        with connection.cursor(row_factory=dict_row) as curs:
            rows = curs.execute(SELECT_LATE, (after, head, BATCH_MAX)).fetchall()
        whole = whole_filings(rows)
        _catch_up(connection, after, whole, extent)
        after = int(whole[-1]["notification_id"])


def _catch_up(
    connection: Connection[Any], after: int, rows: Sequence[dict[str, Any]], extent: str
) -> None:
    with connection.transaction(), connection.cursor(row_factory=dict_row) as curs:
        counted = changes_of(curs, rows, after, families.counted)
        curs.execute(SQL("SET LOCAL search_path = {}, public").format(Identifier(REBUILT)))
        if extent == EVERYTHING:
            changes = changes_of(curs, rows, after)
            batch = Batch()
            RegisterViews().write(batch, changes)
            batch.flush(curs)
            followed.write(curs, changes)
        families.write(curs, counted)

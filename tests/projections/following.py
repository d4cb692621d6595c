"""Every follower run until it has seen the whole log."""

from __future__ import annotations

from psycopg.rows import dict_row

from ledger.database import connect
from ledger.projections.runner import BATCH_MAX, FOLLOWERS, FollowerRunner


def follow(url: str, batch_max: int = BATCH_MAX) -> None:
    """Bring what follows up to the head of the log."""
    for follower in FOLLOWERS:
        runner = FollowerRunner(url, follower, batch_max)
        with connect(url, "ledger_writer", row_factory=dict_row) as connection:
            while runner.advance(connection):
                pass
        runner.stop()

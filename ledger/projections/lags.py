"""How far what follows the log is behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

SELECT_LAGS = """
SELECT f.name, f.position, log_head(), recorded_at_position(f.position + 1)
FROM (
    SELECT name, coalesce(t.notification_id, 0) AS position
    FROM unnest(%s::text[]) AS name LEFT JOIN notification_tracking AS t
        ON t.application_name = name
    UNION ALL
    SELECT %s, coalesce(max(size), 0) FROM log_checkpoint
) AS f
ORDER BY f.name
"""


@dataclass(frozen=True, slots=True)
class Lag:
    """Where a follower stands."""

    name: str
    position: int
    head: int
    since: datetime | None
    """When the first entry that it has not taken was recorded; None where it has taken all."""

    def seconds(self, now: datetime) -> float:
        """For how long that entry has waited."""
        return 0.0 if self.since is None else max(0.0, (now - self.since).total_seconds())


def lags(connection: psycopg.Connection[Any], followers: Sequence[str], signing: str) -> list[Lag]:
    """Where each follower stands, and the one that signs checkpoints, under its name."""
    with connection.cursor(row_factory=psycopg.rows.tuple_row) as cursor:
        rows = cursor.execute(SELECT_LAGS, (list(followers), signing)).fetchall()
    return [
        Lag(name, position, head, recorded_at if position < head else None)
        for name, position, head, recorded_at in rows
    ]

"""At which point of the two clocks a question is asked: as known at a position, as effective on a
day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import psycopg
from psycopg.rows import DictRow

from ledger.domain.periods import FIRST_DAY, SHANGHAI, civil_date

SELECT_POSITION = """
SELECT log_head() AS head, p.known, recorded_at_position(p.known) AS recorded_at
FROM (SELECT last_complete_position(%s) AS known) AS p
"""
SELECT_MOMENT = "SELECT settled_position_at(%s) AS position"


FIRST_MOMENT = datetime.combine(FIRST_DAY, time(), SHANGHAI)
"""Nothing was known then; nor any time before it, of which zones could leave the calendar."""


class Beyond(Exception):
    """The question asks for what is not known yet: a later position, or a time to come."""


@dataclass(frozen=True, slots=True)
class Point:
    """A settled point: its answers are the same for ever where `known` is given."""

    known: int | None
    """The last position of the last filing known; None asks for the newest."""
    on: date
    """The civil day at whose end it is asked."""
    head: int | None = None
    """The newest position, where it was read to settle the point."""


def stated(text: str) -> int | datetime:
    """A position, or a time with its zone, as people write them; ValueError says what is asked
    for."""
    if text.isascii() and text.isdecimal() and len(text) < 19:
        return int(text)
    try:
        # A plus sign that was not encoded arrives as a blank.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or "T" not in text.upper():
        raise ValueError("a position, or a time with its zone such as 2026-03-02T10:00:00+08:00")
    return max(moment, FIRST_MOMENT)


def point(
    connection: psycopg.Connection[DictRow],
    known_at: int | datetime | None,
    on: date | None,
    *,
    now: datetime,
) -> Point:
    """The point a reader asks for.

    Without a day, the newest is asked for today, and a past point for the day on which it was the
    newest:
    its answer stays the same.
    """
    if known_at is None:
        return Point(None, on or civil_date(now))
    if isinstance(known_at, datetime):
        if known_at > now:
            raise Beyond(f"{known_at.isoformat()} has not come yet")
        asked = _one(connection, SELECT_MOMENT, known_at)["position"]
        on = on or civil_date(known_at)
    else:
        asked = known_at
    row = _one(connection, SELECT_POSITION, asked)
    if row["known"] is None:
        raise Beyond(f"the newest position is {row['head']}")
    recorded_at: datetime | None = row["recorded_at"]
    day = on or (FIRST_DAY if recorded_at is None else civil_date(recorded_at))
    return Point(row["known"], day, row["head"])


def _one(connection: psycopg.Connection[DictRow], query: str, value: Any) -> DictRow:
    row = connection.execute(query, (value,)).fetchone()
    assert row is not None, "a query without a table answers one row"
    return row

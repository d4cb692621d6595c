"""The extract of a patent as known at a past position, in a log ten times as long as before.

The limit is the same question of the shorter log in the same run; the log is the one that `rebuild`
makes longer.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

from psycopg.rows import dict_row

from benchmarks.ground import Ground, console
from benchmarks.rebuild import ENTRIES, grow, head_of
from ledger.database import connect
from ledger.projections import extracts
from ledger.projections.asking import Point
from ledger.projections.rebuild import rebuild
from tests import builders

ASKED = 400


def run(place: Ground, filings: int) -> Iterator[dict[str, Any]]:
    """One line of figures."""
    del filings
    seconds = []
    for entries in (ENTRIES // 10, ENTRIES):
        with connect(place.url) as connection:
            with console.status(f"as-of: making the log {entries} entries long"):
                grow(place, entries - head_of(connection))
                connection.execute("VACUUM (ANALYZE) stored_events")
                rebuild(place.url)
                connection.execute("ANALYZE")
            head = head_of(connection)
        seconds.append(_seconds(place, head))
    short, long = seconds
    yield {
        "callers": 1,
        "rate_per_s": round(1 / long),
        "limit": f"the same question of {ENTRIES // 10} entries",
        "limit_per_s": round(1 / short),
        "ratio": round(short / long, 3),
        "p50_ms": round(long * 1000, 3),
        "p99_ms": None,
        "entries": head,
    }


def _seconds(place: Ground, head: int) -> float:
    """The median time of an extract as known at a random past position."""
    drawn, taken = random.Random(1), []
    with connect(place.url, "ledger_public", row_factory=dict_row) as connection:
        for _ in range(ASKED):
            number = builders.number(drawn.randint(1, place.patents))
            point = Point(drawn.randint(1, head), date(2026, 3, 2))
            began = time.perf_counter()
            extracts.extracts(connection, [number], point)
            taken.append(time.perf_counter() - began)
    return statistics.median(taken)

"""Rebuild of all views from the log, beside COPY of the same log read and dropped by one
connection."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from benchmarks.ground import Ground, console
from ledger.database import connect
from ledger.projections.rebuild import rebuild

ENTRIES_MIN = 20_000
COPY = "COPY (SELECT * FROM stored_events ORDER BY notification_id) TO STDOUT (FORMAT binary)"


def run(place: Ground, filings: int) -> Iterator[dict[str, Any]]:
    """One line of figures."""
    del filings
    with connect(place.url) as connection:
        head = _head(connection)
        if head < ENTRIES_MIN:
            place.enter_patents(ENTRIES_MIN - head)
            head = _head(connection)
        with console.status(f"rebuild: {head} entries"):
            began = time.perf_counter()
            with connection.cursor() as curs, curs.copy(COPY) as copy:
                for _ in copy:
                    pass
            limit = head / (time.perf_counter() - began)
            began = time.perf_counter()
            rebuild(place.url)
            rate = head / (time.perf_counter() - began)
    yield {
        "callers": 1,
        "rate_per_s": round(rate),
        "limit": "COPY of the log in order, binary, one connection",
        "limit_per_s": round(limit),
        "ratio": round(rate / limit, 3),
        "p50_ms": None,
        "p99_ms": None,
    }


def _head(connection: Any) -> int:
    return int(connection.execute("SELECT count(*) FROM stored_events").fetchone()[0])

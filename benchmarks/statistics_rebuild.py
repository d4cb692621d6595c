"""Rebuild of all statistics from the log, beside COPY of the same log read and dropped by one
connection.

The log is that of `rebuild`: half of its entries are pledges, each a row of two tables.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from benchmarks.ground import Ground, console
from benchmarks.rebuild import ENTRIES, copied, grow, head_of
from ledger.database import connect
from ledger.projections.extents import STATISTICS_ALONE
from ledger.projections.rebuild import rebuild


def run(place: Ground, filings: int) -> Iterator[dict[str, Any]]:
    """One line of figures."""
    del filings
    with connect(place.url) as connection:
        with console.status("statistics-rebuild: making the log longer"):
            grow(place, ENTRIES - head_of(connection))
            connection.execute("VACUUM (ANALYZE) stored_events")
        head = head_of(connection)
        with console.status(f"statistics-rebuild: {head} entries"):
            limit = head / min(copied(connection) for _ in range(2))
            began = time.perf_counter()
            rebuild(place.url, extent=STATISTICS_ALONE)
            rate = head / (time.perf_counter() - began)
    yield {
        "callers": 1,
        "rate_per_s": round(rate),
        "limit": f"COPY of the {head} entries in order, binary, one connection",
        "limit_per_s": round(limit),
        "ratio": round(rate / limit, 3),
        "p50_ms": None,
        "p99_ms": None,
    }

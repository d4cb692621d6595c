"""Rebuild of all statistics from the log, beside COPY of the same log read and dropped by one
connection.

The log is that of `rebuild`: half of its entries are pledges, each a row of two tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.ground import Ground
from benchmarks.rebuild import beside_copy
from ledger.projections.extents import STATISTICS_ALONE
from ledger.projections.rebuild import rebuild


def run(place: Ground, filings: int) -> Iterator[dict[str, Any]]:
    """One line of figures."""
    del filings
    yield beside_copy(
        place, "statistics-rebuild", lambda: rebuild(place.url, extent=STATISTICS_ALONE)
    )

"""Rebuild of all statistics from the log, beside COPY of the same log read and dropped by one
connection.

The log is that of `rebuild`, longer: half of its entries are pledges, each a row of two tables.
What a rebuild takes however short the log is would be most of it on a shorter one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.ground import Ground
from benchmarks.rebuild import FULL, beside_copy, lengthen
from ledger.projections.extents import STATISTICS_ALONE
from ledger.projections.rebuild import rebuild

NAME = "statistics-rebuild"
ENTRIES = 1_000_000 if FULL else 150_000


def run(place: Ground, filings: int) -> Iterator[dict[str, Any]]:
    """One line of figures."""
    del filings
    lengthen(place, NAME, ENTRIES)
    yield of_statistics(place.url)


def of_statistics(url: str) -> dict[str, Any]:
    """The figures of a rebuild of all statistics from a log."""
    return beside_copy(url, NAME, lambda: rebuild(url, extent=STATISTICS_ALONE))

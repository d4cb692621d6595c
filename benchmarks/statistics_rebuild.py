"""Rebuild of all statistics from the log, beside COPY of the same log read and dropped by one
connection.

The log is that of `rebuild`: half of its entries are pledges, each a row of two tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.ground import Ground
from benchmarks.rebuild import beside_copy, lengthen
from ledger.projections.extents import STATISTICS_ALONE
from ledger.projections.rebuild import rebuild

NAME = "statistics-rebuild"


def run(place: Ground, filings: int) -> Iterator[dict[str, Any]]:
    """One line of figures."""
    del filings
    lengthen(place, NAME)
    yield of_statistics(place.url)


def of_statistics(url: str) -> dict[str, Any]:
    """The figures of a rebuild of all statistics from a log."""
    return beside_copy(url, NAME, lambda: rebuild(url, extent=STATISTICS_ALONE))

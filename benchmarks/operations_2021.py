"""Filing the synthetic 2021 through the registry, beside 485,000 times in five minutes.

The first days of the year, some 20,000 times; with FULL=1 in the environment the whole of it. A
time is a patent of a transfer, licence or pledge; entering the patents is timed apart. The ledger
is one of its own, empty at first. What was filed is then counted anew by a rebuild of all
statistics.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from benchmarks.ground import Ground
from benchmarks.statistics_rebuild import of_statistics
from benchmarks.year.__main__ import feed
from benchmarks.year.feeding import CALLERS
from benchmarks.year.operating import Operations
from benchmarks.year.published import OPERATIONS_2021
from ledger.embedded import EmbeddedPostgres, temporary_data_dir
from ledger.migrating import migrate
from ledger.settings import load_settings

SECONDS_MAX = 300
TIMES = 20_000


def run(place: Ground, filings: int) -> Iterator[dict[str, Any]]:
    """One line of figures."""
    del place, filings
    full = bool(os.environ.get("FULL"))
    with temporary_data_dir() as data_dir, EmbeddedPostgres(data_dir) as server:
        migrate(server.url)
        settings = load_settings({}, data_dir=data_dir)
        plan = Operations(Fraction(1), seed=1)
        fed = feed(server.url, settings, [plan], times_max=None if full else TIMES)
        counted = of_statistics(server.url)
    rate, limit = fed.times / fed.filings_seconds, OPERATIONS_2021.times / SECONDS_MAX
    yield {
        "callers": CALLERS,
        "rate_per_s": round(rate),
        "limit": f"{OPERATIONS_2021.times:,} times in {SECONDS_MAX} seconds",
        "limit_per_s": round(limit),
        "ratio": round(rate / limit, 3),
        "p50_ms": None,
        "p99_ms": None,
        **fed.result(),
    }
    yield counted | {"counted": "all statistics anew, of what was filed"}

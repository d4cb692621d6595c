"""Every table of the statistics that the public may read, over HTTP, while pledges are filed.

The month at hand is released with the pledges filed so far; then each table, as JSON and as CSV,
is asked for again and again. There is no peer: the bar is a time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from benchmarks.ground import Ground, console
from benchmarks.http import CONNECTIONS, followed, pledges, served_ledger
from benchmarks.http_load import Outcome, load, request
from ledger.database import connect
from ledger.domain.periods import civil_date
from ledger.means import utc_now
from ledger.projections.statistics import families
from ledger.projections.statistics.query import Query
from ledger.projections.statistics.releases import publish
from ledger.projections.statistics.suppression import release_limits
from ledger.settings import load_settings

BAR_MS = 200
READERS = 8
ROUNDS = 5


def run(place: Ground, filings: int) -> Iterator[dict[str, Any]]:
    """One line of figures: a table at the 95th of a hundred."""
    count = max(750, filings // 4)
    with served_ledger(place) as ledger, console.status(f"http-statistics: {3 * count} filings"):
        # Two thirds are filed beside the reading, so that they outlast it.
        numbers = place.enter_patents(3 * count)
        load(ledger, pledges(place, "/v1/pledges", numbers[:count]), CONNECTIONS)
        followed(place)
        paths = _published(place)
        waiting = pledges(place, "/v1/pledges", numbers[count:])
        filed: list[Outcome] = []
        filing = threading.Thread(target=lambda: filed.append(load(ledger, waiting, CONNECTIONS)))
        filing.start()
        asked = [request("GET", path, {}) for path in paths * ROUNDS]
        tables = load(ledger, asked, READERS)
        beside = filing.is_alive()
        filing.join()
    assert set(tables.statuses) == {200}, tables.statuses
    yield {
        "callers": READERS,
        "tables": len(paths),
        "rate_per_s": round(tables.rate),
        "limit": f"p95 under {BAR_MS} ms while filings go on",
        "ratio": round(BAR_MS / tables.quantile_ms(0.95), 3),
        "p50_ms": tables.quantile_ms(0.5),
        "p95_ms": tables.quantile_ms(0.95),
        "p99_ms": tables.quantile_ms(0.99),
        "filings_per_s": round(filed[0].rate),
        "filed_throughout": beside,
    }


def _published(place: Ground) -> list[str]:
    """The paths of all tables of the month's releases, which are published as on its next day."""
    today = civil_date(utc_now())
    first = today.replace(day=1)
    last = _next_month(first) - timedelta(days=1)
    moment: datetime = utc_now() + (last - today) + timedelta(days=2)
    settings = load_settings({}, data_dir=place.data_dir)
    paths = ["/v1/statistics/definitions", "/v1/statistics/releases"]
    for family in families.FAMILIES:
        query = Query(family, first, last).checked()
        with connect(place.url) as connection:
            told = publish(connection, query, None, release_limits(settings), moment)
        paths.append(f"/v1/statistics/releases/{family}/{first:%Y-%m}")
        for table in told["tables"]:
            by = f"&by={table['by']}" if table["by"] else ""
            path = f"/v1/statistics/{family}?from={first}&until={last}{by}"
            paths += [path, f"{path}&format=csv"]
    return paths


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)

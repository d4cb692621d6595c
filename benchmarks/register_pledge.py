"""Durable RegisterPledge with all rules and register views, beside pgbench at the same number of
clients.

Each filing pledges a patent of its own, as banks do. The callers are coroutines of one process, as
those of the API are; the commands are made beforehand, the judging, recording and answering is
timed. The limit is pgbench (32 clients at most) inserting one prepared row of an event of the same
size, on the same server, in the same run.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.ground import Ground, console
from ledger.domain.filing import Caller
from ledger.registry import Filing
from tests import builders

CALLERS = (1, 8, 32, 256)


def run(place: Ground, filings: int) -> Iterator[dict[str, Any]]:
    """One line of figures for each number of callers."""
    for callers in CALLERS:
        count = max(500, filings * min(callers, 32) // 32)
        with console.status(f"register-pledge: {count} filings, {callers} callers"):
            numbers = place.enter_patents(count)
            rate, latencies = file_pledges(place, numbers, callers)
            size = place.average_state_bytes("pledge.registered")
            limit = place.pgbench_inserts_per_s(min(callers, 32), size)
        yield {
            "callers": callers,
            "rate_per_s": round(rate),
            "limit": f"pgbench, {min(callers, 32)} clients, one prepared INSERT of {size} bytes",
            "limit_per_s": round(limit),
            "ratio": round(rate / limit, 3),
            "p50_ms": round(_quantile(latencies, 0.5) * 1000, 2),
            "p99_ms": round(_quantile(latencies, 0.99) * 1000, 2),
        }


def file_pledges(place: Ground, numbers: list[str], callers: int) -> tuple[float, list[float]]:
    """Pledge patents, each by a filing of its own: filings a second, and the time of each."""
    caller = Caller("bank:bench", "bank", builders.BANK.credit_code)
    filings = [
        Filing(builders.register_pledge(patents=(number,)), caller, f"bench {number}")
        for number in numbers
    ]
    waiting = iter(filings)
    latencies: list[float] = []

    async def file() -> None:
        for filing in waiting:
            began = time.perf_counter()
            await place.registry.filed(filing)
            latencies.append(time.perf_counter() - began)

    async def run() -> float:
        began = time.perf_counter()
        await asyncio.gather(*(file() for _ in range(callers)))
        return time.perf_counter() - began

    taken = asyncio.run(run())
    assert len(latencies) == len(filings), "every filing was answered"
    return len(filings) / taken, latencies


def _quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

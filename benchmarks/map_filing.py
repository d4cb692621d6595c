"""Filing with the map of patents kept behind it, beside the same filing without the map.

Two ledgers, each with the follower that hashes and signs as `serve` runs it; in one of them it
keeps no map. They file in turns, so that both meet the same machine.
"""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow

from benchmarks.ground import Ground, console, ground
from benchmarks.register_pledge import file_pledges
from ledger.proofs.checkpoints import PatentsRoot
from ledger.proofs.keys import keyring
from ledger.proofs.mapping import PatentMap
from ledger.proofs.prefixes import EMPTY
from ledger.proofs.tree import TreeFollower
from ledger.settings import Settings

ROUNDS = 5
CALLERS = 32


class NoMap(PatentMap):
    """Says that the map is in step, and keeps none."""

    def advance(
        self, connection: Connection[DictRow], size: int, seconds: float = float("inf")
    ) -> None:
        del connection, seconds
        self.head = PatentsRoot(size, EMPTY)


def run(place: Ground, filings: int) -> Iterator[dict[str, Any]]:
    """One line of figures."""
    del place
    count = max(500, filings // 4)
    kept, bare = [], []
    with contextlib.ExitStack() as stack:
        with_map, without = stack.enter_context(ground()), stack.enter_context(ground())
        follower = stack.enter_context(_following(with_map, PatentMap()))
        stack.enter_context(_following(without, NoMap()))
        for round_ in range(ROUNDS):
            with console.status(f"map-filing: round {round_ + 1} of {ROUNDS}"):
                for ledger, rates in ((with_map, kept), (without, bare)):
                    numbers = ledger.enter_patents(count)
                    rate, _ = file_pledges(ledger, numbers, CALLERS)
                    rates.append(rate)
                    if ledger is with_map:
                        behind = 2 * ledger.patents - follower.patents.head.size
        worked = follower.patents.seconds
        began = time.perf_counter()
        while follower.patents.head.size < with_map.patents * 2:
            assert follower.error is None, follower.error
            time.sleep(0.05)
        caught_up = time.perf_counter() - began
    ours, limit = statistics.median(kept), statistics.median(bare)
    yield {
        "callers": CALLERS,
        "rate_per_s": round(ours),
        "limit": f"the same {count} filings without the map, median of {ROUNDS} rounds",
        "limit_per_s": round(limit),
        "ratio": round(ours / limit, 3),
        "p50_ms": None,
        "p99_ms": None,
        "map_seconds": round(worked, 2),
        "entries_behind_at_the_end": behind,
        "seconds_until_in_step": round(caught_up, 2),
    }


@contextlib.contextmanager
def _following(ledger: Ground, patents: PatentMap) -> Iterator[TreeFollower]:
    with TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        follower = TreeFollower(ledger.url, keyring(settings), settings.log_memory_path)
        follower.patents = patents
        follower.start()
        try:
            yield follower
        finally:
            follower.stop()

"""Filing with the map of patents kept behind it, beside the same filing without the map.

Two ledgers, each with the follower that hashes and signs in a process of its own, as `serve` runs
it; in one of them it keeps no map. They file in turns, so that both meet the same machine; the
ratio is the median of those of the rounds.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import operator
import os
import statistics
import time
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow

from benchmarks.ground import Ground, console, ground
from benchmarks.register_pledge import file_pledges
from ledger.commands.follow import NICE
from ledger.database import connect
from ledger.proofs.checkpoints import PatentsRoot
from ledger.proofs.keys import keyring
from ledger.proofs.mapping import SELECT_HEAD, PatentMap
from ledger.proofs.prefixes import EMPTY
from ledger.proofs.tree import TreeFollower
from ledger.settings import Settings

ROUNDS = 6
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
    kept: list[float] = []
    bare: list[float] = []
    with contextlib.ExitStack() as stack:
        with_map, without = stack.enter_context(ground()), stack.enter_context(ground())
        stack.enter_context(_following(with_map, PatentMap))
        stack.enter_context(_following(without, NoMap))
        turns = [(with_map, kept), (without, bare)]
        for round_ in range(ROUNDS):
            with console.status(f"map-filing: round {round_ + 1} of {ROUNDS}"):
                for ledger, rates in turns:
                    numbers = ledger.enter_patents(count)
                    rate, _ = file_pledges(ledger, numbers, CALLERS)
                    rates.append(rate)
                    if ledger is with_map:
                        behind = _behind(with_map)
                turns.reverse()
        began = time.perf_counter()
        while _behind(with_map):
            time.sleep(0.05)
        caught_up = time.perf_counter() - began
    ours, limit = statistics.median(kept), statistics.median(bare)
    yield {
        "callers": CALLERS,
        "rate_per_s": round(ours),
        "limit": f"the same {count} filings without the map, median of {ROUNDS} rounds",
        "limit_per_s": round(limit),
        "ratio": round(statistics.median(map(operator.truediv, kept, bare)), 3),
        "p50_ms": None,
        "p99_ms": None,
        "entries_behind_at_the_end": behind,
        "seconds_until_in_step": round(caught_up, 2),
    }


def _behind(ledger: Ground) -> int:
    """How many entries the map is behind the log."""
    with connect(ledger.url) as connection:
        row = connection.execute(SELECT_HEAD).fetchone()
    return 2 * ledger.patents - (row[0] if row else 0)


@contextlib.contextmanager
def _following(ledger: Ground, patents: type[PatentMap]) -> Iterator[None]:
    processes = multiprocessing.get_context("spawn")
    begun, stop = processes.Event(), processes.Event()
    process = processes.Process(target=_follow, args=(ledger.url, patents, begun, stop))
    process.start()
    begun.wait()
    try:
        yield
        assert process.is_alive(), "it followed to the end"
    finally:
        stop.set()
        process.join()


def _follow(url: str, patents: type[PatentMap], begun: Event, stop: Event) -> None:
    os.nice(NICE)
    with TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        follower = TreeFollower(url, keyring(settings), settings.log_memory_path)
        follower.patents = patents()
        follower.start()
        begun.set()
        try:
            while not stop.wait(0.1):
                assert follower.error is None, follower.error
        finally:
            follower.stop()

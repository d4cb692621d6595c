"""Building all tiles from the log, beside COPY of the same log; an inclusion proof from them.

It is the follower that `serve` runs, on a log that nobody has hashed yet: it reads, hashes, writes
tiles and signs a checkpoint for every 10,000 entries. The map of patents, which it keeps as well,
is timed apart.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from psycopg.rows import dict_row

from benchmarks.ground import Ground, console
from benchmarks.rebuild import ENTRIES, copied, grow, head_of
from ledger.database import connect
from ledger.proofs import serving
from ledger.proofs.keys import keyring
from ledger.proofs.tree import TreeFollower
from ledger.settings import Settings

PROOFS = 500


def run(place: Ground, filings: int) -> Iterator[dict[str, Any]]:
    """One line of figures."""
    del filings
    with connect(place.url) as connection:
        with console.status("tiles: making the log longer"):
            grow(place, ENTRIES - head_of(connection))
        head = head_of(connection)
        with console.status(f"tiles: {head} entries"), TemporaryDirectory() as folder:
            limit = head / min(copied(connection) for _ in range(2))
            settings = Settings(data_dir=Path(folder))
            follower = TreeFollower(place.url, keyring(settings), settings.log_memory_path)
            began = time.perf_counter()
            follower.catch_up()
            map_seconds = follower.patents.seconds
            rate = head / (time.perf_counter() - began - map_seconds)
            proofs = sorted(_proof_seconds(place.url, head))
    yield {
        "callers": 1,
        "rate_per_s": round(rate),
        "limit": f"COPY of the {head} entries in order, binary, one connection",
        "limit_per_s": round(limit),
        "ratio": round(rate / limit, 3),
        "p50_ms": round(proofs[PROOFS // 2] * 1000, 2),
        "p99_ms": round(proofs[PROOFS * 99 // 100] * 1000, 2),
        "p50_is_of": "one inclusion proof",
        "map_seconds": round(map_seconds, 1),
        "map_entries_per_s": round(head / map_seconds),
    }


def _proof_seconds(url: str, head: int) -> Iterator[float]:
    drawn = random.Random(1)
    with connect(url, "ledger_public", row_factory=dict_row) as connection:
        for _ in range(PROOFS):
            began = time.perf_counter()
            found = serving.proof(connection, drawn.randint(1, head))
            yield time.perf_counter() - began
            assert found is not None
            assert found.holds()

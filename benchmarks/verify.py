"""Offline verification of an export, beside hashlib.sha256 alone on the same leaves one by one. The
map of patents, which is made anew as well, is timed apart."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from psycopg.rows import dict_row

from benchmarks.ground import Ground, console
from benchmarks.rebuild import ENTRIES, grow, head_of
from ledger.database import connect
from ledger.proofs.exporting import export
from ledger.proofs.keys import keyring
from ledger.proofs.tiles import entries_of
from ledger.proofs.tree import TreeFollower
from ledger.proofs.verifying import verify
from ledger.settings import Settings


def run(place: Ground, filings: int) -> Iterator[dict[str, Any]]:
    """One line of figures."""
    del filings
    with connect(place.url, row_factory=dict_row) as connection, TemporaryDirectory() as folder:
        with console.status("verify: making the log longer"), connect(place.url) as plain:
            grow(place, ENTRIES - head_of(plain))
        with console.status("verify: exporting"):
            settings = Settings(data_dir=Path(folder))
            TreeFollower(place.url, keyring(settings), settings.log_memory_path).catch_up()
            head = export(connection, Path(folder) / "log")
        with console.status(f"verify: {head.size} entries"):
            leaves = [
                entry
                for path in (Path(folder) / "log" / "tile" / "entries").rglob("*")
                if path.is_file()
                for entry in entries_of(path.read_bytes())
            ]
            limit = head.size / min(_hashed(leaves) for _ in range(3))
            began = time.perf_counter()
            report = verify(Path(folder) / "log")
            rate = head.size / (time.perf_counter() - began - report.patents_seconds)
    assert report.holds, report.findings
    yield {
        "callers": 1,
        "rate_per_s": round(rate),
        "limit": f"hashlib.sha256 of each of the {head.size} leaves",
        "limit_per_s": round(limit),
        "ratio": round(rate / limit, 3),
        "p50_ms": None,
        "p99_ms": None,
        "files": report.files,
        "checkpoints": report.checkpoints,
        "patents": report.patents,
        "map_seconds": round(report.patents_seconds, 1),
        "map_entries_per_s": round(head.size / report.patents_seconds),
    }


def _hashed(leaves: Sequence[bytes]) -> float:
    began = time.perf_counter()
    for leaf in leaves:
        sha256(leaf).digest()
    return time.perf_counter() - began

"""The followers' process: `serve` starts it, begins it anew when it ends, and takes it along."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

from ledger.database import connect
from ledger.delivery import notices
from ledger.projections import feed
from ledger.projections.lags import lags
from ledger.projections.runner import FOLLOWERS
from ledger.proofs import tree
from tests.cli.test_serve import serving
from tests.eventstore.ledgers import enter_patents, numbers, registry
from tests.wait import until

NAMES = [*(follower.name for follower in FOLLOWERS), feed.NAME, notices.NAME]


def followed_to(database_url: str, position: int) -> bool:
    """Whether every follower has come to a position."""
    with connect(database_url) as connection:
        return all(lag.position == position for lag in lags(connection, NAMES, tree.NAME))


def child_of(process: subprocess.Popen[str]) -> int | None:
    """The followers' process of a server."""
    for task in Path(f"/proc/{process.pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            if b"\0follow\0" in Path(f"/proc/{child}/cmdline").read_bytes():
                return int(child)
    return None


def test_it_is_begun_anew_when_it_ends_and_ends_with_its_server(
    database_url: str, tmp_path: Path
) -> None:
    with serving(tmp_path, database_url) as (process, _), registry(database_url) as door:
        enter_patents(door, numbers(3))
        until(lambda: followed_to(database_url, 3))
        first = child_of(process)
        assert first is not None
        assert os.getpriority(os.PRIO_PROCESS, first) > os.getpriority(os.PRIO_PROCESS, 0)
        os.kill(first, signal.SIGKILL)
        enter_patents(door, numbers(2, start=4))
        until(lambda: followed_to(database_url, 5))
        second = child_of(process)
        assert second not in (None, first)
        process.kill()
        until(lambda: not Path(f"/proc/{second}").exists())

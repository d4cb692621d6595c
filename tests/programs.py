"""Programs as a user starts them, in an environment without the ledger's settings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

COMMAND = Path(sys.executable).with_name("patent-ledger")


def environment(**stated: str) -> dict[str, str]:
    """This environment with none of the ledger's settings but those stated."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LEDGER_")}
    return kept | stated


def run(
    *arguments: str | Path,
    command: tuple[str | Path, ...] = (COMMAND,),
    seconds_max: float | None = None,
    **stated: str,
) -> subprocess.CompletedProcess[str]:
    """What became of the ledger's command, or of another, with these settings."""
    return subprocess.run(
        [*command, *arguments],
        env=environment(**stated),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds_max,
    )

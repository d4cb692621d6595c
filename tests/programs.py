"""Programs as a user starts them, in an environment without the ledger's settings."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from ledger.cli import main

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


def invoked(*arguments: str | Path, **stated: str) -> subprocess.CompletedProcess[str]:
    """What `run` tells of the ledger's command, run within this process: it starts in no time."""
    said, warned = io.StringIO(), io.StringIO()
    command = ["patent-ledger", *map(str, arguments)]
    code: str | int | None = 0
    with (
        patch.dict(os.environ, environment(**stated), clear=True),
        patch.object(sys, "argv", command),
        redirect_stdout(said),
        redirect_stderr(warned),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code
    assert code is None or isinstance(code, int), code
    return subprocess.CompletedProcess(command, code or 0, said.getvalue(), warned.getvalue())

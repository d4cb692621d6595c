"""Backup and point-in-time recovery, rehearsed by the script that docs/operations.md tells of."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "rehearse-recovery"


def test_a_lost_ledger_is_restored_whole_as_it_was_at_a_point_in_time() -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LEDGER_")},
        "PYTHON": sys.executable,
        "PATENT_LEDGER": str(Path(sys.executable).with_name("patent-ledger")),
    }
    ran = subprocess.run(
        [SCRIPT], env=environment, check=False, capture_output=True, text=True, timeout=240
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[-1].startswith("restored and whole: 2 entries"), ran.stdout

"""Backup and point-in-time recovery, rehearsed by the script that docs/operations.md tells of."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.programs import COMMAND, run

SCRIPT = Path(__file__).parents[2] / "scripts" / "rehearse-recovery"


def test_a_lost_ledger_is_restored_whole_as_it_was_at_a_point_in_time() -> None:
    programs = {"PYTHON": sys.executable, "PATENT_LEDGER": str(COMMAND)}
    ran = run(command=(SCRIPT,), seconds_max=240, **programs)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[-1].startswith("restored and whole: 2 entries"), ran.stdout

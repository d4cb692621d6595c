"""Mutation testing of the rules: `python -m tests.mutation`, in `make soak`.

For each mutant a process is forked in which the changed module stands in place of the module; the
cases of the catalogue, then the tests of the catalogue and of the domain run there until one fails.
A mutant that none notices survives and is named; it exits with 1 where too many do.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import track

from ledger.domain import rules
from tests.catalogue import findings, page
from tests.catalogue.all_cases import CASES
from tests.mutation.mutants import Mutant, mutants
from tests.mutation.standing_in import import_tests, stand_in

ROOT = Path(__file__).parents[2]
RULES = ROOT / "ledger" / "domain" / "rules"
DECLARED = ("__init__.py", "definitions.py", "statistics.py")
"""Files that hold declarations alone, compared whole with docs/rules.md."""

TESTS = ("tests/catalogue", "tests/domain")
OF_RULES = ("tests/catalogue/test_regimes.py", "tests/domain")
"""The tests for files of rules: what the others compare, the cases have shown by then."""
OF_ALL = ("catalogue.py", "listing.py")
"""Files on which all tests of the catalogue look."""
SURVIVORS_MAX = 0.05
SECONDS_MAX = 120
"""A mutant that runs longer is caught: it never ends."""

console = Console(stderr=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("files", nargs="*", help="files of the rules; all by default")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--every", type=int, default=1, help="only every n-th mutant")
    chosen = parser.parse_args()
    unknown = set(chosen.files) - {path.name for path in paths([])}
    if unknown:
        parser.error(f"no file of the rules: {', '.join(sorted(unknown))}")
    import_tests(ROOT, TESTS)
    findings.known()
    began = time.monotonic()
    found = [m for path in paths(chosen.files) for m in mutants(path)][:: chosen.every]
    survivors = [str(mutant) for mutant in survived(found, chosen.jobs)]
    share = len(survivors) / len(found)
    told = {
        "mutants": len(found),
        "seconds": round(time.monotonic() - began),
        "share": round(share, 4),
        "survivors": sorted(survivors),
    }
    print(json.dumps(told, ensure_ascii=False, indent=1))
    return int(share >= SURVIVORS_MAX)


def paths(names: list[str]) -> list[Path]:
    """The files whose mutants are made."""
    every = sorted(path for path in RULES.glob("*.py") if path.name not in DECLARED)
    return [path for path in every if not names or path.name in names]


def survived(found: list[Mutant], jobs: int) -> Iterator[Mutant]:
    """The mutants that nothing notices."""
    running: dict[int, tuple[Mutant, float]] = {}
    waiting = iter(track(found, "mutants", console=console))
    more = True
    while more or running:
        while more and len(running) < jobs:
            mutant = next(waiting, None)
            if mutant is None:
                more = False
                break
            running[fork(mutant)] = (mutant, time.monotonic())
        pid, status = os.waitpid(-1, os.WNOHANG) if running else (0, 0)
        if not pid:
            stop_late(running)
            time.sleep(0.01)
            continue
        mutant, _ = running.pop(pid)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == UNNOTICED:
            console.print(f"survived: {mutant}", markup=False)
            yield mutant


UNNOTICED = 77
"""How a process says that nothing noticed its mutant; any other end is a notice."""


def stop_late(running: dict[int, tuple[Mutant, float]]) -> None:
    """End what never ends."""
    for pid, (_, began) in running.items():
        if time.monotonic() - began > SECONDS_MAX:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def fork(mutant: Mutant) -> int:
    """A process that ends with UNNOTICED where every test passes on the mutant."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        stand_in(mutant)
        status = UNNOTICED if same_findings(declared_by(mutant)) and passes(mutant) else 1
    finally:
        os._exit(status)


def declared_by(mutant: Mutant) -> set[str]:
    """The rule that is changed, or those that the file declares: their cases notice it first, if
    any does."""
    module = sys.modules[f"{rules.__name__}.{mutant.path.stem}"]
    changed = getattr(module, mutant.function or "", None)
    if isinstance(changed, rules.Rule):
        return {changed.id}
    return {rule.id for rule in rules.RULES.values() if rule.check.__module__ == module.__name__}


def same_findings(first: set[str]) -> bool:
    """Whether the cases find and pass what they should, and the page is what it was."""
    return (
        findings.as_before(first)
        and not any(case.found_clean() for case in CASES)
        and page.page() == page.PATH.read_text(encoding="utf-8")
    )


def passes(mutant: Mutant) -> bool:
    """Whether the tests pass."""
    options = ["-x", "-q", "-p", "no:cacheprovider", "--no-header"]
    asked = TESTS if mutant.path.name in OF_ALL else OF_RULES
    return pytest.main([*options, *asked]) == pytest.ExitCode.OK


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())

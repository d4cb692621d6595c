"""What no tracked file holds, and how long a file may grow."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LINES_MAX = 400
"""A file is one idea; most have fewer than 250 lines."""

LONGER = {
    "ledger/domain/events.py",  # every event there is, on one page
    "ledger/domain/lifecycle.py",
    "ledger/domain/rules/licences.py",
    "ledger/domain/rules/open_licences.py",
    "ledger/domain/rules/pledges.py",
    "ledger/domain/rules/transfers.py",
    "ledger/embedded.py",
}

REFUSED = {
    "a path of somebody's machine": re.compile(
        r"(?<![\w.])/(?:root|home/\w|Users/\w|work/\w|workspace/\w|tmp/[a-z]/)"
    ),
    "the address of a package registry": re.compile(
        r"\b(?:pypi\.org|pythonhosted\.org|pypi\.python\.org|test\.pypi|anaconda\.org"
        r"|conda-forge\.org|registry\.npmjs|(?:index|extra-index|find-links)-url\s*=?\s*http)",
        re.IGNORECASE,
    ),
    "work left undone": re.compile(r"\b(?:TODO|FIXME)\b"),
}


def tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("missing: the git repository, which tells the tracked files")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("what", REFUSED)
def test_no_tracked_file_holds(what: str) -> None:
    held = []
    for path in tracked():
        if path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
            if REFUSED[what].search(line):
                held.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}")
    assert held == []


def lengths() -> dict[str, int]:
    return {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for room in ("ledger", "api")
        for path in (ROOT / room).rglob("*.py")
    }


def test_no_file_is_longer_than_a_reader_bears() -> None:
    found = lengths()
    assert {name: count for name, count in found.items() if count > LINES_MAX} == {
        name: found.get(name, 0) for name in LONGER
    }

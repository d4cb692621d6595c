"""Every promise of docs/guarantees.md names tests that exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")

NAMED = re.compile(r"`(tests/[\w/]+\.py)((?:::\w+)*)`")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| |")]
LATER = "Not yet: it belongs to a later issue"


@cache
def names(path: Path) -> set[str]:
    """The tests of a file, as pytest names them, and their classes."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            found |= {node.name}
            found |= {f"{node.name}::{f.name}" for f in node.body if isinstance(f, ast.FunctionDef)}
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[:40])
def test_it_names_tests_that_exist(row: str) -> None:
    named = NAMED.findall(row)
    assert named or LATER in row, "a promise names its test"
    lost = [
        f"{path}{name}"
        for path, name in named
        if not (ROOT / path).exists() or name.removeprefix("::") not in names(ROOT / path)
    ]
    assert lost == []


def test_every_promise_is_there() -> None:
    numbers = [int(row.split("|")[1]) for row in ROWS if row.split("|")[1].strip().isdecimal()]
    assert numbers == list(range(1, 11))

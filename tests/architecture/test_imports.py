"""Which way the arrows point (design section 2), and what the domain may not touch."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]

IMPURE_MODULES = {
    "os", "io", "random", "secrets", "socket", "sqlite3", "subprocess", "threading", "time", "uuid",
}  # fmt: skip
"""Clock, chance and the world outside; identifiers and times come in with the command."""

IMPURE_CALLS = {
    "now",
    "utcnow",
    "today",
    "uuid1",
    "uuid4",
    "urandom",
    "token_bytes",
    "open",
    "print",
}

DOMAIN_LIBRARIES = {"pydantic", "pydantic_core", "stdnum", "chinese_calendar", "typing_extensions"}
"""Libraries of pure facts and of values (design section 2)."""

DOMAIN_FILES = sorted((ROOT / "ledger" / "domain").rglob("*.py"))


def test_the_arrows_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    # It would switch off every logger that there is, and later tests would read no log.
    monkeypatch.setattr("importlinter.cli.logging_config.dictConfig", lambda _: None)
    assert lint_imports(config_filename="pyproject.toml", cache_dir=None) == 0


@pytest.mark.parametrize("path", DOMAIN_FILES, ids=lambda path: path.name)
def test_the_domain_has_no_clock_no_chance_and_no_world(path: Path) -> None:
    impure = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                impure += [name.name for name in names if name.name.split(".")[0] in IMPURE_MODULES]
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in IMPURE_MODULES:
                impure.append(module)
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
                impure += [name] if name in IMPURE_CALLS else []
    assert impure == []


def test_the_domain_imports_only_libraries_of_pure_facts() -> None:
    imported: set[str] = set()
    for path in DOMAIN_FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                imported.add(node.module.split(".")[0])
    assert imported - set(sys.stdlib_module_names) - {"ledger"} <= DOMAIN_LIBRARIES

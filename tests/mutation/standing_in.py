"""A changed module in place of a loaded one: its rules are declared anew, and whoever has taken a
function of it by name gets the changed one."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from ledger.domain import rules
from ledger.domain.rules import catalogue, listing
from ledger.domain.rules.catalogue import ALIASES, DEFINITIONS, RULES
from tests.catalogue import texts
from tests.mutation.mutants import Mutant


def import_tests(root: Path, folders: tuple[str, ...]) -> None:
    """Load every test once, under the name by which pytest knows it."""
    for folder in folders:
        for path in sorted((root / folder).glob("test_*.py")):
            importlib.import_module(f"{folder.replace('/', '.')}.{path.stem}")


def stand_in(mutant: Mutant) -> None:
    """Put the mutant in the place of its module."""
    name = f"{rules.__name__}.{mutant.path.stem}"
    module = sys.modules[name]
    before = dict(vars(module))
    changed = ModuleType(name)
    changed.__file__ = module.__file__
    tables: tuple[dict[str, Any], ...] = (RULES, DEFINITIONS, ALIASES)
    if module is catalogue:
        _in_place(module, mutant)
        return
    orders = [list(table) for table in tables]
    alone = before.get(mutant.function or "")
    if isinstance(alone, rules.Rule):
        del RULES[alone.id]
        changed, source = module, mutant.statement
    else:
        # Whatever else is changed, tables of the module may hold it.
        for table in tables:
            _forget(table, module)
        source = mutant.source
    exec(compile(source, str(mutant.path), "exec", dont_inherit=True), vars(changed))
    for table, order in zip(tables, orders, strict=True):
        now = {key: table[key] for key in (*order, *table) if key in table}
        table.clear()
        table.update(now)
    _replace(before, vars(changed))
    _forget_answers()


def _forget(table: dict[str, Any], module: ModuleType) -> None:
    """Take out what a module declared."""
    for key in [key for key, declared in table.items() if _declared_in(key, declared, module)]:
        del table[key]


def _declared_in(key: str, declared: Any, module: ModuleType) -> bool:
    check = getattr(declared, "check", None)
    if check is not None:
        return bool(check.__module__ == module.__name__)
    source = module.__file__
    assert source is not None, "a module of rules has a file"
    return f'"{key}"' in Path(source).read_text(encoding="utf-8")


def _in_place(module: ModuleType, mutant: Mutant) -> None:
    """The catalogue itself: with it in its place, every rule and definition is declared anew."""
    declaring = [
        known
        for name, known in list(sys.modules.items())
        if name.startswith(f"{rules.__name__}.") and known is not module
    ]
    before = [(known, dict(vars(known))) for known in (module, *declaring, rules)]
    exec(compile(mutant.source, str(mutant.path), "exec", dont_inherit=True), vars(module))
    for known in (*declaring, rules):
        importlib.reload(known)
    for known, held in before:
        _replace(held, vars(known))
    _forget_answers()


def _replace(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Exchange what modules have taken by name."""
    exchanged = {
        id(value): after[name]
        for name, value in before.items()
        if name in after
        and not name.startswith("__")
        and not isinstance(value, ModuleType)
        and after[name] is not value
    }
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith(("ledger.", "tests.")):
            space = vars(module)
            for name, value in list(space.items()):
                if id(value) in exchanged:
                    space[name] = exchanged[id(value)]


def _forget_answers() -> None:
    """What was remembered of the catalogue before."""
    for remembered in (
        catalogue.rules_for,
        catalogue._asked,
        catalogue.catalogue_version,
        listing.listing,
        texts.texts,
    ):
        remembered.cache_clear()

"""Whether a test calls the function that a definition of the catalogue names."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import CodeType, FrameType
from typing import Any

from ledger.domain.rules import DEFINITIONS


def named(function: str) -> Any:
    """What a dotted name means."""
    parts = function.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for name in parts[cut:]:
            found = (
                inspect.getattr_static(found, name)
                if inspect.isclass(found)
                else getattr(found, name)
            )
        return found
    raise AssertionError(f"there is no {function}")


@cache
def implementing(function: str) -> CodeType:
    """The code of the function, under whatever wraps it."""
    found = named(function)
    if isinstance(found, property):
        found = found.fget
    return inspect.unwrap(found).__code__


@cache
def wanted() -> dict[str, tuple[str, ...]]:
    """The functions that each named test must call, by the test's node id."""
    found: dict[str, tuple[str, ...]] = {}
    for definition in DEFINITIONS.values():
        found[definition.test] = (*found.get(definition.test, ()), definition.function)
    return found


@contextmanager
def called(functions: tuple[str, ...]) -> Iterator[Callable[[], list[str]]]:
    """Watches what is called; afterwards tells which of the functions were not."""
    seen: set[CodeType] = set()
    for function in functions:
        forget = getattr(named(function), "cache_clear", None)
        if forget is not None:
            forget()

    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            seen.add(frame.f_code)

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        yield lambda: [f for f in functions if implementing(f) not in seen]
    finally:
        sys.setprofile(before)

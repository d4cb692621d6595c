"""What the rules find in the cases and say in the sayings, as it stands in `findings.json`: whoever
changes a fact, a pointer or a severity sees it there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

from tests.catalogue.all_cases import CASES
from tests.catalogue.case import Case
from tests.catalogue.sayings import SAYINGS

PATH = Path(__file__).with_name("findings.json")

Told = tuple[str, list[dict[str, Any]]]
Ask = Callable[[], list[dict[str, Any]]]


def told(first: Collection[str] = ()) -> Iterator[Told]:
    """The findings of each case in which a rule finds something, and of each saying, without their
    texts; those of the rules named first, the others after."""
    names: Counter[str] = Counter()
    asked: list[tuple[str, str, Ask]] = []

    def add(name: str, rule: str, ask: Ask) -> None:
        names[name] += 1
        asked.append((rule, f"{name} {names[name]}", ask))

    for case in CASES:
        add(case.name, case.rule, partial(_found, case))
    for saying in SAYINGS:
        add(f"{saying.name} says", saying.rule, saying.said)
    for _, name, ask in sorted(asked, key=lambda each: each[0] not in first):
        yield name, [{k: v for k, v in each.items() if k not in TEXTS} for each in ask()]


def _found(case: Case) -> list[dict[str, Any]]:
    return [finding.as_json() for finding in case.found()]


TEXTS = ("message", "cure", "article", "waiver")
"""Members that come from the rule's declaration, which docs/rules.md shows."""


def text() -> str:
    return _json(dict(told())) + "\n"


@cache
def known() -> dict[str, list[dict[str, Any]]]:
    """What stands in the file."""
    found: dict[str, list[dict[str, Any]]] = json.loads(PATH.read_text(encoding="utf-8"))
    return found


def as_before(first: Collection[str] = ()) -> bool:
    """Whether everything is found and said that stands in the file; told at the first change."""
    before = dict(known())
    now = ((name, json.loads(_json(findings))) for name, findings in told(first))
    return all(before.pop(name, None) == findings for name, findings in now) and not before


def _json(what: object) -> str:
    return json.dumps(what, ensure_ascii=False, indent=1, sort_keys=True, default=str)

"""What the rules find in the cases and say in the sayings, as it stands in `findings.json`: whoever
changes a fact, a pointer or a severity sees it there."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.catalogue.all_cases import CASES
from tests.catalogue.sayings import SAYINGS

PATH = Path(__file__).with_name("findings.json")


def told() -> dict[str, list[dict[str, Any]]]:
    """The findings of each case in which a rule finds something, and of each saying, without their
    texts."""
    found: dict[str, list[dict[str, Any]]] = {}
    names: Counter[str] = Counter()
    shown = [
        *((case.name, [finding.as_json() for finding in case.found()]) for case in CASES),
        *((f"{saying.name} says", saying.said()) for saying in SAYINGS),
    ]
    for name, findings in shown:
        names[name] += 1
        found[f"{name} {names[name]}"] = [
            {k: v for k, v in each.items() if k not in TEXTS} for each in findings
        ]
    return found


TEXTS = ("message", "cure", "article", "waiver")
"""Members that come from the rule's declaration, which docs/rules.md shows."""


def text() -> str:
    return json.dumps(told(), ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"

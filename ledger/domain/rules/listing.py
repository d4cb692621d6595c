"""The catalogue as lists: what `patent-ledger rules` prints and what the API serves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any

from ledger.domain.rules.catalogue import ALIASES, DEFINITIONS, RULES, Definition, Rule, in_force


@cache
def listing() -> list[dict[str, Any]]:
    """Every rule and definition, by id; a row that is the same rule as another names it."""
    listed = [_rule(rule) for rule in RULES.values()]
    listed += [_alias(name, of, article) for name, (of, article) in ALIASES.items()]
    listed += [_definition(definition) for definition in DEFINITIONS.values()]
    return sorted(listed, key=lambda row: str(row["id"]))


def selected(
    rows: Iterable[dict[str, Any]],
    *,
    command: str | None = None,
    day: date | None = None,
    severity: str | None = None,
) -> list[dict[str, Any]]:
    """The rows about a command, in force on a day, of a severity; whatever is None selects all."""
    return [
        row
        for row in rows
        if (command is None or command in row["command"].split(", "))
        and (severity is None or row["severity"] == severity)
        and (day is None or in_force(_date(row["from"]), _date(row["until"]), day))
    ]


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "kind": "rule",
        "command": ", ".join(rule.commands),
        "severity": rule.severity,
        "article": rule.article,
        "from": _day(rule.since),
        "until": _day(rule.until),
        "title": rule.title,
        "sentence": rule.sentence,
        "cure": rule.cure or None,
        "waiver": rule.waiver,
        "waived_by": rule.waived_by,
    }


def _alias(name: str, of: str, article: str) -> dict[str, Any]:
    return {**_rule(RULES[of]), "id": name, "article": article, "same_as": of}


def _definition(definition: Definition) -> dict[str, Any]:
    return {
        "id": definition.id,
        "kind": "definition",
        "command": ", ".join(definition.commands),
        "severity": "D",
        "article": definition.article,
        "from": _day(definition.since),
        "until": _day(definition.until),
        "title": definition.title,
        "sentence": definition.sentence,
        "cure": None,
        "waiver": None,
        "waived_by": None,
        "function": definition.function,
        "test": definition.test,
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)

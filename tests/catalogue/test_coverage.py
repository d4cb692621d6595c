"""Every row of the law has its rule or definition, and every rule its cases.

`docs/rule-ids.csv` is the table of ids (law.md section 8), `docs/rules-left-out.md` names what is
not there and why. A rule has a case in which it refuses (warns, obliges) and one that passes, for
each severity its row has; a definition names a function and a test, and `tests/conftest.py` fails
the test where it does not call the function.
"""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ledger.domain.deciding import COMMANDS
from ledger.domain.filing import Command, Context
from ledger.domain.patent import Patent
from ledger.domain.pledges import RegisterPledge
from ledger.domain.rules import (
    ALIASES,
    DEFINITIONS,
    RULES,
    Definition,
    Rule,
    catalogue_version,
    rules_for,
)
from ledger.domain.rules.catalogue import Broken, Outcome, alias, define, in_force, rule
from ledger.domain.rules.listing import listing, selected
from tests.builders import entered, recorded, register_pledge
from tests.catalogue.all_cases import CASES
from tests.catalogue.calls import implementing
from tests.catalogue.case import Case

ROOT = Path(__file__).parents[2]

HOUSE_RULES = {
    "not-this-register": "R",
    "patent-entered-once": "R",
    "day-has-come": "R",
    "right-in-force": "R",
    "pledge-registration-known": "R",
    "pledge-two-sides": "R",
    "freeze-case-known": "R",
    "correction-entry-known": "R",
    "correction-as-stated": "R",
    "revocation-effect": "R",
    "joint-filing-awaits-others": "R",
    "joint-filing-open": "R",
    "joint-filing-asked": "R",
    "contest-of-a-refusal": "R",
    "contest-open": "R",
    "contest-room": "R",
    "consent-withdrawal": "R",
    "fee-payment-short": "W",
    "fee-paid-already": "W",
    "fee-year-payable": "R",
    "invalidation-in-order": "R",
    "obligation-open": "R",
    "fulfilment-confirmed": "R",
}
"""Rules of the ledger's own, which no row of the law has: what a filing names must be there."""


ELSEWHERE = ("projections", "all projections", "queries", "query", "time")
"""What rows are about that are not about a command."""


class Row(NamedTuple):
    """One row of the table of ids."""

    id: str
    command: str
    severity: str
    article: str


@cache
def rows() -> tuple[Row, ...]:
    with (ROOT / "docs" / "rule-ids.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Row(**row) for row in csv.DictReader(file))


@cache
def left_out() -> frozenset[str]:
    """Ids that are not there, each with a reason."""
    text = (ROOT / "docs" / "rules-left-out.md").read_text(encoding="utf-8")
    return frozenset(re.findall(r"^\| `([\w-]+)` \| \S.{10,} \|$", text, re.MULTILINE))


def severities(row: Row) -> set[str]:
    """The letters of a row: R, W, O or D, whatever it says beside them in brackets or words."""
    return set(re.findall(r"\b[RWOD]\b", row.severity))


def test_the_table_has_every_row_once() -> None:
    ids = [row.id for row in rows()]
    assert len(ids) == len(set(ids)) == 173


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)
def test_every_row_is_there_or_left_out_with_a_reason(row: Row) -> None:
    there = row.id in RULES or row.id in DEFINITIONS or row.id in ALIASES
    assert there is not (row.id in left_out()), "it is there, or left out, and not both"


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)
def test_a_row_about_a_command_is_a_rule(row: Row) -> None:
    """Rows of severity D, and rows about projections or queries, are definitions."""
    about_command = row.command not in (
        "projections",
        "all projections",
        "queries",
        "query",
        "time",
        "(due date passed)",
    )
    judges = severities(row) & {"R", "W", "O"} and about_command
    if row.id not in left_out():
        assert (row.id in DEFINITIONS) is not bool(judges)


def test_nothing_else_is_there() -> None:
    known = {row.id for row in rows()} | set(HOUSE_RULES)
    assert {*RULES, *DEFINITIONS, *ALIASES} - known == set()


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)
def test_a_rule_has_a_case_of_each_severity(row: Row) -> None:
    if row.id not in RULES:
        return
    shown = {case.severity for case in CASES if case.rule == row.id}
    assert shown >= severities(row) - {"D"}
    assert shown <= severities(row) | ALSO.get(row.id, set())


ALSO = {
    "licence-no-conflict": {"W"},  # SPC-Tech 27: examined by hand
    "licence-cancel-30-days": {"R"},  # what the filing names must be there
    # Where the office's settings are so:
    "frozen-deregistration": {"R"},
    "licence-three-months": {"R"},
    "preservation-period": {"R"},
    "pledge-deregister-by-one-side": {"R"},
}
"""Severities that a rule has beside those of its row."""


@pytest.mark.parametrize("rule", HOUSE_RULES)
def test_a_rule_of_the_house_has_its_cases(rule: str) -> None:
    assert {case.severity for case in CASES if case.rule == rule} == {HOUSE_RULES[rule]}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_finds_what_it_should(case: Case) -> None:
    found = case.found()
    assert {finding.severity for finding in found} == {case.severity}
    stated = RULES[case.rule]
    declared = (stated.article, stated.cure or None, stated.waiver)
    assert {(f.article, f.cure, f.waiver) for f in found} == {declared}
    assert all(f.message.startswith(stated.sentence) for f in found)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_passes_what_it_should(case: Case) -> None:
    assert case.found_clean() == []


def test_a_missing_fact_is_asked_for_by_the_article_of_the_rule_that_needs_it() -> None:
    refused = recorded(entered(patentees=())).when(register_pledge()).findings
    asked = {f.fact["needed_by"]: f.article for f in refused if f.rule == "fact-unknown"}
    assert asked == {"pledge-pledgor-is-owner": "PPM 4, 11(1)"}


@pytest.fixture
def passing() -> Iterator[Rule]:
    """A rule of one year, forgotten when the test ends."""

    def anything(_: Patent, __: Command, ___: Context) -> Outcome:
        """It is 2025."""
        return Broken()

    year: dict[str, Any] = {"since": date(2025, 1, 1), "until": date(2026, 1, 1)}
    yield rule("passing-fancy", RegisterPledge, title="Fancy", article="none", **year)(anything)
    del RULES["passing-fancy"]
    rules_for.cache_clear()


def test_a_rule_is_asked_from_its_first_day_to_the_day_before_its_end(passing: Rule) -> None:
    rules_for.cache_clear()
    for day, there in (
        (date(2024, 12, 31), False),
        (date(2025, 1, 1), True),
        (date(2025, 12, 31), True),
        (date(2026, 1, 1), False),
    ):
        assert (passing in rules_for(RegisterPledge, day)) is there


@pytest.mark.parametrize("known", ["pledge-alive", "term-by-kind", "pledge-open-licence-statement"])
def test_a_name_is_declared_once(known: str) -> None:
    """Whether a rule, a definition or another name of a rule has it."""
    words: dict[str, Any] = {"title": "Twice", "article": "none"}
    held: dict[str, Any] = {"sentence": "Twice.", "function": "none", "test": "none"}
    for declare in (
        lambda: rule(known, RegisterPledge, **words)(lambda _, __, ___: None),
        lambda: define(known, **words, **held),
        lambda: alias(known, of="pledge-alive", article="none"),
    ):
        with pytest.raises(AssertionError, match="declared twice"):
            declare()


def test_every_rule_names_commands_that_exist() -> None:
    known = {command.NAME for command in COMMANDS}
    assert {name for rule in RULES.values() for name in rule.commands} <= known


# --- definitions --------------------------------------------------------------------------------


@pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=lambda d: d.id)
def test_a_definition_names_a_function_and_a_test(definition: Definition) -> None:
    assert implementing(definition.function).co_name
    path, *names = definition.test.split("::")
    assert "::".join(names) in named_in(ROOT / path)


@cache
def named_in(path: Path) -> frozenset[str]:
    """The test functions of a file, as pytest names them."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{f.name}" for f in node.body if isinstance(f, ast.FunctionDef)}
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
    return frozenset(found)


# --- the catalogue as a list --------------------------------------------------------------------


def test_every_row_is_listed_once_in_order() -> None:
    ids = [row["id"] for row in listing()]
    assert ids == sorted({*RULES, *DEFINITIONS, *ALIASES})
    (twin,) = (row for row in listing() if row["id"] == "pledge-open-licence-statement")
    assert twin["same_as"] == "open-pledge-statement"
    assert twin["article"] == "GL V-11 §9"


def test_rows_are_selected_by_act_day_and_severity() -> None:
    of_transfers = selected(listing(), command="RegisterTransfer")
    assert {"transfer-alive", "pledge-realise-transfer"} <= {row["id"] for row in of_transfers}
    assert "name-change-same-person" not in {row["id"] for row in of_transfers}
    assert {row["severity"] for row in selected(listing(), severity="O")} == {"O"}
    for day, there in ((date(2010, 9, 30), False), (date(2010, 10, 1), True)):
        ids = {row["id"] for row in selected(listing(), day=day)}
        assert ("pledge-no-live-pledge" in ids) is there


@pytest.mark.parametrize(
    ("since", "until", "there"),
    [
        (None, None, True),
        (date(2024, 1, 20), None, True),
        (date(2024, 1, 21), None, False),
        (None, date(2024, 1, 21), True),
        (None, date(2024, 1, 20), False),
    ],
)
def test_a_rule_is_in_force_from_its_first_day_to_the_day_before_its_end(
    since: date | None, until: date | None, there: bool
) -> None:
    assert in_force(since, until, date(2024, 1, 20)) is there


def test_the_version_of_the_catalogue_names_its_rules() -> None:
    rows = sorted(f"{r.id} {r.severity} {r.since} {r.until}" for r in RULES.values())
    assert catalogue_version() == sha256("\n".join(rows).encode()).hexdigest()[:16]

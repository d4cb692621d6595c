"""One case of a rule: a filing in which it finds something, beside one with which it is content."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ledger.domain.filing import Command
from ledger.domain.patent import Patent
from ledger.domain.refusals import Finding
from ledger.domain.rules import RULES, judge, rules_for
from tests.builders import entered, recorded
from tests.scenario import Scenario

PATENT_ALONE = recorded(entered())
"""PATENT of Lampworks, in force, with its fees paid and nothing on it."""
BARE = recorded(
    entered(kind=None, filed_on=None, granted_on=None, patentees=(), fees_paid_through=None)
)
"""PATENT of which the register was told no more than that it is there."""


@dataclass(frozen=True)
class Case:
    """What a rule of the catalogue finds of `breaks` on `given`, and not of `passes` on `clean`."""

    rule: str
    severity: str
    given: Scenario
    breaks: Command
    clean: Scenario
    passes: Command

    @property
    def name(self) -> str:
        return f"{self.rule} {self.severity} {self.breaks.NAME}"

    def found(self) -> list[Finding]:
        """What the rule finds where it should."""
        return of_rule(self.rule, self.given, self.breaks)

    def found_clean(self) -> list[Finding]:
        """What the rule finds where it should not."""
        return of_rule(self.rule, self.clean, self.passes)


def of_rule(rule: str, scenario: Scenario, command: Command) -> list[Finding]:
    """What one rule finds in a filing, all rules being judged."""
    command = scenario.addressed(command)
    context = scenario.context()
    assert RULES[rule] in rules_for(type(command), context.today), f"{rule} is not asked"
    patents = {number: scenario.patents.get(number, Patent(number)) for number in command.patents}
    return [finding for finding in judge(patents, command, context) if finding.rule == rule]


def case(
    rule: str,
    severity: str,
    breaks: Command,
    *,
    passes: Command | None = None,
    given: Scenario | None = None,
    clean: Scenario | None = None,
) -> Case:
    """A case; where only the facts differ the filing is the same, and the other way about."""
    assert passes is not None or clean is not None, f"{rule}: what would pass?"
    before = given or PATENT_ALONE
    return Case(rule, severity, before, breaks, clean or before, passes or breaks)


def on(day: date, scenario: Scenario = PATENT_ALONE) -> Scenario:
    """The same facts on another day."""
    return scenario.on(day)


def but(command: Any, **fields: Any) -> Any:
    """The same filing with some members changed."""
    return command.model_copy(update=fields)


def under(scenario: Scenario, **settings: Any) -> Scenario:
    """The same facts where the office reads the law otherwise."""
    law = scenario.law.model_copy(update=settings)
    return replace(scenario, law=law)

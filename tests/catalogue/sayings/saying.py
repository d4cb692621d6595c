"""What one rule says of a filing, whatever it is: kept in `findings.json`, where a change shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.domain.filing import Command
from ledger.domain.patent import Patent
from ledger.domain.rules import RULES
from tests.catalogue.case import PATENT_ALONE
from tests.scenario import Scenario


@dataclass(frozen=True)
class Saying:
    """A rule, a filing, and what is on record before it."""

    rule: str
    command: Command
    given: Scenario

    @property
    def name(self) -> str:
        return f"{self.rule} {self.command.NAME}"

    def said(self) -> list[dict[str, Any]]:
        """What the rule says by itself, of each patent; nothing where it is content."""
        declared = RULES[self.rule]
        command, context = self.given.addressed(self.command), self.given.context()
        numbers = ("",) if declared.once else command.patents
        patents = [self.given.patents.get(number, Patent(number)) for number in numbers]
        outcomes = [(p, declared.check(p, command, context)) for p in patents]
        return [declared.finding(o, p).as_json() for p, o in outcomes if o is not None]


def says(
    rule: str, *commands: Command, given: Scenario = PATENT_ALONE, days: tuple[date, ...] = ()
) -> tuple[Saying, ...]:
    """What a rule says of filings on the same facts, on the day of the facts or on several days."""
    scenarios = [given.on(day) for day in days] or [given]
    return tuple(Saying(rule, command, scenario) for command in commands for scenario in scenarios)

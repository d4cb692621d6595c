"""Deciding: every command is judged by all its rules and answered with events, or refused with
all reasons.

COMMANDS pairs each command with the function that makes its events; a decision function runs only
after the rules let the filing pass, and never refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ledger.domain import consents, licences, lifecycle, open_licences, pledges, transfers
from ledger.domain.events import LedgerEvent
from ledger.domain.filing import Command, Context
from ledger.domain.patent import Patent
from ledger.domain.refusals import Finding, Refused, Severity
from ledger.domain.rules import judge

Decision = Callable[[Mapping[str, Patent], Any, Context], list[LedgerEvent]]

COMMANDS: dict[type[Command], Decision] = {
    **pledges.COMMANDS,
    **transfers.COMMANDS,
    **consents.COMMANDS,
    **licences.COMMANDS,
    **open_licences.COMMANDS,
    **lifecycle.COMMANDS,
}
"""Every act that can be filed, with the function that makes its events."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What judging a filing says: the findings, and the events if nothing refuses it."""

    events: tuple[LedgerEvent, ...]
    findings: tuple[Finding, ...]

    @property
    def refusals(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity is Severity.REFUSAL)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity is Severity.WARNING)

    @property
    def obligations(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity is Severity.OBLIGATION)


def decide(patents: Mapping[str, Patent], command: Command, context: Context) -> Verdict:
    """Judge a filing by all rules of its command; raises Refused with every refusal there is."""
    findings = tuple(judge(patents, command, context))
    verdict = Verdict((), findings)
    if verdict.refusals:
        raise Refused(verdict.refusals + verdict.warnings)
    events = COMMANDS[type(command)](patents, command, context)
    return Verdict(tuple(events), findings)

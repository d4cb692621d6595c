"""Deciding: every command is judged by all its rules and answered with events, or refused with
all reasons.

COMMANDS pairs each command with the function that makes its events; a decision function runs only
after the rules let the filing pass, and never refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from ledger.domain import (
    consents,
    contests,
    corrections,
    fulfilments,
    joint,
    licences,
    lifecycle,
    open_licences,
    pledges,
    powers,
    revocations,
    transfers,
)
from ledger.domain.events import LedgerEvent
from ledger.domain.filing import Command, Context
from ledger.domain.obligations import Obligation
from ledger.domain.patent import Patent
from ledger.domain.refusals import Finding, Refused, Severity
from ledger.domain.rules import judge
from ledger.domain.spelling import as_recorded

Decision = Callable[[Mapping[str, Patent], Any, Context], list[LedgerEvent]]

COMMANDS: dict[type[Command], Decision] = {
    **pledges.COMMANDS,
    **transfers.COMMANDS,
    **consents.COMMANDS,
    **licences.COMMANDS,
    **open_licences.COMMANDS,
    **lifecycle.COMMANDS,
    **corrections.COMMANDS,
    **revocations.COMMANDS,
    **joint.COMMANDS,
    **contests.COMMANDS,
    **fulfilments.COMMANDS,
    **powers.COMMANDS,
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
    command = as_recorded(patents, command)
    command, findings = _partly(command, tuple(judge(patents, command, context)), context)
    verdict = Verdict((), findings)
    if verdict.refusals:
        raise Refused(verdict.refusals + verdict.warnings)
    events = COMMANDS[type(command)](patents, command, context)
    findings = numbered(findings)
    return Verdict(tuple(obliging(events, findings)), findings)


def _partly(
    command: Command, findings: tuple[Finding, ...], context: Context
) -> tuple[Command, tuple[Finding, ...]]:
    """The filing over those of its patents on which nothing refuses it, where it asks for that and
    the office allows it; why the others are left out becomes a warning."""
    if not (getattr(command, "partial", False) and context.law.partial_filings):
        return command, findings
    refused = {f.patent for f in findings if f.severity is Severity.REFUSAL}
    left = tuple(number for number in command.patents if number not in refused)
    if None in refused or not left:
        return command, findings
    told = tuple(
        replace(f, severity=Severity.WARNING) if f.severity is Severity.REFUSAL else f
        for f in findings
        if f.patent not in refused or f.severity is Severity.REFUSAL
    )
    return command.model_copy(update={"patents": left}), told


def numbered(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings, their obligations numbered through the filing from 1."""
    if not any(finding.owed for finding in findings):
        return findings
    place = count(1)
    return tuple(
        replace(f, owed=tuple(replace(owed, number=next(place)) for owed in f.owed))
        if f.owed
        else f
        for f in findings
    )


def obliging(events: Sequence[LedgerEvent], findings: Sequence[Finding]) -> Sequence[LedgerEvent]:
    """The events, each with the obligations it causes.

    What concerns one patent stands in the first event on it, what concerns the filing as a whole in
    the filing's first event.
    """
    caused: dict[int, list[Obligation]] = {}
    first: dict[str | None, int] = {}
    for finding in findings:
        if not finding.owed:
            continue
        if not first:
            for place, event in enumerate(events):
                first.setdefault(event.originator_id, place)
        obligations = caused.setdefault(first.get(finding.patent, 0), [])
        obligations += [owed.stored(finding.rule) for owed in finding.owed]
    if not caused:
        return events
    return [
        event.model_copy(update={"obligations": tuple(caused[place])}) if place in caused else event
        for place, event in enumerate(events)
    ]

"""Judging again, by every case of the catalogue: what was rightly registered passes, and an entry
planted past its rules is found by the rule that would have refused it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from ledger.domain.deciding import COMMANDS
from ledger.domain.events import (
    EVENT_TYPES,
    LicenceCancelled,
    PatentEvent,
    PledgeReleased,
    PledgeRevoked,
    PreservationContinued,
    SuspensionStarted,
)
from ledger.domain.filing import Command
from ledger.domain.patent import Patent
from ledger.domain.refusals import Finding
from ledger.domain.rejudging import judged_again
from ledger.domain.retelling import AGAIN
from ledger.eventstore.stored_form import decode, encode, entry_of
from ledger.means import fresh_salts
from tests.catalogue.all_cases import CASES
from tests.catalogue.case import PATENT_ALONE
from tests.scenario import Scenario

ASKED = sorted({rule for _, rules in AGAIN.values() for rule in rules})
NOT_JUDGED = {
    "patent.entered",
    "patent.numbered",
    "fee.paid",
    "fee.reduction_recorded",
    "right.restored",
    "invalidation.decided",
    "invalidation.final",
    "obligation.met",
    "recorded.elsewhere",
    "release.recorded",
    "record.withdrawn",
    "entry.corrected",
    "entry.revoked",
    "hidden_entry.corrected",
    "hidden_entry.revoked",
}
"""Entries that are not judged again; ADR 0034 says why of each."""


def entries(scenario: Scenario, command: Command, *, judged: bool) -> list[PatentEvent]:
    """What a filing enters: if its rules let it, or whatever they say."""
    command = scenario.addressed(command)
    if judged:
        found: Any = scenario.when(command).passes().events
    else:
        patents = {n: scenario.patents.get(n, Patent(n)) for n in command.patents}
        found = COMMANDS[type(command)](patents, command, scenario.context())
    return [as_filed(event, scenario) for event in found if isinstance(event, PatentEvent)]


def as_filed(event: PatentEvent, scenario: Scenario) -> PatentEvent:
    judged = event.envelope.judged_under.model_copy(update={"settings": scenario.law.digest()})
    envelope = event.envelope.model_copy(update={"judged_under": judged})
    return event.model_copy(update={"envelope": envelope})


def again(scenario: Scenario, entry: PatentEvent) -> list[Finding]:
    before = scenario.patents.get(entry.originator_id, Patent(entry.originator_id))
    return list(judged_again(before, entry, scenario.calendar, scenario.law))


def filings() -> Iterator[tuple[str, Scenario, Command]]:
    """Every filing of the catalogue's cases that its rules let pass."""
    for case in CASES:
        for scenario, command in ((case.clean, case.passes), (case.given, case.breaks)):
            if scenario.when(command).verdict is not None:
                yield case.name, scenario, command


def test_what_its_rules_let_pass_is_not_refused_again() -> None:
    seen = set()
    for name, scenario, command in filings():
        for entry in entries(scenario, command, judged=True):
            seen.add(type(entry))
            assert again(scenario, entry) == [], (name, entry)
    assert set(AGAIN) - seen == {PledgeReleased, PreservationContinued}, "see test_audited"


@cache
def planted() -> dict[str, int]:
    """Rule → how many entries planted past it are found by it: what it refuses, and what it let
    pass elsewhere, on a patent with nothing on it."""
    found = dict.fromkeys(ASKED, 0)
    for case in CASES:
        if case.rule in found and case.severity == "R":
            try:
                made = entries(case.given, case.breaks, judged=False)
            except (AssertionError, AttributeError, KeyError, StopIteration, TypeError):
                continue  # What has no state to decide on enters nothing.
            rules = {finding.rule for entry in made for finding in again(case.given, entry)}
            found[case.rule] += case.rule in rules
    for _, scenario, command in filings():
        for entry in entries(scenario, command, judged=True):
            for finding in again(replace(PATENT_ALONE, now=scenario.now), entry):
                found[finding.rule] += 1
    return found


@pytest.mark.parametrize("rule", ASKED)
def test_an_entry_that_a_rule_refuses_is_found(rule: str) -> None:
    assert planted()[rule]


def test_what_is_withheld_accuses_nobody() -> None:
    """As in a ledger that took over another's export."""
    for name, scenario, command in filings():
        for entry in entries(scenario, command, judged=True):
            stored, _ = encode(entry, fresh_salts)
            found = decode(replace(stored, state=entry_of(stored.state)))
            if isinstance(found, PatentEvent):
                assert again(scenario, found) == [], (name, found)


UNTOLD: dict[type[PatentEvent], str] = {
    PledgeRevoked: "ground",
    LicenceCancelled: "ended_on",
    SuspensionStarted: "requested_by",
}
"""What an entry need not tell, and without which it cannot be judged again."""


@pytest.mark.parametrize("kind", UNTOLD)
def test_an_entry_that_tells_too_little_is_not_judged(kind: type[PatentEvent]) -> None:
    seen = 0
    for _, scenario, command in filings():
        for entry in entries(scenario, command, judged=True):
            if isinstance(entry, kind):
                told = entry.model_copy(update={UNTOLD[kind]: None})
                assert again(replace(PATENT_ALONE, now=scenario.now), told) == []
                seen += 1
    assert seen


def test_every_kind_of_entry_is_judged_again_or_said_not_to_be() -> None:
    judged = {kind.TOPIC for kind in AGAIN}
    about_patents = {t for t, kind in EVENT_TYPES.items() if issubclass(kind, PatentEvent)}
    assert judged | NOT_JUDGED == about_patents
    assert not judged & NOT_JUDGED

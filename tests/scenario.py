"""given(…).when(…).then(…): a rule or a dealing in one line, without a database.

`given` folds recorded facts, `when` decides a command on them with a fixed clock, `then` compares
the events, `refuses` names the rules that must refuse and `passes` only wants that none does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from ledger.domain.consent import Consent
from ledger.domain.deciding import Verdict, decide
from ledger.domain.events import (
    Door,
    JudgedUnder,
    LedgerEvent,
    PledgeRegistered,
)
from ledger.domain.evolving import evolve
from ledger.domain.filing import Caller, Command, Context, Registration
from ledger.domain.lawsettings import LawSettings
from ledger.domain.obligations import Obligation
from ledger.domain.patent import Patent
from ledger.domain.periods import ChineseCalendar, WorkingCalendar, civil_date
from ledger.domain.refusals import Finding, Refused
from ledger.domain.streams import Stream, evolve_stream

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""Monday 2 March 2026, 10:00 in Shanghai."""


def pseudonym(text: str) -> str:
    """A stand-in key: tests need only that the same person has the same name."""
    return f"p{sum(ord(c) * (i + 7) for i, c in enumerate(text)):x}"


class Streams(dict[str, Stream]):
    """Streams about no patent; one that nobody has written to is empty."""

    def __missing__(self, name: str) -> Stream:
        return Stream()


@dataclass
class Scenario:
    """Recorded facts on a few patents, and a day on which something is filed."""

    patents: dict[str, Patent] = field(default_factory=dict)
    now: datetime = NOW
    consents: dict[str, Consent] = field(default_factory=dict)
    registrations: dict[str, Registration] = field(default_factory=dict)
    evidenced: frozenset[str] = frozenset()
    streams: Streams = field(default_factory=Streams)
    objection: str | None = None
    law: LawSettings = field(default_factory=LawSettings)
    calendar: WorkingCalendar = field(default_factory=ChineseCalendar)
    caller: Caller = field(default_factory=lambda: Caller("registrar", "registrar"))
    serials: Callable[[], int] = field(default_factory=lambda: count(1).__next__)

    def on(self, day: date) -> Scenario:
        """The same facts, filed at noon in Shanghai on another day."""
        return replace(self, now=datetime(day.year, day.month, day.day, 4, 0, tzinfo=UTC))

    def context(self) -> Context:
        today = civil_date(self.now)
        return Context(
            filing_id=f"F{self.serials()}",
            now=self.now,
            today=today,
            caller=self.caller,
            door=Door.FILED,
            calendar=self.calendar,
            law=self.law,
            judged_under=JudgedUnder(regime="test", catalogue="test", settings="test"),
            pseudonym=pseudonym,
            draw=lambda kind: f"{kind}{today.year}99{self.serials():07}",
            consents=self.consents,
            evidenced=self.evidenced,
            registrations=self.registrations,
            patents=self.patents,
            streams=self.streams,
            compensated_for=lambda drug: [
                number for number, patent in self.patents.items() if patent.compensated_for(drug)
            ],
            objection=self.objection,
        )

    def decide(self, command: Command) -> Verdict:
        command = self.addressed(command)
        patents = {number: self.patents.get(number, Patent(number)) for number in command.patents}
        return decide(patents, command, self.context())

    def addressed(self, command: Command) -> Command:
        """As the registry does: a command that names a registration concerns the patents it
        stands on."""
        number = getattr(command, "registration_no", None)
        if command.patents or number not in self.registrations:
            return command
        return command.model_copy(update={"patents": self.registrations[number].patents})

    def when(self, command: Command) -> Outcome:
        try:
            verdict = self.decide(command)
        except Refused as refused:
            return Outcome(self, None, refused.findings)
        return Outcome(self, verdict, verdict.findings)


@dataclass
class Outcome:
    """What deciding gave: a verdict, or the findings of a refusal."""

    scenario: Scenario
    verdict: Verdict | None
    findings: tuple[Finding, ...]

    def refuses(self, *rules: str, **fact: Any) -> None:
        """Exactly these rules refuse; the facts, where given, are those of the first."""
        refusing = sorted({f.rule for f in self.findings if f.severity == "R"})
        assert self.verdict is None, "it was registered"
        assert refusing == sorted(rules), self.findings
        named = next(f for f in self.findings if f.rule == rules[0])
        assert fact.items() <= named.fact.items(), named

    def refused_by(self, rule: str) -> Finding:
        """This rule refuses, whatever others do."""
        found = [f for f in self.findings if f.rule == rule and f.severity == "R"]
        assert found, self.findings
        return found[0]

    def warns(self, rule: str) -> None:
        assert any(f.rule == rule and f.severity == "W" for f in self.findings), self.findings

    def obliges(self, rule: str) -> list[Obligation]:
        """The obligations of a rule, as the events that cause them carry them."""
        assert any(f.rule == rule and f.severity == "O" for f in self.findings), self.findings
        events = self.passes().events
        found = [o for event in events for o in event.obligations or () if o.rule == rule]
        assert found, "the events carry it"
        return found

    def passes(self) -> Verdict:
        """Nothing refuses it."""
        assert self.verdict is not None, self.findings
        return self.verdict

    def then(self, *events: LedgerEvent) -> None:
        """These whole events are entered."""
        assert list(self.passes().events) == list(events)

    def given_that(self) -> Scenario:
        """A new scenario in which what was decided is recorded."""
        return given(*self.passes().events, to=self.scenario)


def given(*events: LedgerEvent, to: Scenario | None = None) -> Scenario:
    """The scenario these recorded facts make, in the order of their arrival."""
    scenario = replace(to) if to is not None else Scenario()
    scenario.patents = dict(scenario.patents)
    scenario.streams = Streams(scenario.streams)
    for event in events:
        stream = event.originator_id
        if stream.startswith(("filing:", "party:")):
            scenario.streams[stream] = evolve_stream(scenario.streams[stream], event)
        else:
            patent = scenario.patents.get(stream, Patent(stream))
            scenario.patents[stream] = evolve(patent, event)
    consents = {
        name.removeprefix("filing:"): stream.consent
        for name, stream in scenario.streams.items()
        if stream.consent is not None
    }
    return with_registrations(replace(scenario, consents=consents), events)


def with_registrations(scenario: Scenario, events: tuple[LedgerEvent, ...]) -> Scenario:
    registrations = dict(scenario.registrations)
    for event in events:
        if isinstance(event, PledgeRegistered):
            number = event.envelope.registration_no or event.filing_id
            known = registrations.get(number)
            patents = (*(known.patents if known else ()), event.originator_id)
            claim = event.claim.id if event.claim else None
            registrations[number] = Registration(number, "pledge", patents, claim)
    return replace(scenario, registrations=registrations)

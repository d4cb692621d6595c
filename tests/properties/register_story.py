"""A story told to a registry on a real database, and everything that must hold after each step.

What is checked is what the log says: after each step the new entries are read back, decoded and
folded here, apart from the registry's own memory. An act is judged again on the state that the log
gives for the position before it.
"""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg.rows import dict_row

from ledger.audit import Today, audit
from ledger.database import connect
from ledger.domain.amending import Amended
from ledger.domain.corrections import Correcting
from ledger.domain.deciding import Verdict, decide
from ledger.domain.events import (
    Door,
    Event,
    FeeLapseDecided,
    FilingDecided,
    LedgerEvent,
    LicenceRecorded,
    NameOrAddressChanged,
    OpenLicenceDeclared,
    PatentAbandoned,
    PledgeRegistered,
    TransferRegistered,
)
from ledger.domain.filing import Caller, Command, Fact
from ledger.domain.joint import AboutPrepared, restored
from ledger.domain.lifecycle import GrantPatent, LapseForFee
from ledger.domain.open_licences import TakeOpenLicence
from ledger.domain.patent import Patent
from ledger.domain.pledges import RevokePledge
from ledger.domain.refusals import Declined, Finding, Refused
from ledger.domain.telling import told
from ledger.eventstore.acts import Bounds
from ledger.eventstore.stored_form import canonical, decode, entry_of
from ledger.means import Means
from ledger.projections import comparing, extracts
from ledger.projections.asking import Point
from ledger.projections.register import RegisterViews
from ledger.projections.statistics.families import FAMILIES
from ledger.projections.statistics.periods import Every
from ledger.projections.statistics.query import Query
from ledger.projections.statistics.reports import report
from ledger.projections.statistics.verifying import verify
from ledger.registry import Filing, Registry
from ledger.transcription import SourceRecord
from tests.builders import (
    BANK,
    LAMPWORKS,
    MODEL,
    PATENT,
    SECOND,
    THIRD,
    grant_patent,
    patent_details,
    ref,
)
from tests.eventstore.ledgers import SECRET
from tests.projections.following import follow
from tests.proofs.certified import assert_certified
from tests.properties.register_acts import ACTS, addressed
from tests.properties.test_decisions import Picks
from tests.scenario import Scenario, given, pseudonym

START = datetime(2024, 6, 3, 2, 0, tzinfo=UTC)
FIRST_DAY = START.date()
NUMBERS = (PATENT, SECOND, MODEL, THIRD)
OFFICE = Caller("registrar", "registrar")
LONG = ("documents", "signed_by", "online")
"""Members of a command that its line in a failing story leaves out."""
DAYS = (0, 0, 0, 0, 1, 3, 20)
"""Days between two acts."""
SECONDS = (60, 60, 60, 0, -40)
"""By how much the clock steps beside; it may be put back."""
CALLERS = (
    *[OFFICE] * 10,
    Caller("bank:1", "bank", ref(BANK)),
    Caller("patentee:1", "patentee", ref(LAMPWORKS)),
)
FOLLOWED_AT_ONCE = 97
"""Entries of a follower's batch; more than any filing of a story has."""
SELECT_HEAD = "SELECT coalesce(max(notification_id), 0) FROM stored_events"
SELECT_NEW = """
SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
WHERE notification_id > %s ORDER BY notification_id
"""
REACHING_BACK = (
    Fact,
    GrantPatent,
    LapseForFee,
    TakeOpenLicence,
    RevokePledge,
    Correcting,
    AboutPrepared,
)
"""Acts that say what was; nothing else may change a past day."""


class StoryMeans(Means):
    """Means with the scenarios' pseudonyms, so that what is judged again is named alike."""

    def pseudonym(self, identifier: str) -> str:
        return pseudonym(identifier)


@dataclass
class Outcome:
    """What became of an act."""

    findings: tuple[Finding, ...] = ()
    receipt: dict[str, Any] | None = None
    declined: str | None = None
    """Why it was not even judged."""


@dataclass
class RegisterStory:
    """A registry, its log as it is read back, and what was asked of it at every position."""

    url: str
    counted: Counter[str] = field(default_factory=Counter)
    clock: datetime = START
    recorded_at: datetime = START
    position: int = 0
    known: Scenario = field(default_factory=Scenario)
    events: list[LedgerEvent] = field(default_factory=list)
    answers: dict[tuple[int, date], bytes] = field(default_factory=dict)
    steps: int = 0

    def __post_init__(self) -> None:
        means = StoryMeans(secret=SECRET, clock=lambda: self.clock)
        self.registry = Registry(self.url, means, RegisterViews(), Bounds())
        self.reader = connect(self.url, "ledger_public", row_factory=dict_row)
        self.connection = psycopg.connect(self.url, autocommit=True)
        entered = [patent_details(n, granted_on=date(2020, 9, 1)) for n in NUMBERS[:3]]
        self.file(grant_patent(*entered), OFFICE)

    def close(self) -> None:
        self.connection.close()
        self.reader.close()
        self.registry.close()

    # -- a step

    def step(self, number: int) -> str:
        """One act after some days, all of it picked by a number, with all that must hold; what
        it was."""
        picks = Picks(random.Random(f"{self.steps} {number}").getrandbits(256))
        self.clock = self.now + timedelta(days=picks.one(DAYS), seconds=picks.one(SECONDS))
        self.steps += 1
        act = picks.one(ACTS)
        stated = act(self.scenario, picks)
        if isinstance(stated, SourceRecord):
            self.take_over(stated)
        else:
            self.file(stated, picks.one(CALLERS), act.__name__)
        asked = picks.one((self.now.date(), FIRST_DAY + timedelta(days=picks.one(range(500)))))
        self.answers[(self.position, asked)] = self.answer(self.position, asked)
        return f"{self.now:%Y-%m-%d} {act.__name__} {in_short(stated)}"

    @property
    def now(self) -> datetime:
        """The clock, but that recorded time never falls."""
        return max(self.clock, self.recorded_at)

    @property
    def scenario(self) -> Scenario:
        return replace(self.known, now=self.now)

    def take_over(self, record: SourceRecord) -> None:
        """A fact of another register: nothing refuses it."""
        with suppress(Declined):
            self.registry.enter(record, f"step {self.steps}")
            self.counted["transcribing registered"] += 1
        self.read()

    def file(self, command: Command, caller: Caller, name: str = "start") -> None:
        """A filing: tried, filed, read back, judged again."""
        filing = Filing(command, caller, f"step {self.steps}")
        before, first = self.scenario, len(self.events)
        tried = self.outcome(lambda: self.registry.judge(filing))
        assert self.head() == self.position, "a dry run writes nothing"
        filed = self.outcome(lambda: self.registry.file(filing))
        self.read()
        new = self.events[first:]
        self.assert_said_alike(tried, filed, new)
        if filed.declined is not None:
            assert new == []
            self.counted[f"{name} declined"] += 1
            return
        registered = filed.receipt is not None
        assert registered is bool(new)
        self.counted[f"{name} {'registered' if registered else 'refused'}"] += 1
        self.assert_judged_again(command, caller, before, filed, new)
        self.assert_lawful(before, new)
        if not isinstance(command, REACHING_BACK):
            self.assert_past_unchanged(before)
        self.assert_standing()

    def outcome(self, ask: Any) -> Outcome:
        try:
            answer = ask()
        except Refused as refused:
            return Outcome(refused.findings)
        except Declined as declined:
            return Outcome(declined=str(declined))
        if isinstance(answer, Verdict):
            return Outcome(answer.findings, {"entries": [e.TOPIC for e in answer.events]})
        return Outcome(receipt=orjson.loads(answer))

    # -- reading back

    def head(self) -> int:
        row = self.connection.execute(SELECT_HEAD).fetchone()
        assert row is not None
        return int(row[0])

    def read(self) -> None:
        """Fold what the log has gained."""
        for position, stream, version, topic, state in self.connection.execute(
            SELECT_NEW, [self.position]
        ):
            assert position == self.position + 1, "positions are dense"
            self.position = position
            event = decode(StoredEvent(stream, version, topic, bytes(state)))
            assert isinstance(event, Event)
            assert event.envelope.recorded_at == self.now
            self.recorded_at = self.now
            self.events.append(event)
            self.known = given(event, to=self.known)

    # -- what must hold

    def assert_said_alike(self, tried: Outcome, filed: Outcome, new: list[LedgerEvent]) -> None:
        """The dry run said what filing says, word for word."""
        assert tried.declined == filed.declined
        if filed.receipt is None:
            assert tried.findings == filed.findings
            return
        assert tried.receipt is not None
        assert tried.receipt["entries"] == [event.TOPIC for event in new]
        shown = [canonical(f.as_json()) for f in tried.findings]
        told_then = (*filed.receipt["warnings"], *filed.receipt["obligations"])
        assert sorted(shown) == sorted(map(canonical, told_then))

    def assert_judged_again(
        self,
        command: Command,
        caller: Caller,
        before: Scenario,
        filed: Outcome,
        new: list[LedgerEvent],
    ) -> None:
        """On the state that the log gives, the act gets the same verdict: what is registered has no
        refusing rule, what was refused had one."""
        before = replace(before, caller=caller)
        verdict = self.judged(command, before)
        if filed.receipt is None:
            assert isinstance(verdict, tuple), "it was refused"
            assert any(f.severity == "R" for f in verdict)
            if isinstance(command, Correcting):
                # Of several streams that it cannot correct, which one is named is not told by law.
                named = [(f.rule, f.severity, f.pointer) for f in verdict]
                assert named == [(f.rule, f.severity, f.pointer) for f in filed.findings]
                return
            assert verdict == filed.findings, (verdict, filed.findings)
            return
        assert isinstance(verdict, Verdict), verdict
        for event in new:
            if isinstance(event, FilingDecided):
                self.assert_decided_again(event, before)
                return
        if not isinstance(command, AboutPrepared):
            assert [type(e) for e in verdict.events] == [type(e) for e in new]

    def judged(self, command: Command, before: Scenario) -> Verdict | tuple[Finding, ...]:
        """The verdict of the rules, told to the filer, or the findings that refuse it."""
        command = addressed(before.addressed(command), before)
        patents = {n: before.patents.get(n, Patent(n)) for n in command.patents}
        context = before.context()
        context = replace(context, patents={**dict.fromkeys(NUMBERS), **before.patents, **patents})
        try:
            return decide(patents, command, context)
        except Refused as refused:
            return told(refused.findings, patents, command, context)

    def assert_decided_again(self, decided: FilingDecided, before: Scenario) -> None:
        """A prepared filing was decided as its own command is."""
        prepared = before.streams[decided.originator_id].prepared
        assert prepared is not None
        if decided.final and decided.outcome == "refused":
            return
        if prepared.filing.personal_values:
            return
        filing = restored(prepared.filing, ())
        verdict = self.judged(filing, before)
        assert isinstance(verdict, Verdict) is (decided.outcome == "registered")

    def assert_lawful(self, before: Scenario, new: list[LedgerEvent]) -> None:
        """What law.md bars, as known at the position of registration."""
        today = before.context().today
        for event in new:
            if event.envelope.door is not Door.FILED or event.originator_id not in before.patents:
                continue
            patent = before.patents[event.originator_id]
            frozen = patent.frozen(today)
            match event:
                case PledgeRegistered():
                    assert not patent.standing_pledges(today), "one pledge at a time"
                    assert not frozen
                case LicenceRecorded(kind=kind):
                    assert not frozen
                    assert kind == "ordinary" or patent.live_declaration(today) is None
                case OpenLicenceDeclared():
                    assert not frozen
                    barring = [x for x in patent.licences if x.in_term(today)]
                    assert all(x.now.kind == "ordinary" for x in barring if x.recorded_on)
                case TransferRegistered() | FeeLapseDecided():
                    assert not frozen
                case PatentAbandoned(reason="voluntary"):
                    assert not frozen
                case NameOrAddressChanged(after=renamed):
                    held = patent.patentees_on(today) or ()
                    assert not frozen or renamed.name in {p.name for p in held}, "no new name"
                case _:
                    continue

    def assert_past_unchanged(self, before: Scenario) -> None:
        """An act of parties says nothing of days before it."""
        today = before.context().today
        for number, patent in before.patents.items():
            after = self.known.patents[number]
            if after is patent:
                continue
            for back in (1, 20, 200):
                day = today - timedelta(days=back)
                now, then = on_a_day(after, day), on_a_day(patent, day)
                assert now == then, (number, day, [k for k in now if now[k] != then[k]])

    def assert_standing(self) -> None:
        """The table of what stands names the later of the filed pledges that nothing has ended."""
        found = self.connection.execute("SELECT patent_id, registration_no FROM standing_pledge")
        expected = {}
        for number, patent in self.known.patents.items():
            filed = [p for p in patent.pledges if p.filed and not p.revoked and p.ended_on is None]
            if filed:
                expected[number] = max(filed, key=lambda p: p.registered_on).registration_no
        assert dict(found.fetchall()) == expected

    # -- as known

    def answer(self, known: int, day: date) -> bytes:
        rows = extracts.extracts(self.reader, list(NUMBERS), Point(known, day, known))
        shown = [{k: v for k, v in row.items() if k != "head"} for row in rows]
        return orjson.dumps(shown, default=str)

    def assert_at_the_end(self, *, rebuilt: bool) -> None:
        """Every earlier answer is the same bytes; replay gives the same state, and the views."""
        for (known, day), before in self.answers.items():
            assert self.answer(known, day) == before, (known, day)
        for number, patent in self.known.patents.items():
            assert self.registry.patent(number) == patent
            remembered = self.registry.writer.look(lambda world, _, no=number: world.patent(no))
            assert plain(remembered) == plain(patent)
        self.assert_provable()
        if rebuilt:
            follow(self.url, FOLLOWED_AT_ONCE)
            compared = comparing.compare(self.url)
            assert compared["equal"], str([v for v in compared["views"].values() if not v["equal"]])
            self.assert_recounted()

    def assert_provable(self) -> None:
        """What is certified is what the register knows; an audit refuses no entry."""
        states = self.connection.execute(SELECT_NEW, [0]).fetchall()
        assert_certified((entry_of(bytes(row[-1])) for row in states), self.known.patents)
        means = self.registry.means
        today = Today(self.now.date(), means.calendar, means.law)
        kinds = {"refused-if-judged-again", "standing-differs", "registration-differs"}
        assert [f for f in audit(self.url, today=today) if f.kind in kinds] == []

    def assert_recounted(self) -> None:
        """The statistics that followed are, cell for cell, those that the log gives, at the head
        and halfway."""
        for family, known_at in zip(FAMILIES, (None, self.position // 2, None), strict=True):
            for by in ((), ("kind", "party_kind")):
                days = (date(2019, 1, 1), self.clock.date())
                query = Query(family, *days, every=Every.YEAR, by=by).checked()
                stated = report(self.connection, query, known_at)
                found = verify(self.url, stated)
                assert found["equal"], found


def in_short(stated: Command | SourceRecord) -> str:
    """One line of a failing story."""
    if isinstance(stated, SourceRecord):
        return f"{stated!r:.300}"
    shown = {n: v for n, v in vars(stated).items() if v and n not in LONG}
    return f"{shown!r:.300}"


def on_a_day(patent: Patent, day: date) -> dict[str, Any]:
    """What is asked of a patent for a day."""
    return {
        "status": patent.status(day),
        "patentees": patent.patentees_on(day),
        "pledges": [p.registration_no for p in patent.standing_pledges(day)],
        "licences": [
            (x.licence_id, [s for s in x.shapes if s.since <= day][-1])
            for x in patent.licences
            if x.shapes[0].since <= day and (x.cancelled_on is None or day < x.cancelled_on)
        ],
        "declarations": [d.declaration_no for d in patent.declarations if d.live(day)],
        "frozen": patent.frozen(day),
        "fees": patent.fees_paid_through(day),
    }


def plain(patent: Patent) -> dict[str, Any]:
    """The state without personal values, which are no part of what is stored."""
    members = {name: getattr(patent, name) for name in Patent.__dataclass_fields__}
    return {name: _impersonal(value) for name, value in members.items()}


def _impersonal(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_impersonal(each) for each in value)
    if isinstance(value, Amended):
        return (_impersonal(value.fact), _impersonal(value.by))
    return value.model_copy(update={"personal": None}) if isinstance(value, Event) else value

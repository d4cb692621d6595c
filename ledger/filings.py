"""Filings as the writer enters them: judged under the log's lock, answered with a receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

import orjson
from pydantic import BaseModel

from ledger.addressing import (
    Patents,
    Registrations,
    Streams,
    address_of,
    addressed,
    compensated_for,
    evidenced,
)
from ledger.domain import acting
from ledger.domain.completing import (
    completed,
    contest_decided,
    contested,
    erased,
    preparer,
    refused_by_office,
)
from ledger.domain.consent import Consent
from ledger.domain.contests import ContestRefusal, DecideContest, read_so, within
from ledger.domain.corrections import Correcting
from ledger.domain.deciding import Verdict
from ledger.domain.events import Door, FilingConfirmed, OpenLicenceTaken, PledgeRegistered
from ledger.domain.filing import Caller, Command, Context
from ledger.domain.joint import (
    AboutPrepared,
    ConfirmFiling,
    PrepareFiling,
    RefuseFiling,
    restored,
)
from ledger.domain.lifecycle import CompensateTerm
from ledger.domain.money import plain
from ledger.domain.numbers import registration_number
from ledger.domain.patent import Patent
from ledger.domain.periods import civil_date
from ledger.domain.prepared import Prepared
from ledger.domain.refusals import Overtaken, Refused
from ledger.domain.streams import evolve_stream
from ledger.domain.telling import decided
from ledger.eventstore.acts import Entered, RegistrationRow
from ledger.eventstore.restanding import restanding
from ledger.eventstore.stored_form import canonical
from ledger.eventstore.world import World, is_patent
from ledger.joining import queued, shown, withheld
from ledger.means import Means, recorded_text

KINDS = {"Y": "pledge", "X": "licence", "K": "declaration", "T": "take"}
"""Letters of registration numbers and what they register."""


@dataclass(frozen=True, slots=True)
class Filing:
    """A command with who files it and under which key."""

    command: Command
    caller: Caller
    key: str


class FilingAct:
    """A filing as the writer enters it."""

    def __init__(self, filing: Filing, means: Means) -> None:
        self.filing = filing
        self.caller = filing.caller.id
        self.key = filing.key
        # A correction asks what another filing entered, a compensation what others compensated.
        self.ahead = not isinstance(filing.command, Correcting | CompensateTerm)
        self._means = means
        body = said(filing.command)
        self.weight = len(body) * max(1, len(filing.command.patents))
        self.size = 2 * max(1, len(filing.command.patents))
        self.body_hmac = means.digest("body", body)

    def streams(self) -> Sequence[str]:
        """The streams the command names by itself; what else it needs, the state tells."""
        command = self.filing.command
        return [*command.patents, *(f"filing:{c}" for c in command.consents)]

    def decide(self, world: World, moment: datetime) -> Entered:
        """Judge it by all rules and make its events."""
        verdict, context, drawn = self.judge(world, moment)
        number = self._number(verdict, drawn)
        prepared = self._prepared(world, verdict)
        more = {} if prepared is None else {"prepared": shown(prepared, context.today)}
        return Entered(
            filing_id=context.filing_id,
            events=verdict.events,
            receipt=lambda first: receipt(context, verdict, number, first, more),
            registrations=self._registrations(world, verdict, context, drawn),
            standing=restanding(world, verdict.events),
            beside=None if prepared is None else queued(prepared, context.today),
        )

    def judge(
        self, world: World, moment: datetime
    ) -> tuple[Verdict, Context, list[tuple[str, int, str]]]:
        """The verdict on the state under the lock, with the context it was reached in."""
        command = addressed(self.filing.command, world)
        self._check_versions(command, world)
        drawn: list[tuple[str, int, str]] = []
        context = self._context(command, world, moment, drawn)
        patents = {number: world.patent(number) for number in command.patents}
        acting.check(patents, command, context)
        return decided(patents, command, context), context, drawn

    def _context(
        self, command: Command, world: World, moment: datetime, drawn: list[tuple[str, int, str]]
    ) -> Context:
        means = self._means
        today = civil_date(moment)

        def draw(letter: str) -> str:
            serial = world.draw(KINDS[letter], today.year, means.region)
            number = registration_number(letter, today.year, means.region, serial)
            drawn.append((letter, serial, number))
            return number

        streams = Streams(world)
        return Context(
            filing_id=means.ids(),
            now=moment,
            today=today,
            caller=self.filing.caller,
            door=Door.FILED,
            calendar=means.calendar,
            law=means.law,
            judged_under=means.judged_under(today),
            pseudonym=means.pseudonym,
            draw=draw,
            consents=consents_of(command, streams),
            evidenced=evidenced(command, world),
            registrations=Registrations(world),
            patents=Patents(world),
            streams=streams,
            compensated_for=compensated_for(world),
        )

    def _prepared(self, _: World, __: Verdict) -> Prepared | None:
        """The prepared filing that the act is about, after it."""
        return None

    def _check_versions(self, command: Command, world: World) -> None:
        expected = command.expected_versions
        actual = {number: world.patent(number).version for number in expected}
        stale = {
            number: stated
            for number, stated in expected.items()
            if actual[number] not in ((stated,) if isinstance(stated, int) else stated)
        }
        if stale:
            raise Overtaken(stale, actual)

    def _number(self, verdict: Verdict, drawn: list[tuple[str, int, str]]) -> str | None:
        """The registration number of the filing: the one it drew, or the one it is about."""
        if drawn:
            return drawn[0][2]
        if address_of(type(self.filing.command)) is None:
            return None
        return verdict.events[0].envelope.registration_no

    def _registrations(
        self, world: World, verdict: Verdict, context: Context, drawn: list[tuple[str, int, str]]
    ) -> list[RegistrationRow]:
        """A row for each number drawn; a licence taken is known by its filing until it is
        recorded."""
        if any(isinstance(event, OpenLicenceTaken) for event in verdict.events):
            serial = world.draw("take", context.today.year, self._means.region)
            drawn.append(("T", serial, context.filing_id))
        covered = tuple(
            dict.fromkeys(e.originator_id for e in verdict.events if is_patent(e.originator_id))
        )
        claim = next(
            (e.claim.id for e in verdict.events if isinstance(e, PledgeRegistered) and e.claim),
            None,
        )
        return [
            RegistrationRow(
                number,
                KINDS[letter],
                context.today.year,
                self._means.region,
                serial,
                covered,
                claim,
            )
            for letter, serial, number in drawn
        ]


class JointAct(FilingAct):
    """An act on a prepared filing, beginning with its preparation."""

    def __init__(self, filing: Filing, means: Means) -> None:
        super().__init__(filing, means)
        # It writes the queue of prepared filings, reads what is personal of one, and may rest on
        # another reading of the law.
        self.ahead = False

    def streams(self) -> Sequence[str]:
        command = self.filing.command
        if isinstance(command, PrepareFiling | ContestRefusal):
            return super().streams()
        assert isinstance(command, AboutPrepared), "it is about a prepared filing"
        return [f"filing:{command.filing}"]

    def judge(
        self, world: World, moment: datetime
    ) -> tuple[Verdict, Context, list[tuple[str, int, str]]]:
        """The verdict on the act, and on the filing itself where the act has it judged."""
        command = self.filing.command
        if isinstance(command, PrepareFiling | ContestRefusal):
            self._check_versions(command.filing, world)
        verdict, context, drawn = super().judge(world, moment)
        if isinstance(command, ConfirmFiling):
            (confirmed,) = verdict.events
            prepared = self._prepared(world, verdict)
            assert prepared is not None, "it is confirmed"
            if not prepared.awaiting:
                filing, patents, judging = self._filing(prepared, world, context)
                assert isinstance(confirmed, FilingConfirmed), "that is what confirming enters"
                verdict = completed(patents, filing, confirmed, judging)
        elif isinstance(command, RefuseFiling):
            prepared = Streams(world)[f"filing:{command.filing}"].prepared
            assert prepared is not None, "joint-filing-open was judged"
            filing, patents, judging = self._filing(prepared, world, context)
            verdict = refused_by_office(patents, filing, command, judging)
        elif isinstance(command, ContestRefusal):
            contest = addressed(command, world)
            assert isinstance(contest, ContestRefusal), "it stays what it is"
            patents = {number: world.patent(number) for number in contest.patents}
            verdict = contested(patents, contest, context)
        elif isinstance(command, DecideContest):
            verdict = self._decided(command, world, context)
        return verdict, context, drawn

    def _decided(self, command: DecideContest, world: World, context: Context) -> Verdict:
        """The decision of a contest; set aside, the filing is judged again, or waits again for
        those who have not confirmed it."""
        decided = contest_decided(command, context)
        verdict = Verdict((decided,), ())
        prepared = self._prepared(world, verdict)
        assert prepared is not None, "contest-open was judged"
        if decided.outcome == "upheld" or prepared.awaiting:
            return verdict
        filing, patents, judging = self._filing(prepared, world, context)
        return completed(patents, filing, decided, read_so(judging, decided.waived))

    def _filing(
        self, prepared: Prepared, world: World, context: Context
    ) -> tuple[Command, dict[str, Patent], Context]:
        """The prepared filing with the patents and the context in which it is judged now."""
        personal = withheld(world, prepared.filing)
        if personal is None:
            raise Refused((erased(),))
        filing = addressed(restored(prepared.filing, personal), world)
        patents = {number: world.patent(number) for number in filing.patents}
        judging = replace(within(filing, context), caller=preparer(prepared))
        return filing, patents, judging

    def _prepared(self, world: World, verdict: Verdict) -> Prepared | None:
        name = verdict.events[0].originator_id
        stream = Streams(world)[name]
        for event in verdict.events:
            if event.originator_id == name:
                stream = evolve_stream(stream, event)
        return stream.prepared

    def _number(self, verdict: Verdict, drawn: list[tuple[str, int, str]]) -> str | None:
        numbers = (event.envelope.registration_no for event in verdict.events)
        return drawn[0][2] if drawn else next(filter(None, numbers), None)


def act_of(filing: Filing, means: Means) -> FilingAct:
    """A filing as the writer enters it, whatever it is about."""
    joint = isinstance(filing.command, PrepareFiling | ContestRefusal | AboutPrepared)
    return (JointAct if joint else FilingAct)(filing, means)


def consents_of(command: Command, streams: Streams) -> dict[str, Consent]:
    """The consents that a filing names and that are on record."""
    named = ((name, streams[f"filing:{name}"].consent) for name in command.consents)
    return {name: consent for name, consent in named if consent is not None}


def said(command: Command) -> bytes:
    """What a command says, in bytes that are the same for the same filing: each number has one
    text, each member one place."""
    return orjson.dumps(command, _members, orjson.OPT_SORT_KEYS)


def _members(value: Any) -> Any:
    if type(value) is Decimal:
        return plain(value)
    # Models have their members, commands besides their name; nothing else is met here.
    kind: type[BaseModel] = type(value)
    name = _name_of(kind)
    members: dict[str, Any] = value.__dict__
    return members if name is None else {"command": name} | members


@cache
def _name_of(model: type[BaseModel]) -> str | None:
    return model.NAME if issubclass(model, Command) else None


def receipt(
    context: Context, verdict: Verdict, number: str | None, first: int, more: Mapping[str, Any]
) -> bytes:
    """The receipt of a registered filing: canonical JSON without any personal value."""
    entries = [
        {"position": position, "patent": event.originator_id, "version": event.originator_version}
        for position, event in enumerate(verdict.events, first)
    ]
    for entry in entries:
        if not is_patent(str(entry["patent"])):
            entry["stream"] = entry.pop("patent")
    return canonical(
        {
            "filing_id": context.filing_id,
            "registration_no": number,
            "position": first + len(verdict.events) - 1,
            "recorded_at": recorded_text(context.now),
            "registered_on": context.today.isoformat(),
            "filed_by": context.caller.id,
            "entries": entries,
            "warnings": [f.as_json() for f in verdict.warnings],
            "obligations": [f.as_json() for f in verdict.obligations],
            **more,
        }
    )

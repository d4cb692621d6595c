"""The one door: filings are judged and registered, facts are taken over, and both are answered for.

`file` judges a filing on all that is on record before it and enters it, or refuses with all
reasons; `judge` is its dry run; `enter` takes over facts of other registers, which no rule refuses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Self
from weakref import WeakKeyDictionary

import orjson
from eventsourcing.application import Repository
from eventsourcing.persistence import EventStore
from pydantic import BaseModel

from ledger.addressing import (
    Patents,
    Registrations,
    Streams,
    address_of,
    addressed,
    evidenced,
)
from ledger.domain import acting
from ledger.domain.deciding import Verdict, decide
from ledger.domain.events import Door, OpenLicenceTaken, PledgeRegistered
from ledger.domain.evolving import evolve
from ledger.domain.filing import Caller, Command, Context
from ledger.domain.money import plain
from ledger.domain.numbers import registration_number
from ledger.domain.patent import Patent
from ledger.domain.periods import civil_date
from ledger.domain.refusals import Overtaken
from ledger.eventstore.acts import Blocked, Bounds, Entered, RegistrationRow
from ledger.eventstore.awaiting import Awaited, Postbox
from ledger.eventstore.mapper import LedgerMapper
from ledger.eventstore.recorder import LedgerDatastore, LedgerRecorder
from ledger.eventstore.restanding import restanding
from ledger.eventstore.stored_form import canonical
from ledger.eventstore.views import Views
from ledger.eventstore.world import World, is_patent
from ledger.eventstore.writer import Writer
from ledger.means import Means, recorded_text
from ledger.transcription import SourceRecord, TranscriptionAct

KINDS = {"Y": "pledge", "X": "licence", "K": "declaration", "T": "take"}
"""Letters of registration numbers and what they register."""


@dataclass(frozen=True, slots=True)
class Filing:
    """A command with who files it and under which key."""

    command: Command
    caller: Caller
    key: str


class Registry:
    """The ledger's door for filings and facts, over one writer."""

    def __init__(self, url: str, means: Means, views: Views, bounds: Bounds | None = None) -> None:
        self.means = means
        self.datastore = LedgerDatastore(url, "ledger_writer")
        self.recorder = LedgerRecorder(self.datastore)
        self._patents = Repository(EventStore(LedgerMapper(means.salts), self.recorder))
        self._postboxes: WeakKeyDictionary[asyncio.AbstractEventLoop, Postbox] = WeakKeyDictionary()
        self.writer = Writer(
            url,
            self.recorder,
            views,
            clock=means.clock,
            salts=means.salts,
            bounds=bounds or Bounds(),
        )

    def patent(self, number: str, version: int | None = None) -> Patent:
        """What decisions see of a patent, now or at an earlier version of its stream.

        Raises AggregateNotFoundError where the ledger has no fact of it.
        """
        found: Patent = self._patents.get(number, version=version, projector_func=projected)
        return found

    def close(self) -> None:
        """Answer every caller that waits, then close the connections."""
        self.writer.close()
        self.datastore.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def file(self, filing: Filing) -> bytes:
        """The receipt of a filing, as canonical JSON; the same bytes for the same key, for ever.

        Raises Refused with every finding, NotAParty, Overtaken, KeyReused, Busy, Stopped,
        Unavailable or ClockBehind.
        """
        return self.writer.enter(FilingAct(filing, self.means))

    async def filed(self, filing: Filing) -> bytes:
        """As `file`, for a coroutine: the loop goes on while the filing waits."""
        loop = asyncio.get_running_loop()
        postbox = self._postboxes.get(loop)
        if postbox is None:
            postbox = self._postboxes[loop] = Postbox(loop)
        awaited = Awaited(FilingAct(filing, self.means), loop.create_future(), postbox)
        self.writer.hand_in(awaited)
        return await awaited.future

    def judge(self, filing: Filing) -> Verdict:
        """What filing would give now; writes nothing. Raises Refused and Overtaken as `file`
        does."""
        act = FilingAct(filing, self.means)
        verdict: Verdict = self.writer.look(lambda world, moment: act.judge(world, moment)[0])
        return verdict

    def enter(self, record: SourceRecord, run: str) -> bytes:
        """Take over a record of another register; raises NotNew where nothing is to be entered."""
        return self.submit(record, run).result()

    def submit(self, record: SourceRecord, run: str) -> Blocked:
        """As `enter`, without waiting, so that many records share a commit."""
        return self.writer.submit(TranscriptionAct(record, run, self.means))


class FilingAct:
    """A filing as the writer enters it."""

    ahead = True

    def __init__(self, filing: Filing, means: Means) -> None:
        self.filing = filing
        self.caller = filing.caller.id
        self.key = filing.key
        self._means = means
        body = said(filing.command)
        self.weight = len(body) * max(1, len(filing.command.patents))
        self.size = 2 * max(1, len(filing.command.patents))
        self.body_hmac = means.digest("body", filing.command.NAME.encode() + b"\n" + body)

    def streams(self) -> Sequence[str]:
        """The streams the command names by itself; what else it needs, the state tells."""
        command = self.filing.command
        return [*command.patents, *(f"filing:{c}" for c in command.consents)]

    def decide(self, world: World, moment: datetime) -> Entered:
        """Judge it by all rules and make its events."""
        verdict, context, drawn = self.judge(world, moment)
        number = self._number(verdict, drawn)
        return Entered(
            filing_id=context.filing_id,
            events=verdict.events,
            receipt=lambda first: receipt(context, verdict, number, first),
            registrations=self._registrations(world, verdict, context, drawn),
            standing=restanding(world, verdict.events),
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
        return decide(patents, command, context), context, drawn

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
        consents = {
            named: consent
            for named in command.consents
            if (consent := streams[f"filing:{named}"].consent) is not None
        }
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
            consents=consents,
            evidenced=evidenced(command, world),
            registrations=Registrations(world),
            patents=Patents(world),
            streams=streams,
        )

    def _check_versions(self, command: Command, world: World) -> None:
        expected = command.expected_versions
        actual = {number: world.patent(number).version for number in expected}
        stale = {
            number: version for number, version in expected.items() if actual[number] != version
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


def projected(patent: Patent | None, events: Iterable[Any]) -> Patent | None:
    """The library's projector function for a patent's stream: fold on what is there."""
    for event in events:
        patent = evolve(patent or Patent(event.originator_id), event)
    return patent


def said(command: Command) -> bytes:
    """What a command says, in bytes that are the same for the same filing: each number has one
    text, each member one place."""
    return orjson.dumps(command, _members, orjson.OPT_SORT_KEYS)


def _members(value: object) -> Any:
    if isinstance(value, BaseModel):
        return value.__dict__
    assert isinstance(value, Decimal), "a command holds models, decimals and JSON values"
    return plain(value)


def receipt(context: Context, verdict: Verdict, number: str | None, first: int) -> bytes:
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
        }
    )

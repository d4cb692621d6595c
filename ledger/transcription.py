"""Taking over what another register says: recorded as its source states it, refused by no rule.

A source record is known by its register and reference there, and by the digest of its content. The
same digest is *known*; another digest with a later update replaces the earlier facts (*changed*);
an older one is *stale*; a purge withdraws the record from its recorded date, whether it was known
or not. Of two contents with one date of update the greater digest stands, so that no order of
arrival decides.

The digest that is kept is keyed with the ledger's secret: a record's content holds addresses and
other values that are not public, which a plain digest would let anyone guess (docs/adr/0008).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg import Cursor

from ledger.domain.discrepancies import discrepancies
from ledger.domain.events import (
    Door,
    Envelope,
    PatentEvent,
    PatentNumbered,
    RecordWithdrawn,
    Source,
)
from ledger.domain.evolving import evolve
from ledger.domain.periods import civil_date
from ledger.domain.refusals import NotNew
from ledger.eventstore.acts import Entered
from ledger.eventstore.batch import Batch
from ledger.eventstore.group import REGISTRATION
from ledger.eventstore.registrations import Registrations, registration_of
from ledger.eventstore.stored_form import canonical
from ledger.eventstore.world import World, is_patent
from ledger.means import Means, recorded_text

CALLER = "transcription"

SELECT_RECORD = """
SELECT digest, updated_on, filing_id, withdrawn, patents FROM source_record
WHERE register = %b AND reference = %b
"""
UPSERT_RECORD = """
INSERT INTO source_record (register, reference, digest, updated_on, filing_id, withdrawn, patents)
VALUES (%b, %b, %b, %b, %b, %b, string_to_array(%b, ' '))
ON CONFLICT (register, reference) DO UPDATE SET digest = excluded.digest,
    updated_on = excluded.updated_on, filing_id = excluded.filing_id,
    withdrawn = excluded.withdrawn, patents = excluded.patents
"""
LOCK = "SELECT pg_advisory_xact_lock(log_lock_key())"
NOTE = """
INSERT INTO source_record (register, reference, digest, updated_on, filing_id, withdrawn, patents)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (register, reference) DO UPDATE SET updated_on = excluded.updated_on
WHERE (source_record.digest, source_record.withdrawn) = (excluded.digest, excluded.withdrawn)
    AND coalesce(source_record.updated_on < excluded.updated_on, true)
"""
INSERT_REGISTRATIONS = """
INSERT INTO transcribed_registration (registration_no, patent_id, kind, year, region, serial)
SELECT * FROM unnest(%b::text[], %b::text[], %b::text[], %b::int[], %b::text[], %b::bigint[])
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Stated:
    """One fact as the source states it: an event kind and its fields, on one patent, or a pledge
    of a trademark."""

    patent: str
    """The stream: a patent's id, or `trademark:` and the trademark's."""
    event: type[PatentEvent]
    fields: dict[str, Any]
    effective_on: date
    registration_no: str | None = None


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One record of another register, all of it or nothing."""

    register: str
    reference: str
    digest: str
    """Of the whole content, as its reader computes it; it is keyed before it is kept."""
    updated_on: date | None
    recorded_on: date
    facts: tuple[Stated, ...]
    purged: bool = False
    """Withdrawn by the register; the facts then say no more than which patents it was about."""


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """What the ledger has of a source record."""

    digest: str
    updated_on: date | None
    filing_id: str | None
    withdrawn: bool
    patents: tuple[str, ...]


class NothingToEnter(NotNew):
    """The record changes nothing on any patent; what there is to note of it, `note` notes."""

    def __init__(self, outcome: str, noted: KnownRecord | None = None) -> None:
        super().__init__(outcome)
        self.noted = noted


def outcome_of(record: SourceRecord, known: KnownRecord | None) -> str:
    """Whether a record is new, changed, known, stale or purged."""
    if known is None:
        return "purged" if record.purged else "new"
    same = known.digest == record.digest and not known.withdrawn
    if record.purged == known.withdrawn and (record.purged or same):
        return "known"
    if known.updated_on is not None:
        told = (record.updated_on or date.min, record.purged, record.digest)
        if told <= (known.updated_on, known.withdrawn, known.digest):
            return "stale"
    return "purged" if record.purged else "changed"


class TranscriptionAct:
    """A source record as the writer enters it."""

    ahead = False

    def __init__(self, record: SourceRecord, run: str, means: Means) -> None:
        digest = means.digest("source", record.digest.encode()).hex()
        self.record = replace(record, digest=digest)
        self.caller = CALLER
        said = f"{digest} {record.updated_on} {'purged' if record.purged else 'stated'}"
        self.key = f"{run} {record.register} {record.reference} {said}"
        self.body_hmac = means.digest("body", digest.encode())
        self.size = len(record.facts)
        self.weight = 2000 * len(record.facts)
        self._means = means

    def streams(self) -> Sequence[str]:
        """None before it is known whether there is anything to enter."""
        return ()

    def decide(self, world: World, moment: datetime) -> Entered:
        """The events that take the record over; raises NothingToEnter where there are none."""
        record = self.record
        known = self._known(world)
        outcome = outcome_of(record, known)
        if known is not None and outcome in ("known", "stale"):
            raise NothingToEnter(outcome, self._later(world, known) if outcome == "known" else None)
        patents = tuple(dict.fromkeys(fact.patent for fact in record.facts))
        world.load([*patents, *(known.patents if known else ())])
        filing_id = self._means.ids()
        events = self._events(world, moment, filing_id, known)
        entered = filing_id if events else None
        told = KnownRecord(record.digest, record.updated_on, entered, record.purged, patents)
        self._note(world, told)
        if not events:
            raise NothingToEnter(outcome, told)
        found = self._discrepancies(world, events, filing_id)
        return Entered(
            filing_id,
            events,
            lambda first: self._receipt(outcome, events, found, first),
            beside=lambda curs: self._beside(curs, world, told, events),
        )

    def _known(self, world: World) -> KnownRecord | None:
        noted: KnownRecord | None = world.notes.get((self.record.register, self.record.reference))
        if noted is not None:
            return noted
        row = world.query(SELECT_RECORD, (self.record.register, self.record.reference))
        return None if row is None else KnownRecord(**row | {"patents": tuple(row["patents"])})

    def _note(self, world: World, told: KnownRecord) -> None:
        """Tell the later acts of the group what they will find."""
        world.notes[(self.record.register, self.record.reference)] = told

    def _later(self, world: World, known: KnownRecord) -> KnownRecord | None:
        """A known record that was updated later than was known makes more of the others stale."""
        updated_on = self.record.updated_on
        if updated_on is None or (known.updated_on is not None and updated_on <= known.updated_on):
            return None
        noted = replace(known, updated_on=updated_on)
        self._note(world, noted)
        return noted

    def _events(
        self, world: World, moment: datetime, filing_id: str, known: KnownRecord | None
    ) -> list[PatentEvent]:
        envelope = self._envelopes(moment, filing_id, None if known is None else known.filing_id)
        versions: dict[str, int] = {}
        events: list[PatentEvent] = []
        for fact in self._facts(world, known):
            version = versions.get(fact.patent) or world.state(fact.patent).version
            versions[fact.patent] = version + 1
            events.append(
                fact.event(
                    originator_id=fact.patent,
                    originator_version=version + 1,
                    envelope=envelope(fact.effective_on, fact.registration_no),
                    **fact.fields,
                )
            )
        return events

    def _facts(self, world: World, known: KnownRecord | None) -> list[Stated]:
        """What is to be entered: what the record says and the ledger has not, and the withdrawal
        from each patent that it is no longer about."""
        record = self.record
        listed = dict.fromkeys(fact.patent for fact in record.facts)
        gone = [p for p in (known.patents if known else ()) if p not in listed]
        withdrawn = [*listed, *gone] if record.purged else gone
        stated = [] if record.purged else list(record.facts)
        news = [f for f in stated if _is_news(world, f)]
        return (news or stated) + [
            Stated(patent, RecordWithdrawn, {"reference": record.reference}, record.recorded_on)
            for patent in withdrawn
        ]

    def _envelopes(
        self, moment: datetime, filing_id: str, corrects: str | None
    ) -> Callable[[date, str | None], Envelope]:
        """Makes one envelope for all facts of a day and a registration."""
        record, today = self.record, civil_date(moment)
        source = Source(register=record.register, reference=record.reference, digest=record.digest)
        made: dict[tuple[date, str | None], Envelope] = {}

        def envelope(effective_on: date, registration_no: str | None) -> Envelope:
            key = (effective_on, registration_no)
            if key not in made:
                made[key] = Envelope(
                    filing_id=filing_id,
                    registration_no=registration_no,
                    filed_by=CALLER,
                    door=Door.TRANSCRIBED,
                    source=source,
                    received_on=today,
                    effective_on=effective_on,
                    recorded_at=moment,
                    judged_under=self._means.judged_under(today),
                    corrects=corrects,
                )
            return made[key]

        return envelope

    def _discrepancies(
        self, world: World, events: Sequence[PatentEvent], filing_id: str
    ) -> list[dict[str, Any]]:
        """What of this record does not fit the history it joins."""
        about_patents = [event for event in events if is_patent(event.originator_id)]
        patents = {e.originator_id: world.patent(e.originator_id) for e in about_patents}
        for event in about_patents:
            patents[event.originator_id] = evolve(patents[event.originator_id], event)
        return [
            found.as_json()
            for patent in patents.values()
            for found in discrepancies(patent)
            if found.filing_id == filing_id
        ]

    def _receipt(
        self,
        outcome: str,
        events: Sequence[PatentEvent],
        found: list[dict[str, Any]],
        first: int,
    ) -> bytes:
        envelope = events[0].envelope
        return canonical(
            {
                "outcome": outcome,
                "filing_id": envelope.filing_id,
                "position": first + len(events) - 1,
                "recorded_at": recorded_text(envelope.recorded_at),
                "entries": [
                    {
                        "position": place,
                        "patent" if is_patent(e.originator_id) else "stream": e.originator_id,
                    }
                    for place, e in enumerate(events, first)
                ],
                "discrepancies": found,
            }
        )

    def _beside(
        self,
        curs: Cursor[Any],
        world: World,
        told: KnownRecord,
        events: Sequence[PatentEvent],
    ) -> None:
        """What is kept of the record, and the registrations that filings may now be about."""
        row = (self.record.register, self.record.reference, told.digest, told.updated_on)
        patents = " ".join(told.patents)
        curs.execute(UPSERT_RECORD, (*row, told.filing_id, told.withdrawn, patents), prepare=True)
        numbers = [number for event in events if (number := registration_of(event)) is not None]
        if numbers:
            columns = [list(column) for column in zip(*numbers, strict=True)]
            curs.execute(INSERT_REGISTRATIONS, columns, prepare=True)
            world.forget_serials()


def note(
    connection: psycopg.Connection[Any], register: str, reference: str, noted: KnownRecord
) -> bool:
    """Note what a record that changes no patent says of itself, under the log's lock; False where
    another came between and it is to be submitted again."""
    with connection.transaction(), connection.cursor() as curs:
        curs.execute(LOCK)
        row = (noted.digest, noted.updated_on, noted.filing_id, noted.withdrawn)
        curs.execute(NOTE, (register, reference, *row, list(noted.patents)))
        return curs.rowcount == 1


def _is_news(world: World, fact: Stated) -> bool:
    """Whether a fact need be entered: numbers of a patent are told with every record about it."""
    if fact.event is not PatentNumbered:
        return True
    patent = world.patent(fact.patent)
    title = fact.fields["invention_title"]
    return not (
        set(fact.fields["aliases"]) <= {*patent.aliases, patent.id}
        and (title is None or title in patent.titles)
    )


def write_registrations(curs: Cursor[Any], told: Registrations) -> None:
    """Write what a whole log tells of registrations, into tables without any."""
    batch = Batch()
    for row in told.drawn.values():
        batch.add(REGISTRATION, row)
    batch.flush(curs)
    if told.transcribed:
        columns = [list(column) for column in zip(*told.transcribed.values(), strict=True)]
        curs.execute(INSERT_REGISTRATIONS, columns)

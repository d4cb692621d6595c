"""Taking over what another register says: recorded as its source states it, refused by no rule.

A source record is known by its register and reference there, and by the digest of its content. The same
digest is *known*; another digest with a later update replaces the earlier facts (*changed*); an older one is
*stale*; a purge withdraws the record from its recorded date, whether it was known or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import Cursor

from ledger.domain.discrepancies import discrepancies
from ledger.domain.events import (
    Door,
    Envelope,
    LicenceRecorded,
    OpenLicenceDeclared,
    PatentEvent,
    PledgeRegistered,
    RecordWithdrawn,
    Source,
)
from ledger.domain.numbers import InvalidNumber, parse_registration_number
from ledger.domain.patent import evolve
from ledger.domain.periods import civil_date
from ledger.domain.refusals import NotNew
from ledger.eventstore.stored_form import canonical
from ledger.eventstore.world import World
from ledger.eventstore.writer import Entered
from ledger.means import Means, judged_under, recorded_text

CALLER = "transcription"

SELECT_RECORD = """
SELECT digest, updated_on, filing_id, withdrawn, patents FROM source_record
WHERE register = %b AND reference = %b
"""
UPSERT_RECORD = """
INSERT INTO source_record (register, reference, digest, updated_on, filing_id, withdrawn, patents)
VALUES (%b, %b, %b, %b, %b, %b, string_to_array(%b, ' '))
ON CONFLICT (register, reference) DO UPDATE SET digest = excluded.digest, updated_on = excluded.updated_on,
    filing_id = excluded.filing_id, withdrawn = excluded.withdrawn, patents = excluded.patents
"""


INSERT_REGISTRATION = """
INSERT INTO transcribed_registration (registration_no, patent_id, kind, year, region, serial)
VALUES (%b, %b, %b, %b::int, %b, %b::bigint) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Stated:
    """One fact as the source states it: an event kind and its fields, on one patent."""

    patent: str
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
    updated_on: date | None
    recorded_on: date
    facts: tuple[Stated, ...]
    purged: bool = False


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """What the ledger has of a source record."""

    digest: str
    updated_on: date | None
    filing_id: str | None
    withdrawn: bool
    patents: tuple[str, ...]


def outcome_of(record: SourceRecord, known: KnownRecord | None) -> str:
    """Whether a record is new, changed, known, stale or purged."""
    if known is not None:
        if known.digest == record.digest and known.withdrawn == record.purged:
            return "known"
        if known.updated_on is not None and (record.updated_on or date.min) <= known.updated_on:
            later_purge = (
                record.purged and not known.withdrawn and record.updated_on == known.updated_on
            )
            if not later_purge:
                return "stale"
    if record.purged:
        return "purged"
    return "new" if known is None else "changed"


class TranscriptionAct:
    """A source record as the writer enters it."""

    def __init__(self, record: SourceRecord, run: str, means: Means) -> None:
        self.record = record
        self.caller = CALLER
        self.key = f"{run} {record.register} {record.reference} {record.digest}"
        self.body_hmac = means.digest("body", record.digest.encode())
        self.size = len(record.facts)
        self.weight = 2000 * len(record.facts)
        self._means = means

    def streams(self) -> Sequence[str]:
        return [fact.patent for fact in self.record.facts]

    def decide(self, world: World, moment: datetime) -> Entered:
        """The events that take the record over; raises NotNew where there are none."""
        record = self.record
        known = self._known(world)
        outcome = outcome_of(record, known)
        if outcome in ("known", "stale"):
            raise NotNew(outcome)
        filing_id = self._means.ids()
        events = self._events(world, moment, filing_id, known)
        patents = tuple(dict.fromkeys(fact.patent for fact in record.facts))
        found = self._discrepancies(world, events, filing_id)
        world.notes[(record.register, record.reference)] = KnownRecord(
            record.digest, record.updated_on, filing_id, record.purged, patents
        )

        def beside(curs: Cursor[Any]) -> None:
            row = (record.register, record.reference, record.digest, record.updated_on, filing_id)
            curs.execute(UPSERT_RECORD, (*row, record.purged, " ".join(patents)), prepare=True)
            for event in events:
                number = registration_of(event)
                if number is not None:
                    curs.execute(INSERT_REGISTRATION, number, prepare=True)
                    world.forget_serials()

        def receipt(first: int) -> bytes:
            return canonical(
                {
                    "outcome": outcome,
                    "filing_id": filing_id,
                    "position": first + len(events) - 1,
                    "recorded_at": recorded_text(moment),
                    "entries": [
                        {"position": p, "patent": e.originator_id}
                        for p, e in enumerate(events, first)
                    ],
                    "discrepancies": found,
                }
            )

        return Entered(filing_id, events, receipt, beside=beside)

    def _known(self, world: World) -> KnownRecord | None:
        noted: KnownRecord | None = world.notes.get((self.record.register, self.record.reference))
        if noted is not None:
            return noted
        row = world.query(SELECT_RECORD, (self.record.register, self.record.reference))
        if row is None:
            return None
        return KnownRecord(
            row["digest"],
            row["updated_on"],
            row["filing_id"],
            row["withdrawn"],
            tuple(row["patents"]),
        )

    def _events(
        self, world: World, moment: datetime, filing_id: str, known: KnownRecord | None
    ) -> list[PatentEvent]:
        record = self.record
        corrects = None if known is None else known.filing_id
        listed = dict.fromkeys(fact.patent for fact in record.facts)
        gone = [p for p in (known.patents if known else ()) if p not in listed]
        withdrawn = [*listed, *gone] if record.purged else gone
        stated = [] if record.purged else list(record.facts)
        stated += [
            Stated(patent, RecordWithdrawn, {"reference": record.reference}, record.recorded_on)
            for patent in withdrawn
        ]
        versions: dict[str, int] = {}
        envelopes: dict[tuple[date, str | None], Envelope] = {}
        events: list[PatentEvent] = []
        for fact in stated:
            version = versions.get(fact.patent) or world.patent(fact.patent).version
            versions[fact.patent] = version + 1
            key = (fact.effective_on, fact.registration_no)
            if key not in envelopes:
                envelopes[key] = self._envelope(moment, filing_id, corrects, *key)
            events.append(
                fact.event(
                    originator_id=fact.patent,
                    originator_version=version + 1,
                    envelope=envelopes[key],
                    **fact.fields,
                )
            )
        return events

    def _envelope(
        self,
        moment: datetime,
        filing_id: str,
        corrects: str | None,
        effective_on: date,
        registration_no: str | None,
    ) -> Envelope:
        record = self.record
        today = civil_date(moment)
        return Envelope(
            filing_id=filing_id,
            registration_no=registration_no,
            filed_by=CALLER,
            door=Door.TRANSCRIBED,
            source=Source(
                register=record.register, reference=record.reference, digest=record.digest
            ),
            received_on=today,
            effective_on=effective_on,
            recorded_at=moment,
            judged_under=judged_under(today, self._means.law),
            corrects=corrects,
        )

    def _discrepancies(
        self, world: World, events: Sequence[PatentEvent], filing_id: str
    ) -> list[dict[str, Any]]:
        """What of this record does not fit the history it joins."""
        patents = {event.originator_id: world.patent(event.originator_id) for event in events}
        for event in events:
            patents[event.originator_id] = evolve(patents[event.originator_id], event)
        return [
            found.as_json()
            for patent in patents.values()
            for found in discrepancies(patent)
            if found.filing_id == filing_id
        ]


def registration_of(
    event: PatentEvent,
) -> tuple[str, str, str, int | None, str | None, int | None] | None:
    """The row by which a filing can later be about what another register has registered."""
    match event:
        case PledgeRegistered():
            number, kind = event.envelope.registration_no or event.filing_id, "pledge"
        case LicenceRecorded(licence_id=number):
            kind = "licence"
        case OpenLicenceDeclared(declaration_no=number):
            kind = "declaration"
        case _:
            return None
    try:
        parsed = parse_registration_number(number, letters="YXK")
    except InvalidNumber:
        return (number, event.originator_id, kind, None, None, None)
    return (number, event.originator_id, kind, parsed.year, parsed.region, parsed.serial)

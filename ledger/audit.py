"""The audit: every patent's stream replayed, and everything in it that does not fit.

Facts of other registers are recorded as they are stated; what contradicts the rest is found here,
with all that is known by now, in the order in which the facts take effect. One stream is in memory
at a time, all of them from one snapshot of the log.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from eventsourcing.persistence import StoredEvent
from psycopg import Connection

from ledger.audit_beside import Beside, Standing, beside
from ledger.audit_filings import filings, sources
from ledger.database import connect
from ledger.domain.discrepancies import Discrepancy, discrepancies
from ledger.domain.events import PatentEvent
from ledger.domain.lawsettings import LawSettings
from ledger.domain.patent import Patent
from ledger.domain.periods import WorkingCalendar
from ledger.domain.rejudging import judged_again
from ledger.domain.standing_discrepancies import standing_discrepancies
from ledger.eventstore import stored_form
from ledger.eventstore.reading import DAMAGED, UnreadableRow, reason_of
from ledger.eventstore.world import empty, folded

SERIAL_DIGITS = 7
"""Digits at the end of a registration number that count within its kind, year and region."""

PAGE = 5_000
"""Events fetched at once."""

SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
HEAD = "SELECT coalesce(max(notification_id), 0) FROM stored_events"
SELECT_STREAMS = """
SELECT originator_id, originator_version, topic, state, notification_id FROM stored_events
ORDER BY originator_id, originator_version
"""

SELECT_TWICE = """
SELECT a.patent_id, e.originator_id, e.originator_version, e.topic, e.state, e.notification_id
FROM patent_alias AS a
JOIN stored_events AS e ON e.originator_id = a.alias AND e.originator_version = 1
ORDER BY a.alias, a.patent_id
"""

SELECT_GAPS = """
SELECT number, before + 1, serial - 1 FROM (
    SELECT max(number) AS number, serial, kind, year, region,
        lag(serial, 1, 0) OVER (PARTITION BY kind, year, region ORDER BY serial) AS before
    FROM (
        SELECT kind, year, region, serial, registration_no AS number FROM registration
        UNION ALL
        SELECT kind, year, region, serial, NULL FROM transcribed_registration
        WHERE year IS NOT NULL AND region IS NOT NULL AND serial IS NOT NULL
    ) AS known GROUP BY kind, year, region, serial
) AS neighbours
WHERE number IS NOT NULL AND serial > before + 1 ORDER BY kind, year, region, serial
"""
"""A number that is drawn follows the one before it, drawn here or told by another register."""

ALTERED = frozenset(
    {
        *("unreadable", "standing-differs", "registration-differs", "feed-differs"),
        *("follower-ahead", "receipt-differs", "source-differs"),
    }
)
"""Kinds that no filing and no other register brings about: somebody has changed the database."""

Progress = Callable[[int, int], None]
"""Told how many of how many events are replayed."""


@dataclass(frozen=True, slots=True)
class Today:
    """The day of an audit, and by what is judged again."""

    day: date
    calendar: WorkingCalendar
    law: LawSettings


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """One thing that does not fit: what, where, and the entry that says it."""

    kind: str
    patent: str
    position: int
    detail: str
    version: int
    filing_id: str
    effective_on: str
    topic: str
    register: str | None
    reference: str | None
    """Where the fact was read, if it was taken over."""


def audit(
    url: str,
    progress: Progress = lambda _, __: None,
    damaged: frozenset[str] = frozenset(),
    today: Today | None = None,
) -> Generator[AuditFinding, None, None]:
    """Everything that does not fit, patent by patent in the order of their ids; entries that cannot
    be read, or rest on documents whose digests are given as damaged, among it. With a day, also
    what does not fit in what stands on it, and what would be refused were it judged again.
    """
    with connect(url, "ledger_writer", autocommit=False) as connection:
        connection.execute(SNAPSHOT)
        row = connection.execute(HEAD).fetchone()
        assert row is not None, "an aggregate gives one row"
        done, total = 0, row[0]
        standing = Standing(connection) if today is not None else None
        unread: list[int] = []
        for patent, positions, again in _patents(connection, today):
            done += len(positions)
            progress(done, total)
            if isinstance(patent, UnreadableRow):
                unread.append(patent.position)
                yield _unreadable(patent)
                if standing is not None:
                    standing.forget(patent.stream)
                continue
            facts = {fact.originator_version: fact for fact in patent.facts}
            for found in discrepancies(patent):
                yield _finding(found, facts[found.version], positions[found.version])
            for found in _on_damaged(facts.values(), damaged):
                yield _finding(found, facts[found.version], positions[found.version])
            for found in standing_discrepancies(patent, today.day) if today else ():
                yield _finding(found, facts[found.version], positions[found.version])
            for found, fact in again:
                yield _finding(found, fact, positions[found.version])
            yield from map(_beside, standing.held(patent) if standing else ())
        progress(total, total)
        yield from _twice(connection)
        if standing is not None:
            yield from _gaps(connection)
            yield from map(_beside, (*standing.left(), *beside(connection)))
            yield from map(_beside, filings(connection, unread))
            yield from map(_beside, sources(connection, unread))
        connection.rollback()


def _on_damaged(facts: Iterable[PatentEvent], damaged: frozenset[str]) -> Iterator[Discrepancy]:
    """Entries that name a document whose bytes have changed."""
    for fact in facts if damaged else ():
        for document in fact.envelope.documents:
            if document.digest in damaged:
                yield Discrepancy(
                    "document-damaged",
                    fact.originator_id,
                    fact.originator_version,
                    fact.filing_id,
                    f"the bytes of the {document.kind} {document.digest} have changed",
                )


Again = list[tuple[Discrepancy, PatentEvent]]
"""Entries that would be refused, with what would refuse them."""


Read = tuple[Patent | UnreadableRow, dict[int, int], Again]


def _patents(connection: Connection[Any], today: Today | None = None) -> Iterator[Read]:
    """Each patent, with the positions of its versions in the log, and what is judged again. Of a
    stream with a row that cannot be read, that row alone."""
    with connection.cursor(name="audit", binary=True) as curs:
        curs.itersize = PAGE
        curs.execute(SELECT_STREAMS)
        for stream, rows in groupby(curs, key=itemgetter(0)):
            state, positions, again = empty(stream), dict[int, int](), Again()
            before, filing = state, None
            events = iter(rows)
            for row in events:
                positions[row[1]] = row[4]
                try:
                    event = stored_form.decode(StoredEvent(*row[:4]))
                    if isinstance(event, PatentEvent) and event.filing_id != filing:
                        before, filing = state, event.filing_id
                    if isinstance(event, PatentEvent) and isinstance(before, Patent) and today:
                        again += [(found, event) for found in _refused(before, event, today)]
                    state = folded(state, event)
                except DAMAGED as error:
                    yield UnreadableRow(row[4], stream, row[1], reason_of(error)), positions, []
                    yield from _also_unreadable(stream, events)
                    break
            else:
                if isinstance(state, Patent):
                    yield state, positions, again


def _also_unreadable(stream: str, rows: Iterable[Any]) -> Iterator[Read]:
    """Further rows of a stream that are not even of the form of entries."""
    for row in rows:
        try:
            stored_form.decode(StoredEvent(*row[:4]))
        except DAMAGED as error:
            yield UnreadableRow(row[4], stream, row[1], reason_of(error)), {}, []


def _refused(before: Patent, event: PatentEvent, today: Today) -> Iterator[Discrepancy]:
    for finding in judged_again(before, event, today.calendar, today.law):
        yield Discrepancy(
            "refused-if-judged-again",
            event.originator_id,
            event.originator_version,
            event.filing_id,
            f"{finding.rule}: {finding.message}",
        )


def _unreadable(row: UnreadableRow) -> AuditFinding:
    """A row that ends what can be judged of its stream."""
    detail = f"the entry cannot be read, nor what follows it be judged: {row.reason}"
    at = (row.stream, row.position, detail, row.version)
    return AuditFinding("unreadable", *at, "", "", "", None, None)


def _gaps(connection: Connection[Any]) -> Iterator[AuditFinding]:
    """Registration numbers that are missing among those drawn here."""
    for number, since, until in connection.execute(SELECT_GAPS):
        first, last = (f"{number[:-SERIAL_DIGITS]}{n:0{SERIAL_DIGITS}}" for n in (since, until))
        told = first if since == until else f"{first} to {last}"
        yield AuditFinding(
            "registration-number-gap", "", 0, f"{told} never drawn", 0, "", "", "", None, None
        )


def _beside(found: Beside) -> AuditFinding:
    return AuditFinding(
        found.kind, found.patent, found.position, found.detail, 0, "", "", "", None, None
    )


def _twice(connection: Connection[Any]) -> Iterator[AuditFinding]:
    """Patents that have a second stream under a number that is known to be theirs."""
    with connection.cursor(name="twice", binary=True) as curs:
        curs.execute(SELECT_TWICE)
        for patent, stream, version, topic, state, position in curs:
            try:
                fact = stored_form.decode(StoredEvent(stream, version, topic, state))
            except DAMAGED:
                continue  # told with its stream
            if isinstance(fact, PatentEvent):
                detail = f"{stream} is a number of {patent}, which has facts of its own"
                found = Discrepancy("two-streams", stream, version, fact.filing_id, detail)
                yield _finding(found, fact, position)


def _finding(found: Discrepancy, fact: PatentEvent, position: int) -> AuditFinding:
    envelope = fact.envelope
    source = envelope.source
    return AuditFinding(
        kind=found.kind,
        patent=found.patent,
        position=position,
        detail=found.detail,
        version=found.version,
        filing_id=found.filing_id,
        effective_on=envelope.effective_on.isoformat(),
        topic=fact.TOPIC,
        register=None if source is None else source.register_name,
        reference=None if source is None else source.reference,
    )

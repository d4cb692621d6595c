"""The audit: every patent's stream replayed, and everything in it that does not fit.

Facts of other registers are recorded as they are stated; what contradicts the rest is found here,
with all that is known by now, in the order in which the facts take effect. One stream is in memory
at a time, all of them from one snapshot of the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from eventsourcing.persistence import StoredEvent
from psycopg import Connection

from ledger.database import connect
from ledger.domain.discrepancies import Discrepancy, discrepancies
from ledger.domain.events import PatentEvent
from ledger.domain.patent import Patent, evolve
from ledger.eventstore import stored_form
from ledger.eventstore.world import is_patent

PAGE = 5_000
"""Events fetched at once."""

SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
HEAD = "SELECT coalesce(max(notification_id), 0) FROM stored_events"
SELECT_STREAMS = """
SELECT originator_id, originator_version, topic, state, notification_id FROM stored_events
ORDER BY originator_id, originator_version
"""

Progress = Callable[[int, int], None]
"""Told how many of how many events are replayed."""


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


def audit(url: str, progress: Progress = lambda _, __: None) -> Iterator[AuditFinding]:
    """Everything that does not fit, patent by patent in the order of their ids."""
    with connect(url, "ledger_writer", autocommit=False) as connection:
        connection.execute(SNAPSHOT)
        row = connection.execute(HEAD).fetchone()
        assert row is not None, "an aggregate gives one row"
        done, total = 0, row[0]
        for patent, positions in _patents(connection):
            done += len(positions)
            progress(done, total)
            facts = {fact.originator_version: fact for fact in patent.facts}
            for found in discrepancies(patent):
                yield _finding(found, facts[found.version], positions[found.version])
        progress(total, total)
        connection.rollback()


def _patents(connection: Connection[Any]) -> Iterator[tuple[Patent, dict[int, int]]]:
    """Each patent, with the positions of its versions in the log."""
    with connection.cursor(name="audit", binary=True) as curs:
        curs.itersize = PAGE
        curs.execute(SELECT_STREAMS)
        for stream, rows in groupby(curs, key=itemgetter(0)):
            if not is_patent(stream):
                continue
            patent, positions = Patent(stream), {}
            for row in rows:
                event = stored_form.decode(StoredEvent(*row[:4]))
                assert isinstance(event, PatentEvent), "a patent's stream holds its facts"
                patent = evolve(patent, event)
                positions[event.originator_version] = row[4]
            yield patent, positions


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

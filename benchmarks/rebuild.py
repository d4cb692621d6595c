"""Rebuild of all views from the log, beside COPY of the same log read and dropped by one
connection.

The log is what the filings of the other benchmarks left, made longer by copies of a patent's entry
and its pledge as the writer stored them, each under numbers, filings and salts of its own: a patent
gives two rows and a pledge two, as much as views are written anywhere.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from eventsourcing.persistence import StoredEvent

from benchmarks.ground import Ground, console
from ledger.database import connect
from ledger.domain.events import Concealed, LedgerEvent
from ledger.domain.filing import Caller
from ledger.domain.numbers import registration_number
from ledger.eventstore.recorder import LedgerDatastore, LedgerRecorder
from ledger.eventstore.stored_form import decode, encode
from ledger.means import fresh_id, fresh_salts
from ledger.projections.rebuild import rebuild
from ledger.registry import Filing
from tests import builders

FULL = bool(os.environ.get("FULL"))
ENTRIES = 1_000_000 if FULL else 50_000
"""How long the log is made; with FULL=1 in the environment a million entries."""
COPY = "COPY (SELECT * FROM stored_events ORDER BY notification_id) TO STDOUT (FORMAT binary)"
APPENDED_AT_ONCE = 5_000


def run(place: Ground, filings: int) -> Iterator[dict[str, Any]]:
    """One line of figures."""
    del filings
    lengthen(place, "rebuild", ENTRIES)
    yield beside_copy(place.url, "rebuild", lambda: rebuild(place.url))


def lengthen(place: Ground, name: str, entries: int) -> None:
    """Make the log as long as it is measured."""
    with connect(place.url) as connection, console.status(f"{name}: making the log longer"):
        grow(place, entries - head_of(connection))
        connection.execute("VACUUM (ANALYZE) stored_events")


def beside_copy(url: str, name: str, rebuilding: Callable[[], object]) -> dict[str, Any]:
    """The rate of a rebuild, and that of COPY of the same entries."""
    with connect(url) as connection:
        head = head_of(connection)
        with console.status(f"{name}: {head} entries"):
            limit = head / min(copied(connection) for _ in range(2))
            began = time.perf_counter()
            rebuilding()
            seconds = time.perf_counter() - began
    return {
        "callers": 1,
        "rate_per_s": round(head / seconds),
        "limit": f"COPY of the {head} entries in order, binary, one connection",
        "limit_per_s": round(limit),
        "ratio": round(head / seconds / limit, 3),
        "p50_ms": None,
        "p99_ms": None,
        "seconds": round(seconds, 1),
    }


def head_of(connection: Any) -> int:
    return int(connection.execute("SELECT count(*) FROM stored_events").fetchone()[0])


def copied(connection: Any) -> float:
    """Seconds that it takes to read the log and drop it."""
    began = time.perf_counter()
    with connection.cursor() as curs, curs.copy(COPY) as copy:
        for _ in copy:
            pass
    return time.perf_counter() - began


def grow(place: Ground, entries: int) -> None:
    """Append so many entries, going past the writer, which would take minutes."""
    (patent,) = place.enter_patents(1)
    command = builders.register_pledge(patents=(patent,))
    place.registry.file(Filing(command, Caller("registrar", "registrar"), f"bench {patent}"))
    events = _copies(place, _stream(place, patent))
    with LedgerDatastore(place.url, "ledger_writer") as datastore:
        recorder = LedgerRecorder(datastore)
        while entries > 0:
            batch = [next(events) for _ in range(min(entries, APPENDED_AT_ONCE))]
            recorder.insert_events(batch)
            entries -= len(batch)


def _stream(place: Ground, patent: str) -> list[LedgerEvent]:
    with connect(place.url) as connection:
        rows = connection.execute(
            "SELECT originator_id, originator_version, topic, state FROM stored_events "
            "WHERE originator_id = %s ORDER BY originator_version",
            (patent,),
        ).fetchall()
    events = [decode(StoredEvent(*row[:3], bytes(row[3]))) for row in rows]
    return [event for event in events if not isinstance(event, Concealed)]


def _copies(place: Ground, stream: list[LedgerEvent]) -> Iterator[StoredEvent]:
    """The same facts of further patents, in filings of their own."""
    while True:
        place.patents += 1
        patent = builders.number(place.patents)
        number = registration_number("Y", date(2030, 1, 1).year, "99", place.patents)
        for event in stream:
            envelope: dict[str, Any] = {"filing_id": fresh_id()}
            if event.envelope.registration_no is not None:
                envelope["registration_no"] = number
            update = {
                "originator_id": patent,
                "envelope": event.envelope.model_copy(update=envelope),
            }
            yield encode(event.model_copy(update=update), fresh_salts)[0]

"""A run of transcription: source records go to the registry in windows, and are counted.

Memory does not grow with what is read: few records are in flight at a time, and the patents touched
are counted by the database. What was entered before a run was broken off is known in the next.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Self

import orjson
import psycopg

from ledger.database import connect
from ledger.domain.refusals import NotNew
from ledger.eventstore.acts import Blocked, Busy
from ledger.registry import Registry
from ledger.transcription import NothingToEnter, SourceRecord, note

RECORDS_IN_FLIGHT_MAX = 256
FACTS_IN_FLIGHT_MAX = 4_000
"""Of one larger record all are in flight, and no other record's."""
BROKEN_LISTED_MAX = 1_000
"""Broken records that the result lists; all are told of as they are found."""
TOUCHED_AT_ONCE = 5_000

COUNTS = (
    *("records", "new", "changed", "known", "stale", "purged", "broken"),
    *("entries", "patents", "discrepancies"),
)

CREATE_TOUCHED = "CREATE TEMPORARY TABLE touched (patent text PRIMARY KEY)"
INSERT_TOUCHED = "INSERT INTO touched SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING"
COUNT_TOUCHED = "SELECT count(*) FROM touched"


@dataclass(frozen=True, slots=True)
class Found:
    """A record that can be taken over, and the line on which it stands."""

    line: int
    record: SourceRecord


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that cannot be taken over, and why; nothing else is lost with it."""

    reference: str | None
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class BrokenIn:
    """A broken record and its file."""

    file: str
    reference: str | None
    line: int
    reason: str


Items = Iterable[Found | Broken]


class Run:
    """One run over any number of files."""

    def __init__(
        self, registry: Registry, url: str, tell: Callable[[BrokenIn], None] = lambda _: None
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.broken: list[BrokenIn] = []
        self._registry = registry
        self._tell = tell
        self._id = uuid.uuid4().hex
        self._in_flight: deque[tuple[str, Found, Blocked]] = deque()
        self._facts_in_flight = 0
        self._submitted = 0
        self._touched: set[str] = set()
        self._connection = connect(url, application_name="patent-ledger transcription")
        self._connection.execute(CREATE_TOUCHED)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def take(self, file: str, items: Items, progress: Callable[[], None] = lambda: None) -> None:
        """Take over what a file holds; returns when all of it is entered."""
        for item in items:
            self.counts["records"] += 1
            if isinstance(item, Broken):
                self._report(file, item.reference, item.line, item.reason)
            else:
                self._make_room(len(item.record.facts))
                self._submit(file, item)
            progress()
        while self._in_flight:
            self._settle()
            progress()

    def result(self) -> dict[str, Any]:
        """The counts, and the broken records."""
        while self._in_flight:
            self._settle()
        self._count_touched()
        row = self._connection.execute(COUNT_TOUCHED).fetchone()
        assert row is not None, "a count is one row"
        self.counts["patents"] = row[0]
        counts: dict[str, Any] = {name: self.counts[name] for name in COUNTS}
        return counts | {"broken_records": [asdict(each) for each in self.broken]}

    # -- the window

    def _make_room(self, facts: int) -> None:
        while self._in_flight and (
            len(self._in_flight) >= RECORDS_IN_FLIGHT_MAX
            or self._facts_in_flight + facts > FACTS_IN_FLIGHT_MAX
        ):
            self._settle()

    def _submit(self, file: str, found: Found) -> None:
        # Each submission has a key of its own: the same record may come twice, and is then known.
        self._submitted += 1
        key = f"{self._id}-{self._submitted}"
        while True:
            try:
                waiting = self._registry.submit(found.record, key)
                break
            except Busy:
                if self._in_flight:
                    self._settle()
                else:
                    time.sleep(0.05)
        self._in_flight.append((file, found, waiting))
        self._facts_in_flight += len(found.record.facts)

    def _settle(self) -> None:
        """Wait for the oldest record in flight, and count what became of it."""
        file, found, waiting = self._in_flight.popleft()
        self._facts_in_flight -= len(found.record.facts)
        try:
            receipt = orjson.loads(waiting.result())
        except NotNew as answer:
            if isinstance(answer, NothingToEnter) and answer.noted is not None:
                record = found.record
                if not note(self._connection, record.register, record.reference, answer.noted):
                    self._submit(file, found)
                    return
            self.counts[answer.outcome] += 1
        except (ValueError, psycopg.DataError) as error:
            # Larger than an entry may be, or a value that no check before has refused.
            reason = " ".join(str(error).split())[:500]
            self._report(file, found.record.reference, found.line, reason)
        else:
            self.counts[receipt["outcome"]] += 1
            self.counts["entries"] += len(receipt["entries"])
            self.counts["discrepancies"] += len(receipt["discrepancies"])
            self._touched.update(
                entry["patent"] for entry in receipt["entries"] if "patent" in entry
            )
            if len(self._touched) >= TOUCHED_AT_ONCE:
                self._count_touched()

    def _count_touched(self) -> None:
        self._connection.execute(INSERT_TOUCHED, (list(self._touched),))
        self._touched.clear()

    def _report(self, file: str, reference: str | None, line: int, reason: str) -> None:
        broken = BrokenIn(file, reference, line, reason)
        self.counts["broken"] += 1
        if len(self.broken) < BROKEN_LISTED_MAX:
            self.broken.append(broken)
        self._tell(broken)

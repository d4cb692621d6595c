"""A whole ledger on a real server: patents taken over, pledges filed, acts for the writer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
from psycopg import Cursor
from psycopg.rows import dict_row

from ledger.domain.events import AnnualFeePaid, LedgerEvent, PatentEvent
from ledger.domain.filing import Caller
from ledger.eventstore.acts import Bounds, Entered, RegistrationRow
from ledger.eventstore.world import World
from ledger.means import Means
from ledger.projections.register import RegisterViews
from ledger.registry import Filing, Registry
from ledger.transcription import SourceRecord, Stated
from tests.builders import about, digest, entered, number, register_pledge
from tests.scenario import NOW

SECRET = b"the tests' own secret, 32 bytes."
REGISTRAR = Caller("registrar", "registrar")


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


def running_clock(since: float) -> Callable[[], datetime]:
    """A clock that showed NOW at a moment of `time.time()`, the same in every process."""
    return lambda: NOW + timedelta(seconds=time.time() - since)


def registry(
    url: str,
    *,
    clock: Callable[[], datetime] | None = None,
    bounds: Bounds | None = None,
    **means: Any,
) -> Registry:
    """The registry over a migrated database, with the tests' clock."""
    with_means = Means(secret=SECRET, clock=clock or Clock(), **means)
    return Registry(url, with_means, RegisterViews(), bounds or Bounds())


def stated(fact: PatentEvent) -> Stated:
    """A fact as a source states it."""
    envelope = ("originator_id", "originator_version", "envelope")
    fields = {name: getattr(fact, name) for name in type(fact).model_fields if name not in envelope}
    number = fact.envelope.registration_no
    return Stated(fact.originator_id, type(fact), fields, fact.effective_on, number)


def source_record(reference: str, *facts: PatentEvent, **members: Any) -> SourceRecord:
    """A record of another register that states these facts."""
    members = {"digest": digest(reference), "updated_on": date(2025, 1, 2), **members}
    recorded_on = members.pop("recorded_on", date(2020, 9, 1))
    return SourceRecord(
        "elsewhere", reference, recorded_on=recorded_on, facts=tuple(map(stated, facts)), **members
    )


def enter_patents(ledger: Registry, numbers: Iterable[str]) -> list[str]:
    """Have the ledger take over these patents of Lanternhill Lampworks, alive and free."""
    listed = list(numbers)
    for first in range(0, len(listed), 1000):
        waiting = [
            ledger.submit(source_record(f"patent {number}", entered(number)), "first")
            for number in listed[first : first + 1000]
        ]
        for one in waiting:
            one.result()
    return listed


def numbers(count: int, start: int = 1) -> list[str]:
    return [number(serial) for serial in range(start, start + count)]


def pledge(*patents: str, key: str, caller: Caller = REGISTRAR, **fields: Any) -> Filing:
    """The filing of a whole valid pledge of these patents."""
    return Filing(register_pledge(patents=patents, **fields), caller, key)


@dataclass
class FeeAct:
    """The smallest act: one annual fee paid on a patent; a test says what happens on the way."""

    key: str
    patent: str
    caller: str = "office"
    body_hmac: bytes = b"body"
    size: int = 1
    weight: int = 500
    while_decided: Callable[[World], None] = lambda _: None
    beside: Callable[[Cursor[Any]], None] | None = None
    draws: bool = False

    @property
    def ahead(self) -> bool:
        return self.beside is None

    def streams(self) -> Sequence[str]:
        return [self.patent]

    def decide(self, world: World, moment: datetime) -> Entered:
        rows = [self._row(world.draw("pledge", 2026, "99"))] if self.draws else []
        version = world.patent(self.patent).version
        self.while_decided(world)
        members = about(self.patent, date(2026, 1, 5), recorded_at=moment, filing_id=self.key)
        members["originator_version"] = version + 1
        events: list[LedgerEvent] = [AnnualFeePaid(**members, fee_year=9, paid_on=date(2026, 1, 5))]
        return Entered(
            self.key, events, lambda first: f"{self.key} at {first}".encode(), rows, self.beside
        )

    def _row(self, serial: int) -> RegistrationRow:
        no = f"Y202699{serial:07}"
        return RegistrationRow(no, "pledge", 2026, "99", serial, (self.patent,), None)


@dataclass
class Gate:
    """Holds the writer in the middle of a group, so that what is queued meanwhile is one group."""

    key: str = "the gate"
    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    def act(self, patent: str) -> FeeAct:
        return FeeAct(self.key, patent, while_decided=self._wait)

    def _wait(self, _: World) -> None:
        self.reached.set()
        assert self.opened.wait(30), "the test never opened the gate"


def as_one_group(ledger: Registry, patent: str, acts: Iterable[Any]) -> list[Any]:
    """Queue acts while the writer is busy with another, so that one group takes them all."""
    gate = Gate(key=f"gate of {patent}")
    held = ledger.writer.submit(gate.act(patent))
    assert gate.reached.wait(30)
    waiting = [ledger.writer.submit(act) for act in acts]
    gate.opened.set()
    held.result()
    return waiting


def outcome(waiting: Any) -> bytes | BaseException:
    """The receipt, or what declined or failed the act."""
    try:
        return bytes(waiting.result())
    except Exception as error:  # noqa: BLE001 - the error is the outcome
        return error


def rows(url: str, query: str, *params: Any) -> list[Any]:
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return connection.execute(query, params).fetchall()


def value(url: str, query: str, *params: Any) -> Any:
    """The one value that a query gives."""
    found = rows(url, query, *params)
    assert len(found) == 1
    return next(iter(found[0].values()))


def assert_dense(url: str) -> int:
    """Positions are 1, 2, 3 … and so are versions of each stream; how many there are."""
    count, last = rows(
        url, "SELECT count(*) AS n, coalesce(max(notification_id), 0) AS last FROM stored_events"
    )[0].values()
    assert count == last
    gaps = rows(
        url,
        "SELECT originator_id FROM stored_events GROUP BY originator_id "
        "HAVING count(*) <> max(originator_version) OR min(originator_version) <> 1",
    )
    assert gaps == []
    return int(last)


def assert_serials_without_gap(url: str) -> None:
    """Registration numbers of each kind, year and region are 1, 2, 3 …"""
    gaps = rows(
        url,
        "SELECT kind, year, region FROM registration GROUP BY kind, year, region "
        "HAVING count(*) <> max(serial) OR min(serial) <> 1",
    )
    assert gaps == []

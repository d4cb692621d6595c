"""What callers hand to the writer, what becomes of it, and how much of it may wait."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Protocol

from psycopg import Cursor

from ledger.domain.events import LedgerEvent
from ledger.domain.refusals import Declined
from ledger.eventstore.restanding import Restanding
from ledger.eventstore.world import REMEMBERED_MAX, World


class Busy(Exception):
    """The queue is full; come back a little later with the same key."""


class Stopped(Exception):
    """The writer has been stopped; come back with the same key."""


class Unavailable(Exception):
    """The database cannot be reached; come back with the same key, which tells whether it was
    entered."""


class Standby(Unavailable):
    """The database is a standby, which is read and takes nothing in; file where it is written."""


class ClockBehind(Exception):
    """The clock is behind the last recorded time; nothing is written until it is right."""


@dataclass(frozen=True, slots=True)
class RegistrationRow:
    """A number drawn for a filing, and the patents it covers."""

    registration_no: str
    kind: str
    year: int
    region: str
    serial: int
    patents: tuple[str, ...]
    secured_claim_id: str | None

    def record(self, filing_id: str) -> dict[str, Any]:
        """The row as the table takes it."""
        return {
            "registration_no": self.registration_no,
            "kind": self.kind,
            "year": self.year,
            "region": self.region,
            "serial": self.serial,
            "patents": self.patents,
            "secured_claim_id": self.secured_claim_id,
            "filing_id": filing_id,
        }


@dataclass(frozen=True, slots=True)
class Entered:
    """What an act enters: its events and what is written with them."""

    filing_id: str
    events: Sequence[LedgerEvent]
    receipt: Callable[[int], bytes]
    """The receipt, given the position of the first event."""
    registrations: Sequence[RegistrationRow] = ()
    beside: Callable[[Cursor[Any]], None] | None = None
    """Further rows of the same transaction, such as the record of a transcribed source."""
    standing: Sequence[Restanding] = ()
    """What stands afterwards, where the events by themselves do not tell."""


class Act(Protocol):
    """Something to be entered: a filing to be judged, or facts to be taken over."""

    @property
    def caller(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def body_hmac(self) -> bytes: ...
    @property
    def ahead(self) -> bool:
        """Whether it may be decided while the group before it is being committed: it needs nothing
        of the database but streams, registrations and serials, and writes nothing beside."""
        ...

    @property
    def size(self) -> int:
        """Events it may enter, about."""
        ...

    @property
    def weight(self) -> int:
        """Bytes it may enter, about."""
        ...

    def streams(self) -> Sequence[str]:
        """Streams it surely needs, so that a group can load them at once."""
        ...

    def decide(self, world: World, moment: datetime) -> Entered:
        """Judge it; raises Refused or Overtaken."""
        ...


TOGETHER_EVENTS_MAX = 10_000
"""Most events that are entered together; the log is locked while they are decided."""


class TooMuchTogether(Declined):
    """Acts that are to be entered together would enter more than one transaction may hold."""

    def __init__(self) -> None:
        super().__init__(f"at most {TOGETHER_EVENTS_MAX:,} entries are made together")


class NoneEntered(Declined):
    """Of acts that are to be entered together, some are declined: none is entered."""

    def __init__(self, reasons: Mapping[int, Exception]) -> None:
        super().__init__(f"{len(reasons)} of the filings are declined: none is entered")
        self.reasons = reasons
        """Why, by place among the acts."""


@dataclass(frozen=True, slots=True)
class Together:
    """Acts of one caller that are entered in one transaction, each as its own filing, or not at
    all. Their receipts come in one answer, a line each, in their order."""

    acts: Sequence[Act]
    caller: str = ""
    key: str = ""
    body_hmac: bytes = b""
    """Each act has its own; they have none together."""
    ahead: bool = False
    size: int = sys.maxsize
    """More than any group takes: they make a group by themselves, to be given up as a whole."""
    weight: int = field(default=0)

    def streams(self) -> Sequence[str]:
        return [stream for act in self.acts for stream in act.streams()]

    def decide(self, world: World, moment: datetime) -> Entered:
        raise NotImplementedError("they are decided one by one")


def acts_of(waiting: Waiting) -> Sequence[Act]:
    """The acts that somebody waits for."""
    act = waiting.act
    return act.acts if isinstance(act, Together) else (act,)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one group may take, and how much may wait."""

    commands_max: int = 256
    events_max: int = 4000
    bytes_max: int = 16 * 1024 * 1024
    queue_max: int = 2048
    states_max: int = REMEMBERED_MAX
    """States kept in memory between groups."""
    clock_behind_max: timedelta = timedelta(seconds=60)


class Waiting:
    """An act that waits to be answered, and its answer, which is given once."""

    __slots__ = ("act", "error", "receipt")

    def __init__(self, act: Act) -> None:
        self.act = act
        self.receipt: bytes | None = None
        self.error: BaseException | None = None

    def answer(self, receipt: bytes) -> None:
        if not self.answered:
            self.receipt = receipt
            self.told()

    def fail(self, error: BaseException) -> None:
        if not self.answered:
            self.error = error
            self.told()

    def told(self) -> None:
        """Wake whoever waits."""
        raise NotImplementedError

    @property
    def answered(self) -> bool:
        return self.receipt is not None or self.error is not None


class Blocked(Waiting):
    """A thread that waits for the answer to its act."""

    __slots__ = ("_answered",)

    def __init__(self, act: Act) -> None:
        super().__init__(act)
        self._answered = threading.Lock()
        self._answered.acquire()

    def told(self) -> None:
        self._answered.release()

    def result(self) -> bytes:
        """Wait for the receipt; raises what declined or failed the act."""
        with self._answered:
            pass
        if self.error is not None:
            raise self.error
        assert self.receipt is not None, "it was answered"
        return self.receipt


def fail(waiting: Sequence[Waiting], error: BaseException) -> None:
    """Tell those who wait that their acts failed."""
    for one in waiting:
        one.fail(error)


def within(bounds: Bounds, waiting: Iterable[Waiting]) -> list[Waiting]:
    """As many of those who wait, in their order, as one group may take; one larger act goes
    alone."""
    group: list[Waiting] = []
    events = size = 0
    for one in islice(waiting, bounds.commands_max):
        events += one.act.size
        size += one.act.weight
        if group and (events > bounds.events_max or size > bounds.bytes_max):
            break
        group.append(one)
    return group

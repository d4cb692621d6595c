"""The states that decisions are taken on: loaded under the log's lock, remembered while nobody
else appends.

A process that finds the log's head where it left it may trust every state it remembers; one that
finds it moved forgets what others touched. What a group of filings changes is kept apart until it
is committed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from eventsourcing.persistence import StoredEvent
from psycopg import Cursor

from ledger.domain.events import Concealed, LedgerEvent, PatentEvent
from ledger.domain.evolving import evolve
from ledger.domain.filing import Registration
from ledger.domain.patent import Patent
from ledger.domain.streams import Stream, evolve_stream
from ledger.eventstore import stored_form

SELECT_STREAMS = """
SELECT originator_id, originator_version, topic, state FROM stored_events
WHERE originator_id = ANY(%b::text[]) ORDER BY originator_id, originator_version
"""
SELECT_TOUCHED = "SELECT DISTINCT originator_id FROM stored_events WHERE notification_id > %b"
SELECT_LAST = "SELECT state FROM stored_events WHERE notification_id = %b"
SELECT_REGISTRATION = """
SELECT kind, patents, secured_claim_id FROM registration WHERE registration_no = %b
UNION ALL
SELECT min(kind), array_agg(patent_id ORDER BY patent_id), NULL FROM transcribed_registration
WHERE registration_no = %b HAVING count(*) > 0
LIMIT 1
"""
SELECT_SERIALS = """
SELECT kind, max(serial) AS serial FROM (
    SELECT kind, serial FROM registration WHERE year = %b AND region = %b
    UNION ALL SELECT kind, serial FROM transcribed_registration WHERE year = %b AND region = %b
) AS drawn GROUP BY kind
"""
SELECT_COMPENSATED = """
SELECT DISTINCT originator_id FROM stored_events
WHERE topic = 'term.compensated' AND position('"drug":null'::bytea IN state) = 0
"""

REMEMBERED_MAX = 50_000
"""States kept in memory, the least recently used forgotten first."""


State = Patent | Stream


def is_patent(stream: str) -> bool:
    """Whether a stream id names a patent; facts about no patent have prefixes of their own."""
    return not stream.startswith(("filing:", "party:", "trademark:"))


def empty(stream: str) -> State:
    return Patent(stream) if is_patent(stream) else Stream()


def folded(state: State, event: LedgerEvent | Concealed) -> State:
    """The state after one more event."""
    if isinstance(state, Patent):
        assert isinstance(event, PatentEvent | Concealed), (
            "a patent's stream holds a patent's facts"
        )
        return evolve(state, event)
    return evolve_stream(state, event)


class World:
    """Everything decisions of one process may look at, under the lock."""

    def __init__(self, remembered_max: int = REMEMBERED_MAX) -> None:
        self.remembered_max = remembered_max
        self.head = -1
        self.recorded_at: datetime | None = None
        self.alone = False
        """Whether the head was found where this process left it: nobody else files just now."""
        self._states: OrderedDict[str, State] = OrderedDict()
        self._registrations: dict[str, Registration] = {}
        self._serials: dict[tuple[str, int, str], int] = {}
        self._changed: dict[str, State] = {}
        self._drawn: dict[tuple[str, int, str], int] = {}
        self._registered: dict[str, Registration] = {}
        self.notes: dict[object, Any] = {}
        """What acts of this group tell later ones of it, gone when the group ends."""
        self._curs: Cursor[Any] | None = None

    # -- a group begins and ends

    def begin(self, curs: Cursor[Any], head: int) -> None:
        """Start a group on a locked log; forget what another process has changed."""
        self._curs = curs
        self.abandon()
        self.trim()
        self.alone = head == self.head
        if self.alone:
            return
        if self.head < 0 or head - self.head > REMEMBERED_MAX:
            self._states.clear()
        else:
            for row in curs.execute(SELECT_TOUCHED, (self.head,)).fetchall():
                self._states.pop(row["originator_id"], None)
        self._serials.clear()
        self.recorded_at = None
        if head:
            row = curs.execute(SELECT_LAST, (head,)).fetchone()
            assert row is not None, "positions are dense"
            self.recorded_at = recorded_at(bytes(row["state"]))
        self.head = head

    def resume(self, curs: Cursor[Any]) -> None:
        """Go on from what is remembered, without the lock; what follows from it must be refused
        where the head has moved."""
        self._curs = curs
        self.abandon()
        self.trim()

    def commit(self, head: int, moment: datetime | None) -> None:
        """The group is on disk: what it changed is what the ledger knows."""
        self._states.update(self._changed)
        for stream in self._changed:
            self._states.move_to_end(stream)
        self._serials.update(self._drawn)
        self._registrations.update(self._registered)
        self.head = head
        self.recorded_at = moment or self.recorded_at
        self.abandon()

    def trim(self) -> None:
        """Forget the states least recently changed; what was only looked at stays one group.

        No group may be under way: what it has changed is not yet to be read from the log.
        """
        while len(self._states) > self.remembered_max:
            self._states.popitem(last=False)
        if len(self._registrations) > self.remembered_max:
            self._registrations.clear()

    def forget(self) -> None:
        """The group failed or its end is in doubt: trust nothing that is remembered."""
        self.head = -1
        self.alone = False
        self._states.clear()
        self._serials.clear()
        self._registrations.clear()
        self.abandon()

    def abandon(self) -> None:
        """Drop what the group would have changed; what was loaded stays."""
        self._changed = {}
        self._drawn = {}
        self._registered = {}
        self.notes = {}

    # -- looking

    def knows(self, streams: Iterable[str]) -> bool:
        """Whether the states of these streams are in memory."""
        return all(s in self._changed or s in self._states for s in streams)

    def load(self, streams: Iterable[str]) -> None:
        """Make sure the states of these streams are in memory."""
        wanted = [s for s in streams if s not in self._changed and s not in self._states]
        if not wanted:
            return
        assert self._curs is not None, "a group has begun"
        rows = self._curs.execute(SELECT_STREAMS, (wanted,), prepare=True, binary=True).fetchall()
        found = {stream: empty(stream) for stream in wanted}
        for stream, stored in groupby(rows, key=lambda row: row["originator_id"]):
            for row in stored:
                found[stream] = folded(found[stream], decoded(row))
        self._states.update(found)

    def state(self, stream: str) -> State:
        """The state of a stream, loaded if it is not in memory."""
        changed = self._changed.get(stream)
        if changed is not None:
            return changed
        self.load([stream])
        return self._states[stream]

    def patent(self, number: str) -> Patent:
        state = self.state(number)
        assert isinstance(state, Patent), "the id names a patent"
        return state

    def registration(self, number: str) -> Registration | None:
        """The registration a number names; registrations never change once made."""
        known = self._registered.get(number) or self._registrations.get(number)
        if known is None:
            row = self.query(SELECT_REGISTRATION, (number, number))
            if row is not None:
                patents = tuple(row["patents"])
                known = Registration(number, row["kind"], patents, row["secured_claim_id"])
        return known

    def last_serial(self, kind: str, year: int, region: str) -> int:
        """The last serial drawn of a kind, year and region; 0 where there is none."""
        key = (kind, year, region)
        drawn = self._drawn.get(key, self._serials.get(key))
        if drawn is None:
            assert self._curs is not None, "a group has begun"
            for row in self._curs.execute(SELECT_SERIALS, (year, region, year, region)).fetchall():
                self._serials.setdefault((row["kind"], year, region), row["serial"])
            drawn = self._serials.setdefault(key, 0)
        return drawn

    def query(self, statement: str, params: tuple[Any, ...]) -> dict[str, Any] | None:
        """One row of a table of the write side, read under the lock."""
        assert self._curs is not None, "a group has begun"
        row: dict[str, Any] | None = self._curs.execute(statement, params, prepare=True).fetchone()
        return row

    def compensated_for_drugs(self) -> list[str]:
        """The patents whose term was, at some time, compensated for a drug; they are few."""
        assert self._curs is not None, "a group has begun"
        stored = [row["originator_id"] for row in self._curs.execute(SELECT_COMPENSATED).fetchall()]
        changed = (
            name
            for name, state in self._changed.items()
            if isinstance(state, Patent) and any(c.drug for c in state.compensations)
        )
        return list(dict.fromkeys((*stored, *changed)))

    # -- changing

    def apply(self, events: Sequence[LedgerEvent]) -> None:
        """Fold events of this group, so that later filings of it see them."""
        for event in events:
            self._changed[event.originator_id] = folded(self.state(event.originator_id), event)

    def draw(self, kind: str, year: int, region: str) -> int:
        """The next serial of a kind, year and region; without gaps, since all draw under the
        log's lock."""
        serial = self.last_serial(kind, year, region) + 1
        self._drawn[(kind, year, region)] = serial
        return serial

    def forget_serials(self) -> None:
        """Numbers came from elsewhere: look again before the next is drawn."""
        self._serials.clear()
        self._drawn.clear()

    def remember(self, registration: Registration) -> None:
        """A registration that this group makes."""
        self._registered[registration.registration_no] = registration


def decoded(row: dict[str, Any]) -> LedgerEvent | Concealed:
    """The event of a row of the log."""
    return stored_form.decode(
        StoredEvent(
            row["originator_id"], row["originator_version"], row["topic"], bytes(row["state"])
        )
    )


def recorded_at(state: bytes) -> datetime:
    """When a stored event was recorded."""
    entry, opened = stored_form.lines(state)
    return datetime.fromisoformat(
        entry["recorded_at"] if "recorded_at" in entry else opened["recorded_at"][1]
    )

"""Deciding ahead: a group is decided while the one before it is being committed.

A process that finds the log's head where it left it may trust what it remembers. So it decides on
what it remembers, without the lock, and sends events and rows as one message that takes the lock
and is refused unless it follows that very head: what was decided is then what deciding under the
lock would have come to. Refusals are answered only when the head they rest on is confirmed, by the
commit of their group or by a look at the log. Whatever goes wrong here, the acts concerned are
filed under the lock, which knows what to do.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg import Cursor
from psycopg.rows import DictRow

from ledger.eventstore.acts import Waiting, within
from ledger.eventstore.batch import Batch
from ledger.eventstore.desk import Desk, keys_used
from ledger.eventstore.group import Group
from ledger.eventstore.locked import BEGIN
from ledger.eventstore.recorder import HEAD, LOCK_SINCE, appended
from ledger.measures import COMMIT_SECONDS

log = logging.getLogger(__name__)

SENT_MIN = 16
"""Acts that make a group worth sending while others wait to be decided. Smaller ones cost the
server more than deciding them costs here; larger ones leave it idle."""


STEPS_MIN = 128
"""The same of groups that close rows, as transfers do: nothing is decided while they are committed,
so that small ones cost the more."""


class HeadMoved(Exception):
    """Another process has appended to the log since this one did."""


class Ahead:
    """One run of deciding ahead, from an idle session to an idle session."""

    def __init__(self, desk: Desk, queue: deque[Waiting], enough: Callable[[], bool]) -> None:
        self._desk = desk
        self._queue = queue
        self._enough = enough
        self._curs: Cursor[DictRow]
        """On the session that reads."""
        self._group: Group | None = None
        """The group that is being decided."""
        self._worth = SENT_MIN
        self._goal = 1
        """Acts with which it is worth sending, though more wait."""
        self._sent: Group | None = None
        """The group that is being committed."""
        self._sent_at = 0.0
        self._unanswered: list[Group] = []
        """Groups that are committed and not yet answered, or failed to be."""

    def run(self) -> list[list[Waiting]]:
        """File acts until none waits that can be; the groups that must be filed under the lock."""
        try:
            self._curs = self._desk.sessions.reading().cursor()
            self._desk.world.resume(self._curs)
            while self._go_on():
                pass
        except Exception as error:  # noqa: BLE001 - the other way to the log finds out what it was
            log.log(
                logging.DEBUG if isinstance(error, HeadMoved) else logging.INFO,
                "what was decided ahead is filed under the lock: %s",
                error,
            )
            return self._given_up(error)
        return []

    def unanswered(self) -> list[list[Waiting]]:
        """Groups of acts that were taken and not answered."""
        groups = [*self._unanswered, self._sent, self._group]
        taken = [group.taken for group in groups if group is not None]
        return [[one for one in acts if not one.answered] for acts in taken]

    def _given_up(self, error: Exception) -> list[list[Waiting]]:
        """Leave nothing under way; the groups that are to be filed again."""
        desk = self._desk
        try:
            self._settle()
        except psycopg.Error as later:
            error = later
        groups = self.unanswered()
        if isinstance(error, psycopg.Error) and not isinstance(error, psycopg.IntegrityError):
            desk.give_up_sessions()
        else:
            desk.forget()
            desk.sessions.rollback()
        return groups

    def _go_on(self) -> bool:
        """Decide one act, or send what is decided, or wait for what is sent; False when done."""
        more = self._more()
        if more:
            if self._group is None:
                self._begin()
            assert self._group is not None, "it has begun"
            self._load()
            self._group.taken.append(self._queue[0])
            self._group.take(self._queue.popleft(), {})
            if self._sent is not None and self._desk.sessions.sender.done():
                # Whose filings are on record need not wait until the next group is decided.
                self._settle()
            more = self._more()
        if self._group is not None and (not more or len(self._group.taken) >= self._goal):
            if not more or self._sent is None or self._desk.sessions.sender.done():
                self._settle()
                self._desk.world.trim()
                self._send()
            return True
        if not more:
            self._settle()
            return bool(self._queue) and self._more()
        return True

    def _more(self) -> bool:
        """Whether the next act may be decided now, in this group."""
        if not self._queue or self._enough():
            return False
        act = self._queue[0].act
        bounds, group = self._desk.bounds, self._group
        return act.ahead and (
            group is None
            or (
                len(group.taken) < bounds.commands_max
                and group.events + act.size <= bounds.events_max
                and group.weight + act.weight <= bounds.bytes_max
            )
        )

    def _begin(self) -> None:
        """Begin a group."""
        self._group = self._desk.group()
        worth = self._worth
        self._goal = worth if self._sent is not None else min(len(self._queue), worth)

    def _load(self) -> None:
        """Have the streams of the next act in memory, and where one is not, those of all that
        wait: more have come since the last look."""
        world = self._desk.world
        if not world.knows(self._queue[0].act.streams()):
            waiting = within(self._desk.bounds, tuple(self._queue))
            world.load({s for one in waiting if one.act.ahead for s in one.act.streams()})

    def _send(self) -> None:
        """Send the group that is decided; nothing else is under way."""
        group, self._group = self._group, None
        assert group is not None, "a group is decided"
        self._unanswered.append(group)
        if not group.entered:
            self._confirm(group.head)
            group.keep()
            self._answer()
            return
        batch = group.batch(self._desk.views)
        if not batch.alone:
            self._worth = STEPS_MIN
            self._commit_in_steps(group, batch)
            self._answer()
            return
        self._worth = SENT_MIN
        follows = appended(group.head, group.stored, batch)
        self._sent_at = time.perf_counter()
        self._desk.sessions.sender.send((LOCK_SINCE, [group.moment]), follows)
        group.keep()
        self._sent = self._unanswered.pop()

    def _commit_in_steps(self, group: Group, batch: Batch) -> None:
        """Commit a group that must close rows before it opens others."""

        def decided(head: int) -> tuple[Sequence[StoredEvent], Batch]:
            if head != group.head:
                raise HeadMoved
            curs.execute(LOCK_SINCE, [group.moment], prepare=True)
            return group.stored, batch

        with self._desk.sessions.writing().cursor() as curs:
            curs.execute(BEGIN)
            self._desk.recorder._append(curs, decided)  # noqa: SLF001 - the one way to write
            curs.execute("COMMIT")
        group.keep()

    def _settle(self) -> None:
        """Wait for the group that was sent, and answer its callers."""
        if self._sent is None:
            return
        self._unanswered.append(self._sent)
        self._sent = None
        self._desk.sessions.sender.wait()
        COMMIT_SECONDS.observe(time.perf_counter() - self._sent_at)
        self._answer()

    def _confirm(self, head: int) -> None:
        row = self._curs.execute(HEAD, prepare=True).fetchone()
        assert row is not None, "an aggregate gives one row"
        if row["head"] != head:
            raise HeadMoved

    def _answer(self) -> None:
        """Answer the group that is on record; what was declined may have been registered before."""
        group = self._unanswered[-1]
        declined = [waiting for waiting, _ in group.declined]
        group.answer(keys_used(self._curs, declined) if declined else {})
        self._unanswered.pop()

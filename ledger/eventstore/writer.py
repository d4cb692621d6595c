"""The writer: one order for all filings, committed in groups.

Callers hand acts to the process's writer. It decides each in turn (later ones see earlier ones),
appends their events, writes the register views set-wise, commits once a group, and answers every
caller. There are two ways to the log:

- *Ahead.* A process that finds the log's head where it left it may trust what it remembers. So it
  decides on what it remembers while the group before is being committed, and sends events and rows
  as one message that takes the log's lock and is refused unless it follows that very head.
- *Under the lock.* Where the head has moved, where an act needs more of the database than its
  streams, or where anything at all went wrong ahead: one READ COMMITTED transaction takes the log's
  lock as its first statement, reads the head, loads the streams, decides, appends and commits.

A lone caller runs its own group and skips the queue; under load a group is whatever was decided
during the last commit.

Nothing here retries blindly. An act that fails a group is found by filing the acts one by one.
When the connection is lost, even during COMMIT, the group is filed again on a new one: under the
lock, the idempotency rows say which acts are already on record, so none is lost and none is
entered twice.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg

from ledger.eventstore import locked
from ledger.eventstore.acts import (
    Act,
    Blocked,
    Bounds,
    Busy,
    Stopped,
    Unavailable,
    Waiting,
    fail,
    within,
)
from ledger.eventstore.ahead import Ahead
from ledger.eventstore.desk import Desk
from ledger.eventstore.recorder import LedgerRecorder
from ledger.eventstore.sessions import Sessions
from ledger.eventstore.stored_form import Salts
from ledger.eventstore.views import Views
from ledger.eventstore.world import World


class Writer:
    """The process's one writer. Safe to call from many threads; several processes may each have
    one."""

    def __init__(
        self,
        url: str,
        recorder: LedgerRecorder,
        views: Views,
        *,
        clock: Callable[[], datetime],
        salts: Salts,
        bounds: Bounds,
    ) -> None:
        self._bounds = bounds
        world = World(bounds.states_max)
        self._desk = Desk(recorder, views, clock, salts, bounds, Sessions(url), world)
        self._queue: deque[Waiting] = deque()
        self._turn = threading.Lock()
        """Held by whoever files or looks."""
        self._next = threading.Lock()
        """Held by whoever waits for the turn, which is given up for them."""
        self._gate = threading.Lock()
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    # -- callers

    def enter(self, act: Act) -> bytes:
        """Enter an act and return its receipt once it is durable.

        Raises what declines it (Refused, Overtaken, NoSuchEntry, KeyReused, NotNew), or Busy,
        Stopped, Unavailable, ClockBehind, EntryTooLarge.
        """
        waiting = Blocked(act)
        self._queued(waiting)
        if not self._next.locked() and self._turn.acquire(blocking=False):
            try:
                self._work(lambda: waiting.answered)
            finally:
                self._turn.release()
                self._wake_for_the_rest()
        return waiting.result()

    def submit(self, act: Act) -> Blocked:
        """Queue an act without waiting for it; its receipt is asked of what is returned."""
        waiting = Blocked(act)
        self.hand_in(waiting)
        return waiting

    def hand_in(self, waiting: Waiting) -> None:
        """Queue an act of whoever waits in a way of their own."""
        self._queued(waiting)
        if not self._wake.is_set():
            self._wake.set()

    def _queued(self, waiting: Waiting) -> None:
        with self._gate:
            if self._stopping:
                raise Stopped
            if len(self._queue) >= self._bounds.queue_max:
                raise Busy
            self._queue.append(waiting)

    def look(self, look: Callable[[World, datetime], Any]) -> Any:
        """Run a function on the state under the lock and write nothing: the dry run of a filing."""
        with self._in_turn():
            if self._stopping:
                raise Stopped
            return self._look(look)

    def _look(self, look: Callable[[World, datetime], Any]) -> Any:
        desk = self._desk
        try:
            with desk.sessions.writing().cursor() as curs:
                curs.execute(locked.BEGIN)
                try:
                    desk.world.begin(curs, desk.recorder._lock(curs))  # noqa: SLF001
                    return look(desk.world, desk.moment())
                finally:
                    desk.world.abandon()
                    curs.execute("ROLLBACK")
        except psycopg.Error as error:
            desk.give_up_sessions()
            raise Unavailable(str(error)) from error

    def close(self) -> None:
        """Stop taking acts, answer every caller that waits, close the connection."""
        with self._gate:
            self._stopping = True
        self._wake.set()
        self._thread.join()
        with self._turn:
            self._desk.sessions.drop()

    # -- the queue

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            with self._in_turn():
                self._work_for_all()
            if self._stopping and not self._queue:
                return

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Wait for the turn, and have it."""
        try:
            with self._next:
                self._turn.acquire()
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._wake_for_the_rest()

    def _wake_for_the_rest(self) -> None:
        """Called after every turn: whoever queued during it and found it taken relies on this."""
        if self._queue:
            self._wake.set()

    def _work_for_all(self) -> None:
        """File until nothing waits, or until somebody else waits for the turn; one group at
        least."""
        if self._queue:
            first = self._queue[0]
            self._work(lambda: first.answered and self._next.locked())

    def _work(self, enough: Callable[[], bool]) -> None:
        """File groups until nothing waits, or until it is enough."""
        world = self._desk.world
        while self._queue and not enough():
            groups: list[list[Waiting]] = []
            if self._queue[0].act.ahead and world.alone:
                ahead = Ahead(self._desk, self._queue, enough)
                with self._answered_for(ahead.unanswered):
                    groups = ahead.run()
            else:
                with self._answered_for(groups.copy):
                    groups.append(within(self._bounds, tuple(self._queue)))
                    for _ in groups[0]:
                        self._queue.popleft()
            with self._answered_for(groups.copy):
                for group in groups:
                    locked.file(self._desk, group)

    @contextmanager
    def _answered_for(self, groups: Callable[[], list[list[Waiting]]]) -> Iterator[None]:
        """Nobody waits for ever where the thread that files is told to end: callers may come back
        with the same key."""
        try:
            yield
        except BaseException as error:
            interrupted = Unavailable(f"the filing thread was interrupted: {error!r}")
            for group in groups():
                fail(group, interrupted)
            self._desk.give_up_sessions()
            if not isinstance(error, Exception):
                raise

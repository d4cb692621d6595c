"""Filing under the lock: whatever happens to single acts or to the connection, each caller is
answered for what is on record."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from eventsourcing.persistence import StoredEvent
from psycopg import Cursor, Error
from psycopg.rows import DictRow

from ledger.eventstore.acts import ClockBehind, Unavailable, Waiting, fail
from ledger.eventstore.batch import Batch
from ledger.eventstore.desk import Desk, keys_used
from ledger.eventstore.group import Group
from ledger.eventstore.stored_form import EntryTooLarge
from ledger.measures import LOCK_WAIT_SECONDS

log = logging.getLogger(__name__)

BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
ATTEMPTS_MAX = 3
"""How often a group is filed again after a lost connection."""


def file(desk: Desk, waiting: list[Waiting]) -> None:
    """Enter acts as one group and answer all of them."""
    for _ in range(ATTEMPTS_MAX):
        try:
            _enter(desk, waiting)
            return
        except Unavailable as error:
            fail(waiting, error)
            return
        except ClockBehind as error:
            _give_back(desk)
            fail(waiting, error)
            return
        except Exception as error:  # noqa: BLE001 - whatever fails a group, its callers are told
            if not desk.sessions.lost(error):
                _give_back(desk)
                _one_by_one(desk, waiting, error)
                return
            log.warning("the database connection was lost; the group is filed again: %s", error)
            desk.give_up_sessions()
    fail(waiting, Unavailable("the connection was lost again and again"))


def _give_back(desk: Desk) -> None:
    desk.forget()
    desk.sessions.rollback()


def _one_by_one(desk: Desk, waiting: list[Waiting], error: Exception) -> None:
    """Find the act that failed its group, so that it fails alone."""
    if len(waiting) == 1:
        log.error("an act failed while it was entered", exc_info=error)
        fail(waiting, error)
        return
    log.warning("a group of %d acts failed and is filed one by one: %s", len(waiting), error)
    for one in waiting:
        file(desk, [one])


def _enter(desk: Desk, waiting: list[Waiting]) -> None:
    """Decide, append, write and commit a group in one transaction, then answer."""
    if not desk.sessions.open:
        desk.forget()
    connection = desk.sessions.writing()
    groups: list[Group] = []
    with connection.cursor() as curs:
        curs.execute(BEGIN)
        began = time.perf_counter()

        def decide(head: int) -> tuple[Sequence[StoredEvent], Batch]:
            LOCK_WAIT_SECONDS.observe(time.perf_counter() - began)
            groups.append(_decided(desk, curs, head, waiting))
            return groups[0].stored, _beside(desk, curs, groups[0])

        desk.recorder._append(curs, decide)  # noqa: SLF001 - the one way to write, shared
        (group,) = groups
        curs.execute("COMMIT" if group.entered else "ROLLBACK")
    group.keep()
    group.answer({})


def _beside(desk: Desk, curs: Cursor[DictRow], group: Group) -> Batch:
    for _, entered, _, _ in group.entered:
        if entered.beside is not None:
            entered.beside(curs)
    return group.batch(desk.views)


def _decided(desk: Desk, curs: Cursor[DictRow], head: int, waiting: list[Waiting]) -> Group:
    """Decide each act in turn on a log that cannot move."""
    desk.world.begin(curs, head)
    on_record = keys_used(curs, waiting)
    desk.world.load({stream for one in waiting for stream in one.act.streams()})
    group = desk.group()
    for one in waiting:
        try:
            group.take(one, on_record)
        except Error:
            raise
        except Exception as error:
            # It may have left half of itself behind, a drawn number for one: decide the others
            # afresh.
            if not isinstance(error, EntryTooLarge):
                log.exception("an act failed while it was decided")
            one.fail(error)
            waiting.remove(one)
            return _decided(desk, curs, head, waiting)
    return group

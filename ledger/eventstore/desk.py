"""Where groups are decided: what the writer remembers, its clock, its sessions, its bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from psycopg import Cursor

from ledger.eventstore.acts import Bounds, ClockBehind, Waiting, acts_of
from ledger.eventstore.group import Group, KeysUsed
from ledger.eventstore.recorder import LedgerRecorder
from ledger.eventstore.sessions import Sessions
from ledger.eventstore.stored_form import Salts
from ledger.eventstore.views import Views
from ledger.eventstore.world import World

SELECT_KEYS = """
SELECT i.caller, i.key, i.body_hmac, i.receipt
FROM json_to_recordset(%s::json) AS x(caller text, key text)
JOIN idempotency AS i ON i.caller = x.caller AND i.key = x.key
"""


@dataclass(frozen=True)
class Desk:
    """What both ways to the log share; one thread at a time works at it."""

    recorder: LedgerRecorder
    views: Views
    clock: Callable[[], datetime]
    salts: Salts
    bounds: Bounds
    sessions: Sessions
    world: World

    def group(self) -> Group:
        """A group that begins behind what the world knows."""
        return Group(self.world, self.moment(), self.salts, self.world.head)

    def moment(self) -> datetime:
        """The time of recording: the clock's, or the last recorded one where the clock is a
        little behind."""
        now = self.clock()
        last = self.world.recorded_at
        if last is None or now >= last:
            return now
        if last - now > self.bounds.clock_behind_max:
            raise ClockBehind(
                f"the clock says {now.isoformat()}, the last entry was recorded {last.isoformat()}"
            )
        return last

    def forget(self) -> None:
        """What was decided is not on record, or in doubt: trust nothing that is remembered."""
        self.world.forget()

    def give_up_sessions(self) -> None:
        """Nobody knows what state the sessions are in: open new ones, trust nothing."""
        self.world.forget()
        self.sessions.drop()


def keys_used(curs: Cursor[Any], waiting: Iterable[Waiting]) -> KeysUsed:
    """Keys of these acts that are on record."""
    keys = [{"caller": act.caller, "key": act.key} for w in waiting for act in acts_of(w)]
    rows = curs.execute(SELECT_KEYS, (orjson.dumps(keys).decode(),), prepare=True).fetchall()
    return {(r["caller"], r["key"]): (bytes(r["body_hmac"]), bytes(r["receipt"])) for r in rows}

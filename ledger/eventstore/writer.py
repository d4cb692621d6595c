"""The writer: one order for all filings, decided under the log's lock, committed in groups.

Callers hand acts to the process's writer. It takes what waits, opens one READ COMMITTED
transaction, takes the log's lock as its first statement, decides each act in turn (later ones see
earlier ones), appends, updates the register views set-wise, commits once, and answers every
caller. A lone caller runs its own group and skips the queue; under load a group is whatever
queued during the last commit.

Nothing here retries blindly. An act that fails a group is found by filing the acts one by one.
When the connection is lost, even during COMMIT, the group is filed again on a new one: under the
lock, the idempotency rows say which acts are already on record, so none is lost and none is
entered twice.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import orjson
import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg import Cursor
from psycopg.rows import DictRow, dict_row

from ledger.database import connect
from ledger.domain.events import (
    Door,
    LedgerEvent,
    OpenLicenceDeclared,
    OpenLicenceWithdrawn,
    PledgeDeregistered,
    PledgeRegistered,
    PledgeReleased,
    PledgeRevoked,
)
from ledger.domain.filing import Registration
from ledger.domain.patent import Patent
from ledger.domain.refusals import Declined, KeyReused
from ledger.eventstore import stored_form
from ledger.eventstore.batch import Batch, Insert
from ledger.eventstore.recorder import LedgerRecorder
from ledger.eventstore.restanding import Restanding
from ledger.eventstore.stored_form import EntryTooLarge, Salts
from ledger.eventstore.views import Change, Views
from ledger.eventstore.world import REMEMBERED_MAX, World

log = logging.getLogger(__name__)

BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
"""Whatever the server's default: the head must be read after the lock is granted, by a snapshot
of its own."""

SESSION = """
SET idle_in_transaction_session_timeout = '60s';
-- Every statement of the writer looks a few rows up by key: planned once, by index, however small
-- the tables were when the plan was made.
SET plan_cache_mode = force_generic_plan;
SET enable_seqscan = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET jit = off
"""
SELECT_KEYS = """
SELECT i.caller, i.key, i.body_hmac, i.receipt
FROM json_to_recordset(%s::json) AS x(caller text, key text)
JOIN idempotency AS i ON i.caller = x.caller AND i.key = x.key
"""
DELETE_STANDING = """
WITH document AS (SELECT %s::json AS d), unpledged AS (
    DELETE FROM standing_pledge AS s
    USING document, json_to_recordset(document.d -> 'unpledged') AS gone(patent_id text, number
    text)
    WHERE s.patent_id = gone.patent_id AND s.registration_no = gone.number
)
DELETE FROM standing_declaration AS s
USING document, json_to_recordset(document.d -> 'undeclared') AS gone(patent_id text, number text)
WHERE s.patent_id = gone.patent_id AND s.declaration_no = gone.number
"""
REGISTRATION = Insert(
    "registration",
    record=(
        ("registration_no", "text"),
        ("kind", "text"),
        ("year", "int"),
        ("region", "text"),
        ("serial", "bigint"),
        ("patents", "text[]"),
        ("secured_claim_id", "text"),
        ("filing_id", "text"),
    ),
)
IDEMPOTENCY = Insert(
    "idempotency",
    record=(
        ("caller", "text"),
        ("key", "text"),
        ("hmac", "text"),
        ("filing_id", "text"),
        ("last_position", "bigint"),
        ("answer", "text"),
    ),
    values=(("body_hmac", "decode(x.hmac, 'hex')"), ("receipt", "convert_to(x.answer, 'UTF8')")),
    omit=("hmac", "answer"),
)
STANDING_PLEDGE = Insert(
    "standing_pledge", record=(("patent_id", "text"), ("registration_no", "text"))
)
STANDING_DECLARATION = Insert(
    "standing_declaration", record=(("patent_id", "text"), ("declaration_no", "text"))
)
PERSONAL = Insert(
    "personal",
    record=(("position", "bigint"), ("name", "text"), ("salt", "text"), ("value", "jsonb")),
)

RECONNECT_SECONDS_MAX = 10.0
"""How long a group waits for a lost database before its callers are told to come back."""
ATTEMPTS_MAX = 3
"""How often a group is filed again after a lost connection."""


class Busy(Exception):
    """The queue is full; come back a little later with the same key."""


class Stopped(Exception):
    """The writer has been stopped; come back with the same key."""


class Unavailable(Exception):
    """The database cannot be reached; come back with the same key, which tells whether it was
    entered."""


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
    """A caller that waits for the answer to its act."""

    __slots__ = ("_answered", "act", "error", "receipt")

    def __init__(self, act: Act) -> None:
        self.act = act
        self.receipt: bytes | None = None
        self.error: BaseException | None = None
        self._answered = threading.Lock()
        self._answered.acquire()

    def answer(self, receipt: bytes) -> None:
        self.receipt = receipt
        self._answered.release()

    def fail(self, error: BaseException) -> None:
        self.error = error
        self._answered.release()

    @property
    def answered(self) -> bool:
        return self.receipt is not None or self.error is not None

    def result(self) -> bytes:
        with self._answered:
            pass
        if self.error is not None:
            raise self.error
        assert self.receipt is not None, "it was answered"
        return self.receipt


@dataclass(slots=True)
class Group:
    """What a group of acts has come to, before it is committed."""

    entered: list[tuple[Waiting, Entered, bytes, int]] = field(default_factory=list)
    answers: list[tuple[Waiting, bytes]] = field(default_factory=list)
    failures: list[tuple[Waiting, BaseException]] = field(default_factory=list)
    stored: list[StoredEvent] = field(default_factory=list)
    personal: list[tuple[int, str, str, Any]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def clear(self) -> None:
        """Begin again with nothing decided."""
        for decided in (
            self.entered,
            self.answers,
            self.failures,
            self.stored,
            self.personal,
            self.changes,
        ):
            decided.clear()


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
        bounds: Bounds = Bounds(),
    ) -> None:
        self._url = url
        self._recorder = recorder
        self._views = views
        self._clock = clock
        self._salts = salts
        self._bounds = bounds
        self._world = World(bounds.states_max)
        self._connection: psycopg.Connection[DictRow] | None = None
        self._queue: deque[Waiting] = deque()
        self._turn = threading.Lock()
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
        waiting = self._queued(act)
        if self._turn.acquire(blocking=False):
            try:
                self._work(until=waiting)
            finally:
                self._turn.release()
                self._wake_for_the_rest()
        return waiting.result()

    def submit(self, act: Act) -> Waiting:
        """Queue an act without waiting for it; its receipt is asked of what is returned."""
        waiting = self._queued(act)
        self._wake.set()
        return waiting

    def _queued(self, act: Act) -> Waiting:
        waiting = Waiting(act)
        with self._gate:
            if self._stopping:
                raise Stopped
            if len(self._queue) >= self._bounds.queue_max:
                raise Busy
            self._queue.append(waiting)
        return waiting

    def look(self, look: Callable[[World, datetime], Any]) -> Any:
        """Run a function on the state under the lock and write nothing: the dry run of a filing."""
        try:
            with self._turn:
                if self._stopping:
                    raise Stopped
                return self._look(look)
        finally:
            self._wake_for_the_rest()

    def _look(self, look: Callable[[World, datetime], Any]) -> Any:
        try:
            with self._connected().cursor() as curs:
                curs.execute(BEGIN)
                try:
                    self._world.begin(curs, self._recorder._lock(curs))  # noqa: SLF001
                    return look(self._world, self._moment())
                finally:
                    self._world.abandon()
                    curs.execute("ROLLBACK")
        except psycopg.Error as error:
            self._drop_connection()
            raise Unavailable(str(error)) from error

    def close(self) -> None:
        """Stop taking acts, answer every caller that waits, close the connection."""
        with self._gate:
            self._stopping = True
        self._wake.set()
        self._thread.join()
        with self._turn:
            if self._connection is not None:
                self._connection.close()

    # -- the queue

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            with self._turn:
                self._work(until=None)
            self._wake_for_the_rest()
            if self._stopping and not self._queue:
                return

    def _wake_for_the_rest(self) -> None:
        """Called after every turn: whoever queued during it and found it taken relies on this."""
        if self._queue:
            self._wake.set()

    def _work(self, until: Waiting | None) -> None:
        """File groups until nothing waits, or until the given caller is answered."""
        while self._queue and not (until is not None and until.answered):
            group = self._take()
            try:
                self._file(group)
            except BaseException as error:
                # The thread that files is told to end: callers may come back with the same key.
                self._drop_connection()
                self._fail(group, Unavailable(f"the filing thread was interrupted: {error!r}"))
                if not isinstance(error, Exception):
                    raise

    def _take(self) -> list[Waiting]:
        """The next group: what waits, within the bounds; one larger act goes alone."""
        group: list[Waiting] = []
        events = size = 0
        while self._queue and len(group) < self._bounds.commands_max:
            act = self._queue[0].act
            events += act.size
            size += act.weight
            if group and (events > self._bounds.events_max or size > self._bounds.bytes_max):
                break
            group.append(self._queue.popleft())
        return group

    # -- a group

    def _file(self, group: list[Waiting]) -> None:
        """Enter a group, whatever happens to single acts or to the connection."""
        for _ in range(ATTEMPTS_MAX):
            try:
                self._enter(group)
                return
            except Unavailable as error:
                self._fail(group, error)
                return
            except ClockBehind as error:
                self._rollback()
                self._fail(group, error)
                return
            except Exception as error:  # noqa: BLE001 - whatever fails a group, its callers are told
                if not self._lost(error):
                    self._rollback()
                    self._one_by_one(group, error)
                    return
                log.warning("the database connection was lost; the group is filed again: %s", error)
                self._drop_connection()
        self._fail(group, Unavailable("the connection was lost again and again"))

    def _one_by_one(self, group: list[Waiting], error: Exception) -> None:
        """Find the act that failed its group, so that it fails alone."""
        if len(group) == 1:
            log.error("an act failed while it was entered", exc_info=error)
            self._fail(group, error)
            return
        log.warning("a group of %d acts failed and is filed one by one: %s", len(group), error)
        for waiting in group:
            self._file([waiting])

    def _fail(self, group: list[Waiting], error: BaseException) -> None:
        for waiting in group:
            if not waiting.answered:
                waiting.fail(error)

    def _enter(self, group: list[Waiting]) -> None:
        """Decide, append, write and commit a group in one transaction, then answer."""
        connection = self._connected()
        outcome = Group()
        with connection.cursor() as curs:
            curs.execute(BEGIN)

            def decide(head: int) -> list[StoredEvent]:
                return self._decide(curs, head, group, outcome)

            self._recorder._append(curs, decide)  # noqa: SLF001 - the one way to write, shared
            if outcome.entered:
                self._write_beside(curs, outcome)
                curs.execute("COMMIT")
                head = self._world.head + len(outcome.stored)
                self._world.commit(head, outcome.entered[-1][1].events[-1].envelope.recorded_at)
            else:
                curs.execute("ROLLBACK")
                self._world.abandon()
        for waiting, _, receipt, _ in outcome.entered:
            waiting.answer(receipt)
        for waiting, receipt in outcome.answers:
            waiting.answer(receipt)
        for waiting, error in outcome.failures:
            waiting.fail(error)

    def _decide(
        self, curs: Cursor[DictRow], head: int, group: list[Waiting], outcome: Group
    ) -> list[StoredEvent]:
        """Decide each act in turn on a log that cannot move; the events to append."""
        self._world.begin(curs, head)
        moment = self._moment()
        on_record = self._on_record(curs, group)
        self._world.load({stream for waiting in group for stream in waiting.act.streams()})
        for waiting in group:
            act = waiting.act
            earlier = on_record.get((act.caller, act.key))
            try:
                if earlier is not None:
                    outcome.answers.append((waiting, self._same(act, earlier)))
                    continue
                entered = act.decide(self._world, moment)
                receipt = self._stage(waiting, entered, outcome)
            except Declined as declined:
                outcome.failures.append((waiting, declined))
            except psycopg.Error:
                raise
            except Exception as error:
                # It may have left half of itself behind, a drawn number for one: decide the
                # others afresh.
                if not isinstance(error, EntryTooLarge):
                    log.exception("an act failed while it was decided")
                waiting.fail(error)
                group.remove(waiting)
                outcome.clear()
                return self._decide(curs, head, group, outcome)
            else:
                on_record[(act.caller, act.key)] = (act.body_hmac, receipt)
        return outcome.stored

    def _moment(self) -> datetime:
        """The time of recording: the clock's, or the last recorded one where the clock is a
        little behind."""
        now = self._clock()
        last = self._world.recorded_at
        if last is None or now >= last:
            return now
        if last - now > self._bounds.clock_behind_max:
            raise ClockBehind(
                f"the clock says {now.isoformat()}, the last entry was recorded {last.isoformat()}"
            )
        return last

    def _on_record(
        self, curs: Cursor[DictRow], group: list[Waiting]
    ) -> dict[tuple[str, str], tuple[bytes, bytes]]:
        """Keys of the group that were used before, with the digest of the body and the receipt."""
        keys = [{"caller": waiting.act.caller, "key": waiting.act.key} for waiting in group]
        rows = curs.execute(SELECT_KEYS, (orjson.dumps(keys).decode(),), prepare=True).fetchall()
        return {(r["caller"], r["key"]): (bytes(r["body_hmac"]), bytes(r["receipt"])) for r in rows}

    def _same(self, act: Act, earlier: tuple[bytes, bytes]) -> bytes:
        """The receipt of the earlier filing under the key, if it is the same filing."""
        body_hmac, receipt = earlier
        if body_hmac != act.body_hmac:
            raise KeyReused(act.key)
        return receipt

    def _stage(self, waiting: Waiting, entered: Entered, outcome: Group) -> bytes:
        """Encode the events of an act and fold them, so that later acts of the group see them."""
        first = self._world.head + len(outcome.stored) + 1
        last = first + len(entered.events) - 1
        stored, personal = [], []
        dumped: dict[int, dict[str, Any]] = {}
        for position, event in enumerate(entered.events, first):
            envelope = dumped.get(id(event.envelope))
            if envelope is None:
                envelope = dumped[id(event.envelope)] = stored_form.dump_envelope(event.envelope)
            encoded, values = stored_form.encode_dumped(event, envelope, self._salts)
            stored.append(encoded)
            personal += [(position, p.name, p.salt, p.value) for p in values]
        touched = dict.fromkeys(e.originator_id for e in entered.events)
        before = {stream: self._world.state(stream) for stream in touched}
        self._world.apply(entered.events)
        for row in entered.registrations:
            self._world.remember(
                Registration(row.registration_no, row.kind, row.patents, row.secured_claim_id)
            )
        for stream, state in before.items():
            after = self._world.state(stream)
            if isinstance(state, Patent) and isinstance(after, Patent):
                outcome.changes.append(Change(state, after, last))
        receipt = entered.receipt(first)
        outcome.stored += stored
        outcome.personal += personal
        outcome.entered.append((waiting, entered, receipt, last))
        return receipt

    # -- what is written beside the log

    def _write_beside(self, curs: Cursor[DictRow], outcome: Group) -> None:
        """Registrations, receipts, standing tables, personal values and register views."""
        standing = Standing()
        batch = Batch()
        for waiting, entered, receipt, last in outcome.entered:
            standing.fold(entered.events)
            for restanding in entered.standing:
                standing.settle(restanding)
            for row in entered.registrations:
                batch.add(REGISTRATION, row.record(entered.filing_id))
            record = {
                "caller": waiting.act.caller,
                "key": waiting.act.key,
                "hmac": waiting.act.body_hmac.hex(),
                "filing_id": entered.filing_id,
                "last_position": last,
                "answer": receipt.decode(),
            }
            batch.add(IDEMPOTENCY, record)
            if entered.beside is not None:
                entered.beside(curs)
        standing.write(curs, batch)
        for position, name, salt, value in outcome.personal:
            batch.add(PERSONAL, {"position": position, "name": name, "salt": salt, "value": value})
        self._views.write(curs, batch, outcome.changes)
        batch.flush(curs)

    # -- the connection

    def _connected(self) -> psycopg.Connection[DictRow]:
        """The writer's connection, made anew where it was lost; waits a little for a restarting
        server."""
        if self._connection is not None and not self._connection.closed:
            return self._connection
        self._world.forget()
        deadline = time.monotonic() + RECONNECT_SECONDS_MAX
        while True:
            try:
                self._connection = connect(
                    self._url,
                    "ledger_writer",
                    application_name="patent-ledger writer",
                    row_factory=dict_row,
                )
                self._connection.execute(SESSION)
                return self._connection
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise Unavailable(str(error)) from error
                time.sleep(0.1)

    def _lost(self, error: Exception) -> bool:
        """Whether the connection is gone, so that nobody knows what became of the transaction."""
        connection = self._connection
        if connection is None or connection.closed:
            return True
        severity = error.diag.severity_nonlocalized if isinstance(error, psycopg.Error) else None
        return severity in ("FATAL", "PANIC")

    def _rollback(self) -> None:
        self._world.forget()
        if self._connection is None:
            return
        try:
            self._connection.execute("ROLLBACK")
        except psycopg.Error:
            self._drop_connection()

    def _drop_connection(self) -> None:
        self._world.forget()
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Standing:
    """What a group's filings do to the tables of what may not stand together now."""

    def __init__(self) -> None:
        self.pledged: dict[str, str] = {}
        self.unpledged: list[tuple[str, str]] = []
        self.declared: dict[str, str] = {}
        self.undeclared: list[tuple[str, str]] = []

    def fold(self, events: Sequence[LedgerEvent]) -> None:
        """Take in the events of one filing; facts of other registers do not count."""
        for event in events:
            if event.envelope.door is not Door.FILED:
                continue
            number = event.envelope.registration_no or ""
            match event:
                case PledgeRegistered():
                    self.pledged[event.originator_id] = number
                case PledgeReleased() | PledgeDeregistered() | PledgeRevoked():
                    if self.pledged.get(event.originator_id) == number:
                        del self.pledged[event.originator_id]
                    self.unpledged.append((event.originator_id, number))
                case OpenLicenceDeclared():
                    self.declared[event.originator_id] = event.declaration_no
                case OpenLicenceWithdrawn():
                    if self.declared.get(event.originator_id) == event.declaration_no:
                        del self.declared[event.originator_id]
                    self.undeclared.append((event.originator_id, event.declaration_no))
                case _:
                    continue

    def settle(self, told: Restanding) -> None:
        """Take in what is known to stand on a patent after an act."""
        _settle(told.patent, told.pledges, self.pledged, self.unpledged)
        _settle(told.patent, told.declarations, self.declared, self.undeclared)

    def write(self, curs: Cursor[Any], batch: Batch) -> None:
        """Delete what no longer stands, and gather what stands anew."""
        if self.unpledged or self.undeclared:
            document = {
                "unpledged": [{"patent_id": p, "number": n} for p, n in self.unpledged],
                "undeclared": [{"patent_id": p, "number": n} for p, n in self.undeclared],
            }
            curs.execute(DELETE_STANDING, (orjson.dumps(document).decode(),), prepare=True)
        for patent, number in self.pledged.items():
            batch.add(STANDING_PLEDGE, {"patent_id": patent, "registration_no": number})
        for patent, number in self.declared.items():
            batch.add(STANDING_DECLARATION, {"patent_id": patent, "declaration_no": number})


def _settle(
    patent: str,
    told: tuple[str | None, str | None],
    standing: dict[str, str],
    gone: list[tuple[str, str]],
) -> None:
    before, after = told
    if before == after:
        return
    if before is not None:
        gone.append((patent, before))
        if standing.get(patent) == before:
            del standing[patent]
    if after is not None:
        standing[patent] = after

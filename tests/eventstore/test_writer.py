"""The writer on a real server: groups, poison, pressure, stop, processes, clocks, keys, doubt."""

from __future__ import annotations

import json
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

import psycopg
import pytest
from psycopg import Cursor

from ledger.domain.filing import Caller
from ledger.domain.lifecycle import CompensateTerm
from ledger.domain.money import yuan
from ledger.domain.refusals import KeyReused, Overtaken, Refused
from ledger.eventstore.acts import (
    Blocked,
    Bounds,
    Busy,
    ClockBehind,
    Stopped,
    Unavailable,
    Waiting,
)
from ledger.eventstore.stored_form import UnknownTopic
from ledger.eventstore.world import World
from ledger.means import Means
from ledger.registry import Filing, FilingAct, Registry
from tests.builders import STATED_CLAIM, invalidation_requested
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import (
    REGISTRAR,
    Clock,
    FeeAct,
    Gate,
    as_one_group,
    assert_dense,
    assert_serials_without_gap,
    enter_patents,
    numbers,
    outcome,
    pledge,
    registry,
    rows,
    source_record,
    value,
)
from tests.eventstore.proxy import ProxiedServer
from tests.eventstore.serving import ServingProcess
from tests.scenario import NOW
from tests.wait import until

COMMITS = "SELECT count(DISTINCT xmin::text) FROM stored_events WHERE notification_id > %s"


class TestGroups:
    def test_callers_who_wait_together_share_a_commit(
        self, ledger: Registry, database_url: str, patents: list[str]
    ) -> None:
        acts = [FeeAct(f"shared {p}", p) for p in patents[1:33]]
        before = value(database_url, "SELECT max(notification_id) FROM stored_events")
        receipts = [w.result() for w in as_one_group(ledger, patents[0], acts)]
        assert len(set(receipts)) == 32
        assert value(database_url, COMMITS, before + 1) <= 2

    def test_positions_within_a_group_are_in_the_order_of_the_queue(
        self, ledger: Registry, patents: list[str]
    ) -> None:
        acts = [FeeAct(f"ordered {p}", p) for p in patents[1:20]]
        receipts = [w.result() for w in as_one_group(ledger, patents[0], acts)]
        positions = [int(receipt.split()[-1]) for receipt in receipts]
        assert positions == list(range(positions[0], positions[0] + len(acts)))

    def test_a_drug_compensates_one_patent_whoever_asked_before(
        self, ledger: Registry, patents: list[str]
    ) -> None:
        def act(patent: str, drug: str) -> FilingAct:
            command = CompensateTerm(
                patents=(patent,),
                kind="pte",
                days=10,
                drug=drug,
                approved_on=date(2026, 1, 5),
                requested_on=date(2026, 2, 2),
                effective_on=date(2026, 2, 2),
            )
            return FilingAct(Filing(command, REGISTRAR, f"{drug} {patent}"), ledger.means)

        asked = [act(patents[1], "Lanternol"), act(patents[2], "LANTERNOL")]
        first, second = map(outcome, as_one_group(ledger, patents[0], asked))
        assert isinstance(first, bytes)
        later = outcome(ledger.writer.submit(act(patents[3], "lanternol")))
        for other in (second, later):
            assert isinstance(other, Refused)
            (found,) = other.findings
            assert found.fact == {"drug": found.fact["drug"], "compensated_before": [patents[1]]}
        assert isinstance(outcome(ledger.writer.submit(act(patents[3], "Tidewol"))), bytes)

    def test_a_later_filing_of_a_group_sees_the_earlier_ones(
        self, ledger: Registry, database_url: str, patents: list[str]
    ) -> None:
        filings = [pledge(patents[1], key=f"second sees first {i}") for i in range(3)]
        acts = [FilingAct(f, ledger.means) for f in filings]
        first, *others = map(outcome, as_one_group(ledger, patents[0], acts))
        assert isinstance(first, bytes)
        for other in others:
            assert isinstance(other, Refused)
            assert {f.rule for f in other.findings} == {"pledge-no-live-pledge"}
        standing = "SELECT count(*) FROM standing_pledge WHERE patent_id = %s"
        assert value(database_url, standing, patents[1]) == 1
        assert_serials_without_gap(database_url)

    def test_numbers_are_drawn_behind_those_that_the_group_has_taken_over(self, url: str) -> None:
        def take_over(curs: Cursor[Any]) -> None:
            curs.execute(
                "INSERT INTO transcribed_registration VALUES ('Y2026990000500', 'CN:0', 'pledge', "
                "2026, '99', 500)"
            )
            ledger.writer._desk.world.forget_serials()

        with registry(url) as ledger:
            patents = enter_patents(ledger, numbers(4))
            acts = [
                FeeAct("draws", patents[1], draws=True, beside=lambda _: None),
                FeeAct("takes over", patents[2], beside=take_over),
            ]
            for waiting in as_one_group(ledger, patents[0], acts):
                waiting.result()
            ledger.writer.enter(FeeAct("draws later", patents[3], draws=True))
        assert value(url, "SELECT max(serial) FROM registration") == 501

    def test_the_same_key_twice_in_a_group_is_one_filing(
        self, ledger: Registry, patents: list[str]
    ) -> None:
        acts = [FilingAct(pledge(patents[1], key="twice at once"), ledger.means) for _ in range(2)]
        one, other = map(outcome, as_one_group(ledger, patents[0], acts))
        assert isinstance(one, bytes)
        assert one == other

    def test_a_group_takes_no_more_than_its_bounds(self, url: str) -> None:
        with registry(url, bounds=Bounds(commands_max=10, events_max=40, bytes_max=10**6)) as small:
            many = enter_patents(small, numbers(40))
            plain = [FeeAct(f"plain {p}", p) for p in many[1:31]]
            large = [FeeAct(f"large {p}", p, size=30) for p in many[31:34]]
            heavy = [FeeAct(f"heavy {p}", p, weight=2 * 10**6) for p in many[34:36]]
            before = value(url, "SELECT max(notification_id) FROM stored_events")
            for w in as_one_group(small, many[0], [*plain, *large, *heavy]):
                w.result()
        groups = rows(
            url,
            "SELECT count(*) AS n FROM stored_events WHERE notification_id > %s "
            "GROUP BY xmin::text ORDER BY min(notification_id)",
            before + 1,
        )
        assert [g["n"] for g in groups] == [10, 10, 10, 1, 1, 1, 1, 1]

    def test_nobody_waits_while_the_writer_is_only_looked_through(
        self, ledger: Registry, patents: list[str]
    ) -> None:
        """A filing that arrives during a dry run is entered when the dry run ends."""
        looking, seen = threading.Event(), threading.Event()

        def look(_: World, __: datetime) -> None:
            looking.set()
            assert seen.wait(30)

        with ThreadPoolExecutor(2) as pool:
            dry = pool.submit(ledger.writer.look, look)
            assert looking.wait(30)
            filed = pool.submit(ledger.writer.enter, FeeAct("during a dry run", patents[0]))
            while not ledger.writer._queue:
                time.sleep(0.001)
            seen.set()
            dry.result(30)
            assert filed.result(30)

    def test_nobody_waits_who_queues_while_the_turn_is_given_back(
        self, ledger: Registry, patents: list[str]
    ) -> None:
        """The writer's thread has seen an empty queue; a caller queues and finds the turn taken."""
        turn = LateTurn(ledger.writer._turn)
        ledger.writer._turn = turn
        with ThreadPoolExecutor(1) as pool:
            filed: list[Future[bytes]] = []
            act = FeeAct("while the turn is given back", patents[0])
            turn.before_giving_back = lambda: filed.append(pool.submit(ledger.writer.enter, act))
            ledger.writer.submit(FeeAct("by the writer's thread", patents[1])).result()
            assert turn.given_back.wait(30)
            assert filed[0].result(30)

    def test_callers_of_all_ways_are_answered_however_their_turns_fall(
        self, ledger: Registry, patents: list[str]
    ) -> None:
        """Filing, submitting and looking at once, for a while: a lost wake-up would hang it."""
        fresh = count().__next__

        def call(i: int) -> None:
            act = FeeAct(f"any way {fresh()}", patents[i % len(patents)])
            if i % 3 == 0:
                ledger.writer.look(lambda world, _: world.patent(act.patent))
            elif i % 3 == 1:
                ledger.writer.enter(act)
            else:
                ledger.writer.submit(act).result()

        with ThreadPoolExecutor(12) as pool:
            futures = [pool.submit(call, i) for i in range(1200)]
            for future in futures:
                future.result(60)

    def test_a_dry_run_has_its_turn_while_filings_never_cease(
        self, ledger: Registry, patents: list[str]
    ) -> None:
        fresh, ceased = count().__next__, threading.Event()
        queue = ledger.writer._queue

        def keep_busy() -> None:
            while not ceased.is_set():
                if len(queue) < 64:
                    i = fresh()
                    ledger.writer.submit(FeeAct(f"never ceasing {i}", patents[i % len(patents)]))
                else:
                    time.sleep(0.001)

        with ThreadPoolExecutor(2) as pool:
            filing = pool.submit(keep_busy)
            try:
                for _ in range(3):
                    pool.submit(ledger.writer.look, lambda *_: None).result(5)
            finally:
                ceased.set()
            filing.result()

    def test_nobody_waits_whose_act_was_taken_by_one_who_is_interrupted(
        self, ledger: Registry, patents: list[str]
    ) -> None:
        class Interrupted(deque[Waiting]):
            def popleft(self) -> Waiting:
                if len(self) == 1 and ledger.writer._queue is self:
                    ledger.writer._queue = deque()
                    raise KeyboardInterrupt
                return super().popleft()

        act = FeeAct("taken by another", patents[0], beside=lambda _: None)
        taken = Blocked(act)
        ledger.writer._queue = Interrupted()
        ledger.writer._queued(taken)
        with pytest.raises(KeyboardInterrupt):
            ledger.writer.enter(FeeAct("interrupted", patents[1]))
        with pytest.raises(Unavailable):
            taken.result()
        assert ledger.writer.enter(act)


class LateTurn:
    """The writer's lock, which is given back only when another caller has found it taken."""

    def __init__(self, lock: threading.Lock) -> None:
        self.before_giving_back: Callable[[], None] | None = None
        self.given_back = threading.Event()
        self._lock = lock
        self._found_taken = threading.Event()

    def acquire(self, blocking: bool = True) -> bool:
        taken = self._lock.acquire(blocking)
        if not taken:
            self._found_taken.set()
        return taken

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        act, self.before_giving_back = self.before_giving_back, None
        if act is not None:
            act()
            assert self._found_taken.wait(30)
        self._lock.release()
        if act is not None:
            self.given_back.set()


class Poison(Exception):
    """What the poisoned act of a test fails with."""


def raise_poison(_: object) -> None:
    raise Poison


def fail_in_the_database(curs: Cursor[Any]) -> None:
    curs.execute("SELECT 1 / 0")


def text_that_postgres_refuses(curs: Cursor[Any]) -> None:
    curs.execute("SELECT %s::jsonb", ['"\\u0000"'])


def text_that_the_driver_refuses(curs: Cursor[Any]) -> None:
    curs.execute("SELECT %s::text", ["\0"])


POISONS: dict[str, dict[str, Any]] = {
    "while it is decided": {"while_decided": raise_poison},
    "beside the log": {"beside": raise_poison},
    "in the database": {"beside": fail_in_the_database},
    "by a text that PostgreSQL refuses": {"beside": text_that_postgres_refuses},
    "by a text that the driver refuses": {"beside": text_that_the_driver_refuses},
    "by a NUL in its key": {"key": "nul \0"},
    "by half a surrogate pair in its key": {"key": "surrogate \ud800"},
    "by a stream that no text can name": {"patent": "CN:\ud800"},
}


class TestPoison:
    @pytest.mark.parametrize("how", POISONS)
    @pytest.mark.parametrize("place", [0, 17, 31])
    def test_one_poisoned_act_among_31_good_ones_fails_alone(
        self, ledger: Registry, database_url: str, patents: list[str], how: str, place: int
    ) -> None:
        acts = [FeeAct(f"good {how} {p}", p, draws=True) for p in patents[1:32]]
        bad: dict[str, Any] = {"key": f"bad {how}", "patent": patents[32], "draws": True} | POISONS[
            how
        ]
        acts.insert(place, FeeAct(**bad))
        before = value(database_url, "SELECT max(notification_id) FROM stored_events")

        outcomes = [outcome(w) for w in as_one_group(ledger, patents[0], acts)]

        failed = outcomes.pop(place)
        assert isinstance(failed, Exception)
        assert not isinstance(failed, Unavailable)
        assert all(isinstance(o, bytes) for o in outcomes)
        assert assert_dense(database_url) == before + 1 + 31
        assert_serials_without_gap(database_url)
        # The writer goes on as if nothing had been, and still knows what stands.
        assert ledger.writer.enter(FeeAct(f"after {how} {place}", patents[33], draws=True))
        assert_serials_without_gap(database_url)

    def test_an_entry_that_cannot_be_read_leaves_the_streams_beside_it_as_they_are(
        self, url: str
    ) -> None:
        with registry(url) as ledger:
            patents = enter_patents(ledger, numbers(2))
            rows(
                url,
                "INSERT INTO stored_events SELECT 'CN:0', 1, 'of.a.later.program', state, 3 "
                "FROM stored_events WHERE notification_id = 2 RETURNING notification_id",
            )
            with pytest.raises(UnknownTopic):
                ledger.writer.look(lambda world, _: world.load(["CN:0", patents[1]]))
            assert ledger.file(pledge(patents[1], key="beside it"))

    def test_several_poisoned_acts_fail_each_by_itself(
        self, ledger: Registry, database_url: str, patents: list[str]
    ) -> None:
        acts = []
        for i, patent in enumerate(patents[1:37]):
            way: dict[int, Any] = {
                0: {"while_decided": raise_poison},
                3: {"beside": fail_in_the_database},
            }
            acts.append(FeeAct(f"mixed {patent}", patent, draws=True, **way.get(i % 6, {})))
        outcomes = [outcome(w) for w in as_one_group(ledger, patents[0], acts)]
        assert [isinstance(o, bytes) for o in outcomes] == [i % 6 not in (0, 3) for i in range(36)]
        assert_dense(database_url)
        assert_serials_without_gap(database_url)

    def test_what_fails_at_the_commit_fails_alone(self, url: str) -> None:
        """A constraint that COMMIT checks: nothing is left behind, nobody is told otherwise."""
        with psycopg.connect(url) as connection:
            connection.execute(
                "CREATE TABLE checked_late (n int UNIQUE DEFERRABLE INITIALLY DEFERRED);"
                "GRANT INSERT ON checked_late TO ledger_writer"
            )

        def insert(curs: Cursor[Any]) -> None:
            curs.execute("INSERT INTO checked_late VALUES (1), (1)")

        with registry(url) as ledger:
            patents = enter_patents(ledger, numbers(12))
            acts = [FeeAct(f"commit {p}", p) for p in patents[2:]]
            bad = FeeAct("bad at commit", patents[1], beside=insert)
            failed, *good = map(outcome, as_one_group(ledger, patents[0], [bad, *acts]))
            assert isinstance(failed, psycopg.errors.UniqueViolation)
            assert all(isinstance(o, bytes) for o in good)
        assert assert_dense(url) == 12 + 1 + 10


class TestBackPressureAndStop:
    def test_a_full_queue_answers_busy_at_once_and_takes_acts_again_when_it_has_room(
        self, url: str
    ) -> None:
        with registry(url, bounds=Bounds(queue_max=5)) as small:
            patents = []
            for number in numbers(7):
                patents += enter_patents(small, [number])
            gate = Gate()
            held = small.writer.submit(gate.act(patents[0]))
            assert gate.reached.wait(30)
            waiting = [small.writer.submit(FeeAct(f"queued {p}", p)) for p in patents[1:6]]
            with pytest.raises(Busy):
                small.writer.submit(FeeAct("one too many", patents[6]))
            with pytest.raises(Busy):
                small.writer.enter(FeeAct("one too many", patents[6]))
            gate.opened.set()
            for w in [held, *waiting]:
                assert w.result()
            assert small.writer.enter(FeeAct("one too many", patents[6]))

    def test_a_clean_stop_answers_everyone_who_waits_and_turns_later_ones_away(
        self, url: str
    ) -> None:
        ledger = registry(url)
        patents = enter_patents(ledger, numbers(31))
        gate = Gate()
        held = ledger.writer.submit(gate.act(patents[0]))
        assert gate.reached.wait(30)
        with ThreadPoolExecutor(31) as pool:
            filed = [pool.submit(ledger.writer.enter, FeeAct(f"last {p}", p)) for p in patents[1:]]
            while len(ledger.writer._queue) < 30:
                time.sleep(0.001)
            closed = pool.submit(ledger.close)
            while not ledger.writer._stopping:
                time.sleep(0.001)
            with pytest.raises(Stopped):
                ledger.writer.enter(FeeAct("too late", patents[0]))
            gate.opened.set()
            closed.result(30)
            assert held.result()
            assert len({f.result(1) for f in filed}) == 30
        assert assert_dense(url) == 31 + 31
        with pytest.raises(Stopped):
            ledger.writer.look(lambda *_: None)

    def test_a_stop_of_an_idle_writer_returns_and_leaves_no_session(self, url: str) -> None:
        with registry(url) as ledger:
            enter_patents(ledger, numbers(1))
        sessions = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND application_name LIKE 'patent-ledger%%' AND pid <> pg_backend_pid() AND %s"
        )
        until(lambda: value(url, sessions, True) == 0)


class TestProcesses:
    def test_several_processes_that_file_on_the_same_patents_are_in_one_order(
        self, url: str
    ) -> None:
        """Three processes of eight threads pledge the same 60 patents, singly and in pairs."""
        since = time.time()
        with registry(url) as ledger:
            patents = enter_patents(ledger, numbers(60))
        jobs = [[p] for p in patents] + [patents[i : i + 2] for i in range(0, 60, 2)]
        processes = [ServingProcess(url, threads=8, since=since) for _ in range(3)]
        try:
            for place, process in enumerate(processes):
                process.wait_until_ready()
                mine = [{"key": f"{place} {i}", "patents": job} for i, job in enumerate(jobs)]
                Random(place).shuffle(mine)
                process.give(mine)
            answers = [answer for process in processes for answer in process.answered()]
        finally:
            for process in processes:
                process.kill()

        assert len(answers) == 3 * len(jobs)
        refusals = [a["refused"] for a in answers if "receipt" not in a]
        assert {tuple(r) for r in refusals} == {("pledge-no-live-pledge",)}
        receipts = [json.loads(a["receipt"]) for a in answers if "receipt" in a]
        pledged = [e["patent"] for receipt in receipts for e in receipt["entries"]]
        assert sorted(pledged) == sorted(patents)
        assert value(url, "SELECT count(*) FROM standing_pledge") == 60
        assert assert_dense(url) == 60 + 60
        assert_serials_without_gap(url)
        recorded = times(url)
        assert recorded == sorted(recorded)

    def test_what_another_process_entered_is_seen_at_once(
        self, ledger: Registry, database_url: str, patents: list[str]
    ) -> None:
        """A state that is remembered is not trusted when another has moved the log."""
        with registry(database_url) as other:
            for key in ("looks first", "looks again"):
                other.judge(pledge(patents[0], key=key))
            ledger.file(pledge(patents[0], key="comes first"))
            with pytest.raises(Refused, match="pledge-no-live-pledge"):
                other.file(pledge(patents[0], key="comes second"))
            other.file(pledge(patents[1], key="goes on"))
            with pytest.raises(Refused, match="pledge-no-live-pledge"):
                ledger.judge(pledge(patents[1], key="comes third"))
        assert_serials_without_gap(database_url)

    def test_a_receipt_is_durable_whatever_the_server_prefers(
        self, new_database: NewDatabase
    ) -> None:
        with new_database() as url:
            with psycopg.connect(url, autocommit=True) as connection:
                name = connection.info.dbname
                connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
            with registry(url) as ledger:
                enter_patents(ledger, numbers(1))
                session = ledger.writer._desk.sessions.writing()
                assert session.execute("SHOW synchronous_commit").fetchall() == [
                    {"synchronous_commit": "on"}
                ]

    def test_processes_take_turns_whatever_isolation_the_server_prefers(
        self, new_database: NewDatabase
    ) -> None:
        """The head is read after the lock is granted, by a snapshot of its own."""
        with new_database() as url:
            with psycopg.connect(url, autocommit=True) as connection:
                name = connection.info.dbname
                connection.execute(
                    f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'"
                )
            with registry(url) as one, registry(url) as other:
                patents = enter_patents(one, numbers(20))
                with ThreadPoolExecutor(4) as pool:
                    acts = [FeeAct(f"turns {p}", p, draws=True) for p in patents]
                    filed = [
                        pool.submit((one, other)[i % 2].writer.enter, act)
                        for i, act in enumerate(acts)
                    ]
                    assert len({f.result(30) for f in filed}) == 20
            assert assert_dense(url) == 40
            assert_serials_without_gap(url)


class TestClock:
    def test_a_clock_a_little_behind_records_at_the_last_recorded_time(self, url: str) -> None:
        clock = Clock()
        with registry(url, clock=clock) as ledger:
            patents = enter_patents(ledger, numbers(3))
            clock.turn(seconds=-59)
            ledger.file(pledge(patents[0], key="behind"))
            clock.turn(seconds=60)
            ledger.file(pledge(patents[1], key="right again"))
        assert times(url) == [NOW] * 4 + [NOW + timedelta(seconds=1)]

    def test_a_clock_more_than_a_minute_behind_stops_the_writer_and_holds_nobody_up(
        self, url: str
    ) -> None:
        clock = Clock()
        with registry(url, clock=clock) as ledger, registry(url) as other:
            patents = enter_patents(ledger, numbers(3))
            clock.turn(seconds=-61)
            with pytest.raises(ClockBehind, match="2026-03-02"):
                ledger.file(pledge(patents[0], key="far behind"))
            assert value(url, "SELECT count(*) FROM stored_events") == 3
            # The log's lock is free: another process, whose clock is right, goes on.
            with ThreadPoolExecutor(1) as pool:
                assert pool.submit(other.file, pledge(patents[1], key="other")).result(10)
            with pytest.raises(ClockBehind):
                ledger.judge(pledge(patents[0], key="far behind"))
            clock.turn(seconds=61)
            ledger.file(pledge(patents[0], key="far behind"))
        assert assert_dense(url) == 5
        assert_serials_without_gap(url)

    def test_recorded_time_never_falls_whichever_process_writes(self, url: str) -> None:
        ahead, behind = Clock(NOW + timedelta(seconds=30)), Clock(NOW)
        with registry(url, clock=ahead) as one, registry(url, clock=behind) as two:
            patents = enter_patents(one, numbers(8))
            for i, patent in enumerate(patents):
                (one, two)[i % 2].file(pledge(patent, key=f"key {i}"))
                behind.turn(seconds=10)
        recorded = times(url)
        assert recorded == sorted(recorded)
        assert recorded[-1] == NOW + timedelta(seconds=70)

    def test_a_restarted_process_knows_the_last_recorded_time_even_of_a_hidden_entry(
        self, url: str
    ) -> None:
        with registry(url) as ledger:
            patents = enter_patents(ledger, numbers(1))
            ledger.enter(source_record("case", invalidation_requested(patents[0])), "run")
        with registry(url, clock=Clock(NOW - timedelta(seconds=61))) as late:
            with pytest.raises(ClockBehind):
                late.file(pledge(patents[0], key="late"))


def times(url: str) -> list[datetime]:
    found = rows(url, "SELECT recorded_at FROM event_log ORDER BY position")
    return [row["recorded_at"] for row in found]


class TestKeys:
    def test_the_same_key_and_body_give_the_same_bytes_for_ever(self, url: str) -> None:
        with registry(url) as ledger:
            patents = enter_patents(ledger, numbers(2))
            receipt = ledger.file(pledge(patents[0], key="once"))
            assert ledger.file(pledge(patents[0], key="once")) == receipt
        later = Clock(NOW + timedelta(days=400))
        with registry(url, clock=later) as restarted:
            assert restarted.file(pledge(patents[0], key="once")) == receipt
            assert (
                bytes(value(url, "SELECT receipt FROM idempotency WHERE key = 'once'")) == receipt
            )
        assert assert_dense(url) == 3

    def test_the_same_key_with_another_body_is_refused_as_reused(
        self, ledger: Registry, patents: list[str]
    ) -> None:
        ledger.file(pledge(patents[0], key="reused"))
        other_patent = pledge(patents[1], key="reused")
        other_amount = pledge(
            patents[0],
            key="reused",
            claim=STATED_CLAIM.model_copy(update={"amount": yuan("5000001")}),
        )
        for other in (other_patent, other_amount):
            with pytest.raises(KeyReused):
                ledger.file(other)

    def test_a_key_belongs_to_its_caller(self, ledger: Registry, patents: list[str]) -> None:
        mine = ledger.file(pledge(patents[0], key="shared word"))
        theirs = pledge(patents[1], key="shared word", caller=Caller("another", "registrar"))
        assert ledger.file(theirs) != mine

    def test_a_refusal_does_not_consume_the_key_which_is_judged_anew(
        self, ledger: Registry, database_url: str, patents: list[str]
    ) -> None:
        before = assert_dense(database_url)
        unsigned = pledge(patents[0], key="cured", signed_by=())
        for _ in range(2):
            with pytest.raises(Refused):
                ledger.file(unsigned)
        assert assert_dense(database_url) == before
        assert ledger.file(pledge(patents[0], key="cured"))
        assert_serials_without_gap(database_url)

    def test_the_row_keeps_no_plain_digest_of_the_body(
        self, ledger: Registry, database_url: str, patents: list[str]
    ) -> None:
        """The body under another secret has another digest: having the body is not enough."""
        filing = pledge(patents[0], key="keyed digest")
        ledger.file(filing)
        kept = value(database_url, "SELECT body_hmac FROM idempotency WHERE key = 'keyed digest'")
        assert bytes(kept) == FilingAct(filing, ledger.means).body_hmac
        assert bytes(kept) != FilingAct(filing, Means(secret=b"another")).body_hmac

    def test_a_stale_version_is_overtaken_and_writes_nothing(
        self, ledger: Registry, database_url: str, patents: list[str]
    ) -> None:
        before = assert_dense(database_url)
        with pytest.raises(Overtaken) as caught:
            ledger.file(pledge(patents[0], key="stale", expected_versions={patents[0]: 0}))
        assert caught.value.actual == {patents[0]: 1}
        assert assert_dense(database_url) == before


class TestDoubt:
    """The connection is lost: whatever became of the transaction, callers get their one receipt."""

    def test_lost_between_statements(
        self, ledger: Registry, database_url: str, patents: list[str]
    ) -> None:
        acts = [FeeAct(f"between {p}", p, draws=True) for p in patents[1:20]]
        acts[7].beside = self.once(lambda curs: terminate(database_url, curs))
        acts[9].while_decided = self.once(lambda _: terminate_writer(database_url))
        receipts = [w.result() for w in as_one_group(ledger, patents[0], acts)]
        self.assert_each_entered_once(database_url, acts, receipts)

    def test_killed_between_statements(
        self, ledger: Registry, database_url: str, patents: list[str]
    ) -> None:
        """SIGKILL of one backend makes the server end all sessions and recover."""
        if "LEDGER_DATABASE_URL" in os.environ:
            pytest.skip(
                "the server's processes are not this machine's to kill: LEDGER_DATABASE_URL"
            )
        acts = [FeeAct(f"killed {p}", p, draws=True) for p in patents[1:20]]
        acts[3].beside = self.once(lambda curs: os.kill(curs.connection.info.backend_pid, 9))
        receipts = [w.result() for w in as_one_group(ledger, patents[0], acts)]
        self.assert_each_entered_once(database_url, acts, receipts)

    def test_lost_while_the_commit_runs(self, url: str) -> None:
        """A deferred trigger holds COMMIT until the session is ended: it was not durable."""
        with psycopg.connect(url) as connection:
            connection.execute(
                "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "IF pg_try_advisory_lock(1) THEN PERFORM pg_sleep(60); END IF; RETURN NULL; END $$;"
                "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON idempotency DEFERRABLE "
                "INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.key LIKE 'during%') "
                "EXECUTE FUNCTION dawdle()"
            )
        in_commit = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ILIKE 'COMMIT%' "
            "AND state = 'active' AND datname = current_database()"
        )
        with registry(url) as ledger, psycopg.connect(url, autocommit=True) as killer:
            patents = enter_patents(ledger, numbers(21))
            acts = [FeeAct(f"during {p}", p, draws=True) for p in patents[1:]]
            waiting = as_one_group(ledger, patents[0], acts)
            until(lambda: bool(killer.execute(in_commit).fetchall()))
            # The killed session held the other lock; keep it so that the second COMMIT passes.
            killer.execute("SELECT pg_advisory_lock(1)")
            receipts = [w.result() for w in waiting]
            self.assert_each_entered_once(url, acts, receipts)

    @pytest.mark.parametrize("arrives", [False, True])
    @pytest.mark.parametrize("size", [1, 20])
    def test_lost_before_the_commit_arrives_and_after_it_is_durable(
        self, url: str, arrives: bool, size: int
    ) -> None:
        """A proxy cuts the line before the server hears COMMIT, or before its answer is heard."""
        with ProxiedServer(url) as proxy, registry(proxy.url) as ledger:
            with registry(url) as direct:
                patents = enter_patents(direct, numbers(size + 1))
            acts = [FeeAct(f"cut {p}", p, draws=True) for p in patents[1:]]
            gate = Gate()
            held = ledger.writer.submit(gate.act(patents[0]))
            assert gate.reached.wait(30)
            proxy.cut_at(b"COMMIT", deliver=arrives)
            waiting = [ledger.writer.submit(act) for act in acts]
            gate.opened.set()
            held.result()
            proxy.cut_at(b"COMMIT", deliver=arrives)
            receipts = [w.result() for w in waiting]
            assert proxy.cuts == 2
            self.assert_each_entered_once(url, acts, receipts)

    def test_a_lone_caller_whose_commit_was_durable_gets_the_receipt_that_is_on_record(
        self, url: str
    ) -> None:
        with ProxiedServer(url) as proxy, registry(proxy.url) as ledger:
            with registry(url) as direct:
                patents = enter_patents(direct, numbers(2))
            proxy.cut_at(b"COMMIT", deliver=True)
            receipt = ledger.file(pledge(patents[0], key="cut"))
            assert proxy.cuts == 1
            assert bytes(value(url, "SELECT receipt FROM idempotency WHERE key = 'cut'")) == receipt
            assert assert_dense(url) == 3
            # What was remembered before the cut is not trusted: the pledge now stands.
            with pytest.raises(Refused):
                ledger.file(pledge(patents[0], key="again"))
            ledger.file(pledge(patents[1], key="another"))
        assert_serials_without_gap(url)

    def test_without_a_database_callers_are_told_to_come_back_with_the_same_key(
        self, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ledger.eventstore.sessions.RECONNECT_SECONDS_MAX", 0.3)
        with ProxiedServer(url) as proxy, registry(proxy.url) as ledger:
            patents = enter_patents(ledger, numbers(2))
            proxy.cut_at(b"come back", deliver=True)
            proxy.refuse(cut_first=True)
            with pytest.raises(Unavailable):
                ledger.file(pledge(patents[0], key="come back"))
            with pytest.raises(Unavailable):
                ledger.judge(pledge(patents[1], key="come back"))
            proxy.accept()
            receipt = ledger.file(pledge(patents[0], key="come back"))
            kept = value(url, "SELECT receipt FROM idempotency WHERE key = 'come back'")
            assert bytes(kept) == receipt
        assert assert_dense(url) == 3

    @staticmethod
    def once(do: Any) -> Any:
        """Only at the first attempt."""
        left = [do]
        return lambda given: left.pop()(given) if left else None

    @staticmethod
    def assert_each_entered_once(url: str, acts: list[FeeAct], receipts: list[bytes]) -> None:
        for act, receipt in zip(acts, receipts, strict=True):
            kept = rows(url, "SELECT receipt FROM idempotency WHERE key = %s", act.key)
            assert [bytes(row["receipt"]) for row in kept] == [receipt]
            fees = (
                "SELECT count(*) FROM stored_events WHERE originator_id = %s AND topic = 'fee.paid'"
            )
            assert value(url, fees, act.patent) == 1
        assert_dense(url)
        assert_serials_without_gap(url)


def terminate(url: str, curs: Cursor[Any]) -> None:
    value(url, "SELECT pg_terminate_backend(%s)", curs.connection.info.backend_pid)


def terminate_writer(url: str) -> None:
    rows(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'patent-ledger writer' AND datname = current_database()",
    )

"""Deciding ahead: what is decided before the lock is held is what deciding under it would be."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
from datetime import timedelta
from typing import Any
from weakref import ref

import psycopg
import pytest

from ledger.domain.refusals import KeyReused, Refused
from ledger.eventstore.acts import Bounds, Stopped
from ledger.eventstore.awaiting import Awaited, Postbox
from ledger.eventstore.world import World
from ledger.registry import Filing, FilingAct, Registry
from tests.builders import deregister_pledge
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
    value,
)
from tests.eventstore.proxy import ProxiedServer
from tests.wait import until

SENT = b"sent 0"
"""The name under which the first statement of what is sent is prepared on a session."""


def warmed(ledger: Registry, patents: list[str]) -> None:
    """Have the process find the log's head twice where it left it, so that it decides ahead."""
    for patent in patents:
        ledger.file(pledge(patent, key=f"warm {patent}"))
    assert ledger.writer._desk.world.alone


def deregistration(number: str, key: str) -> Filing:
    return Filing(deregister_pledge(registration_no=number), REGISTRAR, key)


def act(ledger: Registry, patent: str) -> FilingAct:
    return FilingAct(pledge(patent, key=patent), ledger.means)


def number_of(receipt: bytes) -> str:
    return str(json.loads(receipt)["registration_no"])


class TestTheHead:
    def test_a_filing_decided_on_a_head_that_moved_is_decided_again(self, url: str) -> None:
        with registry(url) as one, registry(url) as other:
            patents = enter_patents(one, numbers(4))
            warmed(one, patents[:2])
            other.file(pledge(patents[2], key="comes first"))
            with pytest.raises(Refused, match="pledge-no-live-pledge"):
                one.file(pledge(patents[2], key="comes second"))
            one.file(pledge(patents[3], key="goes on"))
        assert assert_dense(url) == 4 + 4
        assert_serials_without_gap(url)

    def test_a_refusal_rests_on_no_head_that_moved(self, url: str) -> None:
        """Another process ends the pledge for which this one would refuse."""
        with registry(url) as one, registry(url) as other:
            patents = enter_patents(one, numbers(3))
            warmed(one, patents[:2])
            standing = one.file(pledge(patents[2], key="stands"))
            with pytest.raises(Refused, match="pledge-no-live-pledge"):
                one.file(pledge(patents[2], key="too early"))
            other.file(deregistration(number_of(standing), "ends it"))
            assert one.file(pledge(patents[2], key="too early"))
        assert_serials_without_gap(url)

    @pytest.mark.parametrize("in_steps", [False, True])
    def test_what_was_known_at_a_moment_stays_so(self, url: str, in_steps: bool) -> None:
        """A filing has taken its time and not the lock; a reader is told what was known later."""
        clock = Clock()
        with registry(url, clock=clock) as ledger:
            patents = enter_patents(ledger, numbers(4))
            warmed(ledger, patents[:2])
            clock.turn(seconds=5)
            gate = Gate()
            filings = [act(ledger, patents[2]), gate.act(patents[2 if in_steps else 3])]
            waiting = [ledger.writer.submit(one) for one in filings]
            assert gate.reached.wait(30)
            clock.turn(seconds=5)
            asked = clock.now - timedelta(seconds=1)
            known = value(url, "SELECT settled_position_at(%s)", asked)
            gate.opened.set()
            for one in waiting:
                assert one.result()
            assert value(url, "SELECT settled_position_at(%s)", asked) == known
            ledger.file(pledge(patents[3], key="goes on"))

    def test_who_waits_for_the_log_holds_no_lock_of_a_table(self, url: str) -> None:
        """A rebuild holds the log and then wants the tables: neither may wait for the other."""
        with registry(url) as ledger, psycopg.connect(url) as holder:
            patents = enter_patents(ledger, numbers(3))
            warmed(ledger, patents[:2])
            holder.execute("SELECT pg_advisory_xact_lock(log_lock_key())")
            filed = ledger.writer.submit(act(ledger, patents[2]))
            until(lambda: bool(rows(url, "SELECT pid FROM pg_locks WHERE NOT granted")))
            held = (
                "SELECT relation::regclass::text FROM pg_locks WHERE locktype = 'relation' AND pid "
                "IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"
            )
            assert rows(url, held) == []
            holder.rollback()
            assert filed.result()

    def test_nothing_is_sent_into_the_midst_of_a_transaction(self, url: str) -> None:
        with registry(url) as ledger:
            patents = enter_patents(ledger, numbers(3))
            warmed(ledger, patents[:2])
            ledger.writer._desk.sessions.writing().execute("BEGIN")
            receipt = ledger.file(pledge(patents[2], key="durable"))
            kept = value(url, "SELECT receipt FROM idempotency WHERE key = 'durable'")
            assert bytes(kept) == receipt


class TestMemory:
    def test_it_is_bounded_while_groups_follow_each_other(self, url: str) -> None:
        remembered: list[int] = []
        bounds = Bounds(states_max=50, commands_max=16)
        with registry(url, bounds=bounds) as ledger:
            patents = enter_patents(ledger, numbers(300))
            warmed(ledger, patents[:2])

            def look(world: World) -> None:
                remembered.append(len(world._states))

            acts = [FeeAct(f"fee {p}", p, while_decided=look) for p in patents[3:]]
            for waiting in as_one_group(ledger, patents[2], acts):
                waiting.result()
        assert max(remembered) <= 50 + 3 * 16

    def test_no_more_is_loaded_than_a_group_may_take(self, url: str) -> None:
        remembered: list[int] = []
        with registry(url, bounds=Bounds(states_max=10, events_max=40)) as ledger:
            patents = enter_patents(ledger, numbers(60))
            warmed(ledger, patents[:2])

            def look(world: World) -> None:
                remembered.append(len(world._states))

            acts = [FeeAct(f"fee {p}", p, size=20, while_decided=look) for p in patents[3:]]
            for waiting in as_one_group(ledger, patents[2], acts):
                waiting.result()
        assert max(remembered) <= 10 + 3 * 2


class TestGroups:
    def test_what_closes_rows_goes_in_one_transaction_with_what_opens_others(
        self, url: str
    ) -> None:
        """A pledge ends and another begins on the same patent, in one group."""
        with registry(url) as ledger:
            patents = enter_patents(ledger, numbers(4))
            warmed(ledger, patents[:2])
            first = ledger.file(pledge(patents[2], key="first"))
            filings = [
                deregistration(number_of(first), "ends"),
                pledge(patents[2], key="second"),
                pledge(patents[2], key="third"),
            ]
            acts = [FilingAct(filing, ledger.means) for filing in filings]
            ended, second, third = map(outcome, as_one_group(ledger, patents[3], acts))
            assert isinstance(ended, bytes)
            assert isinstance(second, bytes)
            assert isinstance(third, Refused)
        standing = "SELECT registration_no FROM standing_pledge WHERE patent_id = %s"
        assert value(url, standing, patents[2]) == number_of(second)

    def test_an_act_that_fails_fails_alone_and_the_writer_goes_on_ahead(
        self, url: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(_: object) -> None:
            raise ZeroDivisionError

        with registry(url) as ledger, caplog.at_level(logging.INFO):
            patents = enter_patents(ledger, numbers(40))
            warmed(ledger, patents[:2])
            acts = [FilingAct(pledge(p, key=p), ledger.means) for p in patents[3:]]
            poisoned: list[object] = [*acts[:20], FeeAct("bad", patents[2], while_decided=fail)]
            outcomes = [
                outcome(w) for w in as_one_group(ledger, patents[2], [*poisoned, *acts[20:]])
            ]
            assert isinstance(outcomes.pop(20), ZeroDivisionError)
            assert all(isinstance(o, bytes) for o in outcomes)
            warmed(ledger, enter_patents(ledger, numbers(2, start=100)))
        assert "filed under the lock" in caplog.text
        assert_dense(url)
        assert_serials_without_gap(url)


class TestKeys:
    def test_a_repeated_filing_gets_its_receipt_though_it_would_be_refused_now(
        self, url: str
    ) -> None:
        with registry(url) as ledger:
            patents = enter_patents(ledger, numbers(3))
            warmed(ledger, patents[:2])
            receipt = ledger.file(pledge(patents[2], key="once"))
            assert ledger.file(pledge(patents[2], key="once")) == receipt
            with pytest.raises(KeyReused):
                ledger.file(pledge(patents[2], key="once", agency="Harbour Patent Agents"))

    def test_a_repeated_filing_that_would_be_registered_again_is_not(self, url: str) -> None:
        """No rule forbids to pay a fee twice; the key alone does."""
        with registry(url) as ledger:
            patents = enter_patents(ledger, numbers(3))
            warmed(ledger, patents[:2])
            receipts = {ledger.writer.enter(FeeAct("paid", patents[2])) for _ in range(3)}
            assert len(receipts) == 1
        assert assert_dense(url) == 3 + 2 + 1


class TestDoubt:
    @pytest.mark.parametrize("arrives", [False, True])
    def test_lost_before_the_statement_arrives_and_after_it_is_durable(
        self, url: str, arrives: bool
    ) -> None:
        with ProxiedServer(url) as proxy, registry(proxy.url) as ledger:
            with registry(url) as direct:
                patents = enter_patents(direct, numbers(23))
            warmed(ledger, patents[:3])
            acts = [FilingAct(pledge(p, key=f"cut {p}"), ledger.means) for p in patents[4:]]
            waiting = as_one_group(ledger, patents[3], acts[:1])
            proxy.cut_at(SENT, deliver=arrives)
            waiting += [ledger.writer.submit(act) for act in acts[1:]]
            receipts = [w.result() for w in waiting]
            assert proxy.cuts == 1
        for act, receipt in zip(acts, receipts, strict=True):
            kept = rows(url, "SELECT receipt FROM idempotency WHERE key = %s", act.key)
            assert [bytes(row["receipt"]) for row in kept] == [receipt]
        assert assert_dense(url) == 23 + 3 + 1 + 19
        assert_serials_without_gap(url)

    def test_without_a_session_that_reads_it_is_filed_under_the_lock(
        self, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ledger.eventstore.sessions.RECONNECT_SECONDS_MAX", 0.2)
        with ProxiedServer(url) as proxy, registry(proxy.url) as ledger:
            patents = enter_patents(ledger, numbers(4))
            warmed(ledger, patents[:2])
            ledger.writer._desk.sessions.reading().close()
            proxy.refuse(cut_first=False)
            assert ledger.writer.submit(act(ledger, patents[2])).result()
            proxy.accept()
            assert ledger.writer.submit(act(ledger, patents[3])).result()


class TestCoroutines:
    def test_an_act_that_fails_in_any_way_holds_up_nobody(self, url: str) -> None:
        def fail(_: object) -> None:
            raise StopIteration  # which no future takes

        async def file(ledger: Registry, patents: list[str]) -> list[Any]:
            loop = asyncio.get_running_loop()
            postbox = Postbox(loop)
            acts = [FeeAct("bad", patents[0], while_decided=fail), FeeAct("good", patents[1])]
            awaited = [Awaited(one, loop.create_future(), postbox) for one in acts]
            for one in awaited:
                ledger.writer.hand_in(one)
            waiting = asyncio.gather(*(one.future for one in awaited), return_exceptions=True)
            return await asyncio.wait_for(waiting, 10)

        with registry(url) as ledger:
            bad, good = asyncio.run(file(ledger, enter_patents(ledger, numbers(2))))
        assert isinstance(bad, RuntimeError)
        assert isinstance(good, bytes)

    def test_a_loop_is_let_go_when_it_has_ended(self, url: str) -> None:
        async def file(ledger: Registry, patent: str) -> ref[asyncio.AbstractEventLoop]:
            await ledger.filed(pledge(patent, key="once"))
            return ref(asyncio.get_running_loop())

        with registry(url) as ledger:
            (patent,) = enter_patents(ledger, numbers(1))
            loop = asyncio.run(file(ledger, patent))
            gc.collect()
            assert loop() is None

    def test_each_gets_its_own_answer(self, url: str) -> None:
        async def file(ledger: Registry, patents: list[str]) -> list[bytes | BaseException]:
            filings = [pledge(p, key=f"awaited {i}") for i, p in enumerate([*patents, *patents])]
            return await asyncio.gather(*map(ledger.filed, filings), return_exceptions=True)

        with registry(url) as ledger:
            patents = enter_patents(ledger, numbers(60))
            answers = asyncio.run(file(ledger, patents))
            again = asyncio.run(file(ledger, patents))
        assert [type(a) for a in answers] == [bytes] * 60 + [Refused] * 60
        assert again[:60] == answers[:60]
        pledged = [json.loads(a)["entries"][0]["patent"] for a in answers if isinstance(a, bytes)]
        assert pledged == patents

    def test_who_stops_waiting_loses_nothing_that_was_entered(self, url: str) -> None:
        async def give_up(ledger: Registry, filing: Filing) -> None:
            task = asyncio.create_task(ledger.filed(filing))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        with registry(url) as ledger:
            (patent,) = enter_patents(ledger, numbers(1))
            asyncio.run(give_up(ledger, pledge(patent, key="given up")))
            receipt = asyncio.run(ledger.filed(pledge(patent, key="given up")))
            with pytest.raises(Refused):
                ledger.file(pledge(patent, key="another"))
        assert (
            bytes(value(url, "SELECT receipt FROM idempotency WHERE key = 'given up'")) == receipt
        )

    def test_a_stopped_writer_turns_them_away(self, url: str) -> None:
        ledger = registry(url)
        ledger.close()
        with pytest.raises(Stopped):
            asyncio.run(ledger.filed(pledge("CN:202010566088.9", key="too late")))

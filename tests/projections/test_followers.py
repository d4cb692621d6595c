"""A live follower beside writing processes misses nothing, counts nothing twice, cuts no filing."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import Connection
from psycopg.rows import DictRow

from ledger.domain.events import LedgerEvent
from ledger.eventstore.following import WAKE_SECONDS, filing_of
from ledger.eventstore.recorder import LedgerDatastore, LedgerRecorder
from ledger.eventstore.stored_form import encode
from ledger.means import fresh_salts
from ledger.projections import rebuild
from ledger.projections.runner import FOLLOWERS, FollowerRunner
from tests.builders import entered, number, pledged
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import rows, value
from tests.projections.appending import AppendingProcess, pledges
from tests.wait import until

EVENTS_EACH = 10_000
FOLLOWED = """
SELECT contract AS registration_no, count(*) AS patents FROM pledge_financing GROUP BY contract
"""
POSITION = "SELECT coalesce(max(notification_id), 0) FROM notification_tracking"


class Watched(FollowerRunner):
    """A follower that remembers where its batches ended."""

    def __init__(self, url: str, batch_max: int) -> None:
        super().__init__(url, FOLLOWERS[1], batch_max)
        self.ends: list[int] = []

    def advance(self, connection: Connection[DictRow]) -> bool:
        more = super().advance(connection)
        if more:
            row = connection.execute(f"{POSITION} AS position").fetchone()
            assert row is not None
            self.ends.append(row["coalesce"] if "coalesce" in row else row["position"])
        return more


class Deaf(Watched):
    """A follower that no notification reaches."""

    def _wait(self, _: Connection[DictRow]) -> None:
        self.stopping.wait(WAKE_SECONDS)


@pytest.fixture
def url(new_database: NewDatabase) -> Iterator[str]:
    with new_database() as fresh:
        yield fresh


def wait_for(url: str, position: int) -> None:
    until(lambda: value(url, POSITION) >= position)


def append(url: str, *events: LedgerEvent) -> None:
    with LedgerDatastore(url, "ledger_writer") as datastore:
        LedgerRecorder(datastore).insert_events([encode(e, fresh_salts)[0] for e in events])


@pytest.mark.parametrize("kind", [Watched, Deaf], ids=["with NOTIFY", "every NOTIFY swallowed"])
def test_nothing_is_missed_of_20_000_events_of_two_processes(url: str, kind: type[Watched]) -> None:
    """Each registration is there with all its patents, and batches, smaller than the log, end where
    a filing ends."""
    processes = [AppendingProcess(url, place, EVENTS_EACH) for place in (1, 2)]
    runner = kind(url, batch_max=500)
    runner.start()
    try:
        for process in processes:
            process.begin()
        for process in processes:
            process.end()
        wait_for(url, 2 * EVENTS_EACH)
    finally:
        runner.stop()
    assert runner.error is None
    followed = rows(url, FOLLOWED)
    assert {r["registration_no"]: r["patents"] for r in followed} == (
        pledges(1, EVENTS_EACH) | pledges(2, EVENTS_EACH)
    )
    assert runner.ends[-1] == 2 * EVENTS_EACH
    assert len(runner.ends) >= 2 * EVENTS_EACH / 500
    log = rows(url, "SELECT state FROM stored_events ORDER BY notification_id")
    filings = [filing_of(bytes(row["state"])) for row in log]
    assert [end for end in runner.ends[:-1] if filings[end - 1] == filings[end]] == []


def test_a_rebuild_beside_a_follower_and_two_processes_leaves_each_event_counted_once(
    url: str,
) -> None:
    """The follower goes on from the position the rebuild has set."""
    processes = [AppendingProcess(url, place, 4_000) for place in (1, 2)]
    runner = Watched(url, batch_max=500)
    runner.start()
    rebuilds = 0
    try:
        for process in processes:
            process.begin()
        while not all(process.ended() for process in processes) or not rebuilds:
            rebuild.rebuild(url)
            rebuilds += 1
        for process in processes:
            process.end()
        wait_for(url, 8_000)
    finally:
        runner.stop()
    assert runner.error is None
    followed = rows(url, FOLLOWED)
    assert {r["registration_no"]: r["patents"] for r in followed} == (
        pledges(1, 4_000) | pledges(2, 4_000)
    )


def test_a_second_session_of_a_follower_waits_its_turn(url: str) -> None:
    first, second = Watched(url, 500), Watched(url, 500)
    first.start()
    append(url, entered(filing_id="first"))
    wait_for(url, 1)
    second.start()
    append(url, entered(number(2), filing_id="second"))
    wait_for(url, 2)
    time.sleep(WAKE_SECONDS / 2)
    assert (first.ends, second.ends) == ([1, 2], [])
    first.stop()
    append(url, entered(number(3), filing_id="third"))
    try:
        wait_for(url, 3)
        until(lambda: second.ends == [3])
    finally:
        second.stop()


def test_a_notification_wakes_it_before_the_second_is_over(url: str) -> None:
    runner = Watched(url, 500)
    runner.start()
    try:
        append(url, entered(filing_id="first"))
        wait_for(url, 1)
        began = time.monotonic()
        for place in range(2, 7):
            append(url, entered(number(place), filing_id=f"filing {place}"))
            wait_for(url, place)
        assert time.monotonic() - began < 5 * WAKE_SECONDS
    finally:
        runner.stop()


def test_it_stops_without_waiting_for_a_notification(url: str) -> None:
    runner = Watched(url, 500)
    runner.start()
    append(url, entered(filing_id="first"))
    wait_for(url, 1)
    began = time.monotonic()
    runner.stop()
    assert time.monotonic() - began < WAKE_SECONDS / 2


def test_a_filing_that_the_limit_would_cut_waits_for_the_next_batch(url: str) -> None:
    first = [entered(number(n), filing_id="first") for n in range(1, 5)]
    second = [entered(number(n), filing_id="second") for n in range(5, 9)]
    append(url, *first, *second)
    runner = Watched(url, batch_max=6)
    runner.start()
    try:
        wait_for(url, 8)
    finally:
        runner.stop()
    assert runner.ends == [4, 8]


def test_a_lost_connection_costs_a_second_and_no_event(url: str) -> None:
    runner = Watched(url, 500)
    runner.start()
    append(url, entered(filing_id="first"))
    wait_for(url, 1)
    with psycopg.connect(url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name LIKE 'patent-ledger follower %' "
            "AND datname = current_database()"
        )
    append(url, pledged(number(2), filing_id="second"))
    try:
        wait_for(url, 2)
    finally:
        runner.stop()
    assert runner.error is None
    assert value(url, "SELECT count(*) FROM pledge_financing") == 1


def test_a_follower_that_cannot_fold_stops_and_is_seen(url: str) -> None:
    append(url, pledged(filing_id="first"))
    with psycopg.connect(url) as connection:
        connection.execute("REVOKE INSERT ON pledge_financing FROM ledger_writer")
    runner = Watched(url, 500)
    runner.start()
    until(lambda: runner.error is not None)
    runner.stop()
    assert isinstance(runner.error, psycopg.errors.InsufficientPrivilege)
    assert value(url, POSITION) == 0

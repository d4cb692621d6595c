"""SIGKILL under concurrent filing: nothing acknowledged is lost, nothing is entered twice.

A process files pledges from many threads, one by one and several together. At random moments of a
printed seed it, its session of the server or the whole server is killed; what was not answered is
filed again with the same key.
At the end every answer given by any process at any time must stand in the log, once.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from queue import Empty
from random import Random
from typing import Any

import psycopg
import pytest

from ledger.domain.events import PatentEvent
from ledger.domain.evolving import evolve
from ledger.domain.patent import Patent
from ledger.embedded import EmbeddedPostgres, temporary_data_dir
from ledger.eventstore.world import decoded
from tests.conftest import database, migrated_template
from tests.eventstore.ledgers import (
    FeeAct,
    Gate,
    assert_dense,
    assert_serials_without_gap,
    enter_patents,
    numbers,
    registry,
    rows,
    value,
)
from tests.eventstore.serving import Answer, ServingProcess, writer_backends
from tests.scenario import NOW

THREADS = 12
TOGETHER = 5
"""Of ten pledges so many are filed together, all or none."""


class Campaign:
    """One ledger on a server of its own, the filings it is to take and the answers it has given."""

    def __init__(self, data_dir: Path, seed: int, filings: int) -> None:
        self.chance = Random(seed)
        self.data_dir = data_dir
        self.server = EmbeddedPostgres(data_dir).start()
        self.since = time.time()
        self.answers: dict[str, str] = {}
        """Receipts by key, as first given."""
        self.kills = 0
        self.filings = filings

    def run(self, url: str, kinds: list[str]) -> None:
        """Kill in these ways, in an order by chance, filing all the while; then file the rest."""
        self.url = url
        with registry(url) as ledger:
            self.patents = enter_patents(ledger, numbers(self.filings))
        self.since = time.time()
        self.chance.shuffle(kinds)
        while kinds:
            with ServingProcess(url, threads=THREADS, since=self.since) as process:
                process.wait_until_ready()
                process.give(self.jobs())
                while kinds and process.process.poll() is None:
                    self.listen(process, seconds=self.chance.uniform(0.02, 0.25))
                    self.kill(kinds.pop(), process)
                self.listen(process, seconds=0.2, to_the_end=process.process.poll() is not None)
        with ServingProcess(url, threads=THREADS, since=self.since) as process:
            process.wait_until_ready()
            process.give(self.units(range(self.filings)))
            for answer in process.answered():
                self.take(answer)

    def jobs(self) -> list[dict[str, Any]]:
        """A few that are answered, what is not yet, and the others again, in an order by chance."""
        left = [i for i in range(self.filings) if str(i) not in self.answers]
        done = [int(key) for key in self.answers]
        self.chance.shuffle(left)
        self.chance.shuffle(done)
        return self.units(done[:10] + left + done[10:])

    def units(self, filings: Iterable[int]) -> list[dict[str, Any]]:
        """What is filed at once: some by themselves, others together with their neighbours."""
        units: dict[int, dict[str, Any]] = {}
        for i in filings:
            first = i - i % 10
            if i - first < TOGETHER:
                of_these = range(first, min(first + TOGETHER, self.filings))
                units[first] = {"together": [self.job(each) for each in of_these]}
            else:
                units[i] = self.job(i)
        return list(units.values())

    def job(self, i: int) -> dict[str, Any]:
        return {"key": str(i), "patents": [self.patents[i]]}

    def listen(self, process: ServingProcess, *, seconds: float, to_the_end: bool = False) -> None:
        """Take answers for a while: from the first one on, or to the end of a killed process."""
        first, deadline = True, time.monotonic() + 60
        while time.monotonic() < deadline:
            left = deadline - time.monotonic()
            try:
                answer = process.answers.get(timeout=max(left, 0.001))
            except Empty:
                return
            if answer is None:
                return
            self.take(answer)
            if first and not to_the_end:
                first, deadline = False, time.monotonic() + seconds

    def take(self, answer: Answer) -> None:
        receipts = answer.get("together") or {answer["key"]: answer.get("receipt")}
        for key, receipt in receipts.items():
            assert receipt is not None, answer
            assert self.answers.setdefault(key, receipt) == receipt

    def kill(self, kind: str, process: ServingProcess) -> None:
        match kind:
            case "process":
                process.kill()
                self.kills += 1
            case "session":
                for backend in self.backends(process):
                    self.kills += 1
                    with psycopg.connect(self.url) as connection, suppress(psycopg.Error):
                        connection.execute("SELECT pg_terminate_backend(%s)", [backend])
            case "backend":
                for backend in self.backends(process):
                    with suppress(ProcessLookupError):
                        os.kill(backend, signal.SIGKILL)
                        self.kills += 1
            case "server":
                self.kills += 1
                os.kill(self.server.pid, signal.SIGKILL)
                self.server.stop()
                self.server = EmbeddedPostgres(self.data_dir).start()

    def backends(self, process: ServingProcess) -> list[int]:
        """The writer's sessions, once server and writer are back from the kill before."""
        deadline = time.monotonic() + 30
        while process.process.poll() is None:
            with suppress(psycopg.OperationalError):
                if found := writer_backends(self.url):
                    return found
            assert time.monotonic() < deadline, "the writer does not come back"
            time.sleep(0.01)
        return []

    def check(self) -> None:
        """Every filing is on record once, as it was answered, and the log is whole."""
        assert len(self.answers) == self.filings
        kept = rows(self.url, "SELECT key, receipt FROM idempotency WHERE caller = 'registrar'")
        assert {r["key"]: bytes(r["receipt"]).decode() for r in kept} == self.answers
        assert assert_dense(self.url) == 2 * self.filings
        assert_serials_without_gap(self.url)
        assert value(self.url, "SELECT count(*) FROM standing_pledge") == self.filings
        assert value(self.url, "SELECT count(*) FROM encumbrance") == self.filings
        together = (
            "SELECT count(DISTINCT e.xmin::text) FROM stored_events AS e JOIN idempotency AS i "
        )
        together += "ON i.last_position = e.notification_id WHERE i.key = ANY (%s)"
        for first in range(0, self.filings, 10):
            keys = [str(first + step) for step in range(TOGETHER)]
            assert value(self.url, together, keys) == 1
        registered = {json.loads(receipt)["registration_no"] for receipt in self.answers.values()}
        assert len(registered) == self.filings
        log = rows(
            self.url, "SELECT * FROM stored_events ORDER BY originator_id, originator_version"
        )
        for patent, stored in groupby(log, key=lambda row: str(row["originator_id"])):
            state = Patent(patent)
            for row in stored:
                event = decoded(row)
                assert isinstance(event, PatentEvent)
                state = evolve(state, event)
            assert len(state.standing_pledges(NOW.date())) == 1


def campaign(seed: int, filings: int, kinds: list[str]) -> Campaign:
    print(f"seed {seed}")
    with temporary_data_dir() as data_dir:
        campaign = Campaign(data_dir, seed, filings)
        try:
            with migrated_template(campaign.server.url) as template:
                with database(campaign.server.url, template) as url:
                    campaign.run(url, kinds)
                    campaign.check()
        finally:
            campaign.server.stop()
    return campaign


def test_twenty_kills_lose_and_double_nothing() -> None:
    kinds = ["process"] * 4 + ["session"] * 8 + ["backend"] * 8 + ["server"] * 3
    done = campaign(seed=20260302, filings=1500, kinds=kinds)
    assert done.kills >= 20


@pytest.mark.soak
@pytest.mark.parametrize("turn", range(10))
def test_hundreds_of_kills_lose_and_double_nothing(turn: int) -> None:
    kinds = ["process"] * 10 + ["session"] * 15 + ["backend"] * 15 + ["server"] * 10
    seed = int(os.environ.get("LEDGER_SOAK_SEED", "0")) or secrets.randbits(32)
    campaign(seed=seed, filings=6000, kinds=kinds)


@pytest.fixture
def load(database_url: str) -> Iterator[Callable[[], int]]:
    """Filing from eight threads as fast as it goes; tells how many have been answered."""
    stop = threading.Event()
    answered = [0] * 8
    with registry(database_url) as ledger:
        patents = enter_patents(ledger, numbers(8))

        def file(place: int) -> None:
            while not stop.is_set():
                key = f"load {place} {answered[place]}"
                ledger.writer.enter(FeeAct(key, patents[place]))
                answered[place] += 1

        with ThreadPoolExecutor(8) as pool:
            futures = [pool.submit(file, place) for place in range(8)]
            yield lambda: sum(answered)
            stop.set()
            for future in futures:
                future.result()


def test_vacuum_and_analyze_of_the_log_pass_under_full_load(
    database_url: str, load: Callable[[], int]
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET lock_timeout = '5s'")
        for _ in range(4):
            before = load()
            while load() < before + 50:
                time.sleep(0.001)
            connection.execute("VACUUM (ANALYZE) stored_events")


def test_vacuum_and_analyze_pass_a_transaction_that_has_the_lock(database_url: str) -> None:
    with registry(database_url) as ledger:
        patents = enter_patents(ledger, numbers(1, start=100))
        gate = Gate()
        held = ledger.writer.submit(gate.act(patents[0]))
        assert gate.reached.wait(30)
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("SET statement_timeout = '20s'")
            connection.execute("VACUUM (ANALYZE) stored_events")
        gate.opened.set()
        assert held.result()

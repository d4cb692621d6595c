"""A ledger that cannot answer now says so, when to come back, and that the key tells what became of
a filing.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed

import httpx2
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from ledger.eventstore.acts import Bounds
from tests.api.desk import Desk, desk
from tests.api.test_problems import is_problem
from tests.builders import BANK, register_pledge
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import Gate


@pytest.fixture
def own(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A ledger of the test's own, whose queue is short."""
    with new_database() as url:
        folder = tmp_path_factory.mktemp("data")
        with desk(url, folder, bounds=Bounds(queue_max=4)) as serving:
            yield serving


def told(answer: httpx2.Response, slug: str) -> None:
    assert is_problem(answer)
    assert (answer.status_code, answer.json()["type"]) == (503, f"/problems/{slug}")
    assert int(answer.headers["Retry-After"]) > 0
    assert "Idempotency-Key" in answer.json()["detail"]


def test_a_full_queue_is_told_and_the_filing_can_come_back(own: Desk) -> None:
    patents = own.patents(9)
    gate = Gate()
    held = own.house.registry.writer.submit(gate.act(patents[0]))
    assert gate.reached.wait(30)
    with ThreadPoolExecutor(8) as pool:
        filings = [
            pool.submit(own.file, "/v1/pledges", register_pledge(patents=(p,)), "bank", BANK, key=p)
            for p in patents[1:]
        ]
        busy = next(as_completed(filings))
        told(busy.result(), "busy")
        gate.opened.set()
    held.result()
    answers = [f.result() for f in filings]
    assert {a.status_code for a in answers} == {201, 503}
    for patent in patents[1:]:
        again = own.file(
            "/v1/pledges", register_pledge(patents=(patent,)), "bank", BANK, key=patent
        )
        assert again.status_code == 201, again.text


def test_a_reader_whose_connections_were_cut_does_not_notice(own: Desk) -> None:
    patent = own.patent()
    own.owner.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'patent-ledger reader' AND datname = current_database()"
    )
    assert own.get(f"/v1/patents/{patent}").status_code == 200
    assert own.get(f"/v1/patents/{patent}", "auditor").status_code == 200


def test_a_writer_that_was_stopped_says_so(own: Desk) -> None:
    pledge = register_pledge(patents=(own.patent(),))
    own.house.registry.close()
    told(own.file("/v1/pledges", pledge, "bank", BANK), "unavailable")


def test_a_clock_that_is_behind_stops_the_writer(own: Desk) -> None:
    patent = own.patent()
    own.clock.turn(minutes=-2)
    told(own.file("/v1/pledges", register_pledge(patents=(patent,)), "bank", BANK), "clock-behind")
    assert own.get("/v1/rules").status_code == 200


def test_a_database_that_is_away_is_told(own: Desk) -> None:
    patent = own.patent()
    name = own.owner.info.dbname
    info = own.owner.info
    elsewhere = make_conninfo(info.dsn, dbname="postgres", password=info.password)
    with psycopg.connect(elsewhere, autocommit=True) as other:
        other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        try:
            with ThreadPoolExecutor(2) as pool:
                read = pool.submit(own.get, f"/v1/patents/{patent}")
                ready = pool.submit(own.get, "/readyz")
            assert own.get("/healthz").status_code == 200
        finally:
            other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    for answer in (read.result(), ready.result()):
        told(answer, "unavailable")
    assert own.get(f"/v1/patents/{patent}").status_code == 200

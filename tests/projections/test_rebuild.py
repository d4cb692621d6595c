"""A rebuild puts in place what is there, whoever files and reads meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import psycopg
import pytest

from ledger.eventstore.recorder import LedgerDatastore, LedgerRecorder
from ledger.eventstore.stored_form import encode
from ledger.means import fresh_salts
from ledger.projections import rebuild, shadow, shares
from ledger.projections.comparing import compare
from ledger.projections.extents import EVERYTHING, EXTENTS
from ledger.projections.folding import Filings, Share, find_filings
from ledger.projections.register import VIEWS
from tests.builders import (
    consent_used,
    consented,
    declared_open,
    deregistered,
    entered,
    fee_paid,
    invalidation_final,
    invalidation_requested,
    licensed,
    met,
    number,
    owing,
    pledged,
    preserved,
    released,
    suspended,
    transferred,
)
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import (
    assert_dense,
    enter_patents,
    numbers,
    pledge,
    registry,
    rows,
    value,
)
from tests.eventstore.serving import ServingProcess
from tests.projections.acts import enter
from tests.projections.appending import AppendingProcess, filings
from tests.projections.following import follow

TABLES = tuple(EXTENTS[EVERYTHING].columns)


@pytest.fixture
def url(new_database: NewDatabase) -> Iterator[str]:
    with new_database() as fresh:
        yield fresh


def enter_everything(url: str) -> None:
    """A filing of each dealing, and facts that end, change and correct what was entered."""
    with registry(url) as ledger:
        patents = [number(serial) for serial in range(1, 7)]
        enter(ledger, "entry", *(entered(p, aliases=(f"CN{p[-6:-2]}",)) for p in patents))
        first, second, third, fourth, fifth, sixth = patents
        enter(ledger, "pledge", *(pledged(p) for p in patents[:3]), numbered=True)
        enter(ledger, "end", deregistered(first))
        enter(ledger, "licence", licensed(second), numbered=True)
        enter(ledger, "open", declared_open(third), numbered=True)
        enter(ledger, "consent", consented())
        enter(ledger, "sale", transferred(fourth), consent_used(used_by="sale"))
        enter(ledger, "court", preserved(fifth), preserved(fifth, case_no="(2026) Lantern 2"))
        enter(ledger, "dispute", suspended(fifth))
        enter(ledger, "request", invalidation_requested(sixth))
        enter(ledger, "unseen", invalidation_requested(number(7), case_no="4W990002"))
        enter(ledger, "final", invalidation_final(sixth))
        enter(ledger, "fee", fee_paid(second))
        enter(ledger, "late", fee_paid(second, fee_year=8, on=date(2025, 5, 5)))
        enter(ledger, "release", released(third))
        sold = transferred(second, on=date(2025, 7, 7))
        another = licensed(third, licence_id="X2026990000002")
        enter(ledger, "owed", owing(sold), owing(another), numbered=True)
        enter(ledger, "met", met("owed-1", second))


def content(url: str) -> dict[str, list[dict[str, Any]]]:
    follow(url)
    return {table: rows(url, f"SELECT * FROM {table} AS t ORDER BY t::text") for table in TABLES}


def test_a_rebuild_makes_what_was_written_live(url: str) -> None:
    enter_everything(url)
    live = content(url)
    assert sum(map(len, live.values())) > 20
    found = rebuild.rebuild(url)
    assert found["entries"] == assert_dense(url)
    assert content(url) == live


# --- the same tables ----------------------------------------------------------------------------

SCHEMA = {
    "columns": """
        SELECT attrelid::regclass::text, attnum, attname, format_type(atttypid, atttypmod) AS type,
            attnotnull, attgenerated, attstorage, attcompression, attcollation, attoptions,
            attstattarget, attacl::text
        FROM pg_attribute WHERE attrelid = ANY (%s::regclass[]) AND attnum > 0 ORDER BY 1, 2
    """,
    "tables": """
        SELECT oid::regclass::text, relacl::text, relrowsecurity, relforcerowsecurity, reloptions,
            relpersistence, relreplident, relowner::regrole::text AS owner,
            relnamespace::regnamespace::text AS schema
        FROM pg_class WHERE oid = ANY (%s::regclass[]) ORDER BY 1
    """,
    "indexes": """
        SELECT * FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY (%s)
        ORDER BY indexname
    """,
    "constraints": """
        SELECT conrelid::regclass::text, conname, contype, condeferrable,
            pg_get_constraintdef(oid) AS said
        FROM pg_constraint WHERE conrelid = ANY (%s::regclass[]) ORDER BY 1, 2
    """,
    "policies": """
        SELECT * FROM pg_policies WHERE schemaname = 'public' AND tablename = ANY (%s)
        ORDER BY policyname
    """,
    "triggers": """
        SELECT pg_get_triggerdef(oid) AS said FROM pg_trigger WHERE tgrelid = ANY (%s::regclass[])
        ORDER BY 1
    """,
    "schemas": "SELECT nspname FROM pg_namespace WHERE %s::text[] IS NOT NULL ORDER BY 1",
}


def test_the_tables_put_in_place_are_those_the_migrations_make(url: str) -> None:
    """Columns, storage, indexes, constraints by their names, privileges, policies, owner."""

    def look() -> dict[str, Any]:
        return {what: rows(url, query, list(TABLES)) for what, query in SCHEMA.items()}

    migrated = look()
    assert all(migrated[what] for what in ("columns", "indexes", "constraints", "policies"))
    rebuild.rebuild(url)
    assert look() == migrated
    enter_everything(url)
    rebuild.rebuild(url)
    assert look() == migrated


def test_what_an_interrupted_rebuild_left_is_cleared_away(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE SCHEMA rebuilt CREATE TABLE title (half int)")
    rebuild.rebuild(url)
    assert value(url, "SELECT to_regnamespace('rebuilt') IS NULL")


# --- while others work --------------------------------------------------------------------------


def in_turns(jobs: list[Any], turn: threading.Semaphore) -> Iterator[Any]:
    """Twenty jobs at each turn."""
    for place, job in enumerate(jobs):
        if place % 20 == 0:
            turn.acquire()
        yield job


def test_filings_go_on_and_none_is_lost(url: str) -> None:
    """Two processes file 200 pledges while the views are rebuilt again and again."""
    since = time.time()
    with registry(url) as ledger:
        patents = enter_patents(ledger, numbers(200))
    processes = [ServingProcess(url, threads=4, since=since) for _ in range(2)]
    turns = [threading.Semaphore(0) for _ in processes]
    rebuilt_at = []
    try:
        for place, process in enumerate(processes):
            process.wait_until_ready()
            jobs = [{"key": p, "patents": [p]} for p in patents[place::2]]
            process.give(in_turns(jobs, turns[place]))
        for _ in range(5):
            for turn in turns:
                turn.release()
            rebuilt_at.append(rebuild.rebuild(url)["entries"])
        answers = [answer for process in processes for answer in process.answered()]
    finally:
        for process in processes:
            process.kill()
    assert [a for a in answers if "receipt" not in a] == []
    assert len(answers) == 200
    assert any(200 < position < 400 for position in rebuilt_at), rebuilt_at
    assert assert_dense(url) == 400
    assert value(url, "SELECT count(*) FROM encumbrance WHERE upper_inf(recorded)") == 200
    found = compare(url)
    assert {t: v for t, v in found["views"].items() if not v["equal"]} == {}


def test_what_is_filed_meanwhile_is_caught_up(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every history arrives after the log was folded: catching up is what the writer does live."""

    def made(*arguments: Any) -> None:
        shadow.made(*arguments)
        enter_everything(url)

    monkeypatch.setattr(rebuild, "made", made)
    rebuild.rebuild(url)
    monkeypatch.undo()
    live = content(url)
    rebuild.rebuild(url)
    assert content(url) == live
    assert compare(url)["equal"]


def test_readers_are_undisturbed(url: str) -> None:
    """Readers who look twice in one snapshot, and readers who look once, always find everything."""
    with registry(url) as ledger:
        enter_patents(ledger, numbers(50))
    stop = threading.Event()
    wrong: list[Any] = []
    readings = [0, 0]

    def read(place: int, look: Callable[[psycopg.Connection[Any]], int]) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not stop.is_set():
                try:
                    found = look(connection)
                except psycopg.Error as error:
                    wrong.append(error)
                    return
                if found != 50:
                    wrong.append(found)
                readings[place] += 1

    def once(connection: psycopg.Connection[Any]) -> int:
        query = "SELECT count(*) FROM title WHERE upper_inf(recorded)"
        return int(connection.execute(query, prepare=True).fetchone()[0])

    def twice(connection: psycopg.Connection[Any]) -> int:
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            connection.execute("SELECT log_head()")
            time.sleep(0.01)
            return once(connection)

    readers = [
        threading.Thread(target=read, args=(place, look))
        for place, look in enumerate((once, twice))
    ]
    for reader in readers:
        reader.start()
    for _ in range(8):
        rebuild.rebuild(url)
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert min(readings) > 8


def test_a_reader_who_will_not_let_go_holds_the_swap_back_and_nobody_else(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with registry(url) as ledger:
        first, second = enter_patents(ledger, numbers(2))
        with psycopg.connect(url) as reader:
            reader.execute("SELECT count(*) FROM title")
            monkeypatch.setattr(shadow, "SWAP_SECONDS_MAX", 1.0)
            held_back: list[BaseException] = []

            def attempt() -> None:
                try:
                    rebuild.rebuild(url)
                except shadow.HeldBack as error:
                    held_back.append(error)

            rebuilding = threading.Thread(target=attempt)
            rebuilding.start()
            ledger.file(pledge(first, key="meanwhile"))
            assert value(url, "SELECT count(*) FROM encumbrance") == 1
            rebuilding.join()
            assert len(held_back) == 1
            ledger.file(pledge(second, key="afterwards"))
    assert value(url, "SELECT count(*) FROM encumbrance") == 2
    assert value(url, "SELECT to_regnamespace('rebuilt') IS NULL")
    rebuild.rebuild(url)
    assert compare(url)["equal"]


# --- shares and processes -----------------------------------------------------------------------


def test_several_processes_make_what_one_makes(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log of several shares, larger than a process folds alone; then the same in one share."""
    monkeypatch.setitem(shares.ALONE_MAX, EVERYTHING, 1_000)
    monkeypatch.setattr(shares, "SHARE_EVENTS", 500)
    processes = [AppendingProcess(url, place, 2_000) for place in (1, 2)]
    for process in processes:
        process.begin()
    for process in processes:
        process.end()
    told: list[tuple[int, int]] = []
    rebuild.rebuild(url, lambda done, total: told.append((done, total)))
    assert told[0] == (0, 4_000)
    assert told[-1] == (4_000, 4_000)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(told) > 3
    with psycopg.connect(url, autocommit=True) as connection:
        assert len(shares.cut(connection, 4_000)) > 1
        with shadow.schema(connection, "alone", ""):
            job = shares.Job(url, "alone", find_filings(connection, 4_000), 4_000, EVERYTHING)
            for view in VIEWS:
                assert connection.execute(
                    f"SELECT count(*) FROM alone.{view.table}"
                ).fetchone() == (0,)
            events = shares.fill(connection, job, Share(None, None))
            assert events == 4_000
            for view in VIEWS:
                one_sided = "SELECT * FROM {0} EXCEPT ALL SELECT * FROM {1}"
                for pair in (
                    (f"alone.{view.table}", view.table),
                    (view.table, f"alone.{view.table}"),
                ):
                    assert connection.execute(one_sided.format(*pair)).fetchall() == []
    for place in (1, 2):
        first = next(filings(place, 2_000))
        known = "SELECT DISTINCT upper(recorded) IS NULL FROM title WHERE patent_id = ANY (%s)"
        assert value(url, known, [fact.originator_id for fact in first]) is True


def test_a_worker_that_dies_is_told_of(url: str) -> None:
    job = shares.Job(url, "no such schema", Filings(), 10**6, EVERYTHING)
    with registry(url) as ledger:
        enter_patents(ledger, numbers(2))
    worker = shares.Worker()
    try:
        worker.take(job)
        with pytest.raises(shares.WorkerFailed):
            worker.fold(Share(None, None))
    finally:
        worker.end()


def test_what_fails_in_one_process_ends_all(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever of the processes meets it first."""
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    job = shares.Job(url, "no such schema", Filings(), 10**6, EVERYTHING)
    with registry(url) as ledger:
        enter_patents(ledger, numbers(2))
    share = Share(None, None)
    with pytest.raises((shares.WorkerFailed, psycopg.errors.InvalidSchemaName)):
        with shares.workers(job.until) as at_hand:
            shares.fold_all(job, [share] * 3, at_hand, print)


def test_filings_of_several_events_are_found_open_and_hidden(url: str) -> None:
    """Also where hidden and public events of one filing stand side by side."""
    events = [
        consented(filing_id="C1"),
        *next(filings(1, 3)),
        consent_used("C1", used_by="enter 1-100000"),
        consented(filing_id="C2"),
        consented(filing_id="C3"),
    ]
    with LedgerDatastore(url, "ledger_writer") as datastore:
        LedgerRecorder(datastore).insert_events([encode(e, fresh_salts)[0] for e in events])
    head = len(events)
    with psycopg.connect(url) as connection:
        found = find_filings(connection, head)
    assert [found.end(p) for p in range(1, head + 1)] == [
        1,
        *[head - 2] * (head - 3),
        head - 1,
        head,
    ]

"""The library's abstract recorder cases, on the migrated schema with its triggers, with text ids.

The same cases fail when the lock is taken out of `LedgerRecorder._lock`, and so does a test of the
writer with two processes: both hold the one thing that puts all inserters in one order.
"""

from __future__ import annotations

import time
import unittest
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from unittest import TestCase
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent, Tracking
from eventsourcing.tests.persistence import (
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
    TrackingRecorderTestCase,
)
from psycopg import Cursor
from psycopg.rows import DictRow

from ledger.eventstore import stored_form
from ledger.eventstore.mapper import LedgerMapper
from ledger.eventstore.recorder import (
    LedgerDatastore,
    LedgerRecorder,
    LedgerTrackingRecorder,
)
from tests.builders import PATENT, fee_paid
from tests.conftest import NewDatabase, database, migrated_template
from tests.eventstore.ledgers import (
    assert_dense,
    assert_serials_without_gap,
    enter_patents,
    numbers,
    registry,
    rows,
)
from tests.eventstore.serving import Answer, ServingProcess, UnlockedRecorder


@pytest.fixture(scope="module")
def new_database_15(postgres_15_url: str) -> Iterator[NewDatabase]:
    with migrated_template(postgres_15_url) as template:
        yield lambda: database(postgres_15_url, template)


class OnAFreshDatabase:
    """A fresh migrated database for each case, and the ledger's text ids."""

    databases = "new_database"
    INITIAL_VERSION = 1

    @pytest.fixture(autouse=True)
    def fresh_database(self, request: pytest.FixtureRequest) -> Iterator[None]:
        new_database: NewDatabase = request.getfixturevalue(self.databases)
        with new_database() as url, LedgerDatastore(url, "ledger_writer") as datastore:
            self.url, self.datastore = url, datastore
            yield

    def new_originator_id(self) -> str:
        return f"CN:{uuid4()}"


class WithLedgerRecorder(OnAFreshDatabase):
    recorder_class: type[LedgerRecorder] = LedgerRecorder

    def create_recorder(self) -> LedgerRecorder:
        return self.recorder_class(self.datastore)


class TestApplicationRecorder(WithLedgerRecorder, ApplicationRecorderTestCase[LedgerRecorder]):
    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestNonInterleaving(WithLedgerRecorder, NonInterleavingNotificationIDsBaseCase):
    pass


class TestTrackingRecorder(OnAFreshDatabase, TrackingRecorderTestCase):
    def create_recorder(self) -> LedgerTrackingRecorder:
        return LedgerTrackingRecorder(self.datastore)

    def test_tracking_and_what_it_tracks_are_one_transaction(self) -> None:
        """A follower's own writes and its position stand or fall together."""
        recorder = self.create_recorder()
        with suppress(ZeroDivisionError), self.datastore.transaction(commit=True) as curs:
            recorder._insert_tracking(curs, Tracking("follower", 1))
            raise ZeroDivisionError
        assert recorder.max_tracking_id("follower") is None


class TestApplicationRecorderOn15(TestApplicationRecorder):
    databases = "new_database_15"


class TestNonInterleavingOn15(TestNonInterleaving):
    databases = "new_database_15"


class TestTrackingRecorderOn15(TestTrackingRecorder):
    databases = "new_database_15"


class UnlockedNonInterleaving(WithLedgerRecorder, NonInterleavingNotificationIDsBaseCase):
    """Not collected: run by the test that wants it to fail."""

    __test__ = False
    recorder_class: type[LedgerRecorder] = UnlockedRecorder


def run_case(case: type[Any], url: str) -> unittest.TestResult:
    """Run the library's case by hand on a database."""
    test = case("test")
    with LedgerDatastore(url, "ledger_writer") as datastore:
        test.url, test.datastore = url, datastore
        result = unittest.TestResult()
        TestCase.run(test, result)
    return result


def file_from_two_processes(url: str, *, locked: bool) -> list[Answer]:
    """Two processes pledge distinct patents; what they were answered."""
    with registry(url) as ledger:
        patents = enter_patents(ledger, numbers(12))
    since = time.time()
    with (
        ServingProcess(url, threads=1, since=since, locked=locked) as one,
        ServingProcess(url, threads=1, since=since, locked=locked) as other,
    ):
        processes = (one, other)
        for process in processes:
            process.wait_until_ready()
        for place, process in enumerate(processes):
            process.give({"key": p, "patents": [p]} for p in patents[place::2])
        return [answer for process in processes for answer in process.answered()]


class TestTheLock:
    """`_lock` is the one private method that locks, for `insert_events` and for the writer."""

    def test_without_it_the_library_s_non_interleaving_case_fails(
        self, new_database: NewDatabase
    ) -> None:
        with new_database() as url:
            result = run_case(UnlockedNonInterleaving, url)
        assert not result.wasSuccessful()

    def test_with_it_the_same_case_passes(self, new_database: NewDatabase) -> None:
        class Locked(UnlockedNonInterleaving):
            recorder_class = LedgerRecorder

        with new_database() as url:
            assert run_case(Locked, url).wasSuccessful()

    def test_without_it_the_filings_of_two_processes_fail(self, new_database: NewDatabase) -> None:
        """The positions stay dense even so: the schema refuses what the lock puts in order."""
        with new_database() as url:
            answers = file_from_two_processes(url, locked=False)
            failed = [answer["error"] for answer in answers if "error" in answer]
            assert failed
            assert all("Violation" in error for error in failed)
            assert assert_dense(url) == 12 + 12 - len(failed)

    def test_with_it_two_processes_take_turns(self, new_database: NewDatabase) -> None:
        with new_database() as url:
            answers = file_from_two_processes(url, locked=True)
            assert all("receipt" in answer for answer in answers)
            assert assert_dense(url) == 12 + 12
            assert_serials_without_gap(url)


STRAY = {
    "POSTGRES_ENABLE_DB_FUNCTIONS": "yes",
    "COMPRESSOR_TOPIC": "zlib",
    "CIPHER_TOPIC": "eventsourcing.cipher:AESCipher",
    "CIPHER_KEY": "5aPYgSqtLkLSpJMNMsSNPQ==",
    "TRANSCODER_TOPIC": "nowhere:Transcoder",
    "MAPPER_TOPIC": "nowhere:Mapper",
    "APPLICATION_RECORDER_TOPIC": "nowhere:Recorder",
    "POSTGRES_SCHEMA": "nowhere",
    "POSTGRES_LOCK_TIMEOUT": "1",
    "ORIGINATOR_ID_TYPE": "uuid",
}
"""Variables that change what the library does where its environment is built from the process's."""


class TestStrayEnvironment:
    @pytest.fixture(autouse=True)
    def stray(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in STRAY.items():
            monkeypatch.setenv(name, value)
            monkeypatch.setenv(f"LEDGER_{name}", value)

    def test_the_library_s_database_functions_stay_off(self, database_url: str) -> None:
        """They skip the lock and lose events for followers."""
        with LedgerDatastore(database_url, "ledger_writer") as datastore:
            assert not datastore.enable_db_functions
            assert datastore.originator_id_type == "text"
            assert datastore.schema == "public"
            event = StoredEvent("CN:1", 1, "topic", b"state")
            assert LedgerRecorder(datastore).insert_events([event]) == [1]
        functions = rows(database_url, "SELECT proname FROM pg_proc WHERE proname LIKE 'es\\_%%'")
        assert functions == []

    def test_nothing_of_what_is_stored_changes(self) -> None:
        def salts(count: int) -> list[str]:
            return ["0" * 32] * count

        event = fee_paid()
        mapper = LedgerMapper(salts)
        stored = mapper.to_stored_event(event)
        assert stored == stored_form.encode(event, salts)[0]
        entry, opened = stored.state.split(b"\n")
        assert entry.startswith(b'{"corrects":null')
        assert b'"version":["00000000000000000000000000000000",1]' in opened
        assert mapper.to_domain_event(stored) == event
        assert stored.originator_id == PATENT


def test_an_insert_is_not_repeated_when_its_connection_is_lost(new_database: NewDatabase) -> None:
    """The library would insert again and could enter events twice; here the error comes out."""
    with new_database() as url, LedgerDatastore(url, "ledger_writer") as datastore:
        recorder = LedgerRecorder(datastore)
        attempts = []

        class Killed(LedgerRecorder):
            def _lock(self, curs: Cursor[DictRow]) -> int:
                attempts.append(curs.connection.info.backend_pid)
                rows(url, "SELECT pg_terminate_backend(%s)", attempts[-1])
                return super()._lock(curs)

        event = StoredEvent("CN:1", 1, "topic", b"state")
        with pytest.raises(Exception, match=r"terminat|closed"):
            Killed(datastore).insert_events([event])
        assert len(attempts) == 1
        assert recorder.insert_events([event]) == [1]

"""A streaming standby that the API reads from: never staler than a reader allows."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger.embedded import EmbeddedPostgres, temporary_data_dir
from ledger.embedded_places import Home, choose_account, find_home, make_home, wheel_bin_dir
from ledger.migrating import migrate
from tests.api.desk import Desk, desk
from tests.builders import BANK, register_pledge
from tests.wait import until


@pytest.fixture(scope="module")
def primary() -> Iterator[EmbeddedPostgres]:
    with temporary_data_dir() as data_dir, EmbeddedPostgres(data_dir) as server:
        migrate(server.url)
        yield server


@pytest.fixture(scope="module")
def standby(primary: EmbeddedPostgres) -> Iterator[EmbeddedPostgres]:
    source = find_home(primary.data_dir)
    assert source is not None
    with temporary_data_dir() as data_dir:
        home = make_home(data_dir, choose_account(None, source.data))
        copied(primary, source, home)
        with EmbeddedPostgres(data_dir) as server:
            yield server


def copied(primary: EmbeddedPostgres, source: Home, home: Home) -> None:
    """A base backup that goes on as a standby of its source."""
    subprocess.run(
        [
            *(wheel_bin_dir() / "pg_basebackup", "--dbname", primary.url, "--pgdata", home.data),
            *("--write-recovery-conf", "--checkpoint=fast"),
        ],
        check=True,
    )
    shutil.copy(source.password_file, home.password_file)
    owner = source.data.stat()
    for path in (home.data, *home.data.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)


@pytest.fixture(scope="module")
def served(
    primary: EmbeddedPostgres, standby: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """A desk that reads from the standby, and from the primary when there is no standby."""
    folder: Path = tmp_path_factory.mktemp("data")
    hosts = ",".join(str(conninfo_to_dict(each.url)["host"]) for each in (standby, primary))
    either = make_conninfo(
        primary.url, host=hosts, port="5432,5432", target_session_attrs="prefer-standby"
    )
    with desk(primary.url, folder, replica_url=either) as serving:
        yield serving


def test_a_replica_answers_what_it_knows_and_nothing_staler_than_is_asked_for(
    served: Desk, standby: EmbeddedPostgres
) -> None:
    patent = served.patent()
    at_least = {"Ledger-Min-Position": str(served.head())}
    until(lambda: served.get(f"/v1/patents/{patent}", headers=at_least).status_code == 200)
    with psycopg.connect(standby.url, autocommit=True) as behind:
        behind.execute("SELECT pg_wal_replay_pause()")
        known = served.head()
        paused = "SELECT pg_get_wal_replay_pause_state() = 'paused'"
        until(lambda: behind.execute(paused).fetchone() == (True,))
        later = served.patent()
        at_least = {"Ledger-Min-Position": str(served.head())}
        for path in (f"/v1/patents/{patent}", "/v1/search", "/v1/events"):
            late = served.get(path, headers=at_least)
            assert (late.status_code, late.json()["type"]) == (503, "/problems/behind"), path
            assert int(late.headers["Retry-After"]) > 0
        lagging = served.get(f"/v1/patents/{patent}")
        assert lagging.status_code == 200
        assert int(lagging.headers["Ledger-Position"]) == lagging.json()["known_at"] == known
        assert served.get(f"/v1/patents/{later}").status_code == 404
        behind.execute("SELECT pg_wal_replay_resume()")
    until(lambda: served.get(f"/v1/patents/{later}", headers=at_least).status_code == 200)


def test_what_is_confidential_is_read_there_and_noted_in_the_database(served: Desk) -> None:
    patent = served.patent()
    at_least = {"Ledger-Min-Position": str(served.head())}
    path = f"/v1/patents/{patent}/history"
    until(lambda: served.get(path, "auditor", headers=at_least).status_code == 200)
    noted = served.owner.execute("SELECT count(*) > 0, pg_is_in_recovery() FROM confidential_read")
    assert noted.fetchone() == (True, False)


def test_what_is_filed_at_a_server_of_a_standby_is_told_where_to_go(
    served: Desk, standby: EmbeddedPostgres, tmp_path: Path
) -> None:
    """Filings, what a reader keeps here, and answers that must be noted; what is public is read."""
    patent = served.patent()
    at_least = {"Ledger-Min-Position": str(served.head())}
    with desk(standby.url, tmp_path) as beside:
        until(lambda: beside.get(f"/v1/patents/{patent}", headers=at_least).status_code == 200)
        pledge = register_pledge(patents=(patent,))
        answers = [
            beside.file("/v1/pledges", pledge, "bank", BANK),
            beside.file("/v1/pledges", pledge, "bank", BANK, dry_run="true"),
            beside.client.put("/v1/mailbox", json={}, headers=beside.headers("auditor")),
            beside.get(f"/v1/patents/{patent}/history", "auditor"),
        ]
        for answer in answers:
            assert (answer.status_code, answer.json()["type"]) == (503, "/problems/standby")
            assert int(answer.headers["Retry-After"]) > 0


def test_without_the_standby_the_primary_is_read(served: Desk, standby: EmbeddedPostgres) -> None:
    standby.stop()
    patent = served.patent()
    at_least = {"Ledger-Min-Position": str(served.head())}
    until(lambda: served.get(f"/v1/patents/{patent}", headers=at_least).status_code == 200)

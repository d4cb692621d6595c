"""The follower that hashes the log and signs it: promptly, once, across restarts, never a fork."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import aics_tlog as other
import psycopg
import pytest

from ledger.database import connect
from ledger.eventstore.following import filing_of
from ledger.eventstore.stored_form import entry_of
from ledger.proofs import tree
from ledger.proofs.checkpoints import Checkpoint
from ledger.proofs.keys import add_key, keyring, parse_list, retire_oldest
from ledger.proofs.merkle import tree_root
from ledger.proofs.notes import Note
from ledger.proofs.tiles import nodes_of
from ledger.proofs.tree import Broken, tile_reader
from ledger.settings import BadSetting, Settings
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import enter_patents, numbers, pledge, registry
from tests.proofs.logs import (
    ORIGIN,
    asked,
    filed,
    follower,
    newest,
    newest_note,
    settings_in,
    signed,
)
from tests.wait import until


@pytest.fixture
def url(new_database: NewDatabase) -> Iterator[str]:
    with new_database() as fresh:
        yield fresh


def entries(url: str) -> list[bytes]:
    rows = asked(url, "SELECT state FROM stored_events ORDER BY notification_id")
    return [entry_of(state) for (state,) in rows]


def test_the_root_is_that_of_the_stored_bytes_of_the_entries(url: str, tmp_path: Path) -> None:
    filed(url, 300)
    head = signed(url, tmp_path)
    stored = entries(url)
    assert head == Checkpoint(ORIGIN, len(stored), other.MerkleTree(stored).root())
    leaves = asked(url, "SELECT entry FROM log_leaves(0, %s)", len(stored))
    assert [leaf for (leaf,) in leaves] == stored
    vkey = other.parse_vkey(str(keyring(settings_in(tmp_path)).verifiers[0]))
    assert other.verify_checkpoint(other.parse_note(str(newest_note(url))), vkey).ok


def test_an_empty_log_has_a_checkpoint(url: str, tmp_path: Path) -> None:
    assert signed(url, tmp_path) == Checkpoint(ORIGIN, 0, other.MerkleTree().root())


def test_it_signs_within_a_second_of_the_commit(url: str, tmp_path: Path) -> None:
    running = follower(url, tmp_path)
    running.start()
    try:
        with registry(url) as ledger:
            for name in enter_patents(ledger, numbers(5)):
                ledger.file(pledge(name, key=name))
                committed = time.monotonic()
                while newest_size(url) < len(entries(url)):
                    assert time.monotonic() < committed + 1, "a second has passed"
                    time.sleep(0.01)
    finally:
        running.stop()
    assert running.error is None


def newest_size(url: str) -> int:
    ((size,),) = asked(url, "SELECT coalesce(max(size), 0) FROM log_checkpoint")
    return int(size)


def test_no_checkpoint_cuts_a_filing(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with registry(url) as ledger:
        names = enter_patents(ledger, numbers(12))
        for first in range(0, 12, 4):
            ledger.file(pledge(*names[first : first + 4], key=names[first]))
    monkeypatch.setattr(tree, "BATCH_MAX", 5)
    whole = tree.whole_filings
    monkeypatch.setattr(tree, "whole_filings", lambda rows: whole(rows, 5))
    signed(url, tmp_path)
    rows = asked(url, "SELECT state FROM stored_events ORDER BY notification_id")
    filings = [filing_of(state) for (state,) in rows]
    sizes = [size for (size,) in asked(url, "SELECT size FROM log_checkpoint WHERE size > 0")]
    assert len(sizes) > 4
    assert max(sizes) == len(filings)
    for size in sizes:
        assert filings[size - 1 : size] != filings[size : size + 1]


def test_a_restart_goes_on_where_the_last_one_signed(url: str, tmp_path: Path) -> None:
    for step in range(4):
        filed(url, 100, start=1 + 100 * step)
        head = signed(url, tmp_path)
    assert head.root == other.MerkleTree(entries(url)).root()
    with connect(url, row_factory=psycopg.rows.dict_row) as connection:
        for (note,) in asked(url, "SELECT note FROM log_checkpoint WHERE size > 0"):
            old = Checkpoint.of(Note.parse(note.encode()))
            assert old.root == tree_root(nodes_of(tile_reader(connection)), old.size)


def test_it_survives_a_lost_connection(url: str, tmp_path: Path) -> None:
    running = follower(url, tmp_path)
    running.start()
    try:
        filed(url, 3)
        asked(
            url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
            "current_database() AND application_name = 'patent-ledger follower log'",
        )
        filed(url, 3, start=10)
        until(lambda: newest_size(url) == len(entries(url)))
    finally:
        running.stop()
    assert running.error is None
    assert newest(url).root == other.MerkleTree(entries(url)).root()


def test_a_second_follower_waits_its_turn(url: str, tmp_path: Path) -> None:
    first = follower(url, tmp_path)
    first.start()
    try:
        until(lambda: bool(asked(url, "SELECT size FROM log_checkpoint")))
        assert not follower(url, tmp_path).catch_up()
    finally:
        first.stop()


class TestNoFork:
    """What was signed is never signed otherwise."""

    def test_a_log_rolled_back_is_signed_no_more(
        self, url: str, new_database: NewDatabase, tmp_path: Path
    ) -> None:
        filed(url, 5)
        signed(url, tmp_path)
        with new_database() as yesterday:
            filed(yesterday, 3)
            with pytest.raises(Broken, match="rolled back"):
                follower(yesterday, tmp_path).catch_up()
            assert asked(yesterday, "SELECT size FROM log_checkpoint") == []

    def test_another_history_is_signed_no_more(
        self, url: str, new_database: NewDatabase, tmp_path: Path
    ) -> None:
        filed(url, 3)
        signed(url, tmp_path)
        with new_database() as another:
            filed(another, 5)
            with pytest.raises(Broken, match="not those that were signed"):
                follower(another, tmp_path).catch_up()
            assert newest_size(another) == 0

    def test_changed_tiles_are_signed_no_more(self, url: str, tmp_path: Path) -> None:
        filed(url, 3)
        signed(url, tmp_path)
        asked(url, "UPDATE log_tile SET hashes = sha256(hashes) || substr(hashes, 33)")
        with pytest.raises(Broken, match="not those of the checkpoint"):
            follower(url, tmp_path).catch_up()

    def test_nothing_signed_can_be_deleted(self, url: str, tmp_path: Path) -> None:
        filed(url, 3)
        signed(url, tmp_path)
        for table in ("log_tile", "log_checkpoint", "log_key"):
            for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}"):
                with pytest.raises(psycopg.errors.RestrictViolation):
                    asked(url, statement)


class TestKeys:
    def test_the_key_lies_in_a_closed_file(self, tmp_path: Path) -> None:
        keys = keyring(settings_in(tmp_path))
        path = tmp_path / "log-key"
        assert path.stat().st_mode & 0o777 == 0o600
        assert keyring(settings_in(tmp_path)) == keys
        assert keyring(Settings(data_dir=tmp_path)).origin == ORIGIN
        with pytest.raises(BadSetting, match="not as"):
            keyring(Settings(data_dir=tmp_path, log_origin="another.example/log"))

    def test_a_new_key_signs_beside_the_old_and_then_alone(self, url: str, tmp_path: Path) -> None:
        filed(url, 3)
        first = signed(url, tmp_path)
        both = add_key(settings_in(tmp_path)).verifiers
        assert signed(url, tmp_path) == first
        assert newest_note(url).signers(both) == list(both)
        filed(url, 3, start=10)
        second = signed(url, tmp_path)
        assert newest_note(url).signers(both) == list(both)
        retire_oldest(settings_in(tmp_path))
        filed(url, 3, start=20)
        signed(url, tmp_path)
        assert newest_note(url).signers(both) == [both[1]]
        ((note,),) = asked(url, "SELECT note FROM log_key_list")
        origin, keys = parse_list(Note.parse(note.encode()))
        assert origin == ORIGIN
        assert [(k.key, k.since, k.until) for k in keys] == [
            (both[0], 0, second.size),
            (both[1], first.size, None),
        ]
        assert Note.parse(note.encode()).signers(both) == [both[1]]
        with pytest.raises(BadSetting, match="has one key"):
            retire_oldest(settings_in(tmp_path))

    def test_a_retired_key_never_signs_again(self, url: str, tmp_path: Path) -> None:
        old = keyring(settings_in(tmp_path))
        signed(url, tmp_path)
        add_key(settings_in(tmp_path))
        retire_oldest(settings_in(tmp_path))
        signed(url, tmp_path)
        with pytest.raises(Broken, match="retired at size 0"):
            follower(url, tmp_path, old).catch_up()

"""The map of patents: kept behind the log as its definition says, across restarts, in haste and in
quiet, signed with every checkpoint, made anew by whoever verifies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ledger.database import connect
from ledger.eventstore.stored_form import entry_of
from ledger.proofs import tree
from ledger.proofs.checkpoints import Checkpoint, PatentsRoot
from ledger.proofs.keys import keyring
from ledger.proofs.notes import Note
from ledger.proofs.tree import Broken
from tests.conftest import NewDatabase
from tests.proofs.commands import exported, messages, run
from tests.proofs.logs import asked, filed, follower, newest, newest_note, settings_in, signed
from tests.proofs.map_pins import MAP_PINS
from tests.proofs.maps import plain_map
from tests.replay.pins import PINS
from tests.replay.test_golden import stored


@pytest.fixture
def url(new_database: NewDatabase) -> Iterator[str]:
    with new_database() as fresh:
        yield fresh


def entries(url: str) -> list[bytes]:
    rows = asked(url, "SELECT state FROM stored_events ORDER BY notification_id")
    return [entry_of(state) for (state,) in rows]


def stated(url: str) -> list[PatentsRoot]:
    """The maps that checkpoints state."""
    rows = asked(url, "SELECT note FROM log_checkpoint ORDER BY size")
    heads = [Checkpoint.of(Note.parse(note.encode())) for (note,) in rows]
    return [head.patents for head in heads if head.patents is not None]


@pytest.mark.parametrize("name", PINS)
def test_no_release_changes_what_a_golden_history_maps_to(name: str) -> None:
    """A pinned root is never changed: those that were signed would no longer be found again."""
    leaves = [entry_of(event.state) for event in stored(name)]
    root = plain_map(leaves).hex()
    assert root == MAP_PINS.get(name), f"a new history is pinned by the line: {name} {root}"


def test_every_checkpoint_states_the_map_of_its_entries(url: str, tmp_path: Path) -> None:
    for step in range(3):
        filed(url, 5, start=1 + 5 * step)
        signed(url, tmp_path)
    maps, leaves = stated(url), entries(url)
    assert [found.size for found in maps] == [0, 10, 20, 30]
    for found in maps:
        assert found.root == plain_map(leaves[: found.size])


def test_it_is_kept_in_haste_and_after_a_restart(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under load the tree is signed at once and the map behind it, a few filings at a time."""
    filed(url, 40)
    monkeypatch.setattr(tree, "BUSY_SECONDS", 0.0)
    monkeypatch.setattr(tree, "QUIET_SECONDS", 0.0)
    sizes = []
    for _ in range(2):
        running = follower(url, tmp_path)
        with connect(url, "ledger_writer", row_factory=psycopg.rows.dict_row) as connection:
            running.begin(connection)
            assert running.advance(connection)
            sizes.append(running.patents.head.size)
            assert newest(url).patents == running.patents.head
    assert 0 < sizes[0] < sizes[1] < newest(url).size == 80
    with connect(url, "ledger_writer", row_factory=psycopg.rows.dict_row) as connection:
        while running.advance(connection):
            pass
    assert newest(url).patents == PatentsRoot(80, plain_map(entries(url)))
    assert messages(run("verify", url=url, folder=tmp_path)) == ""


def test_a_map_that_was_lost_is_made_anew(url: str, tmp_path: Path) -> None:
    filed(url, 6)
    before = signed(url, tmp_path).patents
    asked(url, "TRUNCATE log_map, log_map_head")
    assert "log_map: the page '' is missing" in messages(run("verify", url=url, folder=tmp_path))
    assert signed(url, tmp_path).patents == before
    assert messages(run("verify", url=url, folder=tmp_path)) == ""


def test_a_map_that_was_changed_is_found_and_signed_no_more(url: str, tmp_path: Path) -> None:
    filed(url, 6)
    signed(url, tmp_path)
    asked(url, "UPDATE log_map SET slots = overlay(slots PLACING '\\x00'::bytea FROM 40)")
    found = run("verify", url=url, folder=tmp_path)
    assert "log_map: the page '' is not the map's" in messages(found)
    asked(url, "UPDATE log_map_head SET root = sha256(root)")
    with pytest.raises(Broken, match="the map of patents is not that of the checkpoint"):
        signed(url, tmp_path)


def test_a_signed_map_that_is_not_the_log_s_is_found_by_verify(url: str, tmp_path: Path) -> None:
    """What an operator would sign who wants to certify what the log does not show."""
    filed(url, 6)
    head = signed(url, tmp_path)
    log = exported(url, tmp_path, tmp_path / "log")
    report = run("verify", log)
    assert messages(report) == ""
    assert report["patents"] == 6
    lie = Checkpoint(head.origin, head.size, head.root, PatentsRoot(head.size, bytes(32)))
    note = str(Note.signed(lie.text(), keyring(settings_in(tmp_path)).signers))
    (log / "checkpoint").write_text(note)
    found = messages(run("verify", log))
    assert found == "checkpoint: the map of patents of the first 12 entries is another"
    asked(url, "UPDATE log_checkpoint SET note = %s WHERE size = %s", note, head.size)
    assert "the map of patents of the first 12" in messages(run("verify", url=url, folder=tmp_path))


def test_a_checkpoint_without_a_map_is_one(url: str, tmp_path: Path) -> None:
    """Those that were signed before there was a map stay as they are, and are verified."""
    filed(url, 3)
    head = signed(url, tmp_path)
    older = Checkpoint(head.origin, head.size, head.root)
    note = str(Note.signed(older.text(), keyring(settings_in(tmp_path)).signers))
    asked(url, "UPDATE log_checkpoint SET note = %s WHERE size = %s", note, head.size)
    asked(url, "TRUNCATE log_map, log_map_head")
    (tmp_path / "log-checkpoint").write_text(note)
    report = run("verify", url=url, folder=tmp_path)
    assert messages(report) == ""
    assert report["patents"] == 0
    assert signed(url, tmp_path).patents == head.patents
    assert str(newest_note(url)) != note

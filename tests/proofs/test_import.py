"""The register outlives its operator: an export goes on elsewhere, with its tree and signatures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.rows import dict_row

from ledger.commands.frame import UserError
from ledger.database import connect
from ledger.domain.refusals import Refused
from ledger.eventstore.recorder import LedgerDatastore, LedgerRecorder
from ledger.proofs.checkpoints import Checkpoint
from ledger.proofs.importing import enter_export
from ledger.proofs.keys import keyring
from ledger.proofs.notes import Note
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import enter_patents, numbers, pledge, registry
from tests.proofs.commands import exported, messages, run
from tests.proofs.logs import asked, filed, newest, settings_in, signed
from tests.replay.test_golden import stored

NUMBERS = """
SELECT DISTINCT entry ->> 'registration_no' FROM event_log
WHERE entry ->> 'door' = 'filed' AND entry ->> 'registration_no' IS NOT NULL ORDER BY 1
"""
"""The numbers of registrations that filings made, and that later ones are about."""
VIEWS = ("patent", "title", "encumbrance", "licence", "open_licence")


@pytest.fixture
def ledgers(new_database: NewDatabase) -> Iterator[tuple[str, str]]:
    """One with a log of several checkpoints, and an empty one."""
    with new_database() as old, new_database() as new:
        yield old, new


def test_tree_checkpoints_and_signatures_stay(ledgers: tuple[str, str], tmp_path: Path) -> None:
    old, new = ledgers
    for start in (1, 200, 400):
        filed(old, 100, start=start)
        signed(old, tmp_path / "old")
    log = exported(old, tmp_path / "old", tmp_path / "log")
    (key,) = run("key", folder=tmp_path / "old")["keys"]
    taken = run("import", log, "--key", key, url=new, folder=_other(tmp_path))
    head = newest(old)
    assert taken["size"] == head.size
    kept = asked(new, "SELECT note FROM log_checkpoint WHERE origin = %s", head.origin)
    assert {(log / "checkpoint").read_text()} < {note for (note,) in kept}
    for (note,) in kept:
        said = Checkpoint.of(Note.parse(note.encode()))
        assert asked(old, "SELECT note FROM log_checkpoint WHERE size = %s", said.size) == [(note,)]
    own = newest(new)
    assert (own.size, own.root) == (head.size, head.root)
    assert own.origin != head.origin
    assert messages(run("verify", url=new, folder=_other(tmp_path))) == ""
    again = exported(new, _other(tmp_path), tmp_path / "again")
    assert messages(run("verify", again)) == ""
    assert messages(run("verify", again, "--known", log / "checkpoint")) == ""
    for path in (log / "tile").rglob("*"):
        if path.is_file():
            assert (tmp_path / "again" / path.relative_to(log)).read_bytes() == path.read_bytes()


def test_the_register_says_the_same_and_goes_on(ledgers: tuple[str, str], tmp_path: Path) -> None:
    old, new = ledgers
    filed(old, 5)
    log = exported(old, tmp_path / "old", tmp_path / "log")
    run("import", log, url=new, folder=_other(tmp_path))
    for view in VIEWS:
        shown = f"SELECT (to_jsonb(t) - 'confidential')::text FROM {view} AS t ORDER BY 1"
        assert asked(new, shown) == asked(old, shown)
    standing = "SELECT * FROM standing_pledge ORDER BY patent_id"
    assert asked(new, standing) == asked(old, standing)
    drawn = (
        "SELECT registration_no, kind, year, region, serial, patents, filing_id "
        "FROM registration ORDER BY registration_no"
    )
    assert asked(new, drawn) == asked(old, drawn)
    assert run("replay", "--compare", url=new, folder=_other(tmp_path))["equal"]
    with registry(new) as ledger:
        (pledged,) = numbers(1)
        with pytest.raises(Refused):
            ledger.file(pledge(pledged, key="a second pledge"))
        (name,) = enter_patents(ledger, numbers(1, start=50))
        ledger.file(pledge(name, key="the next"))
    ((last,),) = asked(new, "SELECT max(serial) FROM registration WHERE kind = 'pledge'")
    ((before,),) = asked(old, "SELECT max(serial) FROM registration WHERE kind = 'pledge'")
    assert last == before + 1
    signed_anew = run("verify", exported(new, _other(tmp_path), tmp_path / "again"))
    assert messages(signed_anew) == ""
    assert signed_anew["size"] == newest(old).size + 2


def test_only_into_an_empty_ledger_and_only_what_holds(
    ledgers: tuple[str, str], tmp_path: Path
) -> None:
    old, new = ledgers
    filed(old, 3)
    log = exported(old, tmp_path / "old", tmp_path / "log")
    with pytest.raises(UserError, match="empty ledger"):
        run("import", log, url=old, folder=tmp_path / "old")
    (bundle,) = (log / "tile" / "entries").rglob("6")
    bundle.write_bytes(bundle.read_bytes().replace(b"Lanternhill", b"Lanternhall"))
    with pytest.raises(UserError, match=r"does not hold: .*tile/0/000\.p/6: the entry at position"):
        run("import", log, url=new, folder=_other(tmp_path))
    assert asked(new, "SELECT count(*) FROM stored_events") == [(0,)]
    assert newest(old) == Checkpoint.of(
        Note.parse(settings_in(tmp_path / "old").log_memory_path.read_bytes())
    )


def test_an_import_that_was_interrupted_is_finished_by_the_same_command(
    ledgers: tuple[str, str], tmp_path: Path
) -> None:
    """The log is entered as a whole, and the views are made after it."""
    old, new = ledgers
    filed(old, 3)
    log = exported(old, tmp_path / "old", tmp_path / "log")
    with connect(new, "ledger_writer", row_factory=dict_row) as connection:
        head = enter_export(connection, log)
    assert asked(new, "SELECT count(*) FROM patent") == [(0,)]
    for _ in range(2):
        assert run("import", log, url=new, folder=_other(tmp_path))["size"] == head.size
        assert run("replay", "--compare", url=new, folder=_other(tmp_path))["equal"]
    assert run("verify", url=new, folder=_other(tmp_path))["holds"]
    filed(new, 1, start=70)
    with pytest.raises(UserError, match="empty ledger"):
        run("import", log, url=new, folder=_other(tmp_path))


def _other(tmp_path: Path) -> Path:
    """The other operator's data directory, whose key has a name of its own."""
    folder = tmp_path / "new"
    if not folder.exists():
        settings = settings_in(folder).model_copy(update={"log_origin": "successor.example/log"})
        keyring(settings)
    return folder


@pytest.mark.parametrize("name", ["joint-filings", "open-licence-life", "invalidation"])
def test_entries_without_a_public_part_come_along(
    ledgers: tuple[str, str], tmp_path: Path, name: str
) -> None:
    old, new = ledgers
    with LedgerDatastore(old, "ledger_writer") as datastore:
        LedgerRecorder(datastore).insert_events(stored(name))
    run("replay", url=old, folder=tmp_path / "old")
    log = exported(old, tmp_path / "old", tmp_path / "log")
    run("import", log, url=new, folder=_other(tmp_path))
    hidden = "SELECT count(*) FROM stored_events WHERE topic = 'withheld'"
    assert asked(new, hidden) != [(0,)]
    for view in ("title", "encumbrance", "open_licence"):
        shown = f"SELECT (to_jsonb(t) - 'confidential')::text FROM {view} AS t ORDER BY 1"
        assert asked(new, shown) == asked(old, shown)
    assert run("replay", "--compare", url=new, folder=_other(tmp_path))["equal"]
    assert messages(run("verify", url=new, folder=_other(tmp_path))) == ""
    made = "SELECT registration_no FROM registration ORDER BY 1"
    assert asked(new, made) == asked(old, NUMBERS)
    moments = "SELECT DISTINCT recorded_at FROM event_log WHERE recorded_at IS NOT NULL"
    for (moment,) in asked(new, moments):
        # What does not say its time counts with the entry before it.
        ((position,),) = asked(new, "SELECT position_at(%s)", moment)
        ((known,),) = asked(old, "SELECT position_at(%s)", moment)
        between = asked(
            new,
            "SELECT topic FROM stored_events WHERE notification_id > %s AND notification_id <= %s",
            known,
            position,
        )
        assert position >= known
        assert {topic for (topic,) in between} <= {"withheld"}

"""Logs for the tests of proofs: a ledger that files, and the follower that signs its log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ledger.database import connect
from ledger.proofs.checkpoints import Checkpoint
from ledger.proofs.keys import Keyring, keyring
from ledger.proofs.notes import Note
from ledger.proofs.tree import TreeFollower
from ledger.settings import Settings
from tests.eventstore.ledgers import enter_patents, numbers, pledge, registry

ORIGIN = "ledger.example/log"


def settings_in(folder: Path) -> Settings:
    return Settings(data_dir=folder, log_origin=ORIGIN)


def follower(url: str, folder: Path, keys: Keyring | None = None) -> TreeFollower:
    settings = settings_in(folder)
    return TreeFollower(url, keys or keyring(settings), settings.log_memory_path)


def signed(url: str, folder: Path) -> Checkpoint:
    """The head of the log once everything that is there is signed."""
    assert follower(url, folder).catch_up()
    return newest(url)


def newest(url: str) -> Checkpoint:
    return Checkpoint.of(newest_note(url))


def newest_note(url: str) -> Note:
    ((note,),) = asked(url, "SELECT note FROM log_checkpoint ORDER BY size DESC LIMIT 1")
    return Note.parse(note.encode())


def asked(url: str, query: str, *params: Any) -> list[tuple[Any, ...]]:
    """What the owner is answered; a statement of the owner's is carried out."""
    with connect(url) as connection:
        cursor = connection.execute(query, params)
        return cursor.fetchall() if cursor.description else []


def filed(url: str, patents: int = 3, start: int = 1) -> None:
    """So many patents, each entered and pledged; the first two in one filing."""
    with registry(url) as ledger:
        names = enter_patents(ledger, numbers(patents, start))
        ledger.file(pledge(*names[:2], key=f"pledge {start}"))
        for name in names[2:]:
            ledger.file(pledge(name, key=f"pledge {name}"))

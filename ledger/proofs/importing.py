"""An export entered into an empty ledger: the same leaves, tree, checkpoints and signatures.

An export holds what is public. What is confidential or personal is withheld in the new ledger, and
an entry without a public part stands on a stream of its own, of which nothing is known. What
follows from the entries (tiles, registrations, what stands now) is made anew; register views are
rebuilt afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import orjson
from eventsourcing.persistence import StoredEvent
from psycopg import Connection, Cursor
from psycopg.rows import DictRow

from ledger.domain.events import Concealed, LedgerEvent, PatentEvent
from ledger.domain.evolving import evolve
from ledger.domain.patent import Patent
from ledger.eventstore.batch import Batch
from ledger.eventstore.recorder import appended
from ledger.eventstore.registrations import Registrations
from ledger.eventstore.restanding import standing_now
from ledger.eventstore.standing import STANDING_DECLARATION, STANDING_PLEDGE
from ledger.eventstore.stored_form import WITHHELD, decode
from ledger.eventstore.world import is_patent
from ledger.proofs.checkpoints import Checkpoint
from ledger.proofs.keys import parse_list
from ledger.proofs.merkle import leaf_hashes
from ledger.proofs.notes import Note
from ledger.proofs.tiles import WIDTH, Edge, Tile, entries_of, width_at
from ledger.proofs.tree import PUT_CHECKPOINT, put_tiles
from ledger.proofs.verifying import CHECKPOINT, KEY_LIST, Progress, silent
from ledger.transcription import write_registrations

LOCK = "SELECT pg_advisory_xact_lock(log_lock_key())"
SELECT_HEAD = """
SELECT log_head() AS head, EXISTS (
    SELECT FROM log_checkpoint AS c WHERE c.size = %s AND c.origin = %s AND c.note = %s
        AND NOT EXISTS (
            SELECT FROM log_key WHERE until IS NULL
                AND split_part(verifier_key, '+', 1) = c.origin
        )
) AS entered
"""
PUT_KEY = """
INSERT INTO log_key VALUES (%s, %s, %s)
ON CONFLICT (verifier_key) DO UPDATE SET since = excluded.since, until = excluded.until
"""
SELECT_STREAMS = """
SELECT originator_id, originator_version, topic, state FROM stored_events
ORDER BY originator_id, originator_version
"""


class CannotImport(RuntimeError):
    """The ledger is not empty, or the directory changed while it was read."""


def enter_export(
    connection: Connection[DictRow], directory: Path, progress: Progress = silent
) -> Checkpoint:
    """Enter a directory that was verified, as the writer's role, all of it or nothing. Where just
    this one was entered already nothing is done."""
    note = Note.parse((directory / CHECKPOINT).read_bytes())
    head = Checkpoint.of(note)
    with connection.transaction(), connection.cursor() as curs:
        curs.execute(LOCK)
        row = curs.execute(SELECT_HEAD, (head.size, head.origin, str(note))).fetchone()
        if row is None or row["head"]:
            if row is not None and row["head"] == head.size and row["entered"]:
                return head  # an import that was interrupted before the views were made
            raise CannotImport("an export is entered into an empty ledger; this one has entries")
        edge, numbered = Edge(), Numbered()
        for entries in _bundles(directory, head.size):
            events = list(map(numbered.event, entries))
            _append(curs, edge.size, events)
            put_tiles(connection, edge.extend(leaf_hashes(entries)))
            progress(edge.size, head.size)
        if edge.root() != head.root:
            raise CannotImport("the directory is not what was verified")
        write_registrations(curs, numbered.told)
        _stand(connection, curs)
        _enter_notes(curs, directory, head)
    return head


def _bundles(directory: Path, size: int) -> Iterator[list[bytes]]:
    for index in range(-(-size // WIDTH)):
        tile = Tile(None, index, width_at(size, 0, index))
        yield entries_of((directory / tile.path).read_bytes())


def _append(curs: Cursor[DictRow], head: int, events: list[StoredEvent]) -> None:
    curs.execute(*appended(head, events, Batch()))


class Numbered:
    """Entries as rows of the log, numbered in their streams, and the registrations they make."""

    def __init__(self) -> None:
        self._versions: dict[str, int] = {}
        self.told = Registrations()
        """What later filings may be about, and behind which numbers go on."""
        self._place = 0

    def event(self, entry: bytes) -> StoredEvent:
        """The stored event of the next entry; its open line is empty."""
        self._place += 1
        said = orjson.loads(entry)
        stream = said.get("stream", f"filing:{WITHHELD}-{self._place}")
        version = self._versions[stream] = self._versions.get(stream, 0) + 1
        stored = StoredEvent(stream, version, said.get("topic", WITHHELD), entry + b"\n")
        event = decode(stored)
        if isinstance(event, PatentEvent):
            self.told.note(event)
        return stored


def _stand(connection: Connection[DictRow], curs: Cursor[DictRow]) -> None:
    """What may not stand together now, from the streams themselves."""
    batch = Batch()
    with connection.cursor("imported") as rows:
        rows.execute(SELECT_STREAMS)
        for stream, events in groupby(rows, key=lambda row: row["originator_id"]):
            if not is_patent(stream):
                continue
            patent = Patent(stream)
            for row in events:
                patent = evolve(patent, _of(row))  # type: ignore[arg-type] # its facts
            pledge, declaration = standing_now(patent)
            if pledge is not None:
                batch.add(STANDING_PLEDGE, {"patent_id": stream, "registration_no": pledge})
            if declaration is not None:
                batch.add(
                    STANDING_DECLARATION, {"patent_id": stream, "declaration_no": declaration}
                )
    batch.flush(curs)


def _of(row: DictRow) -> LedgerEvent | Concealed:
    at = (row["originator_id"], row["originator_version"], row["topic"], bytes(row["state"]))
    return decode(StoredEvent(*at))


def _enter_notes(curs: Cursor[DictRow], directory: Path, head: Checkpoint) -> None:
    """Every checkpoint with its signatures, and the keys, none of which signs any more."""
    earlier = (directory / "checkpoints").rglob("*")
    paths = [directory / CHECKPOINT, *(p for p in earlier if p.is_file())]
    notes = [Note.parse(path.read_bytes()) for path in paths]
    for note in sorted(notes, key=lambda note: Checkpoint.of(note).size):
        said = Checkpoint.of(note)
        curs.execute(PUT_CHECKPOINT, (said.size, said.origin, str(note)))
    if (directory / KEY_LIST).exists():
        _, keys = parse_list(Note.parse((directory / KEY_LIST).read_bytes()))
        for row in keys:
            until = head.size if row.until is None else row.until
            curs.execute(PUT_KEY, (str(row.key), row.since, until))

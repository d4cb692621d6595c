"""The public log as a directory that any web server serves with the same proofs.

Files are written whole, the checkpoint last: an export that was interrupted goes on where it
stopped, and one that is repeated later adds what is new.
"""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
from psycopg.rows import DictRow

from ledger.proofs import serving
from ledger.proofs.checkpoints import Checkpoint
from ledger.proofs.merkle import leaf_hashes, tree_root
from ledger.proofs.notes import Note
from ledger.proofs.tiles import WIDTH, Tile, bundle, nodes_of, tiles_of
from ledger.proofs.tree import tile_reader
from ledger.proofs.verifying import CHECKPOINT, KEY_LIST, Progress, checkpoint_path, silent

Connection = psycopg.Connection[DictRow]

SELECT_EARLIER = """
SELECT DISTINCT ON (origin, (size + %(width)s - 1) / %(width)s) note FROM log_checkpoint
WHERE size <= %(size)s ORDER BY origin, (size + %(width)s - 1) / %(width)s, size DESC
"""
"""The last checkpoint within each bundle, and what was signed of the empty log."""


class CannotExport(RuntimeError):
    """The log or the directory is not what it must be."""


def export(connection: Connection, directory: Path, progress: Progress = silent) -> Checkpoint:
    """Write what is signed by now into a directory; the checkpoint that heads it."""
    note = serving.checkpoint(connection)
    keys = serving.key_list(connection)
    if note is None or keys is None:
        raise CannotExport("no checkpoint was signed yet")
    head = Checkpoint.of(note)
    nodes = nodes_of(tile_reader(connection))
    if tree_root(nodes, head.size) != head.root:
        raise CannotExport(f"the tiles are not those of the checkpoint of size {head.size}")
    older = directory / CHECKPOINT
    if older.exists():
        _continued(Checkpoint.of(Note.parse(older.read_bytes())), head, connection, directory)
    directory.mkdir(parents=True, exist_ok=True)
    _write_tiles(connection, directory, head.size, progress)
    for row in connection.execute(SELECT_EARLIER, {"width": WIDTH, "size": head.size}):
        earlier = Checkpoint.of(Note.parse(row["note"].encode()))
        _write(directory / checkpoint_path(earlier), row["note"].encode())
    _write(directory / checkpoint_path(head), str(note).encode())
    _write(directory / KEY_LIST, keys.encode())
    _write(directory / CHECKPOINT, str(note).encode())
    _remove_older_edges(directory, head.size)
    return head


def _continued(
    older: Checkpoint, head: Checkpoint, connection: Connection, directory: Path
) -> None:
    """Refuse a directory in which another log lies, or a later one."""
    same = older.size <= head.size
    if same:
        same = tree_root(nodes_of(tile_reader(connection)), older.size) == older.root
    if not same:
        raise CannotExport(
            f"{directory} holds a log of {older.size} entries that this one does not continue"
        )


def _write_tiles(connection: Connection, directory: Path, size: int, progress: Progress) -> None:
    for tile in tiles_of(size):
        path = directory / tile.path
        if tile.level is None:
            progress(tile.index * WIDTH + tile.width, size)
        if tile.full and path.exists():
            continue
        if tile.level is None:
            data = _bundle(connection, tile)
        else:
            found = serving.tile(connection, tile)
            if found is None:
                raise CannotExport(f"{tile.path} is missing")
            data = found
        _write(path, data)


def _bundle(connection: Connection, tile: Tile) -> bytes:
    entries = serving.leaves(connection, tile.index * WIDTH, tile.width)
    hashes = serving.tile(connection, Tile(0, tile.index, tile.width))
    if b"".join(leaf_hashes(entries)) != hashes:
        first = tile.index * WIDTH + 1
        raise CannotExport(
            f"of positions {first} to {first + tile.width - 1} not all are what was signed: "
            "`patent-ledger verify` says which"
        )
    return bundle(entries)


def _write(path: Path, data: bytes) -> None:
    """A file that is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _remove_older_edges(directory: Path, size: int) -> None:
    """Partial tiles of an earlier, smaller log, and drafts of an export that was interrupted."""
    kept = {directory / tile.path for tile in tiles_of(size) if not tile.full}
    for edge in list((directory / "tile").rglob("*.p")):
        for file in edge.iterdir():
            if file not in kept:
                file.unlink()
        if not any(edge.iterdir()):
            edge.rmdir()
    for draft in directory.rglob(".*"):
        if draft.is_file():
            draft.unlink()

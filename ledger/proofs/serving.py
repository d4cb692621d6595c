"""What the log is asked for: its checkpoint, keys, tiles, bundles, and the proof of an entry."""

from __future__ import annotations

import psycopg
from psycopg.rows import DictRow

from ledger.proofs.checkpoints import Checkpoint, EntryProof
from ledger.proofs.merkle import HASH_BYTES, inclusion_proof
from ledger.proofs.notes import Note
from ledger.proofs.tiles import WIDTH, Tile, bundle, nodes_of, width_at
from ledger.proofs.tree import SELECT_NEWEST, tile_reader

Connection = psycopg.Connection[DictRow]

SELECT_KEY_LIST = "SELECT note FROM log_key_list"
SELECT_HASHES = """
SELECT substr(hashes, 1, %(bytes)s::int) AS hashes FROM log_tile
WHERE level = %(level)s AND tile = %(tile)s AND octet_length(hashes) >= %(bytes)s::int
"""
SELECT_LEAVES = "SELECT entry FROM log_leaves(%s::bigint, %s::bigint)"
SELECT_HEAD = "SELECT log_head() AS head"


class NotYet(LookupError):
    """The entry is recorded, and its checkpoint is about to be signed."""


def checkpoint(connection: Connection) -> Note | None:
    """The newest checkpoint; None where none was signed yet."""
    row = connection.execute(SELECT_NEWEST).fetchone()
    return Note.parse(row["note"].encode()) if row else None


def key_list(connection: Connection) -> str | None:
    """The signed list of the keys that sign or have signed."""
    row = connection.execute(SELECT_KEY_LIST).fetchone()
    return str(row["note"]) if row else None


def tile(connection: Connection, asked: Tile) -> bytes | None:
    """A tile or a bundle of what is signed; None where it is not so wide yet."""
    if asked.level is not None:
        at = {"level": asked.level, "tile": asked.index, "bytes": asked.width * HASH_BYTES}
        row = connection.execute(SELECT_HASHES, at, binary=True).fetchone()
        return bytes(row["hashes"]) if row else None
    note = checkpoint(connection)
    if note is None or width_at(Checkpoint.of(note).size, 0, asked.index) < asked.width:
        return None
    return bundle(leaves(connection, asked.index * WIDTH, asked.width))


def leaves(connection: Connection, after: int, count: int) -> list[bytes]:
    """The stored bytes of so many entries behind a position."""
    asked = (after, after + count)
    return [row["entry"] for row in connection.execute(SELECT_LEAVES, asked, binary=True)]


def proof(connection: Connection, position: int) -> EntryProof | None:
    """The proof of the entry at a position; None where there is none. Raises NotYet."""
    note = checkpoint(connection)
    size = Checkpoint.of(note).size if note else 0
    if note is None or position > size:
        row = connection.execute(SELECT_HEAD).fetchone()
        assert row is not None, "a query without a table answers one row"
        if position <= row["head"]:
            raise NotYet(f"Position {position} is not in a checkpoint yet; {size} is.")
        return None
    index = position - 1
    path = inclusion_proof(nodes_of(tile_reader(connection, index, size)), index, size)
    (entry,) = leaves(connection, index, 1)
    return EntryProof(entry, index, tuple(path), note)

"""The log's tree in the database: a follower that hashes entries, keeps tiles, signs checkpoints.

A checkpoint ends where a filing ends. Its tiles and its note are written in one transaction, so
that a restart begins where the last one was signed. Before it signs, the follower holds the tree
against what it signed before: against the database, and against a file beside the keys that no
rollback of the database reaches.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow

from ledger.eventstore.following import BATCH_MAX, Following, whole_filings
from ledger.eventstore.stored_form import entry_of
from ledger.proofs.checkpoints import Checkpoint
from ledger.proofs.keys import Keyring, ListedKey, listed
from ledger.proofs.mapping import PatentMap
from ledger.proofs.merkle import HASH_BYTES, leaf_hashes, tree_root
from ledger.proofs.notes import ED25519, Note, VerifierKey
from ledger.proofs.tiles import HEIGHT, WIDTH, Edge, TileReader, nodes_of, split
from ledger.settings import replace_file

NAME = "log"

PACE_SECONDS = 0.2
"""Checkpoints are signed no more often than this, and as soon as this allows."""
BUSY_SECONDS = 0.012
"""How long the map of patents is worked on for a checkpoint while filings come: a fifteenth of the
time, so that it never costs them a tenth of their rate. What is left is done in quiet."""
QUIET_SECONDS = 0.3
"""How long it is worked on for a checkpoint when no filing has come."""

SELECT_STATES = """
SELECT notification_id, state FROM stored_events
WHERE notification_id > %b ORDER BY notification_id LIMIT %b
"""
SELECT_TILE = "SELECT hashes FROM log_tile WHERE level = %s AND tile = %s"
SELECT_TILES = """
SELECT level, tile, hashes FROM log_tile
WHERE (level, tile) IN (SELECT * FROM unnest(%b::smallint[], %b::bigint[]))
"""
SELECT_NEWEST = """
SELECT size, note FROM log_checkpoint AS c ORDER BY size DESC, EXISTS (
    SELECT FROM log_key WHERE until IS NULL AND split_part(verifier_key, '+', 1) = c.origin
) DESC LIMIT 1
"""
SELECT_SIGNED = "SELECT note FROM log_checkpoint WHERE size = %s AND origin = %s"
SELECT_KEYS = "SELECT verifier_key, since, until FROM log_key ORDER BY since, verifier_key"
PUT_TILES = """
INSERT INTO log_tile (level, tile, hashes)
SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[])
ON CONFLICT (level, tile) DO UPDATE SET hashes = excluded.hashes
"""
PUT_CHECKPOINT = """
WITH asked AS (SELECT %s::bigint AS size, %s::text AS origin, %s::text AS note)
INSERT INTO log_checkpoint (size, origin, note, number)
SELECT size, origin, note, 1 + coalesce(
    (SELECT max(number) FROM log_checkpoint AS c WHERE c.origin = asked.origin), 0
) FROM asked
ON CONFLICT (size, origin) DO UPDATE SET note = excluded.note
"""
ADD_KEY = "INSERT INTO log_key VALUES (%s, %s, NULL) ON CONFLICT (verifier_key) DO NOTHING"
RETIRE_KEY = "UPDATE log_key SET until = %s WHERE verifier_key = %s"
PUT_KEY_LIST = """
INSERT INTO log_key_list (note) VALUES (%s) ON CONFLICT (one) DO UPDATE SET note = excluded.note
"""


class Broken(RuntimeError):
    """The log is not what was signed before: nothing more is signed until somebody has looked."""


class TreeFollower(Following):
    """Hashes what is committed and signs where it ends."""

    def __init__(
        self, url: str, keys: Keyring, memory: Path, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(url, NAME)
        self.keys = keys
        self._memory = memory
        self._clock = clock
        self.patents = PatentMap()
        self._edge = Edge()
        self._in_haste = True
        """Whether somebody else wants the processor; alone, it finishes the map at once."""
        self._signed_at = float("-inf")
        self._promised: Checkpoint | None = None
        """What was signed before and not yet found again."""

    def catch_up(self) -> bool:
        self._in_haste = False
        return super().catch_up()

    def begin(self, connection: Connection[DictRow]) -> None:
        with connection.transaction():
            self.patents.begin(connection)
            newest = connection.execute(SELECT_NEWEST).fetchone()
            size = newest["size"] if newest else 0
            self._edge = edge_at(connection, size)
            if newest:
                head = Checkpoint.of(Note.parse(newest["note"].encode()))
                if (head.size, head.root) != (size, self._edge.root()):
                    raise Broken(f"the tiles are not those of the checkpoint of size {size}")
                self._hold_map(connection, head)
            self._promised = self._remembered(connection)
            self._hold(connection, self._edge)
            self._settle_keys(connection, size)

    def _remembered(self, connection: Connection[DictRow]) -> Checkpoint | None:
        if not self._memory.exists():
            return None
        promised = Checkpoint.of(Note.parse(self._memory.read_bytes()))
        row = connection.execute("SELECT log_head() AS head").fetchone()
        assert row is not None, "a query without a table answers one row"
        if row["head"] < promised.size:
            raise Broken(
                f"a log of {promised.size} entries was signed ({self._memory}), the database has "
                f"{row['head']}: it was rolled back"
            )
        return promised

    def _hold(self, connection: Connection[DictRow], edge: Edge) -> None:
        """The tree continues what was signed before, as soon as it is as large."""
        promised = self._promised
        if promised is None or edge.size < promised.size:
            return
        root = edge.root()
        if edge.size > promised.size:
            root = tree_root(nodes_of(tile_reader(connection)), promised.size)
        if root != promised.root:
            raise Broken(
                f"the first {promised.size} entries are not those that were signed ({self._memory})"
            )
        self._promised = None

    def _hold_map(self, connection: Connection[DictRow], head: Checkpoint) -> None:
        """The map is the one signed last; where it was lost it is made anew up to there."""
        promised = head.patents
        if promised is None:
            return
        self.patents.advance(connection, promised.size)
        if self.patents.head != promised:
            raise Broken(
                f"the map of patents is not that of the checkpoint of size {head.size}: "
                "`patent-ledger verify` says whether the log is; a map that was damaged is made "
                "anew when its tables log_map and log_map_head are emptied"
            )

    def _settle_keys(self, connection: Connection[DictRow], size: int) -> None:
        """Note which keys sign from here on; the newest checkpoint is signed by all of them."""
        ours = [str(key) for key in self.keys.verifiers]
        for key in ours:
            connection.execute(ADD_KEY, (key, size))
        for row in listed_keys(connection):
            signs = str(row.key) in ours
            if signs and row.until is not None:
                raise Broken(f"{row.key} was retired at size {row.until} and signs again")
            if not signs and row.until is None and row.key.kind == ED25519:
                connection.execute(RETIRE_KEY, (size, str(row.key)))
        publish_keys(connection, self.keys)
        self._sign(connection, self._edge)

    def advance(self, connection: Connection[DictRow]) -> bool:
        self.stopping.wait(max(0.0, self._signed_at + PACE_SECONDS - self._clock()))
        with connection.transaction():
            at = (self._edge.size, BATCH_MAX)
            rows = connection.execute(SELECT_STATES, at, prepare=True, binary=True).fetchall()
            whole = whole_filings(rows)
            if not whole and self.patents.head.size == self._edge.size:
                return False
            edge = self._grown(connection, whole) if whole else self._edge
            busy = BUSY_SECONDS if whole else QUIET_SECONDS
            self.patents.advance(connection, edge.size, busy if self._in_haste else float("inf"))
            self._sign(connection, edge)
        self._edge = edge
        if len(rows) < BATCH_MAX:
            self._signed_at = self._clock()
        return True

    def _grown(self, connection: Connection[DictRow], whole: Sequence[DictRow]) -> Edge:
        """The edge of the tree with further entries, whose tiles are written."""
        size = self._edge.size + len(whole)
        if whole[-1]["notification_id"] != size:
            raise Broken(f"the log has a gap before position {whole[-1]['notification_id']}")
        edge = self._edge.copy()
        put_tiles(connection, edge.extend(leaf_hashes(entry_of(r["state"]) for r in whole)))
        self._hold(connection, edge)
        return edge

    def _sign(self, connection: Connection[DictRow], edge: Edge) -> None:
        head = Checkpoint(self.keys.origin, edge.size, edge.root(), self.patents.head)
        note = Note.signed(head.text(), self.keys.signers)
        before = connection.execute(SELECT_SIGNED, (head.size, head.origin)).fetchone()
        if before is not None:
            earlier = Note.parse(before["note"].encode())
            if earlier.text == note.text:
                note = earlier.and_signed(note.signatures)
        if self._promised is None:
            # Remembered before it is committed: what is known to anybody is known here.
            replace_file(self._memory, str(note).encode())
        connection.execute(PUT_CHECKPOINT, (head.size, head.origin, str(note)))


# --- the tree in its tables --------------------------------------------------------------------


def tile_reader(connection: Connection[DictRow], *leaves: int) -> TileReader:
    """Reads tiles of the database, each once; those above some leaves at one stroke."""
    levels = range(-(-max(leaves, default=0).bit_length() // HEIGHT))
    above = list({(level, leaf >> HEIGHT * (level + 1)) for level in levels for leaf in leaves})
    read: dict[tuple[int, int], bytes] = {}
    if above:
        at = ([level for level, _ in above], [index for _, index in above])
        rows = connection.execute(SELECT_TILES, at, prepare=True, binary=True)
        read = {(row["level"], row["tile"]): row["hashes"] for row in rows}

    def tile(level: int, index: int) -> bytes:
        if (level, index) not in read:
            at = (level, index)
            row = connection.execute(SELECT_TILE, at, prepare=True, binary=True).fetchone()
            if row is None:
                raise Broken(f"tile {index} of level {level} is missing")
            read[level, index] = row["hashes"]
        return read[level, index]

    return tile


def edge_at(connection: Connection[DictRow], size: int) -> Edge:
    """The right edge of the tree of so many leaves."""
    tile = tile_reader(connection)
    edge = Edge(size)
    while count := size >> HEIGHT * len(edge.levels):
        width = count % WIDTH
        hashes = tile(len(edge.levels), count // WIDTH)[: width * HASH_BYTES] if width else b""
        if len(hashes) != width * HASH_BYTES:
            raise Broken(f"the last tile of level {len(edge.levels)} is too short")
        edge.levels.append(split(hashes))
    return edge


def put_tiles(connection: Connection[Any], tiles: dict[tuple[int, int], bytes]) -> None:
    """Write tiles, new or longer."""
    levels = [level for level, _ in tiles]
    connection.execute(
        PUT_TILES, (levels, [index for _, index in tiles], list(tiles.values())), binary=True
    )


def publish_keys(connection: Connection[DictRow], keys: Keyring) -> None:
    """Sign the list of keys anew."""
    text = listed(keys.origin, listed_keys(connection))
    connection.execute(PUT_KEY_LIST, (str(Note.signed(text, keys.signers)),))


def listed_keys(connection: Connection[DictRow]) -> list[ListedKey]:
    """The keys that sign or have signed."""
    return [
        ListedKey(VerifierKey.parse(row["verifier_key"]), row["since"], row["until"])
        for row in connection.execute(SELECT_KEYS)
    ]

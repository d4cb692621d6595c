"""The map from each patent to its newest public leaf and the digest of what stands on it, as the
follower of the log keeps it (ADR 0032).

It is brought up filing by filing, behind the tree, as far as there is time for it: its root stands
in the checkpoint with the size of the log that it is of.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow

from ledger.eventstore.following import BATCH_MAX, filing_of
from ledger.eventstore.stored_form import entry_of
from ledger.proofs.checkpoints import PatentsRoot
from ledger.proofs.dated import (
    PublicFold,
    canonical_dated,
    commitment,
    digest_of,
    key_of,
    told_by,
)
from ledger.proofs.prefixes import EMPTY, PrefixTree, packed

SLICE = 32
"""Entries taken in at once, a larger filing excepted."""
FOLDS_MAX = 2_000
"""Patents kept folded; any other is folded anew from its entries."""

SELECT_SLICE = """
SELECT notification_id, originator_id, topic, state FROM stored_events
WHERE notification_id > %b AND notification_id <= %b ORDER BY notification_id LIMIT %b
"""
SELECT_STREAMS = """
SELECT originator_id, notification_id, topic, state FROM stored_events
WHERE originator_id = ANY (%b::text[]) AND notification_id <= %b
ORDER BY originator_id, originator_version
"""
SELECT_PAGES = "SELECT path, slots FROM log_map WHERE path = ANY (%b::text[])"
SELECT_HEAD = "SELECT size, root FROM log_map_head"
PUT_PAGES = """
INSERT INTO log_map (path, slots) SELECT * FROM unnest(%s::text[], %s::bytea[])
ON CONFLICT (path) DO UPDATE SET slots = excluded.slots
"""
PUT_HEAD = """
INSERT INTO log_map_head (size, root) VALUES (%s, %s)
ON CONFLICT (one) DO UPDATE SET size = excluded.size, root = excluded.root
"""


@dataclass
class _Kept:
    """A patent folded up to a position, and the index of its newest public leaf."""

    fold: PublicFold
    newest: int
    position: int


class PatentMap:
    """The map in its tables, and the patents that were folded last."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.head = PatentsRoot(0, EMPTY)
        self.seconds = 0.0
        """How long it has been worked on."""
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def begin(self, connection: Connection[DictRow]) -> None:
        """Begin where the tables are."""
        self._kept.clear()
        row = connection.execute(SELECT_HEAD).fetchone()
        self.head = PatentsRoot(row["size"], row["root"]) if row else PatentsRoot(0, EMPTY)

    def advance(
        self, connection: Connection[DictRow], size: int, seconds: float = float("inf")
    ) -> None:
        """Bring the map up to the first `size` entries, or as far as some seconds reach."""
        if self.head.size >= size:
            return
        began = self._clock()
        tree = PrefixTree(page_reader(connection))
        at, root = self.head.size, self.head.root
        while at < size and (at == self.head.size or self._clock() < began + seconds):
            rows = self._slice(connection, at, size)
            at = rows[-1]["notification_id"]
            leaves = self._leaves(connection, rows, at)
            if leaves:
                root = tree.put(leaves)
        _write(connection, tree, PatentsRoot(at, root))
        self.head = PatentsRoot(at, root)
        self.seconds += self._clock() - began

    def _slice(self, connection: Connection[DictRow], after: int, until: int) -> list[DictRow]:
        """The entries of the next filings."""
        limit = SLICE
        while True:
            at = (after, until, limit)
            rows = connection.execute(SELECT_SLICE, at, prepare=True, binary=True).fetchall()
            if len(rows) < limit or limit > BATCH_MAX:
                return rows
            last = filing_of(bytes(rows[-1]["state"]))
            end = limit
            while end and filing_of(bytes(rows[end - 1]["state"])) == last:
                end -= 1
            if end:
                return rows[:end]
            limit *= 4

    def _leaves(
        self, connection: Connection[DictRow], rows: Sequence[DictRow], until: int
    ) -> dict[bytes, bytes]:
        touched = {row["originator_id"] for row in rows if _public(row)}
        unknown = [stream for stream in touched if stream not in self._kept]
        self._fold([row for row in rows if row["originator_id"] in self._kept])
        if unknown:
            at = (unknown, until)
            self._fold(connection.execute(SELECT_STREAMS, at, prepare=True, binary=True))
        leaves = {}
        for stream in touched:
            kept = self._kept[stream]
            self._kept.move_to_end(stream)
            digest = digest_of(canonical_dated(kept.fold.patent))
            leaves[key_of(stream)] = commitment(kept.newest, digest)
        while len(self._kept) > FOLDS_MAX:
            self._kept.popitem(last=False)
        return leaves

    def _fold(self, rows: Iterable[DictRow]) -> None:
        for row in rows:
            entry = _public(row)
            if entry is None:
                continue
            stream, position = row["originator_id"], row["notification_id"]
            kept = self._kept.get(stream)
            if kept is None:
                kept = self._kept[stream] = _Kept(PublicFold(stream), -1, 0)
            if position > kept.position:
                kept.fold.add(row["topic"], entry)
                kept.newest, kept.position = position - 1, position


def _public(row: DictRow) -> bytes | None:
    """The entry of a public fact about a patent."""
    entry = entry_of(row["state"])
    return entry if told_by(entry) == (row["originator_id"], row["topic"]) else None


def _write(connection: Connection[DictRow], tree: PrefixTree, head: PatentsRoot) -> None:
    if tree.changed:
        paths = list(tree.changed)
        pages = [packed(slots) for slots in tree.changed.values()]
        connection.execute(PUT_PAGES, (paths, pages), binary=True)
        tree.changed.clear()
    connection.execute(PUT_HEAD, (head.size, head.root), binary=True)


def page_reader(connection: Connection[Any]) -> Callable[[Sequence[str]], Mapping[str, bytes]]:
    """Reads pages of the map from its table."""

    def pages(paths: Sequence[str]) -> Mapping[str, bytes]:
        rows = connection.execute(SELECT_PAGES, (list(paths),), prepare=True, binary=True)
        return {row["path"]: row["slots"] for row in rows}

    return pages

"""The tree recomputed from its leaves, bundle by bundle, and held against what was signed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ledger.proofs.checkpoints import Checkpoint
from ledger.proofs.merkle import HASH_BYTES, leaf_hashes
from ledger.proofs.remapping import Remapping
from ledger.proofs.tiles import WIDTH, Edge
from ledger.proofs.trust import Report

Found = Callable[[int, int, bytes], None]
"""Told of a tile that was recomputed: its level, its index, its hashes."""


class Recomputation:
    """A tree that grows by bundles; checkpoints are compared as their sizes come by."""

    def __init__(
        self, report: Report, heads: Iterable[tuple[str, Checkpoint]], found: Found
    ) -> None:
        self.edge = Edge()
        self._report = report
        self._found = found
        self._heads = sorted(heads, key=lambda head: -head[1].size)
        self.patents = Remapping(report, self._heads)
        self._wrong = False
        self._compare(self.edge)

    def close(self) -> None:
        """Give back what was taken."""
        self.patents.close()

    def add(self, entries: Sequence[bytes]) -> None:
        """The next bundle; all but the last are full."""
        hashes = leaf_hashes(entries)
        start = self.edge.size
        if self._heads and self._heads[-1][1].size < start + len(hashes):
            within = self.edge.copy()
            while self._heads and (size := self._heads[-1][1].size) < start + len(hashes):
                within.extend(hashes[within.size - start : size - start])
                self._compare(within)
        for (level, index), tile in self.edge.extend(hashes).items():
            if len(tile) == WIDTH * HASH_BYTES:
                self._found(level, index, tile)
        self._compare(self.edge)
        self._report.entries = self.edge.size
        self.patents.add(entries)

    def end(self) -> None:
        """There is no further entry."""
        for level, row in enumerate(self.edge.levels):
            if row:
                self._found(level, (self.edge.size >> 8 * level) // WIDTH, b"".join(row))
        for where, head in reversed(self._heads):
            message = f"it heads {head.size} entries, and there are {self.edge.size}"
            self._report.find(where, message)
        self.patents.end()

    def _compare(self, edge: Edge) -> None:
        root = None
        while self._heads and self._heads[-1][1].size == edge.size:
            where, head = self._heads.pop()
            root = root or edge.root()
            if head.root != root and not self._wrong:
                # Whatever comes after the first difference differs.
                self._wrong = True
                self._report.find(
                    where, f"the first {head.size} entries are not those that were signed"
                )


def first_difference(ours: bytes, theirs: bytes) -> int:
    """Which hash of two tiles is the first that differs."""
    for place in range(0, max(len(ours), len(theirs)), HASH_BYTES):
        if ours[place : place + HASH_BYTES] != theirs[place : place + HASH_BYTES]:
            return place // HASH_BYTES
    return len(ours) // HASH_BYTES

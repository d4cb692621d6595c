"""The map of patents made anew from the leaves, and held against every root that was signed."""

from __future__ import annotations

import time
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from tempfile import TemporaryFile

from ledger.eventstore.reading import WRONG
from ledger.eventstore.stored_form import UnknownTopic
from ledger.proofs.checkpoints import Checkpoint
from ledger.proofs.dated import (
    PublicFold,
    canonical_dated,
    commitment,
    digest_of,
    key_of,
    told_by,
)
from ledger.proofs.prefixes import EMPTY, PrefixTree, packed
from ledger.proofs.trust import Report

FOLDS_MAX = 20_000
"""Patents kept folded; another that comes again is folded anew from its entries."""

UNREADABLE = (*WRONG, UnknownTopic, AssertionError)
"""What reading and folding raise on an entry that nobody recorded."""

Told = tuple[str, bytes]
"""Topic and entry of a public fact."""


class Remapping:
    """The map as entry after entry makes it. Where no checkpoint states a map, none is made.

    Entries wait in a file that is gone afterwards, so that memory holds a few words a patent and
    the pages of the map.
    """

    def __init__(self, report: Report, heads: Iterable[tuple[str, Checkpoint]]) -> None:
        self.size = 0
        self._reading = 0
        """The position that is looked at."""
        self.root = EMPTY
        self.pages: dict[str, bytes] = {}
        self._report = report
        stated = [(where, head.patents) for where, head in heads if head.patents is not None]
        self._due = sorted(stated, key=lambda due: -due[1].size)
        self._wrong = False
        self._folds: OrderedDict[str, PublicFold] = OrderedDict()
        self._waiting: dict[str, list[Told]] = {}
        self._newest: dict[str, int] = {}
        self._file = TemporaryFile()  # noqa: SIM115 - closed at the end
        self._length = 0
        self._places: dict[str, array[int]] = {}
        """Of each patent, where in the file its entries lie."""
        self._compare()

    def add(self, entries: Sequence[bytes]) -> None:
        """The next entries."""
        if not self._due:
            return
        began = time.monotonic()
        try:
            for entry in entries:
                self._add(entry)
                self._compare()
        except UNREADABLE as error:
            # Whatever is damaged here is not what was hashed; the tree says which entry it is.
            self._due.clear()
            self._report.find(
                f"position {self._reading}",
                f"it cannot be read, nor the map of patents be made anew: {error!r:.200}",
            )
        self._report.patents_seconds += time.monotonic() - began

    def _add(self, entry: bytes) -> None:
        self._reading = self.size + 1
        told = told_by(entry)
        if told is not None:
            stream, topic = told
            self._waiting.setdefault(stream, []).append((topic, entry))
            self._newest[stream] = self.size
        self.size += 1

    def end(self) -> None:
        """There is no further entry."""
        for where, stated in self._due:
            message = f"its map is of {stated.size} entries, and there are {self.size}"
            self._report.find(where, message)

    def _compare(self) -> None:
        """Hold the map against the roots that were signed at this size."""
        while self._due and self._due[-1][1].size == self.size:
            where, stated = self._due.pop()
            if self._waiting:
                self._take_in()
            self._report.patents = len(self._places)
            if stated.root != self.root and not self._wrong:
                # Whatever comes after the first difference may differ.
                self._wrong = True
                self._report.find(
                    where, f"the map of patents of the first {self.size} entries is another"
                )

    def close(self) -> None:
        """Give back the file."""
        self._file.close()

    def _take_in(self) -> None:
        leaves = {}
        for stream, told in self._waiting.items():
            fold = self._fold(stream)
            for topic, entry in told:
                fold.add(topic, entry)
            self._keep(stream, told)
            digest = digest_of(canonical_dated(fold.patent))
            leaves[key_of(stream)] = commitment(self._newest.pop(stream), digest)
        self._waiting.clear()
        tree = PrefixTree(self._pages)
        self.root = tree.put(leaves)
        self.pages |= {path: packed(slots) for path, slots in tree.changed.items()}
        while len(self._folds) > FOLDS_MAX:
            self._folds.popitem(last=False)

    def _pages(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        return {path: self.pages[path] for path in paths if path in self.pages}

    def _fold(self, stream: str) -> PublicFold:
        """The patent as far as it was folded, or folded anew."""
        fold = self._folds.get(stream)
        if fold is None:
            fold = self._folds[stream] = PublicFold(stream)
            for place in self._places.get(stream, ()):
                self._file.seek(place)
                topic, entry = (self._file.read(int(self._file.read(8), 16)) for _ in "te")
                fold.add(topic.decode(), entry)
        self._folds.move_to_end(stream)
        return fold

    def _keep(self, stream: str, told: Sequence[Told]) -> None:
        self._file.seek(self._length)
        for topic, entry in told:
            said = topic.encode()
            row = b"%08x%b%08x%b" % (len(said), said, len(entry), entry)
            self._places.setdefault(stream, array("Q")).append(self._length)
            self._length += self._file.write(row)

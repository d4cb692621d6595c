"""Offline verification: of a directory (an export, a mirror), a checkpoint, an entry's proof.

It needs no network and no database. Of a directory every file is looked at: what is not part of
the log that the checkpoint heads is told as well.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from ledger.proofs.certificates import BadCertificate, Certificate
from ledger.proofs.checkpoints import PROOF, Checkpoint, EntryProof
from ledger.proofs.disclosures import BadDisclosure, Disclosure
from ledger.proofs.merkle import HASH_BYTES
from ledger.proofs.notes import BadNote, Note, VerifierKey
from ledger.proofs.recomputing import Recomputation, first_difference
from ledger.proofs.reports import form_of, verify_report
from ledger.proofs.tiles import (
    WIDTH,
    BadTile,
    Tile,
    bundle,
    entries_of,
    index_path,
    parse_path,
    width_at,
)
from ledger.proofs.trust import Report, Trust

CHECKPOINT = "checkpoint"
KEY_LIST = "keys"
EARLIER = re.compile(r"checkpoints/[0-9a-f]{8}/(?:x[0-9]{3}/)*[0-9]{3}")
"""Where an export keeps earlier checkpoints: by origin and size."""

Progress = Callable[[int, int], None]


def silent(_: int, __: int) -> None:
    """No progress to show."""


def verify(
    path: Path,
    given: Sequence[VerifierKey] = (),
    known: Sequence[Path] = (),
    progress: Progress = silent,
) -> Report:
    """What holds of a path, by keys that are given or else found there.

    Checkpoints known from elsewhere must be of the same history.
    """
    if path.is_dir():
        return Directory(path, given).verify(known, progress)
    data = path.read_bytes()
    if data.startswith(PROOF.encode()):
        return _verify_proof(path.name, data, given)
    if data.lstrip().startswith(b"{"):
        return verify_json(path.name, data, given)
    trust = Trust(Report(CHECKPOINT), given)
    trust.checkpoint(path.name, data, newest=True)
    trust.report.files = 1
    return trust.report


def _verify_proof(where: str, data: bytes, given: Sequence[VerifierKey]) -> Report:
    trust = Trust(Report("proof", files=1), given)
    try:
        proof = EntryProof.parse(data)
    except BadNote as error:
        trust.report.find(where, str(error))
        return trust.report
    head = trust.checkpoint(where, str(proof.checkpoint).encode(), newest=True)
    if head is not None and not proof.holds():
        trust.report.find(where, f"the entry does not stand at position {proof.index + 1}")
    trust.report.entries = 1
    return trust.report


def verify_json(where: str, data: bytes, given: Sequence[VerifierKey]) -> Report:
    """What holds of a certificate, a disclosure or a report."""
    match form_of(data):
        case "disclosure":
            return _verify_disclosure(where, data, given)
        case "report":
            return verify_report(where, data, given)
    trust = Trust(Report("certificate", files=1), given)
    try:
        certificate = Certificate.parse(data)
        faults = list(certificate.faults())
    except BadCertificate as error:
        trust.report.find(where, str(error))
        return trust.report
    _believe(trust, where, certificate.keys, certificate.checkpoint, faults)
    trust.report.entries = len(certificate.entries)
    if trust.report.holds:
        shown = ("kind", "patent", "on", "position", "besides", "issued_at", "code", "says")
        trust.report.said = {name: certificate.as_json()[name] for name in shown}
    return trust.report


def _verify_disclosure(where: str, data: bytes, given: Sequence[VerifierKey]) -> Report:
    trust = Trust(Report("disclosure", files=1, entries=1), given)
    try:
        disclosure = Disclosure.parse(data)
    except BadDisclosure as error:
        trust.report.find(where, str(error))
        return trust.report
    _believe(trust, where, disclosure.keys, disclosure.proof.checkpoint, list(disclosure.faults()))
    if trust.report.holds:
        trust.report.said = disclosure.said
    return trust.report


def _believe(trust: Trust, where: str, keys: str, head: Note, faults: Sequence[str]) -> None:
    """Note who signed, and what does not hold."""
    trust.read_list(f"{where}, keys", keys.encode())
    trust.checkpoint(where, str(head).encode(), newest=True)
    for fault in faults:
        trust.report.find(where, fault)


class Directory:
    """A log that lies in files."""

    def __init__(self, root: Path, given: Sequence[VerifierKey] = ()) -> None:
        self.root = root
        self.report = Report("directory")
        self.trust = Trust(self.report, given)
        self._files = {path: root / path for path in _files(root)}
        self._tiles: dict[tuple[int | None, int], list[Tile]] = {}
        self.report.files = len(self._files)

    def verify(self, known: Sequence[Path] = (), progress: Progress = silent) -> Report:
        """Look at every file."""
        for path, file in self._files.items():
            if file.is_symlink() or not file.is_file():
                self.report.find(path, "not a plain file")
        if KEY_LIST in self._files:
            self.trust.read_list(KEY_LIST, self._read(KEY_LIST))
        if CHECKPOINT not in self._files:
            self.report.find(CHECKPOINT, "there is none")
            return self.report
        newest = self.trust.checkpoint(CHECKPOINT, self._read(CHECKPOINT), newest=True)
        heads = [(CHECKPOINT, newest), *self._earlier(), *self._known(known)]
        self._sort_tiles()
        if newest is not None:
            self._recompute(newest.size, [(w, h) for w, h in heads if h is not None], progress)
        for tiles in self._tiles.values():
            for tile in tiles:
                self.report.find(tile.path, "no part of the log that the checkpoint heads")
        return self.report

    def _earlier(self) -> Iterator[tuple[str, Checkpoint | None]]:
        for path in self._files:
            if EARLIER.fullmatch(path):
                head = self.trust.checkpoint(path, self._read(path))
                if head is not None and checkpoint_path(head) != path:
                    self.report.find(path, f"it is the checkpoint of {checkpoint_path(head)}")
                yield path, head

    def _known(self, known: Sequence[Path]) -> Iterator[tuple[str, Checkpoint | None]]:
        for path in known:
            yield str(path), self.trust.checkpoint(str(path), path.read_bytes())

    def _sort_tiles(self) -> None:
        for path in self._files:
            if path in (CHECKPOINT, KEY_LIST) or EARLIER.fullmatch(path):
                continue
            try:
                tile = parse_path(path)
            except BadTile:
                self.report.find(path, "no file of a log")
            else:
                self._tiles.setdefault((tile.level, tile.index), []).append(tile)

    def _recompute(
        self, size: int, heads: list[tuple[str, Checkpoint]], progress: Progress
    ) -> None:
        with closing(Recomputation(self.report, heads, self._hold)) as tree:
            for index in range(-(-size // WIDTH)):
                width = width_at(size, 0, index)
                entries = self._bundle(Tile(None, index, width))
                if entries is None:
                    self._tiles.clear()
                    return
                tree.add(entries)
                progress(tree.edge.size, size)
            tree.end()

    def _bundle(self, needed: Tile) -> list[bytes] | None:
        """The entries of a bundle, which every narrower one must begin with."""
        tiles = self._tiles.pop((None, needed.index), [])
        if needed not in tiles:
            self.report.find(needed.path, "missing: the tree cannot be recomputed")
            return None
        try:
            entries = entries_of(self._read(needed.path))
        except BadTile as error:
            self.report.find(needed.path, str(error))
            return None
        if len(entries) != needed.width:
            self.report.find(needed.path, f"it holds {len(entries)} entries, not {needed.width}")
            return None
        for tile in tiles:
            if tile != needed and self._read(tile.path) != bundle(entries[: tile.width]):
                self.report.find(tile.path, f"not the beginning of {needed.path}")
        return entries

    def _hold(self, level: int, index: int, hashes: bytes) -> None:
        """Compare a tile, of whatever width it lies there, with the recomputed one."""
        needed = Tile(level, index, len(hashes) // HASH_BYTES)
        tiles = self._tiles.pop((level, index), [])
        if needed not in tiles:
            self.report.find(needed.path, "missing")
        for tile in tiles:
            ours, theirs = hashes[: tile.width * HASH_BYTES], self._read(tile.path)
            if tile.width > needed.width:
                self.report.find(tile.path, "wider than the log that the checkpoint heads")
            elif ours != theirs:
                place = index * WIDTH + first_difference(ours, theirs)
                what = "node" if level else "entry at position"
                at = place if level else place + 1
                self.report.find(tile.path, f"the {what} {at} is not the one that was hashed")

    def _read(self, path: str) -> bytes:
        return self._files[path].read_bytes()


def checkpoint_path(head: Checkpoint) -> str:
    """Where an export keeps a checkpoint."""
    return f"checkpoints/{sha256(head.origin.encode()).hexdigest()[:8]}/{index_path(head.size)}"


def _files(root: Path) -> Iterator[str]:
    """Every file under a directory, and every link, by its path from there."""
    for place, folders, names in os.walk(root):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        for name in sorted([*names, *links]):
            yield (Path(place) / name).relative_to(root).as_posix()

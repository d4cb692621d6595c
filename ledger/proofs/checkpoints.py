"""Checkpoints (C2SP tlog-checkpoint) and proofs to keep (C2SP tlog-proof), as texts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ledger.proofs.merkle import HASH_BYTES, includes, leaf_hash
from ledger.proofs.notes import BadNote, Note, b64, unb64

PROOF = "c2sp.org/tlog-proof@v1"
NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


PATENTS = "patents/1 "
"""What the extension line of a checkpoint begins with that states the root of the map of patents
(ADR 0032). The number is that of the rules by which the map follows from the leaves."""


@dataclass(frozen=True, slots=True)
class PatentsRoot:
    """The map of patents as the first so many entries make it: its root."""

    size: int
    root: bytes

    def line(self) -> str:
        """The line of a checkpoint."""
        return f"{PATENTS}{self.size} {b64(self.root)}\n"

    @classmethod
    def parse(cls, line: str) -> PatentsRoot:
        size, _, root = line.removeprefix(PATENTS).partition(" ")
        found = cls(number(size), unb64(root))
        if len(found.root) != HASH_BYTES:
            raise BadNote("the root of the map of patents is no hash")
        return found


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: whose, how many entries, which root."""

    origin: str
    size: int
    root: bytes
    patents: PatentsRoot | None = field(default=None, compare=False)
    """The map of patents, of this size or an earlier one; checkpoints are the same where their
    trees are."""

    def text(self) -> str:
        """The text that is signed."""
        further = "" if self.patents is None else self.patents.line()
        return f"{self.origin}\n{self.size}\n{b64(self.root)}\n{further}"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        lines = text.removesuffix("\n").split("\n")
        if len(lines) < 3 or not all(lines):
            raise BadNote("a checkpoint has an origin, a size and a root")
        root = unb64(lines[2])
        if len(root) != HASH_BYTES:
            raise BadNote("the checkpoint's root is no hash")
        stated = [PatentsRoot.parse(line) for line in lines[3:] if line.startswith(PATENTS)]
        if len(stated) > 1:
            raise BadNote("the checkpoint states two roots of the map of patents")
        head = cls(lines[0], number(lines[1]), root, stated[0] if stated else None)
        if head.patents is not None and head.patents.size > head.size:
            raise BadNote("the checkpoint states a map of more patents than it has entries")
        return head

    @classmethod
    def of(cls, note: Note) -> Checkpoint:
        return cls.parse(note.text)


def number(text: str) -> int:
    """A decimal number as these formats write it: no sign, no zeroes before it."""
    if not NUMBER.fullmatch(text):
        raise BadNote(f"not a number: {text[:40]!r}")
    return int(text)


@dataclass(frozen=True, slots=True)
class EntryProof:
    """That an entry stands at an index of the log that a checkpoint heads."""

    entry: bytes
    index: int
    path: tuple[bytes, ...]
    checkpoint: Note

    def __str__(self) -> str:
        lines = [PROOF, f"extra {b64(self.entry)}", f"index {self.index}", *map(b64, self.path)]
        return "\n".join(lines) + f"\n\n{self.checkpoint}"

    @classmethod
    def parse(cls, data: bytes) -> EntryProof:
        """The proof that some bytes are. Its extra data are the entry, which the proof holds."""
        head, blank, note = data.partition(b"\n\n")
        try:
            lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError as error:
            raise BadNote("the proof is not ASCII") from error
        if not blank or lines[0] != PROOF or len(lines) < 3:
            raise BadNote("not a proof of the form c2sp.org/tlog-proof@v1")
        if not lines[1].startswith("extra ") or not lines[2].startswith("index "):
            raise BadNote("the proof does not hold its entry and its index")
        path = tuple(unb64(line) for line in lines[3:])
        if any(len(step) != HASH_BYTES for step in path):
            raise BadNote("the proof holds what is no hash")
        index = number(lines[2].removeprefix("index "))
        return cls(unb64(lines[1].removeprefix("extra ")), index, path, Note.parse(note))

    def holds(self) -> bool:
        """Whether the entry stands there, if the checkpoint is to be believed."""
        head = Checkpoint.of(self.checkpoint)
        return includes(leaf_hash(self.entry), self.index, head.size, self.path, head.root)

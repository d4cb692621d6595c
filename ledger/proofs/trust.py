"""Whose signature is believed: keys that were given, or else those found beside the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.proofs.checkpoints import Checkpoint
from ledger.proofs.keys import ListedKey, parse_list
from ledger.proofs.notes import ED25519, BadNote, Note, VerifierKey, b64

FINDINGS_MAX = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold, and where."""

    where: str
    message: str


@dataclass
class Report:
    """What was looked at, by which keys, and what does not hold."""

    kind: str
    origin: str | None = None
    size: int | None = None
    root: str | None = None
    keys: tuple[str, ...] = ()
    keys_given: bool = False
    """Whether the keys were named by the asker; else they were found beside what they sign."""
    entries: int = 0
    checkpoints: int = 0
    files: int = 0
    patents: int | None = None
    """Patents of the map that was made anew; None where no checkpoint states a map."""
    patents_seconds: float = 0.0
    """How long that took."""
    said: dict[str, Any] | None = None
    """What a certificate or a disclosure says, if it holds."""
    findings: list[Finding] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.findings

    def find(self, where: str, message: str) -> None:
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(Finding(where, message))

    def as_json(self) -> dict[str, Any]:
        said = {name: value for name, value in self.__dict__.items() if name != "findings"}
        rows = [{"where": f.where, "message": f.message} for f in self.findings]
        return said | {"keys": list(self.keys), "holds": self.holds, "findings": rows}


@dataclass
class Trust:
    """The keys that are known, and what they say of signatures; what fails goes to the report."""

    report: Report
    given: Sequence[VerifierKey] = ()
    listed: Sequence[ListedKey] = ()
    trusted: Sequence[VerifierKey] = ()
    """Keys of which one signs the newest checkpoint."""

    def __post_init__(self) -> None:
        self.trusted = [key for key in self.given if key.kind == ED25519]
        self.report.keys_given = bool(self.trusted)
        self._told()

    def _told(self) -> None:
        self.report.keys = tuple(map(str, self.trusted))

    @property
    def known(self) -> list[VerifierKey]:
        return list(dict.fromkeys([*self.given, *(row.key for row in self.listed)]))

    def read_list(self, where: str, data: bytes) -> None:
        """Take in a signed list of keys; without given keys, those in force on it are trusted."""
        note, read = self._parsed(where, data, parse_list)
        if note is None:
            return
        origin, rows = read
        self.listed = rows
        if not self.trusted:
            self.trusted = [r.key for r in rows if r.until is None and r.key.name == origin]
            self._told()
        signers = self._signers(where, note)
        if not any(key in self.trusted for key in signers):
            self.report.find(where, "no trusted key has signed the list of keys")

    def checkpoint(self, where: str, data: bytes, *, newest: bool = False) -> Checkpoint | None:
        """The checkpoint of a signed note; None where it is none."""
        note, head = self._parsed(where, data, Checkpoint.of)
        if note is None:
            return None
        self.report.checkpoints += 1
        signed = []
        for key in self._signers(where, note):
            row = next((row for row in self.listed if row.key == key), None)
            if key.kind != ED25519 or key.name != head.origin:
                continue
            if row is not None and not row.signs(head):
                until = "" if row.until is None else f" to {row.until}"
                self.report.find(
                    where,
                    f"the key {key.id.hex()} signs sizes from {row.since}{until}, not {head.size}",
                )
            signed.append(key)
        if not signed:
            self.report.find(where, f"no known key of {head.origin} has signed it")
        elif newest and not any(key in self.trusted for key in signed):
            self.report.find(where, "the newest checkpoint is not signed by a trusted key")
        if newest:
            self.report.origin, self.report.size = head.origin, head.size
            self.report.root = b64(head.root)
        found: Checkpoint = head
        return found

    def _parsed(self, where: str, data: bytes, read: Callable[[Note], Any]) -> tuple[Any, Any]:
        try:
            note = Note.parse(data)
            return note, read(note)
        except BadNote as error:
            self.report.find(where, str(error))
            return None, None

    def _signers(self, where: str, note: Note) -> list[VerifierKey]:
        """Who has signed; a signature that nobody can check is told, for it may be changed."""
        for line in note.strangers(self.known):
            self.report.find(
                where, f"signed by {line.name} with the key {line.key_id.hex()}, which is not known"
            )
        try:
            return note.signers(self.known)
        except BadNote as error:
            self.report.find(where, str(error))
            return []

"""The keys that sign the log: the file of private keys, and the signed list of public ones.

Every key of the file signs. A key is changed by adding the new one, which signs beside the old,
and retiring the old one when the new is known. The list says of each key from which size of the
log it signs and up to which it did, so that a later signature of a retired key is found.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledger.proofs.checkpoints import Checkpoint, number
from ledger.proofs.notes import ED25519, BadNote, Note, SignerKey, VerifierKey
from ledger.settings import BadSetting, Settings, read_or_make, replace_file

KEYS = "keys"
"""The second line of a list of keys, where a checkpoint has a number."""
IN_FORCE = "-"


@dataclass(frozen=True)
class Keyring:
    """The private keys of a log, of one name."""

    signers: tuple[SignerKey, ...]

    @property
    def origin(self) -> str:
        """The name of the log."""
        return self.signers[0].name

    @property
    def verifiers(self) -> tuple[VerifierKey, ...]:
        return tuple(signer.verifier for signer in self.signers)

    def text(self) -> bytes:
        """The key file."""
        return "".join(f"{signer.text()}\n" for signer in self.signers).encode()


def keyring(settings: Settings) -> Keyring:
    """The keys of the file, which is made on first use."""
    path = settings.log_key_path

    def make() -> bytes:
        origin = settings.log_origin or f"patent-ledger.invalid/{secrets.token_hex(8)}"
        return Keyring((SignerKey.fresh(origin),)).text()

    try:
        lines = read_or_make(path, make).decode("ascii").split("\n")
        signers = tuple(SignerKey.parse(line) for line in lines if line)
    except (BadNote, UnicodeDecodeError) as error:
        raise BadSetting(f"{path}: {error}") from error
    names = {signer.name for signer in signers}
    if len(names) != 1 or any(signer.kind != ED25519 for signer in signers):
        raise BadSetting(f"{path} holds keys that sign notes, all of one name")
    if settings.log_origin not in (None, *names):
        raise BadSetting(f"{path} signs as {names.pop()}, not as {settings.log_origin}")
    return Keyring(signers)


def add_key(settings: Settings) -> Keyring:
    """A new key beside those of the file."""
    old = keyring(settings)
    new = Keyring((*old.signers, SignerKey.fresh(old.origin)))
    replace_file(settings.log_key_path, new.text())
    return new


def retire_oldest(settings: Settings) -> Keyring:
    """The file without its oldest key; the last one stays."""
    old = keyring(settings)
    if len(old.signers) == 1:
        raise BadSetting(f"{settings.log_key_path} has one key: add the next one before")
    new = Keyring(old.signers[1:])
    replace_file(settings.log_key_path, new.text())
    return new


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A key of the list, and for which sizes of the log it signs."""

    key: VerifierKey
    since: int = 0
    until: int | None = None

    def signs(self, head: Checkpoint) -> bool:
        """Whether a checkpoint is this key's to sign."""
        ended = self.until is not None and head.size > self.until
        return self.key.name == head.origin and head.size >= self.since and not ended


def listed(origin: str, keys: Iterable[ListedKey]) -> str:
    """The text of the list of keys."""
    rows = (f"{k.key} {k.since} {IN_FORCE if k.until is None else k.until}" for k in keys)
    return "".join(f"{line}\n" for line in (origin, KEYS, *rows))


def parse_list(note: Note) -> tuple[str, Sequence[ListedKey]]:
    """The log's name and its keys."""
    origin, kind, *rows = note.text.removesuffix("\n").split("\n")
    if kind != KEYS:
        raise BadNote("not a list of keys")
    found = []
    for row in rows:
        parts = row.split(" ")
        if len(parts) != 3:
            raise BadNote("a line of the list of keys is a key and two sizes")
        until = None if parts[2] == IN_FORCE else number(parts[2])
        found.append(ListedKey(VerifierKey.parse(parts[0]), number(parts[1]), until))
    return origin, found

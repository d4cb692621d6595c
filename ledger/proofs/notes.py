"""Signed notes as C2SP signed-note has them: a text, a blank line, signature lines.

Signatures are Ed25519, of a note (type 1) or a witness's cosignature of a checkpoint (type 4,
C2SP tlog-cosignature), which also says when it was made.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

NOTE_BYTES_MAX = 1024 * 1024
SIGNATURES_MAX = 100
ED25519 = 1
COSIGNATURE = 4
SIGNATURE_BYTES = 64
PRIVATE = "PRIVATE+KEY+"

DASH = "\N{EM DASH} "
NAME = re.compile(r"[^\s+\x00-\x1f\x7f]+")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


class BadNote(ValueError):
    """Bytes that are no signed note, or a text that is no key."""


def b64(data: bytes) -> str:
    """Standard Base64 (RFC 4648, section 4)."""
    return base64.b64encode(data).decode()


def unb64(text: str) -> bytes:
    """What a Base64 text stands for; each value has one text."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote(f"not Base64: {text[:100]}") from error
    if b64(data) != text:
        raise BadNote(f"not Base64 as it is written: {text[:100]}")
    return data


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name and the kind of signatures it is known for."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes by which a signature line names its key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """The key that a text such as `example.com/log+3af3a2c1+AZ…` states."""
        parts = text.strip().split("+", 2)
        material = unb64(parts[2]) if len(parts) == 3 else b""
        if len(material) != 33 or material[0] not in (ED25519, COSIGNATURE):
            raise BadNote(f"not a verifier key of Ed25519: {text[:200]}")
        key = cls(named(parts[0]), material[0], material[1:])
        if key.id.hex() != parts[1]:
            raise BadNote(f"the verifier key's id is not its own: {text[:200]}")
        return key

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether a signature over a note's text is this key's."""
        message = text.encode()
        if self.kind == COSIGNATURE:
            if len(signature) != 8 + SIGNATURE_BYTES:
                return False
            time, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            message = cosigned(text, time)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SignerKey:
    """A private key that signs notes or cosigns checkpoints under a name."""

    name: str
    kind: int
    seed: bytes

    @classmethod
    def fresh(cls, name: str, kind: int = ED25519) -> SignerKey:
        return cls(named(name), kind, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> SignerKey:
        """The key of a line of the key file."""
        parts = text.strip().removeprefix(PRIVATE).split("+", 2)
        if not text.startswith(PRIVATE) or len(parts) != 3:
            raise BadNote("not a private key for signed notes")
        material = unb64(parts[2])
        if len(material) != 33 or material[0] not in (ED25519, COSIGNATURE):
            raise BadNote("not a private key of Ed25519")
        key = cls(named(parts[0]), material[0], material[1:])
        if key.verifier.id.hex() != parts[1]:
            raise BadNote("the private key's id is not its own")
        return key

    def text(self) -> str:
        """The line of the key file; whoever reads it can sign."""
        material = b64(bytes([self.kind]) + self.seed)
        return f"{PRIVATE}{self.name}+{self.verifier.id.hex()}+{material}"

    @property
    def verifier(self) -> VerifierKey:
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return VerifierKey(self.name, self.kind, public)

    def sign(self, text: str, time: int | None = None) -> Signature:
        """The signature of a note's text; a cosignature states its time in POSIX seconds."""
        key = Ed25519PrivateKey.from_private_bytes(self.seed)
        if self.kind == COSIGNATURE:
            assert time is not None, "a cosignature says when it was made"
            made = time.to_bytes(8, "big") + key.sign(cosigned(text, time))
        else:
            made = key.sign(text.encode())
        return Signature(self.name, self.verifier.id, made)


def cosigned(text: str, time: int) -> bytes:
    """What a cosignature signs."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def named(name: str) -> str:
    """A key's name: not empty, without blanks and plus signs."""
    if not NAME.fullmatch(name):
        raise BadNote(f"not a name for a key: {name!r}")
    return name


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{DASH}{self.name} {b64(self.key_id + self.signature)}\n"

    def by(self, key: VerifierKey) -> bool:
        """Whether the line names this key; not whether the signature holds."""
        return (self.name, self.key_id) == (key.name, key.id)

    @classmethod
    def parse(cls, line: str) -> Signature:
        name, blank, data = line.removeprefix(DASH).partition(" ")
        if not line.startswith(DASH) or not blank:
            raise BadNote("a line behind the text is no signature")
        material = unb64(data)
        if len(material) < 5:
            raise BadNote("a signature is too short")
        return cls(named(name), material[:4], material[4:])


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends with a newline, and its signatures."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    @classmethod
    def parse(cls, data: bytes) -> Note:
        """The note that some bytes are; each note has one form in bytes."""
        if len(data) > NOTE_BYTES_MAX:
            raise BadNote("the note is too large")
        try:
            whole = data.decode()
        except UnicodeDecodeError as error:
            raise BadNote("the note is not UTF-8") from error
        if CONTROL.search(whole):
            raise BadNote("the note holds a control character")
        text, blank, lines = whole.rpartition("\n\n")
        if not blank or not lines.endswith("\n"):
            raise BadNote("a note is a text, a blank line and signatures")
        signatures = tuple(Signature.parse(line) for line in lines[:-1].split("\n"))
        if len(signatures) > SIGNATURES_MAX:
            raise BadNote("the note has too many signatures")
        return cls(text + "\n", signatures)

    @classmethod
    def signed(cls, text: str, keys: Iterable[SignerKey]) -> Note:
        """A text signed by keys of the note kind."""
        return cls(text, tuple(key.sign(text) for key in keys))

    def and_signed(self, signatures: Iterable[Signature]) -> Note:
        """The note with further signatures, each key's first line kept."""
        kept = {(s.name, s.key_id): s for s in (*signatures, *self.signatures)}
        own = {(s.name, s.key_id): kept[s.name, s.key_id] for s in self.signatures}
        return replace(self, signatures=tuple((own | kept).values()))

    def signers(self, keys: Sequence[VerifierKey]) -> list[VerifierKey]:
        """The known keys that have signed; raises where a line says so and its signature fails."""
        found = []
        for line in self.signatures:
            for key in keys:
                if line.by(key):
                    if not key.verifies(self.text, line.signature):
                        raise BadNote(f"the signature of {key.name} ({key.id.hex()}) is wrong")
                    found.append(key)
        return found

    def strangers(self, keys: Sequence[VerifierKey]) -> list[Signature]:
        """The signatures of keys that are not known."""
        return [line for line in self.signatures if not any(line.by(key) for key in keys)]

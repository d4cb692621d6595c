"""A confidential member of an entry disclosed to somebody, a court say, and proved.

Salt, name and value make the digest that stands in the entry; the entry stands in the log that the
checkpoint heads. Who has the file sees the members disclosed, and no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from ledger.eventstore.stored_form import digest
from ledger.proofs.checkpoints import EntryProof

FORM = "patent-ledger/disclosure/1"
NAME = re.compile(r"[a-z_]{1,40}")
SALT = re.compile(r"[0-9a-f]{32}")

Json = Any


class BadDisclosure(ValueError):
    """Bytes that are no disclosure."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Members of one entry with their salts, and the entry's proof."""

    disclosed: Mapping[str, tuple[str, Json]]
    """By name: salt and value."""
    proof: EntryProof
    keys: str

    @property
    def said(self) -> Json:
        """What is disclosed, with what the entry shows to everybody."""
        values = {name: value for name, (_, value) in self.disclosed.items()}
        entry = {n: v for n, v in orjson.loads(self.proof.entry).items() if n != "digests"}
        return {"position": self.proof.index + 1, "disclosed": values, "entry": entry}

    def as_json(self) -> Json:
        """The file."""
        return {
            "disclosure": FORM,
            "position": self.proof.index + 1,
            "disclosed": [
                {"name": name, "salt": salt, "value": value}
                for name, (salt, value) in self.disclosed.items()
            ],
            "proof": str(self.proof),
            "keys": self.keys,
        }

    @classmethod
    def parse(cls, data: bytes) -> Disclosure:
        try:
            said = orjson.loads(data)
            members = {row["name"]: (row["salt"], row["value"]) for row in said["disclosed"]}
            found = cls(members, EntryProof.parse(said["proof"].encode()), said["keys"])
            made = found.as_json()
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadDisclosure(f"not a disclosure: {error}") from error
        if said != made:
            raise BadDisclosure("not a disclosure: its members do not agree")
        return found

    def faults(self) -> Iterator[str]:
        """What does not hold of it, if the checkpoint is to be believed."""
        if not self.proof.holds():
            yield f"the entry does not stand at position {self.proof.index + 1}"
        try:
            digests = set(orjson.loads(self.proof.entry)["digests"])
        except (ValueError, KeyError, TypeError):
            yield "the entry cannot be read"
            return
        if not self.disclosed:
            yield "it discloses nothing"
        for name, (salt, value) in self.disclosed.items():
            plain = NAME.fullmatch(name) and isinstance(salt, str) and SALT.fullmatch(salt)
            if not plain or digest(salt, name, value) not in digests:
                yield f"{name} is not what was entered"

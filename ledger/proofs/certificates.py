"""Certificates: what stood on a patent on a day, or that nothing else did, to be checked offline.

A certificate holds the patent's dated facts, the path that binds them to the map of patents, the
entries it names with their proofs, and the checkpoint that heads both. What it says follows from
the dated facts; nobody has to be believed but the key that signed the checkpoint.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Literal

import orjson

from ledger.eventstore.stored_form import canonical
from ledger.proofs.checkpoints import Checkpoint, EntryProof, PatentsRoot
from ledger.proofs.dated import commitment, digest_of, key_of, told_by
from ledger.proofs.notes import Note, b64, unb64
from ledger.proofs.prefixes import PrefixProof

FORM = "patent-ledger/certificate/1"
CODE_BYTES = 10

Kind = Literal["standing", "nothing_else"]
KINDS: tuple[Kind, ...] = ("standing", "nothing_else")
"""What stands on the patent; or that nothing stands on it that would be in a pledgee's way."""
DATED = ("patentees", "pledges", "preservations", "suspensions", "licences", "open_licences")

Json = Any


class BadCertificate(ValueError):
    """Bytes that are no certificate, or one that does not hold; the message says why."""


def on_day(rows: Iterable[Mapping[str, Any]], on: str) -> list[Json]:
    """The dated rows that hold at the end of a day."""
    return [
        dict(row)
        for row in rows
        if row["since"] <= on and (row["until"] is None or on < row["until"])
    ]


def status_on(dated: Mapping[str, Any], on: str) -> str:
    """What the right is at the end of a day."""
    turns = dated["right"]["statuses"]
    told: str = [turn["status"] for turn in turns if turn["since"] is None or turn["since"] <= on][
        -1
    ]
    return told


def standing(dated: Mapping[str, Any], on: str) -> Json:
    """What stands on a patent at the end of a day."""
    return {"status": status_on(dated, on)} | {name: on_day(dated[name], on) for name in DATED}


def others(dated: Mapping[str, Any] | None, on: str, besides: Sequence[str]) -> list[Json]:
    """What stands in a pledgee's way at the end of a day, beside registrations that are named:
    pledges, preservations, recorded exclusive licences, open licences."""
    if dated is None:
        return []
    found = [("pledge", row["registration_no"]) for row in on_day(dated["pledges"], on)]
    found += [("preservation", row["case_no"]) for row in on_day(dated["preservations"], on)]
    found += [
        ("exclusive_licence", row["registration_no"] or row["licence_id"])
        for row in on_day(dated["licences"], on)
        if row["kind"] == "exclusive" and row["recorded_on"] is not None
    ]
    found += [("open_licence", row["declaration_no"]) for row in on_day(dated["open_licences"], on)]
    return [{"kind": kind, "number": number} for kind, number in found if number not in besides]


def numbers_on(dated: Mapping[str, Any], on: str) -> set[str]:
    """The numbers of all registrations that stand at the end of a day."""
    state = standing(dated, on)
    names = ("registration_no", "licence_id", "declaration_no")
    rows = (row for part in ("pledges", "licences", "open_licences") for row in state[part])
    return {row[name] for row in rows for name in names if row.get(name)}


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate in its parts."""

    kind: Kind
    patent: str
    on: str
    """The civil day at whose end it is said."""
    besides: tuple[str, ...]
    """Registrations of the asker: in `standing` such as must stand, else such as may."""
    issued_at: str
    dated: Json
    """None where no entry of the log is about the patent."""
    newest: int | None
    """Position of the newest public entry on the patent."""
    proof: PrefixProof
    entries: tuple[EntryProof, ...]
    """The newest entry first, then those that made the registrations named."""
    checkpoint: Note
    keys: str

    @property
    def head(self) -> Checkpoint:
        return Checkpoint.of(self.checkpoint)

    @property
    def map(self) -> PatentsRoot:
        """The map of patents from which it is issued; its size is the position that it is of."""
        stated = self.head.patents
        if stated is None:
            raise BadCertificate("the checkpoint states no map of patents")
        return stated

    @property
    def says(self) -> Json:
        """What it says, as it follows from the dated facts."""
        if self.kind == "standing":
            return standing(self.dated, self.on)
        status = None if self.dated is None else status_on(self.dated, self.on)
        return {"status": status, "nothing_else": True}

    @property
    def digest(self) -> str | None:
        """The digest of the dated facts, in hexadecimal."""
        return None if self.dated is None else digest_of(canonical(self.dated)).hex()

    @property
    def code(self) -> str:
        """Under which it is looked up: it follows from what is certified."""
        told: list[Json] = [self.kind, self.patent, self.on, list(self.besides), self.issued_at]
        told += [self.map.size, self.newest, self.digest]
        name = base64.b32encode(sha256(canonical(told)).digest()[:CODE_BYTES]).decode()
        return "-".join(name[at : at + 4] for at in range(0, len(name), 4))

    # -- as a file

    def as_json(self) -> Json:
        """The file."""
        leaf = self.proof.leaf
        return {
            "certificate": FORM,
            "code": self.code,
            "kind": self.kind,
            "patent": self.patent,
            "on": self.on,
            "position": self.map.size,
            "besides": list(self.besides),
            "issued_at": self.issued_at,
            "says": self.says,
            "newest": self.newest,
            "dated": self.dated,
            "map": {
                "path": [b64(step) for step in self.proof.path],
                "leaf": None if leaf is None else b64(leaf),
            },
            "entries": [str(proof) for proof in self.entries],
            "checkpoint": str(self.checkpoint),
            "keys": self.keys,
        }

    @classmethod
    def parse(cls, data: bytes) -> Certificate:
        """The certificate that some bytes are; what it says is what follows."""
        try:
            said = orjson.loads(data)
            found = cls._of(said)
            made = found.as_json()
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise BadCertificate(f"not a certificate: {error}") from error
        if said != made:
            wrong = [name for name in made if said.get(name) != made[name]]
            wrong += [name for name in said if name not in made]
            raise BadCertificate(f"it does not follow from the rest: {', '.join(wrong)}")
        return found

    @classmethod
    def _of(cls, said: Json) -> Certificate:
        if said["certificate"] != FORM or said["kind"] not in KINDS:
            raise BadCertificate("of another form")
        leaf, newest = said["map"]["leaf"], said["newest"]
        if date.fromisoformat(said["on"]).isoformat() != said["on"]:
            raise BadCertificate("not a day")
        if newest is not None and type(newest) is not int:
            raise BadCertificate("not a position")
        return cls(
            said["kind"],
            said["patent"],
            said["on"],
            tuple(said["besides"]),
            said["issued_at"],
            said["dated"],
            newest,
            PrefixProof(
                tuple(map(unb64, said["map"]["path"])), None if leaf is None else unb64(leaf)
            ),
            tuple(EntryProof.parse(proof.encode()) for proof in said["entries"]),
            Note.parse(said["checkpoint"].encode()),
            said["keys"],
        )

    # -- whether it holds

    def faults(self) -> Iterator[str]:
        """What does not hold of it, if the checkpoint is to be believed."""
        yield from self._of_the_map()
        yield from self._of_entries()
        if self.dated is not None and self.dated["patent"] != self.patent:
            yield f"the dated facts are those of {self.dated['patent']}"
        if self.kind == "standing":
            if self.dated is None:
                yield "nothing is said of the patent"
            elif missing := set(self.besides) - numbers_on(self.dated, self.on):
                yield f"on the day there stood no {', '.join(sorted(missing))}"
        elif found := others(self.dated, self.on, self.besides):
            told = ", ".join(f"{each['kind']} {each['number']}" for each in found)
            yield f"on the day there stood: {told}"

    def _of_the_map(self) -> Iterator[str]:
        key = key_of(self.patent)
        if self.proof.root(key) != self.map.root:
            yield "the path does not lead to the map of patents that was signed"
        held = self.proof.commitment(key)
        if self.dated is None or self.newest is None:
            if held is not None or self.dated is not None or self.newest is not None:
                yield "the map has facts of the patent"
        elif held != commitment(self.newest - 1, digest_of(canonical(self.dated))):
            yield "the dated facts are not those of the map"

    def _of_entries(self) -> Iterator[str]:
        for proof in self.entries:
            where = f"the entry at position {proof.index + 1}"
            told = _told(proof)
            if str(proof.checkpoint) != str(self.checkpoint):
                yield f"{where} is proved by another checkpoint"
            if not proof.holds():
                yield f"{where} does not stand there"
            if told is None or told[0] != self.patent:
                yield f"{where} is not about the patent"
        first = [proof.index + 1 for proof in self.entries[:1]]
        if first != ([] if self.newest is None else [self.newest]):
            yield "the newest entry is not the one that is proved"


def _told(proof: EntryProof) -> tuple[str, str] | None:
    try:
        return told_by(proof.entry)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None

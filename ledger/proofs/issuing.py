"""Certificates issued from the log as it is signed, written down, and looked up later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import orjson
import psycopg
from psycopg.rows import DictRow

from ledger.proofs import serving
from ledger.proofs.certificates import Certificate, Kind, numbers_on, others
from ledger.proofs.checkpoints import Checkpoint, EntryProof
from ledger.proofs.dated import PublicFold, canonical_dated, key_of, told_by
from ledger.proofs.mapping import page_reader
from ledger.proofs.merkle import inclusion_proof
from ledger.proofs.notes import Note
from ledger.proofs.prefixes import PrefixTree
from ledger.proofs.tiles import nodes_of
from ledger.proofs.tree import tile_reader

Connection = psycopg.Connection[DictRow]

SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
SELECT_LEAVES = """
SELECT p.position, l.entry FROM public_entries(ARRAY[%s::text], %s::bigint) AS p
CROSS JOIN LATERAL log_leaves(p.position - 1, p.position) AS l ORDER BY p.position
"""
PUT = """
INSERT INTO certificate (code, issued_at, patent_id, newest, body)
VALUES (%(code)s, %(issued_at)s, %(patent)s, %(newest)s, %(body)s) ON CONFLICT DO NOTHING
"""
SELECT_ISSUED = "SELECT issued_at, patent_id, newest, body FROM certificate WHERE code = %s"
SELECT_LATER = """
SELECT position, recorded_at, topic, entry ->> 'effective_on' AS effective_on,
    entry ->> 'corrects' AS corrects, entry ->> 'filing_id' AS filing_id
FROM public_entries(ARRAY[%s::text], log_head())
"""


class NotYet(LookupError):
    """There is no signed map of patents, or none that is as late as was asked for."""


class NotSo(ValueError):
    """What the certificate would say is not so; `stands` is what stands instead."""

    def __init__(self, message: str, stands: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(message)
        self.stands = list(stands)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be certified."""

    kind: Kind
    patent: str
    on: date
    besides: tuple[str, ...] = ()
    position_min: int = 0
    """A position that the map must know."""


def issue(connection: Connection, wish: Wish, now: datetime) -> Certificate:
    """A certificate from the newest map that is signed. Raises NotYet, and NotSo where the log
    shows another state."""
    with connection.transaction():
        connection.execute(SNAPSHOT)
        note, keys = serving.checkpoint(connection), serving.key_list(connection)
        head = None if note is None else Checkpoint.of(note)
        if note is None or keys is None or head is None or head.patents is None:
            raise NotYet("No map of patents was signed yet.")
        size = head.patents.size
        if wish.position_min > size:
            raise NotYet(f"The signed map of patents knows position {size}.")
        leaves = connection.execute(SELECT_LEAVES, (wish.patent, size), binary=True).fetchall()
        dated = _dated(wish.patent, [row["entry"] for row in leaves])
        on = wish.on.isoformat()
        _check(wish, dated, on)
        named = _named(leaves, wish.besides)
        proofs = [_proof(connection, position, head, str(note)) for position in named]
        path = PrefixTree(page_reader(connection)).prove(key_of(wish.patent))
    certificate = Certificate(
        kind=wish.kind,
        patent=wish.patent,
        on=on,
        besides=wish.besides,
        issued_at=now.isoformat(timespec="seconds"),
        dated=dated,
        newest=leaves[-1]["position"] if leaves else None,
        proof=path,
        entries=tuple(proofs),
        checkpoint=note,
        keys=keys,
    )
    faults = list(certificate.faults())
    if faults:
        raise RuntimeError(f"a certificate that would not hold is not issued: {faults[0]}")
    return certificate


def _dated(patent: str, entries: Sequence[bytes]) -> Any:
    fold = PublicFold(patent)
    for entry in entries:
        told = told_by(entry)
        assert told is not None, "public entries of a patent say whose they are"
        fold.add(told[1], entry)
    return orjson.loads(canonical_dated(fold.patent)) if entries else None


def _check(wish: Wish, dated: Any, on: str) -> None:
    if wish.kind == "nothing_else":
        found = others(dated, on, wish.besides)
        if found:
            raise NotSo("Something else stands on the patent on that day.", found)
        return
    if dated is None:
        raise NotSo("The log tells nothing of that patent.")
    missing = sorted(set(wish.besides) - numbers_on(dated, on))
    if missing:
        raise NotSo(f"On that day there stands no {', '.join(missing)} on the patent.")


def _named(leaves: Sequence[DictRow], besides: Sequence[str]) -> list[int]:
    """The newest entry, and the first of each registration that is named."""
    first: dict[str, int] = {}
    for row in leaves:
        said = orjson.loads(row["entry"])
        numbers = {said["registration_no"]}
        numbers |= {said["fields"].get(name) for name in ("licence_id", "declaration_no")}
        for number in numbers & set(besides):
            first.setdefault(number, row["position"])
    return list(dict.fromkeys([*(row["position"] for row in leaves[-1:]), *first.values()]))


def _proof(connection: Connection, position: int, head: Checkpoint, note: str) -> EntryProof:
    index = position - 1
    path = inclusion_proof(nodes_of(tile_reader(connection, index, head.size)), index, head.size)
    (entry,) = serving.leaves(connection, index, 1)
    return EntryProof(entry, index, tuple(path), Note.parse(note.encode()))


def write_down(connection: Connection, certificate: Certificate) -> str:
    """Keep a certificate, so that it can be looked up; its code."""
    code = certificate.code
    connection.execute(
        PUT,
        {
            "code": code,
            "issued_at": certificate.issued_at,
            "patent": certificate.patent,
            "newest": certificate.newest,
            "body": orjson.dumps(certificate.as_json()).decode(),
        },
    )
    return code


# --- looked up -----------------------------------------------------------------------------------

State = Literal["current", "superseded", "corrected"]


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that was issued, and what has become of what it says."""

    certificate: Any
    """The file."""
    state: State
    by: list[dict[str, Any]]
    """The later entries on the patent: those that correct what it rests on, or else all."""


def look_up(connection: Connection, code: str) -> Issued | None:
    """A certificate by its code; None where none was issued."""
    row = connection.execute(SELECT_ISSUED, (code,)).fetchone()
    if row is None:
        return None
    rows = connection.execute(SELECT_LATER, (row["patent_id"],)).fetchall()
    known = {each["filing_id"] for each in rows if each["position"] <= (row["newest"] or 0)}
    later = [each for each in rows if each["position"] > (row["newest"] or 0)]
    correcting = list(_correcting(later, known))
    state: State = "corrected" if correcting else "superseded" if later else "current"
    told = ("position", "recorded_at", "topic", "effective_on")
    by = [{name: each[name] for name in told} for each in correcting or later]
    return Issued(orjson.loads(row["body"]), state, by)


def _correcting(later: Sequence[DictRow], known: set[str]) -> Iterator[DictRow]:
    """The later entries that correct, withdraw or void what was known, or what corrects it."""
    about = set(known)
    for row in later:
        if row["corrects"] in about or row["topic"] == "pledge.revoked":
            about.add(row["filing_id"])
            yield row

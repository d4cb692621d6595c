"""A ledger's own log held against what it signed: what a superuser has changed is named.

Every entry is read once, in order, from one snapshot: its place, its columns, the digests of what
is confidential and personal, its hash in the tree. A personal value is missed unless an entry says
that it was erased; what the export withheld with which an entry came is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from ledger.database import connect
from ledger.domain.events import EVENT_TYPES, PersonalValuesErased
from ledger.eventstore.stored_form import KEPT, digest, entry_of, layout, lines
from ledger.proofs import serving
from ledger.proofs.certificates import BadCertificate, Certificate
from ledger.proofs.checkpoints import Checkpoint
from ledger.proofs.merkle import HASH_BYTES
from ledger.proofs.notes import BadNote, VerifierKey
from ledger.proofs.recomputing import Recomputation, first_difference
from ledger.proofs.remapping import Remapping
from ledger.proofs.tiles import WIDTH, tiles_of
from ledger.proofs.tree import SELECT_TILE, listed_keys
from ledger.proofs.trust import Report, Trust
from ledger.proofs.verifying import Progress, silent

SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
SELECT_ENTRIES = """
SELECT notification_id, originator_id, originator_version, topic, state
FROM stored_events ORDER BY notification_id
"""
SELECT_CHECKPOINTS = "SELECT size, origin, number, note FROM log_checkpoint ORDER BY number, origin"
SELECT_PAGES = "SELECT path, slots FROM log_map ORDER BY path"
SELECT_MAP_HEAD = "SELECT size, root FROM log_map_head"
SELECT_LENGTHS = "SELECT level, tile, octet_length(hashes) AS length FROM log_tile ORDER BY 1, 2"
SELECT_CERTIFICATES = "SELECT code, patent_id, body FROM certificate ORDER BY issued_at, code"
SELECT_PERSONAL = "SELECT position, name, salt, value FROM personal ORDER BY position"
SELECT_BROKEN_STREAMS = """
SELECT originator_id FROM stored_events
GROUP BY originator_id HAVING min(originator_version) <> 1 OR max(originator_version) <> count(*)
ORDER BY originator_id
"""

NONE_BEFORE = (0, -1)
"""Number and size before the first checkpoint of an origin."""

Connection = psycopg.Connection[Any]
Personal = dict[int, list[tuple[str, str, Any]]]
"""By position: name, salt and value of what is kept apart."""


def verify_database(
    url: str,
    given: Sequence[VerifierKey] = (),
    known: Sequence[Path] = (),
    progress: Progress = silent,
) -> Report:
    """Hold the log against its tiles, every checkpoint signed, and those known from elsewhere."""
    with connect(url, "ledger_writer", row_factory=dict_row) as connection:
        with connection.transaction():
            connection.execute(SNAPSHOT)
            return Holding(connection, given).verify(known, progress)


class Holding:
    """One look at a ledger's log."""

    def __init__(self, connection: Connection, given: Sequence[VerifierKey]) -> None:
        self._connection = connection
        self.report = Report("ledger")
        self.trust = Trust(self.report, given)
        self._before = 0
        """The position before the one that is looked at."""
        self._taken_over = 0
        """The last position that came with another operator's export."""
        self._missing: dict[int, set[str]] = {}
        """Personal values, or salts of theirs, that are not where an entry says they are kept."""
        self._erased: set[int] = set()
        """Entries of which an entry says that personal values were erased."""

    def verify(self, known: Sequence[Path], progress: Progress) -> Report:
        newest = self._keys_and_newest()
        heads = list(self._heads(newest, known))
        for row in self._connection.execute(SELECT_BROKEN_STREAMS).fetchall():
            self.report.find(row["originator_id"], "its versions are not 1, 2, 3 … without a gap")
        size = newest.size if newest else 0
        with closing(Recomputation(self.report, heads, self._hold)) as tree:
            for leaves in self._bundles(size):
                tree.add(leaves)
                progress(tree.edge.size, size)
            tree.end()
            if newest is not None:
                self._hold_tiles(tree.edge.size)
                self._hold_map(newest, tree.patents)
        return self.report

    def _hold_tiles(self, size: int) -> None:
        """No tile is there that is not the tree's, and none is longer."""
        lengths = {(t.level, t.index): t.width * HASH_BYTES for t in tiles_of(size)}
        for row in self._connection.execute(SELECT_LENGTHS):
            length = lengths.get((row["level"], row["tile"]), 0)
            if row["length"] > length:
                where = f"tile {row['tile']} of level {row['level']}"
                message = f"it has {row['length']} bytes, of which {length} are the tree's"
                self.report.find(where, message)

    def _hold_map(self, newest: Checkpoint, made: Remapping) -> None:
        """The map from which certificates are made is the one that was signed."""
        row = self._connection.execute(SELECT_MAP_HEAD, binary=True).fetchone()
        stated = newest.patents
        if stated is None:
            return
        if row is None or (row["size"], bytes(row["root"])) != (stated.size, stated.root):
            self.report.find("log_map_head", "it is not the map that the checkpoint states")
        self._hold_pages(made)

    def _hold_pages(self, made: Remapping) -> None:
        """The pages of the map from which certificates are made, beside those made anew."""
        pages = dict(made.pages)
        for row in self._connection.execute(SELECT_PAGES, binary=True):
            if pages.pop(row["path"], None) != row["slots"]:
                self.report.find("log_map", f"the page {row['path']!r} is not the map's")
        for path in pages:
            self.report.find("log_map", f"the page {path!r} is missing")

    def _keys_and_newest(self) -> Checkpoint | None:
        keys = serving.key_list(self._connection)
        if keys is None:
            self.report.find("log_key_list", "nothing was signed yet: start the server")
            return None
        self.trust.read_list("log_key_list", keys.encode())
        if list(self.trust.listed) != listed_keys(self._connection):
            self.report.find("log_key", "not the keys of the signed list")
        try:
            note = serving.checkpoint(self._connection)
        except BadNote as error:
            self.report.find("newest checkpoint", str(error))
            return None
        if note is None:
            self.report.find("log_checkpoint", "there is none")
            return None
        return self.trust.checkpoint("newest checkpoint", str(note).encode(), newest=True)

    def _heads(
        self, newest: Checkpoint | None, known: Sequence[Path]
    ) -> Iterator[tuple[str, Checkpoint]]:
        last: dict[str, tuple[int, int]] = {}
        for row in self._connection.execute(SELECT_CHECKPOINTS).fetchall():
            where = f"checkpoint of size {row['size']}"
            before = last.get(row["origin"], NONE_BEFORE)
            at = last[row["origin"]] = row["number"], row["size"]
            if at[0] != before[0] + 1 or at[1] <= before[1]:
                message = f"it is number {at[0]} and follows number {before[0]} of size {before[1]}"
                self.report.find(where, f"{message}: one is missing, or was put there")
            head = self.trust.checkpoint(where, row["note"].encode())
            if head is None:
                continue
            if newest is not None and head.origin != newest.origin:
                self._taken_over = max(self._taken_over, head.size)
            if (head.size, head.origin) != (row["size"], row["origin"]):
                message = f"it is the checkpoint of size {head.size} of {head.origin}"
                self.report.find(where, message)
            if newest is None or head.size <= newest.size:
                yield where, head
        yield from self._certificates(newest)
        for path in known:
            head = self.trust.checkpoint(str(path), path.read_bytes())
            if head is not None:
                if head.size > last.get(head.origin, NONE_BEFORE)[1]:
                    self.report.find(str(path), "later than every checkpoint that is kept")
                yield str(path), head

    def _certificates(self, newest: Checkpoint | None) -> Iterator[tuple[str, Checkpoint]]:
        """The checkpoints of the certificates that are kept to be looked up, which must hold."""
        for row in self._connection.execute(SELECT_CERTIFICATES).fetchall():
            where = f"certificate {row['code']}"
            try:
                certificate = Certificate.parse(row["body"].encode())
                faults = list(certificate.faults())
                named = (certificate.as_json()["code"], certificate.as_json()["patent"])
            except BadCertificate as error:
                self.report.find(where, str(error))
                continue
            if named != (row["code"], row["patent_id"]):
                faults.append(f"it is the certificate {named[0]} of {named[1]}")
            for fault in faults:
                self.report.find(where, fault)
            head = self.trust.checkpoint(where, str(certificate.checkpoint).encode())
            if head is not None and (newest is None or head.size <= newest.size):
                yield where, head

    def _bundles(self, size: int) -> Iterator[list[bytes]]:
        """The leaves that are signed, by bundles; what follows them is looked at and not hashed."""
        personal = self._personal()
        bundle: list[bytes] = []
        with self._connection.cursor("log", row_factory=dict_row) as curs:
            curs.itersize = 5_000
            for row in curs.execute(SELECT_ENTRIES, binary=True):
                self._look(row, personal.pop(row["notification_id"], []))
                if row["notification_id"] <= size:
                    bundle.append(entry_of(row["state"] or b""))
                if len(bundle) == WIDTH:
                    yield bundle
                    bundle = []
        if bundle:
            yield bundle
        for position in personal:
            self.report.find(f"position {position}", "a personal value of no entry")
        for position in sorted(self._missing.keys() - self._erased):
            names = ", ".join(sorted(self._missing[position]))
            message = f"the value of {names} is missing beside it, and no erasure says so"
            self.report.find(f"position {position}", message)

    def _personal(self) -> Personal:
        found: Personal = {}
        for row in self._connection.execute(SELECT_PERSONAL):
            value = (row["name"], row["salt"], row["value"])
            found.setdefault(row["position"], []).append(value)
        return found

    def _look(self, row: Any, personal: list[tuple[str, str, Any]]) -> None:
        """Whether an entry is in its place, says what its row says, and its digests hold."""
        position = row["notification_id"]
        where = f"position {position}"
        if position != self._before + 1:
            self.report.find(where, f"it follows position {self._before}: positions are not dense")
        self._before = position
        try:
            entry, opened = lines(row["state"])
            digests = set(entry["digests"])
            values = [(name, salt, value) for name, (salt, value) in opened.items()]
            for name, salt, value in (*values, *personal):
                # Of a row in which one person's values were erased the others' cannot be checked.
                if salt is not None and digest(salt, name, value) not in digests:
                    self.report.find(where, f"{name} is not what was entered")
            if row["topic"] == PersonalValuesErased.TOPIC and "positions" in opened:
                self._erased.update(opened["positions"][1])
            kept = {name for name, *_ in personal}.union(opened[KEPT][1] if KEPT in opened else ())
        except (ValueError, TypeError, AttributeError, KeyError):
            self.report.find(where, "it cannot be read: it is not as entries are written")
            return
        whole = {name for name, salt, _ in personal if salt is not None}
        if kept - whole:
            self._missing[position] = kept - whole
        if position > self._taken_over and len(values) < len(digests) - _apart(row["topic"]):
            self.report.find(where, "what was entered in confidence is not all there")
        said = {name: value for name, _, value in values} | entry
        columns = {
            "stream": row["originator_id"],
            "topic": row["topic"],
            "version": row["originator_version"],
        }
        for name, value in columns.items():
            if said.get(name, value) != value:
                self.report.find(where, f"the row's {name} is {value}, the entry's {said[name]}")

    def _hold(self, level: int, index: int, hashes: bytes) -> None:
        at = (level, index)
        row = self._connection.execute(SELECT_TILE, at, binary=True).fetchone()
        stored = bytes(row["hashes"]) if row else b""
        if stored[: len(hashes)] == hashes:
            return
        place = index * WIDTH + first_difference(hashes, stored)
        if level == 0:
            self.report.find(f"position {place + 1}", "the entry is not the one that was hashed")
        else:
            self.report.find(f"tile {index} of level {level}", f"node {place} is not the tree's")


def _apart(topic: str) -> int:
    """How many members of a kind of entry are kept apart, being personal."""
    kind = EVENT_TYPES.get(topic)
    return 0 if kind is None else len(layout(kind).personal)

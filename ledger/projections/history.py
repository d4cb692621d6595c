"""Bitemporal tables: rows that say what held on which days, as known at which positions.

A view is a pure function from a patent's state to rows. Live, the rows before and after each
filing are compared: what is gone is closed at the filing's last position, what is new is opened
there. A rebuild folds the same function over the whole log and writes each table once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import orjson
from pydantic import BaseModel

from ledger.domain.events import SecuredClaim
from ledger.domain.money import Money
from ledger.domain.patent import Patent
from ledger.eventstore.batch import Batch, Insert
from ledger.eventstore.views import Change
from ledger.projections.packing import NULL, PACK, days, positions, text, word


class Row(NamedTuple):
    """One row of a view without its positions: whose, on which days, and what the table says."""

    thing: str
    patent_id: str
    since: date | None
    until: date | None
    """The first day on which it no longer holds; None while it holds on."""
    columns: tuple[Any, ...]


Part = tuple[Any, ...]


def each(things: Part, number: Callable[[Any], str]) -> Iterator[Part]:
    """Each thing as a part by itself. Other registers may state one number twice: the later ones
    have their place beside it, so that each thing has a name of its own."""
    if len(things) < 2:
        if things:
            yield things
        return
    before: Counter[str] = Counter()
    for thing in things:
        place = before[number(thing)]
        before[number(thing)] += 1
        yield (thing, place) if place else (thing,)


def name_of(number: str, patent: Patent, part: Part) -> str:
    """What a thing of `each` is called among those of all patents."""
    return f"{number} {patent.id} {part[1]}" if len(part) == 2 else f"{number} {patent.id}"


class Dated(NamedTuple):
    """A row with the positions between which it was known."""

    row: Row
    opened: int
    closed: int | None


@dataclass(frozen=True, eq=False)
class View:
    """One table of the register: which columns it has beside its ranges, and how rows come from a
    state."""

    table: str
    thing: str
    """The column that names the thing; where it is `patent_id`, there is no other."""
    columns: tuple[tuple[str, str], ...]
    """Names and types of the columns between the ids and the ranges."""
    members: tuple[str, ...]
    """Members of the state on which the rows depend; while they stay the same objects, so do the
    rows."""
    parts: Callable[[Patent], Iterable[Part]]
    """The parts of the state that make rows; a part of the same objects has the same rows."""
    rows: Callable[[Patent, Part], Iterable[Row]]
    """The rows of one part."""
    bitemporal: bool = True
    generated: tuple[str, ...] = ()
    """Columns that the database makes of the others: compared by a replay, and never written."""

    # -- folding

    def compare(self, change: Change) -> tuple[list[Row], list[Row]]:
        """The rows that a filing closes and those it opens."""
        old, fresh = change.before.__dict__, change.after.__dict__
        for member in self.members:
            if old[member] is not fresh[member]:
                return self.differences(change.before, change.after)
        return [], []

    def differences(self, old: Patent, fresh: Patent) -> tuple[list[Row], list[Row]]:
        """The rows that only the one state has, and those that only the other has."""
        gone: list[Row] = []
        new: list[Row] = []
        before = {tuple(map(id, part)): part for part in self.parts(old)}
        for part in self.parts(fresh):
            if before.pop(tuple(map(id, part)), None) is None:
                new += self.rows(fresh, part)
        for part in before.values():
            gone += self.rows(old, part)
        if gone and new:
            same = set(gone) & set(new)
            gone = [row for row in gone if row not in same]
            new = [row for row in new if row not in same]
        return gone, new

    # -- writing

    def write(self, batch: Batch, changes: Sequence[Change]) -> None:
        """Gather the rows that a group of filings closes, and those it opens."""
        opened: dict[Row, int] = {}
        closed: list[tuple[Row, int]] = []
        for change in changes:
            gone, new = self.compare(change)
            for row in gone:
                since = opened.pop(row, None)
                if since is None:
                    closed.append((row, change.position))
                elif since < change.position:
                    self._open(batch, Dated(row, since, change.position))
            for row in new:
                opened[row] = change.position
        if closed:
            self._close(batch, closed)
        for row, position in opened.items():
            self._open(batch, Dated(row, position, None))

    def _close(self, batch: Batch, closed: Sequence[tuple[Row, int]]) -> None:
        # Bounds, not ranges: the planner takes `effective = …` for unique and would look it up in
        # the index of the constraint, which is led by the thing.
        effective = (
            "AND lower(t.effective) IS NOT DISTINCT FROM gone.since "
            "AND upper(t.effective) IS NOT DISTINCT FROM gone.until"
            if self.bitemporal
            else ""
        )
        batch.before(
            f"UPDATE {self.table} AS t SET recorded = int8range(lower(t.recorded), gone.position) "  # noqa: S608
            "FROM unnest(%b::text[], %b::date[], %b::date[], %b::bigint[]) "
            "AS gone(thing, since, until, position) "
            f"WHERE t.{self.thing} = gone.thing {effective} AND upper_inf(t.recorded)",
            (
                [row.thing for row, _ in closed],
                [row.since for row, _ in closed],
                [row.until for row, _ in closed],
                [position for _, position in closed],
            ),
        )

    def _open(self, batch: Batch, dated: Dated) -> None:
        row = dated.row
        record = {
            name: _member(value, kind)
            for (name, kind), value in zip(self.columns, row.columns, strict=True)
        }
        record |= {"patent_id": row.patent_id, "opened": dated.opened, "closed": dated.closed}
        if self.bitemporal:
            record |= {"since": row.since, "until": row.until}
        if self.thing != "patent_id":
            record[self.thing] = row.thing
        batch.add(self.insert, record)

    @cached_property
    def insert(self) -> Insert:
        """How the view's rows are inserted."""
        things = () if self.thing == "patent_id" else ((self.thing, "text"),)
        days = (("since", "date"), ("until", "date")) if self.bitemporal else ()
        effective = (("effective", "daterange(x.since, x.until)"),) if self.bitemporal else ()
        return Insert(
            self.table,
            record=(
                *things,
                ("patent_id", "text"),
                *self.columns,
                *days,
                ("opened", "bigint"),
                ("closed", "bigint"),
            ),
            values=(*effective, ("recorded", "int8range(x.opened, x.closed)")),
            omit=("since", "until", "opened", "closed"),
        )

    # -- rebuilding

    @cached_property
    def copy_columns(self) -> str:
        """The columns in the order in which a rebuild copies them."""
        thing = "" if self.thing == "patent_id" else f"{self.thing}, "
        names = ", ".join(name for name, _ in self.columns)
        return f"{thing}patent_id, {names}, {'effective, ' if self.bitemporal else ''}recorded"

    def pack(self, row: Row, opened: int, closed: int | None) -> bytes:
        """A row, with the positions between which it was known, as binary COPY takes it."""
        return self.body(row) + positions(opened, closed)

    @cached_property
    def head(self) -> bytes:
        """What a packed row begins with: how many columns it has."""
        return (len(self.columns) + 2 + (self.thing != "patent_id") + self.bitemporal).to_bytes(
            2, "big"
        )

    @cached_property
    def body(self) -> Callable[[Row], bytes]:
        """A packed row without its positions, which come last.

        Its source is written for the columns: going through them in a loop takes twice as long.
        """
        names = [f"v{place}" for place in range(len(self.columns))]
        fields = ["head", "text(thing)", "word(patent_id)"]
        if self.thing == "patent_id":
            del fields[1]
        fields += [f"NULL if {name} is None else pack_{name}({name})" for name in names]
        if self.bitemporal:
            fields.append("days(since, until)")
        source = f"""
def packed(row):
    thing, patent_id, since, until, ({", ".join(names)},) = row
    return join(({", ".join(fields)}))
"""
        means: dict[str, Any] = {"head": self.head, "join": b"".join, "NULL": NULL}
        means |= {"text": text, "word": word, "days": days}
        for name, (_, kind) in zip(names, self.columns, strict=True):
            means[f"pack_{name}"] = PACK[kind]
        exec(source, means)  # noqa: S102 - made of the number of columns alone
        packed: Callable[[Row], bytes] = means["packed"]
        return packed


def _member(value: Any, kind: str) -> Any:
    """A column's value in a JSON record; JSON text goes in as it is, an amount as text."""
    if kind == "numeric" and value is not None:
        return f"{value:f}"
    return orjson.Fragment(value) if kind == "jsonb" else value


def as_json(value: Any) -> bytes:
    """JSON of a column; values of the domain in it are written as they are stored."""
    return orjson.dumps(value, default=_stored)


def _stored(value: BaseModel) -> Any:
    """A model as a JSON value: a claim by its members, which are JSON or models again."""
    if type(value) is SecuredClaim:
        return value.__dict__
    return value.written() if type(value) is Money else dumped(value)


def dumped(value: BaseModel, *, exclude_none: bool = False) -> orjson.Fragment:
    """JSON of a model; many rows show the same object, of a party or an amount."""
    known = _DUMPED.get((id(value), exclude_none))
    if known is not None and known[0] is value:
        return known[1]
    if len(_DUMPED) >= _DUMPED_MAX:
        _DUMPED.clear()
    fragment = orjson.Fragment(value.model_dump_json(exclude_none=exclude_none))
    _DUMPED[(id(value), exclude_none)] = (value, fragment)
    return fragment


_DUMPED: dict[tuple[int, bool], tuple[BaseModel, orjson.Fragment]] = {}
"""JSON of models by their identity; the model is kept, so that its identity stays its own."""
_DUMPED_MAX = 50_000

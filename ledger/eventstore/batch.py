"""Rows for many tables, inserted in one statement from one JSON parameter a table.

A group of filings touches several tables with a few rows each. One statement costs one round
trip, and a JSON document is dumped and read in native code, where an array a column would be
dumped in Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import orjson
from psycopg import Cursor

NOTHING_MORE = "nothing AS (SELECT) SELECT"
"""Ends a statement that only inserts."""


@dataclass(frozen=True, eq=False)
class Insert:
    """How records become rows of a table; made once for each, and the same only as itself."""

    table: str
    record: tuple[tuple[str, str], ...]
    """Members of one record with their SQL types."""
    values: tuple[tuple[str, str], ...] = ()
    """Columns whose value is an expression over the record `x`; others take the member of their
    name."""
    omit: tuple[str, ...] = ()
    """Members that only serve an expression."""
    conflict: str = ""

    @cached_property
    def sql(self) -> str:
        """The insert, reading its records from one JSON parameter."""
        members = ", ".join(f"{name} {kind}" for name, kind in self.record)
        columns = [name for name, _ in self.record if name not in self.omit]
        names = ", ".join([*columns, *(name for name, _ in self.values)])
        values = ", ".join(
            [*(f"x.{name}" for name in columns), *(value for _, value in self.values)]
        )
        return (
            f"INSERT INTO {self.table} ({names}) SELECT {values} "  # noqa: S608 - names are constants
            f"FROM json_to_recordset(%t::json) AS x({members}) {self.conflict}"
        )


@cache
def _statement(inserts: tuple[Insert, ...], ending: str) -> str:
    parts = [f"i{place} AS ({insert.sql})" for place, insert in enumerate(inserts)]
    return f"WITH {', '.join([*parts, ending])}"


class Batch:
    """Rows gathered for one statement, and the statements that must come before it."""

    def __init__(self) -> None:
        self._rows: dict[Insert, list[dict[str, Any]]] = {}
        self._earlier: list[tuple[str, Sequence[Any]]] = []

    def add(self, insert: Insert, record: dict[str, Any]) -> None:
        """Gather one row."""
        rows = self._rows.get(insert)
        if rows is None:
            rows = self._rows[insert] = []
        rows.append(record)

    def before(self, statement: str, params: Sequence[Any]) -> None:
        """Gather a statement that makes room for the rows: parts of one statement have no
        order."""
        self._earlier.append((statement, params))

    @property
    def alone(self) -> bool:
        """Whether the one statement is all."""
        return not self._earlier

    def make_room(self, curs: Cursor[Any]) -> None:
        """Run what must come before."""
        for statement, params in self._earlier:
            curs.execute(statement, params, prepare=True)

    def statement(self, ending: str) -> tuple[str, list[str]]:
        """The one statement, whose last part and end are given, and its first parameters."""
        inserts = tuple(sorted(self._rows, key=lambda insert: insert.table))
        records = [orjson.dumps(self._rows[insert]).decode() for insert in inserts]
        return _statement(inserts, ending), records

    def flush(self, curs: Cursor[Any]) -> None:
        """Run what was gathered, by itself."""
        self.make_room(curs)
        if self._rows:
            curs.execute(*self.statement(NOTHING_MORE), prepare=True)

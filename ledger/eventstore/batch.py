"""Rows for many tables, inserted in one statement from one JSON parameter.

A group of filings touches several tables with a few rows each. One statement costs one round
trip, and one JSON document is dumped in native code, where an array a column would be dumped in
Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from psycopg import Cursor


@dataclass(frozen=True)
class Insert:
    """How records become rows of a table."""

    table: str
    record: tuple[tuple[str, str], ...]
    """Members of one record with their SQL types."""
    values: tuple[tuple[str, str], ...] = ()
    """Columns whose value is an expression over the record `x`; others take the member of their
    name."""
    omit: tuple[str, ...] = ()
    """Members that only serve an expression."""
    conflict: str = ""

    def sql(self, place: int) -> str:
        """The insert, reading its records from the parameter's member of this place."""
        members = ", ".join(f"{name} {kind}" for name, kind in self.record)
        columns = [name for name, _ in self.record if name not in self.omit]
        names = ", ".join([*columns, *(name for name, _ in self.values)])
        values = ", ".join(
            [*(f"x.{name}" for name in columns), *(value for _, value in self.values)]
        )
        return (
            f"INSERT INTO {self.table} ({names}) SELECT {values} "  # noqa: S608 - names are constants
            f"FROM document, json_to_recordset(document.d -> '{place}') AS x({members}) "
            f"{self.conflict}"
        )


@cache
def _statement(inserts: tuple[Insert, ...]) -> str:
    parts = [f"i{place} AS ({insert.sql(place)})" for place, insert in enumerate(inserts)]
    return f"WITH document AS (SELECT %s::json AS d), {', '.join(parts)} SELECT"


class Batch:
    """Rows gathered for one statement."""

    def __init__(self) -> None:
        self._rows: dict[Insert, list[dict[str, Any]]] = {}

    def add(self, insert: Insert, record: dict[str, Any]) -> None:
        """Gather one row."""
        rows = self._rows.get(insert)
        if rows is None:
            rows = self._rows[insert] = []
        rows.append(record)

    def flush(self, curs: Cursor[Any]) -> None:
        """Insert what was gathered."""
        if not self._rows:
            return
        inserts = tuple(sorted(self._rows, key=lambda insert: insert.table))
        document = {str(place): self._rows[insert] for place, insert in enumerate(inserts)}
        curs.execute(_statement(inserts), (orjson.dumps(document).decode(),), prepare=True)
        self._rows = {}

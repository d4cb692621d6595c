"""A series restated: each figure as known at two positions, and the entries in between that made
the difference.

What a figure rests on is told by positions; what the entries say is for auditors.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row, tuple_row
from psycopg.sql import SQL

from ledger.projections.statistics.cells import SNAPSHOT, cells, parameters, population
from ledger.projections.statistics.query import Query
from ledger.projections.statistics.reports import settled

POSITIONS_MAX = 1_000
"""Positions told at once; `positions_total` says how many there are."""

CLOSED = """
SELECT patent_id, upper(recorded) AS known FROM ({}) AS b WHERE upper(recorded) <= %(other)s
"""
OPENED = """
SELECT patent_id, lower(recorded) AS known FROM ({}) AS b WHERE lower(recorded) > %(other)s
"""
LAST = "SELECT position FROM last_entries(%s::text[], %s::bigint[])"
ENTRIES = """
SELECT e.position, e.stream, e.topic, e.entry, e.open
FROM event_log AS e WHERE e.position = ANY (%s) ORDER BY e.position
"""


def restated(
    connection: Connection[Any], query: Query, before: int, after: int | None, *, values: bool
) -> dict[str, Any]:
    """The cells that differ between two positions, and the entries behind it, with what they say
    where `values` are wanted. Raises reports.NotKnown."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as curs:
        curs.execute(SNAPSHOT)
        earlier, later = settled(connection, before), settled(connection, after)
        changed = _changed(cells(connection, query, earlier), cells(connection, query, later))
        positions = _behind(connection, query, changed, earlier, later)
        shown = positions[:POSITIONS_MAX]
        answer: dict[str, Any] = {
            "query": query.as_json(),
            "definition": query.definition.definition,
            "from_position": earlier,
            "to_position": later,
            "changed": changed,
            "positions": shown,
            "positions_total": len(positions),
        }
        if values:
            answer["entries"] = curs.execute(ENTRIES, (shown,)).fetchall()
    return answer


def _behind(
    connection: Connection[Any],
    query: Query,
    changed: Sequence[dict[str, Any]],
    earlier: int,
    later: int,
) -> list[int]:
    """The entries from which rows follow that are counted at one of the positions alone: of each
    patent the last entry of the filing."""
    measures = {cell["measure"] for cell in changed}
    bases = {m.basis for m in query.asked if m.name in measures}
    known: set[tuple[str, int]] = set()
    with connection.cursor(row_factory=tuple_row) as curs:
        for basis in bases:
            rows = population(basis, query, query.periods)
            for select, at, other in ((CLOSED, earlier, later), (OPENED, later, earlier)):
                asked = parameters(query, query.periods, at) | {"other": other}
                known.update(curs.execute(SQL(select).format(rows), asked).fetchall())
        streams = [stream for stream, _ in known]
        positions = [position for _, position in known]
        return sorted({row[0] for row in curs.execute(LAST, (streams, positions)).fetchall()})


def _changed(old: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cells whose figure is another, in the order of the newer ones."""
    before = {_place(cell): cell for cell in old}
    after = {_place(cell): cell for cell in new}
    changed = []
    for place in (*after, *(place for place in before if place not in after)):
        measure, period, group = place
        was, now = (side.get(place, {}).get("value") for side in (before, after))
        if was != now:
            changed.append(
                {
                    "measure": measure,
                    "period": period,
                    "group": dict(group),
                    "old": was,
                    "new": now,
                    "difference": _difference(was, now),
                }
            )
    return changed


def _place(cell: dict[str, Any]) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    return cell["measure"], cell["period"], tuple(cell["group"].items())


def _difference(old: Any, new: Any) -> Any:
    if isinstance(old, int) and isinstance(new, int):
        return new - old
    if isinstance(old, str) and isinstance(new, str):
        return f"{Decimal(new) - Decimal(old):f}"
    return None

"""A comparison: every view rebuilt from the log alone, and held against the live tables.

Nothing live is changed. The live tables are looked at in one snapshot; the rebuilt ones lie in a
schema of their own until the comparison ends.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Composed, Identifier, Literal

from ledger.database import connect
from ledger.eventstore.reading import DAMAGED
from ledger.projections import beside, feed, followed, shadow
from ledger.projections.damage import unreadable
from ledger.projections.extents import COMPARED, EVERY_VIEW, EVERYTHING, EXTENTS
from ledger.projections.followed import FOLLOWED
from ledger.projections.shadow import HEAD, Progress, filled, number, rate, silent
from ledger.projections.statistics import families

REPLAYED = "replayed"
"""The shadow schema of a comparison."""

WHOLE = "SELECT last_complete_position(%s)"
TRACKED = "SELECT max(notification_id) FROM notification_tracking WHERE application_name = %s"


def compare(url: str, progress: Progress = silent, until: int | None = None) -> dict[str, Any]:
    """Rebuild everything beside the live tables and compare them, row for row, in one snapshot.

    With `until` before the head the views are compared as they were known at that position, or at
    the end of the last filing before it; what keeps no history is then only counted. Raises
    UnreadableRow where the log cannot be replayed.
    """
    started = time.monotonic()
    with (
        connect(url, application_name="patent-ledger replay") as connection,
        shadow.one_at_a_time(connection),
        shadow.schema(connection, REPLAYED, "UNLOGGED", COMPARED),
        connect(url, application_name="patent-ledger replay", autocommit=False) as snapshot,
    ):
        snapshot.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        head = number(snapshot, HEAD)
        target = head if until is None else number(snapshot, WHOLE, (min(until, head),))
        filled(connection, url, REPLAYED, target, progress, COMPARED)
        per_second = rate(target, time.monotonic() - started)
        views = _views(snapshot, connection, head, target)
        beside = _beside(snapshot, connection, head, target)
        snapshot.rollback()
    equal = all(table["equal"] for table in (*views.values(), *beside.values()))
    told = {"equal": equal, "entries": target, "rate_per_s": per_second}
    return told | {"views": views, "beside": beside}


def _reached(snapshot: Connection[Any], follower: str, target: int) -> int:
    """How far a follower has come of what is compared."""
    return min(number(snapshot, TRACKED, (follower,)), target)


def _views(
    snapshot: Connection[Any], connection: Connection[Any], head: int, target: int
) -> dict[str, Any]:
    """What a rebuild puts in place, table by table."""
    at = None if target == head else target
    tables = [table for table in COLUMNS if table not in FOLLOWING]
    views = {
        table: _compared(snapshot, connection, table, at, _said(table, REPLAYED, None))
        for table in tables
    }
    for table, follower in FOLLOWING.items():
        reached = _reached(snapshot, follower, target)
        known = _said(table, REPLAYED, None if reached == head else reached)
        views[table] = _compared(snapshot, connection, table, at, known)
    return views


def _beside(
    snapshot: Connection[Any], connection: Connection[Any], head: int, target: int
) -> dict[str, Any]:
    """What filings and subscribers rest on besides; what keeps no history is compared at the
    head alone."""
    fed, listed = (_reached(snapshot, name, target) for name in (feed.NAME, followed.NAME))
    try:
        beside.make_beside(connection, REPLAYED, target, fed, listed)
    except (*DAMAGED, psycopg.DataError) as error:
        raise unreadable(connection, target) or error from error
    found = {}
    for table, columns in beside.COMPARED.items():
        row = SQL("SELECT ROW({})::text AS said FROM {}")
        replayed = row.format(SQL(columns), Identifier(REPLAYED, table))
        live = row.format(SQL(columns), Identifier("public", table))
        if target == head:
            found[table] = _held(snapshot, connection, live, replayed)
        elif table in beside.SINCE:
            until = SQL(" WHERE {} <= {}").format(Identifier(beside.SINCE[table]), Literal(target))
            found[table] = _held(snapshot, connection, live + until, replayed)
        else:
            found[table] = _counted(connection, replayed)
    return found


COLUMNS = EXTENTS[EVERYTHING].compared
FOLLOWING = {view.table: followed.NAME for view in FOLLOWED} | {
    view.table: families.NAME for view in families.STATISTICS
}
"""Tables of followers, which may be a little behind: they are compared as known at the follower's
position."""
HISTORIES = {view.table for view in EVERY_VIEW}
"""Tables whose rows say at which positions they were known."""


def _compared(
    snapshot: Connection[Any],
    connection: Connection[Any],
    table: str,
    known_at: int | None,
    replayed: Composed,
) -> dict[str, Any]:
    """Whether a view is as it was replayed, now or as it was known at a position."""
    if known_at is not None and table not in HISTORIES:
        return _counted(connection, replayed)
    return _held(snapshot, connection, _said(table, "public", known_at), replayed)


def _counted(connection: Connection[Any], replayed: Composed) -> dict[str, Any]:
    return {"equal": True, "rows": _digest(connection, replayed)[0], "compared": False}


def _held(
    snapshot: Connection[Any], connection: Connection[Any], live: Composed, replayed: Composed
) -> dict[str, Any]:
    """Whether live and replayed rows are the same, and the first that is not."""
    ours, theirs = _digest(connection, replayed), _digest(snapshot, live)
    found: dict[str, Any] = {"equal": ours == theirs, "rows": theirs[0], "compared": True}
    if ours != theirs:
        found["replayed_rows"] = ours[0]
        found["first_difference"] = _difference(snapshot, live, connection, replayed)
    return found


def _said(table: str, schema: str, known_at: int | None) -> Composed:
    """The text of each row, as the table was known at a position."""
    columns = SQL(COLUMNS[table])
    source = SQL("{}").format(Identifier(schema, table))
    if known_at is not None:
        source = SQL(
            "(SELECT *, int8range(lower(live), CASE WHEN upper(live) <= {at} THEN upper(live) END) "
            "AS recorded FROM (SELECT {others}, recorded AS live FROM {table}) AS t "
            "WHERE lower(live) <= {at}) AS known"
        ).format(
            at=Literal(known_at),
            others=SQL(COLUMNS[table].removesuffix(", recorded")),
            table=source,
        )
    return SQL("SELECT ROW({})::text AS said FROM {}").format(columns, source)


def _digest(connection: Connection[Any], said: Composed) -> tuple[int, int]:
    statement = SQL(
        "SELECT count(*), coalesce(sum(hashtextextended(said, 0)), 0) FROM ({}) AS rows"
    )
    row = connection.execute(statement.format(said)).fetchone()
    assert row is not None, "an aggregate gives one row"
    return int(row[0]), int(row[1])


def _difference(
    snapshot: Connection[Any], live: Composed, connection: Connection[Any], replayed: Composed
) -> dict[str, str | None]:
    """Where the two sides part, in the order of the rows' text: of a changed row both shapes."""
    ordered = SQL('SELECT said FROM ({}) AS rows ORDER BY said COLLATE "C"')
    with connection.transaction():
        theirs = _texts(snapshot, ordered.format(live))
        ours = _texts(connection, ordered.format(replayed))
        one, other = next(theirs, None), next(ours, None)
        while one is not None and one == other:
            one, other = next(theirs, None), next(ours, None)
        return {"live": one, "replayed": other}


def _texts(connection: Connection[Any], statement: Composed) -> Iterator[str]:
    with connection.cursor(name="said") as curs:
        curs.execute(statement)
        for row in curs:
            yield row[0]

"""Replay: every view rebuilt from the log alone, compared with the live tables or put in their place.

The log is read in one snapshot and folded by the same functions that write the views live. `compare` fills
temporary tables in that snapshot and names the first difference, while filings go on. `rebuild` fills a
shadow schema, catches up under the log's lock, and swaps, readers undisturbed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg import Connection, Cursor
from psycopg.sql import SQL, Identifier

from ledger.database import connect
from ledger.domain.events import Concealed, LedgerEvent
from ledger.domain.patent import Patent, evolve
from ledger.eventstore import stored_form
from ledger.eventstore.views import Change
from ledger.eventstore.world import is_patent
from ledger.projections import pledge_financing
from ledger.projections.history import Dated, Row, View
from ledger.projections.register import VIEWS, new_aliases

PAGE = 5_000
"""Events fetched at once."""

SELECT_LOG = """
SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
WHERE notification_id > %s AND notification_id <= %s ORDER BY notification_id
"""
HEAD = "SELECT coalesce(max(notification_id), 0) FROM stored_events"
TRACKED = "SELECT max(notification_id) FROM notification_tracking WHERE application_name = %s"

Progress = Callable[[int, int], None]
"""Told how many of how many events are folded."""


def silent(_: int, __: int) -> None:
    """No progress to show."""


@dataclass
class Fold:
    """The fold of the log into every register view and follower table."""

    patents: dict[str, Patent] = field(default_factory=dict)
    open: dict[str, dict[Row, int]] = field(
        default_factory=lambda: {view.table: {} for view in VIEWS}
    )
    closed: dict[str, list[Dated]] = field(
        default_factory=lambda: {view.table: [] for view in VIEWS}
    )
    aliases: set[tuple[str, str]] = field(default_factory=set)
    projects: pledge_financing.Projects = field(default_factory=dict)
    tracked: int = 0
    """Position up to which the followers' tables are to be folded."""
    _filing: str = ""
    _before: dict[str, Patent] = field(default_factory=dict)
    _position: int = 0

    def add(self, position: int, event: LedgerEvent | Concealed) -> None:
        """Take in the next event; a filing is known from its last position."""
        if isinstance(event, Concealed):
            self._conceal(event)
            return
        if event.filing_id != self._filing:
            self.finish()
            self._filing = event.filing_id
        self._position = position
        if position <= self.tracked:
            pledge_financing.fold(self.projects, event)
        stream = event.originator_id
        if is_patent(stream):
            patent = self.patents.get(stream) or Patent(stream)
            self._before.setdefault(stream, patent)
            self.patents[stream] = evolve(patent, event)  # type: ignore[arg-type]

    def _conceal(self, event: Concealed) -> None:
        """An entry that is withheld changes nothing but the version of its stream."""
        stream = event.originator_id
        if is_patent(stream):
            self.patents[stream] = evolve(self.patents.get(stream) or Patent(stream), event)

    def finish(self) -> None:
        """The filing at hand is whole: close and open rows."""
        for stream, before in self._before.items():
            change = Change(before, self.patents[stream], self._position)
            for view in VIEWS:
                self._turn(view, change)
            self.aliases.update((alias, stream) for alias in new_aliases(change))
        self._before = {}

    def _turn(self, view: View, change: Change) -> None:
        gone, new = view.compare(change)
        if not gone and not new:
            return
        standing = self.open[view.table]
        for row in gone:
            since = standing.pop(row)
            if since < change.position:
                self.closed[view.table].append(Dated(row, since, change.position))
        for row in new:
            standing[row] = change.position

    def rows(self, view: View) -> Iterator[Dated]:
        """Every row of a view."""
        yield from self.closed[view.table]
        for row, opened in self.open[view.table].items():
            yield Dated(row, opened, None)


def read_log(
    connection: Connection[Any], after: int, until: int
) -> Iterator[tuple[int, LedgerEvent | Concealed]]:
    """The events between two positions, in order."""
    with connection.cursor(name="replay", binary=True) as curs:
        curs.itersize = PAGE
        curs.execute(SELECT_LOG, (after, until))
        for position, stream, version, topic, state in curs:
            yield position, stored_form.decode(StoredEvent(stream, version, topic, state))


def folded(
    connection: Connection[Any], until: int, tracked: int, progress: Progress = silent
) -> Fold:
    """The fold of the log up to a position."""
    fold = Fold(tracked=tracked)
    for count, (position, event) in enumerate(read_log(connection, 0, until), 1):
        fold.add(position, event)
        if count % PAGE == 0:
            progress(count, until)
    fold.finish()
    progress(until, until)
    return fold


@dataclass(frozen=True)
class Table:
    """A table that a replay makes, and how its rows are copied."""

    name: str
    columns: str
    rows: Callable[[Fold], Iterator[tuple[Any, ...]]]


def _view_table(view: View) -> Table:
    return Table(view.table, view.copy_columns, lambda fold: map(view.copy_row, fold.rows(view)))


TABLES = (
    *map(_view_table, VIEWS),
    Table("patent_alias", "alias, patent_id", lambda fold: iter(sorted(fold.aliases))),
    Table(
        "pledge_financing",
        pledge_financing.COLUMNS,
        lambda fold: map(pledge_financing.as_row, fold.projects.values()),
    ),
)


def compare(url: str, progress: Progress = silent, until: int | None = None) -> dict[str, Any]:
    """Rebuild everything in a snapshot and compare it with the live tables, row for row.

    With `until` before the head, nothing live is compared: the log is only folded up to it.
    """
    started = time.monotonic()
    with connect(url, application_name="patent-ledger replay", autocommit=False) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        head = _number(connection, HEAD)
        tracked = _number(connection, TRACKED, (pledge_financing.NAME,))
        target = head if until is None else min(until, head)
        fold = folded(connection, target, min(tracked, target), progress)
        seconds = time.monotonic() - started
        views = {}
        with connection.cursor() as curs:
            for table in TABLES:
                curs.execute(
                    SQL("CREATE TEMP TABLE {} (LIKE {} INCLUDING DEFAULTS) ON COMMIT DROP").format(
                        Identifier(f"replayed_{table.name}"), Identifier(table.name)
                    )
                )
                _copy(curs, f"replayed_{table.name}", table, fold)
                views[table.name] = _compared(curs, table) if target == head else _counted(curs, table)
        connection.rollback()
    equal = all(view["equal"] for view in views.values())
    rate = round(target / seconds) if seconds else 0
    return {"equal": equal, "entries": target, "rate_per_s": rate, "views": views}


def _number(connection: Connection[Any], statement: str, params: tuple[Any, ...] = ()) -> int:
    row = connection.execute(statement, params).fetchone()
    assert row is not None, "an aggregate gives one row"
    return int(row[0] or 0)


def _copy(curs: Cursor[Any], target: str, table: Table, fold: Fold) -> None:
    statement = SQL("COPY {} ({}) FROM STDIN").format(
        Identifier(*target.split(".")), SQL(table.columns)  # type: ignore[arg-type]
    )
    with curs.copy(statement) as copy:
        for row in table.rows(fold):
            copy.write_row(row)


def _counted(curs: Cursor[Any], table: Table) -> dict[str, Any]:
    curs.execute(SQL("SELECT count(*) FROM {}").format(Identifier(f"replayed_{table.name}")))
    row = curs.fetchone()
    assert row is not None, "an aggregate gives one row"
    return {"equal": True, "rows": row[0], "compared": False}


def _compared(curs: Cursor[Any], table: Table) -> dict[str, Any]:
    """Whether live and replayed rows are the same, and the first that is not."""
    live, replayed = Identifier(table.name), Identifier(f"replayed_{table.name}")
    columns = SQL(table.columns)  # type: ignore[arg-type]
    digest = SQL(
        "SELECT count(*), coalesce(sum(hashtextextended(ROW({columns})::text, 0)), 0) FROM {table}"
    )
    ours = curs.execute(digest.format(columns=columns, table=replayed)).fetchone()
    theirs = curs.execute(digest.format(columns=columns, table=live)).fetchone()
    assert ours is not None, "an aggregate gives one row"
    assert theirs is not None, "an aggregate gives one row"
    found: dict[str, Any] = {"equal": ours == theirs, "rows": theirs[0], "compared": True}
    if ours != theirs:
        found["replayed_rows"] = ours[0]
        found["first_difference"] = _difference(curs, columns, live, replayed)
    return found


def _difference(curs: Cursor[Any], columns: Any, live: Any, replayed: Any) -> dict[str, str | None]:
    """The first row, in the order of its text, that one side has and the other has not."""
    one_sided = SQL(
        "SELECT ROW({columns})::text AS said FROM {one} EXCEPT ALL SELECT ROW({columns})::text FROM {other} "
        "ORDER BY said LIMIT 1"
    )
    sides = {}
    for name, one, other in (("live", live, replayed), ("replayed", replayed, live)):
        row = curs.execute(one_sided.format(columns=columns, one=one, other=other)).fetchone()
        sides[name] = None if row is None else str(row[0])
    return sides


def rebuild(url: str, progress: Progress = silent) -> dict[str, Any]:
    """Make every view anew in a shadow schema and put it in the place of the live one.

    Most of the log is folded while filings go on; what came meanwhile is folded under the log's lock,
    which holds back filings (not readers) for the time of the swap.
    """
    started = time.monotonic()
    with connect(url, application_name="patent-ledger rebuild", autocommit=False) as connection:
        head = _number(connection, HEAD)
        fold = Fold(tracked=head)
        for count, (position, event) in enumerate(read_log(connection, 0, head), 1):
            fold.add(position, event)
            if count % PAGE == 0:
                progress(count, head)
        connection.rollback()
        connection.execute("SELECT pg_advisory_xact_lock(log_lock_key())")
        connection.execute("LOCK TABLE notification_tracking IN EXCLUSIVE MODE")
        late = _number(connection, HEAD)
        fold.tracked = late
        for position, event in read_log(connection, head, late):
            fold.add(position, event)
        fold.finish()
        _swap(connection, fold, late)
        connection.commit()
    progress(late, late)
    seconds = time.monotonic() - started
    return {"entries": late, "rate_per_s": round(late / seconds) if seconds else 0}


def _swap(connection: Connection[Any], fold: Fold, position: int) -> None:
    """Fill shadow tables, then let them take the names of the live ones."""
    with connection.cursor() as curs:
        curs.execute("DROP SCHEMA IF EXISTS rebuilt CASCADE")
        curs.execute("CREATE SCHEMA rebuilt")
        for table in TABLES:
            shadow, live = Identifier("rebuilt", table.name), Identifier("public", table.name)
            curs.execute(SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(shadow, live))
            _copy(curs, f"rebuilt.{table.name}", table, fold)
        for table in TABLES:
            live = Identifier("public", table.name)
            curs.execute(SQL("DROP TABLE {}").format(live))
            shadow = Identifier("rebuilt", table.name)
            curs.execute(SQL("ALTER TABLE {} SET SCHEMA public").format(shadow))
        curs.execute("DROP SCHEMA rebuilt")
        curs.execute("CALL secure_register_views()")
        curs.execute("CALL secure_pledge_financing()")
        curs.execute(
            "INSERT INTO notification_tracking VALUES (%s, %s) ON CONFLICT (application_name) "
            "DO UPDATE SET notification_id = excluded.notification_id",
            (pledge_financing.NAME, position),
        )

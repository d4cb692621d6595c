"""The fold of the whole log, share by share: each stream read in order and folded by itself.

A patent's rows depend on its own stream and on nothing else, save one thing: a row is known from
the last position of its filing, and a filing may stand on many streams. Where filings of more
than one event lie is found first (`find_filings`); then any share of the streams can be folded
by itself, in this process or another, with no more in memory than one share.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from struct import Struct
from typing import Any, NamedTuple

from psycopg import Connection, OperationalError
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.sql import SQL, Composed, Literal

from ledger.domain.events import Concealed, LedgerEvent
from ledger.domain.evolving import evolve
from ledger.domain.patent import Patent
from ledger.eventstore import reading
from ledger.eventstore.restanding import standing_now
from ledger.eventstore.views import Change
from ledger.eventstore.world import is_patent
from ledger.projections.extents import ALIASES, DECLARATIONS, PLEDGES, Extent
from ledger.projections.history import Part, Row, View
from ledger.projections.packing import SIGNATURE, TRAILER, positions, text
from ledger.projections.packing import row as packed_row
from ledger.projections.register import new_aliases
from ledger.projections.statistics.unaltered import Logged

SELECT_ENDS = """
COPY (
    SELECT notification_id, goes_on FROM (
        SELECT notification_id,
            filing IS NOT DISTINCT FROM lag(filing) OVER log AS went_on,
            filing IS NOT DISTINCT FROM lead(filing) OVER log AS goes_on
        FROM (
            SELECT notification_id,
                split_part(said, '"', CASE left(said, 1) WHEN '[' THEN 4 ELSE 2 END) AS filing
            FROM (
                SELECT notification_id, encode(substring(state FROM 12 + nullif(
                    position('\\x2266696c696e675f6964223a'::bytea IN state), 0) FOR 200
                ), 'escape') AS said
                FROM stored_events WHERE notification_id <= {until} OFFSET 0
            ) AS stated WHERE said IS NOT NULL OFFSET 0
        ) AS told
        WINDOW log AS (ORDER BY notification_id)
    ) AS neighbours WHERE went_on <> goes_on ORDER BY notification_id
) TO STDOUT (FORMAT binary)
"""
"""The first and the last event of each filing of several. Its id stands behind `"filing_id":`,
which no JSON text can hold unescaped: in the entry as it is, in a hidden event's open line behind
its salt. An event whose open line is withheld does not say; what a filing has on both sides of it
is the filing's still. OFFSET 0 has each expression computed once."""

BY_EVERY_PROCESSOR = """
SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL work_mem = '64MB'
"""
"""What the planner weighs is pages, which several processes read no faster than one; but looking
through them is what takes the time."""

SELECT_SHARE = """
COPY (
    SELECT notification_id, originator_version, topic, originator_id, state FROM stored_events
    WHERE notification_id <= {until} AND {within} ORDER BY originator_id, originator_version
) TO STDOUT (FORMAT binary)
"""

IN_ORDER = """
SET enable_bitmapscan = off; SET enable_seqscan = off; SET max_parallel_workers_per_gather = 0
"""
"""For whoever folds shares: the index gives a share in its order, and each processor has a share of
its own. Sorting whole entries takes longer than all else that the server does for a share."""

_HEAD = Struct(">hiqiqi").unpack_from
_HEAD_SIZE = 30
_LENGTH = Struct(">i").unpack_from
_END = Struct(">hiqi?").unpack_from


@dataclass(frozen=True)
class Filings:
    """Where in the log the filings of more than one event lie."""

    first: array[int] = field(default_factory=lambda: array("q"))
    last: array[int] = field(default_factory=lambda: array("q"))

    def end(self, position: int) -> int:
        """The last position of the filing that a position belongs to."""
        if not self.first:
            return position
        place = bisect_right(self.first, position) - 1
        return max(position, self.last[place]) if place >= 0 else position


def find_filings(connection: Connection[Any], until: int) -> Filings:
    """The filings of more than one event up to a position."""
    found = Filings()
    with connection.transaction():
        connection.execute(BY_EVERY_PROCESSOR)
        for data in _copied(connection, SQL(SELECT_ENDS).format(until=Literal(until))):
            _, _, position, _, goes_on = _END(data)
            (found.first if goes_on else found.last).append(position)
    return found


def _copied(connection: Connection[Any], statement: Composed) -> Iterator[bytes]:
    """The rows of a binary COPY, by libpq's own call: a row costs half as much as by psycopg's."""
    pgconn = connection.pgconn
    result = pgconn.exec_(statement.as_bytes(connection))
    if result.status != ExecStatus.COPY_OUT:
        raise error_from_result(result)
    size, data = pgconn.get_copy_data(0)
    line = bytes(data)[len(SIGNATURE) :]  # the signature comes with the first row, or alone
    while size > 0:
        if len(line) > len(TRAILER):
            yield line
        size, data = pgconn.get_copy_data(0)
        line = bytes(data)
    done = pgconn.get_result()
    if done is None or done.status != ExecStatus.COMMAND_OK:
        raise OperationalError("the log could not be read to its end")
    pgconn.get_result()


class Share(NamedTuple):
    """A share of the streams: those from one name up to another, without it."""

    since: str | None
    until: str | None

    def within(self) -> Composed:
        """The condition under which a stream belongs to the share."""
        since, until = Literal(self.since), Literal(self.until)
        lower = SQL("true") if self.since is None else SQL("originator_id >= {}").format(since)
        upper = SQL("true") if self.until is None else SQL("originator_id < {}").format(until)
        return SQL("{} AND {}").format(lower, upper)


Rows = dict[str, list[bytes]]
"""Rows packed for COPY, by table."""
Stream = tuple[str, list[Logged]]
"""The name of a stream, and its entries in order."""
Event = tuple[int, LedgerEvent | Concealed]
"""The position from which an event is known, and the event."""

BATCH_EVENTS = 100
"""Events that are folded at once, about: few enough for the processor's own memory."""


def fold_share(
    connection: Connection[Any], share: Share, filings: Filings, until: int, extent: Extent
) -> tuple[int, Rows]:
    """Fold the streams of a share up to a position: how many events they have, and the rows."""
    rows: Rows = {table: [] for table in extent.columns}
    events = 0
    statement = SQL(SELECT_SHARE).format(until=Literal(until), within=share.within())
    streams: list[Stream] = []
    named, batch_full_at = b"", 0
    for data in _copied(connection, statement):
        _, _, position, _, version, size = _HEAD(data)
        place = _HEAD_SIZE + size
        topic = data[_HEAD_SIZE:place]
        end = place + 4 + _LENGTH(data, place)[0]
        name = data[place + 4 : end]
        if name != named:
            if events >= batch_full_at:
                fold_streams(streams, rows, extent)
                streams, batch_full_at = [], events + BATCH_EVENTS
            named = name
            streams.append((name.decode(), []))
        streams[-1][1].append(Logged(filings.end(position), version, topic, data[end + 4 :]))
        events += 1
    fold_streams(streams, rows, extent)
    return events, rows


def fold_streams(streams: Sequence[Stream], rows: Rows, extent: Extent) -> None:
    """Fold some streams into the rows of every view that shows them; where the rows of one follow
    without a fold, take them.

    All streams are read, then all are folded, then view after view is made of all: what a
    processor needs for one of these stays at hand, which takes a third less time.
    """
    histories: dict[View, list[list[Change]]] = {view: [] for view in extent.views}
    for name, events in list(_to_be_folded(streams, rows, extent)):
        changes = list(_changes(name, events))
        _write_beside(name, changes, rows, extent)
        looking = extent.looking(name)
        assert looking is not None, "of those that are folded"
        touched: dict[View, list[Change]] = {}
        for change in changes:
            for view in looking.touched(change.before, change.after):
                touched.setdefault(view, []).append(change)
        for view, touching in touched.items():
            histories[view].append(touching)
    for view, of_streams in histories.items():
        packed = rows[view.table]
        for touching in of_streams:
            packed += _history(view, touching)


def _to_be_folded(
    streams: Sequence[Stream], rows: Rows, extent: Extent
) -> Iterator[tuple[str, list[Event]]]:
    """The streams whose rows follow by a fold alone, read; the others' rows are taken."""
    for name, log in streams:
        if extent.looking(name) is None:
            continue
        told = None if extent.without_fold is None else extent.without_fold(name, log)
        if told is None:
            yield (
                name,
                [
                    (known, reading.glance(name, version, topic.decode(), state))
                    for known, version, topic, state in log
                ],
            )
        else:
            for row, since in told:
                rows[row.table].append(row.body + positions(since, None))


def _write_beside(name: str, changes: Sequence[Change], rows: Rows, extent: Extent) -> None:
    """The rows of a stream that stand in no view."""
    if extent.aliases:
        for change in changes:
            if change.before.aliases is not change.after.aliases:
                for alias in sorted(new_aliases(change)):
                    rows[ALIASES].append(packed_row([text(alias), text(name)]))
    if extent.standing and is_patent(name):
        numbers = standing_now(changes[-1].after)
        for table, number in zip((PLEDGES, DECLARATIONS), numbers, strict=True):
            if number is not None:
                rows[table].append(packed_row([text(name), text(number)]))


def _changes(name: str, events: Sequence[tuple[int, LedgerEvent | Concealed]]) -> Iterator[Change]:
    """What each filing changed on a stream."""
    before = after = Patent(name)
    filing = 0
    for known, event in events:
        if known != filing and before is not after:
            yield Change(before, after, filing)
            before = after
        filing = known
        after = evolve(after, event)  # type: ignore[arg-type] # the stream's facts
    yield Change(before, after, filing)


def _history(view: View, changes: Sequence[Change]) -> list[bytes]:
    """The rows of a view that some filings on a stream opened, closed by a later one or open."""
    body = view.body
    if len(changes) == 1:  # as mostly: nothing is closed
        _, patent, known = changes[0]
        opened = positions(known, None)
        return [
            body(row) + opened for part in view.parts(patent) for row in view.rows(patent, part)
        ]
    packed: list[bytes] = []
    made: Made = {}
    for change in changes:
        made = _turned(view, made, change, packed)
    packed += [
        body(row) + positions(since, None) for _, opened in made.values() for row, since in opened
    ]
    return packed


def _turned(view: View, earlier: Made, change: Change, packed: list[bytes]) -> Made:
    """The rows of a view after a filing; those of parts that are no more are closed, but for those
    that a new part makes again."""
    _, patent, known = change
    if not earlier:
        return {
            tuple(map(id, part)): (part, [(row, known) for row in view.rows(patent, part)])
            for part in view.parts(patent)
        }
    made: Made = {}
    new: Made = {}
    for part in view.parts(patent):
        key = tuple(map(id, part))
        kept = earlier.pop(key, None)
        if kept is None:
            rows = [(row, known) for row in view.rows(patent, part)]
            kept = new[key] = (part, rows)
        made[key] = kept
    if earlier:
        gone = {row: since for _, rows in earlier.values() for row, since in rows}
        for key, (part, rows) in new.items():
            made[key] = (part, [(row, gone.pop(row, since)) for row, since in rows])
        packed += [view.pack(row, since, known) for row, since in gone.items() if since < known]
    return made


Made = dict[tuple[int, ...], tuple[Part, list[tuple[Row, int]]]]
"""Parts of a state by the identity of their objects (they are kept, so that it stays their own),
with the rows they make and the positions from which these are known."""

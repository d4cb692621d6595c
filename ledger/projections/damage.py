"""Rows of the log that cannot be read: which one stopped a replay."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any

from eventsourcing.persistence import StoredEvent
from psycopg import Connection
from psycopg.sql import SQL, Composable, Literal

from ledger.eventstore import stored_form
from ledger.eventstore.reading import DAMAGED, UnreadableRow, reason_of
from ledger.eventstore.world import empty, folded

SELECT_STREAMS = """
SELECT originator_id, originator_version, topic, state, notification_id FROM public.stored_events
WHERE notification_id <= {until} AND {within} ORDER BY originator_id, originator_version
"""


def unreadable(
    connection: Connection[Any], until: int, within: Composable | None = None
) -> UnreadableRow | None:
    """The first row, stream by stream, that cannot be read or does not follow those before it;
    `within` is a condition on the streams."""
    statement = SQL(SELECT_STREAMS).format(until=Literal(until), within=within or SQL("true"))
    with connection.transaction(), connection.cursor(name="damage", binary=True) as curs:
        curs.itersize = 5_000
        for stream, rows in groupby(curs.execute(statement), key=itemgetter(0)):
            state = empty(stream)
            for _, version, topic, said, position in rows:
                try:
                    event = stored_form.decode(StoredEvent(stream, version, topic, said))
                    state = folded(state, event)
                except DAMAGED as error:
                    return UnreadableRow(position, stream, version, reason_of(error))
    return None

"""What filings changed on patents, told from rows of the log: the states before and after each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from psycopg import Cursor
from psycopg.rows import DictRow

from ledger.domain.events import Concealed, LedgerEvent
from ledger.domain.evolving import evolve
from ledger.domain.patent import Patent
from ledger.eventstore import reading
from ledger.eventstore.following import filing_of
from ledger.eventstore.views import Change
from ledger.eventstore.world import is_patent

SELECT_STREAMS = """
SELECT originator_id, originator_version, topic, state FROM stored_events
WHERE originator_id = ANY (%b::text[]) AND notification_id <= %b
ORDER BY originator_id, originator_version
"""


def changes_of(
    curs: Cursor[DictRow],
    rows: Sequence[DictRow],
    after: int,
    concerned: Callable[[str], bool] = is_patent,
) -> list[Change]:
    """What each filing of some rows, which follow a position, changed on the patents concerned."""
    wanted = {row["originator_id"] for row in rows if concerned(row["originator_id"])}
    states = _states(curs, wanted, after) if wanted else {}
    changes: list[Change] = []
    for _, filing in groupby(rows, key=lambda row: filing_of(bytes(row["state"]))):
        before: dict[str, Patent] = {}
        position = after
        for row in filing:
            stream, position = row["originator_id"], row["notification_id"]
            if stream in states:
                before.setdefault(stream, states[stream])
                states[stream] = evolve(states[stream], event_of(row))  # type: ignore[arg-type] # its facts
        changes += [Change(old, states[stream], position) for stream, old in before.items()]
    return changes


def _states(curs: Cursor[DictRow], streams: set[str], until: int) -> dict[str, Patent]:
    """Patents as they were at a position."""
    patents = {stream: Patent(stream) for stream in streams}
    curs.execute(SELECT_STREAMS, (list(patents), until), prepare=True)
    for row in curs.fetchall():
        stream = row["originator_id"]
        patents[stream] = evolve(patents[stream], event_of(row))  # type: ignore[arg-type]
    return patents


def event_of(row: dict[str, Any]) -> LedgerEvent | Concealed:
    """The event of a row of the log."""
    return reading.read(
        row["originator_id"], row["originator_version"], row["topic"], bytes(row["state"])
    )

"""Prepared filings as the database keeps them beside the log: their personal values, and the queue
of those that wait for somebody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
from psycopg import Cursor

from ledger.domain.events import FilingPrepared, Withheld
from ledger.domain.prepared import Prepared
from ledger.eventstore.world import World

SELECT_WITHHELD = """
SELECT p.value FROM stored_events AS e JOIN personal AS p ON p.position = e.notification_id
WHERE e.originator_id = %b AND e.originator_version = 1 AND p.name = 'withheld'
"""
UPSERT_PREPARED = """
INSERT INTO prepared_filing
    (filing_id, command, patents, prepared_at, valid_until, parties, awaiting, state)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (filing_id) DO UPDATE SET awaiting = excluded.awaiting, state = excluded.state
"""


def withheld(world: World, filing: FilingPrepared) -> list[Withheld] | None:
    """The personal values of a prepared filing, None where any of them has been erased."""
    if not filing.personal_values:
        return []
    row = world.query(SELECT_WITHHELD, (filing.originator_id,))
    if row is None or len(row["value"]) < filing.personal_values:
        return None
    return [Withheld.model_validate(each) for each in row["value"]]


def queued(prepared: Prepared, today: date) -> Callable[[Cursor[Any]], None]:
    """Writes the row of a prepared filing as it now is."""
    row = queue_row(prepared, today)

    def write(curs: Cursor[Any]) -> None:
        curs.execute(UPSERT_PREPARED, row)

    return write


def queue_row(prepared: Prepared, today: date) -> tuple[Any, ...]:
    """What the queue says of a prepared filing since the day of the last act on it."""
    filing = prepared.filing
    seen_by = {*(party.id for party in filing.asked), filing.caller_party} - {None}
    return (
        filing.originator_id.removeprefix("filing:"),
        filing.command,
        filing.body["patents"],
        filing.envelope.recorded_at,
        filing.valid_until,
        sorted(map(str, seen_by)),
        orjson.dumps(awaited(prepared)).decode(),
        prepared.state(today).value,
    )


def awaited(prepared: Prepared) -> list[dict[str, str]]:
    """Those who have still to confirm, as they are shown."""
    return [{"id": party.id, "name": party.name} for party in prepared.awaiting]


def shown(prepared: Prepared, today: date) -> dict[str, Any]:
    """What a receipt says of a prepared filing."""
    return {
        "filing": prepared.filing.originator_id.removeprefix("filing:"),
        "state": prepared.state(today).value,
        "awaiting": awaited(prepared),
        "valid_until": prepared.filing.valid_until.isoformat(),
        "findings": list(prepared.decided.findings) if prepared.decided else [],
    }

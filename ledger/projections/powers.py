"""The powers of attorney that a party gave, from its own stream, at one point."""

from __future__ import annotations

from typing import Any

import orjson
import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg.rows import DictRow

from ledger.domain.events import ActKind
from ledger.domain.streams import Stream, evolve_stream
from ledger.eventstore.stored_form import decode
from ledger.projections.asking import Point
from ledger.projections.disclosure import Viewer
from ledger.projections.entries import SELECT_OPEN, head


def powers(
    connection: psycopg.Connection[DictRow],
    party: str,
    point: Point,
    viewer: Viewer,
    *,
    office: bool,
) -> tuple[dict[str, Any], int]:
    """The powers that a party gave, and the newest position; read under the auditor's role. Who is
    neither the party, an auditor nor the office sees those that it holds itself.
    """
    newest = point.head or head(connection)
    known = newest if point.known is None else point.known
    stream = Stream()
    asked = {"streams": [f"party:{party}"], "known": known}
    for row in connection.execute(SELECT_OPEN, asked):
        stream = evolve_stream(stream, decode(_stored(row)))
    every = office or viewer.auditor or viewer.party == party
    listed = [
        {
            "power": power.filing_id,
            "agent": power.agent.model_dump(mode="json"),
            "kinds": power.kinds,
            "valid_from": power.valid_from,
            "valid_until": power.valid_until,
            "revoked_on": None if revoked is None else revoked.effective_on,
            "counts": revoked is None and power.counts_on(point.on),
            "documents": [each.model_dump() for each in power.envelope.documents],
        }
        for power, revoked in stream.powers()
        if every or power.agent.id == viewer.party
    ]
    return {"party": party, "effective_on": point.on, "known_at": known, "powers": listed}, newest


def acts_for(
    connection: psycopg.Connection[DictRow], party: str, agent: str, kind: ActKind, point: Point
) -> bool:
    """Whether a party has empowered another for a kind of act, so that it counts at the point; read
    under the auditor's role."""
    held, _ = powers(connection, party, point, Viewer(party=agent), office=False)
    return any(power["counts"] and kind in power["kinds"] for power in held["powers"])


def _stored(row: DictRow) -> StoredEvent:
    state = orjson.dumps(row["entry"]) + b"\n" + orjson.dumps(row["open"] or {})
    return StoredEvent(row["stream"], row["version"], row["topic"], state)

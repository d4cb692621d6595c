"""Tables beside the views, held against the log: what stands now, the numbers that filings drew,
and the feed. A filing or a subscriber would be misled by a row that a hand has changed there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection

from ledger.domain.patent import Patent
from ledger.eventstore.restanding import standing_now
from ledger.projections.feed import KINDS

SELECT_PLEDGES: Final = "SELECT patent_id, registration_no FROM standing_pledge"
SELECT_DECLARATIONS: Final = "SELECT patent_id, declaration_no FROM standing_declaration"
SELECT_REGISTRATIONS: Final = """
WITH said AS (
    SELECT entry ->> 'registration_no' AS number, array_agg(originator_id) AS patents
    FROM stored_events,
        LATERAL (SELECT split_part(convert_from(state, 'UTF8'), E'\\n', 1)::jsonb AS entry) AS line
    WHERE topic IN (
            'pledge.registered', 'licence.recorded', 'open_licence.declared',
            'open_licence.recorded'
        )
        AND entry ->> 'door' = 'filed' AND entry ->> 'registration_no' IS NOT NULL
    GROUP BY 1
), drawn AS (
    SELECT registration_no, patents FROM registration WHERE kind <> 'take'
)
SELECT coalesce(s.number, d.registration_no), s.number IS NULL, d.registration_no IS NULL
FROM said AS s FULL JOIN drawn AS d ON d.registration_no = s.number
WHERE NOT coalesce(s.patents @> d.patents AND d.patents @> s.patents, false)
ORDER BY 1
"""
SELECT_FEED: Final = """
SELECT coalesce(e.notification_id, f.position), e.notification_id IS NULL, f.position IS NULL
FROM (
    SELECT notification_id, originator_id, topic FROM stored_events
    WHERE topic = ANY (%s::text[]) AND notification_id <= feed_position()
) AS e
FULL JOIN feed AS f ON f.position = e.notification_id
WHERE NOT coalesce(f.stream = e.originator_id AND f.topic = e.topic, false)
ORDER BY 1
"""
SELECT_AHEAD: Final = "SELECT feed_position(), log_head() WHERE feed_position() > log_head()"


@dataclass(frozen=True, slots=True)
class Beside:
    """What a table beside the log says, and the log does not."""

    kind: str
    detail: str
    patent: str = ""
    position: int = 0


class Standing:
    """What may not stand together now, patent by patent."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._pledges = dict(connection.execute(SELECT_PLEDGES).fetchall())
        self._declarations = dict(connection.execute(SELECT_DECLARATIONS).fetchall())

    def held(self, patent: Patent) -> Iterator[Beside]:
        """How the tables differ from a patent's own facts."""
        pledge, declaration = standing_now(patent)
        tables = (
            ("standing_pledge", self._pledges, pledge),
            ("standing_declaration", self._declarations, declaration),
        )
        for table, rows, stands in tables:
            said = rows.pop(patent.id, None)
            if said != stands:
                yield _standing(table, patent.id, said, stands)

    def left(self) -> Iterator[Beside]:
        """Rows of patents on which there is nothing."""
        for number, said in self._pledges.items():
            yield _standing("standing_pledge", number, said, None)
        for number, said in self._declarations.items():
            yield _standing("standing_declaration", number, said, None)


def _standing(table: str, patent: str, said: str | None, stands: str | None) -> Beside:
    detail = f"{table} says {said or 'nothing'}, the log {stands or 'nothing'}"
    return Beside("standing-differs", detail, patent)


def beside(connection: Connection[Any]) -> Iterator[Beside]:
    """How the numbers drawn and the feed differ from the log."""
    for number, unsaid, missing in connection.execute(SELECT_REGISTRATIONS):
        detail = _differs(f"registration {number}", unsaid, missing)
        yield Beside("registration-differs", detail)
    for position, unsaid, missing in connection.execute(SELECT_FEED, (sorted(KINDS),)):
        yield Beside("feed-differs", _differs("the feed's row", unsaid, missing), "", position)
    for reached, head in connection.execute(SELECT_AHEAD):
        detail = f"the feed is said to have reached {reached}, and the log has {head} entries"
        yield Beside("feed-differs", detail)


def _differs(row: str, unsaid: bool, missing: bool) -> str:
    if missing:
        return f"{row} is missing"
    return f"{row} is of no entry" if unsaid else f"{row} says otherwise than its entries"

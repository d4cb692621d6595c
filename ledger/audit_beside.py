"""Tables beside the views, held against the log: what stands now, the numbers that filings drew,
and the feed. A filing or a subscriber would be misled by a row that a hand has changed there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection

from ledger.domain.events import PatentEvent
from ledger.domain.patent import Patent
from ledger.eventstore import reading
from ledger.eventstore.reading import DAMAGED
from ledger.eventstore.registrations import TELLING, Registrations
from ledger.eventstore.restanding import standing_now
from ledger.projections.feed import KINDS

SELECT_PLEDGES: Final = "SELECT patent_id, registration_no FROM standing_pledge"
SELECT_DECLARATIONS: Final = "SELECT patent_id, declaration_no FROM standing_declaration"
SELECT_TELLING: Final = """
SELECT originator_id, originator_version, topic, state FROM stored_events
WHERE topic = ANY (%s) ORDER BY notification_id
"""
SELECT_REGISTRATIONS: Final = """
SELECT registration_no, kind, patents, secured_claim_id, filing_id FROM registration
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
SELECT_AHEAD: Final = """
SELECT application_name, notification_id, log_head() FROM notification_tracking
WHERE notification_id > log_head() ORDER BY 1
"""


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

    def forget(self, patent: str) -> None:
        """Of a patent whose facts cannot be read it is not known what stands."""
        self._pledges.pop(patent, None)
        self._declarations.pop(patent, None)

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
    yield from _registrations(connection)
    for position, unsaid, missing in connection.execute(SELECT_FEED, (sorted(KINDS),)):
        yield Beside("feed-differs", _differs("the feed's row", unsaid, missing), "", position)
    for name, reached, head in connection.execute(SELECT_AHEAD):
        detail = f"{name} is said to have reached {reached}, and the log has {head} entries"
        yield Beside("follower-ahead", detail)


def _registrations(connection: Connection[Any]) -> Iterator[Beside]:
    """How the numbers drawn differ from what the entries tell."""
    told = Registrations()
    topics = [kind.TOPIC for kind in TELLING]
    with connection.cursor(name="telling", binary=True) as curs:
        for row in curs.execute(SELECT_TELLING, (topics,)):
            try:
                event = reading.read(*row)
            except DAMAGED:
                continue  # told with its stream
            if isinstance(event, PatentEvent):
                told.note(event)
    entered = {
        number: (row["kind"], sorted(row["patents"]), row["secured_claim_id"], row["filing_id"])
        for (number, _), row in told.drawn.items()
    }
    drawn = {
        number: (kind, sorted(patents), claim, filing)
        for number, kind, patents, claim, filing in connection.execute(SELECT_REGISTRATIONS)
    }
    for number in sorted(entered.keys() | drawn.keys()):
        if entered.get(number) != drawn.get(number):
            detail = _differs(f"registration {number}", number not in entered, number not in drawn)
            yield Beside("registration-differs", detail)


def _differs(row: str, unsaid: bool, missing: bool) -> str:
    if missing:
        return f"{row} is missing"
    return f"{row} is of no entry" if unsaid else f"{row} says otherwise than its entries"

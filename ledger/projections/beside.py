"""Tables beside the views, made again from the log: what filings and subscribers rest on.

The feed, what stands now, the registrations and the queue of prepared filings are written with the
events or behind them, and no rebuild replaces them. A replay makes them again, to be compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final, LiteralString

from psycopg import Connection
from psycopg.sql import SQL, Identifier

from ledger.domain.events import FilingPrepared, PatentEvent
from ledger.domain.periods import civil_date
from ledger.domain.streams import Stream, evolve_stream
from ledger.eventstore import reading
from ledger.eventstore.registrations import TELLING, Registrations
from ledger.joining import UPSERT_PREPARED, queue_row
from ledger.transcription import write_registrations

COMPARED: Final[dict[str, LiteralString]] = {
    "registration": """
        registration_no, kind, year, CASE kind WHEN 'take' THEN '' ELSE region END,
        CASE kind WHEN 'take' THEN 0 ELSE serial END, patents, secured_claim_id, filing_id
    """,
    "transcribed_registration": "registration_no, patent_id, kind, year, region, serial",
    "standing_pledge": "patent_id, registration_no",
    "standing_declaration": "patent_id, declaration_no",
    "prepared_filing": """
        filing_id, command, patents, prepared_at, valid_until, parties, awaiting, state
    """,
    "party_name": "folded, spelled",
    "feed": "position, number, filing_end, stream, topic, thing, parties",
    "feed_party": "thing, party, since",
}
"""What of each table follows from the log. The region and serial of a licence taken are told to
nobody, and stand in no entry."""

SINCE: Final[dict[str, LiteralString]] = {"feed": "position", "feed_party": "since"}
"""Tables whose rows stay as they were written: the column that says at which position."""

BY_FOLD: Final = ("standing_pledge", "standing_declaration")
"""Those that the fold itself fills."""

SELECT_TELLING: Final = """
SELECT originator_id, originator_version, topic, state FROM public.stored_events
WHERE topic = ANY (%s) AND notification_id <= %s ORDER BY notification_id
"""
SELECT_PREPARED: Final = """
SELECT originator_id, originator_version, topic, state FROM public.stored_events
WHERE notification_id <= %s AND originator_id IN (
    SELECT originator_id FROM public.stored_events WHERE topic = %s
) ORDER BY originator_id, originator_version
"""
INSERT_PREPARED: Final = UPSERT_PREPARED.partition("ON CONFLICT")[0]
INSERT_NAMES: Final = """
INSERT INTO party_name SELECT folded, public.spelled(folded) FROM (
    SELECT DISTINCT folded FROM involvement WHERE disclosed AND lower(recorded) <= %s
) AS named
"""
INSERT_FEED: Final = """
WITH batch AS MATERIALIZED (
    SELECT * FROM public.feed_batch(0, %s)
), naming AS MATERIALIZED (
    SELECT b.thing, party, min(b."position") AS first_named
    FROM batch AS b CROSS JOIN LATERAL unnest(b.named) AS party
    WHERE b.thing IS NOT NULL GROUP BY b.thing, party
), kept AS (
    INSERT INTO feed_party SELECT thing, party, first_named FROM naming
), concerned AS (
    SELECT b."position", unnest(b.named) AS party FROM batch AS b
    UNION
    SELECT b."position", n.party FROM batch AS b
    JOIN naming AS n ON n.thing = b.thing AND n.first_named <= b."position"
    UNION
    SELECT b."position", held ->> 'id' FROM batch AS b
    JOIN title AS t ON t.patent_id = b.stream AND upper_inf(t.effective)
        AND t.recorded @> b."position"
    CROSS JOIN LATERAL jsonb_array_elements(t.patentees) AS held
), gathered AS (
    SELECT "position", array_agg(party ORDER BY party) AS parties FROM concerned GROUP BY 1
)
INSERT INTO feed ("position", number, filing_end, stream, topic, thing, parties)
    SELECT
        b."position", row_number() OVER (ORDER BY b."position"),
        max(b."position") OVER (PARTITION BY b.filing_id),
        b.stream, b.topic, b.thing, coalesce(g.parties, '{}')
    FROM batch AS b LEFT JOIN gathered AS g ON g."position" = b."position"
"""
"""What `follow_feed` writes batch by batch, for the whole log at once; patentees are those of the
replayed register."""


def make_beside(
    connection: Connection[Any], schema: str, until: int, fed: int, listed: int
) -> None:
    """Make the tables again in a schema whose views are filled: up to a position, the feed and the
    names as far as their followers have come."""
    with connection.transaction():
        for table in COMPARED:
            if table not in BY_FOLD:
                connection.execute(
                    SQL("CREATE UNLOGGED TABLE {} (LIKE {})").format(
                        Identifier(schema, table), Identifier("public", table)
                    )
                )
        connection.execute(SQL("SET LOCAL search_path = {}").format(Identifier(schema)))
        with connection.cursor() as curs:
            write_registrations(curs, registrations(connection, until))
            curs.executemany(INSERT_PREPARED, list(_queue(connection, until)))
        connection.execute(INSERT_NAMES, (listed,))
        # Nobody has counted the tables that were just filled.
        connection.execute("SET LOCAL enable_nestloop = off")
        connection.execute(INSERT_FEED, (fed,))


def registrations(connection: Connection[Any], until: int) -> Registrations:
    """The registrations that the entries up to a position tell."""
    told = Registrations()
    topics = [kind.TOPIC for kind in TELLING]
    for event in _events(connection, SELECT_TELLING, topics, until):
        if isinstance(event, PatentEvent):
            told.note(event)
    return told


def _queue(connection: Connection[Any], until: int) -> Iterator[tuple[Any, ...]]:
    """The queue's rows, each as the last act on its filing left it."""
    events = _events(connection, SELECT_PREPARED, until, FilingPrepared.TOPIC)
    for _, acts in groupby(events, key=lambda event: event.originator_id):
        stream, day = Stream(), None
        for event in acts:
            stream = evolve_stream(stream, event)
            day = civil_date(event.envelope.recorded_at)
        if stream.prepared is not None and day is not None:
            yield queue_row(stream.prepared, day)


def _events(connection: Connection[Any], query: str, *params: Any) -> Iterator[Any]:
    with connection.cursor(name="beside", binary=True) as curs:
        curs.itersize = 5_000
        for row in curs.execute(query, params):
            yield reading.read(*row)

"""What filers and sources were told, held against the log: receipts, and records taken over.

A receipt is given again in the same bytes for ever, and a source record is taken over once: by a
row that a hand has changed a filing would be told what was never entered, or entered twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import orjson
from psycopg import Connection

from ledger.audit_beside import Beside

SELECT_FILINGS: Final = """
SELECT coalesce(f.filing, i.filing_id), f.last, f.streams, f.versions, f.recorded_at,
    i.caller, i.last_position, i.receipt
FROM (
    SELECT filing, max(position) AS last, max(recorded_at) AS recorded_at,
        array_agg(stream ORDER BY position) AS streams,
        array_agg(version ORDER BY position) AS versions
    FROM (
        SELECT notification_id AS position, originator_id AS stream, originator_version AS version,
            filing_of(state) AS filing, recorded_at_of(state) AS recorded_at,
            get_byte(state, length(state) - 1) = 10 AS withheld
        FROM stored_events WHERE notification_id <> ALL (%s) OFFSET 0
    ) AS entries
    WHERE filing IS NOT NULL GROUP BY filing HAVING NOT bool_and(withheld)
) AS f FULL JOIN idempotency AS i ON i.filing_id = f.filing
ORDER BY coalesce(f.last, i.last_position), 1
"""
"""Filings that came with an export have no receipt here: their open lines are withheld."""

SELECT_SOURCES: Final = """
SELECT coalesce(t.register, s.register), coalesce(t.reference, s.reference),
    t.register IS NULL, s.register IS NULL
FROM (
    SELECT source ->> 'register' AS register, source ->> 'reference' AS reference,
        bool_and(withheld) AS withheld,
        array_agg(filing || ' ' || (source ->> 'digest')) AS filings
    FROM (
        SELECT split_part(convert_from(state, 'UTF8'), E'\\n', 1)::jsonb -> 'source' AS source,
            filing_of(state) AS filing, get_byte(state, length(state) - 1) = 10 AS withheld
        FROM stored_events WHERE notification_id <> ALL (%s) OFFSET 0
    ) AS entries
    WHERE jsonb_typeof(source) = 'object' GROUP BY 1, 2
) AS t FULL JOIN source_record AS s ON s.register = t.register AND s.reference = t.reference
WHERE NOT CASE
    WHEN s.register IS NULL THEN t.withheld
    ELSE s.filing_id IS NULL OR coalesce(s.filing_id || ' ' || s.digest = ANY (t.filings), false)
END
ORDER BY 1, 2
"""
"""A record that changed no patent has a row, and no filing."""


def filings(connection: Connection[Any], unread: Sequence[int]) -> Iterator[Beside]:
    """Receipts that are not those of their filings; `unread` are positions that cannot be read."""
    with connection.cursor(name="filings", binary=True) as curs:
        curs.itersize = 5_000
        for filing, last, *entered, caller, last_position, receipt in curs.execute(
            SELECT_FILINGS, (list(unread),)
        ):
            position = last or last_position
            if last is None:
                detail = f"filing {filing} has a receipt, and no entry"
            elif receipt is None:
                detail = f"filing {filing} has no receipt"
            elif last_position != last or not _told(receipt, filing, last, entered, caller):
                detail = f"the receipt of filing {filing} says otherwise than its entries"
            else:
                continue
            yield Beside("receipt-differs", detail, "", position)


def _told(receipt: bytes, filing: str, last: int, entered: Sequence[Any], caller: str) -> bool:
    """Whether a receipt tells a filing as it was entered."""
    streams, versions, recorded_at = entered
    first = last - len(streams) + 1
    try:
        said = orjson.loads(receipt)
        entries = [
            (each["position"], each.get("patent", each.get("stream")), each.get("version", version))
            for each, version in zip(said["entries"], versions, strict=True)
        ]
        return bool(
            (said["filing_id"], said["position"]) == (filing, last)
            and entries == list(zip(range(first, last + 1), streams, versions, strict=True))
            and datetime.fromisoformat(said["recorded_at"]) == recorded_at
            and said.get("filed_by", caller) == caller
        )
    except (ValueError, TypeError, LookupError, AttributeError):
        return False


def sources(connection: Connection[Any], unread: Sequence[int]) -> Iterator[Beside]:
    """Records taken over whose row names another content than was entered, and entries of records
    that have no row."""
    rows = connection.execute(SELECT_SOURCES, (list(unread),))
    for register, reference, unsaid, missing in rows:
        record = f"the row of {register} {reference}"
        if missing:
            detail = f"{record} is missing"
        else:
            detail = f"{record} is of no entry" if unsaid else f"{record} is not what was entered"
        yield Beside("source-differs", detail)

"""The notices that hold on a day, of some patents or of all: what their parties are to be told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import psycopg
from psycopg.rows import DictRow

from ledger.domain.periods import WorkingCalendar
from ledger.projections import followed
from ledger.projections.deriving import Told, recorded
from ledger.projections.obligations import ALL, SELECT_TRACKED, brought_by_time, positions_of

TOLD_MAX: Final = 1_000_000
"""Most things that time brings to pass on one day."""
LOOKED_BACK_DAYS: Final = 366

SELECT_OF_PATENTS = """
SELECT n.patent_id, n.party, n.obligation, n.details FROM notice AS n
WHERE n.patent_id = ANY (%(patents)s::text[])
    AND n.effective @> %(on)s::date AND n.recorded @> %(known)s::bigint
"""
SELECT_OF_LATE = """
SELECT n.patent_id, n.party, n.obligation, n.details FROM notice AS n
WHERE n.effective @> %(on)s::date AND n.recorded @> %(known)s::bigint
    AND lower(n.effective) > %(on)s::date - %(back)s::int
"""

Connection = psycopg.Connection[DictRow]
Notices = list[tuple[Told, dict[str, Any]]]
"""Notices, each with what it says."""


def followed_to(connection: Connection) -> int:
    """Up to which position notices are known."""
    row = connection.execute(SELECT_TRACKED, (followed.NAME,)).fetchone()
    assert row is not None, "an aggregate gives one row"
    return int(row["position"])


def of_patents(connection: Connection, patents: Sequence[str], on: date, known: int) -> Notices:
    """The notices on record about some patents."""
    asked = {"patents": list(patents), "on": on, "known": known}
    rows = connection.execute(SELECT_OF_PATENTS, asked).fetchall()
    return _said(connection, [recorded(row) for row in rows])


def of_the_day(connection: Connection, on: date, known: int, calendar: WorkingCalendar) -> Notices:
    """All notices that time alone has brought by the end of a day, and those on record that have
    come to count within a year."""
    asked = {"on": on, "known": known, "back": LOOKED_BACK_DAYS}
    rows = connection.execute(SELECT_OF_LATE, asked).fetchall()
    found = [recorded(row) for row in rows]
    limits = {**asked, "party": None, "patent": None, "until": None, "cap": TOLD_MAX}
    return _said(connection, [*found, *brought_by_time(connection, ALL, limits, calendar)])


def _said(connection: Connection, notices: Sequence[Told]) -> Notices:
    positions = positions_of(connection, notices, ())
    return [(notice, notice.shown(positions)) for notice in notices]

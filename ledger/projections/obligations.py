"""What parties owe and are told, and what falls due for them: at one point of the two clocks.

From the follower's two lists, as known at its position or before it. What time alone brings is
derived here for the day asked for, from what falls due and who is concerned on that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import psycopg
from psycopg.rows import DictRow

from ledger.domain.periods import WorkingCalendar
from ledger.projections import followed
from ledger.projections.asking import Point
from ledger.projections.deriving import (
    Entry,
    Told,
    concerned_of,
    derived,
    due_of,
    expired,
    recorded,
    term_over,
)

CAP = 1000
"""Most lines of each list; the answer says how many there are."""

State = Literal["open", "met", "all"]

SELECT_TRACKED = """
SELECT coalesce(max(notification_id), 0) AS position FROM notification_tracking
WHERE application_name = %s
"""
ASKED = """
WITH asked AS MATERIALIZED (
    SELECT %(known)s::bigint AS known, %(on)s::date AS day,
        jsonb_build_array(jsonb_build_object('id', %(party)s::text)) AS party
)
"""
# Each patent by itself behind OFFSET 0: the planner would read the whole table for a few of them.
_OF_PARTY = """
, concerned AS MATERIALIZED (
    SELECT DISTINCT i.patent_id
    FROM asked CROSS JOIN LATERAL involved(%(party)s::text, asked.known) AS i
), owned AS (
    SELECT t.patent_id FROM asked CROSS JOIN concerned AS c CROSS JOIN LATERAL (
        SELECT * FROM title WHERE patent_id = c.patent_id OFFSET 0
    ) AS t
    WHERE t.patentees @> asked.party
        AND (t.effective @> asked.day) IS TRUE AND (t.recorded @> asked.known) IS TRUE
), pledged AS (
    SELECT e.patent_id, e.registration_no, e.confidential -> 'claim' AS claim, e.effective,
        lower(e.recorded) AS known
    FROM asked CROSS JOIN concerned AS c CROSS JOIN LATERAL (
        SELECT * FROM encumbrance WHERE patent_id = c.patent_id OFFSET 0
    ) AS e
    WHERE e.kind = 'pledge'
        AND (e.effective @> asked.day) IS TRUE AND (e.recorded @> asked.known) IS TRUE
        AND (
            e.details -> 'pledgors' @> asked.party OR e.details -> 'pledgees' @> asked.party
            OR jsonb_build_array(e.confidential -> 'debtor') @> asked.party
        )
), licensed AS (
    SELECT l.patent_id, l.licence_id
    FROM asked CROSS JOIN concerned AS c CROSS JOIN LATERAL (
        SELECT * FROM licence WHERE patent_id = c.patent_id OFFSET 0
    ) AS l
    WHERE (l.effective @> asked.day) IS TRUE AND (l.recorded @> asked.known) IS TRUE
        AND (l.details -> 'licensors' @> asked.party OR l.details -> 'licensees' @> asked.party)
), mine AS MATERIALIZED (
    SELECT patent_id, NULL AS about, ARRAY['fee', 'preservation', 'suspension', 'restoration',
        'open_licence'] AS kinds FROM owned
    UNION ALL
    SELECT patent_id, NULL, ARRAY['fee', 'preservation', 'suspension'] FROM pledged
    UNION ALL
    SELECT patent_id, licence_id, ARRAY['licence', 'licence_cancellation'] FROM licensed
), listed AS (
    SELECT DISTINCT d.* FROM asked CROSS JOIN mine CROSS JOIN LATERAL (
        SELECT * FROM due
        WHERE thing >= mine.patent_id || ' ' AND thing < mine.patent_id || '!' OFFSET 0
    ) AS d
    WHERE d.kind = ANY (mine.kinds)
        AND (mine.about IS NULL OR mine.about = d.about) AND d.recorded @> asked.known
)
"""
_OF_ALL = """
, pledged AS (
    SELECT e.patent_id, e.registration_no, e.confidential -> 'claim' AS claim, e.effective,
        lower(e.recorded) AS known
    FROM asked JOIN encumbrance AS e
        ON e.kind = 'pledge' AND e.effective @> asked.day AND e.recorded @> asked.known
), licensed AS (
    SELECT l.patent_id FROM asked JOIN licence AS l
        ON l.disclosed AND l.effective @> asked.day AND l.recorded @> asked.known
), listed AS (
    SELECT d.* FROM asked JOIN due AS d ON d.recorded @> asked.known
)
"""
MINE, ALL = ASKED + _OF_PARTY, ASKED + _OF_ALL

STANDING_OUT = """
, found AS (
    SELECT d.thing, d.patent_id, d.kind, d.about, d.falls_on, d.entry, NULL::bigint AS known,
        d.effective
    FROM asked JOIN listed AS d ON d.effective @> asked.day
    UNION ALL
    SELECT concat_ws(' ', p.patent_id, c.kind, p.registration_no), p.patent_id, c.kind,
        p.registration_no, c.falls_on, NULL, p.known, p.effective
    FROM pledged AS p CROSS JOIN LATERAL (VALUES
        ('debt', (p.claim ->> 'debt_due_on')::date),
        ('claim_period', (p.claim ->> 'period_until')::date)
    ) AS c(kind, falls_on)
    WHERE c.falls_on IS NOT NULL
)
SELECT patent_id, kind, about, falls_on, entry, known, lower(effective) AS since,
    upper(effective) AS until, count(*) OVER () AS total
FROM found
WHERE (%(patent)s::text IS NULL OR patent_id = %(patent)s::text)
    AND (%(until)s::date IS NULL OR falls_on <= %(until)s::date)
ORDER BY falls_on, thing LIMIT %(cap)s
"""
"""What stands out on the day, the nearest first."""

BROUGHT_BY_TIME = """
SELECT d.patent_id, d.kind, d.about, d.falls_on, d.entry, lower(d.effective) AS since,
    upper(d.effective) AS until
FROM asked JOIN listed AS d ON (
    d.effective @> asked.day AND d.falls_on < asked.day AND d.kind = 'fee'
    OR d.effective @> asked.day AND d.kind = 'licence_cancellation'
    OR upper(d.effective) <= asked.day AND upper(d.effective) > asked.day - 366
        AND d.kind IN ('preservation', 'suspension')
)
WHERE %(patent)s::text IS NULL OR d.patent_id = %(patent)s::text
ORDER BY d.falls_on, d.thing LIMIT %(cap)s
"""
"""What has come to pass by time alone, of freezes within a year."""

TERM_OVER = """
SELECT p.patent_id, p.bibliography, p.facts
FROM asked CROSS JOIN (
    SELECT patent_id FROM pledged UNION SELECT patent_id FROM licensed
) AS c CROSS JOIN LATERAL (
    SELECT * FROM patent WHERE patent_id = c.patent_id OFFSET 0
) AS p
WHERE (p.recorded @> asked.known) IS TRUE AND (p.facts ->> 'terminates_on')::date <= asked.day
    AND (%(patent)s::text IS NULL OR c.patent_id = %(patent)s::text)
ORDER BY p.patent_id LIMIT %(cap)s
"""
"""Pledged or licensed patents whose term is over."""

SELECT_NOTICES = """
SELECT n.patent_id, n.party, n.obligation, n.details, count(*) OVER () AS total
FROM notice AS n
WHERE n.effective @> %(on)s::date AND n.recorded @> %(known)s::bigint
    AND (%(party)s::text IS NULL OR n.party = %(party)s::text)
    AND (%(patent)s::text IS NULL OR n.patent_id = %(patent)s::text)
    AND (%(state)s::text = 'all' OR (n.details -> 'met' <> 'null') = (%(state)s::text = 'met'))
ORDER BY lower(n.effective), n.thing LIMIT %(cap)s
"""
SELECT_CONCERNED = """
SELECT p.patent_id,
    (
        SELECT t.patentees FROM title AS t
        WHERE t.patent_id = p.patent_id AND (t.effective @> %(on)s::date) IS TRUE
            AND (t.recorded @> %(known)s::bigint) IS TRUE
    ) AS patentees,
    (
        SELECT jsonb_agg(jsonb_build_object('registration_no', e.registration_no) || e.details)
        FROM encumbrance AS e
        WHERE e.patent_id = p.patent_id AND e.kind = 'pledge'
            AND (e.effective @> %(on)s::date) IS TRUE AND (e.recorded @> %(known)s::bigint) IS TRUE
    ) AS pledges,
    (
        SELECT jsonb_agg(jsonb_build_object('licence_id', l.licence_id, 'declaration_no',
            l.confidential -> 'declaration_no', 'recorded', l.disclosed) || l.details)
        FROM licence AS l
        WHERE l.patent_id = p.patent_id
            AND (l.effective @> %(on)s::date) IS TRUE AND (l.recorded @> %(known)s::bigint) IS TRUE
    ) AS licences,
    (
        SELECT o.declaration_no FROM open_licence AS o
        WHERE o.patent_id = p.patent_id
            AND (o.effective @> %(on)s::date) IS TRUE AND (o.recorded @> %(known)s::bigint) IS TRUE
        LIMIT 1
    ) AS declaration_no
FROM unnest(%(patents)s::text[]) AS p (patent_id)
"""
SELECT_POSITIONS = "SELECT * FROM entry_positions(%(streams)s::text[], %(versions)s::bigint[])"
SELECT_LAST = "SELECT * FROM last_entries(%(streams)s::text[], %(positions)s::bigint[])"
SELECT_TERM_ENTRIES = """
SELECT stream, max(position) AS position FROM open_entries(%(patents)s::text[], %(known)s::bigint)
WHERE topic IN ('patent.entered', 'term.compensated') GROUP BY stream
"""

Connection = psycopg.Connection[DictRow]


class Behind(Exception):
    """The follower has not come to the position asked for."""

    def __init__(self, position: int) -> None:
        super().__init__(f"what falls due is known up to position {position}")
        self.position = position


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which obligations are asked for."""

    party: str | None
    """The party whose they are; None for those of all."""
    patent: str | None = None
    state: State = "open"
    until: date | None = None
    """What falls due after this day is left out."""


def obligations(
    connection: Connection, wanted: Wanted, point: Point, calendar: WorkingCalendar
) -> tuple[dict[str, Any], int]:
    """The lists of obligations, notices and dues, and the position at which they are known.

    Read under the auditor's role, for the party itself or for those who see all. Raises Behind.
    """
    row = connection.execute(SELECT_TRACKED, (followed.NAME,)).fetchone()
    assert row is not None, "an aggregate gives one row"
    tracked: int = row["position"]
    if point.known is not None and tracked < point.known:
        raise Behind(tracked)
    known = tracked if point.known is None else point.known
    asked: dict[str, Any] = {
        "known": known,
        "on": point.on,
        "party": wanted.party,
        "patent": wanted.patent,
        "until": wanted.until,
        "state": wanted.state,
        "cap": CAP,
    }
    found = ALL if wanted.party is None else MINE
    standing = connection.execute(found + STANDING_OUT, asked).fetchall()
    told = connection.execute(SELECT_NOTICES, asked).fetchall()
    notices = [recorded(row) for row in told]
    if wanted.state != "met":
        brought = brought_by_time(connection, found, asked, calendar)
        notices += [notice for notice in brought if wanted.party in (None, notice.party)]
    positions = positions_of(connection, notices, standing)
    shown = {
        "effective_on": point.on,
        "known_at": known,
        "cap": CAP,
        "notices": {
            "total": (told[0]["total"] if told else 0) + len(notices) - len(told),
            "listed": [notice.shown(positions) for notice in notices],
        },
        "due": {
            "total": standing[0]["total"] if standing else 0,
            "listed": [_due_shown(row, calendar, positions) for row in standing],
        },
    }
    return shown, tracked


def brought_by_time(
    connection: Connection, found: str, asked: Mapping[str, Any], calendar: WorkingCalendar
) -> Iterator[Told]:
    """The notices that time alone has brought by the end of the day."""
    passed = connection.execute(found + BROUGHT_BY_TIME, asked).fetchall()
    ended = connection.execute(found + TERM_OVER, asked).fetchall()
    patents = sorted({row["patent_id"] for row in (*passed, *ended)})
    rows = connection.execute(SELECT_CONCERNED, {**asked, "patents": patents}).fetchall()
    concerned = {row["patent_id"]: concerned_of(row) for row in rows}
    for row in passed:
        patent = row["patent_id"]
        yield from derived(patent, due_of(row), concerned[patent], asked["on"], calendar)
    over = [row for row in ended if expired(row, asked["on"])]
    named = {"patents": [row["patent_id"] for row in over], "known": asked["known"]}
    entries = connection.execute(SELECT_TERM_ENTRIES, named).fetchall() if over else []
    position = {row["stream"]: row["position"] for row in entries}
    for row in over:
        patent = row["patent_id"]
        yield from term_over(patent, row["facts"], concerned[patent], position[patent])


def positions_of(
    connection: Connection, notices: Iterable[Told], standing: Iterable[DictRow]
) -> dict[Entry, int]:
    """Where the entries that are named stand in the log."""
    named = {entry for notice in notices for entry in notice.entries()}
    named |= {entry_of(row) for row in standing}
    by_version = sorted(entry for entry in named if not entry.by_position)
    by_position = sorted(entry for entry in named if entry.by_position)
    found: dict[Entry, int] = {}
    if by_version:
        streams, versions, _ = zip(*by_version, strict=True)
        asked = {"streams": list(streams), "versions": list(versions)}
        for row in connection.execute(SELECT_POSITIONS, asked):
            found[Entry(row["stream"], row["version"])] = row["position"]
    if by_position:
        streams, positions, _ = zip(*by_position, strict=True)
        asked = {"streams": list(streams), "positions": list(positions)}
        for row in connection.execute(SELECT_LAST, asked):
            found[Entry(row["stream"], row["known"], by_position=True)] = row["position"]
    return found


def entry_of(row: DictRow) -> Entry:
    """The entry from which a day follows; of a debt the last one by which the pledge stands so."""
    if row["entry"] is None:
        return Entry(row["patent_id"], row["known"], by_position=True)
    return Entry(row["patent_id"], row["entry"])


def _due_shown(
    row: DictRow, calendar: WorkingCalendar, positions: Mapping[Entry, int]
) -> dict[str, Any]:
    last = due_of(row).last_day(calendar)
    return {
        "patent": row["patent_id"],
        "kind": row["kind"],
        "about": row["about"],
        "falls_on": row["falls_on"],
        "last_day": last.day,
        "provisional_for": last.missing_year,
        "since": row["since"],
        "entry": {"position": positions.get(entry_of(row))},
    }

"""Notices on their way: told once to each party, with what became of each.

A follower of the lists of what falls due and of notices writes what is to be told into a table of
its own, from where mailboxes and webhooks take it. What time alone brings is looked for on each
new day, and every hour in which something was entered.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

import orjson
import psycopg
from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from ledger.domain.periods import WorkingCalendar, civil_date
from ledger.eventstore.following import BATCH_MAX, Following
from ledger.projections import telling
from ledger.projections.deriving import Told
from ledger.projections.reader import Reader

NAME: Final = "notices_told"
AGAIN_SECONDS: Final = 3600.0
"""How long after a look at what time has brought the next one follows, where something was
entered."""

SELECT_MINE = """
SELECT coalesce(max(notification_id), 0) AS position FROM notification_tracking
WHERE application_name = %s
"""
SELECT_PATENTS = """
SELECT DISTINCT originator_id AS patent FROM stored_events
WHERE notification_id > %(after)s AND notification_id <= %(until)s
    AND starts_with(originator_id, 'CN:')
"""
TRACK = """
INSERT INTO notification_tracking VALUES (%s, %s)
ON CONFLICT (application_name) DO UPDATE SET notification_id = excluded.notification_id
"""
TELL = """
INSERT INTO told_notice (id, party, patent_id, body)
VALUES (%(id)s, %(party)s, %(patent)s, %(body)s) ON CONFLICT (id) DO NOTHING
"""
SELECT_TOLD = """
SELECT n.number, n.id, n.party, n.patent_id, n.body, n.told_at, count(*) OVER () AS total,
    (
        SELECT jsonb_agg(to_jsonb(e) - 'notice' ORDER BY e.first_at, e.what)
        FROM notice_evidence AS e WHERE e.notice = n.number
    ) AS evidence
FROM told_notice AS n
WHERE (%(party)s::text IS NULL OR n.party = %(party)s::text)
    AND (%(patent)s::text IS NULL OR n.patent_id = %(patent)s::text)
    AND (%(id)s::text IS NULL OR n.id = %(id)s::text)
    AND n.number > %(after)s::bigint
ORDER BY n.number LIMIT %(limit)s
"""


class NoticeTeller(Following):
    """Writes down what parties are to be told, once each."""

    def __init__(
        self,
        url: str,
        reader: Reader,
        calendar: WorkingCalendar,
        clock: Callable[[], datetime],
        batch_max: int = BATCH_MAX,
    ) -> None:
        super().__init__(url, NAME)
        self.batch_max = batch_max
        self._reader = reader
        self._calendar = calendar
        self._clock = clock
        self._looked: tuple[date, float, int] | None = None
        """The day, the moment and the position of the last look at what time has brought."""

    def advance(self, connection: Connection[DictRow]) -> bool:
        today = civil_date(self._clock())
        known = self._reader.auditor(telling.followed_to)
        row = connection.execute(SELECT_MINE, (NAME,)).fetchone()
        assert row is not None, "an aggregate gives one row"
        mine: int = row["position"]
        if known > mine:
            until = min(known, mine + self.batch_max)
            asked = {"after": mine, "until": until}
            patents = [found["patent"] for found in connection.execute(SELECT_PATENTS, asked)]
            notices = self._reader.auditor(lambda c: telling.of_patents(c, patents, today, known))
            self._tell(connection, notices, until)
            return True
        if self._looks(today, known):
            notices = self._reader.auditor(
                lambda c: telling.of_the_day(c, today, known, self._calendar)
            )
            self._tell(connection, notices, known)
            self._looked = (today, time.monotonic(), known)
        return False

    def _looks(self, today: date, known: int) -> bool:
        if self._looked is None:
            return True
        day, at, position = self._looked
        return today != day or (known != position and time.monotonic() - at > AGAIN_SECONDS)

    def _tell(self, connection: Connection[DictRow], notices: telling.Notices, until: int) -> None:
        rows = [
            {
                "id": notice_id(told),
                "party": told.party,
                "patent": told.patent,
                "body": Jsonb(said, dumps=orjson.dumps),
            }
            for told, said in notices
        ]
        with connection.transaction(), connection.cursor() as curs:
            curs.executemany(TELL, rows)
            curs.execute(TRACK, (NAME, until))
            curs.execute("NOTIFY feed")


def notice_id(told: Told) -> str:
    """The name of a notice: the same for the same notice, another once it is met."""
    named = [
        told.party,
        told.patent,
        told.rule,
        told.duty,
        told.role,
        told.about,
        told.obligation,
        told.since,
        told.met_on,
    ]
    return f"n{sha256(orjson.dumps(named)).hexdigest()[:31]}"


def told(
    connection: psycopg.Connection[DictRow],
    *,
    party: str | None,
    patent: str | None = None,
    number: str | None = None,
    after: int = 0,
    limit: int = 1,
) -> tuple[list[dict[str, Any]], int]:
    """Notices that were told, in order, each with its delivery evidence; and how many there are.
    Read under the auditor's role, for the party itself or for those who see all."""
    asked = {"party": party, "patent": patent, "id": number, "after": after, "limit": limit}
    rows = connection.execute(SELECT_TOLD, asked).fetchall()
    shown = [
        {
            "id": row["id"],
            "number": row["number"],
            "told_at": row["told_at"],
            "notice": row["body"],
            "evidence": row["evidence"] or [],
        }
        for row in rows
    ]
    return shown, rows[0]["total"] if rows else 0

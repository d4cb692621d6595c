"""Mailboxes: what a caller has not acknowledged yet, as often as it asks.

A message is an entry or a notice to the caller's party. It lies there until it is acknowledged, so
that each comes at least once; its id is the same in the feed and in webhooks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from ledger.delivery.envelopes import of_entry, of_notice
from ledger.delivery.subscriptions import Subscription, party_of
from ledger.domain.filing import Caller
from ledger.projections import feed
from ledger.projections.looking import noticed

OPEN: Final = """
INSERT INTO mailbox (owner, party, wanted, entries_through)
VALUES (%(owner)s, %(party)s, %(wanted)s, coalesce(%(after)s::bigint, 0))
ON CONFLICT (owner) DO UPDATE SET party = excluded.party, wanted = excluded.wanted,
    entries_through = coalesce(%(after)s::bigint, mailbox.entries_through)
RETURNING *
"""
SELECT: Final = "SELECT * FROM mailbox WHERE owner = %s"
POLLED: Final = "UPDATE mailbox SET polled_at = now() WHERE owner = %s"
SELECT_NOTICES: Final = """
SELECT number, id, body, told_at, patent_id FROM told_notice
WHERE party = %(party)s AND number > %(after)s ORDER BY number LIMIT %(limit)s
"""
SEEN: Final = """
INSERT INTO notice_evidence (notice, recipient, what)
SELECT unnest(%(notices)s::bigint[]), %(recipient)s, %(what)s
ON CONFLICT (notice, recipient, what) DO UPDATE
    SET last_at = now(), times = notice_evidence.times + 1
"""
ACKNOWLEDGE: Final = """
UPDATE mailbox SET entries_through = greatest(entries_through, %(entries)s::bigint),
    notices_through = greatest(notices_through, %(notices)s::bigint), acknowledged_at = now()
WHERE owner = %(owner)s
RETURNING *
"""
SELECT_POLLED: Final = """
SELECT n.number FROM told_notice AS n
JOIN notice_evidence AS e ON e.notice = n.number AND e.recipient = %(owner)s AND e.what = 'polled'
WHERE n.party = %(party)s AND n.number > %(after)s AND n.number <= %(notices)s
"""
SELECT_TOLD: Final = "SELECT coalesce(max(number), 0) AS told FROM told_notice"

Connection = psycopg.Connection[DictRow]


class NotYet(ValueError):
    """What is acknowledged has not been told."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Up to where entries and notices have been told or acknowledged."""

    entries: int
    notices: int

    def __str__(self) -> str:
        return f"{self.entries}.{self.notices}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """The cursor that a text states; raises ValueError."""
        entries, _, notices = text.partition(".")
        return cls(int(entries), int(notices))


def open_mailbox(
    connection: Connection, caller: Caller, subscription: Subscription, after: int | None
) -> dict[str, Any]:
    """Open the caller's mailbox, or change what comes into it; `after` sets it back or forward."""
    row = connection.execute(
        OPEN,
        {
            "owner": caller.id,
            "party": party_of(caller),
            "wanted": Jsonb(subscription.as_json()),
            "after": after,
        },
    ).fetchone()
    assert row is not None, "an upsert returns its row"
    return shown(row)


def shown(row: DictRow) -> dict[str, Any]:
    """A mailbox as it is told."""
    return {
        **row["wanted"],
        "acknowledged": str(Cursor(row["entries_through"], row["notices_through"])),
        "opened_at": row["opened_at"],
        "polled_at": row["polled_at"],
        "acknowledged_at": row["acknowledged_at"],
    }


def poll(
    connection: Connection, caller: Caller, source: str, limit: int
) -> tuple[dict[str, Any], int] | None:
    """What lies in the caller's mailbox, the first come first, and how far the feed has come; None
    where it has none. That it was polled is evidence that its notices arrived."""
    with connection.transaction():
        row = connection.execute(SELECT, (caller.id,)).fetchone()
        if row is None:
            return None
        kept = Subscription.of(row["wanted"])
        head = feed.position(connection)
        messages: list[dict[str, Any]] = []
        through, more = row["entries_through"], False
        if kept.entries:
            page = feed.page(connection, kept.wanted, through, limit)
            messages += [of_entry(source, *entry) for entry in page.entries]
            through, more = page.through, page.more
        told = row["notices_through"]
        if kept.notices and row["party"] is not None:
            asked = {"party": row["party"], "after": told, "limit": limit}
            notices = connection.execute(SELECT_NOTICES, asked).fetchall()
            if notices:
                noticed()
            messages += [of_notice(source, notice) for notice in notices]
            numbers = [notice["number"] for notice in notices]
            seen = {"notices": numbers, "recipient": caller.id, "what": "polled"}
            connection.execute(SEEN, seen)
            told = numbers[-1] if numbers else told
            more = more or len(numbers) == limit
        connection.execute(POLLED, (caller.id,))
    return {
        "through": str(Cursor(through, told)),
        "more": more,
        "returned": len(messages),
        "messages": messages,
    }, head


def acknowledge(connection: Connection, caller: Caller, cursor: Cursor) -> dict[str, Any] | None:
    """Take out of the caller's mailbox what was told up to a cursor; None where it has none."""
    with connection.transaction():
        row = connection.execute(f"{SELECT} FOR UPDATE", (caller.id,)).fetchone()
        if row is None:
            return None
        last = connection.execute(SELECT_TOLD).fetchone()
        assert last is not None, "an aggregate gives one row"
        if cursor.entries > feed.position(connection) or cursor.notices > last["told"]:
            raise NotYet("nothing was told up to there yet")
        owned = {"owner": caller.id, "party": row["party"], "after": row["notices_through"]}
        asked = {**owned, "entries": cursor.entries, "notices": cursor.notices}
        polled = [found["number"] for found in connection.execute(SELECT_POLLED, asked)]
        seen = {"notices": polled, "recipient": caller.id, "what": "acknowledged"}
        connection.execute(SEEN, seen)
        changed = connection.execute(ACKNOWLEDGE, asked).fetchone()
        assert changed is not None, "the row is locked"
    return shown(changed)

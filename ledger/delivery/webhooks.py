"""Webhooks on record: registered, changed, paused, resumed and removed by their owner alone.

A registration is never deleted; what pauses one by itself says so. A replay brings again what was
delivered before, under the same ids.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, Final

import psycopg
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from ledger.delivery.subscriptions import Subscription, party_of
from ledger.domain.filing import Caller

WEBHOOKS_MAX: Final = 20
"""Webhooks of one owner."""
DEAD_LISTED_MAX: Final = 1_000

SELECT: Final = """
SELECT w.*,
    (SELECT count(*) FROM webhook_delivery AS d WHERE d.webhook = w.id AND d.dead_at IS NULL)
        AS waiting,
    (SELECT count(*) FROM webhook_delivery AS d WHERE d.webhook = w.id AND d.dead_at IS NOT NULL)
        AS dead
FROM webhook AS w
WHERE w.owner = %(owner)s AND w.state <> 'removed' AND (%(name)s::text IS NULL OR w.name = %(name)s)
ORDER BY w.name
"""
COUNT: Final = "SELECT count(*) AS webhooks FROM webhook WHERE owner = %s AND state <> 'removed'"
LOCK: Final = "SELECT id, state FROM webhook WHERE owner = %(owner)s AND name = %(name)s FOR UPDATE"
REGISTER: Final = """
INSERT INTO webhook (id, owner, name, party, url, wanted, entries_through, state)
VALUES (%(id)s, %(owner)s, %(name)s, %(party)s, %(url)s, %(wanted)s, coalesce(%(after)s, 0),
    'active')
"""
CHANGE: Final = """
UPDATE webhook SET url = %(url)s, wanted = %(wanted)s, party = %(party)s
WHERE owner = %(owner)s AND name = %(name)s
"""
REVIVE: Final = """
UPDATE webhook SET generation = generation + 1, overlap_until = NULL, state = 'active',
    because = NULL, state_since = now(), entries_through = coalesce(%(after)s, 0),
    notices_through = 0, registered_at = now()
WHERE owner = %(owner)s AND name = %(name)s
"""
SET_STATE: Final = """
UPDATE webhook SET state = %(state)s, because = %(because)s, state_since = now()
WHERE owner = %(owner)s AND name = %(name)s AND state <> 'removed'
"""
EMPTY: Final = """
DELETE FROM webhook_delivery WHERE webhook IN (
    SELECT id FROM webhook WHERE owner = %(owner)s AND name = %(name)s
)
"""
ROTATE: Final = """
UPDATE webhook SET generation = generation + 1, overlap_until = now() + %(overlap)s
WHERE owner = %(owner)s AND name = %(name)s AND state <> 'removed'
"""
SELECT_DEAD: Final = """
SELECT d.message AS id, d.stream, d.attempts, d.dead_at, d.status, d.error,
    count(*) OVER () AS total,
    (
        SELECT count(*) FROM webhook_delivery AS b
        WHERE b.webhook = d.webhook AND b.stream = d.stream AND b.number > d.number
    ) AS held_back
FROM webhook_delivery AS d JOIN webhook AS w ON w.id = d.webhook
WHERE w.owner = %(owner)s AND w.name = %(name)s AND d.dead_at IS NOT NULL
ORDER BY d.number LIMIT %(limit)s
"""
REVIVE_DEAD: Final = """
UPDATE webhook_delivery AS d SET dead_at = NULL, next_at = NULL, attempts = 0 FROM webhook AS w
WHERE w.id = d.webhook AND w.owner = %(owner)s AND w.name = %(name)s AND d.dead_at IS NOT NULL
"""
TAKE_BACK: Final = """
DELETE FROM webhook_delivery AS d USING webhook AS w
WHERE w.id = d.webhook AND w.owner = %(owner)s AND w.name = %(name)s AND d.position > %(after)s
"""
SET_BACK: Final = """
UPDATE webhook SET entries_through = least(entries_through, %(after)s)
WHERE owner = %(owner)s AND name = %(name)s AND state <> 'removed'
"""

Connection = psycopg.Connection[DictRow]


class TooMany(ValueError):
    """An owner has as many webhooks as it may have."""


class NoWebhook(LookupError):
    """The caller has no webhook of that name."""


def listed(connection: Connection, caller: Caller) -> list[DictRow]:
    """The caller's webhooks."""
    return connection.execute(SELECT, {"owner": caller.id, "name": None}).fetchall()


def found(connection: Connection, caller: Caller, name: str) -> DictRow:
    """The caller's webhook of a name; raises NoWebhook."""
    row = connection.execute(SELECT, {"owner": caller.id, "name": name}).fetchone()
    if row is None:
        raise NoWebhook(name)
    return row


def register(
    connection: Connection,
    caller: Caller,
    name: str,
    url: str,
    subscription: Subscription,
    after: int | None,
) -> tuple[DictRow, bool]:
    """Register a webhook under a name of the caller's choice, or change it; and whether it is new.
    A change does not bring again what was brought before: that is a replay."""
    stated = {
        "owner": caller.id,
        "name": name,
        "party": party_of(caller),
        "url": url,
        "wanted": Jsonb(subscription.as_json()),
        "after": after,
        "id": secrets.token_hex(12),
    }
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"webhooks {caller.id}",))
        known = connection.execute(LOCK, stated).fetchone()
        new = known is None or known["state"] == "removed"
        if new:
            count = connection.execute(COUNT, (caller.id,)).fetchone()
            assert count is not None, "an aggregate gives one row"
            if count["webhooks"] >= WEBHOOKS_MAX:
                raise TooMany(f"a caller has at most {WEBHOOKS_MAX} webhooks")
        if known is None:
            connection.execute(REGISTER, stated)
        else:
            connection.execute(CHANGE, stated)
            if new:
                connection.execute(REVIVE, stated)
        connection.execute("NOTIFY feed")
    return found(connection, caller, name), new


def set_state(
    connection: Connection, caller: Caller, name: str, state: str, because: str | None = None
) -> None:
    """Pause, resume or remove; what a removed one had still to be brought goes with it."""
    asked = {"owner": caller.id, "name": name, "state": state, "because": because}
    with connection.transaction():
        if connection.execute(SET_STATE, asked).rowcount == 0:
            raise NoWebhook(name)
        if state == "removed":
            connection.execute(EMPTY, asked)
        connection.execute("NOTIFY feed")


def rotate(connection: Connection, caller: Caller, name: str, overlap: timedelta) -> DictRow:
    """Begin a new generation of secrets; the one before signs too until the overlap is over."""
    asked = {"owner": caller.id, "name": name, "overlap": overlap}
    if connection.execute(ROTATE, asked).rowcount == 0:
        raise NoWebhook(name)
    return found(connection, caller, name)


def dead_letters(
    connection: Connection, caller: Caller, name: str, limit: int = DEAD_LISTED_MAX
) -> tuple[list[dict[str, Any]], int]:
    """What was given up, in order, and what it holds back of the same stream; and how many."""
    found(connection, caller, name)
    asked = {"owner": caller.id, "name": name, "limit": limit}
    rows = connection.execute(SELECT_DEAD, asked).fetchall()
    total = rows[0]["total"] if rows else 0
    return [{n: v for n, v in row.items() if n != "total"} for row in rows], total


def replay(connection: Connection, caller: Caller, name: str, after: int | None) -> None:
    """Bring again all entries behind a position; without one, what was given up."""
    asked = {"owner": caller.id, "name": name, "after": after}
    with connection.transaction():
        known = connection.execute(LOCK, asked).fetchone()
        if known is None or known["state"] == "removed":
            raise NoWebhook(name)
        if after is None:
            connection.execute(REVIVE_DEAD, asked)
        else:
            # In their order again: what waits behind the position is taken back first.
            connection.execute(TAKE_BACK, asked)
            connection.execute(SET_BACK, asked)
        connection.execute("NOTIFY feed")

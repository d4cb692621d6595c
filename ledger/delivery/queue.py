"""What webhooks have still to be brought: taken from the feed and the notices told, in order.

An undelivered message holds back later ones of its stream, and no others. A message is tried again
after a pause that grows, and given up after many; given up, it still holds back its stream until
its owner has it replayed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import SystemRandom
from typing import Any, Final

import psycopg
from psycopg.rows import DictRow

from ledger.delivery.sending import Outcome
from ledger.delivery.subscriptions import Subscription
from ledger.projections import feed

REST_SECONDS_MAX: Final = 60.0
TAKEN_MAX: Final = 500
"""Messages taken from the feed at once."""

SELECT_FIGURES: Final = """
SELECT count(*) FILTER (WHERE dead_at IS NULL) AS waiting, count(dead_at) AS dead
FROM webhook_delivery
"""
DUE: Final = """
SELECT w.id FROM webhook AS w
WHERE w.state = 'active' AND (
    (w.wanted ->> 'entries')::boolean AND w.entries_through < feed_position()
    OR (w.wanted ->> 'notices')::boolean AND EXISTS (
        SELECT FROM told_notice AS n WHERE n.party = w.party AND n.number > w.notices_through)
    OR EXISTS (
        SELECT FROM webhook_delivery AS d
        WHERE d.webhook = w.id AND d.dead_at IS NULL AND (d.next_at IS NULL OR d.next_at <= now()))
)
"""
SELECT_WEBHOOK: Final = """
SELECT *, overlap_until > now() AS overlapping FROM webhook
WHERE id = %s AND state = 'active' FOR UPDATE
"""
LOCK_WEBHOOK: Final = "SELECT FROM webhook WHERE id = %s FOR UPDATE"
TAKE_ENTRIES: Final = """
INSERT INTO webhook_delivery (webhook, message, stream, position)
SELECT %(webhook)s, f.position::text, f.stream, f.position FROM feed AS f
WHERE f.position > %(after)s::bigint AND f.position <= %(until)s::bigint
    AND (%(patents)s::text[] IS NULL OR f.stream = ANY (%(patents)s::text[]))
    AND (%(parties)s::text[] IS NULL OR f.parties && %(parties)s::text[])
    AND (%(topics)s::text[] IS NULL OR f.topic = ANY (%(topics)s::text[]))
ORDER BY f.position LIMIT %(limit)s
RETURNING position
"""
TAKE_NOTICES: Final = """
INSERT INTO webhook_delivery (webhook, message, stream, notice)
SELECT %(webhook)s, n.id, n.patent_id, n.number FROM told_notice AS n
WHERE n.party = %(party)s AND n.number > %(after)s::bigint
ORDER BY n.number LIMIT %(limit)s
RETURNING notice
"""
TAKEN: Final = """
UPDATE webhook SET entries_through = %(entries)s, notices_through = %(notices)s
WHERE id = %(webhook)s
"""
CLAIM: Final = """
SELECT d.number, d.message, d.stream, d.position, d.notice, d.attempts FROM webhook_delivery AS d
WHERE d.webhook = %(webhook)s AND d.dead_at IS NULL AND (d.next_at IS NULL OR d.next_at <= now())
    AND NOT EXISTS (
        SELECT FROM webhook_delivery AS b
        WHERE b.webhook = d.webhook AND b.stream = d.stream AND b.number < d.number
            AND (b.dead_at IS NOT NULL OR b.next_at > now())
    )
ORDER BY d.number LIMIT %(limit)s
"""
DELIVERED: Final = "DELETE FROM webhook_delivery WHERE number = ANY (%s::bigint[])"
FAILED: Final = """
UPDATE webhook_delivery SET attempts = attempts + 1, status = %(status)s, error = %(error)s,
    next_at = now() + make_interval(secs => %(pause)s),
    dead_at = CASE WHEN %(dead)s THEN now() END
WHERE number = %(number)s
"""
EVIDENCE: Final = """
INSERT INTO notice_evidence (notice, recipient, what, status)
VALUES (%(notice)s, %(recipient)s, %(what)s, %(status)s)
ON CONFLICT (notice, recipient, what) DO UPDATE
    SET last_at = now(), times = notice_evidence.times + 1, status = excluded.status
"""
SAID: Final = """
UPDATE webhook SET
    delivered_at = CASE WHEN %(delivered)s THEN now() ELSE delivered_at END,
    failed_at = CASE WHEN %(failed)s THEN now() ELSE failed_at END,
    last_status = %(status)s, last_error = %(error)s
WHERE id = %(webhook)s
"""
PAUSE: Final = """
UPDATE webhook SET state = 'paused', because = %(because)s, state_since = now()
WHERE id = %(webhook)s AND state = 'active'
"""
DEAD: Final = """
SELECT count(*) AS dead FROM webhook_delivery WHERE webhook = %s AND dead_at IS NOT NULL
"""
SELECT_NOTICES: Final = """
SELECT number, id, patent_id, body, told_at FROM told_notice WHERE number = ANY (%s::bigint[])
"""

Connection = psycopg.Connection[DictRow]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often a message is tried."""

    first_seconds: float = 5.0
    growth: float = 4.0
    longest_seconds: float = 6 * 3600.0
    attempts_max: int = 14
    """About two days and a half."""
    dead_max: int = 1_000
    """A webhook with more messages given up is paused."""

    def pause(self, attempts: int, retry_after: int | None = None) -> float:
        """How long to wait after so many attempts: longer each time, and never two the same."""
        grown = min(self.first_seconds * self.growth ** (attempts - 1), self.longest_seconds)
        jittered: float = grown * (0.5 + SystemRandom().random() / 2)
        return max(jittered, float(retry_after or 0))

    def rest(self, rounds: int) -> float:
        """How long a receiver is left alone that took nothing for so many rounds; after that it is
        asked with one message."""
        grown: float = self.first_seconds / 5 * 2 ** (rounds - 1)
        return min(grown, REST_SECONDS_MAX)


def figures(connection: Connection) -> dict[str, int]:
    """How many messages wait, and how many were given up."""
    row = connection.execute(SELECT_FIGURES).fetchone()
    assert row is not None, "an aggregate gives one row"
    return {"waiting": row["waiting"], "dead": row["dead"]}


def due(connection: Connection) -> list[str]:
    """The webhooks that may have something to be brought."""
    return [row["id"] for row in connection.execute(DUE)]


def claim(connection: Connection, webhook: str, limit: int) -> tuple[DictRow, list[DictRow]] | None:
    """A webhook with the messages to bring it next, oldest first; None where it is not active."""
    with connection.transaction():
        row = connection.execute(SELECT_WEBHOOK, (webhook,)).fetchone()
        if row is None:
            return None
        asked = {"webhook": webhook, "limit": limit}
        claimed = connection.execute(CLAIM, asked).fetchall()
        while len(claimed) < limit and _take(connection, row):
            claimed = connection.execute(CLAIM, asked).fetchall()
        return row, claimed


def _take(connection: Connection, row: DictRow) -> bool:
    """Take more from the feed and the notices told; False where there is nothing."""
    kept = Subscription.of(row["wanted"])
    head = feed.position(connection)
    entries, notices = row["entries_through"], row["notices_through"]
    shared = {"webhook": row["id"], "limit": TAKEN_MAX, "party": row["party"]}
    if kept.entries and entries < head:
        limits = {**kept.wanted.parameters(), **shared, "after": entries, "until": head}
        taken = [r["position"] for r in connection.execute(TAKE_ENTRIES, limits)]
        entries = max(taken) if len(taken) == TAKEN_MAX else head
    if kept.notices and row["party"] is not None:
        told = [r["notice"] for r in connection.execute(TAKE_NOTICES, {**shared, "after": notices})]
        notices = max(told, default=notices)
    if (entries, notices) == (row["entries_through"], row["notices_through"]):
        return False
    connection.execute(TAKEN, {"entries": entries, "notices": notices, "webhook": row["id"]})
    row["entries_through"], row["notices_through"] = entries, notices
    return True


def record(
    connection: Connection,
    webhook: str,
    outcomes: Sequence[tuple[DictRow, Outcome]],
    patience: Patience,
) -> bool:
    """Note what became of some messages; whether the webhook is still to be brought any."""
    with connection.transaction():
        # The webhook before its messages, as its owner's acts lock them: else each waits for the
        # other.
        connection.execute(LOCK_WEBHOOK, (webhook,))
        done = [message["number"] for message, outcome in outcomes if outcome.delivered]
        connection.execute(DELIVERED, (done,))
        for message, outcome in outcomes:
            if not outcome.delivered:
                attempts = message["attempts"] + 1
                changed = {
                    "number": message["number"],
                    "status": outcome.status,
                    "error": outcome.error,
                    "pause": patience.pause(attempts, outcome.retry_after),
                    "dead": attempts >= patience.attempts_max,
                }
                connection.execute(FAILED, changed)
            if message["notice"] is not None:
                what = "delivered" if outcome.delivered else "attempted"
                said = {"notice": message["notice"], "recipient": f"webhook:{webhook}"}
                connection.execute(EVIDENCE, {**said, "what": what, "status": outcome.status})
        last = outcomes[-1][1]
        told: dict[str, Any] = {
            "webhook": webhook,
            "delivered": bool(done),
            "failed": len(done) < len(outcomes),
            "status": last.status,
            "error": last.error,
        }
        connection.execute(SAID, told)
        because = _why_pause(connection, webhook, outcomes, patience)
        if because is not None:
            connection.execute(PAUSE, {"webhook": webhook, "because": because})
        return because is None


def _why_pause(
    connection: Connection,
    webhook: str,
    outcomes: Sequence[tuple[DictRow, Outcome]],
    patience: Patience,
) -> str | None:
    if any(outcome.gone for _, outcome in outcomes):
        return "the receiver answered 410 Gone"
    row = connection.execute(DEAD, (webhook,)).fetchone()
    assert row is not None, "an aggregate gives one row"
    if row["dead"] > patience.dead_max:
        return f"more than {patience.dead_max:,} messages were given up"
    return None


def notices(connection: Connection, numbers: Sequence[int]) -> dict[int, DictRow]:
    """Notices told, by their numbers."""
    rows = connection.execute(SELECT_NOTICES, (list(numbers),)).fetchall()
    return {row["number"]: row for row in rows}

"""The feed: the entries with a public part, in order, by patent, party and kind.

Read under the public role. A follower keeps the index of it behind the log; what an entry says is
read from the log. The feed has come to a position where a filing ends, never beyond the head.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import Connection
from psycopg.rows import DictRow

from ledger.domain.events import EVENT_TYPES
from ledger.eventstore.following import BATCH_MAX, Following

NAME: Final = "feed"

PACE_SECONDS: Final = 0.1
"""Batches follow each other no sooner; each costs the database the same few milliseconds, however
many entries it holds."""

KINDS: Final = frozenset(topic for topic, kind in EVENT_TYPES.items() if not kind.HIDDEN)
"""The topics of entries with a public part."""
GROUPS: Final = frozenset(topic.partition(".")[0] for topic in KINDS)
"""Their first words, each of which stands for all its topics."""

SELECT_POSITION = "SELECT feed_position() AS position"
# Only the limits that are asked for are stated, and with their values: whether an index leads there
# sooner than the order of positions depends on whom or what they name.
SELECT_PAGE = """
SELECT position, filing_end FROM feed WHERE {limits} ORDER BY position LIMIT %(limit)s
"""
SELECT_TOTAL = "SELECT count(*) AS total FROM feed WHERE {limits}"
BETWEEN = "position > %(after)s::bigint AND position <= %(until)s::bigint"
LIMITS = {
    "patents": "stream = ANY (%(patents)s::text[])",
    "parties": "parties && %(parties)s::text[]",
    "topics": "topic = ANY (%(topics)s::text[])",
}
SELECT_NUMBERS = """
SELECT
    coalesce((SELECT number FROM feed WHERE position <= %(until)s::bigint
        ORDER BY position DESC LIMIT 1), 0)
    - coalesce((SELECT number FROM feed WHERE position <= %(after)s::bigint
        ORDER BY position DESC LIMIT 1), 0) AS total
"""
SELECT_LEAVES = "SELECT position, entry FROM leaves_at(%s::bigint[])"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are asked for; of each kind of limit any of several, and all limits at once."""

    patents: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    """Topics, or first words of topics."""

    def parameters(self) -> dict[str, Any]:
        """The limits as the queries take them; none is NULL."""
        return {
            "patents": list(self.patents) or None,
            "parties": list(self.parties) or None,
            "topics": topics(self.kinds) or None,
        }

    @property
    def all(self) -> bool:
        """Whether nothing is left out."""
        return not (self.patents or self.parties or self.kinds)

    def found(
        self, connection: Connection[DictRow], query: str, asked: dict[str, Any]
    ) -> list[DictRow]:
        """What a query finds within the limits."""
        parameters = self.parameters()
        stated = [LIMITS[name] for name, value in parameters.items() if value is not None]
        limited = query.format(limits=" AND ".join((BETWEEN, *stated)))
        cursor = psycopg.ClientCursor(connection, row_factory=connection.row_factory)
        return cursor.execute(limited, {**parameters, **asked}).fetchall()


def topics(kinds: Sequence[str]) -> list[str]:
    """The topics that kinds stand for."""
    return sorted(topic for topic in KINDS if topic in kinds or topic.partition(".")[0] in kinds)


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries in order: their positions with their stored bytes."""

    entries: list[tuple[int, bytes]]
    through: int
    """Where to go on; all that is asked for up to here has been told."""
    position: int
    """How far the feed had come."""

    @property
    def more(self) -> bool:
        """Whether the feed had more to tell."""
        return self.through < self.position


class FeedFollower(Following):
    """Keeps the feed's index behind the log; the database does the work."""

    def __init__(self, url: str, batch_max: int = BATCH_MAX) -> None:
        super().__init__(url, NAME)
        self.batch_max = batch_max
        self._advanced_at = float("-inf")

    def advance(self, connection: Connection[DictRow]) -> bool:
        pause = self._advanced_at + PACE_SECONDS - time.monotonic()
        if pause > 0 and self.stopping.wait(pause):
            return False
        row = connection.execute(
            "SELECT follow_feed(%s::bigint) AS more", (self.batch_max,), prepare=True
        ).fetchone()
        assert row is not None, "the function gives one row"
        if row["more"]:
            self._advanced_at = time.monotonic()
        return bool(row["more"])


def position(connection: psycopg.Connection[DictRow]) -> int:
    """How far the feed has come."""
    row = connection.execute(SELECT_POSITION).fetchone()
    assert row is not None, "a query without a table answers one row"
    return int(row["position"])


def page(
    connection: psycopg.Connection[DictRow],
    wanted: Wanted,
    after: int,
    limit: int,
    *,
    whole_filings: bool = True,
) -> Page:
    """Entries behind a position. A page ends where a filing ends, though it be longer for it, so
    that a reader who takes page by page never acts on half a filing."""
    head = position(connection)
    asked = {"after": after, "until": head, "limit": limit + 1}
    rows = wanted.found(connection, SELECT_PAGE, asked)
    through = head
    if len(rows) > limit:
        cut = rows[limit]["filing_end"]
        if not whole_filings:
            rows = rows[:limit]
        elif rows[0]["filing_end"] != cut:
            rows = [row for row in rows if row["filing_end"] != cut]
        else:
            whole = {**asked, "until": cut, "limit": None}
            rows = wanted.found(connection, SELECT_PAGE, whole)
        through = rows[-1]["position"]
    found = [row["position"] for row in rows]
    return Page(leaves(connection, found), max(after, through), head)


def leaves(
    connection: psycopg.Connection[DictRow], positions: Sequence[int]
) -> list[tuple[int, bytes]]:
    """The stored bytes of entries, in order."""
    if not positions:
        return []
    rows = connection.execute(SELECT_LEAVES, (list(positions),)).fetchall()
    return [(row["position"], bytes(row["entry"])) for row in rows]


def total(connection: psycopg.Connection[DictRow], wanted: Wanted, after: int, until: int) -> int:
    """How many entries there are behind a position up to another."""
    asked = {"after": after, "until": until}
    if wanted.all:
        rows = connection.execute(SELECT_NUMBERS, asked).fetchall()
    else:
        rows = wanted.found(connection, SELECT_TOTAL, asked)
    return max(int(rows[0]["total"]), 0)

"""What has changed since: the head of the log, and which streams the newest public entries are on.

For whoever keeps answers in memory. The register views of a patent change by entries on its own
stream alone, and what the public reads of it by public entries alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import psycopg
from psycopg.rows import DictRow

from ledger.projections import entries

Answer = TypeVar("Answer")
Work = Callable[[psycopg.Connection[DictRow]], Answer]

CHANGES_MAX: Final = 20_000
"""Entries that are looked through at once, and streams whose last change is known; beyond it all
that was known before is forgotten."""

SELECT_CHANGES = """
SELECT position, stream FROM event_log
WHERE position > %(after)s AND position <= %(until)s AND stream IS NOT NULL ORDER BY position
"""


class Watch:
    """Knows of each stream whether it has changed since a position.

    For one event loop. Those who ask while a reading is under way share the next one, so that each
    is told what was committed before it asked.
    """

    def __init__(self, read: Callable[[Work[int]], Awaitable[int]]) -> None:
        self._read = read
        self._running: asyncio.Future[int] | None = None
        self._next: asyncio.Future[int] | None = None
        self._head: int | None = None
        self._floor = 0
        self._changed: dict[str, int] = {}

    async def head(self) -> int:
        """The newest position; every entry up to it is known to `unchanged`."""
        if self._next is None:
            self._next = asyncio.ensure_future(self._after(self._running))
        return await asyncio.shield(self._next)

    def unchanged(self, stream: str, since: int) -> bool:
        """Whether nothing public was entered on a stream after a position; False where it is not
        known any more."""
        return since >= self._changed.get(stream, self._floor)

    async def _after(self, before: asyncio.Future[int] | None) -> int:
        if before is not None:
            await asyncio.wait([before])
        self._running, self._next = self._next, None
        return await self._read(self._look)

    def _look(self, connection: psycopg.Connection[DictRow]) -> int:
        head = entries.head(connection)
        if head == self._head:
            return head
        if self._head is None or head < self._head or head - self._head > CHANGES_MAX:
            self._forget(head)
        else:
            span = {"after": self._head, "until": head}
            for row in connection.execute(SELECT_CHANGES, span):
                self._changed[row["stream"]] = row["position"]
            if len(self._changed) > CHANGES_MAX:
                self._forget(head)
        self._head = head
        return head

    def _forget(self, head: int) -> None:
        # In this order: who asks in between must not take what was forgotten for unchanged.
        self._floor = head
        self._changed = {}

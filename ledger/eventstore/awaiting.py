"""Callers that are coroutines: their answers come by one call into their loop for many of them."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from weakref import ref

from ledger.eventstore.acts import Act, Waiting


class Postbox:
    """Takes answers from the thread that files to the loop of those who wait."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = ref(loop)
        """Postboxes are kept by their loops, and must not keep them."""
        self._answered: deque[Awaited] = deque()
        self._called = False

    def put(self, awaited: Awaited) -> None:
        """Have it delivered; called by the thread that files."""
        self._answered.append(awaited)
        if not self._called:
            self._called = True
            loop = self._loop()
            # A loop that is closed has nobody left who waits; what was entered stays entered.
            with suppress(RuntimeError):
                if loop is not None:
                    loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        self._called = False
        while self._answered:
            self._answered.popleft().deliver()


class Awaited(Waiting):
    """A coroutine that waits for the answer to its act."""

    __slots__ = ("_postbox", "future")

    def __init__(self, act: Act, future: asyncio.Future[bytes], postbox: Postbox) -> None:
        super().__init__(act)
        self.future = future
        self._postbox = postbox

    def told(self) -> None:
        self._postbox.put(self)

    def deliver(self) -> None:
        """Give the answer to the coroutine, unless it has gone."""
        if self.future.done():
            return
        if isinstance(self.error, StopIteration):
            # Which no future can hold.
            self.future.set_exception(RuntimeError(f"the act failed: {self.error!r}"))
        elif self.error is not None:
            self.future.set_exception(self.error)
        elif self.receipt is not None:
            self.future.set_result(self.receipt)

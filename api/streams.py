"""The feed as server-sent events: as fast as the reader reads, for as long as it listens."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

import orjson
from anyio.to_thread import run_sync
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.answers import POSITION
from api.house import House
from api.problems import Problem
from ledger.delivery.envelopes import of_entry
from ledger.projections import feed
from ledger.projections.feed import Page, Wanted

MEDIA_TYPE: Final = "text/event-stream"
HEARTBEAT_SECONDS: Final = 15.0
"""After so long without an event a comment is sent, so that nobody on the way hangs up."""
SEND_SECONDS_MAX: Final = 60.0
"""A reader that takes nothing for so long is let go; it resumes with the last id it has seen."""
ENTRIES_MAX: Final = 100
"""Entries that are held for a reader at once, whatever it has still to read."""
PACE_SECONDS: Final = 0.05
"""A reader's question follows the last no sooner, however many filings come between."""
READERS_MAX: Final = 500
"""Readers of one server."""
RETRY_MILLISECONDS: Final = 1000


class EventStream(Response):
    """The events behind a position, and those to come."""

    media_type = MEDIA_TYPE

    def __init__(self, house: House, wanted: Wanted, after: int) -> None:
        # Not the parent's own, which would state a length.
        self.status_code = 200
        self.background = None
        self.init_headers(_headers(after))
        self._house = house
        self._wanted = wanted
        self._after = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        with _counted(self._house):
            start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
            await send(start)
            telling = asyncio.create_task(self._tell(send))
            hanging_up = asyncio.create_task(_hung_up(receive))
            try:
                await asyncio.wait({telling, hanging_up}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (telling, hanging_up):
                    task.cancel()
                    with suppress(asyncio.CancelledError, TimeoutError):
                        await task

    async def _tell(self, send: Send) -> None:
        bell = self._house.post.bell
        await _send(send, f"retry: {RETRY_MILLISECONDS}\n\n".encode())
        while not bell.stopping:
            page = await run_sync(self._page, abandon_on_cancel=True)
            for text in _events(self._house.post.source, page):
                await _send(send, text)
            self._after = page.through
            if not page.more and not await bell.beyond(page.position, HEARTBEAT_SECONDS):
                await _send(send, b": still here\n\n")
            await asyncio.sleep(PACE_SECONDS)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _page(self) -> Page:
        return self._house.reader.public(
            lambda c: feed.page(c, self._wanted, self._after, ENTRIES_MAX, whole_filings=False)
        )


def _headers(after: int) -> Mapping[str, str]:
    return {"Cache-Control": "no-store", "X-Accel-Buffering": "no", POSITION: str(after)}


@contextmanager
def _counted(house: House) -> Iterator[None]:
    house.readers += 1
    try:
        yield
    finally:
        house.readers -= 1


def check_room(house: House) -> None:
    """The problem that too many readers follow the feed here."""
    if house.readers >= READERS_MAX:
        raise Problem("crowded", f"This server has {READERS_MAX} readers of the feed.")


def _events(source: str, page: Page) -> Iterator[bytes]:
    for position, leaf in page.entries:
        event = orjson.dumps(of_entry(source, position, leaf))
        yield b"id: %d\ndata: %b\n\n" % (position, event)


async def _send(send: Send, text: bytes) -> None:
    async with asyncio.timeout(SEND_SECONDS_MAX):
        await send({"type": "http.response.body", "body": text, "more_body": True})


async def _hung_up(receive: Receive) -> Any:
    while (await receive())["type"] != "http.disconnect":
        pass

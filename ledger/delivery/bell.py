"""One session that listens for all who wait: it rings when the feed has come further.

Woken by NOTIFY or after one second, so that a lost notification costs a second and no event.
"""

from __future__ import annotations

import asyncio
import logging
import threading

import psycopg
from psycopg.errors import ReadOnlySqlTransaction
from psycopg.rows import DictRow, dict_row

from ledger.database import connect
from ledger.eventstore.following import WAKE_SECONDS, until_called
from ledger.projections import feed

log = logging.getLogger(__name__)


class Bell:
    """Tells coroutines that the feed has come further; one thread, one session."""

    def __init__(self, url: str) -> None:
        self.position = 0
        """How far the feed had come when it was last looked at."""
        self._url = url
        self._stopping = threading.Event()
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="bell", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let go of all who wait, and listen no more."""
        self.silence()
        if self._thread.ident is not None:
            self._thread.join()

    def silence(self) -> None:
        """Let go of all who wait, at once: the server is about to stop."""
        self._stopping.set()
        self._ring()

    @property
    def stopping(self) -> bool:
        """Whether nobody should wait any more."""
        return self._stopping.is_set()

    async def beyond(self, position: int, seconds: float) -> bool:
        """Wait until the feed has come beyond a position; False where the time was over first."""
        heard = asyncio.Event()
        waiter = (asyncio.get_running_loop(), heard)
        with self._lock:
            self._waiting.add(waiter)
        try:
            async with asyncio.timeout(seconds):
                while self.position <= position and not self.stopping:
                    await heard.wait()
                    heard.clear()
        except TimeoutError:
            return False
        finally:
            with self._lock:
                self._waiting.discard(waiter)
        return self.position > position

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with connect(
                    self._url,
                    "ledger_public",
                    application_name="patent-ledger bell",
                    row_factory=dict_row,
                ) as connection:
                    self._listen(connection)
            except (psycopg.OperationalError, ReadOnlySqlTransaction) as error:
                # A standby lets nobody listen.
                log.warning("the bell lost its connection: %s", error)
                self._stopping.wait(WAKE_SECONDS)

    def _listen(self, connection: psycopg.Connection[DictRow]) -> None:
        connection.execute("LISTEN feed")
        while not self._stopping.is_set():
            come = feed.position(connection)
            if come != self.position:
                self.position = come
                self._ring()
            until_called(connection, self._stopping)

    def _ring(self) -> None:
        with self._lock:
            waiting = list(self._waiting)
        for loop, heard in waiting:
            if not loop.is_closed():
                loop.call_soon_threadsafe(heard.set)

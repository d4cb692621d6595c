"""The courier: brings webhooks what they are to be brought, one session of all servers at a time.

It works with the session that holds its turn: when that is lost, so is the right to note anything,
and whoever has the next turn brings again what was not noted. Messages of one stream go one after
the other, of several at the same time.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import groupby
from typing import Final

import orjson
from psycopg import Connection
from psycopg.rows import DictRow

from ledger.delivery import queue, signing
from ledger.delivery.envelopes import MEDIA_TYPE, of_entry, of_notice
from ledger.delivery.queue import Patience
from ledger.delivery.sending import Outcome, Sender
from ledger.delivery.signing import Digest, Secrets
from ledger.eventstore.following import WAKE_SECONDS, Following
from ledger.projections import feed

NAME: Final = "webhooks"
CLAIMED_MAX: Final = 128
"""Messages of one webhook at hand."""
AT_ONCE_MAX: Final = 8
"""Messages sent to one webhook at the same time."""

Delivery = tuple[DictRow, Outcome]


class Courier(Following):
    """Sends what waits, and notes what became of it."""

    def __init__(
        self,
        url: str,
        source: str,
        digest: Digest,
        sender: Callable[[], Sender],
        patience: Patience | None = None,
    ) -> None:
        super().__init__(url, NAME)
        self._source = source
        self._digest = digest
        self._sender = sender
        self._patience = patience or Patience()
        self._wake: Callable[[], object] = self.stopping.is_set

    def stop(self) -> None:
        self.stopping.set()
        with contextlib.suppress(RuntimeError):  # its loop may have ended
            self._wake()
        super().stop()

    def advance(self, connection: Connection[DictRow]) -> bool:
        """Bring what can be brought now, once; whether there was anything."""
        return bool(asyncio.run(self._once(connection)))

    async def _once(self, connection: Connection[DictRow]) -> int:
        sender = self._sender()
        try:
            due = queue.due(connection)
            return sum([await self._round(connection, sender, w, CLAIMED_MAX) or 0 for w in due])
        finally:
            await sender.close()

    def _follow(self, connection: Connection[DictRow]) -> None:
        while not self._turn(connection):
            if self.stopping.wait(WAKE_SECONDS):
                return
        connection.execute("LISTEN feed")
        asyncio.run(self._carry(connection))

    async def _carry(self, connection: Connection[DictRow]) -> None:
        """A lane for each webhook that has something to be brought, until it is told to stop."""
        heard = asyncio.Event()
        loop = asyncio.get_running_loop()
        line = connection.fileno()
        loop.add_reader(line, heard.set)
        self._wake = partial(loop.call_soon_threadsafe, heard.set)
        sender = self._sender()
        lanes: dict[str, asyncio.Task[None]] = {}
        try:
            while not self.stopping.is_set():
                heard.clear()
                for _ in connection.notifies(timeout=0):
                    pass
                for name in [name for name, lane in lanes.items() if lane.done()]:
                    lanes.pop(name).result()
                for webhook in queue.due(connection):
                    if webhook not in lanes:
                        lane = loop.create_task(self._lane(connection, sender, webhook))
                        lane.add_done_callback(lambda _: heard.set())
                        lanes[webhook] = lane
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(WAKE_SECONDS):
                        await heard.wait()
        finally:
            loop.remove_reader(line)
            for lane in lanes.values():
                lane.cancel()
            await asyncio.gather(*lanes.values(), return_exceptions=True)
            await sender.close()

    async def _lane(self, connection: Connection[DictRow], sender: Sender, webhook: str) -> None:
        """Bring one webhook all that it can be brought now."""
        failing = 0
        while not self.stopping.is_set():
            limit = 1 if failing else CLAIMED_MAX
            delivered = await self._round(connection, sender, webhook, limit)
            if delivered is None:
                return
            failing = 0 if delivered else failing + 1
            if failing:
                await asyncio.sleep(self._patience.rest(failing))

    async def _round(
        self, connection: Connection[DictRow], sender: Sender, webhook: str, limit: int
    ) -> int | None:
        """How many messages a webhook took of those claimed; None where nothing is to be done."""
        claimed = queue.claim(connection, webhook, limit)
        if claimed is None or not claimed[1]:
            return None
        row, messages = claimed
        bodies = self._bodies(connection, messages)
        generations = [Secrets.of(self._digest, row["id"], row["generation"])]
        if row["overlapping"]:
            generations.append(Secrets.of(self._digest, row["id"], row["generation"] - 1))
        room = asyncio.Semaphore(AT_ONCE_MAX)

        async def in_order(stream: Iterable[DictRow]) -> list[Delivery]:
            """The messages of one stream, up to the first that is not taken."""
            found: list[Delivery] = []
            async with room:
                for message in stream:
                    name, body = message["message"], bodies[message["number"]]
                    signed = signing.headers(generations, name, int(time.time()), body)
                    headers = {"Content-Type": MEDIA_TYPE, **signed}
                    outcome = await sender.send(row["url"], body, headers)
                    found.append((message, outcome))
                    if not outcome.delivered:
                        break
            return found

        ordered = sorted(messages, key=lambda message: str(message["stream"]))
        streams = [list(group) for _, group in groupby(ordered, lambda m: str(m["stream"]))]
        outcomes = [d for done in await asyncio.gather(*map(in_order, streams)) for d in done]
        if not queue.record(connection, webhook, outcomes, self._patience):
            return None
        return sum(outcome.delivered for _, outcome in outcomes)

    def _bodies(
        self, connection: Connection[DictRow], messages: Sequence[DictRow]
    ) -> dict[int, bytes]:
        """What is sent, by the numbers of the messages."""
        at = [m["position"] for m in messages if m["position"] is not None]
        told = [m["notice"] for m in messages if m["notice"] is not None]
        leaves = dict(feed.leaves(connection, at))
        notices = queue.notices(connection, told)
        return {
            m["number"]: orjson.dumps(
                of_entry(self._source, m["position"], leaves[m["position"]])
                if m["notice"] is None
                else of_notice(self._source, notices[m["notice"]], thin=True),
                option=orjson.OPT_UTC_Z,
            )
            for m in messages
        }

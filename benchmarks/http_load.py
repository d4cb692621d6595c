"""A load of HTTP requests over kept connections, with as little work of its own as can be.

A client library takes longer over a request than the server that is measured; this one sends
requests made beforehand and reads no more of an answer than its status and length.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

import httptools
import uvloop


@dataclass
class Outcome:
    """What became of a load."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def quantile_ms(self, share: float) -> float:
        """The latency in milliseconds below which this share of the answers came."""
        ordered = sorted(self.latencies)
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 2)


class Client(asyncio.Protocol):
    """One connection: it sends the next request as soon as the last one is answered."""

    def __init__(self, waiting: Iterator[bytes], outcome: Outcome) -> None:
        self._waiting = waiting
        self._outcome = outcome
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def _next(self) -> None:
        request = next(self._waiting, None)
        if request is None:
            self._transport.close()
            self.done.set_result(None)
            return
        self._parser = httptools.HttpResponseParser(self)
        self._began = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """The parser's word that an answer is whole."""
        self._outcome.latencies.append(time.perf_counter() - self._began)
        self._outcome.statuses[self._parser.get_status_code()] += 1
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionResetError("the server closed a connection"))


def load(address: str, requests: Sequence[bytes], connections: int) -> Outcome:
    """Send all requests over so many connections, each answered before the next on its own."""
    outcome = Outcome()
    host, _, port = address.removeprefix("http://").rpartition(":")
    waiting = iter(requests)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        began = time.perf_counter()
        made = [
            await loop.create_connection(lambda: Client(waiting, outcome), host, int(port))
            for _ in range(connections)
        ]
        await asyncio.gather(*(client.done for _, client in made))
        outcome.seconds = time.perf_counter() - began

    uvloop.run(run())
    return outcome


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """The bytes of a request."""
    if body:
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body

"""Extracts that were answered before and that nothing has changed since, answered from memory.

Only what the public reads, newest and for today. Whether anything has changed is read from the log
before each answer, so whoever has seen a receipt cannot miss its entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answers import JSON, POSITION
from api.covering import CHECKPOINT
from api.gate import PUBLIC
from api.house import House
from ledger.domain.numbers import InvalidNumber, parse_patent_id
from ledger.domain.periods import civil_date
from ledger.projections.reader import TooLong, Unreadable
from ledger.projections.watch import Watch

PREFIX: Final = "/v1/patents/"
BYTES_MAX: Final = 64 * 1024 * 1024
"""How much is remembered; beyond it what was not asked for longest is forgotten."""

_CONDITIONS: Final = frozenset(
    {b"if-match", b"if-none-match", b"ledger-min-position", b"accept-language"}
)
"""What is answered in another way."""


@dataclass(frozen=True, slots=True)
class Extract:
    """An answer, without the position that it names."""

    patent: str
    on: str
    position: int
    before: bytes
    after: bytes

    @property
    def size(self) -> int:
        return len(self.before) + len(self.after) + 500


class Remembered:
    """Answers questions for a patent's extract that it knows the answer of."""

    def __init__(self, app: ASGIApp, house: House, bytes_max: int = BYTES_MAX) -> None:
        self._app = app
        self._house = house
        self._bytes_max = bytes_max
        self._extracts: dict[str, Extract] = {}
        self._bytes = 0
        self._watch = Watch(lambda work: run_in_threadpool(house.reader.public, work))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _plain(scope):
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        covering = self._house.covering
        try:
            head = await self._watch.head()
            if covering.worth_a_look(head):
                await run_in_threadpool(covering.of, self._house, head)
        except (Unreadable, TooLong):
            # The operation answers it, as a problem of its own.
            await self._app(scope, receive, send)
            return
        known = self._extracts.pop(path, None)
        if known is None or not self._holds(known, head):
            self._bytes -= known.size if known else 0
            await self._app(scope, receive, _Hearing(send, lambda *told: self._keep(path, *told)))
            return
        scope["state"]["operation"] = "get_patent"
        # What is asked for stands at the end, so that the first is what was not asked for longest.
        self._extracts[path] = known
        body = b"%b%d%b" % (known.before, head, known.after)
        headers = [
            (b"content-length", b"%d" % len(body)),
            (b"content-type", JSON.encode()),
            (POSITION.lower().encode(), b"%d" % head),
        ]
        if (covered := covering.at(head)) is not None:
            headers.append((CHECKPOINT.lower().encode(), covered.encode()))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _holds(self, known: Extract, head: int) -> bool:
        today = civil_date(self._house.clock()).isoformat()
        # Of several hosts that are read one may be behind another.
        return (
            known.position <= head
            and known.on == today
            and self._watch.unchanged(known.patent, known.position)
        )

    def _keep(self, path: str, position: int, body: bytes) -> None:
        patent = _patent_of(path)
        told: dict[str, Any] = {} if patent is None else orjson.loads(body)
        # Another number of a patent may come to mean another patent without an entry on this one.
        if patent is None or told["patent"] != patent:
            return
        before, mark, after = body.partition(b'"known_at":%d' % position)
        if not mark:
            return
        known = Extract(
            told["patent"], told["effective_on"], position, before + b'"known_at":', after
        )
        self._bytes += known.size - (old.size if (old := self._extracts.pop(path, None)) else 0)
        self._extracts[path] = known
        while self._bytes > self._bytes_max:
            self._bytes -= self._extracts.pop(next(iter(self._extracts))).size


def _plain(scope: Scope) -> bool:
    """Whether it is the public's question for the newest extract of one patent, for today."""
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and scope["path"].startswith(PREFIX)
        and not scope["query_string"]
        and scope["state"]["caller"] is PUBLIC
        and not any(name in _CONDITIONS for name, _ in scope["headers"])
    )


def _patent_of(path: str) -> str | None:
    try:
        return parse_patent_id(path.removeprefix(PREFIX))
    except InvalidNumber:
        return None


class _Hearing:
    """Passes an answer on, and tells what was answered where it was an extract."""

    def __init__(self, send: Send, tell: Any) -> None:
        self._send = send
        self._tell = tell
        self._position: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = dict(message["headers"])
            if message["status"] == 200 and headers.get(b"content-type") == JSON.encode():
                self._position = int(headers[POSITION.lower().encode()])
        elif self._position is not None and not message.get("more_body"):
            self._tell(self._position, message["body"])
        await self._send(message)

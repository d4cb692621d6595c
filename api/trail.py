"""The trail: an answer with something in it that is not public is noted before it is given.

Where it cannot be noted, it is not given. What nobody but the public may see costs nothing here.
"""

from __future__ import annotations

from typing import Any, Final

import psycopg
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from api.answers import POSITION
from api.house import House
from ledger.domain.filing import Caller
from ledger.domain.numbers import InvalidNumber, parse_patent_id
from ledger.projections.looking import Looked, looking
from ledger.projections.reader import Unreadable
from ledger.projections.reads import Read, note

TEXT_MAX: Final = 1000
TELLING: Final = frozenset({409})
"""Statuses of refusals that may show entries, beside those of answers."""


async def watched(app: ASGIApp, house: House, scope: Scope, receive: Receive, send: Send) -> None:
    """Have a request of a known caller answered, and noted where it sees what is not public."""
    with looking() as looked:
        await app(scope, receive, _Watch(house, scope, receive, send, looked))


class _Watch:
    """Sends an answer on, once it is noted; in its place a problem, where that fails."""

    __slots__ = ("_house", "_looked", "_receive", "_replaced", "_scope", "_send")

    def __init__(
        self, house: House, scope: Scope, receive: Receive, send: Send, looked: Looked
    ) -> None:
        self._house = house
        self._scope = scope
        self._receive = receive
        self._send = send
        self._looked = looked
        self._replaced = False

    async def __call__(self, message: Message) -> None:
        if self._replaced:
            return
        if message["type"] == "http.response.start" and self._tells(message["status"]):
            read = _read(self._house, self._scope, message)
            try:
                await run_in_threadpool(self._house.reader.noting, lambda c: note(c, read))
            except (Unreadable, psycopg.Error) as error:
                self._replaced = True
                problem = problems.answer(Request(self._scope), error)
                await problem(self._scope, self._receive, self._send)
                return
        await self._send(message)

    def _tells(self, status: int) -> bool:
        return self._looked.confidential and (status < 400 or status in TELLING)


def _read(house: House, scope: Scope, message: Message) -> Read:
    caller: Caller = scope["state"]["caller"]
    position = next((v for k, v in message["headers"] if k == POSITION.lower().encode()), None)
    return Read(
        read_at=house.clock(),
        caller=caller.id,
        role=caller.role,
        party=caller.party,
        operation=scope["route"].operation_id,
        about=_about(scope["path_params"]),
        path=_text(scope["path"]),
        query=_text(scope["query_string"].decode("latin-1")),
        position=None if position is None else int(position),
        status=message["status"],
        request_id=scope["state"]["request_id"],
    )


def _about(params: dict[str, Any]) -> str | None:
    """The number that a path states, a patent's in its canonical form."""
    stated = params.get("no", params.get("id"))
    if stated is None:
        return None
    try:
        return parse_patent_id(str(stated))
    except InvalidNumber:
        return _text(str(stated))


def _text(text: str) -> str:
    """A text as the database takes it."""
    return text[:TEXT_MAX].replace("\0", "\ufffd").encode("utf-8", "replace").decode()

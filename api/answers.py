"""Answers as bytes, each with the position it was read at."""

from __future__ import annotations

from typing import Any, Final

import orjson
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.house import House

POSITION: Final = "Ledger-Position"
JSON: Final = "application/json"
CLOSE: Final = (b"connection", b"close")
"""Says that a connection takes no further request."""


def json_answer(value: Any, position: int, status: int = 200) -> Response:
    """A JSON answer; dates and times in ISO 8601, times in UTC."""
    body = orjson.dumps(value, option=orjson.OPT_UTC_Z)
    return Response(body, status, {POSITION: str(position)}, JSON)


def body_of(schema: str) -> dict[str, Any]:
    """The body of an operation as OpenAPI tells it."""
    reference = {"$ref": f"#/components/schemas/{schema}"}
    return {"required": True, "content": {JSON: {"schema": reference}}}


class PositionStamp:
    """Every answer carries a position: its own, or else the newest that this server has seen. Of
    a server that is stopping it is the last on its connection."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self._app = app
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                name = POSITION.lower().encode()
                own = next((value for key, value in message["headers"] if key == name), None)
                if own is None:
                    message["headers"] = [
                        *message["headers"],
                        (name, str(self._house.seen).encode()),
                    ]
                else:
                    self._house.saw(int(own))
                if self._house.leaving:
                    message["headers"] = [*message["headers"], CLOSE]
            await send(message)

        await self._app(scope, receive, stamped)

"""HEAD wherever there is GET: the same answer without its body (RFC 9110, 9.3.2)."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Head:
    """Asks what is within for GET, and passes the headers on alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def headers_alone(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                # An endless stream ends here: who asked is gone by what the server then tells.
                await send({"type": "http.response.body", "body": b""})

        asked = dict(scope, method="GET")
        try:
            await self._app(asked, receive, headers_alone)
        finally:
            scope["route"] = asked.get("route")

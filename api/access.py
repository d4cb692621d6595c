"""Each request is known by an id, timed, counted, and told to the log in one line.

The line has the operation and never the path, in which the number of a person may stand; no query,
no body, no token.
"""

from __future__ import annotations

import re
import time
from typing import Any, Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answers import position_of
from api.house import House
from ledger.means import fresh_id
from ledger.measures import FILINGS, REQUEST_SECONDS, REQUESTS, labelled

REQUEST_ID: Final = "X-Request-Id"
_STATED: Final = re.compile(rb"[0-9A-Za-z._-]{1,64}")
_HEADER: Final = REQUEST_ID.lower().encode()

log = structlog.get_logger("api")


class Access:
    """The outermost of what a request goes through. A caller may name a request by `X-Request-Id`;
    every answer has it, a position, and what the gate tells of quotas."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self._app = app
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        named = _id_of(scope)
        state = scope.setdefault("state", {})
        state["request_id"] = named
        status = 500

        async def stamped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    *position_of(self._house, message["headers"]),
                    *state.get("quota", ()),
                    (_HEADER, named.encode()),
                ]
            await send(message)

        try:
            await self._app(scope, receive, stamped)
        finally:
            self._tell(scope, status, time.perf_counter() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        state = scope["state"]
        operation = state.get("operation") or getattr(scope.get("route"), "operation_id", None)
        operation = operation or "none"
        labelled(REQUESTS, operation, status).inc()
        labelled(REQUEST_SECONDS, operation).observe(seconds)
        if "dry_run" in state:
            labelled(FILINGS, _outcome(state, status)).inc()
        if self._house.log_requests:
            caller = state.get("caller")
            log.info(
                "request",
                request_id=state["request_id"],
                operation=operation,
                method=scope["method"],
                status=status,
                problem=state.get("problem"),
                role=getattr(caller, "role", None),
                ms=round(seconds * 1000, 2),
            )


def _id_of(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == _HEADER:
            return value.decode() if _STATED.fullmatch(value) else fresh_id()
    return fresh_id()


def _outcome(state: dict[str, Any], status: int) -> str:
    """What became of a filing, in the words of problems."""
    if status < 300:
        return "judged" if state["dry_run"] else "registered"
    return str(state.get("problem", "internal"))

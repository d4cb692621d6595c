"""The gate: who calls, and whether it asks too often, before anything else is done."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api import problems
from api.house import House
from api.limits import Header, Quota, TooMany, place
from api.tokens import BadToken
from api.trail import watched
from ledger.domain.filing import Caller
from ledger.eventstore.acts import Unavailable

PUBLIC: Final = Caller("public", "public")
UNLIMITED: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""What watchers ask, from one address and all the time."""

NUL: Final = b"%00"


class Gate:
    """Tells every request its caller; answers 429 to who asks too often."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self._app = app
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        told: list[Header] = []
        state["quota"] = told
        try:
            if scope["path"] in UNLIMITED:
                state["caller"] = await self._caller(scope)
            else:
                state["caller"] = await self._limited(scope, told)
        except (BadToken, Unavailable) as error:
            # The operation's own dependency answers it, as a problem of the operation.
            state["caller"] = error
        except TooMany as error:
            await problems.answer(Request(scope), error)(scope, receive, send)
            return
        if NUL in scope["query_string"] and isinstance(state["caller"], Caller):
            state["caller"] = _no_text(scope["query_string"])
        if isinstance(state["caller"], Caller) and state["caller"] is not PUBLIC:
            await watched(self._app, self._house, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _caller(self, scope: Scope) -> Caller:
        token = bearer_of(scope)
        return PUBLIC if token is None else await self._house.identities.caller(token)

    async def _limited(self, scope: Scope, told: list[Header]) -> Caller:
        """The caller, whose quota one request is taken from. A token that was not seen lately is
        verified at the cost of its address."""
        limits = self._house.limits
        address = place(scope["client"])
        try:
            token = bearer_of(scope)
        except BadToken:
            _take(limits.addresses, address, told)
            raise
        if token is None:
            _take(limits.addresses, address, told)
            return PUBLIC
        identities = self._house.identities
        caller = identities.remembered(token)
        if caller is None:
            _take(limits.strangers, address, told)
            caller = await identities.caller(token)
            told.clear()
        _take(limits.callers, caller.id, told)
        return caller


def _no_text(query: bytes) -> problems.Problem:
    """The problem that parameters hold NUL: no text of the register does, and the database takes
    none."""
    stated = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    names = {name.replace("\0", "") for name, value in stated if "\0" in name + value}
    said = "a text holds no character NUL"
    return problems.invalid(*(problems.Fault(said, parameter=name) for name in sorted(names)))


def _take(quota: Quota, key: str, told: list[Header]) -> None:
    allowed, headers, wait = quota.take(key)
    told[:] = headers
    if not allowed:
        raise TooMany(max(1, round(wait + 0.5)))


def bearer_of(scope: Scope) -> str | None:
    """The token of a request, None where it says nothing of its caller; raises BadToken."""
    stated: list[bytes] = [value for name, value in scope["headers"] if name == b"authorization"]
    if not stated:
        return None
    scheme, _, token = stated[0].decode("latin-1").partition(" ")
    token = token.strip()
    if len(stated) > 1 or scheme.lower() != "bearer" or not token:
        raise BadToken("a caller is known by one bearer token")
    return token

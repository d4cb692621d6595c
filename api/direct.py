"""Routes that the framework has nothing to do for are answered without it.

Most operations take the parts of their path and what one dependency makes of the request, and
answer a response (ADR 0049). Solving a tree of dependencies of one, keeping stacks for what nobody
opens and looking for telemetry that nobody configured cost more than reading the request: such a
route is called directly, and where its path has no parts, without searching the routes for it. What
it raises goes to the same handler.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from api import problems
from api.knowing import Knowing, Known, known_by, look


@dataclass(frozen=True, slots=True)
class Direct:
    """An operation as an ASGI application: what is taken in, then the answer."""

    name: str
    """The parameter of the endpoint for what is taken in."""
    take_in: Callable[..., Awaitable[Any]]
    request: str
    """The parameter of `take_in` for the request."""
    endpoint: Callable[..., Any]
    waits: bool
    """Whether the endpoint is a coroutine; another one is run in a thread."""
    known: Known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.answer(Request(scope, receive, send))
        await response(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        """What is answered to a request."""
        look(request.scope, self.known)
        named = dict(request.scope["path_params"])
        named[self.name] = await self.take_in(**{self.request: request})
        if self.waits:
            response: Response = await self.endpoint(**named)
        else:
            response = await run_in_threadpool(self.endpoint, **named)
        return response


class Straight:
    """Goes straight to direct routes at paths without parts; all else goes on to the framework."""

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._known = dict(_at_plain_paths([r for r in routes if isinstance(r, Route)]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = None
        if scope["type"] == "http" and not scope.get("root_path"):
            route = self._known.get((scope["method"], scope["path"]))
        if route is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = route
        scope["path_params"] = {}
        request = Request(scope, receive, send)
        try:
            response = await route.app.answer(request)
        except problems.HANDLED as error:
            response = await run_in_threadpool(problems.answer, request, error)
        await response(scope, receive, send)


def _at_plain_paths(routes: Sequence[Route]) -> Iterator[tuple[tuple[str, str], Any]]:
    """Direct routes by method and path, where the framework would not find another one first."""
    for route in routes:
        if isinstance(route.app, Direct) and not route.param_convertors:
            for method in route.methods or ():
                found = (r for r in routes if method in (r.methods or ()))
                if next(r for r in found if r.path_regex.match(route.path)) is route:
                    yield (method, route.path), route


def made_direct(route: APIRoute) -> None:
    """Have a route answered directly, where that comes to the same. In either way it is told of
    parameters that it does not know."""
    known = known_by(route)
    route.app = Knowing(route.app, known)
    dependant = route.dependant
    if not _plain(dependant) or len(dependant.dependencies) != 1:
        return
    (taking,) = dependant.dependencies
    leaf = not (taking.dependencies or taking.path_params or _more(taking))
    if (
        leaf
        and taking.name is not None
        and taking.request_param_name is not None
        and inspect.iscoroutinefunction(taking.call)
    ):
        assert dependant.call is not None, "a route has an endpoint"
        waits = inspect.iscoroutinefunction(dependant.call)
        route.app = Direct(
            taking.name, taking.call, taking.request_param_name, dependant.call, waits, known
        )


def _plain(dependant: Dependant) -> bool:
    """Whether an endpoint takes texts of its path alone, beside what dependencies make."""
    texts = all(field.field_info.annotation is str for field in dependant.path_params)
    return texts and not (dependant.request_param_name or _more(dependant))


def _more(dependant: Dependant) -> bool:
    """Whether something is taken that only the framework gives."""
    return bool(
        dependant.query_params
        or dependant.header_params
        or dependant.cookie_params
        or dependant.body_params
        or dependant.response_param_name
        or dependant.background_tasks_param_name
        or dependant.security_scopes_param_name
        or dependant.http_connection_param_name
        or dependant.websocket_param_name
    )

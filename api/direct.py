"""Routes that the framework has nothing to do for are answered without it.

Most operations take the parts of their path and what one dependency makes of the request, and
answer a response (ADR 0049). Solving a tree of dependencies of one, keeping stacks for what nobody
opens and looking for telemetry that nobody configured cost more than reading the request: such a
route is called directly. What it raises goes to the same handlers.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Direct:
    """An operation as an ASGI application: what is taken in, then the answer."""

    name: str
    """The parameter of the endpoint for what is taken in."""
    take_in: Callable[..., Awaitable[Any]]
    request: str
    """The parameter of `take_in` for the request."""
    endpoint: Callable[..., Any]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        named = dict(scope["path_params"])
        named[self.name] = await self.take_in(**{self.request: request})
        response: Response
        if inspect.iscoroutinefunction(self.endpoint):
            response = await self.endpoint(**named)
        else:
            response = await run_in_threadpool(self.endpoint, **named)
        await response(scope, receive, send)


def made_direct(route: APIRoute) -> None:
    """Have a route answered directly, where that comes to the same."""
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
        route.app = Direct(taking.name, taking.call, taking.request_param_name, dependant.call)


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

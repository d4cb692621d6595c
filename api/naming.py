"""Routes named in a body: what is filed within a batch or contested is filed as at its route."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any, Final
from urllib.parse import unquote

from fastapi.routing import APIRoute

from api import (
    corrections,
    filings,
    licences,
    obligations,
    open_licences,
    patents,
    pledges,
    powers,
    transfers,
)
from api.problems import Problem

ROUTERS: Final = (
    patents.router,
    transfers.router,
    licences.router,
    open_licences.router,
    pledges.router,
    corrections.router,
    filings.router,
    powers.router,
    obligations.router,
)


@cache
def filing_routes() -> tuple[APIRoute, ...]:
    """The routes at which something is filed, in the order in which they are tried."""
    return tuple(
        route
        for each in ROUTERS
        for route in each.routes
        if isinstance(route, APIRoute) and "filing" in inspect.signature(route.endpoint).parameters
    )


def route_of(path: str) -> tuple[APIRoute, dict[str, Any]]:
    """The route of a path, and what the path states; raises the problem that there is none."""
    for route in filing_routes():
        match = route.path_regex.match(unquote(path))
        if match is not None:
            stated = match.groupdict()
            return route, {n: route.param_convertors[n].convert(v) for n, v in stated.items()}
    raise Problem("not-found", "Nothing is filed at this path.")

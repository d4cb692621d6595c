"""A query's parameters that an operation does not know, or is told twice, are refused, not passed
over: who misspells a clock or a dry run would be answered as if it had not been asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, get_args, get_origin
from urllib.parse import parse_qsl

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import Fault, invalid
from ledger.domain.filing import Caller

NAME_SHOWN_MAX: Final = 80
ONCE: Final = False


Known = dict[str, bool]
"""The parameters that a query may state → whether several times."""


@dataclass(frozen=True, slots=True)
class Knowing:
    """An operation as an ASGI application, whose query is looked at first."""

    app: ASGIApp
    known: Known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        look(scope, self.known)
        await self.app(scope, receive, send)


def look(scope: Scope, known: Known) -> None:
    """Where a query states what is not known, have the operation answer so in the caller's place;
    who is not known is told that first. Without a ledger there are no callers."""
    if scope["query_string"] and isinstance(scope.get("state", {}).get("caller"), Caller):
        faults = tuple(_faults(scope["query_string"], known))
        if faults:
            scope["state"]["caller"] = invalid(*faults)


def _faults(query: bytes, known: Known) -> Iterator[Fault]:
    names = [name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)]
    told = f"there are {', '.join(sorted(known))}" if known else "there are none here"
    for name in dict.fromkeys(names):
        if name not in known:
            yield Fault(f"no such parameter; {told}", parameter=name[:NAME_SHOWN_MAX])
        elif names.count(name) > 1 and known[name] is ONCE:
            yield Fault("stated more than once", parameter=name)


def known_by(route: APIRoute) -> Known:
    """The parameters that an operation declares."""
    declared = (route.openapi_extra or {}).get("parameters", ())
    known = {each["name"]: ONCE for each in declared if each["in"] == "query"}
    return known | dict(_taken(route.dependant))


def _taken(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    for field in dependant.query_params:
        yield field.alias, _is_list(field.field_info.annotation)
    for each in dependant.dependencies:
        yield from _taken(each)


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is list or any(
        get_origin(each) is list for each in get_args(annotation)
    )

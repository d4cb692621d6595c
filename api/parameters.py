"""Headers and query parameters that many operations share, declared once, read without the
framework.

The framework takes longer to solve a tree of dependencies than the ledger takes to judge a filing
(ADR 0049), so an operation's dependency reads its own parameters from the request, and the OpenAPI
document is told of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from api.problems import Fault, invalid, message_of


@dataclass(frozen=True, slots=True)
class Parameter:
    """A header or a query parameter that need not be there."""

    name: str
    where: Literal["header", "query"]
    type: Any
    description: str
    schema: dict[str, Any] | None = None
    """As OpenAPI tells it, where the type does not."""
    combined: bool = False
    """Whether several headers of the name are one list (RFC 9110, 5.3)."""
    adapter: TypeAdapter[Any] = field(init=False)
    header: bytes = field(init=False)
    """The name of a header as it comes in."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "adapter", TypeAdapter(self.type))
        object.__setattr__(self, "header", self.name.lower().encode())

    def described(self) -> dict[str, Any]:
        """The parameter as OpenAPI tells it."""
        return {
            "name": self.name,
            "in": self.where,
            "required": False,
            "description": self.description,
            "schema": self.schema or self.adapter.json_schema(),
        }


def stated(request: Request, parameters: Sequence[Parameter]) -> list[Any]:
    """What a request states for each parameter, None where it states nothing; all faults told."""
    query = request.query_params if request.scope["query_string"] else _NOTHING
    headers = dict(request.scope["headers"])
    several = len(headers) < len(request.scope["headers"])
    values: list[Any] = []
    faults = []
    for parameter in parameters:
        text: str | None
        if parameter.where == "query":
            text = query.get(parameter.name)
        else:
            found: bytes | None = headers.get(parameter.header)
            text = None if found is None else found.decode("latin-1")
            if several and text is not None:
                lines = request.headers.getlist(parameter.name)
                if len(lines) > 1 and not parameter.combined:
                    faults.append(Fault("stated more than once", parameter=parameter.name))
                    continue
                text = ", ".join(lines)
        if text is None:
            values.append(None)
            continue
        try:
            values.append(parameter.adapter.validate_python(text))
        except ValidationError as error:
            faults.append(Fault(message_of(error.errors()[0]), parameter=parameter.name))
    if faults:
        raise invalid(*faults)
    return values


_NOTHING: Final[dict[str, str]] = {}


def declared(parameters: Sequence[Parameter]) -> dict[str, Any]:
    """What a route adds to its operation in the OpenAPI document."""
    return {"parameters": [parameter.described() for parameter in parameters]}

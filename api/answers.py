"""Answers as bytes, each with the position it was read at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import orjson
from starlette.responses import Response

from api.house import House
from api.limits import Header

POSITION: Final = "Ledger-Position"
_POSITION: Final = POSITION.lower().encode()
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


def position_of(house: House, headers: Iterable[Header]) -> list[Header]:
    """What an answer's headers lack: each carries a position, its own or else the newest that this
    server has seen. Of a server that is stopping it is the last on its connection."""
    own = next((value for name, value in headers if name == _POSITION), None)
    lacking = []
    if own is None:
        lacking.append((_POSITION, b"%d" % house.seen))
    else:
        house.saw(int(own))
    if house.leaving:
        lacking.append(CLOSE)
    return lacking

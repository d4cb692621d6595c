"""The OpenAPI document and the routes it tells of, made once."""

from __future__ import annotations

from typing import Any, NamedTuple

from api.app import create_app

DOCUMENT: dict[str, Any] = create_app().openapi()


class Route(NamedTuple):
    """One operation of the document."""

    method: str
    path: str
    operation: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.operation["operationId"])

    @property
    def files(self) -> bool:
        return any(p["name"] == "Idempotency-Key" for p in self.operation.get("parameters", ()))

    @property
    def filled(self) -> str:
        """The path with something in the place of its parameters."""
        path = self.path
        for name in ("no", "id", "slug", "digest"):
            path = path.replace("{" + name + "}", "nothing")
        return path


ROUTES = [
    Route(method.upper(), path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
]

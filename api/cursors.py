"""Pages: opaque cursors, bound to a question and the point at which its first page was read, and
the `Link` header (RFC 8288) that carries them.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from urllib.parse import quote, urlencode

import orjson
from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from api.problems import Fault, Problem, invalid
from ledger.domain.periods import CivilDate

LINK: Final = "Link"
CURSOR_MAX: Final = 2_000
KEY_MAX: Final = 1 << 31
_DAY: Final[TypeAdapter[date]] = TypeAdapter(CivilDate)

Place = tuple[int | str, ...]
"""Behind what a page begins: the order's own members."""


class _Stored(BaseModel):
    """What a cursor holds."""

    model_config = ConfigDict(strict=True, extra="forbid")

    question: str
    known: Annotated[int, Field(ge=0, le=2**62)]
    on: str
    total: Annotated[int, Field(ge=0, le=2**62)]
    place: list[Annotated[int, Field(ge=-KEY_MAX, lt=KEY_MAX)] | str]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins, and at which point all pages of the question are read."""

    known: int
    on: date
    total: int
    place: Place


CursorParameter = Annotated[
    str | None,
    Query(
        max_length=CURSOR_MAX,
        description="Where a page begins, as `next` of the page before it says; with the same "
        "question. Its pages are all read at the position of the first.",
    ),
]


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one question."""

    path: str
    asked: tuple[tuple[str, str], ...]
    digest: str

    def cursor(self, text: str | None, shape: Sequence[type]) -> Cursor | None:
        """The cursor that a text is, whose place has members of these types."""
        if text is None:
            return None
        try:
            stored = _Stored.model_validate_json(base64.urlsafe_b64decode(text + "=="))
            on = _DAY.validate_python(stored.on)
        except (ValueError, ValidationError) as error:
            raise _wrong("no cursor of this register") from error
        if stored.question != self.digest:
            raise _wrong("the cursor belongs to another question")
        if [type(member) for member in stored.place] != list(shape) or "\0" in str(stored.place):
            raise _wrong("no cursor of this register")
        return Cursor(stored.known, on, stored.total, tuple(stored.place))

    def written(self, cursor: Cursor) -> str:
        """The text of a cursor."""
        stored = {
            "question": self.digest,
            "known": cursor.known,
            "on": cursor.on.isoformat(),
            "total": cursor.total,
            "place": list(cursor.place),
        }
        return base64.urlsafe_b64encode(orjson.dumps(stored)).decode().rstrip("=")

    def links(self, following: str | None) -> dict[str, str]:
        """The header that names the first page and the next."""
        relations = {"first": self.asked}
        if following is not None:
            relations["next"] = (*self.asked, ("cursor", following))
        path = quote(self.path, safe="/:@!$&'()*+,;=")
        said = [
            f'<{path}{"?" if query else ""}{urlencode(query)}>; rel="{relation}"'
            for relation, query in relations.items()
        ]
        return {LINK: ", ".join(said)}


def pages(request: Request, scope: str = "") -> Pages:
    """The pages of the question that a request asks; `scope` is what else the answer depends on."""
    asked = tuple((n, v) for n, v in request.query_params.multi_items() if n != "cursor")
    bound = [item for item in sorted(asked) if item[0] != "limit"]
    path = request.url.path
    digest = hashlib.sha256(orjson.dumps([path, bound, scope])).hexdigest()[:16]
    return Pages(path, asked, digest)


def _wrong(message: str) -> Problem:
    return invalid(Fault(message, parameter="cursor"))

"""What every route that reads shares: the two clocks, the viewer, the least position."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final, TypeVar

import psycopg
from fastapi import Header, Request
from psycopg.rows import DictRow
from pydantic import BeforeValidator, Field, WithJsonSchema
from starlette.responses import Response

from api.answers import JSON, POSITION, body_of, json_answer
from api.callers import allowed
from api.covering import CHECKPOINT
from api.cursors import Cursor
from api.house import House, house_of, viewer_of
from api.parameters import Parameter, declared, stated
from api.printed import HTML
from api.problems import Fault, Problem, documented, invalid
from ledger.domain.filing import Caller
from ledger.domain.numbers import InvalidNumber, parse_patent_id
from ledger.domain.periods import CivilDate
from ledger.projections import asking
from ledger.projections.asking import Point, point
from ledger.projections.disclosure import Viewer
from ledger.projections.entries import head
from ledger.projections.searching import lists_known

POSITION_MIN: Final = "Ledger-Min-Position"
POSITION_MAX: Final = 2**62
NUMBER_LENGTH_MAX: Final = 80
SYMBOL: Final = r"^[0-9A-Za-z][0-9A-Za-z /\-]{0,19}$"
"""How an IPC or Locarno symbol begins."""
REGION: Final = r"^[0-9]{2}([0-9]{2}([0-9]{2})?)?$"
"""Province, prefecture or county, GB/T 2260."""

LISTS_SECONDS_MAX: Final = 1.0
"""How long a reader waits for lists that follow the log, before it is told to come back."""
LISTS_LOOK_SECONDS: Final = 0.02

Answer = TypeVar("Answer")
Connection = psycopg.Connection[DictRow]

PROBLEMS: Final = (
    "malformed",
    "unauthenticated",
    "forbidden",
    "not-found",
    "invalid",
    "beyond-the-head",
    "internal",
    "unavailable",
    "too-long",
    "standby",
    "behind",
)
"""What can become of a question besides an answer."""


def _known_at(value: object) -> object:
    return asking.stated(value) if isinstance(value, str) else value


KnownAt = Annotated[
    int | datetime,
    BeforeValidator(_known_at),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "format": "date-time"}]}
    ),
]

PositionMin = Annotated[
    int | None,
    Header(
        alias=POSITION_MIN,
        ge=0,
        le=POSITION_MAX,
        description="A position that the answer must know.",
    ),
]


CLOCKS: Final = (
    Parameter(
        "effective_on",
        "query",
        CivilDate,
        "The civil day at whose end it is asked; today where not stated.",
    ),
    Parameter(
        "known_at",
        "query",
        KnownAt,
        "A position, or a time with its zone: as the ledger knew it then.",
    ),
    Parameter(
        POSITION_MIN,
        "header",
        Annotated[int, Field(ge=0, le=POSITION_MAX)],
        "A position that the answer must know.",
    ),
)
"""What every question can state."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it came in: by whom, and at which point of the two clocks."""

    house: House
    caller: Caller
    effective_on: date | None
    known_at: int | datetime | None
    position_min: int | None

    @property
    def viewer(self) -> Viewer:
        return viewer_of(self.caller)

    def point(self, connection: Connection) -> Point:
        """The settled point of the question."""
        return point(connection, self.known_at, self.effective_on, now=self.house.clock())

    def listed(self, connection: Connection, begun: Cursor | None = None) -> tuple[Point, int]:
        """The point of a question about the follower's lists, and the position they know.

        The pages of a question are all read at the point of the first. Lists that lack what the
        reader has seen are waited for a moment; after that it is told to come back.
        """
        asked = Point(begun.known, begun.on) if begun is not None else self.point(connection)
        tracked = self.tracked(connection, asked.known or 0)
        return (asked if asked.known is not None else Point(tracked, asked.on)), tracked

    def tracked(self, connection: Connection, known: int = 0) -> int:
        """The position that the follower's lists know, which is not before the one asked for."""
        least = max(self.position_min or 0, known)
        patience = time.monotonic() + LISTS_SECONDS_MAX
        while (tracked := lists_known(connection)) < least and time.monotonic() < patience:
            time.sleep(LISTS_LOOK_SECONDS)
        if tracked < least:
            raise Problem("behind", f"What is asked is listed here up to position {tracked}.")
        return tracked

    def paged(self, connection: Connection, begun: Cursor | None) -> tuple[Point, int]:
        """The point of a question about the register views, whose pages are all read at the point
        of the first, and the newest position."""
        newest = head(connection)
        asked = Point(begun.known, begun.on) if begun is not None else self.point(connection)
        if asked.known is not None and asked.known > newest:
            raise Problem("behind", f"What is asked is known here up to position {newest}.")
        return (asked if asked.known is not None else Point(newest, asked.on)), newest

    def public(self, work: Callable[[Connection], Answer]) -> Answer:
        return self.house.reader.public(work)

    def auditor(self, work: Callable[[Connection], Answer]) -> Answer:
        return self.house.reader.auditor(work)

    def sifted(self, work: Callable[[Connection], Answer]) -> Answer:
        return self.house.reader.sifted(work)

    def answer(self, value: Any, head: int) -> Response:
        """The answer, unless this server is behind what the reader has seen; with a checkpoint
        that covers the position at which it is known."""
        answer = known_answer(value, head, self.position_min)
        known = value.get("known_at", head) if isinstance(value, dict) else head
        return covered(answer, self.house, known)

    def told(self, page: Response, head: int) -> Response:
        """A page as the answer, under the same condition."""
        check_known(head, self.position_min)
        page.headers[POSITION] = str(head)
        return covered(page, self.house, head)


def asked(operation: str) -> Callable[..., Awaitable[Asked]]:
    """The dependency that takes in a question."""

    known = allowed(operation)

    async def take_in(request: Request) -> Asked:
        caller = await known(request)
        return Asked(house_of(request), caller, *stated(request, CLOCKS))

    return take_in


def known_answer(value: Any, head: int, position_min: int | None) -> Response:
    """The answer known at a position, unless the reader wants a later one."""
    check_known(head, position_min)
    return json_answer(value, head)


def covered(answer: Response, house: House, known: int) -> Response:
    """The answer with a checkpoint that covers the position at which it is known, if there is
    one."""
    covering = house.covering.of(house, known)
    if covering is not None:
        answer.headers[CHECKPOINT] = covering
    return answer


def check_known(head: int, position_min: int | None) -> None:
    """The problem that the reader wants a later position than is known here."""
    if position_min is not None and head < position_min:
        raise Problem("behind", f"What is asked is known here up to position {head}.")


def reads(
    operation: str,
    schema: str,
    tag: str,
    body: str | None = None,
    parameters: Sequence[Parameter] = CLOCKS,
) -> dict[str, Any]:
    """What a reading route declares: its operation, its answer and its problems."""
    taken = {"requestBody": body_of(body)} if body else {}
    problems = (*PROBLEMS, "too-large", "unsupported-media-type") if body else PROBLEMS
    return {
        "openapi_extra": {**taken, **declared(parameters)},
        "operation_id": operation,
        "tags": [tag],
        "response_class": Response,
        "responses": {
            200: {
                "description": "As known at the position that the answer names.",
                "content": {JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
                "headers": {
                    POSITION: {
                        "description": "The newest position known here.",
                        "schema": {"type": "integer"},
                    },
                    CHECKPOINT: {
                        "description": "Size and root of a checkpoint that covers the position "
                        "at which the answer is known, where this server has one.",
                        "required": False,
                        "schema": {"type": "string"},
                    },
                },
            },
            **documented(*problems),
        },
    }


def reads_page(
    operation: str, tag: str, parameters: Sequence[Parameter] = CLOCKS
) -> dict[str, Any]:
    """What a route declares that answers a page to print."""
    route = reads(operation, "", tag, parameters=parameters)
    route["responses"][200]["content"] = {HTML: {"schema": {"type": "string"}}}
    return route


@dataclass(frozen=True, slots=True)
class Number:
    """A patent's number as asked for: its canonical id, or else a text that may be an alias."""

    stated: str
    id: str
    wrong: InvalidNumber | None = None
    parameter: str = "no"
    """Where it was stated."""

    def unknown(self) -> Problem:
        """The problem that nothing of that number is in the register."""
        if self.wrong is not None:
            return invalid(Fault(str(self.wrong), parameter=self.parameter, rule=self.wrong.rule))
        return Problem("not-found", f"The register has no patent {self.id}.", patent=self.id)


def patent_number(text: str, parameter: str = "no") -> Number:
    """The number that a path or an enquiry states, in any printed form."""
    try:
        return Number(text, parse_patent_id(text))
    except InvalidNumber as error:
        number = Number(text, text.strip(), error, parameter)
        if not _ALIAS.fullmatch(number.id):
            raise number.unknown() from None
        return number


_ALIAS = re.compile(r"[0-9A-Za-z][0-9A-Za-z:./, \-]{0,79}")


def entry_number(text: str) -> str:
    """The number of an entry or a filing in a path; one of the office's in any printed form."""
    compact = "".join(text.split()).upper()
    if _OFFICES.fullmatch(compact):
        return compact
    if not _ENTRY.fullmatch(text):
        raise Problem("not-found", "There is nothing of that number.")
    return text


_OFFICES = re.compile(r"[A-Z]?[0-9]{13}")
_ENTRY = re.compile(r"[0-9A-Za-z][0-9A-Za-z:._ /\-]{0,79}")

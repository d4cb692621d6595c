"""Batches: up to 1,000 filings in one call, each with an outcome of its own or all or nothing.

A line names the route at which it would be filed by itself, and is filed as it would be there: the
same roles, the same rules, the same receipt.
"""

from __future__ import annotations

import asyncio
from codecs import BOM_UTF8
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from api.answers import POSITION
from api.bodies import BODY_BYTES_MAX, limited, strict_json, validated
from api.callers import admit, allowed
from api.filing import KEY_PATTERN, Filed
from api.filing import PROBLEMS as OF_A_FILING
from api.house import House, house_of
from api.naming import route_of
from api.problems import Fault, Problem, documented, invalid, problem
from ledger.domain.filing import Caller
from ledger.eventstore.acts import NoneEntered
from ledger.measures import FILINGS
from ledger.registry import Filing
from ledger.wording import Language, preferred

MEDIA_TYPE: Final = "application/x-ndjson"
LINES_MAX: Final = 1_000
BATCH_BYTES_MAX: Final = 16 * 1024 * 1024
UNDER_WAY_MAX: Final = 256
"""Lines of one batch that wait for the writer at once, so that other callers find room beside."""

router = APIRouter()


class BatchLine(BaseModel):
    """One filing of a batch."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    route: Annotated[str, Field(max_length=1_000, examples=["/v1/pledges"])]
    """The path at which it would be filed by itself."""
    key: Annotated[str, Field(pattern=KEY_PATTERN)]
    """Its Idempotency-Key."""
    body: dict[str, Any]
    """What would be the body there."""
    prepare: bool = False
    """Prepare it, for others to confirm."""


class NotJudged(Exception):
    """Other lines cannot be read: none of the batch is judged."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a line: its receipt, or the problem it is."""

    line: int
    status: int
    members: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"line": self.line, "status": self.status, **self.members}


@dataclass(frozen=True, slots=True)
class Batch:
    """The lines of a call, and on whose behalf they are filed."""

    request: Request
    house: House
    caller: Caller
    language: Language
    lines: list[tuple[int, bytes]]

    async def outcome(
        self, number: int, raw: bytes, enter: Callable[[Filing], Awaitable[bytes]] | None = None
    ) -> Outcome | None:
        """File one line at its route; None where it is not judged for the sake of others."""
        instance = self.request.url.path
        try:
            line = _line(raw)
            instance = line.route
            route, stated = route_of(line.route)
            admit(self.caller, str(route.operation_id))
            filing = Filed(
                self.house,
                self.caller,
                line.key,
                dry_run=False,
                raw=orjson.dumps(line.body),
                language=self.language,
                prepare=line.prepare,
                enter=enter,
            )
            answer = await route.endpoint(**stated, filing=filing)
        except NotJudged:
            return None
        except Exception as error:  # noqa: BLE001 - told as it would be at the route
            slug, shown = await run_in_threadpool(problem, self.request, error, instance)
            FILINGS.labels(slug).inc()
            if enter is None:
                # The answer has begun: a read of what is not public could no longer be noted.
                shown.pop("entries", None)
            return Outcome(number, shown["status"], {"problem": shown})
        FILINGS.labels("registered").inc()
        self.house.saw(int(answer.headers[POSITION]))
        members = {
            "location": answer.headers["Location"],
            "receipt": orjson.Fragment(answer.body),
        }
        return Outcome(number, answer.status_code, members)


@router.post(
    "/v1/batches",
    operation_id="file_batch",
    tags=["batches"],
    response_class=Response,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/BatchLine"},
                }
            },
        }
    },
    responses={
        200: {
            "description": "An outcome a line, in the order of the filings.",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/BatchOutcome"}}},
        },
        **documented(
            *(p for p in OF_A_FILING if p not in ("refused", "overtaken")), "none-entered"
        ),
    },
)
async def file_batch(
    request: Request,
    caller: Annotated[Caller, Depends(allowed("file_batch"))],
    entered: Annotated[
        Literal["each", "together"],
        Query(description="Each filing by itself, or all of them in one transaction or none."),
    ] = "each",
    accept_language: Annotated[
        str | None, Header(description="Findings are told in English, or Chinese if preferred.")
    ] = None,
) -> Response:
    """File up to 1,000 filings, a JSON object a line.

    They are judged in the order of their lines. Entered each by itself, the outcomes are streamed
    as they come; entered together, they are answered whole.
    """
    lines = await _lines(request)
    batch = Batch(request, house_of(request), caller, preferred(accept_language), lines)
    if entered == "each":
        return StreamingResponse(_each(batch), media_type=MEDIA_TYPE)
    return await _together(batch)


async def _lines(request: Request) -> list[tuple[int, bytes]]:
    """The lines of the body with their numbers; empty ones are passed over."""
    kind = request.headers.get("content-type", MEDIA_TYPE).partition(";")[0].strip().lower()
    if kind != MEDIA_TYPE:
        raise Problem("unsupported-media-type", f"Send the body as {MEDIA_TYPE}.")
    # Some programs begin a file with the mark of a byte order, which no JSON has (RFC 8259, 8.1).
    body = (await limited(request, BATCH_BYTES_MAX)).removeprefix(BOM_UTF8)
    lines = [(n, line) for n, line in enumerate(body.split(b"\n"), 1) if line.strip()]
    if len(lines) > LINES_MAX:
        raise Problem("too-large", f"A batch has at most {LINES_MAX:,} filings.")
    if not lines:
        raise invalid(Fault("a batch has at least one filing"))
    return lines


def _line(raw: bytes) -> BatchLine:
    if len(raw) > BODY_BYTES_MAX:
        raise Problem("too-large", f"A line has at most {BODY_BYTES_MAX:,} bytes.")
    return validated(BatchLine, raw, strict_json(raw))


# --- each by itself -------------------------------------------------------------------------------


async def _each(batch: Batch) -> AsyncIterator[bytes]:
    """The outcomes in order; what was handed in is entered, whether or not its outcome is read."""
    under_way: deque[asyncio.Task[Outcome | None]] = deque()
    try:
        for number, raw in batch.lines:
            under_way.append(asyncio.create_task(batch.outcome(number, raw)))
            if len(under_way) >= UNDER_WAY_MAX:
                yield await _first(under_way)
        while under_way:
            yield await _first(under_way)
    finally:
        for task in under_way:
            task.cancel()


async def _first(under_way: deque[asyncio.Task[Outcome | None]]) -> bytes:
    """The first outcomes, as many as there are."""
    outcomes = [await under_way.popleft()]
    while under_way and under_way[0].done():
        outcomes.append(under_way.popleft().result())
    return _as_lines(outcomes)


def _as_lines(outcomes: list[Outcome | None]) -> bytes:
    return b"".join(
        orjson.dumps(outcome.as_json(), option=orjson.OPT_APPEND_NEWLINE)
        for outcome in outcomes
        if outcome is not None
    )


# --- together -------------------------------------------------------------------------------------


class Gathering:
    """Filings that wait until all are there, to be entered together."""

    def __init__(self, expected: int) -> None:
        self._expected = expected
        self.filings: list[tuple[Filing, asyncio.Future[bytes]]] = []
        self.complete = asyncio.Event()

    async def enter(self, filing: Filing) -> bytes:
        """Wait for the receipt; raises what declines the filing, or NotJudged."""
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.filings.append((filing, future))
        self._arrived()
        return await future

    def missed(self) -> None:
        """One of them will not come."""
        self._expected -= 1
        self._arrived()

    def _arrived(self) -> None:
        if len(self.filings) >= self._expected:
            self.complete.set()


async def _together(batch: Batch) -> Response:
    """All receipts; or the problem that none is entered, with every reason there is."""
    count = len(batch.lines)
    gathering = Gathering(count)

    async def outcome(number: int, raw: bytes) -> Outcome | None:
        come = False

        async def enter(filing: Filing) -> bytes:
            nonlocal come
            come = True
            return await gathering.enter(filing)

        found = await batch.outcome(number, raw, enter)
        if not come:
            gathering.missed()
        return found

    tasks = [asyncio.create_task(outcome(number, raw)) for number, raw in batch.lines]
    try:
        await gathering.complete.wait()
        last = await _enter(batch, gathering, whole=len(gathering.filings) == count)
        outcomes = await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
    declined = [o.as_json() for o in outcomes if o is not None and "problem" in o.members]
    if declined:
        raise Problem(
            "none-entered",
            f"{len(declined)} of {count} filings are declined; `lines` says why.",
            lines=declined,
        )
    return Response(_as_lines(outcomes), 200, {POSITION: str(last)}, MEDIA_TYPE)


async def _enter(batch: Batch, gathering: Gathering, *, whole: bool) -> int:
    """Enter what was gathered and tell each filing what became of it; the newest position of
    theirs."""
    reasons: dict[int, Exception] = {}
    receipts: list[bytes] = []
    if whole:
        try:
            receipts = await batch.house.registry.filed_together([f for f, _ in gathering.filings])
        except NoneEntered as none:
            reasons = dict(none.reasons)
    for place, (_, future) in enumerate(gathering.filings):
        if receipts:
            future.set_result(receipts[place])
        else:
            future.set_exception(reasons.get(place, NotJudged()))
    return max((orjson.loads(receipt)["position"] for receipt in receipts), default=0)

"""Whether the server lives, whether it can answer, and the pages about problems."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from starlette.responses import PlainTextResponse, Response

from api.answers import JSON, json_answer
from api.callers import allowed
from api.house import house_of
from api.problems import KINDS, Problem, documented, pages
from ledger.delivery import notices, queue
from ledger.domain.filing import Caller
from ledger.measures import FOLLOWER_POSITIONS, FOLLOWER_SECONDS, HEAD, WEBHOOK_MESSAGES
from ledger.projections import entries, feed
from ledger.projections.lags import lags
from ledger.projections.runner import FOLLOWERS
from ledger.proofs import tree

router = APIRouter(tags=["health"])


def _lives(operation: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Health"}
    return {
        "operation_id": operation,
        "response_class": Response,
        "responses": {
            200: {"description": "It does.", "content": {JSON: {"schema": schema}}},
            **documented("unauthenticated", "internal", "unavailable", "too-long"),
        },
    }


@router.get("/healthz", **_lives("get_health"))
async def get_health(_: Annotated[Caller, Depends(allowed("get_health"))]) -> Response:
    """Whether the server lives."""
    return Response(b'{"status":"ok"}', media_type=JSON)


@router.get("/readyz", **_lives("get_readiness"))
def get_readiness(
    request: Request, _: Annotated[Caller, Depends(allowed("get_readiness"))]
) -> Response:
    """Whether the register can be read now."""
    head = house_of(request).reader.public(entries.head)
    return json_answer({"status": "ok", "position": head}, head)


@router.get(
    "/metrics",
    operation_id="get_metrics",
    response_class=PlainTextResponse,
    responses={
        200: {
            "description": "In the text format of Prometheus.",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
        **documented("unauthenticated", "forbidden", "internal", "unavailable", "too-long"),
    },
)
def get_metrics(
    request: Request, _: Annotated[Caller, Depends(allowed("get_metrics"))]
) -> Response:
    """What this server has counted, and how far what follows the log is behind it."""
    house = house_of(request)
    names = [*(follower.name for follower in FOLLOWERS), feed.NAME, notices.NAME]
    found = house.reader.auditor(lambda c: lags(c, names, tree.NAME))
    for state, messages in house.post.work(queue.figures).items():
        WEBHOOK_MESSAGES.labels(state).set(messages)
    now = house.clock()
    for lag in found:
        FOLLOWER_POSITIONS.labels(lag.name).set(lag.head - lag.position)
        FOLLOWER_SECONDS.labels(lag.name).set(lag.seconds(now))
        HEAD.set(lag.head)
    return Response(generate_latest(), media_type=CONTENT_TYPE_PLAIN_0_0_4)


@router.get(
    "/problems/{slug}",
    operation_id="get_problem_page",
    response_class=Response,
    responses={
        200: {
            "description": "The page.",
            "content": {"text/markdown": {"schema": {"type": "string"}}},
        },
        **documented("unauthenticated", "not-found", "internal"),
    },
)
def get_problem_page(
    slug: str, _: Annotated[Caller, Depends(allowed("get_problem_page"))]
) -> Response:
    """What a kind of problem means and how it is cured."""
    if slug not in KINDS:
        raise Problem("not-found", "There is no such problem.")
    page = (pages() / f"{slug}.md").read_bytes()
    return Response(page, media_type="text/markdown; charset=utf-8")

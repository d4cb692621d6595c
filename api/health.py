"""Whether the server lives, whether it can answer, and the pages about problems."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import PlainTextResponse, Response

from api.answers import JSON, json_answer
from api.callers import allowed
from api.house import house_of
from api.problems import KINDS, Problem, documented, pages
from ledger.domain.filing import Caller
from ledger.projections import entries

router = APIRouter(tags=["health"])


def _lives(operation: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Health"}
    return {
        "operation_id": operation,
        "response_class": Response,
        "responses": {
            200: {"description": "It does.", "content": {JSON: {"schema": schema}}},
            **documented("unauthenticated", "internal", "unavailable"),
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
    "/problems/{slug}",
    operation_id="get_problem_page",
    response_class=PlainTextResponse,
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

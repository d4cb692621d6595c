"""The statutory catalogue that judges filings here."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.problems import Problem
from api.reading import Asked, asked, reads
from ledger.domain.rules.listing import listing

TAG = "rules"
router = APIRouter()


@router.get("/v1/rules", **reads("list_rules", "Rules", TAG))
def list_rules(question: Annotated[Asked, Depends(asked("list_rules"))]) -> Response:
    """Every rule and definition of the catalogue."""
    return question.answer(listing(), question.house.seen)


@router.get("/v1/rules/{id}", **reads("get_rule", "Rule", TAG))
def get_rule(id: str, question: Annotated[Asked, Depends(asked("get_rule"))]) -> Response:  # noqa: A002 - the design's name
    """One rule or definition."""
    found = next((row for row in listing() if row["id"] == id), None)
    if found is None:
        raise Problem("not-found", "The catalogue has no such rule.")
    return question.answer(found, question.house.seen)

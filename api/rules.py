"""The statutory catalogue that judges filings here."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query, Response

from api.problems import Problem
from api.reading import Asked, asked, reads
from ledger.domain.periods import CivilDate
from ledger.domain.rules.listing import listing, selected
from ledger.wording import Language, Wording, preferred, wording

TAG = "rules"
router = APIRouter()

Lang = Annotated[
    Language | None,
    Query(description="Language of titles, sentences and cures; else as Accept-Language says."),
]
AcceptLanguage = Annotated[str, Header(description="English unless Chinese is preferred.")]


def worded(lang: Lang = None, accept_language: AcceptLanguage = "") -> Wording:
    """The language in which the catalogue is asked for."""
    return wording(lang or preferred(accept_language))


@router.get("/v1/rules", **reads("list_rules", "Rules", TAG))
def list_rules(
    question: Annotated[Asked, Depends(asked("list_rules"))],
    words: Annotated[Wording, Depends(worded)],
    command: Annotated[
        str | None, Query(max_length=40, description="Name of an act, such as RegisterPledge.")
    ] = None,
    date: Annotated[
        CivilDate | None, Query(description="Rules in force on this day; all where left out.")
    ] = None,
    severity: Literal["R", "W", "O", "D"] | None = None,
) -> Response:
    """Every rule and definition of the catalogue, or those that are asked for."""
    day = date or question.effective_on
    rows = selected(listing(), command=command, day=day, severity=severity)
    return in_language(
        question.answer([words.row(row) for row in rows], question.house.seen), words
    )


@router.get("/v1/rules/{id}", **reads("get_rule", "Rule", TAG))
def get_rule(
    id: str,
    question: Annotated[Asked, Depends(asked("get_rule"))],
    words: Annotated[Wording, Depends(worded)],
) -> Response:
    """One rule or definition."""
    found = next((row for row in listing() if row["id"] == id), None)
    if found is None:
        raise Problem("not-found", "The catalogue has no such rule.")
    return in_language(question.answer(words.row(found), question.house.seen), words)


def in_language(response: Response, words: Wording) -> Response:
    """An answer that says in which language it is."""
    response.headers["Content-Language"] = words.language
    response.headers["Vary"] = "Accept-Language"
    return response

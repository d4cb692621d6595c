"""Obligations: what parties owe and are told, what falls due, and saying that it was done."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from api.filing import Filed, filed, files
from api.problems import Problem
from api.reading import (
    NUMBER_LENGTH_MAX,
    Asked,
    Connection,
    asked,
    entry_number,
    patent_number,
    reads,
)
from ledger.domain.fulfilments import RecordFulfilment
from ledger.domain.periods import CivilDate
from ledger.projections.obligations import Behind, State, Wanted, obligations

TAG = "obligations"
SEE_ALL = frozenset({"registrar", "auditor"})
"""Roles that are shown the obligations of every party."""

router = APIRouter()


@router.get("/v1/obligations", **reads("list_obligations", "Obligations", TAG))
def list_obligations(
    question: Annotated[Asked, Depends(asked("list_obligations"))],
    party: Annotated[
        str | None,
        Query(max_length=500, description="The id of one party, for those who see all of them."),
    ] = None,
    patent: Annotated[str | None, Query(max_length=NUMBER_LENGTH_MAX)] = None,
    state: Annotated[State, Query(description="Notices that are open, met, or both.")] = "open",
    until: Annotated[
        CivilDate | None, Query(description="Leave out what falls due after this day.")
    ] = None,
) -> Response:
    """Notices of what parties owe or are told, and what falls due: a party's own, or all of them
    for the registrar and auditors.
    """
    latest: date | None = until
    wanted = Wanted(
        party=_party(question, party),
        patent=None if patent is None else patent_number(patent, "patent").id,
        state=state,
        until=latest,
    )

    def read(connection: Connection) -> tuple[dict[str, Any], int]:
        calendar = question.house.reckoning.calendar
        return obligations(connection, wanted, question.point(connection), calendar)

    try:
        shown, position = question.auditor(read)
    except Behind as behind:
        raise Problem("behind", f"{behind}; ask again.") from behind
    return question.answer(shown, position)


def _party(question: Asked, stated: str | None) -> str | None:
    """Whose obligations are asked for; None for those of all."""
    caller = question.caller
    if caller.role in SEE_ALL:
        return stated
    if caller.party is None or stated not in (None, caller.party):
        raise Problem("not-found", "Obligations are shown to their own party.")
    return caller.party


@router.post(
    "/v1/obligations/{id}/fulfilment", **files("record_fulfilment", "RecordFulfilment", TAG)
)
async def record_fulfilment(
    id: str,
    filing: Annotated[Filed, Depends(filed("record_fulfilment"))],
) -> Response:
    """Record that what an obligation asked for was done."""
    return await filing.answer(
        RecordFulfilment, "/v1/filings/{filing_id}", obligation=entry_number(id)
    )

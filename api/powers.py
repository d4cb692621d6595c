"""Powers of attorney: giving, revoking and showing them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.filing import Filed, filed, files
from api.filings import party_number
from api.problems import Problem
from api.reading import Asked, asked, entry_number, reads
from ledger.domain.powers import GivePowerOfAttorney, RevokePowerOfAttorney
from ledger.projections.powers import powers

TAG = "parties"
router = APIRouter()


@router.get("/v1/parties/{id}/powers-of-attorney", **reads("list_powers", "Powers", TAG))
def list_powers(id: str, question: Annotated[Asked, Depends(asked("list_powers"))]) -> Response:
    """The powers of attorney that a party gave: all for itself, the registrar and auditors; for
    others those that they hold."""
    caller = question.caller
    office = caller.role == "registrar"
    if caller.party is None and not (office or question.viewer.auditor):
        raise Problem("not-found", "Powers of attorney are shown to their parties.")
    party = party_number(id)
    shown, head = question.auditor(
        lambda c: powers(c, party, question.point(c), question.viewer, office=office)
    )
    return question.answer(shown, head)


@router.post(
    "/v1/parties/{id}/powers-of-attorney", **files("give_power", "GivePowerOfAttorney", TAG)
)
async def give_power(
    id: str,
    filing: Annotated[Filed, Depends(filed("give_power"))],
) -> Response:
    """Let another party file for one."""
    return await filing.answer(
        GivePowerOfAttorney, "/v1/filings/{filing_id}", principal=party_number(id)
    )


@router.post(
    "/v1/parties/{id}/powers-of-attorney/{no}/revocation",
    **files("revoke_power", "RevokePowerOfAttorney", TAG),
)
async def revoke_power(
    id: str,
    no: str,
    filing: Annotated[Filed, Depends(filed("revoke_power"))],
) -> Response:
    """End a power of attorney, named by the filing that recorded it."""
    return await filing.answer(
        RevokePowerOfAttorney,
        "/v1/filings/{filing_id}",
        principal=party_number(id),
        power=entry_number(no),
    )

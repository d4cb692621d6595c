"""Pledges: registration, change, deregistration (or release of some patents), revocation."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.filing import Filed, filed, files
from api.problems import Problem
from api.reading import Asked, asked, entry_number, reads
from ledger.domain.pledges import ChangePledge, DeregisterPledge, RegisterPledge, RevokePledge
from ledger.projections import registered

TAG = "pledges"
PLEDGE = "/v1/pledges/{registration_no}"
router = APIRouter()


@router.post("/v1/pledges", **files("register_pledge", "RegisterPledge", TAG))
async def register_pledge(filing: Annotated[Filed, Depends(filed("register_pledge"))]) -> Response:
    """Register a pledge over 1 to 1,000 patents, on all of them or none."""
    return await filing.answer(RegisterPledge, PLEDGE)


@router.get("/v1/pledges/{no}", **reads("get_pledge", "Pledge", TAG))
def get_pledge(no: str, question: Annotated[Asked, Depends(asked("get_pledge"))]) -> Response:
    """A pledge registration on all its patents."""
    number, viewer = entry_number(no), question.viewer
    found, on = question.public(
        lambda c: (registered.pledge(c, number, point := question.point(c)), point.on)
    )
    if found.body is None:
        raise Problem("not-found", f"The register has no pledge {number}.")
    if not viewer.public:
        found.body["confidential"] = question.sifted(
            lambda c: registered.pledge_confidential(
                c, number, found.known, on, viewer, question.house.registry.means.law
            )
        )
    return question.answer(found.body, found.head)


@router.post("/v1/pledges/{no}/changes", **files("change_pledge", "ChangePledge", TAG))
async def change_pledge(
    no: str, filing: Annotated[Filed, Depends(filed("change_pledge"))]
) -> Response:
    """Change the parties or the claim of a registration."""
    return await filing.answer(ChangePledge, PLEDGE, registration_no=entry_number(no))


@router.post(
    "/v1/pledges/{no}/deregistration", **files("deregister_pledge", "DeregisterPledge", TAG)
)
async def deregister_pledge(
    no: str, filing: Annotated[Filed, Depends(filed("deregister_pledge"))]
) -> Response:
    """End a registration; with `patents`, release only those."""
    return await filing.answer(DeregisterPledge, PLEDGE, registration_no=entry_number(no))


@router.post("/v1/pledges/{no}/revocation", **files("revoke_pledge", "RevokePledge", TAG))
async def revoke_pledge(
    no: str, filing: Annotated[Filed, Depends(filed("revoke_pledge"))]
) -> Response:
    """Revoke a registration that should not have been made: it never was."""
    return await filing.answer(RevokePledge, PLEDGE, registration_no=entry_number(no))

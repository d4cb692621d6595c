"""Licences: recordal of a contract, its change, its cancellation."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.filing import Filed, filed, files
from api.problems import Problem
from api.reading import Asked, asked, entry_number, reads
from ledger.domain.licences import CancelLicence, ChangeLicence, RecordLicence
from ledger.domain.revocations import RevokeLicenceRecordal
from ledger.projections import registered

TAG = "licences"
router = APIRouter()


@router.post("/v1/licences", **files("record_licence", "RecordLicence", TAG))
async def record_licence(filing: Annotated[Filed, Depends(filed("record_licence"))]) -> Response:
    """Record a licence contract."""
    return await filing.answer(RecordLicence, "/v1/licences/{registration_no}")


@router.get("/v1/licences/{id}", **reads("get_licence", "Licence", TAG))
def get_licence(id: str, question: Annotated[Asked, Depends(asked("get_licence"))]) -> Response:
    """A licence on all its patents; one that is not recorded is shown to its parties alone."""
    number, viewer = entry_number(id), question.viewer
    read = question.public if viewer.public else question.sifted
    found, on = read(
        lambda c: (registered.licence(c, number, point := question.point(c), viewer), point.on)
    )
    if found.body is None:
        raise Problem("not-found", f"The register has no licence {number}.")
    if not viewer.public:
        found.body["confidential"] = question.sifted(
            lambda c: registered.licence_confidential(c, number, found.known, on, viewer)
        )
    return question.answer(found.body, found.head)


@router.post("/v1/licences/{id}/changes", **files("change_licence", "ChangeLicence", TAG))
async def change_licence(
    id: str,
    filing: Annotated[Filed, Depends(filed("change_licence"))],
) -> Response:
    """Change the parties, kind, term, scope or royalty of a recorded licence."""
    return await filing.answer(
        ChangeLicence, "/v1/licences/{registration_no}", licence_id=entry_number(id)
    )


@router.post("/v1/licences/{id}/cancellation", **files("cancel_licence", "CancelLicence", TAG))
async def cancel_licence(
    id: str,
    filing: Annotated[Filed, Depends(filed("cancel_licence"))],
) -> Response:
    """End the recordal of a licence whose contract has ended."""
    return await filing.answer(
        CancelLicence, "/v1/licences/{registration_no}", licence_id=entry_number(id)
    )


@router.post(
    "/v1/licences/{id}/revocation", **files("revoke_licence_recordal", "RevokeLicenceRecordal", TAG)
)
async def revoke_licence_recordal(
    id: str,
    filing: Annotated[Filed, Depends(filed("revoke_licence_recordal"))],
) -> Response:
    """Revoke a recordal that should not have been made: it never was."""
    return await filing.answer(
        RevokeLicenceRecordal, "/v1/licences/{registration_no}", licence_id=entry_number(id)
    )

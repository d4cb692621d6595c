"""Open licences: declarations, their withdrawal, the taking of a licence, recordal of the contract
taken.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from api.filing import Filed, filed, files
from api.problems import Problem
from api.reading import Asked, asked, entry_number, reads
from ledger.domain.open_licences import (
    DeclareOpenLicence,
    RecordOpenLicenceContract,
    TakeOpenLicence,
    WithdrawOpenLicence,
)
from ledger.domain.revocations import RevokeOpenLicence, TerminateOpenLicence
from ledger.domain.texts import Text
from ledger.projections import registered
from ledger.projections.registered import Wanted

TAG = "open licences"
LISTED_MAX = 200
router = APIRouter()


@router.post("/v1/open-licences", **files("declare_open_licence", "DeclareOpenLicence", TAG))
async def declare_open_licence(
    filing: Annotated[Filed, Depends(filed("declare_open_licence"))],
) -> Response:
    """Declare that anybody may have a licence on published terms."""
    return await filing.answer(DeclareOpenLicence, "/v1/open-licences/{registration_no}")


@router.get("/v1/open-licences", **reads("list_open_licences", "OpenLicences", TAG))
def list_open_licences(
    question: Annotated[Asked, Depends(asked("list_open_licences"))],
    patentee: Annotated[Text | None, Query(description="Id of a patentee.")] = None,
    symbol: Annotated[Text | None, Query(description="How the main class begins.")] = None,
    form: Annotated[Text | None, Query(description="Form of the fee.")] = None,
    after: Annotated[
        Text | None, Query(description="The declaration number after which to go on.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=LISTED_MAX)] = 50,
) -> Response:
    """The declarations that stand, in the order of their numbers."""
    wanted = Wanted(patentee, symbol, form, after, limit)
    found = question.public(lambda c: registered.declarations(c, question.point(c), wanted))
    return question.answer(found.body, found.head)


@router.get("/v1/open-licences/{no}", **reads("get_open_licence", "OpenLicence", TAG))
def get_open_licence(
    no: str, question: Annotated[Asked, Depends(asked("get_open_licence"))]
) -> Response:
    """A declaration on all its patents."""
    number = entry_number(no)
    found = question.public(lambda c: registered.declaration(c, number, question.point(c)))
    if found.body is None:
        raise Problem("not-found", f"The register has no open licence {number}.")
    return question.answer(found.body, found.head)


@router.post(
    "/v1/open-licences/{no}/withdrawal",
    **files("withdraw_open_licence", "WithdrawOpenLicence", TAG),
)
async def withdraw_open_licence(
    no: str, filing: Annotated[Filed, Depends(filed("withdraw_open_licence"))]
) -> Response:
    """Withdraw a declaration; licences already taken go on."""
    return await filing.answer(
        WithdrawOpenLicence, "/v1/open-licences/{registration_no}", declaration_no=entry_number(no)
    )


@router.post(
    "/v1/open-licences/{no}/termination",
    **files("terminate_open_licence", "TerminateOpenLicence", TAG),
)
async def terminate_open_licence(
    no: str, filing: Annotated[Filed, Depends(filed("terminate_open_licence"))]
) -> Response:
    """End a declaration that its patentee should have withdrawn; licences already taken go on."""
    return await filing.answer(
        TerminateOpenLicence, "/v1/open-licences/{registration_no}", declaration_no=entry_number(no)
    )


@router.post(
    "/v1/open-licences/{no}/revocation", **files("revoke_open_licence", "RevokeOpenLicence", TAG)
)
async def revoke_open_licence(
    no: str, filing: Annotated[Filed, Depends(filed("revoke_open_licence"))]
) -> Response:
    """Revoke a declaration got by false materials or concealment: it never was."""
    return await filing.answer(
        RevokeOpenLicence, "/v1/open-licences/{registration_no}", declaration_no=entry_number(no)
    )


@router.post(
    "/v1/open-licences/{no}/licences", **files("take_open_licence", "TakeOpenLicence", TAG)
)
async def take_open_licence(
    no: str, filing: Annotated[Filed, Depends(filed("take_open_licence"))]
) -> Response:
    """Take a licence by notice and payment; it is named by the filing's id."""
    return await filing.answer(
        TakeOpenLicence, "/v1/licences/{filing_id}", declaration_no=entry_number(no)
    )


@router.post(
    "/v1/open-licences/{no}/licences/{id}/recordal",
    **files("record_open_licence_contract", "RecordOpenLicenceContract", TAG),
)
async def record_open_licence_contract(
    no: str,
    id: str,  # noqa: A002 - the design's name
    filing: Annotated[Filed, Depends(filed("record_open_licence_contract"))],
) -> Response:
    """Record the contract of a licence taken under this declaration."""
    licence, declaration = entry_number(id), entry_number(no)
    if not filing.house.reader.auditor(lambda c: registered.taken_under(c, licence, declaration)):
        raise Problem("not-found", f"There is no licence {licence} under the declaration.")
    return await filing.answer(
        RecordOpenLicenceContract, "/v1/licences/{registration_no}", licence_id=licence
    )

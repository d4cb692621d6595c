"""Transfers, changes of name or address, and consents."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.filing import Filed, filed, files
from api.reading import entry_number
from ledger.domain.consents import RecordConsent, WithdrawConsent
from ledger.domain.transfers import ChangeNameAddress, RegisterTransfer

TAG = "transfers"
router = APIRouter()


@router.post("/v1/transfers", **files("register_transfer", "RegisterTransfer", TAG))
async def register_transfer(
    filing: Annotated[Filed, Depends(filed("register_transfer"))],
) -> Response:
    """Register a change of patentees, from the whole list before to the whole list after."""
    return await filing.answer(RegisterTransfer, "/v1/filings/{filing_id}")


@router.post("/v1/name-changes", **files("change_name_or_address", "ChangeNameAddress", TAG))
async def change_name_or_address(
    filing: Annotated[Filed, Depends(filed("change_name_or_address"))],
) -> Response:
    """Register the new name or address of a patentee that stays the same."""
    return await filing.answer(ChangeNameAddress, "/v1/filings/{filing_id}")


@router.post("/v1/consents", **files("record_consent", "RecordConsent", TAG))
async def record_consent(filing: Annotated[Filed, Depends(filed("record_consent"))]) -> Response:
    """Record one party's consent to one act; a filing uses it by naming this filing's id."""
    return await filing.answer(RecordConsent, "/v1/filings/{filing_id}")


@router.post("/v1/consents/{id}/withdrawal", **files("withdraw_consent", "WithdrawConsent", TAG))
async def withdraw_consent(
    id: str,
    filing: Annotated[Filed, Depends(filed("withdraw_consent"))],
) -> Response:
    """Take back a consent that no filing has used."""
    return await filing.answer(WithdrawConsent, "/v1/filings/{filing_id}", consent=entry_number(id))

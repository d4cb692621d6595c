"""Corrections of entries, and their revocation: acts of the registrar."""

from __future__ import annotations

from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.bodies import strict_json, validated
from api.filing import Filed, filed, files
from api.problems import Fault, invalid
from ledger.domain.corrections import Correcting, PublishCorrection, RevokeEntry

TAG = "corrections"
router = APIRouter()

CORRECTIONS: Final[dict[str, type[Correcting]]] = {
    "clerical": PublishCorrection,
    "revocation": RevokeEntry,
}
"""Value of `correction` → its command."""


@router.post("/v1/corrections", **files("publish_correction", "Correction", TAG))
async def publish_correction(
    filing: Annotated[Filed, Depends(filed("publish_correction"))],
) -> Response:
    """Correct what an entry should have read, or revoke it: from the beginning or from today."""
    return await filing.receipt(correction(filing.raw), "/v1/filings/{filing_id}")


def correction(raw: bytes) -> Correcting:
    """The correction or revocation that a body states."""
    value = strict_json(raw)
    if not isinstance(value, dict):
        raise invalid(Fault("the body is a JSON object", ""))
    named = value.pop("correction", None)
    command = CORRECTIONS.get(named) if isinstance(named, str) else None
    if command is None:
        raise invalid(Fault(f"one of {', '.join(CORRECTIONS)}", "/correction"))
    if "streams" in value:
        raise invalid(Fault("follows from the filing that made the entry", "/streams"))
    stated: Correcting = validated(command, orjson.dumps(value), value)
    return stated

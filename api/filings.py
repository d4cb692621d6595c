"""Filings and parties: what those concerned are told."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.filing import Filed, filed, files
from api.problems import Fault, Problem, invalid
from api.reading import Asked, asked, entry_number, reads
from ledger.domain.consents import EnterPartyEvidence
from ledger.domain.texts import TEXT_MAX
from ledger.projections import entries
from ledger.projections.holdings import holdings

PARTY_LENGTH_MAX = TEXT_MAX + len("name:")
CREDIT_CODE_LENGTH = 18

router = APIRouter()


@router.get("/v1/filings/{id}", **reads("get_filing", "Filing", "filings"))
def get_filing(id: str, question: Annotated[Asked, Depends(asked("get_filing"))]) -> Response:  # noqa: A002 - the design's name
    """A filing's receipt and entries: for its parties, its filer, the registrar and auditors."""
    filing_id, caller, viewer = entry_number(id), question.caller, question.viewer
    found, head = question.auditor(
        lambda c: (
            entries.filing(
                c, filing_id, viewer, caller=caller.id, all_filings=caller.role == "registrar"
            ),
            entries.head(c),
        )
    )
    if found is None:
        raise Problem("not-found", "There is no such filing, or none that concerns the caller.")
    return question.answer(found, head)


@router.get("/v1/parties/{id}", **reads("get_party", "Holdings", "parties"))
def get_party(id: str, question: Annotated[Asked, Depends(asked("get_party"))]) -> Response:  # noqa: A002 - the design's name
    """What a party is a party to: for itself, the registrar and auditors."""
    # An identity number is no id: a natural person is asked for by the pseudonym the register
    # shows.
    party = id.upper() if len(id) == CREDIT_CODE_LENGTH else id
    if not party.isprintable() or len(party) > PARTY_LENGTH_MAX:
        raise Problem("not-found", "There is no such party.")
    if question.caller.role not in ("registrar", "auditor") and question.caller.party != party:
        raise Problem("not-found", "There is no such party, or it is not the caller's own.")
    shown, head = question.auditor(lambda c: holdings(c, party, question.point(c)))
    return question.answer(shown, head)


@router.post(
    "/v1/parties/{id}/evidence", **files("enter_party_evidence", "EnterPartyEvidence", "parties")
)
async def enter_party_evidence(
    id: str,  # noqa: A002 - the design's name
    filing: Annotated[Filed, Depends(filed("enter_party_evidence"))],
) -> Response:
    """Enter evidence that a code which fails its check is a real organisation's."""
    if not id.isprintable():
        raise invalid(Fault("a credit code", parameter="id"))
    return await filing.answer(EnterPartyEvidence, "/v1/filings/{filing_id}", credit_code=id)

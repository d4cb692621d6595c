"""Filings and parties: what those concerned are told."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from api.filing import Filed, filed, files
from api.printed import printed
from api.problems import Fault, Problem, invalid
from api.reading import Asked, asked, entry_number, reads, reads_page
from api.rules import worded
from ledger.domain.consents import EnterPartyEvidence
from ledger.domain.joint import ConfirmFiling, RefuseFiling, WithdrawFiling
from ledger.domain.parties import code_of
from ledger.domain.texts import TEXT_MAX
from ledger.printing.notices import notice as notice_of
from ledger.printing.notices import refused_earlier
from ledger.projections import entries, queue
from ledger.projections.disclosure import Viewer
from ledger.projections.holdings import holdings
from ledger.wording import Wording

PARTY_LENGTH_MAX = TEXT_MAX + len("name:")
LISTED_MAX = 1_000
PREPARED = "/v1/filings/{prepared[filing]}"
"""Where a prepared filing is found."""

router = APIRouter()


@router.get("/v1/filings/{id}", **reads("get_filing", "Filing", "filings"))
def get_filing(id: str, question: Annotated[Asked, Depends(asked("get_filing"))]) -> Response:
    """A filing's status, receipt and entries: for its parties, its filer, the registrar and
    auditors."""
    return question.answer(*filing_shown(question, entry_number(id)))


@router.get("/v1/filings/{id}/notice", **reads_page("get_notice", "filings"))
def get_notice(
    id: str,
    question: Annotated[Asked, Depends(asked("get_notice"))],
    words: Annotated[Wording, Depends(worded)],
) -> Response:
    """A filing's notice to print, for those who are told of the filing: of what it registered, or
    why what was prepared is refused."""
    filing, head = filing_shown(question, entry_number(id))
    prepared = filing.get("prepared")
    if prepared is not None and prepared["registered_as"] is not None:
        filing, head = filing_shown(question, prepared["registered_as"])
        prepared = None
    if "registration_no" not in filing["receipt"]:
        raise Problem("not-found", "It was taken over from another register, which has no notices.")
    refused = prepared is not None and prepared["state"] in ("refused", "contested")
    notice = (refused_earlier if refused else notice_of)(words, filing)
    return question.told(printed(notice, Vary="Accept-Language"), head)


def filing_shown(
    question: Asked, filing_id: str, viewer: Viewer | None = None
) -> tuple[dict[str, Any], int]:
    """A filing as the caller may see it, or as another viewer may, and the newest position."""
    caller = question.caller
    found, head = question.auditor(
        lambda c: (
            entries.filing(
                c,
                filing_id,
                viewer or question.viewer,
                caller=caller.id,
                all_filings=caller.role == "registrar",
                point=question.point(c),
            ),
            entries.head(c),
        )
    )
    if found is None:
        raise Problem("not-found", "There is no such filing, or none that concerns the caller.")
    return found, head


@router.get("/v1/filings", **reads("list_filings", "Filings", "filings"))
def list_filings(
    question: Annotated[Asked, Depends(asked("list_filings"))],
    state: Annotated[
        Literal["waiting", "awaiting_confirmation", "refused", "contested"],
        Query(description="Those that wait for somebody, or of these those in one state."),
    ] = "waiting",
    limit: Annotated[int, Query(ge=1, le=LISTED_MAX)] = LISTED_MAX,
) -> Response:
    """Prepared filings that wait for somebody, and contests that wait for the registrar: all for
    the registrar and auditors, their own for parties."""
    caller = question.caller
    party = None if caller.role in ("registrar", "auditor") else (caller.party or "")
    shown, head = question.auditor(
        lambda c: queue.waiting(c, question.point(c), party, state, limit)
    )
    return question.answer(shown, head)


@router.post(
    "/v1/filings/{id}/confirmations", **files("confirm_filing", "ConfirmFiling", "filings")
)
async def confirm_filing(
    id: str,
    filing: Annotated[Filed, Depends(filed("confirm_filing"))],
) -> Response:
    """Confirm a prepared filing; the last confirmation has it judged and registered."""
    return await filing.answer(ConfirmFiling, PREPARED, filing=entry_number(id))


@router.post("/v1/filings/{id}/withdrawal", **files("withdraw_filing", "WithdrawFiling", "filings"))
async def withdraw_filing(
    id: str,
    filing: Annotated[Filed, Depends(filed("withdraw_filing"))],
) -> Response:
    """Give up a prepared filing."""
    return await filing.answer(WithdrawFiling, PREPARED, filing=entry_number(id))


@router.post("/v1/filings/{id}/refusal", **files("refuse_filing", "RefuseFiling", "filings"))
async def refuse_filing(
    id: str,
    filing: Annotated[Filed, Depends(filed("refuse_filing"))],
) -> Response:
    """Refuse a prepared pledge on a ground of the office's own; all other grounds are told, too."""
    return await filing.answer(RefuseFiling, PREPARED, filing=entry_number(id))


@router.get("/v1/parties/{id}", **reads("get_party", "Holdings", "parties"))
def get_party(id: str, question: Annotated[Asked, Depends(asked("get_party"))]) -> Response:
    """What a party is a party to: for itself, the registrar and auditors."""
    party = party_number(id)
    if question.caller.role not in ("registrar", "auditor") and question.caller.party != party:
        raise Problem("not-found", "There is no such party, or it is not the caller's own.")
    shown, head = question.auditor(lambda c: holdings(c, party, question.point(c)))
    return question.answer(shown, head)


def party_number(text: str) -> str:
    """The id of a party in a path. An identity number is none: a natural person is named by the
    pseudonym that the register shows."""
    party = code_of(text) or text
    if not party.isprintable() or not party.strip() or len(party) > PARTY_LENGTH_MAX:
        raise Problem("not-found", "There is no such party.")
    return party


@router.post(
    "/v1/parties/{id}/evidence", **files("enter_party_evidence", "EnterPartyEvidence", "parties")
)
async def enter_party_evidence(
    id: str,
    filing: Annotated[Filed, Depends(filed("enter_party_evidence"))],
) -> Response:
    """Enter evidence that a code which fails its check is a real organisation's."""
    if not id.isprintable():
        raise invalid(Fault("a credit code", parameter="id"))
    return await filing.answer(EnterPartyEvidence, "/v1/filings/{filing_id}", credit_code=id)

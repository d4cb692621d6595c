"""Open licences: declarations, their withdrawal, the taking of a licence, recordal of the contract
taken.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.cursors import Cursor, CursorParameter, pages
from api.filing import Filed, filed, files
from api.problems import Fault, Problem, invalid
from api.reading import REGION, SYMBOL, Asked, Connection, asked, entry_number, reads
from ledger.domain.money import Amount, Currency, Percent
from ledger.domain.open_licences import (
    DeclareOpenLicence,
    RecordOpenLicenceContract,
    TakeOpenLicence,
    WithdrawOpenLicence,
)
from ledger.domain.periods import CivilDate
from ledger.domain.revocations import RevokeOpenLicence, TerminateOpenLicence
from ledger.domain.texts import Text
from ledger.projections import offers, registered
from ledger.projections.listings import plain_symbol
from ledger.projections.offers import Sort, Wanted

TAG = "open licences"
LISTED_MAX = 200
ORDER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,6})?|-1e12")
FeeForm = Literal["lump_sum", "instalments", "running", "entry_fee_plus_running", "free", "equity"]
router = APIRouter()


@router.post("/v1/open-licences", **files("declare_open_licence", "DeclareOpenLicence", TAG))
async def declare_open_licence(
    filing: Annotated[Filed, Depends(filed("declare_open_licence"))],
) -> Response:
    """Declare that anybody may have a licence on published terms."""
    return await filing.answer(DeclareOpenLicence, "/v1/open-licences/{registration_no}")


def of_patents(
    patentee: Annotated[Text | None, Query(description="Id of a patentee.")] = None,
    university: Annotated[
        bool, Query(description="Only of universities, alone or with others.")
    ] = False,
    region: Annotated[
        str | None,
        Query(pattern=REGION, description="Region of a patentee, GB/T 2260."),
    ] = None,
    symbol: Annotated[
        str | None,
        Query(
            alias="class",
            pattern=SYMBOL,
            description="How an IPC or Locarno symbol of the patent begins.",
        ),
    ] = None,
    industry: Annotated[
        str | None,
        Query(
            pattern=r"^[A-T]([0-9]{2,4})?$",
            description="Industry of the patent, GB/T 4754: a section, or how its code begins.",
        ),
    ] = None,
) -> Wanted:
    """Criteria of the patents on offer."""
    return Wanted(
        patentee=patentee,
        university=university,
        region=region,
        symbol=None if symbol is None else plain_symbol(symbol),
        industry=industry,
    )


def of_terms(
    form: Annotated[FeeForm | None, Query(description="Form of the fee.")] = None,
    fee_max: Annotated[
        Amount | None,
        Query(
            description="Ceiling of the sum: a lump sum, the total of instalments, an entry fee. "
            "What is free costs nothing; what has no sum is left out."
        ),
    ] = None,
    currency: Annotated[
        Currency, Query(description="Currency of the ceiling and of sums.")
    ] = "CNY",
    percent_max: Annotated[
        Percent | None, Query(description="Ceiling of the highest rate of a running royalty.")
    ] = None,
    period_from: Annotated[
        CivilDate | None, Query(description="A day on which the licence period must have begun.")
    ] = None,
    period_until: Annotated[
        CivilDate | None, Query(description="A day on which it must not have ended.")
    ] = None,
) -> Wanted:
    """Criteria of the terms on which licences are offered."""
    return Wanted(
        form=form,
        fee_max=fee_max,
        currency=currency,
        percent_max=percent_max,
        period_from=period_from,
        period_until=period_until,
    )


@router.get("/v1/open-licences", **reads("list_open_licences", "OpenLicences", TAG))
def list_open_licences(
    request: Request,
    question: Annotated[Asked, Depends(asked("list_open_licences"))],
    patents: Annotated[Wanted, Depends(of_patents)],
    terms: Annotated[Wanted, Depends(of_terms)],
    sort: Annotated[
        Sort, Query(description="By `fee`, those alone are listed that have a sum in `currency`.")
    ] = "declaration_no",
    limit: Annotated[int, Query(ge=1, le=LISTED_MAX)] = 50,
    cursor: CursorParameter = None,
) -> Response:
    """The open licences on offer: declarations that stand, filtered and sorted, with the released
    market rates beside each."""
    wanted = replace(
        terms,
        patentee=patents.patentee,
        university=patents.university,
        region=patents.region,
        symbol=patents.symbol,
        industry=patents.industry,
        sort=sort,
    )
    paged = pages(request)
    begins = paged.cursor(cursor, (str, str))
    after = offers.FIRST if begins is None else (str(begins.place[0]), str(begins.place[1]))
    if not ORDER.fullmatch(after[0]):
        raise invalid(Fault("no cursor of this register", parameter="cursor"))

    def work(connection: Connection) -> tuple[dict[str, Any], int]:
        point, head = question.paged(connection, begins)
        total = offers.total(connection, wanted, point) if begins is None else begins.total
        listed = offers.page(connection, wanted, point, after=after, limit=limit + 1)
        following = None
        if len(listed) > limit:
            listed = listed[:limit]
            assert point.known is not None, "pages are asked at a position"
            following = paged.written(Cursor(point.known, point.on, total, listed[-1][0]))
        body = {
            "effective_on": point.on,
            "known_at": point.known,
            "total": total,
            "returned": len(listed),
            "cap": limit,
            "open_licences": [offer for _, offer in listed],
            "next": following,
        }
        return body, head

    body, head = question.public(work)
    answer = question.answer(body, head)
    answer.headers.update(paged.links(body["next"]))
    return answer


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
    id: str,
    filing: Annotated[Filed, Depends(filed("record_open_licence_contract"))],
) -> Response:
    """Record the contract of a licence taken under this declaration."""
    licence, declaration = entry_number(id), entry_number(no)
    if not filing.house.reader.sifted(lambda c: registered.taken_under(c, licence, declaration)):
        raise Problem("not-found", f"There is no licence {licence} under the declaration.")
    return await filing.answer(
        RecordOpenLicenceContract, "/v1/licences/{registration_no}", licence_id=licence
    )

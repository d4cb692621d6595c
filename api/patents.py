"""Patents: the register extract, the bulk enquiry, the history, and what the office enters."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import Response

from api.bodies import body, parsed
from api.conditions import (
    ETAG,
    IfMatch,
    asks_any,
    check_there,
    expecting,
    sees_versions,
    tag,
    tagged,
)
from api.facts import fact
from api.filing import Filed, filed, files
from api.problems import Fault, Problem, invalid
from api.reading import Asked, Connection, Number, asked, patent_number, reads
from ledger.domain.filing import PATENTS_MAX
from ledger.domain.lifecycle import GrantPatent
from ledger.projections import entries, extracts
from ledger.projections.asking import Point
from ledger.projections.extracts import confidential, extract, status

TAG = "patents"
router = APIRouter()


class _PatentConvertor(Convertor[str]):
    """The number of a patent at the end of an address, in any printed form, slashes included; not
    another address below /v1/patents, at which something else can be done."""

    regex = "(?!status$)(?!.*/(?:history|facts|changes|certificates)$).*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("patent", _PatentConvertor())


class Enquiry(BaseModel):
    """Numbers, in any printed form, whose status is asked for."""

    model_config = ConfigDict(extra="forbid")

    patents: Annotated[
        list[Annotated[str, Field(max_length=80)]], Field(min_length=1, max_length=PATENTS_MAX)
    ]


@router.post("/v1/patents", **files("enter_patents", "GrantPatent", TAG))
async def enter_patents(filing: Annotated[Filed, Depends(filed("enter_patents"))]) -> Response:
    """Enter granted patents."""
    return await filing.answer(GrantPatent, "/v1/filings/{filing_id}")


@router.post(
    "/v1/patents/status",
    **reads("get_statuses", "Statuses", TAG, body="Enquiry"),
)
def get_statuses(
    question: Annotated[Asked, Depends(asked("get_statuses"))], raw: Annotated[bytes, Depends(body)]
) -> Response:
    """The status of up to 1,000 patents, in the order asked for."""
    numbers = _numbers(parsed(Enquiry, raw))

    def work(connection: Connection) -> tuple[Point, list[Any]]:
        point = question.point(connection)
        return point, extracts.extracts(connection, [number.id for number in numbers], point)

    point, rows = question.public(work)
    answer = {
        "effective_on": point.on,
        "known_at": rows[0]["known"],
        "patents": [
            status(row, number.stated, point.on, question.house.reckoning)
            for row, number in zip(rows, numbers, strict=True)
        ],
    }
    return question.answer(answer, rows[0]["head"])


def _numbers(enquiry: Enquiry) -> list[Number]:
    numbers, faults = [], []
    for place, text in enumerate(enquiry.patents):
        try:
            number = patent_number(text)
        except Problem as problem:
            rule = next((fault.get("rule") for fault in problem.members["errors"]), None)
            message = problem.members["errors"][0]["message"]
            faults.append(Fault(message, f"/patents/{place}", rule=rule))
        else:
            numbers.append(number)
    if faults:
        raise invalid(*faults)
    return numbers


@router.get("/v1/patents/{no:path}/history", **tagged(reads("get_history", "History", TAG)))
def get_history(no: str, question: Annotated[Asked, Depends(asked("get_history"))]) -> Response:
    """The entries on a patent, in order, as far as the caller may see them."""
    number = patent_number(no)
    viewer = question.viewer

    def work(connection: Connection) -> tuple[Point, Any]:
        point = question.point(connection)
        return point, extracts.extracts(connection, [number.id], point)[0]

    _, row = question.public(work)
    if row["patent_id"] is None:
        raise number.unknown()

    def read(connection: Connection) -> list[dict[str, Any]]:
        day: date | None = question.effective_on
        return entries.history(
            connection, row["patent_id"], row["known"], effective_on=day, viewer=viewer
        )

    shown = (question.public if viewer.public else question.sifted)(read)
    answer = {"patent": row["patent_id"], "known_at": row["known"], "entries": shown}
    return _tagged(question, row, question.answer(answer, row["head"]))


@router.post("/v1/patents/{no:path}/facts", **files("enter_fact", "Fact", TAG, conditional=True))
async def enter_fact(
    no: str, filing: Annotated[Filed, Depends(filed("enter_fact"))], if_match: IfMatch = None
) -> Response:
    """Enter a fact of the office: fees, lapse, restoration, preservation, suspension, invalidation,
    term.
    """
    command = expecting(fact(filing.raw, no), no, if_match)
    if asks_any(if_match):
        await run_in_threadpool(check_there, filing.house, no)
    return await filing.receipt(command, "/v1/filings/{filing_id}")


@router.get("/v1/patents/{no:patent}", **tagged(reads("get_patent", "Extract", TAG)))
def get_patent(no: str, question: Annotated[Asked, Depends(asked("get_patent"))]) -> Response:
    """What the register says of a patent, at one point of its two clocks."""
    number = patent_number(no)

    def work(connection: Connection) -> tuple[Point, Any]:
        point = question.point(connection)
        return point, extracts.extracts(connection, [number.id], point)[0]

    point, row = question.public(work)
    if row["patent_id"] is None:
        raise number.unknown()
    shown = extract(row, point.on, question.house.reckoning)
    if not question.viewer.public:
        viewer = question.viewer
        shown["confidential"] = question.sifted(lambda c: confidential(c, row, point, viewer))
    return _tagged(question, row, question.answer(shown, row["head"]))


def _tagged(question: Asked, row: Any, answer: Response) -> Response:
    """The answer with the version of the one patent it is about, for those who see versions."""
    if sees_versions(question.caller):
        answer.headers[ETAG] = tag(
            question.sifted(lambda c: entries.version(c, row["patent_id"], row["known"]))
        )
    return answer

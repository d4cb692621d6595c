"""Certificates for a patent: issued, looked up, and printed."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.answers import JSON, POSITION, body_of, json_answer
from api.bodies import body, parsed
from api.parameters import declared
from api.printed import printed
from api.problems import Fault, Problem, documented, invalid
from api.reading import CLOCKS, Asked, asked, patent_number, reads, reads_page
from ledger.domain.periods import CivilDate, civil_date
from ledger.printing import labels
from ledger.printing.certificates import certificate as page_of
from ledger.projections import entries, extracts
from ledger.projections.asking import Point
from ledger.proofs import issuing
from ledger.proofs.certificates import Certificate, Kind
from ledger.proofs.keys import parse_list
from ledger.proofs.notes import Note, b64
from ledger.wording import wording

TAG: Final = "certificates"
BESIDES_MAX: Final = 100
CODE: Final = re.compile(r"([A-Z2-7]{4}-){3}[A-Z2-7]{4}")
NEWEST: Final = tuple(c for c in CLOCKS if c.name not in ("effective_on", "known_at"))
"""What a look-up can state: it says what a certificate has become by now."""
router = APIRouter()


class CertificateWish(BaseModel):
    """What is to be certified of a patent."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind = Field(
        description="What stands on the patent; or that no pledge, preservation, recorded "
        "exclusive licence or open licence stands on it."
    )
    on: CivilDate | None = Field(None, description="The civil day it is said for; else today.")
    besides: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=80)], ...],
        Field(max_length=BESIDES_MAX),
    ] = Field(
        (),
        description="Numbers of registrations: in `standing` such as must stand, in `nothing_else` "
        "such as may.",
    )


_ISSUED: Final[dict[str, Any]] = {
    "operation_id": "issue_certificate",
    "tags": [TAG],
    "status_code": 201,
    "response_class": Response,
    "openapi_extra": {
        "requestBody": body_of("CertificateWish"),
        **declared([c for c in CLOCKS if c.name != "known_at"]),
    },
    "responses": {
        201: {
            "description": "The certificate, a file that proves itself.",
            "content": {JSON: {"schema": {"$ref": "#/components/schemas/Certificate"}}},
            "headers": {
                "Location": {
                    "description": "Where it is looked up.",
                    "schema": {"type": "string"},
                },
                POSITION: {
                    "description": "The position it is of.",
                    "schema": {"type": "integer"},
                },
            },
        },
        **documented(
            "malformed",
            "unauthenticated",
            "forbidden",
            "not-found",
            "not-so",
            "too-large",
            "unsupported-media-type",
            "invalid",
            "internal",
            "unavailable",
            "too-long",
            "standby",
            "behind",
        ),
    },
}


@router.post("/v1/patents/{no:path}/certificates", **_ISSUED)
def issue_certificate(
    no: str,
    question: Annotated[Asked, Depends(asked("issue_certificate"))],
    raw: Annotated[bytes, Depends(body)],
) -> Response:
    """Certify what stands on a patent, or that nothing else does, from the signed map of patents.
    With `Ledger-Min-Position`, from one that knows that position."""
    wish, number = parsed(CertificateWish, raw), patent_number(no)
    if question.known_at is not None:
        fault = "a certificate is of the newest position that is signed"
        raise invalid(Fault(fault, parameter="known_at"))
    now = question.house.clock()
    on = wish.on or question.effective_on or civil_date(now)

    def canonical_id(connection: Any) -> str | None:
        found: str | None = extracts.extracts(connection, [number.id], Point(None, on))[0][
            "patent_id"
        ]
        return found

    patent = question.public(canonical_id)
    if patent is None and number.wrong is not None:
        raise number.unknown()
    asks = issuing.Wish(
        wish.kind, patent or number.id, on, wish.besides, question.position_min or 0
    )
    try:
        made = question.public(lambda c: issuing.issue(c, asks, now))
    except issuing.NotYet as error:
        raise Problem("behind", str(error)) from error
    except issuing.NotSo as error:
        raise Problem("not-so", str(error), stands=error.stands) from error
    code = question.house.reader.noting(lambda c: issuing.write_down(c, made))
    answer = json_answer(made.as_json(), made.map.size, 201)
    answer.headers["Location"] = f"/v1/certificates/{code}"
    return answer


@router.get(
    "/v1/certificates/{code}",
    **reads("look_up_certificate", "IssuedCertificate", TAG, parameters=NEWEST),
)
def look_up_certificate(
    code: str, question: Annotated[Asked, Depends(asked("look_up_certificate"))]
) -> Response:
    """A certificate that was issued, and whether it is current, superseded, or was issued from data
    that was corrected later."""
    found, head = _found(code, question)
    told = {"state": found.state, "by": found.by, "certificate": found.certificate}
    return question.answer(told, head)


@router.get("/v1/certificates/{code}/page", **reads_page("print_certificate", TAG, NEWEST))
def print_certificate(
    code: str, question: Annotated[Asked, Depends(asked("print_certificate"))]
) -> Response:
    """The certificate as a page to print, in Chinese and in English."""
    found, head = _found(code, question)
    signed = _signed(Certificate.parse(orjson.dumps(found.certificate)))
    pages = (
        page_of(wording(language), found.certificate, found.state, found.by, signed)
        for language in ("zh", "en")
    )
    return question.told(printed(*pages), head)


def _found(code: str, question: Asked) -> tuple[issuing.Issued, int]:
    name = code.strip().upper()
    found = None
    if CODE.fullmatch(name):
        found, head = question.public(lambda c: (issuing.look_up(c, name), entries.head(c)))
    if found is None:
        raise Problem("not-found", "No certificate was issued here under that code.")
    return found, head


def _signed(made: Certificate) -> dict[str, str]:
    """Names and hashes of what is signed, as the page tells them."""
    head = made.head
    _, keys = parse_list(Note.parse(made.keys.encode()))
    told = {
        labels.LOG_NAME: f"{head.origin}, {head.size}",
        labels.LOG_ROOT: b64(head.root),
        labels.MAP_ROOT: b64(made.map.root),
        labels.KEYS: ", ".join(str(row.key) for row in keys if row.until is None),
    }
    digest = made.digest
    return told if digest is None else told | {labels.FACTS_DIGEST: digest}

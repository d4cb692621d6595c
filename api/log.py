"""The transparency log as C2SP tlog-tiles serves it: static, public, and cached by anybody."""

from __future__ import annotations

import gzip
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from api.answers import json_answer
from api.callers import allowed
from api.house import house_of, viewer_of
from api.problems import Problem, documented
from api.reading import POSITION_MAX, reads
from ledger.domain.filing import Caller
from ledger.projections import entries
from ledger.proofs import serving
from ledger.proofs.disclosures import Disclosure
from ledger.proofs.tiles import BadTile, parse_path
from ledger.wording import by_weight

TAG: Final = "log"
router = APIRouter(tags=[TAG])

NOTE: Final = "text/plain; charset=utf-8"
TILE: Final = "application/octet-stream"
FOR_EVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
A_DAY: Final = {"Cache-Control": "public, max-age=86400"}
A_SECOND: Final = {"Cache-Control": "public, max-age=1"}
PROBLEMS: Final = (
    "malformed",
    "unauthenticated",
    "not-found",
    "internal",
    "unavailable",
    "too-long",
)


def _gives(operation: str, media: str, what: str, *further: str) -> dict[str, Any]:
    schema = {"type": "string"} | ({} if media == NOTE else {"format": "binary"})
    return {
        "operation_id": operation,
        "response_class": Response,
        "responses": {
            200: {"description": what, "content": {media: {"schema": schema}}},
            **documented(*PROBLEMS, *further),
        },
    }


@router.get(
    "/v1/log/checkpoint", **_gives("get_checkpoint", NOTE, "The newest one: C2SP tlog-checkpoint.")
)
def get_checkpoint(
    request: Request, _: Annotated[Caller, Depends(allowed("get_checkpoint"))]
) -> Response:
    """The signed head of the log: how many entries it has, and their root."""
    note = house_of(request).reader.public(serving.checkpoint)
    if note is None:
        raise Problem("not-found", "No checkpoint was signed yet.")
    return Response(str(note), headers=A_SECOND, media_type=NOTE)


@router.get("/v1/log/keys", **_gives("get_log_keys", NOTE, "A note signed by those in force."))
def get_log_keys(
    request: Request, _: Annotated[Caller, Depends(allowed("get_log_keys"))]
) -> Response:
    """The keys that sign checkpoints or have signed them, each with the sizes it signs."""
    found = house_of(request).reader.public(serving.key_list)
    if found is None:
        raise Problem("not-found", "No checkpoint was signed yet.")
    return Response(found, headers=A_SECOND, media_type=NOTE)


@router.get(
    "/v1/log/tile/{path:path}", **_gives("get_tile", TILE, "The tile or bundle: C2SP tlog-tiles.")
)
def get_tile(
    request: Request,
    path: Annotated[
        str,
        Path(
            description="Level and index as C2SP tlog-tiles writes them, such as 0/x001/234, "
            "2/000.p/17 or entries/x001/234.",
        ),
    ],
    _: Annotated[Caller, Depends(allowed("get_tile"))],
) -> Response:
    """A tile of hashes, or a bundle of entries, each behind its length in two bytes."""
    try:
        asked = parse_path(f"tile/{path}")
    except BadTile as error:
        raise Problem("not-found", str(error)) from error
    data = house_of(request).reader.public(lambda c: serving.tile(c, asked))
    if data is None:
        raise Problem("not-found", "The signed log does not have that tile at that width.")
    headers = FOR_EVER if asked.full else A_DAY
    if asked.level is None:
        # Entries are texts, of which the specification would have no more sent than must be.
        headers = {**headers, "Vary": "Accept-Encoding"}
        if "gzip" in by_weight(request.headers.get("accept-encoding")):
            data = gzip.compress(data, mtime=0)
            headers["Content-Encoding"] = "gzip"
    return Response(data, headers=headers, media_type=TILE)


@router.get(
    "/v1/log/proofs/{position}/disclosure",
    **reads("disclose", "Disclosure", TAG, parameters=()),
)
def disclose(
    request: Request,
    position: Annotated[int, Path(ge=1, le=POSITION_MAX)],
    caller: Annotated[Caller, Depends(allowed("disclose"))],
    name: Annotated[
        list[Annotated[str, Query(max_length=40)]] | None,
        Query(description="Members to disclose; all that the caller may where left out."),
    ] = None,
) -> Response:
    """Confidential members of an entry with what proves them, for a party to it to hand to a
    court."""
    reader, viewer = house_of(request).reader, viewer_of(caller)
    allowed_to = reader.auditor(lambda c: entries.disclosable(c, position, viewer))
    chosen = {n: allowed_to[n] for n in name or allowed_to if n in allowed_to}
    if not chosen or len(chosen) < len(set(name or ())):
        raise Problem("not-found", "There is no such member that the caller may disclose.")
    try:
        proof, keys = reader.public(
            lambda c: (serving.proof(c, position), serving.key_list(c) or "")
        )
    except serving.NotYet as error:
        raise Problem("behind", str(error)) from error
    assert proof is not None, "the entry is in the log"
    answer = json_answer(Disclosure(chosen, proof, keys).as_json(), position)
    answer.headers["Cache-Control"] = "private"
    return answer


@router.get(
    "/v1/log/proofs/{position}",
    **_gives(
        "get_entry_proof",
        NOTE,
        "C2SP tlog-proof; its extra data are the entry.",
        "invalid",
        "behind",
    ),
)
def get_entry_proof(
    request: Request,
    position: Annotated[int, Path(ge=1, le=POSITION_MAX)],
    _: Annotated[Caller, Depends(allowed("get_entry_proof"))],
) -> Response:
    """That an entry stands in the log, to be checked offline. Receipts name its position."""
    try:
        found = house_of(request).reader.public(lambda c: serving.proof(c, position))
    except serving.NotYet as error:
        raise Problem("behind", str(error)) from error
    if found is None:
        raise Problem("not-found", "The log has no such position.")
    return Response(str(found), media_type=NOTE)

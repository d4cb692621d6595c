"""Supporting documents: deposited under the digest of their bytes, handed out to those whom their
filing concerns."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from api.answers import JSON, POSITION, json_answer
from api.bodies import parts_of
from api.callers import allowed
from api.covering import CHECKPOINT
from api.filings import filing_shown
from api.house import house_of
from api.problems import Problem, documented
from api.reading import Asked, asked, check_known, entry_number, reads
from ledger.depository import PIECE_BYTES, Deposited, Draft, NoRoom, TooLong
from ledger.domain.filing import Caller
from ledger.media import SUFFIXES, NotTaken
from ledger.projections.disclosure import Viewer

TAG: Final = "documents"
BYTES: Final = {"type": "string", "contentEncoding": "binary"}
GUARDED: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
}
"""Whatever a document holds, a browser stores it and shows and runs nothing of it."""

router = APIRouter()


@router.post(
    "/v1/documents",
    operation_id="deposit_document",
    tags=[TAG],
    status_code=201,
    response_class=Response,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": BYTES}},
        }
    },
    responses={
        201: {
            "description": "It is kept; filings name it by this digest.",
            "content": {JSON: {"schema": {"$ref": "#/components/schemas/Deposited"}}},
        },
        **documented(
            "malformed",
            "unauthenticated",
            "forbidden",
            "invalid",
            "too-large",
            "unsupported-media-type",
            "document-not-taken",
            "internal",
            "unavailable",
            "too-long",
            "standby",
        ),
    },
)
async def deposit_document(
    request: Request, _: Annotated[Caller, Depends(allowed("deposit_document"))]
) -> Response:
    """Deposit a document: PDF, PNG, JPEG, TIFF, OFD and other zip archives, XML or plain text, told
    by its content. The same bytes are kept once.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.startswith("multipart/"):
        # A form around the bytes would be kept as a text, under a digest that no paper has.
        raise Problem("unsupported-media-type", "Send the bytes of the document alone, no form.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem("unsupported-media-type", "Send the bytes of the document as they are.")
    house = house_of(request)
    depository = house.depository
    parts = parts_of(request, depository.bytes_max)
    try:
        draft = await run_in_threadpool(depository.receive)
        try:
            deposited = await _kept(parts, draft)
        finally:
            await run_in_threadpool(draft.drop)
    except TooLong:
        raise Problem("too-large", f"At most {depository.bytes_max:,} bytes.") from None
    except NotTaken as error:
        raise Problem("document-not-taken", f"{error}.") from None
    except NoRoom:
        raise Problem("unavailable", "There is no room for more documents.") from None
    return json_answer(asdict(deposited), house.seen, 201)


async def _kept(parts: AsyncIterator[bytes], draft: Draft) -> Deposited:
    """Write what comes in, in pieces of a size that is worth a thread."""
    piece = bytearray()
    async for part in parts:
        piece += part
        if len(piece) >= PIECE_BYTES:
            await run_in_threadpool(draft.write, bytes(piece))
            piece.clear()
    await run_in_threadpool(draft.write, bytes(piece))
    return await run_in_threadpool(draft.keep)


@router.get("/v1/filings/{id}/documents", **reads("list_documents", "FilingDocuments", TAG))
def list_documents(
    id: str,
    question: Annotated[Asked, Depends(asked("list_documents"))],
) -> Response:
    """The documents that a filing names, as far as the caller may see them, and whether they are
    deposited here."""
    named, head = _named(question, id)
    holds = question.house.depository.holds
    shown = [{**document, "deposited": holds(document["digest"])} for document in named]
    return question.answer({"documents": shown}, head)


def _declared() -> dict[str, Any]:
    declared = reads("get_document", "", TAG)
    declared["responses"] |= documented("internal", "document-damaged")
    answer = declared["responses"][200]
    answer["description"] = "The document, to be stored."
    answer["content"] = {kind: {"schema": BYTES} for kind in SUFFIXES}
    return declared


@router.get("/v1/filings/{id}/documents/{digest}", **_declared())
def get_document(
    id: str,
    digest: str,
    question: Annotated[Asked, Depends(asked("get_document"))],
) -> Response:
    """A document that a filing names: for the parties of the entries that name it, the filer, the
    registrar and auditors. Its bytes are compared with its digest first."""
    named, head = _named(question, id)
    check_known(head, question.position_min)
    if digest not in {document["digest"] for document in named}:
        raise Problem("not-found", "The filing names no such document that the caller may see.")
    covering = question.house.covering.of(question.house, head)
    with ExitStack() as stack:
        try:
            file, deposited = stack.enter_context(question.house.depository.opened(digest))
        except FileNotFoundError:
            raise Problem("not-found", "The document has not been deposited here.") from None
        open_until_sent = stack.pop_all()

    def pieces() -> Iterator[bytes]:
        while piece := file.read(PIECE_BYTES):
            yield piece

    name = f"{digest[:16]}.{SUFFIXES[deposited.media_type]}"
    headers = {
        **GUARDED,
        POSITION: str(head),
        **({} if covering is None else {CHECKPOINT: covering}),
        "Content-Length": str(deposited.size),
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Type": deposited.media_type,
    }
    return StreamingResponse(
        pieces(), headers=headers, background=BackgroundTask(open_until_sent.close)
    )


def _named(question: Asked, stated: str) -> tuple[list[dict[str, str]], int]:
    """The documents of a filing that the caller may see, each once."""
    # The registrar judges papers, and so reads them, terms or no terms.
    viewer = Viewer(auditor=True) if question.caller.role == "registrar" else question.viewer
    filing, head = filing_shown(question, entry_number(stated), viewer)
    found: dict[tuple[str, str], dict[str, str]] = {}
    for entry in filing["entries"]:
        concealed = (entry.get("open") or {}).get("documents", (None, ()))[1]
        for document in entry.get("confidential", {}).get("documents", concealed):
            found.setdefault((document["kind"], document["digest"]), document)
    return list(found.values()), head

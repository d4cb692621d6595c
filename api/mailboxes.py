"""A caller's mailbox: opened, polled, acknowledged."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.answers import json_answer
from api.bodies import body, parsed
from api.callers import allowed
from api.house import house_of
from api.problems import Fault, Problem, invalid
from api.subscribing import Subscribed, check_after, offers
from ledger.delivery import mailboxes
from ledger.delivery.mailboxes import Cursor, NotYet
from ledger.domain.filing import Caller

TAG: Final = "mailbox"
MESSAGES_MAX: Final = 1_000
CURSOR: Final = r"^[0-9]{1,18}\.[0-9]{1,18}$"

router = APIRouter()


class Acknowledged(BaseModel):
    """Up to where messages are acknowledged: the `through` of an answer."""

    model_config = ConfigDict(extra="forbid")

    through: Annotated[str, Field(pattern=CURSOR, examples=["4711.12"])]


@router.put("/v1/mailbox", **offers("open_mailbox", "Mailbox", TAG, body="Subscribed"))
def open_mailbox(
    request: Request,
    caller: Annotated[Caller, Depends(allowed("open_mailbox"))],
    raw: Annotated[bytes, Depends(body)],
) -> Response:
    """Open the caller's mailbox, or change what comes into it."""
    house, stated = house_of(request), parsed(Subscribed, raw)
    subscription = stated.subscription()
    check_after(house, stated.after)
    opened = house.post.work(
        lambda c: mailboxes.open_mailbox(c, caller, subscription, stated.after)
    )
    return json_answer(opened, house.seen)


@router.get("/v1/mailbox", **offers("poll_mailbox", "Messages", TAG))
def poll_mailbox(
    request: Request,
    caller: Annotated[Caller, Depends(allowed("poll_mailbox"))],
    limit: Annotated[int, Query(ge=1, le=MESSAGES_MAX)] = 100,
) -> Response:
    """What is not acknowledged yet: entries in order, then notices to the caller's party."""
    house = house_of(request)
    found = house.post.work(lambda c: mailboxes.poll(c, caller, house.post.source, limit))
    if found is None:
        raise _none()
    told, head = found
    return json_answer({**told, "cap": MESSAGES_MAX}, head)


@router.post(
    "/v1/mailbox/acknowledgement",
    **offers("acknowledge_messages", "Mailbox", TAG, body="Acknowledged"),
)
def acknowledge_messages(
    request: Request,
    caller: Annotated[Caller, Depends(allowed("acknowledge_messages"))],
    raw: Annotated[bytes, Depends(body)],
) -> Response:
    """Take out of the mailbox what was told up to the `through` of an answer."""
    house = house_of(request)
    cursor = Cursor.parse(parsed(Acknowledged, raw).through)

    def work(connection: Any) -> dict[str, Any] | None:
        return mailboxes.acknowledge(connection, caller, cursor)

    try:
        shown = house.post.work(work)
    except NotYet as error:
        raise invalid(Fault(str(error), "/through")) from error
    if shown is None:
        raise _none()
    return json_answer(shown, house.seen)


def _none() -> Problem:
    return Problem("not-found", "The caller has no mailbox; PUT /v1/mailbox opens it.")

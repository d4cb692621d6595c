"""A caller's webhooks: registered, paused, resumed and removed; secrets, dead letters, replays."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, Final, TypeVar

import psycopg
from fastapi import APIRouter, Depends, Path, Request
from psycopg.rows import DictRow
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.answers import json_answer
from api.bodies import body, parsed
from api.callers import allowed
from api.house import House, house_of
from api.problems import Fault, Problem, invalid
from api.reading import POSITION_MAX
from api.subscribing import Subscribed, check_after, offers
from ledger.delivery import targets, webhooks
from ledger.delivery.targets import URL_LENGTH_MAX, BadTarget
from ledger.delivery.webhooks import DEAD_LISTED_MAX, WEBHOOKS_MAX, NoWebhook, TooMany
from ledger.domain.filing import Caller

TAG: Final = "webhooks"
OVERLAP_HOURS_MAX: Final = 7 * 24

router = APIRouter()
Answer = TypeVar("Answer")

Name = Annotated[
    str,
    Path(
        pattern=r"^[a-z0-9][a-z0-9-]{0,39}$",
        description="A name that the caller chooses and keeps.",
    ),
]


class WebhookStated(Subscribed):
    """Where a webhook is sent, and what."""

    url: Annotated[
        str, Field(max_length=URL_LENGTH_MAX, examples=["https://bank.example/ledger-events"])
    ]


class Rotation(BaseModel):
    """How long the secrets before go on signing beside the new ones."""

    model_config = ConfigDict(extra="forbid")

    overlap_hours: Annotated[int, Field(ge=0, le=OVERLAP_HOURS_MAX)] = 24


class Replay(BaseModel):
    """What is brought again: the entries behind a position, or else what was given up."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[int | None, Field(ge=0, le=POSITION_MAX)] = None


@router.get("/v1/webhooks", **offers("list_webhooks", "Webhooks", TAG))
def list_webhooks(
    request: Request, caller: Annotated[Caller, Depends(allowed("list_webhooks"))]
) -> Response:
    """The caller's webhooks, with what waits for each and what was given up."""
    house = house_of(request)
    rows = house.post.work(lambda c: webhooks.listed(c, caller))
    answer = {
        "total": len(rows),
        "returned": len(rows),
        "cap": WEBHOOKS_MAX,
        "webhooks": [_shown(row) for row in rows],
    }
    return json_answer(answer, house.seen)


@router.get("/v1/webhooks/{id}", **offers("get_webhook", "Webhook", TAG))
def get_webhook(
    id: Name,
    request: Request,
    caller: Annotated[Caller, Depends(allowed("get_webhook"))],
) -> Response:
    """A webhook, with what waits for it and what was given up."""
    house = house_of(request)
    return json_answer(_shown(_of(house, lambda c: webhooks.found(c, caller, id))), house.seen)


@router.put("/v1/webhooks/{id}", **offers("register_webhook", "Webhook", TAG, body="WebhookStated"))
def register_webhook(
    id: Name,
    request: Request,
    caller: Annotated[Caller, Depends(allowed("register_webhook"))],
    raw: Annotated[bytes, Depends(body)],
) -> Response:
    """Register a webhook, or change where it is sent and what. A new one is answered with its
    secrets, this once."""
    house, stated = house_of(request), parsed(WebhookStated, raw)
    subscription = stated.subscription()
    check_after(house, stated.after)
    _check_target(stated.url, loopback=house.post.loopback)

    def work(connection: psycopg.Connection[DictRow]) -> tuple[DictRow, bool]:
        return webhooks.register(connection, caller, id, stated.url, subscription, stated.after)

    try:
        row, new = house.post.work(work)
    except TooMany as error:
        raise invalid(Fault(str(error), "")) from error
    return json_answer({**_shown(row), **(_secrets(house, row) if new else {})}, house.seen)


@router.post("/v1/webhooks/{id}/pause", **offers("pause_webhook", "Webhook", TAG))
def pause_webhook(
    id: Name,
    request: Request,
    caller: Annotated[Caller, Depends(allowed("pause_webhook"))],
) -> Response:
    """Bring a webhook nothing until it is resumed; what comes meanwhile waits."""
    return _set(house_of(request), caller, id, "paused", "by its owner")


@router.post("/v1/webhooks/{id}/resumption", **offers("resume_webhook", "Webhook", TAG))
def resume_webhook(
    id: Name,
    request: Request,
    caller: Annotated[Caller, Depends(allowed("resume_webhook"))],
) -> Response:
    """Go on with a paused webhook where it was."""
    return _set(house_of(request), caller, id, "active", None)


@router.post("/v1/webhooks/{id}/removal", **offers("remove_webhook", "Webhooks", TAG))
def remove_webhook(
    id: Name,
    request: Request,
    caller: Annotated[Caller, Depends(allowed("remove_webhook"))],
) -> Response:
    """Bring a webhook nothing any more; only its owner does that."""
    house = house_of(request)
    _of(house, lambda c: webhooks.set_state(c, caller, id, "removed"))
    return list_webhooks(request, caller)


@router.post(
    "/v1/webhooks/{id}/secrets",
    **offers("rotate_webhook_secrets", "Webhook", TAG, body="Rotation"),
)
def rotate_webhook_secrets(
    id: Name,
    request: Request,
    caller: Annotated[Caller, Depends(allowed("rotate_webhook_secrets"))],
    raw: Annotated[bytes, Depends(body)],
) -> Response:
    """Begin new secrets; messages bear the signatures of both until the overlap is over."""
    house = house_of(request)
    overlap = timedelta(hours=parsed(Rotation, raw).overlap_hours)
    row = _of(house, lambda c: webhooks.rotate(c, caller, id, overlap))
    return json_answer({**_shown(row), **_secrets(house, row)}, house.seen)


@router.get("/v1/webhooks/{id}/dead-letters", **offers("list_dead_letters", "DeadLetters", TAG))
def list_dead_letters(
    id: Name,
    request: Request,
    caller: Annotated[Caller, Depends(allowed("list_dead_letters"))],
) -> Response:
    """What was given up, with what it holds back."""
    house = house_of(request)
    letters, total = _of(house, lambda c: webhooks.dead_letters(c, caller, id))
    answer = {
        "total": total,
        "returned": len(letters),
        "cap": DEAD_LISTED_MAX,
        "dead_letters": letters,
    }
    return json_answer(answer, house.seen)


@router.post("/v1/webhooks/{id}/replay", **offers("replay_webhook", "Webhook", TAG, body="Replay"))
def replay_webhook(
    id: Name,
    request: Request,
    caller: Annotated[Caller, Depends(allowed("replay_webhook"))],
    raw: Annotated[bytes, Depends(body)],
) -> Response:
    """Bring again, under the same ids, the entries behind a position, or what was given up."""
    house, after = house_of(request), parsed(Replay, raw).after
    _of(house, lambda c: webhooks.replay(c, caller, id, after))
    return json_answer(_shown(_of(house, lambda c: webhooks.found(c, caller, id))), house.seen)


def _set(house: House, caller: Caller, name: str, state: str, because: str | None) -> Response:
    _of(house, lambda c: webhooks.set_state(c, caller, name, state, because))
    return json_answer(_shown(_of(house, lambda c: webhooks.found(c, caller, name))), house.seen)


def _of(house: House, work: Callable[[psycopg.Connection[DictRow]], Answer]) -> Answer:
    try:
        return house.post.work(work)
    except NoWebhook as error:
        raise Problem("not-found", "The caller has no webhook of that name.") from error


def _check_target(url: str, *, loopback: bool) -> None:
    """The problem that nothing can be sent there; looked at again at each delivery."""
    try:
        target = targets.parse(url)
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        targets.check([str(address[0]) for *_, address in found], loopback=loopback)
    except BadTarget as error:
        raise invalid(Fault(str(error), "/url")) from error
    except (OSError, UnicodeError) as error:
        raise invalid(Fault("the name of the host cannot be resolved", "/url")) from error


def _secrets(house: House, row: DictRow) -> dict[str, str]:
    secrets = house.post.secrets(row["id"], row["generation"])
    return {"secret": secrets.symmetric, "public_key": secrets.public_key}


def _shown(row: DictRow) -> dict[str, Any]:
    """A webhook as its owner is told it."""
    return {
        "name": row["name"],
        "url": row["url"],
        **row["wanted"],
        "state": row["state"],
        "because": row["because"],
        "state_since": row["state_since"],
        "taken_through": row["entries_through"],
        "waiting": row["waiting"],
        "dead": row["dead"],
        "delivered_at": row["delivered_at"],
        "failed_at": row["failed_at"],
        "last_status": row["last_status"],
        "last_error": row["last_error"],
        "overlap_until": row["overlap_until"],
    }

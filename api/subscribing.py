"""What a subscriber asks to be brought, as mailboxes and webhooks take it."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.answers import JSON, body_of
from api.events import wanted
from api.house import House
from api.problems import Fault, documented, invalid
from api.reading import NUMBER_LENGTH_MAX, POSITION_MAX
from ledger.delivery.subscriptions import Subscription
from ledger.projections import entries

NAMED_MAX: Final = 1_000

PROBLEMS: Final = (
    "malformed",
    "unauthenticated",
    "forbidden",
    "not-found",
    "invalid",
    "internal",
    "unavailable",
    "too-long",
    "standby",
)


class Subscribed(BaseModel):
    """What is to be brought: entries by patent, party and kind, and notices to the caller's party;
    nothing stated is no limit."""

    model_config = ConfigDict(extra="forbid")

    patents: Annotated[
        list[Annotated[str, Field(max_length=NUMBER_LENGTH_MAX)]], Field(max_length=NAMED_MAX)
    ] = []
    parties: Annotated[
        list[Annotated[str, Field(max_length=500)]], Field(max_length=NAMED_MAX)
    ] = []
    kinds: Annotated[list[Annotated[str, Field(max_length=80)]], Field(max_length=NAMED_MAX)] = []
    entries: bool = True
    notices: bool = True
    after: Annotated[
        int | None,
        Field(
            ge=0,
            le=POSITION_MAX,
            description="Where entries begin; at first 0.",
        ),
    ] = None

    def subscription(self) -> Subscription:
        """The subscription; raises the problem that a number or kind is none."""
        limits = wanted(self.patents, self.parties, self.kinds)
        return Subscription(limits, self.entries, self.notices)


def check_after(house: House, after: int | None) -> None:
    """The problem that entries would begin where there are none yet: those before it would never
    be brought."""
    if after is not None and after > (head := house.post.work(entries.head)):
        raise invalid(Fault(f"the newest position is {head}", "/after"))


def offers(operation: str, schema: str, tag: str, body: str | None = None) -> dict[str, Any]:
    """What a route declares that is about a subscriber's own things."""
    problems = (*PROBLEMS, "too-large", "unsupported-media-type") if body else PROBLEMS
    return {
        **({"openapi_extra": {"requestBody": body_of(body)}} if body else {}),
        "operation_id": operation,
        "tags": [tag],
        "response_class": Response,
        "responses": {
            200: {
                "description": "As it stands now.",
                "content": {JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
            },
            **documented(*problems),
        },
    }

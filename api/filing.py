"""What every route that files shares: the key, the dry run, the receipt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

import orjson
from fastapi import Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.answers import JSON, POSITION, body_of, json_answer
from api.bodies import body, parsed
from api.callers import allowed
from api.conditions import IF_MATCH, OF_ONE_PATENT
from api.house import House, house_of
from api.parameters import Parameter, declared, stated
from api.printed import HTML, KEY
from api.problems import Fault, documented, invalid
from ledger.domain.acting import FOR_OTHERS
from ledger.domain.contests import ContestRefusal
from ledger.domain.deciding import Verdict
from ledger.domain.events import CONFIDENTIAL, LedgerEvent
from ledger.domain.filing import Caller, Command
from ledger.domain.joint import JOINT, PrepareFiling
from ledger.registry import Filing
from ledger.wording import Language, preferred, wording

FILING: Final = "/v1/filings/{filing_id}"
KEY_PATTERN: Final = r"^[!-~]{1,200}$"

PROBLEMS: Final = (
    "malformed",
    "unauthenticated",
    "forbidden",
    "not-a-party",
    "no-such-entry",
    "refused",
    "overtaken",
    "too-large",
    "unsupported-media-type",
    "invalid",
    "key-reused",
    "entry-too-large",
    "internal",
    "busy",
    "unavailable",
    "too-long",
    "standby",
    "clock-behind",
)
"""What can become of a filing besides a receipt."""


PARAMETERS: Final = (
    Parameter(
        KEY,
        "header",
        Annotated[str, Field(pattern=KEY_PATTERN)],
        "Names the filing, which is entered once. Required but for a dry run.",
    ),
    Parameter("dry_run", "query", bool, "Judge it and write nothing."),
    Parameter(
        "prepare",
        "query",
        bool,
        "Prepare it; it is judged when the others concerned have confirmed.",
    ),
    Parameter(
        "Accept-Language",
        "header",
        str,
        "Findings are told in English, or Chinese if preferred.",
        combined=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Filed:
    """A filing as it came in: from whom, under which key, and its body."""

    house: House
    caller: Caller
    key: str | None
    dry_run: bool
    raw: bytes
    language: Language
    """Of a dry run's findings; a receipt is never translated."""
    prepare: bool = False
    contest: str | None = None
    """Why the refusal of the filing is wrong, where it is contested."""
    enter: Callable[[Filing], Awaitable[bytes]] | None = None
    """Who enters it, where that is not the registry by itself."""

    async def answer(self, model: type[Command], location: str, **named: Any) -> Response:
        """The receipt of the command that the body states; the path states the rest of it."""
        return await self.receipt(parsed(model, self.raw, **named), location)

    async def receipt(self, command: Command, location: str) -> Response:
        """The receipt of a command, and where to find what it made; or the verdict of a dry run."""
        if self.contest is not None:
            if self.prepare:
                raise invalid(Fault("what is contested is not prepared", parameter="prepare"))
            command = ContestRefusal(filing=command, reason=self.contest)
            location = FILING
        if self.prepare:
            if type(command) not in JOINT:
                raise invalid(Fault("acts of this kind are one party's alone", parameter="prepare"))
            command = PrepareFiling(patents=command.patents, filing=command)
            location = FILING
        if self.dry_run:
            filing = Filing(command, self.caller, "dry run")
            verdict = await run_in_threadpool(self.house.registry.judge, filing)
            shown = verdict_shown(verdict, self.language, self.caller)
            return json_answer(shown, self.house.seen)
        assert self.key is not None, "a filing has a key"
        enter = self.enter or self.house.registry.filed
        receipt = await enter(Filing(command, self.caller, self.key))
        members = orjson.loads(receipt)
        headers = {"Location": location.format(**members), POSITION: str(members["position"])}
        return Response(receipt, 201, headers, JSON)


def filed(operation: str) -> Callable[..., Awaitable[Filed]]:
    """The dependency that takes in a filing of an operation."""

    known = allowed(operation)

    async def take_in(request: Request) -> Filed:
        caller = await known(request)
        key, dry_run, prepare, accepted = stated(request, PARAMETERS)
        if key is None and not dry_run:
            raise invalid(
                Fault("a filing needs a key of 1 to 200 visible ASCII characters", parameter=KEY)
            )
        if IF_MATCH in request.headers and operation not in OF_ONE_PATENT:
            raise invalid(
                Fault(
                    "this is not the address of one patent: use expected_versions",
                    parameter=IF_MATCH,
                )
            )
        if len(request.headers.getlist(IF_MATCH)) > 1:
            raise invalid(Fault("stated more than once; commas part its tags", parameter=IF_MATCH))
        request.state.dry_run = bool(dry_run)
        return Filed(
            house_of(request),
            caller,
            key,
            bool(dry_run),
            await body(request),
            preferred(accepted),
            bool(prepare),
        )

    return take_in


def verdict_shown(verdict: Verdict, language: Language, caller: Caller) -> dict[str, Any]:
    """What a dry run tells: the findings, and what would be entered. Numbers are drawn when it is
    filed.

    Who acts for others is no party: of what the register knows it is shown what is public.
    """
    words = wording(language)
    for_others = caller.role in FOR_OTHERS
    entries = [
        {
            "stream": event.originator_id,
            "topic": event.TOPIC,
            "effective_on": event.effective_on,
            "fields": event.model_dump(mode="json", exclude=not_shown(event, for_others)),
        }
        for event in verdict.events
    ]
    return {
        "verdict": "registered",
        "entries": entries,
        "warnings": [words.finding(finding).as_json() for finding in verdict.warnings],
        "obligations": [words.finding(finding).as_json() for finding in verdict.obligations],
    }


NOT_SHOWN: Final = frozenset(
    {"envelope", "originator_id", "originator_version", "personal", "withheld", "obligations"}
)
"""Members that a dry run does not show: the filing's own, what is personal, what is told as
findings."""


def not_shown(event: LedgerEvent, for_others: bool) -> set[str]:
    """Members of an entry that a dry run does not show to parties, or to who acts for others."""
    fields = type(event).model_fields.items()
    secret = {name for name, f in fields if event.HIDDEN or CONFIDENTIAL in f.metadata}
    return {*NOT_SHOWN, *(secret if for_others else ())}


def files(operation: str, schema: str, tag: str, *, conditional: bool = False) -> dict[str, Any]:
    """What a filing route declares: its operation, its body, its answers and its problems."""
    problems = documented(*PROBLEMS, *(("precondition-failed",) if conditional else ()))
    problems[409]["content"][HTML] = {"schema": {"type": "string"}}
    return {
        "operation_id": operation,
        "tags": [tag],
        "status_code": 201,
        "response_class": Response,
        "openapi_extra": {"requestBody": body_of(schema), **declared(PARAMETERS)},
        "responses": {
            200: _answer("The verdict of a dry run; nothing was written.", "Verdict"),
            201: {
                **_answer("Registered; the same bytes for the same key, for ever.", "Receipt"),
                "headers": {
                    "Location": {
                        "description": "What the filing made.",
                        "schema": {"type": "string"},
                    },
                    POSITION: {
                        "description": "The filing's last position.",
                        "schema": {"type": "integer"},
                    },
                },
            },
            **problems,
        },
    }


def _answer(description: str, schema: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }

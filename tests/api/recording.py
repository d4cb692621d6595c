"""Requests of a served ledger and its answers, kept as the examples of the OpenAPI document."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx2
from pydantic import BaseModel

from ledger.domain.parties import PartyDetails
from tests.api.desk import Desk, as_body
from tests.api.document import ROUTES, Route

Json = Any
Who = tuple[str, PartyDetails | None] | None
"""Role and party of a caller; None is the public."""

JUDGED = ", judged only"
"""What the name of an example ends with that is the answer to a dry run."""

LONG: dict[str, int] = {
    "get_definitions": 1,
    "get_release": 2,
    "publish_release": 1,
    "get_operations": 2,
    "get_licence_rates": 2,
    "get_pledge_financing": 2,
    "get_patent_changes": 1,
    "list_party_patents": 2,
}
"""Operations whose answers are long → how many members of each list are shown."""

TEXT_MAX = 1_500
"""Characters of an answer that is a text; of a longer one the beginning is kept, up to a line."""

BY_NAME: dict[str, Route] = {route.name: route for route in ROUTES}

DRAWN = re.compile(
    r"whsec_[^\s\"]+|whpk_[^\s\"]+|(?=[A-Za-z0-9+/_-]*[0-9+/])[A-Za-z0-9+/_-]{16,}={0,2}"
    r"|\d{4}-\d\d-\d\dT[0-9:.]+Z?|[A-Z2-7]{4}(-[A-Z2-7]{4}){2,}|\+[0-9a-f]{8}\+"
)
"""What is drawn or signed anew at every telling: ids, salts, digests, keys, signatures, moments."""

COUNTED = re.compile(r" [0-9.e+-]+$", re.MULTILINE)
"""The numbers of metrics, which count what the process has done and not only for the story."""
METRICS_LINES = 8
TIMED = {"number", "through", "acknowledged", "taken_through", "waiting"}
"""Members that count notices, of which there are as many as the follower has looked, and how far a
webhook is taken care of by then."""
OWN_METRICS = "# HELP ledger_"


@dataclass
class Recorder:
    """Asks a served ledger, insists on success, and keeps what was asked and answered."""

    served: Desk
    operations: dict[str, dict[str, Json]] = field(default_factory=dict)
    """Operation → name of an example → what was sent and answered."""
    parameters: dict[str, dict[str, Json]] = field(default_factory=dict)
    """Operation → parameter → a value with which it was asked."""
    replaced: dict[str, str] = field(default_factory=dict)
    """What names this machine → what stands for it in examples."""
    keys: Counter[str] = field(default_factory=Counter)

    def file(
        self,
        operation: str,
        name: str,
        who: Who,
        body: BaseModel | Json,
        headers: dict[str, str] | None = None,
        query: dict[str, Json] | None = None,
        **places: str,
    ) -> Json:
        """The receipt of a filing, which is judged without being entered first."""
        sent = body if isinstance(body, dict) else as_body(body)
        judged = {**(query or {}), "dry_run": "true"}
        self.ask(operation, name + JUDGED, who, sent, headers, judged, **places)
        # What is judged is what is filed below, and is shown once.
        del self.operations[operation][name + JUDGED]["body"]
        self.keys[operation] += 1
        key = {"Idempotency-Key": f"{operation.replace('_', '-')}-{self.keys[operation]}"}
        return self.ask(operation, name, who, sent, key | (headers or {}), query, **places).json()

    def ask(
        self,
        operation: str,
        name: str,
        who: Who = None,
        body: Json = None,
        headers: dict[str, str] | None = None,
        query: dict[str, Json] | None = None,
        content: bytes | None = None,
        **places: str,
    ) -> httpx2.Response:
        """The answer to a request, which is kept as an example of its operation."""
        answer = self.sent(operation, who, body, headers, query, content, **places)
        assert answer.is_success, (operation, name, answer.status_code, answer.text)
        shown = dict(query or {}) | {k: v for k, v in (headers or {}).items() if k != "Accept"}
        example: dict[str, Json] = {"parameters": self._told({**places, **shown})}
        if body is not None:
            example["body"] = self._told(body)
        elif content is not None:
            example["body"] = content.decode()
        example["status"] = str(answer.status_code)
        example["type"] = answer.headers.get("Content-Type", "")
        if (told := _answered(answer)) is not None:
            example["answer"] = self._told(brief(told, LONG.get(operation)))
        self.operations.setdefault(operation, {})[name] = example
        self.asked(operation, example["parameters"])
        return answer

    def asked(self, operation: str, parameters: dict[str, Json]) -> None:
        """Keep the values of parameters, each of the type that its schema has."""
        route, kept = BY_NAME[operation], self.parameters.setdefault(operation, {})
        schemas = {p["name"].lower(): p["schema"] for p in route.operation.get("parameters", ())}
        for name, value in parameters.items():
            if name.lower() in schemas:
                kept[name.lower()] = _typed(value, schemas[name.lower()])

    def sent(
        self,
        operation: str,
        who: Who,
        body: Json = None,
        headers: dict[str, str] | None = None,
        query: dict[str, Json] | None = None,
        content: bytes | None = None,
        **places: str,
    ) -> httpx2.Response:
        """The answer to a request, of which nothing is kept."""
        route = BY_NAME[operation]
        path = route.path
        for place, value in places.items():
            path = path.replace("{" + place + "}", value)
        caller = self.served.headers(*who) if who else {}
        return self.served.client.request(
            route.method,
            path,
            json=body,
            content=content,
            headers={**caller, **(headers or {})},
            params=query,
        )

    def _told(self, value: Json) -> Json:
        """A value without what names this machine."""
        text = json.dumps(value)
        for found, instead in self.replaced.items():
            text = text.replace(found, instead)
        return json.loads(text)


def _typed(value: str, schema: Json) -> Json:
    """What a parameter's text says, as its schema has it."""
    types = {each.get("type") for each in (schema, *schema.get("anyOf", ()))}
    if "array" in types:
        return [value]
    if "boolean" in types:
        return value == "true"
    return int(value) if "integer" in types and value.isdecimal() else value


def _answered(answer: httpx2.Response) -> Json:
    """The body as an example shows it; None of what is no text."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    if kind.endswith("json") and "ndjson" not in kind:
        return answer.json()
    if kind.startswith("text/") or "ndjson" in kind:
        _, found, own = answer.text.partition(OWN_METRICS)
        return shortened(f"…\n{found}{own}" if found else answer.text)
    return None


def brief(value: Json, members: int | None) -> Json:
    """A value whose lists have no more than so many members."""
    if members is None:
        return value
    if isinstance(value, dict):
        return {name: brief(member, members) for name, member in value.items()}
    if isinstance(value, list):
        return [brief(member, members) for member in value[:members]]
    return value


def shortened(text: str) -> str:
    """A text, or its first lines."""
    if len(text) <= TEXT_MAX:
        return text
    return text[:TEXT_MAX].rpartition("\n")[0] + "\n…"


def comparable(value: Json) -> Json:
    """An example without what is drawn anew at every telling, to be compared with another."""
    if isinstance(value, dict):
        # Names that are drawn themselves stand in an order of their own.
        members = (
            (DRAWN.sub("…", name), None if name in TIMED else comparable(member))
            for name, member in value.items()
        )
        return sorted(members, key=str)
    if isinstance(value, list):
        return [comparable(member) for member in value]
    if isinstance(value, str) and "# TYPE" in value:
        # Larger numbers are longer, so that the text is cut off at an earlier line.
        return COUNTED.sub(" …", value).split("\n")[:METRICS_LINES]
    if isinstance(value, str):
        return DRAWN.sub("…", value)
    return value

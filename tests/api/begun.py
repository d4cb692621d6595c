"""What begins sequences of requests: filings that the rules register, which are the recorded
examples over patents of their own.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, cycle
from typing import Any

from api.examples import recorded
from api.links import LINKS
from tests.api.desk import Desk, serials
from tests.api.recording import Recorder
from tests.api.story import OFFICE, PAPER
from tests.builders import LAMPWORKS, digest, number, ref, register_pledge
from tests.delivery.receiver import receiving
from tests.domain.test_open_licences import declare
from tests.wait import until

Json = Any
PATENT = re.compile(r"CN:\d{12}\.[\dX]")
ELSEWHERE = "https://bank.example/ledger-events"
"""What stands in examples for the address of a receiver."""


@dataclass
class World:
    """What a served ledger has for the examples, and what stands for what they name."""

    served: Desk
    patents: dict[str, Iterator[str]]
    """Operation → patents that its filings can be about."""
    instead: dict[str, str]
    """What examples name → what there is."""
    questions: dict[str, dict[str, str]]
    """Operation → what it is asked at first."""
    keys: Iterator[int] = field(default_factory=lambda: count(1))
    turns: dict[str, Iterator[Json]] = field(default_factory=dict)

    def fill(self, case: Any) -> None:
        """Put the next example of its operation into a case."""
        name = named(case.operation)
        if name not in self.turns:
            self.turns[name] = cycle(examples(name) or [None])
        if (example := next(self.turns[name])) is None:
            return
        case.body = self._fresh(name, example["body"])
        if files(case.operation):
            case.query = stated(case.operation.query, example["parameters"])
            case.headers["Idempotency-Key"] = f"sequence-{next(self.keys)}"

    def covers(self, position: int) -> bool:
        """Whether a checkpoint covers an entry."""
        return self.served.get(f"/v1/log/proofs/{position}").status_code != 503

    def _fresh(self, operation: str, body: Json) -> Json:
        """A body about other patents."""
        text = json.dumps(body)
        for found, instead in self.instead.items():
            text = text.replace(found, instead)
        others: dict[str, str] = {}
        spare = self.patents[operation]
        return json.loads(PATENT.sub(lambda m: others.setdefault(m[0], next(spare)), text))


@contextmanager
def world(served: Desk) -> Iterator[World]:
    """A world in which each operation can be begun with; a day has passed in it."""
    owing = served.patent()
    pledge = served.registered("/v1/pledges", register_pledge(patents=(owing,), online=True))
    served.registered("/v1/open-licences", declare(patents=(served.patent(),)))
    served.clock.turn(days=1)
    ask = Recorder(served).ask
    paper = {"Content-Type": "application/octet-stream"}
    form = ask("deposit_document", "", OFFICE, headers=paper, content=PAPER).json()["digest"]
    head = served.head()
    until(lambda: served.get("/v1/statistics/licence-rates", "auditor").json()["position"] >= head)
    ask("publish_release", "", OFFICE, family="licence-rates", period="2026-02")
    with receiving(served.certificates.receiver) as receiver:
        wanted = {"kinds": ["pledge"], "url": receiver.url()}
        ask("register_webhook", "", OFFICE, wanted, id="own")
        corrected = recorded()["operations"]["publish_correction"]["A misread amount"]["body"]
        spare = entered(served)
        yield World(
            served,
            defaultdict(
                lambda: spare,
                enter_patents=(number(next(serials)) for _ in count()),
                contest_refusal=entered(served, fees_paid_through=5),
                record_consent=pledged(served),
                record_fulfilment=cycle([owing]),
            ),
            {
                ELSEWHERE: receiver.url(),
                corrected["entry"]: pledge["filing_id"],
                digest("application-form"): form,
            },
            {"list_obligations": {"party": ref(LAMPWORKS)}},
        )


def entered(served: Desk, **fields: Any) -> Iterator[str]:
    """Patents, entered as they are needed."""
    while True:
        yield from served.patents(50, **fields)


def pledged(served: Desk) -> Iterator[str]:
    """Patents that are pledged already."""
    while True:
        numbers = served.patents(20)
        served.registered("/v1/pledges", register_pledge(patents=tuple(numbers)))
        yield from numbers


def examples(name: str) -> list[Json]:
    """The recorded questions of an operation that have a body; of what several sign, one as it was
    and the same prepared by the others for the first, in turn."""
    asked = [each for each in recorded()["operations"].get(name, {}).values() if "body" in each]
    if "confirm_filing" not in LINKS.get(name, {}):
        return asked
    alone = {**asked[0]["body"], "signed_by": asked[0]["body"]["signed_by"][1:]}
    return [asked[0], *3 * [{"body": alone, "parameters": {"prepare": "true"}}], asked[0]]


def named(operation: Any) -> str:
    return str(operation.definition.raw["operationId"])


def files(operation: Any) -> bool:
    """Whether an operation is a filing."""
    return any(parameter.name == "Idempotency-Key" for parameter in operation.headers)


def stated(parameters: Any, values: dict[str, Json]) -> dict[str, Json]:
    """The values that there are for parameters, whose names examples have in small letters."""
    small = {name.lower(): value for name, value in values.items()}
    return {p.name: small[p.name.lower()] for p in parameters if p.name.lower() in small}

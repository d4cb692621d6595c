"""Sequences of requests along the links of the OpenAPI document. Schemathesis chooses, asks and
checks; stated here is that a link which has led on is not taken again while there is another.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import schemathesis
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import Bundle
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.generation.meta import TestPhase
from schemathesis.generation.stateful.control import TransitionController
from schemathesis.generation.stateful.state_machine import APIStateMachine, StepInput
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.stateful import is_root_allowed, transition

from api.examples import recorded
from tests.api.begun import World, files, named, stated
from tests.builders import LAMPWORKS
from tests.wait import until

Json = Any

CONFIG = {
    "generation": {"mode": "positive"},
    "phases": {"stateful": {"inference": {"algorithms": []}}},
    "checks": {
        "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "503"]},
        "positive_data_acceptance": {"enabled": False},
        "ignored_auth": {"enabled": False},
    },
}
"""That a token is needed is asked of every operation in test_openapi_cases.py."""

STEPS = 300
"""Requests of a sequence; some 255 take every link."""

OFFICE = ("registrar", None)
CALLERS = {"confirm_filing": ("patentee", LAMPWORKS)}
"""Operation → who asks it, where that is not the office."""


class Paths(TransitionController):
    """A link is open until it has led on, once for each answer it can start from; operations that
    begin sequences take turns."""

    def __init__(self, links: Any, begins: Any) -> None:
        super().__init__(links, begins)
        self.led: set[tuple[str, str]] = set()

    def allow_root_transition(self, source: str, bundles: Any) -> bool:  # noqa: ARG002
        wanted = [root for root in self.roots if self._leads_on(root)] or self.roots
        return source in wanted and self._root_calls(source) == min(map(self._root_calls, wanted))

    def _leads_on(self, source: str) -> bool:
        outgoing = self.transitions.operations[source].outgoing
        return any((source, link.target.label) not in self.led for link in outgoing)

    def allow_transition(self, source: str, target: str) -> bool:
        answers = self.statistic.get(source, {}).values()
        tries = sum(taken[target] for taken in answers)
        return (source, target) not in self.led and tries < len(answers)


@dataclass
class Taken:
    """What a run did."""

    links: dict[str, Counter[int]]
    """Each link of the document → with which status its target was answered how often."""
    requests: int = 0
    failures: list[str] = field(default_factory=list)
    """What was found wrong."""

    @property
    def led(self) -> list[str]:
        """The links whose targets did what was asked at least once."""
        return [name for name, told in self.links.items() if any(s < 300 for s in told)]


def taken(world: World, *, steps: int, times: int, seed: int) -> Taken:
    """Take the links, in so many sequences of so many steps; the first always takes what is next,
    and the others are drawn."""
    schema = document(world)
    machine, told = sequences(schema, world)
    settings = hypothesis.settings(
        max_examples=times,
        stateful_step_count=steps,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    # A ledger remembers: a sequence drawn as an earlier one was may be answered otherwise.
    with suppress(Flaky):
        hypothesis.seed(seed)(machine).run(settings=settings)
    return told


def document(world: World) -> BaseSchema:
    """The served document, whose reads are asked by what is drawn or by nothing, and whose filings
    by examples."""
    address = str(world.served.client.base_url.join("/openapi.json"))
    config = SchemathesisConfig.from_dict(CONFIG)
    schema = schemathesis.openapi.from_url(address, config=config).exclude(path="/v1/batches")

    @schema.hook
    def before_generate_body(context: Any, strategy: Any) -> Any:
        return st.just({})

    @schema.hook
    def before_generate_path_parameters(context: Any, strategy: Any) -> Any:
        known = recorded()["parameters"][named(context.operation)]
        return st.just(stated(context.operation.path_parameters, known))

    @schema.hook
    def before_generate_query(context: Any, strategy: Any) -> Any:
        name, operation = named(context.operation), context.operation
        needed = [p for p in operation.query if p.is_required]
        first = stated(needed, recorded()["parameters"].get(name, {}))
        return drawn(operation, world.questions.get(name, first), strategy)

    @schema.hook
    def before_generate_headers(context: Any, strategy: Any) -> Any:
        return drawn(context.operation, {}, strategy)

    return schema


def drawn(operation: Any, first: Json, strategy: Any) -> Any:
    """What is asked of a read; a filing is asked as its example was."""
    return st.just(first) if files(operation) else st.one_of(st.just(first), strategy)


def sequences(schema: BaseSchema, world: World) -> tuple[type[APIStateMachine], Taken]:
    """The machine that takes the links of a document, and what it will have done."""
    whole: Any = schema.as_state_machine()
    paths = whole._transitions
    links = [link for each in paths.operations.values() for link in each.outgoing]
    told = Taken({link.full_name: Counter() for link in links})
    reached = {link.target.label for link in links}
    begins = {
        link.source.label: link.source
        for link in links
        if link.source.label not in reached or not link.source.path_parameters
    }

    class Sequences(whole):
        def __init__(self) -> None:
            super().__init__()
            self.control = Paths(paths, begins)

        def before_call(self, case: Any) -> None:
            world.fill(case)
            if named(case.operation) == "get_entry_proof":
                until(lambda: world.covers(case.path_parameters["position"]))

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            role, party = CALLERS.get(named(case.operation), OFFICE)
            return {"headers": world.served.headers(role, party)}

        def after_call(self, response: Response, case: Any) -> None:
            super().after_call(response, case)
            told.requests += 1
            node = self.recorder.cases[case.id]
            if node.transition is not None and node.is_transition_applied:
                told.links[node.transition.id][response.status_code] += 1
                if response.status_code < 300:
                    source = self.recorder.cases[node.parent_id].value.operation.label
                    self.control.led.add((source, case.operation.label))

        def validate_response(self, response: Response, case: Any, **more: Any) -> None:
            try:
                super().validate_response(response, case, **more)
            except FailureGroup as found:  # told at the end of the run, with all others
                asked = case.as_curl_command()
                told.failures += [f"{asked}: {each}" for each in found.exceptions]

    for rule in whole.root_rules:
        setattr(Sequences, rule, None)
    for label, operation in begins.items():
        setattr(Sequences, f"begin {label}", beginning(label, operation))
    return Sequences, told


def beginning(label: str, operation: Any) -> Any:
    """The rule that begins a sequence with an operation. Schemathesis leaves out those of which it
    expects no success, such as filings that name what other filings do not make."""
    return transition(
        name=f"begin {label}",
        target=Bundle("catch_all"),
        precondition=is_root_allowed(label),
        input=operation.as_strategy(phase=TestPhase.STATEFUL).map(StepInput.initial),
    )

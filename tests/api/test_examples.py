"""The examples of the OpenAPI document: every operation has them, they fit their schemas, and a
served ledger that is asked the same answers the same.

Recorded by `make examples`; what a ledger draws by itself (ids, salts, signatures) is other at each
telling and is not compared.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs
import pytest

from api.examples import FILE, recorded
from api.problems import KINDS, pages
from tests.api.desk import Desk
from tests.api.document import DOCUMENT, ROUTES, Route
from tests.api.failures import Failures
from tests.api.recording import Recorder, comparable
from tests.api.story import Story

Json = Any
SELF_EVIDENT = {"dry_run", "prepare", "accept-language", "cursor"}
"""Parameters that need no example, or have it in the answer before."""
BINARY = {"application/octet-stream", "application/pdf", "application/ofd", "application/zip"}
"""Media types of which a JSON document can show nothing."""
HEADING = "## Example\n\n"


@pytest.fixture(scope="module")
def told(served: Desk) -> Json:
    """The story and the failures as the served ledger answers them now."""
    story = Story(Recorder(served))
    story.play()
    problems = Failures(story).all()
    found = {
        "operations": story.recorder.operations,
        "parameters": story.recorder.parameters,
        "problems": problems,
    }
    if "RECORD_EXAMPLES" in os.environ:
        FILE.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        recorded.cache_clear()
        for kind, problem in problems.items():
            page = pages() / f"{kind}.md"
            words = page.read_text(encoding="utf-8").partition(HEADING)[0].rstrip()
            page.write_text(f"{words}\n\n{HEADING}{shown(problem)}", encoding="utf-8")
    return found


def shown(problem: Json) -> str:
    return f"```json\n{json.dumps(problem, ensure_ascii=False, indent=2)}\n```\n"


def test_every_request_is_answered_as_it_was_recorded(told: Json) -> None:
    other = []
    for part in ("operations", "parameters"):
        before = recorded()[part]
        assert before.keys() == told[part].keys()
        for operation, examples in told[part].items():
            other += [
                (operation, name, before[operation].get(name), example)
                for name, example in examples.items()
                if comparable(before[operation].get(name)) != comparable(example)
            ]
    assert other == [], "make examples"


@pytest.mark.parametrize("kind", KINDS)
def test_every_problem_is_answered_as_it_was_recorded(told: Json, kind: str) -> None:
    problem = recorded()["problems"][kind]
    assert comparable(problem) == comparable(told["problems"][kind])
    assert (problem["type"], problem["status"]) == (f"/problems/{kind}", KINDS[kind].status)
    page = (pages() / f"{kind}.md").read_text(encoding="utf-8")
    assert page.endswith(HEADING + shown(problem)), "make examples"


def named(route: Route) -> Iterator[tuple[str, Json, list[Json]]]:
    """What a route takes in and gives out, each with its schema and its examples."""
    for parameter in route.operation.get("parameters", ()):
        value = [parameter["example"]] if "example" in parameter else []
        if parameter["name"].lower() not in SELF_EVIDENT:
            yield parameter["name"], parameter["schema"], value
    bodies = {"body": route.operation.get("requestBody", {})}
    for place, holder in {**bodies, **route.operation["responses"]}.items():
        for kind, content in holder.get("content", {}).items():
            examples = [resolved(each)["value"] for each in content.get("examples", {}).values()]
            yield f"{place} {kind}", content["schema"], examples


def resolved(example: Json) -> Json:
    """An example itself, or the one that it refers to."""
    name = example.get("$ref", "").rpartition("/")[2]
    return DOCUMENT["components"]["examples"][name] if name else example


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_everything_has_an_example_that_fits_its_schema(route: Route) -> None:
    missing = []
    for where, schema, examples in named(route):
        kind = where.partition(" ")[2].partition(";")[0]
        told_by_another = route.name == "get_document" and kind != "text/plain"
        page = kind == "text/html" and "409" in where
        if not examples and not (kind in BINARY or told_by_another or page):
            missing.append(where)
        for example in lines(examples) if kind.endswith("ndjson") else examples:
            validator(json.dumps(schema)).validate(example)
    assert missing == []


def lines(texts: list[str]) -> list[Json]:
    return [json.loads(line) for text in texts for line in text.splitlines()]


@cache
def validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    whole = {**json.loads(schema), "components": {"schemas": DOCUMENT["components"]["schemas"]}}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)

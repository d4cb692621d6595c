"""Every link of the OpenAPI document leads somewhere, by a value that recorded answers have."""

from __future__ import annotations

from typing import Any

import pytest

from api.examples import recorded
from api.links import LINKS
from tests.api.document import ROUTES

BY_NAME = {route.name: route for route in ROUTES}
GIVEN = [
    pytest.param(route, status, link, id=f"{route.name}-{link['operationId']}")
    for route in ROUTES
    for status, answer in route.operation["responses"].items()
    for link in answer.get("links", {}).values()
]


def at(answer: Any, pointer: str) -> Any:
    """What an answer has at a JSON pointer; None where it has nothing there."""
    for part in pointer.removeprefix("/").split("/"):
        try:
            answer = answer[int(part) if isinstance(answer, list) else part]
        except (IndexError, KeyError, TypeError):
            return None
    return answer


@pytest.mark.parametrize(("route", "status", "link"), GIVEN)
def test_a_link_leads_on_by_what_an_answer_tells(route: Any, status: str, link: Any) -> None:
    target = BY_NAME[link["operationId"]]
    wanted = {p["name"] for p in target.operation["parameters"] if p["in"] == "path"}
    assert link["parameters"].keys() == wanted
    answers = [
        example["answer"]
        for example in recorded()["operations"][route.name].values()
        if example["status"] == status and "answer" in example
    ]
    assert answers, "there is an example to look at"
    for said in link["parameters"].values():
        if said.startswith("$request.path."):
            assert said.removeprefix("$request.path.") in route.path
        else:
            pointer = said.removeprefix("$response.body#")
            assert any(at(answer, pointer) is not None for answer in answers), said


def test_every_link_that_is_declared_is_in_the_document() -> None:
    there = {(p.values[0].name, p.values[2]["operationId"]) for p in GIVEN}
    assert {(name, target) for name, links in LINKS.items() for target in links} <= there

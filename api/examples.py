"""The examples of the OpenAPI document: what a served ledger was asked and answered, recorded in
`examples.json` by `make examples` and asked again by every run of the tests.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("examples.json")

Json = dict[str, Any]


@cache
def recorded() -> Json:
    """`operations`: operation → name → what was sent and answered; `parameters`: operation → name →
    a value; `problems`: kind → how it is answered."""
    found: Json = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def problem_reference(kind: str) -> Json:
    """Where the document keeps the example of a kind of problem."""
    return {"$ref": f"#/components/examples/{kind}"}


def add_examples(document: Json) -> None:
    """Put every example where it belongs in the document."""
    told = recorded()
    document["components"]["examples"] = {
        kind: {"summary": problem["title"], "value": problem}
        for kind, problem in told["problems"].items()
    }
    for item in document["paths"].values():
        for operation in item.values():
            name = operation["operationId"]
            _add_to_parameters(operation, told["parameters"].get(name, {}))
            for title, example in told["operations"].get(name, {}).items():
                if "body" in example:
                    _add(operation["requestBody"]["content"], None, title, example["body"])
                if "answer" in example:
                    content = operation["responses"][example["status"]]["content"]
                    _add(content, example["type"], title, example["answer"])


def _add_to_parameters(operation: Json, values: Json) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["name"].lower() in values:
            parameter["example"] = values[parameter["name"].lower()]


def _add(content: Json, media_type: str | None, title: str, value: Any) -> None:
    """Add an example to that of the media types which it is of; a body has one."""
    base = media_type and media_type.partition(";")[0]
    place = next(told for kind, told in content.items() if base in (None, kind.partition(";")[0]))
    examples = place.setdefault("examples", {})
    examples[title.lower().replace(",", "").replace(" ", "-")] = {"summary": title, "value": value}

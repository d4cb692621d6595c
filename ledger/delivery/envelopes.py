"""Entries as CloudEvents 1.0 in structured JSON, the same in feed, mailbox and webhook.

An event's id is its entry's position, and its `data` the stored bytes of the entry: the leaf that
the transparency log proves.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from ledger.domain.legal_codes import code_of

SPECVERSION: Final = "1.0"
MEDIA_TYPE: Final = "application/cloudevents+json"
JSON: Final = "application/json"


def source_of(origin: str) -> str:
    """The source of a ledger's events: a reference that its log's name makes its own."""
    return f"//{origin}"


def of_entry(source: str, position: int, leaf: bytes) -> dict[str, Any]:
    """The event of a public entry."""
    entry = orjson.loads(leaf)
    event = {
        "specversion": SPECVERSION,
        "id": str(position),
        "source": source,
        "type": entry["topic"],
        "subject": entry["stream"],
        "time": entry["recorded_at"],
        "datacontenttype": JSON,
    }
    code = code_of(entry["stream"], entry["topic"], entry["fields"])
    if code is not None:
        event["inpadoccode"] = code.code
        if code.category is not None:
            event["st27category"] = code.category
    return {**event, "data": orjson.Fragment(leaf)}

"""Entries and notices as CloudEvents 1.0 in structured JSON, the same ids in feed, mailbox and
webhook.

An event's id is its entry's position, and its `data` the stored bytes of the entry: the leaf that
the transparency log proves.
"""

from __future__ import annotations

from collections.abc import Mapping
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


def of_notice(source: str, row: Mapping[str, Any], *, thin: bool = False) -> dict[str, Any]:
    """The event of a notice to a party. A thin one says where it is read and nothing of what it
    says, which is for its party alone."""
    address = f"/v1/notices/{row['id']}"
    event = {
        "specversion": SPECVERSION,
        "id": row["id"],
        "source": source,
        "type": "notice.met" if row["body"]["met"] else "notice.open",
        "time": row["told_at"],
        "datacontenttype": JSON,
    }
    if thin:
        return {**event, "type": "notice.told", "data": {"notice": address}}
    return {**event, "subject": row["patent_id"], "data": {"notice": address, **row["body"]}}

"""What would be certified of patents, beside all that the register knows of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from ledger.domain.patent import Patent
from ledger.proofs.dated import PublicFold, canonical_dated, told_by

LICENCES = "licences"
"""A licence taken under a declaration is certified from its recordal on, not from its taking."""


def assert_certified(entries: Iterable[bytes], patents: Mapping[str, Patent]) -> None:
    """The public entries alone tell of each patent what all entries tell."""
    folds: dict[str, PublicFold] = {}
    for entry in entries:
        told = told_by(entry)
        if told is not None:
            stream, topic = told
            folds.setdefault(stream, PublicFold(stream)).add(topic, entry)
    for stream, fold in folds.items():
        public = dated(fold.patent)
        whole = dated(patents[stream])
        assert numbers(public) == numbers(whole)
        assert {**public, LICENCES: None} == {**whole, LICENCES: None}


def dated(patent: Patent) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(canonical_dated(patent))
    return found


def numbers(facts: Mapping[str, Any]) -> set[tuple[str, Any]]:
    """The recorded licences and until when each shape of them stands."""
    rows = facts[LICENCES]
    return {(row["licence_id"], row["until"]) for row in rows if row["recorded_on"] is not None}

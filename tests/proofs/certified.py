"""What would be certified of patents, beside all that the register knows of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from ledger.domain.patent import Patent
from ledger.proofs.dated import PublicFold, canonical_dated, told_by

Row = dict[str, Any]

STANDING = ("pledges", "licences")
"""What is told by shapes: each is certified for any day, however its days are divided into rows.
A change of what is withheld divides the days of what is shown too."""


def assert_certified(entries: Iterable[bytes], patents: Mapping[str, Patent]) -> None:
    """The public entries alone tell of each patent, for each day, what all entries tell."""
    folds: dict[str, PublicFold] = {}
    for entry in entries:
        told = told_by(entry)
        if told is not None:
            stream, topic = told
            folds.setdefault(stream, PublicFold(stream)).add(topic, entry)
    for stream, fold in folds.items():
        public, whole = dated(fold.patent), dated(patents[stream])
        for name in STANDING:
            public[name], whole[name] = by_day(public[name]), by_day(whole[name])
        assert public == whole, stream


def dated(patent: Patent) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(canonical_dated(patent))
    return found


def by_day(rows: Iterable[Row]) -> list[Row]:
    """The rows of what is public, each as long as what it shows stands unchanged.

    A licence taken under a declaration is certified from the recordal of its contract on: its
    taking is not public, nor is anything of it before.
    """
    merged: list[Row] = []
    for row in sorted(filter(None, map(recorded, rows)), key=numbered):
        last = merged[-1] if merged else {"until": None}
        if last == row | {"since": last.get("since"), "until": row["since"]}:
            last["until"] = row["until"]
        else:
            merged.append(dict(row))
    return merged


def recorded(row: Row) -> Row | None:
    """The row from the recordal on, None where nothing of it is."""
    if "licence_id" not in row:
        return row
    recorded_on, until = row["recorded_on"], row["until"]
    if recorded_on is None or (until is not None and until <= recorded_on):
        return None
    return row | {"since": max(row["since"], recorded_on)}


def numbered(row: Row) -> tuple[str, str]:
    return row.get("licence_id") or row["registration_no"], row["since"]

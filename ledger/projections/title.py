"""Who owns a patent: the ordered list of patentees, on two clocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import orjson

from ledger.domain.parties import Party
from ledger.domain.patent import Patent
from ledger.projections.history import Part, Row, View, as_json, dumped


def rows(patent: Patent, part: Part) -> Iterator[Row]:
    """One row a list of patentees, from its first day to the first day of the next."""
    held = part[0]
    followers = [*(later.since for later in held[1:]), None]
    for patentees, until in zip(held, followers, strict=True):
        if until is None or patentees.since < until:
            yield Row(
                patent.id, patent.id, patentees.since, until, (parties_json(patentees.parties),)
            )


def parties_json(parties: Sequence[Party]) -> bytes:
    """Parties as the views show them, in their order."""
    return as_json(parties_shown(parties))


def parties_shown(parties: Sequence[Party]) -> list[orjson.Fragment]:
    """Parties as JSON values, without the members they do not have."""
    return [dumped(party, exclude_none=True) for party in parties]


TITLE = View(
    table="title",
    thing="patent_id",
    columns=(("patentees", "jsonb"),),
    members=("patentees",),
    parts=lambda patent: [(patent.patentees,)] if patent.patentees else [],
    rows=rows,
)

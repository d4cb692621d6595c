"""Who owns a patent: the ordered list of patentees, on two clocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import orjson

from ledger.domain.parties import Party
from ledger.domain.patent import Patent
from ledger.projections.history import Part, Row, View, as_json


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
    return [_party_shown(party) for party in parties]


_SHOWN: dict[int, tuple[Party, orjson.Fragment]] = {}
"""JSON of parties by their identity; the party is kept so that its identity stays its own."""
_SHOWN_MAX = 50_000


def _party_shown(party: Party) -> orjson.Fragment:
    known = _SHOWN.get(id(party))
    if known is not None and known[0] is party:
        return known[1]
    if len(_SHOWN) >= _SHOWN_MAX:
        _SHOWN.clear()
    shown = orjson.Fragment(party.model_dump_json(exclude_none=True))
    _SHOWN[id(party)] = (party, shown)
    return shown


TITLE = View(
    table="title",
    thing="patent_id",
    columns=(("patentees", "jsonb"),),
    members=("patentees",),
    parts=lambda patent: [(patent.patentees,)] if patent.patentees else [],
    rows=rows,
)

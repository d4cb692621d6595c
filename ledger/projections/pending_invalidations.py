"""Invalidation cases from request to finality; not public before (Guidelines IV-3 §6.2)."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.domain.holdings import Invalidation
from ledger.domain.patent import Patent
from ledger.projections.history import Part, Row, View, as_json


def rows(patent: Patent, part: Part) -> Iterator[Row]:
    """One row a case, from the request until it is final."""
    case: Invalidation = part[0]
    if case.final_on is not None and case.final_on <= case.requested_on:
        return
    shown = {
        "case_no": case.case_no,
        "requested_on": case.requested_on,
        "outcome": case.outcome if case.final_on is None else None,
        "decision_no": case.decision_no if case.final_on is None else None,
    }
    thing = f"{case.case_no} {patent.id}"
    yield Row(thing, patent.id, case.requested_on, case.final_on, (as_json(shown),))


PENDING_INVALIDATIONS = View(
    table="pending_invalidation",
    thing="thing",
    columns=(("details", "jsonb"),),
    members=("invalidations",),
    parts=lambda patent: ((case,) for case in patent.invalidations),
    rows=rows,
)

"""What stands against a patent: pledges, preservations and suspensions, on two clocks.

Shown: pledgors, pledgees, registration number and dates (Pledge Measures art. 15; Guidelines V-8
§1.3.2.8). Confidential: debtor, claim, amount, term (art. 16).
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.domain.holdings import Pledge, Suspension
from ledger.domain.patent import Patent
from ledger.projections.history import Part, Row, View, as_json, each, name_of
from ledger.projections.title import parties_shown


def parts(patent: Patent) -> Iterator[Part]:
    """Each pledge and each suspension by itself; preservations together, since they queue."""
    yield from each(patent.pledges, lambda pledge: pledge.registration_no)
    yield from each(patent.suspensions, lambda suspension: suspension.case_no)
    if patent.preservations:
        yield (patent.preservations,)


def rows(patent: Patent, part: Part) -> Iterator[Row]:
    """The rows of a pledge, a suspension, or the queue of preservations."""
    match part[0]:
        case Pledge() as pledge:
            thing = name_of(pledge.registration_no, patent, part)
            yield from pledge_rows(patent, pledge, thing)
        case Suspension() as suspension:
            thing = f"suspension {name_of(suspension.case_no, patent, part)}"
            shown = {"case_no": suspension.case_no, "since": suspension.starts_on}
            columns = ("suspension", None, as_json(shown), b"{}")
            if suspension.starts_on < suspension.ends_on:
                yield Row(thing, patent.id, suspension.starts_on, suspension.ends_on, columns)
        case _:
            yield from preservation_rows(patent)


def pledge_rows(patent: Patent, pledge: Pledge, thing: str) -> Iterator[Row]:
    """One row a shape of the registration; a revoked one never was (Pledge Measures art. 12)."""
    if pledge.revoked:
        return
    for shape, since, until in pledge.spans():
        shown = {
            "registered_on": pledge.registered_on,
            "pledgors": parties_shown(shape.pledgors),
            "pledgees": parties_shown(shape.pledgees),
        }
        if shape.since != pledge.registered_on:
            shown["changed_on"] = shape.since
        confidential: dict[str, object] = {
            "debtor": shape.debtor,
            "claim": shape.claim,
        }
        if shape.trademarks:
            confidential["trademarks"] = shape.trademarks
        columns = ("pledge", pledge.registration_no, as_json(shown), as_json(confidential))
        yield Row(thing, patent.id, since, until, columns)


def preservation_rows(patent: Patent) -> Iterator[Row]:
    """One row a preservation, on the days on which it runs and not while it queues."""
    for place, (paper, since, until) in enumerate(patent.preservation_periods()):
        shown = {"court": paper.court, "case_no": paper.case_no, "since": since, "kind": paper.kind}
        thing = f"preservation {place} {paper.case_no} {patent.id}"
        yield Row(thing, patent.id, since, until, ("preservation", None, as_json(shown), b"{}"))


ENCUMBRANCES = View(
    table="encumbrance",
    thing="thing",
    columns=(
        ("kind", "varchar"),
        ("registration_no", "varchar"),
        ("details", "jsonb"),
        ("confidential", "jsonb"),
    ),
    members=("pledges", "suspensions", "preservations"),
    parts=parts,
    rows=rows,
)

"""The right itself: bibliographic facts, and the dated facts from which its state on a day follows.

What time brings by itself is no row: status and fees are answered for a day by `standing`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledger.domain.patent import Patent
from ledger.projections.history import Part, Row, View, as_json

MEMBERS = (
    "entered",
    "aliases",
    "titles",
    "fees",
    "lapses",
    "abandoned_on",
    "compensations",
    "invalidations",
    "publicly_known",
)


BIBLIOGRAPHY = (
    "kind",
    "invention_title",
    "filed_on",
    "published_on",
    "granted_on",
    "publication_no",
    "symbols",
    "aliases",
    "industry",
    "strategic_industry",
    "family_abroad",
    "same_day_patent",
)
"""Members of the facts of entry that are shown, in this order."""


def parts(patent: Patent) -> Iterator[Part]:
    """Everything the right depends on, as one part; nothing where all that is known is not
    public."""
    if patent.publicly_known:
        final = (i for i in patent.invalidations if i.final_on is not None)
        entered = (
            patent.entered,
            patent.aliases,
            patent.titles,
            patent.fees,
            patent.lapses,
            patent.abandoned_on,
            patent.compensations,
        )
        yield (*entered, *final)


def rows(patent: Patent, _: Part) -> Iterator[Row]:
    """One row: what a reader needs to tell the state of the right on any day."""
    yield Row(
        patent.id, patent.id, None, None, (as_json(bibliography(patent)), as_json(facts(patent)))
    )


def bibliography(patent: Patent) -> dict[str, Any]:
    """The bibliographic facts; of a patent never entered, what other registers say in one voice."""
    entered = patent.entered
    if entered is None:
        told: dict[str, Any] = {"aliases": patent.aliases} if patent.aliases else {}
        return told | ({"invention_title": patent.titles[0]} if len(patent.titles) == 1 else {})
    stated = {name: getattr(entered, name) for name in BIBLIOGRAPHY}
    stated["aliases"] = patent.aliases
    return stated


def facts(patent: Patent) -> dict[str, Any]:
    """The public dated facts."""
    final = [i for i in patent.invalidations if i.final_on is not None]
    return {
        "fees_paid_through": None if patent.entered is None else patent.entered.fees_paid_through,
        "fees": patent.fees_settled(),
        "lapsed_on": min((lapse.effective_on for lapse in patent.lapses), default=None),
        "abandoned_on": patent.abandoned_on,
        "terminates_on": patent.terminates_on,
        "invalidations": [
            {"outcome": i.outcome, "decision_no": i.decision_no, "final_on": i.final_on}
            for i in final
        ],
    }


RIGHTS = View(
    table="patent",
    thing="patent_id",
    columns=(("bibliography", "jsonb"), ("facts", "jsonb")),
    members=MEMBERS,
    parts=parts,
    rows=rows,
    bitemporal=False,
)

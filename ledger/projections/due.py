"""What falls due on Chinese patents, on two clocks: the follower's list of fees, ends and limits.

A row says until which unmoved day; whether a holiday moves it is told by the reader's calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ledger.domain import dues
from ledger.domain.dues import Due
from ledger.domain.holdings import Declaration, Licence, Suspension
from ledger.domain.patent import Patent
from ledger.projections.history import Part, Row, View, each

_RIGHT = object()
_QUEUE = object()


def parts(patent: Patent) -> Iterator[Part]:
    """The right with its fees, the queue of preservations, and each dealing by itself."""
    if not patent.id.startswith("CN:"):
        return
    if patent.entered is not None:
        yield (
            _RIGHT,
            patent.entered,
            patent.fees,
            patent.lapses,
            patent.abandoned_on,
            patent.terminates_on,
            patent.invalidations,
        )
    if patent.preservations:
        yield (_QUEUE, patent.preservations)
    for suspension, *place in each(patent.suspensions, lambda suspension: suspension.case_no):
        # Its end follows from all entries of its case: each is rewritten where another changes.
        case = tuple(s for s in patent.suspensions if s.case_no == suspension.case_no)
        yield (suspension, place[0] if place else 0, case)
    yield from each(patent.licences, lambda licence: licence.licence_id)
    yield from each(patent.declarations, lambda declared: declared.declaration_no)


def rows(patent: Patent, part: Part) -> Iterator[Row]:
    """One row a thing that falls due; the patent's id leads the thing, so that a patent's rows are
    found by the index of things."""
    first, number = part[0], patent.id
    dealing = DEALINGS.get(type(first))
    found = _of_right(patent, first) if dealing is None else dealing(patent, first)
    place = f" {part[1]}" if dealing is not None and len(part) > 1 and part[1] else ""
    for kind, about, falls_on, since, until, entry in found:
        thing = f"{number} {kind.value} {about}{place}"
        yield Row(thing, number, since, until, (kind.value, about, falls_on, entry))


DEALINGS: dict[type, Callable[[Patent, Any], Iterable[Due]]] = {
    Licence: dues.of_licence,
    Suspension: dues.of_suspension,
    Declaration: dues.of_declaration,
}


def _of_right(patent: Patent, what: object) -> Iterable[Due]:
    if what is _QUEUE:
        return dues.preservations(patent)
    return (*dues.fees(patent), *dues.restorations(patent)) if patent.lapses else dues.fees(patent)


DUE = View(
    table="due",
    thing="thing",
    columns=(("kind", "varchar"), ("about", "text"), ("falls_on", "date"), ("entry", "int")),
    members=(
        "entered",
        "fees",
        "lapses",
        "abandoned_on",
        "terminates_on",
        "invalidations",
        "preservations",
        "suspensions",
        "licences",
        "declarations",
    ),
    parts=parts,
    rows=rows,
)

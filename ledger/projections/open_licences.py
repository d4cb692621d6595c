"""Open-licence declarations, on two clocks; all of them is public (Guidelines V-11 §5)."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.domain.holdings import Declaration, uninterrupted
from ledger.domain.patent import Patent
from ledger.projections.history import Part, Row, View, as_json, each, name_of
from ledger.projections.title import parties_shown


def rows(patent: Patent, part: Part) -> Iterator[Row]:
    """One row a declaration, from its announcement to its withdrawal."""
    declaration: Declaration = part[0]
    shown = {
        "declared_on": declaration.declared_on,
        "patentees": parties_shown(declaration.patentees),
        "fee": declaration.fee,
        "fee_explanation": declaration.fee_explanation,
        "licence_starts_on": declaration.starts_on,
        "licence_ends_on": declaration.ends_on,
        "contact": declaration.contact,
    }
    thing = name_of(declaration.declaration_no, patent, part)
    columns = (declaration.declaration_no, as_json(shown))
    days = declaration.declared_on, declaration.withdrawn_on
    for span in uninterrupted(*days, declaration.interruptions):
        yield Row(thing, patent.id, *span, columns)


OPEN_LICENCES = View(
    table="open_licence",
    thing="thing",
    columns=(("declaration_no", "varchar"), ("details", "jsonb")),
    members=("declarations",),
    parts=lambda patent: each(patent.declarations, lambda declared: declared.declaration_no),
    rows=rows,
)

"""Licences on a patent, on two clocks.

Shown: licensor, licensee, kind, recordal number and date (Guidelines V-8 §1.3.2.7). Confidential:
term, territory, field and royalty. A licence taken under an open licence shows only once it is
recorded.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.domain.holdings import Licence
from ledger.domain.patent import Patent
from ledger.projections.history import Part, Row, View, as_json, each, name_of
from ledger.projections.title import parties_shown


def rows(patent: Patent, part: Part) -> Iterator[Row]:
    """One row a shape of the licence, until it is cancelled."""
    licence: Licence = part[0]
    for shape, since, until in licence.spans():
        shown = {
            "kind": shape.kind,
            "licensors": parties_shown(shape.licensors),
            "licensees": parties_shown(shape.licensees),
            "recorded_on": licence.recorded_on,
            "open_licence": licence.declaration_no is not None,
            "sub_licence": licence.head_licence_id is not None,
        }
        confidential = {
            "starts_on": shape.starts_on,
            "ends_on": shape.ends_on,
            "territory": shape.territory,
            "field_of_use": shape.field_of_use,
            "royalty": shape.royalty,
            "declaration_no": licence.declaration_no,
            "head_licence_id": licence.head_licence_id,
            "contract_on": licence.contract_on,
        }
        columns = (
            licence.licence_id,
            licence.registration_no,
            licence.recorded_on is not None,
            as_json(shown),
            as_json(confidential),
        )
        thing = name_of(licence.licence_id, patent, part)
        yield Row(thing, patent.id, since, until, columns)


LICENCES = View(
    table="licence",
    thing="thing",
    columns=(
        ("licence_id", "varchar"),
        ("registration_no", "varchar"),
        ("disclosed", "boolean"),
        ("details", "jsonb"),
        ("confidential", "jsonb"),
    ),
    members=("licences",),
    parts=lambda patent: each(patent.licences, lambda licence: licence.licence_id),
    rows=rows,
)

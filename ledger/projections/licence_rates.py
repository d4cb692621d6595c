"""Licence rates: recorded contracts and what they cost, and what open licences ask and get.

Population: contracts recorded in the period. A contract over several patents is one contract; its
terms are those it was recorded with.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ledger.domain.holdings import Declaration, Licence, uninterrupted
from ledger.domain.patent import Patent
from ledger.domain.royalties import (
    AnyRoyalty,
    EntryFeePlusRunning,
    FixedRate,
    Running,
    YearlyRate,
    fixed_total,
    royalty_class,
)
from ledger.projections.history import Part, Row, View
from ledger.projections.statistics.grouping import (
    GROUPS,
    NONE,
    UNKNOWN,
    chinese,
    groups,
    named,
    placed,
)

ROYALTY = (
    ("class", "varchar"),
    ("form", "varchar"),
    ("base", "varchar"),
    ("amount", "numeric"),
    ("currency", "varchar"),
    ("rate", "numeric"),
)
RATE_PLACES = Decimal("0.000001")


def royalty_columns(royalty: AnyRoyalty | None) -> tuple[Any, ...]:
    """Class, form, base, amount and rate of a royalty; unknown where it is withheld."""
    if royalty is None:
        return (UNKNOWN, UNKNOWN, UNKNOWN, None, None, None)
    total = fixed_total(royalty)
    base, rate = NONE, None
    if isinstance(royalty, Running | EntryFeePlusRunning):
        base, rate = royalty.base.value, percentage(royalty)
    return (
        royalty_class(royalty).value,
        royalty.form,
        base,
        None if total is None else total.amount,
        None if total is None else total.currency,
        rate,
    )


def percentage(royalty: Running | EntryFeePlusRunning) -> Decimal | None:
    """The percentage of a running royalty; of yearly ones their mean, None of an amount a piece."""
    match royalty.rate:
        case FixedRate(percent=percent):
            return percent
        case YearlyRate(percents=percents) if percents:
            return (sum(percents, Decimal(0)) / len(percents)).quantize(RATE_PLACES).normalize()
        case _:
            return None


# --- contracts ----------------------------------------------------------------------------------


def contracts(patent: Patent) -> Iterator[Part]:
    """Each licence that was recorded, or taken under a declaration."""
    if not chinese(patent.id):
        return
    for licence, place in placed(patent.licences, lambda licence: licence.licence_id):
        yield licence, patent.entered, place


def contract_rows(patent: Patent, part: Part) -> Iterator[Row]:
    """The one row of a contract on a patent, with the terms it began with."""
    licence: Licence
    licence, _, place = part
    shape = licence.shapes[0]
    opened = licence.declaration_no is not None
    days = None
    if shape.starts_on is not None and shape.ends_on is not None:
        days = (shape.ends_on - shape.starts_on).days
    columns = (
        licence.licence_id,
        licence.recorded_on,
        shape.since if opened else None,
        licence.declaration_no,
        shape.licensees[0].id if shape.licensees else UNKNOWN,
        shape.kind,
        *royalty_columns(shape.royalty),
        days,
        *groups(patent, shape.licensors),
    )
    thing = named(patent, "licence", licence.licence_id, place)
    yield Row(thing, patent.id, None, None, columns)


LICENCE_RATE = View(
    table="licence_rate",
    thing="thing",
    columns=(
        ("contract", "varchar"),
        ("recorded_on", "date"),
        ("taken_on", "date"),
        ("declaration_no", "text"),
        ("taker", "text"),
        ("licence_kind", "varchar"),
        *ROYALTY,
        ("term_days", "int"),
        *GROUPS,
    ),
    members=("entered", "licences"),
    parts=contracts,
    rows=contract_rows,
    bitemporal=False,
    generated=("known_from",),
)

# --- declarations -------------------------------------------------------------------------------


def declarations(patent: Patent) -> Iterator[Part]:
    """Each open-licence declaration."""
    if not chinese(patent.id):
        return
    for declared, place in placed(patent.declarations, lambda declared: declared.declaration_no):
        yield declared, patent.entered, place


def declaration_rows(patent: Patent, part: Part) -> Iterator[Row]:
    """A row for each span of days on which a declaration stands; the first says that it was
    made."""
    declared: Declaration
    declared, _, place = part
    ends = min(filter(None, (declared.withdrawn_on, declared.ends_on)))
    spans = list(uninterrupted(declared.declared_on, ends, declared.interruptions))
    if not spans or spans[0][0] != declared.declared_on:
        spans.insert(0, (declared.declared_on, declared.declared_on))
    asked = royalty_columns(declared.fee)
    grouped = groups(patent, declared.patentees)
    for span, (since, until) in enumerate(spans):
        number = declared.declaration_no
        thing = f"{named(patent, 'declaration', number, place)} {span}"
        said = (number, declared.declared_on, declared.withdrawn_on, span, since, until)
        yield Row(thing, patent.id, None, None, (*said, *asked, *grouped))


OPEN_LICENCE_ASKED = View(
    table="open_licence_asked",
    thing="thing",
    columns=(
        ("declaration_no", "text"),
        ("declared_on", "date"),
        ("withdrawn_on", "date"),
        ("span", "int"),
        ("stands_from", "date"),
        ("stands_until", "date"),
        *ROYALTY,
        *GROUPS,
    ),
    members=("entered", "declarations"),
    parts=declarations,
    rows=declaration_rows,
    bitemporal=False,
    generated=("known_from",),
)

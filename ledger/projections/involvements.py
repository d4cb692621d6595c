"""Who has which part in what, on two clocks: the follower's list by which parties are found.

One row a party and role: patentees, both sides of pledges and licences, debtors. What the register
does not show to everybody (a debtor, a licence taken and not recorded) is not disclosed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from ledger.domain.holdings import Licence, Pledge
from ledger.domain.parties import Party, PartyKind, folded
from ledger.domain.patent import Patent
from ledger.projections.history import Part, Row, View, each

ROLES = ("patentee", "pledgor", "pledgee", "licensor", "licensee")
"""Roles of parties that the register shows."""


class _Side(NamedTuple):
    """One side of a dealing, from a day to another."""

    role: str
    parties: Iterable[Party]
    days: tuple[date, date | None]
    disclosed: bool = True


def parts(patent: Patent) -> Iterator[Part]:
    """The lists of patentees together, each pledge and each licence by itself."""
    if patent.patentees:
        yield (patent.patentees,)
    yield from each(patent.pledges, lambda pledge: pledge.registration_no)
    yield from each(patent.licences, lambda licence: licence.licence_id)


def rows(patent: Patent, part: Part) -> Iterator[Row]:
    """One row a party and role and the days on which it has it."""
    about: str | None = None
    sides: Iterable[_Side]
    match part[0]:
        case Pledge() as pledge:
            about, sides = pledge.registration_no, _pledge(pledge)
        case Licence() as licence:
            about, sides = licence.registration_no or licence.licence_id, _licence(licence)
        case patentees:
            until = [*(later.since for later in patentees[1:]), None]
            days = zip((held.since for held in patentees), until, strict=True)
            lists = zip(patentees, days, strict=True)
            sides = (_Side("patentee", held.parties, span) for held, span in lists)
    # A number that another register states twice names two things, each with a place of its own.
    name = " ".join(["" if about is None else about, *map(str, part[1:])])
    for side in sides:
        since, until_day = side.days
        if until_day is not None and until_day <= since:
            continue
        for place, party in enumerate(side.parties):
            thing = f"{patent.id} {side.role} {name} {place}"
            person = party.kind is PartyKind.INDIVIDUAL
            who = (party.id, party.name, folded(party.name), person)
            columns = (*who, side.role, about, side.disclosed)
            yield Row(thing, patent.id, since, until_day, columns)


def _pledge(pledge: Pledge) -> Iterator[_Side]:
    if pledge.revoked:
        return
    for shape, since, until in pledge.spans():
        span = since, until
        debtor = () if shape.debtor is None else (shape.debtor,)
        yield _Side("pledgor", shape.pledgors, span)
        yield _Side("pledgee", shape.pledgees, span)
        yield _Side("debtor", debtor, span, disclosed=False)


def _licence(licence: Licence) -> Iterator[_Side]:
    disclosed = licence.recorded_on is not None
    for shape, since, until in licence.spans():
        yield _Side("licensor", shape.licensors, (since, until), disclosed)
        yield _Side("licensee", shape.licensees, (since, until), disclosed)


INVOLVEMENTS = View(
    table="involvement",
    thing="thing",
    columns=(
        ("party", "text"),
        ("name", "text"),
        ("folded", "text"),
        ("person", "boolean"),
        ("role", "text"),
        ("about", "text"),
        ("disclosed", "boolean"),
    ),
    members=("patentees", "pledges", "licences"),
    parts=parts,
    rows=rows,
    generated=("party_key", "known_from"),
)

"""Who has which part in what, on two clocks: the follower's list by which parties are found.

One row a party and role: patentees, both sides of pledges and licences, debtors. What the register
does not show to everybody (a debtor, a licence taken and not recorded) is not disclosed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache

from ledger.domain.holdings import Licence, Patentees, Pledge
from ledger.domain.parties import Party, PartyKind, folded
from ledger.domain.patent import Patent
from ledger.projections.history import Part, Row, View, each

ROLES = ("patentee", "pledgor", "pledgee", "licensor", "licensee")
"""Roles of parties that the register shows."""


_Side = tuple[str, Iterable[Party], bool]
"""One side of a dealing: its role, the parties, and whether they are disclosed."""
_Sides = tuple[date, date | None, tuple[_Side, ...]]
"""The sides from a day to another."""


def parts(patent: Patent) -> Iterator[Part]:
    """The lists of patentees together, each pledge and each licence by itself."""
    if patent.patentees:
        yield (patent.patentees,)
    yield from each(patent.pledges, lambda pledge: pledge.registration_no)
    yield from each(patent.licences, lambda licence: licence.licence_id)


def rows(patent: Patent, part: Part) -> Iterator[Row]:
    """One row a party and role and the days on which it has it."""
    about: str | None = None
    spans: Iterable[_Sides]
    match part[0]:
        case Pledge() as pledge:
            about, spans = pledge.registration_no, _pledge(pledge)
        case Licence() as licence:
            about, spans = licence.registration_no or licence.licence_id, _licence(licence)
        case patentees:
            spans = _patentees(patentees)
    # A number that another register states twice names two things, each with a place of its own.
    name = " ".join([about or "", *map(str, part[1:])])
    number = patent.id
    for since, until, sides in spans:
        if until is not None and until <= since:
            continue
        for role, parties, disclosed in sides:
            for place, party in enumerate(parties):
                thing = f"{number} {role} {name} {place}"
                columns = (*_who(party.id, party.name, party.kind), role, about, disclosed)
                yield Row(thing, number, since, until, columns)


@lru_cache(maxsize=50_000)
def _who(party: str, name: str, kind: PartyKind) -> tuple[str, str, str, bool]:
    """What is said of a party itself."""
    return party, name, folded(name), kind is PartyKind.INDIVIDUAL


def _patentees(lists: Sequence[Patentees]) -> Iterator[_Sides]:
    until = [*[later.since for later in lists[1:]], None]
    for held, turn in zip(lists, until, strict=True):
        yield held.since, turn, (("patentee", held.parties, True),)


def _pledge(pledge: Pledge) -> Iterator[_Sides]:
    if pledge.revoked:
        return
    for shape, since, until in pledge.spans():
        debtor = () if shape.debtor is None else (shape.debtor,)
        sides = ("pledgor", shape.pledgors, True), ("pledgee", shape.pledgees, True)
        yield since, until, (*sides, ("debtor", debtor, False))


def _licence(licence: Licence) -> Iterator[_Sides]:
    disclosed = licence.recorded_on is not None
    for shape, since, until in licence.spans():
        sides = ("licensor", shape.licensors, disclosed), ("licensee", shape.licensees, disclosed)
        yield since, until, sides


INVOLVEMENTS = View(
    table="involvement",
    thing="thing",
    columns=(
        ("party", "varchar"),
        ("name", "varchar"),
        ("folded", "varchar"),
        ("person", "boolean"),
        ("role", "varchar"),
        ("about", "varchar"),
        ("disclosed", "boolean"),
    ),
    members=("patentees", "pledges", "licences"),
    parts=parts,
    rows=rows,
    generated=("party_key", "known_from"),
)

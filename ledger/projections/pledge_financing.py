"""Pledge financing: registered amounts, projects and enterprises, and what is outstanding.

A project is one registration (stat-project-count). The amount is the secured claim's: it counts
once, on the day of the first registration that secures it, however many patents, trademarks and
registrations do.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ledger.domain.events import PledgeDeregistered
from ledger.domain.figures import enterprises
from ledger.domain.holdings import Pledge, PledgeShape
from ledger.domain.patent import Patent
from ledger.projections.history import Part, Row, View
from ledger.projections.statistics.grouping import (
    GROUPS,
    UNKNOWN,
    chinese,
    groups,
    is_trademark,
    named,
    placed,
)

PARTIAL = "partial_release"
"""How a registration ended for a patent that left it while it goes on for others."""


def parts(patent: Patent) -> Iterator[Part]:
    """Each registration that counts: what was revoked never was."""
    if not (chinese(patent.id) or is_trademark(patent.id)):
        return
    for pledge, place in placed(patent.pledges, lambda pledge: pledge.registration_no):
        if not pledge.revoked:
            yield pledge, patent.entered, place


def rows(patent: Patent, part: Part) -> Iterator[Row]:
    """A row for each span of days on which a registration stands in one shape."""
    pledge: Pledge
    pledge, _, place = part
    number, made = pledge.registration_no, pledge.shapes[0]
    bank = made.pledgees[0] if made.pledgees else None
    ground = None if pledge.ended_on is None else _ground(patent, pledge)
    fixed = (
        enterprises(made.pledgors),
        UNKNOWN if bank is None else bank.id,
        UNKNOWN if bank is None or bank.institution is None else bank.institution.value,
        *groups(patent, made.pledgors),
    )
    for span, (shape, since, until) in enumerate(_spans(pledge)):
        claim = shape.claim
        columns = (
            is_trademark(patent.id),
            number,
            span,
            since,
            until,
            pledge.registered_on,
            pledge.ended_on,
            ground,
            claim_of(pledge),
            None if claim is None else claim.amount.amount,
            None if claim is None else claim.amount.currency,
            None if claim is None else (claim.debt_due_on - pledge.registered_on).days,
            *fixed,
        )
        thing = f"{named(patent, 'pledge', number, place)} {span}"
        yield Row(thing, patent.id, None, None, columns)


def claim_of(pledge: Pledge) -> str:
    """A claim's identity: creditors number their claims each for themselves. A claim that is
    withheld is taken for another than any other."""
    made = pledge.shapes[0]
    if made.claim is None:
        return pledge.registration_no
    return " ".join([made.claim.id, *sorted(party.id for party in made.pledgees)])


def _spans(pledge: Pledge) -> list[tuple[PledgeShape, date, date | None]]:
    """The spans in which the registration stands, first that of its making, be it of no day."""
    spans = [*pledge.spans()]
    made = pledge.shapes[0]
    if not spans or spans[0][1] != made.since:
        spans.insert(0, (made, made.since, made.since))
    return spans


def _ground(patent: Patent, pledge: Pledge) -> str:
    """Why the registration ended on the patent."""
    if pledge.ended_by == "revoked":
        return "revoked"
    for fact in reversed(patent.facts):
        number = fact.envelope.registration_no or fact.filing_id
        if type(fact) is PledgeDeregistered and number == pledge.registration_no:
            return fact.ground or UNKNOWN
    return PARTIAL if pledge.ended_by == "released" else UNKNOWN


PLEDGE_FINANCING = View(
    table="pledge_financing",
    thing="thing",
    columns=(
        ("trademark", "boolean"),
        ("contract", "varchar"),
        ("span", "int"),
        ("stands_from", "date"),
        ("stands_until", "date"),
        ("registered_on", "date"),
        ("ended_on", "date"),
        ("ground", "varchar"),
        ("claim_id", "text"),
        ("amount", "numeric"),
        ("currency", "varchar"),
        ("term_days", "int"),
        ("enterprises", "text[]"),
        ("bank", "varchar"),
        ("institution", "varchar"),
        *GROUPS,
    ),
    members=("entered", "pledges"),
    parts=parts,
    rows=rows,
    bitemporal=False,
    generated=("known_from",),
)

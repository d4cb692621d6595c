"""A fact whose effect ends on a day: before it the patent as it is, from it on as it would be
without the fact.

Facts that hold for a time can be undone so: ownership, pledges, licences, declarations, freezes.
What is told of a moment (a fee paid, a grant, that a contract was recorded) has no effect that
could end on another day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from ledger.domain.events import (
    EntryRevoked,
    LicenceCancelled,
    LicenceChanged,
    LicenceRecorded,
    NameOrAddressChanged,
    OpenLicenceDeclared,
    OpenLicenceTaken,
    OpenLicenceWithdrawn,
    PledgeChanged,
    PledgeDeregistered,
    PledgeRegistered,
    PledgeReleased,
    PledgeRevoked,
    PreservationContinued,
    PreservationReleased,
    PreservationStarted,
    ReleaseRecorded,
    SuspensionEnded,
    SuspensionExtended,
    SuspensionStarted,
    TransferRegistered,
)
from ledger.domain.holdings import (
    Days,
    Declaration,
    Licence,
    Patentees,
    Pledge,
    Preservation,
    Suspension,
)
from ledger.domain.patent import Patent, altered

Splice = Callable[[Patent, Patent, EntryRevoked], Patent]
"""The patent with a fact, the one without, the revocation → the one that turns on its day."""


def spliced(patent: Patent, without: Patent, revocation: EntryRevoked) -> Patent:
    """The patent with what one kind of fact concerns as it is without the fact, from a day on."""
    for splice in SPLICES.get(revocation.original_topic, ()):
        patent = splice(patent, without, revocation)
    return patent


def _patentees(patent: Patent, without: Patent, revocation: EntryRevoked) -> Patent:
    on = revocation.effective_on
    earlier = tuple(held for held in patent.patentees if held.since < on)
    parties = without.patentees_on(on)
    if parties is None or parties == patent.patentees_on(on):
        return patent
    return altered(patent, patentees=(*earlier, Patentees(on, parties, revocation.filing_id)))


# --- what has an end ----------------------------------------------------------------------------


def _pledges(patent: Patent, without: Patent, revocation: EntryRevoked) -> Patent:
    others = {pledge.registration_no: pledge for pledge in without.pledges}
    pledges = tuple(
        _pledge(pledge, others.get(pledge.registration_no), revocation.effective_on)
        for pledge in patent.pledges
    )
    return altered(patent, pledges=pledges)


def _pledge(pledge: Pledge, other: Pledge | None, on: date) -> Pledge:
    if other is None:
        return pledge if _ended(pledge) else replace(pledge, ended_on=on, ended_by="revoked")
    shapes = _shapes(pledge.shapes, other.shapes, on)
    if other.revoked:
        return replace(pledge, shapes=shapes)
    end, interruption = _end(_ended(pledge), other.ended_on, on)
    return replace(
        pledge,
        shapes=shapes,
        ended_on=end,
        ended_by=other.ended_by if interruption else pledge.ended_by,
        revoked=False,
        interruptions=(*pledge.interruptions, *interruption),
    )


def _ended(pledge: Pledge) -> date | None:
    """The first day on which it no longer stands; a revoked one never stood."""
    return pledge.registered_on if pledge.revoked else pledge.ended_on


def _licences(patent: Patent, without: Patent, revocation: EntryRevoked) -> Patent:
    on = revocation.effective_on
    others = {licence.licence_id: licence for licence in without.licences}

    def licence_after(licence: Licence) -> Licence:
        other = others.get(licence.licence_id)
        if other is None:
            return licence if licence.cancelled_on else replace(licence, cancelled_on=on)
        end, interruption = _end(licence.cancelled_on, other.cancelled_on, on)
        return replace(
            licence,
            shapes=_shapes(licence.shapes, other.shapes, on),
            cancelled_on=end,
            interruptions=(*licence.interruptions, *interruption),
        )

    return altered(patent, licences=tuple(map(licence_after, patent.licences)))


def _declarations(patent: Patent, without: Patent, revocation: EntryRevoked) -> Patent:
    on = revocation.effective_on
    others = {declared.declaration_no: declared for declared in without.declarations}

    def declaration_after(declared: Declaration) -> Declaration:
        other = others.get(declared.declaration_no)
        if other is None:
            return declared if declared.withdrawn_on else replace(declared, withdrawn_on=on)
        end, interruption = _end(declared.withdrawn_on, other.withdrawn_on, on)
        interruptions = (*declared.interruptions, *interruption)
        return replace(declared, withdrawn_on=end, interruptions=interruptions)

    return altered(patent, declarations=tuple(map(declaration_after, patent.declarations)))


def _end(
    ended: date | None, without: date | None, on: date
) -> tuple[date | None, tuple[Days, ...]]:
    """The end from a day on, and the days between an end that is undone and that day."""
    if ended is None or ended == without or (without is not None and without <= on):
        return ended, ()
    return without, ((ended, on),) if ended < on else ()


Shape = TypeVar("Shape", bound=Any)


def _shapes(shapes: tuple[Shape, ...], others: tuple[Shape, ...], on: date) -> tuple[Shape, ...]:
    """The shapes before a day, and from it on the shape it would have."""
    now = replace(others[-1], since=shapes[-1].since)
    if now == shapes[-1]:
        return shapes
    return (*(shape for shape in shapes if shape.since < on), replace(now, since=on))


# --- freezes ------------------------------------------------------------------------------------


def _preservations(patent: Patent, without: Patent, revocation: EntryRevoked) -> Patent:
    """What ran before the day ends on it, or goes on to the end it would have; what would run on
    the day begins on it; what would still queue behind that goes on to queue."""
    on = revocation.effective_on
    periods = without.preservation_periods()
    running = next((p for p in periods if p[1] <= on and (p[2] is None or on < p[2])), None)
    begun = on
    papers: list[Preservation] = []
    for paper, since, until in patent.preservation_periods():
        if since >= on:
            continue
        if running is not None and _case(paper) == _case(running[0]) and _reaches(until, on):
            begun = since
        else:
            papers.append(_fixed(paper, since, on if _reaches(until, on) else until))
    if running is not None:
        papers.append(_fixed(running[0], begun, running[2]))
        started = [paper for paper, since, _ in periods if since <= on]
        papers += [p for p in without.preservations if not any(p is other for other in started)]
    return altered(patent, preservations=tuple(papers))


def _case(paper: Preservation) -> tuple[str, str]:
    return paper.case_no, paper.court


def _reaches(until: date | None, on: date) -> bool:
    return until is None or on <= until


def _fixed(paper: Preservation, since: date, until: date | None) -> Preservation:
    """A paper that runs on these days, wherever it stood in the queue."""
    return replace(paper, received_on=since, months=None, ends_on=until, released_on=None)


def _suspensions(patent: Patent, without: Patent, revocation: EntryRevoked) -> Patent:
    on = revocation.effective_on
    running = {s.case_no: s for s in without.suspended_by(on)}
    suspensions: list[Suspension] = []
    for suspension in patent.suspensions:
        other = running.get(suspension.case_no)
        if suspension.starts_on >= on or suspension.ends_on < on:
            suspensions.append(suspension)
        elif other is not None:
            suspensions.append(replace(other, starts_on=suspension.starts_on))
            del running[suspension.case_no]
        else:
            suspensions.append(replace(suspension, ends_on=on))
    again = (replace(suspension, starts_on=on) for suspension in running.values())
    return altered(patent, suspensions=(*suspensions, *again))


# --- which kinds hold for a time ------------------------------------------------------------------

SPLICES: dict[str, tuple[Splice, ...]] = {
    **dict.fromkeys((TransferRegistered.TOPIC, NameOrAddressChanged.TOPIC), (_patentees,)),
    **dict.fromkeys(
        (
            PledgeRegistered.TOPIC,
            PledgeChanged.TOPIC,
            PledgeReleased.TOPIC,
            PledgeDeregistered.TOPIC,
            PledgeRevoked.TOPIC,
        ),
        (_pledges,),
    ),
    **dict.fromkeys(
        (
            LicenceRecorded.TOPIC,
            LicenceChanged.TOPIC,
            LicenceCancelled.TOPIC,
            OpenLicenceTaken.TOPIC,
        ),
        (_licences,),
    ),
    ReleaseRecorded.TOPIC: (_pledges, _licences),
    **dict.fromkeys((OpenLicenceDeclared.TOPIC, OpenLicenceWithdrawn.TOPIC), (_declarations,)),
    **dict.fromkeys(
        (
            PreservationStarted.TOPIC,
            PreservationContinued.TOPIC,
            PreservationReleased.TOPIC,
        ),
        (_preservations,),
    ),
    **dict.fromkeys(
        (SuspensionStarted.TOPIC, SuspensionExtended.TOPIC, SuspensionEnded.TOPIC),
        (_suspensions,),
    ),
}
"""Kinds whose effect can end on a day, with what they concern."""

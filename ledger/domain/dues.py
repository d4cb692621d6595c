"""What falls due on a patent, and which entry its day follows from.

Fees, the ends of preservations, suspensions, licences and licence periods, and limits within which
somebody must act. All follow from dated facts; none is an event. A limit to act is kept by its
unmoved day: whether a holiday moves it is told by the calendar of whoever asks. The days of secured
debts stand in the register view of pledges, and are read from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from ledger.domain import terms
from ledger.domain.events import (
    LicenceChanged,
    LicenceRecorded,
    OpenLicenceContractRecorded,
    OpenLicenceDeclared,
    OpenLicenceTaken,
    PatentEvent,
    PreservationContinued,
    PreservationStarted,
    SuspensionExtended,
    SuspensionStarted,
)
from ledger.domain.holdings import (
    Declaration,
    Licence,
    Preservation,
    Suspension,
    uninterrupted,
)
from ledger.domain.patent import Patent, altered
from ledger.domain.periods import LastDay, WorkingCalendar, add_months, last_day_to_act

RESTORATION_MONTHS = 2
"""Months from the notice in which a lapsed right may be asked back (Implementing Rules 6(2))."""
LAPSE_EXECUTED_MONTHS = 4
"""Months from the notice after which a lapse is executed (Guidelines V-9 §4.2.2)."""
CANCELLATION_DAYS = 30
"""Days after its end in which a licence's recordal is to be cancelled (LRM 17)."""

PRESERVING = (PreservationStarted, PreservationContinued)
SUSPENDING = (SuspensionStarted, SuspensionExtended)
LICENCE_TERMS = (LicenceRecorded, LicenceChanged, OpenLicenceTaken, OpenLicenceContractRecorded)
"""Entries that say until when."""

_DAY = timedelta(days=1)


class DueKind(StrEnum):
    """What falls due."""

    FEE = "fee"
    """An annual fee."""
    PRESERVATION = "preservation"
    """A preservation ends by itself, unless it is continued before."""
    SUSPENSION = "suspension"
    LICENCE = "licence"
    """The last day of a licence."""
    LICENCE_CANCELLATION = "licence_cancellation"
    """The recordal of a licence that has ended is to be cancelled."""
    OPEN_LICENCE = "open_licence"
    """The last day of an open-licence period."""
    DEBT = "debt"
    """The last day of the debtor's performance term; it does not end the pledge."""
    CLAIM_PERIOD = "claim_period"
    """The last day of the period in which claims of a maximum-amount pledge arise."""
    RESTORATION = "restoration"
    """A lapsed right may still be asked back."""


LIMITS = frozenset({DueKind.FEE, DueKind.LICENCE_CANCELLATION, DueKind.RESTORATION})
"""Kinds within which somebody must act: their last day moves with the calendar (IR 5)."""


class Due(NamedTuple):
    """One thing that falls due on a patent."""

    kind: DueKind
    about: str
    """The fee's patent year, the case, or the number of a registration, licence or declaration."""
    falls_on: date
    """The last day, included; of a limit to act before a holiday moves it."""
    since: date | None
    until: date | None
    """The days on which it stands out: the first, and the first on which it no longer does."""
    entry: int
    """Version of the entry on the patent's stream from which the day follows."""

    def last_day(self, calendar: WorkingCalendar) -> LastDay:
        """The last day, moved where it is a limit to act."""
        if self.kind in LIMITS:
            return last_day_to_act(self.falls_on, calendar=calendar)
        return LastDay(self.falls_on, self.falls_on)


def dues(patent: Patent) -> Iterator[Due]:
    """Everything that falls due on a patent, whichever day is asked for."""
    yield from fees(patent)
    yield from restorations(patent)
    yield from preservations(patent)
    for suspension in patent.suspensions:
        yield from of_suspension(patent, suspension)
    for licence in patent.licences:
        yield from of_licence(patent, licence)
    for declaration in patent.declarations:
        yield from of_declaration(patent, declaration)


# --- the right ----------------------------------------------------------------------------------


def fees(patent: Patent) -> Iterator[Due]:
    """The first unpaid annual fee on each day, until the right ends (Implementing Rules 115)."""
    entered, ends = patent.entered, patent.terminates_on
    if entered is None or entered.filed_on is None or ends is None or patent.wholly_invalid():
        return
    if entered.fees_paid_through is None:
        return
    over = _right_over_on(patent, ends)
    settled = _settled(patent) if patent.fees else {}
    year, since = entered.fees_paid_through + 1, entered.granted_on
    version = entered.originator_version
    last_year = patent.last_fee_year
    while year <= last_year and (due_on := terms.fee_due_on(entered.filed_on, year)) < ends:
        paid = settled.get(year)
        until = over if paid is None else min(over, paid[0])
        if since is None or since < until:
            yield Due(DueKind.FEE, str(year), due_on, since, until, version)
        if paid is None:
            return
        since = paid[0] if since is None else max(since, paid[0])
        version = paid[1]
        year += 1


def _settled(patent: Patent) -> dict[int, tuple[date, int]]:
    """The day on which each year's fee was paid, and the version of the payment."""
    settled: dict[int, tuple[date, int]] = {}
    for year, day in patent.fees_settled():
        settled.setdefault(year, (day, _payment(patent, year, day)))
    return settled


def _right_over_on(patent: Patent, ends: date) -> date:
    """The first day on which no fee can fall due."""
    if patent.abandoned_on is not None:
        ends = min(ends, patent.abandoned_on)
    return min((ends, *(x.effective_on for x in patent.lapses))) if patent.lapses else ends


def _payment(patent: Patent, year: int, day: date) -> int:
    """The version of the payment that settled a year on a day."""
    return max(
        fact.originator_version
        for fact in patent.fees
        if fact.fee_year == year and fact.paid_on == day
    )


def restorations(patent: Patent) -> Iterator[Due]:
    """Two months from the notice a lapsed right may be asked back, for good reason."""
    for lapse in patent.lapses:
        if lapse.notified_on is not None:
            yield Due(
                DueKind.RESTORATION,
                str(lapse.fee_year),
                add_months(lapse.notified_on, RESTORATION_MONTHS),
                lapse.notified_on,
                add_months(lapse.notified_on, LAPSE_EXECUTED_MONTHS),
                lapse.originator_version,
            )


# --- freezes ------------------------------------------------------------------------------------


def preservations(patent: Patent) -> Iterator[Due]:
    """The end of each preservation, in the order of the queue; of one that was released, the end it
    would have had."""
    for paper, since, until in patent.preservation_periods():
        ends = until if paper.released_on != until else _unreleased(patent, paper)
        if ends is None:
            continue
        case = (paper.case_no, paper.court)
        entry = _last(
            fact
            for fact in reversed(patent.facts)
            if isinstance(fact, PRESERVING) and (fact.case_no, fact.court) == case
        )
        yield Due(DueKind.PRESERVATION, paper.case_no, ends - _DAY, since, until, entry)


def _unreleased(patent: Patent, paper: Preservation) -> date | None:
    """The end of a preservation by its own paper, as if it had not been released."""
    if paper.released_on is None:
        return None
    kept = replace(paper, released_on=None)
    queue = tuple(kept if other is paper else other for other in patent.preservations)
    periods = altered(patent, preservations=queue).preservation_periods()
    return next((until for other, _, until in periods if other is kept), None)


def of_suspension(patent: Patent, suspension: Suspension) -> Iterator[Due]:
    """The end of a suspension, extended or not, as its entries have it."""
    since, until = suspension.starts_on, suspension.ends_on
    stated = [
        fact
        for fact in reversed(patent.facts)
        if isinstance(fact, SUSPENDING) and fact.case_no == suspension.case_no
    ]
    if since < until:
        ends = max((fact.ends_on for fact in stated), default=until)
        entry = _last(iter(stated))
        yield Due(DueKind.SUSPENSION, suspension.case_no, ends - _DAY, since, until, entry)


# --- dealings -----------------------------------------------------------------------------------


def of_licence(patent: Patent, licence: Licence) -> Iterator[Due]:
    """The last day of a licence; after it, if it is recorded, the days to have that cancelled."""
    ends = licence.now.ends_on
    if ends is None:
        return
    entry = _last(
        fact
        for fact in reversed(patent.facts)
        if isinstance(fact, LICENCE_TERMS) and fact.licence_id == licence.licence_id
    )
    since, last = licence.now.starts_on or licence.shapes[0].since, ends - _DAY
    yield from _spans(
        Due(DueKind.LICENCE, licence.licence_id, last, since, ends, entry),
        licence.cancelled_on,
        licence.interruptions,
    )
    if licence.recorded_on is not None:
        limit = last + timedelta(days=CANCELLATION_DAYS)
        since = max(ends, licence.recorded_on)
        yield from _spans(
            Due(DueKind.LICENCE_CANCELLATION, licence.licence_id, limit, since, None, entry),
            licence.cancelled_on,
            licence.interruptions,
        )


def of_declaration(patent: Patent, declaration: Declaration) -> Iterator[Due]:
    """The last day of the licence period that a declaration offers."""
    number, ends = declaration.declaration_no, declaration.ends_on
    entry = _last(
        fact
        for fact in reversed(patent.facts)
        if isinstance(fact, OpenLicenceDeclared) and fact.declaration_no == number
    )
    yield from _spans(
        Due(DueKind.OPEN_LICENCE, number, ends - _DAY, declaration.declared_on, ends, entry),
        declaration.withdrawn_on,
        declaration.interruptions,
    )


def _spans(
    due: Due, ended_on: date | None, interruptions: tuple[tuple[date, date], ...]
) -> Iterator[Due]:
    """The days on which it stands out, up to an end, without those on which it did not."""
    assert due.since is not None, "a dealing begins on a day"
    ends = min((d for d in (due.until, ended_on) if d is not None), default=None)
    if ends is not None and ends <= due.since:
        return
    for since, until in uninterrupted(due.since, ends, interruptions):
        yield Due(due.kind, due.about, due.falls_on, since, until, due.entry)


def _last(facts: Iterator[PatentEvent]) -> int:
    """The version of the first of some entries, told from the last on; 0 where all are withheld."""
    fact = next(facts, None)
    return 0 if fact is None else fact.originator_version

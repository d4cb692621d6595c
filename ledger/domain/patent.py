"""What the ledger knows of one patent, and what holds on a day.

`evolve` folds one more recorded fact; it is total and never refuses, for history is never on
trial. Facts take their place by effective date, whatever the order of arrival. What time brings
by itself (overdue, expired, a licence run out) is never stored: it is answered for a day from
dated facts. What the ledger was never told is unknown, and answers None.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, assert_never

from ledger.domain import terms
from ledger.domain.events import (
    AnnualFeePaid,
    Concealed,
    Door,
    FeeLapseDecided,
    InvalidationDecided,
    InvalidationFinal,
    InvalidationRequested,
    LicenceCancelled,
    LicenceChanged,
    LicenceRecorded,
    NameOrAddressChanged,
    OpenLicenceContractRecorded,
    OpenLicenceDeclared,
    OpenLicenceTaken,
    OpenLicenceWithdrawn,
    PatentAbandoned,
    PatentEntered,
    PatentEvent,
    PatentNumbered,
    PledgeChanged,
    PledgeDeregistered,
    PledgeRegistered,
    PledgeReleased,
    PledgeRevoked,
    PreservationContinued,
    PreservationReleased,
    PreservationStarted,
    RecordedElsewhere,
    RecordWithdrawn,
    ReleaseRecorded,
    RightRestored,
    SecuredClaim,
    SuspensionEnded,
    SuspensionExtended,
    SuspensionStarted,
    TermCompensated,
    TransferRegistered,
)
from ledger.domain.parties import Party
from ledger.domain.periods import WorkingCalendar, add_months
from ledger.domain.royalties import Royalty

Parties = tuple[Party, ...]


@dataclass(frozen=True, slots=True)
class PledgeShape:
    """A pledge registration on one patent as it stood from a day on."""

    since: date
    pledgors: Parties
    pledgees: Parties
    debtor: Party | None
    claim: SecuredClaim | None


@dataclass(frozen=True, slots=True)
class Pledge:
    """A pledge registration on this patent, with every shape it has had."""

    registration_no: str
    filing_id: str
    filed: bool
    shapes: tuple[PledgeShape, ...]
    contract_on: date | None = None
    ended_on: date | None = None
    ended_by: str | None = None
    revoked: bool = False

    @property
    def now(self) -> PledgeShape:
        return self.shapes[-1]

    @property
    def registered_on(self) -> date:
        return self.shapes[0].since

    def stands(self, on: date) -> bool:
        """Whether the registration stands at the end of a day; a due debt does not end it (PPM
        14)."""
        return (
            not self.revoked
            and self.registered_on <= on
            and (self.ended_on is None or on < self.ended_on)
        )


@dataclass(frozen=True, slots=True)
class LicenceShape:
    """A licence on this patent as it stood from a day on."""

    since: date
    kind: str
    licensors: Parties
    licensees: Parties
    starts_on: date | None
    ends_on: date | None
    territory: str | None
    field_of_use: str | None
    royalty: Royalty | None


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence on this patent: recorded, or taken under an open licence and not yet recorded."""

    licence_id: str
    filing_id: str
    shapes: tuple[LicenceShape, ...]
    registration_no: str | None
    recorded_on: date | None
    declaration_no: str | None = None
    head_licence_id: str | None = None
    sublicensing_allowed: bool | None = None
    contract_digest: str | None = None
    contract_on: date | None = None
    cancelled_on: date | None = None

    @property
    def now(self) -> LicenceShape:
        return self.shapes[-1]

    def in_term(self, on: date) -> bool:
        """Whether the licence is in force on a day, by its own term; unknown ends run with the
        patent."""
        starts = self.now.starts_on or self.shapes[0].since
        ends = min((d for d in (self.now.ends_on, self.cancelled_on) if d), default=None)
        return starts <= on and (ends is None or on < ends)


@dataclass(frozen=True, slots=True)
class Declaration:
    """An open-licence declaration on this patent."""

    declaration_no: str
    filing_id: str
    declared_on: date
    patentees: Parties
    fee: Royalty
    fee_explanation: str
    starts_on: date
    ends_on: date
    contact: str
    withdrawn_on: date | None = None

    def live(self, on: date) -> bool:
        """Whether the declaration is announced and not withdrawn at the end of a day."""
        return self.declared_on <= on and (self.withdrawn_on is None or on < self.withdrawn_on)


@dataclass(frozen=True, slots=True)
class Preservation:
    """A court's preservation as its papers state it; its place in the queue is derived."""

    case_no: str
    court: str
    kind: str
    received_on: date
    months: int | None
    ends_on: date | None
    released_on: date | None = None


@dataclass(frozen=True, slots=True)
class Suspension:
    case_no: str
    starts_on: date
    ends_on: date
    in_invalidation: bool
    extended: bool = False
    requested_by: Party | None = None


@dataclass(frozen=True, slots=True)
class Invalidation:
    """One invalidation case: requested, perhaps decided, perhaps final."""

    case_no: str
    requested_on: date
    outcome: str | None = None
    decision_no: str | None = None
    decided_on: date | None = None
    final_on: date | None = None

    def pending(self, on: date) -> bool:
        return self.requested_on <= on and (self.final_on is None or on < self.final_on)


@dataclass(frozen=True, slots=True)
class Patentees:
    """The ordered list of patentees from a day on."""

    since: date
    parties: Parties
    filing_id: str


class Status(StrEnum):
    UNKNOWN = "unknown"
    NOT_GRANTED = "not_granted"
    IN_FORCE = "in_force"
    LAPSED = "lapsed"
    EXPIRED = "expired"
    ABANDONED = "abandoned"
    INVALID = "invalid"


@dataclass(frozen=True)
class Patent:
    """The state a decision is taken on."""

    id: str
    version: int = 0
    facts: tuple[PatentEvent, ...] = ()
    """The facts that count, in the order in which they take effect."""
    publicly_known: bool = False
    """Whether any fact of it is public."""
    entered: PatentEntered | None = None
    aliases: tuple[str, ...] = ()
    """Other numbers under which it is known."""
    titles: tuple[str, ...] = ()
    """Titles of the invention that other registers state."""
    patentees: tuple[Patentees, ...] = ()
    pledges: tuple[Pledge, ...] = ()
    licences: tuple[Licence, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    preservations: tuple[Preservation, ...] = ()
    suspensions: tuple[Suspension, ...] = ()
    invalidations: tuple[Invalidation, ...] = ()
    fees: tuple[AnnualFeePaid, ...] = ()
    lapses: tuple[FeeLapseDecided, ...] = ()
    abandoned_on: date | None = None
    compensations: tuple[TermCompensated, ...] = ()
    elsewhere: tuple[RecordedElsewhere, ...] = ()

    # -- ownership

    def patentees_on(self, on: date) -> Parties | None:
        """The ordered list of patentees at the end of a day, None where the ledger was not told."""
        for held in reversed(self.patentees):
            if held.since <= on:
                return held.parties
        return None

    # -- the life of the right

    @property
    def terminates_on(self) -> date | None:
        """The first day not in force by time alone, None where kind or filing date is unknown."""
        if self.compensations:
            return max(c.terminates_on for c in self.compensations)
        entered = self.entered
        if entered is None or entered.kind is None or entered.filed_on is None:
            return None
        return terms.termination_date(entered.kind, entered.filed_on)

    def status(self, on: date) -> Status:
        """What the right is at the end of a day (law.md 0.5)."""
        if any(i.outcome == "whole" and i.final_on is not None for i in self.invalidations):
            return Status.INVALID
        if self.abandoned_on is not None and self.abandoned_on <= on:
            return Status.ABANDONED
        if any(lapse.effective_on <= on for lapse in self.lapses):
            return Status.LAPSED
        ends = self.terminates_on
        if self.entered is None or self.entered.granted_on is None or ends is None:
            return Status.UNKNOWN
        if on < self.entered.granted_on:
            return Status.NOT_GRANTED
        return Status.IN_FORCE if on < ends else Status.EXPIRED

    def alive(self, on: date) -> bool | None:
        """Whether the right is in force at the end of a day; None where a fact is missing."""
        status = self.status(on)
        return None if status is Status.UNKNOWN else status is Status.IN_FORCE

    def wholly_invalid(self) -> bool:
        return any(i.outcome == "whole" and i.final_on is not None for i in self.invalidations)

    # -- annual fees

    def fees_paid_through(self, on: date) -> int | None:
        """The last patent year up to which every fee is paid at the end of a day, None if never
        told."""
        if self.entered is None or self.entered.fees_paid_through is None:
            return None
        through = self.entered.fees_paid_through
        paid = {fee.fee_year for fee in self.fees if fee.paid_on <= on}
        while through + 1 in paid:
            through += 1
        return through

    def next_fee_due_on(self, on: date) -> date | None:
        """The unmoved due date of the first unpaid annual fee; None if unknown or none is to
        come."""
        through = self.fees_paid_through(on)
        ends = self.terminates_on
        if through is None or ends is None or self.entered is None or self.entered.filed_on is None:
            return None
        due = terms.fee_due_on(self.entered.filed_on, through + 1)
        return due if due < ends else None

    def fee_current(self, on: date, calendar: WorkingCalendar) -> bool | None:
        """Whether no annual fee is overdue at the end of a day; grace counts as overdue (LRM
        12(2)(6))."""
        through = self.fees_paid_through(on)
        if through is None or self.terminates_on is None:
            return None
        due = self.next_fee_due_on(on)
        if due is None or on <= due:
            return True
        assert self.entered is not None, "a due date follows from the filing date"
        assert self.entered.filed_on is not None, "a due date follows from the filing date"
        return on <= terms.fee_last_day(self.entered.filed_on, through + 1, calendar).day

    # -- freezes

    def preservation_periods(self) -> list[tuple[Preservation, date, date | None]]:
        """Each preservation with its first day and the first day after; a later one queues (V-7
        §7.3.2.2)."""
        periods: list[tuple[Preservation, date, date | None]] = []
        free_from = counted_from = date.min
        for paper in self.preservations:
            starts = max(paper.received_on, free_from)
            ends = paper.ends_on
            if paper.months is not None and (ends is None or starts > paper.received_on):
                # The day of the starting event is not counted (IR 5), the last day is included.
                counted = max(paper.received_on, counted_from)
                ends = add_months(counted, paper.months) + timedelta(days=1)
            released = paper.released_on is not None and (ends is None or paper.released_on < ends)
            if released:
                ends = paper.released_on
            if ends is not None and ends <= starts:
                continue
            periods.append((paper, starts, ends))
            if ends is None:
                break
            free_from = ends
            counted_from = ends if released else ends - timedelta(days=1)
        return periods

    def preserved_by(self, on: date) -> list[Preservation]:
        return [
            paper
            for paper, starts, ends in self.preservation_periods()
            if starts <= on and (ends is None or on < ends)
        ]

    def suspended_by(self, on: date) -> list[Suspension]:
        return [s for s in self.suspensions if s.starts_on <= on < s.ends_on]

    def frozen(self, on: date) -> bool:
        """Whether a suspension or preservation is active at the end of a day (IR arts. 103-105)."""
        return bool(self.suspended_by(on) or (self.preservations and self.preserved_by(on)))

    # -- dealings

    def standing_pledges(self, on: date) -> list[Pledge]:
        return [p for p in self.pledges if p.stands(on)]

    def pledge(self, registration_no: str) -> Pledge | None:
        return next((p for p in self.pledges if p.registration_no == registration_no), None)

    def licence(self, licence_id: str) -> Licence | None:
        return next((x for x in self.licences if x.licence_id == licence_id), None)

    def live_declaration(self, on: date) -> Declaration | None:
        return next((d for d in self.declarations if d.live(on)), None)

    def pending_invalidations(self, on: date) -> list[Invalidation]:
        return [i for i in self.invalidations if i.pending(on)]


def altered(patent: Patent, **members: Any) -> Patent:
    """The patent with other members: what `dataclasses.replace` does, at a tenth of its time."""
    copy = object.__new__(Patent)
    copy.__dict__.update(patent.__dict__, **members)
    return copy


def replay(patent_id: str, events: list[PatentEvent]) -> Patent:
    """The patent a stream of recorded facts makes."""
    patent = Patent(patent_id)
    for event in events:
        patent = evolve(patent, event)
    return patent


def evolve(patent: Patent, event: PatentEvent | Concealed) -> Patent:
    """The patent after one more recorded fact. Total, pure, and never refuses."""
    assert event.originator_id == patent.id, "an event belongs to one stream"
    assert event.originator_version == patent.version + 1, (
        "events arrive in order of their versions"
    )
    if isinstance(event, Concealed):
        return replace(patent, version=event.originator_version)
    corrected = event.envelope.corrects
    if corrected is None and (not patent.facts or _follows(patent.facts[-1], event)):
        return _applied(patent, event)
    kept = [
        fact
        for fact in patent.facts
        if fact.filing_id != corrected or isinstance(fact, PatentNumbered)
    ]
    folded = Patent(patent.id)
    for fact in sorted([*kept, event], key=_order):
        folded = _applied(folded, fact)
    return altered(folded, version=event.originator_version)


def evolve_in_order(patent: Patent, fact: PatentEvent) -> Patent:
    """The patent after a fact that takes effect after all it knows, whenever it was recorded."""
    return _applied(patent, fact)


def _follows(last: PatentEvent, fact: PatentEvent) -> bool:
    """Whether a fact takes its place behind another; mostly their days alone tell."""
    if last.envelope.effective_on < fact.envelope.effective_on and type(fact) is not PatentEntered:
        return True
    return _order(last) <= _order(fact)


def _order(fact: PatentEvent) -> tuple[date, int, str, str, int]:
    """Place of a fact among the others: by effective date, then facts of other registers by their
    source (whatever the order of arrival), then filings in the order in which they were
    registered."""
    envelope = fact.envelope
    if isinstance(fact, PatentEntered):
        return (date.min, 0, "", "", 0)
    if envelope.door is Door.TRANSCRIBED and envelope.source is not None:
        source = envelope.source
        return (
            envelope.effective_on,
            0,
            _natural(f"{source.register_name} {source.reference}"),
            fact.TOPIC,
            0,
        )
    return (envelope.effective_on, 1, "", "", fact.originator_version)


@lru_cache(maxsize=10_000)
def _natural(reference: str) -> str:
    """A reference such that its numbers sort as numbers: 9001/2 before 10000/1."""
    return re.sub("[0-9]+", lambda number: number[0].zfill(12), reference)


def _applied(patent: Patent, event: PatentEvent) -> Patent:  # noqa: C901, PLR0911, PLR0912 - one arm a fact
    """The patent with one fact that takes effect after all it knows."""
    patent = altered(
        patent,
        version=event.originator_version,
        facts=(*patent.facts, event),
        publicly_known=patent.publicly_known or not event.HIDDEN,
    )
    on = event.envelope.effective_on
    match event:
        case PatentEntered():
            held = Patentees(event.granted_on or on, event.patentees, event.filing_id)
            patentees = (held,) if event.patentees else ()
            aliases = tuple(dict.fromkeys((*event.aliases, *patent.aliases)))
            return altered(patent, entered=event, patentees=patentees, aliases=aliases)
        case PatentNumbered():
            return _with_numbers(patent, event)
        case AnnualFeePaid():
            return altered(patent, fees=(*patent.fees, event))
        case (
            PledgeRegistered()
            | PledgeChanged()
            | PledgeReleased()
            | PledgeDeregistered()
            | PledgeRevoked()
        ):
            return _with_pledge(patent, event)
        case FeeLapseDecided():
            return altered(patent, lapses=(*patent.lapses, event))
        case RightRestored():
            return altered(patent, lapses=())
        case PatentAbandoned():
            return altered(patent, abandoned_on=on)
        case TermCompensated():
            return altered(patent, compensations=(*patent.compensations, event))
        case InvalidationRequested() | InvalidationDecided() | InvalidationFinal():
            return _with_invalidation(patent, event)
        case PreservationStarted() | PreservationContinued() | PreservationReleased():
            return _with_preservation(patent, event)
        case SuspensionStarted() | SuspensionExtended() | SuspensionEnded():
            return _with_suspension(patent, event)
        case TransferRegistered() | NameOrAddressChanged():
            return _with_patentees(patent, event)
        case LicenceRecorded() | LicenceChanged() | LicenceCancelled():
            return _with_licence(patent, event)
        case OpenLicenceTaken() | OpenLicenceContractRecorded():
            return _with_open_licence(patent, event)
        case OpenLicenceDeclared() | OpenLicenceWithdrawn():
            return _with_declaration(patent, event)
        case RecordedElsewhere():
            return altered(patent, elsewhere=(*patent.elsewhere, event))
        case ReleaseRecorded():
            return _with_release(patent, event)
        case RecordWithdrawn():
            return patent
    assert_never(event)


def _with_numbers(patent: Patent, event: PatentNumbered) -> Patent:
    """Stated with the grant first, the others in order, so that no order of arrival shows."""
    stated = () if patent.entered is None else patent.entered.aliases
    others = sorted({*patent.aliases, *event.aliases} - {*stated, patent.id})
    titles = {*patent.titles, *filter(None, (event.invention_title,))}
    return altered(patent, aliases=(*stated, *others), titles=tuple(sorted(titles)))


def _with_patentees(patent: Patent, event: TransferRegistered | NameOrAddressChanged) -> Patent:
    held = patent.patentees[-1].parties if patent.patentees else ()
    match event:
        case NameOrAddressChanged(before=before, after=after):
            ids = (before.id, after.id)
            renamed = (after if party.id in ids else party for party in held)
            new = tuple(dict.fromkeys((*renamed, after)))
        case TransferRegistered(patentees_after=after_list) if after_list is not None:
            new = after_list
        case TransferRegistered():
            gone = {party.id for party in event.transferors}
            stay = tuple(party for party in held if party.id not in gone)
            known = {party.id for party in stay}
            new = stay + tuple(party for party in event.transferees if party.id not in known)
        case _:
            assert_never(event)
    since = Patentees(event.effective_on, new, event.filing_id)
    earlier = tuple(p for p in patent.patentees if p.since != since.since)
    return altered(patent, patentees=(*earlier, since))


def _with_invalidation(
    patent: Patent, event: InvalidationRequested | InvalidationDecided | InvalidationFinal
) -> Patent:
    known = next((i for i in patent.invalidations if i.case_no == event.case_no), None)
    case = known or Invalidation(event.case_no, event.effective_on)
    match event:
        case InvalidationRequested():
            case = replace(case, requested_on=event.requested_on)
        case InvalidationDecided():
            case = replace(
                case,
                outcome=event.outcome,
                decision_no=event.decision_no,
                decided_on=event.decided_on,
            )
        case InvalidationFinal():
            case = replace(
                case,
                outcome=event.outcome,
                decision_no=event.decision_no,
                final_on=event.effective_on,
            )
        case _:
            assert_never(event)
    others = tuple(i for i in patent.invalidations if i.case_no != event.case_no)
    return altered(patent, invalidations=(*others, case))


def _with_preservation(
    patent: Patent, event: PreservationStarted | PreservationContinued | PreservationReleased
) -> Patent:
    match event:
        case PreservationStarted():
            paper = Preservation(
                event.case_no,
                event.court,
                event.kind,
                event.effective_on,
                event.months,
                event.ends_on,
            )
            return altered(patent, preservations=(*patent.preservations, paper))
        case PreservationContinued():
            change: dict[str, Any] = {"ends_on": event.ends_on, "months": None}
        case PreservationReleased():
            change = {"released_on": event.effective_on}
        case _:
            assert_never(event)
    changed = tuple(
        replace(paper, **change)
        if (paper.case_no, paper.court) == (event.case_no, event.court)
        else paper
        for paper in patent.preservations
    )
    return altered(patent, preservations=changed)


def _with_suspension(
    patent: Patent, event: SuspensionStarted | SuspensionExtended | SuspensionEnded
) -> Patent:
    match event:
        case SuspensionStarted():
            started = Suspension(
                event.case_no,
                event.effective_on,
                event.ends_on,
                event.in_invalidation,
                requested_by=event.requested_by,
            )
            return altered(patent, suspensions=(*patent.suspensions, started))
        case SuspensionExtended():
            change: dict[str, Any] = {"ends_on": event.ends_on, "extended": True}
        case SuspensionEnded():
            change = {"ends_on": event.effective_on}
        case _:
            assert_never(event)
    changed = tuple(
        replace(s, **change) if s.case_no == event.case_no else s for s in patent.suspensions
    )
    return altered(patent, suspensions=changed)


def _with_licence(
    patent: Patent, event: LicenceRecorded | LicenceChanged | LicenceCancelled
) -> Patent:
    on = event.effective_on
    match event:
        case LicenceRecorded():
            shape = LicenceShape(
                on,
                event.kind,
                event.licensors,
                event.licensees,
                event.starts_on,
                event.ends_on,
                event.territory,
                event.field_of_use,
                event.royalty,
            )
            recorded = Licence(
                event.licence_id,
                event.filing_id,
                (shape,),
                event.envelope.registration_no,
                on,
                head_licence_id=event.head_licence_id,
                sublicensing_allowed=event.sublicensing_allowed,
                contract_digest=event.contract_digest,
                contract_on=event.contract_on,
            )
            return altered(patent, licences=(*patent.licences, recorded))
        case LicenceChanged():
            return _with_each_licence(patent, event.licence_id, lambda x: _reshaped(x, event))
        case LicenceCancelled():
            return _with_each_licence(
                patent, event.licence_id, lambda x: replace(x, cancelled_on=on)
            )
    assert_never(event)


def _reshaped(licence: Licence, event: LicenceChanged) -> Licence:
    now = licence.now
    shape = LicenceShape(
        event.effective_on,
        event.kind or now.kind,
        now.licensors if event.licensors is None else event.licensors,
        now.licensees if event.licensees is None else event.licensees,
        event.starts_on or now.starts_on,
        event.ends_on or now.ends_on,
        event.territory or now.territory,
        event.field_of_use or now.field_of_use,
        event.royalty or now.royalty,
    )
    earlier = tuple(s for s in licence.shapes if s.since != shape.since)
    return replace(licence, shapes=(*earlier, shape))


def _with_each_licence(
    patent: Patent, licence_id: str, change: Callable[[Licence], Licence]
) -> Patent:
    changed = tuple(change(x) if x.licence_id == licence_id else x for x in patent.licences)
    return altered(patent, licences=changed)


def _with_open_licence(
    patent: Patent, event: OpenLicenceTaken | OpenLicenceContractRecorded
) -> Patent:
    on = event.effective_on
    match event:
        case OpenLicenceTaken():
            shape = LicenceShape(
                on,
                "ordinary",
                event.licensors,
                (event.licensee,),
                event.starts_on,
                event.ends_on,
                None,
                None,
                event.royalty,
            )
            taken = Licence(
                event.licence_id,
                event.filing_id,
                (shape,),
                None,
                None,
                declaration_no=event.declaration_no,
            )
            return altered(patent, licences=(*patent.licences, taken))
        case OpenLicenceContractRecorded():
            number = event.envelope.registration_no
            if patent.licence(event.licence_id) is not None:
                return _with_each_licence(
                    patent,
                    event.licence_id,
                    lambda x: replace(x, registration_no=number, recorded_on=on),
                )
            shape = LicenceShape(
                on,
                "ordinary",
                event.licensors,
                event.licensees,
                event.starts_on,
                event.ends_on,
                None,
                None,
                event.royalty,
            )
            recorded = Licence(
                event.licence_id,
                event.filing_id,
                (shape,),
                number,
                on,
                declaration_no=event.declaration_no,
            )
            return altered(patent, licences=(*patent.licences, recorded))
    assert_never(event)


def _with_declaration(patent: Patent, event: OpenLicenceDeclared | OpenLicenceWithdrawn) -> Patent:
    match event:
        case OpenLicenceDeclared():
            declared = Declaration(
                event.declaration_no,
                event.filing_id,
                event.effective_on,
                event.patentees,
                event.fee,
                event.fee_explanation,
                event.starts_on,
                event.ends_on,
                event.contact,
            )
            return altered(patent, declarations=(*patent.declarations, declared))
        case OpenLicenceWithdrawn():
            changed = tuple(
                replace(d, withdrawn_on=event.effective_on)
                if d.declaration_no == event.declaration_no
                else d
                for d in patent.declarations
            )
            return altered(patent, declarations=changed)
    assert_never(event)


def _with_pledge(
    patent: Patent,
    event: PledgeRegistered | PledgeChanged | PledgeReleased | PledgeDeregistered | PledgeRevoked,
) -> Patent:
    number = event.envelope.registration_no or event.filing_id
    on = event.effective_on
    match event:
        case PledgeRegistered():
            shape = PledgeShape(on, event.pledgors, event.pledgees, event.debtor, event.claim)
            filed = event.envelope.door is Door.FILED
            registered = Pledge(number, event.filing_id, filed, (shape,), event.contract_on)
            return altered(patent, pledges=(*patent.pledges, registered))
        case PledgeChanged():
            return _with_each_pledge(patent, number, lambda p: _pledge_reshaped(p, event))
        case PledgeReleased():
            return _with_each_pledge(
                patent, number, lambda p: replace(p, ended_on=on, ended_by="released")
            )
        case PledgeDeregistered():
            return _with_each_pledge(
                patent, number, lambda p: replace(p, ended_on=on, ended_by="deregistered")
            )
        case PledgeRevoked():
            return _with_each_pledge(
                patent, number, lambda p: replace(p, revoked=True, ended_by="revoked")
            )
    assert_never(event)


def released(patent: Patent, release: ReleaseRecorded) -> list[str]:
    """What a release that names no registration may mean: the pledges of other registers, or the
    licences, that stand between its parties on its day."""
    giving = {party.id for party in release.from_parties}
    getting = {party.id for party in release.to_parties}
    if release.kind == "pledge":
        return [
            pledge.registration_no
            for pledge in patent.standing_pledges(release.effective_on)
            if not pledge.filed
            and giving == {party.id for party in pledge.now.pledgees}
            and getting & {party.id for party in pledge.now.pledgors}
        ]
    found = []
    for licence in patent.licences:
        licensors = {party.id for party in licence.now.licensors}
        licensees = {party.id for party in licence.now.licensees}
        forth, back = (
            (giving & licensors, getting & licensees),
            (giving & licensees, getting & licensors),
        )
        if licence.cancelled_on is None and (all(forth) or all(back)):
            found.append(licence.licence_id)
    return found


def _with_release(patent: Patent, event: ReleaseRecorded) -> Patent:
    """Ends what is released where it is one alone; otherwise nobody knows which, and all stay."""
    numbers, on = released(patent, event), event.effective_on
    if len(numbers) != 1:
        return patent
    if event.kind == "licence":
        return _with_each_licence(patent, numbers[0], lambda x: replace(x, cancelled_on=on))
    return _with_each_pledge(
        patent, numbers[0], lambda p: replace(p, ended_on=on, ended_by="released")
    )


def _pledge_reshaped(pledge: Pledge, event: PledgeChanged) -> Pledge:
    now = pledge.now
    shape = PledgeShape(
        event.effective_on,
        now.pledgors if event.pledgors is None else event.pledgors,
        now.pledgees if event.pledgees is None else event.pledgees,
        event.debtor or now.debtor,
        event.claim or now.claim,
    )
    earlier = tuple(s for s in pledge.shapes if s.since != shape.since)
    return replace(pledge, shapes=(*earlier, shape))


def _with_each_pledge(patent: Patent, number: str, change: Callable[[Pledge], Pledge]) -> Patent:
    changed = tuple(change(p) if p.registration_no == number else p for p in patent.pledges)
    return altered(patent, pledges=changed)

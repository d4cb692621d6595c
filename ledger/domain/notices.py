"""Notices: who is to be told what, from which entry it comes, and which entry met it.

An obligation on record gives each party concerned a notice: who owes it, and whom it is owed to.
What time alone brings gives notices too; they are derived for a day from what falls due.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from ledger.domain.dues import Due, DueKind
from ledger.domain.events import (
    Amendment,
    EntryRevoked,
    Event,
    FeeLapseDecided,
    LicenceCancelled,
    LicenceChanged,
    LicenceRecorded,
    ObligationMet,
    OpenLicenceContractRecorded,
    OpenLicenceDeclared,
    OpenLicenceTaken,
    OpenLicenceWithdrawn,
    PatentEvent,
    PledgeChanged,
    PledgeDeregistered,
    PledgeRegistered,
    PledgeReleased,
    PledgeRevoked,
    PreservationReleased,
    PreservationStarted,
    RightRestored,
    SuspensionEnded,
    SuspensionStarted,
    TransferRegistered,
)
from ledger.domain.obligations import Duty, Obligation, obligation_id
from ledger.domain.parties import Party
from ledger.domain.patent import Patent
from ledger.domain.periods import LastDay, WorkingCalendar

Role = Literal["owes", "told"]

OFFICE: Final = "office"
"""Stands for a party where the register knows none."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What one party is told."""

    id: str
    """The obligation's name (`obligation_id`)."""
    party: str
    name: str | None
    """The party's name, as far as the patent's entries tell it."""
    role: Role
    obligation: Obligation
    since: date
    entry: int
    """Version of the entry it comes from."""
    met_by: int | None = None
    """Version of the entry that met it."""
    met_on: date | None = None


def notices(patent: Patent) -> Iterator[Notice]:
    """A notice to each party concerned by an obligation on record."""
    for cause in patent.obliging:
        for obligation in cause.obligations or ():
            met = met_by(patent, cause, obligation)
            for party, role in concerned(obligation):
                yield Notice(
                    obligation_id(cause.filing_id, obligation.number),
                    party,
                    _name(patent, party),
                    role,
                    obligation,
                    _since(cause),
                    cause.originator_version,
                    None if met is None else met.originator_version,
                    None if met is None else met.effective_on,
                )


def concerned(obligation: Obligation) -> list[tuple[str, Role]]:
    """Whom an obligation concerns: who owes it, and who is told."""
    owing: list[tuple[str, Role]] = [(party, "owes") for party in obligation.by]
    told: list[tuple[str, Role]] = [(p, "told") for p in obligation.to if p not in obligation.by]
    return owing + told or [(OFFICE, "owes")]


def _since(cause: PatentEvent) -> date:
    """From when it is owed: a lapse counts from its due date, and obliges from its decision."""
    return cause.decided_on if isinstance(cause, FeeLapseDecided) else cause.effective_on


def _name(patent: Patent, party: str) -> str | None:
    names = {p.id: p.name for p in _parties(patent)}
    return names.get(party)


def _parties(patent: Patent) -> Iterator[Party]:
    """All parties that the patent knows, those of today last."""
    for pledge in patent.pledges:
        for pledged in pledge.shapes:
            debtor = () if pledged.debtor is None else (pledged.debtor,)
            yield from (*debtor, *pledged.pledgors, *pledged.pledgees)
    for licence in patent.licences:
        for licensed in licence.shapes:
            yield from (*licensed.licensors, *licensed.licensees)
    for suspension in patent.suspensions:
        if suspension.requested_by is not None:
            yield suspension.requested_by
    for held in patent.patentees:
        yield from held.parties


# --- what meets an obligation ---------------------------------------------------------------------


def met_by(patent: Patent, cause: PatentEvent, obligation: Obligation) -> Event | None:
    """The first entry after its cause that met an obligation, or left nothing of it."""
    later = (
        each for each in _entries(patent) if each.originator_version > cause.originator_version
    )
    meeting = (each for each in later if _meets(patent, cause, obligation, each))
    return min(meeting, key=lambda each: each.originator_version, default=None)


def _entries(patent: Patent) -> Iterator[Event]:
    """The entries that count, and the amendments by which others do not."""
    yield from patent.facts
    for amended in patent.amended:
        yield from amended.by


def _meets(patent: Patent, cause: PatentEvent, owed: Obligation, entry: Event) -> bool:
    if isinstance(entry, ObligationMet):
        return entry.obligation == obligation_id(cause.filing_id, owed.number)
    match owed.duty:
        case Duty.NOTIFY:
            return _over(cause, entry)
        case Duty.REGISTER_OWNER:
            return isinstance(entry, TransferRegistered)
        case Duty.WITHDRAW_OPEN_LICENCE:
            withdrawn = (
                isinstance(entry, OpenLicenceWithdrawn) and entry.declaration_no == owed.about
            )
            return withdrawn or _undone(patent, entry, owed.about)
        case Duty.CHANGE_LICENSOR | Duty.CANCEL_LICENCE:
            return _licence_settled(owed, cause, entry) or _undone(patent, entry, owed.about)
        case _:
            number = owed.about or cause.envelope.registration_no
            return _pledge_settled(owed, number, entry) or _undone(patent, entry, number)


def _over(cause: PatentEvent, entry: Event) -> bool:
    """Whether what a party was told of is over."""
    match cause, entry:
        case FeeLapseDecided(), RightRestored():
            return True
        case SuspensionStarted(case_no=case), SuspensionEnded():
            return entry.case_no == case
        case PreservationStarted(case_no=case, court=court), PreservationReleased():
            return (entry.case_no, entry.court) == (case, court)
        case _:
            return False


def _licence_settled(owed: Obligation, cause: PatentEvent, entry: Event) -> bool:
    match entry:
        case LicenceCancelled(licence_id=licence):
            return licence == owed.about
        case LicenceChanged(licence_id=licence) if owed.duty is Duty.CHANGE_LICENSOR:
            return licence == owed.about and entry.licensors is not None
        case RightRestored():
            return isinstance(cause, FeeLapseDecided)
        case _:
            return False


def _pledge_settled(owed: Obligation, number: str | None, entry: Event) -> bool:
    if number is None or entry.envelope.registration_no != number:
        return False
    if isinstance(entry, PledgeReleased | PledgeDeregistered | PledgeRevoked):
        return True
    if not isinstance(entry, PledgeChanged) or owed.duty is not Duty.CHANGE_PLEDGE:
        return False
    stated = {p.id for p in (*(entry.pledgors or ()), *(entry.pledgees or ()))}
    return bool(stated & set(owed.by))


def _undone(patent: Patent, entry: Event, number: str | None) -> bool:
    """Whether an entry revokes the one that made the thing of a number."""
    if not isinstance(entry, EntryRevoked) or number is None:
        return False
    facts: Iterable[PatentEvent] = (*patent.facts, *(a.fact for a in patent.amended))
    return any(
        fact.filing_id == entry.envelope.corrects and number in _made(fact)
        for fact in facts
        if not isinstance(fact, Amendment)
    )


def _made(fact: PatentEvent) -> tuple[str | None, ...]:
    """The numbers of what a fact made."""
    match fact:
        case PledgeRegistered():
            return (fact.envelope.registration_no or fact.filing_id,)
        case LicenceRecorded() | OpenLicenceTaken() | OpenLicenceContractRecorded():
            return (fact.licence_id,)
        case OpenLicenceDeclared():
            return (fact.declaration_no,)
        case _:
            return ()


# --- what time alone brings -----------------------------------------------------------------------


def fee_arrears(due: Due, on: date, calendar: WorkingCalendar) -> LastDay | None:
    """The last day to pay, where an annual fee is in arrears at the end of a day (PPM 19(2)).

    Every pledgee of a live pledge is told, and the patentees. A provisional last day is told as
    such.
    """
    if due.kind is not DueKind.FEE:
        return None
    last = due.last_day(calendar)
    return last if on > last.day else None


def ended_by_itself(due: Due, on: date) -> bool:
    """Whether a preservation or suspension has ended because its time was over."""
    if due.kind not in (DueKind.PRESERVATION, DueKind.SUSPENSION) or due.until is None:
        return False
    return due.until <= on and (due.until - due.falls_on).days == 1

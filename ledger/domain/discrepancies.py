"""What does not fit in a patent's history: nothing is refused for it, auditors list it.

Facts of other registers are recorded as their source states them; where one contradicts what
stood on record on its effective day, that is a discrepancy. A title the ledger was never told
contradicts nothing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ledger.domain.events import (
    EntryRevoked,
    LicenceCancelled,
    LicenceChanged,
    LicenceRecorded,
    NameOrAddressChanged,
    OpenLicenceDeclared,
    OpenLicenceWithdrawn,
    PatentEvent,
    PledgeChanged,
    PledgeDeregistered,
    PledgeRegistered,
    PledgeReleased,
    PledgeRevoked,
    RecordedElsewhere,
    ReleaseRecorded,
    TransferRegistered,
)
from ledger.domain.evolving import evolve_in_order
from ledger.domain.folds import released
from ledger.domain.parties import Party
from ledger.domain.patent import Patent, Status


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing that does not fit, and the entry that says it."""

    kind: str
    patent: str
    version: int
    filing_id: str
    detail: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def discrepancies(patent: Patent) -> list[Discrepancy]:
    """Everything that does not fit in a patent's facts, taken in the order in which they take
    effect."""
    found: list[Discrepancy] = []
    standing = Patent(patent.id)
    for fact in patent.facts:
        found += _against(standing, fact)
        again = _stated_before(standing, fact)
        if again is not None:
            version = fact.originator_version
            found.append(Discrepancy("stated-twice", patent.id, version, fact.filing_id, again))
        standing = evolve_in_order(standing, fact)
    return found


def _against(patent: Patent, fact: PatentEvent) -> list[Discrepancy]:  # noqa: C901, PLR0912 - one arm a fact
    """What one fact contradicts of the history before it."""

    def say(kind: str, detail: str) -> Discrepancy:
        return Discrepancy(kind, patent.id, fact.originator_version, fact.filing_id, detail)

    match fact:
        case TransferRegistered():
            gone = _moved_by_corrected(patent, fact)
            out = tuple(party for party in fact.transferors if party.id not in gone)
            found = [say("transferor-not-on-record", name) for name in _absent(patent, out)]
            return found + _dead(patent, fact)
        case NameOrAddressChanged(before=before, after=after):
            unknown = _absent(patent, (after,)) and _absent(patent, (before,))
            return [say("renamed-party-not-on-record", name) for name in unknown]
        case PledgeRegistered():
            found = [say("pledgor-not-on-record", name) for name in _absent(patent, fact.pledgors)]
            standing = patent.standing_pledges(fact.effective_on)
            if standing:
                numbers = ", ".join(p.registration_no for p in standing)
                found.append(say("second-pledge", f"stands beside {numbers}"))
            return found + _dead(patent, fact)
        case PledgeChanged() | PledgeReleased() | PledgeDeregistered() | PledgeRevoked():
            number = fact.envelope.registration_no or fact.filing_id
            if patent.pledge(number) is None:
                return [say("unknown-pledge", f"{fact.TOPIC} names {number}")]
            return []
        case EntryRevoked():
            return [say("second-pledge", detail) for detail in _again(patent, fact)]
        case LicenceRecorded():
            return [say("licensor-not-on-record", name) for name in _absent_licensors(patent, fact)]
        case LicenceChanged(licence_id=number) | LicenceCancelled(licence_id=number):
            known = patent.licence(number) is not None
            return [] if known else [say("unknown-licence", f"{fact.TOPIC} names {number}")]
        case OpenLicenceWithdrawn(declaration_no=number):
            known = any(d.declaration_no == number for d in patent.declarations)
            return [] if known else [say("unknown-declaration", f"{fact.TOPIC} names {number}")]
        case ReleaseRecorded():
            return [say(*problem) for problem in _unclear(patent, fact)]
        case RecordedElsewhere(kind="correction"):
            return [
                say("correction-beside-corrected", f"what {reference} says still counts")
                for reference in dict.fromkeys(_reference(f) for f in _cited(patent, fact))
            ]
        case _:
            return []


def _stated_before(patent: Patent, fact: PatentEvent) -> str | None:
    """The number of a pledge, licence or declaration under which one is recorded already."""
    match fact:
        case PledgeRegistered():
            number = fact.envelope.registration_no or fact.filing_id
            return None if patent.pledge(number) is None else number
        case LicenceRecorded(licence_id=number):
            return None if patent.licence(number) is None else number
        case OpenLicenceDeclared(declaration_no=number):
            known = any(d.declaration_no == number for d in patent.declarations)
            return number if known else None
        case _:
            return None


def _absent(patent: Patent, parties: tuple[Party, ...]) -> list[str]:
    """Names of those who act as patentees and are not on record; nobody where no title is known."""
    if not patent.patentees:
        return []
    held = {party.id for party in patent.patentees[-1].parties}
    return [party.name for party in parties if party.id not in held]


def _unclear(patent: Patent, release: ReleaseRecorded) -> list[tuple[str, str]]:
    """Why a release that names no registration ends nothing."""
    found = released(patent, release)
    if len(found) == 1:
        return []
    parties = " and ".join(
        ", ".join(party.name for party in side)
        for side in (release.from_parties, release.to_parties)
    )
    if found:
        return [(f"unclear-{release.kind}", f"{len(found)} stand between {parties}")]
    return [(f"unknown-{release.kind}", f"none stands between {parties} that could be released")]


def _again(patent: Patent, revocation: EntryRevoked) -> list[str]:
    """The pledges that stand again by a revocation, where others stand."""
    on = revocation.effective_on
    stood = [p.registration_no for p in patent.standing_pledges(on)]
    stand = evolve_in_order(patent, revocation).standing_pledges(on)
    again = [p.registration_no for p in stand if p.registration_no not in stood]
    return [f"{no} stands again beside {', '.join(stood)}" for no in again if stood]


def _cited(patent: Patent, correction: RecordedElsewhere) -> list[PatentEvent]:
    """The facts that still count of the records that a correction cites."""
    source = correction.envelope.source
    if source is None:
        return []
    return [
        fact
        for fact in patent.facts
        if (told := fact.envelope.source) is not None
        and told.register_name == source.register_name
        and told.reference in correction.cites
        and told.reference != source.reference
    ]


def _reference(fact: PatentEvent) -> str:
    source = fact.envelope.source
    return "" if source is None else f"{source.register_name} {source.reference}"


def _moved_by_corrected(patent: Patent, fact: TransferRegistered) -> set[str]:
    """Who left the title by the record that this one corrects; that they are gone is no wonder."""
    corrections = [
        each
        for each in patent.elsewhere
        if each.filing_id == fact.filing_id and each.kind == "correction"
    ]
    return {
        party.id
        for correction in corrections
        for corrected in _cited(patent, correction)
        if isinstance(corrected, TransferRegistered)
        for party in corrected.transferors
    }


def _absent_licensors(patent: Patent, fact: LicenceRecorded) -> list[str]:
    head = None if fact.head_licence_id is None else patent.licence(fact.head_licence_id)
    return [] if head is not None else _absent(patent, fact.licensors)


def _dead(patent: Patent, fact: PatentEvent) -> list[Discrepancy]:
    status = patent.status(fact.effective_on)
    if status in (Status.UNKNOWN, Status.IN_FORCE, Status.NOT_GRANTED):
        return []
    return [
        Discrepancy(
            "dealing-on-dead-right",
            patent.id,
            fact.originator_version,
            fact.filing_id,
            f"{fact.TOPIC} on a right that is {status.value}",
        )
    ]

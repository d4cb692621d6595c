"""Folding: a patent after one more recorded fact. Total, and never refuses: history is never on
trial.

Facts take their place by effective date, whatever the order of arrival; one that replaces others
takes them out of the fold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import assert_never

from ledger.domain import folds, ownership
from ledger.domain.amending import amend, names
from ledger.domain.events import (
    Amendment,
    AnnualFeePaid,
    Concealed,
    Door,
    EntryCorrected,
    EntryRevoked,
    FeeLapseDecided,
    FeeReductionRecorded,
    InvalidationDecided,
    InvalidationFinal,
    InvalidationRequested,
    LicenceCancelled,
    LicenceChanged,
    LicenceRecorded,
    NameOrAddressChanged,
    ObligationMet,
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
    SuspensionEnded,
    SuspensionExtended,
    SuspensionStarted,
    TermCompensated,
    TransferRegistered,
)
from ledger.domain.holdings import FeeReduction, Patentees
from ledger.domain.patent import Patent, altered, ended
from ledger.domain.splicing import spliced


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
    if isinstance(event, Amendment):
        facts, amended = amend(patent.facts, patent.amended, event)
    else:
        facts = [*(fact for fact in patent.facts if _stays(fact, corrected)), event]
        amended = tuple(each for each in patent.amended if _stays(each.fact, corrected))
    return altered(
        replay_in_order(patent.id, facts),
        version=event.originator_version,
        amended=amended,
        publicly_known=patent.publicly_known or not event.HIDDEN,
    )


def _stays(fact: PatentEvent, corrected: str | None) -> bool:
    """Whether a fact counts beside another register's correction of a filing."""
    return fact.filing_id != corrected or isinstance(fact, PatentNumbered)


def replay_in_order(patent_id: str, facts: Iterable[PatentEvent]) -> Patent:
    """The patent that facts make in the order in which they take effect, however they came in."""
    folded = Patent(patent_id)
    for fact in sorted(facts, key=_order):
        folded = _applied(folded, fact)
    return folded


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
    if event.obligations is not None:
        patent = altered(patent, obliging=(*patent.obliging, event))
    elif patent.obliging:
        # Another object, for what an obligation has become follows from any later fact.
        patent = altered(patent, obliging=(*patent.obliging,))
    on = event.envelope.effective_on
    match event:
        case PatentEntered():
            held = Patentees(event.granted_on or on, event.patentees, event.filing_id)
            patentees = (held,) if event.patentees else ()
            aliases = tuple(dict.fromkeys((*event.aliases, *patent.aliases)))
            return ended(altered(patent, entered=event, patentees=patentees, aliases=aliases))
        case PatentNumbered():
            return folds.with_numbers(patent, event)
        case AnnualFeePaid():
            return altered(patent, fees=(*patent.fees, event))
        case FeeReductionRecorded():
            reduced = FeeReduction(on, event.percent)
            return altered(patent, reductions=(*patent.reductions, reduced))
        case (
            PledgeRegistered()
            | PledgeChanged()
            | PledgeReleased()
            | PledgeDeregistered()
            | PledgeRevoked()
        ):
            return folds.with_pledge(patent, event)
        case FeeLapseDecided():
            return altered(patent, lapses=(*patent.lapses, event))
        case RightRestored():
            # A lapse that was decided afterwards reaches back behind it, and stands.
            later = tuple(lapse for lapse in patent.lapses if lapse.decided_on > on)
            return altered(patent, lapses=later)
        case PatentAbandoned():
            # Who gives up once more what is given up gives up nothing.
            return altered(patent, abandoned_on=patent.abandoned_on or on)
        case TermCompensated():
            return ended(altered(patent, compensations=(*patent.compensations, event)))
        case InvalidationRequested() | InvalidationDecided() | InvalidationFinal():
            return folds.with_invalidation(patent, event)
        case PreservationStarted() | PreservationContinued() | PreservationReleased():
            return folds.with_preservation(patent, event)
        case SuspensionStarted() | SuspensionExtended() | SuspensionEnded():
            return folds.with_suspension(patent, event)
        case TransferRegistered() | NameOrAddressChanged():
            return ownership.with_patentees(patent, event)
        case LicenceRecorded() | LicenceChanged() | LicenceCancelled():
            return folds.with_licence(patent, event)
        case OpenLicenceTaken() | OpenLicenceContractRecorded():
            return folds.with_open_licence(patent, event)
        case OpenLicenceDeclared() | OpenLicenceWithdrawn():
            return folds.with_declaration(patent, event)
        case RecordedElsewhere():
            return altered(patent, elsewhere=(*patent.elsewhere, event))
        case ReleaseRecorded():
            return folds.with_release(patent, event)
        case EntryRevoked():
            return _undone(patent, event)
        case ObligationMet() | RecordWithdrawn() | EntryCorrected():
            return patent
    assert_never(event)


def _undone(patent: Patent, revocation: EntryRevoked) -> Patent:
    """The patent whose answers from a day on are those without the fact that was revoked.

    The fact is one of those before; where another register has withdrawn it since, nothing is left
    to be undone.
    """
    others = [fact for fact in patent.facts if not names(revocation, fact)]
    without = replay_in_order(patent.id, (fact for fact in others if fact is not revocation))
    return spliced(patent, without, revocation)

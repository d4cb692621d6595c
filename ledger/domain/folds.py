"""How each kind of fact changes a patent, one function a dealing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, assert_never

from ledger.domain.events import (
    Door,
    InvalidationDecided,
    InvalidationFinal,
    InvalidationRequested,
    LicenceCancelled,
    LicenceChanged,
    LicenceRecorded,
    OpenLicenceContractRecorded,
    OpenLicenceDeclared,
    OpenLicenceTaken,
    OpenLicenceWithdrawn,
    PatentNumbered,
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
)
from ledger.domain.holdings import (
    Declaration,
    Invalidation,
    Licence,
    LicenceShape,
    Pledge,
    PledgeShape,
    Preservation,
    Suspension,
)
from ledger.domain.patent import Patent, altered


def with_numbers(patent: Patent, event: PatentNumbered) -> Patent:
    """Stated with the grant first, the others in order, so that no order of arrival shows."""
    stated = () if patent.entered is None else patent.entered.aliases
    others = sorted({*patent.aliases, *event.aliases} - {*stated, patent.id})
    titles = {*patent.titles, *filter(None, (event.invention_title,))}
    return altered(patent, aliases=(*stated, *others), titles=tuple(sorted(titles)))


def with_invalidation(
    patent: Patent, event: InvalidationRequested | InvalidationDecided | InvalidationFinal
) -> Patent:
    known = next((i for i in patent.invalidations if i.case_no == event.case_no), None)
    case = known or Invalidation(event.case_no, event.effective_on)
    match event:
        case InvalidationRequested():
            case = replace(case, requested_on=event.requested_on)
        case InvalidationDecided() if case.final_on is not None:
            # What is final and public, no later word about the decision changes.
            case = replace(case, decided_on=event.decided_on)
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


def with_preservation(
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
    case = (event.case_no, event.court)
    papers = patent.preservations
    last = next((p for p in reversed(papers) if (p.case_no, p.court) == case), None)
    changed = tuple(replace(p, **change) if p is last else p for p in papers)
    return altered(patent, preservations=changed)


def with_suspension(
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
    last = next((s for s in reversed(patent.suspensions) if s.case_no == event.case_no), None)
    changed = tuple(replace(s, **change) if s is last else s for s in patent.suspensions)
    return altered(patent, suspensions=changed)


def with_licence(
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


def with_open_licence(
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


def with_declaration(patent: Patent, event: OpenLicenceDeclared | OpenLicenceWithdrawn) -> Patent:
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
                filed=event.envelope.door is Door.FILED,
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


def with_pledge(
    patent: Patent,
    event: PledgeRegistered | PledgeChanged | PledgeReleased | PledgeDeregistered | PledgeRevoked,
) -> Patent:
    number = event.envelope.registration_no or event.filing_id
    on = event.effective_on
    match event:
        case PledgeRegistered():
            shape = PledgeShape(
                on,
                event.pledgors,
                event.pledgees,
                event.debtor,
                event.claim,
                event.trademarks or (),
            )
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


def with_release(patent: Patent, event: ReleaseRecorded) -> Patent:
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
        event.trademarks or now.trademarks,
    )
    earlier = tuple(s for s in pledge.shapes if s.since != shape.since)
    return replace(pledge, shapes=(*earlier, shape))


def _with_each_pledge(patent: Patent, number: str, change: Callable[[Pledge], Pledge]) -> Patent:
    changed = tuple(change(p) if p.registration_no == number else p for p in patent.pledges)
    return altered(patent, pledges=changed)

"""Filings as their entries tell them, and the rules by which they can be judged again.

What an entry does not keep is told such that no rule refuses for it: the rules asked look at the
register, at the parties, at the days, and at the kinds of papers, which the envelope keeps.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from ledger.domain.events import (
    FeeLapseDecided,
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
    PatentEvent,
    PledgeChanged,
    PledgeDeregistered,
    PledgeRegistered,
    PledgeReleased,
    PledgeRevoked,
    PreservationContinued,
    PreservationReleased,
    PreservationStarted,
    SuspensionEnded,
    SuspensionExtended,
    SuspensionStarted,
    TermCompensated,
    TransferRegistered,
)
from ledger.domain.filing import Command
from ledger.domain.licences import CancelLicence, ChangeLicence, RecordLicence
from ledger.domain.lifecycle import (
    Abandon,
    CompensateTerm,
    ContinuePreservation,
    EndPreservation,
    EndSuspension,
    ExtendSuspension,
    LapseForFee,
    StartInvalidation,
    StartPreservation,
    StartSuspension,
)
from ledger.domain.open_licences import (
    DeclareOpenLicence,
    RecordOpenLicenceContract,
    TakeOpenLicence,
    WithdrawOpenLicence,
)
from ledger.domain.parties import Party, PartyDetails
from ledger.domain.pledges import (
    ChangePledge,
    Claim,
    DeregisterPledge,
    RegisterPledge,
    RevokePledge,
)
from ledger.domain.transfers import ChangeNameAddress, RegisterTransfer

_DAY = timedelta(days=1)

Details = Callable[[tuple[Party, ...]], tuple[PartyDetails, ...]]
"""Gives parties as a filing states them."""
Make = Callable[[Any, Details], Command | None]
"""The filing that an entry tells; None where it came of another act, or tells too little."""


def _filed(command: type[Command], entry: PatentEvent, **members: Any) -> Command:
    """A filing over the one patent, as far as its entry tells it."""
    envelope = entry.envelope
    if "effective_on" in command.model_fields:
        members["effective_on"] = envelope.effective_on
    return command.model_construct(
        patents=(entry.originator_id,),
        documents=envelope.documents,
        declarations=envelope.declarations,
        received_on=envelope.received_on,
        **members,
    )


def _last(ends_on: date | None) -> date | None:
    """The last day of a period of which the entry tells the first day after it."""
    return None if ends_on is None else ends_on - _DAY


def _optional(parties: tuple[Party, ...] | None, details: Details) -> Any:
    return None if parties is None else details(parties)


# --- pledges --------------------------------------------------------------------------------------


def _pledge(entry: PledgeRegistered, details: Details) -> Command:
    claim = entry.claim
    return _filed(
        RegisterPledge,
        entry,
        pledgors=details(entry.pledgors),
        pledgees=details(entry.pledgees),
        claim=Claim.model_construct(**({} if claim is None else dict(claim))),
    )


def _changed_pledge(entry: PledgeChanged, details: Details) -> Command | None:
    if entry.changed_on is None and entry.claim is None and entry.debtor is None:
        return None  # As it follows a transfer, too.
    return _filed(
        ChangePledge,
        entry,
        registration_no=entry.envelope.registration_no,
        pledgors=_optional(entry.pledgors, details),
        pledgees=_optional(entry.pledgees, details),
        claim=entry.claim,
        debtor=None if entry.debtor is None else details((entry.debtor,))[0],
    )


def _deregistration(entry: PledgeDeregistered | PledgeReleased, _: Details) -> Command | None:
    ground = entry.ground if isinstance(entry, PledgeDeregistered) else None
    if ground == "waived" and entry.envelope.consents:
        return None  # As it follows a transfer whose pledgee so agreed.
    number = entry.envelope.registration_no
    return _filed(DeregisterPledge, entry, registration_no=number, ground=ground)


def _revocation(entry: PledgeRevoked, _: Details) -> Command | None:
    if entry.ground is None:
        return None
    number = entry.envelope.registration_no
    return _filed(RevokePledge, entry, registration_no=number, ground=entry.ground)


# --- ownership ------------------------------------------------------------------------------------


def _transfer(entry: TransferRegistered, details: Details) -> Command:
    after = entry.patentees_after or entry.transferees
    new = {party.id for party in entry.transferees}
    staying = tuple(party for party in after if party.id not in new)
    return _filed(
        RegisterTransfer,
        entry,
        cause=entry.cause,
        patentees_before=details((*entry.transferors, *staying)),
        patentees_after=details(after),
    )


def _renaming(entry: NameOrAddressChanged, details: Details) -> Command:
    before, after = details((entry.before, entry.after))
    return _filed(ChangeNameAddress, entry, before=before, after=after, item=entry.item)


# --- licences -------------------------------------------------------------------------------------


def _licence(entry: LicenceRecorded, details: Details) -> Command:
    return _filed(
        RecordLicence,
        entry,
        kind=entry.kind,
        licensors=details(entry.licensors),
        licensees=details(entry.licensees),
        head_licence_id=entry.head_licence_id,
        last_day=_last(entry.ends_on),
    )


def _changed_licence(entry: LicenceChanged, details: Details) -> Command:
    return _filed(
        ChangeLicence,
        entry,
        licence_id=entry.licence_id,
        kind=entry.kind,
        licensors=_optional(entry.licensors, details),
        licensees=_optional(entry.licensees, details),
        starts_on=entry.starts_on,
        last_day=_last(entry.ends_on),
        territory=entry.territory,
        field_of_use=entry.field_of_use,
        royalty=entry.royalty,
    )


def _cancellation(entry: LicenceCancelled, _: Details) -> Command | None:
    if entry.ended_on is None:
        return None
    return _filed(CancelLicence, entry, licence_id=entry.licence_id, ended_on=entry.ended_on)


# --- open licences --------------------------------------------------------------------------------


def _declaration(entry: OpenLicenceDeclared, details: Details) -> Command:
    return _filed(DeclareOpenLicence, entry, patentees=details(entry.patentees))


def _withdrawal(entry: OpenLicenceWithdrawn, _: Details) -> Command:
    """Its reason is not in the entry: any that needs no words."""
    number = entry.declaration_no
    return _filed(WithdrawOpenLicence, entry, declaration_no=number, reason="not_exploitable")


def _taking(entry: OpenLicenceTaken, details: Details) -> Command:
    return _filed(
        TakeOpenLicence,
        entry,
        declaration_no=entry.declaration_no,
        licensee=details((entry.licensee,))[0],
        notice_on=entry.notice_on,
        paid_on=entry.paid_on,
        nothing_due_yet=entry.paid_on is None,
        fee=entry.royalty,
    )


def _contract(entry: OpenLicenceContractRecorded, _: Details) -> Command:
    return _filed(RecordOpenLicenceContract, entry, licence_id=entry.licence_id)


# --- the life of the right, and freezes -----------------------------------------------------------


def _abandonment(entry: PatentAbandoned, _: Details) -> Command | None:
    return _filed(Abandon, entry) if entry.reason == "voluntary" else None


def _lapse(entry: FeeLapseDecided, _: Details) -> Command:
    return _filed(LapseForFee, entry, fee_year=entry.fee_year, decided_on=entry.decided_on)


def _invalidation(entry: InvalidationRequested, _: Details) -> Command:
    return _filed(StartInvalidation, entry, case_no=entry.case_no)


def _compensation(entry: TermCompensated, _: Details) -> Command:
    return _filed(CompensateTerm, entry, kind=entry.kind, days=entry.days)


def _suspension(entry: SuspensionStarted, details: Details) -> Command | None:
    if entry.requested_by is None:
        return None
    parties = details((entry.requested_by,))
    return _filed(
        StartSuspension,
        entry,
        case_no=entry.case_no,
        requested_by=parties[0],
        dispute_parties=parties,
        particulars_match=True,
    )


def _extension(entry: SuspensionExtended, _: Details) -> Command:
    return _filed(ExtendSuspension, entry, case_no=entry.case_no, months=1)


def _suspension_end(entry: SuspensionEnded, _: Details) -> Command:
    return _filed(EndSuspension, entry, case_no=entry.case_no, reason=entry.reason)


def _preservation(entry: PreservationStarted, _: Details) -> Command:
    return _filed(
        StartPreservation,
        entry,
        case_no=entry.case_no,
        court=entry.court,
        kind=entry.kind,
        months=entry.months,
        last_day=_last(entry.ends_on),
        particulars_match=True,
    )


def _continuation(entry: PreservationContinued, _: Details) -> Command:
    court, last_day = entry.court, _last(entry.ends_on)
    case_no = entry.case_no
    return _filed(ContinuePreservation, entry, case_no=case_no, court=court, last_day=last_day)


def _release(entry: PreservationReleased, _: Details) -> Command:
    return _filed(EndPreservation, entry, case_no=entry.case_no, court=entry.court)


AGAIN: Final[dict[type[PatentEvent], tuple[Make, tuple[str, ...]]]] = {
    PledgeRegistered: (
        _pledge,
        (
            "pledge-pledgor-is-owner",
            "pledge-alive",
            "pledge-fee-current",
            "pledge-not-frozen",
            "pledge-no-live-pledge",
            "pledge-debt-within-term",
        ),
    ),
    PledgeChanged: (
        _changed_pledge,
        ("frozen-blocks", "pledge-change-needs-both", "pledge-debt-within-term"),
    ),
    PledgeReleased: (_deregistration, ("pledge-deregister-ground",)),
    PledgeDeregistered: (_deregistration, ("pledge-deregister-ground",)),
    PledgeRevoked: (_revocation, ("pledge-revoke-uncured",)),
    TransferRegistered: (
        _transfer,
        (
            "transfer-alive",
            "transfer-from-registered-owner",
            "transfer-one-step",
            "transfer-cause-document",
            "transfer-open-licence-withdrawn",
        ),
    ),
    NameOrAddressChanged: (_renaming, ("name-change-same-person", "name-change-not-frozen")),
    LicenceRecorded: (
        _licence,
        (
            "licence-alive",
            "licence-licensor-entitled",
            "licence-fee-current",
            "licence-not-frozen",
            "licence-no-exclusive-when-open",
            "licence-term-within-patent",
        ),
    ),
    LicenceChanged: (
        _changed_licence,
        (
            "licence-licensor-entitled",
            "licence-not-frozen",
            "licence-no-exclusive-when-open",
            "licence-term-within-patent",
            "licence-extension-2-months",
            "open-take-published-terms",
        ),
    ),
    LicenceCancelled: (_cancellation, ("licence-cancel-30-days",)),
    OpenLicenceDeclared: (
        _declaration,
        (
            "open-granted",
            "open-no-exclusive-or-sole",
            "open-not-frozen",
            "open-fee-current",
            "open-not-wholly-invalid",
            "open-single-live",
        ),
    ),
    OpenLicenceWithdrawn: (_withdrawal, ("open-withdraw-unconditional",)),
    OpenLicenceTaken: (
        _taking,
        ("open-take-notice-and-payment", "open-take-published-terms", "open-take-foreign"),
    ),
    OpenLicenceContractRecorded: (_contract, ("open-record-evidence",)),
    PatentAbandoned: (
        _abandonment,
        ("right-in-force", "abandon-open-licence-first-withdrawn", "abandon-not-frozen"),
    ),
    FeeLapseDecided: (_lapse, ("fee-lapse-after-grace", "fee-lapse-paused-when-frozen")),
    InvalidationRequested: (_invalidation, ("invalidation-needs-grant",)),
    TermCompensated: (_compensation, ("right-in-force",)),
    SuspensionStarted: (_suspension, ("suspension-requester",)),
    SuspensionExtended: (_extension, ("suspension-extension",)),
    SuspensionEnded: (_suspension_end, ("freeze-case-known",)),
    PreservationStarted: (_preservation, ("preservation-documents",)),
    PreservationContinued: (_continuation, ("preservation-continue-before-end",)),
    PreservationReleased: (_release, ("freeze-case-known",)),
}
"""Kinds of entries that are judged again: how their filing is told, and by which rules."""

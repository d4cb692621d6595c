"""Which model the body of each operation is taken in as."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from api.contests import Contest
from api.patents import Enquiry
from ledger.domain.consents import EnterPartyEvidence, RecordConsent, WithdrawConsent
from ledger.domain.contests import ContestPrepared, DecideContest
from ledger.domain.fulfilments import RecordFulfilment
from ledger.domain.joint import ConfirmFiling, RefuseFiling, WithdrawFiling
from ledger.domain.licences import CancelLicence, ChangeLicence, RecordLicence
from ledger.domain.lifecycle import GrantPatent
from ledger.domain.open_licences import (
    DeclareOpenLicence,
    RecordOpenLicenceContract,
    TakeOpenLicence,
    WithdrawOpenLicence,
)
from ledger.domain.pledges import ChangePledge, DeregisterPledge, RegisterPledge, RevokePledge
from ledger.domain.powers import GivePowerOfAttorney, RevokePowerOfAttorney
from ledger.domain.revocations import (
    RevokeLicenceRecordal,
    RevokeOpenLicence,
    TerminateOpenLicence,
)
from ledger.domain.transfers import ChangeNameAddress, RegisterTransfer

BODIES: Final[dict[type[BaseModel], tuple[str, ...]]] = {
    GrantPatent: ("patents",),
    Enquiry: (),
    RegisterTransfer: (),
    ChangeNameAddress: (),
    RecordConsent: (),
    RecordLicence: (),
    ChangeLicence: ("licence_id",),
    CancelLicence: ("licence_id",),
    DeclareOpenLicence: (),
    WithdrawOpenLicence: ("declaration_no",),
    TakeOpenLicence: ("declaration_no",),
    RecordOpenLicenceContract: ("licence_id",),
    RegisterPledge: (),
    ChangePledge: ("registration_no",),
    DeregisterPledge: ("registration_no",),
    RevokePledge: ("registration_no",),
    RevokeLicenceRecordal: ("licence_id",),
    TerminateOpenLicence: ("declaration_no",),
    RevokeOpenLicence: ("declaration_no",),
    RecordFulfilment: ("obligation",),
    EnterPartyEvidence: ("credit_code", "patents"),
    WithdrawConsent: ("consent", "patents"),
    GivePowerOfAttorney: ("principal", "patents"),
    RevokePowerOfAttorney: ("principal", "power", "patents"),
    ConfirmFiling: ("filing", "patents"),
    WithdrawFiling: ("filing", "patents"),
    RefuseFiling: ("filing", "patents"),
    ContestPrepared: ("filing", "patents"),
    DecideContest: ("filing", "patents"),
    Contest: (),
}
"""Model of a body → its members that the path or the rest of the body states."""

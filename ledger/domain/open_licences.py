"""Open licences: declaration, withdrawal, the taking of a licence, recordal of the taken contract.

Taking and recording are two acts: the licence arises by written notice and payment (Patent Law art.
51); only a recorded contract is counted and starts the fee cut (Guidelines V-11 §7, §8).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, assert_never

from pydantic import Field

from ledger.domain.consents import uses_of
from ledger.domain.events import (
    LedgerEvent,
    OpenLicenceContractRecorded,
    OpenLicenceDeclared,
    OpenLicenceTaken,
    OpenLicenceWithdrawn,
)
from ledger.domain.filing import Command, Context, Parties
from ledger.domain.holdings import Declaration, Licence
from ledger.domain.licences import RECORDAL, Addressed, LicenceId, day_after
from ledger.domain.parties import Party, PartyDetails
from ledger.domain.patent import Patent
from ledger.domain.periods import CivilDate
from ledger.domain.royalties import (
    AnyRoyalty,
    EntryFeePlusRunning,
    Equity,
    Free,
    Instalments,
    LumpSum,
    Royalty,
    Running,
)
from ledger.domain.texts import LongText, Text

DECLARATION = "K"
"""Letter of a declaration number; the office publishes no form for it (law.md 6.6)."""

DeclarationNo = Annotated[Text, Field(max_length=80, examples=["K2024990000123"])]


class DeclareOpenLicence(Command):
    """The patentee declares that it is willing to license anybody on published terms."""

    NAME: ClassVar[str] = "DeclareOpenLicence"

    patentees: Parties | tuple[()] = ()
    fee: Royalty | None = None
    fee_explanation: LongText | None = None
    """Basis and method by which the fee was found."""
    starts_on: CivilDate | None = None
    """First day of the licence period; the day of announcement where it is not stated."""
    last_day: CivilDate | None = None
    """Last day of the licence period."""
    contact: LongText | None = None
    undertaking: bool = False
    """The patentee's promise that the declaration meets its conditions."""
    territory: Text = "China"
    addressed_to_anyone: bool = True
    exclusions: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    """Persons or uses the offer leaves out; none may be."""
    evaluation_negative: bool = False
    """Whether the evaluation report finds that the patent does not meet the conditions of grant."""
    agreed_price: bool = False
    """Whether a state university or institute fixed the price by agreement (PSTA 18)."""
    co_owners_agreed_otherwise: bool = False
    """Whether all co-owners agreed in writing that one may declare for all."""
    cap_reason: LongText | None = None
    """Why the fee stands above the ceiling, with a declaration of kind cap-override."""

    def parties(self) -> tuple[PartyDetails, ...]:
        return self.patentees


WithdrawalReason = Literal[
    "exclusive_or_sole_licence",
    "proceedings_suspended",
    "fee_unpaid",
    "pledged_without_consent",
    "patent_terminated",
    "wholly_invalid",
    "no_evaluation_report",
    "negative_evaluation_report",
    "not_exploitable",
    "legitimate",
]
"""The cases of Implementing Rules art. 86 and Guidelines V-11 §3.1, in their order, or another."""


class WithdrawOpenLicence(Command):
    """The patentee withdraws its declaration; licences already taken go on."""

    NAME: ClassVar[str] = "WithdrawOpenLicence"

    patents: Addressed = ()
    declaration_no: DeclarationNo
    reason: WithdrawalReason | None = None
    reason_text: LongText | None = None
    """The reason in words; a legitimate reason is only told by it."""
    conditions: LongText | None = None
    co_owners_agreed_otherwise: bool = False


class TakeOpenLicence(Command):
    """A licensee has notified the patentee and paid as announced: the licence arises."""

    NAME: ClassVar[str] = "TakeOpenLicence"

    patents: Addressed = ()
    declaration_no: DeclarationNo
    licensee: PartyDetails
    notice_on: CivilDate | None = None
    """When the written notice reached the patentee."""
    paid_on: CivilDate | None = None
    """When what was due at the start was paid."""
    nothing_due_yet: bool = False
    """Whether the published fee asks for nothing at the start, as a running royalty does."""
    fee: Royalty | None = None
    """The fee the parties go by, where they state it: it must be the published one."""

    def parties(self) -> tuple[PartyDetails, ...]:
        return (self.licensee,)


class RecordOpenLicenceContract(Command):
    """Patentee or licensee has the contract of a taken open licence recorded."""

    NAME: ClassVar[str] = "RecordOpenLicenceContract"

    patents: Addressed = ()
    licence_id: LicenceId
    fee: Royalty | None = None
    """The fee the papers show, where they state it; it must be the published one."""


def declare_open_licence(
    patents: Mapping[str, Patent], command: DeclareOpenLicence, context: Context
) -> list[LedgerEvent]:
    """One event a patent under one declaration number; effective on announcement (V-11 §3.5)."""
    assert command.fee is not None, "open-contents was judged"
    assert command.fee_explanation is not None, "open-fee-explanation was judged"
    assert command.contact is not None, "open-contents was judged"
    ends_on = day_after(command.last_day)
    assert ends_on is not None, "open-contents was judged"
    number = context.draw(DECLARATION)
    envelope = context.envelope(command, context.today, number)
    declared: list[LedgerEvent] = [
        OpenLicenceDeclared(
            originator_id=patent,
            originator_version=patents[patent].version + 1,
            envelope=envelope,
            declaration_no=number,
            patentees=patents[patent].patentees_on(context.today) or (),
            fee=command.fee,
            fee_explanation=command.fee_explanation,
            starts_on=command.starts_on or context.today,
            ends_on=ends_on,
            contact=command.contact,
            personal=context.personal(*command.parties()),
        )
        for patent in command.patents
    ]
    return declared + uses_of(command, context)


def withdraw_open_licence(
    patents: Mapping[str, Patent], command: WithdrawOpenLicence, context: Context
) -> list[LedgerEvent]:
    """One event a patent; effective on announcement, and no licence taken before is touched."""
    envelope = context.envelope(command, context.today, command.declaration_no)
    withdrawn: list[LedgerEvent] = [
        OpenLicenceWithdrawn(
            originator_id=patent,
            originator_version=patents[patent].version + 1,
            envelope=envelope,
            declaration_no=command.declaration_no,
            patentees=patents[patent].patentees_on(context.today) or (),
        )
        for patent in command.patents
    ]
    return withdrawn + uses_of(command, context)


def take_open_licence(
    patents: Mapping[str, Patent], command: TakeOpenLicence, context: Context
) -> list[LedgerEvent]:
    """One hidden event a patent; the licence is named by the filing that took it."""
    assert command.notice_on is not None, "open-take-notice-and-payment was judged"
    arises_on = takes_effect_on(command)
    envelope = context.envelope(command, arises_on, None)
    taken: list[LedgerEvent] = []
    for number in command.patents:
        declaration = declaration_of(patents[number], command.declaration_no)
        assert declaration is not None, "open-take-notice-and-payment was judged"
        taken.append(
            OpenLicenceTaken(
                originator_id=number,
                originator_version=patents[number].version + 1,
                envelope=envelope,
                licence_id=context.filing_id,
                declaration_no=command.declaration_no,
                licensee=context.party(command.licensee),
                licensors=licensors_of(patents[number], declaration, arises_on),
                notice_on=command.notice_on,
                paid_on=command.paid_on,
                starts_on=max(arises_on, declaration.starts_on),
                ends_on=declaration.ends_on,
                royalty=declaration.fee,
                personal=context.personal(command.licensee),
            )
        )
    return taken


def record_open_licence_contract(
    patents: Mapping[str, Patent], command: RecordOpenLicenceContract, context: Context
) -> list[LedgerEvent]:
    """One public event a patent, under one recordal number; the recordal date is today."""
    envelope = context.envelope(command, context.today, context.draw(RECORDAL))
    recorded: list[LedgerEvent] = []
    for number in command.patents:
        licence = taken_licence(patents[number], command.licence_id)
        assert licence is not None, "open-record-evidence was judged"
        assert licence.declaration_no is not None, "it was taken under a declaration"
        recorded.append(
            OpenLicenceContractRecorded(
                originator_id=number,
                originator_version=patents[number].version + 1,
                envelope=envelope,
                licence_id=licence.licence_id,
                declaration_no=licence.declaration_no,
                kind="ordinary",
                licensors=licence.now.licensors,
                licensees=licence.now.licensees,
                starts_on=licence.now.starts_on,
                ends_on=licence.now.ends_on,
                royalty=licence.now.royalty,
            )
        )
    return recorded


def takes_effect_on(command: TakeOpenLicence) -> date:
    """The later of the written notice and the first payment due (Patent Law 51; V-11 §6)."""
    assert command.notice_on is not None, "the notice is dated"
    return max(command.notice_on, command.paid_on or command.notice_on)


def due_at_start(fee: AnyRoyalty, notice_on: date) -> bool:
    """Whether the published fee asks for a payment before the licence can arise (law.md 2.8)."""
    match fee:
        case LumpSum() | EntryFeePlusRunning() | Equity():
            return True
        case Instalments(instalments=parts):
            return any(part.due_on <= notice_on for part in parts)
        case Running() | Free():
            return False
    assert_never(fee)


def declaration_of(patent: Patent, declaration_no: str) -> Declaration | None:
    """The declaration of that number on the patent, live or withdrawn."""
    return next((d for d in patent.declarations if d.declaration_no == declaration_no), None)


def taken_licence(patent: Patent, licence_id: str) -> Licence | None:
    """The licence that a filing took under a declaration, recorded or not."""
    licence = patent.licence(licence_id)
    return licence if licence is not None and licence.declaration_no is not None else None


def licensors_of(patent: Patent, declaration: Declaration, on: date) -> tuple[Party, ...]:
    """Who licenses: the patentees of the day, who may have come in since the declaration."""
    return patent.patentees_on(on) or declaration.patentees


COMMANDS: dict[type[Command], Callable[[Mapping[str, Patent], Any, Context], list[LedgerEvent]]] = {
    DeclareOpenLicence: declare_open_licence,
    WithdrawOpenLicence: withdraw_open_licence,
    TakeOpenLicence: take_open_licence,
    RecordOpenLicenceContract: record_open_licence_contract,
}

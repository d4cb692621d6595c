"""Licences: recordal of a licence contract, its change and its cancellation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field

from ledger.domain.consents import uses_of
from ledger.domain.events import (
    LedgerEvent,
    LicenceCancelled,
    LicenceChanged,
    LicenceKind,
    LicenceRecorded,
)
from ledger.domain.filing import Command, Context, Parties, Patents
from ledger.domain.holdings import Licence
from ledger.domain.parties import PartyDetails, Value
from ledger.domain.patent import Patent
from ledger.domain.periods import CivilDate
from ledger.domain.royalties import Royalty
from ledger.domain.texts import LongText, Text

RECORDAL = "X"
"""Letter of a licence recordal number (law.md 6.6)."""

LicenceId = Annotated[Text, Field(max_length=80, examples=["X2024990000123"])]
"""A recordal number, or the filing that took an open licence."""

Addressed = Annotated[Patents | tuple[()], Field(max_length=1000)]
"""The patents of a filing addressed by a number: left out, they are those the number covers."""


class LicenceContract(Value):
    """The written licence contract, or what it says beside its scope."""

    signed_on: CivilDate | None = None
    """When the contract was concluded."""
    effective_on: CivilDate | None = None
    """When it takes effect between the parties; the day of signature where it is not stated."""
    patents_listed: bool = False
    """Whether it names title, number, filing date and grant announcement date of each patent."""
    co_owners_agreed_otherwise: bool = False
    """Whether all co-owners have agreed that one may license without the others (LRM art. 3)."""
    co_owners_reserved: bool = False
    """Whether they have agreed that even an ordinary licence needs all of them (Patent Law 14)."""


class RecordLicence(Command):
    """Licensor and licensee have the recordal of their licence contract made."""

    NAME: ClassVar[str] = "RecordLicence"

    kind: LicenceKind | None = None
    licensors: Parties
    licensees: Parties
    contract: LicenceContract = LicenceContract()
    starts_on: CivilDate | None = None
    """First day of the licence; the contract's effective date where it is not stated."""
    last_day: CivilDate | None = None
    """Last day of the licence."""
    as_long_as_patent: bool = False
    """Whether the term agreed is the life of each patent; `last_day` is then left out."""
    territory: Text | None = Field(None, examples=["China"])
    field_of_use: Text | None = None
    sublicensing_allowed: bool = False
    head_licence_id: LicenceId | None = None
    """The licence under which a sub-licence is given."""
    royalty: Royalty | None = None

    def parties(self) -> tuple[PartyDetails, ...]:
        return (*self.licensors, *self.licensees)


class ChangeLicence(Command):
    """Change parties, kind, term, scope or royalty of a recorded licence."""

    NAME: ClassVar[str] = "ChangeLicence"

    patents: Addressed = ()
    licence_id: LicenceId
    kind: LicenceKind | None = None
    licensors: Parties | None = None
    licensees: Parties | None = None
    starts_on: CivilDate | None = None
    last_day: CivilDate | None = None
    territory: Text | None = None
    field_of_use: Text | None = None
    royalty: Royalty | None = None

    def parties(self) -> tuple[PartyDetails, ...]:
        return (*(self.licensors or ()), *(self.licensees or ()))

    @property
    def amends(self) -> bool:
        """Whether it touches the contract's terms, not only who the parties are."""
        return self.royalty is not None or self.rescopes

    @property
    def rescopes(self) -> bool:
        """Whether it touches kind, term, territory or field: what others may rely on."""
        stated = (self.kind, self.starts_on, self.last_day, self.territory, self.field_of_use)
        return any(value is not None for value in stated)


class CancelLicence(Command):
    """End the recordal of a licence whose contract has ended."""

    NAME: ClassVar[str] = "CancelLicence"

    patents: Addressed = ()
    licence_id: LicenceId
    ended_on: CivilDate
    """Last day of the licence, or the day of the agreement that ended it."""
    reason: LongText


def record_licence(
    patents: Mapping[str, Patent], command: RecordLicence, context: Context
) -> list[LedgerEvent]:
    """One event a patent, under one recordal number, which is the licence's name."""
    assert command.kind is not None, "licence-contents was judged"
    number = context.draw(RECORDAL)
    envelope = context.envelope(command, context.today, number)
    licensors = tuple(context.party(p) for p in command.licensors)
    licensees = tuple(context.party(p) for p in command.licensees)
    personal = context.personal(*command.parties())
    recorded: list[LedgerEvent] = [
        LicenceRecorded(
            originator_id=patent,
            originator_version=patents[patent].version + 1,
            envelope=envelope,
            licence_id=number,
            kind=command.kind,
            licensors=licensors,
            licensees=licensees,
            head_licence_id=command.head_licence_id,
            contract_digest=contract_digest(command),
            contract_on=command.contract.signed_on,
            starts_on=first_day(command),
            ends_on=day_after(command.last_day),
            territory=command.territory,
            field_of_use=command.field_of_use,
            sublicensing_allowed=command.sublicensing_allowed,
            royalty=command.royalty,
            personal=personal,
        )
        for patent in command.patents
    ]
    return recorded + uses_of(command, context)


def change_licence(
    patents: Mapping[str, Patent], command: ChangeLicence, context: Context
) -> list[LedgerEvent]:
    """One event a patent on which the licence is changed."""
    licensors = tuple(context.party(p) for p in command.licensors) if command.licensors else None
    licensees = tuple(context.party(p) for p in command.licensees) if command.licensees else None
    changed: list[LedgerEvent] = []
    for number in command.patents:
        licence = recorded_licence(patents[number], command.licence_id)
        assert licence is not None, "licence-extension-2-months was judged"
        changed.append(
            LicenceChanged(
                originator_id=number,
                originator_version=patents[number].version + 1,
                envelope=context.envelope(command, context.today, licence.registration_no),
                licence_id=licence.licence_id,
                kind=command.kind,
                licensors=licensors,
                licensees=licensees,
                starts_on=command.starts_on,
                ends_on=day_after(command.last_day),
                territory=command.territory,
                field_of_use=command.field_of_use,
                royalty=command.royalty,
                personal=context.personal(*command.parties()),
            )
        )
    return changed + uses_of(command, context)


def cancel_licence(
    patents: Mapping[str, Patent], command: CancelLicence, context: Context
) -> list[LedgerEvent]:
    """One event a patent on which the recordal ends."""
    cancelled: list[LedgerEvent] = []
    for number in command.patents:
        licence = recorded_licence(patents[number], command.licence_id)
        assert licence is not None, "licence-cancel-30-days was judged"
        cancelled.append(
            LicenceCancelled(
                originator_id=number,
                originator_version=patents[number].version + 1,
                envelope=context.envelope(command, context.today, licence.registration_no),
                licence_id=licence.licence_id,
                licensors=licence.now.licensors,
                licensees=licence.now.licensees,
                ended_on=command.ended_on,
                reason=command.reason,
            )
        )
    return cancelled


def recorded_licence(patent: Patent, named: str) -> Licence | None:
    """The licence that a recordal number or a take's filing names, while its recordal stands."""
    return next(
        (
            licence
            for licence in patent.licences
            if named in (licence.licence_id, licence.registration_no)
            and licence.recorded_on is not None
            and licence.cancelled_on is None
        ),
        None,
    )


def contract_digest(command: Command) -> str | None:
    """Digest of the licence contract among the papers."""
    return next((d.digest for d in command.documents if d.kind == "licence-contract"), None)


def first_day(command: RecordLicence) -> date | None:
    """First day of a licence as its filing states it."""
    return command.starts_on or takes_effect_on(command.contract)


def takes_effect_on(contract: LicenceContract) -> date | None:
    """When the contract binds its parties (Civil Code 502)."""
    return contract.effective_on or contract.signed_on


def day_after(last_day: date | None) -> date | None:
    """A last day as people state it, stored as the first day after."""
    return None if last_day is None else last_day + timedelta(days=1)


COMMANDS: dict[type[Command], Callable[[Mapping[str, Patent], Any, Context], list[LedgerEvent]]] = {
    RecordLicence: record_licence,
    ChangeLicence: change_licence,
    CancelLicence: cancel_licence,
}

"""Pledges: registration, change, release of some patents, deregistration, revocation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.domain.consents import uses_of
from ledger.domain.events import (
    LedgerEvent,
    PledgeChanged,
    PledgeDeregistered,
    PledgeRegistered,
    PledgeReleased,
    PledgeRevoked,
    SecuredClaim,
    TrademarkPart,
)
from ledger.domain.filing import Command, Context, Parties, PartyRef, Patents
from ledger.domain.money import Money
from ledger.domain.parties import PartyDetails, Value
from ledger.domain.patent import Patent
from ledger.domain.periods import CivilDate
from ledger.domain.texts import LongText, Text

PLEDGE = "Y"
"""Letter of a pledge registration number (law.md 6.6)."""

RegistrationNo = Annotated[Text, Field(max_length=20, examples=["Y2021990000123"])]


class Claim(Value):
    """The secured claim as the filing states it (Pledge Measures art. 8)."""

    id: Text | None = None
    """Identity of the claim, the same for every registration that secures it."""
    kind: Text | None = Field(None, examples=["loan"])
    amount: Money | None = None
    debt_due_on: CivilDate | None = None
    """Last day of the debtor's performance term."""
    scope: LongText | None = Field(None, examples=["principal, interest, costs of realisation"])
    maximum: bool = False
    period_from: CivilDate | None = None
    period_until: CivilDate | None = None
    trademarks: Annotated[tuple[TrademarkPart, ...], Field(max_length=1000)] = ()
    """Trademarks that secure the same claim; in a change, none where they stay as they were."""


class PledgeContract(Value):
    """The written pledge contract."""

    signed_on: CivilDate | None = None
    patents_listed: bool = False
    """Whether it names title, number, filing date and grant announcement date of each patent."""
    forfeiture_clause: bool = False
    co_owners_agreed_otherwise: bool = False
    """Whether all co-owners have agreed that one may pledge without the others (Pledge Measures
    art. 4).
    """


class RegisterPledge(Command):
    """Pledgor and pledgee together ask for the registration of a pledge."""

    NAME: ClassVar[str] = "RegisterPledge"

    pledgors: Parties
    pledgees: Parties
    debtor: PartyDetails | None = None
    """The debtor, where a third party pledges for it."""
    claim: Claim
    contract: PledgeContract = PledgeContract()
    appraised: bool = False
    partial: bool = False
    """Asks to enter the patents that pass and leave out the others; the office's policy refuses it.
    """
    shares: Annotated[dict[PartyRef, Text], Field(max_length=100)] = Field(default_factory=dict)
    """Percent of the claim by pledgee, where the contract divides it."""
    pledgee_is_agent: bool = False
    """Whether the registered pledgee holds for creditors off the register (SPC-Sec art. 4)."""

    def parties(self) -> tuple[PartyDetails, ...]:
        debtor = () if self.debtor is None else (self.debtor,)
        return (*self.pledgors, *self.pledgees, *debtor)


class ChangePledge(Command):
    """Change the parties, the claim or its scope of a registration; patents are those it covers."""

    NAME: ClassVar[str] = "ChangePledge"

    patents: Annotated[Patents | tuple[()], Field(max_length=1000)] = ()
    registration_no: RegistrationNo
    pledgors: Parties | None = None
    pledgees: Parties | None = None
    debtor: PartyDetails | None = None
    claim: Claim | None = None
    changed_on: CivilDate | None = None
    """When the debt or scope changed between the parties."""

    def parties(self) -> tuple[PartyDetails, ...]:
        debtor = () if self.debtor is None else (self.debtor,)
        return (*(self.pledgors or ()), *(self.pledgees or ()), *debtor)


Ground = Literal["performed", "realised", "waived", "contract_void", "extinguished"]
"""The five grounds of Pledge Measures art. 14, in its order."""


class DeregisterPledge(Command):
    """End a registration; with `patents`, release only those."""

    NAME: ClassVar[str] = "DeregisterPledge"

    patents: Annotated[Patents | tuple[()], Field(max_length=1000)] = ()
    registration_no: RegistrationNo
    ground: Ground
    reason: LongText | None = None


class RevokePledge(Command):
    """The office revokes a registration that should not have been made (art. 12)."""

    NAME: ClassVar[str] = "RevokePledge"

    patents: Annotated[Patents | tuple[()], Field(max_length=1000)] = ()
    registration_no: RegistrationNo
    ground: Text
    """The ground of Pledge Measures art. 11 that existed and exists, by rule id, or another case
    requiring it.
    """
    reason: LongText


def register_pledge(
    patents: Mapping[str, Patent], command: RegisterPledge, context: Context
) -> list[LedgerEvent]:
    """One event a patent, under one registration number."""
    number = context.draw(PLEDGE)
    envelope = context.envelope(command, context.today, number)
    pledgors = tuple(context.party(p) for p in command.pledgors)
    pledgees = tuple(context.party(p) for p in command.pledgees)
    debtor = context.party(command.debtor) if command.debtor else None
    claim = secured_claim(command.claim, number)
    personal = context.personal(*command.parties())
    contract = next((d.digest for d in command.documents if d.kind == "pledge-contract"), None)
    registered: list[LedgerEvent] = [
        PledgeRegistered(
            originator_id=patent,
            originator_version=patents[patent].version + 1,
            envelope=envelope,
            pledgors=pledgors,
            pledgees=pledgees,
            debtor=debtor,
            claim=claim,
            contract_digest=contract,
            contract_on=command.contract.signed_on,
            shares=context.shares(command.shares),
            pledgee_is_agent=command.pledgee_is_agent,
            trademarks=command.claim.trademarks or None,
            personal=personal,
        )
        for patent in command.patents
    ]
    return registered + uses_of(command, context)


def secured_claim(stated: Claim, default_id: str) -> SecuredClaim:
    """The claim as recorded; the rules have found it complete."""
    assert stated.kind is not None, "pledge-contract-contents was judged"
    assert stated.amount is not None, "pledge-contract-contents was judged"
    assert stated.debt_due_on is not None, "pledge-contract-contents was judged"
    assert stated.scope is not None, "pledge-contract-contents was judged"
    return SecuredClaim(
        id=stated.id or default_id,
        kind=stated.kind,
        amount=stated.amount,
        debt_due_on=stated.debt_due_on,
        scope=stated.scope,
        maximum=stated.maximum,
        period_from=stated.period_from,
        period_until=stated.period_until,
    )


def change_pledge(
    patents: Mapping[str, Patent], command: ChangePledge, context: Context
) -> list[LedgerEvent]:
    """One event a patent on which the registration stands."""
    envelope = context.envelope(command, context.today, command.registration_no)
    pledgors = tuple(context.party(p) for p in command.pledgors) if command.pledgors else None
    pledgees = tuple(context.party(p) for p in command.pledgees) if command.pledgees else None
    changed: list[LedgerEvent] = [
        PledgeChanged(
            originator_id=patent,
            originator_version=patents[patent].version + 1,
            envelope=envelope,
            pledgors=pledgors,
            pledgees=pledgees,
            debtor=context.party(command.debtor) if command.debtor else None,
            claim=_changed_claim(patents[patent], command),
            changed_on=command.changed_on,
            trademarks=(command.claim.trademarks or None) if command.claim else None,
            personal=context.personal(*command.parties()),
        )
        for patent in command.patents
    ]
    return changed + uses_of(command, context)


def _changed_claim(patent: Patent, command: ChangePledge) -> SecuredClaim | None:
    """The claim after a change; where no other is named it is the same claim as before."""
    if command.claim is None:
        return None
    pledge = patent.pledge(command.registration_no)
    assert pledge is not None, "pledge-change-needs-both was judged"
    known = pledge.now.claim
    return secured_claim(command.claim, command.registration_no if known is None else known.id)


def deregister_pledge(
    patents: Mapping[str, Patent], command: DeregisterPledge, context: Context
) -> list[LedgerEvent]:
    """The end of the registration, or the release of some patents where others stay pledged."""
    stay = standing_beside(command.registration_no, command.patents, context)
    envelope = context.envelope(command, context.today, command.registration_no)
    events: list[LedgerEvent] = []
    for patent in command.patents:
        version = patents[patent].version + 1
        if stay:
            events.append(
                PledgeReleased(
                    originator_id=patent,
                    originator_version=version,
                    envelope=envelope,
                    reason=command.ground,
                )
            )
        else:
            events.append(
                PledgeDeregistered(
                    originator_id=patent,
                    originator_version=version,
                    envelope=envelope,
                    ground=command.ground,
                )
            )
    return events


def standing_beside(registration_no: str, leaving: tuple[str, ...], context: Context) -> list[str]:
    """The patents on which a registration goes on when some leave it."""
    known = context.registrations.get(registration_no)
    others = [number for number in known.patents if number not in leaving] if known else []
    standing = {
        number
        for number in others
        for pledge in context.patents[number].standing_pledges(context.today)
        if pledge.registration_no == registration_no
    }
    return [number for number in others if number in standing]


def revoke_pledge(
    patents: Mapping[str, Patent], command: RevokePledge, context: Context
) -> list[LedgerEvent]:
    """The registration is void from the beginning on every patent it stands on."""
    envelope = context.envelope(command, context.today, command.registration_no)
    return [
        PledgeRevoked(
            originator_id=patent,
            originator_version=patents[patent].version + 1,
            envelope=envelope,
            ground=command.ground,
        )
        for patent in command.patents
    ]


COMMANDS: dict[type[Command], Callable[..., list[LedgerEvent]]] = {
    RegisterPledge: register_pledge,
    ChangePledge: change_pledge,
    DeregisterPledge: deregister_pledge,
    RevokePledge: revoke_pledge,
}

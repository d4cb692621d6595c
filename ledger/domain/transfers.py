"""Transfers of patents, and changes of a patentee's name or address.

A transfer states the whole list of patentees before and after: who is missing after is a
transferor, who is new a transferee, who is in both remains. On a pledged patent the pledgees'
consents decide, in the same filing, whether their pledge continues with the new patentees as
pledgors or releases the patent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.domain.consents import dispositions, uses_of
from ledger.domain.events import (
    LedgerEvent,
    NameOrAddressChanged,
    PledgeChanged,
    PledgeDeregistered,
    PledgeReleased,
    TransferRegistered,
)
from ledger.domain.filing import Command, Context, Parties, PartyRef
from ledger.domain.holdings import Pledge
from ledger.domain.money import Money
from ledger.domain.parties import Party, PartyDetails, Value, party_id
from ledger.domain.patent import Patent
from ledger.domain.periods import CivilDate
from ledger.domain.pledges import standing_beside
from ledger.domain.texts import Text

Cause = Literal[
    "assignment",
    "gift",
    "capital_contribution",
    "settlement",
    "mediation",
    "judgment",
    "arbitration",
    "merger",
    "split",
    "dissolution",
    "change_of_form",
    "inheritance",
    "auction",
]
"""Why the patentees change (Guidelines I-1 §6.7.2.2)."""

ASSIGNMENTS = frozenset({"assignment", "gift", "capital_contribution"})
"""Causes that are an assignment (转让) by the patentees' own will."""

AGREED = ASSIGNMENTS | {"settlement"}
"""Causes to which every patentee must agree."""


class Judgment(Value):
    """The judgment a transfer rests on."""

    court: Text
    case_no: Text
    first_instance: bool = False
    appeal_cleared: bool = False
    """Whether nobody appealed, or the higher court has proved the end of the appeal."""


class CourtPaper(Value):
    """A court's paper that orders or permits the transfer during its preservation."""

    court: Text
    case_no: Text
    """Case of the preservation that the paper opens."""
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Digest of the paper, which is among the documents."""


class RegisterTransfer(Command):
    """Enter a change of patentees, from the whole list before to the whole list after."""

    NAME: ClassVar[str] = "RegisterTransfer"

    cause: Cause
    patentees_before: Parties
    patentees_after: Parties
    intermediate_transferees: Annotated[tuple[PartyDetails, ...], Field(max_length=100)] = ()
    """Owners in between, each of whom needs a registration of its own."""
    contract_on: CivilDate | None = None
    price: Money | None = None
    shares: Annotated[dict[PartyRef, Text], Field(max_length=100)] = Field(default_factory=dict)
    """Shares of the patentees after, by party, as the contract has them."""
    judgment: Judgment | None = None
    dispute_ended_cases: Annotated[tuple[Text, ...], Field(max_length=50)] = ()
    """Cases of suspended disputes that the judgment or mediation named here has ended."""
    court_papers: Annotated[tuple[CourtPaper, ...], Field(max_length=50)] = ()
    fee_paid_on: CivilDate | None = None
    """When the bibliographic fee was paid, 200 yuan for each patent."""

    @cached_property
    def transferees(self) -> tuple[PartyDetails, ...]:
        """Who is new."""
        known = {_identity(p) for p in self.patentees_before}
        return tuple(p for p in self.patentees_after if _identity(p) not in known)

    @cached_property
    def transferors(self) -> tuple[PartyDetails, ...]:
        """Who leaves."""
        staying = {_identity(p) for p in self.patentees_after}
        return tuple(p for p in self.patentees_before if _identity(p) not in staying)

    def parties(self) -> tuple[PartyDetails, ...]:
        return (*self.patentees_before, *self.transferees, *self.intermediate_transferees)


class ChangeNameAddress(Command):
    """Enter a new name or address of a patentee that stays the same person."""

    NAME: ClassVar[str] = "ChangeNameAddress"

    before: PartyDetails
    after: PartyDetails
    item: Literal["name", "address", "both"]

    def parties(self) -> tuple[PartyDetails, ...]:
        return (self.before, self.after)


def _identity(details: PartyDetails) -> str:
    """What identifies a party within one filing, where no pseudonym is needed."""
    return party_id(details, str)


# --- deciding -----------------------------------------------------------------------------------


def register_transfer(
    patents: Mapping[str, Patent], command: RegisterTransfer, context: Context
) -> list[LedgerEvent]:
    """One event a patent, each followed by what becomes of the pledges on it.

    Who remains is entered as the register has it: a new name is a change of its own.
    """
    stated = tuple(context.party(p) for p in command.patentees_after)
    envelope = context.envelope(command, context.today, None)
    personal = context.personal(*command.parties())
    fates = Fates(patents, command, context)
    events: list[LedgerEvent] = []
    for number in command.patents:
        held = {p.id: p for p in patents[number].patentees_on(context.today) or ()}
        after = tuple(held.get(p.id, p) for p in stated)
        moved = TransferRegistered(
            originator_id=number,
            originator_version=patents[number].version + 1,
            envelope=envelope,
            cause=command.cause,
            transferors=tuple(context.party(p) for p in command.transferors),
            transferees=tuple(context.party(p) for p in command.transferees),
            patentees_after=after,
            contract_on=command.contract_on,
            price=command.price,
            shares=context.shares(command.shares),
            personal=personal,
        )
        events += [moved, *fates.events_on(patents[number], after)]
    return events + uses_of(command, context)


class Fates:
    """What a transfer does to the pledges on the patents it moves, by their pledgees' consents."""

    def __init__(
        self, patents: Mapping[str, Patent], command: RegisterTransfer, context: Context
    ) -> None:
        self.command = command
        self.context = context
        self.leaving: dict[str, set[str]] = {}
        for patent in (patents[number] for number in command.patents):
            for pledge in patent.standing_pledges(context.today):
                if self._released(patent, pledge):
                    self.leaving.setdefault(pledge.registration_no, set()).add(patent.id)

    def events_on(self, patent: Patent, after: tuple[Party, ...]) -> list[LedgerEvent]:
        """The events that follow the transfer on one patent."""
        standing = patent.standing_pledges(self.context.today)
        return [
            self._event(patent, pledge, patent.version + 2 + place, after)
            for place, pledge in enumerate(standing)
        ]

    def _event(
        self, patent: Patent, pledge: Pledge, version: int, after: tuple[Party, ...]
    ) -> LedgerEvent:
        number = pledge.registration_no
        envelope = self.context.envelope(self.command, self.context.today, number)
        if not self._released(patent, pledge):
            return PledgeChanged(
                originator_id=patent.id,
                originator_version=version,
                envelope=envelope,
                pledgors=after,
                pledgees=None,
            )
        if standing_beside(number, tuple(self.leaving[number]), self.context):
            return PledgeReleased(
                originator_id=patent.id,
                originator_version=version,
                envelope=envelope,
                reason="waived",
            )
        return PledgeDeregistered(
            originator_id=patent.id,
            originator_version=version,
            envelope=envelope,
            ground="waived",
        )

    def _released(self, patent: Patent, pledge: Pledge) -> bool:
        wanted = dispositions(patent.id, pledge, self.command, self.context).values()
        return "released" in wanted


def change_name_address(
    patents: Mapping[str, Patent], command: ChangeNameAddress, context: Context
) -> list[LedgerEvent]:
    """One event a patent; the identity key stays."""
    envelope = context.envelope(command, context.today, None)
    return [
        NameOrAddressChanged(
            originator_id=number,
            originator_version=patents[number].version + 1,
            envelope=envelope,
            before=context.party(command.before),
            after=context.party(command.after),
            item=command.item,
            personal=context.personal(command.after),
        )
        for number in command.patents
    ]


COMMANDS: dict[type[Command], Callable[..., list[LedgerEvent]]] = {
    RegisterTransfer: register_transfer,
    ChangeNameAddress: change_name_address,
}

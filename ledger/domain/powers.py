"""Powers of attorney: a party lets another file for it, for some kinds of filings and a while.

They stand on the party's own stream. Who has one acts as the party itself would: it files, prepares
and confirms, gives and withdraws consents. It gives no power on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from ledger.domain import fulfilments, licences, lifecycle, open_licences, pledges, transfers
from ledger.domain.consents import RecordConsent, WithdrawConsent
from ledger.domain.contests import ContestRefusal
from ledger.domain.events import ActKind, Document, LedgerEvent, PartyEmpowered, PowerRevoked
from ledger.domain.filing import Command, Context, PartyRef
from ledger.domain.joint import PrepareFiling
from ledger.domain.parties import PartyDetails
from ledger.domain.patent import Patent
from ledger.domain.periods import CivilDate
from ledger.domain.refusals import NoSuchEntry
from ledger.domain.texts import Text

KINDS: Mapping[type[Command], ActKind] = {
    **dict.fromkeys(pledges.COMMANDS, "pledge"),
    **dict.fromkeys(licences.COMMANDS, "licence"),
    **dict.fromkeys(open_licences.COMMANDS, "open_licence"),
    **dict.fromkeys(transfers.COMMANDS, "transfer"),
    **dict.fromkeys((RecordConsent, WithdrawConsent), "consent"),
    lifecycle.Abandon: "right",
    **dict.fromkeys(fulfilments.COMMANDS, "obligation"),
}
"""Acts that can be done for another, and the kind of power that each needs."""


class GivePowerOfAttorney(Command):
    """Empower another party to file for one, for some kinds of filings."""

    NAME: ClassVar[str] = "GivePowerOfAttorney"

    patents: tuple[()] = ()
    principal: PartyRef
    """Who gives the power."""
    agent: PartyDetails
    kinds: Annotated[tuple[ActKind, ...], Field(min_length=1, max_length=7)]
    valid_from: CivilDate
    last_day: CivilDate | None = None
    """Last day on which it counts; it counts until it is revoked where none is stated."""
    documents: Annotated[tuple[Document, ...], Field(min_length=1, max_length=200)]
    """The power of attorney itself."""

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.last_day is not None and self.last_day < self.valid_from:
            raise ValueError("the power ends before it begins")
        return self

    def parties(self) -> tuple[PartyDetails, ...]:
        return (self.agent,)


class RevokePowerOfAttorney(Command):
    """End a power of attorney; who gave it may, who holds it, and the office."""

    NAME: ClassVar[str] = "RevokePowerOfAttorney"

    patents: tuple[()] = ()
    principal: PartyRef
    power: Text
    """The filing that recorded it."""


def stream_of(principal: str, context: Context) -> str:
    """The stream of a party that a filing refers to."""
    (party,) = context.ids((principal,))
    return f"party:{party}"


def give(
    _: Mapping[str, Patent], command: GivePowerOfAttorney, context: Context
) -> list[LedgerEvent]:
    """One hidden event on the stream of who gives it."""
    stream = stream_of(command.principal, context)
    ends = None if command.last_day is None else command.last_day + timedelta(days=1)
    return [
        PartyEmpowered(
            originator_id=stream,
            originator_version=context.streams[stream].version + 1,
            envelope=context.envelope(command, context.today, None),
            agent=context.party(command.agent),
            kinds=tuple(sorted(set(command.kinds))),
            valid_from=command.valid_from,
            valid_until=ends,
            personal=context.personal(*command.parties()),
        )
    ]


def revoke(
    _: Mapping[str, Patent], command: RevokePowerOfAttorney, context: Context
) -> list[LedgerEvent]:
    """One hidden event on the stream of who gave it."""
    stream = stream_of(command.principal, context)
    return [
        PowerRevoked(
            originator_id=stream,
            originator_version=context.streams[stream].version + 1,
            envelope=context.envelope(command, context.today, None),
            power=command.power,
            agent=power_of(command, context).agent,
        )
    ]


def power_of(command: RevokePowerOfAttorney, context: Context) -> PartyEmpowered:
    """The power that is to be revoked; raises NoSuchEntry where none of that name counts."""
    for power, revoked in context.streams[stream_of(command.principal, context)].powers():
        if power.filing_id == command.power and revoked is None:
            return power
    raise NoSuchEntry("power", command.power)


def kind_of(command: Command) -> ActKind | None:
    """The kind of power that an act needs, None where nobody can do it for another."""
    act = command.filing if isinstance(command, PrepareFiling | ContestRefusal) else command
    return KINDS.get(type(act))


COMMANDS: dict[type[Command], Callable[..., list[LedgerEvent]]] = {
    GivePowerOfAttorney: give,
    RevokePowerOfAttorney: revoke,
}

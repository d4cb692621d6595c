"""For whom a filer acts: its own party to the dealing, and parties whose power of attorney is on
record; the office acts for all.

Judged on the state under the lock, so that it also holds for a filing that names a registration
instead of patents and parties.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ledger.domain.consents import RecordConsent, WithdrawConsent
from ledger.domain.contests import ContestRefusal
from ledger.domain.events import ActKind
from ledger.domain.filing import Command, Context
from ledger.domain.fulfilments import RecordFulfilment, name_of, obligations
from ledger.domain.holdings import Licence, Pledge
from ledger.domain.joint import BY_NAME, AboutPrepared, PrepareFiling
from ledger.domain.parties import Party
from ledger.domain.patent import Patent
from ledger.domain.powers import (
    KINDS,
    GivePowerOfAttorney,
    RevokePowerOfAttorney,
    kind_of,
    power_of,
)
from ledger.domain.refusals import Declined, NoSuchEntry

OFFICE: Final = "registrar"
"""The role that files for whoever comes to it."""

FOR_OTHERS: Final = frozenset({OFFICE, "agency"})
"""Roles that are no party to what they file."""


class NotAParty(Declined):
    """The filer's party has no part in the dealing."""

    def __init__(self, party: str | None) -> None:
        super().__init__(
            "the filer names no party of its own"
            if party is None
            else f"{party} is no party to this filing and holds nothing in all of its patents"
        )
        self.party = party


def check(patents: Mapping[str, Patent], command: Command, context: Context) -> None:
    """Raise NotAParty unless the filer acts for its own party to the dealing, or for one that has
    empowered it."""
    match command:
        case AboutPrepared() | WithdrawConsent():
            _check_named(command, context)
        case GivePowerOfAttorney() | RevokePowerOfAttorney():
            _check_power(command, context)
        case _:
            _check_dealing(patents, command, context)


def _check_dealing(patents: Mapping[str, Patent], command: Command, context: Context) -> None:
    kind = kind_of(command)
    if isinstance(command, PrepareFiling | ContestRefusal):
        command = command.filing
    caller = context.caller
    if caller.role == OFFICE:
        return
    if caller.party is None:
        raise NotAParty(None)
    (own,) = context.ids((caller.party,))
    stated = {context.party_id(party) for party in command.parties()}
    if isinstance(command, RecordConsent):
        # Nobody consents for another without its power; a consent that states no giver is the
        # filer's own.
        concerned = all(may_act_for((party,), own, kind, context) for party in stated)
    else:
        concerned = may_act_for(stated, own, kind, context) or all(
            may_act_for(holders(patents[number], command, context), own, kind, context)
            for number in command.patents
        )
    if not concerned:
        raise NotAParty(caller.party)


def may_act_for(parties: Iterable[str], own: str, kind: ActKind | None, context: Context) -> bool:
    """Whether a filer is one of the parties, or one of them has empowered it for that kind of
    filing."""
    found = frozenset(parties)
    return own in found or any(
        context.streams[f"party:{party}"].empowers(own, kind, context.today) for party in found
    )


def _check_named(command: AboutPrepared | WithdrawConsent, context: Context) -> None:
    """Nobody but those concerned learns that a prepared filing or a consent is there; nobody acts
    on it for another without its power."""
    named = command.filing if isinstance(command, AboutPrepared) else command.consent
    stream = context.streams[f"filing:{named}"]
    concerned: set[str] = set()
    kind: ActKind | None = "consent"
    if isinstance(command, WithdrawConsent):
        if stream.consent is not None:
            concerned = {stream.consent.given.by.id}
    elif stream.prepared is not None:
        filing = stream.prepared.filing
        kind = KINDS.get(BY_NAME[filing.command])
        concerned = {party.id for party in filing.asked}
        concerned |= {filing.caller_party} if filing.caller_party else set()
    caller = context.caller
    if concerned and caller.role == OFFICE:
        return
    (own,) = context.ids((caller.party,)) if caller.party else ("",)
    if not own or not may_act_for(concerned, own, kind, context):
        raise NoSuchEntry("consent" if isinstance(command, WithdrawConsent) else "filing", named)
    stated = getattr(command, "by", None)
    if stated is not None and not may_act_for(context.ids((stated,)), own, kind, context):
        raise NotAParty(caller.party)


def _check_power(command: GivePowerOfAttorney | RevokePowerOfAttorney, context: Context) -> None:
    """A power is given by its own party, and ended by it or by who holds it; the office enters
    both. To others it is not there."""
    caller = context.caller
    allowed = context.ids((command.principal,))
    if isinstance(command, RevokePowerOfAttorney):
        allowed |= {power_of(command, context).agent.id}
    if caller.role == OFFICE:
        return
    own = context.ids((caller.party,)) if caller.party else frozenset()
    if own & allowed:
        return
    if isinstance(command, RevokePowerOfAttorney):
        raise NoSuchEntry("power", command.power)
    raise NotAParty(caller.party)


def holders(patent: Patent, command: Command, context: Context) -> set[str]:
    """Who has a part in what the filing is about, on one patent, by the register."""
    if isinstance(command, RecordFulfilment):
        return _concerned(patent, command.obligation)
    return {party.id for party in _holders(patent, command, context)}


def _concerned(patent: Patent, named: str) -> set[str]:
    """Who owes an obligation of the patent, and whom it is owed to."""
    found = (o for cause, o in obligations(patent) if name_of(cause, o) == named)
    return {party for obligation in found for party in (*obligation.by, *obligation.to)}


def _holders(patent: Patent, command: Command, context: Context) -> Iterator[Party]:
    yield from patent.patentees_on(context.today) or ()
    for pledge in _pledges(patent, command, context):
        yield from (*pledge.now.pledgors, *pledge.now.pledgees)
    for licence in _licences(patent, command, context):
        yield from (*licence.now.licensors, *licence.now.licensees)


def _pledges(patent: Patent, command: Command, context: Context) -> list[Pledge]:
    """The pledge the filing names; all that stand, where it names neither pledge nor licence."""
    number = getattr(command, "registration_no", None)
    if number is not None:
        return [pledge for pledge in patent.pledges if pledge.registration_no == number]
    return [] if _names_a_licence(command) else patent.standing_pledges(context.today)


def _licences(patent: Patent, command: Command, context: Context) -> list[Licence]:
    """The licence the filing names; all in term, where it names neither pledge nor licence."""
    if getattr(command, "registration_no", None) is not None:
        return []
    named = getattr(command, "licence_id", None)
    if named is not None:
        return [x for x in patent.licences if named in (x.licence_id, x.registration_no)]
    return (
        []
        if _names_a_licence(command)
        else [x for x in patent.licences if x.in_term(context.today)]
    )


def _names_a_licence(command: Command) -> bool:
    return hasattr(command, "licence_id") or hasattr(command, "declaration_no")

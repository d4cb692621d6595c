"""For whom a filer acts: its own party to the dealing; the office and agencies act for others.

Judged on the state under the lock, so that it also holds for a filing that names a registration
instead of
patents and parties.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ledger.domain.consents import RecordConsent, WithdrawConsent
from ledger.domain.filing import Command, Context
from ledger.domain.fulfilments import RecordFulfilment, name_of, obligations
from ledger.domain.holdings import Licence, Pledge
from ledger.domain.joint import AboutPrepared, PrepareFiling
from ledger.domain.parties import Party
from ledger.domain.patent import Patent
from ledger.domain.refusals import Declined, NoSuchEntry

FOR_OTHERS: Final = frozenset({"registrar", "agency"})
"""Roles that file for whoever instructs them."""


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
    """Raise NotAParty unless the filer acts for others, or for its own party to the dealing."""
    if isinstance(command, AboutPrepared | WithdrawConsent):
        _check_named(command, context)
        return
    if isinstance(command, PrepareFiling):
        command = command.filing
    caller = context.caller
    if caller.role in FOR_OTHERS:
        return
    if caller.party is None:
        raise NotAParty(None)
    (own,) = context.ids((caller.party,))
    stated = {context.party_id(party) for party in command.parties()}
    if isinstance(command, RecordConsent):
        # Nobody consents for another; a consent that states no giver is the filer's own.
        concerned = stated <= {own}
    else:
        concerned = own in stated or all(
            own in holders(patents[number], command, context) for number in command.patents
        )
    if not concerned:
        raise NotAParty(caller.party)


def _check_named(command: AboutPrepared | WithdrawConsent, context: Context) -> None:
    """Nobody but those concerned learns that a prepared filing or a consent is there; nobody acts
    on it for another."""
    named = command.filing if isinstance(command, AboutPrepared) else command.consent
    stream = context.streams[f"filing:{named}"]
    concerned: set[str | None] = set()
    if isinstance(command, WithdrawConsent):
        if stream.consent is not None:
            concerned = {stream.consent.given.by.id}
    elif stream.prepared is not None:
        filing = stream.prepared.filing
        concerned = {*(party.id for party in filing.asked), filing.caller_party}
    caller = context.caller
    if concerned and caller.role in FOR_OTHERS:
        return
    own = context.ids((caller.party,)) if caller.party else frozenset()
    if not own & concerned:
        raise NoSuchEntry("consent" if isinstance(command, WithdrawConsent) else "filing", named)
    stated = getattr(command, "by", None)
    if stated is not None and not context.ids((stated,)) <= own:
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

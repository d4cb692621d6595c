"""Rules of joint filings: prepared by one, confirmed by the others, refused by the office."""

from __future__ import annotations

from ledger.domain.filing import Context
from ledger.domain.joint import (
    JOINT,
    ConfirmFiling,
    PrepareFiling,
    RefuseFiling,
    WithdrawFiling,
    agreed,
    asked,
    own_party,
)
from ledger.domain.patent import Patent
from ledger.domain.pledges import RegisterPledge
from ledger.domain.prepared import FilingState, Prepared
from ledger.domain.rules.catalogue import Broken, Outcome, rule


@rule(
    "joint-filing-awaits-others",
    PrepareFiling,
    title="Somebody has to confirm",
    article="IR 15(3)",
    cure="File it without preparing it; everybody concerned has signed.",
    once=True,
)
def awaits_others(_: Patent, command: PrepareFiling, context: Context) -> Outcome:
    """Nobody else has to confirm this filing, or acts of its kind are one party's alone."""
    filing = command.filing
    if type(filing) not in JOINT:
        return Broken(fact={"command": filing.NAME})
    concerned = asked((context.patents[number] for number in filing.patents), filing, context)
    signed = agreed(filing, context)
    if all(party.id in signed for party in concerned):
        return Broken("/signed_by", {"asked": [party.name for party in concerned]})
    return None


@rule(
    "joint-filing-open",
    ConfirmFiling,
    WithdrawFiling,
    RefuseFiling,
    title="The prepared filing is open",
    article="IR 15(3); PPM 11(12)",
    cure="Prepare it anew.",
    once=True,
)
def still_open(
    _: Patent, command: ConfirmFiling | WithdrawFiling | RefuseFiling, context: Context
) -> Outcome:
    """The prepared filing is registered, refused for good, contested, withdrawn or expired; the
    office refuses by hand only a pledge."""
    prepared = _prepared(command, context)
    state = prepared.state(context.today)
    given_up = isinstance(command, WithdrawFiling) and state is FilingState.CONTESTED
    if not (prepared.goes_on(context.today) or given_up):
        return Broken("/filing", {"state": state.value})
    named = prepared.filing.command
    if isinstance(command, RefuseFiling) and named != RegisterPledge.NAME:
        return Broken("/filing", {"command": named})
    return None


@rule(
    "joint-filing-asked",
    ConfirmFiling,
    title="Those asked confirm",
    article="IR 15(3)",
    cure="Leave it to those whose confirmation the filing awaits.",
    once=True,
)
def one_of_those_asked(_: Patent, command: ConfirmFiling, context: Context) -> Outcome:
    """Who confirms was not asked, or has confirmed while others have not."""
    prepared = _prepared(command, context)
    by = own_party(command, context)
    if by not in {party.id for party in prepared.filing.asked}:
        return Broken("/by", {"asked": [party.name for party in prepared.filing.asked]})
    again = prepared.state(context.today) is FilingState.REFUSED
    if not again and by not in {party.id for party in prepared.awaiting}:
        return Broken("/by", {"awaiting": [party.name for party in prepared.awaiting]})
    return None


@rule(
    "pledge-other-ground",
    RegisterPledge,
    title="Another ground",
    article="PPM 11(12)",
    cure="Remove the ground that the office names, and file again.",
    once=True,
)
def other_ground(_: Patent, __: RegisterPledge, context: Context) -> Outcome:
    """The office has found another circumstance in which the patent cannot be pledged."""
    return None if context.objection is None else Broken(fact={"reason": context.objection})


def _prepared(command: ConfirmFiling | WithdrawFiling | RefuseFiling, context: Context) -> Prepared:
    prepared = context.streams[f"filing:{command.filing}"].prepared
    assert prepared is not None, "for whom the filing is not there, the act is about nothing"
    return prepared

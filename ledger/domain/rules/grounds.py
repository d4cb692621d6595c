"""Grounds that rules of several dealings share: who agreed, what is overdue, what is frozen."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date

from ledger.domain import terms
from ledger.domain.consents import Act, Capacity, fits, holders
from ledger.domain.filing import Command, Context
from ledger.domain.holdings import Declaration
from ledger.domain.obligations import Duty, Owed
from ledger.domain.parties import Party, PartyDetails
from ledger.domain.patent import Patent, Status
from ledger.domain.periods import LastDay, last_day_to_act
from ledger.domain.rules.catalogue import Broken, Outcome, Unknown


def dead(patent: Patent, context: Context) -> Outcome:
    """The outcome of every rule that wants the right in force."""
    status = patent.status(context.today)
    if status is _IN_FORCE:
        return _decided(patent, context) if patent.invalidations else None
    if status is Status.UNKNOWN:
        return Unknown("filing date, grant date and kind")
    return Broken(fact={"status": status.value})


def _decided(patent: Patent, context: Context) -> Broken | None:
    """The outcome of a decision that is not final, where the office lets it bar dealings."""
    cases = [i.case_no for i in patent.pending_invalidations(context.today) if i.outcome == "whole"]
    bars = cases and context.law.decided_invalidation_bars
    return Broken(fact={"decided_invalid": cases}) if bars else None


_IN_FORCE = Status.IN_FORCE
"""Looked up once: a member of an enumeration takes as long to look up as a rule to judge."""


def overdue_fee(patent: Patent, context: Context, *, in_grace: bool = True) -> Outcome:
    """The outcome of every rule that wants the annual fees paid as prescribed (law.md 5.2);
    `in_grace` says whether a fee still in its grace period counts as overdue."""
    current = patent.fee_current(context.today, context.calendar)
    if current is None:
        return Unknown("up to which year annual fees are paid")
    if current:
        return None
    overdue = fee_overdue(patent, context, context.today)
    if in_grace or overdue is None:
        return overdue
    grace = _grace(patent, context)
    return None if context.today <= grace.day else replace(overdue, limit=grace)


def _grace(patent: Patent, context: Context) -> LastDay:
    """The last day of the grace of the first unpaid fee."""
    entered, through = patent.entered, patent.fees_paid_through(context.today)
    assert entered is not None, "fees are known of a patent that was entered"
    assert entered.filed_on is not None, "an overdue fee has a due date"
    assert through is not None, "an overdue fee follows from the fees paid"
    unmoved = context.law.grace_counts_from_unmoved_due_date
    return terms.grace_end(entered.filed_on, through + 1, context.calendar, from_unmoved=unmoved)


def fee_overdue(patent: Patent, context: Context, on: date) -> Broken | None:
    """The finding that a fee is overdue at the end of a day; on a provisional last day it refuses
    nothing."""
    if patent.fee_current(on, context.calendar) is not False:
        return None
    through = patent.fees_paid_through(on)
    due = patent.next_fee_due_on(on)
    assert through is not None, "an overdue fee follows from the fees paid"
    assert due is not None, "an overdue fee has a due date"
    return Broken(
        fact={"fee_year": through + 1, "due_on": due.isoformat()},
        limit=last_day_to_act(due, calendar=context.calendar),
    )


def fee_surely_overdue(patent: Patent, context: Context, on: date) -> bool:
    """Whether a fee is overdue at the end of a day, by a last day that cannot move any more."""
    overdue = fee_overdue(patent, context, on)
    return overdue is not None and not overdue.provisional


def frozen_fact(patent: Patent, context: Context, on: date | None = None) -> Outcome:
    """The outcome of every rule that wants the patent unfrozen: which cases freeze it."""
    day = on or context.today
    if not patent.frozen(day):
        return None
    return Broken(
        fact={
            "preservations": [p.case_no for p in patent.preserved_by(day)],
            "suspensions": [s.case_no for s in patent.suspended_by(day)],
        }
    )


def addresses_only(held: Iterable[Party], after: Iterable[PartyDetails], context: Context) -> bool:
    """Whether nothing but addresses change, from what the register shows, whatever is stated."""
    registered = {party.id: party for party in held}
    for moved in map(context.party, after):
        before = registered.get(moved.id)
        address = {"address": moved.address, "region": moved.region}
        if before is None or before.model_copy(update=address) != moved:
            return False
    return True


def coowners_missing(
    patent: Patent,
    command: Command,
    context: Context,
    *,
    act: Act,
    besides: Collection[str] = (),
) -> Outcome:
    """The outcome of every rule that wants all co-owners: who neither signed nor consented."""
    patentees = patent.patentees_on(context.today)
    if patentees is None:
        return Unknown("the patentees")
    signers = context.signers(command)
    silent = [p for p in patentees if p.id not in signers and p.id not in besides]
    if silent and command.consents:
        agreed = consenting(patent, command, context, act=act, capacity="co_owner")
        silent = [p for p in silent if p.id not in agreed]
    if not silent:
        return None
    useless = unusable(patent, command, context, act=act)
    return Broken(fact={"co_owners": [p.name for p in silent], **useless})


def pledgees_missing(patent: Patent, command: Command, context: Context, *, act: Act) -> Outcome:
    """The outcome of every rule that wants every pledgee's recorded consent."""
    standing = patent.standing_pledges(context.today)
    if not standing:
        return None
    agreed = consenting(patent, command, context, act=act, capacity="pledgee")
    missing = {
        pledge.registration_no: [p.name for p in pledge.now.pledgees if p.id not in agreed]
        for pledge in standing
    }
    silent = {number: names for number, names in missing.items() if names}
    if not silent:
        return None
    return Broken(fact={"pledgees": silent, **unusable(patent, command, context, act=act)})


def pledgees_to_notify(patent: Patent, context: Context) -> Broken | None:
    """The outcome of every rule that has pledgees notified (Pledge Measures art. 19)."""
    standing = patent.standing_pledges(context.today)
    if not standing:
        return None
    return Broken(
        fact={"notify": [p.name for pledge in standing for p in pledge.now.pledgees]},
        owed=tuple(
            Owed(Duty.NOTIFY, to=ids(pledge.now.pledgees), about=pledge.registration_no)
            for pledge in standing
        ),
    )


def takers(patent: Patent, on: date) -> list[Party]:
    """Who has taken an open licence of the patent that is in term on a day."""
    taken = [x for x in patent.licences if x.declaration_no and x.in_term(on)]
    return [party for licence in taken for party in licence.now.licensees]


def withdrawal_owed(
    patent: Patent, declaration: Declaration, by: tuple[str, ...], on: date
) -> Owed:
    """The duty to withdraw a declaration and to inform those who took a licence under it."""
    to = ids(takers(patent, on))
    return Owed(Duty.WITHDRAW_OPEN_LICENCE, by=by, to=to, about=declaration.declaration_no)


def ids(parties: Iterable[Party]) -> tuple[str, ...]:
    """Who the parties are, each once, in their order."""
    return tuple(dict.fromkeys(party.id for party in parties))


def unusable(
    patent: Patent, command: Command, context: Context, *, act: Act
) -> dict[str, dict[str, str]]:
    """Why consents that a filing names do not count, where there are such: a consent is asked of
    those registered today, so that who has the claim by assignment registers that first."""
    found = {named: _why_not(named, patent, command, context, act) for named in command.consents}
    told = {named: why for named, why in found.items() if why is not None}
    return {"consents": told} if told else {}


def _why_not(
    named: str, patent: Patent, command: Command, context: Context, act: Act
) -> str | None:
    consent = context.consents.get(named)
    if consent is None:
        return "not on record"
    spent = consent.spent(context.today)
    if spent is not None:
        return spent
    if not fits(consent, command, context, act=act, patent=patent.id):
        return "for another act, patent, day or counterparty"
    given = consent.given
    registered = {party.id for party in holders(patent, given.capacity, context)}
    return None if given.by.id in registered else f"its giver is no registered {given.capacity}"


def consenting(
    patent: Patent, command: Command, context: Context, *, act: Act, capacity: Capacity
) -> frozenset[str]:
    """The parties whose recorded consent to this act on this patent the filing names."""
    return frozenset(
        consent.given.by.id
        for consent in (context.consents.get(named) for named in command.consents)
        if consent is not None
        and consent.given.capacity == capacity
        and fits(consent, command, context, act=act, patent=patent.id)
    )


def filed_on(command: Command, context: Context) -> date:
    """The day on which the office received the filing; today where it is not stated."""
    return command.received_on or context.today

"""Rules of pledges (law.md 8.6): Pledge Measures (PPM), Civil Code, Patent Law art. 14."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from ledger.domain.filing import Command, Context, has_document
from ledger.domain.numbers import PatentKind
from ledger.domain.obligations import Duty, Owed
from ledger.domain.parties import PartyKind
from ledger.domain.patent import Patent
from ledger.domain.periods import last_day_to_act, working_days_after
from ledger.domain.pledges import ChangePledge, DeregisterPledge, RegisterPledge
from ledger.domain.refusals import Severity
from ledger.domain.rules.catalogue import Broken, Outcome, Unknown, alias, rule
from ledger.domain.rules.grounds import coowners_missing, dead, frozen_fact, ids, overdue_fee

ANNOUNCEMENT_461 = date(2021, 11, 15)
ORDER_56 = date(2010, 10, 1)


@rule(
    "pledge-joint-application",
    RegisterPledge,
    title="Joint application",
    article="IR 15(3); PPM 3, 7",
    cure="Have every pledgor and pledgee sign the form and name them in signed_by.",
    once=True,
)
def joint_application(_: Patent, command: RegisterPledge, context: Context) -> Outcome:
    """Pledgor and pledgee ask for the registration together; somebody has not signed the form."""
    signers = context.signers(command)
    missing = [
        p.name for p in (*command.pledgors, *command.pledgees) if context.party_id(p) not in signers
    ]
    return Broken("/signed_by", {"not_signed": missing}) if missing else None


@rule(
    "pledge-two-sides",
    RegisterPledge,
    title="Two sides",
    article="CC 425, 440; PPM 3",
    cure="Name each party once, on its own side.",
    once=True,
)
def two_sides(_: Patent, command: RegisterPledge, context: Context) -> Outcome:
    """Nobody pledges to itself, and no party is named twice."""
    sides = [*command.pledgors, *command.pledgees]
    parties = [context.party_id(p) for p in sides]
    if len(set(parties)) == len(parties):
        return None
    twice = [p.name for place, p in enumerate(sides) if parties[place] in parties[:place]]
    return Broken("/pledgees", {"named_twice": twice})


@rule(
    "pledge-documents",
    RegisterPledge,
    title="Documents",
    article="PPM 7",
    cure="Add the papers named: an identity-commitment may stand for identity documents.",
    once=True,
)
def documents(_: Patent, command: RegisterPledge, context: Context) -> Outcome:
    """A paper is missing: form, contract, identity or commitment, power of attorney, appraisal
    report.
    """
    missing = []
    if not has_document(command, "application-form"):
        missing.append("application-form")
    if not has_document(command, "pledge-contract"):
        missing.append("pledge-contract")
    if not has_document(command, *_identity_papers(context.today)):
        missing.append("identity")
    if command.agency is not None and not has_document(command, "power-of-attorney"):
        missing.append("power-of-attorney")
    if command.appraised and not has_document(command, "appraisal-report"):
        missing.append("appraisal-report")
    return Broken("/documents", {"missing": missing}) if missing else None


def _identity_papers(day: date) -> tuple[str, ...]:
    """A signed commitment stands for identity documents since Announcement 461."""
    return ("identity", "identity-commitment") if day >= ANNOUNCEMENT_461 else ("identity",)


@rule(
    "pledge-online-consistency",
    RegisterPledge,
    title="Originals to follow",
    article="PPM 7",
    severity=Severity.OBLIGATION,
    since=ANNOUNCEMENT_461,
    cure="Send the paper originals after filing online.",
    once=True,
)
def online_consistency(_: Patent, command: RegisterPledge, context: Context) -> Outcome:
    """Electronic copies equal the originals, and the paper originals are sent afterwards."""
    if not command.online:
        return None
    pledgors = ids(context.party(p) for p in command.pledgors)
    return Broken(
        "/online",
        {"owed_by": [p.name for p in command.pledgors]},
        owed=(Owed(Duty.SEND_ORIGINALS, by=pledgors),),
    )


@rule(
    "pledge-pledgor-is-owner",
    RegisterPledge,
    title="Pledgor is patentee",
    article="PPM 4, 11(1)",
    cure="Let the patentee on the register pledge, or register the transfer to the pledgor first.",
)
def pledgor_is_owner(patent: Patent, command: RegisterPledge, context: Context) -> Outcome:
    """A pledgor is not the patentee recorded in the Patent Register."""
    patentees = patent.patentees_on(context.today)
    if patentees is None:
        return Unknown("the patentees")
    known = {p.id for p in patentees}
    strangers = [p.name for p in command.pledgors if context.party_id(p) not in known]
    if not strangers:
        return None
    return Broken(fact={"pledgors": strangers, "patentees": [p.name for p in patentees]})


@rule(
    "pledge-alive",
    RegisterPledge,
    title="Patent in force",
    article="PPM 11(2)(3)",
    cure="Leave the patent out; a lapsed right must be restored first.",
)
def alive(patent: Patent, _: Command, context: Context) -> Outcome:
    """Only a granted patent in force can be pledged; this one has ended, is invalid or is not
    granted. A decision of invalidity that is not final does not bar it (setting
    decided_invalidation_bars).
    """
    return dead(patent, context)


@rule(
    "pledge-fee-current",
    RegisterPledge,
    title="Annual fee paid",
    article="PPM 11(4)",
    cure="Pay the overdue annual fee with its surcharge; once the payment is entered, file again.",
)
def fee_current(patent: Patent, _: Command, context: Context) -> Outcome:
    """An annual fee is overdue; the six months of grace count as overdue (setting
    grace_counts_as_overdue).
    """
    return overdue_fee(patent, context, in_grace=context.law.grace_counts_as_overdue)


@rule(
    "pledge-not-frozen",
    RegisterPledge,
    title="Not frozen",
    article="PPM 11(5); IR 105",
    cure="Wait until the suspension or preservation ends or is released.",
)
def not_frozen(patent: Patent, _: Command, context: Context) -> Outcome:
    """Pledge formalities are suspended by an ownership dispute or a court's preservation."""
    return frozen_fact(patent, context)


@rule(
    "pledge-debt-within-term",
    RegisterPledge,
    ChangePledge,
    title="Debt within the term",
    article="PPM 11(6)",
    cure="Agree an earlier last day for the debt, or leave the patent out.",
)
def debt_within_term(
    patent: Patent, command: RegisterPledge | ChangePledge, context: Context
) -> Outcome:
    """The debtor's performance term, or the period of a maximum-amount claim (setting
    claim_period_counts_as_maturity), is longer than the term of the patent.
    """
    claim = command.claim
    if claim is None or claim.debt_due_on is None:
        return None
    terminates = patent.terminates_on
    if terminates is None:
        return Unknown("filing date and kind, from which its term follows")
    due, period_until = claim.debt_due_on, claim.period_until
    if period_until is not None and context.law.claim_period_counts_as_maturity:
        due = max(due, period_until)
    if due < terminates:
        return None
    last = terminates - timedelta(days=1)
    return Broken(fact={"debt_due_on": due.isoformat(), "last_day_in_force": last.isoformat()})


@rule(
    "pledge-contract-contents",
    RegisterPledge,
    ChangePledge,
    title="Contents of the contract",
    article="PPM 8, 11(7)",
    cure="Complete the contract and state what is missing.",
    once=True,
)
def contract_contents(
    _: Patent, command: RegisterPledge | ChangePledge, _context: Context
) -> Outcome:
    """The contract lacks one of: parties with addresses, claim, term of the debt, list of patents,
    scope; a changed claim is stated whole.
    """
    claim = command.claim
    if claim is None:
        return None
    sides = (*(command.pledgors or ()), *(command.pledgees or ()))
    missing = [f"address of {p.name}" for p in sides if p.address is None]
    if claim.kind is None:
        missing.append("claim/kind")
    if claim.amount is None or not claim.amount.amount:
        missing.append("claim/amount")
    if claim.debt_due_on is None:
        missing.append("claim/debt_due_on")
    if claim.scope is None:
        missing.append("claim/scope")
    if isinstance(command, RegisterPledge) and not command.contract.patents_listed:
        missing.append("contract/patents_listed")
    return Broken("/claim", {"missing": missing}) if missing else None


@rule(
    "pledge-coowner-consent",
    RegisterPledge,
    title="Consent of co-owners",
    article="PPM 4, 11(8); PL 14(2)",
    cure="Let every co-owner sign the form, record its consent (POST /v1/consents) and name it in "
    "consents, or state that all co-owners agreed otherwise.",
)
def coowner_consent(patent: Patent, command: RegisterPledge, context: Context) -> Outcome:
    """The patent has co-owners who have not agreed to the pledge."""
    if command.contract.co_owners_agreed_otherwise and has_document(command, "co-owner-agreement"):
        return None
    pledgors = [context.party_id(p) for p in command.pledgors]
    return coowners_missing(patent, command, context, act="pledge", besides=pledgors)


@rule(
    "pledge-no-live-pledge",
    RegisterPledge,
    title="No pledge stands",
    article="PPM 11(9)",
    since=ORDER_56,
    cure="Have the standing registration deregistered first; consent does not help.",
)
def no_live_pledge(patent: Patent, _: Command, context: Context) -> Outcome:
    """The patent is already pledged; a second pledge is refused while the first is registered."""
    standing = patent.standing_pledges(context.today)
    if not standing:
        return None
    fact: dict[str, Any] = {
        "registration_no": standing[0].registration_no,
        "pledgees": [p.name for p in standing[0].now.pledgees],
    }
    if len(standing) > 1:
        fact["beside"] = [pledge.registration_no for pledge in standing[1:]]
    return Broken(fact=fact)


@rule(
    "pledge-one-live-invariant",
    RegisterPledge,
    title="At most one pledge",
    article="PPM 11(9)",
    since=ORDER_56,
    cure="The office clears the register of the older registrations first.",
)
def one_live_invariant(patent: Patent, _: Command, context: Context) -> Outcome:
    """More than one pledge already stands on the patent, which the register must clear before any
    other.
    """
    standing = [p.registration_no for p in patent.standing_pledges(context.today)]
    return Broken(fact={"registration_nos": standing}) if len(standing) > 1 else None


@rule(
    "pledge-same-day-invention-waiver",
    RegisterPledge,
    title="Same-day invention pending",
    article="PPM 11(10)",
    cure="Every pledgor and pledgee declares, informed of it, that registration is still wanted.",
    waiver="informed-same-day-invention",
    waived_by="every pledgor and pledgee",
    since=ANNOUNCEMENT_461,
)
def same_day_invention(patent: Patent, command: RegisterPledge, context: Context) -> Outcome:
    """An invention for the same creation was filed the same day and, once granted, ends this
    utility model.
    """
    entered = patent.entered
    if (
        entered is None
        or entered.kind is not PatentKind.UTILITY_MODEL
        or entered.same_day_patent is None
    ):
        return None
    return _not_waived(
        command, context, "informed-same-day-invention", {"same_day": entered.same_day_patent}
    )


@rule(
    "pledge-invalidation-waiver",
    RegisterPledge,
    title="Invalidation pending",
    article="PPM 11(11)",
    cure="Every pledgor and pledgee declares, informed of it, that registration is still wanted.",
    waiver="informed-invalidation",
    waived_by="every pledgor and pledgee, since 15 November 2021",
)
def invalidation_pending(patent: Patent, command: RegisterPledge, context: Context) -> Outcome:
    """Invalidation proceedings have been started against the patent."""
    cases = [i.case_no for i in patent.pending_invalidations(context.today)]
    if not cases:
        return None
    if context.today < ANNOUNCEMENT_461:
        return Broken(fact={"cases": cases, "waivable": False})
    return _not_waived(command, context, "informed-invalidation", {"cases": cases})


def _not_waived(
    command: RegisterPledge, context: Context, kind: str, fact: dict[str, object]
) -> Outcome:
    informed = context.declared(command, kind)
    silent = [
        p.name
        for p in (*command.pledgors, *command.pledgees)
        if context.party_id(p) not in informed
    ]
    return Broken(fact=fact | {"not_declared": silent}) if silent else None


@rule(
    "open-pledge-statement",
    RegisterPledge,
    title="Open licence goes on",
    article="GL V-11 §9",
    cure="File each pledgee's written agreement that the open licence continues "
    "(declaration open-licence-continues).",
    waiver="open-licence-continues",
    waived_by="every pledgee",
)
def open_pledge_statement(patent: Patent, command: RegisterPledge, context: Context) -> Outcome:
    """The patent is under an open licence, and a pledgee has not agreed in writing to its
    continuation.
    """
    declaration = patent.live_declaration(context.today)
    if declaration is None:
        return None
    agreed = context.declared(command, "open-licence-continues")
    silent = [p.name for p in command.pledgees if context.party_id(p) not in agreed]
    if not silent:
        return None
    return Broken(fact={"declaration_no": declaration.declaration_no, "pledgees": silent})


alias("pledge-open-licence-statement", of="open-pledge-statement", article="GL V-11 §9")


@rule(
    "pledge-state-organ",
    RegisterPledge,
    title="State organ as pledgor",
    article="SPC-Sec 5",
    severity=Severity.WARNING,
    cure="Check that the State Council approved the on-lending.",
    once=True,
)
def state_organ(_: Patent, command: RegisterPledge, _context: Context) -> Outcome:
    """A state organ cannot give security; the contract is void unless it secures approved
    on-lending.
    """
    organs = [p.name for p in command.pledgors if p.kind is PartyKind.STATE_ORGAN]
    return Broken("/pledgors", {"pledgors": organs}) if organs else None


@rule(
    "pledge-forfeiture-clause",
    RegisterPledge,
    title="Forfeiture clause",
    article="CC 428",
    severity=Severity.WARNING,
    once=True,
)
def forfeiture_clause(_: Patent, command: RegisterPledge, _context: Context) -> Outcome:
    """A clause giving the patent to the creditor on default only gives priority in payment."""
    return Broken("/contract/forfeiture_clause") if command.contract.forfeiture_clause else None


@rule(
    "pledge-multi-patent",
    RegisterPledge,
    title="All or nothing",
    article="PPM 8(4)",
    cure="Leave out the patents that do not pass and file for the others.",
    once=True,
)
def multi_patent(_: Patent, command: RegisterPledge, context: Context) -> Outcome:
    """A filing over several patents is entered on all of them or on none, unless the office enters
    those that pass (setting partial_filings).
    """
    allowed = not command.partial or context.law.partial_filings
    return None if allowed else Broken("/partial")


@rule(
    "pledge-multi-pledgee",
    RegisterPledge,
    title="Several pledgees",
    article="SPC-Sec 4, 39",
    cure="State the shares of all pledgees so that they sum to 100, or none.",
    once=True,
)
def multi_pledgee(_: Patent, command: RegisterPledge, context: Context) -> Outcome:
    """Shares of several pledgees, where stated, belong to the pledgees and sum to 100 percent."""
    if not command.shares:
        return None
    pledgees = {context.party_id(p) for p in command.pledgees}
    strangers = sorted(set(context.ids(tuple(command.shares))) - pledgees)
    if strangers:
        return Broken("/shares", {"not_pledgees": strangers})
    try:
        total = sum((Decimal(share) for share in command.shares.values()), Decimal(0))
    except InvalidOperation:
        return Broken("/shares", {"total": "not a number"})
    return None if total == 100 else Broken("/shares", {"total": str(total)})


@rule(
    "pledge-max-amount-fields",
    RegisterPledge,
    ChangePledge,
    title="Maximum-amount pledge",
    article="CC 439, 420; SPC-Sec 15",
    cure="State the maximum, the period in which the claims arise, and the scope.",
    once=True,
)
def max_amount_fields(
    _: Patent, command: RegisterPledge | ChangePledge, _context: Context
) -> Outcome:
    """A maximum-amount pledge states the maximum, the period of the claims and the scope."""
    claim = command.claim
    if claim is None or not claim.maximum:
        return None
    stated = {
        "claim/amount": claim.amount,
        "claim/period_from": claim.period_from,
        "claim/period_until": claim.period_until,
        "claim/scope": claim.scope,
    }
    missing = [name for name, value in stated.items() if value is None]
    if not missing and claim.period_until < claim.period_from:  # type: ignore[operator]
        return Broken("/claim/period_until", {"ends_before_it_begins": True})
    return Broken("/claim", {"missing": missing}) if missing else None


@rule(
    "pledge-mixed-trademark",
    RegisterPledge,
    title="Trademarks secure the same claim",
    article="Trademark Law Implementing Regulations 70",
    severity=Severity.WARNING,
    cure="Register the trademark part with the trademark office; here it is a note on the claim.",
    once=True,
)
def mixed_trademark(_: Patent, command: RegisterPledge, __: Context) -> Outcome:
    """The trademark part of a mixed pledge is a registration of its own with the trademark office;
    the amount is the claim's and is counted once.
    """
    parts = command.claim.trademarks
    if not parts:
        return None
    return Broken("/claim/trademarks", {"registration_nos": [p.registration_no for p in parts]})


@rule(
    "pledge-examination-5wd-2wd",
    RegisterPledge,
    ChangePledge,
    DeregisterPledge,
    title="Examination in five or two working days",
    article="PPM 10, 13(3), 14(2)",
    severity=Severity.WARNING,
    cure="The office explains the delay to the parties.",
    once=True,
)
def examination(
    _: Patent, command: RegisterPledge | ChangePledge | DeregisterPledge, context: Context
) -> Outcome:
    """The office decides within five working days from receipt, online within two; until November
    2021 within seven working days, until October 2010 within fifteen days.
    """
    received = command.received_on
    if received is None or received >= context.today:
        return None
    if received >= ANNOUNCEMENT_461:
        limit = working_days_after(received, 2 if command.online else 5, context.calendar)
    elif received >= ORDER_56:
        limit = working_days_after(received, 7, context.calendar)
    else:
        limit = last_day_to_act(received, days=15, calendar=context.calendar)
    late = context.today > limit.day
    told = {"last_day_to_decide": limit.day.isoformat()}
    return Broken("/received_on", told, limit=limit) if late else None

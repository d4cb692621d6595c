"""Rules of open licences (law.md 8.5): Patent Law 50, 51, Implementing Rules, Guidelines V-11."""

from __future__ import annotations

import re
from datetime import date

from ledger.domain.filing import Command, Context, has_document
from ledger.domain.licences import day_after
from ledger.domain.lifecycle import (
    FinaliseInvalidation,
    GrantPatent,
    LapseForFee,
    StartPreservation,
    StartSuspension,
)
from ledger.domain.money import plain
from ledger.domain.numbers import PatentKind
from ledger.domain.open_licences import (
    DeclareOpenLicence,
    WithdrawOpenLicence,
)
from ledger.domain.parties import PartyKind
from ledger.domain.patent import Patent
from ledger.domain.periods import Period
from ledger.domain.refusals import Severity
from ledger.domain.royalties import RoyaltyBase, fixed_total, max_rate_by_base
from ledger.domain.rules.catalogue import Broken, Outcome, Unknown, rule
from ledger.domain.rules.conflicts import EVERYWHERE, scope_of
from ledger.domain.rules.grounds import (
    coowners_missing,
    dead,
    frozen_fact,
    ids,
    overdue_fee,
    pledgees_missing,
    takers,
    withdrawal_owed,
)
from ledger.domain.rules.licences import beyond_patent

OPERATIONAL = date(2024, 1, 20)
"""The law is of 2021-06-01; the office publishes declarations since the Rules of 2023."""

CAP_OVERRIDE = "cap-override"
"""The ceilings hold "generally" (一般): a declaration of this kind with a reason passes them."""

ADVERTISING = re.compile(
    r"最(?:佳|优|好|先进|高级)|第一|国家级|领先|顶级|独一无二|促销|优惠|特价|限时|欢迎(?:选购|来电)"
    r"|\b(?:best|world[- ]class|world[- ]leading|number one|unbeatable|unique opportunity|discount"
    r"|bargain|special offer|limited offer|promotion|buy now|call now|guaranteed success)\b",
    re.IGNORECASE,
)
"""Words that sell rather than tell; a hint for the examiner, no more."""


@rule(
    "open-regime-start",
    DeclareOpenLicence,
    title="Open licences since 2024-01-20",
    article="PL 50; IR 85",
    cure="An earlier statement belongs to the provincial pilot and is another kind of record.",
    once=True,
)
def regime_start(_: Patent, __: DeclareOpenLicence, context: Context) -> Outcome:
    """Open-licence declarations are published since 20 January 2024."""
    early = context.today < OPERATIONAL
    return Broken(fact={"since": OPERATIONAL.isoformat()}) if early else None


@rule(
    "open-granted",
    DeclareOpenLicence,
    title="Patent in force",
    article="IR 85(1); GL V-11 §3.1(5)",
    cure="Declare after the grant announcement; a lapsed right must be restored first.",
)
def granted(patent: Patent, _: DeclareOpenLicence, context: Context) -> Outcome:
    """Only a granted patent in force can be offered; this one has ended or is not granted."""
    return dead(patent, context)


@rule(
    "open-contents",
    DeclareOpenLicence,
    title="Contents of the declaration",
    article="IR 85(2); GL V-11 §3.3",
    cure="State what is missing; the period ends after it begins and after today.",
    once=True,
)
def contents(_: Patent, command: DeclareOpenLicence, context: Context) -> Outcome:
    """The declaration lacks patentees, fee, licence period, contact or undertaking."""
    stated = {
        "patentees": command.patentees or None,
        "fee": command.fee,
        "last_day": command.last_day,
        "contact": command.contact,
        "undertaking": command.undertaking or None,
    }
    missing = [name for name, value in stated.items() if value is None]
    if missing:
        return Broken(fact={"missing": missing})
    assert command.last_day is not None, "it is not missing"
    if command.last_day < max(command.starts_on or context.today, context.today):
        return Broken("/last_day", {"over_before_it_begins": command.last_day.isoformat()})
    return None


@rule(
    "open-fee-explanation",
    DeclareOpenLicence,
    title="Explanation of the fee",
    article="GL V-11 §3.3",
    cure="Explain the basis and method of the fee, in general within 2,000 characters.",
    once=True,
)
def fee_explanation(_: Patent, command: DeclareOpenLicence, context: Context) -> Outcome:
    """A short explanation says on what basis and by what method the fee was found."""
    text, longest = command.fee_explanation, context.law.fee_explanation_characters_max
    if text is None:
        return Broken("/fee_explanation", {"missing": ["fee_explanation"]})
    if len(text) <= longest:
        return None
    fact = {"characters": len(text), "generally_at_most": longest}
    return Broken("/fee_explanation", fact, Severity.WARNING)


@rule(
    "open-no-advertising",
    DeclareOpenLicence,
    title="No advertising",
    article="IR 85(3); GL V-11 §3.3",
    severity=Severity.WARNING,
    cure="Say it without the words named.",
    once=True,
)
def no_advertising(_: Patent, command: DeclareOpenLicence, __: Context) -> Outcome:
    """The declaration is accurate and clear and holds no commercial advertising."""
    for name in ("fee_explanation", "contact"):
        found = ADVERTISING.findall(getattr(command, name) or "")
        if found:
            return Broken(f"/{name}", {"words": found})
    return None


@rule(
    "open-any-person-china",
    DeclareOpenLicence,
    title="To anyone, within China",
    article="PL 50; GL V-11 §1",
    cure="Offer the licence to any entity or individual for China, without exclusions.",
    once=True,
)
def any_person_china(_: Patent, command: DeclareOpenLicence, __: Context) -> Outcome:
    """An open licence is offered to any entity or individual for exploitation within China."""
    if command.territory.casefold() not in EVERYWHERE:
        return Broken("/territory", {"territory": command.territory})
    if command.exclusions:
        return Broken("/exclusions", {"exclusions": list(command.exclusions)})
    return None if command.addressed_to_anyone else Broken("/addressed_to_anyone")


@rule(
    "open-all-coowners",
    DeclareOpenLicence,
    WithdrawOpenLicence,
    title="All patentees agree",
    article="GL V-11 §3.2, §4; PL 14(2)",
    cure="Let every patentee sign, record the consent of the others (POST /v1/consents) and name "
    "it in consents, or file the co-owner-agreement that one may act for all.",
)
def all_coowners(
    patent: Patent, command: DeclareOpenLicence | WithdrawOpenLicence, context: Context
) -> Outcome:
    """A patentee has neither signed nor agreed in writing, or the patentees named are not they."""
    if isinstance(command, DeclareOpenLicence):
        missing = coowners_missing(patent, command, context, act="open_licence")
        stated = {context.party_id(p) for p in command.patentees}
    else:
        missing = coowners_missing(patent, command, context, act="withdrawal")
        stated = set()
    if isinstance(missing, Unknown):
        return missing
    owners = {p.id: p.name for p in patent.patentees_on(context.today) or ()}
    if stated and stated != set(owners):
        return Broken("/patentees", {"patentees": [*owners.values()]})
    agreed = command.co_owners_agreed_otherwise and has_document(command, "co-owner-agreement")
    return None if agreed and set(owners) & context.signers(command) else missing


@rule(
    "open-no-exclusive-or-sole",
    DeclareOpenLicence,
    title="No exclusive or sole licence",
    article="IR 86(1); GL V-11 §3.1(1)",
    cure="Declare after the exclusive or sole licence has ended and, where recorded, is cancelled.",
)
def no_exclusive_or_sole(patent: Patent, command: DeclareOpenLicence, context: Context) -> Outcome:
    """An exclusive or sole licence is in its term, recorded or not."""
    offered = Period(context.today, day_after(_not_before(command.last_day, context.today)))
    standing = [
        x
        for x in patent.licences
        if x.now.kind != "ordinary" and (s := scope_of(x)) and s.period.overlaps(offered)
    ]
    if not standing:
        return None
    return Broken(fact={"licence_id": standing[0].licence_id, "kind": standing[0].now.kind})


def _not_before(last_day: date | None, today: date) -> date:
    return today if last_day is None else max(last_day, today)


@rule(
    "open-not-frozen",
    DeclareOpenLicence,
    title="Not frozen",
    article="IR 86(2); GL V-11 §3.1(2)",
    cure="Wait until the suspension or preservation ends or is released.",
)
def not_frozen(patent: Patent, _: DeclareOpenLicence, context: Context) -> Outcome:
    """Proceedings on the patent are suspended by an ownership dispute or a court's preservation."""
    return frozen_fact(patent, context)


@rule(
    "open-fee-current",
    DeclareOpenLicence,
    title="Annual fee paid",
    article="IR 86(3); GL V-11 §3.1(3)",
    cure="Pay the overdue annual fee with its surcharge; once the payment is entered, file again.",
)
def fee_current(patent: Patent, _: DeclareOpenLicence, context: Context) -> Outcome:
    """An annual fee is not paid as prescribed; the six months of grace count as unpaid (setting
    grace_counts_as_overdue).
    """
    return overdue_fee(patent, context, in_grace=context.law.grace_counts_as_overdue)


@rule(
    "open-pledgee-consent",
    DeclareOpenLicence,
    title="Consent of the pledgees",
    article="IR 86(4); GL V-11 §3.1(4)",
    cure="Record each pledgee's consent (POST /v1/consents) to it and name it in consents.",
)
def pledgee_consent(patent: Patent, command: DeclareOpenLicence, context: Context) -> Outcome:
    """The patent is pledged, and a pledgee has not consented to the open licence."""
    return pledgees_missing(patent, command, context, act="open_licence")


@rule(
    "open-not-wholly-invalid",
    DeclareOpenLicence,
    title="Not wholly invalid",
    article="GL V-11 §3.1(6)",
    cure="Leave the patent out.",
)
def not_wholly_invalid(patent: Patent, _: DeclareOpenLicence, __: Context) -> Outcome:
    """The patent has been finally declared invalid as a whole; part of it would not matter."""
    cases = [i.case_no for i in patent.invalidations if i.outcome == "whole" and i.final_on]
    return Broken(fact={"cases": cases}) if cases else None


@rule(
    "open-evaluation-report",
    DeclareOpenLicence,
    title="Evaluation report",
    article="PL 50(1); GL V-11 §3.1(7)(8)",
    cure="Add the paper evaluation-report; with a negative report the patent cannot be offered.",
)
def evaluation_report(patent: Patent, command: DeclareOpenLicence, _: Context) -> Outcome:
    """A utility model or design needs an evaluation report that is not negative."""
    kind = None if patent.entered is None else patent.entered.kind
    if kind is None:
        return Unknown("the kind of patent")
    if kind is PatentKind.INVENTION:
        return None
    if not has_document(command, "evaluation-report"):
        return Broken("/documents", {"missing": ["evaluation-report"]})
    negative = command.evaluation_negative
    return Broken("/evaluation_negative", {"negative": True}) if negative else None


@rule(
    "open-cap-fixed",
    DeclareOpenLicence,
    title="Ceiling of a fixed fee",
    article="GL V-11 §3.3",
    cure="Ask at most 20,000,000 yuan, license otherwise than openly, or declare cap-override and "
    "give the reason in cap_reason.",
    waiver=CAP_OVERRIDE,
    waived_by="the patentee, with the reason in cap_reason",
    once=True,
)
def cap_fixed(_: Patent, command: DeclareOpenLicence, context: Context) -> Outcome:
    """A fixed fee is generally not above 20,000,000 yuan (setting open_licence_fixed_fee_max) for
    one licence over its whole period, an entry fee included.
    """
    total = None if command.fee is None else fixed_total(command.fee)
    ceiling = context.law.open_licence_fixed_fee_max
    if total is None or (total.currency == "CNY" and total.amount <= ceiling):
        return None
    fact = {"fixed_fee": str(total), "at_most": f"{ceiling} CNY"}
    return None if overridden(command) else Broken("/fee", fact)


@rule(
    "open-cap-net-sales",
    DeclareOpenLicence,
    title="Ceiling of a royalty on net sales",
    article="GL V-11 §3.3",
    cure="Ask at most 20 percent, or declare cap-override and give the reason in cap_reason.",
    waiver=CAP_OVERRIDE,
    waived_by="the patentee, with the reason in cap_reason",
    once=True,
)
def cap_net_sales(_: Patent, command: DeclareOpenLicence, context: Context) -> Outcome:
    """A royalty on net sales is generally not above 20 percent in any year."""
    ceiling = context.law.open_licence_net_sales_percent_max
    return _rate_above(command, RoyaltyBase.NET_SALES, ceiling)


@rule(
    "open-cap-profit",
    DeclareOpenLicence,
    title="Ceiling of a royalty on profit",
    article="GL V-11 §3.3",
    cure="Ask at most 40 percent, or declare cap-override and give the reason in cap_reason.",
    waiver=CAP_OVERRIDE,
    waived_by="the patentee, with the reason in cap_reason",
    once=True,
)
def cap_profit(_: Patent, command: DeclareOpenLicence, context: Context) -> Outcome:
    """A royalty on profit is generally not above 40 percent in any year."""
    return _rate_above(command, RoyaltyBase.PROFIT, context.law.open_licence_profit_percent_max)


def _rate_above(command: DeclareOpenLicence, base: RoyaltyBase, ceiling: int) -> Outcome:
    rate = None if command.fee is None else max_rate_by_base(command.fee).get(base)
    if rate is None or rate <= ceiling or overridden(command):
        return None
    return Broken("/fee", {"base": base.value, "percent": plain(rate), "at_most": ceiling})


def overridden(command: DeclareOpenLicence) -> bool:
    """Whether the filing declares that the fee stands above the ceiling, and why."""
    declared = any(d.kind == CAP_OVERRIDE for d in command.declarations)
    return declared and command.cap_reason is not None


@rule(
    "open-period-within-patent",
    DeclareOpenLicence,
    title="Period within the patent's",
    article="CC 865; IR 85(2)(4)",
    cure="State a licence period that ends no later than the patent.",
)
def period_within_patent(patent: Patent, command: DeclareOpenLicence, _: Context) -> Outcome:
    """The licence period is longer than the life of the patent."""
    return beyond_patent(patent, command.last_day)


@rule(
    "open-single-live",
    DeclareOpenLicence,
    title="One declaration at a time",
    article="GL V-11 §9",
    cure="Withdraw the declaration that stands, then declare anew.",
)
def single_live(patent: Patent, _: DeclareOpenLicence, context: Context) -> Outcome:
    """A declaration already stands on the patent; new terms need its withdrawal first."""
    live = patent.live_declaration(context.today)
    return None if live is None else Broken(fact={"declaration_no": live.declaration_no})


@rule(
    "open-university-publicity",
    DeclareOpenLicence,
    title="Price publicised inside the institution",
    article="PSTA 18",
    severity=Severity.WARNING,
    cure="Publicise the name of the achievement and its price, and add the paper "
    "internal-publicity.",
)
def university_publicity(patent: Patent, command: DeclareOpenLicence, context: Context) -> Outcome:
    """A university that agrees a price first publicises achievement and price inside."""
    if not command.agreed_price or has_document(command, "internal-publicity"):
        return None
    public = (PartyKind.UNIVERSITY, PartyKind.INSTITUTE, PartyKind.PUBLIC_INSTITUTION)
    owners = [p.name for p in patent.patentees_on(context.today) or () if p.kind in public]
    return Broken("/documents", {"patentees": owners}) if owners else None


@rule(
    "open-withdraw-unconditional",
    WithdrawOpenLicence,
    title="Withdrawal without conditions",
    article="PL 50(2); GL V-11 §4",
    cure="Name a standing declaration and the reason, a legitimate one in words; set no "
    "conditions.",
)
def withdraw_unconditional(
    patent: Patent, command: WithdrawOpenLicence, context: Context
) -> Outcome:
    """A standing declaration is withdrawn in writing, with a reason and without conditions."""
    live = patent.live_declaration(context.today)
    if live is None or live.declaration_no != command.declaration_no:
        return not_live(command.declaration_no)
    if command.conditions is not None:
        return Broken("/conditions", {"conditions": command.conditions})
    if command.reason is None:
        return Broken("/reason", {"missing": ["reason"]})
    told = command.reason != "legitimate" or command.reason_text is not None
    return None if told else Broken("/reason_text", {"missing": ["reason_text"]})


@rule(
    "open-duty-to-withdraw",
    StartSuspension,
    StartPreservation,
    LapseForFee,
    FinaliseInvalidation,
    GrantPatent,
    title="Duty to withdraw",
    article="GL V-11 §2(2)",
    severity=Severity.OBLIGATION,
    cure="The patentee withdraws the open licence in time and informs the licensees.",
)
def duty_to_withdraw(patent: Patent, command: Command, context: Context) -> Outcome:
    """A case of Implementing Rules art. 86 arises while the patent is under an open licence."""
    live = patent.live_declaration(context.today)
    if live is None or (isinstance(command, FinaliseInvalidation) and command.outcome != "whole"):
        return None
    if isinstance(command, GrantPatent) and not command.ends_model(patent):
        return None
    inform = [p.name for p in takers(patent, context.today)]
    patentees = ids(patent.patentees_on(context.today) or live.patentees)
    return Broken(
        fact={"declaration_no": live.declaration_no, "inform": inform},
        owed=(withdrawal_owed(patent, live, patentees, context.today),),
    )


def not_live(declaration_no: str) -> Broken:
    return Broken("/declaration_no", {"declaration_no": declaration_no, "live": False})

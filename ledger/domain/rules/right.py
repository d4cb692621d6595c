"""Rules of grant, fees and the end of the right (law.md 8.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ledger.domain import terms
from ledger.domain.filing import Command, Context
from ledger.domain.lifecycle import (
    Abandon,
    CompensateTerm,
    FinaliseInvalidation,
    GrantPatent,
    LapseForFee,
    PayAnnualFee,
    RestoreRight,
    fee_payable,
    paid_with,
)
from ledger.domain.money import plain
from ledger.domain.numbers import PatentKind
from ledger.domain.patent import Patent, Status
from ledger.domain.periods import add_months, last_day_to_act
from ledger.domain.refusals import Severity
from ledger.domain.rules.catalogue import Broken, Outcome, Unknown, rule
from ledger.domain.rules.grounds import (
    coowners_missing,
    dead,
    frozen_fact,
    pledgees_missing,
    pledgees_to_notify,
)

FOURTH_AMENDMENT = date(2021, 6, 1)
"""The Patent Law's fourth amendment, with which compensation of the term came."""

# --- compensation of the term -------------------------------------------------------------------


@rule(
    "term-compensation-kind",
    CompensateTerm,
    title="Compensation of the term",
    article="PL 42; IR 77-84",
    cure="Correct the request: an invention, in time, once, within the days the law gives.",
)
def compensation_kind(patent: Patent, command: CompensateTerm, context: Context) -> Outcome:
    """Only an invention's term is compensated, since June 2021, on a request in time, once and
    within its limits.
    """
    entered, ends_on = patent.entered, patent.terminates_on
    if entered is None or ends_on is None or entered.granted_on is None:
        return Unknown("filing date, grant date and kind")
    if context.today < FOURTH_AMENDMENT:
        return Broken(fact={"since": FOURTH_AMENDMENT.isoformat()})
    if entered.kind is not PatentKind.INVENTION:
        return Broken(fact={"kind": entered.kind})
    if any(c.kind == command.kind for c in patent.compensations):
        return Broken("/kind", {"compensated_before": command.kind})
    since = entered.granted_on if command.kind == "pta" else command.approved_on
    if since is None:
        return Broken("/approved_on", {"missing": ["approved_on"]})
    months = terms.COMPENSATION_REQUEST_MONTHS
    last = last_day_to_act(since, months=months, calendar=context.calendar)
    late = None
    if command.requested_on > last.day:
        late = Broken("/requested_on", {"last_day": last.day.isoformat()}, limit=last)
        if not late.provisional:
            return late
    if command.kind == "pta":
        given_up = entered.same_day_patent
        return Broken(fact={"given_up": given_up}) if given_up is not None else late
    return _drug(patent, command, ends_on, context) or late


def _drug(patent: Patent, command: CompensateTerm, ends_on: date, context: Context) -> Outcome:
    """A drug compensates one patent, within five years and fourteen after its approval."""
    if command.drug is None:
        return Broken("/drug", {"missing": ["drug"]})
    if len(command.patents) > 1:
        return Broken("/patents", {"drug": command.drug, "patents": len(command.patents)})
    before = sorted(set(context.compensated_for(command.drug)) - {patent.id})
    if before:
        return Broken("/drug", {"drug": command.drug, "compensated_before": before})
    assert patent.entered is not None, "the filing date was looked at"
    assert patent.entered.filed_on is not None, "the filing date was looked at"
    assert command.approved_on is not None, "the approval was looked at"
    most = terms.drug_compensation_days(
        filed_on=patent.entered.filed_on, approved_on=command.approved_on, terminates_on=ends_on
    )
    return Broken("/days", {"at_most": most}) if command.days > most else None


# --- annual fees --------------------------------------------------------------------------------


@rule(
    "fee-payment-short",
    PayAnnualFee,
    title="The payment falls short",
    article="GL V-9 §4.2.1.3",
    severity=Severity.WARNING,
    cure="Pay the rest; the surcharge is that of the day on which it is paid.",
)
def payment_short(patent: Patent, command: PayAnnualFee, context: Context) -> Outcome:
    """What is paid does not make up the fee after reduction and its surcharge: the fee counts as
    unpaid.
    """
    due = fee_payable(patent, command, context)
    paid = paid_with(patent, command)
    if due is None or paid >= due.payable:
        return None
    fact = {
        "full_fee": plain(due.full, places=2),
        "reduction_percent": due.reduction,
        "surcharge_percent": due.surcharge,
        "paid": plain(paid, places=2),
        "still_due": plain(due.payable - paid, places=2),
    }
    return Broken("/amount", fact)


@rule(
    "fee-year-payable",
    PayAnnualFee,
    title="A fee that there is",
    article="IR 114-115; GL V-9 §4.2",
    cure="Correct the year, the day or the money.",
)
def year_payable(patent: Patent, command: PayAnnualFee, _: Context) -> Outcome:
    """An annual fee is paid in yuan, after filing, for a year of the term; years beyond the term
    have none.
    """
    for name in ("amount", "full_fee"):
        money = getattr(command, name)
        if money is not None and money.currency != "CNY":
            return Broken(f"/{name}", {"currency": money.currency})
    entered = patent.entered
    if entered is None or entered.filed_on is None:
        return None
    if command.effective_on < entered.filed_on:
        return Broken("/effective_on", {"filed_on": entered.filed_on.isoformat()})
    if command.fee_year > patent.last_fee_year:
        return Broken("/fee_year", {"years": patent.last_fee_year})
    return None


@rule(
    "fee-paid-already",
    PayAnnualFee,
    title="The fee is paid already",
    article="IR 115; GL V-9 §4.2",
    severity=Severity.WARNING,
    cure="Check year and patent; what was paid twice is paid back, and the entry revoked.",
)
def paid_already(patent: Patent, command: PayAnnualFee, _: Context) -> Outcome:
    """The fee of this year is paid already; the payment is entered and changes nothing."""
    entered = patent.entered
    through = 0 if entered is None else entered.fees_paid_through or 0
    paid = {year for year, __ in patent.fees_settled()}
    settled = command.fee_year in paid or command.fee_year <= through
    return Broken("/fee_year", {"fee_year": command.fee_year}) if settled else None


# --- lapse and restoration ----------------------------------------------------------------------


@rule(
    "fee-lapse-after-grace",
    LapseForFee,
    title="Lapse after the grace period",
    article="IR 115; GL V-7 §5.2, V-9 §4.2.2",
    cure="Decide a month after the six months of grace at the earliest, on the first unpaid year.",
)
def lapse_after_grace(patent: Patent, command: LapseForFee, context: Context) -> Outcome:
    """A right in force lapses for the first unpaid fee, decided no sooner than a month after its
    grace.
    """
    entered = patent.entered
    if entered is None or entered.filed_on is None or entered.kind is None:
        return Unknown("filing date and kind")
    through = patent.fees_paid_through(command.decided_on)
    if through is None:
        return Unknown("up to which year annual fees are paid")
    years = terms.term_years(entered.kind, entered.filed_on)
    if command.fee_year != through + 1 or command.fee_year > years:
        return Broken("/fee_year", {"paid_through": through, "years": years})
    status = patent.status(terms.fee_due_on(entered.filed_on, command.fee_year))
    if status is Status.UNKNOWN:
        return Unknown("the grant date")
    if status is not Status.IN_FORCE:
        return Broken("/fee_year", {"status": status.value})
    unmoved = context.law.grace_counts_from_unmoved_due_date
    grace = terms.grace_end(
        entered.filed_on, command.fee_year, context.calendar, from_unmoved=unmoved
    )
    if grace.provisional:
        # No right ends by a day that may still move.
        return Unknown(
            "the working days of the year in which the grace ends",
            WHO_TELLS_HOLIDAYS,
            {"year": grace.missing_year},
        )
    earliest = add_months(grace.unmoved, 1)
    if command.decided_on < earliest:
        fact = {"grace_ends_on": grace.day.isoformat(), "earliest": earliest.isoformat()}
        return Broken("/decided_on", fact)
    return None


WHO_TELLS_HOLIDAYS = (
    "the operator enters the announced holidays in the table of later years (LEDGER_CALENDAR_FILE)"
)


@rule(
    "fee-lapse-paused-when-frozen",
    LapseForFee,
    title="No lapse while frozen",
    article="IR 105; GL V-7 §7.2(2)",
    cure="Wait until the suspension or preservation ends or is released.",
)
def lapse_paused(patent: Patent, command: LapseForFee, context: Context) -> Outcome:
    """Termination for unpaid fees is paused by an ownership dispute or a court's preservation."""
    return frozen_fact(patent, context, command.decided_on)


@rule(
    "restore-time",
    RestoreRight,
    title="Time and conditions of restoration",
    article="IR 6; GL V-7 §6",
    cure="Enter the overdue annual fee as paid; state the restoration fee and a request in time.",
)
def restore_time(patent: Patent, command: RestoreRight, context: Context) -> Outcome:
    """A lapsed right is restored on a request in time, with its fee and the missed act done."""
    if patent.status(command.effective_on) is not Status.LAPSED:
        return Broken(fact={"status": patent.status(command.effective_on).value})
    late = _too_late(patent, command, context)
    if late is not None and not late.provisional:
        return late
    if command.fee_paid_on is None:
        return Broken("/fee_paid_on", {"missing": ["fee_paid_on"]})
    through = patent.fees_paid_through(command.effective_on)
    unpaid = max(lapse.fee_year for lapse in patent.lapses)
    if through is None or through < unpaid:
        return Broken(fact={"unpaid_fee_year": unpaid})
    return late


def _too_late(patent: Patent, command: RestoreRight, context: Context) -> Broken | None:
    """Two months from the notice; or from the obstacle's end, and two years from the period's."""
    since = (
        command.notice_received_on if command.cause == "good_reason" else command.obstacle_ended_on
    )
    if since is None:
        missing = "notice_received_on" if command.cause == "good_reason" else "obstacle_ended_on"
        return Broken(f"/{missing}", {"missing": [missing]})
    limits = [last_day_to_act(since, months=2, calendar=context.calendar)]
    if command.cause == "force_majeure":
        due_on = max(lapse.effective_on for lapse in patent.lapses)
        grace = add_months(due_on, terms.GRACE_MONTHS)
        limits.append(last_day_to_act(grace, months=24, calendar=context.calendar))
    missed = [limit for limit in limits if command.requested_on > limit.day]
    if not missed:
        return None
    # One that is missed for certain refuses, whatever another may still do.
    last = min(missed, key=lambda limit: (limit.provisional, limit.day))
    return Broken("/requested_on", {"last_day": last.day.isoformat()}, limit=last)


# --- abandonment --------------------------------------------------------------------------------


@rule(
    "right-in-force",
    Abandon,
    CompensateTerm,
    title="Patent in force",
    article="GL V-9 §4.3; IR 77, 80",
    cure="Leave the patent out; a lapsed right must be restored first.",
)
def right_in_force(patent: Patent, command: Abandon | CompensateTerm, context: Context) -> Outcome:
    """Only a right in force can be given up or its term be compensated; this one has ended or is
    not granted.
    """
    if isinstance(command, Abandon):
        return dead(patent, context)
    status = patent.status(command.effective_on)
    if status is Status.UNKNOWN:
        return Unknown("filing date, grant date and kind")
    return None if status is Status.IN_FORCE else Broken(fact={"status": status.value})


@rule(
    "abandon-all-patentees",
    Abandon,
    title="All patentees, the whole patent",
    article="GL V-9 §4.3",
    cure="Let every patentee sign, without conditions and for the whole patent.",
)
def abandon_all_patentees(patent: Patent, command: Abandon, context: Context) -> Outcome:
    """A patent is given up by all its patentees, as a whole and without conditions."""
    if command.conditions is not None:
        return Broken("/conditions", {"conditional": True})
    if command.claims:
        return Broken("/claims", {"claims": list(command.claims)})
    return coowners_missing(patent, command, context, act="abandonment")


@rule(
    "abandon-pledgee-consent",
    Abandon,
    title="Consent of pledgees",
    article="PPM 17",
    cure="Record the consent of every pledgee (POST /v1/consents) and name it in consents.",
)
def abandon_pledgee_consent(patent: Patent, command: Abandon, context: Context) -> Outcome:
    """The patent is pledged, and a pledgee has not agreed to its abandonment."""
    return pledgees_missing(patent, command, context, act="abandonment")


@rule(
    "abandon-open-licence-first-withdrawn",
    Abandon,
    title="No open licence",
    article="GL V-11 §9(2)",
    cure="Withdraw the open-licence declaration first.",
)
def abandon_open(patent: Patent, _: Abandon, context: Context) -> Outcome:
    """The patent is under an open licence, which is withdrawn before it is given up."""
    declaration = patent.live_declaration(context.today)
    if declaration is None:
        return None
    return Broken(fact={"declaration_no": declaration.declaration_no})


@rule(
    "abandon-not-frozen",
    Abandon,
    title="Not frozen",
    article="IR 105; GL V-7 §7.2(3)",
    cure="Wait until the suspension or preservation ends or is released.",
)
def abandon_not_frozen(patent: Patent, _: Abandon, context: Context) -> Outcome:
    """Giving up is suspended by an ownership dispute or a court's preservation."""
    return frozen_fact(patent, context)


@rule(
    "um-ends-with-invention",
    GrantPatent,
    title="Utility model ends with the invention",
    article="IR 47; PPM 9(5), 17",
    cure="Record every pledgee's consent to the abandonment of the utility model and name it.",
)
def um_ends_with_invention(patent: Patent, command: GrantPatent, context: Context) -> Outcome:
    """The invention's grant ends a pledged utility model: pledgees consent (setting
    model_given_up_needs_pledgee_consent), and are notified.
    """
    if not command.ends_model(patent):
        return None
    if context.law.model_given_up_needs_pledgee_consent:
        missing = pledgees_missing(patent, command, context, act="abandonment")
        if missing is not None:
            return missing
    told = pledgees_to_notify(patent, context)
    return None if told is None else replace(told, severity=Severity.OBLIGATION)


@rule(
    "lapse-notify-pledgee",
    LapseForFee,
    Abandon,
    FinaliseInvalidation,
    title="Pledgees are notified",
    article="PPM 19(1)",
    severity=Severity.OBLIGATION,
    cure="The office notifies every pledgee.",
)
def notify_pledgee(patent: Patent, command: Command, context: Context) -> Outcome:
    """The right of a pledged patent ends or is invalid in part; the office notifies every
    pledgee.
    """
    if isinstance(command, FinaliseInvalidation) and command.outcome in ("maintained", "withdrawn"):
        return None
    return pledgees_to_notify(patent, context)

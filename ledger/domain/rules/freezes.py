"""Rules of suspension and preservation (law.md 8.7): IR 103-105, Guidelines V-7 §7 (GL)."""

from __future__ import annotations

from ledger.domain import licences, open_licences
from ledger.domain.filing import Command, Context, has_document
from ledger.domain.lifecycle import (
    EXTENSION_MONTHS_MAX,
    ContinuePreservation,
    EndPreservation,
    EndSuspension,
    ExtendSuspension,
    StartPreservation,
    StartSuspension,
)
from ledger.domain.obligations import Duty, Owed
from ledger.domain.patent import Patent, Status
from ledger.domain.periods import add_months, last_day_to_act
from ledger.domain.pledges import DeregisterPledge
from ledger.domain.refusals import Severity
from ledger.domain.rules.catalogue import Broken, Outcome, Unknown, rule
from ledger.domain.rules.grounds import frozen_fact, ids, pledgees_to_notify

PRESERVATION_MONTHS = {"preservation": 6, "execution": 36}
"""The longest a court preserves at a time (SPC-Pat 9; CPL-I 485); a longer paper is flagged."""

# --- suspension ---------------------------------------------------------------------------------


@rule(
    "suspension-requester",
    StartSuspension,
    title="Who may have proceedings suspended",
    article="IR 103; GL V-7 §7.3.1.2",
    cure="File the acceptance document that names requester and patent; one runs at a time.",
)
def suspension_requester(patent: Patent, command: StartSuspension, context: Context) -> Outcome:
    """A party named in the acceptance document asks, on a right not lost and not suspended."""
    named = {context.party_id(p) for p in command.dispute_parties}
    if context.party_id(command.requested_by) not in named:
        return Broken("/requested_by", {"requested_by": command.requested_by.name})
    if not has_document(command, "acceptance-document"):
        return Broken("/documents", {"missing": ["acceptance-document"]})
    if not command.particulars_match:
        return Broken("/particulars_match", {"particulars_match": False})
    status = patent.status(command.effective_on)
    if status is Status.UNKNOWN:
        return Unknown("filing date, grant date and kind")
    if status is not Status.IN_FORCE:
        return Broken(fact={"status": status.value})
    running = [s.case_no for s in patent.suspended_by(command.effective_on)]
    return Broken(fact={"suspensions": running}) if running else None


@rule(
    "suspension-extension",
    ExtendSuspension,
    title="Extension of a suspension",
    article="GL V-7 §7.4.1, 7.4.3",
    cure="Ask before the end, once, for six months at most, and prove that the case is open.",
)
def suspension_extension(patent: Patent, command: ExtendSuspension, _: Context) -> Outcome:
    """A suspension is extended once, before its end, by six months at most, on an open case."""
    found = patent.suspended_by(command.effective_on)
    running = next((s for s in found if s.case_no == command.case_no), None)
    if running is None:
        return Broken("/case_no", {"case_no": command.case_no, "running": False})
    if running.extended or running.in_invalidation:
        fact = {"extended": running.extended, "in_invalidation": running.in_invalidation}
        return Broken("/case_no", fact)
    if command.months > EXTENSION_MONTHS_MAX:
        return Broken("/months", {"at_most": EXTENSION_MONTHS_MAX})
    if not has_document(command, "case-not-closed"):
        return Broken("/documents", {"missing": ["case-not-closed"]})
    return None


@rule(
    "suspension-owner-change-3-months",
    EndSuspension,
    title="New owner files within three months",
    article="GL V-7 §7.5.1",
    severity=Severity.OBLIGATION,
    cure="The new owner files the transfer within three months of the notice.",
)
def owner_change_3_months(patent: Patent, command: EndSuspension, context: Context) -> Outcome:
    """The judgment or mediation that ended the dispute is followed by the change of owner."""
    if command.reason not in ("judgment", "mediation"):
        return None
    last = last_day_to_act(command.effective_on, months=3, calendar=context.calendar)
    asking = [
        s.requested_by
        for s in patent.suspensions
        if s.case_no == command.case_no and s.requested_by is not None
    ]
    return Broken(
        "/reason",
        {"last_day": last.day.isoformat()},
        owed=(Owed(Duty.REGISTER_OWNER, by=ids(asking), about=command.case_no, until=last),),
        limit=last,
    )


# --- preservation -------------------------------------------------------------------------------


@rule(
    "preservation-documents",
    StartPreservation,
    title="Papers of a preservation",
    article="IR 104; GL V-7 §7.3.2.1",
    cure="File ruling and assistance notice that name number, title, patentee and period; one that "
    "runs or waits is continued.",
)
def preservation_documents(patent: Patent, command: StartPreservation, __: Context) -> Outcome:
    """A preservation rests on ruling and assistance notice, which match a patent in force, and is
    not entered twice.
    """
    missing = [kind for kind in ("ruling", "assistance-notice") if not has_document(command, kind)]
    if missing:
        return Broken("/documents", {"missing": missing})
    if not command.particulars_match:
        return Broken("/particulars_match", {"particulars_match": False})
    if command.ends_on is None:
        return Broken("/months", {"missing": ["months", "last_day"]})
    if command.ends_on <= command.effective_on:
        return Broken("/last_day", {"ends_before_it_begins": True})
    case = (command.case_no, command.court)
    for paper, _, ends in patent.preservation_periods():
        goes_on = ends is None or command.effective_on < ends
        if goes_on and (paper.case_no, paper.court) == case:
            return Broken("/case_no", {"case_no": command.case_no, "on_record": True})
    status = patent.status(command.effective_on)
    if status is Status.UNKNOWN:
        return Unknown("filing date, grant date and kind")
    return None if status is Status.IN_FORCE else Broken(fact={"status": status.value})


@rule(
    "preservation-period",
    StartPreservation,
    ContinuePreservation,
    title="Long preservation",
    article="GL V-7 §7.4.2; SPC-Pat 9; CPL-I 485",
    severity=Severity.WARNING,
    cure="Ask the court whether the period is meant; it is entered as the paper states it.",
    once=True,
)
def preservation_period(
    _: Patent, command: StartPreservation | ContinuePreservation, context: Context
) -> Outcome:
    """The court's period is longer than the law allows at a time; it is flagged and entered
    (setting long_preservation_refused).
    """
    kind = command.kind if isinstance(command, StartPreservation) else "preservation"
    most = PRESERVATION_MONTHS[kind]
    last = add_months(command.effective_on, most)
    stated = command.last_day
    longer = stated > last if stated is not None else (command.months or 0) > most
    if not longer:
        return None
    severity = Severity.REFUSAL if context.law.long_preservation_refused else None
    return Broken("/months", {"kind": kind, "months_at_most": most}, severity)


@rule(
    "preservation-continue-before-end",
    ContinuePreservation,
    title="Continued before its end",
    article="SPC-Pat 9; GL V-7 §7.4.2",
    cure="A preservation that has ended is ordered anew.",
)
def continue_before_end(patent: Patent, command: ContinuePreservation, _: Context) -> Outcome:
    """The notice to continue arrives before the preservation ends, or it has ended."""
    if command.ends_on is None:
        return Broken("/months", {"missing": ["months", "last_day"]})
    case = (command.case_no, command.court)
    for paper, __, ends in patent.preservation_periods():
        running = paper.received_on <= command.effective_on and (
            ends is None or command.effective_on < ends
        )
        if (paper.case_no, paper.court) == case and running:
            return None
    return Broken("/case_no", {"case_no": command.case_no, "running": False})


@rule(
    "preservation-pledge-priority",
    StartPreservation,
    title="The pledge keeps its rank",
    article="SPC-Pat 13(3)",
    severity=Severity.OBLIGATION,
    cure="The office notifies every pledgee.",
)
def pledge_priority(patent: Patent, _: StartPreservation, context: Context) -> Outcome:
    """A pledged patent may be preserved; the pledge keeps its rank and the pledgee is notified."""
    return pledgees_to_notify(patent, context)


@rule(
    "pledge-notify-events",
    StartSuspension,
    title="Pledgees are notified",
    article="PPM 19",
    severity=Severity.OBLIGATION,
    cure="The office notifies every pledgee.",
)
def notify_of_suspension(patent: Patent, _: StartSuspension, context: Context) -> Outcome:
    """Proceedings on a pledged patent are suspended; the office notifies every pledgee."""
    return pledgees_to_notify(patent, context)


@rule(
    "freeze-case-known",
    EndPreservation,
    EndSuspension,
    title="The case is on record",
    article="IR 103-104",
    cure="Name case and court as they were entered, and a day on which the freeze had begun.",
)
def case_known(patent: Patent, command: EndPreservation | EndSuspension, _: Context) -> Outcome:
    """No freeze of this case is on record for the patent, or it had not begun on the day."""
    if isinstance(command, EndSuspension):
        begun = [s.starts_on for s in patent.suspensions if s.case_no == command.case_no]
    else:
        case = (command.case_no, command.court)
        begun = [p.received_on for p in patent.preservations if (p.case_no, p.court) == case]
    if not begun:
        return Broken("/case_no", {"case_no": command.case_no})
    first = min(begun)
    if command.effective_on >= first:
        return None
    return Broken("/effective_on", {"began_on": first.isoformat()})


# --- what passes a freeze -----------------------------------------------------------------------

_PASSING = ("CancelLicence", "WithdrawOpenLicence")


@rule(
    "frozen-deregistration",
    DeregisterPledge,
    *(c for c in (*licences.COMMANDS, *open_licences.COMMANDS) if c.NAME in _PASSING),
    title="Ending an entry while frozen",
    article="IR 105; GL V-7 §7.2(3)",
    severity=Severity.WARNING,
    cure="The law is not clear; the office's policy decides.",
)
def frozen_deregistration(patent: Patent, _: Command, context: Context) -> Outcome:
    """An entry is ended while the patent is frozen by an ownership dispute or a preservation; it is
    flagged and passes (setting deregistration_passes_freeze).
    """
    found = frozen_fact(patent, context)
    if not isinstance(found, Broken) or context.law.deregistration_passes_freeze:
        return found
    return Broken(found.pointer, found.fact, Severity.REFUSAL)

"""Rules of invalidation (law.md 5.6, 8.2): Patent Law (PL) 45-47, Guidelines IV-3 (GL)."""

from __future__ import annotations

from ledger.domain.events import InvalidationRequested
from ledger.domain.filing import Context
from ledger.domain.lifecycle import DecideInvalidation, FinaliseInvalidation, StartInvalidation
from ledger.domain.patent import Patent
from ledger.domain.rules.catalogue import Broken, Outcome, Unknown, rule


@rule(
    "invalidation-needs-grant",
    StartInvalidation,
    title="After grant",
    article="PL 45",
    cure="Wait for the grant announcement.",
)
def invalidation_needs_grant(patent: Patent, command: StartInvalidation, _: Context) -> Outcome:
    """Invalidation can be requested from the grant announcement on."""
    granted = patent.entered.granted_on if patent.entered is not None else None
    if granted is None:
        return Unknown("the grant date")
    if command.effective_on >= granted:
        return None
    return Broken("/effective_on", {"granted_on": granted.isoformat()})


@rule(
    "invalidation-in-order",
    StartInvalidation,
    DecideInvalidation,
    FinaliseInvalidation,
    title="Requested, decided, final",
    article="PL 45-47; GL IV-3 §5, 6.2",
    cure="Enter first the request that was accepted, and any new decision, each with its own day; "
    "correct or revoke what was entered by mistake.",
)
def invalidation_in_order(
    patent: Patent,
    command: StartInvalidation | DecideInvalidation | FinaliseInvalidation,
    _: Context,
) -> Outcome:
    """A case is requested once, decided thereafter, and final once, as it was decided; of a patent
    invalid in part the claims kept in force are stated.
    """
    named = {"case_no": command.case_no}
    if isinstance(command, StartInvalidation):
        requests = [f for f in patent.facts if isinstance(f, InvalidationRequested)]
        known = any(f.case_no == command.case_no for f in requests)
        return Broken("/case_no", named | {"on_record": True}) if known else None
    case = next((i for i in patent.invalidations if i.case_no == command.case_no), None)
    if case is None:
        return Broken("/case_no", named | {"on_record": False})
    if case.final_on is not None:
        return Broken("/case_no", named | {"final_on": case.final_on.isoformat()})
    since = case.requested_on
    if isinstance(command, FinaliseInvalidation) and case.decided_on is not None:
        since = max(since, case.decided_on)
        if command.outcome != case.outcome:
            told = {"decided": case.outcome, "decision_no": case.decision_no}
            return Broken("/outcome", named | told)
    if command.effective_on < since:
        return Broken("/effective_on", named | {"not_before": since.isoformat()})
    if isinstance(command, DecideInvalidation) or command.outcome != "partial":
        return None
    stated = command.claims_kept is not None
    return None if stated else Broken("/claims_kept", {"missing": ["claims_kept"]})

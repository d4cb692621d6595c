"""Rules of what becomes of a registered pledge (law.md 8.6): change, deregistration, revocation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from ledger.domain.events import PledgeRegistered
from ledger.domain.filing import Context, has_document
from ledger.domain.holdings import Pledge
from ledger.domain.obligations import Duty, Owed
from ledger.domain.parties import PartyDetails
from ledger.domain.patent import Patent
from ledger.domain.periods import last_day_to_act
from ledger.domain.pledges import ChangePledge, DeregisterPledge, RevokePledge
from ledger.domain.refusals import Severity
from ledger.domain.rules.catalogue import Broken, Outcome, rule
from ledger.domain.rules.grounds import (
    addresses_only,
    consenting,
    fee_surely_overdue,
    filed_on,
    frozen_fact,
    ids,
)


@rule(
    "frozen-blocks",
    ChangePledge,
    title="Not frozen",
    article="IR 105; GL V-7 §7.2",
    cure="Wait until the suspension or preservation ends or is released.",
)
def change_not_frozen(patent: Patent, command: ChangePledge, context: Context) -> Outcome:
    """A change of a pledge is suspended by an ownership dispute or a court's preservation; that of
    addresses alone passes (setting address_change_passes_freeze).
    """
    found = frozen_fact(patent, context)
    if found is None or not context.law.address_change_passes_freeze:
        return found
    return None if _moves(patent, command, context) else found


def _moves(patent: Patent, command: ChangePledge, context: Context) -> bool:
    """Whether the change is of addresses of pledgors and pledgees alone."""
    pledge = _standing(patent, command.registration_no, context)
    if pledge is None or command.claim is not None or command.debtor is not None:
        return False
    stated = [(command.pledgors, pledge.now.pledgors), (command.pledgees, pledge.now.pledgees)]
    changed = [(after, held) for after, held in stated if after is not None]
    return bool(changed) and all(
        len(after) == len(held) and addresses_only(held, after, context) for after, held in changed
    )


@rule(
    "pledge-registration-known",
    ChangePledge,
    DeregisterPledge,
    RevokePledge,
    title="The registration is known",
    article="PPM 13, 14",
    cure="Name the number of a registration as its receipt or the register extract shows it.",
    once=True,
)
def registration_known(
    _: Patent, command: ChangePledge | DeregisterPledge | RevokePledge, context: Context
) -> Outcome:
    """No registration has this number."""
    if command.registration_no in context.registrations:
        return None
    return Broken("/registration_no", {"registration_no": command.registration_no})


@rule(
    "pledge-change-needs-both",
    ChangePledge,
    title="Agreement of both sides",
    article="PPM 13",
    cure="For amount, scope or parties: an amendment-agreement signed by both sides; for a name or "
    "address: proof or identity-commitment.",
)
def change_needs_both(patent: Patent, command: ChangePledge, context: Context) -> Outcome:
    """A change of the claim or the parties needs the agreement of pledgor and pledgee, or proof of
    a new name.
    """
    pledge = _standing(patent, command.registration_no, context)
    if pledge is None:
        return Broken(
            "/registration_no", {"registration_no": command.registration_no, "stands": False}
        )
    same_people = _same_ids(command.pledgors, pledge.now.pledgors, context) and _same_ids(
        command.pledgees, pledge.now.pledgees, context
    )
    if command.claim is None and same_people:
        proved = has_document(command, "proof", "identity-commitment")
        return None if proved else Broken("/documents", {"missing": ["proof"]})
    needed = {p.id: p.name for p in (*pledge.now.pledgors, *pledge.now.pledgees)}
    arriving = (*(command.pledgors or ()), *(command.pledgees or ()))
    needed |= {context.party_id(p): p.name for p in arriving}
    missing = [name for key, name in needed.items() if key not in context.signers(command)]
    if missing:
        return Broken("/signed_by", {"not_signed": missing})
    if not has_document(command, "amendment-agreement"):
        return Broken("/documents", {"missing": ["amendment-agreement"]})
    return None


@rule(
    "pledge-third-party-release",
    ChangePledge,
    title="The debt goes to another debtor",
    article="CC 391",
    severity=Severity.OBLIGATION,
    cure="Have the pledgor sign, or record its consent to the change and name it in consents; "
    "otherwise have the pledge released as far as the debt was transferred.",
)
def third_party_release(patent: Patent, command: ChangePledge, context: Context) -> Outcome:
    """The debt was transferred without the written consent of the third party who pledged for it;
    the pledge is released to that extent.
    """
    pledge = _standing(patent, command.registration_no, context)
    if command.debtor is None or pledge is None:
        return None
    after, before = context.party(command.debtor), pledge.now.debtor
    if before is None or before.id == after.id:
        return None
    agreed = context.signers(command)
    agreed |= consenting(patent, command, context, act="change", capacity="pledgor")
    silent = [p for p in pledge.now.pledgors if p.id != before.id and p.id not in agreed]
    if not silent:
        return None
    return Broken(
        "/debtor",
        {"pledgors": [p.name for p in silent], "debtor": after.name},
        owed=(
            Owed(
                Duty.RELEASE_PLEDGE,
                by=ids(pledge.now.pledgees),
                to=ids(silent),
                about=pledge.registration_no,
            ),
        ),
    )


@rule(
    "pledge-change-30-days",
    ChangePledge,
    title="Change within thirty days",
    article="PPM 13(2)",
    severity=Severity.WARNING,
    cure="Nothing is lost: the change is registered, and ranks from its registration.",
    once=True,
)
def change_30_days(_: Patent, command: ChangePledge, context: Context) -> Outcome:
    """A change of the claim or of its scope is filed within thirty days after it was agreed."""
    if command.claim is None or command.changed_on is None:
        return None
    limit = last_day_to_act(command.changed_on, days=30, calendar=context.calendar)
    late = filed_on(command, context) > limit.day
    told = {"last_day_to_file": limit.day.isoformat()}
    return Broken("/changed_on", told, limit=limit) if late else None


def _same_ids(
    stated: tuple[PartyDetails, ...] | None, now: tuple[object, ...], context: Context
) -> bool:
    return stated is None or {context.party_id(p) for p in stated} == {p.id for p in now}  # type: ignore[attr-defined]


def _standing(patent: Patent, registration_no: str, context: Context) -> Pledge | None:
    pledge = patent.pledge(registration_no)
    return pledge if pledge is not None and pledge.stands(context.today) else None


@rule(
    "pledge-deregister-ground",
    DeregisterPledge,
    title="Ground and proof",
    article="PPM 14; CC 393",
    cure="Name a standing registration, and file proof or a commitment; a waiver needs the "
    "pledgee's signature.",
)
def deregister_ground(patent: Patent, command: DeregisterPledge, context: Context) -> Outcome:
    """A standing registration ends on one of five grounds with proof or commitment; a waiver is the
    pledgee's.
    """
    pledge = _standing(patent, command.registration_no, context)
    if pledge is None:
        return Broken(
            "/registration_no", {"registration_no": command.registration_no, "stands": False}
        )
    if not has_document(command, "proof", "commitment", "judgment", "payment-proof"):
        return Broken("/documents", {"missing": ["proof"]})
    if command.ground == "waived":
        signers = context.signers(command)
        silent = [p.name for p in pledge.now.pledgees if p.id not in signers]
        return Broken("/signed_by", {"not_signed": silent}) if silent else None
    return None


@rule(
    "pledge-deregister-by-one-side",
    DeregisterPledge,
    title="Deregistration by one side",
    article="PPM 14",
    severity=Severity.WARNING,
    cure="Without the pledgee's signature, file a judgment or proof of payment.",
)
def deregister_by_one_side(patent: Patent, command: DeregisterPledge, context: Context) -> Outcome:
    """The pledgee did not sign the deregistration, and neither judgment nor proof of payment is
    filed; it is flagged and passes (setting one_sided_deregistration_refused).
    """
    pledge = _standing(patent, command.registration_no, context)
    if pledge is None or has_document(command, "judgment", "payment-proof"):
        return None
    signers = context.signers(command)
    silent = [p.name for p in pledge.now.pledgees if p.id not in signers]
    if not silent:
        return None
    severity = Severity.REFUSAL if context.law.one_sided_deregistration_refused else None
    return Broken("/signed_by", {"not_signed": silent}, severity)


@rule(
    "pledge-revoke-uncured",
    RevokePledge,
    title="Ground exists and is not cured",
    article="PPM 12",
    cure="Revoke only on a ground that existed and still exists; a cured defect bars it.",
)
def revoke_uncured(patent: Patent, command: RevokePledge, context: Context) -> Outcome:
    """A registration is revoked on a ground of refusal that existed and has not been cured."""
    pledge = _standing(patent, command.registration_no, context)
    if pledge is None:
        return Broken(
            "/registration_no", {"registration_no": command.registration_no, "stands": False}
        )
    ground = GROUNDS.get(command.ground)
    if ground is None:
        return Broken("/ground", {"ground": command.ground, "known": sorted(GROUNDS)})
    existed = ground(patent, pledge, context, pledge.registered_on)
    exists = ground(patent, pledge, context, context.today)
    if existed and exists:
        return None
    return Broken("/ground", {"ground": command.ground, "existed": existed, "still_exists": exists})


Ground = Callable[[Patent, Pledge, Context, date], bool]


def _not_owner(patent: Patent, pledge: Pledge, _: Context, on: date) -> bool:
    known = {p.id for p in patent.patentees_on(on) or ()}
    return any(p.id not in known for p in pledge.now.pledgors)


def _invalidation_pending(patent: Patent, pledge: Pledge, _: Context, on: date) -> bool:
    """Pending, unless the parties were informed of it and still wanted the registration."""
    waived = any(
        isinstance(fact, PledgeRegistered)
        and fact.filing_id == pledge.filing_id
        and any(said.kind == "informed-invalidation" for said in fact.envelope.declarations)
        for fact in patent.facts
    )
    return not waived and bool(patent.pending_invalidations(on))


def _longer_than_term(patent: Patent, pledge: Pledge, _: Context, __: date) -> bool:
    ends, claim = patent.terminates_on, pledge.now.claim
    return ends is not None and claim is not None and claim.debt_due_on >= ends


GROUNDS: dict[str, Ground] = {
    "pledge-pledgor-is-owner": _not_owner,
    "pledge-alive": lambda patent, _, __, on: patent.alive(on) is not True,
    "pledge-fee-current": lambda patent, _, context, on: fee_surely_overdue(patent, context, on),
    "pledge-not-frozen": lambda patent, _, __, on: patent.frozen(on),
    "pledge-debt-within-term": _longer_than_term,
    "pledge-no-live-pledge": lambda patent, pledge, _, on: any(
        other.registration_no != pledge.registration_no for other in patent.standing_pledges(on)
    ),
    "pledge-invalidation-waiver": _invalidation_pending,
    "pledge-contract-contents": lambda _, pledge, __, ___: pledge.now.claim is None,
    "other": lambda _, __, ___, ____: True,
}
"""The grounds of PPM art. 11 that the ledger can see for itself, and `other` with the office's
reason.
"""

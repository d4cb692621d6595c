"""Rules of what the office ends or revokes: recordals (Licence Measures 13) and open-licence
declarations (Guidelines V-11 §3.4, §4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from ledger.domain.filing import Context, has_document
from ledger.domain.holdings import Declaration, Licence
from ledger.domain.licences import recorded_licence
from ledger.domain.patent import Patent, Status
from ledger.domain.revocations import (
    RevokeLicenceRecordal,
    RevokeOpenLicence,
    TerminateOpenLicence,
)
from ledger.domain.rules.catalogue import Broken, Outcome, rule
from ledger.domain.rules.conflicts import conflicting, family, scope_of
from ledger.domain.rules.grounds import fee_surely_overdue
from ledger.domain.rules.licences import entitled
from ledger.domain.rules.open_licences import not_live


@rule(
    "licence-revoke-uncured",
    RevokeLicenceRecordal,
    title="Ground exists and is not cured",
    article="LRM 13",
    cure="Revoke only on a ground that existed and still exists; a cured defect bars it.",
)
def revoke_uncured(patent: Patent, command: RevokeLicenceRecordal, context: Context) -> Outcome:
    """A recordal is revoked on a ground of refusal that existed and has not been cured."""
    licence = recorded_licence(patent, command.licence_id)
    if licence is None or licence.recorded_on is None:
        return Broken("/licence_id", {"licence_id": command.licence_id, "recorded": False})
    ground = GROUNDS.get(command.ground)
    if ground is None:
        return Broken("/ground", {"ground": command.ground, "known": sorted(GROUNDS)})
    existed = ground(patent, licence, context, licence.recorded_on)
    exists = ground(patent, licence, context, context.today)
    if existed and exists:
        return None
    return Broken("/ground", {"ground": command.ground, "existed": existed, "still_exists": exists})


Ground = Callable[[Patent, Licence, Context, date], bool]


def _longer_than_patent(patent: Patent, licence: Licence, _: Context, __: date) -> bool:
    ends, last = patent.terminates_on, licence.now.ends_on
    return ends is not None and last is not None and last > ends


def _not_entitled(patent: Patent, licence: Licence, _: Context, on: date) -> bool:
    able = entitled(patent, licence.head_licence_id, on)
    known = {party.id for party in able or ()}
    return able is not None and any(p.id not in known for p in licence.now.licensors)


def _in_conflict(patent: Patent, licence: Licence, _: Context, on: date) -> bool:
    scope = scope_of(licence)
    others = [] if scope is None else conflicting(patent, scope, family(patent, licence))
    return any(other.shapes[0].since <= on and other.in_term(on) for other in others)


GROUNDS: dict[str, Ground] = {
    "licence-alive": lambda patent, _, __, on: patent.alive(on) is not True,
    "licence-licensor-entitled": _not_entitled,
    "licence-term-within-patent": _longer_than_patent,
    "licence-fee-current": lambda patent, _, context, on: fee_surely_overdue(patent, context, on),
    "licence-not-frozen": lambda patent, _, __, on: patent.frozen(on),
    "licence-no-conflict": _in_conflict,
    "other": lambda _, __, ___, ____: True,
}
"""The grounds of LRM art. 12(2) that the ledger can see for itself, and `other` with the office's
reason.
"""


@rule(
    "open-ex-officio-end",
    TerminateOpenLicence,
    title="Ended by the office",
    article="GL V-11 §4, §9",
    cure="Name a standing declaration and the case for which it should have been withdrawn, as it "
    "is today.",
)
def ex_officio_end(patent: Patent, command: TerminateOpenLicence, context: Context) -> Outcome:
    """The office ends a declaration that its patentee should have withdrawn and did not; here there
    is no duty to withdraw it.
    """
    live = patent.live_declaration(context.today)
    if live is None or live.declaration_no != command.declaration_no:
        return not_live(command.declaration_no)
    arisen = DUTIES[command.ground](patent, live, context)
    return None if arisen else Broken("/ground", {"ground": command.ground, "arisen": False})


def _exclusive(patent: Patent, _: Declaration, context: Context) -> bool:
    return any(x.now.kind != "ordinary" and x.in_term(context.today) for x in patent.licences)


def _patentee_changed(patent: Patent, declaration: Declaration, context: Context) -> bool:
    now = {party.id for party in patent.patentees_on(context.today) or ()}
    return now != {party.id for party in declaration.patentees}


def _pledged_without_consent(patent: Patent, declaration: Declaration, context: Context) -> bool:
    """Of two that were filed here the later was asked for the pledgee's consent."""
    standing = patent.standing_pledges(context.today)
    return any(not (pledge.filed and declaration.filed) for pledge in standing)


def _told(_: Patent, __: Declaration, ___: Context) -> bool:
    """A case that the ledger cannot see; the office gives its reason."""
    return True


DUTIES: dict[str, Callable[[Patent, Declaration, Context], bool]] = {
    "exclusive_or_sole_licence": _exclusive,
    "proceedings_suspended": lambda patent, _, context: patent.frozen(context.today),
    "fee_unpaid": lambda patent, _, context: fee_surely_overdue(patent, context, context.today),
    "pledged_without_consent": _pledged_without_consent,
    "patent_terminated": lambda patent, _, context: (
        patent.status(context.today) in (Status.LAPSED, Status.EXPIRED, Status.ABANDONED)
    ),
    "wholly_invalid": lambda patent, _, __: patent.wholly_invalid(),
    "patentee_changed": _patentee_changed,
    "no_evaluation_report": _told,
    "negative_evaluation_report": _told,
    "not_exploitable": _told,
    "legitimate": lambda _, __, ___: False,
}
"""When there is a duty to withdraw, by the case; a legitimate reason is the patentee's own."""


@rule(
    "open-revoke-fraud",
    RevokeOpenLicence,
    title="Got by falsehood",
    article="GL V-11 §3.4(3); IR 88, 100",
    cure="Name a standing declaration and the falsehood, and add the paper finding; for any other "
    "reason it is terminated.",
)
def revoke_fraud(patent: Patent, command: RevokeOpenLicence, context: Context) -> Outcome:
    """A declaration is revoked only where false materials or concealment got it announced."""
    live = patent.live_declaration(context.today)
    if live is None or live.declaration_no != command.declaration_no:
        return not_live(command.declaration_no)
    if command.ground == "other":
        return Broken("/ground", {"ground": command.ground})
    found = has_document(command, "finding")
    return None if found else Broken("/documents", {"missing": ["finding"]})

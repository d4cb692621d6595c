"""Rules of what becomes of a recorded licence (law.md 8.4): change, cancellation."""

from __future__ import annotations

from datetime import timedelta

from ledger.domain.filing import Context, has_document
from ledger.domain.holdings import Licence
from ledger.domain.licences import (
    CancelLicence,
    ChangeLicence,
    recorded_licence,
)
from ledger.domain.parties import Party, PartyDetails
from ledger.domain.patent import Patent
from ledger.domain.periods import add_months, last_day_to_act
from ledger.domain.refusals import Severity
from ledger.domain.rules.catalogue import Broken, Outcome, rule
from ledger.domain.rules.conflicts import (
    scope_changed,
)
from ledger.domain.rules.grounds import filed_on
from ledger.domain.rules.licences import entitled

_DAY = timedelta(days=1)


@rule(
    "licence-extension-2-months",
    ChangeLicence,
    title="Change of a recorded licence",
    article="LRM 16",
    cure="Name a recorded licence and what changes; for kind, term, scope, royalty or another "
    "licensee add the amendment-agreement signed by both sides, for a new name or patentee proof "
    "or identity-commitment.",
)
def extension(patent: Patent, command: ChangeLicence, context: Context) -> Outcome:
    """A change needs a recorded licence and both sides; an extension, two months before the end."""
    licence = recorded_licence(patent, command.licence_id)
    if licence is None:
        return _not_recorded(command.licence_id)
    if not command.amends and not command.parties():
        return Broken(fact={"changes": "nothing"})
    unsettled = _not_agreed(licence, command, context)
    if unsettled is not None:
        return unsettled
    if scope_changed(command, licence) is None:
        return Broken("/last_day", {"ends_before_it_begins": True})
    ends = licence.now.ends_on
    if ends is None or command.last_day is None or command.last_day < ends:
        return None
    limit = add_months(ends - _DAY, -2)
    late = filed_on(command, context) > limit
    fact = {"last_day_to_file": limit.isoformat()}
    return Broken("/last_day", fact, Severity.WARNING) if late else None


def _not_recorded(licence_id: str) -> Broken:
    return Broken("/licence_id", {"licence_id": licence_id, "recorded": False})


def _not_agreed(licence: Licence, command: ChangeLicence, context: Context) -> Broken | None:
    """What is missing of the agreement of both sides, or of the proof of who a party now is."""
    now = licence.now
    licensors = _after(now.licensors, command.licensors, context)
    licensees = _after(now.licensees, command.licensees, context)
    signers = context.signers(command)
    if not command.amends and {p.id for p in now.licensees} == set(licensees):
        if not has_document(command, "proof", "identity-commitment", "amendment-agreement"):
            return Broken("/documents", {"missing": ["proof"]})
        known = licensors | licensees
        return None if signers & set(known) else Broken("/signed_by", {"one_of": [*known.values()]})
    needed = licensors | licensees | {p.id: p.name for p in now.licensees}
    silent = [name for key, name in needed.items() if key not in signers]
    if silent:
        return Broken("/signed_by", {"not_signed": silent})
    if not has_document(command, "amendment-agreement"):
        return Broken("/documents", {"missing": ["amendment-agreement"]})
    return None


def _after(
    now: tuple[Party, ...], stated: tuple[PartyDetails, ...] | None, context: Context
) -> dict[str, str]:
    """Names by identity key of one side after the change."""
    parties = now if stated is None else tuple(context.party(p) for p in stated)
    return {p.id: p.name for p in parties}


@rule(
    "licence-cancel-30-days",
    CancelLicence,
    title="Cancellation within thirty days",
    article="LRM 17",
    severity=Severity.WARNING,
    cure="Name a recorded licence, let licensor or licensee sign, and file once it has ended.",
)
def cancel_30_days(patent: Patent, command: CancelLicence, context: Context) -> Outcome:
    """A party of a recorded licence has it cancelled within thirty days after it ended."""
    licence = recorded_licence(patent, command.licence_id)
    if licence is None:
        return _refused(_not_recorded(command.licence_id))
    parties = {p.id: p.name for p in (*licence.now.licensors, *licence.now.licensees)}
    parties |= {
        p.id: p.name for p in entitled(patent, licence.head_licence_id, context.today) or ()
    }
    if not context.signers(command) & set(parties):
        return _refused(Broken("/signed_by", {"one_of": [*parties.values()]}))
    if command.ended_on > context.today:
        return _refused(Broken("/ended_on", {"ended_on": command.ended_on.isoformat()}))
    limit = last_day_to_act(command.ended_on, days=30, calendar=context.calendar)
    late = filed_on(command, context) > limit.day
    told = {"last_day_to_file": limit.day.isoformat()}
    return Broken("/ended_on", told, limit=limit) if late else None


def _refused(broken: Broken) -> Broken:
    return Broken(broken.pointer, broken.fact, Severity.REFUSAL)

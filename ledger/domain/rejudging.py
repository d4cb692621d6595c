"""Registered entries judged again: by the rules that look at the register and the entry alone, on
the state in which they were registered, on that day.

Who signed stands in no entry: whoever the register or the entry names is taken to have signed. An
entry that was judged by other settings of the law is left alone, and so is one whose confidential
part is withheld.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ledger.domain.events import Door, PatentEvent
from ledger.domain.filing import Caller, Context
from ledger.domain.lawsettings import LawSettings
from ledger.domain.parties import Party, PartyDetails
from ledger.domain.patent import Patent
from ledger.domain.periods import WorkingCalendar, civil_date
from ledger.domain.refusals import Finding, Severity
from ledger.domain.retelling import AGAIN
from ledger.domain.rules import RULES
from ledger.domain.rules.catalogue import Broken

AUDITOR: Final = Caller("audit", "registrar")


def judged_again(
    before: Patent, entry: PatentEvent, calendar: WorkingCalendar, law: LawSettings
) -> Iterator[Finding]:
    """What would refuse an entry that a filing made, on the patent as it was before that filing."""
    envelope = entry.envelope
    asked = AGAIN.get(type(entry))
    other_settings = envelope.judged_under.settings != law.digest()
    # Who files is named in confidence, in every entry: where nobody is, all of that is withheld.
    withheld = envelope.filed_by is None
    if asked is None or envelope.door is not Door.FILED or other_settings or withheld:
        return
    make, rules = asked
    told: dict[int, Party] = {}

    def details(parties: tuple[Party, ...]) -> tuple[PartyDetails, ...]:
        stated = tuple(PartyDetails.model_construct(**_stated(party)) for party in parties)
        told.update({id(one): party for one, party in zip(stated, parties, strict=True)})
        return stated

    command = make(entry, details)
    if command is None:
        return
    memo: dict[object, object] = dict(told)  # type: ignore[arg-type] # its keys are objects
    context = Context(
        filing_id=entry.filing_id,
        now=envelope.recorded_at,
        today=civil_date(envelope.recorded_at),
        caller=AUDITOR,
        door=envelope.door,
        calendar=calendar,
        law=law,
        judged_under=envelope.judged_under,
        pseudonym=str,
        draw=str,
        keys={name: party.id for name, party in told.items()},
        memo=memo | {"signers": _everybody(before) | {party.id for party in told.values()}},
    )
    for rule in map(RULES.__getitem__, rules):
        outcome = rule.check(before, command, context)
        if isinstance(outcome, Broken):
            finding = rule.finding(outcome, before)
            if finding.severity is Severity.REFUSAL:
                yield finding


def _everybody(patent: Patent) -> frozenset[str]:
    """Identity keys of all whom the register names on a patent."""
    sides = [held.parties for held in patent.patentees]
    for pledge in patent.pledges:
        sides += [pledge.now.pledgors, pledge.now.pledgees]
    for licence in patent.licences:
        sides += [licence.now.licensors, licence.now.licensees]
    return frozenset(party.id for side in sides for party in side)


def _stated(party: Party) -> dict[str, Any]:
    """What a filing states of a party, as far as its entry shows it."""
    return {name: value for name, value in party if name in PartyDetails.model_fields}

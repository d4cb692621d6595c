"""Registered entries judged again: by the rules that look at the register and the entry alone, on
the state in which they were registered, on that day.

What the filer signed, declared or handed in besides is not judged again: it is not in the entry, or
only its digest is. An entry that was judged by other settings of the law is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from ledger.domain.events import (
    Door,
    LicenceRecorded,
    OpenLicenceDeclared,
    PatentEvent,
    PledgeRegistered,
    TransferRegistered,
)
from ledger.domain.filing import Caller, Command, Context
from ledger.domain.lawsettings import LawSettings
from ledger.domain.licences import RecordLicence
from ledger.domain.open_licences import DeclareOpenLicence
from ledger.domain.parties import Party, PartyDetails
from ledger.domain.patent import Patent
from ledger.domain.periods import WorkingCalendar, civil_date
from ledger.domain.pledges import RegisterPledge
from ledger.domain.refusals import Finding, Severity
from ledger.domain.rules import RULES
from ledger.domain.rules.catalogue import Broken
from ledger.domain.transfers import RegisterTransfer

AUDITOR: Final = Caller("audit", "registrar")

Details = Callable[[tuple[Party, ...]], tuple[PartyDetails, ...]]
"""Gives parties as a filing states them."""


def judged_again(
    before: Patent, entry: PatentEvent, calendar: WorkingCalendar, law: LawSettings
) -> Iterator[Finding]:
    """What would refuse an entry that a filing made, on the patent as it was before that filing."""
    envelope = entry.envelope
    asked = AGAIN.get(type(entry))
    other_settings = envelope.judged_under.settings != law.digest()
    if asked is None or envelope.door is not Door.FILED or other_settings:
        return
    make, rules = asked
    keys: dict[int, str] = {}

    def details(parties: tuple[Party, ...]) -> tuple[PartyDetails, ...]:
        stated = tuple(PartyDetails.model_construct(**_stated(party)) for party in parties)
        keys.update({id(one): party.id for one, party in zip(stated, parties, strict=True)})
        return stated

    command = make(entry, details)
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
        keys=keys,
    )
    for rule in map(RULES.__getitem__, rules):
        outcome = rule.check(before, command, context)
        if isinstance(outcome, Broken):
            finding = rule.finding(outcome, before)
            if finding.severity is Severity.REFUSAL:
                yield finding


def _stated(party: Party) -> dict[str, Any]:
    return {name: getattr(party, name) for name in ("name", "kind", "residence", "region")}


def _filed(command: type[Command], entry: PatentEvent, **members: Any) -> Any:
    """A filing over the one patent, as far as its entry tells it."""
    envelope = entry.envelope
    return command.model_construct(
        patents=(entry.originator_id,),
        documents=envelope.documents,
        declarations=envelope.declarations,
        received_on=envelope.received_on,
        **members,
    )


def _pledge(entry: Any, details: Details) -> RegisterPledge:
    filed: RegisterPledge = _filed(
        RegisterPledge,
        entry,
        pledgors=details(entry.pledgors),
        pledgees=details(entry.pledgees),
    )
    return filed


def _transfer(entry: Any, details: Details) -> RegisterTransfer:
    after = entry.patentees_after or entry.transferees
    new = {party.id for party in entry.transferees}
    staying = tuple(party for party in after if party.id not in new)
    filed: RegisterTransfer = _filed(
        RegisterTransfer,
        entry,
        cause=entry.cause,
        patentees_before=details((*entry.transferors, *staying)),
        patentees_after=details(after),
    )
    return filed


def _licence(entry: Any, details: Details) -> RecordLicence:
    filed: RecordLicence = _filed(
        RecordLicence,
        entry,
        kind=entry.kind,
        licensors=details(entry.licensors),
        licensees=details(entry.licensees),
        head_licence_id=entry.head_licence_id,
    )
    return filed


def _declaration(entry: Any, details: Details) -> DeclareOpenLicence:
    filed: DeclareOpenLicence = _filed(
        DeclareOpenLicence, entry, patentees=details(entry.patentees)
    )
    return filed


AGAIN: Final[dict[type[PatentEvent], tuple[Callable[[Any, Details], Any], tuple[str, ...]]]] = {
    PledgeRegistered: (
        _pledge,
        (
            "pledge-pledgor-is-owner",
            "pledge-alive",
            "pledge-fee-current",
            "pledge-not-frozen",
            "pledge-no-live-pledge",
        ),
    ),
    TransferRegistered: (_transfer, ("transfer-alive", "transfer-from-registered-owner")),
    LicenceRecorded: (
        _licence,
        (
            "licence-alive",
            "licence-licensor-entitled",
            "licence-fee-current",
            "licence-not-frozen",
            "licence-no-exclusive-when-open",
        ),
    ),
    OpenLicenceDeclared: (
        _declaration,
        (
            "open-granted",
            "open-no-exclusive-or-sole",
            "open-not-frozen",
            "open-fee-current",
            "open-not-wholly-invalid",
            "open-single-live",
        ),
    ),
}
"""Kinds of entries that are judged again: how their filing is told, and by which rules."""

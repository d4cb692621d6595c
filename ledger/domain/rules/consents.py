"""The rule of consents (law.md 1.11, 8.6): one party's consent to one act."""

from __future__ import annotations

from ledger.domain.consents import (
    COUNTERPARTIES,
    RecordConsent,
    WithdrawConsent,
    giver,
    holders,
)
from ledger.domain.filing import Context
from ledger.domain.patent import Patent
from ledger.domain.rules.catalogue import Broken, Outcome, rule


@rule(
    "pledge-consent-specific",
    RecordConsent,
    title="Consent to one act",
    article="CC 444(2)",
    cure="Name the act, with whom, the patents and a period still running, signed by a party that "
    "is pledgee, pledgor or co-owner of each patent today.",
)
def consent_specific(patent: Patent, command: RecordConsent, context: Context) -> Outcome:
    """A consent is one party's, to one act with named counterparties, on patents, for a time."""
    unclear = _unclear(command, context) if patent.id == command.patents[0] else None
    if unclear is not None:
        return unclear
    by = giver((patent,), command, context)
    held = {p.id: p.name for p in holders(patent, command.capacity, context)}
    if by is None or by.id not in held:
        fact = {"capacity": command.capacity, "registered": sorted(held.values())}
        return Broken("/by" if command.by else "/capacity", fact)
    if by.id not in context.signers(command) | context.ids((context.caller.party or "",)):
        return Broken("/signed_by", {"not_signed": [by.name]})
    return None


def _unclear(command: RecordConsent, context: Context) -> Broken | None:
    """What is wrong with the consent itself, whatever the patent."""
    decides = (command.act, command.capacity) == ("transfer", "pledgee")
    if decides != (command.disposition is not None):
        return Broken("/disposition", {"needed": decides})
    if (command.act in COUNTERPARTIES) != bool(command.counterparties):
        return Broken("/counterparties", {"needed": command.act in COUNTERPARTIES})
    if command.valid_until < max(command.valid_from, context.today):
        return Broken("/valid_until", {"valid_until": command.valid_until.isoformat()})
    return None


@rule(
    "consent-withdrawal",
    WithdrawConsent,
    title="A consent not yet used",
    article="CC 444(2)",
    cure="What a filing has done with the consent stays; agree on another act.",
    once=True,
)
def consent_withdrawal(_: Patent, command: WithdrawConsent, context: Context) -> Outcome:
    """A consent is withdrawn before a filing has used it and while it can be used."""
    consent = context.streams[f"filing:{command.consent}"].consent
    assert consent is not None, "for whom the consent is not there, the act is about nothing"
    spent = consent.spent(context.today)
    return None if spent is None else Broken("/consent", {"consent": spent})

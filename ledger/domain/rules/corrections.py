"""Rules of corrections and revocations (law.md 5.11, 8.1; Implementing Rules art. 64)."""

from __future__ import annotations

from typing import Any

from ledger.domain.amending import EFFECTIVE_ON, restated
from ledger.domain.corrections import (
    Entry,
    PublishCorrection,
    RevokeEntry,
    entries,
    restating,
    states,
)
from ledger.domain.events import Change, PatentEntered
from ledger.domain.filing import Context
from ledger.domain.patent import Patent
from ledger.domain.rules.catalogue import Broken, Outcome, rule
from ledger.domain.splicing import SPLICES


@rule(
    "correction-entry-known",
    PublishCorrection,
    RevokeEntry,
    title="The entry is on record",
    article="IR 64; GL V-8 §1.3.2.17",
    cure="Name the filing that made the entry as its receipt does, and with topic and place which "
    "of its entries is meant.",
    once=True,
)
def entry_known(_: Patent, command: PublishCorrection | RevokeEntry, context: Context) -> Outcome:
    """The filing named made no such entry that still counts, or it made several."""
    named = {name: entries(state, command) for name, state in states(command, context).items()}
    missing = [name for name, found in named.items() if not found]
    if missing or not named:
        return Broken("/entry", {"entry": command.entry, "not_on": missing})
    if isinstance(command, PublishCorrection):
        several = {
            name: [entry.recorded.TOPIC for entry in found]
            for name, found in named.items()
            if len(found) > 1
        }
        if several:
            return Broken("/topic", {"several": several})
    return None


@rule(
    "correction-as-stated",
    PublishCorrection,
    title="A correction that can be made",
    article="IR 64; GL V-8 §1.3.2.17",
    cure="State members of the entry as they should have read, as docs/facts.md writes them; a "
    "wrong correction is revoked.",
    once=True,
)
def as_stated(_: Patent, command: PublishCorrection, context: Context) -> Outcome:
    """The correction changes nothing, or states what the entry cannot say."""
    for name, state in states(command, context).items():
        found = entries(state, command)
        problem = _fault(found[0], command, context) if len(found) == 1 else None
        if problem is not None:
            pointer, fact = problem
            return Broken(pointer, {"stream": name} | fact)
    return None


def _fault(
    entry: Entry, command: PublishCorrection, context: Context
) -> tuple[str, dict[str, Any]] | None:
    if entry.amends:
        return "/entry", {"topic": entry.recorded.TOPIC, "can_be": "revoked"}
    stated = restating(entry.recorded, command.changes, context)
    if stated.faults:
        member = next(iter(stated.faults))
        return f"/changes/{member}", {"faults": stated.faults}
    if not stated.changes:
        return "/changes", {"nothing_changes": True}
    emptied = [change.member for change in stated.changes if _emptied(change)]
    if emptied:
        return f"/changes/{emptied[0]}", {"nobody_left": emptied}
    after = restated(entry.recorded, stated.changes)
    if after.effective_on > max(context.today, entry.recorded.effective_on):
        return f"/changes/{EFFECTIVE_ON}", {"later_than": context.today.isoformat()}
    if isinstance(after, PatentEntered) and _granted_before_filed(after):
        return "/changes", {"granted_before_filed": True}
    return None


def _emptied(change: Change) -> bool:
    """Whether nobody would be left on a side that an entry always has."""
    return change.member in ALWAYS_SOMEBODY and bool(change.before) and not change.after


ALWAYS_SOMEBODY = frozenset(
    {"patentees", "patentees_after", "pledgors", "pledgees", "licensors", "licensees"}
)


def _granted_before_filed(fact: PatentEntered) -> bool:
    filed, granted = fact.filed_on, fact.granted_on
    return filed is not None and granted is not None and granted < filed


@rule(
    "revocation-effect",
    RevokeEntry,
    title="From the beginning or from its date",
    article="PPM 12; LRM 13; GL V-11 §4",
    cure="Revoke the entry from the beginning.",
    once=True,
)
def revocation_effect(_: Patent, command: RevokeEntry, context: Context) -> Outcome:
    """Only what holds for a time, and has begun, can end on the day of its revocation."""
    if command.effect == "from_beginning":
        return None
    momentary = {
        entry.recorded.TOPIC: name
        for name, state in states(command, context).items()
        for entry in entries(state, command)
        if entry.recorded.TOPIC not in SPLICES or entry.recorded.effective_on >= context.today
    }
    return Broken("/effect", {"of_a_moment": momentary}) if momentary else None

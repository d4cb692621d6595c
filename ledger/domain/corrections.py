"""Corrections of what was entered by mistake, and revocations of what should not have been entered.

Both name an entry by the filing that made it. Nothing recorded changes: one more entry says how the
earlier one counts from now on, also for past days; as known before, it counts as it did. They are
the office's acts, are never refused for what follows from them, and nothing else reaches back so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, TypeAdapter, ValidationError

from ledger.domain.amending import EFFECTIVE_ON, Amended, as_json, told
from ledger.domain.events import (
    CONFIDENTIAL,
    Amendment,
    Change,
    Door,
    EntryCorrected,
    EntryRevoked,
    Envelope,
    Event,
    HiddenEntryCorrected,
    HiddenEntryRevoked,
    LedgerEvent,
)
from ledger.domain.filing import Command, Context, Patents
from ledger.domain.parties import PartyDetails, Personal
from ledger.domain.patent import Patent
from ledger.domain.periods import CivilDate
from ledger.domain.stating import Reading, form_of
from ledger.domain.streams import Stream
from ledger.domain.texts import LongText, Text

CHANGES_MAX = 50

FIXED = frozenset({"licence_id", "declaration_no", "credit_code"})
"""Members that no correction states: names by which other entries know the thing."""


class Correcting(Command):
    """What names an entry."""

    patents: Annotated[Patents | tuple[()], Field(max_length=1000)] = ()
    """The patents on which the entry is amended; all those of its filing where left out."""
    streams: Annotated[tuple[Text, ...], Field(max_length=1000)] = ()
    """Streams about no patent on which it is; they follow from the filing and are not stated."""
    entry: Text
    """The filing that made the entry."""
    topic: Text | None = Field(None, examples=["pledge.registered"])
    """The kind of entry, where the filing made several on a patent."""
    place: Annotated[int, Field(ge=1)] | None = None
    """Which of several entries of this kind that the filing made on a patent, counted from 1."""
    reason: LongText
    publication: Text | None = None
    """Number of the gazette in which the original entry was published."""


class PublishCorrection(Correcting):
    """Put a clerical mistake in an entry right (Implementing Rules art. 64)."""

    NAME: ClassVar[str] = "PublishCorrection"

    changes: Annotated[dict[Text, Any], Field(min_length=1, max_length=CHANGES_MAX)] = Field(
        examples=[{"effective_on": "2026-02-24"}]
    )
    """What members of the entry should have read, as a transcribed fact states them; the day from
    which the entry counts is `effective_on`."""

    def parties(self) -> tuple[PartyDetails, ...]:
        """The parties that the changes describe; what describes none is found out later."""
        return tuple(_parties(self.changes))


def _parties(stated: Any) -> Iterator[PartyDetails]:
    if isinstance(stated, Mapping):
        if "name" in stated:
            with suppress(ValidationError):
                yield PartyDetails.model_validate(stated)
        stated = stated.values()
    if not isinstance(stated, str) and isinstance(stated, Iterable):
        for each in stated:
            yield from _parties(each)


class RevokeEntry(Correcting):
    """Revoke an entry that should not have been made; without `topic` all that the filing made."""

    NAME: ClassVar[str] = "RevokeEntry"

    effect: Literal["from_beginning", "from_date"] = "from_beginning"
    """Whether the entry never was, or counts up to the day of its revocation."""


# --- which entries ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """A recorded entry that counts, on its stream."""

    recorded: Event
    """A fact as it counts, or an amendment."""
    fact: Event
    """The fact that it is, or that it is about."""

    @property
    def amends(self) -> bool:
        """Whether the entry is itself a correction or a revocation."""
        return isinstance(self.recorded, Amendment)


def entries(state: Patent | Stream, command: Correcting) -> list[Entry]:
    """The entries on a stream that a command names and that count, in their order."""
    found = sorted(_made(state, command.entry), key=lambda e: e.recorded.originator_version)
    if command.topic is not None:
        found = [entry for entry in found if command.topic == entry.recorded.TOPIC]
    if command.place is not None:
        found = found[command.place - 1 : command.place]
    return found


def _made(state: Patent | Stream, filing_id: str) -> Iterator[Entry]:
    for fact in state.facts:
        if fact.filing_id == filing_id and not isinstance(fact, Amendment):
            yield Entry(fact, fact)
    for amended in state.amended:
        for amendment in amended.by:
            if amendment.filing_id == filing_id:
                yield Entry(amendment, amended.fact)


def states(command: Correcting, context: Context) -> dict[str, Patent | Stream]:
    """The states of the streams that a command is about, by their ids."""
    patents = {number: context.patents[number] for number in command.patents}
    return {**patents, **{name: context.streams[name] for name in command.streams}}


# --- what a correction states -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Restated:
    """What a correction changes of an entry, and what of it cannot be."""

    changes: tuple[Change, ...] = ()
    personal: tuple[Personal, ...] = ()
    faults: dict[str, str] = field(default_factory=dict)
    """Member → why it cannot be corrected so."""


def restating(fact: Event, changes: Mapping[str, Any], context: Context) -> Restated:
    """The changes of a fact that a correction states; what is the same is no change."""
    found: list[Change] = []
    faults: dict[str, str] = {}
    reader = Reading(context.pseudonym)
    for name, stated in changes.items():
        form = form_of_member(type(fact), name)
        if form is None:
            faults[name] = "no member of the entry that can be corrected"
            continue
        try:
            value = reader.member(name, form.validate_python(stated))
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            faults["/".join(map(str, (name, *first["loc"])))] = first["msg"]
            continue
        before = told(fact, name)
        after = as_json(type(fact), name, value)
        if after != before:
            found.append(Change(member=name, before=before, after=after))
    return Restated(tuple(found), tuple(reader.personal.values()), faults)


@cache
def form_of_member(kind: type[Event], name: str) -> TypeAdapter[Any] | None:
    """The form in which a member of an event kind is stated; None where no correction states it."""
    if name == EFFECTIVE_ON:
        return TypeAdapter(CivilDate)
    stated = form_of(kind).model_fields.get(name)
    if stated is None or name in FIXED:
        return None
    hint: Any = stated.annotation
    return TypeAdapter(Annotated[(hint, *stated.metadata)] if stated.metadata else hint)


# --- deciding -----------------------------------------------------------------------------------


def publish_correction(
    _: Mapping[str, Patent], command: PublishCorrection, context: Context
) -> list[LedgerEvent]:
    """One event a stream: what the entry said, what it should have said, and why."""
    events: list[LedgerEvent] = []
    for name, state in states(command, context).items():
        (entry,) = entries(state, command)
        stated = restating(entry.recorded, command.changes, context)
        kind = HiddenEntryCorrected if entry.fact.HIDDEN else EntryCorrected
        events.append(
            kind(
                originator_id=name,
                originator_version=state.version + 1,
                envelope=_envelope(entry, command, context),
                personal=stated.personal or None,
                **_members(entry, command, stated.changes),
            )
        )
    return events


def revoke_entry(
    _: Mapping[str, Patent], command: RevokeEntry, context: Context
) -> list[LedgerEvent]:
    """One event for each entry that the filing made and that is revoked."""
    events: list[LedgerEvent] = []
    for name, state in states(command, context).items():
        for place, entry in enumerate(entries(state, command), 1):
            kind = HiddenEntryRevoked if entry.fact.HIDDEN else EntryRevoked
            events.append(
                kind(
                    originator_id=name,
                    originator_version=state.version + place,
                    envelope=_envelope(entry, command, context),
                    effect=command.effect,
                    undoes=entry.recorded.effect
                    if isinstance(entry.recorded, EntryRevoked)
                    else None,
                    **_members(entry, command, _restored(state, entry)),
                )
            )
    return events


def _envelope(entry: Entry, command: Correcting, context: Context) -> Envelope:
    """It counts from the day from which the entry does; what ends its effect, from today."""
    from_date = isinstance(command, RevokeEntry) and command.effect == "from_date"
    effective_on = context.today if from_date else entry.fact.effective_on
    stated = entry.fact.envelope
    envelope = context.envelope(command, effective_on, stated.registration_no)
    return envelope.model_copy(
        update={
            "door": Door.CORRECTED,
            "source": stated.source,
            "corrects": entry.recorded.filing_id,
        }
    )


def _members(entry: Entry, command: Correcting, changes: tuple[Change, ...]) -> dict[str, Any]:
    """The members that every amendment has; changes of confidential members are confidential."""
    secret = tuple(change for change in changes if _is_confidential(entry.fact, change.member))
    return {
        "entry_topic": entry.recorded.TOPIC,
        "original_topic": entry.fact.TOPIC,
        "entry_version": entry.recorded.originator_version,
        "changes": tuple(change for change in changes if change not in secret),
        "confidential_changes": secret,
        "reason": command.reason,
        "publication": command.publication,
    }


def _is_confidential(fact: Event, name: str) -> bool:
    field_of_it = type(fact).model_fields.get(name)
    return field_of_it is not None and CONFIDENTIAL in field_of_it.metadata


def _restored(state: Patent | Stream, entry: Entry) -> tuple[Change, ...]:
    """What counts again when a correction is revoked."""
    correction = entry.recorded
    if not isinstance(correction, EntryCorrected):
        return ()
    amended: Amended[Any] = next(each for each in state.amended if correction in each.by)
    left = replace(amended, by=tuple(each for each in amended.by if each is not correction))
    now, then = amended.counting, left.counting
    if now is None or then is None:
        return ()
    changed = (*correction.changes, *(correction.confidential_changes or ()))
    stated = ((c.member, told(now, c.member), told(then, c.member)) for c in changed)
    return tuple(Change(member=m, before=b, after=a) for m, b, a in stated if b != a)


COMMANDS: dict[type[Command], Callable[..., list[LedgerEvent]]] = {
    PublishCorrection: publish_correction,
    RevokeEntry: revoke_entry,
}

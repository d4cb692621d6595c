"""Corrections and revocations: what of the recorded entries counts, and how.

An amendment names one entry, the fact or an earlier amendment of it. Nothing recorded changes: the
fact keeps its filing and its place among the others, and counts as the amendments leave it. Who
asks as known before an amendment gets the fact as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Generic, TypeVar, get_type_hints

from pydantic import JsonValue, TypeAdapter

from ledger.domain.events import Amendment, Change, EntryRevoked, Event
from ledger.domain.periods import CivilDate

Fact = TypeVar("Fact", bound=Event)


@dataclass(frozen=True, slots=True)
class Amended(Generic[Fact]):
    """A fact as it was recorded, and the amendments of it that count, in their order."""

    fact: Fact
    by: tuple[Amendment, ...]

    @property
    def counting(self) -> Fact | None:
        """The fact as it counts, None where it is void from the beginning."""
        fact = self.fact
        for amendment in self.by:
            if isinstance(amendment, EntryRevoked):
                if amendment.effect == "from_beginning":
                    return None
            else:
                fact = restated(fact, (*amendment.changes, *(amendment.confidential_changes or ())))
        return fact

    @property
    def revocations(self) -> tuple[EntryRevoked, ...]:
        """Those that end its effect on a day: they take their place among the facts."""
        revocations = (each for each in self.by if isinstance(each, EntryRevoked))
        return tuple(each for each in revocations if each.effect == "from_date")


def amend(
    facts: Sequence[Fact], known: tuple[Amended[Fact], ...], amendment: Amendment
) -> tuple[list[Fact], tuple[Amended[Fact], ...]]:
    """The facts that count (not in order), and those amended, after one more amendment.

    Total: an amendment of an entry that the stream does not have, or no longer counts, changes
    nothing.
    """
    before = _named(facts, known, amendment)
    if before is None:
        return list(facts), known
    after = _after(before, amendment)
    gone = {before.fact.originator_version, *(each.originator_version for each in before.by)}
    others = tuple(each for each in known if each is not before)
    counting: list[Any] = [each for each in facts if each.originator_version not in gone]
    fact = after.counting
    if fact is not None:
        counting += [fact, *after.revocations]
    return counting, (*others, after) if after.by else others


def _after(amended: Amended[Fact], amendment: Amendment) -> Amended[Fact]:
    """One that revokes an amendment takes that away; others come behind."""
    left = tuple(each for each in amended.by if not names(amendment, each))
    by = left if len(left) < len(amended.by) else (*left, amendment)
    return replace(amended, by=by)


def _named(
    facts: Iterable[Fact], known: tuple[Amended[Fact], ...], amendment: Amendment
) -> Amended[Fact] | None:
    """The fact that is amended, by itself or by an amendment of it; its version may be withheld."""
    for amended in known:
        entries: tuple[Event, ...] = (amended.fact, *amended.by)
        if any(names(amendment, each) for each in entries):
            return amended
    for fact in facts:
        if names(amendment, fact) and not isinstance(fact, Amendment):
            return Amended(fact, ())
    return None


def names(amendment: Amendment, entry: Event) -> bool:
    """Whether an amendment is about an entry."""
    if amendment.entry_version is not None:
        return entry.originator_version == amendment.entry_version
    named = (amendment.envelope.corrects, amendment.entry_topic)
    return named == (entry.filing_id, entry.TOPIC)


# --- members ------------------------------------------------------------------------------------

EFFECTIVE_ON = "effective_on"
"""The one member of the envelope that a correction may state."""


def restated(fact: Fact, changes: Iterable[Change]) -> Fact:
    """The fact with other values of some members."""
    values = {
        each.member: member(type(fact), each.member).validate_python(each.after) for each in changes
    }
    day = values.pop(EFFECTIVE_ON, None)
    if day is not None:
        values["envelope"] = fact.envelope.model_copy(update={EFFECTIVE_ON: day})
    return fact.model_copy(update=values)


def told(fact: Event, name: str) -> JsonValue:
    """The JSON value of a member of a fact."""
    return as_json(type(fact), name, value_of(fact, name))


def value_of(fact: Event, name: str) -> Any:
    """A member of a fact that a correction may state."""
    return fact.effective_on if name == EFFECTIVE_ON else getattr(fact, name)


def as_json(kind: type[Event], name: str, value: Any) -> JsonValue:
    """A value of a member of an event kind as it is stored."""
    shown: JsonValue = member(kind, name).dump_python(value, mode="json")
    return shown


@cache
def member(kind: type[Event], name: str) -> TypeAdapter[Any]:
    """What reads and writes a member of an event kind."""
    if name == EFFECTIVE_ON:
        return TypeAdapter(CivilDate)
    return TypeAdapter(get_type_hints(kind, include_extras=True)[name])

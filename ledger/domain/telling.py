"""What a filer is told of a judgement: the facts that it may see, else the rule and whom to ask.

The filing is judged a second time on the patents as the filer may see them: hidden facts of others
left out, their confidential values withheld. What both judgements say alike follows from what the
filer may see and is told; of the rest only that the rule found something. So a rule need not know
what is confidential, and a new one cannot forget it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from ledger.domain.deciding import Verdict, decide
from ledger.domain.events import CONFIDENTIAL, Event, PatentEvent
from ledger.domain.evolving import replay_in_order
from ledger.domain.filing import Command, Context
from ledger.domain.obligations import Owed
from ledger.domain.parties import Party
from ledger.domain.patent import Patent, altered
from ledger.domain.refusals import Finding, Refused
from ledger.domain.rules import judge
from ledger.domain.rules.catalogue import FACT_UNKNOWN

OFFICE = "registrar"
"""The role that keeps the register: it is told every fact."""

OF_THE_RIGHT = frozenset({"fee", "lapse", "right", "patent", "term", "invalidation"})
"""First words of the topics of facts about the right itself, to which its patentees are parties."""

ASK = "ask"
"""Member of a finding's fact that says whom to ask for what is not told."""


def decided(patents: Mapping[str, Patent], command: Command, context: Context) -> Verdict:
    """As `decide`, with the findings as the filer is told them; raises Refused so, too."""
    try:
        verdict = decide(patents, command, context)
    except Refused as refused:
        raise Refused(told(refused.findings, patents, command, context)) from None
    return Verdict(verdict.events, told(verdict.findings, patents, command, context))


def told(
    findings: tuple[Finding, ...],
    patents: Mapping[str, Patent],
    command: Command,
    context: Context,
) -> tuple[Finding, ...]:
    """Findings as the filer is told them."""
    concerned = {finding.patent for finding in findings} - {None}
    if context.caller.role == OFFICE or not concerned:
        return findings
    seen = Seen(patents, context)
    shown = {number: seen[number] for number in patents}
    if all(shown[number] is patents[number] for number in patents):
        return findings
    again = judge(shown, command, replace(context, patents=seen))
    alike = {_place(finding): finding for finding in again}
    return tuple(
        _as_seen(finding, alike.get(_place(finding)), patent, context)
        if finding.patent is not None and (patent := patents.get(finding.patent)) is not None
        else finding
        for finding in findings
    )


def _place(finding: Finding) -> tuple[str, str | None, object]:
    """What a finding is about; of facts never told there may be several on a patent."""
    missing = finding.fact["missing"] if finding.rule == FACT_UNKNOWN else None
    return finding.rule, finding.patent, missing


def _as_seen(finding: Finding, seen: Finding | None, patent: Patent, context: Context) -> Finding:
    """What of a finding the filer may see; whom to ask for the rest."""
    shown = {} if seen is None else seen.fact
    fact = {name: value for name, value in finding.fact.items() if shown.get(name, ...) == value}
    owed = tuple(_owed_as_seen(finding.owed, () if seen is None else seen.owed))
    if fact == finding.fact and owed == finding.owed:
        return finding
    patentees = patent.patentees_on(context.today) or ()
    fact[ASK] = [*(party.name for party in patentees), OFFICE]
    return replace(finding, fact=fact, owed=owed)


def _owed_as_seen(owed: Iterable[Owed], shown: Iterable[Owed]) -> Iterator[Owed]:
    """What is owed as far as the filer may know of it, and to those of whom it may know."""
    known: dict[object, set[str]] = {}
    for each in shown:
        known.setdefault((each.duty, each.about), set()).update(each.to)
    for each in owed:
        to = known.get((each.duty, each.about))
        if to is not None:
            yield replace(each, to=tuple(party for party in each.to if party in to))


# --- what a filer may see -----------------------------------------------------------------------


class Seen(Mapping[str, Patent]):
    """Patents as a filer may see them."""

    def __init__(self, patents: Mapping[str, Patent], context: Context) -> None:
        party = context.caller.party
        self._patents = patents
        self._others = context.patents
        self._own = next(iter(context.ids((party,)))) if party else None
        self._known: dict[str, Patent] = {}

    def __getitem__(self, number: str) -> Patent:
        if number not in self._known:
            patent = self._patents.get(number) or self._others[number]
            self._known[number] = visible(patent, self._own)
        return self._known[number]

    def __iter__(self) -> Iterator[str]:
        raise TypeError("patents are looked up, never listed")

    def __len__(self) -> int:
        raise TypeError("patents are looked up, never counted")


def visible(patent: Patent, own: str | None) -> Patent:
    """The patent as a party, or somebody who is none, may see it; itself where it is all seen."""
    concerned = Concerned(patent, own)
    shown = [concerned.sees(fact) for fact in patent.facts]
    if all(seen is fact for seen, fact in zip(shown, patent.facts, strict=True)):
        return patent
    folded = replay_in_order(patent.id, (fact for fact in shown if fact is not None))
    return altered(folded, version=patent.version)


class Concerned:
    """Which facts of a patent concern a party."""

    def __init__(self, patent: Patent, own: str | None) -> None:
        self._own = own
        self._patent = patent
        self._things: set[str] = set()
        if own is not None:
            for fact in patent.facts:
                if own in named(fact):
                    self._things.update(things(fact))

    def sees(self, fact: PatentEvent) -> PatentEvent | None:
        """The fact as it is seen: whole, without what is confidential, or not at all."""
        secret = confidential(type(fact))
        if not (fact.HIDDEN or any(getattr(fact, name) is not None for name in secret)):
            return fact
        if self._concerns(fact):
            return fact
        return None if fact.HIDDEN else fact.model_copy(update=dict.fromkeys(secret))

    def _concerns(self, fact: PatentEvent) -> bool:
        if self._own is None:
            return False
        if self._own in named(fact) or not self._things.isdisjoint(things(fact)):
            return True
        held = self._patent.patentees_on(fact.effective_on) or ()
        of_the_right = fact.TOPIC.partition(".")[0] in OF_THE_RIGHT
        return of_the_right and any(party.id == self._own for party in held)


def things(fact: Event) -> set[str]:
    """Numbers of what a fact is about: its parties are those of all facts about it."""
    stated = (
        fact.envelope.registration_no,
        getattr(fact, "licence_id", None),
        getattr(fact, "declaration_no", None),
    )
    return {number for number in stated if number}


def named(fact: Event) -> set[str]:
    """Identity keys of the parties that a fact names."""
    return {party.id for name in of_parties(type(fact)) for party in _parties(getattr(fact, name))}


def _parties(value: Any) -> Iterable[Party]:
    if isinstance(value, Party):
        return (value,)
    return (party for party in value or () if isinstance(party, Party))


@cache
def confidential(kind: type[Event]) -> tuple[str, ...]:
    """The confidential members of an event kind on which what holds depends."""
    fields = kind.model_fields.items()
    return tuple(n for n, f in fields if CONFIDENTIAL in f.metadata and n != "obligations")


@cache
def of_parties(kind: type[Event]) -> tuple[str, ...]:
    """The members of an event kind that name parties."""
    return tuple(n for n, field in kind.model_fields.items() if "Party" in str(field.annotation))

"""What every filing states, and the context in which it is judged.

A command is what a filer asks for; the context is what the domain may not fetch by itself: the
time, the identifiers, the calendar, the settings, who files, and what other streams say.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from ledger.domain.consent import Consent
from ledger.domain.events import Declaration, Document, Door, Envelope, JudgedUnder, Source
from ledger.domain.lawsettings import LawSettings
from ledger.domain.numbers import InvalidNumber, parse_patent_id
from ledger.domain.parties import (
    Party,
    PartyDetails,
    Personal,
    Pseudonym,
    Value,
    party_id,
    party_of,
    party_ref,
    personal_of,
)
from ledger.domain.patent import Patent
from ledger.domain.periods import CivilDate, WorkingCalendar
from ledger.domain.streams import Stream
from ledger.domain.texts import Text, short_text

PATENTS_MAX = 1000
"""Patents one filing may concern."""


def patent_no(text: str) -> str:
    """The canonical id of any printed form; a wrong check digit is left for the rule."""
    try:
        return parse_patent_id(text)
    except InvalidNumber as error:
        stated = text.strip()[-1:].upper()
        if error.expected is not None and f"not {stated}" in str(error):
            return f"{error.expected[:-1]}{stated}"
        raise ValueError(f"{error.rule}: {error}") from error


def _distinct(patents: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(patents)) < len(patents):
        twice = next(p for i, p in enumerate(patents) if p in patents[:i])
        raise ValueError(f"the patent {twice} is named twice")
    return patents


PatentNo = Annotated[
    str, AfterValidator(patent_no), Field(max_length=80, examples=["ZL202010566088.9"])
]
Patents = Annotated[
    tuple[PatentNo, ...], AfterValidator(_distinct), Field(min_length=1, max_length=PATENTS_MAX)
]
PartyRef = Annotated[Text, Field(examples=["91350100M000100Y43"])]
"""A party's id, its credit code, or (never published) its identity number."""
Parties = Annotated[tuple[PartyDetails, ...], Field(min_length=1, max_length=100)]


def _by_readable(declarations: tuple[Declaration, ...]) -> tuple[Declaration, ...]:
    """References in a filing are texts; in events, which always fold, they are as they are."""
    for declaration in declarations:
        for ref in declaration.by:
            short_text(ref)
    return declarations


Versions = Annotated[tuple[int, ...], Field(min_length=1, max_length=100)]


class Command(Value):
    """What every filing states besides its own act."""

    NAME: ClassVar[str]
    """Name of the act in the table of rules (law.md section 8)."""

    patents: Patents
    documents: Annotated[tuple[Document, ...], Field(max_length=200)] = ()
    declarations: Annotated[
        tuple[Declaration, ...], AfterValidator(_by_readable), Field(max_length=50)
    ] = ()
    signed_by: Annotated[tuple[PartyRef, ...], Field(max_length=1000)] = ()
    """Who signed or sealed the form."""
    consents: Annotated[tuple[Text, ...], Field(max_length=1000)] = ()
    """Filing ids of the recorded consents this filing uses."""
    on_behalf_of: Annotated[tuple[PartyRef, ...], Field(max_length=100)] = ()
    received_on: CivilDate | None = None
    """Civil date of receipt; the day of registration where it is not stated."""
    online: bool = True
    agency: Text | None = None
    """The patent agency that acts, where one is appointed (Patent Law art. 18)."""
    expected_versions: dict[PatentNo, int | Versions] = Field(default_factory=dict)
    """The version that a patent must still have, or several of which it must have one."""

    def parties(self) -> tuple[PartyDetails, ...]:
        """Every party the filing describes."""
        return ()


class Fact(Command):
    """A fact the office enters; it carries its own date."""

    effective_on: CivilDate


@dataclass(frozen=True, slots=True)
class Caller:
    """Who files: a party, or the office or a program for it."""

    id: str
    role: str
    party: str | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration number and the patents it covers, as the write side keeps them."""

    registration_no: str
    kind: str
    patents: tuple[str, ...]
    secured_claim_id: str | None


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a decision may use besides the state and the command."""

    filing_id: str
    now: datetime
    today: date
    caller: Caller
    door: Door
    calendar: WorkingCalendar
    law: LawSettings
    judged_under: JudgedUnder
    pseudonym: Pseudonym
    draw: Callable[[str], str]
    """Draws the next registration number of a kind, under the log's lock."""
    consents: Mapping[str, Consent] = field(default_factory=dict)
    evidenced: frozenset[str] = frozenset()
    """Credit codes that fail their check digit but are accepted on recorded evidence."""
    registrations: Mapping[str, Registration] = field(default_factory=dict)
    patents: Mapping[str, Patent] = field(default_factory=dict)
    streams: Mapping[str, Stream] = field(default_factory=dict)
    """Streams about no patent; one without facts is there, and empty."""
    compensated_for: Callable[[str], Collection[str]] = lambda _: ()
    """The patents whose term was compensated for a drug."""
    objection: str | None = None
    """The office's own ground to refuse a pledge (Pledge Measures art. 11(12))."""
    source: Source | None = None
    memo: dict[object, object] = field(default_factory=dict)
    """What is computed once a filing: its parties, by the identity of their details, and who
    signed."""
    keys: dict[int, str] = field(default_factory=dict)
    """Identity keys of its parties, by the identity of their details."""

    def party(self, details: PartyDetails) -> Party:
        """The party that details of the filing describe."""
        known = self.memo.get(id(details))
        if known is None:
            known = self.memo[id(details)] = party_of(details, self.pseudonym)
        assert isinstance(known, Party), "details are remembered as their party"
        return known

    def party_id(self, details: PartyDetails) -> str:
        """The identity key of the party that details of the filing describe."""
        known = self.keys.get(id(details))
        if known is None:
            known = self.keys[id(details)] = party_id(details, self.pseudonym)
        return known

    def ids(self, refs: tuple[str, ...]) -> frozenset[str]:
        """Identity keys of the parties that references mean."""
        return frozenset(party_ref(ref, self.pseudonym) for ref in refs) if refs else frozenset()

    def shares(self, stated: Mapping[str, str]) -> dict[str, str] | None:
        """Shares by party id: a reference may be an identity number, which stands in no event."""
        return {party_ref(ref, self.pseudonym): share for ref, share in stated.items()} or None

    def signers(self, command: Command) -> frozenset[str]:
        """Who signed the form, by identity key."""
        known = self.memo.get("signers")
        if known is None:
            known = self.memo["signers"] = self.ids(command.signed_by)
        assert isinstance(known, frozenset), "signers are remembered as a set"
        return known

    def declared(self, command: Command, kind: str) -> frozenset[str]:
        """Who made a declaration of a kind, by identity key."""
        found: frozenset[str] = frozenset()
        for declaration in command.declarations:
            if declaration.kind == kind:
                found |= self.ids(declaration.by)
        return found

    def personal(self, *details: PartyDetails) -> tuple[Personal, ...] | None:
        """The personal values of those of the parties who are natural persons."""
        found = tuple(p for p in (personal_of(d, self.pseudonym) for d in details) if p is not None)
        return found or None

    def envelope(
        self, command: Command, effective_on: date, registration_no: str | None
    ) -> Envelope:
        """The envelope of the events this filing enters."""
        return Envelope(
            filing_id=self.filing_id,
            registration_no=registration_no,
            filed_by=self.caller.id,
            on_behalf_of=tuple(sorted(self.ids(command.on_behalf_of))),
            door=self.door,
            source=self.source,
            received_on=command.received_on or self.today,
            effective_on=effective_on,
            recorded_at=self.now,
            judged_under=self.judged_under,
            documents=command.documents,
            declarations=tuple(
                Declaration(kind=d.kind, by=tuple(sorted(self.ids(d.by))))
                for d in command.declarations
            ),
            consents=command.consents,
        )


def has_document(command: Command, *kinds: str) -> bool:
    """Whether a paper of one of the kinds is among the documents."""
    for document in command.documents:  # noqa: SIM110 - asked many times a filing; a loop is quicker
        if document.kind in kinds:
            return True
    return False

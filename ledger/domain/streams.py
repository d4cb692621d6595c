"""Facts about no patent, stream by stream: a consent, a prepared filing, evidence of a party's
identity and its powers of attorney, pledges of a trademark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from ledger.domain.amending import Amended, amend
from ledger.domain.consent import Consent
from ledger.domain.events import (
    ActKind,
    Amendment,
    Concealed,
    ConsentGiven,
    ConsentUsed,
    ConsentWithdrawn,
    ContestDecided,
    FilingConfirmed,
    FilingContested,
    FilingDecided,
    FilingPrepared,
    FilingWithdrawn,
    IdentityEvidenceEntered,
    LedgerEvent,
    PartyEmpowered,
    PowerRevoked,
)
from ledger.domain.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Stream:
    """What the ledger knows of a stream about no patent."""

    version: int = 0
    facts: tuple[LedgerEvent, ...] = ()
    """The facts that count: of a trademark all that is recorded, and nothing judges it."""
    amended: tuple[Amended[LedgerEvent], ...] = ()
    """Facts that were corrected or revoked, as they were recorded."""
    ended: ConsentUsed | ConsentWithdrawn | None = None
    """What became of the consent."""
    prepared: Prepared | None = None

    @property
    def consent(self) -> Consent | None:
        """The consent, None where there is none or it was revoked."""
        given = next((fact for fact in self.facts if isinstance(fact, ConsentGiven)), None)
        if given is None:
            return None
        match self.ended:
            case ConsentUsed(used_by=filing):
                return Consent(given, used_by=filing)
            case ConsentWithdrawn():
                return Consent(given, withdrawn_on=self.ended.effective_on)
            case None:
                return Consent(given)
        assert_never(self.ended)

    @property
    def evidenced(self) -> bool:
        """Whether the party's code is accepted on evidence."""
        return any(isinstance(fact, IdentityEvidenceEntered) for fact in self.facts)

    def powers(self) -> Iterator[tuple[PartyEmpowered, PowerRevoked | None]]:
        """The powers that the party gave, each with its revocation."""
        revoked = {fact.power: fact for fact in self.facts if isinstance(fact, PowerRevoked)}
        for fact in self.facts:
            if isinstance(fact, PartyEmpowered):
                yield fact, revoked.get(fact.filing_id)

    def empowers(self, agent: str, kind: ActKind | None, on: date) -> bool:
        """Whether the party lets another file for it, that kind of filing on that day."""
        return any(
            power.agent.id == agent and kind in power.kinds and power.counts_on(on)
            for power, revoked in self.powers()
            if revoked is None
        )


def evolve_stream(stream: Stream, event: LedgerEvent | Concealed) -> Stream:
    """The stream after one more recorded fact. Total, pure, and never refuses."""
    version = event.originator_version
    assert version == stream.version + 1, "events arrive in order of their versions"
    match event:
        case Concealed():
            return replace(stream, version=version)
        case ConsentUsed() | ConsentWithdrawn():
            return replace(stream, version=version, ended=event)
        case FilingPrepared():
            return replace(stream, version=version, prepared=Prepared(event))
        case (
            FilingConfirmed()
            | FilingWithdrawn()
            | FilingDecided()
            | FilingContested()
            | ContestDecided()
        ):
            prepared = stream.prepared and stream.prepared.after(event)
            return replace(stream, version=version, prepared=prepared)
        case Amendment():
            facts, amended = amend(stream.facts, stream.amended, event)
            return replace(stream, version=version, facts=tuple(facts), amended=amended)
        case _:
            return replace(stream, version=version, facts=(*stream.facts, event))

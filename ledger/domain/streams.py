"""Facts about no patent, stream by stream: a consent, or evidence of a party's identity."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ledger.domain.amending import Amended, amend
from ledger.domain.consent import Consent
from ledger.domain.events import (
    Amendment,
    Concealed,
    ConsentGiven,
    ConsentUsed,
    IdentityEvidenceEntered,
    LedgerEvent,
)

StreamFact = ConsentGiven | IdentityEvidenceEntered
"""What a stream about no patent begins with; more may follow where that was revoked."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What the ledger knows of a stream about no patent."""

    version: int = 0
    facts: tuple[StreamFact, ...] = ()
    """The facts that count."""
    amended: tuple[Amended[StreamFact], ...] = ()
    """Facts that were corrected or revoked, as they were recorded."""
    used_by: str | None = None
    """The filing that used the consent."""

    @property
    def consent(self) -> Consent | None:
        """The consent, None where there is none or it was revoked."""
        given = next((fact for fact in self.facts if isinstance(fact, ConsentGiven)), None)
        return None if given is None else Consent(given, self.used_by)

    @property
    def evidenced(self) -> bool:
        """Whether the party's code is accepted on evidence."""
        return any(isinstance(fact, IdentityEvidenceEntered) for fact in self.facts)


def evolve_stream(stream: Stream, event: LedgerEvent | Concealed) -> Stream:
    """The stream after one more recorded fact. Total, pure, and never refuses."""
    version = event.originator_version
    assert version == stream.version + 1, "events arrive in order of their versions"
    match event:
        case ConsentGiven() | IdentityEvidenceEntered():
            return replace(stream, version=version, facts=(*stream.facts, event))
        case ConsentUsed(used_by=filing):
            return replace(stream, version=version, used_by=filing)
        case Amendment():
            facts, amended = amend(stream.facts, stream.amended, event)
            return replace(stream, version=version, facts=tuple(facts), amended=amended)
        case _:
            return replace(stream, version=version)

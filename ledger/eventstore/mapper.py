"""The mapper between ledger events and stored events.

The library's own mapper rebuilds objects past validation and imports whatever module a topic
names; this one validates on both sides of the disk and knows a closed table of topics.
"""

from __future__ import annotations

from typing import cast

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from ledger.domain.events import LedgerEvent
from ledger.eventstore import stored_form
from ledger.eventstore.stored_form import Salts


class LedgerMapper(Mapper[str]):
    """Maps ledger events to the stored form of two canonical lines and back."""

    def __init__(self, salts: Salts) -> None:
        super().__init__(JSONTranscoder())
        self.salts = salts

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """The stored event; refuses personal values, which only the writer can put in their
        table."""
        stored, personal = stored_form.encode(cast("LedgerEvent", domain_event), self.salts)
        assert not personal, "an event with personal values is appended by the writer alone"
        return stored

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[str]:
        """The validated event; raises UnknownTopic for a topic outside the table."""
        return stored_form.decode(stored_event)

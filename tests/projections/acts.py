"""Facts of any kind entered through the writer, so that live views are what production writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from ledger.domain.events import LedgerEvent, PatentEvent
from ledger.eventstore.acts import Entered, RegistrationRow
from ledger.eventstore.registrations import Registrations
from ledger.eventstore.restanding import restanding
from ledger.eventstore.world import World
from ledger.registry import Registry


@dataclass
class FactsAct:
    """One filing that enters these facts, whatever the rules would say of them."""

    key: str
    facts: Sequence[LedgerEvent]
    caller: str = "office"
    body_hmac: bytes = b"body"
    weight: int = 500
    numbered: bool = False
    """Whether the numbers that the facts tell are drawn, as a filing draws them."""
    ahead = True

    @property
    def size(self) -> int:
        return len(self.facts)

    def streams(self) -> Sequence[str]:
        return [fact.originator_id for fact in self.facts]

    def decide(self, world: World, moment: datetime) -> Entered:
        versions: Counter[str] = Counter()
        events: list[LedgerEvent] = []
        for fact in self.facts:
            stream = fact.originator_id
            versions[stream] += 1
            envelope = fact.envelope.model_copy(
                update={"filing_id": self.key, "recorded_at": moment}
            )
            update = {
                "originator_version": world.state(stream).version + versions[stream],
                "envelope": envelope,
            }
            events.append(fact.model_copy(update=update))
        return Entered(
            self.key,
            events,
            lambda first: f"{self.key} at {first}".encode(),
            drawn(events) if self.numbered else (),
            standing=restanding(world, events),
        )


def drawn(events: Sequence[LedgerEvent]) -> list[RegistrationRow]:
    """The registrations that events tell."""
    told = Registrations()
    for event in events:
        if isinstance(event, PatentEvent):
            told.note(event)
    rows = ({n: v for n, v in row.items() if n != "filing_id"} for row in told.drawn.values())
    return [RegistrationRow(**row) for row in rows]


def enter(ledger: Registry, key: str, *facts: LedgerEvent, numbered: bool = False) -> int:
    """Enter facts as one filing; its first position."""
    receipt = ledger.writer.enter(FactsAct(key, facts, numbered=numbered))
    return int(receipt.split()[-1])


def enter_filings(ledger: Registry, facts: Iterable[LedgerEvent]) -> None:
    """Enter facts filing by filing, as their envelopes group them."""
    for filing_id, filing in groupby(facts, key=lambda fact: fact.filing_id):
        ledger.writer.enter(FactsAct(filing_id, list(filing)))

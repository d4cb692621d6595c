"""What stands now on a patent, where the events of an act by themselves do not tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.domain.events import Amendment, LedgerEvent, PledgeRegistered
from ledger.domain.evolving import evolve
from ledger.domain.patent import Patent
from ledger.eventstore.world import World, is_patent


@dataclass(frozen=True, slots=True)
class Restanding:
    """What stands on a patent before and after an act."""

    patent: str
    pledges: tuple[str | None, str | None]
    """The registration that stood before and the one that stands after, the later of several."""
    declarations: tuple[str | None, str | None]


def restanding(world: World, events: Sequence[LedgerEvent]) -> Sequence[Restanding]:
    """What the tables of what stands now must say otherwise than the events by themselves tell:
    after an amendment, and where a pledge ends on a patent on which two stand."""
    if isinstance(events[0], PledgeRegistered):
        return ()
    amended = {event.originator_id for event in events if isinstance(event, Amendment)}
    touched = dict.fromkeys(event.originator_id for event in events)
    found = []
    for number in filter(is_patent, touched):
        before = world.patent(number)
        if number not in amended and len(filed_pledges(before)) < 2:
            continue
        after = before
        for event in events:
            if event.originator_id == number:
                after = evolve(after, event)  # type: ignore[arg-type] # its facts
        stood, stands = standing_now(before), standing_now(after)
        found.append(Restanding(number, (stood[0], stands[0]), (stood[1], stands[1])))
    return found


def standing_now(patent: Patent) -> tuple[str | None, str | None]:
    """The pledge and the declaration that the tables name for a patent: the later ones that filings
    have made and not ended."""
    pledges = filed_pledges(patent)
    declared = [d.declaration_no for d in patent.declarations if d.filed and d.withdrawn_on is None]
    return (pledges[-1] if pledges else None, declared[-1] if declared else None)


def filed_pledges(patent: Patent) -> list[str]:
    """The pledges that filings have registered on a patent and not ended, in their order."""
    pledges = patent.pledges
    if not pledges:
        return []
    standing = (p for p in pledges if p.filed and not p.revoked and p.ended_on is None)
    return [p.registration_no for p in sorted(standing, key=lambda p: p.registered_on)]

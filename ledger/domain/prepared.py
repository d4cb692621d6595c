"""A filing that one party has prepared or contests the refusal of, and what has been done about
it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import assert_never

from ledger.domain.events import (
    ContestDecided,
    FilingConfirmed,
    FilingContested,
    FilingDecided,
    FilingPrepared,
    FilingWithdrawn,
)
from ledger.domain.parties import Party


class FilingState(StrEnum):
    """What has become of a prepared filing by the end of a day."""

    AWAITING = "awaiting_confirmation"
    REFUSED = "refused"
    CONTESTED = "contested"
    REGISTERED = "registered"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A prepared filing."""

    filing: FilingPrepared
    confirmed: tuple[str, ...] = ()
    """Who has confirmed it, by identity key."""
    decided: FilingDecided | None = None
    withdrawn: bool = False
    contested: FilingContested | None = None
    contest_decided: ContestDecided | None = None

    @property
    def awaiting(self) -> tuple[Party, ...]:
        """Those asked who have not confirmed."""
        agreed = {*self.filing.agreed, *self.confirmed}
        return tuple(party for party in self.filing.asked if party.id not in agreed)

    def state(self, on: date) -> FilingState:
        """What has become of it by the end of a day."""
        if self.withdrawn:
            return FilingState.WITHDRAWN
        if self.contested is not None and self.contest_decided is None:
            return FilingState.CONTESTED
        if self.upheld:
            return FilingState.REFUSED
        if self.decided is not None and self.decided.final:
            return FilingState(self.decided.outcome)
        if self.filing.valid_until <= on:
            return FilingState.EXPIRED
        return FilingState.AWAITING if self.decided is None else FilingState.REFUSED

    def goes_on(self, on: date) -> bool:
        """Whether it can still be confirmed and judged; one refused can be judged again."""
        final = self.upheld or (self.decided is not None and self.decided.final)
        contested = self.state(on) is FilingState.CONTESTED
        return not (final or contested or self.withdrawn or self.filing.valid_until <= on)

    @property
    def upheld(self) -> bool:
        """Whether its refusal was contested and stands for good."""
        return self.contest_decided is not None and self.contest_decided.outcome == "upheld"

    def after(
        self,
        event: FilingConfirmed | FilingWithdrawn | FilingDecided | FilingContested | ContestDecided,
    ) -> Prepared:
        """The filing after one more fact about it."""
        match event:
            case FilingConfirmed(by=by):
                return replace(self, confirmed=tuple(dict.fromkeys((*self.confirmed, by.id))))
            case FilingWithdrawn():
                return replace(self, withdrawn=True)
            case FilingDecided():
                return replace(self, decided=event)
            case FilingContested():
                return replace(self, contested=event)
            case ContestDecided(outcome="set_aside"):
                return replace(self, contest_decided=event, decided=None)
            case ContestDecided():
                return replace(self, contest_decided=event)
        assert_never(event)

"""What stands on a patent: pledges, licences, declarations, freezes, cases, lists of patentees.

Each keeps every shape it has had, with the day from which it had it, so that any day can be asked
for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from ledger.domain.events import SecuredClaim, TrademarkPart
from ledger.domain.parties import Party
from ledger.domain.royalties import Royalty

Parties = tuple[Party, ...]
Days = tuple[date, date]
"""A first day and the first day after."""


def _within(spans: tuple[Days, ...], on: date) -> bool:
    return any(since <= on < until for since, until in spans)


def uninterrupted(
    since: date, until: date | None, interruptions: tuple[Days, ...]
) -> Iterator[tuple[date, date | None]]:
    """The spans of days from one day to another that no interruption takes away, in their order."""
    for gone_from, gone_until in sorted(interruptions):
        if until is not None and until <= gone_from:
            break
        if since < gone_from:
            yield since, gone_from
        since = max(since, gone_until)
    if until is None or since < until:
        yield since, until


Shape = TypeVar("Shape", "PledgeShape", "LicenceShape")


def _spans(
    shapes: tuple[Shape, ...], ended_on: date | None, interruptions: tuple[Days, ...]
) -> Iterator[tuple[Shape, date, date | None]]:
    """Each shape until the next; none behind the end, which no later change takes back."""
    turns = [*(later.since for later in shapes[1:]), None]
    for shape, turn in zip(shapes, turns, strict=True):
        last = turn if ended_on is None else ended_on if turn is None else min(turn, ended_on)
        for since, until in uninterrupted(shape.since, last, interruptions):
            yield shape, since, until


@dataclass(frozen=True, slots=True)
class PledgeShape:
    """A pledge registration on one patent as it stood from a day on."""

    since: date
    pledgors: Parties
    pledgees: Parties
    debtor: Party | None
    claim: SecuredClaim | None
    trademarks: tuple[TrademarkPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Pledge:
    """A pledge registration on this patent, with every shape it has had."""

    registration_no: str
    filing_id: str
    filed: bool
    shapes: tuple[PledgeShape, ...]
    contract_on: date | None = None
    ended_on: date | None = None
    ended_by: str | None = None
    revoked: bool = False
    interruptions: tuple[Days, ...] = ()
    """Days on which it did not stand: from an end to the day on which that end was revoked."""

    @property
    def now(self) -> PledgeShape:
        return self.shapes[-1]

    @property
    def registered_on(self) -> date:
        return self.shapes[0].since

    def spans(self) -> Iterator[tuple[PledgeShape, date, date | None]]:
        """Its shapes with the days from one to another on which each stands."""
        return _spans(self.shapes, self.ended_on, self.interruptions)

    def stands(self, on: date) -> bool:
        """Whether the registration stands at the end of a day; a due debt does not end it (PPM
        14)."""
        return (
            not self.revoked
            and self.registered_on <= on
            and (self.ended_on is None or on < self.ended_on)
            and not (self.interruptions and _within(self.interruptions, on))
        )


@dataclass(frozen=True, slots=True)
class LicenceShape:
    """A licence on this patent as it stood from a day on."""

    since: date
    kind: str
    licensors: Parties
    licensees: Parties
    starts_on: date | None
    ends_on: date | None
    territory: str | None
    field_of_use: str | None
    royalty: Royalty | None


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence on this patent: recorded, or taken under an open licence and not yet recorded."""

    licence_id: str
    filing_id: str
    shapes: tuple[LicenceShape, ...]
    registration_no: str | None
    recorded_on: date | None
    declaration_no: str | None = None
    head_licence_id: str | None = None
    sublicensing_allowed: bool | None = None
    contract_digest: str | None = None
    contract_on: date | None = None
    cancelled_on: date | None = None
    interruptions: tuple[Days, ...] = ()
    """Days between a cancellation and its revocation."""

    @property
    def now(self) -> LicenceShape:
        return self.shapes[-1]

    def spans(self) -> Iterator[tuple[LicenceShape, date, date | None]]:
        """Its shapes with the days from one to another on which each stands."""
        return _spans(self.shapes, self.cancelled_on, self.interruptions)

    def in_term(self, on: date) -> bool:
        """Whether the licence is in force on a day, by its own term; unknown ends run with the
        patent."""
        starts = self.now.starts_on or self.shapes[0].since
        ends = min((d for d in (self.now.ends_on, self.cancelled_on) if d), default=None)
        return (
            starts <= on
            and (ends is None or on < ends)
            and not (self.interruptions and _within(self.interruptions, on))
        )


@dataclass(frozen=True, slots=True)
class Declaration:
    """An open-licence declaration on this patent."""

    declaration_no: str
    filing_id: str
    declared_on: date
    patentees: Parties
    fee: Royalty
    fee_explanation: str
    starts_on: date
    ends_on: date
    contact: str
    withdrawn_on: date | None = None
    interruptions: tuple[Days, ...] = ()
    """Days between a withdrawal and its revocation."""
    filed: bool = True
    """Whether a filing made it; otherwise another register told of it."""

    def live(self, on: date) -> bool:
        """Whether the declaration is announced and not withdrawn at the end of a day."""
        return (
            self.declared_on <= on
            and (self.withdrawn_on is None or on < self.withdrawn_on)
            and not (self.interruptions and _within(self.interruptions, on))
        )


@dataclass(frozen=True, slots=True)
class Preservation:
    """A court's preservation as its papers state it; its place in the queue is derived."""

    case_no: str
    court: str
    kind: str
    received_on: date
    months: int | None
    ends_on: date | None
    released_on: date | None = None


@dataclass(frozen=True, slots=True)
class Suspension:
    case_no: str
    starts_on: date
    ends_on: date
    in_invalidation: bool
    extended: bool = False
    requested_by: Party | None = None


@dataclass(frozen=True, slots=True)
class Invalidation:
    """One invalidation case: requested, perhaps decided, perhaps final."""

    case_no: str
    requested_on: date
    outcome: str | None = None
    decision_no: str | None = None
    decided_on: date | None = None
    final_on: date | None = None

    def pending(self, on: date) -> bool:
        return self.requested_on <= on and (self.final_on is None or on < self.final_on)


@dataclass(frozen=True, slots=True)
class FeeReduction:
    """A reduction of annual fees from a day on; 0 percent where it has ended."""

    since: date
    percent: int


@dataclass(frozen=True, slots=True)
class Patentees:
    """The ordered list of patentees from a day on."""

    since: date
    parties: Parties
    filing_id: str

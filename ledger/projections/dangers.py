"""What endangers a pledge on a patent, on a day: each with its reason, its rule, its day and the
kinds of entries it comes from.

From the public facts of the patent, and from what the reader may see beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from ledger.domain.patent import Patent, Status
from ledger.domain.terms import FeeState
from ledger.projections import standing
from ledger.projections.standing import Reckoning

_DAY = timedelta(days=1)
Shown = Mapping[str, Any]


class Reason(StrEnum):
    """Why a pledge is in danger."""

    LAPSED = "lapsed"
    EXPIRED = "expired"
    ABANDONED = "abandoned"
    INVALID = "invalid"
    PARTLY_INVALID = "partly_invalid"
    INVALIDATION_REQUESTED = "invalidation_requested"
    """A case that is not final: told to those alone who may know of it."""
    FEE_ARREARS = "fee_arrears"
    PRESERVED = "preserved"
    SUSPENDED = "suspended"
    TERM_ENDS_BEFORE_DEBT = "term_ends_before_debt"
    PATENTEE_CHANGED = "patentee_changed"
    """The patentees are not the pledgors that the registration names."""
    RANKS_BEHIND = "ranks_behind"
    """Another pledge on the patent comes first."""


@dataclass(frozen=True, slots=True)
class Danger:
    """One thing that endangers a pledge."""

    reason: Reason
    rule: str
    day: date | None
    """From when; None where the entry says it."""
    topics: tuple[str, ...]
    """Kinds of the entries it comes from; the last of them is meant."""
    about: str | None = None
    """The case, or the registration, that it is about."""


@dataclass(frozen=True, slots=True)
class Pledged:
    """A pledge on one patent, as far as the reader sees it."""

    row: Shown
    """The patent's row of the register extract."""
    pledge: Shown
    """What the register shows of the registration."""
    claim: Shown | None
    """The secured claim; None where the reader may not see it."""
    ahead: Sequence[Shown]
    """Pledges that rank before it, the first of them first."""
    pending: Sequence[Shown]
    """Invalidation cases that are not final and that the reader may see."""


def dangers(pledged: Pledged, on: date, reckoning: Reckoning) -> Iterator[Danger]:
    """Everything that endangers a pledge at the end of a day."""
    row = pledged.row
    right = standing.right(row["patent_id"], row["bibliography"], row["facts"])
    status = right.status(on)
    yield from _ended(right, row["facts"], status)
    for case in row["facts"]["invalidations"]:
        final_on = date.fromisoformat(case["final_on"])
        if case["outcome"] == "partial" and final_on <= on:
            rule = "invalidation-final-effect"
            yield Danger(Reason.PARTLY_INVALID, rule, final_on, ("invalidation.final",))
    for case in pledged.pending:
        yield Danger(
            Reason.INVALIDATION_REQUESTED,
            "invalidation-decision-pending-flag",
            standing.day(case["requested_on"]),
            ("invalidation.requested",),
            case["case_no"],
        )
    if status is Status.IN_FORCE:
        yield from _arrears(right, on, reckoning)
        yield from _term(right, pledged)
    for freeze in row["encumbrances"] or ():
        if freeze["kind"] != "pledge":
            reason = Reason.PRESERVED if freeze["kind"] == "preservation" else Reason.SUSPENDED
            began = standing.day(freeze["since"])
            topics = (f"{freeze['kind']}.started",)
            yield Danger(reason, "pledge-notify-events", began, topics, freeze["case_no"])
    if _ids(row["patentees"]) != _ids(pledged.pledge["pledgors"]):
        rule = "transfer-pledgee-consent"
        yield Danger(Reason.PATENTEE_CHANGED, rule, None, ("transfer.registered",))
    for first in pledged.ahead[:1]:
        number = first["registration_no"]
        began = standing.day(first["registered_on"])
        topics = ("pledge.registered",)
        yield Danger(Reason.RANKS_BEHIND, "pledge-priority-order", began, topics, number)


_ENDED = {
    Status.LAPSED: (Reason.LAPSED, "lapsed_on", ("lapse.decided",)),
    Status.EXPIRED: (Reason.EXPIRED, "terminates_on", ("patent.entered", "term.compensated")),
    Status.ABANDONED: (Reason.ABANDONED, "abandoned_on", ("patent.abandoned",)),
}


def _ended(right: Patent, facts: Shown, status: Status) -> Iterator[Danger]:
    if status is Status.INVALID:
        final = max(i.final_on for i in right.invalidations if i.final_on is not None)
        rule = "lapse-notify-pledgee"
        yield Danger(Reason.INVALID, rule, final, ("invalidation.final",))
    elif status in _ENDED:
        reason, member, topics = _ENDED[status]
        yield Danger(reason, "lapse-notify-pledgee", standing.day(facts[member]), topics)


def _arrears(right: Patent, on: date, reckoning: Reckoning) -> Iterator[Danger]:
    fees = standing.fees(right, on, reckoning)
    if fees is None or fees["state"] not in (FeeState.IN_GRACE, FeeState.OVERDUE_PAST_GRACE):
        return
    last: date | None = fees["last_day_to_pay"]
    began = None if last is None else last + _DAY
    through = fees["paid_through"]
    about = None if through is None else str(through + 1)
    topics = ("patent.entered", "fee.paid")
    yield Danger(Reason.FEE_ARREARS, "fee-overdue-notify-pledgee", began, topics, about)


def _term(right: Patent, pledged: Pledged) -> Iterator[Danger]:
    ends, claim = right.terminates_on, pledged.claim
    if ends is None or claim is None:
        return
    if date.fromisoformat(claim["debt_due_on"]) >= ends:
        topics = ("pledge.registered", "pledge.changed")
        number = pledged.pledge["registration_no"]
        rule = "pledge-debt-within-term"
        yield Danger(Reason.TERM_ENDS_BEFORE_DEBT, rule, ends, topics, number)


def _ids(parties: Sequence[Shown] | None) -> set[str]:
    return {party["id"] for party in parties or ()}

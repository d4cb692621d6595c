"""What the rows of the view `patent` say of a day: status, term and annual fees.

The row's facts are put back into the domain's own state, which answers; no rule of law is written
twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from ledger.domain import terms
from ledger.domain.holdings import Invalidation
from ledger.domain.lawsettings import LawSettings
from ledger.domain.numbers import PatentKind
from ledger.domain.patent import Patent
from ledger.domain.periods import ChineseCalendar, WorkingCalendar

_DAY = timedelta(days=1)


def right(patent_id: str, bibliography: Mapping[str, Any], facts: Mapping[str, Any]) -> Patent:
    """The right as the public facts tell it, with nothing that is dealt with it."""
    entered = _fact(
        kind=PatentKind(bibliography["kind"]) if bibliography.get("kind") else None,
        filed_on=day(bibliography.get("filed_on")),
        granted_on=day(bibliography.get("granted_on")),
        fees_paid_through=facts["fees_paid_through"],
    )
    terminates_on, lapsed_on = day(facts["terminates_on"]), day(facts["lapsed_on"])
    return Patent(
        patent_id,
        entered=entered if bibliography else None,
        fees=tuple(
            _fact(
                fee_year=year,
                paid_on=date.fromisoformat(paid_on),
                amount=None,
                due=None,
                short=None,
            )
            for year, paid_on in facts["fees"]
        ),
        lapses=() if lapsed_on is None else (_fact(effective_on=lapsed_on),),
        abandoned_on=day(facts["abandoned_on"]),
        terminates_on=terminates_on,
        invalidations=tuple(
            Invalidation(
                "", date.min, outcome=case["outcome"], final_on=date.fromisoformat(case["final_on"])
            )
            for case in facts["invalidations"]
        ),
    )


def _fact(**members: Any) -> Any:
    """As much of a fact as its public row tells; an event would want all its members, and their
    check.
    """
    return SimpleNamespace(**members)


def term(patent: Patent) -> dict[str, Any]:
    """The last day in force by time alone."""
    ends = patent.terminates_on
    return {"last_day": None if ends is None else ends - _DAY}


@dataclass(frozen=True, slots=True)
class Reckoning:
    """By what last days to act are told: the working days known, and the office's readings."""

    calendar: WorkingCalendar = field(default_factory=ChineseCalendar)
    law: LawSettings = field(default_factory=LawSettings)


def fees(patent: Patent, on: date, reckoning: Reckoning) -> dict[str, Any] | None:
    """Annual fees at the end of a day, None for patents of other offices.

    `provisional_for` names the year whose holidays are not announced, where the last day to pay or
    the end of grace may still move for them.
    """
    if not patent.id.startswith("CN:"):
        return None
    entered = patent.entered
    kind = None if entered is None else entered.kind
    filed_on = None if entered is None else entered.filed_on
    through = patent.fees_paid_through(on)
    due_on = patent.next_fee_due_on(on)
    told: dict[str, Any] = {
        "paid_through": through,
        "next_due_on": due_on,
        "last_day_to_pay": None,
        "grace_until": None,
        "provisional_for": None,
        "state": terms.FeeState.UNKNOWN,
    }
    if kind is None or filed_on is None:
        return told
    calendar, unmoved = reckoning.calendar, reckoning.law.grace_counts_from_unmoved_due_date
    if due_on is not None and through is not None:
        last = terms.fee_last_day(filed_on, through + 1, calendar)
        grace = terms.grace_end(filed_on, through + 1, calendar, from_unmoved=unmoved)
        told["last_day_to_pay"] = last.day
        told["grace_until"] = grace.day
        told["provisional_for"] = last.missing_year or grace.missing_year
    told["state"] = terms.fee_state(
        filed_on,
        through,
        on,
        calendar,
        last_fee_year=terms.term_years(kind, filed_on),
        from_unmoved=unmoved,
    )
    return told


def day(text: str | None) -> date | None:
    """A date of a JSON column."""
    return None if text is None else date.fromisoformat(text)

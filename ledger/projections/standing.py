"""What the rows of the view `patent` say of a day: status, term and annual fees.

The row's facts are put back into the domain's own state, which answers; no rule of law is written
twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from ledger.domain import terms
from ledger.domain.holdings import Invalidation
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
            _fact(fee_year=year, paid_on=date.fromisoformat(paid_on))
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


def fees(patent: Patent, on: date, calendar: WorkingCalendar) -> dict[str, Any] | None:
    """Annual fees at the end of a day, None for patents of other offices."""
    if not patent.id.startswith("CN:"):
        return None
    entered = patent.entered
    kind = None if entered is None else entered.kind
    filed_on = None if entered is None else entered.filed_on
    through = patent.fees_paid_through(on)
    due_on = patent.next_fee_due_on(on)
    known = through is not None and filed_on is not None and kind is not None
    return {
        "paid_through": through,
        "next_due_on": due_on,
        "last_day_to_pay": terms.fee_last_day(filed_on, through + 1, calendar).day
        if known and due_on is not None and filed_on is not None and through is not None
        else None,
        "state": terms.fee_state(
            filed_on, through, on, calendar, last_fee_year=terms.term_years(kind, filed_on)
        )
        if kind is not None and filed_on is not None
        else terms.FeeState.UNKNOWN,
    }


def day(text: str | None) -> date | None:
    """A date of a JSON column."""
    return None if text is None else date.fromisoformat(text)


CALENDAR = ChineseCalendar()
"""The calendar by which readers are told the last day to pay."""

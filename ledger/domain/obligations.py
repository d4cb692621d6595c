"""What an act leaves somebody to do, or somebody to be told of: data of the event that causes it.

A rule of severity O says who owes what to whom, about what and until when (`Owed`). It is stored
with the event (`Obligation`), so that receipt, replay and proof carry it. What time alone brings is
no event: it is derived for a day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from ledger.domain.parties import Value
from ledger.domain.periods import LastDay


class Duty(StrEnum):
    """What is to be done."""

    NOTIFY = "notify"
    """Tell the parties named; by the office."""
    KEEP_PAPERS = "keep_papers"
    """Keep the papers that a commitment stands for."""
    SEND_ORIGINALS = "send_originals"
    """Send the paper originals of what was filed online (Pledge Measures art. 7)."""
    APPLY_PROCEEDS = "apply_proceeds"
    """Pay the secured debt early with the price or fee, or deposit it (Civil Code art. 444(2))."""
    CHANGE_PLEDGE = "change_pledge"
    """Have the pledge registration changed."""
    DEREGISTER_PLEDGE = "deregister_pledge"
    """Have the pledge deregistered."""
    RELEASE_PLEDGE = "release_pledge"
    """The pledge of a third party is released as far as the debt went to another (CC 391)."""
    CHANGE_LICENSOR = "change_licensor"
    """Have the new patentee recorded as licensor."""
    CANCEL_LICENCE = "cancel_licence"
    """Have the recordal of the licence cancelled."""
    WITHDRAW_OPEN_LICENCE = "withdraw_open_licence"
    """Withdraw the open-licence declaration and inform the licensees."""
    PAY_FEE = "pay_fee"
    """Pay an annual fee with its surcharge; time alone brings it."""
    REGISTER_OWNER = "register_owner"
    """File the change of owner that a judgment or mediation brings."""


@dataclass(frozen=True, slots=True)
class Owed:
    """What a rule finds to be owed; parties by their ids, the office where `by` is empty."""

    duty: Duty
    by: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    """Whom it is owed to, or who is told."""
    about: str | None = None
    """Number of the registration, licence or declaration concerned."""
    until: LastDay | None = None
    """The last day to do it; None for one without a limit."""
    number: int = field(default=0, kw_only=True)
    """Its place among the obligations of its filing, from 1; 0 before it is decided."""

    def stored(self, rule: str) -> Obligation:
        """As the event that causes it carries it."""
        until = self.until
        return Obligation(
            number=self.number,
            rule=rule,
            duty=self.duty,
            by=self.by,
            to=self.to,
            about=self.about,
            last_day=None if until is None else until.day,
            missing_year=None if until is None else until.missing_year,
        )


class Obligation(Value):
    """An obligation on record: who, what, by when; the entry that holds it is its cause."""

    number: int
    """Its place among the obligations of its filing, from 1."""
    rule: str
    duty: Duty
    by: tuple[str, ...]
    """Ids of who owes it; the office where there are none."""
    to: tuple[str, ...]
    about: str | None
    last_day: date | None
    """The last day to act, included; None for one without a limit."""
    missing_year: int | None
    """The year whose holidays were not announced, where `last_day` is provisional."""


def obligation_id(filing_id: str, number: int) -> str:
    """The name of an obligation: its filing, and its place among the obligations of that."""
    return f"{filing_id}-{number}"

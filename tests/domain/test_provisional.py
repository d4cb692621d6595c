"""In a year whose holidays are not announced a last day is provisional: it refuses no filing and
lapses no right, and says so with the year."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pytest

from ledger.domain.filing import Command
from ledger.domain.lifecycle import CompensateTerm, LapseForFee, RestoreRight
from ledger.domain.patent import Status
from ledger.domain.pledges import RevokePledge
from tests.builders import (
    LAMPWORKS,
    PATENT,
    PLEDGE_NO,
    SECOND,
    declared_open,
    entered,
    fact,
    fee_paid,
    lapsed,
    licensed,
    pledged,
    recorded,
    refs,
    register_pledge,
    register_transfer,
)
from tests.catalogue.case import under
from tests.catalogue.cases_revocations import revoke_recordal, terminate
from tests.domain.test_licences import cancel_licence, record_licence
from tests.domain.test_open_licences import declare
from tests.scenario import Scenario

YEAR = 2097
"""A year that nobody has announced; its 6 January is a Sunday."""

PROVISIONAL = (
    "The last day is provisional: the holidays of 2097 are not announced, weekends alone count."
)


@dataclass(frozen=True)
class Announced:
    """Every year announced, without holidays."""

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5

    def announced(self, _: int) -> bool:
        return True


DUE = entered(filed_on=date(2090, 1, 8), granted_on=date(2092, 3, 3), fees_paid_through=7)
"""The fee of year 8 was due on Tuesday 8 January 2097."""
LATE = date(2097, 2, 1)

LAPSED = recorded(
    DUE,
    lapsed(fee_year=8, due_on=date(2097, 1, 8), decided_on=date(2097, 8, 20)),
    fee_paid(fee_year=8, on=date(2097, 11, 4)),
)
RESTORE = fact(
    RestoreRight,
    effective_on=date(2097, 11, 5),
    requested_on=date(2097, 11, 4),
    notice_received_on=date(2097, 8, 30),
    fee_paid_on=date(2097, 11, 4),
)
COMPENSATE = fact(
    CompensateTerm,
    kind="pta",
    days=100,
    requested_on=date(2097, 6, 20),
    effective_on=date(2097, 6, 20),
)

CASES: tuple[tuple[str, Scenario, date, Command], ...] = (
    ("pledge-fee-current", recorded(DUE), LATE, register_pledge()),
    ("licence-fee-current", recorded(DUE), LATE, record_licence()),
    (
        "open-fee-current",
        recorded(DUE),
        LATE,
        declare(patentees=(LAMPWORKS,), signed_by=refs(LAMPWORKS)),
    ),
    (
        "transfer-fee-200",
        recorded(DUE),
        date(2097, 4, 2),
        register_transfer(received_on=date(2097, 2, 20), fee_paid_on=date(2097, 4, 1)),
    ),
    ("restore-time", LAPSED, date(2097, 11, 5), RESTORE),
    (
        "term-compensation-kind",
        recorded(entered(filed_on=date(2090, 1, 8), granted_on=date(2097, 2, 20))),
        date(2097, 6, 20),
        COMPENSATE,
    ),
)


def announcing(scenario: Scenario) -> Scenario:
    """The same facts where every year is announced."""
    return replace(scenario, calendar=Announced())


@pytest.mark.parametrize(("rule", "before", "today", "command"), CASES, ids=lambda x: str(x)[:24])
def test_it_warns_where_an_announced_year_would_refuse(
    rule: str, before: Scenario, today: date, command: Command
) -> None:
    outcome = before.on(today).when(command)
    found = [f for f in outcome.findings if f.rule == rule]
    assert [f.severity for f in found] == ["W"], outcome.findings
    assert found[0].fact["provisional_for"] == YEAR
    assert found[0].message.endswith(PROVISIONAL)
    certain = announcing(before.on(today)).when(command).refused_by(rule)
    assert "provisional_for" not in certain.fact


def test_another_ground_of_the_same_rule_still_refuses() -> None:
    unpaid = recorded(
        DUE, lapsed(fee_year=8, due_on=date(2097, 1, 8), decided_on=date(2097, 8, 20))
    )
    assert unpaid.on(date(2097, 11, 5)).when(RESTORE).refused_by("restore-time").fact == {
        "unpaid_fee_year": 8
    }
    given_up = entered(
        filed_on=date(2090, 1, 8), granted_on=date(2097, 2, 20), same_day_patent=SECOND
    )
    refused = recorded(given_up).on(date(2097, 6, 20)).when(COMPENSATE)
    assert refused.refused_by("term-compensation-kind").fact == {"given_up": SECOND}


def test_a_limit_missed_for_certain_refuses_whatever_the_other_may_do() -> None:
    """Force majeure: two years from the end of the period are over, the two months may move."""
    old = recorded(
        entered(filed_on=date(2010, 1, 8), granted_on=date(2012, 3, 5), fees_paid_through=7),
        lapsed(fee_year=8, due_on=date(2017, 1, 8), decided_on=date(2017, 8, 21)),
        fee_paid(fee_year=8, on=date(2097, 11, 4)),
    )
    command = RESTORE.model_copy(
        update={"cause": "force_majeure", "obstacle_ended_on": date(2097, 8, 30)}
    )
    refused = old.on(date(2097, 11, 5)).when(command).refused_by("restore-time")
    assert refused.fact == {"last_day": "2019-07-08"}


def test_it_lapses_no_right() -> None:
    unpaid = recorded(DUE)
    command = fact(LapseForFee, fee_year=8, decided_on=date(2097, 8, 20))
    refused = unpaid.on(date(2097, 8, 20)).when(command)
    refused.refuses(
        "fact-unknown", missing="the working days of the year in which the grace ends", year=2097
    )
    assert refused.findings[0].cure == (
        "the operator enters the announced holidays in the table of later years "
        "(LEDGER_CALENDAR_FILE)"
    )
    lapsing = announcing(unpaid.on(date(2097, 8, 20))).when(command).given_that()
    assert lapsing.patents[PATENT].status(date(2097, 8, 20)) is Status.LAPSED


def test_it_revokes_no_pledge() -> None:
    before = recorded(DUE, pledged(on=date(2097, 1, 20))).on(LATE)
    command = RevokePledge(
        registration_no=PLEDGE_NO, ground="pledge-fee-current", reason="The fee is unpaid."
    )
    before.when(command).refuses("pledge-revoke-uncured")
    announcing(before).when(command).passes()


def test_it_revokes_no_recordal() -> None:
    before = recorded(DUE, licensed(on=date(2097, 1, 20))).on(LATE)
    before.when(revoke_recordal("licence-fee-current")).refuses("licence-revoke-uncured")
    announcing(before).when(revoke_recordal("licence-fee-current")).passes()


def test_it_ends_no_open_licence() -> None:
    before = recorded(DUE, declared_open(on=date(2096, 1, 6))).on(LATE)
    before.when(terminate("fee_unpaid")).refuses("open-ex-officio-end")
    announcing(before).when(terminate("fee_unpaid")).passes()


@pytest.mark.parametrize("unmoved", [True, False])
def test_a_grace_that_may_still_move_refuses_nothing(unmoved: bool) -> None:
    """The due date is announced, the year in which the grace ends is not."""
    last = date(2026, 8, 3)
    due = entered(filed_on=date(2019, 8, 3), granted_on=date(2021, 3, 3), fees_paid_through=7)
    before = under(
        recorded(due), grace_counts_as_overdue=False, grace_counts_from_unmoved_due_date=unmoved
    )
    assert before.patents[PATENT].next_fee_due_on(last) == last
    command = register_pledge()
    before.on(date(2027, 2, 3)).when(command).passes()
    late = before.on(date(2027, 2, 4)).when(command)
    (found,) = [f for f in late.findings if f.rule == "pledge-fee-current"]
    assert (found.severity, found.fact["provisional_for"]) == ("W", 2027)
    announcing(before.on(date(2027, 2, 4))).when(command).refused_by("pledge-fee-current")


def test_a_warning_says_that_its_day_is_provisional() -> None:
    before = recorded(DUE, licensed(on=date(2096, 1, 6), starts_on=date(2096, 1, 6)))
    late = cancel_licence(ended_on=date(2097, 2, 20))
    (found,) = [
        f
        for f in before.on(date(2097, 4, 2)).when(late).findings
        if f.rule == "licence-cancel-30-days"
    ]
    assert found.message.endswith(PROVISIONAL)

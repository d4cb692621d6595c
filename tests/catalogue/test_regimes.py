"""The same act judged under the law of another day: 1996, 2010, 2021 before and after Announcement
461, and 2024. The catalogue is asked directly; the patent is as old on each day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ledger.domain.events import Declaration, LedgerEvent, RecordedElsewhere
from ledger.domain.filing import Command
from ledger.domain.lifecycle import CompensateTerm
from ledger.domain.rules import DEFINITIONS, judge, regime
from tests.builders import (
    BANK,
    INSTRUMENTS,
    LAMPWORKS,
    MODEL,
    PATENT,
    STATED_CLAIM,
    about,
    documents,
    entered,
    fact,
    invalidation_requested,
    pledged,
    recorded,
    refs,
    register_pledge,
    register_transfer,
    transcribed,
)
from tests.domain.test_licences import record_licence
from tests.domain.test_open_licences import declare

LAW_1996 = date(1997, 6, 2)
LAW_2010 = date(2012, 6, 4)
LAW_2021 = date(2021, 7, 5)
DAY_BEFORE_461 = date(2021, 11, 14)
ANNOUNCEMENT_461 = date(2021, 11, 15)
PILOT = date(2022, 9, 5)
DAY_BEFORE_RULES = date(2024, 1, 19)
RULES_2023 = date(2024, 1, 20)
LAW_2024 = date(2024, 6, 3)


def on(day: date, *facts: LedgerEvent, patent: str = PATENT, **fields: Any) -> Any:
    """A patent filed five years before a day and granted two, its fees paid, on that day."""
    filed = day.replace(year=day.year - 5, day=1)
    granted = day.replace(year=day.year - 2, day=1)
    stated = {"filed_on": filed, "granted_on": granted, "fees_paid_through": 9}
    return recorded(entered(patent, **stated | fields), *facts).on(day)


def found(scenario: Any, command: Command) -> dict[str, str]:
    """What the rules find: rule → severity."""
    patents = {number: scenario.patents[number] for number in command.patents}
    return {f.rule: str(f.severity) for f in judge(patents, command, scenario.context())}


def pledge(day: date, **fields: Any) -> Any:
    """A pledge for a debt of a year, on paper, with identity documents."""
    claim = STATED_CLAIM.model_copy(update={"debt_due_on": day + timedelta(days=365)})
    return register_pledge(**{"claim": claim} | fields)


def informed(kind: str) -> tuple[Declaration, ...]:
    return (Declaration(kind=kind, by=refs(LAMPWORKS, BANK)),)


def answers(*said: tuple[date, str | None]) -> Any:
    return pytest.mark.parametrize(("day", "severity"), said, ids=str)


@answers(
    (LAW_1996, "R"),
    (LAW_2010, "R"),
    (LAW_2021, "R"),
    (DAY_BEFORE_461, "R"),
    (ANNOUNCEMENT_461, None),
    (LAW_2024, None),
)
def test_a_pending_invalidation_is_a_bar_and_since_461_can_be_waived(
    day: date, severity: str | None
) -> None:
    scenario = on(day, invalidation_requested(on=day - timedelta(days=30)))
    command = pledge(day, declarations=informed("informed-invalidation"))
    assert found(scenario, command).get("pledge-invalidation-waiver") == severity
    assert found(scenario, pledge(day))["pledge-invalidation-waiver"] == "R"


@answers(
    (LAW_1996, None),
    (date(2010, 9, 30), None),
    (date(2010, 10, 1), "R"),
    (LAW_2021, "R"),
    (LAW_2024, "R"),
)
def test_a_second_pledge_is_refused_since_order_56(day: date, severity: str | None) -> None:
    scenario = on(day, pledged(on=day - timedelta(days=30)))
    assert found(scenario, pledge(day)).get("pledge-no-live-pledge") == severity


@answers((LAW_2010, None), (DAY_BEFORE_461, None), (ANNOUNCEMENT_461, "R"), (LAW_2024, "R"))
def test_a_same_day_invention_is_declared_for_since_461(day: date, severity: str | None) -> None:
    scenario = on(day, patent=MODEL, same_day_patent=PATENT)
    command = pledge(day, patents=(MODEL,))
    assert found(scenario, command).get("pledge-same-day-invention-waiver") == severity
    waived = pledge(day, patents=(MODEL,), declarations=informed("informed-same-day-invention"))
    assert "pledge-same-day-invention-waiver" not in found(scenario, waived)


@answers((LAW_1996, "R"), (LAW_2010, "R"), (DAY_BEFORE_461, "R"), (ANNOUNCEMENT_461, None))
def test_a_commitment_stands_for_identity_papers_since_461(day: date, severity: str | None) -> None:
    papers = documents("application-form", "pledge-contract", "identity-commitment")
    assert found(on(day), pledge(day, documents=papers)).get("pledge-documents") == severity


@answers((LAW_2010, None), (DAY_BEFORE_461, None), (ANNOUNCEMENT_461, "O"), (LAW_2024, "O"))
def test_originals_follow_online_filings_since_461(day: date, severity: str | None) -> None:
    assert found(on(day), pledge(day, online=True)).get("pledge-online-consistency") == severity


@pytest.mark.parametrize(
    ("day", "received", "online", "late"),
    [
        (date(1997, 6, 17), date(1997, 6, 2), False, False),
        (date(1997, 6, 18), date(1997, 6, 2), False, True),
        (date(2012, 6, 13), date(2012, 6, 4), False, False),
        (date(2012, 6, 14), date(2012, 6, 4), False, True),
        (date(2024, 6, 11), date(2024, 6, 3), False, False),
        (date(2024, 6, 12), date(2024, 6, 3), False, True),
        (date(2024, 6, 5), date(2024, 6, 3), True, False),
        (date(2024, 6, 6), date(2024, 6, 3), True, True),
    ],
)
def test_the_office_has_15_days_then_7_working_days_then_5_or_2(
    day: date, received: date, online: bool, late: bool
) -> None:
    """10 June 2024 was the Dragon Boat Festival."""
    command = pledge(day, received_on=received, online=online)
    assert ("pledge-examination-5wd-2wd" in found(on(day), command)) is late


@answers(
    (LAW_1996, "R"),
    (LAW_2010, "R"),
    (LAW_2021, "R"),
    (PILOT, "R"),
    (DAY_BEFORE_RULES, "R"),
    (RULES_2023, None),
    (LAW_2024, None),
)
def test_open_licences_are_declared_since_the_rules_of_2023(
    day: date, severity: str | None
) -> None:
    command = declare(last_day=day + timedelta(days=365))
    assert found(on(day), command).get("open-regime-start") == severity


def test_a_statement_of_the_pilot_is_another_kind_of_record() -> None:
    """It is kept as text, declares nothing and bars nothing; a declaration may follow it."""
    statement = RecordedElsewhere(
        **about(PATENT, PILOT, **transcribed("pilot 1")),
        kind="open-licence-pilot",
        text="Provincial pilot: offered to anybody for 10,000 yuan.",
        from_parties=(),
        to_parties=(),
        cites=(),
    )
    scenario = on(LAW_2024, statement)
    patent = scenario.patents[PATENT]
    assert patent.live_declaration(LAW_2024) is None
    assert [fact.kind for fact in patent.elsewhere] == ["open-licence-pilot"]
    assert "open-single-live" not in found(scenario, declare(last_day=date(2025, 6, 2)))
    exclusive = record_licence(kind="exclusive", last_day=date(2025, 6, 2))
    assert "licence-no-exclusive-when-open" not in found(scenario, exclusive)


@answers((LAW_2010, "R"), (date(2021, 5, 31), "R"), (date(2021, 6, 1), None), (LAW_2024, None))
def test_terms_are_compensated_since_the_fourth_amendment(day: date, severity: str | None) -> None:
    scenario = on(day, granted_on=day - timedelta(days=30))
    command = fact(CompensateTerm, kind="pta", days=30, requested_on=day, effective_on=day)
    assert found(scenario, command).get("term-compensation-kind") == severity


@pytest.mark.parametrize("day", [LAW_1996, LAW_2010, LAW_2021, ANNOUNCEMENT_461, LAW_2024])
def test_what_every_law_asks_is_asked_on_every_day(day: date) -> None:
    """Joint application, the contract's contents, fees, ownership, consent to a transfer."""
    stranger = pledge(day, pledgors=(INSTRUMENTS,), signed_by=(), documents=())
    refused = found(on(day, fees_paid_through=2), stranger)
    assert {
        "pledge-joint-application",
        "pledge-documents",
        "pledge-pledgor-is-owner",
        "pledge-fee-current",
    } <= refused.keys()
    sold = register_transfer(fee_paid_on=day, contract_on=day)
    pledged_then = on(day, pledged(on=day - timedelta(days=30)))
    assert found(pledged_then, sold)["transfer-pledgee-consent"] == "R"
    assert found(on(day), pledge(day)).keys() <= {"pledge-online-consistency"}


def test_a_registration_never_ended_by_itself_since_order_56() -> None:
    assert DEFINITIONS["pledge-not-automatic-end"].since == date(2010, 10, 1)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(1996, 9, 30), "before-1996"),
        (date(1996, 10, 1), "1996"),
        (date(2010, 9, 30), "1996"),
        (date(2010, 10, 1), "2010"),
        (date(2020, 12, 31), "2010"),
        (date(2021, 1, 1), "2021-01"),
        (date(2021, 6, 1), "2021-06"),
        (date(2021, 11, 15), "2021-11"),
        (date(2024, 1, 19), "2021-11"),
        (date(2024, 1, 20), "2024"),
    ],
)
def test_every_day_has_its_law(day: date, name: str) -> None:
    assert regime(day) == name

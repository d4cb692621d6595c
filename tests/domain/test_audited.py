"""What an audit finds in what stands on a patent, and in entries that are judged again."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from ledger.domain.events import Door, PatentEvent
from ledger.domain.lawsettings import LawSettings
from ledger.domain.obligations import Duty
from ledger.domain.patent import Patent
from ledger.domain.periods import ChineseCalendar
from ledger.domain.rejudging import judged_again
from ledger.domain.standing_discrepancies import standing_discrepancies
from tests.builders import (
    INSTRUMENTS,
    LAMPWORKS,
    MILLS,
    PATENT,
    TODAY,
    declared_open,
    deregistered,
    documents,
    entered,
    fee_paid,
    invalidation_decided,
    invalidation_final,
    lapsed,
    licensed,
    met,
    owing,
    pledged,
    preservation_continued,
    preserved,
    recorded,
    released,
    transferred,
)

LAW = LawSettings()


def patent(*facts: Any) -> Patent:
    return recorded(*facts).patents[PATENT]


def found(*facts: Any, on: date = TODAY) -> list[tuple[str, str]]:
    return [(each.kind, each.detail) for each in standing_discrepancies(patent(*facts), on)]


class TestWhatStands:
    def test_a_pledge_on_a_dead_right(self) -> None:
        facts = (entered(), pledged(), lapsed())
        kinds = [kind for kind, _ in found(*facts)]
        assert kinds == ["pledge-on-dead-right"]
        assert found(entered(), pledged()) == []
        assert found(*facts, deregistered(on=date(2025, 9, 1))) == []
        assert found(entered(), lapsed()) == []

    def test_exclusive_licences_that_overlap(self) -> None:
        first = licensed(kind="exclusive", licence_id="A", registration_no="X2025990000001")
        second = licensed(kind="exclusive", licence_id="B", registration_no="X2025990000002")
        assert found(entered(), first, second) == [
            ("overlapping-exclusive-licences", "B overlaps A")
        ]
        later = second.model_copy(update={"starts_on": date(2030, 1, 1), "ends_on": None})
        elsewhere = second.model_copy(update={"territory": "Fujian"})
        for other in (later, second.model_copy(update={"kind": "sole"})):
            assert found(entered(), first, other) == []
        assert len(found(entered(), first, elsewhere)) == 1, "without a territory it is everywhere"
        inland = first.model_copy(update={"territory": "Hunan"})
        assert found(entered(), inland, elsewhere) == []
        sub = second.model_copy(update={"head_licence_id": "A"})
        assert found(entered(), first, sub) == []

    def test_an_obligation_that_nobody_met(self) -> None:
        due = owing(transferred(), Duty.APPLY_PROCEEDS, last_day=date(2025, 12, 1))
        facts = (entered(), pledged(on=date(2025, 1, 6)), due)
        ((kind, detail),) = found(*facts)
        assert kind == "obligation-not-met"
        assert "2025-12-01" in detail
        assert found(*facts, on=date(2025, 12, 1)) == []
        assert found(*facts, met(f"{due.filing_id}-1")) == []
        provisional = owing(
            transferred(), Duty.APPLY_PROCEEDS, last_day=date(2025, 12, 1), missing_year=2025
        )
        endless = owing(transferred(), Duty.APPLY_PROCEEDS)
        for other in (provisional, endless):
            assert found(entered(), pledged(on=date(2025, 1, 6)), other) == []


def test_what_is_final_is_not_changed_by_a_decision_told_later() -> None:
    """The final decision is public; what the office tells of the decision besides is not."""
    whole = invalidation_final(outcome="whole", on=date(2026, 1, 5))
    later = invalidation_decided(outcome="partial")
    (case,) = patent(entered(), whole, later).invalidations
    assert (case.outcome, case.decided_on) == ("whole", later.decided_on)
    assert patent(entered(), whole, later).wholly_invalid()


def filed(event: Any, **members: Any) -> PatentEvent:
    """The event as a filing made it, judged by the settings in force."""
    envelope = event.envelope
    judged = envelope.judged_under.model_copy(update={"settings": LAW.digest()})
    at = datetime.combine(event.effective_on, time(2), UTC)
    stated = {"door": Door.FILED, "judged_under": judged, "recorded_at": at} | members
    made: PatentEvent = event.model_copy(update={"envelope": envelope.model_copy(update=stated)})
    return made


def sold(**fields: Any) -> PatentEvent:
    """A transfer with the paper that proves it."""
    return transferred(envelope={"documents": documents("transfer-contract")}, **fields)


def again(entry: PatentEvent, *before: Any) -> list[str]:
    found = judged_again(patent(*before), entry, ChineseCalendar(), LAW)
    return [finding.rule for finding in found]


class TestJudgedAgain:
    @pytest.mark.parametrize(
        "entry",
        [
            pledged(),
            sold(),
            sold(after=(LAMPWORKS, MILLS)),
            sold(whole=False),
            licensed(),
            declared_open(),
            fee_paid(),
        ],
    )
    def test_what_was_rightly_registered_passes(self, entry: PatentEvent) -> None:
        assert again(filed(entry), entered()) == []

    def test_what_the_register_does_not_allow_is_told_by_its_rule(self) -> None:
        assert again(filed(pledged(pledgors=(MILLS,))), entered()) == ["pledge-pledgor-is-owner"]
        other = filed(pledged(registration_no="Y2025990000002", on=date(2025, 6, 2)))
        assert again(other, entered(), pledged()) == ["pledge-no-live-pledge"]
        assert again(filed(pledged(on=TODAY)), entered(), preserved()) == ["pledge-not-frozen"]
        assert again(filed(pledged(on=TODAY)), entered(), lapsed()) == ["pledge-alive"]
        assert again(filed(sold(before=(INSTRUMENTS,), after=(MILLS,))), entered()) == [
            "transfer-from-registered-owner"
        ]
        assert again(filed(licensed(licensors=(MILLS,))), entered()) == [
            "licence-licensor-entitled"
        ]
        twice = filed(declared_open(declaration_no="OL2025990000002", on=date(2025, 3, 3)))
        assert again(twice, entered(), declared_open()) == ["open-single-live"]

    def test_of_a_release_and_of_a_continuation(self) -> None:
        release = filed(released(), documents=documents("proof"))
        assert again(release, entered(), pledged()) == []
        assert again(release, entered()) == ["pledge-deregister-ground"]
        longer = filed(preservation_continued(on=date(2026, 2, 2), ends_on=date(2027, 1, 1)))
        assert again(longer, entered(), preserved()) == []
        assert again(longer, entered()) == ["preservation-continue-before-end"]

    def test_what_was_not_filed_or_judged_otherwise_is_left_alone(self) -> None:
        wrong = pledged(pledgors=(MILLS,))
        assert again(filed(wrong, door=Door.TRANSCRIBED), entered()) == []
        otherwise = wrong.envelope.judged_under.model_copy(update={"settings": "other"})
        assert again(filed(wrong, judged_under=otherwise), entered()) == []

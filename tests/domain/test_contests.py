"""Contests: what of a refused filing is put on record, and what the office may waive."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.domain.completing import completed, contest_decided, contested
from ledger.domain.contests import (
    ROOM,
    ContestPrepared,
    ContestRefusal,
    DecideContest,
    read_so,
    within,
)
from ledger.domain.deciding import COMMANDS
from ledger.domain.events import ContestDecided, FilingContested, FilingDecided, FilingPrepared
from ledger.domain.filing import Caller
from ledger.domain.joint import CONTESTABLE, WithdrawFiling, restored
from ledger.domain.lawsettings import LawSettings
from ledger.domain.prepared import FilingState, Prepared
from ledger.domain.refusals import Severity
from ledger.domain.rules import RULES
from tests.builders import (
    BANK,
    LAMPWORKS,
    PATENT,
    TODAY,
    entered,
    pledged,
    record_consent,
    recorded,
    ref,
    refs,
    register_pledge,
)
from tests.catalogue.all_cases import CASES
from tests.catalogue.case import under
from tests.catalogue.sayings import SAYINGS
from tests.catalogue.sayings.saying import Saying
from tests.scenario import Scenario, given

REASON = "The office misreads the contract."
UNSIGNED = register_pledge(signed_by=refs(BANK))
CONTEST = ContestRefusal(patents=(PATENT,), filing=UNSIGNED, reason=REASON)
BY_BANK = Caller("bank:B", "bank", ref(BANK))


def put_on_record(contest: ContestRefusal = CONTEST) -> Scenario:
    scenario = recorded(entered())
    scenario.caller = BY_BANK
    verdict = contested(scenario.patents, contest, scenario.context())
    return given(*verdict.events, to=scenario)


def stands(scenario: Scenario) -> tuple[str, Prepared]:
    """The contest of a scenario, by its filing's id."""
    ((name, stream),) = ((n, s) for n, s in scenario.streams.items() if s.prepared is not None)
    assert stream.prepared is not None
    return name.removeprefix("filing:"), stream.prepared


class TestOnRecord:
    def test_filing_findings_and_reason_are_three_facts_of_one_filing(self) -> None:
        scenario = recorded(entered())
        scenario.caller = BY_BANK
        verdict = contested(scenario.patents, CONTEST, scenario.context())
        first, decided, last = verdict.events
        assert isinstance(first, FilingPrepared)
        assert isinstance(decided, FilingDecided)
        assert isinstance(last, FilingContested)
        assert len({event.filing_id for event in verdict.events}) == 1
        assert decided.findings
        assert {finding["severity"] for finding in decided.findings} <= {"R", "W"}
        assert (last.by, last.reason) == (ref(BANK), REASON)

    def test_it_takes_nobody_to_have_signed_who_has_not(self) -> None:
        _, prepared = stands(put_on_record())
        assert [party.name for party in prepared.filing.asked] == [BANK.name]
        assert prepared.awaiting == ()
        again = restored(prepared.filing, ())
        assert set(again.signed_by) == set(UNSIGNED.signed_by)
        scenario = put_on_record()
        with_law = scenario.when(again)
        assert any(f.severity is Severity.REFUSAL for f in with_law.findings)

    def test_it_is_judged_with_the_consents_that_it_names(self) -> None:
        consented = recorded(entered(), pledged()).when(record_consent(by=BANK)).given_that()
        (name,) = consented.consents
        context = consented.context()
        filing = UNSIGNED.model_copy(update={"consents": (name,)})
        assert set(within(filing, context).consents) == {name}
        assert within(UNSIGNED, context).consents == {}

    def test_what_nothing_refuses_is_not_contested(self) -> None:
        recorded(entered()).when(
            ContestRefusal(patents=(PATENT,), filing=register_pledge(), reason=REASON)
        ).refuses("contest-of-a-refusal", refused_by=[])

    def test_acts_of_the_office_are_not_contested(self) -> None:
        filing = record_consent(by=BANK)
        recorded(entered()).when(
            ContestRefusal(patents=(PATENT,), filing=filing, reason=REASON)
        ).refuses("contest-of-a-refusal", command="RecordConsent")
        assert set(CONTESTABLE) <= set(COMMANDS)


class TestStates:
    def test_it_waits_for_the_office_and_no_day_ends_it(self) -> None:
        name, prepared = stands(put_on_record())
        assert prepared.state(TODAY) is FilingState.CONTESTED
        assert prepared.state(prepared.filing.valid_until) is FilingState.CONTESTED
        assert not prepared.goes_on(TODAY)
        put_on_record().when(ContestPrepared(filing=name, reason=REASON)).refuses(
            "contest-of-a-refusal", state="contested"
        )

    def test_upheld_it_is_refused_for_good(self) -> None:
        scenario = put_on_record()
        name, _ = stands(scenario)
        decision = DecideContest(filing=name, outcome="upheld", reason="It is as it is.")
        decided = given(contest_decided(decision, scenario.context()), to=scenario)
        _, prepared = stands(decided)
        assert prepared.state(prepared.filing.valid_until) is FilingState.REFUSED
        assert not prepared.goes_on(TODAY)
        decided.when(decision).refuses("contest-open", state="refused")
        decided.when(ContestPrepared(filing=name, reason=REASON)).refuses("contest-of-a-refusal")

    def test_it_can_be_given_up(self) -> None:
        scenario = put_on_record()
        name, _ = stands(scenario)
        given_up = scenario.when(WithdrawFiling(filing=name)).given_that()
        assert stands(given_up)[1].state(TODAY) is FilingState.WITHDRAWN

    def test_judged_again_and_refused_it_is_over(self) -> None:
        scenario = put_on_record()
        name, prepared = stands(scenario)
        context = scenario.context()
        decision = DecideContest(filing=name, outcome="set_aside", reason="Look again.")
        decided = contest_decided(decision, context)
        filing = restored(prepared.filing, ())
        verdict = completed(scenario.patents, filing, decided, context)
        assert [type(event) for event in verdict.events] == [ContestDecided, FilingDecided]
        after = stands(given(*verdict.events, to=scenario))[1]
        assert after.state(TODAY) is FilingState.REFUSED
        assert not after.goes_on(TODAY)

    def test_judged_again_and_cured_it_is_registered(self) -> None:
        whole = ContestRefusal(patents=(PATENT,), filing=register_pledge(), reason=REASON)
        scenario = put_on_record(whole)
        name, prepared = stands(scenario)
        context = scenario.context()
        decided = contest_decided(
            DecideContest(filing=name, outcome="set_aside", reason="Look again."), context
        )
        filing = restored(prepared.filing, ())
        verdict = completed(scenario.patents, filing, decided, context)
        assert [e.TOPIC for e in verdict.events][2:] == ["pledge.registered"]
        assert LAMPWORKS.name in {party.name for party in prepared.filing.asked}


class TestRoom:
    """The office waives its own ground, and what it may read otherwise; nothing else."""

    @pytest.mark.parametrize("rule", ROOM)
    def test_a_rule_with_room_refuses_by_a_reading(self, rule: str) -> None:
        """There is a filing that the rule refuses, and under the other reading does not."""
        assert rule in RULES
        if rule == "pledge-other-ground":
            return
        assert ROOM[rule].keys() <= LawSettings.model_fields.keys()
        of_this = [saying for saying in SAYINGS if saying.rule == rule]
        of_this += [Saying(rule, case.breaks, case.given) for case in CASES if case.rule == rule]
        assert any(
            self.refuses(said) and not self.refuses(replace(said, given=under(said.given, **read)))
            for said in of_this
            for read in [ROOM[rule]]
        )

    def refuses(self, said: Saying) -> bool:
        return any(finding["severity"] == "R" for finding in said.said())

    def test_what_is_entered_names_the_reading(self) -> None:
        context = recorded(entered()).context()
        read = read_so(context, ("licence-pledgee-consent",))
        assert read is context, "the office reads it so already"
        read = read_so(context, ("licence-no-conflict",))
        assert not read.law.ordinary_licence_bars_exclusive
        assert read.judged_under.settings == read.law.digest()

    @pytest.mark.parametrize(
        ("outcome", "waive"),
        [("set_aside", "pledge-no-live-pledge"), ("set_aside", "nothing"), ("upheld", None)],
    )
    def test_the_letter_of_the_law_is_not_waived(self, outcome: str, waive: str | None) -> None:
        scenario = put_on_record()
        name, prepared = stands(scenario)
        assert prepared.decided is not None
        found = str(prepared.decided.findings[0]["rule"])
        decision = DecideContest.model_validate(
            {"filing": name, "outcome": outcome, "waive": (waive or found,), "reason": "So."}
        )
        scenario.when(decision).refuses("contest-room", rule=waive or found)

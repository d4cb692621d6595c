"""The life of the right: grant, fees, lapse, restoration, freezes, its end and its term."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from ledger.domain.events import (
    AnnualFeePaid,
    ConsentUsed,
    FeeLapseDecided,
    PatentAbandoned,
    PatentEntered,
    PreservationContinued,
    PreservationStarted,
    SuspensionEnded,
    SuspensionExtended,
    SuspensionStarted,
    TermCompensated,
)
from ledger.domain.lawsettings import LawSettings
from ledger.domain.lifecycle import (
    Abandon,
    CompensateTerm,
    ContinuePreservation,
    DecideInvalidation,
    EndPreservation,
    EndSuspension,
    ExtendSuspension,
    FinaliseInvalidation,
    LapseForFee,
    PayAnnualFee,
    RestoreRight,
    StartInvalidation,
    StartPreservation,
    StartSuspension,
)
from ledger.domain.numbers import PatentKind
from ledger.domain.patent import Status
from tests.builders import (
    BANK,
    DESIGN,
    INVENTOR,
    LAMPWORKS,
    MILLS,
    MODEL,
    PATENT,
    SECOND,
    TODAY,
    consented,
    declared_open,
    deregister_pledge,
    documents,
    entered,
    fact,
    fee_paid,
    grant_patent,
    lapsed,
    licensed,
    parties,
    party,
    patent_details,
    pledged,
    preserved,
    recorded,
    refs,
    suspended,
)
from tests.scenario import Outcome, Scenario


class TestGrant:
    def test_the_right_begins_with_the_grant_announcement(self) -> None:
        outcome = recorded().when(grant_patent())
        (event,) = outcome.passes().events
        assert isinstance(event, PatentEntered)
        assert event.effective_on == date(2020, 9, 1)
        assert event.kind is PatentKind.INVENTION
        patent = outcome.given_that().patents[PATENT]
        assert patent.status(date(2020, 8, 31)) is Status.NOT_GRANTED
        assert patent.status(date(2020, 9, 1)) is Status.IN_FORCE
        assert patent.patentees_on(TODAY) == parties(LAMPWORKS)

    def test_many_patents_are_entered_at_once(self) -> None:
        design = patent_details(DESIGN, filed_on=date(2022, 3, 1), granted_on=date(2022, 9, 1))
        command = grant_patent(patent_details(), patent_details(MODEL), design)
        assert command.patents == (PATENT, MODEL, DESIGN)
        assert len(recorded().when(command).passes().events) == 3

    @pytest.mark.parametrize(
        "wrong",
        [
            {"granted_on": date(2018, 6, 11)},
            {"symbols": ("26-02",)},
            {"symbols": ()},
            {"publication_no": "CN123"},
            {"industry": "Z"},
            {"fees_paid_through": 21},
        ],
    )
    def test_an_entry_that_cannot_be_is_no_entry(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            patent_details(**wrong)

    def test_the_patents_follow_from_the_entries(self) -> None:
        with pytest.raises(ValidationError, match="follow from the entries"):
            grant_patent(patents=(SECOND,))
        with pytest.raises(ValidationError, match="entered twice"):
            grant_patent(patent_details(), patent_details())
        command = grant_patent()
        assert type(command).model_validate(command.model_dump()) == command


class TestSameDay:
    """An invention and a utility model for the same creation, filed on one day."""

    model = entered(MODEL, same_day_patent=PATENT, granted_on=date(2019, 3, 1))
    invention = patent_details(same_day_patent=MODEL)

    def test_the_grant_of_the_invention_ends_the_model(self) -> None:
        outcome = recorded(self.model).when(grant_patent(self.invention))
        _, ended = outcome.passes().events
        assert isinstance(ended, PatentAbandoned)
        assert (ended.originator_id, ended.reason) == (MODEL, "same_day_invention")
        assert ended.effective_on == self.invention.granted_on
        model = outcome.given_that().patents[MODEL]
        assert model.status(date(2020, 8, 31)) is Status.IN_FORCE
        assert model.status(date(2020, 9, 1)) is Status.ABANDONED

    def test_a_model_not_in_the_ledger_is_left_alone(self) -> None:
        (event,) = recorded().when(grant_patent(self.invention)).passes().events
        assert event.originator_id == PATENT

    def test_both_may_be_entered_at_once(self) -> None:
        model = patent_details(MODEL, same_day_patent=PATENT, granted_on=date(2019, 3, 1))
        events = recorded().when(grant_patent(model, self.invention)).passes().events
        assert [(e.originator_id, e.originator_version) for e in events] == [
            (MODEL, 1),
            (PATENT, 1),
            (MODEL, 2),
        ]

    def test_the_pledgee_of_the_model_consents(self) -> None:
        pledged_model = recorded(self.model, pledged(MODEL))
        pledged_model.when(grant_patent(self.invention)).refuses("um-ends-with-invention")
        consent = consented(act="abandonment", counterparties=(), patents=(MODEL,))
        outcome = recorded(consent, to=pledged_model).when(
            grant_patent(self.invention, consents=("C1",))
        )
        assert isinstance(outcome.passes().events[-1], ConsentUsed)
        outcome.obliges("um-ends-with-invention")

    @pytest.mark.parametrize(
        ("standing", "rule"),
        [
            (licensed(MODEL), "licence-cancel-on-patent-end"),
            (declared_open(MODEL, on=date(2026, 1, 5)), "open-duty-to-withdraw"),
        ],
    )
    def test_what_stood_on_the_model_is_to_be_cleared(self, standing: Any, rule: str) -> None:
        outcome = recorded(self.model, standing).when(grant_patent(self.invention))
        (owed,) = outcome.obliges(rule)
        ended = outcome.passes().events[-1]
        assert isinstance(ended, PatentAbandoned)
        assert ended.obligations == (owed,)
        other = patent_details(same_day_patent="CN:201829000009.3")
        assert recorded(self.model, standing).when(grant_patent(other)).findings == ()


class TestFee:
    def test_a_payment_counts_from_its_day(self) -> None:
        outcome = recorded(entered(fees_paid_through=7)).when(fact(PayAnnualFee, fee_year=8))
        (event,) = outcome.passes().events
        assert isinstance(event, AnnualFeePaid)
        assert event.paid_on == TODAY
        assert outcome.given_that().patents[PATENT].fees_paid_through(TODAY) == 8


class TestLapse:
    """Year 8 of PATENT was due on 12 June 2025; its grace ended on Friday 12 December 2025."""

    unpaid = recorded(entered(fees_paid_through=7))

    def decide(self, decided_on: str, **fields: Any) -> Outcome:
        return self.unpaid.when(fact(LapseForFee, fee_year=8, decided_on=decided_on, **fields))

    def test_it_reaches_back_to_the_due_date(self) -> None:
        outcome = self.decide("2026-01-12")
        (event,) = outcome.passes().events
        assert isinstance(event, FeeLapseDecided)
        assert event.effective_on == date(2025, 6, 12)
        patent = outcome.given_that().patents[PATENT]
        assert patent.alive(date(2025, 6, 11))
        assert patent.status(date(2025, 6, 12)) is Status.LAPSED

    def test_it_waits_for_a_month_after_the_grace(self) -> None:
        self.decide("2026-01-11").refuses(
            "fee-lapse-after-grace", grace_ends_on="2025-12-12", earliest="2026-01-12"
        )

    def test_it_is_for_the_first_unpaid_year(self) -> None:
        paid = recorded(entered(fees_paid_through=8))
        command = fact(LapseForFee, fee_year=8, decided_on=TODAY)
        paid.when(command).refuses("fee-lapse-after-grace", paid_through=8)

    def test_years_beyond_the_term_have_no_fee(self) -> None:
        model = recorded(entered(MODEL, fees_paid_through=10))
        model.when(fact(LapseForFee, patents=(MODEL,), fee_year=11, decided_on=TODAY)).refuses(
            "fee-lapse-after-grace", years=10
        )

    def test_a_filing_date_never_told_of_is_unknown(self) -> None:
        unknown = recorded(entered(filed_on=None))
        unknown.when(fact(LapseForFee, fee_year=8, decided_on=TODAY)).refuses("fact-unknown")

    def test_fees_never_told_of_are_unknown(self) -> None:
        unknown = recorded(entered(fees_paid_through=None))
        unknown.when(fact(LapseForFee, fee_year=8, decided_on=TODAY)).refuses("fact-unknown")

    def test_a_patent_never_entered_is_unknown(self) -> None:
        recorded().when(fact(LapseForFee, fee_year=8, decided_on=TODAY)).refuses("fact-unknown")

    @pytest.mark.parametrize("freeze", [preserved(), suspended()])
    def test_it_pauses_while_frozen(self, freeze: Any) -> None:
        frozen = recorded(entered(fees_paid_through=7), freeze)
        command = fact(LapseForFee, fee_year=8, decided_on=date(2026, 1, 12))
        frozen.when(command).refuses("fee-lapse-paused-when-frozen")

    def test_a_pledgee_is_notified(self) -> None:
        outcome = recorded(pledged(), to=self.unpaid).when(
            fact(LapseForFee, fee_year=8, decided_on=TODAY)
        )
        outcome.passes()
        outcome.obliges("lapse-notify-pledgee")


class TestRestoration:
    paid = recorded(entered(fees_paid_through=7), lapsed(), fee_paid(fee_year=8))

    def command(self, **fields: Any) -> RestoreRight:
        stated: dict[str, Any] = {
            "requested_on": date(2026, 2, 10),
            "notice_received_on": date(2025, 12, 10),
            "fee_paid_on": date(2026, 2, 10),
        }
        restored: RestoreRight = fact(RestoreRight, **stated | fields)
        return restored

    def test_a_restored_right_is_in_force_again(self) -> None:
        after = self.paid.when(self.command()).given_that()
        assert after.patents[PATENT].alive(date(2025, 12, 1))

    def test_it_is_asked_within_two_months_of_the_notice(self) -> None:
        self.paid.when(self.command(requested_on=date(2026, 2, 11))).refuses(
            "restore-time", last_day="2026-02-10"
        )

    def test_force_majeure_counts_from_the_end_of_the_obstacle(self) -> None:
        command = self.command(cause="force_majeure", obstacle_ended_on=date(2026, 1, 5))
        self.paid.when(command).passes()
        late = self.command(cause="force_majeure", obstacle_ended_on=date(2025, 12, 9))
        self.paid.when(late).refuses("restore-time", last_day="2026-02-09")

    def test_two_years_after_the_period_nothing_helps(self) -> None:
        """Year 5 of a patent was due on 12 June 2022, its grace ended on 12 December."""
        old = lapsed(fee_year=5, due_on=date(2022, 6, 12))
        history = recorded(entered(fees_paid_through=4), old, fee_paid(fee_year=5))
        command = self.command(cause="force_majeure", obstacle_ended_on=date(2026, 1, 5))
        history.when(command).refuses("restore-time", last_day="2024-12-12")

    def test_the_missed_fee_is_paid(self) -> None:
        unpaid = recorded(entered(fees_paid_through=7), lapsed())
        unpaid.when(self.command()).refuses("restore-time", unpaid_fee_year=8)

    @pytest.mark.parametrize(
        ("left_out", "cause"),
        [
            ("notice_received_on", "good_reason"),
            ("obstacle_ended_on", "force_majeure"),
            ("fee_paid_on", "good_reason"),
        ],
    )
    def test_what_it_rests_on_is_stated(self, left_out: str, cause: str) -> None:
        command = self.command(**{left_out: None, "cause": cause})
        self.paid.when(command).refuses("restore-time", missing=[left_out])

    def test_a_right_in_force_is_not_restored(self) -> None:
        recorded(entered()).when(self.command()).refuses("restore-time", status="in_force")


class TestPreservation:
    def command(self, **fields: Any) -> StartPreservation:
        stated: dict[str, Any] = {
            "case_no": "(2026) Lantern 2",
            "court": "Lanternhill Court",
            "months": 6,
            "particulars_match": True,
            "documents": documents("ruling", "assistance-notice"),
        }
        started: StartPreservation = fact(StartPreservation, **stated | fields)
        return started

    def test_its_last_day_is_included(self) -> None:
        outcome = recorded(entered()).when(self.command())
        (event,) = outcome.passes().events
        assert isinstance(event, PreservationStarted)
        assert (event.starts_on, event.ends_on) == (TODAY, date(2026, 9, 3))
        patent = outcome.given_that().patents[PATENT]
        assert not patent.frozen(date(2026, 3, 1))
        assert patent.frozen(TODAY)
        assert patent.frozen(date(2026, 9, 2))
        assert not patent.frozen(date(2026, 9, 3))

    def test_a_stated_last_day_is_included(self) -> None:
        command = self.command(months=None, last_day=date(2026, 8, 31))
        (event,) = recorded(entered()).when(command).passes().events
        assert isinstance(event, PreservationStarted)
        assert event.ends_on == date(2026, 9, 1)

    def test_a_second_one_queues(self) -> None:
        outcome = recorded(entered(), preserved()).when(self.command())
        (event,) = outcome.passes().events
        assert isinstance(event, PreservationStarted)
        assert (event.starts_on, event.ends_on, event.months) == (None, None, 6)
        patent = outcome.given_that().patents[PATENT]
        assert [p.case_no for p in patent.preserved_by(date(2026, 7, 13))] == ["(2026) Lantern 2"]

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"documents": documents("ruling")}, {"missing": ["assistance-notice"]}),
            ({"particulars_match": False}, {"particulars_match": False}),
            ({"months": None}, {"missing": ["months", "last_day"]}),
            ({"last_day": date(2026, 3, 1)}, {"ends_before_it_begins": True}),
        ],
    )
    def test_its_papers_are_complete(self, wrong: dict[str, Any], told: dict[str, Any]) -> None:
        recorded(entered()).when(self.command(**wrong)).refuses("preservation-documents", **told)

    def test_the_patent_is_in_force(self) -> None:
        recorded(entered(), lapsed()).when(self.command()).refuses(
            "preservation-documents", status="lapsed"
        )
        recorded().when(self.command()).refuses("fact-unknown")

    @pytest.mark.parametrize(
        ("period", "flagged"),
        [
            ({"months": 6}, False),
            ({"months": 7}, True),
            ({"months": 36, "kind": "execution"}, False),
            ({"months": 37, "kind": "execution"}, True),
            ({"months": None, "last_day": date(2026, 9, 2)}, False),
            ({"months": None, "last_day": date(2026, 9, 3)}, True),
        ],
    )
    def test_a_long_period_is_flagged_and_entered(
        self, period: dict[str, Any], flagged: bool
    ) -> None:
        outcome = recorded(entered()).when(self.command(**period))
        outcome.passes()
        assert ("preservation-period" in {f.rule for f in outcome.findings}) is flagged

    def test_a_pledge_does_not_hinder_it(self) -> None:
        outcome = recorded(entered(), pledged()).when(self.command())
        outcome.passes()
        outcome.obliges("preservation-pledge-priority")

    def test_a_suspension_does_not_hinder_it(self) -> None:
        recorded(entered(), suspended()).when(self.command()).passes()


class TestContinuation:
    """The preservation of the builders runs from 12 January to 12 July 2026."""

    def command(self, **fields: Any) -> ContinuePreservation:
        stated: dict[str, Any] = {
            "case_no": "(2026) Lantern 1",
            "court": "Lanternhill Court",
            "months": 6,
        }
        continued: ContinuePreservation = fact(ContinuePreservation, **stated | fields)
        return continued

    def test_it_goes_on_from_the_receipt_of_the_notice(self) -> None:
        (event,) = recorded(entered(), preserved()).when(self.command()).passes().events
        assert isinstance(event, PreservationContinued)
        assert event.ends_on == date(2026, 9, 3)

    @pytest.mark.parametrize(
        ("day", "passes"), [(date(2026, 7, 12), True), (date(2026, 7, 13), False)]
    )
    def test_the_notice_arrives_before_the_end(self, day: date, passes: bool) -> None:
        outcome = recorded(entered(), preserved()).on(day).when(self.command(effective_on=day))
        if passes:
            outcome.passes()
        else:
            outcome.refuses("preservation-continue-before-end", running=False)

    def test_another_court_continues_its_own(self) -> None:
        recorded(entered(), preserved()).when(self.command(court="Tidewater Court")).refuses(
            "preservation-continue-before-end"
        )

    def test_its_period_is_stated(self) -> None:
        recorded(entered(), preserved()).when(self.command(months=None)).refuses(
            "preservation-continue-before-end", missing=["months", "last_day"]
        )

    def test_a_released_patent_is_free_from_that_day(self) -> None:
        command = fact(EndPreservation, case_no="(2026) Lantern 1", court="Lanternhill Court")
        after = recorded(entered(), preserved()).when(command).given_that()
        assert after.patents[PATENT].frozen(date(2026, 3, 1))
        assert not after.patents[PATENT].frozen(TODAY)

    def test_a_preservation_never_entered_is_not_released(self) -> None:
        command = fact(EndPreservation, case_no="(2026) Lantern 1", court="Lanternhill Court")
        recorded(entered()).when(command).refuses("freeze-case-known")


class TestSuspension:
    def command(self, **fields: Any) -> StartSuspension:
        stated: dict[str, Any] = {
            "case_no": "(2026) Dispute 2",
            "requested_by": MILLS,
            "dispute_parties": (MILLS, LAMPWORKS),
            "particulars_match": True,
            "documents": documents("acceptance-document"),
        }
        started: StartSuspension = fact(StartSuspension, **stated | fields)
        return started

    def test_it_lasts_one_year(self) -> None:
        outcome = recorded(entered()).when(self.command())
        (event,) = outcome.passes().events
        assert isinstance(event, SuspensionStarted)
        assert event.requested_by == party(MILLS)
        patent = outcome.given_that().patents[PATENT]
        assert patent.frozen(TODAY)
        assert patent.frozen(date(2027, 3, 2))
        assert not patent.frozen(date(2027, 3, 3))

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"requested_by": BANK}, {"requested_by": "Bank of Lanternhill"}),
            ({"documents": ()}, {"missing": ["acceptance-document"]}),
            ({"particulars_match": False}, {"particulars_match": False}),
        ],
    )
    def test_a_party_to_the_dispute_asks_for_it(
        self, wrong: dict[str, Any], told: dict[str, Any]
    ) -> None:
        recorded(entered()).when(self.command(**wrong)).refuses("suspension-requester", **told)

    def test_one_runs_at_a_time(self) -> None:
        recorded(entered(), suspended()).when(self.command()).refuses(
            "suspension-requester", suspensions=["(2026) Dispute 1"]
        )
        recorded(entered(), preserved()).when(self.command()).passes()

    def test_a_right_lost_is_not_suspended(self) -> None:
        recorded(entered(), lapsed()).when(self.command()).refuses("suspension-requester")
        recorded().when(self.command()).refuses("fact-unknown")

    def test_a_pledgee_is_notified(self) -> None:
        recorded(entered(), pledged()).when(self.command()).obliges("pledge-notify-events")

    def extension(self, **fields: Any) -> ExtendSuspension:
        stated: dict[str, Any] = {
            "case_no": "(2026) Dispute 1",
            "documents": documents("case-not-closed"),
        }
        extended: ExtendSuspension = fact(ExtendSuspension, **stated | fields)
        return extended

    def test_it_is_extended_by_six_months(self) -> None:
        outcome = recorded(entered(), suspended()).when(self.extension())
        (event,) = outcome.passes().events
        assert isinstance(event, SuspensionExtended)
        assert event.ends_on == date(2027, 7, 13)
        outcome.given_that().when(self.extension()).refuses("suspension-extension", extended=True)

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"case_no": "(2026) Dispute 3"}, {"running": False}),
            ({"months": 7}, {"at_most": 6}),
            ({"documents": ()}, {"missing": ["case-not-closed"]}),
        ],
    )
    def test_an_extension_is_short_and_proved(
        self, wrong: dict[str, Any], told: dict[str, Any]
    ) -> None:
        recorded(entered(), suspended()).when(self.extension(**wrong)).refuses(
            "suspension-extension", **told
        )

    @pytest.mark.parametrize(
        ("day", "passes"), [(date(2027, 1, 12), True), (date(2027, 1, 13), False)]
    )
    def test_it_is_asked_before_the_end(self, day: date, passes: bool) -> None:
        told = recorded(entered(), suspended()).on(day)
        outcome = told.when(self.extension(effective_on=day))
        if passes:
            outcome.passes()
        else:
            outcome.refuses("suspension-extension", running=False)

    def test_in_invalidation_it_is_not_extended(self) -> None:
        recorded(entered(), suspended(in_invalidation=True)).when(self.extension()).refuses(
            "suspension-extension", in_invalidation=True
        )

    def test_the_new_owner_files_within_three_months(self) -> None:
        command = fact(EndSuspension, case_no="(2026) Dispute 1", reason="judgment")
        outcome = recorded(entered(), suspended()).when(command)
        (event,) = outcome.passes().events
        assert isinstance(event, SuspensionEnded)
        outcome.obliges("suspension-owner-change-3-months")
        assert not outcome.given_that().patents[PATENT].frozen(TODAY)

    def test_a_withdrawn_dispute_has_no_new_owner(self) -> None:
        command = fact(EndSuspension, case_no="(2026) Dispute 1", reason="withdrawal")
        assert recorded(entered(), suspended()).when(command).findings == ()


class TestPassingAFreeze:
    def test_a_pledge_is_deregistered_with_a_warning(self) -> None:
        frozen = recorded(entered(), pledged(), preserved())
        outcome = frozen.when(deregister_pledge())
        outcome.passes()
        outcome.warns("frozen-deregistration")

    def test_the_office_may_decide_otherwise(self) -> None:
        frozen = recorded(entered(), pledged(), preserved())
        frozen.law = LawSettings(deregistration_passes_freeze=False)
        frozen.when(deregister_pledge()).refuses("frozen-deregistration")


class TestInvalidation:
    def test_it_is_requested_from_the_grant_on(self) -> None:
        command = fact(StartInvalidation, case_no="4W990001", effective_on=date(2020, 9, 1))
        recorded(entered()).when(command).passes()
        early = fact(StartInvalidation, case_no="4W990001", effective_on=date(2020, 8, 31))
        recorded(entered()).when(early).refuses("invalidation-needs-grant", granted_on="2020-09-01")

    def test_a_grant_never_told_of_is_unknown(self) -> None:
        recorded().when(fact(StartInvalidation, case_no="4W990001")).refuses("fact-unknown")

    def test_from_request_to_the_final_decision(self) -> None:
        started = fact(StartInvalidation, case_no="4W990001", requested_by=MILLS)
        decided = fact(
            DecideInvalidation, case_no="4W990001", outcome="whole", decision_no="990001"
        )
        final = fact(
            FinaliseInvalidation, case_no="4W990001", outcome="whole", decision_no="990001"
        )
        pending = recorded(entered(), pledged()).when(started).given_that()
        pending = pending.when(decided).given_that()
        assert pending.patents[PATENT].pending_invalidations(TODAY)
        assert pending.patents[PATENT].alive(TODAY)
        outcome = pending.when(final)
        outcome.obliges("lapse-notify-pledgee")
        assert outcome.given_that().patents[PATENT].status(TODAY) is Status.INVALID


class TestAbandonment:
    def command(self, **fields: Any) -> Abandon:
        abandoned: Abandon = fact(Abandon, **{"signed_by": refs(LAMPWORKS)} | fields)
        return abandoned

    def test_a_patent_is_given_up_on_the_day_of_registration(self) -> None:
        after = recorded(entered()).when(self.command()).given_that().patents[PATENT]
        assert after.alive(TODAY - timedelta(days=1))
        assert after.status(TODAY) is Status.ABANDONED

    def test_all_patentees_sign(self) -> None:
        owned = recorded(entered(patentees=(LAMPWORKS, INVENTOR)))
        owned.when(self.command()).refuses("abandon-all-patentees", co_owners=["Deng Zhao"])
        owned.when(self.command(signed_by=refs(LAMPWORKS, INVENTOR))).passes()

    def test_it_has_no_conditions_and_no_parts(self) -> None:
        recorded(entered()).when(self.command(conditions="If it rains.")).refuses(
            "abandon-all-patentees", conditional=True
        )
        recorded(entered()).when(self.command(claims=(1, 2))).refuses(
            "abandon-all-patentees", claims=[1, 2]
        )

    def test_every_pledgee_consents(self) -> None:
        owed = recorded(entered(), pledged())
        owed.when(self.command()).refuses(
            "abandon-pledgee-consent", pledgees={"Y2025990000001": ["Bank of Lanternhill"]}
        )
        agreed = recorded(consented(act="abandonment", counterparties=()), to=owed)
        events = agreed.when(self.command(consents=("C1",))).passes().events
        assert [type(e) for e in events] == [PatentAbandoned, ConsentUsed]

    def test_an_open_licence_is_withdrawn_first(self) -> None:
        recorded(entered(), declared_open()).when(self.command()).refuses(
            "abandon-open-licence-first-withdrawn"
        )

    def test_a_right_that_ended_is_not_given_up(self) -> None:
        recorded(entered(fees_paid_through=7), lapsed()).when(self.command()).refuses(
            "right-in-force", status="lapsed"
        )

    @pytest.mark.parametrize("freeze", [preserved(), suspended()])
    def test_a_frozen_patent_is_kept(self, freeze: Any) -> None:
        recorded(entered(), freeze).when(self.command()).refuses("abandon-not-frozen")


class TestCompensation:
    """PATENT was granted on 1 September 2020; three months later is Tuesday 1 December."""

    def command(self, **fields: Any) -> CompensateTerm:
        stated: dict[str, Any] = {"kind": "pta", "days": 87, "requested_on": date(2020, 12, 1)}
        compensated: CompensateTerm = fact(CompensateTerm, **stated | fields)
        return compensated

    def drug(self, **fields: Any) -> CompensateTerm:
        """Approved eight years after filing: two more years reach the fourteenth after that."""
        stated: dict[str, Any] = {
            "kind": "pte",
            "days": 731,
            "approved_on": date(2026, 6, 12),
            "requested_on": date(2026, 7, 1),
            "drug": "Lanternol",
        }
        return self.command(**stated | fields)

    def when(self, command: CompensateTerm, history: Scenario | None = None) -> Outcome:
        return (history or recorded(entered())).on(date(2026, 7, 2)).when(command)

    def test_the_term_ends_later(self) -> None:
        outcome = self.when(self.command())
        (event,) = outcome.passes().events
        assert isinstance(event, TermCompensated)
        assert event.terminates_on == date(2038, 9, 7)
        assert outcome.given_that().patents[PATENT].alive(date(2038, 9, 6))

    def test_it_is_asked_within_three_months_of_the_grant(self) -> None:
        self.when(self.command(requested_on=date(2020, 12, 2))).refuses(
            "term-compensation-kind", last_day="2020-12-01"
        )

    def test_it_is_for_inventions(self) -> None:
        self.when(self.command(patents=(MODEL,)), recorded(entered(MODEL))).refuses(
            "term-compensation-kind", kind="utility_model"
        )

    def test_it_is_given_once(self) -> None:
        after = self.when(self.command()).given_that()
        self.when(self.command(), after).refuses("term-compensation-kind", compensated_before="pta")
        self.when(self.drug(days=600), after).passes()

    def test_not_where_a_utility_model_was_given_up(self) -> None:
        invention = recorded(entered(same_day_patent=MODEL))
        self.when(self.command(), invention).refuses("term-compensation-kind", given_up=MODEL)

    def test_a_term_never_told_of_is_unknown(self) -> None:
        self.when(self.command(), recorded()).refuses("fact-unknown")

    def test_a_drug_gets_what_the_law_gives_at_most(self) -> None:
        self.when(self.drug()).passes()
        self.when(self.drug(days=732)).refuses("term-compensation-kind", at_most=731)

    @pytest.mark.parametrize("left_out", ["drug", "approved_on"])
    def test_a_drug_is_named_with_its_approval(self, left_out: str) -> None:
        self.when(self.drug(**{left_out: None})).refuses(
            "term-compensation-kind", missing=[left_out]
        )

    def test_a_drug_compensates_one_patent(self) -> None:
        both = recorded(entered(), entered(SECOND))
        self.when(self.drug(patents=(PATENT, SECOND)), both).refuses(
            "term-compensation-kind", patents=2
        )
        after = self.when(self.drug(), both).given_that()
        self.when(self.drug(patents=(SECOND,), drug="ＬＡＮＴＥＲＮＯＬ "), after).refuses(
            "term-compensation-kind", compensated_before=[PATENT]
        )
        self.when(self.drug(patents=(SECOND,), drug="Lanternin"), after).passes()

    def test_a_right_that_ended_is_not_compensated(self) -> None:
        lapsed_before = recorded(entered(fees_paid_through=7), lapsed())
        self.when(self.command(effective_on=TODAY), lapsed_before).refuses(
            "right-in-force", status="lapsed"
        )
        in_time = self.command(effective_on=date(2025, 6, 11))
        self.when(in_time, lapsed_before).passes()

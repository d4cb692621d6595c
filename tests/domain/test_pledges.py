"""Pledges: registration, change, release, deregistration, revocation; the rules of law.md 8.6."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ledger.domain.events import (
    CONFIDENTIAL,
    ConsentUsed,
    Declaration,
    PledgeChanged,
    PledgeDeregistered,
    PledgeRegistered,
    PledgeReleased,
    PledgeRevoked,
)
from ledger.domain.filing import Registration
from ledger.domain.lawsettings import LawSettings
from ledger.domain.money import yuan
from ledger.domain.parties import PartyKind
from ledger.domain.pledges import Claim, PledgeContract, RevokePledge
from ledger.domain.rules import ALIASES
from tests.builders import (
    BANK,
    FOREIGNER,
    INSTRUMENTS,
    INVENTOR,
    LAMPWORKS,
    MILLS,
    MODEL,
    OTHER_BANK,
    PATENT,
    PLEDGE_NO,
    SECOND,
    STATED_CLAIM,
    THIRD,
    TODAY,
    UNIVERSITY,
    change_pledge,
    consented,
    declared_open,
    deregister_pledge,
    deregistered,
    documents,
    entered,
    fee_paid,
    invalidation_final,
    invalidation_requested,
    lapsed,
    named,
    parties,
    pledged,
    preserved,
    recorded,
    refs,
    register_pledge,
    released,
    suspended,
    transferred,
)

CO_OWNED = (LAMPWORKS, INVENTOR)


def claim(**fields: Any) -> Claim:
    return STATED_CLAIM.model_copy(update=fields)


class TestRegistration:
    def test_a_pledge_arises_on_the_day_of_registration(self) -> None:
        outcome = recorded(entered()).when(register_pledge())
        (event,) = outcome.passes().events
        assert isinstance(event, PledgeRegistered)
        assert event.effective_on == TODAY
        assert (event.envelope.registration_no or "").startswith("Y202699")
        assert (event.pledgors, event.pledgees) == (parties(LAMPWORKS), parties(BANK))
        assert event.claim is not None
        assert event.claim.amount == yuan("5000000")
        (pledge,) = outcome.given_that().patents[PATENT].standing_pledges(TODAY)
        assert pledge.registered_on == TODAY

    def test_a_filing_over_many_patents_has_one_number_and_one_claim(self) -> None:
        events = recorded(entered(), entered(SECOND)).when(
            register_pledge(patents=(PATENT, SECOND))
        )
        found = events.passes().events
        assert len({e.envelope.registration_no for e in found}) == 1
        assert {e.claim.id for e in found if isinstance(e, PledgeRegistered) and e.claim} == {
            "loan-2"
        }

    def test_a_claim_without_a_name_has_that_of_the_registration(self) -> None:
        (event,) = recorded(entered()).when(register_pledge(claim=claim(id=None))).passes().events
        assert isinstance(event, PledgeRegistered)
        assert event.claim is not None
        assert event.claim.id == event.envelope.registration_no

    def test_amount_and_contract_are_confidential(self) -> None:
        confidential = {
            name
            for name, field in PledgeRegistered.model_fields.items()
            if CONFIDENTIAL in field.metadata
        }
        assert confidential == {
            "debtor",
            "claim",
            "contract_digest",
            "contract_on",
            "shares",
            "pledgee_is_agent",
            "obligations",
            "trademarks",
        }

    def test_a_university_may_pledge(self) -> None:
        command = register_pledge(pledgors=(UNIVERSITY,))
        assert recorded(entered(patentees=(UNIVERSITY,))).when(command).findings == ()

    def test_a_state_organ_is_warned(self) -> None:
        organ = LAMPWORKS.model_copy(update={"kind": PartyKind.STATE_ORGAN})
        recorded(entered()).when(register_pledge(pledgors=(organ,))).warns("pledge-state-organ")

    def test_a_forfeiture_clause_is_warned(self) -> None:
        contract = PledgeContract(patents_listed=True, forfeiture_clause=True)
        recorded(entered()).when(register_pledge(contract=contract)).warns(
            "pledge-forfeiture-clause"
        )

    def test_who_files_online_sends_the_originals(self) -> None:
        recorded(entered()).when(register_pledge(online=True)).obliges("pledge-online-consistency")


class TestPapers:
    def test_both_sides_sign(self) -> None:
        recorded(entered()).when(register_pledge(signed_by=refs(LAMPWORKS))).refuses(
            "pledge-joint-application", not_signed=["Bank of Lanternhill"]
        )

    @pytest.mark.parametrize(
        ("fields", "missing"),
        [
            ({"documents": documents("pledge-contract", "identity")}, ["application-form"]),
            ({"documents": documents("application-form", "identity")}, ["pledge-contract"]),
            ({"documents": documents("application-form", "pledge-contract")}, ["identity"]),
            ({"agency": "Lamp Street Agency"}, ["power-of-attorney"]),
            ({"appraised": True}, ["appraisal-report"]),
        ],
    )
    def test_every_paper_is_there(self, fields: dict[str, Any], missing: list[str]) -> None:
        recorded(entered()).when(register_pledge(**fields)).refuses(
            "pledge-documents", missing=missing
        )

    @pytest.mark.parametrize(
        ("wrong", "missing"),
        [
            ({"claim": claim(kind=None)}, ["claim/kind"]),
            ({"claim": claim(amount=None)}, ["claim/amount"]),
            ({"claim": claim(debt_due_on=None)}, ["claim/debt_due_on"]),
            ({"claim": claim(scope=None)}, ["claim/scope"]),
            ({"contract": PledgeContract()}, ["contract/patents_listed"]),
            (
                {"pledgees": (BANK.model_copy(update={"address": None}),)},
                ["address of Bank of Lanternhill"],
            ),
        ],
    )
    def test_the_contract_is_complete(self, wrong: dict[str, Any], missing: list[str]) -> None:
        recorded(entered()).when(register_pledge(**wrong)).refuses(
            "pledge-contract-contents", missing=missing
        )


class TestRight:
    def test_the_pledgor_is_the_patentee(self) -> None:
        recorded(entered(patentees=(MILLS,))).when(
            register_pledge(signed_by=refs(LAMPWORKS, BANK, MILLS))
        ).refuses("pledge-pledgor-is-owner", pledgors=["Lanternhill Lampworks"])

    def test_the_patentee_of_today_pledges(self) -> None:
        moved = recorded(entered(), transferred())
        moved.when(register_pledge(pledgors=(INSTRUMENTS,))).passes()
        moved.when(register_pledge()).refused_by("pledge-pledgor-is-owner")

    @pytest.mark.parametrize(
        ("facts", "status"),
        [
            ((lapsed(),), "lapsed"),
            ((invalidation_requested(), invalidation_final()), "invalid"),
        ],
    )
    def test_a_right_that_ended_cannot_be_pledged(self, facts: Any, status: str) -> None:
        recorded(entered(), *facts).when(register_pledge()).refuses("pledge-alive", status=status)

    def test_a_right_that_expired_cannot_be_pledged(self) -> None:
        old = entered(filed_on=date(2006, 3, 2), granted_on=date(2009, 1, 5), fees_paid_through=20)
        recorded(old).when(register_pledge()).refuses(
            "pledge-alive", "pledge-debt-within-term", status="expired"
        )

    def test_an_application_cannot_be_pledged(self) -> None:
        to_come = entered(granted_on=date(2026, 3, 3))
        recorded(to_come).when(register_pledge()).refuses(
            "pledge-alive", "fact-unknown", status="not_granted"
        )

    def test_a_right_granted_today_can(self) -> None:
        recorded(entered(granted_on=TODAY)).when(register_pledge()).passes()

    def test_what_was_never_told_is_asked_for(self) -> None:
        nothing_known = recorded(
            entered(filed_on=None, granted_on=None, patentees=(), fees_paid_through=None)
        )
        outcome = nothing_known.when(register_pledge())
        outcome.refuses("fact-unknown")
        assert {f.fact["missing"] for f in outcome.findings} == {
            "the patentees",
            "filing date, grant date and kind",
            "up to which year annual fees are paid",
            "filing date and kind, from which its term follows",
        }

    def test_it_is_asked_for_once_of_each_patent(self) -> None:
        """However many rules need it."""
        bare: dict[str, Any] = {
            "filed_on": None,
            "granted_on": None,
            "patentees": (),
            "fees_paid_through": None,
        }
        nothing_known = recorded(entered(**bare), entered(SECOND, **bare))
        findings = nothing_known.when(register_pledge(patents=(PATENT, SECOND))).findings
        asked = [(f.patent, f.fact["missing"]) for f in findings if f.rule == "fact-unknown"]
        assert len(asked) == len(set(asked)) == 8
        assert Counter(patent for patent, _ in asked) == {PATENT: 4, SECOND: 4}


class TestFees:
    """A fee due on Monday 2 March 2026 is in time on that day, in grace from the next."""

    def test_the_due_date_itself_is_in_time(self) -> None:
        due_today = entered(filed_on=date(2018, 3, 2), fees_paid_through=8)
        recorded(due_today).when(register_pledge()).passes()

    def test_the_day_after_is_not(self) -> None:
        due_yesterday = entered(filed_on=date(2018, 3, 2), fees_paid_through=8)
        recorded(due_yesterday).on(date(2026, 3, 3)).when(register_pledge()).refuses(
            "pledge-fee-current", fee_year=9, due_on="2026-03-02"
        )

    def test_a_due_date_on_a_sunday_moves_to_monday(self) -> None:
        due_sunday = entered(filed_on=date(2018, 3, 1), fees_paid_through=8)
        recorded(due_sunday).when(register_pledge()).passes()

    def test_a_fee_since_paid_cures_it(self) -> None:
        unpaid = recorded(entered(fees_paid_through=7))
        unpaid.when(register_pledge()).refuses(
            "pledge-fee-current", fee_year=8, due_on="2025-06-12"
        )
        recorded(fee_paid(fee_year=8), to=unpaid).when(register_pledge()).passes()


class TestFreeze:
    @pytest.mark.parametrize("freeze", [preserved(), suspended()])
    def test_a_frozen_patent_cannot_be_pledged(self, freeze: Any) -> None:
        recorded(entered(), freeze).when(register_pledge()).refuses("pledge-not-frozen")

    @pytest.mark.parametrize("freeze", [preserved(), suspended()])
    def test_its_pledge_is_not_changed(self, freeze: Any) -> None:
        recorded(entered(), pledged(), freeze).when(change_pledge()).refuses("frozen-blocks")

    def test_it_can_the_day_after_the_preservation(self) -> None:
        frozen = recorded(entered(fees_paid_through=9), preserved())
        frozen.on(date(2026, 7, 12)).when(register_pledge()).refused_by("pledge-not-frozen")
        frozen.on(date(2026, 7, 13)).when(register_pledge()).passes()


class TestDebtWithinTerm:
    """PATENT's last day in force is 11 June 2038."""

    @pytest.mark.parametrize(("due", "passes"), [("2038-06-11", True), ("2038-06-12", False)])
    def test_the_debt_may_be_due_on_the_last_day(self, due: str, passes: bool) -> None:
        outcome = recorded(entered()).when(
            register_pledge(claim=claim(debt_due_on=date.fromisoformat(due)))
        )
        if passes:
            outcome.passes()
        else:
            outcome.refuses("pledge-debt-within-term", last_day_in_force="2038-06-11")

    def test_every_patent_is_looked_at(self) -> None:
        model = entered(MODEL, filed_on=date(2016, 12, 31), fees_paid_through=10)
        outcome = recorded(entered(), model).when(register_pledge(patents=(PATENT, MODEL)))
        outcome.refuses("pledge-debt-within-term", last_day_in_force="2026-12-30")
        refused = [f.patent for f in outcome.findings if f.rule == "pledge-debt-within-term"]
        assert refused == [MODEL]

    def test_a_change_keeps_to_it_too(self) -> None:
        longer = change_pledge(claim=claim(debt_due_on=date(2038, 6, 12)))
        recorded(entered(), pledged()).when(longer).refuses("pledge-debt-within-term")


class TestCoOwners:
    owned = recorded(entered(patentees=CO_OWNED))

    def test_all_of_them_agree(self) -> None:
        self.owned.when(register_pledge()).refuses(
            "pledge-coowner-consent", co_owners=["Deng Zhao"]
        )
        self.owned.when(register_pledge(signed_by=refs(*CO_OWNED, BANK))).passes()

    def test_by_a_recorded_consent(self) -> None:
        consent = consented(by=INVENTOR, capacity="co_owner", act="pledge", counterparties=(BANK,))
        events = recorded(consent, to=self.owned).when(register_pledge(consents=("C1",)))
        assert [type(e) for e in events.passes().events] == [PledgeRegistered, ConsentUsed]

    def test_unless_they_agreed_otherwise(self) -> None:
        contract = PledgeContract(patents_listed=True, co_owners_agreed_otherwise=True)
        self.owned.when(register_pledge(contract=contract)).refuses("pledge-coowner-consent")
        papers = documents("application-form", "pledge-contract", "identity", "co-owner-agreement")
        self.owned.when(register_pledge(contract=contract, documents=papers)).passes()


class TestOnePledge:
    def test_a_pledged_patent_is_not_pledged_again(self) -> None:
        recorded(entered(), pledged()).when(register_pledge(pledgees=(OTHER_BANK,))).refuses(
            "pledge-no-live-pledge",
            registration_no=PLEDGE_NO,
            pledgees=["Bank of Lanternhill"],
        )

    def test_a_due_debt_does_not_end_a_pledge(self) -> None:
        overdue = recorded(entered(fees_paid_through=10), pledged()).on(date(2028, 1, 4))
        overdue.when(register_pledge(claim=claim(debt_due_on=date(2029, 1, 1)))).refuses(
            "pledge-no-live-pledge"
        )

    @pytest.mark.parametrize("end", [deregistered(), released()])
    def test_a_pledge_that_ended_makes_room(self, end: Any) -> None:
        recorded(entered(), pledged(), end).when(register_pledge()).passes()

    def test_two_of_old_are_cleared_first(self) -> None:
        second = pledged(registration_no="Y2009990000002", on=date(2009, 5, 6))
        recorded(entered(), pledged(), second).when(register_pledge()).refuses(
            "pledge-no-live-pledge", "pledge-one-live-invariant"
        )

    def test_one_patent_of_many_stops_all(self) -> None:
        outcome = recorded(entered(), entered(SECOND), pledged(SECOND)).when(
            register_pledge(patents=(PATENT, SECOND))
        )
        outcome.refuses("pledge-no-live-pledge")
        assert [f.pointer for f in outcome.findings] == ["/patents/1"]

    def test_part_of_them_is_not_entered(self) -> None:
        recorded(entered()).when(register_pledge(partial=True)).refuses("pledge-multi-patent")

    def test_part_of_them_is_where_the_office_allows_it(self) -> None:
        three = recorded(entered(), entered(SECOND), entered(THIRD), pledged(SECOND))
        three.law = LawSettings(partial_filings=True)
        command = register_pledge(patents=(PATENT, SECOND, THIRD), partial=True)
        outcome = three.when(command)
        verdict = outcome.passes()
        assert [event.originator_id for event in verdict.events] == [PATENT, THIRD]
        (left_out,) = (f for f in verdict.warnings if f.patent == SECOND)
        assert (left_out.rule, left_out.pointer) == ("pledge-no-live-pledge", "/patents/1")
        three.when(register_pledge(patents=(SECOND,), partial=True)).refuses(
            "pledge-no-live-pledge"
        )
        unsigned = register_pledge(patents=(PATENT, SECOND), partial=True, signed_by=())
        three.when(unsigned).refuses("pledge-joint-application", "pledge-no-live-pledge")
        three.when(register_pledge(patents=(PATENT, SECOND))).refuses("pledge-no-live-pledge")


class TestWaivers:
    def declared(self, kind: str, *by: Any) -> tuple[Declaration, ...]:
        return (Declaration(kind=kind, by=refs(*by)),)

    @pytest.mark.parametrize(
        ("rule", "kind", "facts", "patent"),
        [
            (
                "pledge-invalidation-waiver",
                "informed-invalidation",
                (entered(), invalidation_requested()),
                PATENT,
            ),
            (
                "pledge-same-day-invention-waiver",
                "informed-same-day-invention",
                (entered(MODEL, same_day_patent=PATENT, fees_paid_through=8),),
                MODEL,
            ),
        ],
    )
    def test_both_sides_waive_it_informed(
        self, rule: str, kind: str, facts: Any, patent: str
    ) -> None:
        command = register_pledge(patents=(patent,))
        outcome = recorded(*facts).when(command)
        outcome.refuses(rule, not_declared=["Lanternhill Lampworks", "Bank of Lanternhill"])
        assert outcome.refused_by(rule).waiver == kind
        one = command.model_copy(update={"declarations": self.declared(kind, LAMPWORKS)})
        recorded(*facts).when(one).refuses(rule, not_declared=["Bank of Lanternhill"])
        both = command.model_copy(update={"declarations": self.declared(kind, LAMPWORKS, BANK)})
        recorded(*facts).when(both).passes()

    def test_an_invention_of_the_same_day_is_pledged_freely(self) -> None:
        recorded(entered(same_day_patent=MODEL)).when(register_pledge()).passes()

    def test_before_november_2021_invalidation_was_a_bar(self) -> None:
        history = recorded(
            entered(fees_paid_through=4), invalidation_requested(on=date(2021, 11, 1))
        )
        declared = self.declared("informed-invalidation", LAMPWORKS, BANK)
        command = register_pledge(declarations=declared)
        history.on(date(2021, 11, 14)).when(command).refuses(
            "pledge-invalidation-waiver", waivable=False
        )
        history.on(date(2021, 11, 15)).when(command).passes()

    def test_a_final_decision_is_no_pending_one(self) -> None:
        kept = invalidation_final(outcome="maintained")
        recorded(entered(), invalidation_requested(), kept).when(register_pledge()).passes()

    def test_the_pledgee_agrees_to_an_open_licence(self) -> None:
        declared = recorded(entered(), declared_open())
        declared.when(register_pledge()).refuses(
            "open-pledge-statement", pledgees=["Bank of Lanternhill"]
        )
        agreed = self.declared("open-licence-continues", BANK)
        declared.when(register_pledge(declarations=agreed)).passes()

    def test_the_rule_has_two_names_and_is_judged_once(self) -> None:
        assert ALIASES["pledge-open-licence-statement"][0] == "open-pledge-statement"


class TestPledgees:
    both = (BANK, OTHER_BANK)

    @pytest.mark.parametrize(
        ("shares", "told"),
        [
            ((60, 40), None),
            (("33.4", "66.6"), None),
            ((60, 39), {"total": "99"}),
            (("half", "half"), {"total": "not a number"}),
        ],
    )
    def test_shares_sum_to_a_hundred(self, shares: Any, told: dict[str, Any] | None) -> None:
        divided = {k: str(v) for k, v in zip(refs(*self.both), shares, strict=True)}
        outcome = recorded(entered()).when(register_pledge(pledgees=self.both, shares=divided))
        if told is None:
            outcome.passes()
        else:
            outcome.refuses("pledge-multi-pledgee", **told)

    def test_shares_are_of_pledgees(self) -> None:
        strange = {**dict.fromkeys(refs(*self.both), "40"), **dict.fromkeys(refs(MILLS), "20")}
        recorded(entered()).when(register_pledge(pledgees=self.both, shares=strange)).refuses(
            "pledge-multi-pledgee"
        )

    def test_a_maximum_amount_pledge_states_its_period(self) -> None:
        recorded(entered()).when(register_pledge(claim=claim(maximum=True))).refuses(
            "pledge-max-amount-fields", missing=["claim/period_from", "claim/period_until"]
        )
        period = {"period_from": date(2026, 1, 1), "period_until": date(2027, 12, 31)}
        recorded(entered()).when(register_pledge(claim=claim(maximum=True, **period))).passes()
        backwards = {"period_from": date(2027, 1, 1), "period_until": date(2026, 12, 31)}
        recorded(entered()).when(register_pledge(claim=claim(maximum=True, **backwards))).refuses(
            "pledge-max-amount-fields", ends_before_it_begins=True
        )


class TestChange:
    pledged = recorded(entered(), pledged())

    def test_both_sides_agree_on_another_claim(self) -> None:
        outcome = self.pledged.when(change_pledge())
        (event,) = outcome.passes().events
        assert isinstance(event, PledgeChanged)
        (pledge,) = outcome.given_that().patents[PATENT].standing_pledges(TODAY)
        assert pledge.now.claim is not None
        assert pledge.now.claim.amount == yuan("4000000")
        assert pledge.now.pledgees == parties(BANK)

    def test_a_changed_claim_is_the_same_claim_unless_another_is_named(self) -> None:
        smaller = STATED_CLAIM.model_copy(update={"id": None, "amount": yuan("4000000")})
        for command, known_as in (
            (change_pledge(claim=smaller), "loan-1"),
            (change_pledge(), "loan-2"),
        ):
            (event,) = self.pledged.when(command).passes().events
            assert isinstance(event, PledgeChanged)
            assert event.claim is not None
            assert event.claim.id == known_as

    def test_a_changed_claim_is_stated_whole(self) -> None:
        alone = Claim(amount=yuan("4000000"))
        self.pledged.when(change_pledge(claim=alone)).refuses(
            "pledge-contract-contents", missing=["claim/kind", "claim/debt_due_on", "claim/scope"]
        )
        maximum = STATED_CLAIM.model_copy(update={"maximum": True})
        self.pledged.when(change_pledge(claim=maximum)).refuses(
            "pledge-max-amount-fields", missing=["claim/period_from", "claim/period_until"]
        )

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"signed_by": refs(BANK)}, {"not_signed": ["Lanternhill Lampworks"]}),
            ({"documents": ()}, {"missing": ["amendment-agreement"]}),
            ({"pledgees": (OTHER_BANK,)}, {"not_signed": ["Tidewater Savings Bank"]}),
        ],
    )
    def test_one_side_does_not(self, wrong: dict[str, Any], told: dict[str, Any]) -> None:
        self.pledged.when(change_pledge(**wrong)).refuses("pledge-change-needs-both", **told)

    def test_a_new_name_needs_proof_alone(self) -> None:
        renamed = named(BANK, "Bank of Lanternhill and Tidewater")
        command = change_pledge(claim=None, pledgees=(renamed,), signed_by=())
        self.pledged.when(command).refuses("pledge-change-needs-both", missing=["proof"])
        self.pledged.when(command.model_copy(update={"documents": documents("proof")})).passes()

    def test_a_new_pledgee_stands_from_the_registration_of_the_change(self) -> None:
        """The claim is assigned to another bank, which thereby has the pledge (CC 547)."""
        assigned = change_pledge(
            claim=None, pledgees=(OTHER_BANK,), signed_by=refs(LAMPWORKS, BANK, OTHER_BANK)
        )
        patent = self.pledged.when(assigned).given_that().patents[PATENT]
        (pledge,) = patent.standing_pledges(TODAY)
        assert pledge.now.pledgees == parties(OTHER_BANK)
        assert [shape.since for shape in pledge.shapes] == [date(2025, 5, 6), TODAY]

    def test_a_registration_that_ended_is_not_changed(self) -> None:
        recorded(entered(), pledged(), deregistered()).when(change_pledge()).refuses(
            "pledge-change-needs-both", stands=False
        )


class TestEnd:
    two = recorded(entered(), entered(SECOND), pledged(), pledged(SECOND))

    @pytest.mark.parametrize(
        "ground", ["performed", "realised", "waived", "contract_void", "extinguished"]
    )
    def test_every_ground_ends_the_registration_on_all_patents(self, ground: str) -> None:
        events = self.two.when(deregister_pledge(ground=ground)).passes().events
        assert [type(e) for e in events] == [PledgeDeregistered, PledgeDeregistered]
        assert [e.originator_id for e in events] == [PATENT, SECOND]

    def test_some_patents_leave_it(self) -> None:
        outcome = self.two.when(deregister_pledge(patents=(SECOND,)))
        (event,) = outcome.passes().events
        assert isinstance(event, PledgeReleased)
        last = outcome.given_that().when(deregister_pledge(patents=(PATENT,)))
        assert isinstance(last.passes().events[0], PledgeDeregistered)

    def test_all_named_together_end_it(self) -> None:
        events = self.two.when(deregister_pledge(patents=(PATENT, SECOND))).passes().events
        assert {type(e) for e in events} == {PledgeDeregistered}

    def test_proof_is_needed(self) -> None:
        self.two.when(deregister_pledge(documents=())).refuses(
            "pledge-deregister-ground", missing=["proof"]
        )

    def test_a_waiver_is_the_pledgees(self) -> None:
        self.two.when(deregister_pledge(ground="waived", signed_by=refs(LAMPWORKS))).refuses(
            "pledge-deregister-ground", not_signed=["Bank of Lanternhill"]
        )

    def test_an_ended_registration_does_not_end_again(self) -> None:
        recorded(entered(), pledged(), deregistered()).when(deregister_pledge()).refuses(
            "pledge-deregister-ground", stands=False
        )

    def test_one_side_alone_is_warned(self) -> None:
        alone = deregister_pledge(signed_by=refs(LAMPWORKS))
        self.two.when(alone).warns("pledge-deregister-by-one-side")
        proved = alone.model_copy(update={"documents": documents("payment-proof")})
        assert self.two.when(proved).findings == ()


@pytest.mark.parametrize(
    "command",
    [
        change_pledge(),
        deregister_pledge(),
        RevokePledge(registration_no=PLEDGE_NO, ground="other", reason="Found later."),
    ],
)
def test_a_number_of_no_registration_is_refused(command: Any) -> None:
    recorded(entered()).when(command).refuses(
        "pledge-registration-known", registration_no=PLEDGE_NO
    )


class TestRevocation:
    def revoke(self, ground: str, **fields: Any) -> RevokePledge:
        stated = {"registration_no": PLEDGE_NO, "ground": ground, "reason": "Found later."}
        return RevokePledge(**stated | fields)

    def test_a_ground_that_existed_and_exists_undoes_it_from_the_beginning(self) -> None:
        stranger = recorded(entered(), pledged(pledgors=(MILLS,)))
        outcome = stranger.when(self.revoke("pledge-pledgor-is-owner"))
        (event,) = outcome.passes().events
        assert isinstance(event, PledgeRevoked)
        patent = outcome.given_that().patents[PATENT]
        assert not patent.standing_pledges(date(2025, 6, 1))

    def test_it_stood_for_those_who_ask_as_known_before(self) -> None:
        before = recorded(entered(), pledged(pledgors=(MILLS,)))
        after = before.when(self.revoke("pledge-pledgor-is-owner")).given_that()
        for day in (date(2025, 5, 6), TODAY):
            assert before.patents[PATENT].standing_pledges(day)
            assert not after.patents[PATENT].standing_pledges(day)

    def test_a_cured_ground_does_not(self) -> None:
        late_entry = recorded(entered(patentees=(MILLS,)), pledged())
        cured = recorded(
            transferred(before=(MILLS,), after=(LAMPWORKS,), on=date(2025, 9, 1)), to=late_entry
        )
        late_entry.when(self.revoke("pledge-pledgor-is-owner")).passes()
        cured.when(self.revoke("pledge-pledgor-is-owner")).refuses(
            "pledge-revoke-uncured", existed=True, still_exists=False
        )

    @pytest.mark.parametrize(
        ("ground", "facts"),
        [
            ("pledge-alive", (lapsed(due_on=date(2025, 1, 12)),)),
            ("pledge-not-frozen", (preserved(on=date(2025, 5, 1), months=12),)),
            ("pledge-invalidation-waiver", (invalidation_requested(on=date(2025, 5, 1)),)),
            ("pledge-no-live-pledge", (pledged(registration_no="Y2024990000009"),)),
            ("other", ()),
        ],
    )
    def test_the_grounds_the_ledger_sees(self, ground: str, facts: Any) -> None:
        recorded(entered(), *facts, pledged()).when(self.revoke(ground)).passes()

    @pytest.mark.parametrize(
        "ground",
        [
            "pledge-pledgor-is-owner",
            "pledge-alive",
            "pledge-fee-current",
            "pledge-not-frozen",
            "pledge-debt-within-term",
            "pledge-no-live-pledge",
            "pledge-invalidation-waiver",
            "pledge-contract-contents",
        ],
    )
    def test_a_sound_registration_stands(self, ground: str) -> None:
        recorded(entered(), pledged()).when(self.revoke(ground)).refuses("pledge-revoke-uncured")

    def test_a_ground_that_the_parties_waived_is_none(self) -> None:
        """They declared, informed of it, that they want the registration (PPM 11(10), (11))."""
        asked = recorded(entered(), invalidation_requested(on=date(2025, 5, 1)))
        informed = Declaration(kind="informed-invalidation", by=refs(LAMPWORKS, BANK))
        waived = asked.when(register_pledge(declarations=(informed,))).given_that()
        (pledge,) = waived.patents[PATENT].pledges
        revocation = self.revoke(
            "pledge-invalidation-waiver",
            registration_no=pledge.registration_no,
            patents=(PATENT,),
        )
        known = Registration(pledge.registration_no, "pledge", (PATENT,), None)
        given = replace(waived, registrations={pledge.registration_no: known})
        given.when(revocation).refuses("pledge-revoke-uncured", existed=False, still_exists=False)

    def test_a_ground_the_law_does_not_know(self) -> None:
        recorded(entered(), pledged()).when(self.revoke("bad-weather")).refuses(
            "pledge-revoke-uncured", ground="bad-weather"
        )

    def test_a_registration_that_ended_is_not_revoked(self) -> None:
        recorded(entered(), pledged(), deregistered()).when(self.revoke("other")).refuses(
            "pledge-revoke-uncured", stands=False
        )


def test_a_foreign_pledgee_is_named_as_it_is() -> None:
    command = register_pledge(
        pledgees=(FOREIGNER,),
        agency="Lamp Street Agency",
        documents=documents("application-form", "pledge-contract", "identity", "power-of-attorney"),
    )
    (event,) = recorded(entered()).when(command).passes().events
    assert isinstance(event, PledgeRegistered)
    assert event.pledgees == parties(FOREIGNER)

"""Transfers and changes of name or address, and the rules of law.md 8.3."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.domain.events import (
    ConsentUsed,
    NameOrAddressChanged,
    PledgeChanged,
    PledgeDeregistered,
    PledgeReleased,
    TransferRegistered,
)
from ledger.domain.lawsettings import LawSettings
from ledger.domain.parties import PartyDetails
from ledger.domain.rules.transfers import CAUSE_DOCUMENTS
from ledger.domain.transfers import CourtPaper, Judgment
from tests.builders import (
    BANK,
    DESIGN,
    FOREIGNER,
    INSTRUMENTS,
    INVENTOR,
    ISLANDER,
    LAMPWORKS,
    MILLS,
    OTHER_BANK,
    PATENT,
    PLEDGE_NO,
    SECOND,
    THIRD,
    TODAY,
    about,
    change_name,
    consented,
    declared_open,
    digest,
    documents,
    entered,
    lapsed,
    licensed,
    named,
    parties,
    party,
    pledged,
    preserved,
    recorded,
    refs,
    register_transfer,
    released,
    suspended,
)

CO_OWNED = (LAMPWORKS, INVENTOR)


def test_a_transfer_counts_from_its_registration() -> None:
    verdict = recorded(entered()).when(register_transfer()).passes()
    (event,) = verdict.events
    assert isinstance(event, TransferRegistered)
    assert event.effective_on == TODAY
    assert (event.transferors, event.transferees) == (parties(LAMPWORKS), parties(INSTRUMENTS))
    assert event.patentees_after == parties(INSTRUMENTS)


def test_after_it_the_patentees_are_the_whole_list_in_its_order() -> None:
    after = recorded(entered()).when(register_transfer(patentees_after=(MILLS, INSTRUMENTS)))
    patent = after.given_that().patents[PATENT]
    assert patent.patentees_on(TODAY) == parties(MILLS, INSTRUMENTS)
    assert patent.patentees_on(date(2026, 3, 1)) == parties(LAMPWORKS)


def test_a_new_co_owner_comes_in_by_transfer() -> None:
    command = register_transfer(patentees_after=(LAMPWORKS, INSTRUMENTS))
    (event,) = recorded(entered()).when(command).passes().events
    assert isinstance(event, TransferRegistered)
    assert (event.transferors, event.transferees) == ((), parties(INSTRUMENTS))


def test_a_co_owner_who_leaves_is_the_transferor() -> None:
    command = register_transfer(patentees_before=CO_OWNED, patentees_after=(INVENTOR,))
    (event,) = recorded(entered(patentees=CO_OWNED)).when(command).passes().events
    assert isinstance(event, TransferRegistered)
    assert (event.transferors, event.transferees) == (parties(LAMPWORKS), ())


def test_who_remains_stays_as_the_register_has_it() -> None:
    stated = named(LAMPWORKS, "Somebody Else")
    command = register_transfer(patentees_after=(stated, INSTRUMENTS))
    after = recorded(entered()).when(command).given_that()
    assert after.patents[PATENT].patentees_on(TODAY) == parties(LAMPWORKS, INSTRUMENTS)


class TestRight:
    def test_a_dead_right_cannot_be_transferred(self) -> None:
        recorded(entered(), lapsed()).when(register_transfer()).refuses(
            "transfer-alive", status="lapsed"
        )

    def test_a_patent_the_ledger_was_never_told_of_is_unknown(self) -> None:
        found = recorded().when(register_transfer()).refused_by("fact-unknown")
        assert "POST /v1/patents" in (found.cure or "")

    def test_an_overdue_fee_does_not_hinder_a_transfer(self) -> None:
        recorded(entered(fees_paid_through=7)).when(register_transfer()).passes()

    def test_the_patentees_before_are_those_of_the_register(self) -> None:
        recorded(entered()).when(register_transfer(patentees_before=(MILLS,))).refused_by(
            "transfer-from-registered-owner"
        )

    def test_all_of_them_are_stated(self) -> None:
        recorded(entered(patentees=CO_OWNED)).when(
            register_transfer(signed_by=refs(*CO_OWNED))
        ).refuses("transfer-from-registered-owner", stated=["Lanternhill Lampworks"])

    def test_they_are_stated_in_any_order(self) -> None:
        command = register_transfer(patentees_before=(INVENTOR, LAMPWORKS))
        recorded(entered(patentees=CO_OWNED)).when(command).passes()


class TestOneStep:
    def test_a_chain_needs_a_filing_each(self) -> None:
        command = register_transfer(intermediate_transferees=(MILLS,))
        recorded(entered()).when(command).refuses("transfer-one-step", between=["Millbrook Mills"])

    def test_the_same_patentees_in_another_order_are_no_transfer(self) -> None:
        command = register_transfer(
            patentees_before=CO_OWNED, patentees_after=(INVENTOR, LAMPWORKS)
        )
        recorded(entered(patentees=CO_OWNED)).when(command).refuses("transfer-one-step", changes=0)

    def test_nobody_is_named_twice(self) -> None:
        command = register_transfer(patentees_after=(INSTRUMENTS, INSTRUMENTS))
        recorded(entered()).when(command).refuses(
            "transfer-one-step", named_twice=["Tidewater Instruments"]
        )


class TestCause:
    @pytest.mark.parametrize("cause", CAUSE_DOCUMENTS)
    def test_every_cause_is_proved_by_its_paper(self, cause: str) -> None:
        judgment = Judgment(court="Lanternhill Court", case_no="(2025) Lantern 9")
        for paper in CAUSE_DOCUMENTS[cause]:
            command = register_transfer(cause=cause, documents=documents(paper), judgment=judgment)
            recorded(entered()).when(command).passes()

    @pytest.mark.parametrize("cause", CAUSE_DOCUMENTS)
    def test_no_cause_is_believed_without(self, cause: str) -> None:
        judgment = Judgment(court="Lanternhill Court", case_no="(2025) Lantern 9")
        command = register_transfer(cause=cause, documents=documents("letter"), judgment=judgment)
        recorded(entered()).when(command).refuses("transfer-cause-document", cause=cause)

    def test_a_settlement_is_signed_by_everybody(self) -> None:
        command = register_transfer(
            cause="settlement",
            documents=documents("settlement-agreement"),
            signed_by=refs(LAMPWORKS),
        )
        recorded(entered()).when(command).refuses(
            "transfer-cause-document", not_signed=["Tidewater Instruments"]
        )

    @pytest.mark.parametrize(
        ("first_instance", "cleared", "passes"),
        [(True, True, True), (True, False, False), (False, False, True)],
    )
    def test_a_first_judgment_waits_for_the_appeal(
        self, first_instance: bool, cleared: bool, passes: bool
    ) -> None:
        judgment = Judgment(
            court="Lanternhill Court",
            case_no="(2025) Lantern 9",
            first_instance=first_instance,
            appeal_cleared=cleared,
        )
        command = register_transfer(
            cause="judgment", documents=documents("judgment"), judgment=judgment
        )
        outcome = recorded(entered()).when(command)
        if passes:
            outcome.passes()
        else:
            outcome.refuses("transfer-judgment-final", case_no="(2025) Lantern 9")

    def test_a_judgment_is_stated(self) -> None:
        command = register_transfer(cause="judgment", documents=documents("judgment"))
        recorded(entered()).when(command).refuses("transfer-judgment-final", missing=["judgment"])


class TestCoOwners:
    def test_all_agree_whoever_moves(self) -> None:
        command = register_transfer(
            patentees_before=CO_OWNED,
            patentees_after=(INSTRUMENTS, INVENTOR),
            signed_by=refs(LAMPWORKS, INSTRUMENTS),
        )
        recorded(entered(patentees=CO_OWNED)).when(command).refuses(
            "transfer-coowner-consent", co_owners=["Deng Zhao"]
        )

    def test_a_recorded_consent_stands_for_a_signature(self) -> None:
        command = register_transfer(
            patentees_before=CO_OWNED,
            signed_by=refs(LAMPWORKS, INSTRUMENTS),
            consents=("C1",),
        )
        consent = consented(by=INVENTOR, capacity="co_owner")
        verdict = recorded(entered(patentees=CO_OWNED), consent).when(command).passes()
        used = verdict.events[-1]
        assert isinstance(used, ConsentUsed)
        assert (used.originator_id, used.originator_version) == ("filing:C1", 2)

    def test_heirs_need_no_consent_of_the_dead(self) -> None:
        command = register_transfer(
            cause="inheritance",
            documents=documents("notarised-inheritance-proof"),
            signed_by=refs(INSTRUMENTS),
        )
        recorded(entered()).when(command).passes()


class TestPledged:
    """Several patents under one registration: what a transfer of some of them does to it."""

    def test_a_pledgee_who_has_not_agreed_stops_it(self) -> None:
        recorded(entered(), pledged()).when(register_transfer()).refuses(
            "transfer-pledgee-consent", pledgees=["Bank of Lanternhill"]
        )

    def test_a_signature_says_nothing_of_the_pledge(self) -> None:
        command = register_transfer(signed_by=refs(LAMPWORKS, INSTRUMENTS, BANK))
        recorded(entered(), pledged()).when(command).refuses("transfer-pledgee-consent")

    def test_a_continued_pledge_has_the_new_patentees_as_pledgors(self) -> None:
        before = recorded(entered(), pledged(), consented(disposition="continues"))
        outcome = before.when(register_transfer(consents=("C1",)))
        moved, changed, used = outcome.passes().events
        assert isinstance(moved, TransferRegistered)
        assert isinstance(changed, PledgeChanged)
        assert isinstance(used, ConsentUsed)
        assert changed.originator_version == moved.originator_version + 1
        assert changed.envelope.registration_no == PLEDGE_NO
        (pledge,) = outcome.given_that().patents[PATENT].standing_pledges(TODAY)
        assert pledge.now.pledgors == parties(INSTRUMENTS)
        assert pledge.now.pledgees == parties(BANK)

    def test_a_release_leaves_the_registration_on_the_others(self) -> None:
        facts = (entered(), entered(SECOND), pledged(), pledged(SECOND))
        before = recorded(*facts, consented(disposition="released"))
        outcome = before.when(register_transfer(consents=("C1",)))
        _, freed, _ = outcome.passes().events
        assert isinstance(freed, PledgeReleased)
        after = outcome.given_that()
        assert not after.patents[PATENT].standing_pledges(TODAY)
        assert after.patents[SECOND].standing_pledges(TODAY)

    def test_the_last_release_deregisters_the_pledge(self) -> None:
        facts = (entered(), entered(SECOND), pledged(), pledged(SECOND), released(SECOND))
        before = recorded(*facts, consented(disposition="released"))
        _, ended, _ = before.when(register_transfer(consents=("C1",))).passes().events
        assert isinstance(ended, PledgeDeregistered)

    def test_a_release_of_all_at_once_deregisters_it_on_each(self) -> None:
        both = (PATENT, SECOND)
        facts = (entered(), entered(SECOND), pledged(), pledged(SECOND))
        before = recorded(*facts, consented(disposition="released", patents=both))
        events = before.when(register_transfer(patents=both, consents=("C1",))).passes().events
        assert [type(e) for e in events] == [
            TransferRegistered,
            PledgeDeregistered,
            TransferRegistered,
            PledgeDeregistered,
            ConsentUsed,
        ]

    def test_two_consents_part_the_patents_of_one_registration(self) -> None:
        three = (PATENT, SECOND, THIRD)
        facts = (*(entered(p) for p in three), *(pledged(p) for p in three))
        before = recorded(
            *facts,
            consented(disposition="continues"),
            consented(disposition="released", patents=(SECOND, THIRD), filing_id="C2"),
        )
        command = register_transfer(patents=three, consents=("C1", "C2"))
        events = before.when(command).passes().events
        fates = [type(e) for e in events if not isinstance(e, TransferRegistered)]
        assert fates == [PledgeChanged, PledgeReleased, PledgeReleased, ConsentUsed, ConsentUsed]

    def test_every_pledgee_agrees(self) -> None:
        shared = pledged(pledgees=(BANK, OTHER_BANK))
        before = recorded(entered(), shared, consented())
        before.when(register_transfer(consents=("C1",))).refuses(
            "transfer-pledgee-consent", pledgees=["Tidewater Savings Bank"]
        )
        both = recorded(consented(by=OTHER_BANK, filing_id="C2"), to=before)
        both.when(register_transfer(consents=("C1", "C2"))).passes()

    def test_pledgees_want_the_same_of_their_pledge(self) -> None:
        shared = pledged(pledgees=(BANK, OTHER_BANK))
        other = consented(by=OTHER_BANK, filing_id="C2", disposition="released")
        recorded(entered(), shared, consented(), other).when(
            register_transfer(consents=("C1", "C2"))
        ).refuses("transfer-pledgee-consent", dispositions=["continues", "released"])

    def test_consent_is_asked_of_the_pledgees_of_today(self) -> None:
        assigned = PledgeChanged(
            **about(PATENT, date(2026, 2, 2), registration_no=PLEDGE_NO),
            pledgors=None,
            pledgees=parties(OTHER_BANK),
        )
        recorded(entered(), pledged(), assigned, consented()).when(
            register_transfer(consents=("C1",))
        ).refuses("transfer-pledgee-consent", pledgees=["Tidewater Savings Bank"])

    @pytest.mark.parametrize(
        "unfit",
        [
            {"act": "licence"},
            {"patents": (SECOND,)},
            {"counterparties": (MILLS,)},
            {"counterparties": (INSTRUMENTS, MILLS)},
            {"valid_from": date(2026, 3, 3)},
            {"valid_until": TODAY},
            {"capacity": "pledgor", "disposition": None},
        ],
    )
    def test_consent_to_something_else_is_none(self, unfit: dict[str, object]) -> None:
        recorded(entered(), pledged(), consented(**{"disposition": "continues"} | unfit)).when(
            register_transfer(consents=("C1",))
        ).refuses("transfer-pledgee-consent")

    def test_a_consent_is_good_on_its_last_day(self) -> None:
        consent = consented(valid_until=date(2026, 3, 3))
        recorded(entered(), pledged(), consent).when(register_transfer(consents=("C1",))).passes()

    def test_a_consent_is_used_once(self) -> None:
        before = recorded(entered(), entered(SECOND), pledged(), pledged(SECOND))
        consent = consented(patents=(PATENT, SECOND))
        first = recorded(consent, to=before).when(register_transfer(consents=("C1",)))
        first.given_that().when(register_transfer(patents=(SECOND,), consents=("C1",))).refuses(
            "transfer-pledgee-consent"
        )

    def test_the_price_pays_the_debt(self) -> None:
        before = recorded(entered(), pledged(), consented())
        before.when(register_transfer(consents=("C1",))).obliges("transfer-proceeds-obligation")

    @pytest.mark.parametrize(("disposition", "owed"), [("continues", True), ("released", False)])
    def test_a_pledge_realised_by_auction_is_deregistered(
        self, disposition: str, owed: bool
    ) -> None:
        before = recorded(entered(), pledged(), consented(disposition=disposition))
        outcome = before.when(
            register_transfer(
                cause="auction", documents=documents("auction-proof"), consents=("C1",)
            )
        )
        outcome.passes()
        assert ("pledge-realise-transfer" in {f.rule for f in outcome.findings}) is owed

    def test_a_pledgor_who_is_no_patentee_agrees_too(self) -> None:
        before = recorded(entered(), pledged(pledgors=(MILLS,)), consented())
        before.when(register_transfer(consents=("C1",))).refuses(
            "transfer-pledgee-consent", pledgors=["Millbrook Mills"]
        )


class TestOpenLicence:
    def test_it_is_withdrawn_before_an_assignment(self) -> None:
        recorded(entered(), declared_open()).when(register_transfer()).refuses(
            "transfer-open-licence-withdrawn", declaration_no="OL2025990000001"
        )

    def test_another_cause_obliges_to_withdraw_it(self) -> None:
        command = register_transfer(
            cause="merger", documents=documents("registration-authority-proof")
        )
        outcome = recorded(entered(), declared_open()).when(command)
        outcome.passes()
        outcome.obliges("transfer-open-licence-redeclare")


class TestFreeze:
    judgment = Judgment(court="Lanternhill Court", case_no="(2026) Dispute 1")

    @pytest.mark.parametrize("freeze", [preserved(), suspended()])
    def test_a_frozen_patent_is_not_transferred(self, freeze: object) -> None:
        recorded(entered(), freeze).when(register_transfer()).refuses("transfer-not-frozen")

    def test_the_judgment_that_ends_the_dispute_passes(self) -> None:
        command = register_transfer(
            cause="judgment",
            documents=documents("judgment"),
            judgment=self.judgment,
            dispute_ended_cases=("(2026) Dispute 1",),
        )
        recorded(entered(), suspended()).when(command).passes()

    def test_another_judgment_does_not(self) -> None:
        command = register_transfer(
            cause="judgment",
            documents=documents("judgment"),
            judgment=self.judgment,
            dispute_ended_cases=("(2026) Dispute 2",),
        )
        recorded(entered(), suspended()).when(command).refuses(
            "transfer-not-frozen", suspensions=["(2026) Dispute 1"]
        )

    def test_an_assignment_ends_no_dispute(self) -> None:
        command = register_transfer(dispute_ended_cases=("(2026) Dispute 1",))
        recorded(entered(), suspended()).when(command).refuses("transfer-not-frozen")

    def test_a_disposal_its_court_permits_passes(self) -> None:
        recorded(entered(), preserved()).when(self.permitted()).passes()

    def test_the_courts_paper_is_filed(self) -> None:
        command = self.permitted(documents=documents("transfer-contract"))
        recorded(entered(), preserved()).when(command).refuses("transfer-not-frozen")

    def test_every_court_whose_preservation_runs_permits_it(self) -> None:
        queued = preserved(case_no="(2026) Harbour 2", court="Tidewater Court")
        recorded(entered(), preserved(), queued).when(self.permitted()).passes()
        recorded(entered(), preserved(), suspended()).when(self.permitted()).refuses(
            "transfer-not-frozen", preservations=[], suspensions=["(2026) Dispute 1"]
        )
        other = preserved(court="Tidewater Court")
        recorded(entered(), other).when(self.permitted()).refuses("transfer-not-frozen")

    def permitted(self, **fields: object) -> object:
        paper = CourtPaper(
            court="Lanternhill Court",
            case_no="(2026) Lantern 1",
            digest=digest("court-permission"),
        )
        papers = documents("transfer-contract", "court-permission")
        return register_transfer(**{"court_papers": (paper,), "documents": papers} | fields)


class TestTechnologyExport:
    @pytest.mark.parametrize("taker", [FOREIGNER, ISLANDER])
    def test_an_invention_leaves_the_mainland_with_its_paper(self, taker: PartyDetails) -> None:
        stated: dict[str, Any] = {"patentees_after": (taker,), "agency": "Lamp Street Agency"}
        recorded(entered()).when(register_transfer(**stated)).refuses("transfer-tech-export")
        for paper in ("technology-export-licence", "technology-export-registration"):
            papers = documents("transfer-contract", paper)
            recorded(entered()).when(register_transfer(documents=papers, **stated)).passes()

    def test_a_design_is_no_technology(self) -> None:
        command = register_transfer(
            patents=(DESIGN,), patentees_after=(FOREIGNER,), agency="Lamp Street Agency"
        )
        design = entered(DESIGN, filed_on=date(2022, 3, 1), fees_paid_through=5)
        recorded(design).when(command).passes()

    def test_a_foreigner_sells_to_whom_it_likes(self) -> None:
        abroad = entered(patentees=(FOREIGNER,))
        for taker in (ISLANDER, INSTRUMENTS):
            command = register_transfer(
                patentees_before=(FOREIGNER,), patentees_after=(taker,), agency="Lamp Street Agency"
            )
            recorded(abroad).when(command).passes()

    def test_a_foreign_co_owner_comes_in_with_the_paper(self) -> None:
        command = register_transfer(
            patentees_after=(LAMPWORKS, FOREIGNER), agency="Lamp Street Agency"
        )
        recorded(entered()).when(command).refuses("transfer-tech-export")

    def test_the_register_knows_who_is_of_the_mainland(self) -> None:
        posing = LAMPWORKS.model_copy(update={"residence": FOREIGNER.residence})
        command = register_transfer(
            patentees_before=(posing,), patentees_after=(FOREIGNER,), agency="Lamp Street Agency"
        )
        recorded(entered()).when(command).refuses("transfer-tech-export")


class TestFee:
    def test_an_unpaid_fee_refuses(self) -> None:
        recorded(entered()).when(register_transfer(fee_paid_on=None)).refuses(
            "transfer-fee-200", fee_paid_on=None, last_day="2026-04-02"
        )

    @pytest.mark.parametrize(("paid", "passes"), [("2026-02-24", True), ("2026-02-25", False)])
    def test_it_is_paid_within_a_month_of_the_request(self, paid: str, passes: bool) -> None:
        """One month from Friday 23 January ends on Monday 23 February, in the holidays of 2026."""
        command = register_transfer(received_on=date(2026, 1, 23), fee_paid_on=paid)
        outcome = recorded(entered()).when(command)
        if passes:
            outcome.passes()
        else:
            outcome.refuses("transfer-fee-200", last_day="2026-02-24")

    def test_a_payment_to_come_is_none(self) -> None:
        recorded(entered()).when(register_transfer(fee_paid_on=date(2026, 3, 3))).refuses(
            "transfer-fee-200"
        )


def test_earlier_licences_bind_the_new_patentee() -> None:
    recorded(entered(), licensed()).when(register_transfer()).obliges("transfer-keeps-licences")


def test_licences_that_begin_later_bind_it_too() -> None:
    later = licensed(starts_on=date(2026, 9, 1))
    recorded(entered(), later).when(register_transfer()).obliges("transfer-keeps-licences")


def test_of_licences_and_sub_licences_the_first_have_a_new_licensor() -> None:
    head = licensed(kind="exclusive", sublicensing_allowed=True)
    under = licensed(
        registration_no="X2025990000002",
        licensors=(MILLS,),
        licensees=(INSTRUMENTS,),
        head_licence_id="X2025990000001",
    )
    outcome = recorded(entered(), head, under).when(register_transfer())
    owed = outcome.obliges("transfer-keeps-licences")
    assert [obligation.about for obligation in owed] == ["X2025990000001"]


def test_licences_after_the_contract_do_not() -> None:
    later = licensed(contract_on=date(2026, 2, 21))
    findings = recorded(entered(), later).when(register_transfer()).findings
    assert "transfer-keeps-licences" not in {f.rule for f in findings}


class TestNameChange:
    def test_a_new_name_keeps_the_identity(self) -> None:
        outcome = recorded(entered()).when(change_name())
        (event,) = outcome.passes().events
        assert isinstance(event, NameOrAddressChanged)
        assert event.before.id == event.after.id
        (held,) = outcome.given_that().patents[PATENT].patentees_on(TODAY) or ()
        assert held == party(named(LAMPWORKS, "Lanternhill Lamps and Lanterns"))

    def test_another_person_is_a_transfer(self) -> None:
        recorded(entered()).when(change_name(after=MILLS)).refuses(
            "name-change-same-person", same_person=False
        )

    def test_the_party_is_a_patentee(self) -> None:
        command = change_name(before=MILLS, after=named(MILLS, "Millbrook Wheels"))
        recorded(entered()).when(command).refuses(
            "name-change-same-person", registered=["Lanternhill Lampworks"]
        )

    def test_a_frozen_name_stays(self) -> None:
        recorded(entered(), preserved()).when(change_name()).refuses("name-change-not-frozen")

    def test_an_address_passes_the_freeze(self) -> None:
        moved = LAMPWORKS.model_copy(update={"address": "10 Lamp Street, Lanternhill"})
        command = change_name(after=moved, item="address")
        frozen = recorded(entered(), suspended())
        frozen.when(command).passes()
        frozen.law = LawSettings(address_change_passes_freeze=False)
        frozen.when(command).refuses("name-change-not-frozen")

    def test_a_name_does_not_pass_as_an_address(self) -> None:
        recorded(entered(), suspended()).when(change_name(item="address")).refuses(
            "name-change-not-frozen"
        )

    def test_the_pledge_registration_follows(self) -> None:
        outcome = recorded(entered(), pledged()).when(change_name())
        outcome.passes()
        outcome.obliges("name-change-pledge-follow")


def test_what_the_register_was_never_told_is_asked_for() -> None:
    kindless = recorded(entered(kind=None))
    abroad = register_transfer(patentees_after=(FOREIGNER,), agency="Wick & Co")
    missing = {f.fact.get("missing") for f in kindless.when(abroad).findings}
    assert "the kind of patent" in missing
    nobody = recorded(entered(patentees=()))
    nobody.when(change_name()).refuses("fact-unknown", missing="the patentees")


def test_a_consent_that_nobody_gave_is_used_by_nobody() -> None:
    events = recorded(entered()).when(register_transfer(consents=("C9",))).passes().events
    assert [type(event) for event in events] == [TransferRegistered]


def test_a_consent_to_something_else_stays_unused() -> None:
    other = consented(act="licence", counterparties=(INSTRUMENTS,))
    events = recorded(entered(), other).when(register_transfer(consents=("C1",))).passes().events
    assert [type(event) for event in events] == [TransferRegistered]

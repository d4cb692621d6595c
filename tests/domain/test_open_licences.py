"""Open licences: declaring, withdrawing, taking, recording, and the rules of law.md 8.5."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from ledger.domain.events import (
    ConsentUsed,
    Declaration,
    OpenLicenceContractRecorded,
    OpenLicenceDeclared,
    OpenLicenceTaken,
    OpenLicenceWithdrawn,
)
from ledger.domain.lawsettings import LawSettings
from ledger.domain.licences import ChangeLicence
from ledger.domain.lifecycle import StartPreservation
from ledger.domain.money import Money, yuan
from ledger.domain.open_licences import (
    DeclareOpenLicence,
    RecordOpenLicenceContract,
    TakeOpenLicence,
    WithdrawOpenLicence,
    due_at_start,
)
from ledger.domain.royalties import (
    AnyRoyalty,
    EntryFeePlusRunning,
    FixedRate,
    Free,
    Instalment,
    Instalments,
    LumpSum,
    RoyaltyBase,
    Running,
    YearlyRate,
)
from tests.builders import (
    DESIGN,
    FOREIGNER,
    INSTRUMENTS,
    ISLANDER,
    LAMPWORKS,
    MILLS,
    MODEL,
    PATENT,
    SECOND,
    TODAY,
    UNIVERSITY,
    consented,
    declared_open,
    documents,
    entered,
    invalidation_final,
    invalidation_requested,
    lapsed,
    licensed,
    parties,
    party,
    pledged,
    preserved,
    recorded,
    refs,
    revoke_entry,
    suspended,
    transferred,
)

LAST_DAY = date(2038, 6, 11)
"""The last day of PATENT, filed on 12 June 2018."""

DECLARATION = "OL2025990000001"
FEE = LumpSum(total=yuan("100000"))
RUNNING = Running(base=RoyaltyBase.NET_SALES, rate=FixedRate(percent="3.5"))


def declare(**fields: Any) -> DeclareOpenLicence:
    """Lampworks offers PATENT to anybody for a lump sum."""
    patentees = fields.get("patentees", (LAMPWORKS,))
    stated: dict[str, Any] = {
        "patents": (PATENT,),
        "patentees": patentees,
        "fee": FEE,
        "fee_explanation": "As comparable lantern licences of the region.",
        "last_day": date(2029, 12, 31),
        "contact": "licences@lanternhill.example",
        "undertaking": True,
        "signed_by": refs(*patentees),
    }
    return DeclareOpenLicence(**stated | fields)


def withdraw(**fields: Any) -> WithdrawOpenLicence:
    stated: dict[str, Any] = {
        "patents": (PATENT,),
        "declaration_no": DECLARATION,
        "reason": "legitimate",
        "reason_text": "The patent is to be assigned.",
        "signed_by": refs(LAMPWORKS),
    }
    return WithdrawOpenLicence(**stated | fields)


def take(**fields: Any) -> TakeOpenLicence:
    """Millbrook Mills notified on Monday and paid on Wednesday of last week."""
    licensee = fields.get("licensee", MILLS)
    stated: dict[str, Any] = {
        "patents": (PATENT,),
        "declaration_no": DECLARATION,
        "licensee": licensee,
        "notice_on": date(2026, 2, 23),
        "paid_on": date(2026, 2, 25),
        "fee": FEE,
        "documents": documents("licensee-notice", "payment-proof"),
        "signed_by": refs(licensee),
    }
    return TakeOpenLicence(**stated | fields)


def record_contract(licence_id: str, **fields: Any) -> RecordOpenLicenceContract:
    papers = ("application-form", "licensee-notice", "payment-proof", "identity")
    stated: dict[str, Any] = {
        "patents": (PATENT,),
        "licence_id": licence_id,
        "documents": documents(*papers),
        "signed_by": refs(MILLS),
    }
    return RecordOpenLicenceContract(**stated | fields)


ALONE = recorded(entered())
SHARED = recorded(entered(patentees=(LAMPWORKS, INSTRUMENTS)))
OPEN = recorded(entered(), declared_open())


def rules_of(outcome: Any) -> set[str]:
    """The rules that found something in a filing that was registered."""
    assert outcome.verdict is not None, outcome.findings
    return {f.rule for f in outcome.findings}


class TestDeclaring:
    def test_one_event_a_patent_under_one_number(self) -> None:
        scenario = recorded(entered(), entered(SECOND))
        outcome = scenario.when(declare(patents=(PATENT, SECOND), starts_on=date(2026, 4, 1)))
        first, second = outcome.passes().events
        assert isinstance(first, OpenLicenceDeclared)
        assert first.declaration_no == first.envelope.registration_no == "K2026990000002"
        assert first.model_dump(exclude={"envelope"}) == {
            "originator_id": PATENT,
            "originator_version": 2,
            "personal": None,
            "obligations": None,
            "declaration_no": "K2026990000002",
            "patentees": tuple(p.model_dump() for p in parties(LAMPWORKS)),
            "fee": FEE.model_dump(),
            "fee_explanation": "As comparable lantern licences of the region.",
            "starts_on": date(2026, 4, 1),
            "ends_on": date(2030, 1, 1),
            "contact": "licences@lanternhill.example",
        }
        assert second == first.model_copy(update={"originator_id": SECOND})

    @pytest.mark.parametrize(
        ("day", "passes"), [(date(2024, 1, 19), False), (date(2024, 1, 20), True)]
    )
    def test_since_the_rules_of_2023(self, day: date, passes: bool) -> None:
        outcome = ALONE.on(day).when(declare())
        outcome.passes() if passes else outcome.refuses("open-regime-start")

    def test_of_a_patent_in_force(self) -> None:
        recorded(entered(), lapsed()).when(declare()).refuses("open-granted", status="lapsed")
        early = recorded(entered(granted_on=date(2026, 3, 3), fees_paid_through=8))
        early.when(declare()).refused_by("open-granted")

    def test_a_wholly_invalid_patent_has_two_reasons(self) -> None:
        recorded(entered(), invalidation_final()).when(declare()).refuses(
            "open-granted", "open-not-wholly-invalid"
        )

    @pytest.mark.parametrize(
        ("facts", "missing"),
        [
            ({"patentees": ()}, {"the patentees"}),
            ({"kind": None}, {"the kind of patent"}),
        ],
    )
    def test_what_the_ledger_was_not_told(self, facts: Any, missing: set[str]) -> None:
        outcome = recorded(entered(**facts)).when(declare())
        unknown = {f.fact["missing"] for f in outcome.findings if f.rule == "fact-unknown"}
        assert missing <= unknown

    def test_a_pending_or_partial_invalidation_is_no_bar(self) -> None:
        recorded(entered(), invalidation_requested()).when(declare()).passes()
        recorded(entered(), invalidation_final(outcome="partial")).when(declare()).passes()

    @pytest.mark.parametrize(
        ("change", "missing"),
        [
            ({"patentees": ()}, "patentees"),
            ({"fee": None}, "fee"),
            ({"last_day": None}, "last_day"),
            ({"contact": None}, "contact"),
            ({"undertaking": False}, "undertaking"),
        ],
    )
    def test_contents(self, change: dict[str, Any], missing: str) -> None:
        command = declare(signed_by=refs(LAMPWORKS), **change)
        ALONE.when(command).refuses("open-contents", missing=[missing])

    def test_its_period_lies_ahead(self) -> None:
        ALONE.when(declare(last_day=date(2026, 3, 1))).refuses("open-contents")
        ALONE.when(declare(last_day=TODAY)).passes()
        later = declare(starts_on=date(2026, 5, 2), last_day=date(2026, 5, 1))
        ALONE.when(later).refuses("open-contents")

    def test_the_fee_is_explained_in_general_within_2000_characters(self) -> None:
        ALONE.when(declare(fee_explanation=None)).refuses("open-fee-explanation")
        fits = ALONE.when(declare(fee_explanation="灯" * 2000))
        assert "open-fee-explanation" not in rules_of(fits)
        long = ALONE.when(declare(fee_explanation="灯" * 2001))
        long.passes()
        long.warns("open-fee-explanation")

    @pytest.mark.parametrize(
        ("words", "warned"),
        [
            ("The best lantern, at a discount.", True),
            ("国家级领先技术", True),
            ("As comparable licences; bestowed in 2020.", False),
        ],
    )
    def test_no_advertising(self, words: str, warned: bool) -> None:
        found = rules_of(ALONE.when(declare(fee_explanation=words)))
        assert ("open-no-advertising" in found) is warned

    @pytest.mark.parametrize(
        "change",
        [
            {"territory": "Fujian"},
            {"addressed_to_anyone": False},
            {"exclusions": ("Tidewater Instruments",)},
        ],
    )
    def test_to_anyone_within_china(self, change: dict[str, Any]) -> None:
        ALONE.when(declare(**change)).refuses("open-any-person-china")
        ALONE.when(declare(territory="中国")).passes()

    def test_royalties_add_up(self) -> None:
        falling = Running(
            base=RoyaltyBase.PROFIT, rate=YearlyRate(pattern="falling", percents=("3", "4"))
        )
        ALONE.when(declare(fee=falling)).refuses("licence-royalty-shape")

    def test_one_at_a_time(self) -> None:
        OPEN.when(declare()).refuses("open-single-live", declaration_no=DECLARATION)
        after = OPEN.when(withdraw()).given_that()
        after.when(declare()).passes()

    def test_not_frozen(self) -> None:
        for freeze in (preserved(), suspended()):
            recorded(entered(), freeze).when(declare()).refuses("open-not-frozen")

    def test_with_its_fees_paid(self) -> None:
        recorded(entered(fees_paid_through=7)).when(declare()).refuses("open-fee-current")

    def test_up_to_the_last_day_of_the_patent(self) -> None:
        ALONE.when(declare(last_day=LAST_DAY)).passes()
        ALONE.when(declare(last_day=LAST_DAY + timedelta(days=1))).refuses(
            "open-period-within-patent", last_day_in_force="2038-06-11"
        )

    def test_a_university_publicises_an_agreed_price(self) -> None:
        scenario = recorded(entered(patentees=(UNIVERSITY,)))
        agreed = declare(patentees=(UNIVERSITY,), agreed_price=True)
        scenario.when(agreed).warns("open-university-publicity")
        shown = agreed.model_copy(update={"documents": documents("internal-publicity")})
        assert "open-university-publicity" not in rules_of(scenario.when(shown))
        listed = declare(patentees=(UNIVERSITY,))
        assert "open-university-publicity" not in rules_of(scenario.when(listed))
        assert "open-university-publicity" not in rules_of(ALONE.when(declare(agreed_price=True)))


class TestExclusiveOrSole:
    @pytest.mark.parametrize("kind", ["exclusive", "sole"])
    def test_one_in_its_term_bars_it(self, kind: str) -> None:
        recorded(entered(), licensed(kind=kind)).when(declare()).refuses(
            "open-no-exclusive-or-sole", kind=kind
        )

    def test_an_ordinary_one_does_not(self) -> None:
        recorded(entered(), licensed()).when(declare()).passes()

    @pytest.mark.parametrize(("ends_on", "bars"), [(TODAY, False), (date(2026, 3, 3), True)])
    def test_up_to_its_last_day(self, ends_on: date, bars: bool) -> None:
        outcome = recorded(entered(), licensed(kind="sole", ends_on=ends_on)).when(declare())
        outcome.refuses("open-no-exclusive-or-sole") if bars else outcome.passes()

    def test_also_one_that_begins_within_the_licence_period(self) -> None:
        begins = {"starts_on": date(2029, 12, 31), "ends_on": date(2031, 1, 1)}
        scenario = recorded(entered(), licensed(kind="sole", **begins))
        scenario.when(declare()).refuses("open-no-exclusive-or-sole")
        scenario.when(declare(last_day=date(2029, 12, 30))).passes()


class TestWhoDeclares:
    def test_every_patentee(self) -> None:
        both = declare(patentees=(INSTRUMENTS, LAMPWORKS))
        SHARED.when(both).passes()
        one = both.model_copy(update={"signed_by": refs(LAMPWORKS)})
        SHARED.when(one).refuses("open-all-coowners", co_owners=["Tidewater Instruments"])

    def test_by_a_recorded_consent_too(self) -> None:
        consent = consented(
            by=INSTRUMENTS, act="open_licence", capacity="co_owner", counterparties=()
        )
        command = declare(
            patentees=(LAMPWORKS, INSTRUMENTS), signed_by=refs(LAMPWORKS), consents=("C1",)
        )
        outcome = recorded(consent, to=SHARED).when(command)
        assert isinstance(outcome.passes().events[-1], ConsentUsed)
        SHARED.when(command).refuses("open-all-coowners")

    def test_or_one_for_all_by_their_agreement(self) -> None:
        command = declare(
            patentees=(LAMPWORKS, INSTRUMENTS),
            signed_by=refs(LAMPWORKS),
            co_owners_agreed_otherwise=True,
            documents=documents("co-owner-agreement"),
        )
        SHARED.when(command).passes()
        SHARED.when(command.model_copy(update={"documents": ()})).refuses("open-all-coowners")
        stranger = command.model_copy(update={"signed_by": refs(MILLS)})
        SHARED.when(stranger).refuses("open-all-coowners")

    def test_nobody_else(self) -> None:
        ALONE.when(declare(patentees=(UNIVERSITY,))).refuses("open-all-coowners")
        ALONE.when(declare(patentees=(UNIVERSITY,), signed_by=refs(LAMPWORKS))).refuses(
            "open-all-coowners", patentees=["Lanternhill Lampworks"]
        )

    def test_with_the_pledgee(self) -> None:
        scenario = recorded(entered(), pledged())
        scenario.when(declare()).refuses("open-pledgee-consent")
        consent = consented(act="open_licence", counterparties=())
        recorded(consent, to=scenario).when(declare(consents=("C1",))).passes()
        other = consented(act="licence", counterparties=())
        recorded(other, to=scenario).when(declare(consents=("C1",))).refuses("open-pledgee-consent")


class TestEvaluationReport:
    @pytest.mark.parametrize("number", [MODEL, DESIGN], ids=["model", "design"])
    def test_a_model_or_design_needs_one_that_is_not_negative(self, number: str) -> None:
        filed = {DESIGN: date(2022, 3, 1), MODEL: date(2018, 6, 12)}[number]
        scenario = recorded(entered(number, filed_on=filed))
        command = declare(patents=(number,), last_day=date(2027, 12, 31))
        scenario.when(command).refuses("open-evaluation-report", missing=["evaluation-report"])
        reported = command.model_copy(update={"documents": documents("evaluation-report")})
        scenario.when(reported).passes()
        negative = reported.model_copy(update={"evaluation_negative": True})
        scenario.when(negative).refuses("open-evaluation-report", negative=True)


def running(base: RoyaltyBase, percent: str) -> Running:
    return Running(base=base, rate=FixedRate(percent=percent))


def entry_fee(amount: str, base: RoyaltyBase, percent: str) -> EntryFeePlusRunning:
    return EntryFeePlusRunning(entry_fee=yuan(amount), base=base, rate=FixedRate(percent=percent))


class TestCeilings:
    NET, PROFIT, PRICE = RoyaltyBase.NET_SALES, RoyaltyBase.PROFIT, RoyaltyBase.PRICE
    OVERRIDE = (Declaration(kind="cap-override", by=refs(LAMPWORKS)),)

    CASES = (
        (LumpSum(total=yuan("20000000")), ()),
        (LumpSum(total=yuan("20000000.01")), ("open-cap-fixed",)),
        (LumpSum(total=Money(amount="1.00", currency="EUR")), ("open-cap-fixed",)),
        (running(NET, "20"), ()),
        (running(NET, "20.000001"), ("open-cap-net-sales",)),
        (running(PROFIT, "40"), ()),
        (running(PROFIT, "40.1"), ("open-cap-profit",)),
        (running(PRICE, "60"), ()),
        (entry_fee("20000000", NET, "20"), ()),
        (entry_fee("20000001", PROFIT, "41"), ("open-cap-fixed", "open-cap-profit")),
        (
            Running(base=NET, rate=YearlyRate(pattern="rising", percents=("5", "21"))),
            ("open-cap-net-sales",),
        ),
        (Free(), ()),
    )

    @pytest.mark.parametrize(("fee", "rules"), CASES)
    def test_are_inclusive(self, fee: AnyRoyalty, rules: tuple[str, ...]) -> None:
        outcome = ALONE.when(declare(fee=fee))
        outcome.refuses(*rules) if rules else outcome.passes()

    @pytest.mark.parametrize(("fee", "rules"), [case for case in CASES if case[1]])
    def test_pass_on_a_declared_reason(self, fee: AnyRoyalty, rules: tuple[str, ...]) -> None:
        reason = {"cap_reason": "It replaces five licences."}
        ALONE.when(declare(fee=fee, declarations=self.OVERRIDE, **reason)).passes()
        ALONE.when(declare(fee=fee, declarations=self.OVERRIDE)).refuses(*rules)
        ALONE.when(declare(fee=fee, **reason)).refuses(*rules)

    def test_are_settings(self) -> None:
        lower = replace(ALONE, law=LawSettings(open_licence_fixed_fee_max=99_999))
        lower.when(declare()).refuses("open-cap-fixed", at_most="99999 CNY")


class TestWithdrawing:
    def test_the_event_names_the_declaration(self) -> None:
        (event,) = OPEN.when(withdraw()).passes().events
        assert isinstance(event, OpenLicenceWithdrawn)
        assert event.declaration_no == event.envelope.registration_no == DECLARATION
        assert event.patentees == parties(LAMPWORKS)

    def test_one_that_stands(self) -> None:
        ALONE.when(withdraw()).refuses("open-withdraw-unconditional", live=False)
        after = OPEN.when(withdraw()).given_that()
        after.when(withdraw()).refuses("open-withdraw-unconditional", live=False)
        other = withdraw(declaration_no="OL2025990000002")
        OPEN.when(other).refuses("open-withdraw-unconditional", live=False)

    @pytest.mark.parametrize(
        "change",
        [{"conditions": "If a buyer is found."}, {"reason": None}, {"reason_text": None}],
    )
    def test_without_conditions_and_with_a_reason(self, change: dict[str, Any]) -> None:
        OPEN.when(withdraw(**change)).refuses("open-withdraw-unconditional")

    def test_a_case_of_article_86_needs_no_words(self) -> None:
        OPEN.when(withdraw(reason="fee_unpaid", reason_text=None)).passes()

    def test_by_every_patentee(self) -> None:
        scenario = recorded(entered(patentees=(LAMPWORKS, INSTRUMENTS)), declared_open())
        scenario.when(withdraw()).refuses("open-all-coowners")
        scenario.when(withdraw(signed_by=refs(LAMPWORKS, INSTRUMENTS))).passes()
        consent = consented(
            by=INSTRUMENTS, act="withdrawal", capacity="co_owner", counterparties=()
        )
        recorded(consent, to=scenario).when(withdraw(consents=("C1",))).passes()

    def test_a_dead_or_frozen_patent_does_not_keep_it(self) -> None:
        recorded(entered(), declared_open(), lapsed()).when(withdraw()).passes()
        recorded(entered(), declared_open(), suspended()).when(withdraw()).passes()


class TestDutyToWithdraw:
    FREEZING = StartPreservation(
        patents=(PATENT,),
        effective_on=TODAY,
        case_no="(2026) Lantern 2",
        court="Lanternhill Court",
        months=6,
        particulars_match=True,
        documents=documents("ruling", "assistance-notice"),
    )

    def test_arises_with_a_case_of_article_86_and_names_whom_to_inform(self) -> None:
        taken = OPEN.when(take()).given_that()
        outcome = taken.when(self.FREEZING)
        outcome.obliges("open-duty-to-withdraw")
        duty = next(f for f in outcome.findings if f.rule == "open-duty-to-withdraw")
        assert duty.fact == {"declaration_no": DECLARATION, "inform": ["Millbrook Mills"]}

    def test_only_while_the_declaration_stands(self) -> None:
        after = OPEN.when(withdraw()).given_that().when(self.FREEZING)
        assert "open-duty-to-withdraw" not in rules_of(after)


class TestTaking:
    def test_the_licence_arises_with_the_later_of_notice_and_payment(self) -> None:
        (event,) = OPEN.when(take()).passes().events
        assert isinstance(event, OpenLicenceTaken)
        assert event.envelope.effective_on == event.starts_on == date(2026, 2, 25)
        assert event.envelope.registration_no is None
        assert event.licence_id == event.envelope.filing_id
        assert event.licensee == party(MILLS)
        assert event.licensors == parties(LAMPWORKS)
        assert (event.royalty, event.ends_on) == (FEE, date(2030, 1, 1))

    def test_a_licence_period_to_come_starts_it(self) -> None:
        scenario = recorded(entered(), declared_open(starts_on=date(2026, 7, 1)))
        (event,) = scenario.when(take()).passes().events
        assert isinstance(event, OpenLicenceTaken)
        assert event.starts_on == date(2026, 7, 1)

    def test_from_who_is_patentee_then(self) -> None:
        moved = transferred(cause="inheritance", after=(INSTRUMENTS,), on=date(2026, 2, 24))
        (event,) = recorded(entered(), declared_open(), moved).when(take()).passes().events
        assert isinstance(event, OpenLicenceTaken)
        assert event.licensors == parties(INSTRUMENTS)

    @pytest.mark.parametrize(
        "change",
        [
            {"declaration_no": "OL2025990000009"},
            {"notice_on": None},
            {"notice_on": date(2026, 3, 3), "paid_on": TODAY},
            {"notice_on": date(2025, 2, 2)},
            {"documents": documents("payment-proof")},
            {"signed_by": refs(UNIVERSITY)},
            {"paid_on": None},
            {"paid_on": None, "nothing_due_yet": True},
            {"paid_on": date(2026, 3, 3)},
            {"documents": documents("licensee-notice")},
        ],
        ids=lambda change: ", ".join(f"{k} {v}"[:30] for k, v in change.items()),
    )
    def test_by_notice_and_payment(self, change: dict[str, Any]) -> None:
        OPEN.when(take(**change)).refuses("open-take-notice-and-payment")

    def test_the_patentee_may_file_it(self) -> None:
        OPEN.when(take(signed_by=refs(LAMPWORKS))).passes()

    @pytest.mark.parametrize(
        ("withdrawn_on", "passes"), [(date(2026, 2, 23), False), (date(2026, 2, 24), True)]
    )
    def test_while_the_declaration_stands(self, withdrawn_on: date, passes: bool) -> None:
        after = OPEN.on(withdrawn_on).when(withdraw()).given_that().on(TODAY)
        outcome = after.when(take())
        outcome.passes() if passes else outcome.refuses("open-take-notice-and-payment")

    def test_within_its_period_and_the_patent_s_life(self) -> None:
        ending = recorded(entered(), declared_open(ends_on=date(2026, 2, 26)))
        ending.when(take()).passes()
        over = recorded(entered(), declared_open(ends_on=date(2026, 2, 25)))
        over.when(take()).refuses("open-take-notice-and-payment")
        dead = recorded(entered(), declared_open(), lapsed())
        dead.when(take()).refuses("open-take-notice-and-payment", status="lapsed")

    def test_not_where_it_is_unknown_whether_the_patent_lives(self) -> None:
        scenario = recorded(entered(filed_on=None), declared_open())
        scenario.when(take()).refuses("fact-unknown")

    def test_nothing_need_be_paid_that_is_not_due(self) -> None:
        scenario = recorded(entered(), declared_open(fee=RUNNING))
        owing = take(
            fee=RUNNING, paid_on=None, nothing_due_yet=True, documents=documents("licensee-notice")
        )
        (event,) = scenario.when(owing).passes().events
        assert event.effective_on == date(2026, 2, 23)
        silent = owing.model_copy(update={"nothing_due_yet": False})
        scenario.when(silent).refuses("open-take-notice-and-payment", missing=["nothing_due_yet"])
        free = recorded(entered(), declared_open(fee=Free()))
        free.when(silent.model_copy(update={"fee": Free()})).passes()

    def test_what_is_due_at_the_start(self) -> None:
        part = Instalment(due_on=date(2026, 3, 2), amount=yuan("100"))
        parts = Instalments(total=yuan("100"), instalments=(part,))
        assert due_at_start(parts, date(2026, 3, 2))
        assert not due_at_start(parts, date(2026, 3, 1))
        assert due_at_start(entry_fee("1", RoyaltyBase.PROFIT, "3"), TODAY)

    def test_on_the_published_terms(self) -> None:
        same = LumpSum(total=Money(amount="100000", currency="CNY"))
        OPEN.when(take(fee=same)).passes()
        OPEN.when(take(fee=None)).passes()
        for other in (LumpSum(total=yuan("90000")), RUNNING):
            refusal = OPEN.when(take(fee=other)).refused_by("open-take-published-terms")
            assert refusal.fact == {"published": FEE.model_dump(mode="json")}
            assert "record it as an ordinary licence" in (refusal.cure or "")

    @pytest.mark.parametrize("licensee", [FOREIGNER, ISLANDER], ids=["abroad", "hk-mo-tw"])
    def test_abroad_with_the_papers_of_technology_export(self, licensee: Any) -> None:
        command = take(licensee=licensee, agency="Wick & Co")
        OPEN.when(command).refused_by("open-take-foreign")
        papers = documents("licensee-notice", "payment-proof", "technology-export-licence")
        OPEN.when(command.model_copy(update={"documents": papers})).passes()
        owner = ISLANDER if licensee is FOREIGNER else FOREIGNER
        theirs = recorded(entered(patentees=(owner,)), declared_open(patentees=(owner,)))
        theirs.when(command).passes()


class TestRecordingTheContract:
    TAKEN = OPEN.when(take()).given_that()
    LICENCE = TAKEN.patents[PATENT].licences[0].licence_id

    def test_the_event_shows_the_licence_that_arose(self) -> None:
        (event,) = self.TAKEN.when(record_contract(self.LICENCE)).passes().events
        assert isinstance(event, OpenLicenceContractRecorded)
        assert event.envelope.effective_on == TODAY
        assert str(event.envelope.registration_no).startswith("X2026")
        assert event.model_dump(exclude={"envelope"}) == {
            "originator_id": PATENT,
            "originator_version": 4,
            "personal": None,
            "obligations": None,
            "licence_id": self.LICENCE,
            "declaration_no": DECLARATION,
            "kind": "ordinary",
            "licensors": tuple(p.model_dump() for p in parties(LAMPWORKS)),
            "licensees": tuple(p.model_dump() for p in parties(MILLS)),
            "starts_on": date(2026, 2, 25),
            "ends_on": date(2030, 1, 1),
            "royalty": FEE.model_dump(),
        }

    @pytest.mark.parametrize(
        "paper", ["application-form", "licensee-notice", "payment-proof", "identity"]
    )
    def test_on_evidence(self, paper: str) -> None:
        full = record_contract(self.LICENCE)
        rest = tuple(d for d in full.documents if d.kind != paper)
        self.TAKEN.when(full.model_copy(update={"documents": rest})).refuses(
            "open-record-evidence", missing=[paper]
        )

    def test_an_agency_shows_its_power(self) -> None:
        self.TAKEN.when(record_contract(self.LICENCE, agency="Wick & Co")).refuses(
            "open-record-evidence", missing=["power-of-attorney"]
        )

    def test_by_patentee_or_licensee(self) -> None:
        self.TAKEN.when(record_contract(self.LICENCE, signed_by=refs(LAMPWORKS))).passes()
        self.TAKEN.when(record_contract(self.LICENCE, signed_by=refs(UNIVERSITY))).refuses(
            "open-record-evidence"
        )

    def test_of_a_taken_licence_once(self) -> None:
        OPEN.when(record_contract("F99")).refuses("open-record-evidence", taken=False)
        ordinary = recorded(entered(), licensed())
        ordinary.when(record_contract("X2025990000001")).refuses("open-record-evidence")
        after = self.TAKEN.when(record_contract(self.LICENCE)).given_that()
        after.when(record_contract(self.LICENCE)).refuses("open-record-evidence", recorded=True)

    def test_not_of_one_that_has_ended(self) -> None:
        """Its end was not public: from a recordal on, it would stand for whoever reads the log."""
        ended = self.TAKEN.when(revoke_entry(self.LICENCE, effect="from_date")).given_that()
        ended.when(record_contract(self.LICENCE)).refuses(
            "open-record-evidence", licence_id=self.LICENCE, ended_on=TODAY.isoformat()
        )

    def test_no_proof_of_payment_where_nothing_was_due(self) -> None:
        declared = recorded(entered(), declared_open(fee=RUNNING))
        owing = take(fee=RUNNING, paid_on=None, nothing_due_yet=True)
        taken = declared.when(owing).given_that()
        papers = documents("application-form", "licensee-notice", "identity-commitment")
        licence = taken.patents[PATENT].licences[0].licence_id
        taken.when(record_contract(licence, documents=papers)).passes()

    def test_a_negotiated_fee_is_an_ordinary_licence(self) -> None:
        self.TAKEN.when(record_contract(self.LICENCE, fee=FEE)).passes()
        cheaper = record_contract(self.LICENCE, fee=LumpSum(total=yuan("1")))
        self.TAKEN.when(cheaper).refuses("open-take-published-terms")

    def test_its_terms_do_not_change_and_its_parties_may(self) -> None:
        scenario = self.TAKEN.when(record_contract(self.LICENCE)).given_that()
        number = scenario.patents[PATENT].licences[0].registration_no
        both = {"patents": (PATENT,), "licence_id": number, "signed_by": refs(LAMPWORKS, MILLS)}
        papers = {"documents": documents("amendment-agreement")}
        dearer = ChangeLicence(royalty=RUNNING, **both, **papers)
        scenario.when(dearer).refuses("open-take-published-terms")
        renamed = MILLS.model_copy(update={"name": "Millbrook Mills and Sons"})
        scenario.when(ChangeLicence(licensees=(renamed,), **both, **papers)).passes()


def test_a_declaration_counts_from_its_announcement() -> None:
    outcome = ALONE.when(declare())
    (event,) = outcome.passes().events
    assert isinstance(event, OpenLicenceDeclared)
    assert event.effective_on == event.starts_on == TODAY
    scenario = outcome.given_that()
    declared = scenario.patents[PATENT].declarations[0]
    assert not declared.live(TODAY - timedelta(days=1))
    assert declared.live(TODAY)
    number = event.declaration_no
    after = scenario.on(date(2026, 3, 9)).when(withdraw(declaration_no=number)).given_that()
    withdrawn = after.patents[PATENT].declarations[0]
    assert withdrawn.live(date(2026, 3, 8))
    assert not withdrawn.live(date(2026, 3, 9))


def test_a_licence_taken_before_the_withdrawal_goes_on() -> None:
    after = OPEN.when(take()).given_that().when(withdraw()).given_that()
    (licence,) = after.patents[PATENT].licences
    assert after.patents[PATENT].live_declaration(TODAY) is None
    assert licence.in_term(date(2029, 12, 31))
    assert not licence.in_term(date(2030, 1, 1))
    after.when(record_contract(licence.licence_id)).passes()

"""Licences: recordal, change, cancellation, and the rules of law.md 8.4."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ledger.domain.events import (
    CONFIDENTIAL,
    ConsentUsed,
    LicenceCancelled,
    LicenceChanged,
    LicenceRecorded,
    OpenLicenceContractRecorded,
    OpenLicenceTaken,
)
from ledger.domain.licences import (
    CancelLicence,
    ChangeLicence,
    LicenceContract,
    RecordLicence,
    contract_digest,
)
from ledger.domain.lifecycle import FinaliseInvalidation
from ledger.domain.money import yuan
from ledger.domain.parties import Residence
from ledger.domain.royalties import FixedRate, Free, Instalments, LumpSum, RoyaltyBase, Running
from ledger.eventstore.stored_form import encode
from ledger.means import fresh_salts
from tests.builders import (
    BANK,
    DESIGN,
    FOREIGNER,
    INSTRUMENTS,
    ISLANDER,
    LAMPWORKS,
    MILLS,
    MODEL,
    OTHER_BANK,
    PATENT,
    SECOND,
    TODAY,
    UNIVERSITY,
    consented,
    declared_open,
    digest,
    documents,
    entered,
    invalidation_final,
    invalidation_requested,
    lapsed,
    licensed,
    parties,
    pledged,
    preserved,
    recorded,
    refs,
    register_pledge,
    suspended,
)

LAST_DAY = date(2038, 6, 11)
"""The last day of PATENT, filed on 12 June 2018."""

RECORDAL = "X2025990000001"


def record_licence(**fields: Any) -> RecordLicence:
    """Lampworks licenses Millbrook Mills, ordinarily, by a contract of last month."""
    licensors = fields.get("licensors", (LAMPWORKS,))
    stated: dict[str, Any] = {
        "patents": (PATENT,),
        "kind": "ordinary",
        "licensors": licensors,
        "licensees": (MILLS,),
        "contract": contract(),
        "starts_on": date(2026, 2, 16),
        "last_day": date(2029, 12, 31),
        "royalty": LumpSum(total=yuan("300000")),
        "documents": documents("licence-contract"),
        "signed_by": refs(*licensors),
    }
    return RecordLicence(**stated | fields)


def contract(**fields: Any) -> LicenceContract:
    stated: dict[str, Any] = {"signed_on": date(2026, 2, 9), "patents_listed": True}
    return LicenceContract(**stated | fields)


def change_licence(**fields: Any) -> ChangeLicence:
    """Both sides agree on another last day."""
    stated: dict[str, Any] = {
        "patents": (PATENT,),
        "licence_id": RECORDAL,
        "last_day": date(2031, 12, 31),
        "documents": documents("amendment-agreement"),
        "signed_by": refs(LAMPWORKS, MILLS),
    }
    return ChangeLicence(**stated | fields)


def cancel_licence(**fields: Any) -> CancelLicence:
    stated: dict[str, Any] = {
        "patents": (PATENT,),
        "licence_id": RECORDAL,
        "ended_on": date(2026, 2, 20),
        "reason": "Ended by agreement.",
        "signed_by": refs(MILLS),
    }
    return CancelLicence(**stated | fields)


ALONE = recorded(entered())
SHARED = recorded(entered(patentees=(LAMPWORKS, INSTRUMENTS)))


class TestRecording:
    def test_one_event_a_patent_under_one_recordal_number(self) -> None:
        scenario = recorded(entered(), entered(SECOND))
        command = record_licence(patents=(PATENT, SECOND), territory="China")
        first, second = scenario.when(command).passes().events
        assert isinstance(first, LicenceRecorded)
        assert first.licence_id == first.envelope.registration_no == "X2026990000002"
        assert first.envelope.effective_on == TODAY
        assert first.model_dump(exclude={"envelope"}) == {
            "originator_id": PATENT,
            "originator_version": 2,
            "personal": None,
            "obligations": None,
            "licence_id": first.licence_id,
            "kind": "ordinary",
            "licensors": tuple(p.model_dump() for p in parties(LAMPWORKS)),
            "licensees": tuple(p.model_dump() for p in parties(MILLS)),
            "head_licence_id": None,
            "contract_digest": contract_digest(command),
            "contract_on": date(2026, 2, 9),
            "starts_on": date(2026, 2, 16),
            "ends_on": date(2030, 1, 1),
            "territory": "China",
            "field_of_use": None,
            "sublicensing_allowed": False,
            "royalty": LumpSum(total=yuan("300000")).model_dump(),
        }
        assert second == first.model_copy(update={"originator_id": SECOND})

    def test_a_licence_may_last_as_long_as_each_patent(self) -> None:
        outcome = ALONE.when(record_licence(last_day=None, as_long_as_patent=True))
        (event,) = outcome.passes().events
        assert isinstance(event, LicenceRecorded)
        assert event.ends_on is None

    def test_it_starts_with_the_contract_where_nothing_else_is_said(self) -> None:
        (event,) = ALONE.when(record_licence(starts_on=None)).passes().events
        assert isinstance(event, LicenceRecorded)
        assert event.starts_on == date(2026, 2, 9)

    def test_the_licence_stands_once_recorded(self) -> None:
        after = ALONE.when(record_licence()).given_that()
        (licence,) = after.patents[PATENT].licences
        assert licence.in_term(TODAY)
        assert not licence.in_term(date(2030, 1, 1))


class TestTheRight:
    def test_of_a_patent_in_force(self) -> None:
        recorded(entered(), lapsed()).when(record_licence()).refuses(
            "licence-alive", status="lapsed"
        )
        void = recorded(entered(), invalidation_final())
        assert void.when(record_licence()).refused_by("licence-alive").fact == {"status": "invalid"}

    def test_of_which_the_ledger_knows_too_little(self) -> None:
        outcome = recorded(entered(filed_on=None)).when(record_licence())
        assert {f.rule for f in outcome.findings if f.severity == "R"} == {"fact-unknown"}

    def test_not_in_the_late_fee_period(self) -> None:
        behind = recorded(entered(fees_paid_through=7))
        behind.when(record_licence()).refuses("licence-fee-current", fee_year=8)
        recorded(entered(fees_paid_through=8)).when(record_licence()).passes()

    @pytest.mark.parametrize("freeze", [preserved(), suspended()], ids=["preserved", "suspended"])
    def test_not_frozen(self, freeze: Any) -> None:
        recorded(entered(), freeze).when(record_licence()).refuses("licence-not-frozen")

    def test_of_which_the_ledger_was_not_told_the_patentees(self) -> None:
        outcome = recorded(entered(patentees=())).when(record_licence())
        outcome.refuses("fact-unknown", missing="the patentees")


class TestTheTerm:
    def test_up_to_the_last_day_of_the_patent(self) -> None:
        ALONE.when(record_licence(last_day=LAST_DAY)).passes()

    def test_not_a_day_longer(self) -> None:
        ALONE.when(record_licence(last_day=LAST_DAY + timedelta(days=1))).refuses(
            "licence-term-within-patent",
            last_day="2038-06-12",
            last_day_in_force="2038-06-11",
        )

    def test_nor_by_a_change(self) -> None:
        scenario = recorded(entered(), licensed())
        scenario.when(change_licence(last_day=LAST_DAY)).passes()
        scenario.when(change_licence(last_day=LAST_DAY + timedelta(days=1))).refuses(
            "licence-term-within-patent"
        )


class TestTheContract:
    def test_a_stranger_cannot_license(self) -> None:
        ALONE.when(record_licence(licensors=(UNIVERSITY,))).refuses(
            "licence-licensor-entitled", licensors=["Lanternhill University"]
        )

    @pytest.mark.parametrize(
        ("change", "missing"),
        [
            (
                {"licensees": (MILLS.model_copy(update={"address": None}),)},
                "address of Millbrook Mills",
            ),
            ({"contract": contract(patents_listed=False)}, "contract/patents_listed"),
            ({"last_day": None}, "last_day"),
        ],
    )
    def test_contents(self, change: dict[str, Any], missing: str) -> None:
        ALONE.when(record_licence(**change)).refuses("licence-contents", missing=[missing])

    def test_a_term_runs_forward_and_is_told_once(self) -> None:
        ALONE.when(record_licence(last_day=date(2026, 2, 15))).refuses("licence-contents")
        ALONE.when(record_licence(last_day=date(2026, 2, 16))).passes()
        ALONE.when(record_licence(as_long_as_patent=True)).refuses("licence-contents")

    def test_without_a_kind_it_is_ordinary_and_not_recorded(self) -> None:
        outcome = SHARED.when(record_licence(kind=None))
        outcome.refuses("licence-contents", "licence-default-ordinary", missing=["kind"])

    def test_in_writing_and_signed(self) -> None:
        ALONE.when(record_licence(documents=())).refuses("licence-written")
        ALONE.when(record_licence(signed_by=refs(MILLS))).refuses(
            "licence-written", not_signed=["Lanternhill Lampworks"]
        )
        papers = documents("licence-contract", "power-of-attorney")
        ALONE.when(record_licence(signed_by=(), agency="Wick & Co", documents=papers)).passes()

    def test_the_same_contract_once(self) -> None:
        same = digest("licence-contract")
        known = licensed(contract_digest=same)
        recorded(entered(), known).when(record_licence()).refuses(
            "licence-not-duplicate", licence_id=RECORDAL
        )
        recorded(entered(), licensed(contract_digest=digest("other"))).when(
            record_licence()
        ).passes()
        ended = recorded(entered(), known).when(cancel_licence()).given_that()
        ended.when(record_licence()).passes()

    def test_royalties_add_up(self) -> None:
        parts = ({"due_on": "2026-06-30", "amount": {"amount": "100.00", "currency": "CNY"}},)
        short = Instalments(total=yuan("300000"), instalments=parts)
        ALONE.when(record_licence(royalty=short)).refuses("licence-royalty-shape")
        running = Running(base=RoyaltyBase.NET_SALES, rate=FixedRate(percent="100"))
        ALONE.when(record_licence(royalty=running)).passes()
        ALONE.when(record_licence(royalty=None)).passes()

    def test_three_months_after_it_takes_effect(self) -> None:
        late = record_licence(contract=contract(effective_on=date(2025, 12, 1)))
        assert "licence-three-months" not in rules_of(ALONE.when(late))
        later = record_licence(contract=contract(effective_on=date(2025, 11, 28)))
        ALONE.when(later).warns("licence-three-months")

    def test_which_nobody_can_tell_of_a_contract_without_dates(self) -> None:
        undated = record_licence(contract=contract(signed_on=None), starts_on=None)
        (event,) = ALONE.when(undated).passes().events
        assert isinstance(event, LicenceRecorded)
        assert (event.contract_on, event.starts_on) == (None, None)

    def test_decided_within_seven_working_days(self) -> None:
        command = record_licence(received_on=date(2026, 2, 12))
        ALONE.on(date(2026, 3, 4)).when(command).warns("licence-examination-7wd")
        prompt = record_licence(received_on=date(2026, 2, 27))
        assert "licence-examination-7wd" not in rules_of(ALONE.when(prompt))

    def test_a_report_may_be_asked_for_a_model_or_design(self) -> None:
        model = recorded(entered(MODEL))
        command = record_licence(patents=(MODEL,), last_day=date(2027, 1, 1))
        model.when(command).warns("licence-evaluation-report")
        papers = documents("licence-contract", "evaluation-report")
        reported = command.model_copy(update={"documents": papers})
        assert "licence-evaluation-report" not in rules_of(model.when(reported))
        design = recorded(entered(DESIGN, filed_on=date(2022, 3, 1), fees_paid_through=5))
        pledge = register_pledge(patents=(DESIGN,))
        design.when(pledge).warns("licence-evaluation-report")


class TestCoOwners:
    def test_each_alone_gives_an_ordinary_licence(self) -> None:
        SHARED.when(record_licence()).passes()

    def test_unless_they_agreed_otherwise(self) -> None:
        reserved = record_licence(contract=contract(co_owners_reserved=True))
        SHARED.when(reserved).refuses("licence-coowner", co_owners=["Tidewater Instruments"])

    @pytest.mark.parametrize("kind", ["exclusive", "sole"])
    def test_all_give_an_exclusive_or_sole_one(self, kind: str) -> None:
        SHARED.when(record_licence(kind=kind)).refuses("licence-coowner")
        SHARED.when(record_licence(kind=kind, signed_by=refs(LAMPWORKS, INSTRUMENTS))).passes()
        ALONE.when(record_licence(kind=kind)).passes()

    def test_by_a_recorded_consent_too(self) -> None:
        consent = consented(
            by=INSTRUMENTS, act="licence", capacity="co_owner", counterparties=(MILLS,)
        )
        scenario = recorded(consent, to=SHARED)
        scenario.when(record_licence(kind="sole", consents=("C1",))).passes()
        scenario.when(record_licence(kind="sole")).refuses("licence-coowner")

    def test_or_where_they_agreed_that_one_may_alone(self) -> None:
        alone = contract(co_owners_agreed_otherwise=True)
        papers = documents("licence-contract", "co-owner-agreement")
        SHARED.when(record_licence(kind="sole", contract=alone, documents=papers)).passes()
        SHARED.when(record_licence(kind="sole", contract=alone)).refuses("licence-coowner")

    def test_turning_an_ordinary_licence_into_a_sole_one(self) -> None:
        scenario = recorded(entered(patentees=(LAMPWORKS, INSTRUMENTS)), licensed())
        scenario.when(change_licence(kind="sole")).refuses("licence-coowner")
        both = refs(LAMPWORKS, INSTRUMENTS, MILLS)
        scenario.when(change_licence(kind="sole", signed_by=both)).passes()


class TestPledged:
    PLEDGED = recorded(entered(), pledged())
    CONSENT = consented(act="licence", counterparties=(MILLS,))

    def test_needs_the_pledgee(self) -> None:
        self.PLEDGED.when(record_licence()).refuses("licence-pledgee-consent")

    def test_and_uses_its_consent_up(self) -> None:
        outcome = recorded(self.CONSENT, to=self.PLEDGED).when(record_licence(consents=("C1",)))
        used = outcome.passes().events[-1]
        assert isinstance(used, ConsentUsed)
        assert used.used_by == outcome.passes().events[0].filing_id
        outcome.given_that().when(
            record_licence(consents=("C1",), documents=documents("licence-contract", "proof"))
        ).refused_by("licence-pledgee-consent")

    def test_every_pledgee(self) -> None:
        both = recorded(entered(), pledged(pledgees=(BANK, OTHER_BANK)), self.CONSENT)
        both.when(record_licence(consents=("C1",))).refuses("licence-pledgee-consent")

    def test_not_by_a_consent_to_another_licensee(self) -> None:
        other = consented(act="licence", counterparties=(UNIVERSITY,))
        recorded(other, to=self.PLEDGED).when(record_licence(consents=("C1",))).refuses(
            "licence-pledgee-consent"
        )

    def test_a_licence_concluded_before_the_pledge_needs_none(self) -> None:
        before = contract(signed_on=date(2025, 5, 5))
        self.PLEDGED.when(record_licence(contract=before)).passes()
        same_day = contract(signed_on=date(2025, 5, 6))
        self.PLEDGED.when(record_licence(contract=same_day)).refuses("licence-pledgee-consent")

    def test_the_fee_goes_to_the_debt(self) -> None:
        scenario = recorded(self.CONSENT, to=self.PLEDGED)
        scenario.when(record_licence(consents=("C1",))).obliges("licence-proceeds-obligation")
        free = scenario.when(record_licence(consents=("C1",), royalty=Free()))
        assert "licence-proceeds-obligation" not in rules_of(free)

    def test_an_extension_needs_it_again(self) -> None:
        scenario = recorded(entered(), licensed(), pledged(), self.CONSENT)
        scenario.when(change_licence()).refuses("licence-pledgee-consent")
        scenario.when(change_licence(consents=("C1",))).passes()
        dearer = change_licence(last_day=None, royalty=LumpSum(total=yuan("1")))
        scenario.when(dearer).passes()


KINDS = ["exclusive", "sole", "ordinary"]


class TestConflicts:
    @pytest.mark.parametrize("existing", KINDS)
    @pytest.mark.parametrize("new", KINDS)
    def test_the_matrix(self, existing: str, new: str) -> None:
        outcome = recorded(entered(), licensed(kind=existing)).when(record_licence(kind=new))
        if (existing, new) == ("ordinary", "ordinary"):
            outcome.passes()
        else:
            outcome.refuses(
                "licence-no-conflict", licences=[{"licence_id": RECORDAL, "kind": existing}]
            )

    @pytest.mark.parametrize(("existing", "new"), [("exclusive", "sole"), ("sole", "ordinary")])
    @pytest.mark.parametrize(
        ("of_existing", "of_new", "meet"),
        [
            ({"ends_on": date(2026, 2, 16)}, {}, False),
            ({"ends_on": date(2026, 2, 17)}, {}, True),
            ({"ends_on": None}, {}, True),
            ({"starts_on": date(2030, 1, 1), "ends_on": date(2031, 1, 1)}, {}, False),
            ({"starts_on": date(2029, 12, 31), "ends_on": date(2031, 1, 1)}, {}, True),
            ({"territory": "Fujian"}, {"territory": "Jiangsu"}, False),
            ({"territory": "Fujian"}, {"territory": " FUJIAN"}, True),
            ({"territory": "Fujian"}, {"territory": "China"}, True),
            ({"territory": "全国"}, {"territory": "Jiangsu"}, True),
            ({"territory": "Fujian"}, {}, True),
            ({"field_of_use": "lamps"}, {"field_of_use": "lenses"}, False),
            ({"field_of_use": "lamps"}, {}, True),
            ({"field_of_use": "lamps", "territory": "Fujian"}, {"field_of_use": "lamps"}, True),
        ],
    )
    def test_only_where_they_meet(
        self, existing: str, new: str, of_existing: Any, of_new: Any, meet: bool
    ) -> None:
        scenario = recorded(entered(), licensed(kind=existing, **of_existing))
        outcome = scenario.when(record_licence(kind=new, **of_new))
        outcome.refuses("licence-no-conflict") if meet else outcome.passes()

    def test_a_cancelled_licence_is_in_nobody_s_way(self) -> None:
        scenario = recorded(entered(), licensed(kind="exclusive"))
        after = scenario.when(cancel_licence()).given_that()
        after.when(record_licence(kind="exclusive", starts_on=TODAY)).passes()

    def test_a_change_is_checked_against_the_others_only(self) -> None:
        other = licensed(registration_no="X2025990000002", licensees=(INSTRUMENTS,))
        scenario = recorded(entered(), licensed(), other)
        scenario.when(change_licence()).passes()
        scenario.when(change_licence(kind="exclusive")).refuses(
            "licence-no-conflict",
            licences=[{"licence_id": "X2025990000002", "kind": "ordinary"}],
        )
        recorded(entered(), licensed()).when(change_licence(kind="exclusive")).passes()

    def test_a_sole_licensor_who_cannot_exploit_gives_one_ordinary_licence_by_hand(self) -> None:
        scenario = recorded(entered(), licensed(kind="sole", licensees=(INSTRUMENTS,)))
        stated = {"kind": "sole-licensor-cannot-exploit", "by": refs(LAMPWORKS)}
        own_use = record_licence(declarations=(stated,))
        outcome = scenario.when(own_use)
        outcome.warns("licence-no-conflict")
        again = own_use.model_copy(update={"documents": documents("licence-contract", "proof")})
        outcome.given_that().when(again).refused_by("licence-no-conflict")

    def test_an_open_licence_bars_exclusive_and_sole_ones(self) -> None:
        scenario = recorded(entered(), declared_open())
        scenario.when(record_licence()).passes()
        for kind in ("exclusive", "sole"):
            scenario.when(record_licence(kind=kind)).refuses("licence-no-exclusive-when-open")
        both = recorded(entered(), licensed(), declared_open())
        both.when(change_licence(kind="sole")).refuses("licence-no-exclusive-when-open")


class TestSubLicences:
    @staticmethod
    def under(**head: Any) -> Any:
        stated = {"kind": "exclusive", "licensees": (INSTRUMENTS,), "sublicensing_allowed": True}
        return recorded(entered(), licensed(**stated | head))

    @staticmethod
    def sub(**fields: Any) -> RecordLicence:
        stated = {"licensors": (INSTRUMENTS,), "head_licence_id": RECORDAL}
        return record_licence(**stated | fields)

    @pytest.mark.parametrize("kind", KINDS)
    def test_pass_under_a_head_that_allows_them(self, kind: str) -> None:
        self.under(kind=kind).when(self.sub()).passes()

    def test_not_under_one_that_does_not(self) -> None:
        scenario = self.under(sublicensing_allowed=False)
        scenario.when(self.sub()).refuses("licence-sublicence-authority")

    def test_only_by_the_licensee_of_the_head(self) -> None:
        self.under().when(self.sub(licensors=(LAMPWORKS,))).refuses("licence-licensor-entitled")

    def test_only_under_a_head_in_force(self) -> None:
        unknown = self.sub(head_licence_id="X2025990000009")
        self.under().when(unknown).refuses(
            "licence-licensor-entitled", "licence-no-conflict", "licence-sublicence-authority"
        )
        ended = self.under(ends_on=TODAY)
        ended.when(self.sub(last_day=date(2026, 3, 1))).refuses("licence-sublicence-authority")

    def test_only_within_its_term(self) -> None:
        self.under().when(self.sub(last_day=date(2029, 12, 31))).passes()
        for outside in ({"last_day": date(2030, 1, 1)}, {"starts_on": date(2025, 1, 5)}):
            self.under().when(self.sub(**outside)).refuses("licence-sublicence-authority")

    def test_only_within_its_territory_and_field(self) -> None:
        scenario = self.under(territory="Fujian")
        scenario.when(self.sub(territory="fujian, Fuzhou")).passes()
        for outside in ({}, {"territory": "China"}, {"territory": "Jiangsu"}):
            scenario.when(self.sub(**outside)).refuses("licence-sublicence-authority")
        self.under(territory="China").when(self.sub(territory="Jiangsu")).passes()

    def test_ordinary_unless_agreed(self) -> None:
        exclusive = self.sub(kind="exclusive")
        self.under().when(exclusive).refuses("licence-sublicence-authority")
        papers = documents("licence-contract", "sublicence-agreement")
        self.under().when(exclusive.model_copy(update={"documents": papers})).passes()

    def test_two_under_the_same_exclusive_head(self) -> None:
        after = self.under().when(self.sub()).given_that()
        other = self.sub(licensees=(UNIVERSITY,), documents=documents("proof", "licence-contract"))
        digests = [d.model_copy(update={"digest": digest("second")}) for d in other.documents]
        after.when(other.model_copy(update={"documents": tuple(digests)})).passes()


class TestAcrossTheBorder:
    ABROAD = documents("licence-contract", "technology-export-registration")

    @pytest.mark.parametrize("licensee", [FOREIGNER, ISLANDER], ids=["abroad", "hk-mo-tw"])
    def test_export_needs_its_papers(self, licensee: Any) -> None:
        command = record_licence(licensees=(licensee,), agency="Wick & Co")
        ALONE.when(command).refused_by("licence-tech-export")
        ALONE.when(command.model_copy(update={"documents": self.ABROAD})).passes()

    def test_where_the_register_has_the_licensor_counts_too(self) -> None:
        moved = LAMPWORKS.model_copy(update={"residence": Residence.ABROAD})
        command = record_licence(licensors=(moved,), licensees=(FOREIGNER,), agency="Wick & Co")
        ALONE.when(command).refused_by("licence-tech-export")

    def test_import_is_warned_of(self) -> None:
        scenario = recorded(entered(patentees=(FOREIGNER,)))
        command = record_licence(licensors=(FOREIGNER,), agency="Wick & Co")
        scenario.when(command).passes()
        scenario.when(command).warns("licence-tech-export")

    def test_between_foreigners_nothing(self) -> None:
        scenario = recorded(entered(patentees=(FOREIGNER,)))
        command = record_licence(licensors=(FOREIGNER,), licensees=(ISLANDER,), agency="Wick & Co")
        assert "licence-tech-export" not in rules_of(scenario.when(command))


class TestChanging:
    LICENSED = recorded(entered(), licensed())

    def test_the_event_names_what_changes_alone(self) -> None:
        (event,) = self.LICENSED.when(change_licence()).passes().events
        assert isinstance(event, LicenceChanged)
        assert event.envelope.registration_no == RECORDAL
        assert event.model_dump(exclude={"envelope"}, exclude_none=True) == {
            "originator_id": PATENT,
            "originator_version": 3,
            "licence_id": RECORDAL,
            "ends_on": date(2032, 1, 1),
        }

    def test_of_a_licence_on_record(self) -> None:
        ALONE.when(change_licence()).refuses("licence-extension-2-months", recorded=False)
        ended = self.LICENSED.when(cancel_licence()).given_that()
        ended.when(change_licence()).refuses("licence-extension-2-months", recorded=False)

    def test_of_something(self) -> None:
        self.LICENSED.when(change_licence(last_day=None)).refuses("licence-extension-2-months")

    def test_by_both_sides_and_on_paper(self) -> None:
        self.LICENSED.when(change_licence(signed_by=refs(LAMPWORKS))).refuses(
            "licence-extension-2-months", not_signed=["Millbrook Mills"]
        )
        self.LICENSED.when(change_licence(documents=())).refuses("licence-extension-2-months")

    def test_not_to_an_end_before_the_beginning(self) -> None:
        self.LICENSED.when(change_licence(last_day=date(2025, 1, 5))).refuses(
            "licence-extension-2-months"
        )

    def test_an_extension_two_months_before_the_end(self) -> None:
        scenario = recorded(entered(), licensed(ends_on=date(2026, 5, 3)))
        assert "licence-extension-2-months" not in rules_of(scenario.when(change_licence()))
        scenario = recorded(entered(), licensed(ends_on=date(2026, 5, 2)))
        scenario.when(change_licence()).warns("licence-extension-2-months")
        shorter = scenario.when(change_licence(last_day=date(2026, 5, 1)))
        assert "licence-extension-2-months" not in rules_of(shorter)

    def test_a_new_name_needs_proof_and_one_signature(self) -> None:
        renamed = MILLS.model_copy(update={"name": "Millbrook Mills and Sons"})
        named = change_licence(last_day=None, licensees=(renamed,), signed_by=refs(MILLS))
        self.LICENSED.when(named).passes()
        self.LICENSED.when(named.model_copy(update={"documents": ()})).refuses(
            "licence-extension-2-months", missing=["proof"]
        )
        self.LICENSED.when(named.model_copy(update={"signed_by": ()})).refuses(
            "licence-extension-2-months"
        )

    def test_another_licensee_needs_both(self) -> None:
        other = change_licence(last_day=None, licensees=(UNIVERSITY,))
        self.LICENSED.when(other).refuses(
            "licence-extension-2-months", not_signed=["Lanternhill University"]
        )
        all_three = refs(LAMPWORKS, MILLS, UNIVERSITY)
        self.LICENSED.when(other.model_copy(update={"signed_by": all_three})).passes()

    def test_the_licensor_after_is_the_patentee(self) -> None:
        stranger = change_licence(
            last_day=None, licensors=(UNIVERSITY,), signed_by=refs(UNIVERSITY, MILLS)
        )
        self.LICENSED.when(stranger).refuses("licence-licensor-entitled")

    def test_frozen_it_waits_save_for_who_the_parties_are(self) -> None:
        scenario = recorded(entered(), licensed(), preserved())
        scenario.when(change_licence()).refuses("licence-not-frozen")
        renamed = MILLS.model_copy(update={"name": "Millbrook Mills and Sons"})
        scenario.when(change_licence(last_day=None, licensees=(renamed,))).passes()


class TestCancelling:
    LICENSED = recorded(entered(), licensed())

    def test_the_event_names_the_parties(self) -> None:
        (event,) = self.LICENSED.when(cancel_licence()).passes().events
        assert isinstance(event, LicenceCancelled)
        assert event.envelope.registration_no == RECORDAL
        assert (event.licensors, event.licensees) == (parties(LAMPWORKS), parties(MILLS))
        assert (event.ended_on, event.reason) == (date(2026, 2, 20), "Ended by agreement.")

    def test_of_a_licence_on_record_once(self) -> None:
        ALONE.when(cancel_licence()).refuses("licence-cancel-30-days", recorded=False)
        after = self.LICENSED.when(cancel_licence()).given_that()
        after.when(cancel_licence()).refuses("licence-cancel-30-days", recorded=False)

    def test_by_one_of_its_parties(self) -> None:
        self.LICENSED.when(cancel_licence(signed_by=refs(UNIVERSITY))).refuses(
            "licence-cancel-30-days"
        )
        self.LICENSED.when(cancel_licence(signed_by=refs(LAMPWORKS))).passes()

    def test_not_before_it_ends(self) -> None:
        self.LICENSED.when(cancel_licence(ended_on=date(2026, 3, 3))).refuses(
            "licence-cancel-30-days"
        )
        self.LICENSED.when(cancel_licence(ended_on=TODAY)).passes()

    def test_within_thirty_days(self) -> None:
        in_time = self.LICENSED.when(cancel_licence(ended_on=date(2026, 1, 31)))
        assert "licence-cancel-30-days" not in rules_of(in_time)
        # 30 days from 29 January end on Saturday 28 February, a working day in this year's notice.
        late = self.LICENSED.when(cancel_licence(ended_on=date(2026, 1, 29)))
        late.warns("licence-cancel-30-days")

    def test_a_dead_or_frozen_patent_does_not_keep_it(self) -> None:
        recorded(entered(), licensed(), lapsed()).when(cancel_licence()).passes()
        recorded(entered(), licensed(), preserved()).when(cancel_licence()).passes()


class TestTheEndOfThePatent:
    @staticmethod
    def final(outcome: str) -> FinaliseInvalidation:
        return FinaliseInvalidation(
            patents=(PATENT,),
            effective_on=TODAY,
            case_no="4W990001",
            outcome=outcome,
            decision_no="990001",
            claims_kept="claims 1 to 3",
        )

    def test_owes_the_cancellation_of_its_licences(self) -> None:
        scenario = recorded(entered(), licensed(), invalidation_requested())
        scenario.when(self.final("whole")).obliges("licence-cancel-on-patent-end")
        partly = scenario.when(self.final("partial"))
        assert "licence-cancel-on-patent-end" not in {f.rule for f in partly.findings}

    def test_and_none_where_none_is_recorded(self) -> None:
        scenario = recorded(entered(), licensed(), invalidation_requested())
        after = scenario.when(cancel_licence()).given_that().when(self.final("whole"))
        assert "licence-cancel-on-patent-end" not in {f.rule for f in after.findings}


def test_no_royalty_of_a_contract_is_public() -> None:
    assert OpenLicenceTaken.HIDDEN
    for event in (LicenceRecorded, LicenceChanged, OpenLicenceContractRecorded):
        assert CONFIDENTIAL in event.model_fields["royalty"].metadata, event
    (recorded_one,) = ALONE.when(record_licence()).passes().events
    stored, _ = encode(recorded_one, fresh_salts)
    entry, opened = stored.state.split(b"\n")
    assert b"300000" in opened
    assert b"300000" not in entry


def rules_of(outcome: Any) -> set[str]:
    """The rules that found something in a filing that was registered."""
    assert outcome.verdict is not None, outcome.findings
    return {f.rule for f in outcome.findings}

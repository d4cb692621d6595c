"""Rules of every filing (law.md 8.1)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.domain.consents import WithdrawConsent
from ledger.domain.contests import ContestRefusal
from ledger.domain.corrections import PublishCorrection, RevokeEntry
from ledger.domain.deciding import COMMANDS
from ledger.domain.events import IdentityEvidenceEntered
from ledger.domain.joint import AboutPrepared, PrepareFiling
from ledger.domain.lifecycle import EndSuspension
from ledger.domain.numbers import PatentKind
from ledger.domain.parties import PartyDetails, PartyKind, Residence, party_of, personal_of
from ledger.domain.powers import GivePowerOfAttorney, RevokePowerOfAttorney
from ledger.domain.rules import rules_for
from tests.builders import (
    BANK,
    FOREIGNER,
    INVENTOR,
    LAMPWORKS,
    MODEL,
    PATENT,
    TODAY,
    credit_code,
    documents,
    entered,
    fact,
    grant_patent,
    patent_details,
    recorded,
    refs,
    register_pledge,
    register_transfer,
)
from tests.domain.test_consents import FAILING
from tests.scenario import pseudonym

MISTYPED = PATENT[:-1] + ("0" if PATENT[-1] != "0" else "1")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.NAME)
def test_every_act_has_the_rules_of_every_filing(command: type) -> None:
    names = {rule.id for rule in rules_for(command, TODAY)}
    nobody = (RevokeEntry, WithdrawConsent, RevokePowerOfAttorney)
    if command in nobody or issubclass(command, AboutPrepared):
        assert not names & {"id-uscc-check", "not-this-register"}, "it describes nobody"
        return
    if command in (PrepareFiling, ContestRefusal):
        assert not names & {"id-uscc-check"}, "what it is about is judged by itself"
        return
    assert {"id-uscc-check", "id-resident-check"} <= names
    if command in (PublishCorrection, GivePowerOfAttorney):
        assert "not-this-register" not in names, "it may be of entries taken over, or of no patent"
        return
    if "patents" in command.model_fields and command.NAME != "EnterPartyEvidence":
        assert {"id-patent-number-check", "not-this-register"} <= names


class TestPatentNumber:
    def test_a_mistyped_number_is_refused_with_what_would_pass(self) -> None:
        outcome = recorded(entered()).when(register_pledge(patents=(MISTYPED,)))
        found = outcome.refused_by("id-patent-number-check")
        assert found.fact == {"stated": MISTYPED, "expected": PATENT}
        assert found.pointer == "/patents/0"

    def test_every_printed_form_is_one_number(self) -> None:
        printed = PATENT.replace("CN:", "ZL")
        command = register_pledge(patents=(printed,))
        assert command.patents == (PATENT,)
        recorded(entered()).when(command).passes()

    def test_another_register_has_its_own_door(self) -> None:
        outcome = recorded().when(register_pledge(patents=("US:14808123",)))
        assert outcome.refused_by("not-this-register").fact == {"office": "US"}

    def test_kind_and_number_agree(self) -> None:
        wrong = patent_details(kind=PatentKind.UTILITY_MODEL)
        recorded().when(grant_patent(wrong)).refuses(
            "id-patent-kind-consistent", kind="utility_model", by_number="invention"
        )
        recorded().when(grant_patent(patent_details(MODEL))).passes()

    def test_an_invention_ends_no_invention(self) -> None:
        other = patent_details(same_day_patent=entered().aliases or "CN:201819000002.6")
        recorded().when(grant_patent(other)).refuses("id-patent-kind-consistent")

    def test_a_patent_is_entered_once(self) -> None:
        recorded(entered()).when(grant_patent()).refuses("patent-entered-once")


class TestCreditCode:
    odd = BANK.model_copy(update={"credit_code": FAILING})

    def test_a_code_that_does_not_check_is_refused(self) -> None:
        recorded(entered()).when(register_pledge(pledgees=(self.odd,))).refuses(
            "id-uscc-check", credit_codes={FAILING: "Bank of Lanternhill"}
        )

    def test_on_evidence_it_passes_with_a_warning(self) -> None:
        known = replace(recorded(entered()), evidenced=frozenset({FAILING}))
        outcome = known.when(register_pledge(pledgees=(self.odd,)))
        outcome.passes()
        outcome.warns("id-uscc-check")

    def test_evidence_for_one_is_none_for_another(self) -> None:
        known = replace(recorded(entered()), evidenced=frozenset({credit_code(78)}))
        known.when(register_pledge(pledgees=(self.odd,))).refuses("id-uscc-check")

    def test_evidence_is_an_event_that_folds_into_no_patent(self) -> None:
        assert IdentityEvidenceEntered.TOPIC == "party.identity_evidenced"


class TestIdentityNumber:
    def test_a_number_that_does_not_check_is_refused_and_not_repeated(self) -> None:
        number = INVENTOR.identity_number or ""
        wrong = number[:17] + ("0" if number[17] != "0" else "1")
        odd = INVENTOR.model_copy(update={"identity_number": wrong})
        outcome = recorded(entered()).when(
            register_transfer(patentees_after=(odd,), signed_by=refs(LAMPWORKS, odd))
        )
        found = outcome.refused_by("id-resident-check")
        assert list(found.fact["persons"]) == ["Deng Zhao"]
        assert wrong not in str(found.as_json())

    def test_a_number_that_checks_passes(self) -> None:
        recorded(entered()).when(register_transfer(patentees_after=(INVENTOR,))).passes()


class TestAgency:
    def test_a_foreign_party_acts_through_an_agency(self) -> None:
        command = register_pledge(
            pledgees=(FOREIGNER,), documents=documents(*PLEDGE_PAPERS, "power-of-attorney")
        )
        recorded(entered()).when(command).refuses(
            "foreign-party-agency", parties=["Nordlicht Leuchten"]
        )
        appointed = command.model_copy(update={"agency": "Lamp Street Agency"})
        recorded(entered()).when(appointed).passes()

    def test_a_foreign_debtor_files_nothing(self) -> None:
        recorded(entered()).when(register_pledge(debtor=FOREIGNER)).passes()

    def test_what_the_office_enters_needs_none(self) -> None:
        recorded().when(grant_patent(patent_details(patentees=(FOREIGNER,)))).passes()


PLEDGE_PAPERS = ("application-form", "pledge-contract", "identity")


def test_a_commitment_may_be_checked() -> None:
    papers = documents("application-form", "pledge-contract", "identity-commitment")
    outcome = recorded(entered()).when(register_pledge(documents=papers))
    outcome.passes()
    outcome.obliges("false-proof-revocable")


def test_a_filing_over_many_patents_points_at_the_one_that_fails() -> None:
    outcome = recorded(entered()).when(register_pledge(patents=(PATENT, MISTYPED)))
    found = outcome.refused_by("id-patent-number-check")
    assert (found.patent, found.pointer) == (MISTYPED, "/patents/1")


def test_a_refusal_names_every_rule_that_fails() -> None:
    command = register_pledge(
        patents=(MISTYPED,), pledgees=(TestCreditCode.odd,), signed_by=(), documents=()
    )
    rules = {f.rule for f in recorded().when(command).findings}
    assert {
        "id-patent-number-check",
        "id-uscc-check",
        "pledge-joint-application",
        "pledge-documents",
        "fact-unknown",
    } <= rules


def test_a_freeze_of_another_case_is_not_ended() -> None:
    command = fact(EndSuspension, case_no="(2026) Dispute 9", reason="other")
    recorded(entered()).when(command).refuses("freeze-case-known")


def test_a_party_is_known_by_what_it_is_known_by() -> None:
    """A code; of a person a pseudonym; abroad a number there; else the name alone."""
    abroad = party_of(FOREIGNER, pseudonym)
    assert abroad.id == "abroad:NL-REG-00008"
    nameless = PartyDetails(name="  Lamp & Co. ", residence=Residence.ABROAD)
    assert party_of(nameless, pseudonym).id == "name:lamp co"
    person = PartyDetails(name="Deng Zhao", kind=PartyKind.INDIVIDUAL)
    assert personal_of(person, pseudonym) is None

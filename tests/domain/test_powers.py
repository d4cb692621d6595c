"""Powers of attorney: who may act for whom, for which kinds of filings, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from ledger.domain.acting import NotAParty
from ledger.domain.consents import WithdrawConsent
from ledger.domain.deciding import COMMANDS
from ledger.domain.events import PartyEmpowered, PowerRevoked
from ledger.domain.filing import Caller
from ledger.domain.joint import JOINT, ConfirmFiling, PrepareFiling
from ledger.domain.powers import KINDS, GivePowerOfAttorney, RevokePowerOfAttorney
from ledger.domain.refusals import NoSuchEntry
from tests.builders import (
    BANK,
    INSTRUMENTS,
    INVENTOR,
    LAMPWORKS,
    MILLS,
    OTHER_BANK,
    PATENT,
    TODAY,
    documents,
    entered,
    pledged,
    record_consent,
    recorded,
    ref,
    register_pledge,
    register_transfer,
)
from tests.domain.test_joint import Table, checked
from tests.domain.test_licences import record_licence
from tests.scenario import Outcome, Scenario

AGENT = Caller("agency:mills", "agency", ref(MILLS))
OFFICE = Caller("registrar", "registrar")
OWNED = recorded(entered())


def give(**changed: Any) -> GivePowerOfAttorney:
    """Lampworks empowers the mills to pledge."""
    return GivePowerOfAttorney(
        **{
            "principal": ref(LAMPWORKS),
            "agent": MILLS,
            "kinds": ("pledge",),
            "valid_from": TODAY,
            "documents": documents("power-of-attorney"),
            **changed,
        }
    )


def given(scenario: Scenario = OWNED, **changed: Any) -> Scenario:
    return scenario.when(give(**changed)).given_that()


class TestGiving:
    def test_it_is_one_hidden_fact_on_the_stream_of_who_gives_it(self) -> None:
        (event,) = OWNED.when(give(kinds=("pledge", "consent", "pledge"))).passes().events
        assert isinstance(event, PartyEmpowered)
        assert event.HIDDEN
        assert event.originator_id == f"party:{ref(LAMPWORKS)}"
        assert (event.agent.name, event.kinds) == (MILLS.name, ("consent", "pledge"))
        assert (event.valid_from, event.valid_until) == (TODAY, None)

    def test_its_last_day_counts(self) -> None:
        (event,) = OWNED.when(give(last_day=TODAY)).passes().events
        assert isinstance(event, PartyEmpowered)
        assert event.valid_until == TODAY + timedelta(days=1)

    def test_what_is_personal_of_the_agent_lies_apart(self) -> None:
        (event,) = OWNED.when(give(agent=INVENTOR)).passes().events
        assert isinstance(event, PartyEmpowered)
        assert str(INVENTOR.identity_number) not in event.model_dump_json(exclude={"personal"})
        assert event.personal is not None

    @pytest.mark.parametrize(
        "wrong",
        [
            {"kinds": ()},
            {"kinds": ("everything",)},
            {"documents": ()},
            {"last_day": TODAY - timedelta(days=1)},
        ],
    )
    def test_it_says_for_what_and_on_what_paper(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            give(**wrong)

    def test_a_mistyped_code_is_refused(self) -> None:
        wrong = MILLS.model_copy(update={"credit_code": f"{ref(MILLS)[:-1]}?"[:17] + "0"})
        OWNED.when(give(agent=wrong)).refuses("id-uscc-check")

    def test_its_own_party_gives_it_or_the_office(self) -> None:
        checked(OFFICE, OWNED, give())
        checked(Caller("l", "patentee", ref(LAMPWORKS)), OWNED, give())
        for stranger in (AGENT, Caller("a", "agency"), Caller("b", "bank", ref(BANK))):
            with pytest.raises(NotAParty):
                checked(stranger, OWNED, give())

    def test_no_agent_gives_it_on(self) -> None:
        with pytest.raises(NotAParty):
            checked(AGENT, given(), give(agent=BANK))


class TestRevoking:
    def revoking(self, scenario: Scenario) -> RevokePowerOfAttorney:
        ((power, _),) = scenario.streams[f"party:{ref(LAMPWORKS)}"].powers()
        return RevokePowerOfAttorney(principal=ref(LAMPWORKS), power=power.filing_id)

    def revoked(self) -> Outcome:
        scenario = given()
        return scenario.when(self.revoking(scenario))

    def test_it_ends_the_power(self) -> None:
        outcome = self.revoked()
        (event,) = outcome.passes().events
        assert isinstance(event, PowerRevoked)
        after = outcome.given_that()
        assert not after.streams[f"party:{ref(LAMPWORKS)}"].empowers(ref(MILLS), "pledge", TODAY)

    def test_either_side_may_and_the_office(self) -> None:
        scenario = given()
        command = self.revoking(scenario)
        for caller in (OFFICE, AGENT, Caller("l", "patentee", ref(LAMPWORKS))):
            checked(caller, scenario, command)

    def test_to_others_it_is_not_there(self) -> None:
        scenario = given()
        for stranger in (Caller("b", "bank", ref(BANK)), Caller("a", "agency")):
            with pytest.raises(NoSuchEntry):
                checked(stranger, scenario, self.revoking(scenario))

    def test_it_is_ended_once(self) -> None:
        command = self.revoking(given())
        with pytest.raises(NoSuchEntry):
            checked(OFFICE, self.revoked().given_that(), command)
        with pytest.raises(NoSuchEntry):
            checked(OFFICE, OWNED, command)


class TestActing:
    pledge = register_pledge()

    def test_without_a_power_nobody_acts_for_another(self) -> None:
        for caller in (AGENT, replace(AGENT, role="bank"), Caller("a", "agency")):
            with pytest.raises(NotAParty):
                checked(caller, OWNED, self.pledge)

    @pytest.mark.parametrize("role", ["agency", "bank", "licensee"])
    def test_with_one_it_files_and_prepares(self, role: str) -> None:
        caller = replace(AGENT, role=role)
        checked(caller, given(), self.pledge)
        prepared = PrepareFiling(patents=(PATENT,), filing=register_pledge(signed_by=()))
        checked(caller, given(), prepared)

    def test_it_counts_for_its_kinds(self) -> None:
        for command in (register_transfer(), record_licence(licensees=(INSTRUMENTS,))):
            with pytest.raises(NotAParty):
                checked(AGENT, given(), command)
        checked(AGENT, given(kinds=("transfer",)), register_transfer())

    def test_it_counts_on_its_days(self) -> None:
        last = date(2026, 3, 31)
        scenario = given(last_day=last)
        checked(AGENT, scenario.on(last), self.pledge)
        with pytest.raises(NotAParty):
            checked(AGENT, scenario.on(last + timedelta(days=1)), self.pledge)
        with pytest.raises(NotAParty):
            checked(AGENT, given(valid_from=TODAY + timedelta(days=1)), self.pledge)

    def test_it_is_of_one_of_those_concerned(self) -> None:
        """Here of the patentee, whom a filing about another's pledge does not name."""
        other = given(principal=ref(INSTRUMENTS))
        with pytest.raises(NotAParty):
            checked(AGENT, other, self.pledge)

    def test_it_is_of_the_agent_alone(self) -> None:
        with pytest.raises(NotAParty):
            checked(Caller("b", "bank", ref(OTHER_BANK)), given(), self.pledge)

    def test_a_consent_is_given_and_taken_back_by_power(self) -> None:
        scenario = recorded(entered(), pledged())
        consent = record_consent(by=BANK)
        with pytest.raises(NotAParty):
            checked(AGENT, scenario, consent)
        empowered = given(scenario, principal=ref(BANK), kinds=("consent",))
        checked(AGENT, empowered, consent)
        after = empowered.when(consent).given_that()
        (name,) = (n for n, s in after.streams.items() if s.consent is not None)
        command = WithdrawConsent(consent=name.removeprefix("filing:"))
        checked(AGENT, after, command)
        with pytest.raises(NoSuchEntry):
            checked(replace(AGENT, party=ref(OTHER_BANK)), after, command)

    def test_a_prepared_filing_is_confirmed_by_power(self) -> None:
        table = Table()
        confirm = ConfirmFiling(filing=table.name, by=ref(LAMPWORKS))
        stranger = Caller("agency:i", "agency", ref(INSTRUMENTS))
        with pytest.raises(NoSuchEntry):
            checked(stranger, table.scenario, confirm)
        empowered = given(table.scenario, agent=INSTRUMENTS)
        checked(stranger, empowered, confirm)
        with pytest.raises(NotAParty):
            checked(stranger, empowered, ConfirmFiling(filing=table.name, by=ref(BANK)))
        replace(empowered, caller=stranger).when(confirm).passes()

    def test_every_act_of_parties_has_its_kind(self) -> None:
        assert set(JOINT) <= set(KINDS) <= set(COMMANDS)

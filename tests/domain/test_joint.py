"""Joint filings: who is asked, what is kept, and what becomes of what one party has prepared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from ledger.domain import acting
from ledger.domain.acting import NotAParty
from ledger.domain.completing import completed, erased, preparer, refused_by_office
from ledger.domain.consents import WithdrawConsent
from ledger.domain.events import (
    ConsentWithdrawn,
    FilingConfirmed,
    FilingDecided,
    FilingPrepared,
    FilingWithdrawn,
    PledgeRegistered,
)
from ledger.domain.filing import Caller, Command
from ledger.domain.joint import (
    JOINT,
    ConfirmFiling,
    PrepareFiling,
    RefuseFiling,
    WithdrawFiling,
    restored,
)
from ledger.domain.licences import CancelLicence
from ledger.domain.lifecycle import Abandon, PayAnnualFee
from ledger.domain.open_licences import TakeOpenLicence, WithdrawOpenLicence
from ledger.domain.parties import PartyDetails
from ledger.domain.pledges import PledgeContract
from ledger.domain.prepared import FilingState, Prepared
from ledger.domain.refusals import NoSuchEntry
from tests.builders import (
    BANK,
    INSTRUMENTS,
    INVENTOR,
    LAMPWORKS,
    MILLS,
    OTHER_BANK,
    PATENT,
    SECOND,
    TODAY,
    change_pledge,
    consent_used,
    consented,
    declared_open,
    deregister_pledge,
    entered,
    fact,
    licensed,
    pledged,
    recorded,
    ref,
    refs,
    register_pledge,
    register_transfer,
)
from tests.domain.test_licences import record_licence
from tests.domain.test_open_licences import declare
from tests.scenario import Scenario, pseudonym

OWNED = recorded(entered())
CO_OWNED = recorded(entered(patentees=(LAMPWORKS, MILLS)))
BY_BANK = Caller("bank:1", "bank", ref(BANK))


def prepare(filing: Command) -> PrepareFiling:
    return PrepareFiling(patents=filing.patents, filing=filing)


def by(caller: PartyDetails, scenario: Scenario) -> Scenario:
    return replace(scenario, caller=Caller(f"party:{caller.name}", "bank", ref(caller)))


def prepared(scenario: Scenario, filing: Command) -> FilingPrepared:
    (event,) = scenario.when(prepare(filing)).passes().events
    assert isinstance(event, FilingPrepared)
    return event


def asked_names(scenario: Scenario, filing: Command) -> list[str]:
    return [party.name for party in prepared(scenario, filing).asked]


# --- who is asked -------------------------------------------------------------------------------


class TestWhoIsAsked:
    def test_pledgor_pledgee_and_co_owners_of_a_pledge(self) -> None:
        filing = register_pledge(signed_by=(), debtor=INVENTOR)
        assert asked_names(CO_OWNED, filing) == [LAMPWORKS.name, BANK.name, MILLS.name]

    def test_a_debtor_who_pledges_is_asked_as_pledgor(self) -> None:
        debtor = LAMPWORKS.model_copy()
        filing = register_pledge(signed_by=(), debtor=debtor)
        assert asked_names(OWNED, filing) == [LAMPWORKS.name, BANK.name]

    def test_co_owners_who_have_agreed_otherwise_are_not_asked(self) -> None:
        contract = PledgeContract(patents_listed=True, co_owners_agreed_otherwise=True)
        filing = register_pledge(signed_by=(), contract=contract)
        assert asked_names(CO_OWNED, filing) == [LAMPWORKS.name, BANK.name]

    @pytest.mark.parametrize(
        ("filing", "names"),
        [
            (change_pledge(signed_by=()), [LAMPWORKS.name, BANK.name]),
            (
                change_pledge(signed_by=(), pledgees=(OTHER_BANK,)),
                [OTHER_BANK.name, LAMPWORKS.name, BANK.name],
            ),
            (deregister_pledge(signed_by=()), [LAMPWORKS.name, BANK.name]),
            (deregister_pledge(signed_by=(), registration_no="Y2020990000009"), []),
            (register_transfer(signed_by=()), [LAMPWORKS.name, INSTRUMENTS.name]),
            (fact(Abandon, signed_by=()), [LAMPWORKS.name]),
        ],
    )
    def test_those_whom_the_register_knows(self, filing: Command, names: list[str]) -> None:
        pledge = recorded(entered(), pledged())
        command = pledge.addressed(filing).model_copy(update={"patents": (PATENT,)})
        if names:
            assert asked_names(pledge, command) == names
        else:
            pledge.when(prepare(command)).refuses("joint-filing-awaits-others")

    def test_co_owners_of_an_exclusive_licence(self) -> None:
        exclusive = record_licence(kind="exclusive", signed_by=())
        ordinary = record_licence(kind="ordinary", signed_by=())
        under = record_licence(kind="exclusive", signed_by=(), head_licence_id="X2025990000001")
        owned = recorded(entered(patentees=(LAMPWORKS, INSTRUMENTS)))
        names = [p.name for p in (*exclusive.licensors, *exclusive.licensees)]
        assert asked_names(owned, exclusive) == [*names, INSTRUMENTS.name]
        assert asked_names(owned, ordinary) == names
        assert asked_names(owned, under) == names

    def test_the_parties_of_a_licence(self) -> None:
        licence = recorded(entered(), licensed())
        filing = CancelLicence(
            patents=(PATENT,),
            licence_id="X2025990000001",
            ended_on=TODAY,
            reason="Ended by agreement.",
        )
        assert asked_names(licence, filing) == [LAMPWORKS.name, MILLS.name]
        strange = filing.model_copy(update={"licence_id": "X2020990000009"})
        licence.when(prepare(strange)).refuses("joint-filing-awaits-others")

    def test_all_patentees_of_an_open_licence(self) -> None:
        assert asked_names(CO_OWNED, declare(signed_by=())) == [LAMPWORKS.name, MILLS.name]
        alone = declare(signed_by=(), co_owners_agreed_otherwise=True)
        assert asked_names(CO_OWNED, alone) == [LAMPWORKS.name]
        opened = recorded(declared_open(), to=CO_OWNED)
        taken = TakeOpenLicence(
            patents=(PATENT,), declaration_no="OL2025990000001", licensee=INSTRUMENTS
        )
        assert asked_names(opened, taken) == [INSTRUMENTS.name, LAMPWORKS.name, MILLS.name]
        withdrawn = WithdrawOpenLicence(patents=(PATENT,), declaration_no="OL2025990000001")
        assert asked_names(opened, withdrawn) == [LAMPWORKS.name, MILLS.name]

    def test_who_prepared_or_signed_need_not_confirm(self) -> None:
        event = prepared(by(BANK, CO_OWNED), register_pledge(signed_by=refs(MILLS)))
        assert set(event.agreed) == set(refs(BANK, MILLS))
        assert [p.name for p in Prepared(event).awaiting] == [LAMPWORKS.name]
        assert (event.caller_role, event.caller_party) == ("bank", ref(BANK))

    def test_the_act_of_one_alone_is_not_prepared(self) -> None:
        OWNED.when(prepare(fact(PayAnnualFee, fee_year=9))).refuses(
            "joint-filing-awaits-others", command="PayAnnualFee"
        )

    def test_every_act_that_can_be_prepared_is_an_act_of_parties(self) -> None:
        assert all(not name.startswith(("Revoke", "Enter", "Grant")) for name in map(str, JOINT))


# --- what is kept -------------------------------------------------------------------------------


class TestWhatIsKept:
    person = register_pledge(
        pledgors=(INVENTOR,),
        signed_by=refs(BANK),
        shares={ref(BANK): "100"},
        declarations=({"kind": "informed", "by": (ref(INVENTOR),)},),
        expected_versions={PATENT: 1},
    )
    event = prepared(recorded(entered(patentees=(INVENTOR,))), person)

    def test_nothing_personal_stands_in_the_body(self) -> None:
        shown = self.event.model_dump_json(exclude={"withheld"})
        for personal in (INVENTOR.identity_number, INVENTOR.address, INVENTOR.telephone):
            assert str(personal) not in shown
        assert self.event.HIDDEN
        assert self.event.withheld is not None
        assert self.event.personal_values == len(self.event.withheld) == 3

    def test_with_it_the_filing_is_what_it_was(self) -> None:
        assert self.event.withheld is not None
        again = restored(self.event, self.event.withheld)
        person = f"person:{pseudonym(str(INVENTOR.identity_number))}"
        signed = (ref(BANK), person)
        declared = ({"kind": "informed", "by": (person,)},)
        stated = self.person.model_dump() | {
            "signed_by": signed,
            "declarations": declared,
            "expected_versions": {},
        }
        assert again == type(self.person)(**stated)

    def test_other_texts_stay_as_they_are(self) -> None:
        claim = register_pledge().claim.model_copy(update={"id": "loanabcdefghij1234"})
        event = prepared(OWNED, register_pledge(claim=claim, signed_by=()))
        assert event.body["claim"]["id"] == "loanabcdefghij1234"

    def test_it_can_be_completed_for_so_many_days(self) -> None:
        assert self.event.valid_until == TODAY + timedelta(days=31)
        law = OWNED.law.model_copy(update={"prepared_filing_days": 1})
        short = prepared(replace(OWNED, law=law), register_pledge(signed_by=()))
        assert Prepared(short).state(TODAY + timedelta(days=1)) is FilingState.AWAITING
        assert Prepared(short).state(TODAY + timedelta(days=2)) is FilingState.EXPIRED


# --- what becomes of it -------------------------------------------------------------------------


class Table:
    """A pledge of a co-owned patent that the bank has prepared, and those around the table."""

    def __init__(self, **fields: Any) -> None:
        filing = register_pledge(signed_by=refs(BANK), **fields)
        start = by(BANK, CO_OWNED)
        self.filing = filing
        self.scenario = start.when(prepare(filing)).given_that()
        (self.stream,) = self.scenario.streams
        self.name = self.stream.removeprefix("filing:")

    @property
    def prepared(self) -> Prepared:
        found = self.scenario.streams[self.stream].prepared
        assert found is not None
        return found

    def confirm(self, party: PartyDetails, **stated: Any) -> Any:
        return by(party, self.scenario).when(ConfirmFiling(filing=self.name, **stated))

    def confirmed_by(self, party: PartyDetails) -> FilingConfirmed:
        outcome = self.confirm(party)
        (event,) = outcome.passes().events
        self.scenario = outcome.given_that()
        assert isinstance(event, FilingConfirmed)
        return event

    def judged(self, confirmed: FilingConfirmed, **context: Any) -> Any:
        judging = replace(self.scenario.context(), caller=preparer(self.prepared), **context)
        filing = restored(self.prepared.filing, ())
        return completed(self.scenario.patents, filing, confirmed, judging)


class TestCompletion:
    def test_the_last_confirmation_registers_it(self) -> None:
        table = Table()
        table.confirmed_by(LAMPWORKS)
        assert [p.name for p in table.prepared.awaiting] == [MILLS.name]
        confirmed = table.confirmed_by(MILLS)
        assert table.prepared.awaiting == ()
        verdict = table.judged(confirmed)
        first, decided, registered = verdict.events
        assert first is confirmed
        assert isinstance(decided, FilingDecided)
        assert (decided.outcome, decided.final) == ("registered", True)
        assert isinstance(registered, PledgeRegistered)
        assert registered.filing_id == decided.registered_as
        assert registered.envelope.filed_by == "party:Bank of Lanternhill"
        assert table.prepared.after(decided).state(TODAY) is FilingState.REGISTERED
        assert not table.prepared.after(decided).goes_on(TODAY)

    def test_what_refuses_it_is_entered_and_can_be_cured(self) -> None:
        table = Table(documents=())
        table.confirmed_by(LAMPWORKS)
        verdict = table.judged(table.confirmed_by(MILLS))
        (_, decided) = verdict.events
        assert isinstance(decided, FilingDecided)
        assert [f["rule"] for f in decided.findings] == ["pledge-documents"]
        refused = table.prepared.after(decided)
        assert refused.state(TODAY) is FilingState.REFUSED
        assert refused.goes_on(TODAY)
        table.scenario.streams[table.stream] = replace(
            table.scenario.streams[table.stream], prepared=refused
        )
        table.confirm(MILLS).passes()
        later = TODAY + timedelta(days=31)
        assert refused.state(later) is FilingState.EXPIRED

    def test_the_office_refuses_on_a_ground_of_its_own_and_tells_all_others(self) -> None:
        table = Table(documents=())
        refusal = RefuseFiling(filing=table.name, reason="The contract is forged.")
        table.scenario.when(refusal).passes()
        filing = restored(table.prepared.filing, ())
        verdict = refused_by_office(
            table.scenario.patents, filing, refusal, table.scenario.context()
        )
        (decided,) = verdict.events
        assert isinstance(decided, FilingDecided)
        assert {str(f["rule"]) for f in decided.findings} == {
            "pledge-documents",
            "pledge-other-ground",
        }
        refused = table.prepared.after(decided)
        assert refused.state(TODAY) is FilingState.REFUSED
        assert not refused.goes_on(TODAY)

    def test_the_office_refuses_nothing_else_by_hand(self) -> None:
        start = OWNED.when(prepare(register_transfer(signed_by=()))).given_that()
        (name,) = (s.removeprefix("filing:") for s in start.streams)
        refusal = RefuseFiling(filing=name, reason="Why not.")
        start.when(refusal).refuses("joint-filing-open", command="RegisterTransfer")

    def test_without_its_personal_values_it_cannot_be_judged(self) -> None:
        assert (erased().rule, erased().fact) == ("joint-filing-open", {"erased": True})

    def test_who_was_not_asked_or_has_confirmed_does_not_confirm(self) -> None:
        table = Table()
        table.confirm(OTHER_BANK).refuses("joint-filing-asked")
        table.confirmed_by(LAMPWORKS)
        table.confirm(LAMPWORKS).refuses("joint-filing-asked", awaiting=[MILLS.name])
        table.confirm(BANK).refuses("joint-filing-asked")

    def test_the_office_confirms_for_others(self) -> None:
        table = Table()
        office = replace(table.scenario, caller=Caller("registrar", "registrar"))
        office.when(ConfirmFiling(filing=table.name, by=ref(MILLS))).passes()
        office.when(ConfirmFiling(filing=table.name)).refuses("joint-filing-asked")

    def test_what_is_withdrawn_is_over(self) -> None:
        table = Table()
        withdrawal = WithdrawFiling(filing=table.name, reason="We found another bank.")
        outcome = by(MILLS, table.scenario).when(withdrawal)
        (event,) = outcome.passes().events
        assert isinstance(event, FilingWithdrawn)
        assert event.by == ref(MILLS)
        table.scenario = outcome.given_that()
        assert table.prepared.state(TODAY) is FilingState.WITHDRAWN
        table.confirm(LAMPWORKS).refuses("joint-filing-open", state="withdrawn")

    def test_what_has_expired_is_over(self) -> None:
        table = Table()
        table.scenario = table.scenario.on(date(2026, 4, 2))
        table.confirm(LAMPWORKS).refuses("joint-filing-open", state="expired")


def checked(caller: Caller, scenario: Scenario, command: Command) -> None:
    context = replace(scenario, caller=caller).context()
    acting.check(scenario.patents, command, context)


class TestForWhom:
    table = Table()

    def test_nobody_else_learns_that_it_is_there(self) -> None:
        stranger = Caller("bank:2", "bank", ref(OTHER_BANK))
        confirm = ConfirmFiling(filing=self.table.name)
        for caller in (stranger, Caller("bank:3", "bank", None)):
            with pytest.raises(NoSuchEntry):
                checked(caller, self.table.scenario, confirm)
        with pytest.raises(NoSuchEntry):
            checked(
                Caller("registrar", "registrar"), self.table.scenario, ConfirmFiling(filing="no")
            )
        checked(Caller("registrar", "registrar"), self.table.scenario, confirm)
        checked(BY_BANK, self.table.scenario, WithdrawFiling(filing=self.table.name))

    def test_nobody_confirms_for_another(self) -> None:
        confirm = ConfirmFiling(filing=self.table.name, by=ref(MILLS))
        with pytest.raises(NotAParty):
            checked(BY_BANK, self.table.scenario, confirm)
        checked(Caller("mills", "patentee", ref(MILLS)), self.table.scenario, confirm)

    def test_a_stranger_prepares_nothing(self) -> None:
        filing = prepare(register_pledge(signed_by=()))
        checked(BY_BANK, OWNED, filing)
        with pytest.raises(NotAParty):
            checked(Caller("bank:2", "bank", ref(OTHER_BANK)), OWNED, filing)

    def test_a_consent_is_taken_back_by_who_gave_it(self) -> None:
        given = recorded(entered(), pledged(), consented())
        command = WithdrawConsent(consent="C1")
        checked(BY_BANK, given, command)
        checked(Caller("registrar", "registrar"), given, command)
        with pytest.raises(NoSuchEntry):
            checked(Caller("lampworks", "patentee", ref(LAMPWORKS)), given, command)
        with pytest.raises(NoSuchEntry):
            checked(Caller("registrar", "registrar"), given, WithdrawConsent(consent="C9"))


# --- consents taken back ------------------------------------------------------------------------


class TestConsents:
    given = recorded(entered(), pledged(), consented())

    def test_a_consent_taken_back_cannot_be_used(self) -> None:
        outcome = self.given.when(WithdrawConsent(consent="C1"))
        (event,) = outcome.passes().events
        assert isinstance(event, ConsentWithdrawn)
        assert event.by == ref(BANK)
        finding = (
            outcome.given_that()
            .when(register_transfer(consents=("C1",)))
            .refused_by("transfer-pledgee-consent")
        )
        assert finding.fact["consents"] == {"C1": "withdrawn"}

    @pytest.mark.parametrize(
        ("scenario", "why"),
        [
            (recorded(consent_used(), to=given), "used"),
            (given.when(WithdrawConsent(consent="C1")).given_that(), "withdrawn"),
            (given.on(date(2026, 6, 1)), "expired"),
        ],
    )
    def test_what_is_spent_is_not_taken_back(self, scenario: Scenario, why: str) -> None:
        scenario.when(WithdrawConsent(consent="C1")).refuses("consent-withdrawal", consent=why)

    def test_it_is_asked_of_those_registered_when_it_is_used(self) -> None:
        """The claim went to another bank: that one is asked, once it is registered."""
        assigned = change_pledge(
            pledgees=(OTHER_BANK,), claim=None, signed_by=refs(LAMPWORKS, BANK, OTHER_BANK)
        )
        moved = self.given.when(assigned.model_copy(update={"patents": (PATENT,)})).given_that()
        finding = moved.when(register_transfer(consents=("C1",))).refused_by(
            "transfer-pledgee-consent"
        )
        assert finding.fact["pledgees"] == [OTHER_BANK.name]
        assert finding.fact["consents"] == {"C1": "its giver is no registered pledgee"}
        new = recorded(consented(by=OTHER_BANK, filing_id="C2"), to=moved)
        new.when(register_transfer(consents=("C2",))).passes()

    @pytest.mark.parametrize(
        ("named", "why"),
        [
            ("C9", "not on record"),
            ("C1", "for another act, patent, day or counterparty"),
        ],
    )
    def test_a_consent_that_does_not_fit_is_told_as_such(self, named: str, why: str) -> None:
        transfer = register_transfer(patentees_after=(MILLS,), consents=(named,))
        finding = self.given.when(transfer).refused_by("transfer-pledgee-consent")
        assert finding.fact["consents"] == {named: why}

    def test_a_co_owner_s_consent_that_does_not_count_is_told(self) -> None:
        given = recorded(
            consented(by=MILLS, act="pledge", capacity="co_owner", counterparties=(OTHER_BANK,)),
            to=CO_OWNED,
        )
        finding = given.when(register_pledge(consents=("C1",))).refused_by("pledge-coowner-consent")
        assert "C1" in finding.fact["consents"]
        assert finding.fact["co_owners"] == [MILLS.name]


def test_a_prepared_filing_names_many_patents() -> None:
    both = recorded(entered(), entered(SECOND))
    event = prepared(both, register_pledge(patents=(PATENT, SECOND), signed_by=()))
    assert event.body["patents"] == [PATENT, SECOND]

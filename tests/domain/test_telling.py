"""What a filer is told of a judgement: facts that it may see, else the rule and whom to ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ledger.domain.events import Declaration, OpenLicenceTaken
from ledger.domain.filing import Caller, Command
from ledger.domain.licences import RecordLicence
from ledger.domain.money import yuan
from ledger.domain.parties import PartyDetails
from ledger.domain.patent import Patent
from ledger.domain.refusals import Finding, Refused
from ledger.domain.royalties import LumpSum
from ledger.domain.telling import Seen, decided, visible
from tests.builders import (
    BANK,
    INSTRUMENTS,
    LAMPWORKS,
    MILLS,
    OTHER_BANK,
    PATENT,
    SECOND,
    UNIVERSITY,
    about,
    declared_open,
    documents,
    entered,
    invalidation_requested,
    licensed,
    parties,
    party,
    pledged,
    recorded,
    ref,
    refs,
    register_pledge,
    register_transfer,
)
from tests.domain.test_licences import record_licence
from tests.scenario import Scenario

TAKEN = OpenLicenceTaken(
    **about(PATENT, date(2025, 6, 2)),
    licence_id="take-1",
    declaration_no="OL2025990000001",
    licensee=party(MILLS),
    licensors=parties(LAMPWORKS),
    notice_on=date(2025, 6, 2),
    paid_on=None,
    starts_on=date(2025, 6, 2),
    ends_on=date(2030, 1, 1),
    royalty=LumpSum(total=yuan("100000")),
)
PENDING = recorded(entered(), invalidation_requested())
LICENSED = recorded(entered(), licensed(territory="Fujian", licensees=(UNIVERSITY,)))
TAKEN_BY_MILLS = recorded(entered(), TAKEN)


def findings(
    scenario: Scenario, command: Command, who: PartyDetails | None, role: str = "bank"
) -> dict[str, Finding]:
    """What a caller is told, by rule."""
    caller = Caller("caller", role, None if who is None else ref(who))
    asked = replace(scenario, caller=caller)
    patents = {n: asked.patents.get(n, Patent(n)) for n in command.patents}
    try:
        found = decided(patents, command, asked.context()).findings
    except Refused as refused:
        found = refused.findings
    return {finding.rule: finding for finding in found}


class TestHiddenCases:
    rule = "pledge-invalidation-waiver"

    def test_a_bank_is_told_that_there_is_something_and_whom_to_ask(self) -> None:
        finding = findings(PENDING, register_pledge(), BANK)[self.rule]
        assert finding.fact == {"ask": [LAMPWORKS.name, "registrar"]}
        assert finding.patent == PATENT
        assert finding.cure is not None
        assert finding.waiver == "informed-invalidation"

    @pytest.mark.parametrize(("who", "role"), [(LAMPWORKS, "patentee"), (None, "registrar")])
    def test_the_patentee_and_the_office_are_told_the_case(
        self, who: PartyDetails | None, role: str
    ) -> None:
        finding = findings(PENDING, register_pledge(), who, role)[self.rule]
        assert "4W990001" in str(finding.fact)

    def test_an_agency_acts_for_others_and_sees_what_everybody_sees(self) -> None:
        finding = findings(PENDING, register_pledge(), None, "agency")[self.rule]
        assert "4W990001" not in str(finding.fact)

    def test_other_findings_are_told_as_ever(self) -> None:
        told = findings(PENDING, register_pledge(documents=()), BANK)
        assert told["pledge-documents"].fact == {
            "missing": ["application-form", "pledge-contract", "identity"]
        }

    def test_a_waived_case_is_registered_without_a_word_of_it(self) -> None:
        waiver = Declaration(kind="informed-invalidation", by=refs(LAMPWORKS, BANK))
        assert self.rule not in findings(PENDING, register_pledge(declarations=(waiver,)), BANK)


class TestLicencesOfOthers:
    exclusive = record_licence(kind="exclusive", licensees=(INSTRUMENTS,))
    elsewhere = record_licence(kind="exclusive", licensees=(INSTRUMENTS,), territory="Zhejiang")

    def told(self, scenario: Scenario, command: RecordLicence, who: PartyDetails) -> Finding:
        return findings(scenario, command, who, "licensee")["licence-no-conflict"]

    def test_a_licence_not_recorded_is_not_named_to_a_stranger(self) -> None:
        finding = self.told(TAKEN_BY_MILLS, self.exclusive, INSTRUMENTS)
        assert finding.fact == {"ask": [LAMPWORKS.name, "registrar"]}
        assert "take-1" in str(self.told(TAKEN_BY_MILLS, self.exclusive, LAMPWORKS).fact)

    def test_a_recorded_licence_is_named_and_its_terms_are_not(self) -> None:
        finding = self.told(LICENSED, self.exclusive, INSTRUMENTS)
        named = [{"licence_id": "X2025990000001", "kind": "ordinary"}]
        assert finding.fact == {"licences": named}

    def test_what_the_terms_of_others_make_pass_passes(self) -> None:
        assert findings(LICENSED, self.elsewhere, INSTRUMENTS, "licensee") == findings(
            LICENSED, self.elsewhere, None, "registrar"
        )

    def test_only_what_both_judgements_say_is_told(self) -> None:
        """A hidden licence beside a recorded one: which of them bar it is not public."""
        both = recorded(entered(), licensed(licensees=(UNIVERSITY,)), TAKEN)
        finding = self.told(both, self.exclusive, INSTRUMENTS)
        assert finding.fact == {"ask": [LAMPWORKS.name, "registrar"]}


class TestObligations:
    """A merger under an open licence obliges to withdraw it and to tell the takers."""

    given = recorded(entered(), declared_open(), TAKEN)
    merger = register_transfer(
        cause="merger",
        documents=documents("registration-authority-proof"),
        signed_by=refs(INSTRUMENTS),
    )
    rule = "transfer-open-licence-redeclare"

    def test_takers_are_not_named_to_who_is_not_yet_concerned(self) -> None:
        finding = findings(self.given, self.merger, INSTRUMENTS)[self.rule]
        assert finding.fact == {
            "declaration_no": "OL2025990000001",
            "ask": [LAMPWORKS.name, "registrar"],
        }
        (owed,) = finding.owed
        assert (owed.to, owed.about, owed.number) == ((), "OL2025990000001", 1)

    def test_the_patentee_is_told_whom_to_inform(self) -> None:
        finding = findings(self.given, self.merger, LAMPWORKS, "patentee")[self.rule]
        assert finding.owed[0].to == (ref(MILLS),)

    def test_what_is_stored_is_whole(self) -> None:
        caller = Caller("bank:1", "bank", ref(INSTRUMENTS))
        context = replace(self.given, caller=caller).context()
        (event,) = decided(self.given.patents, self.merger, context).events
        assert event.obligations is not None
        assert ref(MILLS) in str(event.obligations)


class TestWhatIsVisible:
    def patent(self) -> Patent:
        facts = (entered(), pledged(), licensed(), invalidation_requested(), TAKEN)
        return recorded(*facts).patents[PATENT]

    def test_nothing_is_kept_from_whom_all_of_it_concerns(self) -> None:
        patent = self.patent()
        assert visible(patent, ref(LAMPWORKS)) is patent

    def test_a_stranger_sees_what_is_public(self) -> None:
        seen = visible(self.patent(), ref(OTHER_BANK))
        assert seen.version == 5
        assert seen.invalidations == ()
        assert [x.licence_id for x in seen.licences] == ["X2025990000001"]
        assert seen.licences[0].now.ends_on is None
        assert seen.pledges[0].now.claim is None
        assert visible(self.patent(), None) == seen

    def test_a_party_sees_all_that_is_said_of_its_own(self) -> None:
        bank = visible(self.patent(), ref(BANK))
        assert bank.pledges[0].now.claim is not None
        assert bank.licences[0].now.ends_on is None
        mills = visible(self.patent(), ref(MILLS))
        assert [x.licence_id for x in mills.licences] == ["X2025990000001", "take-1"]
        assert mills.invalidations == ()

    def test_what_a_filer_sees_is_looked_up_and_never_listed(self) -> None:
        told = recorded(entered(), entered(SECOND), invalidation_requested())
        seen = Seen({PATENT: told.patents[PATENT]}, told.context())
        assert seen[PATENT].invalidations == ()
        assert seen[PATENT] is seen[PATENT]
        assert seen[SECOND] is told.patents[SECOND]
        for listed in (iter, len):
            with pytest.raises(TypeError, match="looked up"):
                listed(seen)

    def test_a_patent_without_secrets_is_itself(self) -> None:
        patent = recorded(entered()).patents[PATENT]
        assert visible(patent, None) is patent


def test_many_patents_are_told_each_by_itself() -> None:
    both = recorded(entered(), entered(SECOND), invalidation_requested())
    both = recorded(invalidation_requested(SECOND, case_no="4W990002"), to=both)
    caller = Caller("bank:1", "bank", ref(BANK))
    command = register_pledge(patents=(PATENT, SECOND))
    with pytest.raises(Refused) as refused:
        decided(both.patents, command, replace(both, caller=caller).context())
    shown = [f for f in refused.value.findings if f.rule == "pledge-invalidation-waiver"]
    assert [(f.patent, f.pointer) for f in shown] == [
        (PATENT, "/patents/0"),
        (SECOND, "/patents/1"),
    ]
    assert all("4W99" not in str(f) for f in shown)

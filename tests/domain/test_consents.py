"""Consents and evidence of identity: pledge-consent-specific and id-uscc-check."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from pydantic import ValidationError

from ledger.domain.consents import EnterPartyEvidence
from ledger.domain.events import ConsentGiven, IdentityEvidenceEntered
from ledger.domain.filing import Caller
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
    consent_used,
    consented,
    credit_code,
    deregistered,
    documents,
    entered,
    parties,
    party,
    pledged,
    record_consent,
    recorded,
    refs,
)

PLEDGED = recorded(entered(), pledged())


@pytest.mark.parametrize("blank", [" ", "\u3000", ""])
def test_an_identity_number_is_told_in_no_writing_of_it(blank: str) -> None:
    identity = INVENTOR.identity_number
    assert identity is not None
    stated = blank.join((identity[:6], identity[6:14], identity[14:].lower()))
    wide = stated.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    for written in (stated, wide):
        command = record_consent(counterparties=(written,))
        (event,) = PLEDGED.when(command).passes().events
        assert isinstance(event, ConsentGiven)
        assert event.counterparties == (party(INVENTOR).id,)


def test_a_credit_code_is_known_in_every_writing_of_it() -> None:
    stated = str(INSTRUMENTS.credit_code).lower()
    command = record_consent(counterparties=(f"{stated[:8]} {stated[8:]}",))
    (event,) = PLEDGED.when(command).passes().events
    assert isinstance(event, ConsentGiven)
    assert event.counterparties == (party(INSTRUMENTS).id,)


def test_a_consent_is_a_hidden_event_on_the_stream_of_its_filing() -> None:
    (event,) = PLEDGED.when(record_consent()).passes().events
    assert isinstance(event, ConsentGiven)
    assert event.HIDDEN
    assert event.originator_id == f"filing:{event.filing_id}"
    assert event.originator_version == 1
    assert event.by == party(BANK)
    assert event.counterparties == tuple(p.id for p in parties(INSTRUMENTS))


def test_its_last_day_is_included() -> None:
    (event,) = PLEDGED.when(record_consent(valid_until=date(2026, 6, 1))).passes().events
    assert isinstance(event, ConsentGiven)
    assert event.valid_until == date(2026, 6, 2)


def test_a_bank_consents_for_itself() -> None:
    bank = replace(PLEDGED, caller=Caller("bank-desk", "bank", BANK.credit_code))
    (event,) = bank.when(record_consent(by=None)).passes().events
    assert isinstance(event, ConsentGiven)
    assert event.by == party(BANK)


def test_a_used_consent_says_by_whom() -> None:
    known = recorded(consented(), consent_used(used_by="F7"))
    assert known.consents["C1"].used_by == "F7"
    assert known.streams["filing:C2"].consent is None


class TestConsentIsSpecific:
    def refused(self, **fields: object) -> dict[str, object]:
        return PLEDGED.when(record_consent(**fields)).refused_by("pledge-consent-specific").fact

    def test_a_pledgee_says_what_becomes_of_the_pledge(self) -> None:
        assert self.refused(disposition=None) == {"needed": True}

    def test_nobody_else_does(self) -> None:
        assert self.refused(capacity="co_owner", by=LAMPWORKS) == {"needed": False}
        assert self.refused(act="licence") == {"needed": False}

    def test_an_act_with_somebody_names_them(self) -> None:
        assert self.refused(counterparties=()) == {"needed": True}

    def test_an_act_with_nobody_names_none(self) -> None:
        assert self.refused(act="abandonment", disposition=None) == {"needed": False}

    @pytest.mark.parametrize("last", ["2026-03-01", "2026-02-01"])
    def test_a_period_past_is_none(self, last: str) -> None:
        assert self.refused(valid_from="2026-02-01", valid_until=last) == {"valid_until": last}

    def test_a_period_ends_after_it_begins(self) -> None:
        stated = {"valid_from": "2026-05-02", "valid_until": "2026-05-01"}
        assert self.refused(**stated) == {"valid_until": "2026-05-01"}

    def test_a_period_of_one_day_is_one(self) -> None:
        PLEDGED.when(record_consent(valid_from=TODAY, valid_until=TODAY)).passes()

    def test_a_stranger_consents_to_nothing(self) -> None:
        assert self.refused(by=OTHER_BANK)["registered"] == ["Bank of Lanternhill"]

    def test_a_former_pledgee_consents_to_nothing(self) -> None:
        free = recorded(entered(), pledged(), deregistered())
        free.when(record_consent()).refuses("pledge-consent-specific", registered=[])

    def test_the_giver_holds_the_capacity_on_every_patent(self) -> None:
        two = recorded(entered(), pledged(), entered(SECOND))
        outcome = two.when(record_consent(patents=(PATENT, SECOND)))
        outcome.refuses("pledge-consent-specific")
        assert [f.patent for f in outcome.findings] == [SECOND]

    def test_the_giver_signs_or_files_it(self) -> None:
        assert self.refused(signed_by=()) == {"not_signed": ["Bank of Lanternhill"]}

    def test_a_caller_without_a_party_states_it(self) -> None:
        assert self.refused(by=None)["capacity"] == "pledgee"

    @pytest.mark.parametrize(
        ("capacity", "by", "act", "with_whom"),
        [
            ("co_owner", INVENTOR, "transfer", (MILLS,)),
            ("co_owner", INVENTOR, "pledge", (BANK,)),
            ("co_owner", INVENTOR, "licence", (MILLS,)),
            ("co_owner", INVENTOR, "open_licence", ()),
            ("pledgor", LAMPWORKS, "change", ()),
            ("pledgee", BANK, "abandonment", ()),
            ("pledgee", BANK, "withdrawal", ()),
        ],
    )
    def test_every_act_and_capacity(
        self, capacity: str, by: object, act: str, with_whom: tuple[object, ...]
    ) -> None:
        owned = recorded(entered(patentees=(LAMPWORKS, INVENTOR)), pledged())
        command = record_consent(
            by=by,
            act=act,
            capacity=capacity,
            counterparties=refs(*with_whom),
            disposition=None,
        )
        owned.when(command).passes()


FAILING = credit_code(77)[:17] + ("0" if credit_code(77)[17] != "0" else "1")


class TestEvidenceOfIdentity:
    def evidence(self, code: str = FAILING) -> EnterPartyEvidence:
        papers = documents("registration-authority-proof")
        return EnterPartyEvidence(
            credit_code=code, reason="Printed so on its licence.", documents=papers
        )

    def test_it_is_entered_on_the_stream_of_the_party(self) -> None:
        (event,) = recorded().when(self.evidence()).passes().events
        assert isinstance(event, IdentityEvidenceEntered)
        assert event.originator_id == f"party:{FAILING}"
        assert event.HIDDEN

    def test_a_code_that_checks_needs_none(self) -> None:
        recorded().when(self.evidence(credit_code(77))).refuses(
            "id-uscc-check", check_character_holds=True
        )

    def test_it_is_entered_once(self) -> None:
        known = replace(recorded(), evidenced=frozenset({FAILING}))
        known.when(self.evidence()).refuses("id-uscc-check", evidenced=True)

    def test_it_rests_on_a_paper(self) -> None:
        with pytest.raises(ValidationError, match="at least 1 item"):
            EnterPartyEvidence(credit_code=FAILING, reason="So it is.", documents=())

    def test_a_code_of_no_form_is_no_code(self) -> None:
        with pytest.raises(ValidationError, match="credit code"):
            self.evidence("I" * 18)

"""Notices: each party concerned, the entry it comes from, and the entry that met it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.domain.dues import Due, DueKind, dues
from ledger.domain.events import (
    EntryRevoked,
    Event,
    LedgerEvent,
    LicenceCancelled,
    LicenceChanged,
    OpenLicenceTaken,
    OpenLicenceWithdrawn,
    PledgeChanged,
    PledgeRevoked,
    SuspensionEnded,
)
from ledger.domain.fulfilments import RecordFulfilment
from ledger.domain.notices import OFFICE, Notice, ended_by_itself, fee_arrears, notices
from ledger.domain.obligations import Duty
from ledger.domain.patent import Patent
from ledger.domain.periods import ChineseCalendar
from ledger.domain.royalties import Free
from tests.builders import (
    BANK,
    INSTRUMENTS,
    LAMPWORKS,
    MILLS,
    OTHER_BANK,
    PATENT,
    PLEDGE_NO,
    TODAY,
    about,
    declared_open,
    deregistered,
    documents,
    entered,
    fact,
    fee_paid,
    lapsed,
    licensed,
    met,
    owing,
    parties,
    party,
    pledged,
    preservation_released,
    preserved,
    recorded,
    refs,
    released,
    restored,
    suspended,
    transferred,
)

CALENDAR = ChineseCalendar()
OWNER, BANKER = party(LAMPWORKS).id, party(BANK).id
SALE = "filed-20250303"
"""The filing of the transfer that the builders make."""
LICENCE_NO, DECLARATION_NO = "X2025990000001", "OL2025990000001"


def patent(*facts: LedgerEvent) -> Patent:
    return recorded(*facts).patents[PATENT]


def told(*facts: LedgerEvent) -> list[Notice]:
    return list(notices(patent(*facts)))


def meeting(*facts: LedgerEvent) -> int | None:
    """The entry that met the one obligation there is."""
    found = {notice.met_by for notice in told(*facts)}
    assert len(found) == 1
    return found.pop()


class TestWhoIsTold:
    def test_who_owes_it_and_whom_it_is_owed_to(self) -> None:
        facts = (entered(), pledged(), owing(transferred()))
        assert [(n.party, n.name, n.role, n.id, n.since, n.entry) for n in told(*facts)] == [
            (OWNER, "Lanternhill Lampworks", "owes", f"{SALE}-1", date(2025, 3, 3), 3),
            (BANKER, "Bank of Lanternhill", "told", f"{SALE}-1", date(2025, 3, 3), 3),
        ]

    def test_nobody_is_told_twice_of_one(self) -> None:
        both = owing(transferred(), by=(OWNER, BANKER), to=(BANKER,))
        assert [(n.party, n.role) for n in told(entered(), pledged(), both)] == [
            (OWNER, "owes"),
            (BANKER, "owes"),
        ]

    def test_where_nobody_is_known_the_office_is(self) -> None:
        (notice,) = told(entered(), owing(transferred(), by=(), to=()))
        assert (notice.party, notice.name) == (OFFICE, None)

    def test_names_are_those_that_the_entries_tell(self) -> None:
        facts = (
            entered(),
            pledged(debtor=party(OTHER_BANK)),
            licensed(),
            suspended(),
            suspended(case_no="(2026) Dispute 2").model_copy(update={"requested_by": None}),
            owing(transferred(), to=tuple(party(p).id for p in (OTHER_BANK, MILLS, INSTRUMENTS))),
        )
        assert [n.name for n in told(*facts)] == [
            "Lanternhill Lampworks",
            "Tidewater Savings Bank",
            "Millbrook Mills",
            "Tidewater Instruments",
        ]

    def test_a_lapse_obliges_from_its_decision(self) -> None:
        lapse = owing(lapsed(decided_on=date(2026, 1, 20)), Duty.NOTIFY, by=())
        (notice,) = told(entered(), pledged(), lapse)
        assert notice.since == date(2026, 1, 20)

    def test_an_entry_that_is_revoked_obliges_nobody(self) -> None:
        revoked = EntryRevoked(
            **about(PATENT, TODAY, corrects=SALE), **revoking("transfer.registered")
        )
        assert told(entered(), pledged(), owing(transferred()), revoked) == []


def revoking(topic: str, effect: str = "from_beginning") -> dict[str, Any]:
    return {
        "entry_topic": topic,
        "original_topic": topic,
        "changes": (),
        "publication": None,
        "effect": effect,
        "undoes": None,
    }


def revocation(of: Event, effect: str) -> EntryRevoked:
    made = about(PATENT, TODAY, corrects=of.filing_id)
    return EntryRevoked(**made, **revoking(of.TOPIC, effect))


class TestPledges:
    sale = owing(transferred(on=date(2025, 7, 7)))
    facts = (entered(), pledged(), sale)

    def test_it_is_met_when_somebody_says_so(self) -> None:
        other = met("filed-20250707-2")
        assert meeting(*self.facts, other) is None
        assert meeting(*self.facts, other, met("filed-20250707-1")) == 5

    @pytest.mark.parametrize(
        "end",
        [
            deregistered(),
            released(),
            PledgeRevoked(**about(PATENT, date(2025, 9, 1), registration_no=PLEDGE_NO)),
            revocation(pledged(), "from_date"),
            revocation(pledged(), "from_beginning"),
        ],
        ids=lambda end: end.TOPIC,
    )
    def test_it_ends_with_the_pledge(self, end: LedgerEvent) -> None:
        assert meeting(*self.facts, end) == 4

    def test_what_was_before_does_not_meet_it(self) -> None:
        early = (entered(), pledged(), deregistered(on=date(2025, 6, 6)))
        assert meeting(*early, self.sale) is None

    def test_another_pledge_does_not_meet_it(self) -> None:
        other = deregistered(registration_no="Y2025990000009")
        assert meeting(*self.facts, other) is None

    def test_a_revocation_of_something_else_does_not_meet_it(self) -> None:
        facts = (*self.facts[:2], licensed(), fee_paid(), self.sale)
        assert meeting(*facts, revocation(licensed(), "from_date")) is None
        assert meeting(*facts, revocation(fee_paid(), "from_beginning")) is None

    def test_without_a_number_only_a_word_meets_it(self) -> None:
        papers = owing(transferred(on=date(2025, 7, 7)), Duty.KEEP_PAPERS, about=None, to=())
        assert meeting(entered(), pledged(), papers, deregistered()) is None

    def test_the_number_is_that_of_the_filing_where_none_is_stated(self) -> None:
        online = owing(pledged(), Duty.SEND_ORIGINALS, about=None, to=())
        assert meeting(entered(), online, deregistered()) == 3

    def test_a_renamed_party_is_put_into_the_registration(self) -> None:
        renaming = owing(transferred(on=date(2025, 7, 7)), Duty.CHANGE_PLEDGE)

        def change(**stated: Any) -> PledgeChanged:
            members: dict[str, Any] = {"pledgors": None, "pledgees": None} | stated
            made = about(PATENT, date(2025, 9, 9), registration_no=PLEDGE_NO)
            return PledgeChanged(**made, **members)

        facts = (entered(), pledged(), renaming)
        assert meeting(*facts, change(pledgees=parties(OTHER_BANK))) is None
        assert meeting(*facts, change(pledgors=parties(LAMPWORKS))) == 4
        assert meeting(*self.facts, change(pledgors=parties(LAMPWORKS))) is None


class TestLicences:
    sale = owing(transferred(on=date(2025, 7, 7)), Duty.CHANGE_LICENSOR, about=LICENCE_NO)
    facts = (entered(), licensed(), sale)

    def change(self, **stated: Any) -> LicenceChanged:
        members: dict[str, Any] = {"kind": None, "licensors": None, "licensees": None} | stated
        return LicenceChanged(
            **about(PATENT, date(2025, 9, 9)), **{"licence_id": LICENCE_NO} | members
        )

    cancelled = LicenceCancelled(
        **about(PATENT, date(2025, 9, 9)),
        licence_id=LICENCE_NO,
        licensors=parties(LAMPWORKS),
        licensees=parties(MILLS),
    )

    def test_the_licensor_is_changed(self) -> None:
        assert meeting(*self.facts, self.change(licensors=parties(INSTRUMENTS))) == 4
        assert meeting(*self.facts, self.change(licensees=parties(BANK))) is None
        other = self.change(licence_id="X2025990000002", licensors=parties(INSTRUMENTS))
        assert meeting(*self.facts, other) is None

    @pytest.mark.parametrize("effect", ["from_date", "from_beginning"])
    def test_or_the_licence_ends(self, effect: str) -> None:
        assert meeting(*self.facts, self.cancelled) == 4
        assert meeting(*self.facts, revocation(licensed(), effect)) == 4

    def test_a_restored_right_needs_no_cancellation(self) -> None:
        lapse = owing(lapsed(), Duty.CANCEL_LICENCE, about=LICENCE_NO)
        facts = (entered(fees_paid_through=7), licensed(), lapse)
        assert meeting(*facts, restored()) == 4
        assert meeting(*facts, self.cancelled) == 4
        assert meeting(*self.facts, restored()) is None


class TestOpenLicences:
    frozen = owing(
        preserved(on=date(2025, 7, 7)), Duty.WITHDRAW_OPEN_LICENCE, about=DECLARATION_NO, to=()
    )
    facts = (entered(), declared_open(), frozen)

    def withdrawn(self, number: str = DECLARATION_NO) -> OpenLicenceWithdrawn:
        return OpenLicenceWithdrawn(
            **about(PATENT, date(2025, 9, 9)),
            declaration_no=number,
            patentees=parties(LAMPWORKS),
        )

    def test_it_is_withdrawn(self) -> None:
        assert meeting(*self.facts, self.withdrawn()) == 4
        assert meeting(*self.facts, self.withdrawn("OL2025990000009")) is None

    @pytest.mark.parametrize("effect", ["from_date", "from_beginning"])
    def test_or_the_office_ends_it(self, effect: str) -> None:
        assert meeting(*self.facts, revocation(declared_open(), effect)) == 4

    def test_a_taken_licence_has_a_number_too(self) -> None:
        taken = OpenLicenceTaken(
            **about(PATENT, date(2025, 3, 3)),
            licence_id="take-1",
            declaration_no=DECLARATION_NO,
            licensee=party(MILLS),
            licensors=parties(LAMPWORKS),
            notice_on=date(2025, 3, 3),
            paid_on=None,
            starts_on=date(2025, 3, 3),
            ends_on=date(2029, 1, 1),
            royalty=Free(),
        )
        sale = owing(transferred(on=date(2025, 7, 7)), Duty.CHANGE_LICENSOR, about="take-1")
        facts = (entered(), declared_open(), taken, sale)
        assert meeting(*facts, revocation(taken, "from_date")) == 5


class TestTold:
    def test_of_a_lapse_until_the_right_is_restored(self) -> None:
        lapse = owing(lapsed(), Duty.NOTIFY, by=())
        assert meeting(entered(), lapse, fee_paid()) is None
        assert meeting(entered(), lapse, restored()) == 3

    def test_of_a_suspension_until_it_ends(self) -> None:
        def ended(case: str) -> SuspensionEnded:
            return SuspensionEnded(**about(PATENT, TODAY), case_no=case, reason="withdrawal")

        freeze = owing(suspended(), Duty.NOTIFY, by=())
        assert meeting(entered(), freeze, ended("(2026) Dispute 1")) == 3
        assert meeting(entered(), freeze, ended("(2026) Dispute 2")) is None

    def test_of_a_preservation_until_it_is_released(self) -> None:
        freeze = owing(preserved(), Duty.NOTIFY, by=())
        elsewhere = preservation_released(on=TODAY, court="Tidewater Court")
        assert meeting(entered(), freeze, preservation_released(on=TODAY)) == 3
        assert meeting(entered(), freeze, elsewhere) is None

    def test_who_won_a_dispute_is_registered(self) -> None:
        ended = SuspensionEnded(
            **about(PATENT, TODAY), case_no="(2026) Dispute 1", reason="judgment"
        )
        won = owing(ended, Duty.REGISTER_OWNER, about="(2026) Dispute 1", to=())
        assert meeting(entered(), suspended(), won) is None
        assert meeting(entered(), suspended(), won, transferred(on=date(2026, 4, 7))) == 4


# --- what time alone brings ---------------------------------------------------------------------


class TestArrears:
    def fee(self) -> Due:
        (found,) = dues(patent(entered(filed_on=date(2018, 6, 13), granted_on=date(2020, 9, 1))))
        assert found.kind is DueKind.FEE
        return found

    def test_a_fee_is_in_arrears_from_the_day_after_its_last_day(self) -> None:
        """13 June 2026 is a Saturday: it is paid in time on the Monday."""
        assert fee_arrears(self.fee(), date(2026, 6, 15), CALENDAR) is None
        last = fee_arrears(self.fee(), date(2026, 6, 16), CALENDAR)
        assert last is not None
        assert last.day == date(2026, 6, 15)

    def test_nothing_else_is_in_arrears(self) -> None:
        _, *others = dues(patent(entered(), licensed()))
        assert {fee_arrears(each, date(2099, 1, 1), CALENDAR) for each in others} == {None}


class TestEndedByItself:
    def end(self, *facts: LedgerEvent) -> Due:
        return list(dues(patent(entered(), *facts)))[1]

    def test_a_preservation_not_continued(self) -> None:
        end = self.end(preserved())
        assert not ended_by_itself(end, date(2026, 7, 12))
        assert ended_by_itself(end, date(2026, 7, 13))

    def test_one_that_was_released_or_has_no_end_has_not(self) -> None:
        assert not ended_by_itself(self.end(suspended()), date(2027, 1, 12))
        assert ended_by_itself(self.end(suspended()), date(2027, 1, 13))
        freed = preservation_released(on=date(2026, 3, 2))
        found = list(dues(patent(entered(), preserved(), freed)))[1]
        assert not ended_by_itself(found, date(2027, 1, 1))
        assert not ended_by_itself(self.end(licensed()), date(2099, 1, 1))


# --- saying that it was done --------------------------------------------------------------------


class TestFulfilment:
    before = recorded(entered(), pledged(), owing(transferred(on=date(2025, 7, 7))))

    def command(self, **fields: Any) -> RecordFulfilment:
        stated: dict[str, Any] = {
            "obligation": "filed-20250707-1",
            "done_on": date(2026, 2, 27),
            "documents": documents("proof"),
        }
        done: RecordFulfilment = fact(RecordFulfilment, **stated | fields)
        return done

    def test_the_notice_names_the_entry_that_met_it(self) -> None:
        after = self.before.when(self.command()).given_that().patents[PATENT]
        assert {(n.met_by, n.met_on) for n in notices(after)} == {(4, date(2026, 2, 27))}

    def test_it_is_met_once(self) -> None:
        after = self.before.when(self.command()).given_that()
        after.when(self.command()).refuses("obligation-open", open=False)

    def test_it_is_named_as_it_is_told(self) -> None:
        self.before.when(self.command(obligation="filed-20250707-2")).refuses("obligation-open")

    def test_a_day_to_come_is_none(self) -> None:
        self.before.when(self.command(done_on=date(2026, 3, 3))).refuses(
            "obligation-open", done_on="2026-03-03"
        )

    def test_it_rests_on_a_paper_or_on_the_word_of_whom_it_is_owed_to(self) -> None:
        self.before.when(self.command(documents=(), signed_by=refs(LAMPWORKS))).refuses(
            "fulfilment-confirmed", one_of=[BANKER]
        )
        self.before.when(self.command(documents=(), signed_by=refs(BANK))).passes()

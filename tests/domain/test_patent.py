"""The fold: what recorded facts make of a patent, whatever the order in which they arrive."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from typing import Any

import pytest

from ledger.domain.events import (
    Concealed,
    InvalidationDecided,
    LedgerEvent,
    PatentEntered,
    PatentEvent,
    PledgeChanged,
    RecordedElsewhere,
    RecordWithdrawn,
    TermCompensated,
)
from ledger.domain.evolving import evolve
from ledger.domain.holdings import uninterrupted
from ledger.domain.patent import Patent, Status
from ledger.domain.periods import ChineseCalendar
from tests.builders import (
    BANK,
    CLAIM,
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
    entered,
    fee_paid,
    invalidation_final,
    invalidation_requested,
    lapsed,
    licensed,
    named,
    numbered,
    parties,
    party,
    pledged,
    preservation_continued,
    preservation_released,
    preserved,
    recorded,
    renamed,
    restored,
    suspended,
    transcribed,
    transferred,
)

CALENDAR = ChineseCalendar()


def folded(*facts: LedgerEvent) -> Patent:
    """The patent that facts make, arriving in this order."""
    patent = Patent(PATENT)
    for fact in numbered(*facts):
        assert isinstance(fact, PatentEvent)
        patent = evolve(patent, fact)
    return patent


def without_versions(patent: Patent) -> dict[str, object]:
    """The state but for the versions, in which the order of arrival is kept."""
    facts = [fact.model_copy(update={"originator_version": 0}) for fact in patent.facts]
    state = {name: getattr(patent, name) for name in Patent.__dataclass_fields__}
    entered = patent.entered and patent.entered.model_copy(update={"originator_version": 0})
    for name in ("fees", "lapses", "compensations", "elsewhere"):
        state[name] = [f.model_copy(update={"originator_version": 0}) for f in state[name]]
    return state | {"facts": facts, "entered": entered}


# --- a right and its end ------------------------------------------------------------------------


def test_a_restored_right_never_lapsed() -> None:
    patent = folded(entered(), lapsed(), restored())
    assert patent.status(date(2025, 12, 1)) is Status.IN_FORCE


def test_a_right_that_lapses_again_after_restoration_lapsed() -> None:
    again = lapsed(fee_year=9, due_on=date(2026, 6, 12), decided_on=date(2027, 2, 1))
    patent = folded(entered(), lapsed(), restored(), again)
    assert patent.alive(date(2026, 6, 11))
    assert patent.status(date(2026, 6, 12)) is Status.LAPSED


def test_a_wholly_invalid_patent_never_was_in_force() -> None:
    patent = folded(entered(), invalidation_requested(), invalidation_final())
    assert patent.status(date(2021, 1, 1)) is Status.INVALID
    assert patent.wholly_invalid()


@pytest.mark.parametrize("outcome", ["partial", "maintained", "withdrawn"])
def test_any_other_outcome_leaves_it_in_force(outcome: str) -> None:
    patent = folded(entered(), invalidation_requested(), invalidation_final(outcome=outcome))
    assert patent.alive(TODAY)
    assert not patent.pending_invalidations(TODAY)


def test_a_decided_invalidation_is_pending_until_it_is_final() -> None:
    decided = InvalidationDecided(
        **about(PATENT, date(2026, 2, 1)),
        case_no="4W990001",
        outcome="whole",
        decision_no="990001",
        decided_on=date(2026, 2, 1),
    )
    pending = folded(entered(), invalidation_requested(), decided)
    assert pending.pending_invalidations(TODAY)
    assert pending.alive(TODAY)
    assert not folded(*pending.facts, invalidation_final()).pending_invalidations(TODAY)


def test_a_patent_never_entered_is_unknown() -> None:
    patent = folded(transferred())
    assert patent.status(TODAY) is Status.UNKNOWN
    assert patent.alive(TODAY) is None
    assert patent.terminates_on is None
    assert patent.fee_current(TODAY, CALENDAR) is None
    assert patent.next_fee_due_on(TODAY) is None


def test_a_right_expires_by_itself() -> None:
    patent = folded(entered())
    assert patent.status(date(2038, 6, 11)) is Status.IN_FORCE
    assert patent.status(date(2038, 6, 12)) is Status.EXPIRED


def test_a_lapse_decided_after_a_restoration_stands_though_it_reaches_back_behind_it() -> None:
    """Restored for year 8 in March 2026; year 9, due in June 2025 for a patent filed in 2017, was
    unpaid too, and its lapse is decided afterwards."""
    first = entered(filed_on=date(2017, 6, 12), fees_paid_through=7)
    back = restored(on=date(2026, 3, 2))
    unpaid = (
        lapsed(fee_year=8, due_on=date(2024, 6, 12), decided_on=date(2025, 2, 3)),
        lapsed(fee_year=9, due_on=date(2025, 6, 12), decided_on=date(2026, 4, 7)),
    )
    patent = folded(first, unpaid[0], fee_paid(fee_year=8), back, unpaid[1])
    assert patent.status(date(2025, 6, 11)) is Status.IN_FORCE
    assert patent.status(date(2025, 6, 12)) is Status.LAPSED
    assert folded(first, unpaid[0], back).alive(TODAY)


# --- annual fees --------------------------------------------------------------------------------


def test_fees_are_paid_through_without_a_gap() -> None:
    gap = folded(entered(fees_paid_through=7), fee_paid(fee_year=9))
    assert gap.fees_paid_through(TODAY) == 7
    closed = folded(*gap.facts, fee_paid(fee_year=8, on=date(2026, 2, 1)))
    assert closed.fees_paid_through(date(2026, 1, 31)) == 7
    assert closed.fees_paid_through(TODAY) == 9


def test_the_last_years_have_no_next_fee() -> None:
    patent = folded(entered(fees_paid_through=20))
    assert patent.next_fee_due_on(TODAY) is None
    assert patent.fee_current(TODAY, CALENDAR)


# --- preservations ------------------------------------------------------------------------------


@pytest.mark.parametrize(("paid", "on_time"), [(20, True), (19, False)])
def test_no_fee_is_due_in_the_years_of_a_compensated_term(paid: int, on_time: bool) -> None:
    longer = TermCompensated(
        **about(PATENT, date(2021, 2, 1)),
        kind="pta",
        days=800,
        terminates_on=date(2040, 8, 20),
        drug=None,
    )
    patent = recorded(entered(fees_paid_through=paid), longer).patents[PATENT]
    assert patent.fee_current(date(2040, 8, 19), ChineseCalendar()) is on_time
    assert patent.alive(date(2040, 8, 19))
    of_unknown_kind = entered(kind=None, fees_paid_through=paid)
    unknown = recorded(of_unknown_kind, longer).patents[PATENT]
    assert unknown.fee_current(date(2040, 8, 19), ChineseCalendar()) is on_time


def test_a_later_preservation_waits_for_the_earlier_to_end() -> None:
    """The first runs to 12 July 2026; the second is for six months from its own start."""
    second = preserved(case_no="(2026) Harbour 2", court="Tidewater Court", on=date(2026, 2, 2))
    patent = folded(entered(), preserved(), second)
    assert [p.case_no for p in patent.preserved_by(date(2026, 7, 12))] == ["(2026) Lantern 1"]
    assert [p.case_no for p in patent.preserved_by(date(2026, 7, 13))] == ["(2026) Harbour 2"]
    assert patent.frozen(date(2027, 1, 12))
    assert not patent.frozen(date(2027, 1, 13))


def test_a_release_lets_the_next_begin_at_once() -> None:
    second = preserved(case_no="(2026) Harbour 2", court="Tidewater Court", on=date(2026, 2, 2))
    patent = folded(entered(), preserved(), second, preservation_released(on=date(2026, 3, 2)))
    assert [p.case_no for p in patent.preserved_by(TODAY)] == ["(2026) Harbour 2"]
    assert patent.frozen(date(2026, 9, 2)), "the day of the release is not counted (IR 5)"
    assert not patent.frozen(date(2026, 9, 3))


def test_a_waiting_preservation_released_never_begins() -> None:
    second = preserved(case_no="(2026) Harbour 2", court="Tidewater Court", on=date(2026, 2, 2))
    gone = preservation_released(
        case_no="(2026) Harbour 2", court="Tidewater Court", on=date(2026, 3, 2)
    )
    patent = folded(entered(), preserved(), second, gone)
    assert not patent.frozen(date(2026, 7, 13))


def test_a_preservation_not_continued_ends_by_itself() -> None:
    assert not folded(entered(), preserved()).frozen(date(2026, 7, 13))
    goes_on = preservation_continued(on=date(2026, 7, 1), ends_on=date(2027, 1, 2))
    assert folded(entered(), preserved(), goes_on).frozen(date(2027, 1, 1))


def test_a_preservation_without_an_end_holds_back_the_next() -> None:
    endless = preserved(months=None)
    second = preserved(case_no="(2026) Harbour 2", court="Tidewater Court", on=date(2026, 2, 2))
    patent = folded(entered(), endless, second)
    assert [p.case_no for p in patent.preserved_by(date(2036, 1, 1))] == ["(2026) Lantern 1"]


def test_a_preservation_reported_late_does_not_undo_a_pledge() -> None:
    patent = folded(entered(), pledged(), preserved(on=date(2025, 5, 1), months=12))
    assert patent.frozen(date(2025, 5, 6))
    assert patent.standing_pledges(TODAY)


# --- order of arrival ---------------------------------------------------------------------------

ELSEWHERE: tuple[LedgerEvent, ...] = (
    entered(),
    transferred(on=date(2022, 1, 5), whole=False, envelope=transcribed("1/1")),
    transferred(
        on=date(2023, 1, 5),
        before=(INSTRUMENTS,),
        after=(MILLS,),
        whole=False,
        envelope=transcribed("1/2"),
    ),
    transferred(
        on=date(2023, 1, 5),
        before=(MILLS,),
        after=(LAMPWORKS,),
        whole=False,
        envelope=transcribed("1/3"),
    ),
)


@pytest.mark.parametrize("order", list(permutations(ELSEWHERE)))
def test_facts_take_their_place_whatever_the_order_of_arrival(
    order: tuple[LedgerEvent, ...],
) -> None:
    arrived, told = folded(*order), folded(*ELSEWHERE)
    assert without_versions(arrived) == without_versions(told)
    assert arrived.patentees_on(date(2022, 6, 1)) == parties(INSTRUMENTS)
    assert arrived.patentees_on(TODAY) == parties(LAMPWORKS)


def test_a_stream_may_begin_with_anything() -> None:
    patent = folded(deregistered(), pledged(), fee_paid(), lapsed(), entered())
    assert patent.entered is not None
    assert not patent.standing_pledges(TODAY)
    assert patent.standing_pledges(date(2025, 6, 1))


def test_a_transfer_from_nobody_known_leaves_who_was_there() -> None:
    strange = transferred(before=(MILLS,), after=(INSTRUMENTS,), whole=False)
    assert folded(entered(), strange).patentees_on(TODAY) == parties(LAMPWORKS, INSTRUMENTS)


def test_a_new_name_of_nobody_known_adds_a_patentee() -> None:
    patent = folded(entered(), renamed(before=MILLS, after=named(MILLS, "Millbrook Wheels")))
    assert patent.patentees_on(TODAY) == (
        party(LAMPWORKS),
        party(named(MILLS, "Millbrook Wheels")),
    )


def test_nobody_is_patentee_before_the_grant() -> None:
    assert folded(entered()).patentees_on(date(2020, 8, 31)) is None


# --- corrections --------------------------------------------------------------------------------


def test_a_correction_stands_in_the_place_of_what_it_corrects() -> None:
    wrong = transferred(envelope=transcribed("1/1"))
    right = transferred(
        after=(MILLS,),
        envelope=transcribed("1/1") | {"corrects": wrong.filing_id, "filing_id": "x"},
    )
    patent = folded(entered(), wrong, right)
    assert patent.patentees_on(TODAY) == parties(MILLS)
    assert len(patent.facts) == 2
    assert patent.version == 3


def test_a_withdrawn_record_counts_no_longer() -> None:
    wrong = transferred(envelope=transcribed("1/1"))
    purge = RecordWithdrawn(
        **about(PATENT, date(2025, 3, 3), corrects=wrong.filing_id), reference="1/1"
    )
    assert folded(entered(), wrong, purge).patentees_on(TODAY) == parties(LAMPWORKS)


def test_a_correction_of_the_entry_changes_the_term() -> None:
    corrected = entered(filed_on=date(2017, 6, 12), filing_id="x")
    corrected = corrected.model_copy(
        update={"envelope": corrected.envelope.model_copy(update={"corrects": "entering"})}
    )
    assert isinstance(corrected, PatentEntered)
    assert folded(entered(), pledged(), corrected).terminates_on == date(2037, 6, 12)


# --- registrations ------------------------------------------------------------------------------


def test_a_changed_pledge_keeps_what_it_was() -> None:
    assigned = PledgeChanged(
        **about(PATENT, date(2025, 10, 9), registration_no=PLEDGE_NO),
        pledgors=None,
        pledgees=parties(OTHER_BANK),
    )
    (pledge,) = folded(entered(), pledged(), assigned).standing_pledges(TODAY)
    assert pledge.now.pledgees == parties(OTHER_BANK)
    assert pledge.now.claim == CLAIM
    assert pledge.shapes[0].pledgees == parties(BANK)
    assert pledge.registered_on == date(2025, 5, 6)


def test_a_licence_runs_by_its_own_term() -> None:
    (licence,) = folded(entered(), licensed()).licences
    assert not licence.in_term(date(2025, 1, 5))
    assert licence.in_term(date(2029, 12, 31))
    assert not licence.in_term(date(2030, 1, 1))


def test_a_declaration_is_live_from_its_announcement() -> None:
    patent = folded(entered(), declared_open())
    assert patent.live_declaration(date(2025, 2, 2)) is None
    assert patent.live_declaration(date(2025, 2, 3)) is not None


def test_what_another_register_says_beside_is_kept_as_text() -> None:
    note = RecordedElsewhere(
        **about(PATENT, date(2024, 1, 4), **transcribed("1/9")),
        kind="other",
        text="CHANGE OF CORRESPONDENT",
        from_parties=(),
        to_parties=(),
        cites=(),
    )
    assert folded(entered(), note).elsewhere == (numbered(entered(), note)[1],)


def test_a_broken_stream_is_a_programmers_error() -> None:
    with pytest.raises(AssertionError, match="order of their versions"):
        evolve(Patent(PATENT), fee_paid().model_copy(update={"originator_version": 2}))
    with pytest.raises(AssertionError, match="one stream"):
        evolve(Patent("CN:201819000002.6"), fee_paid())


def test_a_suspension_holds_by_its_days() -> None:
    patent = recorded(entered(), suspended()).patents[PATENT]
    assert not patent.frozen(date(2026, 1, 11))
    assert patent.frozen(date(2026, 1, 12))
    assert patent.frozen(date(2027, 1, 12))
    assert not patent.frozen(date(2027, 1, 13))


@pytest.mark.parametrize(
    ("until", "spans"),
    [
        (None, [(1, 3), (5, 7), (9, None)]),
        (12, [(1, 3), (5, 7), (9, 12)]),
        (9, [(1, 3), (5, 7)]),
        (6, [(1, 3), (5, 6)]),
        (2, [(1, 2)]),
    ],
)
def test_interruptions_leave_the_days_between_them(until: int | None, spans: Any) -> None:
    def day(of_month: int | None) -> date | None:
        return None if of_month is None else date(2026, 1, of_month)

    gone = ((date(2026, 1, 7), date(2026, 1, 9)), (date(2026, 1, 3), date(2026, 1, 5)))
    found = list(uninterrupted(date(2026, 1, 1), day(until), gone))
    assert found == [(day(since), day(end)) for since, end in spans]


def test_an_interruption_from_the_first_day_leaves_none_before_it() -> None:
    first, later = date(2026, 1, 1), date(2026, 1, 5)
    assert list(uninterrupted(first, None, ((first, later),))) == [(later, None)]


def test_an_entry_that_is_withheld_has_its_place_and_says_nothing() -> None:
    known = recorded(entered()).patents[PATENT]
    after = evolve(known, Concealed(originator_id=PATENT, originator_version=2))
    assert (after.version, after.facts) == (2, known.facts)

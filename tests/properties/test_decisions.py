"""Any sequence of filings: what is stored replays to what was decided, and the invariants hold.

A story is a list of acts, each drawn as a kind, a number from which its particulars are picked out
of what is recorded by then, and the days that pass before it. Many are refused, many registered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.events import LedgerEvent, PatentEvent
from ledger.domain.evolving import evolve
from ledger.domain.filing import Command
from ledger.domain.lifecycle import (
    Abandon,
    ContinuePreservation,
    EndPreservation,
    EndSuspension,
    ExtendSuspension,
    FinaliseInvalidation,
    LapseForFee,
    PayAnnualFee,
    RestoreRight,
    StartInvalidation,
    StartPreservation,
    StartSuspension,
)
from ledger.domain.parties import PartyDetails
from ledger.domain.patent import Patent
from ledger.domain.pledges import RevokePledge
from ledger.domain.transfers import AGREED
from ledger.eventstore.stored_form import decode, encode
from tests.builders import (
    BANK,
    INSTRUMENTS,
    INVENTOR,
    LAMPWORKS,
    MILLS,
    MODEL,
    OTHER_BANK,
    PATENT,
    SECOND,
    THIRD,
    change_name,
    change_pledge,
    declared_open,
    deregister_pledge,
    documents,
    entered,
    fact,
    fee_paid,
    lapsed,
    licensed,
    named,
    numbered,
    party,
    patent_details,
    pledged,
    preserved,
    record_consent,
    recorded,
    refs,
    register_pledge,
    register_transfer,
    released,
    renamed,
    suspended,
    transcribed,
    transferred,
)
from tests.builders import grant_patent as grant
from tests.scenario import Scenario

START = date(2023, 3, 1)
PATENTS = (PATENT, SECOND, MODEL)
OWNERS = (LAMPWORKS, INSTRUMENTS, MILLS, INVENTOR)
BANKS = (BANK, OTHER_BANK)
BY_ID = {party(p).id: p for p in (*OWNERS, *BANKS)}
CASES = ("(2026) Lantern 1", "(2026) Harbour 2")
COURT = "Lanternhill Court"
EVERYBODY = refs(*OWNERS, *BANKS)
PAPERS = documents(
    "application-form",
    "pledge-contract",
    "identity",
    "transfer-contract",
    "amendment-agreement",
    "proof",
    "ruling",
    "assistance-notice",
    "acceptance-document",
    "case-not-closed",
)


T = TypeVar("T")


class Picks:
    """Picks particulars by one number, so that a story shrinks."""

    def __init__(self, number: int) -> None:
        self.number = number

    def one(self, among: Sequence[T]) -> T:
        self.number, place = divmod(self.number, len(among))
        return among[place]

    def some(self, among: Sequence[T]) -> tuple[T, ...]:
        first = self.one(among)
        return tuple(x for x in among if x == first or self.one((False, True)))


# --- acts ---------------------------------------------------------------------------------------


def owners(scenario: Scenario, patent: str) -> tuple[PartyDetails, ...]:
    """Who owns a patent by the register, as a filer states them; Lampworks where nobody does."""
    held = scenario.patents.get(patent, Patent(patent)).patentees_on(START + timedelta(3650)) or ()
    return tuple(named(BY_ID[p.id], p.name) for p in held) or (LAMPWORKS,)


def number_of(scenario: Scenario, picks: Picks) -> str:
    return picks.one((*scenario.registrations, "Y2020990000009"))


def granting(_: Scenario, picks: Picks) -> Command:
    chosen = picks.some((*PATENTS, THIRD))
    owned = picks.some(OWNERS)
    return grant(
        *(
            patent_details(
                patent, patentees=owned, same_day_patent=MODEL if patent == THIRD else None
            )
            for patent in chosen
        )
    )


def pledging(scenario: Scenario, picks: Picks) -> Command:
    chosen = picks.some(PATENTS)
    return register_pledge(
        patents=chosen,
        pledgors=owners(scenario, chosen[0]),
        pledgees=picks.some(BANKS),
        documents=PAPERS,
        signed_by=EVERYBODY,
    )


def changing(scenario: Scenario, picks: Picks) -> Command:
    return change_pledge(
        registration_no=number_of(scenario, picks),
        pledgees=picks.one((None, BANKS, (OTHER_BANK,))),
        documents=PAPERS,
        signed_by=EVERYBODY,
    )


def deregistering(scenario: Scenario, picks: Picks) -> Command:
    number = number_of(scenario, picks)
    known = scenario.registrations.get(number)
    some = picks.some(known.patents) if known and picks.one((True, False)) else ()
    ground = picks.one(("performed", "waived"))
    return deregister_pledge(
        registration_no=number,
        patents=some,
        ground=ground,
        documents=PAPERS,
        signed_by=EVERYBODY,
    )


def revoking(scenario: Scenario, picks: Picks) -> Command:
    ground = picks.one(("other", "pledge-pledgor-is-owner"))
    return RevokePledge(
        registration_no=number_of(scenario, picks), ground=ground, reason="Found later."
    )


def transferring(scenario: Scenario, picks: Picks) -> Command:
    given = [c.given for c in scenario.consents.values() if c.given.act == "transfer"]
    consented = [(c.patents, tuple(BY_ID[p] for p in c.counterparties)) for c in given]
    chosen, after = picks.one((*consented, (picks.some(PATENTS), picks.some(OWNERS))))
    return register_transfer(
        patents=chosen,
        cause=picks.one(sorted(AGREED)),
        patentees_before=owners(scenario, chosen[0]),
        patentees_after=after,
        consents=tuple(scenario.consents),
        documents=(*PAPERS, *documents("gift-contract", "settlement-agreement")),
        signed_by=EVERYBODY,
        fee_paid_on=START,
    )


def renaming(scenario: Scenario, picks: Picks) -> Command:
    patent = picks.one(PATENTS)
    before = picks.one(owners(scenario, patent))
    after = named(before, picks.one(("Millbrook Wheels", "Lanternhill Lamps", before.name)))
    return change_name(patents=(patent,), before=before, after=after)


def consenting(scenario: Scenario, picks: Picks) -> Command:
    """A pledgee consents for the patents of its registration, sometimes a stranger for any."""
    act = picks.one(("transfer", "abandonment"))
    with_whom = refs(*picks.some(OWNERS)) if act == "transfer" else ()
    pledges = [
        (p.id, BY_ID[pledgee.id])
        for p in scenario.patents.values()
        for pledge in p.standing_pledges(scenario.now.date())
        for pledgee in pledge.now.pledgees
    ]
    patent, bank = picks.one((*pledges, (PATENT, BANK)))
    return record_consent(
        by=bank,
        act=act,
        patents=(patent,),
        counterparties=with_whom,
        valid_from=START,
        valid_until=date(2040, 1, 1),
        disposition=picks.one(("continues", "released")) if act == "transfer" else None,
    )


def abandoning(scenario: Scenario, picks: Picks) -> Command:
    return fact(
        Abandon,
        patents=picks.some(PATENTS),
        signed_by=EVERYBODY,
        consents=tuple(scenario.consents),
    )


def entering(command: type[Command]) -> Act:
    """A fact of the office on some patents, some days before it is entered."""

    def act(scenario: Scenario, picks: Picks) -> Command:
        today = scenario.now.date()
        chosen = picks.one(PATENTS)
        patent = scenario.patents.get(chosen, Patent(chosen))
        frozen = (*patent.preservations, *patent.suspensions)
        unpaid = (patent.fees_paid_through(today) or 0) + 1
        stated: dict[str, Any] = {
            "patents": (chosen,),
            "effective_on": today - timedelta(days=picks.one((0, 1, 30))),
            "case_no": picks.one((*(f.case_no for f in frozen), *CASES)),
            "court": COURT,
            "months": picks.one((6, 3)),
            "particulars_match": True,
            "requested_by": MILLS,
            "dispute_parties": OWNERS,
            "reason": picks.one(("judgment", "withdrawal")),
            "fee_year": unpaid,
            "decided_on": today,
            "requested_on": today,
            "notice_received_on": today,
            "fee_paid_on": today,
            "outcome": picks.one(("partial", "maintained", "withdrawn", "whole")),
            "decision_no": "990001",
            "documents": PAPERS,
        }
        named_fields = {k: v for k, v in stated.items() if k in command.model_fields}
        return command(**named_fields)

    return act


Act = Callable[[Scenario, Picks], Command]
OFFICE = (
    PayAnnualFee,
    LapseForFee,
    RestoreRight,
    StartPreservation,
    ContinuePreservation,
    EndPreservation,
    StartSuspension,
    ExtendSuspension,
    EndSuspension,
    StartInvalidation,
    FinaliseInvalidation,
)
ACTS: tuple[Act, ...] = (
    *(pledging, consenting, transferring) * 4,
    changing,
    deregistering,
    revoking,
    renaming,
    abandoning,
    granting,
    *(entering(command) for command in OFFICE),
)
stories = st.lists(
    st.tuples(
        st.sampled_from(ACTS),
        st.integers(0, 2**24),
        st.sampled_from((0, 0, 1, 40, 200)),
    ),
    max_size=14,
)


def told(story: list[tuple[Act, int, int]]) -> tuple[Scenario, list[LedgerEvent]]:
    """The scenario after a story that begins with three patents, and all events in their order."""
    events: list[LedgerEvent] = [
        *numbered(entered(), entered(SECOND, fees_paid_through=4), entered(MODEL))
    ]
    scenario = recorded(*events).on(START)
    for act, number, days in story:
        scenario = replace(scenario, now=scenario.now + timedelta(days=days))
        outcome = scenario.when(act(scenario, Picks(number)))
        if outcome.verdict is None:
            assert any(f.severity == "R" for f in outcome.findings)
            continue
        events += outcome.verdict.events
        scenario = outcome.given_that()
        assert_invariants(scenario)
    return scenario, events


def assert_invariants(scenario: Scenario) -> None:
    """At most one filed pledge stands on a patent, and a released patent belongs to none."""
    for patent in scenario.patents.values():
        standing = [p for p in patent.pledges if p.filed and not p.revoked and p.ended_on is None]
        assert len(standing) <= 1, patent.pledges
        assert patent.patentees_on(scenario.now.date()), "somebody is patentee"


# --- what is stored -----------------------------------------------------------------------------


def salts() -> Callable[[int], list[str]]:
    fresh = count()
    return lambda n: [f"{next(fresh):032x}" for _ in range(n)]


def replayed(events: list[LedgerEvent], *, withheld: bool = False) -> dict[str, Patent]:
    """The patents that the stored form of the events makes."""
    patents: dict[str, Patent] = {}
    salt = salts()
    for event in events:
        stored, _ = encode(event, salt)
        if withheld and not event.HIDDEN:
            stored = replace(stored, state=bytes(stored.state).partition(b"\n")[0])
        found = decode(stored)
        if isinstance(found, PatentEvent):
            known = patents.get(found.originator_id, Patent(found.originator_id))
            patents[found.originator_id] = evolve(known, found)
    return patents


def plain(patent: Patent) -> dict[str, Any]:
    """The state without the personal values, which are no part of what is stored."""
    state = {name: getattr(patent, name) for name in Patent.__dataclass_fields__}
    return {name: _impersonal(value) for name, value in state.items()}


def _impersonal(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_impersonal(each) for each in value)
    if isinstance(value, PatentEvent):
        return value.model_copy(update={"personal": None})
    return value


few = settings(max_examples=60, deadline=None)


@few
@given(stories)
def test_stored_history_replays_to_the_state_it_was_decided_from(
    story: list[tuple[Act, int, int]],
) -> None:
    scenario, events = told(story)
    again = replayed(events)
    assert {n: plain(p) for n, p in again.items()} == {
        n: plain(p) for n, p in scenario.patents.items()
    }


@few
@given(stories)
def test_withheld_values_do_not_change_who_owns_and_who_holds_a_pledge(
    story: list[tuple[Act, int, int]],
) -> None:
    """Version and filer are withheld too: the log gives the version beside the entry."""
    scenario, events = told(story)
    today = scenario.now.date()
    for number, patent in replayed(events, withheld=True).items():
        known = scenario.patents[number]
        assert patent.patentees_on(today) == known.patentees_on(today)
        assert patent.status(today) == known.status(today)
        assert [p.registration_no for p in patent.standing_pledges(today)] == [
            p.registration_no for p in known.standing_pledges(today)
        ]


@few
@given(stories)
def test_a_refused_filing_leaves_everything_as_it_was(story: list[tuple[Act, int, int]]) -> None:
    scenario, _ = told(story)
    before = dict(scenario.patents), dict(scenario.consents), dict(scenario.registrations)
    command = register_pledge(patents=(PATENT,), signed_by=())
    assert scenario.when(command).verdict is None
    assert before == (scenario.patents, scenario.consents, scenario.registrations)


@few
@given(stories)
def test_a_consent_is_used_by_one_filing_at_most(story: list[tuple[Act, int, int]]) -> None:
    _, events = told(story)
    used = [e.originator_id for e in events if e.TOPIC == "consent.used"]
    assert len(used) == len(set(used))


# --- order of arrival ---------------------------------------------------------------------------


def _elsewhere(number: int, make: Callable[..., LedgerEvent]) -> LedgerEvent:
    event = make()
    members = transcribed(f"9/{number}")
    moved = event.envelope.model_copy(update=members)
    return event.model_copy(update={"envelope": moved})


MAKES: tuple[Callable[..., LedgerEvent], ...] = (
    entered,
    transferred,
    lambda: transferred(on=date(2024, 1, 5), after=(MILLS,), whole=False),
    lambda: transferred(on=date(2024, 1, 5), before=(MILLS,), after=(INVENTOR,), whole=False),
    lambda: renamed(after=named(LAMPWORKS, "Lanternhill Lamps"), on=date(2023, 7, 3)),
    pledged,
    lambda: released(on=date(2025, 8, 1)),
    fee_paid,
    lapsed,
    preserved,
    lambda: preserved(case_no="(2026) Harbour 2", court="Tidewater Court"),
    suspended,
    licensed,
    declared_open,
)


FACTS = [_elsewhere(place, make) for place, make in enumerate(MAKES)]


@few
@given(st.permutations(FACTS))
def test_shuffled_arrival_of_facts_gives_the_same_state(order: list[LedgerEvent]) -> None:
    assert _unversioned(order) == _unversioned(FACTS)


def _unversioned(facts: list[LedgerEvent]) -> dict[str, Any]:
    patent = recorded(*facts).patents[PATENT]
    state = {name: getattr(patent, name) for name in Patent.__dataclass_fields__}
    return {name: _without_version(value) for name, value in state.items()}


def _without_version(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_without_version(each) for each in value)
    if isinstance(value, PatentEvent):
        return value.model_copy(update={"originator_version": 0})
    return value

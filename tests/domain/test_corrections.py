"""Corrections and revocations: of every kind of entry, from the beginning and from a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, get_args

import orjson
import pytest

from ledger.domain.amending import EFFECTIVE_ON
from ledger.domain.discrepancies import discrepancies
from ledger.domain.events import (
    Amendment,
    Door,
    EntryCorrected,
    EntryRevoked,
    Event,
    FeeReductionRecorded,
    HiddenEntryCorrected,
    HiddenEntryRevoked,
    InvalidationDecided,
    LedgerEvent,
    LicenceCancelled,
    LicenceChanged,
    OpenLicenceContractRecorded,
    OpenLicenceTaken,
    OpenLicenceWithdrawn,
    PatentAbandoned,
    PatentEvent,
    PatentNumbered,
    PledgeChanged,
    PledgeRevoked,
    RecordedElsewhere,
    RecordWithdrawn,
    ReleaseRecorded,
    SuspensionEnded,
    SuspensionExtended,
    TermCompensated,
)
from ledger.domain.money import yuan
from ledger.domain.patent import Patent, Status
from ledger.domain.royalties import LumpSum
from ledger.domain.splicing import SPLICES
from ledger.proofs.dated import canonical_dated
from tests.builders import (
    BANK,
    CLAIM,
    INSTRUMENTS,
    INVENTOR,
    LAMPWORKS,
    MILLS,
    OTHER_BANK,
    PATENT,
    PLEDGE_NO,
    SECOND,
    TODAY,
    about,
    change_pledge,
    consented,
    correct,
    declared_open,
    deregistered,
    entered,
    fee_paid,
    invalidation_final,
    invalidation_requested,
    lapsed,
    licensed,
    met,
    named,
    parties,
    party,
    pledged,
    preservation_continued,
    preservation_released,
    preserved,
    recorded,
    register_pledge,
    released,
    renamed,
    restored,
    revoke_entry,
    suspended,
    transcribed,
    transferred,
)
from tests.domain.test_consents import FAILING, TestEvidenceOfIdentity
from tests.scenario import Scenario

LICENCE_NO, DECLARATION_NO = "X2025990000001", "K2025990000001"
FIRST, SECOND_PLEDGE, THIRD_PLEDGE = (f"Y202599000000{n}" for n in (1, 2, 3))


def history() -> list[LedgerEvent]:
    """Every kind of fact on one patent, each made by a filing of its own, in the order of days."""
    taken = {"licence_id": "take-1", "declaration_no": DECLARATION_NO}
    term = {"starts_on": date(2025, 4, 1), "ends_on": date(2029, 1, 1)}
    fee = LumpSum(total=yuan("100000"))
    ended = {"licence_id": LICENCE_NO, "licensors": parties(LAMPWORKS)}
    told = {"from_parties": parties(OTHER_BANK), "to_parties": parties(LAMPWORKS)}
    case = {"case_no": "(2026) Dispute 1"}
    elsewhere = transcribed("9/9")
    facts: list[LedgerEvent] = [
        entered(),
        PatentNumbered(**about(PATENT, date(2021, 1, 4)), aliases=("US:1",), invention_title=None),
        TermCompensated(
            **about(PATENT, date(2021, 2, 1)),
            kind="pta",
            days=30,
            terminates_on=date(2038, 7, 12),
            drug=None,
        ),
        fee_paid(on=date(2022, 1, 5)),
        FeeReductionRecorded(**about(PATENT, date(2022, 1, 6)), percent=85),
        lapsed(due_on=date(2022, 6, 12), decided_on=date(2022, 8, 1)),
        restored(on=date(2022, 9, 1)),
        transferred(on=date(2023, 3, 3), after=(LAMPWORKS, MILLS)),
        renamed(before=MILLS, after=named(MILLS, "Millbrook Wheels"), on=date(2023, 7, 3)),
        licensed(on=date(2023, 8, 1), registration_no=LICENCE_NO),
        LicenceChanged(
            **about(PATENT, date(2023, 9, 1)),
            licence_id=LICENCE_NO,
            kind=None,
            licensors=None,
            licensees=parties(INSTRUMENTS),
        ),
        LicenceCancelled(**about(PATENT, date(2025, 10, 1)), **ended, licensees=parties(MILLS)),
        declared_open(on=date(2024, 2, 5), declaration_no=DECLARATION_NO),
        OpenLicenceTaken(
            **about(PATENT, date(2025, 4, 1)),
            **taken,
            **term,
            licensee=party(INSTRUMENTS),
            licensors=parties(LAMPWORKS),
            notice_on=date(2025, 4, 1),
            paid_on=None,
            royalty=fee,
        ),
        OpenLicenceContractRecorded(
            **about(PATENT, date(2025, 4, 9), registration_no="X2025990000002"),
            **taken,
            kind="ordinary",
            licensors=parties(LAMPWORKS),
            licensees=parties(INSTRUMENTS),
        ),
        OpenLicenceWithdrawn(
            **about(PATENT, date(2025, 12, 1)),
            declaration_no=DECLARATION_NO,
            patentees=parties(LAMPWORKS),
        ),
        pledged(on=date(2023, 5, 6), registration_no=FIRST),
        PledgeChanged(
            **about(PATENT, date(2023, 6, 7), registration_no=FIRST),
            pledgors=None,
            pledgees=parties(OTHER_BANK),
        ),
        deregistered(on=date(2024, 9, 1), registration_no=FIRST),
        pledged(on=date(2024, 10, 8), registration_no=SECOND_PLEDGE),
        released(on=date(2024, 11, 8), registration_no=SECOND_PLEDGE),
        pledged(
            on=date(2024, 12, 9),
            registration_no=THIRD_PLEDGE,
            pledgees=(OTHER_BANK,),
        ),
        PledgeRevoked(**about(PATENT, date(2025, 1, 6), registration_no=THIRD_PLEDGE)),
        preserved(on=date(2025, 2, 10)),
        preserved(on=date(2025, 3, 10), case_no="(2026) Harbour 2", court="Tidewater Court"),
        preservation_continued(on=date(2025, 7, 9), ends_on=date(2026, 9, 9)),
        preservation_released(on=date(2025, 11, 3)),
        suspended(on=date(2024, 6, 3)),
        SuspensionExtended(**about(PATENT, date(2025, 6, 2)), **case, ends_on=date(2025, 12, 4)),
        SuspensionEnded(**about(PATENT, date(2025, 9, 2)), **case, reason="judgment"),
        invalidation_requested(on=date(2025, 8, 4)),
        InvalidationDecided(
            **about(PATENT, date(2025, 11, 10)),
            case_no="4W990001",
            outcome="partial",
            decision_no="990001",
            decided_on=date(2025, 11, 10),
        ),
        invalidation_final(outcome="partial", on=date(2026, 2, 20)),
        RecordedElsewhere(
            **about(PATENT, date(2025, 8, 5)), **told, kind="option", text="An option.", cites=()
        ),
        ReleaseRecorded(
            **about(PATENT, date(2025, 8, 6), **elsewhere), **told, kind="pledge", text="Released."
        ),
        RecordWithdrawn(**about(PATENT, date(2025, 8, 7)), reference="9/8"),
        met("filing-0-1", on=date(2025, 8, 8)),
        PatentAbandoned(**about(PATENT, date(2026, 2, 27)), reason="voluntary"),
    ]
    each = [each_by_itself(place, fact) for place, fact in enumerate(facts)]
    return sorted(each, key=lambda fact: fact.effective_on)


def each_by_itself(place: int, fact: LedgerEvent) -> LedgerEvent:
    changed = fact.envelope.model_copy(update={"filing_id": f"filing-{place}"})
    return fact.model_copy(update={"envelope": changed})


HISTORY = history()
TOLD = recorded(*HISTORY)
EVERY_FACT = pytest.mark.parametrize("fact", HISTORY, ids=lambda fact: fact.TOPIC)
DAYS = [date(2021, 1, 1) + timedelta(days=16 * n) for n in range(150)]


def test_the_history_has_every_kind_of_fact() -> None:
    kinds = {kind for kind in get_args(PatentEvent) if not issubclass(kind, Amendment)}
    assert {type(fact) for fact in HISTORY} == kinds


def state(patent: Patent) -> dict[str, Any]:
    """What the patent says, without versions, which tell the order of arrival."""
    members = {name: getattr(patent, name) for name in Patent.__dataclass_fields__}
    for name in ("version", "amended", "publicly_known"):
        del members[name]
    return {name: _unversioned(value) for name, value in members.items()}


def _unversioned(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_unversioned(each) for each in value)
    if isinstance(value, Event):
        return value.model_copy(update={"originator_version": 0})
    return value


def answers(patent: Patent, on: date) -> dict[str, Any]:
    """What is asked of a patent for a day and can end on a day."""
    return {
        "patentees": patent.patentees_on(on),
        "pledges": {
            p.registration_no: next(s for s in reversed(p.shapes) if s.since <= on).pledgees
            for p in patent.standing_pledges(on)
        },
        "licences": [x.licence_id for x in patent.licences if x.in_term(on)],
        "declarations": [d.declaration_no for d in patent.declarations if d.live(on)],
        "preserved": {p.case_no for p in patent.preserved_by(on)},
        "suspended": {s.case_no for s in patent.suspended_by(on)},
    }


def told_without(fact: LedgerEvent) -> Patent:
    return recorded(*(each for each in HISTORY if each is not fact)).patents[PATENT]


def after(scenario: Scenario, command: Any) -> Scenario:
    return scenario.when(command).given_that()


# --- revocation ---------------------------------------------------------------------------------


@EVERY_FACT
def test_what_is_revoked_from_the_beginning_never_was(fact: LedgerEvent) -> None:
    revoked = after(TOLD, revoke_entry(fact.filing_id))
    others = [each for each in HISTORY if each is not fact]
    assert state(revoked.patents[PATENT]) == state(recorded(*others).patents[PATENT])
    assert revoked.patents[PATENT].version == TOLD.patents[PATENT].version + 1


@EVERY_FACT
def test_a_revocation_can_be_revoked(fact: LedgerEvent) -> None:
    revoked = TOLD.when(revoke_entry(fact.filing_id))
    (revocation,) = revoked.passes().events
    again = after(revoked.given_that(), revoke_entry(revocation.filing_id))
    assert state(again.patents[PATENT]) == state(TOLD.patents[PATENT])
    assert again.patents[PATENT].amended == ()


@EVERY_FACT
def test_what_is_revoked_from_its_date_counts_until_then(fact: LedgerEvent) -> None:
    """From the day of the revocation on, the patent answers as if the fact had not been entered."""
    command = revoke_entry(fact.filing_id, effect="from_date")
    if fact.TOPIC not in SPLICES:
        TOLD.when(command).refuses("revocation-effect")
        return
    revoked = after(TOLD, command).patents[PATENT]
    without = told_without(fact)
    for day in DAYS:
        expected = without if day >= TODAY else TOLD.patents[PATENT]
        assert answers(revoked, day) == answers(expected, day), day


@EVERY_FACT
def test_a_revocation_from_its_date_can_be_revoked(fact: LedgerEvent) -> None:
    if fact.TOPIC not in SPLICES:
        return
    revoked = TOLD.when(revoke_entry(fact.filing_id, effect="from_date"))
    (revocation,) = revoked.passes().events
    again = after(revoked.given_that(), revoke_entry(revocation.filing_id))
    assert state(again.patents[PATENT]) == state(TOLD.patents[PATENT])


@EVERY_FACT
def test_facts_go_on_after_a_revocation_from_its_date(fact: LedgerEvent) -> None:
    """What is entered late takes its place before it, and the rest is told anew."""
    if fact.TOPIC not in SPLICES or fact.effective_on >= date(2026, 1, 1):
        return
    revoked = after(TOLD, revoke_entry(fact.filing_id, effect="from_date"))
    late = fee_paid(on=date(2023, 1, 5), fee_year=10)
    known = recorded(late, to=revoked).patents[PATENT]
    for day in DAYS:
        assert answers(known, day) == answers(revoked.patents[PATENT], day)


class TestRevocation:
    def test_it_says_which_entry_and_why(self) -> None:
        pledge = pledged()
        outcome = recorded(entered(), pledge).when(revoke_entry(pledge.filing_id))
        (event,) = outcome.passes().events
        assert isinstance(event, EntryRevoked)
        assert event.envelope.door is Door.CORRECTED
        assert event.envelope.corrects == pledge.filing_id
        assert event.envelope.registration_no == PLEDGE_NO
        assert event.effective_on == pledge.effective_on
        assert (event.entry_topic, event.entry_version) == ("pledge.registered", 2)
        assert event.reason == "Entered on false papers."
        assert not outcome.given_that().patents[PATENT].pledges

    def test_a_deregistration_revoked_from_its_date_leaves_a_gap(self) -> None:
        ended = deregistered()
        told = recorded(entered(), pledged(), ended)
        revoked = after(told, revoke_entry(ended.filing_id, effect="from_date")).patents[PATENT]
        (pledge,) = revoked.pledges
        stood = [pledge.stands(day) for day in (date(2025, 8, 31), date(2025, 9, 1), TODAY)]
        assert stood == [True, False, True]
        assert pledge.interruptions == ((date(2025, 9, 1), TODAY),)
        assert pledge.ended_by is None

    def test_what_had_ended_stands_no_longer_by_a_change_that_is_revoked(self) -> None:
        changed = PledgeChanged(
            **about(PATENT, date(2025, 6, 2), registration_no=PLEDGE_NO),
            pledgors=None,
            pledgees=parties(OTHER_BANK),
        )
        told = recorded(entered(), pledged(), changed, deregistered())
        revoked = after(told, revoke_entry(changed.filing_id, effect="from_date")).patents[PATENT]
        (pledge,) = revoked.pledges
        days = date(2025, 5, 6), date(2025, 6, 2), date(2025, 9, 1)
        assert [(since, until) for _, since, until in pledge.spans()] == [*pairwise(days)]
        rows = orjson.loads(canonical_dated(revoked))["pledges"]
        certified = [(row["since"], row["until"]) for row in rows]
        assert certified == [*pairwise(day.isoformat() for day in days)]

    def test_all_that_a_filing_made_is_revoked_where_no_kind_is_named(self) -> None:
        moved = transferred()
        change = PledgeChanged(
            **about(PATENT, date(2025, 3, 3), registration_no=PLEDGE_NO),
            pledgors=parties(INSTRUMENTS),
            pledgees=None,
        )
        told = recorded(entered(), pledged(on=date(2025, 1, 6)), moved, change)
        outcome = told.when(revoke_entry(moved.filing_id))
        kinds = [e.entry_topic for e in outcome.passes().events if isinstance(e, EntryRevoked)]
        assert kinds == ["transfer.registered", "pledge.changed"]
        patent = outcome.given_that().patents[PATENT]
        assert patent.patentees_on(TODAY) == parties(LAMPWORKS)
        assert patent.pledges[0].now.pledgors == parties(LAMPWORKS)
        one = after(told, revoke_entry(moved.filing_id, topic="transfer.registered"))
        assert one.patents[PATENT].pledges[0].now.pledgors == parties(INSTRUMENTS)

    def test_an_entry_of_no_public_part_is_revoked_by_one(self) -> None:
        requested = invalidation_requested()
        outcome = recorded(entered(), requested).when(revoke_entry(requested.filing_id))
        assert isinstance(outcome.passes().events[0], HiddenEntryRevoked)
        assert not outcome.given_that().patents[PATENT].invalidations

    def test_what_is_not_there_is_not_revoked(self) -> None:
        pledge = pledged()
        told = recorded(entered(), pledge)
        told.when(revoke_entry("another")).refuses("correction-entry-known", not_on=[PATENT])
        told.when(revoke_entry(pledge.filing_id, topic="fee.paid")).refuses(
            "correction-entry-known"
        )
        told.when(revoke_entry(pledge.filing_id, place=2)).refuses("correction-entry-known")
        told.when(revoke_entry(pledge.filing_id, patents=())).refuses("correction-entry-known")
        gone = after(told, revoke_entry(pledge.filing_id))
        gone.when(revoke_entry(pledge.filing_id)).refuses("correction-entry-known")

    def test_what_has_not_begun_does_not_end_from_its_date(self) -> None:
        pledge = pledged(on=TODAY)
        command = revoke_entry(pledge.filing_id, effect="from_date")
        recorded(entered(), pledge).when(command).refuses("revocation-effect")

    def test_evidence_of_a_code_is_revoked_and_entered_again(self) -> None:
        first = recorded().when(TestEvidenceOfIdentity().evidence()).given_that()
        stream = f"party:{FAILING}"
        (fact,) = first.streams[stream].facts
        command = revoke_entry(fact.filing_id, patents=(), streams=(stream,))
        outcome = first.when(command)
        assert isinstance(outcome.passes().events[0], HiddenEntryRevoked)
        gone = outcome.given_that()
        assert not gone.streams[stream].evidenced
        again = gone.when(TestEvidenceOfIdentity().evidence()).given_that()
        assert again.streams[stream].evidenced
        assert again.streams[stream].version == 3

    def test_a_consent_is_corrected_and_revoked(self) -> None:
        told = recorded(entered(), pledged(), consented())
        about_it: dict[str, Any] = {"patents": (), "streams": ("filing:C1",)}
        command = correct("C1", changes={"valid_until": "2026-03-02"}, **about_it)
        corrected = after(told, command)
        consent = corrected.consents["C1"]
        assert consent.given.valid_until == TODAY
        assert not consent.covers(act="transfer", patent=PATENT, on=TODAY)
        assert "C1" not in after(told, revoke_entry("C1", **about_it)).consents


class TestASecondPledge:
    """A correction may make a second pledge stand: it is entered, and said."""

    ended = deregistered(on=date(2025, 9, 1))
    later = pledged(registration_no=SECOND_PLEDGE, on=date(2025, 10, 8), pledgees=(OTHER_BANK,))
    told = recorded(entered(), pledged(), ended, later)

    @pytest.mark.parametrize("effect", ["from_beginning", "from_date"])
    def test_both_stand_and_the_audit_says_so(self, effect: str) -> None:
        assert discrepancies(self.told.patents[PATENT]) == []
        patent = after(self.told, revoke_entry(self.ended.filing_id, effect=effect)).patents[PATENT]
        assert {p.registration_no for p in patent.standing_pledges(TODAY)} == {
            PLEDGE_NO,
            SECOND_PLEDGE,
        }
        (found,) = discrepancies(patent)
        assert found.kind == "second-pledge"

    def test_rules_see_both(self) -> None:
        known = after(self.told, revoke_entry(self.ended.filing_id))
        finding = known.when(register_pledge()).refused_by("pledge-no-live-pledge")
        assert PLEDGE_NO in str(finding.fact)
        assert SECOND_PLEDGE in str(finding.fact)

    def test_a_revocation_from_its_date_without_a_second_one_is_none(self) -> None:
        told = recorded(entered(), pledged(), self.ended)
        known = after(told, revoke_entry(self.ended.filing_id, effect="from_date"))
        assert discrepancies(known.patents[PATENT]) == []


# --- correction ---------------------------------------------------------------------------------


@EVERY_FACT
def test_a_corrected_day_takes_the_fact_to_its_place(fact: LedgerEvent) -> None:
    day = fact.effective_on - timedelta(days=3)
    known = after(TOLD, correct(fact.filing_id, changes={EFFECTIVE_ON: day.isoformat()}))
    envelope = fact.envelope.model_copy(update={EFFECTIVE_ON: day})
    right = fact.model_copy(update={"envelope": envelope})
    told = recorded(*(right if each is fact else each for each in HISTORY))
    assert state(known.patents[PATENT]) == state(told.patents[PATENT])


class TestCorrection:
    pledge = pledged(claim=CLAIM)
    told = recorded(entered(), pledge)
    signed = correct(pledge.filing_id, changes={"contract_on": "2025-05-01"})

    def test_it_states_before_and_after(self) -> None:
        changes = {"pledgees": [OTHER_BANK.model_dump(mode="json", exclude_none=True)]}
        command = correct(self.pledge.filing_id, changes=changes, publication="42-0901")
        outcome = self.told.when(command)
        (event,) = outcome.passes().events
        assert isinstance(event, EntryCorrected)
        assert event.envelope.corrects == self.pledge.filing_id
        assert event.publication == "42-0901"
        assert event.reason == "Misread from the form."
        (change,) = event.changes
        shown = [party(BANK).model_dump(mode="json"), party(OTHER_BANK).model_dump(mode="json")]
        assert (change.member, [change.before, change.after]) == ("pledgees", [[s] for s in shown])
        (pledge,) = outcome.given_that().patents[PATENT].pledges
        assert pledge.now.pledgees == parties(OTHER_BANK)
        assert pledge.filed

    def test_what_is_confidential_is_corrected_confidentially(self) -> None:
        stated = CLAIM.model_dump(mode="json") | {
            "amount": {"amount": "6000000.00", "currency": "CNY"}
        }
        outcome = self.told.when(correct(self.pledge.filing_id, changes={"claim": stated}))
        (event,) = outcome.passes().events
        assert isinstance(event, EntryCorrected)
        assert event.changes == ()
        assert event.confidential_changes is not None
        (pledge,) = outcome.given_that().patents[PATENT].pledges
        assert pledge.now.claim is not None
        assert pledge.now.claim.amount == yuan("6000000")

    def test_a_person_s_number_stands_in_no_event(self) -> None:
        person = INVENTOR.model_dump(mode="json", exclude_none=True)
        command = correct(self.pledge.filing_id, changes={"pledgees": [person]})
        (event,) = self.told.when(command).passes().events
        assert event.personal is not None
        shown = event.model_dump_json(exclude={"personal"})
        assert str(INVENTOR.identity_number) not in shown
        assert INVENTOR.address not in shown

    def test_codes_are_checked(self) -> None:
        odd = OTHER_BANK.model_dump(mode="json", exclude_none=True)
        code = odd["credit_code"]
        odd["credit_code"] = code[:-1] + ("0" if code[-1] != "0" else "1")
        command = correct(self.pledge.filing_id, changes={"pledgees": [odd]})
        self.told.when(command).refuses("id-uscc-check")

    def test_a_corrected_entry_is_corrected_again(self) -> None:
        first = after(self.told, self.signed)
        outcome = first.when(correct(self.pledge.filing_id, changes={"contract_on": "2025-05-02"}))
        (event,) = outcome.passes().events
        assert isinstance(event, EntryCorrected)
        assert event.confidential_changes is not None
        assert event.confidential_changes[0].before == "2025-05-01"
        assert outcome.given_that().patents[PATENT].pledges[0].contract_on == date(2025, 5, 2)

    def test_a_wrong_correction_is_revoked(self) -> None:
        outcome = self.told.when(self.signed)
        (wrong,) = outcome.passes().events
        known = outcome.given_that()
        known.when(correct(wrong.filing_id, changes={"reason": "no"})).refuses(
            "correction-as-stated"
        )
        undone = known.when(revoke_entry(wrong.filing_id))
        (event,) = undone.passes().events
        assert isinstance(event, EntryRevoked)
        assert (event.entry_topic, event.original_topic) == ("entry.corrected", "pledge.registered")
        assert event.confidential_changes is not None
        (change,) = event.confidential_changes
        assert (change.before, change.after) == ("2025-05-01", None)
        assert undone.given_that().patents[PATENT] == replace(self.told.patents[PATENT], version=4)
        known.when(revoke_entry(wrong.filing_id, effect="from_date")).refuses("revocation-effect")

    def test_one_of_two_corrections_is_revoked(self) -> None:
        first = self.told.when(self.signed)
        other = correct(self.pledge.filing_id, changes={"pledgee_is_agent": True})
        both = after(first.given_that(), other)
        undone = after(both, revoke_entry(first.passes().events[0].filing_id)).patents[PATENT]
        (amended,) = undone.amended
        assert amended.counting is not None
        assert len(amended.by) == 1
        assert undone.pledges[0].contract_on is None

    def test_a_correction_of_what_is_void_restores_nothing(self) -> None:
        first = self.told.when(self.signed)
        void = after(first.given_that(), revoke_entry(self.pledge.filing_id))
        undone = void.when(revoke_entry(first.passes().events[0].filing_id))
        (event,) = undone.passes().events
        assert isinstance(event, EntryRevoked)
        assert event.confidential_changes == ()
        assert not undone.given_that().patents[PATENT].pledges

    def test_an_entry_of_no_public_part_is_corrected_by_one(self) -> None:
        requested = invalidation_requested()
        command = correct(requested.filing_id, changes={"requested_on": "2026-01-09"})
        (event,) = recorded(entered(), requested).when(command).passes().events
        assert isinstance(event, HiddenEntryCorrected)

    def test_the_day_of_grant_is_the_day_of_the_first_patentees(self) -> None:
        right = correct("entering", changes={"granted_on": "2020-09-04"})
        known = after(recorded(entered()), right)
        assert known.patents[PATENT].status(date(2020, 9, 3)) is Status.NOT_GRANTED
        assert known.patents[PATENT].patentees_on(date(2020, 9, 3)) is None

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"nothing": 1}, "/changes/nothing"),
            ({"originator_id": "CN:1"}, "/changes/originator_id"),
            ({"envelope": {}}, "/changes/envelope"),
            ({"personal": []}, "/changes/personal"),
            ({"pledgees": []}, "/changes/pledgees"),
            ({"pledgees": "BANK"}, "/changes/pledgees"),
            ({"pledgees": [{"name": "x", "kind": "bank"}]}, "/changes/pledgees/0/kind"),
            ({"contract_on": "yesterday"}, "/changes/contract_on"),
            ({"effective_on": "2026-03-03"}, "/changes/effective_on"),
            ({"effective_on": "2025-05-06"}, "/changes"),
        ],
    )
    def test_what_cannot_be_is_refused(self, changes: dict[str, Any], pointer: str) -> None:
        outcome = self.told.when(correct(self.pledge.filing_id, changes=changes))
        assert outcome.refused_by("correction-as-stated").pointer == pointer

    def test_a_grant_before_the_filing_date_is_refused(self) -> None:
        command = correct("entering", changes={"granted_on": "2017-01-02"})
        recorded(entered()).when(command).refuses("correction-as-stated")
        unknown = correct("entering", changes={"filed_on": None})
        recorded(entered()).when(unknown).passes()

    def test_one_of_several_entries_is_named(self) -> None:
        moved = transferred()
        change = PledgeChanged(
            **about(PATENT, date(2025, 3, 3), registration_no=PLEDGE_NO),
            pledgors=parties(INSTRUMENTS),
            pledgees=None,
        )
        told = recorded(entered(), pledged(on=date(2025, 1, 6)), moved, change)
        changes = {"cause": "gift"}
        finding = told.when(correct(moved.filing_id, changes=changes)).refused_by(
            "correction-entry-known"
        )
        assert finding.fact == {"several": {PATENT: ["transfer.registered", "pledge.changed"]}}
        told.when(correct(moved.filing_id, changes=changes, topic="transfer.registered")).passes()
        told.when(correct(moved.filing_id, changes=changes, place=1)).passes()

    def test_it_is_made_on_many_patents_at_once(self) -> None:
        both = recorded(*(entered(p) for p in (PATENT, SECOND)))
        both = recorded(*(pledged(p) for p in (PATENT, SECOND)), to=both)
        command = correct(
            self.pledge.filing_id, patents=(PATENT, SECOND), changes={"contract_on": "2025-05-01"}
        )
        assert len(both.when(command).passes().events) == 2


# --- withheld values, and other registers ---------------------------------------------------------


WITHHELD = ("entry_version", "confidential_changes", "reason")


def withheld(event: LedgerEvent) -> LedgerEvent:
    return event.model_copy(update=dict.fromkeys(WITHHELD))


def test_without_what_is_withheld_the_entry_is_found_all_the_same() -> None:
    told = TestCorrection.told
    outcome = told.when(revoke_entry(TestCorrection.pledge.filing_id))
    (event,) = outcome.passes().events
    assert not recorded(withheld(event), to=told).patents[PATENT].pledges
    stated = CLAIM.model_dump(mode="json") | {"scope": "principal"}
    (hidden,) = (
        told.when(correct(TestCorrection.pledge.filing_id, changes={"claim": stated}))
        .passes()
        .events
    )
    known = recorded(withheld(hidden), to=told).patents[PATENT]
    assert known.pledges[0].now.claim == CLAIM


def test_an_amendment_of_nothing_known_changes_nothing() -> None:
    told = TestCorrection.told
    (event,) = told.when(revoke_entry(TestCorrection.pledge.filing_id)).passes().events
    strange = event.model_copy(update={"entry_version": 77})
    known = recorded(strange, to=told).patents[PATENT]
    assert state(known) == state(told.patents[PATENT])
    assert known.version == 3


@pytest.mark.parametrize("effect", ["from_beginning", "from_date"])
def test_another_register_withdraws_what_was_amended(effect: str) -> None:
    """Nothing of the record is left, and the revocation has nothing to undo."""
    wrong = transferred(envelope=transcribed("1/1"))
    told = after(recorded(entered(), wrong), revoke_entry(wrong.filing_id, effect=effect))
    assert told.patents[PATENT].patentees_on(TODAY) == parties(LAMPWORKS)
    purge = RecordWithdrawn(
        **about(PATENT, date(2025, 3, 3), corrects=wrong.filing_id), reference="1/1"
    )
    patent = recorded(purge, to=told).patents[PATENT]
    assert patent.amended == ()
    for day in DAYS:
        expected = answers(recorded(entered()).patents[PATENT], day)
        assert answers(patent, day) == expected


Make = Callable[[], LedgerEvent]


@pytest.mark.parametrize(
    ("make", "ends"),
    [
        (lambda: preserved(on=date(2026, 1, 12)), {"preserved": set()}),
        (lambda: suspended(on=date(2026, 1, 12)), {"suspended": set()}),
        (licensed, {"licences": []}),
        (declared_open, {"declarations": []}),
    ],
)
def test_what_runs_ends_with_the_revocation_of_its_beginning(make: Make, ends: Any) -> None:
    fact = make()
    told = recorded(entered(), fact)
    known = after(told, revoke_entry(fact.filing_id, effect="from_date")).patents[PATENT]
    assert answers(known, TODAY) == answers(told.patents[PATENT], TODAY) | ends
    before = TODAY - timedelta(days=1)
    assert answers(known, before) == answers(told.patents[PATENT], before)


def test_a_queue_moves_up_when_the_first_preservation_is_revoked() -> None:
    first = preserved(on=date(2026, 1, 12))
    queued = preserved(on=date(2026, 2, 2), case_no="(2026) Harbour 2", court="Tidewater Court")
    third = preserved(on=date(2026, 2, 3), case_no="(2026) Weir 3", court="Millbrook Court")
    told = recorded(entered(), first, queued, third)
    known = after(told, revoke_entry(first.filing_id, effect="from_date")).patents[PATENT]
    periods = [(p.case_no, since, until) for p, since, until in known.preservation_periods()]
    assert periods == [
        ("(2026) Lantern 1", date(2026, 1, 12), TODAY),
        ("(2026) Harbour 2", TODAY, date(2026, 8, 3)),
        ("(2026) Weir 3", date(2026, 8, 3), date(2027, 2, 3)),
    ]


def test_a_claim_changed_back_from_a_day_on() -> None:
    told = recorded(entered(), pledged())
    changed = after(told.on(date(2026, 2, 2)), change_pledge(changed_on=date(2026, 2, 2)))
    (fact,) = [f for f in changed.patents[PATENT].facts if f.TOPIC == "pledge.changed"]
    known = after(changed.on(TODAY), revoke_entry(fact.filing_id, effect="from_date"))
    shapes = known.patents[PATENT].pledges[0].shapes
    amounts = [shape.claim.amount for shape in shapes if shape.claim is not None]
    assert amounts == [yuan("5000000"), yuan("4000000"), yuan("5000000")]
    assert shapes[-1].since == TODAY


def test_a_continuation_revoked_from_a_day_leaves_what_ran_before() -> None:
    first = preserved(on=date(2026, 1, 12))
    longer = preservation_continued(on=date(2026, 2, 2), ends_on=date(2027, 1, 13))
    told = recorded(entered(), first, longer)
    known = after(told, revoke_entry(longer.filing_id, effect="from_date")).patents[PATENT]
    ((_, since, until),) = known.preservation_periods()
    assert (since, until) == (date(2026, 1, 12), date(2026, 7, 13))


def test_an_extension_revoked_from_a_day_leaves_the_suspension_its_own_end() -> None:
    longer = SuspensionExtended(
        **about(PATENT, date(2026, 2, 2)), case_no="(2026) Dispute 1", ends_on=date(2027, 7, 13)
    )
    told = recorded(entered(), suspended(), longer)
    known = after(told, revoke_entry(longer.filing_id, effect="from_date")).patents[PATENT]
    (running,) = known.suspensions
    assert (running.starts_on, running.ends_on) == (date(2026, 1, 12), date(2027, 1, 13))


def test_shares_are_corrected_by_whom_they_are_of() -> None:
    fact = transferred(after=(INSTRUMENTS, LAMPWORKS), shares={party(INSTRUMENTS).id: "60"})
    told = recorded(entered(), fact)
    stated = {"shares": {str(INSTRUMENTS.credit_code): "50", str(LAMPWORKS.credit_code): "50"}}
    known = after(told, correct(fact.filing_id, changes=stated)).patents[PATENT]
    (counting,) = [f for f in known.facts if f.TOPIC == "transfer.registered"]
    shares = {party(INSTRUMENTS).id: "50", party(LAMPWORKS).id: "50"}
    assert getattr(counting, "shares", None) == shares

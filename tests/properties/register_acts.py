"""Acts that a random story of the register is made of, beside those of `test_decisions`.

Each picks its particulars, by one number, out of what is recorded by then; many are refused, many
registered.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from ledger.domain.consents import WithdrawConsent
from ledger.domain.corrections import Correcting, PublishCorrection, RevokeEntry, entries
from ledger.domain.events import (
    Document,
    Event,
    LedgerEvent,
    PatentEvent,
)
from ledger.domain.filing import Command
from ledger.domain.joint import ConfirmFiling, PrepareFiling, RefuseFiling, WithdrawFiling
from ledger.domain.licences import CancelLicence, ChangeLicence
from ledger.domain.lifecycle import DecideInvalidation
from ledger.domain.open_licences import WithdrawOpenLicence
from ledger.domain.patent import Patent
from ledger.domain.pledges import PledgeContract, RevokePledge
from ledger.transcription import SourceRecord
from tests.builders import (
    BANK,
    INSTRUMENTS,
    LAMPWORKS,
    MILLS,
    MODEL,
    OTHER_BANK,
    PATENT,
    SECOND,
    THIRD,
    change_pledge,
    correct,
    deregister_pledge,
    digest,
    documents,
    fee_paid,
    grant_patent,
    lapsed,
    licensed,
    patent_details,
    pledged,
    record_consent,
    ref,
    refs,
    register_pledge,
    released,
    revoke_entry,
    transferred,
)
from tests.domain.test_licences import contract, record_licence
from tests.domain.test_open_licences import FEE, declare, record_contract, take
from tests.eventstore.ledgers import source_record
from tests.properties.test_decisions import (
    BANKS,
    EVERYBODY,
    OFFICE,
    PAPERS,
    Picks,
    abandoning,
    consenting,
    entering,
    owners,
    renaming,
    transferring,
)
from tests.scenario import Scenario

PATENTS = (PATENT, SECOND, MODEL)
"""Those that a story begins with."""
MORE_PAPERS = (*PAPERS, *documents("licence-contract", "licensee-notice", "payment-proof"))


def today_of(scenario: Scenario) -> date:
    return scenario.context().today


def patent_of(scenario: Scenario, number: str) -> Patent:
    return scenario.patents.get(number, Patent(number))


def standing(scenario: Scenario, picks: Picks) -> tuple[str, tuple[str, ...]]:
    """The number of a pledge, mostly a standing one, and the patents on which it stands."""
    today = today_of(scenario)
    found: dict[str, list[str]] = {}
    for patent in scenario.patents.values():
        for pledge in patent.standing_pledges(today):
            found.setdefault(pledge.registration_no, []).append(patent.id)
    ended = [p.registration_no for q in scenario.patents.values() for p in q.pledges]
    number = picks.one((*found, *found, *ended[:1], "Y2020990000009"))
    return number, tuple(dict.fromkeys(found.get(number, (PATENT,))))


def granting(scenario: Scenario, picks: Picks) -> Command:
    """An invention is entered, for which the utility model of the same day is given up."""
    given_up = picks.one((None, MODEL))
    return grant_patent(patent_details(THIRD, patentees=(LAMPWORKS,), same_day_patent=given_up))


# --- pledges ------------------------------------------------------------------------------------


def pledge_by(scenario: Scenario, picks: Picks, **fields: Any) -> Command:
    chosen = picks.some(PATENTS)
    return register_pledge(
        patents=chosen,
        pledgors=owners(scenario, chosen[0]),
        pledgees=(picks.one(BANKS),),
        contract=PledgeContract(signed_on=date(2024, 2, 1), patents_listed=True),
        **{"documents": PAPERS, "signed_by": EVERYBODY} | fields,
    )


def pledging(scenario: Scenario, picks: Picks) -> Command:
    return pledge_by(scenario, picks)


def changing(scenario: Scenario, picks: Picks) -> Command:
    number, patents = standing(scenario, picks)
    return change_pledge(
        registration_no=number,
        patents=patents,
        pledgees=picks.one((None, (OTHER_BANK,), (BANK,))),
        documents=PAPERS,
        signed_by=EVERYBODY,
    )


def deregistering(scenario: Scenario, picks: Picks) -> Command:
    number, patents = standing(scenario, picks)
    return deregister_pledge(
        registration_no=number,
        patents=picks.one((patents, patents, patents[:1])),
        documents=PAPERS,
        signed_by=EVERYBODY,
    )


def revoking(scenario: Scenario, picks: Picks) -> Command:
    number, patents = standing(scenario, picks)
    ground = picks.one(("other", "pledge-pledgor-is-owner", "pledge-fee-current"))
    return RevokePledge(registration_no=number, patents=patents, ground=ground, reason="Found so.")


# --- licences -----------------------------------------------------------------------------------


def licensing(scenario: Scenario, picks: Picks) -> Command:
    chosen = picks.some(PATENTS)
    today = today_of(scenario)
    return record_licence(
        patents=chosen,
        kind=picks.one(("ordinary", "exclusive", "sole", "ordinary")),
        licensors=owners(scenario, chosen[0]),
        licensees=(picks.one((MILLS, INSTRUMENTS)),),
        contract=contract(signed_on=today - timedelta(days=20)),
        starts_on=today - timedelta(days=10),
        last_day=today + timedelta(days=picks.one((90, 400))),
        territory=picks.one((None, "China", "Fujian")),
        documents=(
            *PAPERS,
            *documents("technology-export-registration"),
            Document(kind="licence-contract", digest=digest(f"{picks.number % 7}")),
        ),
        signed_by=EVERYBODY,
    )


def licence_named(scenario: Scenario, picks: Picks) -> tuple[str, str]:
    """A licence and its patent."""
    known = [(x.licence_id, p.id) for p in scenario.patents.values() for x in p.licences]
    return picks.one((*known, ("X2020990000009", PATENT)))


def changing_licence(scenario: Scenario, picks: Picks) -> Command:
    named, patent = licence_named(scenario, picks)
    return ChangeLicence(
        patents=(patent,),
        licence_id=named,
        last_day=today_of(scenario) + timedelta(days=picks.one((100, 500))),
        documents=MORE_PAPERS,
        signed_by=EVERYBODY,
    )


def cancelling(scenario: Scenario, picks: Picks) -> Command:
    named, patent = licence_named(scenario, picks)
    return CancelLicence(
        patents=(patent,),
        licence_id=named,
        ended_on=today_of(scenario),
        reason="Ended by agreement.",
        signed_by=EVERYBODY,
    )


def declaring(scenario: Scenario, picks: Picks) -> Command:
    chosen = picks.one(PATENTS)
    return declare(
        patents=(chosen,),
        patentees=owners(scenario, chosen),
        last_day=today_of(scenario) + timedelta(days=picks.one((200, 700))),
        documents=documents("evaluation-report"),
        signed_by=EVERYBODY,
    )


def declaration_named(scenario: Scenario, picks: Picks) -> tuple[str, str]:
    known = [(d.declaration_no, p.id) for p in scenario.patents.values() for d in p.declarations]
    return picks.one((*known, ("K2020990000009", PATENT)))


def withdrawing(scenario: Scenario, picks: Picks) -> Command:
    named, patent = declaration_named(scenario, picks)
    return WithdrawOpenLicence(
        patents=(patent,),
        declaration_no=named,
        reason="legitimate",
        reason_text="It is to be assigned.",
        signed_by=EVERYBODY,
    )


def taking(scenario: Scenario, picks: Picks) -> Command:
    named, patent = declaration_named(scenario, picks)
    today = today_of(scenario)
    return take(
        patents=(patent,),
        declaration_no=named,
        notice_on=today - timedelta(days=picks.one((0, 3))),
        paid_on=today,
        fee=FEE,
        signed_by=EVERYBODY,
    )


def recording_taken(scenario: Scenario, picks: Picks) -> Command:
    taken = [
        (x.licence_id, p.id)
        for p in scenario.patents.values()
        for x in p.licences
        if x.declaration_no is not None
    ]
    named, patent = picks.one((*taken, ("nothing", PATENT)))
    return record_contract(named, patents=(patent,), signed_by=EVERYBODY)


def deciding_invalidation(scenario: Scenario, picks: Picks) -> Command:
    cases = [(i.case_no, p.id) for p in scenario.patents.values() for i in p.invalidations]
    case, patent = picks.one((*cases, ("(2026) Lantern 1", PATENT)))
    return DecideInvalidation(
        patents=(patent,),
        effective_on=today_of(scenario),
        case_no=case,
        outcome=picks.one(("partial", "maintained")),
        decision_no="990001",
    )


# --- consents, joint filings --------------------------------------------------------------------


def consent_taken_back(scenario: Scenario, picks: Picks) -> Command:
    given = list(scenario.consents)
    return WithdrawConsent(consent=picks.one((*given[-3:], *(given[:1] or ("nothing",)))))


def consenting_to_a_licence(scenario: Scenario, picks: Picks) -> Command:
    number, patents = standing(scenario, picks)
    pledge = patent_of(scenario, patents[0]).pledge(number)
    banks = {ref(b): b for b in BANKS}
    by = BANK if pledge is None else banks.get(pledge.now.pledgees[0].id, BANK)
    return record_consent(
        by=by,
        act="licence",
        patents=patents,
        counterparties=refs(picks.one((MILLS, INSTRUMENTS))),
        valid_from=date(2023, 3, 1),
        valid_until=today_of(scenario) + timedelta(days=picks.one((3, 300))),
        disposition=None,
    )


def preparing(scenario: Scenario, picks: Picks) -> Command:
    signed = refs(*picks.some(BANKS))
    made = picks.one((pledge_by, pledge_by, dereg_by))(scenario, picks, signed_by=signed)
    return PrepareFiling(patents=made.patents, filing=made)


def dereg_by(scenario: Scenario, picks: Picks, **fields: Any) -> Command:
    number, patents = standing(scenario, picks)
    return deregister_pledge(registration_no=number, patents=patents, documents=PAPERS, **fields)


def prepared_named(scenario: Scenario, picks: Picks) -> tuple[str, tuple[str, ...]]:
    """A prepared filing, mostly an open one, and who is asked."""
    today = today_of(scenario)
    found = [
        (name.removeprefix("filing:"), tuple(p.id for p in stream.prepared.filing.asked))
        for name, stream in scenario.streams.items()
        if stream.prepared is not None and stream.prepared.goes_on(today)
    ]
    ended = [n for n, s in scenario.streams.items() if s.prepared is not None][:1]
    over = [(name.removeprefix("filing:"), (ref(BANK),)) for name in ended]
    return picks.one((*found[-3:], *(over or [("nothing", (ref(BANK),))])))


def confirming(scenario: Scenario, picks: Picks) -> Command:
    named, asked = prepared_named(scenario, picks)
    return ConfirmFiling(filing=named, by=picks.one(asked or (ref(BANK),)))


def giving_up(scenario: Scenario, picks: Picks) -> Command:
    return WithdrawFiling(filing=prepared_named(scenario, picks)[0])


def refusing(scenario: Scenario, picks: Picks) -> Command:
    named, _ = prepared_named(scenario, picks)
    return RefuseFiling(filing=named, reason="The contract is doubted.")


# --- corrections --------------------------------------------------------------------------------


def some_entry(scenario: Scenario, picks: Picks) -> Event | None:
    """A fact of a patent that counts, or an amendment; mostly a late one."""
    facts: list[Event] = [f for p in scenario.patents.values() for f in p.facts]
    facts += [a for p in scenario.patents.values() for each in p.amended for a in each.by]
    return picks.one(facts[-12:]) if facts else None


def correcting(scenario: Scenario, picks: Picks) -> Command:
    entry = some_entry(scenario, picks)
    if entry is None:
        return correct("nothing", changes={"effective_on": "2024-01-05"})
    day = entry.effective_on - timedelta(days=picks.one((1, 5, 40)))
    changes: dict[str, Any] = picks.one(
        (
            {"effective_on": day.isoformat()},
            {"contract_on": day.isoformat()},
            {"pledgees": [OTHER_BANK.model_dump(mode="json", exclude_none=True)]},
            {"ends_on": (day + timedelta(days=60)).isoformat()},
        )
    )
    return PublishCorrection(
        entry=entry.filing_id, topic=entry.TOPIC, changes=changes, reason="Misread."
    )


def revoking_entry(scenario: Scenario, picks: Picks) -> Command:
    entry = some_entry(scenario, picks)
    if entry is None:
        return revoke_entry("nothing")
    # Patents stay in the register, or the story would soon be about nothing.
    harmless = entry.TOPIC not in ("patent.entered", "lapse.decided")
    return RevokeEntry(
        entry=entry.filing_id if harmless else "nothing",
        topic=picks.one((entry.TOPIC, None)),
        effect=picks.one(("from_beginning", "from_date")),
        reason="By mistake.",
    )


def addressed(command: Command, scenario: Scenario) -> Command:
    """A correction with the streams that it is about, by what is recorded."""
    if not isinstance(command, Correcting) or command.patents or command.streams:
        return command
    patents = sorted(n for n, p in scenario.patents.items() if entries(p, command))
    streams = sorted(n for n, s in scenario.streams.items() if entries(s, command))
    about = {"patents": tuple(patents), "streams": tuple(streams)}
    return command.model_copy(update=about)


# --- facts of other registers, told late --------------------------------------------------------

MAKES: tuple[Callable[[str, date], LedgerEvent], ...] = (
    lambda patent, on: fee_paid(patent, on=on, fee_year=9),
    lambda patent, on: pledged(patent, on=on, registration_no="Y2024990000077"),
    lambda patent, on: released(patent, on=on, registration_no="Y2024990000077"),
    lambda patent, on: transferred(patent, on=on, after=(MILLS,), whole=False),
    lambda patent, on: licensed(patent, on=on, registration_no="X2024990000077"),
    lambda patent, on: lapsed(patent, due_on=on, decided_on=on),
)


def transcribing(scenario: Scenario, picks: Picks) -> SourceRecord:
    """A record of another register with a fact of some days before; sometimes changed or purged."""
    patent, make = picks.one(PATENTS), picks.one(MAKES)
    reference = f"late {picks.one(range(6))}"
    on = today_of(scenario) - timedelta(days=picks.one((1, 20, 200)))
    fact = make(patent, on)
    assert isinstance(fact, PatentEvent)
    return source_record(
        reference,
        fact,
        digest=f"{picks.number % 97:064x}",
        updated_on=today_of(scenario),
        recorded_on=on,
        purged=picks.one((False, False, True)),
    )


RegisterAct = Callable[[Scenario, Picks], Command | SourceRecord]

ACTS: tuple[RegisterAct, ...] = (
    *(pledging, deregistering, transferring, licensing, confirming) * 3,
    *(consenting, preparing, revoking_entry, correcting, transcribing) * 2,
    changing,
    *(revoking, refusing, consent_taken_back) * 2,
    changing_licence,
    cancelling,
    declaring,
    declaring,
    withdrawing,
    *(taking, recording_taken) * 2,
    deciding_invalidation,
    consenting_to_a_licence,
    giving_up,
    renaming,
    abandoning,
    granting,
    *(entering(command) for command in OFFICE),
)

"""Histories to be kept for ever: dealings of invented parties, entered through the ledger's door.

Clock, identifiers and salts are counted, so that a history is the same whenever it is made anew by
the same program. The stored bytes are kept in `golden/`; they are made once and never again, for a
later program makes others, and must fold these all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import count
from typing import Any

from psycopg import Connection

from ledger.domain.consents import EnterPartyEvidence, WithdrawConsent
from ledger.domain.contests import ContestPrepared, ContestRefusal, DecideContest
from ledger.domain.corrections import PublishCorrection, RevokeEntry
from ledger.domain.events import (
    Document,
    PatentEntered,
    PatentNumbered,
    PledgeRegistered,
    RecordedElsewhere,
    ReleaseRecorded,
    TransferRegistered,
)
from ledger.domain.filing import Caller, Command
from ledger.domain.fulfilments import RecordFulfilment
from ledger.domain.joint import ConfirmFiling, PrepareFiling, RefuseFiling, WithdrawFiling
from ledger.domain.licences import CancelLicence, ChangeLicence, LicenceContract, RecordLicence
from ledger.domain.lifecycle import (
    Abandon,
    CompensateTerm,
    ContinuePreservation,
    DecideInvalidation,
    EndPreservation,
    EndSuspension,
    ExtendSuspension,
    FinaliseInvalidation,
    LapseForFee,
    PayAnnualFee,
    RecordFeeReduction,
    RestoreRight,
    StartInvalidation,
    StartPreservation,
    StartSuspension,
)
from ledger.domain.money import yuan
from ledger.domain.open_licences import (
    DeclareOpenLicence,
    RecordOpenLicenceContract,
    TakeOpenLicence,
    WithdrawOpenLicence,
)
from ledger.domain.parties import PartyDetails, party_id
from ledger.domain.pledges import RevokePledge
from ledger.domain.powers import GivePowerOfAttorney, RevokePowerOfAttorney
from ledger.domain.royalties import FixedRate, LumpSum, RoyaltyBase, Running
from ledger.erasures import ErasureAct, look
from ledger.means import Means
from ledger.projections.register import RegisterViews
from ledger.registry import Filing, Registry
from ledger.transcription import SourceRecord, Stated
from tests.builders import (
    BANK,
    FOREIGNER,
    INSTRUMENTS,
    INVENTOR,
    LAMPWORKS,
    MILLS,
    OTHER_BANK,
    PATENT,
    SECOND,
    STATED_CLAIM,
    THIRD,
    UNIVERSITY,
    change_name,
    change_pledge,
    credit_code,
    deregister_pledge,
    documents,
    grant_patent,
    named,
    party,
    patent_details,
    record_consent,
    ref,
    refs,
    register_pledge,
    register_transfer,
)
from tests.eventstore.ledgers import SECRET


class Story:
    """A ledger to which one history is told, day by day."""

    def __init__(self, url: str, name: str) -> None:
        self.name = name
        self.now = datetime(2026, 1, 5, 4, tzinfo=UTC)
        self._ids, self._salts, self._keys = count(1), count(1), count(1)
        means = Means(secret=SECRET, clock=lambda: self.now, salts=self.salts, ids=self.id)
        self.ledger = Registry(url, means, RegisterViews())

    last = ""
    """The id of the last filing."""

    def salts(self, wanted: int) -> list[str]:
        return [self._salt(next(self._salts)) for _ in range(wanted)]

    def _salt(self, place: int) -> str:
        return sha256(f"{self.name} {place}".encode()).hexdigest()[:32]

    def id(self) -> str:
        return f"{self.name}-{next(self._ids):03}"

    def on(self, year: int, month: int, day: int) -> Story:
        """What follows is filed at noon in Shanghai on this day."""
        self.now = datetime(year, month, day, 4, tzinfo=UTC)
        return self

    @property
    def today(self) -> date:
        return self.now.date()

    def files(self, command: Command) -> str:
        """Have a command registered; the number it was given, or the filing's own."""
        caller = Caller("registrar", "registrar")
        self.ledger.file(Filing(command, caller, f"{self.name} {next(self._keys)}"))
        connection: Connection[Any]
        with self.ledger.datastore.get_connection() as connection:
            row: Any = connection.execute(
                "SELECT i.filing_id, r.registration_no FROM idempotency AS i "
                "LEFT JOIN registration AS r USING (filing_id) "
                "ORDER BY i.last_position DESC LIMIT 1"
            ).fetchone()
        self.last = str(row["filing_id"])
        return str(row["registration_no"] or row["filing_id"])

    def erases(self, details: PartyDetails) -> None:
        """Have what is personal of somebody erased."""
        means = self.ledger.means
        party = party_id(details, means.pseudonym)
        connection: Connection[Any]
        with self.ledger.datastore.get_connection() as connection:
            looked = look(connection, party, means)
        self.ledger.writer.enter(ErasureAct(party, "She asks for it.", "Chen", looked, means))

    def takes_over(self, record: SourceRecord) -> None:
        self.ledger.enter(record, self.name)


def granted(*patents: str, **fields: Any) -> Command:
    return grant_patent(*(patent_details(p, **fields) for p in patents))


def pledge_life(story: Story) -> None:
    """Two patents pledged, the claim changed, one released; the other is later pledged anew."""
    story.files(granted(PATENT, SECOND))
    pledge = register_pledge(
        patents=(PATENT, SECOND), debtor=INVENTOR, signed_by=refs(LAMPWORKS, BANK, INVENTOR)
    )
    number = story.on(2026, 3, 2).files(pledge)
    story.on(2026, 3, 9).files(change_pledge(registration_no=number))
    released = deregister_pledge(registration_no=number, patents=(SECOND,), ground="waived")
    story.on(2026, 4, 7).files(released)
    story.on(2026, 5, 6).files(deregister_pledge(registration_no=number))
    again = register_pledge(pledgees=(OTHER_BANK,), signed_by=refs(LAMPWORKS, OTHER_BANK))
    story.on(2026, 5, 7).files(again)


def transfer_with_pledge_continuing(story: Story) -> None:
    """A pledged patent moves with the bank's consent; its pledge goes on; the owner is renamed."""
    story.files(granted(PATENT))
    story.on(2026, 3, 2).files(register_pledge())
    consent = story.on(2026, 3, 2).files(record_consent())
    story.on(2026, 3, 3).files(register_transfer(consents=(consent,)))
    story.on(2026, 3, 16).files(
        change_name(
            before=INSTRUMENTS,
            after=named(INSTRUMENTS, "Tidewater Optical Instruments"),
            signed_by=refs(INSTRUMENTS),
        )
    )


def transfer_with_pledge_released(story: Story) -> None:
    """One of two pledged patents moves with the bank's consent, free of the pledge."""
    story.files(granted(PATENT, SECOND))
    story.on(2026, 3, 2).files(register_pledge(patents=(PATENT, SECOND)))
    consent = story.files(record_consent(disposition="released"))
    story.on(2026, 3, 3).files(register_transfer(consents=(consent,)))


def licence_life(story: Story) -> None:
    """A licence is recorded, prolonged and cancelled."""
    story.files(granted(PATENT))
    number = story.on(2026, 3, 2).files(
        RecordLicence(
            patents=(PATENT,),
            kind="ordinary",
            licensors=(LAMPWORKS,),
            licensees=(MILLS,),
            contract=LicenceContract(signed_on=date(2026, 2, 9), patents_listed=True),
            starts_on=date(2026, 2, 16),
            last_day=date(2029, 12, 31),
            territory="China",
            field_of_use="lanterns",
            royalty=Running(base=RoyaltyBase.NET_SALES, rate=FixedRate(percent="3.5")),
            documents=documents("licence-contract"),
            signed_by=refs(LAMPWORKS),
        )
    )
    story.on(2026, 4, 1).files(
        ChangeLicence(
            patents=(PATENT,),
            licence_id=number,
            last_day=date(2031, 12, 31),
            documents=documents("amendment-agreement"),
            signed_by=refs(LAMPWORKS, MILLS),
        )
    )
    story.on(2026, 6, 1).files(
        CancelLicence(
            patents=(PATENT,),
            licence_id=number,
            ended_on=date(2026, 5, 29),
            reason="Ended by agreement.",
            signed_by=refs(MILLS),
        )
    )


def open_licence_life(story: Story) -> None:
    """A university declares an open licence, a mill takes it, has it recorded; it is withdrawn."""
    story.files(granted(PATENT, patentees=(UNIVERSITY,)))
    fee = LumpSum(total=yuan("100000"))
    declaration = story.on(2026, 2, 2).files(
        DeclareOpenLicence(
            patents=(PATENT,),
            patentees=(UNIVERSITY,),
            fee=fee,
            fee_explanation="As comparable lantern licences of the region.",
            last_day=date(2029, 12, 31),
            contact="licences@lanternhill.example",
            undertaking=True,
            signed_by=refs(UNIVERSITY),
        )
    )
    taken = story.on(2026, 3, 2).files(
        TakeOpenLicence(
            patents=(PATENT,),
            declaration_no=declaration,
            licensee=MILLS,
            notice_on=date(2026, 2, 23),
            paid_on=date(2026, 2, 25),
            fee=fee,
            documents=documents("licensee-notice", "payment-proof"),
            signed_by=refs(MILLS),
        )
    )
    papers = ("application-form", "licensee-notice", "payment-proof", "identity")
    story.on(2026, 3, 9).files(
        RecordOpenLicenceContract(
            patents=(PATENT,),
            licence_id=taken,
            documents=documents(*papers),
            signed_by=refs(MILLS),
        )
    )
    story.on(2026, 4, 1).files(
        WithdrawOpenLicence(
            patents=(PATENT,),
            declaration_no=declaration,
            reason="legitimate",
            reason_text="The patent is to be assigned.",
            signed_by=refs(UNIVERSITY),
        )
    )


def freezes(story: Story) -> None:
    """A court preserves a patent and goes on; another queues; a dispute suspends it meanwhile."""
    court, case = "Lanternhill Court", "(2026) Lantern 1"
    story.files(granted(PATENT))
    for number, at, day in ((1, court, 5), (2, "Tidewater Court", 9)):
        story.on(2026, 3, day).files(
            StartPreservation(
                patents=(PATENT,),
                effective_on=date(2026, 3, day),
                case_no=f"(2026) Lantern {number}",
                court=at,
                months=6,
                particulars_match=True,
                documents=documents("ruling", "assistance-notice"),
            )
        )
    story.on(2026, 8, 3).files(
        ContinuePreservation(
            patents=(PATENT,), effective_on=date(2026, 8, 3), case_no=case, court=court, months=6
        )
    )
    story.on(2026, 10, 8).files(
        EndPreservation(
            patents=(PATENT,), effective_on=date(2026, 10, 8), case_no=case, court=court
        )
    )
    story.on(2027, 5, 6).files(
        StartSuspension(
            patents=(PATENT,),
            effective_on=date(2027, 5, 6),
            case_no="(2027) Dispute 1",
            requested_by=MILLS,
            dispute_parties=(MILLS, LAMPWORKS),
            particulars_match=True,
            documents=documents("acceptance-document"),
        )
    )
    story.on(2028, 4, 6).files(
        ExtendSuspension(
            patents=(PATENT,),
            effective_on=date(2028, 4, 6),
            case_no="(2027) Dispute 1",
            documents=documents("case-not-closed"),
        )
    )
    story.on(2028, 6, 1).files(
        EndSuspension(
            patents=(PATENT,),
            effective_on=date(2028, 6, 1),
            case_no="(2027) Dispute 1",
            reason="mediation",
        )
    )


def invalidation(story: Story) -> None:
    """One patent is kept in part, another is void from the beginning and so was its pledge."""
    story.files(granted(PATENT, SECOND))
    number = story.on(2026, 3, 2).files(register_pledge(patents=(SECOND,)))
    cases = ((PATENT, "4W990000", "partial"), (SECOND, "4W990001", "whole"))
    for patent, case, _ in cases:
        story.on(2026, 3, 9).files(
            StartInvalidation(
                patents=(patent,), case_no=case, effective_on=date(2026, 3, 9), requested_by=MILLS
            )
        )
    for patent, case, outcome in cases:
        story.on(2026, 9, 1).files(
            DecideInvalidation(
                patents=(patent,),
                case_no=case,
                effective_on=date(2026, 9, 1),
                outcome=outcome,
                decision_no=case[2:],
            )
        )
    for patent, case, outcome in cases:
        story.on(2026, 12, 15).files(
            FinaliseInvalidation(
                patents=(patent,),
                case_no=case,
                effective_on=date(2026, 12, 15),
                outcome=outcome,
                decision_no=case[2:],
                decided_on=date(2026, 9, 1),
                claims_kept="claims 1 to 3" if outcome == "partial" else None,
            )
        )
    story.on(2026, 12, 16).files(
        RevokePledge(
            registration_no=number,
            ground="pledge-alive",
            reason="The patent is void from the beginning.",
        )
    )


def fees_lapse_and_restoration(story: Story) -> None:
    """A fee is paid, the next is not; the right lapses, is restored; the term is compensated."""
    story.files(granted(PATENT, SECOND, fees_paid_through=7))
    story.on(2026, 1, 6).files(
        PayAnnualFee(
            patents=(SECOND,),
            effective_on=date(2026, 1, 6),
            fee_year=8,
            amount=yuan("2000"),
        )
    )
    story.on(2026, 1, 20).files(
        LapseForFee(
            patents=(PATENT,),
            fee_year=8,
            decided_on=date(2026, 1, 20),
            notified_on=date(2026, 1, 26),
        )
    )
    story.on(2026, 3, 9).files(
        PayAnnualFee(patents=(PATENT,), effective_on=date(2026, 3, 9), fee_year=8)
    )
    story.on(2026, 3, 10).files(
        RestoreRight(
            patents=(PATENT,),
            effective_on=date(2026, 3, 10),
            requested_on=date(2026, 3, 9),
            notice_received_on=date(2026, 1, 26),
            fee_paid_on=date(2026, 3, 9),
            decision="restored",
        )
    )
    story.on(2026, 3, 11).files(
        CompensateTerm(
            patents=(PATENT,),
            effective_on=date(2026, 3, 11),
            kind="pta",
            days=120,
            requested_on=date(2020, 11, 2),
        )
    )
    story.on(2026, 3, 12).files(
        Abandon(patents=(SECOND,), signed_by=refs(LAMPWORKS), documents=documents("identity"))
    )


def reduced_fees(story: Story) -> None:
    """A fee is lowered for little means, paid in two parts, and is whole for the next patentee."""
    story.files(granted(PATENT, fees_paid_through=7))
    story.on(2026, 1, 6).files(
        RecordFeeReduction(patents=(PATENT,), effective_on=date(2021, 1, 4), percent=85)
    )

    def pay(on: date, year: int, amount: str) -> None:
        story.files(
            PayAnnualFee(patents=(PATENT,), effective_on=on, fee_year=year, amount=yuan(amount))
        )

    pay(date(2025, 11, 3), 8, "300")
    pay(date(2025, 11, 20), 8, "500")
    story.on(2026, 3, 2).files(register_transfer())
    pay(date(2026, 6, 12), 9, "1999.99")


def obligations(story: Story) -> None:
    """A patent pledged online and licensed is sold: the price is deposited, the licensor changed;
    then a court preserves it, and the bank is told."""
    story.files(granted(PATENT))
    pledge = story.on(2026, 3, 2).files(register_pledge(online=True))
    agreed = record_consent(act="licence", counterparties=refs(MILLS), disposition=None)
    consent = story.files(agreed)
    licence = story.on(2026, 3, 3).files(
        RecordLicence(
            patents=(PATENT,),
            kind="ordinary",
            licensors=(LAMPWORKS,),
            licensees=(MILLS,),
            contract=LicenceContract(signed_on=date(2026, 2, 9), patents_listed=True),
            starts_on=date(2026, 2, 16),
            last_day=date(2029, 12, 31),
            royalty=LumpSum(total=yuan("300000")),
            documents=documents("licence-contract"),
            signed_by=refs(LAMPWORKS),
            consents=(consent,),
        )
    )
    consent = story.files(record_consent())
    sold = story.on(2026, 3, 4).files(register_transfer(consents=(consent,)))
    story.on(2026, 3, 11).files(
        RecordFulfilment(
            patents=(PATENT,),
            obligation=f"{sold}-1",
            done_on=date(2026, 3, 10),
            documents=documents("proof"),
        )
    )
    story.on(2026, 3, 16).files(
        ChangeLicence(
            patents=(PATENT,),
            licence_id=licence,
            licensors=(INSTRUMENTS,),
            documents=documents("amendment-agreement"),
            signed_by=refs(INSTRUMENTS, MILLS),
        )
    )
    story.on(2026, 4, 1).files(
        StartPreservation(
            patents=(PATENT,),
            effective_on=date(2026, 4, 1),
            case_no="(2026) Lantern 1",
            court="Lanternhill Court",
            months=6,
            particulars_match=True,
            documents=documents("ruling", "assistance-notice"),
        )
    )
    story.on(2026, 5, 6).files(deregister_pledge(registration_no=pledge))


def identity_evidence(story: Story) -> None:
    """A real code whose check character fails is accepted on evidence; its owner then pledges."""
    code = credit_code(21)
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    story.files(
        EnterPartyEvidence(
            credit_code=wrong,
            reason="The licence of business of the register's own site shows it.",
            documents=documents("identity"),
        )
    )
    oddly = named(LAMPWORKS, "Oddly Numbered Lamps", credit_code=wrong)
    story.files(granted(THIRD, patentees=(oddly,)))
    story.on(2026, 3, 2).files(
        register_pledge(
            patents=(THIRD,),
            pledgors=(oddly,),
            claim=STATED_CLAIM.model_copy(update={"id": "loan-3"}),
        )
    )


US = "US:14999001"


def us_record(story: Story) -> None:
    """An assignment taken over from elsewhere, corrected later; a security agreement purged."""

    def record(reference: str, content: str, day: int, *facts: Stated, **members: Any) -> None:
        digest = sha256(content.encode()).hexdigest()
        recorded_on = date(2015, 7, 20)
        stated = SourceRecord(
            "elsewhere", reference, digest, date(2015, 8, day), recorded_on, facts, **members
        )
        story.takes_over(stated)

    def stated(event: Any, **fields: Any) -> Stated:
        return Stated(US, event, fields, date(2015, 7, 20))

    entered = stated(
        PatentEntered,
        kind=None,
        invention_title="Lantern with a shaded flame",
        filed_on=date(2014, 1, 6),
        published_on=None,
        granted_on=None,
        publication_no=None,
        symbols=(),
        patentees=(party(INVENTOR),),
        fees_paid_through=None,
        aliases=("US:9990001",),
        industry=None,
        strategic_industry=None,
        family_abroad=None,
        same_day_patent=None,
    )
    assigned = {
        "cause": "assignment",
        "transferors": (party(INVENTOR),),
        "patentees_after": None,
        "executed_on": ("2015-06-30 Deng Zhao",),
    }
    record("99001/0001", "as first sent", 1, entered)
    record(
        "99001/0002",
        "assigned to the mills",
        3,
        stated(PatentNumbered, aliases=("US:20150099001",), invention_title=None),
        stated(TransferRegistered, **assigned, transferees=(party(MILLS),)),
    )
    record(
        "99001/0002",
        "assigned to the one abroad",
        5,
        stated(TransferRegistered, **assigned, transferees=(party(FOREIGNER),)),
    )
    pledged = stated(PledgeRegistered, pledgors=(party(FOREIGNER),), pledgees=(party(BANK),))
    record("99001/0003", "security agreement", 7, pledged)
    record(
        "99001/0004",
        "a licence, as text",
        9,
        stated(
            RecordedElsewhere,
            kind="licence",
            text="LICENSE (SEE DOCUMENT FOR DETAILS).",
            from_parties=(party(FOREIGNER),),
            to_parties=(party(INSTRUMENTS),),
            cites=("99001/0002",),
            executed_on=("2015-07-01 Nordlicht Leuchten",),
        ),
    )
    record(
        "99001/0005",
        "released",
        10,
        stated(
            ReleaseRecorded,
            kind="pledge",
            text="RELEASE BY SECURED PARTY",
            from_parties=(party(BANK),),
            to_parties=(party(FOREIGNER),),
        ),
    )
    record("99001/0003", "purged", 11, pledged, purged=True)


def corrections(story: Story) -> None:
    """A pledge is corrected, its deregistration revoked while a second pledge stands, a hidden case
    corrected and revoked, a wrong correction revoked."""
    granting = story.files(granted(PATENT, SECOND))
    no = story.on(2026, 3, 2).files(register_pledge(patents=(PATENT, SECOND)))
    registered = story.last
    smaller = STATED_CLAIM.model_copy(update={"amount": yuan("500000")}).model_dump(mode="json")
    story.on(2026, 3, 3).files(
        PublishCorrection(
            entry=registered,
            changes={"claim": smaller, "contract_on": "2026-02-24"},
            reason="A nought too many.",
            publication="42-1001",
        )
    )
    story.on(2026, 3, 16).files(deregister_pledge(registration_no=no, patents=(PATENT,)))
    ended = story.last
    again = register_pledge(pledgees=(OTHER_BANK,), signed_by=refs(LAMPWORKS, OTHER_BANK))
    story.on(2026, 3, 17).files(again)
    story.on(2026, 4, 1).files(
        RevokeEntry(entry=ended, effect="from_date", reason="The proof of payment was false.")
    )
    requested = StartInvalidation(
        patents=(SECOND,), case_no="4W990002", effective_on=date(2026, 4, 2), requested_by=MILLS
    )
    story.on(2026, 4, 2).files(requested)
    case = story.last
    right = PublishCorrection(
        entry=case, changes={"case_no": "4W990003"}, reason="Another case's number."
    )
    story.on(2026, 4, 3).files(right)
    corrected = story.last
    story.on(2026, 4, 7).files(RevokeEntry(entry=corrected, reason="It was right at first."))
    story.on(2026, 4, 8).files(RevokeEntry(entry=case, reason="Of another patent."))
    misspelt = {"invention_title": "Lantern with a shaded flame and a hook"}
    story.on(2026, 4, 9).files(
        PublishCorrection(
            patents=(SECOND,), entry=granting, changes=misspelt, reason="Title misspelt."
        )
    )


def joint_filings(story: Story) -> None:
    """A pledge prepared by the bank and confirmed by a natural person; one withdrawn, two refused;
    a consent taken back."""

    story.files(granted(PATENT, patentees=(INVENTOR,)))
    story.files(granted(SECOND, THIRD))
    by_bank = {"signed_by": refs(BANK)}
    pledge = register_pledge(pledgors=(INVENTOR,), **by_bank)
    prepared = story.on(2026, 3, 2).files(prepares_filing(pledge))
    story.on(2026, 3, 3).files(ConfirmFiling(filing=prepared, by=ref(INVENTOR)))
    given_up = story.on(2026, 3, 4).files(
        prepares_filing(register_pledge(patents=(SECOND,), **by_bank))
    )
    story.on(2026, 3, 5).files(
        WithdrawFiling(filing=given_up, by=ref(LAMPWORKS), reason="Another bank was found.")
    )
    refused = story.on(2026, 3, 6).files(
        prepares_filing(register_pledge(patents=(SECOND,), documents=(), **by_bank))
    )
    story.on(2026, 3, 9).files(ConfirmFiling(filing=refused, by=ref(LAMPWORKS)))
    doubted = story.on(2026, 3, 10).files(
        prepares_filing(register_pledge(patents=(THIRD,), **by_bank))
    )
    story.files(RefuseFiling(filing=doubted, reason="The contract is doubted."))
    consent = story.on(2026, 3, 11).files(record_consent(by=BANK))
    story.on(2026, 3, 12).files(WithdrawConsent(consent=consent))


def contests(story: Story) -> None:
    """Refusals contested: one upheld, one waived by a reading, one of the office's own set
    aside."""

    story.files(granted(PATENT, SECOND, THIRD))
    unsigned = register_pledge(signed_by=refs(BANK))
    contest = story.on(2026, 3, 2).files(contests_refusal(unsigned))
    story.on(2026, 3, 3).files(
        DecideContest(filing=contest, outcome="upheld", reason="The pledgor did not sign.")
    )
    licence = RecordLicence(
        patents=(SECOND,),
        kind="ordinary",
        licensors=(LAMPWORKS,),
        licensees=(MILLS,),
        contract=LicenceContract(signed_on=date(2026, 2, 9), patents_listed=True),
        starts_on=date(2026, 2, 16),
        last_day=date(2029, 12, 31),
        territory="China",
        field_of_use="lanterns",
        royalty=LumpSum(total=yuan("300000")),
        documents=documents("licence-contract"),
        signed_by=refs(LAMPWORKS),
    )
    story.files(licence)
    exclusive = licence.model_copy(
        update={
            "kind": "exclusive",
            "licensees": (INSTRUMENTS,),
            "documents": (Document(kind="licence-contract", digest="ab" * 32),),
        }
    )
    contest = story.on(2026, 3, 4).files(contests_refusal(exclusive))
    story.on(2026, 3, 5).files(
        DecideContest(
            filing=contest,
            outcome="set_aside",
            waive=("licence-no-conflict",),
            reason="Both may stand side by side.",
        )
    )
    prepared = story.on(2026, 3, 6).files(
        prepares_filing(register_pledge(patents=(THIRD,), signed_by=refs(BANK)))
    )
    story.files(RefuseFiling(filing=prepared, reason="The contract is doubted."))
    story.on(2026, 3, 9).files(ContestPrepared(filing=prepared, by=ref(BANK), reason="It is true."))
    story.on(2026, 3, 10).files(
        DecideContest(filing=prepared, outcome="set_aside", reason="The notary confirms it.")
    )
    story.on(2026, 3, 11).files(ConfirmFiling(filing=prepared, by=ref(LAMPWORKS)))


def contests_refusal(filing: Command) -> ContestRefusal:
    return ContestRefusal(patents=filing.patents, filing=filing, reason="The office errs.")


def prepares_filing(filing: Command) -> PrepareFiling:
    return PrepareFiling(patents=filing.patents, filing=filing)


def powers_of_attorney(story: Story) -> None:
    """A company empowers a bank for a year and a person without end; the bank's power is revoked,
    and what is personal of the person is erased."""
    story.files(granted(PATENT))
    given = GivePowerOfAttorney(
        principal=ref(LAMPWORKS),
        agent=BANK,
        kinds=("pledge", "consent"),
        valid_from=date(2026, 3, 2),
        last_day=date(2027, 3, 1),
        documents=documents("power-of-attorney"),
    )
    power = story.on(2026, 3, 2).files(given)
    to_person = {"agent": INVENTOR, "kinds": ("licence",), "last_day": None}
    story.on(2026, 3, 3).files(given.model_copy(update=to_person))
    story.on(2026, 4, 1).files(RevokePowerOfAttorney(principal=ref(LAMPWORKS), power=power))
    story.on(2026, 5, 6).erases(INVENTOR)


HISTORIES: dict[str, Callable[[Story], None]] = {
    "pledge-life": pledge_life,
    "transfer-with-pledge-continuing": transfer_with_pledge_continuing,
    "transfer-with-pledge-released": transfer_with_pledge_released,
    "licence-life": licence_life,
    "open-licence-life": open_licence_life,
    "freezes": freezes,
    "invalidation": invalidation,
    "fees-lapse-and-restoration": fees_lapse_and_restoration,
    "reduced-fees": reduced_fees,
    "obligations": obligations,
    "identity-evidence": identity_evidence,
    "corrections": corrections,
    "joint-filings": joint_filings,
    "contests": contests,
    "us-record": us_record,
    "powers-of-attorney": powers_of_attorney,
}

"""The life of the right: grant, annual fees, lapse, restoration, freezes, invalidation, its end.

Most of these are facts that the office enters; a fact carries its own date. An end that a paper
states is the last day included, and is stored as the day after.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ledger.domain import fees, terms
from ledger.domain.codelists import StrategicIndustry
from ledger.domain.consents import uses_of
from ledger.domain.events import (
    AnnualFeePaid,
    FeeLapseDecided,
    FeeReductionRecorded,
    InvalidationDecided,
    InvalidationFinal,
    InvalidationRequested,
    LedgerEvent,
    PatentAbandoned,
    PatentEntered,
    PreservationContinued,
    PreservationReleased,
    PreservationStarted,
    RightRestored,
    SuspensionEnded,
    SuspensionExtended,
    SuspensionStarted,
    TermCompensated,
)
from ledger.domain.filing import PATENTS_MAX, Command, Context, Fact, Parties, PatentNo
from ledger.domain.money import Money, plain, yuan
from ledger.domain.numbers import KINDS, PatentKind
from ledger.domain.parties import PartyDetails, Value
from ledger.domain.patent import Patent
from ledger.domain.periods import CivilDate, add_months
from ledger.domain.symbols import classification_symbol, parse_publication_number
from ledger.domain.texts import LongText, Text

FEE_YEARS_MAX = 20
SUSPENSION_MONTHS = 12
EXTENSION_MONTHS_MAX = 6
_DAY = timedelta(days=1)

CaseNo = Annotated[Text, Field(examples=["(2026) Jing 73 Xing Bao 1"])]
FeeYear = Annotated[int, Field(ge=1, le=FEE_YEARS_MAX)]
Months = Annotated[int, Field(ge=1, le=120)]


# --- grant --------------------------------------------------------------------------------------


def _publication(text: str) -> str:
    return str(parse_publication_number(text))


class PatentDetails(Value):
    """A granted patent as it is entered."""

    patent: PatentNo
    kind: PatentKind | None = None
    """The kind its number says, where it is not stated."""
    invention_title: Text
    filed_on: CivilDate
    """Chinese filing date, from which the term runs; never the priority date."""
    published_on: CivilDate | None = None
    granted_on: CivilDate
    """Date of the grant announcement."""
    publication_no: Annotated[str, AfterValidator(_publication), Field(max_length=80)] | None = None
    symbols: Annotated[tuple[Text, ...], Field(min_length=1, max_length=50)]
    """IPC or Locarno symbols, the main class first."""
    patentees: Parties
    fees_paid_through: Annotated[int, Field(ge=0, le=FEE_YEARS_MAX)] | None = None
    """Last patent year whose annual fee is paid; unknown where it is not stated."""
    aliases: Annotated[tuple[Text, ...], Field(max_length=20)] = ()
    industry: Annotated[str, Field(pattern=r"^[A-T]([0-9]{2,4})?$")] | None = None
    """Section of GB/T 4754, perhaps with division and group."""
    strategic_industry: StrategicIndustry | None = None
    family_abroad: bool | None = None
    same_day_patent: PatentNo | None = None
    """The utility model or invention filed on the same day for the same creation."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.granted_on < self.filed_on:
            raise ValueError("a patent is not granted before it is filed")
        for symbol in self.symbols:
            classification_symbol(symbol, self.kind_of_patent)
        return self

    @property
    def kind_of_patent(self) -> PatentKind:
        return self.kind or kind_by_number(self.patent) or PatentKind.INVENTION


def kind_by_number(patent: str) -> PatentKind | None:
    """Kind by the digit after the year of a Chinese number, whether or not it checks."""
    office, _, number = patent.partition(":")
    digits = number.partition(".")[0]
    place = 4 if len(digits) == 12 else 2
    return KINDS.get(digits[place : place + 1]) if office == "CN" else None


class GrantPatent(Command):
    """Enter granted patents; an invention ends the utility model of the same day it names."""

    NAME: ClassVar[str] = "GrantPatent"

    patents: tuple[PatentNo, ...] = Field((), max_length=2 * PATENTS_MAX)
    """Follow from the entries: their numbers, and the utility models that inventions end."""
    entries: Annotated[tuple[PatentDetails, ...], Field(min_length=1, max_length=PATENTS_MAX)]

    @model_validator(mode="after")
    def _named(self) -> Self:
        entered = [entry.patent for entry in self.entries]
        twice = next((p for i, p in enumerate(entered) if p in entered[:i]), None)
        if twice is not None:
            raise ValueError(f"the patent {twice} is entered twice")
        ended = [model for model in (ends(entry) for entry in self.entries) if model is not None]
        concerned = tuple(dict.fromkeys((*entered, *ended)))
        if self.patents not in ((), concerned):
            raise ValueError("patents follow from the entries and are not stated")
        object.__setattr__(self, "patents", concerned)
        return self

    @cached_property
    def by_number(self) -> dict[str, PatentDetails]:
        """The entries by their patents."""
        return {entry.patent: entry for entry in self.entries}

    @cached_property
    def by_model(self) -> dict[str, PatentDetails]:
        """The inventions by the utility models that their grant ends."""
        return {model: entry for entry in self.entries if (model := ends(entry)) is not None}

    def ends_model(self, patent: Patent) -> bool:
        """Whether the patent is a utility model in force that an invention's grant ends."""
        invention = self.by_model.get(patent.id)
        return invention is not None and bool(patent.alive(invention.granted_on))

    def parties(self) -> tuple[PartyDetails, ...]:
        return tuple(p for entry in self.entries for p in entry.patentees)


def ends(entry: PatentDetails) -> str | None:
    """The utility model that the grant of an invention ends (Implementing Rules art. 47)."""
    return entry.same_day_patent if entry.kind_of_patent is PatentKind.INVENTION else None


def grant_patent(
    patents: Mapping[str, Patent], command: GrantPatent, context: Context
) -> list[LedgerEvent]:
    """One event a patent entered, and the end of each utility model given up for an invention."""
    versions = {number: patents[number].version for number in command.patents}
    events: list[LedgerEvent] = []
    for entry in command.entries:
        versions[entry.patent] += 1
        events.append(_entered(entry, versions[entry.patent], command, context))
    for number in command.patents:
        invention = command.by_model.get(number)
        if invention is None:
            continue
        if number in command.by_number or command.ends_model(patents[number]):
            versions[number] += 1
            events.append(
                PatentAbandoned(
                    originator_id=number,
                    originator_version=versions[number],
                    envelope=context.envelope(command, invention.granted_on, None),
                    reason="same_day_invention",
                )
            )
    return events + uses_of(command, context)


def _entered(
    entry: PatentDetails, version: int, command: GrantPatent, context: Context
) -> PatentEntered:
    kind = entry.kind_of_patent
    return PatentEntered(
        originator_id=entry.patent,
        originator_version=version,
        envelope=context.envelope(command, entry.granted_on, None),
        kind=kind,
        invention_title=entry.invention_title,
        filed_on=entry.filed_on,
        published_on=entry.published_on,
        granted_on=entry.granted_on,
        publication_no=entry.publication_no,
        symbols=tuple(classification_symbol(s, kind) for s in entry.symbols),
        patentees=tuple(context.party(p) for p in entry.patentees),
        fees_paid_through=entry.fees_paid_through,
        aliases=entry.aliases,
        industry=entry.industry,
        strategic_industry=entry.strategic_industry,
        family_abroad=entry.family_abroad,
        same_day_patent=entry.same_day_patent,
        personal=context.personal(*entry.patentees),
    )


# --- annual fees, lapse, restoration ------------------------------------------------------------


class PayAnnualFee(Fact):
    """An annual fee was paid, on the day from which the fact counts."""

    NAME: ClassVar[str] = "PayAnnualFee"

    fee_year: FeeYear
    amount: Money | None = None
    """What was paid; where it is not stated, the fee was paid as prescribed."""
    full_fee: Money | None = None
    """The full fee of the year, where it is another than the office's settings say."""


def pay_annual_fee(
    patents: Mapping[str, Patent], command: PayAnnualFee, context: Context
) -> list[LedgerEvent]:
    """One event a patent, with what the fee came to on the day."""
    envelope = context.envelope(command, command.effective_on, None)
    events: list[LedgerEvent] = []
    for number in command.patents:
        due = fee_payable(patents[number], command, context)
        short = due is not None and due.payable > paid_with(patents[number], command)
        events.append(
            AnnualFeePaid(
                originator_id=number,
                originator_version=patents[number].version + 1,
                envelope=envelope,
                fee_year=command.fee_year,
                paid_on=command.effective_on,
                amount=command.amount,
                due=None if due is None else yuan(plain(due.payable, places=2)),
                short=short or None,
            )
        )
    return events


def fee_payable(patent: Patent, command: PayAnnualFee, context: Context) -> fees.FeeDue | None:
    """What the fee comes to on the day of payment; None where it cannot be told what was paid."""
    paid, full = command.amount, command.full_fee
    if any(money is not None and money.currency != "CNY" for money in (paid, full)):
        return None
    if paid is None:
        return None
    return fees.fee_due(
        patent,
        command.fee_year,
        command.effective_on,
        context.calendar,
        context.law,
        None if full is None else full.amount,
    )


def paid_with(patent: Patent, command: PayAnnualFee) -> Decimal:
    """What is paid for the year with this payment, in yuan."""
    before = fees.paid_for(patent.fees, command.fee_year)
    return before if command.amount is None else before + command.amount.amount


class RecordFeeReduction(Fact):
    """The office grants a reduction of annual fees, or ends it with 0 percent."""

    NAME: ClassVar[str] = "RecordFeeReduction"

    percent: Annotated[int, Field(ge=0, le=100, examples=[85])]


def record_fee_reduction(
    patents: Mapping[str, Patent], command: RecordFeeReduction, context: Context
) -> list[LedgerEvent]:
    envelope = context.envelope(command, command.effective_on, None)
    return [
        FeeReductionRecorded(
            originator_id=number,
            originator_version=patents[number].version + 1,
            envelope=envelope,
            percent=command.percent,
        )
        for number in command.patents
    ]


class LapseForFee(Command):
    """The office decided that the right lapsed for an unpaid annual fee, back to its due date."""

    NAME: ClassVar[str] = "LapseForFee"

    fee_year: FeeYear
    """The year whose fee is unpaid."""
    decided_on: CivilDate
    notified_on: CivilDate | None = None


def lapse_for_fee(
    patents: Mapping[str, Patent], command: LapseForFee, context: Context
) -> list[LedgerEvent]:
    """One event a patent, counting from the day its own fee was due."""
    return [
        FeeLapseDecided(
            originator_id=number,
            originator_version=patents[number].version + 1,
            envelope=context.envelope(command, _due_on(patents[number], command.fee_year), None),
            fee_year=command.fee_year,
            decided_on=command.decided_on,
            notified_on=command.notified_on,
        )
        for number in command.patents
    ]


def _due_on(patent: Patent, fee_year: int) -> date:
    assert patent.entered is not None, "fee-lapse-after-grace was judged"
    assert patent.entered.filed_on is not None, "fee-lapse-after-grace was judged"
    return terms.fee_due_on(patent.entered.filed_on, fee_year)


class RestoreRight(Fact):
    """The office restored a right that had lapsed; it is treated as never lapsed."""

    NAME: ClassVar[str] = "RestoreRight"

    cause: Literal["good_reason", "force_majeure"] = "good_reason"
    requested_on: CivilDate
    notice_received_on: CivilDate | None = None
    obstacle_ended_on: CivilDate | None = None
    fee_paid_on: CivilDate | None = None
    """When the restoration fee was paid."""
    decision: Text | None = None


def restore_right(
    patents: Mapping[str, Patent], command: RestoreRight, context: Context
) -> list[LedgerEvent]:
    envelope = context.envelope(command, command.effective_on, None)
    return [
        RightRestored(
            originator_id=number,
            originator_version=patents[number].version + 1,
            envelope=envelope,
            notice_received_on=command.notice_received_on,
            decision=command.decision,
        )
        for number in command.patents
    ]


# --- preservation -------------------------------------------------------------------------------


class Paper(Fact):
    """A court's paper that states a period, in months from its receipt or by its last day."""

    case_no: CaseNo
    court: Text
    months: Months | None = None
    last_day: CivilDate | None = None
    """Last day preserved, where the paper names it."""

    @property
    def ends_on(self) -> date | None:
        """The first day after the period, counted from the receipt of the paper."""
        if self.last_day is not None:
            return self.last_day + _DAY
        return None if self.months is None else add_months(self.effective_on, self.months) + _DAY


class StartPreservation(Paper):
    """The office received a court's ruling and assistance notice; it counts from the receipt."""

    NAME: ClassVar[str] = "StartPreservation"

    kind: Literal["preservation", "execution"] = "preservation"
    particulars_match: bool = False
    """Whether the papers name number, title and patentee as the register has them."""


def start_preservation(
    patents: Mapping[str, Patent], command: StartPreservation, context: Context
) -> list[LedgerEvent]:
    """One event a patent; while another preservation runs it queues, its start left open."""
    envelope = context.envelope(command, command.effective_on, None)
    events: list[LedgerEvent] = []
    for number in command.patents:
        queued = bool(patents[number].preserved_by(command.effective_on))
        stated = command.last_day is not None or not queued
        events.append(
            PreservationStarted(
                originator_id=number,
                originator_version=patents[number].version + 1,
                envelope=envelope,
                case_no=command.case_no,
                court=command.court,
                kind=command.kind,
                starts_on=None if queued else command.effective_on,
                months=command.months,
                ends_on=command.ends_on if stated else None,
            )
        )
    return events


class ContinuePreservation(Paper):
    """The office received the court's notice that a preservation goes on."""

    NAME: ClassVar[str] = "ContinuePreservation"


def continue_preservation(
    patents: Mapping[str, Patent], command: ContinuePreservation, context: Context
) -> list[LedgerEvent]:
    envelope = context.envelope(command, command.effective_on, None)
    assert command.ends_on is not None, "preservation-continue-before-end was judged"
    return [
        PreservationContinued(
            originator_id=number,
            originator_version=patents[number].version + 1,
            envelope=envelope,
            case_no=command.case_no,
            court=command.court,
            ends_on=command.ends_on,
        )
        for number in command.patents
    ]


class EndPreservation(Fact):
    """A court released a preservation; the patent is free from this day."""

    NAME: ClassVar[str] = "EndPreservation"

    case_no: CaseNo
    court: Text


def end_preservation(
    patents: Mapping[str, Patent], command: EndPreservation, context: Context
) -> list[LedgerEvent]:
    envelope = context.envelope(command, command.effective_on, None)
    return [
        PreservationReleased(
            originator_id=number,
            originator_version=patents[number].version + 1,
            envelope=envelope,
            case_no=command.case_no,
            court=command.court,
        )
        for number in command.patents
    ]


# --- suspension ---------------------------------------------------------------------------------


class StartSuspension(Fact):
    """A party to an ownership dispute asked for suspension; it counts from the request."""

    NAME: ClassVar[str] = "StartSuspension"

    case_no: CaseNo
    requested_by: PartyDetails
    dispute_parties: Parties
    """The parties that the acceptance document of court or IP office names."""
    particulars_match: bool = False
    """Whether that document names the patent as the register has it."""
    in_invalidation: bool = False

    def parties(self) -> tuple[PartyDetails, ...]:
        return (self.requested_by,)


def start_suspension(
    patents: Mapping[str, Patent], command: StartSuspension, context: Context
) -> list[LedgerEvent]:
    """One event a patent; the last day is one year after the request."""
    envelope = context.envelope(command, command.effective_on, None)
    return [
        SuspensionStarted(
            originator_id=number,
            originator_version=patents[number].version + 1,
            envelope=envelope,
            case_no=command.case_no,
            requested_by=context.party(command.requested_by),
            ends_on=add_months(command.effective_on, SUSPENSION_MONTHS) + _DAY,
            in_invalidation=command.in_invalidation,
            personal=context.personal(command.requested_by),
        )
        for number in command.patents
    ]


class ExtendSuspension(Fact):
    """A suspension is extended once, on a request made before its end."""

    NAME: ClassVar[str] = "ExtendSuspension"

    case_no: CaseNo
    months: Annotated[int, Field(ge=1, le=120)] = EXTENSION_MONTHS_MAX


def extend_suspension(
    patents: Mapping[str, Patent], command: ExtendSuspension, context: Context
) -> list[LedgerEvent]:
    envelope = context.envelope(command, command.effective_on, None)
    events: list[LedgerEvent] = []
    for number in command.patents:
        found = patents[number].suspended_by(command.effective_on)
        running = next(s for s in found if s.case_no == command.case_no)
        last_day = add_months(running.ends_on - _DAY, command.months)
        events.append(
            SuspensionExtended(
                originator_id=number,
                originator_version=patents[number].version + 1,
                envelope=envelope,
                case_no=command.case_no,
                ends_on=last_day + _DAY,
            )
        )
    return events


class EndSuspension(Fact):
    """A suspension ended before its time; the patent is free from this day."""

    NAME: ClassVar[str] = "EndSuspension"

    case_no: CaseNo
    reason: Literal["judgment", "mediation", "withdrawal", "other"]


def end_suspension(
    patents: Mapping[str, Patent], command: EndSuspension, context: Context
) -> list[LedgerEvent]:
    envelope = context.envelope(command, command.effective_on, None)
    return [
        SuspensionEnded(
            originator_id=number,
            originator_version=patents[number].version + 1,
            envelope=envelope,
            case_no=command.case_no,
            reason=command.reason,
        )
        for number in command.patents
    ]


# --- invalidation -------------------------------------------------------------------------------

InvalidationOutcome = Literal["whole", "partial", "maintained", "withdrawn"]


class StartInvalidation(Fact):
    """A request for invalidation was accepted; it is not public before its decision is final."""

    NAME: ClassVar[str] = "StartInvalidation"

    case_no: CaseNo
    requested_by: PartyDetails | None = None

    def parties(self) -> tuple[PartyDetails, ...]:
        return () if self.requested_by is None else (self.requested_by,)


def start_invalidation(
    patents: Mapping[str, Patent], command: StartInvalidation, context: Context
) -> list[LedgerEvent]:
    envelope = context.envelope(command, command.effective_on, None)
    requester = command.requested_by
    return [
        InvalidationRequested(
            originator_id=number,
            originator_version=patents[number].version + 1,
            envelope=envelope,
            case_no=command.case_no,
            requested_by=None if requester is None else context.party(requester),
            requested_on=command.effective_on,
            personal=context.personal(*command.parties()),
        )
        for number in command.patents
    ]


class DecideInvalidation(Fact):
    """The office decided on an invalidation; until the decision is final the case is pending."""

    NAME: ClassVar[str] = "DecideInvalidation"

    case_no: CaseNo
    outcome: InvalidationOutcome
    decision_no: Text


def decide_invalidation(
    patents: Mapping[str, Patent], command: DecideInvalidation, context: Context
) -> list[LedgerEvent]:
    envelope = context.envelope(command, command.effective_on, None)
    return [
        InvalidationDecided(
            originator_id=number,
            originator_version=patents[number].version + 1,
            envelope=envelope,
            case_no=command.case_no,
            outcome=command.outcome,
            decision_no=command.decision_no,
            decided_on=command.effective_on,
        )
        for number in command.patents
    ]


class FinaliseInvalidation(Fact):
    """The decision can no longer be contested; whole is void from the beginning."""

    NAME: ClassVar[str] = "FinaliseInvalidation"

    case_no: CaseNo
    outcome: InvalidationOutcome
    decision_no: Text
    decided_on: CivilDate | None = None
    claims_kept: LongText | None = None
    """Claims kept in force, where the patent is invalid in part."""


def finalise_invalidation(
    patents: Mapping[str, Patent], command: FinaliseInvalidation, context: Context
) -> list[LedgerEvent]:
    envelope = context.envelope(command, command.effective_on, None)
    return [
        InvalidationFinal(
            originator_id=number,
            originator_version=patents[number].version + 1,
            envelope=envelope,
            case_no=command.case_no,
            outcome=command.outcome,
            decision_no=command.decision_no,
            decided_on=command.decided_on,
            claims_kept=command.claims_kept,
        )
        for number in command.patents
    ]


# --- end and length of the right ----------------------------------------------------------------


class Abandon(Command):
    """All patentees give up the whole patent, unconditionally, from the day of registration."""

    NAME: ClassVar[str] = "Abandon"

    conditions: LongText | None = None
    """Conditions attached, which bar it."""
    claims: Annotated[tuple[int, ...], Field(max_length=1000)] = ()
    """Claims given up alone, which the law does not know."""


def abandon(patents: Mapping[str, Patent], command: Abandon, context: Context) -> list[LedgerEvent]:
    envelope = context.envelope(command, context.today, None)
    abandoned: list[LedgerEvent] = [
        PatentAbandoned(
            originator_id=number,
            originator_version=patents[number].version + 1,
            envelope=envelope,
            reason="voluntary",
        )
        for number in command.patents
    ]
    return abandoned + uses_of(command, context)


class CompensateTerm(Fact):
    """The term of an invention is compensated for delay in grant (pta) or for a drug (pte)."""

    NAME: ClassVar[str] = "CompensateTerm"

    kind: Literal["pta", "pte"]
    days: Annotated[int, Field(ge=1, le=20_000)]
    requested_on: CivilDate
    approved_on: CivilDate | None = None
    """When the drug was approved for marketing."""
    drug: Text | None = None


def compensate_term(
    patents: Mapping[str, Patent], command: CompensateTerm, context: Context
) -> list[LedgerEvent]:
    """One event a patent, with the new termination date."""
    envelope = context.envelope(command, command.effective_on, None)
    events: list[LedgerEvent] = []
    for number in command.patents:
        terminates_on = patents[number].terminates_on
        assert terminates_on is not None, "term-compensation-kind was judged"
        events.append(
            TermCompensated(
                originator_id=number,
                originator_version=patents[number].version + 1,
                envelope=envelope,
                kind=command.kind,
                days=command.days,
                terminates_on=terminates_on + timedelta(days=command.days),
                drug=command.drug,
            )
        )
    return events


COMMANDS: dict[type[Command], Callable[..., list[LedgerEvent]]] = {
    GrantPatent: grant_patent,
    PayAnnualFee: pay_annual_fee,
    RecordFeeReduction: record_fee_reduction,
    LapseForFee: lapse_for_fee,
    RestoreRight: restore_right,
    StartPreservation: start_preservation,
    ContinuePreservation: continue_preservation,
    EndPreservation: end_preservation,
    StartSuspension: start_suspension,
    ExtendSuspension: extend_suspension,
    EndSuspension: end_suspension,
    StartInvalidation: start_invalidation,
    DecideInvalidation: decide_invalidation,
    FinaliseInvalidation: finalise_invalidation,
    Abandon: abandon,
    CompensateTerm: compensate_term,
}

"""Rules of every filing (law.md 8.1): numbers, codes, agencies, which patents are filed here."""

from __future__ import annotations

from functools import cache, lru_cache

from ledger.domain import (
    consents,
    fulfilments,
    licences,
    lifecycle,
    open_licences,
    pledges,
    revocations,
    transfers,
)
from ledger.domain.consents import EnterPartyEvidence, WithdrawConsent
from ledger.domain.corrections import PublishCorrection
from ledger.domain.filing import Command, Context, Fact, has_document
from ledger.domain.licences import CancelLicence, ChangeLicence, RecordLicence
from ledger.domain.lifecycle import (
    GrantPatent,
    LapseForFee,
    RecordFeeReduction,
    kind_by_number,
)
from ledger.domain.numbers import (
    InvalidNumber,
    PatentKind,
    check_credit_code,
    check_resident_number,
    parse_patent_id,
    parse_registration_number,
)
from ledger.domain.obligations import Duty, Owed
from ledger.domain.parties import PartyDetails, PartyKind, Residence
from ledger.domain.patent import Patent
from ledger.domain.pledges import ChangePledge, DeregisterPledge, RevokePledge
from ledger.domain.powers import GivePowerOfAttorney
from ledger.domain.refusals import Severity
from ledger.domain.rules.catalogue import Broken, Outcome, rule
from ledger.domain.transfers import RegisterTransfer

ALL: tuple[type[Command], ...] = (
    *pledges.COMMANDS,
    *transfers.COMMANDS,
    *(command for command in consents.COMMANDS if command is not WithdrawConsent),
    *licences.COMMANDS,
    *open_licences.COMMANDS,
    *lifecycle.COMMANDS,
    *revocations.COMMANDS,
    *fulfilments.COMMANDS,
)
"""Every act about dealings and rights; corrections are about entries."""

BY_PARTIES = tuple(
    command
    for command in ALL
    if not issubclass(command, Fact)
    and command not in (GrantPatent, LapseForFee, EnterPartyEvidence, *revocations.COMMANDS)
)
"""The acts of parties, as opposed to what the office enters by itself."""

PATENT_COMMANDS = tuple(command for command in ALL if command is not EnterPartyEvidence)


@rule(
    "id-patent-number-check",
    *PATENT_COMMANDS,
    title="Check digit of the patent number",
    article="ZC 0006-2003",
    cure="Look the number up and correct it.",
)
def patent_number_check(patent: Patent, _: Command, __: Context) -> Outcome:
    """The patent number is mistyped: its check digit does not belong to its other digits."""
    expected = _expected(patent.id)
    return None if expected is None else Broken(fact={"stated": patent.id, "expected": expected})


def _expected(patent: str) -> str | None:
    """The number that would pass, None where this one does."""
    try:
        parse_patent_id(patent)
    except InvalidNumber as error:
        return error.expected or ""
    return None


@rule(
    "not-this-register",
    *PATENT_COMMANDS,
    title="Chinese patents alone",
    article="PL 10; IR 106",
    cure="Leave the patent out; what other registers hold is taken over by transcription.",
)
def not_this_register(patent: Patent, _: Command, __: Context) -> Outcome:
    """Filings concern Chinese patents; this one belongs to another register."""
    office = patent.id.partition(":")[0]
    return None if office == "CN" else Broken(fact={"office": office})


@rule(
    "id-patent-kind-consistent",
    GrantPatent,
    title="Kind and number agree",
    article="ZC 0006-2003",
    cure="Correct the number or the kind of patent.",
)
def patent_kind_consistent(patent: Patent, command: GrantPatent, _: Context) -> Outcome:
    """The kind of patent is not the one its number says, or the same-day patent is of no fit
    kind.
    """
    entry = command.by_number.get(patent.id)
    by_number = kind_by_number(patent.id)
    if entry is not None and entry.kind_of_patent is not by_number:
        return Broken(fact={"kind": entry.kind_of_patent, "by_number": by_number})
    if entry is None and by_number is not PatentKind.UTILITY_MODEL:
        return Broken(fact={"same_day_patent": patent.id, "by_number": by_number})
    return None


@rule(
    "patent-entered-once",
    GrantPatent,
    title="Entered once",
    article="IR 106",
    cure="Leave the patent out; enter what is new about it as facts.",
)
def entered_once(patent: Patent, command: GrantPatent, _: Context) -> Outcome:
    """The patent is in the ledger already."""
    known = patent.id in command.by_number and patent.entered is not None
    return Broken(fact={"patent": patent.id}) if known else None


@rule(
    "day-has-come",
    *ALL,
    title="Nothing is told before its day",
    article="IR 5, 106",
    cure="Correct the day, or enter it when the day has come.",
    once=True,
)
def day_has_come(_: Patent, command: Command, context: Context) -> Outcome:
    """A day on which something is said to have been received, agreed, decided or done has not yet
    come.
    """
    for name in _told_of(type(command)):
        day = getattr(command, name)
        if day is not None and day > context.today:
            return Broken(f"/{name}", {name: day.isoformat()})
    return None


_TOLD = (
    "received_on",
    "effective_on",
    "decided_on",
    "notified_on",
    "requested_on",
    "notice_received_on",
    "obstacle_ended_on",
    "approved_on",
    "changed_on",
    "contract_on",
    "fee_paid_on",
)
"""Members that tell of a day that was."""
_AHEAD = ((RecordFeeReduction, "effective_on"), (RegisterTransfer, "fee_paid_on"))
"""A reduction may be granted from a day to come; of a transfer's fee its own rule tells."""


@cache
def _told_of(command: type[Command]) -> tuple[str, ...]:
    return tuple(
        name for name in _TOLD if name in command.model_fields and (command, name) not in _AHEAD
    )


@rule(
    "id-uscc-check",
    *ALL,
    GivePowerOfAttorney,
    PublishCorrection,
    title="Check character of the credit code",
    article="GB 32100-2015",
    cure="Correct the code; if a real organisation has it, the registrar enters the evidence on "
    "the party (EnterPartyEvidence).",
    once=True,
)
def uscc_check(_: Patent, command: Command, context: Context) -> Outcome:
    """A unified social credit code does not check; a real one passes on recorded evidence."""
    if isinstance(command, EnterPartyEvidence):
        return _evidence_needless(command, context)
    failing = {
        code: p.name
        for p in command.parties()
        if (code := p.credit_code) is not None and not _code_checks(code)
    }
    if not failing:
        return None
    unproved = {c: name for c, name in failing.items() if c.upper() not in context.evidenced}
    if unproved:
        return Broken(fact={"credit_codes": unproved})
    return Broken(fact={"credit_codes": failing}, severity=Severity.WARNING)


@lru_cache(maxsize=4096)
def _code_checks(code: str) -> bool:
    return check_credit_code(code).check_digit_holds


def _evidence_needless(command: EnterPartyEvidence, context: Context) -> Outcome:
    """Evidence stands in for a check that fails, and is entered once."""
    if _code_checks(command.credit_code):
        return Broken("/credit_code", {"check_character_holds": True})
    if command.credit_code in context.evidenced:
        return Broken("/credit_code", {"evidenced": True})
    return None


@rule(
    "id-resident-check",
    *ALL,
    GivePowerOfAttorney,
    PublishCorrection,
    title="Check character of the identity number",
    article="GB 11643-1999",
    cure="Correct the resident identity number; it is never published.",
    once=True,
)
def resident_check(_: Patent, command: Command, __: Context) -> Outcome:
    """A resident identity number does not check, or its date of birth is none."""
    problems = {
        p.name: problem
        for p in command.parties()
        if p.kind is _INDIVIDUAL
        and p.identity_number is not None
        and (problem := check_resident_number(p.identity_number).problem) is not None
    }
    return Broken(fact={"persons": problems}) if problems else None


@rule(
    "foreign-party-agency",
    *BY_PARTIES,
    title="Agency of foreign parties",
    article="PL 18(1); PPM 5; LRM 6",
    cure="Appoint a patent agency and name it in agency.",
    once=True,
)
def foreign_party_agency(_: Patent, command: Command, __: Context) -> Outcome:
    """A party without residence or place of business in China acts through a patent agency."""
    if command.agency is not None:
        return None
    abroad = [p for p in command.parties() if p.residence is _ABROAD]
    if not abroad:
        return None
    debtor: PartyDetails | None = getattr(command, "debtor", None)
    named = [p.name for p in abroad if p is not debtor]
    return Broken("/agency", {"parties": named}) if named else None


_ABROAD, _INDIVIDUAL = Residence.ABROAD, PartyKind.INDIVIDUAL
"""Looked up once: to look them up takes as long as to judge."""


@rule(
    "false-proof-revocable",
    *ALL,
    title="Commitments are checked",
    article="GL I-1 §6.7.5; PPM 20; IR 88",
    severity=Severity.OBLIGATION,
    cure="Keep the papers that the commitment stands for.",
    once=True,
)
def false_proof_revocable(_: Patent, command: Command, context: Context) -> Outcome:
    """A commitment stands for proof; if it is false, what was registered on it may be revoked."""
    if not has_document(command, "commitment", "identity-commitment"):
        return None
    committed = context.signers(command) or {context.party_id(p) for p in command.parties()}
    return Broken("/documents", owed=(Owed(Duty.KEEP_PAPERS, by=tuple(sorted(committed))),))


@rule(
    "id-registration-number-form",
    RecordLicence,
    ChangePledge,
    DeregisterPledge,
    RevokePledge,
    ChangeLicence,
    CancelLicence,
    title="Form of a registration number",
    article="practice of the register",
    severity=Severity.WARNING,
    cure="Compare the number with the notice of registration; nothing is lost if it is right.",
    once=True,
)
def registration_number_form(_: Patent, command: Command, context: Context) -> Outcome:
    """A number is of an unusual form: usual are Y or X, the year, two digits of the office, seven
    of the serial. What the ledger draws itself is always of that form.
    """
    for name in ("registration_no", "licence_id", "head_licence_id"):
        number = getattr(command, name, None)
        known = None if number is None else context.registrations.get(number)
        if known is not None and known.kind != "take" and not _usual(known.registration_no):
            return Broken(f"/{name}", {"number": known.registration_no})
    return None


def _usual(number: str) -> bool:
    try:
        parse_registration_number(number)
    except InvalidNumber:
        return False
    return True

"""Whole valid events and commands, of invented parties and numbers; a test overrides what matters.

`recorded(*facts)` numbers facts by stream in the order given and makes the scenario of them. On
the day of the scenarios, 2 March 2026, PATENT is an invention of Lanternhill Lampworks, filed on
12 June 2018, granted on 1 September 2020, with fees paid through year 8, which ends on 11 June.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

from ledger.domain.consents import RecordConsent
from ledger.domain.corrections import PublishCorrection, RevokeEntry
from ledger.domain.events import (
    AnnualFeePaid,
    ConsentGiven,
    ConsentUsed,
    Document,
    Door,
    Envelope,
    FeeLapseDecided,
    InvalidationDecided,
    InvalidationFinal,
    InvalidationRequested,
    JudgedUnder,
    LedgerEvent,
    LicenceRecorded,
    NameOrAddressChanged,
    ObligationMet,
    OpenLicenceDeclared,
    PatentEntered,
    PledgeDeregistered,
    PledgeRegistered,
    PledgeReleased,
    PreservationContinued,
    PreservationReleased,
    PreservationStarted,
    RightRestored,
    SecuredClaim,
    Source,
    SuspensionStarted,
    TransferRegistered,
)
from ledger.domain.filing import Command, Fact
from ledger.domain.lifecycle import GrantPatent, PatentDetails
from ledger.domain.money import yuan
from ledger.domain.numbers import PatentKind, PatentNumber, check_digit
from ledger.domain.obligations import Duty, Obligation
from ledger.domain.parties import (
    InstitutionKind,
    Party,
    PartyDetails,
    PartyKind,
    Residence,
    party_of,
)
from ledger.domain.periods import add_months
from ledger.domain.pledges import (
    ChangePledge,
    Claim,
    DeregisterPledge,
    PledgeContract,
    RegisterPledge,
)
from ledger.domain.royalties import LumpSum
from ledger.domain.transfers import ChangeNameAddress, RegisterTransfer
from tests import scenario
from tests.scenario import Scenario, pseudonym

TODAY = date(2026, 3, 2)
"""The civil day of `scenario.NOW`."""

# --- numbers and parties ------------------------------------------------------------------------


def number(serial: int, *, kind: str = "1", year: int = 2018) -> str:
    """A patent number with its check digit; kind 1 invention, 2 utility model, 3 design."""
    digits = f"{year}{kind}9{serial:06}"
    return f"CN:{digits}.{check_digit(digits)}"


def credit_code(serial: int, *, first: str = "91") -> str:
    """A credit code of no real region, with its check character."""
    head = f"{first}999900MA9{serial:06}"
    return f"{head}{uscc.calc_check_digit(head)}"


def identity_number(serial: int, born: str = "19850607") -> str:
    """A resident identity number of no real division, with its check character."""
    head = f"999901{born}{serial:03}"
    return f"{head}{mod_11_2.calc_check_digit(head)}"


PATENT = number(1)
SECOND = number(2)
THIRD = number(3)
MODEL = number(1, kind="2")
DESIGN = number(1, kind="3", year=2022)

LAMPWORKS = PartyDetails(
    name="Lanternhill Lampworks",
    credit_code=credit_code(1),
    region="35",
    address="1 Lamp Street, Lanternhill",
)
INSTRUMENTS = PartyDetails(
    name="Tidewater Instruments",
    credit_code=credit_code(2),
    region="33",
    address="2 Quay, Tidewater",
)
MILLS = PartyDetails(
    name="Millbrook Mills", credit_code=credit_code(3), region="32", address="3 Weir, Millbrook"
)
BANK = PartyDetails(
    name="Bank of Lanternhill",
    credit_code=credit_code(4),
    region="35",
    institution=InstitutionKind.BANK,
    address="4 Market Square, Lanternhill",
)
OTHER_BANK = PartyDetails(
    name="Tidewater Savings Bank",
    credit_code=credit_code(5),
    region="33",
    institution=InstitutionKind.BANK,
    address="5 Harbour Road, Tidewater",
)
UNIVERSITY = PartyDetails(
    name="Lanternhill University",
    kind=PartyKind.UNIVERSITY,
    credit_code=credit_code(6, first="12"),
    region="35",
    address="6 College Hill, Lanternhill",
)
INVENTOR = PartyDetails(
    name="Deng Zhao",
    kind=PartyKind.INDIVIDUAL,
    identity_number=identity_number(17),
    region="35",
    address="7 Well Lane, Lanternhill",
    telephone="000 0000 0007",
)
FOREIGNER = PartyDetails(
    name="Nordlicht Leuchten",
    residence=Residence.ABROAD,
    other_identifier="NL-REG-00008",
    address="Leuchtweg 8",
)
ISLANDER = PartyDetails(
    name="Harbour Island Optics",
    residence=Residence.HK_MO_TW,
    region="81",
    other_identifier="HIO-00009",
    address="9 Pier Road",
)


def party(details: PartyDetails) -> Party:
    """The party as events show it, with the scenarios' pseudonym."""
    return party_of(details, pseudonym)


def ref(details: PartyDetails) -> str:
    """A reference to the party, as `signed_by` and the like state it."""
    stated = details.credit_code or details.identity_number
    return stated if stated is not None else party(details).id


def refs(*details: PartyDetails) -> tuple[str, ...]:
    return tuple(ref(d) for d in details)


def documents(*kinds: str) -> tuple[Document, ...]:
    """Papers of these kinds, with digests of their own."""
    return tuple(Document(kind=kind, digest=digest(kind)) for kind in kinds)


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


# --- facts --------------------------------------------------------------------------------------


def recorded(*facts: LedgerEvent, to: Scenario | None = None) -> Scenario:
    """The scenario that facts make, arriving in this order, their versions numbered by stream."""
    return scenario.given(*numbered(*facts, to=to), to=to)


def numbered(*facts: LedgerEvent, to: Scenario | None = None) -> list[LedgerEvent]:
    """The same facts with the versions they have when they arrive in this order."""
    versions: Counter[str] = Counter()
    if to is not None:
        versions.update({p.id: p.version for p in to.patents.values()})
        versions.update({name: stream.version for name, stream in to.streams.items()})
    ordered = []
    for fact in facts:
        versions[fact.originator_id] += 1
        version = versions[fact.originator_id]
        ordered.append(fact.model_copy(update={"originator_version": version}))
    return ordered


def envelope(on: date, *, filing_id: str | None = None, **members: Any) -> Envelope:
    """The envelope of a fact that counts from a day, filed at noon in Shanghai on that day."""
    moment = datetime(on.year, on.month, on.day, 4, 0, tzinfo=UTC)
    stated: dict[str, Any] = {
        "filing_id": filing_id or f"filed-{on:%Y%m%d}",
        "filed_by": "registrar",
        "door": Door.FILED,
        "received_on": on,
        "effective_on": on,
        "recorded_at": moment,
        "judged_under": JudgedUnder(regime="test", catalogue="test", settings="test"),
    }
    return Envelope(**stated | members)


def transcribed(reference: str) -> dict[str, Any]:
    """Members of the envelope of a fact taken over from another register."""
    source = Source(register_name="elsewhere", reference=reference, digest=digest(reference))
    return {"door": Door.TRANSCRIBED, "source": source, "filing_id": f"elsewhere-{reference}"}


def about(patent: str, on: date, **members: Any) -> dict[str, Any]:
    """What every event has: its stream, a version that `recorded` numbers anew, its envelope."""
    return {
        "originator_id": patent,
        "originator_version": 1,
        "envelope": envelope(on, **members),
    }


def parties(*details: PartyDetails) -> tuple[Party, ...]:
    return tuple(party(d) for d in details)


def entered(
    patent: str = PATENT,
    *,
    patentees: tuple[PartyDetails, ...] = (LAMPWORKS,),
    filed_on: date | None = date(2018, 6, 12),
    granted_on: date | None = date(2020, 9, 1),
    fees_paid_through: int | None = 8,
    filing_id: str = "entering",
    **fields: Any,
) -> PatentEntered:
    kind = PatentNumber.parse(patent).kind
    design = kind is PatentKind.DESIGN
    stated: dict[str, Any] = {
        "kind": kind,
        "invention_title": "Lantern with a shaded flame",
        "filed_on": filed_on,
        "published_on": granted_on,
        "granted_on": granted_on,
        "publication_no": None,
        "symbols": ("26-02",) if design else ("F21L 19/00",),
        "patentees": parties(*patentees),
        "fees_paid_through": fees_paid_through,
        "aliases": (),
        "industry": None,
        "strategic_industry": None,
        "family_abroad": None,
        "same_day_patent": None,
    }
    on = granted_on or date(2020, 9, 1)
    return PatentEntered(**about(patent, on, filing_id=filing_id), **stated | fields)


CLAIM = SecuredClaim(
    id="loan-1",
    kind="loan",
    amount=yuan("5000000"),
    debt_due_on=date(2027, 12, 31),
    scope="principal, interest, costs of realisation",
)
PLEDGE_NO = "Y2025990000001"


def pledged(
    patent: str = PATENT,
    *,
    registration_no: str = PLEDGE_NO,
    pledgors: tuple[PartyDetails, ...] = (LAMPWORKS,),
    pledgees: tuple[PartyDetails, ...] = (BANK,),
    on: date = date(2025, 5, 6),
    claim: SecuredClaim | None = CLAIM,
    filing_id: str | None = None,
    **fields: Any,
) -> PledgeRegistered:
    filing = filing_id or f"filing-of-{registration_no}"
    return PledgeRegistered(
        **about(patent, on, registration_no=registration_no, filing_id=filing),
        pledgors=parties(*pledgors),
        pledgees=parties(*pledgees),
        claim=claim,
        **fields,
    )


def released(
    patent: str = PATENT, *, registration_no: str = PLEDGE_NO, on: date = date(2025, 9, 1)
) -> PledgeReleased:
    return PledgeReleased(**about(patent, on, registration_no=registration_no), reason="performed")


def deregistered(
    patent: str = PATENT, *, registration_no: str = PLEDGE_NO, on: date = date(2025, 9, 1)
) -> PledgeDeregistered:
    return PledgeDeregistered(
        **about(patent, on, registration_no=registration_no), ground="performed"
    )


def transferred(
    patent: str = PATENT,
    *,
    before: tuple[PartyDetails, ...] = (LAMPWORKS,),
    after: tuple[PartyDetails, ...] = (INSTRUMENTS,),
    on: date = date(2025, 3, 3),
    whole: bool = True,
    envelope: dict[str, Any] | None = None,
    **fields: Any,
) -> TransferRegistered:
    """`whole=False` states only who came and went, as another register does."""
    gone, come = parties(*before), parties(*after)
    stated: dict[str, Any] = {
        "cause": "assignment",
        "transferors": tuple(p for p in gone if p not in come),
        "transferees": tuple(p for p in come if p not in gone),
        "patentees_after": come if whole else None,
    }
    return TransferRegistered(**about(patent, on, **envelope or {}), **stated | fields)


def renamed(
    patent: str = PATENT,
    *,
    before: PartyDetails = LAMPWORKS,
    after: PartyDetails,
    on: date = date(2025, 4, 1),
) -> NameOrAddressChanged:
    return NameOrAddressChanged(
        **about(patent, on), before=party(before), after=party(after), item="name"
    )


def fee_paid(
    patent: str = PATENT, *, fee_year: int = 9, on: date = date(2026, 1, 5)
) -> AnnualFeePaid:
    return AnnualFeePaid(**about(patent, on), fee_year=fee_year, paid_on=on)


def lapsed(
    patent: str = PATENT,
    *,
    fee_year: int = 8,
    due_on: date = date(2025, 6, 12),
    decided_on: date = date(2026, 1, 20),
) -> FeeLapseDecided:
    return FeeLapseDecided(
        **about(patent, due_on), fee_year=fee_year, decided_on=decided_on, notified_on=decided_on
    )


def restored(patent: str = PATENT, *, on: date = date(2026, 2, 10)) -> RightRestored:
    return RightRestored(**about(patent, on), notice_received_on=None, decision="restored")


def preserved(
    patent: str = PATENT,
    *,
    case_no: str = "(2026) Lantern 1",
    court: str = "Lanternhill Court",
    on: date = date(2026, 1, 12),
    months: int | None = 6,
    ends_on: date | None = None,
    kind: str = "preservation",
) -> PreservationStarted:
    if months is not None and ends_on is None:
        ends_on = add_months(on, months) + timedelta(days=1)
    return PreservationStarted(
        **about(patent, on),
        case_no=case_no,
        court=court,
        kind=kind,
        starts_on=on,
        months=months,
        ends_on=ends_on,
    )


def preservation_continued(
    patent: str = PATENT,
    *,
    case_no: str = "(2026) Lantern 1",
    court: str = "Lanternhill Court",
    on: date,
    ends_on: date,
) -> PreservationContinued:
    return PreservationContinued(**about(patent, on), case_no=case_no, court=court, ends_on=ends_on)


def preservation_released(
    patent: str = PATENT,
    *,
    case_no: str = "(2026) Lantern 1",
    court: str = "Lanternhill Court",
    on: date,
) -> PreservationReleased:
    return PreservationReleased(**about(patent, on), case_no=case_no, court=court)


def suspended(
    patent: str = PATENT,
    *,
    case_no: str = "(2026) Dispute 1",
    on: date = date(2026, 1, 12),
    in_invalidation: bool = False,
) -> SuspensionStarted:
    return SuspensionStarted(
        **about(patent, on),
        case_no=case_no,
        requested_by=party(MILLS),
        ends_on=add_months(on, 12) + timedelta(days=1),
        in_invalidation=in_invalidation,
    )


def invalidation_requested(
    patent: str = PATENT, *, case_no: str = "4W990001", on: date = date(2026, 1, 12)
) -> InvalidationRequested:
    return InvalidationRequested(
        **about(patent, on), case_no=case_no, requested_by=None, requested_on=on
    )


def invalidation_decided(
    patent: str = PATENT, *, case_no: str = "4W990001", outcome: str = "whole"
) -> InvalidationDecided:
    return InvalidationDecided(
        **about(patent, date(2026, 2, 2)),
        case_no=case_no,
        outcome=outcome,
        decision_no="990001",
        decided_on=date(2026, 2, 2),
    )


def invalidation_final(
    patent: str = PATENT,
    *,
    case_no: str = "4W990001",
    outcome: str = "whole",
    on: date = date(2026, 2, 20),
) -> InvalidationFinal:
    return InvalidationFinal(
        **about(patent, on),
        case_no=case_no,
        outcome=outcome,
        decision_no="990001",
        decided_on=None,
        claims_kept=None,
    )


def licensed(
    patent: str = PATENT,
    *,
    kind: str = "ordinary",
    licensors: tuple[PartyDetails, ...] = (LAMPWORKS,),
    licensees: tuple[PartyDetails, ...] = (MILLS,),
    on: date = date(2025, 2, 3),
    registration_no: str = "X2025990000001",
    **fields: Any,
) -> LicenceRecorded:
    stated: dict[str, Any] = {
        "licence_id": registration_no,
        "kind": kind,
        "licensors": parties(*licensors),
        "licensees": parties(*licensees),
        "head_licence_id": None,
        "contract_on": date(2025, 1, 6),
        "starts_on": date(2025, 1, 6),
        "ends_on": date(2030, 1, 1),
    }
    return LicenceRecorded(**about(patent, on, registration_no=registration_no), **stated | fields)


def declared_open(
    patent: str = PATENT,
    *,
    patentees: tuple[PartyDetails, ...] = (LAMPWORKS,),
    on: date = date(2025, 2, 3),
    declaration_no: str = "OL2025990000001",
    **fields: Any,
) -> OpenLicenceDeclared:
    stated: dict[str, Any] = {
        "declaration_no": declaration_no,
        "patentees": parties(*patentees),
        "fee": LumpSum(total=yuan("100000")),
        "fee_explanation": "As comparable lantern licences of the region.",
        "starts_on": on,
        "ends_on": date(2030, 1, 1),
        "contact": "licences@lanternhill.example",
    }
    return OpenLicenceDeclared(**about(patent, on), **stated | fields)


def owing(event: LedgerEvent, duty: Duty = Duty.APPLY_PROCEEDS, **members: Any) -> LedgerEvent:
    """The event with an obligation that it causes: Lampworks owes it to the Bank of Lanternhill."""
    stated: dict[str, Any] = {
        "number": 1,
        "rule": "transfer-proceeds-obligation",
        "duty": duty,
        "by": (party(LAMPWORKS).id,),
        "to": (party(BANK).id,),
        "about": PLEDGE_NO,
        "last_day": None,
        "missing_year": None,
    }
    owed = Obligation(**stated | members)
    return event.model_copy(update={"obligations": (*(event.obligations or ()), owed)})


def met(obligation: str, patent: str = PATENT, *, on: date = TODAY) -> ObligationMet:
    return ObligationMet(**about(patent, on), obligation=obligation)


def consented(
    *,
    by: PartyDetails = BANK,
    act: str = "transfer",
    capacity: str = "pledgee",
    counterparties: tuple[PartyDetails, ...] = (INSTRUMENTS,),
    patents: tuple[str, ...] = (PATENT,),
    valid_from: date = date(2026, 2, 1),
    valid_until: date = date(2026, 6, 1),
    disposition: str | None = None,
    filing_id: str = "C1",
) -> ConsentGiven:
    """A consent on record; name it in `consents` by its filing id."""
    if disposition is None and (act, capacity) == ("transfer", "pledgee"):
        disposition = "continues"
    return ConsentGiven(
        **about(f"filing:{filing_id}", valid_from, filing_id=filing_id),
        by=party(by),
        act=act,
        capacity=capacity,
        counterparties=tuple(p.id for p in parties(*counterparties)),
        patents=patents,
        valid_from=valid_from,
        valid_until=valid_until,
        disposition=disposition,
    )


def consent_used(filing_id: str = "C1", *, used_by: str = "F0") -> ConsentUsed:
    event = ConsentUsed(**about(f"filing:{filing_id}", TODAY, filing_id=used_by), used_by=used_by)
    return event.model_copy(update={"originator_version": 2})


# --- commands -----------------------------------------------------------------------------------

STATED_CLAIM = Claim(
    id="loan-2",
    kind="loan",
    amount=yuan("5000000"),
    debt_due_on=date(2027, 12, 31),
    scope="principal, interest, costs of realisation",
)


def register_pledge(**fields: Any) -> RegisterPledge:
    """Lampworks pledges PATENT to the Bank of Lanternhill; both sign, all papers are there."""
    pledgors = fields.get("pledgors", (LAMPWORKS,))
    pledgees = fields.get("pledgees", (BANK,))
    stated: dict[str, Any] = {
        "patents": (PATENT,),
        "pledgors": pledgors,
        "pledgees": pledgees,
        "claim": STATED_CLAIM,
        "contract": PledgeContract(signed_on=date(2026, 2, 25), patents_listed=True),
        "documents": documents("application-form", "pledge-contract", "identity"),
        "signed_by": refs(*pledgors, *pledgees),
        "online": False,
    }
    return RegisterPledge(**stated | fields)


def change_pledge(**fields: Any) -> ChangePledge:
    """Both sides agree on a smaller claim."""
    smaller = STATED_CLAIM.model_copy(update={"amount": yuan("4000000")})
    stated: dict[str, Any] = {
        "registration_no": PLEDGE_NO,
        "claim": smaller,
        "changed_on": date(2026, 2, 25),
        "documents": documents("amendment-agreement"),
        "signed_by": refs(LAMPWORKS, BANK),
    }
    return ChangePledge(**stated | fields)


def deregister_pledge(**fields: Any) -> DeregisterPledge:
    stated: dict[str, Any] = {
        "registration_no": PLEDGE_NO,
        "ground": "performed",
        "documents": documents("proof"),
        "signed_by": refs(LAMPWORKS, BANK),
    }
    return DeregisterPledge(**stated | fields)


def register_transfer(**fields: Any) -> RegisterTransfer:
    """Lampworks assigns PATENT to Tidewater Instruments; all sign, fee and papers are there."""
    before = fields.get("patentees_before", (LAMPWORKS,))
    after = fields.get("patentees_after", (INSTRUMENTS,))
    stated: dict[str, Any] = {
        "patents": (PATENT,),
        "cause": "assignment",
        "patentees_before": before,
        "patentees_after": after,
        "contract_on": date(2026, 2, 20),
        "price": yuan("900000"),
        "documents": documents("transfer-contract"),
        "signed_by": refs(*before, *after),
        "fee_paid_on": TODAY,
        "online": False,
    }
    return RegisterTransfer(**stated | fields)


def change_name(**fields: Any) -> ChangeNameAddress:
    """Lampworks has a new name and stays the same company."""
    stated: dict[str, Any] = {
        "patents": (PATENT,),
        "before": LAMPWORKS,
        "after": named(LAMPWORKS, "Lanternhill Lamps and Lanterns"),
        "item": "name",
        "signed_by": refs(LAMPWORKS),
    }
    return ChangeNameAddress(**stated | fields)


def correct(entry: str, **fields: Any) -> PublishCorrection:
    """The correction of what a filing entered on PATENT."""
    reason = "Misread from the form."
    stated: dict[str, Any] = {"patents": (PATENT,), "entry": entry, "reason": reason}
    return PublishCorrection(**stated | fields)


def revoke_entry(entry: str, **fields: Any) -> RevokeEntry:
    """The revocation of what a filing entered on PATENT."""
    reason = "Entered on false papers."
    stated: dict[str, Any] = {"patents": (PATENT,), "entry": entry, "reason": reason}
    return RevokeEntry(**stated | fields)


def named(details: PartyDetails, name: str, **fields: Any) -> PartyDetails:
    """The same party under another name."""
    return details.model_copy(update={"name": name, **fields})


def record_consent(**fields: Any) -> RecordConsent:
    """The Bank agrees that PATENT goes to Tidewater Instruments and its pledge continues."""
    stated: dict[str, Any] = {
        "patents": (PATENT,),
        "by": BANK,
        "act": "transfer",
        "capacity": "pledgee",
        "counterparties": refs(INSTRUMENTS),
        "valid_from": TODAY,
        "valid_until": date(2026, 6, 1),
        "disposition": "continues",
        "signed_by": refs(fields.get("by", BANK)) if fields.get("by", BANK) else (),
    }
    return RecordConsent(**stated | fields)


def grant_patent(*entries: PatentDetails, **fields: Any) -> GrantPatent:
    """Enter PATENT, or the patents given."""
    return GrantPatent(entries=entries or (patent_details(),), **fields)


def patent_details(patent: str = PATENT, **fields: Any) -> PatentDetails:
    """A patent as the registrar enters it."""
    stated: dict[str, Any] = {
        "patent": patent,
        "invention_title": "Lantern with a shaded flame",
        "filed_on": date(2018, 6, 12),
        "granted_on": date(2020, 9, 1),
        "symbols": ("26-02",) if patent == DESIGN else ("F21L 19/00",),
        "patentees": (LAMPWORKS,),
        "fees_paid_through": 8,
    }
    return PatentDetails(**stated | fields)


def fact(command: type[Command], **fields: Any) -> Any:
    """A fact of the office on PATENT that counts from today."""
    stated: dict[str, Any] = {"patents": (PATENT,)}
    if issubclass(command, Fact):
        stated["effective_on"] = TODAY
    return command(**stated | fields)

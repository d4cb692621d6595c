"""Every fact the ledger can hold, on one page.

An event is immutable, in the past tense and in the register's own words. Its topic is the name
under which it is stored and never changes. A field is public unless it is marked CONFIDENTIAL
(amounts, terms, contracts: law.md 1.12, 2.12, 3.6, 4.8) or PERSONAL (identity numbers, private
addresses). A confidential or personal value may be withheld, so each of them may be None and
every event still folds. A kind that is HIDDEN has no public part at all: not even its stream or
topic is shown.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field, JsonValue

from ledger.domain.money import Money
from ledger.domain.numbers import PatentKind
from ledger.domain.obligations import Obligation
from ledger.domain.parties import Party, Personal, Value
from ledger.domain.periods import CivilDate
from ledger.domain.royalties import Royalty
from ledger.domain.texts import Text

CONFIDENTIAL = "confidential"
PERSONAL = "personal"
LATER = "later"
"""A member that events had not when the first were stored: where it is None it is left out of the
stored form, so that what was stored without it stays as it is."""


class Door(StrEnum):
    """How a fact came in: judged, taken over from elsewhere, or entered to correct another."""

    FILED = "filed"
    TRANSCRIBED = "transcribed"
    CORRECTED = "corrected"


class Source(Value):
    """Where a transcribed fact was read: register, its reference there, digest of the source
    record."""

    register_name: str = Field(alias="register", serialization_alias="register")
    reference: str
    digest: str | None = None

    model_config = Value.model_config | {"populate_by_name": True, "serialize_by_alias": True}


class JudgedUnder(Value):
    """The law and the program's rules that judged the filing."""

    regime: str
    catalogue: str
    settings: str


class Document(Value):
    """A paper the filing rests on, named by what it is and the SHA-256 of its bytes."""

    kind: str = Field(pattern=r"^[a-z][a-z-]{1,60}$", examples=["pledge-contract"])
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")


class Declaration(Value):
    """A statement parties make in the filing: a waiver, a commitment, an undertaking."""

    kind: str = Field(pattern=r"^[a-z][a-z-]{1,60}$", examples=["informed-invalidation"])
    by: tuple[str, ...] = Field((), max_length=1000)


class Envelope(Value):
    """What every event carries besides its own fields (design D13)."""

    filing_id: str
    registration_no: str | None = None
    filed_by: str | None = None
    on_behalf_of: tuple[str, ...] = ()
    door: Door
    source: Source | None = None
    received_on: date | None = None
    effective_on: date
    """Civil date in Asia/Shanghai from which the act counts (law.md 0.5)."""
    recorded_at: datetime
    judged_under: JudgedUnder
    documents: tuple[Document, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    consents: tuple[str, ...] = ()
    corrects: str | None = None
    """The filing whose facts on this stream this event replaces or withdraws."""


class Event(Value):
    """One recorded fact on one stream."""

    TOPIC: ClassVar[str]
    HIDDEN: ClassVar[bool] = False

    originator_id: str
    originator_version: int
    envelope: Envelope
    personal: Annotated[tuple[Personal, ...] | None, PERSONAL] = None
    obligations: Annotated[tuple[Obligation, ...] | None, CONFIDENTIAL, LATER] = None
    """What it leaves others to do; None where nothing."""

    @property
    def effective_on(self) -> date:
        return self.envelope.effective_on

    @property
    def filing_id(self) -> str:
        return self.envelope.filing_id


# --- the right itself
# ---------------------------------------------------------------------------------------


class PatentEntered(Event):
    """A granted patent came into the ledger with its bibliographic facts."""

    TOPIC = "patent.entered"
    kind: PatentKind | None
    invention_title: str
    filed_on: date | None
    published_on: date | None
    granted_on: date | None
    publication_no: str | None
    symbols: tuple[str, ...]
    """IPC or Locarno symbols, the main class first."""
    patentees: tuple[Party, ...]
    fees_paid_through: int | None
    """Last patent year whose annual fee is paid; None where the ledger was not told."""
    aliases: tuple[str, ...]
    industry: str | None
    strategic_industry: str | None
    family_abroad: bool | None
    same_day_patent: str | None
    """The utility model or invention filed on the same day for the same creation (IR art. 47)."""


class PatentNumbered(Event):
    """Another register names the patent by further numbers. They stay, whatever becomes of the
    record that told them."""

    TOPIC = "patent.numbered"
    aliases: tuple[str, ...]
    invention_title: str | None


class AnnualFeePaid(Event):
    TOPIC = "fee.paid"
    fee_year: int
    paid_on: date
    amount: Annotated[Money | None, CONFIDENTIAL] = None
    due: Annotated[Money | None, CONFIDENTIAL, LATER] = None
    """What must have been paid in all for the fee to count as paid, on the day of payment; None
    where the office takes the fee to be paid."""
    short: Annotated[bool | None, LATER] = None
    """True where the fee is not paid in full even so, for those who do not see the amounts."""


class FeeReductionRecorded(Event):
    """The office takes a percentage off the annual fees of patentees of little means; none ends
    it."""

    TOPIC = "fee.reduction_recorded"
    HIDDEN = True
    percent: int


class FeeLapseDecided(Event):
    """The right lapsed for an unpaid annual fee, back to the day the fee was due (IR art. 115)."""

    TOPIC = "lapse.decided"
    fee_year: int
    decided_on: date
    notified_on: date | None


class RightRestored(Event):
    TOPIC = "right.restored"
    notice_received_on: date | None
    decision: str | None


class PatentAbandoned(Event):
    TOPIC = "patent.abandoned"
    reason: Literal["voluntary", "same_day_invention"]


class TermCompensated(Event):
    TOPIC = "term.compensated"
    kind: Literal["pta", "pte"]
    days: int
    terminates_on: date
    """The new termination date: the first day not in force."""
    drug: str | None


class InvalidationRequested(Event):
    TOPIC = "invalidation.requested"
    HIDDEN = True
    case_no: str
    requested_by: Party | None
    requested_on: date


class InvalidationDecided(Event):
    TOPIC = "invalidation.decided"
    HIDDEN = True
    case_no: str
    outcome: Literal["whole", "partial", "maintained", "withdrawn"]
    decision_no: str
    decided_on: date


class InvalidationFinal(Event):
    """The decision can no longer be contested: whole is void from the beginning (Patent Law art.
    47)."""

    TOPIC = "invalidation.final"
    case_no: str
    outcome: Literal["whole", "partial", "maintained", "withdrawn"]
    decision_no: str
    decided_on: date | None
    claims_kept: str | None


# --- freezes
# ------------------------------------------------------------------------------------------------


class PreservationStarted(Event):
    TOPIC = "preservation.started"
    case_no: str
    court: str
    kind: Literal["preservation", "execution"]
    starts_on: date | None
    """None while another preservation runs: it starts when that ends (Guidelines V-7 §7.3.2.2)."""
    months: int | None
    ends_on: date | None
    """The first day no longer preserved, as the court's paper says."""


class PreservationContinued(Event):
    TOPIC = "preservation.continued"
    case_no: str
    court: str
    ends_on: date


class PreservationReleased(Event):
    TOPIC = "preservation.released"
    case_no: str
    court: str


class SuspensionStarted(Event):
    TOPIC = "suspension.started"
    case_no: str
    requested_by: Party | None
    ends_on: date
    in_invalidation: bool


class SuspensionExtended(Event):
    TOPIC = "suspension.extended"
    case_no: str
    ends_on: date


class SuspensionEnded(Event):
    TOPIC = "suspension.ended"
    case_no: str
    reason: Literal["judgment", "mediation", "withdrawal", "other"]


# --- ownership
# ----------------------------------------------------------------------------------------------


class TransferRegistered(Event):
    """The patentees changed. A filing states the whole list after; another register only who came
    and went."""

    TOPIC = "transfer.registered"
    cause: str
    transferors: tuple[Party, ...]
    transferees: tuple[Party, ...]
    patentees_after: tuple[Party, ...] | None
    """The whole list in order; None where the source states only transferors and transferees."""
    contract_on: Annotated[date | None, CONFIDENTIAL] = None
    executed_on: Annotated[tuple[str, ...] | None, CONFIDENTIAL] = None
    """Execution dates beside their parties, as another register states them."""
    price: Annotated[Money | None, CONFIDENTIAL] = None
    shares: Annotated[dict[str, str] | None, CONFIDENTIAL] = None


class NameOrAddressChanged(Event):
    TOPIC = "name.changed"
    before: Party
    after: Party
    item: Literal["name", "address", "both"]


# --- licences
# -----------------------------------------------------------------------------------------------

LicenceKind = Literal["exclusive", "sole", "ordinary"]


class LicenceRecorded(Event):
    TOPIC = "licence.recorded"
    licence_id: str
    kind: LicenceKind
    licensors: tuple[Party, ...]
    licensees: tuple[Party, ...]
    head_licence_id: str | None
    contract_digest: Annotated[str | None, CONFIDENTIAL] = None
    contract_on: Annotated[date | None, CONFIDENTIAL] = None
    starts_on: Annotated[date | None, CONFIDENTIAL] = None
    ends_on: Annotated[date | None, CONFIDENTIAL] = None
    """The first day after the licence; None where it lasts as long as the patent."""
    territory: Annotated[str | None, CONFIDENTIAL] = None
    field_of_use: Annotated[str | None, CONFIDENTIAL] = None
    sublicensing_allowed: Annotated[bool | None, CONFIDENTIAL] = None
    royalty: Annotated[Royalty | None, CONFIDENTIAL] = None


class LicenceChanged(Event):
    TOPIC = "licence.changed"
    licence_id: str
    kind: LicenceKind | None
    licensors: tuple[Party, ...] | None
    licensees: tuple[Party, ...] | None
    starts_on: Annotated[date | None, CONFIDENTIAL] = None
    ends_on: Annotated[date | None, CONFIDENTIAL] = None
    territory: Annotated[str | None, CONFIDENTIAL] = None
    field_of_use: Annotated[str | None, CONFIDENTIAL] = None
    royalty: Annotated[Royalty | None, CONFIDENTIAL] = None


class LicenceCancelled(Event):
    TOPIC = "licence.cancelled"
    licence_id: str
    licensors: tuple[Party, ...]
    licensees: tuple[Party, ...]
    ended_on: Annotated[date | None, CONFIDENTIAL] = None
    reason: Annotated[str | None, CONFIDENTIAL] = None


# --- open licences
# ------------------------------------------------------------------------------------------


class OpenLicenceDeclared(Event):
    TOPIC = "open_licence.declared"
    declaration_no: str
    patentees: tuple[Party, ...]
    fee: Royalty
    fee_explanation: str
    starts_on: date
    ends_on: date
    """The first day after the licence period."""
    contact: str


class OpenLicenceWithdrawn(Event):
    TOPIC = "open_licence.withdrawn"
    declaration_no: str
    patentees: tuple[Party, ...]


class OpenLicenceTaken(Event):
    """A licence arose by written notice and payment (Patent Law art. 51); nothing of it is public
    yet."""

    TOPIC = "open_licence.taken"
    HIDDEN = True
    licence_id: str
    declaration_no: str
    licensee: Party
    licensors: tuple[Party, ...]
    notice_on: date
    paid_on: date | None
    starts_on: date
    ends_on: date
    royalty: Royalty


class OpenLicenceContractRecorded(Event):
    TOPIC = "open_licence.recorded"
    licence_id: str
    declaration_no: str
    kind: Literal["ordinary"]
    licensors: tuple[Party, ...]
    licensees: tuple[Party, ...]
    starts_on: Annotated[date | None, CONFIDENTIAL] = None
    ends_on: Annotated[date | None, CONFIDENTIAL] = None
    royalty: Annotated[Royalty | None, CONFIDENTIAL] = None


# --- pledges
# ------------------------------------------------------------------------------------------------


class SecuredClaim(Value):
    """The secured claim. Its amount belongs to the claim and is never summed over patents."""

    id: str
    kind: str
    amount: Money
    debt_due_on: date
    """Last day of the debtor's performance term; the latest where there are several."""
    scope: str
    maximum: bool = False
    """Maximum-amount pledge (Civil Code art. 439): `amount` is then the ceiling."""
    period_from: date | None = None
    period_until: date | None = None
    """Last day of the period in which the claims of a maximum-amount pledge arise."""


class TrademarkPart(Value):
    """A trademark that secures the same claim: registered with the trademark office, under a number
    and date of its own. It has no amount: the amount is the claim's, and counts once."""

    register_name: Annotated[Text, Field(alias="register", serialization_alias="register")]
    """Where its pledge is registered."""
    registration_no: Text
    registered_on: CivilDate

    model_config = Value.model_config | {"populate_by_name": True, "serialize_by_alias": True}


class PledgeRegistered(Event):
    TOPIC = "pledge.registered"
    pledgors: tuple[Party, ...]
    pledgees: tuple[Party, ...]
    debtor: Annotated[Party | None, CONFIDENTIAL] = None
    claim: Annotated[SecuredClaim | None, CONFIDENTIAL] = None
    contract_digest: Annotated[str | None, CONFIDENTIAL] = None
    contract_on: Annotated[date | None, CONFIDENTIAL] = None
    shares: Annotated[dict[str, str] | None, CONFIDENTIAL] = None
    """Share of each pledgee in the claim, percent by party id, where stated."""
    pledgee_is_agent: Annotated[bool | None, CONFIDENTIAL] = None
    trademarks: Annotated[tuple[TrademarkPart, ...] | None, CONFIDENTIAL, LATER] = None
    """The trademark part of a mixed claim; None where patents alone secure it."""


class PledgeChanged(Event):
    TOPIC = "pledge.changed"
    pledgors: tuple[Party, ...] | None
    """The pledgors after the change, None where they stay."""
    pledgees: tuple[Party, ...] | None
    debtor: Annotated[Party | None, CONFIDENTIAL] = None
    claim: Annotated[SecuredClaim | None, CONFIDENTIAL] = None
    """The claim after the change, None where it stays."""
    changed_on: Annotated[date | None, CONFIDENTIAL] = None
    trademarks: Annotated[tuple[TrademarkPart, ...] | None, CONFIDENTIAL, LATER] = None
    """The trademark part after the change, None where it stays."""


class PledgeReleased(Event):
    """One patent left a registration that goes on for the others."""

    TOPIC = "pledge.released"
    reason: Annotated[str | None, CONFIDENTIAL] = None


class PledgeDeregistered(Event):
    TOPIC = "pledge.deregistered"
    ground: Annotated[str | None, CONFIDENTIAL] = None


class PledgeRevoked(Event):
    """The registration is void from the beginning (Pledge Measures art. 12)."""

    TOPIC = "pledge.revoked"
    ground: Annotated[str | None, CONFIDENTIAL] = None


# --- obligations
# ------------------------------------------------------------------------------------------------


class ObligationMet(Event):
    """What an earlier entry left somebody to do was done, as the parties or the office say."""

    TOPIC = "obligation.met"
    HIDDEN = True
    obligation: str
    """The obligation's filing and its number in it (`obligation_id`)."""


# --- facts of other registers
# -------------------------------------------------------------------------------


class RecordedElsewhere(Event):
    """A fact of another register that the ledger keeps as text and does not interpret."""

    TOPIC = "recorded.elsewhere"
    kind: str
    text: str
    from_parties: tuple[Party, ...]
    to_parties: tuple[Party, ...]
    cites: tuple[str, ...]
    executed_on: Annotated[tuple[str, ...] | None, CONFIDENTIAL] = None


class ReleaseRecorded(Event):
    """Another register recorded that a pledge or licence ends, and names no registration: what
    stands between these parties on the patent, if it is one alone."""

    TOPIC = "release.recorded"
    kind: Literal["pledge", "licence"]
    text: str
    from_parties: tuple[Party, ...]
    to_parties: tuple[Party, ...]


class RecordWithdrawn(Event):
    """Another register purged its record; what it said no longer counts, from its recorded date."""

    TOPIC = "record.withdrawn"
    reference: str


# --- corrections
# --------------------------------------------------------------------------------------------


class Change(Value):
    """One member of an entry before and after a correction, as the JSON values that are stored."""

    member: str
    """A field of the entry's kind, or `effective_on`."""
    before: JsonValue
    after: JsonValue


class Amendment(Event):
    """What one recorded entry says no longer counts, or counts otherwise. The entry is named by its
    filing, which `corrects` in the envelope says, by its kind and by its place in the stream."""

    entry_topic: str
    """Kind of the entry that is amended, which may be an amendment itself."""
    original_topic: str
    """Kind of the fact that all amendments of it are about."""
    changes: tuple[Change, ...]
    publication: str | None
    """Where the original entry was published: number of the gazette (Guidelines V-8 §1.3.2.17)."""
    entry_version: Annotated[int | None, CONFIDENTIAL] = None
    confidential_changes: Annotated[tuple[Change, ...] | None, CONFIDENTIAL] = None
    reason: Annotated[str | None, CONFIDENTIAL] = None


class EntryCorrected(Amendment):
    """A clerical mistake is put right: the entry counts as it should have read (IR art. 64)."""

    TOPIC = "entry.corrected"


class EntryRevoked(Amendment):
    """An entry is void, from the beginning or from the day of its revocation. Where it was a
    correction, `changes` say what counts again."""

    TOPIC = "entry.revoked"
    effect: Literal["from_beginning", "from_date"]
    undoes: Literal["from_beginning", "from_date"] | None
    """Effect of the revocation that is itself revoked, whose entry counts again."""


class HiddenEntryCorrected(EntryCorrected):
    """The correction of an entry that has no public part."""

    TOPIC = "hidden_entry.corrected"
    HIDDEN = True


class HiddenEntryRevoked(EntryRevoked):
    """The revocation of an entry that has no public part."""

    TOPIC = "hidden_entry.revoked"
    HIDDEN = True


# --- facts about no patent
# ----------------------------------------------------------------------------------


class ConsentGiven(Event):
    """One party's consent to one act, on its own stream `filing:<filing_id>`."""

    TOPIC = "consent.given"
    HIDDEN = True
    by: Party
    act: Literal[
        "transfer", "licence", "open_licence", "abandonment", "pledge", "change", "withdrawal"
    ]
    capacity: Literal["pledgee", "pledgor", "co_owner"]
    counterparties: tuple[str, ...]
    patents: tuple[str, ...]
    valid_from: date
    valid_until: date
    """The first day on which it can no longer be used."""
    disposition: Literal["continues", "released"] | None


class ConsentUsed(Event):
    TOPIC = "consent.used"
    HIDDEN = True
    used_by: str
    """The filing that used it, for all its patents."""


class ConsentWithdrawn(Event):
    """Its giver took the consent back before a filing used it."""

    TOPIC = "consent.withdrawn"
    HIDDEN = True
    by: str
    """Who gave it, by identity key."""


class Withheld(Value):
    """A personal value of a prepared filing, and where in its body it belongs."""

    pointer: str
    """JSON pointer (RFC 6901) into the body."""
    value: str


class FilingPrepared(Event):
    """One party has prepared a filing, on its own stream; it is judged once the others have
    confirmed it."""

    TOPIC = "filing.prepared"
    HIDDEN = True
    command: str
    """Name of the act in the table of rules."""
    body: dict[str, JsonValue]
    """The filing as stated, without what is personal."""
    caller_role: str
    caller_party: str | None
    """Whose filing it is, by identity key."""
    asked: tuple[Party, ...]
    """Whose confirmation it needs: pledgor, pledgee, co-owners and the like."""
    agreed: tuple[str, ...]
    """Those of them who prepared or signed it, by identity key."""
    valid_until: date
    """The first day on which it can no longer be completed."""
    personal_values: int
    """How many values of the body are personal and kept apart."""
    withheld: Annotated[tuple[Withheld, ...] | None, PERSONAL] = None


class FilingConfirmed(Event):
    TOPIC = "filing.confirmed"
    HIDDEN = True
    by: Party


class FilingWithdrawn(Event):
    """A party will not go on with a prepared filing."""

    TOPIC = "filing.withdrawn"
    HIDDEN = True
    by: str | None
    """Who, by identity key; the office where nobody is named."""
    reason: str | None


class FilingDecided(Event):
    """A prepared filing was judged: registered by the filing that completed it, or refused."""

    TOPIC = "filing.decided"
    HIDDEN = True
    outcome: Literal["registered", "refused"]
    registered_as: str | None
    """The filing, whose id the registered entries have."""
    final: bool
    """Whether it cannot be judged again: registered, or refused by the office."""
    findings: tuple[dict[str, JsonValue], ...]
    """What refused it."""


class FilingContested(Event):
    """A party holds that a filing was refused wrongly. The filing and what refused it stand before
    it on the stream."""

    TOPIC = "filing.contested"
    HIDDEN = True
    by: str | None
    """Who, by identity key; none where the caller has no party."""
    reason: str


class ContestDecided(Event):
    """The office holds to its refusal, or sets it aside; what then became of the filing follows."""

    TOPIC = "filing.contest_decided"
    HIDDEN = True
    outcome: Literal["upheld", "set_aside"]
    waived: tuple[str, ...]
    """Rules whose ground the office does not hold to, where the law leaves it room."""
    reason: str


class IdentityEvidenceEntered(Event):
    """A real party whose code fails the check digit is accepted on this evidence (law.md 6.2)."""

    TOPIC = "party.identity_evidenced"
    HIDDEN = True
    credit_code: str
    reason: str


ActKind = Literal["pledge", "licence", "open_licence", "transfer", "consent", "right", "obligation"]
"""Kinds of filings for which a party can empower another."""


class PartyEmpowered(Event):
    """A party empowered another to file for it, on its own stream `party:<id>`."""

    TOPIC = "party.empowered"
    HIDDEN = True
    agent: Party
    kinds: tuple[ActKind, ...]
    """Kinds of filings for which the power counts."""
    valid_from: date
    valid_until: date | None
    """The first day on which it no longer counts; None where it counts until it is revoked."""

    def counts_on(self, day: date) -> bool:
        """Whether a day is among those of the power."""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)


class PowerRevoked(Event):
    """A power of attorney counts no longer, from its revocation on."""

    TOPIC = "party.power_revoked"
    HIDDEN = True
    power: str
    """The filing that recorded it."""
    agent: Party


class PersonalValuesErased(Event):
    """Personal values of a natural person were erased from beside the log, on the stream of the
    person; what they were, nothing says."""

    TOPIC = "party.values_erased"
    HIDDEN = True
    positions: tuple[int, ...]
    """Entries whose personal values were erased."""
    reason: str


PatentEvent = (
    PatentEntered
    | PatentNumbered
    | AnnualFeePaid
    | FeeReductionRecorded
    | FeeLapseDecided
    | RightRestored
    | PatentAbandoned
    | TermCompensated
    | InvalidationRequested
    | InvalidationDecided
    | InvalidationFinal
    | PreservationStarted
    | PreservationContinued
    | PreservationReleased
    | SuspensionStarted
    | SuspensionExtended
    | SuspensionEnded
    | TransferRegistered
    | NameOrAddressChanged
    | LicenceRecorded
    | LicenceChanged
    | LicenceCancelled
    | OpenLicenceDeclared
    | OpenLicenceWithdrawn
    | OpenLicenceTaken
    | OpenLicenceContractRecorded
    | PledgeRegistered
    | PledgeChanged
    | PledgeReleased
    | PledgeDeregistered
    | PledgeRevoked
    | ObligationMet
    | RecordedElsewhere
    | ReleaseRecorded
    | RecordWithdrawn
    | EntryCorrected
    | EntryRevoked
    | HiddenEntryCorrected
    | HiddenEntryRevoked
)


class Concealed(Value):
    """An entry of a HIDDEN kind read without its open line: it has its place and says nothing.

    No topic is its own and none is ever stored; whoever replays the log without what is withheld
    meets it in place of the event.
    """

    originator_id: str
    originator_version: int


OtherEvent = (
    ConsentGiven
    | ConsentUsed
    | ConsentWithdrawn
    | FilingPrepared
    | FilingConfirmed
    | FilingWithdrawn
    | FilingDecided
    | FilingContested
    | ContestDecided
    | IdentityEvidenceEntered
    | PartyEmpowered
    | PowerRevoked
    | PersonalValuesErased
)
LedgerEvent = PatentEvent | OtherEvent

EVENT_TYPES: dict[str, type[LedgerEvent]] = {
    cls.TOPIC: cls for cls in (*get_args(PatentEvent), *get_args(OtherEvent))
}
"""The closed table of topics: a topic that is not here is refused, never imported."""

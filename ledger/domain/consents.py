"""Consents of one party to one act, and evidence of a party's identity.

A consent names act, counterparties, patents and period; one filing uses it, for all its patents.
Publicly nothing of it is seen before. A pledgee's consent to a transfer says whether its pledge
`continues` or the patent is `released` from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from ledger.domain.consent import Consent
from ledger.domain.events import (
    ConsentGiven,
    ConsentUsed,
    ConsentWithdrawn,
    Document,
    IdentityEvidenceEntered,
    LedgerEvent,
)
from ledger.domain.filing import Command, Context, PartyRef
from ledger.domain.holdings import Pledge
from ledger.domain.numbers import check_credit_code
from ledger.domain.parties import Party, PartyDetails
from ledger.domain.patent import Patent
from ledger.domain.periods import CivilDate
from ledger.domain.texts import LongText, Text

Act = Literal[
    "transfer", "licence", "open_licence", "abandonment", "pledge", "change", "withdrawal"
]
Capacity = Literal["pledgee", "pledgor", "co_owner"]
Disposition = Literal["continues", "released"]

ACTS: dict[str, Act] = {
    "RegisterTransfer": "transfer",
    "RecordLicence": "licence",
    "ChangeLicence": "licence",
    "DeclareOpenLicence": "open_licence",
    "WithdrawOpenLicence": "withdrawal",
    "Abandon": "abandonment",
    "GrantPatent": "abandonment",
    "RegisterPledge": "pledge",
    "ChangePledge": "change",
}
"""Which act a command does; granting an invention abandons its utility model."""

COUNTERPARTIES: dict[Act, str] = {
    "transfer": "transferees",
    "licence": "licensees",
    "pledge": "pledgees",
}
"""Acts done with somebody, and the field of their commands that says with whom."""


class RecordConsent(Command):
    """One party agrees to one act with named counterparties on named patents, for a while."""

    NAME: ClassVar[str] = "RecordConsent"

    by: PartyDetails | None = None
    """Who consents; the caller's own party where it is not stated."""
    act: Act
    capacity: Capacity
    counterparties: Annotated[tuple[PartyRef, ...], Field(max_length=100)] = ()
    """With whom the act may be done: transferees, licensees, pledgees."""
    valid_from: CivilDate
    valid_until: CivilDate
    """Last day on which the consent can be used."""
    disposition: Disposition | None = None
    """What becomes of the pledge when its pledgee consents to a transfer."""

    def parties(self) -> tuple[PartyDetails, ...]:
        return () if self.by is None else (self.by,)


class WithdrawConsent(Command):
    """Its giver takes a consent back before a filing uses it."""

    NAME: ClassVar[str] = "WithdrawConsent"

    patents: tuple[()] = ()
    consent: Text
    """The filing that recorded it."""


def _credit_code(text: str) -> str:
    found = check_credit_code(text)
    if not found.well_formed:
        raise ValueError(found.problem)
    return found.code


class EnterPartyEvidence(Command):
    """Accept a real organisation's code although its check character fails (law.md 6.2)."""

    NAME: ClassVar[str] = "EnterPartyEvidence"

    patents: tuple[()] = ()
    credit_code: Annotated[
        str, AfterValidator(_credit_code), Field(max_length=80, examples=["91350100M000100Y43"])
    ]
    reason: LongText
    documents: Annotated[tuple[Document, ...], Field(min_length=1, max_length=200)]


# --- giving -------------------------------------------------------------------------------------


def record_consent(
    patents: Mapping[str, Patent], command: RecordConsent, context: Context
) -> list[LedgerEvent]:
    """One event on the filing's own stream."""
    by = giver(patents.values(), command, context)
    assert by is not None, "pledge-consent-specific was judged"
    return [
        ConsentGiven(
            originator_id=f"filing:{context.filing_id}",
            originator_version=1,
            envelope=context.envelope(command, context.today, None),
            by=by,
            act=command.act,
            capacity=command.capacity,
            counterparties=tuple(sorted(context.ids(command.counterparties))),
            patents=command.patents,
            valid_from=command.valid_from,
            valid_until=command.valid_until + timedelta(days=1),
            disposition=command.disposition,
            personal=context.personal(*command.parties()),
        )
    ]


def giver(patents: Iterable[Patent], command: RecordConsent, context: Context) -> Party | None:
    """Who consents: the party stated, or the caller's own as the register knows it."""
    if command.by is not None:
        return context.party(command.by)
    own = context.ids((context.caller.party,)) if context.caller.party else frozenset()
    known = (p for patent in patents for p in holders(patent, command.capacity, context))
    return next((p for p in known if p.id in own), None)


def holders(patent: Patent, capacity: Capacity, context: Context) -> Iterator[Party]:
    """The parties that have a capacity on a patent on the day of the filing."""
    if capacity == "co_owner":
        yield from patent.patentees_on(context.today) or ()
        return
    for pledge in patent.standing_pledges(context.today):
        yield from pledge.now.pledgees if capacity == "pledgee" else pledge.now.pledgors


def enter_party_evidence(
    _: Mapping[str, Patent], command: EnterPartyEvidence, context: Context
) -> list[LedgerEvent]:
    """One event on the party's stream; again only where what was entered has been revoked."""
    stream = f"party:{command.credit_code}"
    return [
        IdentityEvidenceEntered(
            originator_id=stream,
            originator_version=context.streams[stream].version + 1,
            envelope=context.envelope(command, context.today, None),
            credit_code=command.credit_code,
            reason=command.reason,
        )
    ]


def withdraw_consent(
    _: Mapping[str, Patent], command: WithdrawConsent, context: Context
) -> list[LedgerEvent]:
    """One event on the consent's stream."""
    name = f"filing:{command.consent}"
    consent = context.streams[name].consent
    assert consent is not None, "consent-withdrawal was judged"
    return [
        ConsentWithdrawn(
            originator_id=name,
            originator_version=context.streams[name].version + 1,
            envelope=context.envelope(command, context.today, None),
            by=consent.given.by.id,
        )
    ]


# --- using --------------------------------------------------------------------------------------


def uses_of(command: Command, context: Context) -> list[LedgerEvent]:
    """That this filing used the consents it names, so that no other can."""
    act = ACTS.get(command.NAME)
    if act is None or not command.consents:
        return []
    envelope = context.envelope(command, context.today, None)
    used: list[LedgerEvent] = []
    for named in dict.fromkeys(command.consents):
        consent = context.consents.get(named)
        if consent is None:
            continue
        if any(fits(consent, command, context, act=act, patent=p) for p in command.patents):
            given = consent.given
            used.append(
                ConsentUsed(
                    originator_id=given.originator_id,
                    originator_version=context.streams[given.originator_id].version + 1,
                    envelope=envelope,
                    used_by=context.filing_id,
                )
            )
    return used


def fits(consent: Consent, command: Command, context: Context, *, act: Act, patent: str) -> bool:
    """Whether a consent is good for what the command does to a patent, today and unused."""
    return consent.covers(act=act, patent=patent, on=context.today) and _counterparties_fit(
        frozenset(consent.given.counterparties), command, context, act
    )


def _counterparties_fit(
    named: frozenset[str], command: Command, context: Context, act: Act
) -> bool:
    """Whether the consent names everybody the act is done with, and nobody who takes no part."""
    stated = getattr(command, COUNTERPARTIES[act], None) if act in COUNTERPARTIES else None
    if not stated:
        return True
    present = {context.party_id(p) for p in command.parties()}
    return {context.party_id(p) for p in stated} <= named <= present


def dispositions(
    patent: str, pledge: Pledge, command: Command, context: Context
) -> dict[str, Disposition]:
    """What each pledgee wants of a registration when this transfer is made, by identity key."""
    found: dict[str, Disposition] = {}
    pledgees = {p.id for p in pledge.now.pledgees}
    for named in command.consents:
        consent = context.consents.get(named)
        if consent is None or consent.given.capacity != "pledgee":
            continue
        given = consent.given
        if given.by.id not in pledgees or given.disposition is None:
            continue
        if fits(consent, command, context, act="transfer", patent=patent):
            found[given.by.id] = given.disposition
    return found


COMMANDS: dict[type[Command], Callable[..., list[LedgerEvent]]] = {
    RecordConsent: record_consent,
    WithdrawConsent: withdraw_consent,
    EnterPartyEvidence: enter_party_evidence,
}

"""Joint filings: one party prepares, the others confirm, then it is judged and registered.

Pledgor, pledgee, licensor, licensee and co-owners are asked, as far as they have not signed the
form. A prepared filing lapses when they have not confirmed in time, and ends when one of them
withdraws it. Nothing of it is public before it is registered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field, InstanceOf, JsonValue, SerializeAsAny

from ledger.domain.events import (
    FilingConfirmed,
    FilingPrepared,
    FilingWithdrawn,
    LedgerEvent,
    Withheld,
)
from ledger.domain.filing import PATENTS_MAX, Command, Context, PartyRef, Patents
from ledger.domain.licences import CancelLicence, ChangeLicence, RecordLicence
from ledger.domain.lifecycle import Abandon
from ledger.domain.open_licences import (
    DeclareOpenLicence,
    RecordOpenLicenceContract,
    TakeOpenLicence,
    WithdrawOpenLicence,
)
from ledger.domain.parties import Party, PartyDetails, Pseudonym, party_ref
from ledger.domain.patent import Patent
from ledger.domain.pledges import ChangePledge, DeregisterPledge, RegisterPledge
from ledger.domain.texts import LongText, Text
from ledger.domain.transfers import ChangeNameAddress, RegisterTransfer


class PrepareFiling(Command):
    """Prepare a filing that others are to confirm."""

    NAME: ClassVar[str] = "PrepareFiling"

    patents: Annotated[Patents | tuple[()], Field(max_length=PATENTS_MAX)] = ()
    """Those of the filing."""
    filing: SerializeAsAny[InstanceOf[Command]]

    def parties(self) -> tuple[PartyDetails, ...]:
        return self.filing.parties()


class AboutPrepared(Command):
    """What names a prepared filing."""

    patents: tuple[()] = ()
    filing: Text
    """The id that it was given when it was prepared."""


class ConfirmFiling(AboutPrepared):
    """Confirm a filing that another party has prepared; the last confirmation has it judged."""

    NAME: ClassVar[str] = "ConfirmFiling"

    by: PartyRef | None = None
    """Who confirms; the caller's own party where it is not stated."""


class WithdrawFiling(AboutPrepared):
    """Give up a prepared filing; any of those concerned may."""

    NAME: ClassVar[str] = "WithdrawFiling"

    by: PartyRef | None = None
    reason: LongText | None = None


class RefuseFiling(AboutPrepared):
    """Refuse a prepared pledge on another ground (Pledge Measures art. 11(12))."""

    NAME: ClassVar[str] = "RefuseFiling"

    reason: LongText


# --- who is asked -------------------------------------------------------------------------------

Signatories = Callable[[Patent, Any, Context], Iterable[Party]]


def _nobody(_: Patent, __: Command, ___: Context) -> Iterable[Party]:
    return ()


def _owners(patent: Patent, _: Command, context: Context) -> Iterable[Party]:
    return patent.patentees_on(context.today) or ()


def _pledging_owners(patent: Patent, command: RegisterPledge, context: Context) -> Iterable[Party]:
    agreed = command.contract.co_owners_agreed_otherwise
    return () if agreed else _owners(patent, command, context)


def _licensing_owners(patent: Patent, command: RecordLicence, context: Context) -> Iterable[Party]:
    alone = command.kind == "ordinary" or command.contract.co_owners_agreed_otherwise
    return () if alone or command.head_licence_id else _owners(patent, command, context)


def _offering_owners(
    patent: Patent, command: DeclareOpenLicence | WithdrawOpenLicence, context: Context
) -> Iterable[Party]:
    return () if command.co_owners_agreed_otherwise else _owners(patent, command, context)


def _pledge_parties(
    patent: Patent, command: ChangePledge | DeregisterPledge, _: Context
) -> Iterable[Party]:
    pledge = patent.pledge(command.registration_no)
    return () if pledge is None else (*pledge.now.pledgors, *pledge.now.pledgees)


def _licence_parties(
    patent: Patent, command: ChangeLicence | CancelLicence | RecordOpenLicenceContract, _: Context
) -> Iterator[Party]:
    for licence in patent.licences:
        if command.licence_id in (licence.licence_id, licence.registration_no):
            yield from (*licence.now.licensors, *licence.now.licensees)


JOINT: Mapping[type[Command], Signatories] = {
    RegisterPledge: _pledging_owners,
    ChangePledge: _pledge_parties,
    DeregisterPledge: _pledge_parties,
    RegisterTransfer: _owners,
    RecordLicence: _licensing_owners,
    ChangeLicence: _licence_parties,
    CancelLicence: _licence_parties,
    DeclareOpenLicence: _offering_owners,
    WithdrawOpenLicence: _offering_owners,
    TakeOpenLicence: _owners,
    RecordOpenLicenceContract: _licence_parties,
    Abandon: _owners,
}
"""Acts that can be prepared, and whom each concerns on a patent beside those it names itself."""

CONTESTABLE: frozenset[type[Command]] = frozenset({*JOINT, ChangeNameAddress})
"""Acts that parties ask the office for, whose refusal they may contest."""

BY_NAME: Mapping[str, type[Command]] = {command.NAME: command for command in CONTESTABLE}


def asked(patents: Iterable[Patent], command: Command, context: Context) -> tuple[Party, ...]:
    """Whose confirmation a filing needs: the parties it names, but for a debtor who is not one of
    them, and those whom the register knows as concerned; each once."""
    debtor: PartyDetails | None = getattr(command, "debtor", None)
    found: dict[str, Party] = {}
    for details in command.parties():
        if details is not debtor:
            party = context.party(details)
            found.setdefault(party.id, party)
    concerned = JOINT.get(type(command), _nobody)
    for patent in patents:
        for party in concerned(patent, command, context):
            found.setdefault(party.id, party)
    return tuple(found.values())


def agreed(command: Command, context: Context) -> frozenset[str]:
    """Who need not be asked: who signed the form, and who prepares it."""
    own = (context.caller.party,) if context.caller.party else ()
    return context.ids((*command.signed_by, *own))


def own_party(command: ConfirmFiling | WithdrawFiling, context: Context) -> str | None:
    """For whom a caller confirms or withdraws."""
    return party_of_caller(context, command.by)


def party_of_caller(context: Context, stated: str | None = None) -> str | None:
    """For whom a caller acts: whom it states, or its own party, by identity key."""
    ref = stated or context.caller.party
    return None if ref is None else next(iter(context.ids((ref,))))


# --- what is kept of it -------------------------------------------------------------------------

PERSONAL_MEMBERS = ("identity_number", "other_identifier", "address", "telephone")


def kept(command: Command, pseudonym: Pseudonym) -> tuple[dict[str, JsonValue], list[Withheld]]:
    """The filing as JSON without what is personal, and that apart."""
    withheld: list[Withheld] = []
    # A patent that moves on while the others confirm does not overtake the filing.
    body = command.model_dump(mode="json", exclude={"expected_versions"}, exclude_none=True)
    return _without_personal(body, "", pseudonym, withheld), withheld


def _without_personal(value: Any, pointer: str, pseudonym: Pseudonym, found: list[Withheld]) -> Any:
    match value:
        case {"kind": "individual", **members}:
            kept_members = {name: v for name, v in members.items() if name not in PERSONAL_MEMBERS}
            found += [
                Withheld(pointer=f"{pointer}/{name}", value=stated)
                for name in PERSONAL_MEMBERS
                if isinstance(stated := members.get(name), str)
            ]
            return {"kind": "individual", **kept_members}
        case dict():
            return {
                _reference(name, pseudonym): _without_personal(
                    member, f"{pointer}/{_escaped(name)}", pseudonym, found
                )
                for name, member in value.items()
            }
        case list():
            return [
                _without_personal(member, f"{pointer}/{place}", pseudonym, found)
                for place, member in enumerate(value)
            ]
        case str():
            return _reference(value, pseudonym)
        case _:
            return value


def _reference(text: str, pseudonym: Pseudonym) -> str:
    """A reference to a natural person may be the identity number itself."""
    ref = party_ref(text, pseudonym)
    return ref if ref.startswith("person:") else text


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def restored(prepared: FilingPrepared, withheld: Iterable[Withheld]) -> Command:
    """The filing as it was prepared, signed by all who were asked."""
    body: dict[str, Any] = _copied(prepared.body)
    for each in withheld:
        *path, last = (
            part.replace("~1", "/").replace("~0", "~") for part in each.pointer.split("/")[1:]
        )
        place: Any = body
        for part in path:
            place = place[int(part)] if isinstance(place, list) else place[part]
        place[last] = each.value
    signed = (*body.get("signed_by", ()), *(party.id for party in prepared.asked))
    body["signed_by"] = list(dict.fromkeys(signed))
    return BY_NAME[prepared.command].model_validate(body)


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(member) for name, member in value.items()}
    return [_copied(member) for member in value] if isinstance(value, list | tuple) else value


# --- deciding -----------------------------------------------------------------------------------


def prepare_filing(
    patents: Mapping[str, Patent], command: PrepareFiling, context: Context
) -> list[LedgerEvent]:
    """One hidden event on the filing's own stream."""
    filing = command.filing
    concerned = asked((patents[number] for number in filing.patents), filing, context)
    return [stated(filing, concerned, agreed(filing, context), context)]


def stated(
    filing: Command, concerned: tuple[Party, ...], signed: frozenset[str], context: Context
) -> FilingPrepared:
    """The first event of a filing's own stream: what it asks for, and whom it concerns."""
    body, withheld = kept(filing, context.pseudonym)
    return FilingPrepared(
        originator_id=f"filing:{context.filing_id}",
        originator_version=1,
        envelope=context.envelope(filing, context.today, None),
        command=filing.NAME,
        body=body,
        caller_role=context.caller.role,
        caller_party=party_of_caller(context),
        asked=concerned,
        agreed=tuple(party.id for party in concerned if party.id in signed),
        valid_until=context.today + timedelta(days=context.law.prepared_filing_days + 1),
        personal_values=len(withheld),
        withheld=tuple(withheld) or None,
    )


def confirm_filing(
    _: Mapping[str, Patent], command: ConfirmFiling, context: Context
) -> list[LedgerEvent]:
    """One hidden event on the filing's stream; what the registry judges then comes behind it."""
    stream = context.streams[f"filing:{command.filing}"]
    assert stream.prepared is not None, "joint-filing-open was judged"
    by = own_party(command, context)
    (party,) = (each for each in stream.prepared.filing.asked if each.id == by)
    return [
        FilingConfirmed(
            originator_id=f"filing:{command.filing}",
            originator_version=stream.version + 1,
            envelope=context.envelope(command, context.today, None),
            by=party,
        )
    ]


def withdraw_filing(
    _: Mapping[str, Patent], command: WithdrawFiling, context: Context
) -> list[LedgerEvent]:
    """One hidden event on the filing's stream, which ends it."""
    name = f"filing:{command.filing}"
    return [
        FilingWithdrawn(
            originator_id=name,
            originator_version=context.streams[name].version + 1,
            envelope=context.envelope(command, context.today, None),
            by=own_party(command, context),
            reason=command.reason,
        )
    ]


def refuse_filing(_: Mapping[str, Patent], __: RefuseFiling, ___: Context) -> list[LedgerEvent]:
    """Nothing by itself: what is entered says all that refuses it, once that is judged."""
    return []


COMMANDS: dict[type[Command], Callable[..., list[LedgerEvent]]] = {
    PrepareFiling: prepare_filing,
    ConfirmFiling: confirm_filing,
    WithdrawFiling: withdraw_filing,
    RefuseFiling: refuse_filing,
}

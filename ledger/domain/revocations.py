"""The office ends what should not stand: a recordal revoked, a declaration terminated or revoked.

Each is a revocation of the entry that made the thing (`entry.revoked`), judged by the law's own
conditions: from the beginning, save a declaration that is terminated, which ends on its day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Literal

from ledger.domain.corrections import RevokeEntry, revoke_entry
from ledger.domain.events import (
    LedgerEvent,
    LicenceRecorded,
    OpenLicenceContractRecorded,
    OpenLicenceDeclared,
)
from ledger.domain.filing import Command, Context
from ledger.domain.licences import Addressed, LicenceId, recorded_licence
from ledger.domain.open_licences import DeclarationNo, WithdrawalReason
from ledger.domain.patent import Patent
from ledger.domain.texts import LongText, Text


class RevokeLicenceRecordal(Command):
    """Revoke a recordal that should not have been made (Licence Measures art. 13)."""

    NAME: ClassVar[str] = "RevokeLicenceRecordal"

    patents: Addressed = ()
    licence_id: LicenceId
    ground: Text
    """The ground of Licence Measures art. 12 that existed and exists, by rule id, or another."""
    reason: LongText


class TerminateOpenLicence(Command):
    """End a declaration that its patentee should have withdrawn (Guidelines V-11 §4)."""

    NAME: ClassVar[str] = "TerminateOpenLicence"

    patents: Addressed = ()
    declaration_no: DeclarationNo
    ground: WithdrawalReason | Literal["patentee_changed"]
    """The case for which it should have been withdrawn."""
    reason: LongText


class RevokeOpenLicence(Command):
    """Revoke a declaration got by false materials or concealment (Guidelines V-11 §3.4)."""

    NAME: ClassVar[str] = "RevokeOpenLicence"

    patents: Addressed = ()
    declaration_no: DeclarationNo
    ground: Literal["false_materials", "concealment", "other"]
    reason: LongText


def revoke_licence_recordal(
    patents: Mapping[str, Patent], command: RevokeLicenceRecordal, context: Context
) -> list[LedgerEvent]:
    """The recordal was never made; a licence taken openly stands, unrecorded as before."""
    licence = recorded_licence(patents[command.patents[0]], command.licence_id)
    assert licence is not None, "licence-revoke-uncured was judged"
    taken = licence.declaration_no is not None
    topic = OpenLicenceContractRecorded.TOPIC if taken else LicenceRecorded.TOPIC
    return _revoked(patents, command, context, topic=topic)


def terminate_open_licence(
    patents: Mapping[str, Patent], command: TerminateOpenLicence, context: Context
) -> list[LedgerEvent]:
    """The declaration ends today; licences already taken go on."""
    return _revoked(patents, command, context, topic=OpenLicenceDeclared.TOPIC, effect="from_date")


def revoke_open_licence(
    patents: Mapping[str, Patent], command: RevokeOpenLicence, context: Context
) -> list[LedgerEvent]:
    """The declaration was never made."""
    return _revoked(patents, command, context, topic=OpenLicenceDeclared.TOPIC)


Revoking = RevokeLicenceRecordal | TerminateOpenLicence | RevokeOpenLicence


def _revoked(
    patents: Mapping[str, Patent],
    command: Revoking,
    context: Context,
    *,
    topic: str,
    effect: Literal["from_beginning", "from_date"] = "from_beginning",
) -> list[LedgerEvent]:
    """The revocation of the entries that made the thing, on each patent by its own filing."""
    by_filing: dict[str, list[str]] = {}
    for number in command.patents:
        by_filing.setdefault(_made_by(patents[number], command, topic), []).append(number)
    stated = {name: getattr(command, name) for name in STATED}
    events: list[LedgerEvent] = []
    for filing, numbers in by_filing.items():
        revoking = RevokeEntry(
            patents=tuple(numbers), entry=filing, topic=topic, effect=effect, **stated
        )
        events += revoke_entry(patents, revoking, context)
    return events


STATED = ("reason", "documents", "declarations", "on_behalf_of", "received_on")
"""What the office states of a revocation, whatever it revokes."""


def _made_by(patent: Patent, command: Revoking, topic: str) -> str:
    """The filing that made the entry."""
    if isinstance(command, RevokeLicenceRecordal):
        licence = recorded_licence(patent, command.licence_id)
        name, thing = "licence_id", None if licence is None else licence.licence_id
    else:
        name, thing = "declaration_no", command.declaration_no
    named = (f for f in patent.facts if topic == f.TOPIC and getattr(f, name) == thing)
    return next(named).filing_id


COMMANDS: dict[type[Command], Callable[..., list[LedgerEvent]]] = {
    RevokeLicenceRecordal: revoke_licence_recordal,
    TerminateOpenLicence: terminate_open_licence,
    RevokeOpenLicence: revoke_open_licence,
}

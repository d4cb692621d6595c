"""Rules of taking an open licence and of recording what was taken (law.md 8.5)."""

from __future__ import annotations

from ledger.domain.filing import Context, has_document
from ledger.domain.holdings import Declaration, Licence
from ledger.domain.licences import ChangeLicence, recorded_licence
from ledger.domain.open_licences import (
    RecordOpenLicenceContract,
    TakeOpenLicence,
    declaration_of,
    due_at_start,
    licensors_of,
    taken_licence,
    takes_effect_on,
)
from ledger.domain.patent import Patent, Status
from ledger.domain.royalties import AnyRoyalty, Free
from ledger.domain.rules.catalogue import Broken, Outcome, Unknown, rule
from ledger.domain.rules.licences import crosses, has_export_papers
from ledger.domain.rules.open_licences import not_live


@rule(
    "open-take-notice-and-payment",
    TakeOpenLicence,
    title="Notice and payment",
    article="PL 51(1); GL V-11 §6",
    cure="Notify the patentee in writing while the declaration stands, pay what is due at the "
    "start, and add licensee-notice and payment-proof; with nothing due yet, say so in "
    "nothing_due_yet.",
)
def take_notice_and_payment(patent: Patent, command: TakeOpenLicence, context: Context) -> Outcome:
    """It arises by written notice while the declaration stands, and by payment as announced; a
    patentee takes none of its own.
    """
    declaration = declaration_of(patent, command.declaration_no)
    if declaration is None:
        return not_live(command.declaration_no)
    unnotified = _not_notified(patent, declaration, command, context)
    if unnotified is not None:
        return unnotified
    unpaid = _not_paid(declaration.fee, command, context)
    if unpaid is not None:
        return unpaid
    arises_on = takes_effect_on(command)
    if arises_on >= declaration.ends_on:
        return Broken(fact={"licence_period_over": declaration.ends_on.isoformat()})
    status = patent.status(arises_on)
    if status is Status.UNKNOWN:
        return Unknown("filing date, grant date and kind")
    return None if status is Status.IN_FORCE else Broken(fact={"status": status.value})


def _not_notified(
    patent: Patent, declaration: Declaration, command: TakeOpenLicence, context: Context
) -> Broken | None:
    owners = {p.id: p.name for p in licensors_of(patent, declaration, context.today)}
    taker = context.party_id(command.licensee)
    if taker in owners:
        return Broken("/licensee", {"patentee": owners[taker]})
    notice_on = command.notice_on
    if notice_on is None or notice_on > context.today:
        return Broken("/notice_on", {"missing": ["notice_on"]})
    if not declaration.live(notice_on):
        return not_live(declaration.declaration_no)
    if not has_document(command, "licensee-notice"):
        return Broken("/documents", {"missing": ["licensee-notice"]})
    sides = {taker: command.licensee.name, **owners}
    signed = context.signers(command) & set(sides)
    return None if signed else Broken("/signed_by", {"one_of": [*sides.values()]})


def _not_paid(fee: AnyRoyalty, command: TakeOpenLicence, context: Context) -> Broken | None:
    assert command.notice_on is not None, "the notice was judged"
    if command.paid_on is None:
        if due_at_start(fee, command.notice_on):
            return Broken("/paid_on", {"missing": ["paid_on"], "due_at_start": True})
        quiet = command.nothing_due_yet or isinstance(fee, Free)
        return None if quiet else Broken("/nothing_due_yet", {"missing": ["nothing_due_yet"]})
    if command.paid_on > context.today:
        return Broken("/paid_on", {"paid_on": command.paid_on.isoformat()})
    if not has_document(command, "payment-proof"):
        return Broken("/documents", {"missing": ["payment-proof"]})
    return None


@rule(
    "open-take-published-terms",
    TakeOpenLicence,
    RecordOpenLicenceContract,
    ChangeLicence,
    title="Published terms",
    article="PL 51(3); GL V-11 §8",
    cure="Take the licence on the published fee, or record it as an ordinary licence (POST "
    "/v1/licences).",
)
def take_published_terms(
    patent: Patent,
    command: TakeOpenLicence | RecordOpenLicenceContract | ChangeLicence,
    _: Context,
) -> Outcome:
    """An open licence goes by the published terms; what was negotiated is an ordinary licence."""
    if isinstance(command, TakeOpenLicence):
        declaration = declaration_of(patent, command.declaration_no)
        if declaration is None or command.fee is None:
            return None
        return _negotiated(command.fee, declaration.fee)
    if isinstance(command, RecordOpenLicenceContract):
        licence = taken_licence(patent, command.licence_id)
        if licence is None or command.fee is None:
            return None
        return _negotiated(command.fee, licence.now.royalty)
    licence = recorded_licence(patent, command.licence_id)
    if licence is None or licence.declaration_no is None or not command.amends:
        return None
    return Broken("/licence_id", {"declaration_no": licence.declaration_no})


def _negotiated(stated: AnyRoyalty | None, published: AnyRoyalty | None) -> Outcome:
    if published is None or stated == published:
        return None
    return Broken("/fee", {"published": published.model_dump(mode="json")})


@rule(
    "open-take-foreign",
    TakeOpenLicence,
    title="Technology export",
    article="GL V-11 §6; TIE 2, 30-38",
    cure="Add the paper technology-export-licence or technology-export-registration.",
)
def take_foreign(patent: Patent, command: TakeOpenLicence, context: Context) -> Outcome:
    """A licensee from abroad, Hong Kong, Macao or Taiwan needs the papers of technology export."""
    licensors = patent.patentees_on(context.today) or ()
    if not crosses(licensors, (command.licensee,)) or has_export_papers(command):
        return None
    return Broken("/documents", {"missing": ["technology-export-registration"]})


@rule(
    "open-record-evidence",
    RecordOpenLicenceContract,
    title="Evidence of the taken licence",
    article="IR 87; GL V-11 §7",
    cure="Name a taken licence that is not yet recorded, let patentee or licensee sign, and add "
    "the papers named: form, notice, proof of payment, identity.",
)
def record_evidence(
    patent: Patent, command: RecordOpenLicenceContract, context: Context
) -> Outcome:
    """Patentee or licensee records a taken licence with form, notice, payment and identity."""
    licence = taken_licence(patent, command.licence_id)
    if licence is None or licence.recorded_on is not None:
        known = licence is not None
        return Broken(
            "/licence_id", {"licence_id": command.licence_id, "taken": known, "recorded": known}
        )
    if licence.cancelled_on is not None:
        # Its end was not public: recorded now, it would stand for everybody who reads the log.
        ended_on = licence.cancelled_on.isoformat()
        return Broken("/licence_id", {"licence_id": command.licence_id, "ended_on": ended_on})
    missing = _papers_missing(command, licence)
    if missing:
        return Broken("/documents", {"missing": missing})
    owners = patent.patentees_on(context.today) or ()
    sides = {p.id: p.name for p in (*owners, *licence.now.licensors, *licence.now.licensees)}
    signed = context.signers(command) & set(sides)
    return None if signed else Broken("/signed_by", {"one_of": [*sides.values()]})


def _papers_missing(command: RecordOpenLicenceContract, licence: Licence) -> list[str]:
    """The papers of Guidelines V-11 §7; no proof of payment where nothing was due at the start."""
    missing = [k for k in ("application-form", "licensee-notice") if not has_document(command, k)]
    royalty, arose_on = licence.now.royalty, licence.shapes[0].since
    due = royalty is None or due_at_start(royalty, arose_on)
    if due and not has_document(command, "payment-proof"):
        missing.append("payment-proof")
    if not has_document(command, "identity", "identity-commitment"):
        missing.append("identity")
    if command.agency is not None and not has_document(command, "power-of-attorney"):
        missing.append("power-of-attorney")
    return missing

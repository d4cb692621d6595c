"""Rules of licences (law.md 8.4): Licence Recordal Measures (LRM), Civil Code, Patent Law 14."""

from __future__ import annotations

from datetime import date, timedelta

from ledger.domain.filing import Command, Context, has_document
from ledger.domain.holdings import Licence
from ledger.domain.licences import (
    ChangeLicence,
    RecordLicence,
    contract_digest,
    recorded_licence,
    takes_effect_on,
)
from ledger.domain.lifecycle import Abandon, FinaliseInvalidation, GrantPatent, LapseForFee
from ledger.domain.numbers import PatentKind
from ledger.domain.obligations import Duty, Owed
from ledger.domain.open_licences import (
    DeclareOpenLicence,
    RecordOpenLicenceContract,
    taken_licence,
)
from ledger.domain.parties import Party, PartyDetails, Residence
from ledger.domain.patent import Patent
from ledger.domain.periods import last_day_to_act, working_days_after
from ledger.domain.pledges import RegisterPledge
from ledger.domain.refusals import Severity
from ledger.domain.royalties import Free, royalty_shape_errors
from ledger.domain.rules.catalogue import Broken, Outcome, Unknown, rule
from ledger.domain.rules.conflicts import (
    conflicting,
    family,
    heads,
    licence_named,
    scope_changed,
    scope_of,
    scope_recorded,
)
from ledger.domain.rules.grounds import (
    coowners_missing,
    dead,
    filed_on,
    frozen_fact,
    ids,
    overdue_fee,
    pledgees_missing,
)
from ledger.domain.transfers import RegisterTransfer

_DAY = timedelta(days=1)


@rule(
    "licence-alive",
    RecordLicence,
    title="Patent in force",
    article="LRM 12(2)(1); CC 865",
    cure="Leave the patent out; a lapsed right must be restored first.",
)
def alive(patent: Patent, _: RecordLicence, context: Context) -> Outcome:
    """Only a patent in force can be licensed; this one has ended, is invalid or is not granted."""
    return dead(patent, context)


@rule(
    "licence-licensor-entitled",
    RecordLicence,
    ChangeLicence,
    title="Licensor may license",
    article="LRM 3, 12(2)(2); CC 867",
    cure="Let the patentee on the register license, or name the head licence whose licensee may.",
)
def licensor_entitled(
    patent: Patent, command: RecordLicence | ChangeLicence, context: Context
) -> Outcome:
    """A licensor is neither the patentee on the register nor the licensee of the head licence."""
    if command.licensors is None:
        return None
    able = entitled(patent, _head_named(patent, command), context.today)
    if able is None:
        return Unknown("the patentees")
    known = {p.id for p in able}
    strangers = [p.name for p in command.licensors if context.party_id(p) not in known]
    if not strangers:
        return None
    return Broken(fact={"licensors": strangers, "entitled": [p.name for p in able]})


def _head_named(patent: Patent, command: RecordLicence | ChangeLicence) -> str | None:
    if isinstance(command, RecordLicence):
        return command.head_licence_id
    licence = recorded_licence(patent, command.licence_id)
    return None if licence is None else licence.head_licence_id


def entitled(patent: Patent, head: str | None, on: date) -> tuple[Party, ...] | None:
    """Who may give the licence: the patentees, or the licensees of the head licence named."""
    if head is None:
        return patent.patentees_on(on)
    licence = licence_named(patent, head)
    return () if licence is None else licence.now.licensees


@rule(
    "licence-contents",
    RecordLicence,
    title="Contents of the contract",
    article="LRM 9, 12(2)(3)",
    cure="Complete the contract and state what is missing.",
    once=True,
)
def contents(_: Patent, command: RecordLicence, context: Context) -> Outcome:
    """The contract lacks one of: parties with addresses, list of patents, kind and term."""
    missing = [f"address of {p.name}" for p in command.parties() if p.address is None]
    if not command.contract.patents_listed:
        missing.append("contract/patents_listed")
    if command.kind is None:
        missing.append("kind")
    if command.last_day is None and not command.as_long_as_patent:
        missing.append("last_day")
    if missing:
        return Broken(fact={"missing": missing})
    if command.last_day is None:
        return None
    if command.as_long_as_patent:
        return Broken("/last_day", {"contradicts": "as_long_as_patent"})
    upside_down = scope_recorded(command, context.today) is None
    return Broken("/last_day", {"ends_before_it_begins": True}) if upside_down else None


@rule(
    "licence-default-ordinary",
    RecordLicence,
    title="Kind stated",
    article="SPC-Tech 25(2); LRM 9",
    cure="State the kind; if the contract names none, the parties agree on one, or on ordinary.",
    once=True,
)
def default_ordinary(_: Patent, command: RecordLicence, __: Context) -> Outcome:
    """No kind is stated: between the parties it is ordinary, but recordal needs the kind."""
    return Broken("/kind", {"between_the_parties": "ordinary"}) if command.kind is None else None


@rule(
    "licence-written",
    RecordLicence,
    title="Written contract",
    article="CC 863(3); LRM 4, 8",
    cure="Add the paper licence-contract, and have every licensor sign the form, or its agency "
    "with a power-of-attorney.",
    once=True,
)
def written(_: Patent, command: RecordLicence, context: Context) -> Outcome:
    """A licence contract is in writing, and the licensor or its agency signs the form."""
    if contract_digest(command) is None:
        return Broken("/documents", {"missing": ["licence-contract"]})
    if command.agency is not None and has_document(command, "power-of-attorney"):
        return None
    signers = context.signers(command)
    silent = [p.name for p in command.licensors if context.party_id(p) not in signers]
    return Broken("/signed_by", {"not_signed": silent}) if silent else None


@rule(
    "licence-term-within-patent",
    RecordLicence,
    ChangeLicence,
    title="Term within the patent's",
    article="LRM 12(2)(4); CC 865",
    cure="Agree an earlier last day, or that the licence lasts as long as the patent.",
)
def term_within_patent(
    patent: Patent, command: RecordLicence | ChangeLicence, _: Context
) -> Outcome:
    """The licence lasts longer than the patent."""
    return beyond_patent(patent, command.last_day)


def beyond_patent(patent: Patent, last_day: date | None) -> Outcome:
    """The outcome of every rule that keeps a licence within the life of the patent."""
    if last_day is None:
        return None
    terminates = patent.terminates_on
    if terminates is None:
        return Unknown("filing date and kind, from which its term follows")
    last = terminates - _DAY
    if last_day <= last:
        return None
    return Broken(fact={"last_day": last_day.isoformat(), "last_day_in_force": last.isoformat()})


@rule(
    "licence-coowner",
    RecordLicence,
    ChangeLicence,
    title="Consent of co-owners",
    article="PL 14; LRM 3, 12(2)(5)",
    cure="Let every co-owner sign the form, record its consent (POST /v1/consents) and name it in "
    "consents, or file the co-owner-agreement that one may license alone.",
)
def coowner(patent: Patent, command: RecordLicence | ChangeLicence, context: Context) -> Outcome:
    """Alone a co-owner may give only an ordinary licence; here another co-owner has not agreed."""
    if isinstance(command, ChangeLicence):
        licence = recorded_licence(patent, command.licence_id)
        kind = command.kind or (None if licence is None else licence.now.kind)
        if kind in (None, "ordinary") or not command.rescopes:
            return None
    elif not _needs_all(command):
        return None
    licensors = frozenset(context.party_id(p) for p in command.licensors or ())
    if has_document(command, "co-owner-agreement") and _agreed_otherwise(command):
        return None
    return coowners_missing(patent, command, context, act="licence", besides=licensors)


def _needs_all(command: RecordLicence) -> bool:
    """Whether it is exclusive or sole, or the co-owners agreed so; a sub-licence is another's."""
    alone = command.kind in (None, "ordinary") and not command.contract.co_owners_reserved
    return not alone and command.head_licence_id is None


def _agreed_otherwise(command: RecordLicence | ChangeLicence) -> bool:
    return isinstance(command, ChangeLicence) or command.contract.co_owners_agreed_otherwise


@rule(
    "licence-fee-current",
    RecordLicence,
    title="Annual fee paid",
    article="LRM 12(2)(6)",
    cure="Pay the overdue annual fee with its surcharge; once the payment is entered, file again.",
)
def fee_current(patent: Patent, _: RecordLicence, context: Context) -> Outcome:
    """An annual fee is overdue; the six months of grace count as overdue."""
    return overdue_fee(patent, context)


@rule(
    "licence-not-frozen",
    RecordLicence,
    ChangeLicence,
    title="Not frozen",
    article="LRM 12(2)(7), 16; IR 105",
    cure="Wait until the suspension or preservation ends or is released.",
)
def not_frozen(patent: Patent, command: RecordLicence | ChangeLicence, context: Context) -> Outcome:
    """Proceedings on the patent are suspended by an ownership dispute or a court's preservation."""
    if isinstance(command, ChangeLicence) and not command.amends:
        return None
    return frozen_fact(patent, context)


@rule(
    "licence-not-duplicate",
    RecordLicence,
    title="Recorded once",
    article="LRM 12(2)(8)",
    cure="Use the recordal that stands, or have it changed.",
)
def not_duplicate(patent: Patent, command: RecordLicence, _: Context) -> Outcome:
    """The same contract is already recorded for this patent."""
    digest = contract_digest(command)
    same = (x for x in patent.licences if x.contract_digest == digest and x.cancelled_on is None)
    known = None if digest is None else next(same, None)
    return None if known is None else Broken(fact={"licence_id": known.licence_id})


@rule(
    "licence-pledgee-consent",
    RecordLicence,
    ChangeLicence,
    title="Consent of the pledgees",
    article="CC 444(2); LRM 12(2)(9); PPM 18",
    cure="Record each pledgee's consent to this licence (POST /v1/consents) and name it in "
    "consents.",
)
def pledgee_consent(
    patent: Patent, command: RecordLicence | ChangeLicence, context: Context
) -> Outcome:
    """The patent is pledged, and a pledgee has not consented to a licence concluded since; by the
    setting earlier_licence_needs_consent, nor to one concluded before.
    """
    if isinstance(command, ChangeLicence):
        needed = command.rescopes
    else:
        concluded = command.contract.signed_on
        standing = patent.standing_pledges(context.today)
        needed = (
            concluded is None
            or context.law.earlier_licence_needs_consent
            or any(p.registered_on <= concluded for p in standing)
        )
    return pledgees_missing(patent, command, context, act="licence") if needed else None


@rule(
    "licence-proceeds-obligation",
    RecordLicence,
    title="Fee goes to the debt",
    article="CC 444(2)",
    severity=Severity.OBLIGATION,
    cure="Pay the secured debt early with the licence fee, or deposit it.",
)
def proceeds_obligation(patent: Patent, command: RecordLicence, context: Context) -> Outcome:
    """The licence fee of a pledged patent pays the debt early or is deposited."""
    standing = patent.standing_pledges(context.today)
    if not standing or isinstance(command.royalty, Free):
        return None
    licensors = ids(context.party(p) for p in command.licensors)
    return Broken(
        fact={
            "registration_no": standing[0].registration_no,
            "owed_by": [p.name for p in command.licensors],
        },
        owed=tuple(
            Owed(
                Duty.APPLY_PROCEEDS,
                by=licensors,
                to=ids(pledge.now.pledgees),
                about=pledge.registration_no,
            )
            for pledge in standing
        ),
    )


@rule(
    "licence-no-conflict",
    RecordLicence,
    ChangeLicence,
    title="No conflict",
    article="LRM 12(2)(10); SPC-Tech 27",
    waiver="sole-licensor-cannot-exploit",
    waived_by="a sole licensor who cannot exploit alone, for one ordinary licence",
    cure="Have the older licence cancelled or changed, or limit term, territory or field so that "
    "the two do not meet.",
)
def no_conflict(
    patent: Patent, command: RecordLicence | ChangeLicence, context: Context
) -> Outcome:
    """An exclusive or sole licence has no other beside it in the same time, territory and field; an
    ordinary one recorded before bars it too (setting ordinary_licence_bars_exclusive).
    """
    if isinstance(command, RecordLicence):
        scope = scope_recorded(command, context.today)
        besides = heads(patent, command.head_licence_id)
    else:
        licence = recorded_licence(patent, command.licence_id)
        if licence is None or not command.rescopes:
            return None
        scope, besides = scope_changed(command, licence), family(patent, licence)
    found = [] if scope is None else list(conflicting(patent, scope, besides))
    if not context.law.ordinary_licence_bars_exclusive:
        found = [x for x in found if x.now.kind != "ordinary"]
    if not found:
        return None
    fact = {"licences": [{"licence_id": x.licence_id, "kind": x.now.kind} for x in found]}
    by_hand = isinstance(command, RecordLicence) and _own_use(patent, command, found, context)
    return Broken(fact=fact, severity=Severity.WARNING if by_hand else None)


def _own_use(
    patent: Patent, command: RecordLicence, found: list[Licence], context: Context
) -> bool:
    """The one ordinary licence that a sole licensor who cannot exploit may give (SPC-Tech 27)."""
    licensors = {context.party_id(p) for p in command.licensors}
    given = [
        x
        for x in patent.licences
        if x.now.kind == "ordinary" and x.head_licence_id is None and x.in_term(context.today)
    ]
    return (
        command.kind == "ordinary"
        and all(x.now.kind == "sole" for x in found)
        and not given
        and licensors <= context.declared(command, "sole-licensor-cannot-exploit")
    )


@rule(
    "licence-no-exclusive-when-open",
    RecordLicence,
    ChangeLicence,
    title="Open licence stands",
    article="PL 51(3)",
    cure="Record an ordinary licence, or withdraw the open licence first.",
)
def no_exclusive_when_open(
    patent: Patent, command: RecordLicence | ChangeLicence, context: Context
) -> Outcome:
    """While the patent is under an open licence, no exclusive or sole licence can be given."""
    declaration = patent.live_declaration(context.today)
    if declaration is None or command.kind in (None, "ordinary"):
        return None
    return Broken(fact={"declaration_no": declaration.declaration_no, "kind": command.kind})


@rule(
    "licence-sublicence-authority",
    RecordLicence,
    title="Sub-licence under its head",
    article="PL 12; CC 867; SPC-Tech 25(2)",
    cure="Name a head licence in its term that allows sub-licences, and stay within its term, "
    "territory and field, in its own words; a kind other than ordinary needs the paper "
    "sublicence-agreement.",
)
def sublicence_authority(patent: Patent, command: RecordLicence, context: Context) -> Outcome:
    """A sub-licence needs a head licence that is in force, allows it and is at least as wide."""
    if command.head_licence_id is None:
        return None
    head = licence_named(patent, command.head_licence_id)
    named: dict[str, object] = {"head_licence_id": command.head_licence_id}
    if head is None or head.cancelled_on is not None or _over(head, context.today):
        return Broken("/head_licence_id", named | {"in_force": False})
    if not head.sublicensing_allowed:
        return Broken("/head_licence_id", named | {"sublicensing_allowed": False})
    scope, above = scope_recorded(command, context.today), scope_of(head)
    if scope is not None and above is not None and not scope.within(above):
        return Broken("/head_licence_id", named | {"within_head_licence": False})
    if command.kind not in (None, "ordinary") and not has_document(command, "sublicence-agreement"):
        return Broken("/kind", named | {"missing": ["sublicence-agreement"]})
    return None


def _over(licence: Licence, today: date) -> bool:
    return licence.now.ends_on is not None and licence.now.ends_on <= today


@rule(
    "licence-three-months",
    RecordLicence,
    RecordOpenLicenceContract,
    title="Recordal within three months",
    article="IR 15(2); LRM 5",
    severity=Severity.WARNING,
    cure="Nothing is lost: lateness is no ground of refusal, unless the office reads the law so.",
)
def three_months(
    patent: Patent, command: RecordLicence | RecordOpenLicenceContract, context: Context
) -> Outcome:
    """Recordal is asked for within three months from the day the contract takes effect; for a taken
    open licence the months are the setting open_licence_recordal_months. Lateness is flagged, not
    refused (setting late_recordal_refused).
    """
    if isinstance(command, RecordLicence):
        pointer, months, effective = "/contract", 3, takes_effect_on(command.contract)
    else:
        taken = taken_licence(patent, command.licence_id)
        pointer, months = "/licence_id", context.law.open_licence_recordal_months or 0
        effective = taken.shapes[0].since if taken is not None and months else None
    if effective is None:
        return None
    limit = last_day_to_act(effective, months=months, calendar=context.calendar)
    if filed_on(command, context) <= limit.day:
        return None
    severity = Severity.REFUSAL if context.law.late_recordal_refused else None
    return Broken(pointer, {"last_day_to_file": limit.day.isoformat()}, severity, limit=limit)


@rule(
    "licence-examination-7wd",
    RecordLicence,
    title="Examination in seven working days",
    article="LRM 11",
    severity=Severity.WARNING,
    once=True,
)
def examination(_: Patent, command: RecordLicence, context: Context) -> Outcome:
    """The office decides on a recordal within seven working days from receipt."""
    received = filed_on(command, context)
    limit = working_days_after(received, 7, context.calendar)
    late = context.today > limit.day
    told = {"last_day_to_decide": limit.day.isoformat()}
    return Broken("/received_on", told, limit=limit) if late else None


@rule(
    "licence-tech-export",
    RecordLicence,
    title="Technology export or import",
    article="TIE 2, 16-19, 30-38",
    cure="For export, add the paper technology-export-licence or technology-export-registration; "
    "for import, technology-import-registration.",
)
def tech_export(patent: Patent, command: RecordLicence, context: Context) -> Outcome:
    """A licence across the border needs the papers of technology export or import."""
    stated = {context.party_id(p) for p in command.licensors}
    owners = tuple(p for p in patent.patentees_on(context.today) or () if p.id in stated)
    exported = crosses((*command.licensors, *owners), command.licensees)
    if exported and not has_export_papers(command):
        return Broken("/documents", {"missing": ["technology-export-registration"]})
    imported = crosses(command.licensees, command.licensors)
    if imported and not has_document(
        command, "technology-import-licence", "technology-import-registration"
    ):
        missing = {"missing": ["technology-import-registration"]}
        return Broken("/documents", missing, Severity.WARNING)
    return None


def crosses(
    inside: tuple[PartyDetails | Party, ...], outside: tuple[PartyDetails | Party, ...]
) -> bool:
    """Whether technology goes from a party of the mainland to one abroad, or in HK, MO or TW."""
    return any(p.residence is Residence.MAINLAND for p in inside) and any(
        p.residence is not Residence.MAINLAND for p in outside
    )


def has_export_papers(command: Command) -> bool:
    """Whether the export is licensed (restricted technology) or registered (free technology)."""
    return has_document(command, "technology-export-licence", "technology-export-registration")


@rule(
    "licence-evaluation-report",
    RecordLicence,
    RegisterTransfer,
    RegisterPledge,
    title="Evaluation report",
    article="GL V-10 §1",
    severity=Severity.WARNING,
    cure="Have the paper evaluation-report ready; the office may ask for it.",
)
def evaluation_report(patent: Patent, command: Command, _: Context) -> Outcome:
    """For a utility model or a design the office may, if need be, ask for an evaluation report."""
    kind = None if patent.entered is None else patent.entered.kind
    if kind in (None, PatentKind.INVENTION) or has_document(command, "evaluation-report"):
        return None
    return Broken(fact={"kind": kind})


@rule(
    "licence-royalty-shape",
    RecordLicence,
    ChangeLicence,
    DeclareOpenLicence,
    title="Form of the royalty",
    article="CC 846",
    cure="Let instalments sum to the total, keep rates between 0 and 100 percent, name the base.",
    once=True,
)
def royalty_shape(
    _: Patent, command: RecordLicence | ChangeLicence | DeclareOpenLicence, __: Context
) -> Outcome:
    """The royalty is not one of the forms of the law, or does not add up."""
    declared = isinstance(command, DeclareOpenLicence)
    royalty = command.fee if isinstance(command, DeclareOpenLicence) else command.royalty
    errors = [] if royalty is None else royalty_shape_errors(royalty)
    return Broken("/fee" if declared else "/royalty", {"errors": errors}) if errors else None


@rule(
    "licence-cancel-on-patent-end",
    LapseForFee,
    FinaliseInvalidation,
    Abandon,
    GrantPatent,
    title="Recordals of an ended patent",
    article="LRM 18; CC 865",
    severity=Severity.OBLIGATION,
    cure="The parties have the recorded licences cancelled in time.",
)
def cancel_on_patent_end(patent: Patent, command: Command, _: Context) -> Outcome:
    """The right ends before its term, and licences of it are still recorded."""
    if isinstance(command, FinaliseInvalidation) and command.outcome != "whole":
        return None
    if isinstance(command, GrantPatent) and not command.ends_model(patent):
        return None
    licences = [x for x in patent.licences if x.recorded_on and x.cancelled_on is None]
    if not licences:
        return None
    return Broken(
        fact={"licences": [x.licence_id for x in licences]},
        owed=tuple(
            Owed(
                Duty.CANCEL_LICENCE,
                by=ids((*x.now.licensors, *x.now.licensees)),
                about=x.licence_id,
            )
            for x in licences
        ),
    )

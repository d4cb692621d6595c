"""Rules of transfers and of changes of name or address (law.md 8.3): Guidelines I-1 §6.7 (GL)."""

from __future__ import annotations

from datetime import date

from ledger.domain.consents import dispositions
from ledger.domain.filing import Command, Context, has_document
from ledger.domain.holdings import Pledge
from ledger.domain.numbers import PatentKind
from ledger.domain.obligations import Duty, Owed
from ledger.domain.parties import Party, PartyDetails, Residence
from ledger.domain.patent import Patent
from ledger.domain.periods import last_day_to_act
from ledger.domain.refusals import Severity
from ledger.domain.rules.catalogue import Broken, Outcome, Unknown, rule
from ledger.domain.rules.grounds import (
    addresses_only,
    consenting,
    coowners_missing,
    dead,
    frozen_fact,
    ids,
    unusable,
    withdrawal_owed,
)
from ledger.domain.transfers import AGREED, ASSIGNMENTS, ChangeNameAddress, RegisterTransfer

CAUSE_DOCUMENTS: dict[str, tuple[str, ...]] = {
    "assignment": ("transfer-contract",),
    "gift": ("gift-contract", "transfer-contract"),
    "capital_contribution": ("transfer-contract",),
    "settlement": ("settlement-agreement",),
    "mediation": ("mediation-document",),
    "judgment": ("judgment",),
    "arbitration": ("arbitral-award", "mediation-document"),
    "merger": ("registration-authority-proof",),
    "split": ("registration-authority-proof",),
    "dissolution": ("registration-authority-proof",),
    "change_of_form": ("registration-authority-proof",),
    "inheritance": ("notarised-inheritance-proof",),
    "auction": ("auction-proof",),
}
"""The papers that prove a cause, any one of them (GL I-1 §6.7.2.2)."""


@rule(
    "transfer-alive",
    RegisterTransfer,
    title="Patent in force",
    article="PL 10",
    cure="Leave the patent out; a lapsed right must be restored first.",
)
def alive(patent: Patent, _: RegisterTransfer, context: Context) -> Outcome:
    """Only a patent in force can be transferred (setting ended_right_passes_transfer); this one has
    ended or is not granted.
    """
    return None if context.law.ended_right_passes_transfer else dead(patent, context)


@rule(
    "transfer-from-registered-owner",
    RegisterTransfer,
    title="From the registered patentees",
    article="GL I-1 §6.7.2.2",
    cure="State all patentees the register shows today as patentees_before, and nobody else.",
)
def from_registered_owner(patent: Patent, command: RegisterTransfer, context: Context) -> Outcome:
    """The patentees before the transfer are not those of the Patent Register."""
    registered = patent.patentees_on(context.today)
    if registered is None:
        return Unknown("the patentees")
    stated = {context.party_id(p) for p in command.patentees_before}
    if stated == {p.id for p in registered}:
        return None
    names = {
        "stated": [p.name for p in command.patentees_before],
        "registered": [p.name for p in registered],
    }
    return Broken("/patentees_before", names)


@rule(
    "transfer-one-step",
    RegisterTransfer,
    title="One step",
    article="GL I-1 §6.7.1.1",
    cure="File each transfer of the chain by itself, in its order.",
    once=True,
)
def one_step(_: Patent, command: RegisterTransfer, context: Context) -> Outcome:
    """A filing enters exactly one transfer: a chain needs one each, and somebody must change."""
    if command.intermediate_transferees:
        between = [p.name for p in command.intermediate_transferees]
        return Broken("/intermediate_transferees", {"between": between})
    after = [context.party_id(p) for p in command.patentees_after]
    twice = [p.name for i, p in enumerate(command.patentees_after) if after[i] in after[:i]]
    if twice:
        return Broken("/patentees_after", {"named_twice": twice})
    if not command.transferors and not command.transferees:
        return Broken("/patentees_after", {"changes": 0})
    return None


@rule(
    "transfer-cause-document",
    RegisterTransfer,
    title="Proof of the cause",
    article="IR 15(1); GL I-1 §6.7.2.2",
    cure="Add the paper that proves the cause; a settlement is signed by everybody.",
    once=True,
)
def cause_document(_: Patent, command: RegisterTransfer, context: Context) -> Outcome:
    """The paper that proves the cause of the transfer is missing."""
    needed = CAUSE_DOCUMENTS[command.cause]
    if not has_document(command, *needed):
        return Broken("/documents", {"cause": command.cause, "needed_one_of": list(needed)})
    if command.cause == "settlement":
        everybody = (*command.patentees_before, *command.patentees_after)
        signers = context.signers(command)
        silent = [p.name for p in everybody if context.party_id(p) not in signers]
        return Broken("/signed_by", {"not_signed": silent}) if silent else None
    return None


@rule(
    "transfer-judgment-final",
    RegisterTransfer,
    title="Judgment is final",
    article="GL I-1 §6.7.2.2(1)",
    cure="Wait for the period of appeal or the end of the appeal, and state the judgment.",
    once=True,
)
def judgment_final(_: Patent, command: RegisterTransfer, __: Context) -> Outcome:
    """A judgment of first instance moves the patent only when the appeal is cleared."""
    if command.cause != "judgment":
        return None
    judgment = command.judgment
    if judgment is None:
        return Broken("/judgment", {"missing": ["judgment"]})
    if judgment.first_instance and not judgment.appeal_cleared:
        return Broken("/judgment/appeal_cleared", {"case_no": judgment.case_no})
    return None


@rule(
    "transfer-coowner-consent",
    RegisterTransfer,
    title="Consent of all patentees",
    article="PL 14(2); GL I-1 §6.7.2.2(2)",
    cure="Let every patentee sign the form, or record its consent (POST /v1/consents) and name it.",
)
def coowner_consent(patent: Patent, command: RegisterTransfer, context: Context) -> Outcome:
    """A patentee has not agreed; all patentees agree to an assignment, whoever of them moves."""
    if command.cause not in AGREED:
        return None
    return coowners_missing(patent, command, context, act="transfer")


@rule(
    "transfer-pledgee-consent",
    RegisterTransfer,
    title="Consent of pledgees",
    article="CC 444(2); GL I-1 §6.7.2.2(7); PPM 18",
    cure="Record the consent of every pledgee (POST /v1/consents), which says whether the pledge "
    "continues or releases the patent, and name it in consents; the pledgor signs or consents too.",
)
def pledgee_consent(patent: Patent, command: RegisterTransfer, context: Context) -> Outcome:
    """The patent is pledged, and pledgor or pledgee has not agreed to this transfer."""
    for pledge in patent.standing_pledges(context.today):
        wanted = dispositions(patent.id, pledge, command, context)
        fact: dict[str, object] = {"registration_no": pledge.registration_no}
        silent = [p.name for p in pledge.now.pledgees if p.id not in wanted]
        if silent:
            useless = unusable(patent, command, context, act="transfer")
            return Broken(fact=fact | {"pledgees": silent} | useless)
        if len(set(wanted.values())) > 1:
            return Broken("/consents", fact | {"dispositions": sorted(set(wanted.values()))})
        pledgors = _pledgors_missing(patent, pledge, command, context)
        if pledgors:
            return Broken(fact=fact | {"pledgors": pledgors})
    return None


def _pledgors_missing(
    patent: Patent, pledge: Pledge, command: RegisterTransfer, context: Context
) -> list[str]:
    """Pledgors who are not patentees agree by themselves; patentees agree as co-owners."""
    if command.cause not in AGREED:
        return []
    agreed = context.signers(command)
    agreed |= consenting(patent, command, context, act="transfer", capacity="pledgor")
    agreed |= {p.id for p in patent.patentees_on(context.today) or ()}
    return [p.name for p in pledge.now.pledgors if p.id not in agreed]


@rule(
    "transfer-proceeds-obligation",
    RegisterTransfer,
    title="Proceeds pay the debt",
    article="CC 444(2); PPM 18(2)",
    severity=Severity.OBLIGATION,
    cure="Use the price to pay the secured debt early, or deposit it.",
)
def proceeds_obligation(patent: Patent, _: Command, context: Context) -> Outcome:
    """The price of a pledged patent pays the secured debt early or is deposited."""
    standing = patent.standing_pledges(context.today)
    if not standing:
        return None
    return Broken(
        fact={
            "owed_by": [p.name for pledge in standing for p in pledge.now.pledgors],
            "registration_nos": [pledge.registration_no for pledge in standing],
        },
        owed=tuple(
            Owed(
                Duty.APPLY_PROCEEDS,
                by=ids(pledge.now.pledgors),
                to=ids(pledge.now.pledgees),
                about=pledge.registration_no,
            )
            for pledge in standing
        ),
    )


@rule(
    "pledge-realise-transfer",
    RegisterTransfer,
    title="Realised pledge is deregistered",
    article="CC 436-438; CPL 207",
    severity=Severity.OBLIGATION,
    cure="Deregister the pledge on the ground that it is realised.",
)
def realise_transfer(patent: Patent, command: RegisterTransfer, context: Context) -> Outcome:
    """A pledged patent is sold by auction; a pledge realised so is deregistered."""
    if command.cause != "auction":
        return None
    realised = [
        pledge
        for pledge in patent.standing_pledges(context.today)
        if "released" not in dispositions(patent.id, pledge, command, context).values()
    ]
    if not realised:
        return None
    return Broken(
        fact={"registration_nos": [pledge.registration_no for pledge in realised]},
        owed=tuple(
            Owed(
                Duty.DEREGISTER_PLEDGE,
                by=ids(pledge.now.pledgees),
                to=ids(pledge.now.pledgors),
                about=pledge.registration_no,
            )
            for pledge in realised
        ),
    )


def _assigned(command: RegisterTransfer, context: Context) -> bool:
    """Whether it is an assignment, by the patentees' own will."""
    if command.cause == "capital_contribution":
        return context.law.capital_contribution_is_assignment
    return command.cause in ASSIGNMENTS


@rule(
    "transfer-open-licence-withdrawn",
    RegisterTransfer,
    title="No open licence",
    article="GL V-11 §9(1)",
    cure="Withdraw the open-licence declaration first.",
)
def open_licence_withdrawn(patent: Patent, command: RegisterTransfer, context: Context) -> Outcome:
    """The patent is under an open licence, which is withdrawn before an assignment; contribution as
    capital counts as one (setting capital_contribution_is_assignment).
    """
    declaration = patent.live_declaration(context.today)
    if declaration is None or not _assigned(command, context):
        return None
    return Broken(fact={"declaration_no": declaration.declaration_no})


@rule(
    "transfer-open-licence-redeclare",
    RegisterTransfer,
    title="Open licence to be withdrawn",
    article="GL V-11 §9",
    severity=Severity.OBLIGATION,
    cure="Withdraw the declaration; the new patentee may declare anew.",
)
def open_licence_redeclare(patent: Patent, command: RegisterTransfer, context: Context) -> Outcome:
    """The open licence was declared by the patentees before; the new ones have it withdrawn."""
    declaration = patent.live_declaration(context.today)
    if declaration is None or _assigned(command, context):
        return None
    after = ids(context.party(p) for p in command.patentees_after)
    return Broken(
        fact={"declaration_no": declaration.declaration_no},
        owed=(withdrawal_owed(patent, declaration, after, context.today),),
    )


@rule(
    "transfer-not-frozen",
    RegisterTransfer,
    title="Not frozen",
    article="IR 105; GL V-7 §7.2(3), 7.5.1",
    cure="Wait until the suspension or preservation ends; or name the cases the judgment or "
    "mediation has ended (dispute_ended_cases), and the paper of every court that permits it "
    "(court_papers).",
)
def not_frozen(patent: Patent, command: RegisterTransfer, context: Context) -> Outcome:
    """Transfers are suspended by an ownership dispute or a court's preservation."""
    if not patent.frozen(context.today):
        return None
    papers = {document.digest for document in command.documents}
    permitted = {(p.court, p.case_no) for p in command.court_papers if p.digest in papers}
    ended = frozenset(command.dispute_ended_cases if _ends_dispute(command) else ())
    preserved = [
        p.case_no
        for p in patent.preserved_by(context.today)
        if (p.court, p.case_no) not in permitted
    ]
    suspended = [s.case_no for s in patent.suspended_by(context.today) if s.case_no not in ended]
    if not preserved and not suspended:
        return None
    return Broken(fact={"preservations": preserved, "suspensions": suspended})


def _ends_dispute(command: RegisterTransfer) -> bool:
    return command.cause in ("judgment", "mediation") and has_document(
        command, *CAUSE_DOCUMENTS[command.cause]
    )


@rule(
    "transfer-tech-export",
    RegisterTransfer,
    title="Technology export",
    article="GL I-1 §6.7.2.2(3); TIE 30-38",
    cure="Add the technology-export licence, or the registration certificate of the contract.",
)
def tech_export(patent: Patent, command: RegisterTransfer, context: Context) -> Outcome:
    """An invention or utility model, or by the setting design_needs_export_papers a design, leaves
    the mainland without a technology-export paper.
    """
    abroad = [p.name for p in command.transferees if p.residence is not Residence.MAINLAND]
    if not abroad or has_document(command, *EXPORT_PAPERS):
        return None
    kind = patent.entered.kind if patent.entered is not None else None
    if kind is None:
        return Unknown("the kind of patent")
    free = kind is PatentKind.DESIGN and not context.law.design_needs_export_papers
    if free or not _mainland(patent, command, context):
        return None
    return Broken("/documents", {"transferees": abroad, "needed_one_of": list(EXPORT_PAPERS)})


EXPORT_PAPERS = ("technology-export-licence", "technology-export-registration")


def _mainland(patent: Patent, command: RegisterTransfer, context: Context) -> bool:
    """Whether the patent comes from the mainland, by the register and by what is stated."""
    giving: tuple[PartyDetails, ...] = command.transferors or command.patentees_before
    ids = {context.party_id(p) for p in giving}
    registered: tuple[Party, ...] = patent.patentees_on(context.today) or ()
    return any(p.residence is Residence.MAINLAND for p in giving) or any(
        p.residence is Residence.MAINLAND for p in registered if p.id in ids
    )


@rule(
    "transfer-fee-200",
    RegisterTransfer,
    title="Fee of 200 yuan",
    article="IR 116(3); GL I-1 §6.7.1.3",
    cure="Pay 200 yuan for each patent within one month of the request and state the day.",
    once=True,
)
def fee_200(_: Patent, command: RegisterTransfer, context: Context) -> Outcome:
    """The bibliographic fee is paid within one month of the request, or the request counts as not
    made.
    """
    requested = command.received_on or context.today
    last = last_day_to_act(requested, months=1, calendar=context.calendar)
    paid = command.fee_paid_on
    if paid is not None and paid <= min(last.day, context.today):
        return None
    told = {
        "fee_paid_on": None if paid is None else paid.isoformat(),
        "last_day": last.day.isoformat(),
    }
    late = paid is not None and paid <= context.today
    return Broken("/fee_paid_on", told, limit=last if late else None)


@rule(
    "transfer-keeps-licences",
    RegisterTransfer,
    title="Licences bind the new patentee",
    article="SPC-Tech 24(2)",
    severity=Severity.OBLIGATION,
    cure="Record the change of licensor of each licence.",
)
def keeps_licences(patent: Patent, command: RegisterTransfer, context: Context) -> Outcome:
    """Licences concluded before the assignment contract go on with the new patentee as licensor."""
    formed: date = command.contract_on or context.today
    today = context.today
    kept = [
        x
        for x in patent.licences
        # A sub-licence keeps its licensor, who is the licensee of another.
        if x.head_licence_id is None
        and x.in_term(max(today, x.now.starts_on or today))
        and (x.contract_on is None or x.contract_on < formed)
    ]
    if not kept:
        return None
    after = ids(context.party(p) for p in command.patentees_after)
    return Broken(
        fact={"licences": [x.registration_no or x.licence_id for x in kept]},
        owed=tuple(
            Owed(Duty.CHANGE_LICENSOR, by=after, to=ids(x.now.licensees), about=x.licence_id)
            for x in kept
        ),
    )


# --- name or address ----------------------------------------------------------------------------


@rule(
    "name-change-same-person",
    ChangeNameAddress,
    title="Same person",
    article="GL I-1 §6.7.2.1",
    cure="State one patentee of the register with the same credit code or identity number before "
    "and after; a change of person is a transfer.",
)
def same_person(patent: Patent, command: ChangeNameAddress, context: Context) -> Outcome:
    """A change of name or address is of one patentee that stays the same person."""
    before, after = context.party(command.before), context.party(command.after)
    if before.id != after.id:
        return Broken("/after", {"before": before.name, "after": after.name, "same_person": False})
    registered = patent.patentees_on(context.today)
    if registered is None:
        return Unknown("the patentees")
    if before.id not in {p.id for p in registered}:
        names = [p.name for p in registered]
        return Broken("/before", {"before": before.name, "registered": names})
    return None


@rule(
    "name-change-not-frozen",
    ChangeNameAddress,
    title="Not frozen",
    article="IR 105; GL V-7 §7.2(3)",
    cure="Wait until the suspension or preservation ends or is released.",
)
def name_not_frozen(patent: Patent, command: ChangeNameAddress, context: Context) -> Outcome:
    """A change of name is paused by an ownership dispute or a court's preservation; that of an
    address alone passes (setting address_change_passes_freeze).
    """
    held = patent.patentees_on(context.today) or ()
    if context.law.address_change_passes_freeze and addresses_only(held, (command.after,), context):
        return None
    return frozen_fact(patent, context)


@rule(
    "name-change-pledge-follow",
    ChangeNameAddress,
    title="Pledge registration follows",
    article="PPM 13(1)",
    severity=Severity.OBLIGATION,
    cure="Have the pledge registration changed, with proof or a commitment.",
)
def pledge_follow(patent: Patent, command: ChangeNameAddress, context: Context) -> Outcome:
    """The party stands in a pledge registration, which is changed too."""
    party = context.party_id(command.after)
    sides = {
        pledge.registration_no: ids((*pledge.now.pledgors, *pledge.now.pledgees))
        for pledge in patent.standing_pledges(context.today)
    }
    concerned = {number: both for number, both in sides.items() if party in both}
    if not concerned:
        return None
    return Broken(
        fact={"registration_nos": list(concerned)},
        owed=tuple(
            Owed(
                Duty.CHANGE_PLEDGE,
                by=(party,),
                to=tuple(other for other in both if other != party),
                about=number,
            )
            for number, both in concerned.items()
        ),
    )

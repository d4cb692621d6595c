"""Cases of the rules of pledges (law.md 8.6)."""

from __future__ import annotations

from datetime import date
from typing import Any

from ledger.domain.events import Declaration, TrademarkPart
from ledger.domain.money import yuan
from ledger.domain.parties import PartyKind
from ledger.domain.pledges import PledgeContract, RevokePledge
from tests.builders import (
    BANK,
    INVENTOR,
    LAMPWORKS,
    MILLS,
    MODEL,
    OTHER_BANK,
    PLEDGE_NO,
    STATED_CLAIM,
    UNIVERSITY,
    change_pledge,
    consented,
    deregister_pledge,
    deregistered,
    documents,
    entered,
    invalidation_final,
    invalidation_requested,
    lapsed,
    party,
    pledged,
    preserved,
    recorded,
    ref,
    refs,
    register_pledge,
)
from tests.catalogue.case import PATENT_ALONE, Case, but, case, under

IN_GRACE = recorded(entered(fees_paid_through=8)).on(date(2026, 6, 16))
"""Year 9 was due on Friday 12 June 2026; its grace ends on Saturday 12 December."""
PLEDGED = recorded(entered(), pledged())
SHARED = recorded(entered(patentees=(LAMPWORKS, INVENTOR)))
PAPERS = ("application-form", "pledge-contract", "identity")
SAME_DAY = recorded(entered(MODEL, same_day_patent="CN:201819000001.8"))
INFORMED = (
    Declaration(kind="informed-same-day-invention", by=refs(LAMPWORKS, BANK)),
    Declaration(kind="informed-invalidation", by=refs(LAMPWORKS, BANK)),
)
BOTH = (BANK, OTHER_BANK)
ORGAN = UNIVERSITY.model_copy(update={"kind": PartyKind.STATE_ORGAN})
TWO = recorded(
    entered(), pledged(), pledged(registration_no="Y2025990000002", pledgees=(OTHER_BANK,))
)


FOR_ANOTHER = recorded(entered(), pledged(debtor=party(UNIVERSITY)))
"""Lampworks has pledged for a debt of the university."""
TRADEMARK = TrademarkPart(
    register="CN-TRADEMARKS", registration_no="TM990001", registered_on=date(2026, 2, 26)
)


def claim(**fields: Any) -> Any:
    return STATED_CLAIM.model_copy(update=fields)


def revoke(ground: str = "pledge-pledgor-is-owner", **fields: Any) -> RevokePledge:
    stated = {"registration_no": PLEDGE_NO, "ground": ground, "reason": "Found later."}
    return RevokePledge(**stated | fields)


MAXIMUM = claim(maximum=True, period_from=date(2026, 3, 2), period_until=date(2027, 3, 2))

CASES: tuple[Case, ...] = (
    *(
        case("pledge-two-sides", "R", register_pledge(**sides), passes=register_pledge())
        for sides in (
            {"pledgees": (LAMPWORKS,)},
            {"pledgees": (BANK, BANK)},
            {"pledgors": (LAMPWORKS, LAMPWORKS)},
        )
    ),
    case(
        "pledge-contract-contents",
        "R",
        register_pledge(claim=STATED_CLAIM.model_copy(update={"amount": yuan("0")})),
        passes=register_pledge(claim=STATED_CLAIM.model_copy(update={"amount": yuan("0.01")})),
    ),
    case(
        "pledge-joint-application",
        "R",
        register_pledge(signed_by=refs(LAMPWORKS)),
        passes=register_pledge(),
    ),
    *(
        case(
            "pledge-documents",
            "R",
            register_pledge(documents=documents(*(p for p in PAPERS if p != missing))),
            passes=register_pledge(),
        )
        for missing in PAPERS
    ),
    case(
        "pledge-documents",
        "R",
        register_pledge(agency="Wick & Co"),
        passes=register_pledge(
            agency="Wick & Co", documents=documents(*PAPERS, "power-of-attorney")
        ),
    ),
    case(
        "pledge-documents",
        "R",
        register_pledge(appraised=True),
        passes=register_pledge(appraised=True, documents=documents(*PAPERS, "appraisal-report")),
    ),
    case(
        "pledge-online-consistency",
        "O",
        register_pledge(online=True),
        passes=register_pledge(online=False),
    ),
    case(
        "pledge-pledgor-is-owner",
        "R",
        register_pledge(pledgors=(MILLS,)),
        passes=register_pledge(),
    ),
    case(
        "pledge-alive",
        "R",
        register_pledge(),
        given=recorded(entered(), lapsed()),
        clean=PATENT_ALONE,
    ),
    case(
        "pledge-fee-current",
        "R",
        register_pledge(),
        given=recorded(entered(fees_paid_through=7)),
        clean=PATENT_ALONE,
    ),
    case(
        "pledge-fee-current",
        "R",
        register_pledge(),
        given=IN_GRACE,
        clean=under(IN_GRACE, grace_counts_as_overdue=False),
    ),
    case(
        "pledge-fee-current",
        "R",
        register_pledge(),
        given=under(IN_GRACE.on(date(2026, 12, 15)), grace_counts_as_overdue=False),
        clean=under(IN_GRACE.on(date(2026, 12, 14)), grace_counts_as_overdue=False),
    ),
    case(
        "pledge-not-frozen",
        "R",
        register_pledge(),
        given=recorded(entered(), preserved()),
        clean=PATENT_ALONE,
    ),
    case(
        "pledge-debt-within-term",
        "R",
        register_pledge(claim=claim(debt_due_on=date(2038, 6, 12))),
        passes=register_pledge(claim=claim(debt_due_on=date(2038, 6, 11))),
    ),
    case(
        "pledge-debt-within-term",
        "R",
        register_pledge(claim=but(MAXIMUM, period_until=date(2038, 6, 12))),
        passes=register_pledge(claim=but(MAXIMUM, period_until=date(2038, 6, 11))),
    ),
    case(
        "pledge-debt-within-term",
        "R",
        register_pledge(claim=but(MAXIMUM, period_until=date(2038, 6, 12))),
        clean=under(PATENT_ALONE, claim_period_counts_as_maturity=False),
    ),
    case(
        "pledge-debt-within-term",
        "R",
        change_pledge(claim=claim(debt_due_on=date(2038, 6, 12))),
        passes=change_pledge(claim=claim(debt_due_on=date(2038, 6, 11))),
        given=PLEDGED,
    ),
    *(
        case("pledge-contract-contents", "R", breaks, passes=register_pledge())
        for breaks in (
            *(
                register_pledge(claim=claim(**{name: None}))
                for name in ("kind", "amount", "debt_due_on", "scope")
            ),
            register_pledge(contract=PledgeContract(patents_listed=False)),
            register_pledge(pledgors=(LAMPWORKS.model_copy(update={"address": None}),)),
        )
    ),
    case(
        "pledge-coowner-consent",
        "R",
        register_pledge(),
        passes=register_pledge(signed_by=refs(LAMPWORKS, INVENTOR, BANK)),
        given=SHARED,
    ),
    case(
        "pledge-coowner-consent",
        "R",
        register_pledge(),
        passes=register_pledge(consents=("C1",)),
        given=recorded(
            consented(by=INVENTOR, act="pledge", capacity="co_owner", counterparties=(BANK,)),
            to=SHARED,
        ),
    ),
    case(
        "pledge-coowner-consent",
        "R",
        register_pledge(contract=PledgeContract(co_owners_agreed_otherwise=True)),
        passes=register_pledge(
            contract=PledgeContract(co_owners_agreed_otherwise=True),
            documents=documents(*PAPERS, "co-owner-agreement"),
        ),
        given=SHARED,
    ),
    case(
        "pledge-no-live-pledge",
        "R",
        register_pledge(),
        given=PLEDGED,
        clean=recorded(deregistered(), to=PLEDGED),
    ),
    case("pledge-one-live-invariant", "R", register_pledge(), given=TWO, clean=PLEDGED),
    case(
        "pledge-same-day-invention-waiver",
        "R",
        register_pledge(patents=(MODEL,)),
        passes=register_pledge(patents=(MODEL,), declarations=INFORMED),
        given=SAME_DAY,
    ),
    case(
        "pledge-invalidation-waiver",
        "R",
        register_pledge(),
        passes=register_pledge(declarations=INFORMED),
        given=recorded(entered(), invalidation_requested()),
    ),
    case(
        "pledge-invalidation-waiver",
        "R",
        register_pledge(),
        given=recorded(entered(), invalidation_requested()),
        clean=recorded(
            entered(), invalidation_requested(), invalidation_final(outcome="maintained")
        ),
    ),
    case(
        "pledge-state-organ",
        "W",
        register_pledge(pledgors=(ORGAN,)),
        passes=register_pledge(pledgors=(UNIVERSITY,)),
    ),
    case(
        "pledge-forfeiture-clause",
        "W",
        register_pledge(contract=PledgeContract(forfeiture_clause=True)),
        passes=register_pledge(),
    ),
    case("pledge-multi-patent", "R", register_pledge(partial=True), passes=register_pledge()),
    case(
        "pledge-multi-pledgee",
        "R",
        register_pledge(
            pledgees=(BANK, OTHER_BANK), shares={ref(BANK): "60", ref(OTHER_BANK): "30"}
        ),
        passes=register_pledge(
            pledgees=(BANK, OTHER_BANK), shares={ref(BANK): "60", ref(OTHER_BANK): "40"}
        ),
    ),
    case(
        "pledge-multi-pledgee",
        "R",
        register_pledge(shares={ref(MILLS): "100"}),
        passes=register_pledge(shares={ref(BANK): "100"}),
    ),
    case(
        "pledge-multi-pledgee",
        "R",
        register_pledge(shares={ref(BANK): "all"}),
        passes=register_pledge(),
    ),
    case(
        "pledge-max-amount-fields",
        "R",
        register_pledge(claim=but(MAXIMUM, period_from=None)),
        passes=register_pledge(claim=MAXIMUM),
    ),
    case(
        "pledge-max-amount-fields",
        "R",
        register_pledge(claim=but(MAXIMUM, period_until=date(2026, 3, 1))),
        passes=register_pledge(claim=but(MAXIMUM, period_until=date(2026, 3, 2))),
    ),
    # --- changes and ends
    *(
        case("pledge-registration-known", "R", command, passes=known, given=PLEDGED)
        for command, known in (
            (change_pledge(registration_no="Y2025990000009"), change_pledge()),
            (deregister_pledge(registration_no="Y2025990000009"), deregister_pledge()),
            (revoke(registration_no="Y2025990000009"), revoke()),
        )
    ),
    case(
        "pledge-change-needs-both",
        "R",
        change_pledge(signed_by=refs(BANK)),
        passes=change_pledge(),
        given=PLEDGED,
    ),
    case(
        "pledge-change-needs-both",
        "R",
        change_pledge(claim=None, pledgees=(BANK,), documents=()),
        passes=change_pledge(
            claim=None, pledgees=(BANK,), documents=documents("identity-commitment"), signed_by=()
        ),
        given=PLEDGED,
    ),
    case(
        "pledge-mixed-trademark",
        "W",
        register_pledge(claim=claim(trademarks=(TRADEMARK,))),
        passes=register_pledge(),
    ),
    case(
        "pledge-third-party-release",
        "O",
        change_pledge(claim=None, debtor=MILLS, documents=documents("proof"), signed_by=()),
        passes=change_pledge(
            claim=None, debtor=MILLS, documents=documents("proof"), signed_by=refs(LAMPWORKS)
        ),
        given=FOR_ANOTHER,
    ),
    case(
        "pledge-third-party-release",
        "O",
        change_pledge(debtor=MILLS, signed_by=refs(BANK)),
        passes=change_pledge(debtor=MILLS, signed_by=refs(BANK), consents=("C1",)),
        given=recorded(
            consented(by=LAMPWORKS, act="change", capacity="pledgor", counterparties=()),
            to=FOR_ANOTHER,
        ),
    ),
    case(
        "pledge-third-party-release",
        "O",
        change_pledge(debtor=MILLS, signed_by=refs(BANK)),
        passes=change_pledge(debtor=UNIVERSITY, signed_by=refs(BANK)),
        given=FOR_ANOTHER,
    ),
    case(
        "pledge-change-30-days",
        "W",
        change_pledge(changed_on=date(2026, 1, 28)),
        passes=change_pledge(changed_on=date(2026, 1, 29)),
        given=PLEDGED.on(date(2026, 2, 28)),
    ),
    *(
        case(
            "pledge-examination-5wd-2wd",
            "W",
            but(command, online=online, received_on=late),
            passes=but(command, online=online, received_on=in_time),
            given=PLEDGED,
        )
        for command in (register_pledge(), change_pledge(), deregister_pledge())
        for online, late, in_time in (
            (True, date(2026, 2, 26), date(2026, 2, 27)),
            (False, date(2026, 2, 14), date(2026, 2, 24)),
        )
    ),
    case(
        "pledge-deregister-ground",
        "R",
        deregister_pledge(documents=()),
        passes=deregister_pledge(documents=documents("commitment")),
        given=PLEDGED,
    ),
    case(
        "pledge-deregister-ground",
        "R",
        deregister_pledge(ground="waived", signed_by=refs(LAMPWORKS)),
        passes=deregister_pledge(ground="waived", signed_by=refs(BANK)),
        given=PLEDGED,
    ),
    case(
        "pledge-deregister-ground",
        "R",
        deregister_pledge(),
        given=recorded(deregistered(), to=PLEDGED),
        clean=PLEDGED,
    ),
    case(
        "pledge-deregister-by-one-side",
        "W",
        deregister_pledge(signed_by=refs(LAMPWORKS)),
        passes=deregister_pledge(
            signed_by=refs(LAMPWORKS), documents=documents("proof", "payment-proof")
        ),
        given=PLEDGED,
    ),
    case(
        "pledge-deregister-by-one-side",
        "R",
        deregister_pledge(signed_by=refs(LAMPWORKS)),
        passes=deregister_pledge(signed_by=refs(BANK)),
        given=under(PLEDGED, one_sided_deregistration_refused=True),
    ),
    case(
        "pledge-multi-patent",
        "R",
        register_pledge(partial=True),
        clean=under(PATENT_ALONE, partial_filings=True),
    ),
    case(
        "pledge-revoke-uncured",
        "R",
        revoke(),
        given=PLEDGED,
        clean=recorded(entered(), pledged(pledgors=(MILLS,))),
    ),
)

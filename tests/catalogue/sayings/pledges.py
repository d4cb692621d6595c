"""What the rules of pledges say (law.md 8.6)."""

from __future__ import annotations

from datetime import date

from ledger.domain.events import Declaration, LedgerEvent
from ledger.domain.pledges import PledgeContract
from tests.builders import (
    BANK,
    INVENTOR,
    LAMPWORKS,
    MILLS,
    MODEL,
    OTHER_BANK,
    PATENT,
    SECOND,
    UNIVERSITY,
    change_pledge,
    consented,
    deregister_pledge,
    deregistered,
    documents,
    entered,
    fee_paid,
    invalidation_requested,
    lapsed,
    party,
    pledged,
    preserved,
    recorded,
    ref,
    refs,
    register_pledge,
    suspended,
    transferred,
)
from tests.catalogue.case import BARE, PATENT_ALONE, but, under
from tests.catalogue.cases_pledges import (
    FOR_ANOTHER,
    INFORMED,
    MAXIMUM,
    ORGAN,
    PAPERS,
    PLEDGED,
    SAME_DAY,
    SHARED,
    TRADEMARK,
    TWO,
    claim,
    revoke,
)
from tests.catalogue.sayings.saying import Saying, says

NOBODY = recorded()
UNKNOWN = "Y2025990000009"
GROUNDS = (
    "pledge-pledgor-is-owner",
    "pledge-alive",
    "pledge-fee-current",
    "pledge-not-frozen",
    "pledge-debt-within-term",
    "pledge-no-live-pledge",
    "pledge-invalidation-waiver",
    "pledge-contract-contents",
    "other",
)
BY_ALL = {"signed_by": refs(LAMPWORKS, BANK, OTHER_BANK)}
LONG = pledged().claim


def declaring(fact: LedgerEvent, kind: str) -> LedgerEvent:
    """The same fact, entered on a declaration of its parties."""
    said = Declaration(kind=kind, by=refs(LAMPWORKS, BANK))
    changed = fact.envelope.model_copy(update={"declarations": (said,)})
    return fact.model_copy(update={"envelope": changed})


HALF_INFORMED = (
    Declaration(kind="informed-same-day-invention", by=refs(LAMPWORKS)),
    Declaration(kind="informed-invalidation", by=refs(BANK)),
)
RENAMED_BANK = BANK.model_copy(update={"name": "Bank of All Lanterns"})
MOVED_BANK = BANK.model_copy(update={"address": "1 New Square", "region": "33"})

SAYINGS: tuple[Saying, ...] = (
    *says(
        "pledge-joint-application",
        register_pledge(signed_by=()),
        register_pledge(pledgees=(BANK, OTHER_BANK), signed_by=refs(LAMPWORKS, BANK)),
    ),
    *says(
        "pledge-documents",
        register_pledge(documents=()),
        register_pledge(documents=(), agency="Wick & Co", appraised=True),
        register_pledge(
            documents=documents("application-form", "pledge-contract", "identity-commitment")
        ),
        days=(date(2021, 11, 14), date(2021, 11, 15), date(2026, 3, 2)),
    ),
    *says(
        "pledge-online-consistency", register_pledge(online=True, pledgors=(LAMPWORKS, INVENTOR))
    ),
    *says("pledge-pledgor-is-owner", register_pledge(), given=NOBODY),
    *says("pledge-pledgor-is-owner", register_pledge(), given=BARE),
    *says("pledge-pledgor-is-owner", register_pledge(pledgors=(LAMPWORKS, MILLS)), given=SHARED),
    *says("pledge-debt-within-term", register_pledge(), change_pledge(), given=NOBODY),
    *says("pledge-debt-within-term", register_pledge(), change_pledge(), given=BARE),
    *says(
        "pledge-debt-within-term",
        register_pledge(claim=claim(debt_due_on=None)),
        register_pledge(claim=claim(debt_due_on=date(2038, 6, 12))),
        register_pledge(claim=but(MAXIMUM, period_until=date(2038, 6, 12))),
        register_pledge(
            claim=but(MAXIMUM, debt_due_on=date(2038, 6, 13), period_until=date(2038, 6, 12))
        ),
        change_pledge(claim=None),
    ),
    *says(
        "pledge-contract-contents",
        register_pledge(
            claim=claim(kind=None, amount=None, debt_due_on=None, scope=None),
            contract=PledgeContract(patents_listed=False),
            pledgors=(LAMPWORKS.model_copy(update={"address": None}),),
            pledgees=(BANK, OTHER_BANK.model_copy(update={"address": None})),
        ),
        change_pledge(
            claim=claim(kind=None, amount=None, debt_due_on=None, scope=None),
            pledgees=(BANK, OTHER_BANK.model_copy(update={"address": None})),
        ),
        change_pledge(claim=claim(kind=None), pledgors=(but(LAMPWORKS, address=None),)),
        change_pledge(claim=claim(scope=None)),
        change_pledge(claim=None, pledgees=(but(BANK, address=None),)),
    ),
    *says("pledge-coowner-consent", register_pledge(), given=NOBODY),
    *says("pledge-coowner-consent", register_pledge(), given=BARE),
    *says(
        "pledge-coowner-consent",
        register_pledge(),
        register_pledge(documents=documents(*PAPERS, "co-owner-agreement")),
        register_pledge(pledgors=(LAMPWORKS, INVENTOR), signed_by=refs(BANK)),
        register_pledge(consents=("C1", "C2")),
        given=recorded(consented(by=INVENTOR, act="pledge", counterparties=(BANK,)), to=SHARED),
    ),
    *says("pledge-no-live-pledge", register_pledge(), given=PLEDGED),
    *says("pledge-no-live-pledge", register_pledge(), given=TWO),
    *says("pledge-one-live-invariant", register_pledge(), given=TWO),
    *says("pledge-same-day-invention-waiver", register_pledge(), given=NOBODY),
    *says("pledge-same-day-invention-waiver", register_pledge(), given=BARE),
    *says(
        "pledge-same-day-invention-waiver",
        register_pledge(),
        given=recorded(entered(same_day_patent=MODEL)),
    ),
    *says(
        "pledge-same-day-invention-waiver",
        register_pledge(patents=(MODEL,)),
        register_pledge(patents=(MODEL,), declarations=HALF_INFORMED),
        given=SAME_DAY,
    ),
    *says(
        "pledge-same-day-invention-waiver",
        register_pledge(patents=(MODEL,)),
        given=recorded(entered(MODEL)),
    ),
    *says(
        "pledge-invalidation-waiver",
        register_pledge(),
        register_pledge(declarations=HALF_INFORMED),
        register_pledge(declarations=INFORMED),
        given=recorded(
            entered(),
            invalidation_requested(on=date(2021, 10, 8)),
            invalidation_requested(case_no="4W990002"),
        ),
        days=(date(2021, 11, 14), date(2021, 11, 15), date(2026, 3, 2)),
    ),
    *says(
        "pledge-state-organ",
        register_pledge(pledgors=(ORGAN, LAMPWORKS)),
        register_pledge(pledgees=(ORGAN,)),
    ),
    *says(
        "pledge-forfeiture-clause",
        register_pledge(contract=PledgeContract(forfeiture_clause=True)),
    ),
    *says("pledge-multi-patent", register_pledge(partial=True), register_pledge()),
    *says(
        "pledge-multi-pledgee",
        register_pledge(shares={ref(MILLS): "50", ref(BANK): "50", ref(INVENTOR): "1"}),
        register_pledge(shares={ref(BANK): "99.99"}),
        register_pledge(shares={ref(BANK): "100.00"}),
        register_pledge(shares={ref(BANK): "101"}),
        register_pledge(shares={ref(BANK): "all"}),
    ),
    *says(
        "pledge-max-amount-fields",
        register_pledge(
            claim=but(MAXIMUM, amount=None, period_from=None, period_until=None, scope=None)
        ),
        register_pledge(claim=but(MAXIMUM, period_until=date(2026, 3, 1))),
        register_pledge(claim=but(MAXIMUM, period_until=date(2026, 3, 1), scope=None)),
        register_pledge(claim=but(MAXIMUM, period_until=date(2026, 3, 2))),
        change_pledge(claim=but(MAXIMUM, period_from=None)),
        change_pledge(claim=MAXIMUM),
        change_pledge(claim=None),
        register_pledge(claim=claim(scope=None)),
    ),
    *says("pledge-mixed-trademark", register_pledge(claim=claim(trademarks=(TRADEMARK,)))),
    *(
        saying
        for online in (True, False)
        for today, received_on in (
            (date(2026, 3, 2), date(2026, 3, 2)),
            (date(2026, 3, 2), date(2026, 2, 27)),
            (date(2026, 3, 4), date(2026, 2, 28)),
            (date(2026, 3, 2), date(2026, 2, 13)),
            (date(2026, 3, 2), date(2026, 2, 14)),
            (date(2021, 11, 17), date(2021, 11, 15)),
            (date(2021, 11, 18), date(2021, 11, 15)),
            (date(2021, 11, 22), date(2021, 11, 15)),
            (date(2021, 11, 23), date(2021, 11, 15)),
            (date(2021, 11, 23), date(2021, 11, 12)),
            (date(2021, 11, 24), date(2021, 11, 12)),
            (date(2010, 10, 15), date(2010, 10, 1)),
            (date(2010, 10, 19), date(2010, 10, 1)),
            (date(2010, 10, 15), date(2010, 9, 30)),
            (date(2010, 10, 18), date(2010, 9, 30)),
        )
        for saying in says(
            "pledge-examination-5wd-2wd",
            register_pledge(online=online, received_on=received_on),
            given=PATENT_ALONE.on(today),
        )
    ),
    *says("pledge-examination-5wd-2wd", register_pledge()),
    *says(
        "pledge-change-30-days",
        change_pledge(changed_on=date(2097, 1, 7)),
        given=PLEDGED.on(date(2097, 3, 1)),
    ),
    *says(
        "pledge-examination-5wd-2wd",
        register_pledge(received_on=date(2097, 1, 7)),
        given=PATENT_ALONE.on(date(2097, 2, 1)),
    ),
    *(
        saying
        for day in (date(2021, 11, 14), date(2021, 11, 15))
        for saying in says(
            "pledge-documents",
            *(
                register_pledge(documents=documents("application-form", "pledge-contract", paper))
                for paper in ("identity", "identity-commitment")
            ),
            given=PATENT_ALONE.on(day),
        )
    ),
    # --- changes
    *(
        saying
        for law in (True, False)
        for saying in says(
            "frozen-blocks",
            change_pledge(),
            change_pledge(pledgees=(MOVED_BANK,)),
            change_pledge(claim=None),
            change_pledge(claim=None, pledgees=(MOVED_BANK,)),
            change_pledge(claim=None, pledgees=(MOVED_BANK,), debtor=MILLS),
            change_pledge(claim=None, pledgees=(RENAMED_BANK,)),
            change_pledge(claim=None, pledgees=(MOVED_BANK, OTHER_BANK)),
            change_pledge(claim=None, pledgees=(MOVED_BANK,), pledgors=(MILLS,)),
            change_pledge(claim=None, pledgees=(MOVED_BANK,), registration_no=UNKNOWN),
            given=under(
                recorded(entered(), pledged(), preserved(), suspended()),
                address_change_passes_freeze=law,
            ),
        )
    ),
    *says("pledge-registration-known", change_pledge(registration_no=UNKNOWN), given=PLEDGED),
    *says(
        "pledge-change-needs-both",
        change_pledge(signed_by=refs(BANK)),
        change_pledge(signed_by=()),
        change_pledge(documents=documents("proof")),
        change_pledge(claim=None, documents=()),
        change_pledge(claim=None, pledgees=(RENAMED_BANK,), documents=()),
        change_pledge(claim=None, pledgees=(RENAMED_BANK,), documents=documents("proof")),
        change_pledge(claim=None, pledgees=(OTHER_BANK,)),
        change_pledge(claim=None, pledgees=(OTHER_BANK,), **BY_ALL),
        change_pledge(claim=None, pledgees=(OTHER_BANK,), **BY_ALL, documents=()),
        change_pledge(claim=None, pledgors=(MILLS,), documents=documents("proof")),
        change_pledge(claim=None, pledgors=(MILLS,), signed_by=refs(LAMPWORKS, BANK, MILLS)),
        change_pledge(pledgors=(MILLS,), pledgees=(OTHER_BANK,)),
        given=PLEDGED,
    ),
    *says("pledge-change-needs-both", change_pledge(patents=(PATENT,))),
    *says("pledge-change-needs-both", change_pledge(), given=recorded(deregistered(), to=PLEDGED)),
    *says(
        "pledge-change-needs-both",
        but(change_pledge(), patents=(PATENT, SECOND)),
        given=recorded(entered(SECOND), to=PLEDGED),
    ),
    *says(
        "pledge-third-party-release",
        change_pledge(debtor=MILLS),
        change_pledge(debtor=MILLS, signed_by=refs(BANK)),
        change_pledge(debtor=MILLS, signed_by=refs(BANK), consents=("C1",)),
        change_pledge(debtor=UNIVERSITY, signed_by=refs(BANK)),
        change_pledge(signed_by=refs(BANK)),
        given=recorded(
            consented(by=LAMPWORKS, act="change", capacity="pledgor", counterparties=()),
            to=FOR_ANOTHER,
        ),
    ),
    *says(
        "pledge-third-party-release",
        change_pledge(debtor=MILLS, signed_by=refs(BANK)),
        given=recorded(
            consented(by=LAMPWORKS, act="change", capacity="pledgee", counterparties=()),
            entered(),
            pledged(debtor=party(UNIVERSITY), pledgors=(LAMPWORKS, UNIVERSITY, INVENTOR)),
        ),
    ),
    *says("pledge-third-party-release", change_pledge(debtor=MILLS, signed_by=()), given=PLEDGED),
    *says(
        "pledge-third-party-release", change_pledge(debtor=MILLS, patents=(PATENT,), signed_by=())
    ),
    *says(
        "pledge-change-30-days",
        change_pledge(),
        change_pledge(claim=None, changed_on=date(2025, 1, 6)),
        change_pledge(changed_on=None),
        change_pledge(changed_on=date(2026, 1, 29)),
        change_pledge(changed_on=date(2026, 1, 30)),
        change_pledge(changed_on=date(2026, 1, 29), received_on=date(2026, 2, 28)),
        given=PLEDGED,
    ),
    # --- ends
    *says(
        "pledge-deregister-ground",
        deregister_pledge(documents=()),
        *(
            deregister_pledge(documents=documents(kind))
            for kind in ("proof", "commitment", "judgment", "payment-proof", "identity")
        ),
        deregister_pledge(ground="waived", signed_by=refs(LAMPWORKS)),
        deregister_pledge(ground="performed", signed_by=()),
        given=PLEDGED,
    ),
    *says("pledge-deregister-ground", deregister_pledge(patents=(PATENT,))),
    *says("pledge-deregister-by-one-side", deregister_pledge(patents=(PATENT,), signed_by=())),
    *(
        saying
        for law in (True, False)
        for saying in says(
            "pledge-deregister-by-one-side",
            deregister_pledge(signed_by=refs(LAMPWORKS)),
            deregister_pledge(signed_by=(), documents=documents("judgment")),
            deregister_pledge(signed_by=(), documents=documents("payment-proof")),
            deregister_pledge(),
            given=under(PLEDGED, one_sided_deregistration_refused=law),
        )
    ),
    *says("pledge-revoke-uncured", revoke(patents=(PATENT,))),
    *says("pledge-revoke-uncured", revoke("unheard-of"), given=PLEDGED),
    *(
        saying
        for facts in (
            (entered(), pledged()),
            (entered(), pledged(pledgors=(MILLS,))),
            (entered(), pledged(pledgors=(LAMPWORKS, MILLS))),
            (entered(), pledged(), transferred(on=date(2025, 8, 4))),
            (entered(), transferred(on=date(2025, 8, 4)), pledged()),
            (entered(), pledged(), lapsed()),
            (entered(), lapsed(fee_year=7, due_on=date(2024, 6, 12)), pledged()),
            (entered(fees_paid_through=6), pledged()),
            (entered(fees_paid_through=7), pledged()),
            (
                entered(fees_paid_through=6),
                pledged(),
                fee_paid(fee_year=7),
                fee_paid(fee_year=8),
            ),
            (entered(), pledged(), preserved()),
            (entered(), preserved(on=date(2025, 4, 1), months=24), pledged()),
            (entered(), preserved(on=date(2025, 4, 1), months=6), pledged()),
            (entered(), pledged(), pledged(registration_no="Y2025990000002")),
            (
                entered(),
                pledged(),
                pledged(registration_no="Y2025990000002", on=date(2025, 7, 1)),
            ),
            (entered(), invalidation_requested(on=date(2025, 4, 1)), pledged()),
            (
                entered(),
                invalidation_requested(on=date(2025, 4, 1)),
                pledged(on=date(2025, 4, 2), registration_no="Y2025990000002"),
                declaring(pledged(), "informed-invalidation"),
            ),
            (
                entered(),
                invalidation_requested(on=date(2025, 4, 1)),
                declaring(pledged(registration_no="Y2025990000002"), "informed-invalidation"),
                declaring(pledged(), "informed-same-day-invention"),
            ),
            (entered(), pledged(), invalidation_requested()),
            (entered(), pledged(claim=None)),
            (
                entered(),
                pledged(claim=LONG and LONG.model_copy(update={"debt_due_on": date(2038, 6, 12)})),
            ),
            (
                entered(),
                pledged(claim=LONG and LONG.model_copy(update={"debt_due_on": date(2038, 6, 11)})),
            ),
            (entered(filed_on=None, fees_paid_through=None), pledged()),
        )
        for saying in says(
            "pledge-revoke-uncured",
            *(revoke(ground) for ground in GROUNDS),
            given=recorded(*facts),
        )
    ),
    *says("pledge-revoke-uncured", revoke(), given=recorded(deregistered(), to=PLEDGED)),
    *says(
        "pledge-revoke-uncured",
        revoke("pledge-fee-current"),
        given=recorded(entered(fees_paid_through=8), pledged(on=date(2026, 12, 1))).on(
            date(2027, 1, 5)
        ),
    ),
    *says(
        "pledge-revoke-uncured",
        revoke("pledge-fee-current"),
        given=recorded(entered(fees_paid_through=9), pledged(on=date(2027, 6, 20))).on(
            date(2027, 7, 5)
        ),
    ),
)

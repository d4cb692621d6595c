"""Cases of the rules of the right itself and of its freezes (law.md 8.2, 8.7)."""

from __future__ import annotations

from datetime import date
from typing import Any

from ledger.domain.lifecycle import (
    Abandon,
    CompensateTerm,
    ContinuePreservation,
    DecideInvalidation,
    EndPreservation,
    EndSuspension,
    ExtendSuspension,
    FinaliseInvalidation,
    LapseForFee,
    PayAnnualFee,
    RestoreRight,
    StartInvalidation,
    StartPreservation,
    StartSuspension,
)
from ledger.domain.money import Money, yuan
from tests.builders import (
    LAMPWORKS,
    MILLS,
    MODEL,
    PATENT,
    TODAY,
    change_pledge,
    consented,
    declared_open,
    deregister_pledge,
    documents,
    entered,
    fact,
    fee_paid,
    grant_patent,
    invalidation_decided,
    invalidation_final,
    invalidation_requested,
    lapsed,
    licensed,
    patent_details,
    pledged,
    preserved,
    recorded,
    refs,
    suspended,
)
from tests.catalogue.case import PATENT_ALONE, Case, but, case, under
from tests.domain.test_licences import cancel_licence
from tests.domain.test_open_licences import withdraw

PLEDGED = recorded(entered(), pledged())
OPEN = recorded(entered(), declared_open())
UNPAID = recorded(entered(fees_paid_through=7))
PAID_AFTER_LAPSE = recorded(entered(fees_paid_through=7), lapsed(), fee_paid(fee_year=8))


def compensate(**fields: Any) -> CompensateTerm:
    stated: dict[str, Any] = {"kind": "pta", "days": 87, "requested_on": date(2020, 12, 1)}
    return fact(CompensateTerm, **stated | fields)


def lapse(decided_on: date = date(2026, 1, 12)) -> LapseForFee:
    return fact(LapseForFee, fee_year=8, decided_on=decided_on)


def pay(amount: str) -> PayAnnualFee:
    """The fee of year 8, paid on the day it is due."""
    return fact(PayAnnualFee, fee_year=8, amount=yuan(amount), effective_on=date(2025, 6, 12))


def restore(**fields: Any) -> RestoreRight:
    stated: dict[str, Any] = {
        "requested_on": date(2026, 2, 10),
        "notice_received_on": date(2025, 12, 10),
        "fee_paid_on": date(2026, 2, 10),
    }
    return fact(RestoreRight, **stated | fields)


def abandon(**fields: Any) -> Abandon:
    return fact(Abandon, **{"signed_by": refs(LAMPWORKS)} | fields)


def preserve(**fields: Any) -> StartPreservation:
    stated: dict[str, Any] = {
        "case_no": "(2026) Lantern 2",
        "court": "Lanternhill Court",
        "months": 6,
        "particulars_match": True,
        "documents": documents("ruling", "assistance-notice"),
    }
    return fact(StartPreservation, **stated | fields)


def suspend(**fields: Any) -> StartSuspension:
    stated: dict[str, Any] = {
        "case_no": "(2026) Dispute 2",
        "requested_by": MILLS,
        "dispute_parties": (MILLS, LAMPWORKS),
        "particulars_match": True,
        "documents": documents("acceptance-document"),
    }
    return fact(StartSuspension, **stated | fields)


def final(outcome: str = "whole") -> FinaliseInvalidation:
    return fact(
        FinaliseInvalidation,
        case_no="4W990001",
        outcome=outcome,
        decision_no="990001",
        claims_kept="claims 1 to 3",
    )


EXTEND = fact(ExtendSuspension, case_no="(2026) Dispute 1", documents=documents("case-not-closed"))
CONTINUE = fact(
    ContinuePreservation, case_no="(2026) Lantern 1", court="Lanternhill Court", months=6
)
DECIDED = fact(DecideInvalidation, case_no="4W990001", outcome="whole", decision_no="990001")
REQUESTED = fact(StartInvalidation, case_no="4W990001")

CASES: tuple[Case, ...] = (
    case(
        "term-compensation-kind",
        "R",
        compensate(requested_on=date(2020, 12, 2)),
        passes=compensate(),
    ),
    case(
        "term-compensation-kind",
        "R",
        compensate(patents=(MODEL,)),
        given=recorded(entered(MODEL)),
        clean=PATENT_ALONE,
        passes=compensate(),
    ),
    *(
        case("fee-year-payable", "R", but(pay("2000"), **wrong), passes=pay("2000"), given=UNPAID)
        for wrong in (
            {"amount": Money(amount="2000", currency="USD")},
            {"full_fee": Money(amount="2000", currency="USD")},
            {"effective_on": date(2018, 6, 11)},
        )
    ),
    case("fee-paid-already", "W", but(pay("2000"), fee_year=7), passes=pay("2000"), given=UNPAID),
    case(
        "fee-paid-already",
        "W",
        pay("2000"),
        passes=pay("2000"),
        given=recorded(entered(fees_paid_through=7), fee_paid(fee_year=8)),
        clean=UNPAID,
    ),
    case(
        "fee-year-payable",
        "R",
        fact(PayAnnualFee, patents=(MODEL,), fee_year=11),
        passes=fact(PayAnnualFee, patents=(MODEL,), fee_year=10),
        given=recorded(entered(MODEL)),
    ),
    case("fee-payment-short", "W", pay("1999.99"), passes=pay("2000"), given=UNPAID),
    case(
        "fee-lapse-after-grace",
        "R",
        lapse(date(2026, 1, 11)),
        passes=lapse(),
        given=UNPAID,
    ),
    case(
        "fee-lapse-after-grace",
        "R",
        lapse(),
        given=recorded(entered(fees_paid_through=7), lapsed()),
        clean=UNPAID,
    ),
    case(
        "right-in-force",
        "R",
        abandon(),
        given=recorded(entered(fees_paid_through=7), lapsed()),
        clean=UNPAID,
    ),
    case(
        "right-in-force",
        "R",
        compensate(effective_on=date(2025, 6, 12)),
        passes=compensate(effective_on=date(2025, 6, 11)),
        given=recorded(entered(fees_paid_through=7), lapsed()),
    ),
    case(
        "fee-lapse-paused-when-frozen",
        "R",
        lapse(),
        given=recorded(entered(fees_paid_through=7), preserved()),
        clean=UNPAID,
    ),
    *(
        case("lapse-notify-pledgee", "O", command, given=pledged_one, clean=free)
        for command, pledged_one, free in (
            (lapse(), recorded(pledged(), to=UNPAID), UNPAID),
            (abandon(), PLEDGED, PATENT_ALONE),
            (final(), PLEDGED, PATENT_ALONE),
        )
    ),
    case(
        "abandon-all-patentees",
        "R",
        abandon(signed_by=()),
        passes=abandon(),
    ),
    case("abandon-all-patentees", "R", abandon(conditions="If it rains."), passes=abandon()),
    case("abandon-all-patentees", "R", abandon(claims=(1,)), passes=abandon()),
    case(
        "abandon-pledgee-consent",
        "R",
        abandon(),
        given=recorded(consented(act="abandonment", counterparties=()), to=PLEDGED),
        passes=abandon(consents=("C1",)),
    ),
    case(
        "abandon-open-licence-first-withdrawn",
        "R",
        abandon(),
        given=OPEN,
        clean=OPEN.when(withdraw()).given_that(),
    ),
    case(
        "abandon-not-frozen",
        "R",
        abandon(),
        given=recorded(entered(), suspended()),
        clean=PATENT_ALONE,
    ),
    case(
        "um-ends-with-invention",
        "O",
        grant_patent(patent_details(same_day_patent=MODEL), consents=("C1",)),
        given=recorded(
            entered(MODEL),
            pledged(MODEL),
            consented(act="abandonment", counterparties=(), patents=(MODEL,)),
        ),
        clean=recorded(entered(MODEL)),
    ),
    case(
        "restore-time",
        "R",
        restore(requested_on=date(2026, 2, 11)),
        passes=restore(),
        given=PAID_AFTER_LAPSE,
    ),
    case(
        "restore-time",
        "R",
        restore(),
        given=recorded(entered(fees_paid_through=7), lapsed()),
        clean=PAID_AFTER_LAPSE,
    ),
    case(
        "invalidation-needs-grant",
        "R",
        but(REQUESTED, effective_on=date(2020, 8, 31)),
        passes=but(REQUESTED, effective_on=date(2020, 9, 1)),
    ),
    # --- freezes
    case("suspension-requester", "R", suspend(documents=()), passes=suspend()),
    case(
        "suspension-requester",
        "R",
        suspend(),
        given=recorded(entered(), suspended()),
        clean=recorded(entered(), preserved()),
    ),
    case(
        "suspension-extension",
        "R",
        but(EXTEND, months=7),
        passes=EXTEND,
        given=recorded(entered(), suspended()),
    ),
    case(
        "suspension-owner-change-3-months",
        "O",
        fact(EndSuspension, case_no="(2026) Dispute 1", reason="judgment"),
        passes=fact(EndSuspension, case_no="(2026) Dispute 1", reason="withdrawal"),
        given=recorded(entered(), suspended()),
    ),
    case("preservation-documents", "R", preserve(documents=()), passes=preserve()),
    case("preservation-documents", "R", preserve(months=None), passes=preserve()),
    case(
        "preservation-documents",
        "R",
        preserve(case_no="(2026) Lantern 1"),
        passes=preserve(case_no="(2026) Lantern 1", court="Tidewater Court"),
        given=recorded(entered(), preserved()),
    ),
    case("preservation-period", "W", preserve(months=7), passes=preserve(months=6)),
    case(
        "preservation-period",
        "W",
        preserve(kind="execution", months=37),
        passes=preserve(kind="execution", months=36),
    ),
    case(
        "preservation-period",
        "R",
        preserve(months=7),
        passes=preserve(months=6),
        given=under(PATENT_ALONE, long_preservation_refused=True),
    ),
    case(
        "preservation-continue-before-end",
        "R",
        but(CONTINUE, effective_on=date(2026, 7, 13)),
        passes=but(CONTINUE, effective_on=date(2026, 7, 12)),
        given=recorded(entered(), preserved()),
    ),
    *(
        case("invalidation-in-order", "R", wrong, passes=right, given=recorded(entered(), *before))
        for wrong, right, before in (
            (REQUESTED, but(REQUESTED, case_no="4W990002"), (invalidation_requested(),)),
            (but(DECIDED, case_no="4W990002"), DECIDED, (invalidation_requested(),)),
            (but(final(), case_no="4W990002"), final(), (invalidation_requested(),)),
            (
                but(DECIDED, effective_on=date(2026, 1, 11)),
                but(DECIDED, effective_on=date(2026, 1, 12)),
                (invalidation_requested(),),
            ),
            (
                but(final(), effective_on=date(2026, 2, 1)),
                but(final(), effective_on=date(2026, 2, 2)),
                (invalidation_requested(), invalidation_decided()),
            ),
            (
                but(final("partial"), claims_kept=None),
                final("partial"),
                (invalidation_requested(),),
            ),
            (
                final("partial"),
                final("whole"),
                (invalidation_requested(), invalidation_decided()),
            ),
        )
    ),
    *(
        case(
            "invalidation-in-order",
            "R",
            again,
            passes=again,
            given=recorded(
                entered(), invalidation_requested(), invalidation_final(outcome="maintained")
            ),
            clean=recorded(entered(), invalidation_requested()),
        )
        for again in (DECIDED, final())
    ),
    case("preservation-pledge-priority", "O", preserve(), given=PLEDGED, clean=PATENT_ALONE),
    case("pledge-notify-events", "O", suspend(), given=PLEDGED, clean=PATENT_ALONE),
    case(
        "freeze-case-known",
        "R",
        fact(EndSuspension, case_no="(2026) Dispute 9", reason="other"),
        passes=fact(EndSuspension, case_no="(2026) Dispute 1", reason="other"),
        given=recorded(entered(), suspended()),
    ),
    case(
        "freeze-case-known",
        "R",
        fact(EndPreservation, case_no="(2026) Lantern 1", court="Tidewater Court"),
        passes=fact(EndPreservation, case_no="(2026) Lantern 1", court="Lanternhill Court"),
        given=recorded(entered(), preserved()),
    ),
    *(
        case(
            "freeze-case-known",
            "R",
            but(end, effective_on=date(2026, 1, 11)),
            passes=but(end, effective_on=date(2026, 1, 12)),
            given=recorded(entered(), freeze),
        )
        for end, freeze in (
            (fact(EndSuspension, case_no="(2026) Dispute 1", reason="other"), suspended()),
            (
                fact(EndPreservation, case_no="(2026) Lantern 1", court="Lanternhill Court"),
                preserved(),
            ),
        )
    ),
    case(
        "frozen-blocks",
        "R",
        change_pledge(),
        given=recorded(entered(), pledged(), preserved()),
        clean=PLEDGED,
    ),
    *(
        case("frozen-deregistration", severity, command, given=given, clean=clean)
        for severity, settings in (("W", True), ("R", False))
        for command, standing in (
            (deregister_pledge(), pledged()),
            (cancel_licence(), licensed()),
            (withdraw(), declared_open()),
        )
        for given, clean in (
            (
                under(
                    recorded(entered(), standing, preserved()),
                    deregistration_passes_freeze=settings,
                ),
                recorded(entered(), standing),
            ),
        )
    ),
    case("open-duty-to-withdraw", "O", preserve(), given=OPEN, clean=PATENT_ALONE),
    case("open-duty-to-withdraw", "O", suspend(), given=OPEN, clean=PATENT_ALONE),
    case(
        "open-duty-to-withdraw",
        "O",
        final(),
        passes=final("partial"),
        given=OPEN,
    ),
    case(
        "licence-cancel-on-patent-end",
        "O",
        final(),
        passes=final("partial"),
        given=recorded(entered(), licensed()),
    ),
    case(
        "licence-cancel-on-patent-end",
        "O",
        abandon(patents=(PATENT,)),
        given=recorded(entered(), licensed()),
        clean=recorded(entered(), licensed()).when(cancel_licence(ended_on=TODAY)).given_that(),
    ),
)

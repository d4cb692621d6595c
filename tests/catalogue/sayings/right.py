"""What the rules of the right itself and of its freezes say (law.md 8.2, 8.7)."""

from __future__ import annotations

from datetime import date

from ledger.domain.lifecycle import (
    EndPreservation,
    EndSuspension,
    PayAnnualFee,
)
from ledger.domain.money import Money, yuan
from tests.builders import (
    BANK,
    DESIGN,
    INSTRUMENTS,
    INVENTOR,
    LAMPWORKS,
    MODEL,
    OTHER_BANK,
    PATENT,
    SECOND,
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
    party,
    patent_details,
    pledged,
    preserved,
    recorded,
    refs,
    register_pledge,
    suspended,
)
from tests.catalogue.case import BARE, PATENT_ALONE, but, under
from tests.catalogue.cases_right import (
    CONTINUE,
    EXTEND,
    OPEN,
    PAID_AFTER_LAPSE,
    PLEDGED,
    REQUESTED,
    UNPAID,
    abandon,
    compensate,
    final,
    lapse,
    pay,
    preserve,
    restore,
    suspend,
)
from tests.catalogue.sayings.saying import Saying, says
from tests.domain.test_open_licences import take, withdraw

NOBODY = recorded()
UNDATED = recorded(entered(filed_on=None))
UNGRANTED = recorded(entered(granted_on=None))
COMPENSATED = PATENT_ALONE.when(compensate()).given_that()
LATE_GRANT = recorded(entered(granted_on=date(2026, 11, 12)))
"""The months of a request end in February 2027, whose holidays are not announced."""
GIVEN_UP = recorded(entered(same_day_patent=MODEL))
LATE_AND_GIVEN_UP = recorded(entered(granted_on=date(2026, 11, 12), same_day_patent=MODEL))
DRUG = {"kind": "pte", "drug": "Lampyrin", "approved_on": date(2022, 3, 1)}
DRUG_IN_TIME = DRUG | {"requested_on": date(2022, 6, 1)}
TWO = recorded(entered(), entered(SECOND))
LATER = {"approved_on": date(2025, 6, 12), "requested_on": date(2025, 7, 1), "days": 10}
COMPENSATED_BESIDE = TWO.when(compensate(**DRUG | LATER, patents=(SECOND,))).given_that()
NATIONAL_DAY = recorded(entered(filed_on=date(2018, 10, 1), fees_paid_through=6))
"""A fee due on 1 October 2024 is paid in time until the 8th."""
BEFORE_AND_AFTER_MAY = tuple(
    date(2025, month, day) for month, day in ((4, 30), (5, 1), (5, 7), (5, 8))
)
ALL_PAID = recorded(entered(fees_paid_through=20))
FORCE = {
    "cause": "force_majeure",
    "notice_received_on": None,
    "obstacle_ended_on": date(2025, 12, 10),
}
LAPSED_TWICE = recorded(
    lapsed(fee_year=9, due_on=date(2026, 6, 12), decided_on=date(2027, 1, 20)),
    to=PAID_AFTER_LAPSE.when(restore()).given_that(),
)
BOTH = (LAMPWORKS, INSTRUMENTS)
SHARED = recorded(entered(patentees=(*BOTH, INVENTOR)))
TWICE_PLEDGED = recorded(
    entered(),
    pledged(pledgees=(BANK, OTHER_BANK)),
    pledged(registration_no="Y2025990000002", pledgees=(OTHER_BANK,)),
)
FROZEN = recorded(entered(), preserved(), suspended())
MODEL_PLEDGED = recorded(entered(MODEL), pledged(MODEL))
TAKEN = OPEN.when(take()).given_that()
SUSPENDED = recorded(entered(), suspended())
PRESERVED = recorded(entered(), preserved())

SAYINGS: tuple[Saying, ...] = (
    # --- compensation
    *says("term-compensation-kind", compensate(), given=NOBODY),
    *says("term-compensation-kind", compensate(), given=BARE),
    *says("term-compensation-kind", compensate(), given=UNDATED),
    *says("term-compensation-kind", compensate(), given=UNGRANTED),
    *says("term-compensation-kind", compensate(), days=(date(2021, 5, 31), date(2021, 6, 1))),
    *says("term-compensation-kind", compensate(), compensate(**DRUG_IN_TIME), given=COMPENSATED),
    *says(
        "term-compensation-kind",
        compensate(kind="pte", drug="Lampyrin"),
        compensate(**DRUG_IN_TIME),
        compensate(**DRUG, requested_on=date(2022, 6, 2)),
        compensate(**DRUG_IN_TIME | {"drug": None}),
        compensate(**DRUG_IN_TIME, days=1826),
        compensate(**DRUG_IN_TIME, days=20_000),
    ),
    *says(
        "term-compensation-kind", compensate(**DRUG_IN_TIME, patents=(PATENT, SECOND)), given=TWO
    ),
    *says(
        "term-compensation-kind",
        compensate(**DRUG_IN_TIME),
        compensate(**DRUG_IN_TIME | {"drug": "Harbourin"}),
        compensate(**DRUG_IN_TIME, patents=(SECOND,)),
        given=COMPENSATED_BESIDE,
    ),
    *says(
        "term-compensation-kind",
        compensate(requested_on=date(2027, 2, 12)),
        compensate(requested_on=date(2027, 2, 13)),
        compensate(**DRUG, requested_on=date(2027, 2, 13)),
        given=LATE_GRANT,
    ),
    *says(
        "term-compensation-kind",
        compensate(**DRUG | {"approved_on": date(2026, 11, 12)}, requested_on=date(2027, 2, 13)),
        compensate(
            **DRUG | {"approved_on": date(2026, 11, 12)},
            requested_on=date(2027, 2, 13),
            days=20_000,
        ),
    ),
    *says("term-compensation-kind", compensate(), compensate(**DRUG_IN_TIME), given=GIVEN_UP),
    *says(
        "term-compensation-kind",
        compensate(requested_on=date(2027, 2, 13)),
        given=LATE_AND_GIVEN_UP,
    ),
    # --- fees
    *says(
        "fee-payment-short",
        pay("0.01"),
        fact(PayAnnualFee, fee_year=8),
        fact(PayAnnualFee, fee_year=8, amount=Money(amount="1", currency="EUR")),
        fact(PayAnnualFee, fee_year=8, amount=yuan("10"), full_fee=yuan("20")),
        fact(PayAnnualFee, fee_year=8, amount=yuan("2100"), effective_on=date(2025, 8, 1)),
        given=UNPAID,
    ),
    *says("fee-lapse-after-grace", lapse(), given=NOBODY),
    *says("fee-lapse-after-grace", lapse(), given=BARE),
    *says("fee-lapse-after-grace", lapse(), given=UNDATED),
    *says(
        "fee-lapse-after-grace", lapse(), given=recorded(entered(kind=None, fees_paid_through=7))
    ),
    *says("fee-lapse-after-grace", lapse(), given=recorded(entered(fees_paid_through=None))),
    *says("fee-lapse-after-grace", lapse(), but(lapse(), fee_year=10)),
    *says("fee-lapse-after-grace", but(lapse(), fee_year=21), given=ALL_PAID),
    *says(
        "fee-lapse-after-grace",
        but(lapse(date(2038, 7, 1)), fee_year=20),
        given=recorded(entered(fees_paid_through=19)),
    ),
    *says(
        "fee-lapse-after-grace",
        but(lapse(date(2028, 2, 1)), fee_year=10),
        given=recorded(entered(fees_paid_through=9)),
    ),
    *says("fee-lapse-after-grace", lapse(date(2026, 1, 11)), lapse(), given=UNPAID),
    *says("fee-lapse-after-grace", lapse(), given=recorded(lapsed(), to=UNPAID)),
    *says(
        "fee-lapse-after-grace",
        lapse(),
        given=recorded(fee_paid(fee_year=8, on=date(2026, 2, 2)), to=UNPAID),
    ),
    *says(
        "fee-lapse-after-grace",
        but(lapse(), patents=(DESIGN,), fee_year=11),
        but(lapse(), patents=(DESIGN,), fee_year=16),
        given=recorded(entered(DESIGN, fees_paid_through=10)),
    ),
    *(
        saying
        for unmoved in (True, False)
        for saying in says(
            "fee-lapse-after-grace",
            *(but(lapse(day), fee_year=7) for day in BEFORE_AND_AFTER_MAY),
            given=under(NATIONAL_DAY, grace_counts_from_unmoved_due_date=unmoved),
        )
    ),
    *says(
        "fee-lapse-after-grace",
        lapse(),
        given=recorded(entered(granted_on=None, fees_paid_through=7)),
    ),
    *says(
        "right-in-force",
        abandon(),
        compensate(),
        compensate(effective_on=date(2025, 6, 12)),
        compensate(effective_on=date(2025, 6, 11)),
        given=recorded(lapsed(), to=UNPAID),
    ),
    *says("right-in-force", abandon(), compensate(), given=NOBODY),
    *says("right-in-force", abandon(), compensate(), given=BARE),
    *says("right-in-force", abandon(), compensate(), given=UNDATED),
    *says(
        "fee-lapse-after-grace",
        lapse(date(2026, 1, 14)),
        lapse(date(2026, 1, 15)),
        given=under(UNPAID, grace_counts_from_unmoved_due_date=False),
    ),
    *says(
        "fee-lapse-paused-when-frozen",
        lapse(),
        lapse(date(2026, 1, 11)),
        lapse(date(2026, 1, 12)),
        given=recorded(preserved(), suspended(), to=UNPAID),
    ),
    # --- restoration
    *says("restore-time", restore()),
    *says(
        "restore-time",
        restore(notice_received_on=None),
        restore(fee_paid_on=None),
        restore(**FORCE),
        restore(**FORCE, requested_on=date(2026, 2, 11)),
        restore(**FORCE | {"obstacle_ended_on": None}),
        restore(**FORCE | {"obstacle_ended_on": date(2028, 1, 2)}, requested_on=date(2028, 1, 5)),
        restore(notice_received_on=date(2026, 12, 10), requested_on=date(2027, 2, 11)),
        restore(
            notice_received_on=date(2026, 12, 10), requested_on=date(2027, 2, 11), fee_paid_on=None
        ),
        restore(notice_received_on=date(2026, 12, 10), requested_on=date(2027, 2, 10)),
        given=PAID_AFTER_LAPSE,
    ),
    *says("restore-time", restore(), given=recorded(entered(fees_paid_through=None), lapsed())),
    *says(
        "restore-time",
        restore(effective_on=date(2027, 2, 10)),
        restore(
            effective_on=date(2027, 2, 10),
            **FORCE | {"obstacle_ended_on": date(2026, 10, 10)},
            requested_on=date(2026, 12, 10),
        ),
        given=LAPSED_TWICE,
    ),
    # --- abandonment
    *says("abandon-all-patentees", abandon(), given=NOBODY),
    *says("abandon-all-patentees", abandon(), given=BARE),
    *says(
        "abandon-all-patentees",
        abandon(signed_by=refs(LAMPWORKS)),
        abandon(signed_by=refs(INSTRUMENTS), consents=("C1", "C9")),
        abandon(signed_by=refs(LAMPWORKS, INVENTOR), consents=("C1",)),
        given=recorded(
            consented(by=INSTRUMENTS, act="abandonment", capacity="co_owner", counterparties=()),
            to=SHARED,
        ),
    ),
    *says("abandon-pledgee-consent", abandon()),
    *says(
        "abandon-pledgee-consent",
        abandon(),
        abandon(consents=("C1",)),
        abandon(consents=("C1", "C9")),
        given=recorded(consented(act="abandonment", counterparties=()), to=TWICE_PLEDGED),
    ),
    *says("abandon-open-licence-first-withdrawn", abandon(), given=OPEN),
    *says("abandon-not-frozen", abandon(), given=FROZEN),
    *says(
        "um-ends-with-invention",
        grant_patent(patent_details(same_day_patent=MODEL)),
        given=MODEL_PLEDGED,
    ),
    *says(
        "um-ends-with-invention",
        grant_patent(patent_details(same_day_patent=MODEL)),
        given=recorded(lapsed(MODEL, fee_year=3, due_on=date(2020, 6, 12)), to=MODEL_PLEDGED),
    ),
    *says(
        "lapse-notify-pledgee",
        lapse(),
        final("maintained"),
        final("withdrawn"),
        final("partial"),
        given=TWICE_PLEDGED,
    ),
    *says("invalidation-needs-grant", REQUESTED, given=NOBODY),
    *says("invalidation-needs-grant", REQUESTED, given=BARE),
    *says("invalidation-needs-grant", REQUESTED, given=UNGRANTED),
    # --- grounds that many rules share
    *says("pledge-alive", register_pledge(), given=NOBODY),
    *says("pledge-alive", register_pledge(), given=BARE),
    *says("pledge-alive", register_pledge(), given=UNGRANTED),
    *(
        saying
        for known in (
            recorded(entered(), lapsed()),
            recorded(entered(), invalidation_final()),
            recorded(entered(), invalidation_requested(), invalidation_decided()),
            PATENT_ALONE.on(date(2038, 6, 11)),
            PATENT_ALONE.on(date(2038, 6, 12)),
        )
        for law in (True, False)
        for saying in says(
            "pledge-alive", register_pledge(), given=under(known, decided_invalidation_bars=law)
        )
    ),
    *says("pledge-fee-current", register_pledge(), given=NOBODY),
    *says("pledge-fee-current", register_pledge(), given=BARE),
    *says("pledge-fee-current", register_pledge(), given=recorded(entered(fees_paid_through=None))),
    *says(
        "pledge-fee-current",
        register_pledge(),
        days=(date(2025, 6, 12), date(2025, 6, 13), date(2026, 12, 14)),
        given=UNPAID,
    ),
    *says(
        "pledge-fee-current",
        register_pledge(),
        days=(date(2027, 6, 12), date(2027, 6, 15), date(2028, 1, 5)),
        given=recorded(entered(fees_paid_through=9)),
    ),
    *says(
        "pledge-fee-current",
        register_pledge(),
        days=(date(2025, 12, 12), date(2025, 12, 13), date(2025, 12, 15)),
        given=under(UNPAID, grace_counts_as_overdue=False),
    ),
    *says(
        "pledge-fee-current",
        register_pledge(),
        days=(date(2025, 6, 13),),
        given=recorded(fee_paid(fee_year=8, on=date(2025, 6, 14)), to=UNPAID),
    ),
    *says("pledge-not-frozen", register_pledge(), given=FROZEN),
    # --- suspension
    *says(
        "suspension-requester",
        suspend(dispute_parties=(LAMPWORKS,)),
        suspend(particulars_match=False),
        suspend(documents=()),
    ),
    *says("suspension-requester", suspend(), given=NOBODY),
    *says("suspension-requester", suspend(), given=BARE),
    *says("suspension-requester", suspend(), given=UNDATED),
    *says("suspension-requester", suspend(), given=recorded(entered(), lapsed())),
    *says("suspension-requester", suspend(), given=SUSPENDED),
    *says(
        "suspension-extension",
        EXTEND,
        but(EXTEND, case_no="(2026) Dispute 9"),
        but(EXTEND, months=7),
        but(EXTEND, documents=()),
        but(EXTEND, effective_on=date(2027, 1, 12)),
        but(EXTEND, effective_on=date(2027, 1, 13)),
        given=SUSPENDED,
    ),
    *says("suspension-extension", EXTEND, given=SUSPENDED.when(EXTEND).given_that()),
    *says(
        "suspension-extension", EXTEND, given=recorded(entered(), suspended(in_invalidation=True))
    ),
    *says(
        "suspension-owner-change-3-months",
        fact(EndSuspension, case_no="(2026) Dispute 1", reason="mediation"),
        fact(EndSuspension, case_no="(2026) Dispute 1", reason="judgment"),
        fact(EndSuspension, case_no="(2026) Dispute 1", reason="other"),
        fact(
            EndSuspension,
            case_no="(2026) Dispute 1",
            reason="judgment",
            effective_on=date(2026, 11, 12),
        ),
        given=SUSPENDED,
    ),
    # --- preservation
    *says(
        "suspension-owner-change-3-months",
        fact(EndSuspension, case_no="(2026) Dispute 1", reason="judgment"),
        given=recorded(
            entered(),
            suspended(),
            suspended(case_no="(2026) Dispute 2").model_copy(
                update={"requested_by": party(INSTRUMENTS)}
            ),
        ),
    ),
    *says(
        "preservation-documents",
        preserve(documents=documents("ruling")),
        preserve(documents=documents("assistance-notice")),
        preserve(particulars_match=False),
        preserve(months=None),
        preserve(months=None, last_day=date(2026, 3, 1)),
        preserve(months=None, last_day=date(2026, 3, 2)),
    ),
    *says("preservation-documents", preserve(), given=NOBODY),
    *says("preservation-documents", preserve(), given=BARE),
    *says("preservation-documents", preserve(), given=UNDATED),
    *says(
        "preservation-documents",
        preserve(case_no="(2026) Lantern 1"),
        preserve(case_no="(2026) Lantern 1", effective_on=date(2026, 7, 12)),
        preserve(case_no="(2026) Lantern 1", effective_on=date(2026, 7, 13)),
        preserve(case_no="(2026) Lantern 1", court="Tidewater Court"),
        given=PRESERVED,
    ),
    *says(
        "preservation-documents",
        preserve(case_no="(2026) Lantern 1"),
        given=recorded(entered(), preserved(months=None)),
    ),
    *says("preservation-documents", preserve(), given=recorded(entered(), lapsed())),
    *says(
        "preservation-period",
        preserve(months=None),
        preserve(months=None, last_day=date(2026, 9, 2)),
        preserve(months=None, last_day=date(2026, 9, 3)),
        preserve(kind="execution", months=None, last_day=date(2029, 3, 2)),
        preserve(kind="execution", months=None, last_day=date(2029, 3, 3)),
        but(CONTINUE, months=7),
        but(CONTINUE, months=6),
    ),
    *says(
        "preservation-continue-before-end",
        but(CONTINUE, months=None),
        CONTINUE,
        but(CONTINUE, court="Tidewater Court"),
        but(CONTINUE, effective_on=date(2026, 1, 11)),
        but(CONTINUE, effective_on=date(2026, 1, 12)),
        but(CONTINUE, effective_on=date(2026, 7, 12)),
        but(CONTINUE, effective_on=date(2026, 7, 13)),
        given=PRESERVED,
    ),
    *says(
        "preservation-continue-before-end",
        CONTINUE,
        given=recorded(entered(), preserved(months=None)),
    ),
    *says("preservation-pledge-priority", preserve(), given=TWICE_PLEDGED),
    *says("pledge-notify-events", suspend(), given=TWICE_PLEDGED),
    *says(
        "freeze-case-known",
        fact(EndSuspension, case_no="(2026) Dispute 9", reason="other"),
        fact(EndPreservation, case_no="(2026) Lantern 9", court="Lanternhill Court"),
        fact(EndPreservation, case_no="(2026) Lantern 1", court="Lanternhill Court"),
        fact(
            EndPreservation,
            case_no="(2026) Lantern 1",
            court="Lanternhill Court",
            effective_on=date(2026, 1, 11),
        ),
        fact(
            EndSuspension,
            case_no="(2026) Dispute 1",
            reason="other",
            effective_on=date(2026, 1, 11),
        ),
        given=FROZEN,
    ),
    *(
        saying
        for passes in (True, False)
        for saying in says(
            "frozen-deregistration",
            withdraw(),
            given=under(
                recorded(entered(), declared_open(), suspended(), preserved()),
                deregistration_passes_freeze=passes,
            ),
        )
    ),
    *says("frozen-deregistration", deregister_pledge(), given=PLEDGED),
    # --- open licences and recordals of an ended patent
    *says("open-duty-to-withdraw", preserve(), lapse(), final(), final("partial"), given=TAKEN),
    *says("open-duty-to-withdraw", preserve(), given=recorded(licensed(), to=OPEN)),
    *says(
        "open-duty-to-withdraw",
        grant_patent(patent_details(same_day_patent=MODEL)),
        given=recorded(
            entered(MODEL), declared_open(MODEL), lapsed(MODEL, due_on=date(2020, 9, 1))
        ),
    ),
    *says(
        "licence-cancel-on-patent-end",
        lapse(),
        final(),
        given=recorded(
            entered(), licensed(), licensed(registration_no="X2025990000002", licensors=BOTH)
        ),
    ),
    *says("licence-cancel-on-patent-end", lapse(), given=TAKEN),
    *says(
        "licence-cancel-on-patent-end",
        grant_patent(patent_details(same_day_patent=MODEL)),
        given=recorded(entered(MODEL), licensed(MODEL)),
    ),
    *says(
        "licence-cancel-on-patent-end",
        grant_patent(patent_details(same_day_patent=MODEL)),
        given=recorded(entered(MODEL), licensed(MODEL), lapsed(MODEL, due_on=date(2020, 9, 1))),
    ),
)

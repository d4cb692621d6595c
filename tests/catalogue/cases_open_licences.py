"""Cases of the rules of open licences (law.md 8.5)."""

from __future__ import annotations

from datetime import date, timedelta

from ledger.domain.events import Declaration
from ledger.domain.money import Money, yuan
from ledger.domain.royalties import LumpSum, RoyaltyBase
from tests.builders import (
    FOREIGNER,
    INSTRUMENTS,
    LAMPWORKS,
    MILLS,
    MODEL,
    TODAY,
    UNIVERSITY,
    consented,
    declared_open,
    documents,
    entered,
    invalidation_final,
    lapsed,
    licensed,
    pledged,
    recorded,
    refs,
    register_pledge,
    suspended,
)
from tests.catalogue.case import PATENT_ALONE, Case, but, case, on, under
from tests.domain.test_licences import change_licence
from tests.domain.test_open_licences import (
    LAST_DAY,
    RUNNING,
    declare,
    entry_fee,
    record_contract,
    running,
    take,
    withdraw,
)

OPEN = recorded(entered(), declared_open())
SHARED = recorded(entered(patentees=(LAMPWORKS, INSTRUMENTS)))
SHARED_OPEN = recorded(entered(patentees=(LAMPWORKS, INSTRUMENTS)), declared_open())
TAKEN = OPEN.when(take()).given_that()
LICENCE = TAKEN.patents[next(iter(TAKEN.patents))].licences[0].licence_id
CONTRACT = record_contract(LICENCE)
RECORDED = TAKEN.when(CONTRACT).given_that()
NUMBER = RECORDED.patents[next(iter(RECORDED.patents))].licences[0].registration_no
OVERRIDE = (Declaration(kind="cap-override", by=refs(LAMPWORKS)),)
REASONED = {"declarations": OVERRIDE, "cap_reason": "It replaces five licences."}
NET, PROFIT = RoyaltyBase.NET_SALES, RoyaltyBase.PROFIT
CONSENTED = recorded(entered(), pledged(), consented(act="open_licence", counterparties=()))
MODELLED = declare(patents=(MODEL,), last_day=date(2027, 12, 31))
CONTINUES = (Declaration(kind="open-licence-continues", by=refs(*register_pledge().pledgees)),)

CASES: tuple[Case, ...] = (
    case(
        "open-regime-start",
        "R",
        declare(),
        given=on(date(2024, 1, 19)),
        clean=on(date(2024, 1, 20)),
    ),
    case("open-granted", "R", declare(), given=recorded(entered(), lapsed()), clean=PATENT_ALONE),
    case("open-contents", "R", declare(undertaking=False), passes=declare()),
    case("open-contents", "R", declare(last_day=date(2026, 3, 1)), passes=declare(last_day=TODAY)),
    case("open-fee-explanation", "R", declare(fee_explanation=None), passes=declare()),
    case(
        "open-fee-explanation",
        "W",
        declare(fee_explanation="灯" * 2001),
        passes=declare(fee_explanation="灯" * 2000),
    ),
    case(
        "open-no-advertising",
        "W",
        declare(fee_explanation="国家级领先技术"),
        passes=declare(),
    ),
    case("open-any-person-china", "R", declare(territory="Fujian"), passes=declare()),
    case(
        "open-any-person-china",
        "R",
        declare(exclusions=("Tidewater Instruments",)),
        passes=declare(territory="中国"),
    ),
    case("open-any-person-china", "R", declare(addressed_to_anyone=False), passes=declare()),
    case(
        "open-all-coowners",
        "R",
        declare(patentees=(LAMPWORKS, INSTRUMENTS), signed_by=refs(LAMPWORKS)),
        passes=declare(patentees=(INSTRUMENTS, LAMPWORKS)),
        given=SHARED,
    ),
    case(
        "open-all-coowners",
        "R",
        withdraw(),
        passes=withdraw(signed_by=refs(LAMPWORKS, INSTRUMENTS)),
        given=SHARED_OPEN,
    ),
    case(
        "open-no-exclusive-or-sole",
        "R",
        declare(),
        given=recorded(entered(), licensed(kind="sole")),
        clean=recorded(entered(), licensed(kind="ordinary")),
    ),
    case(
        "open-not-frozen",
        "R",
        declare(),
        given=recorded(entered(), suspended()),
        clean=PATENT_ALONE,
    ),
    case(
        "open-fee-current",
        "R",
        declare(),
        given=recorded(entered(fees_paid_through=7)),
        clean=PATENT_ALONE,
    ),
    case(
        "open-pledgee-consent",
        "R",
        declare(),
        passes=declare(consents=("C1",)),
        given=CONSENTED,
    ),
    case(
        "open-not-wholly-invalid",
        "R",
        declare(),
        given=recorded(entered(), invalidation_final()),
        clean=recorded(entered(), invalidation_final(outcome="partial")),
    ),
    case(
        "open-evaluation-report",
        "R",
        MODELLED,
        passes=but(MODELLED, documents=documents("evaluation-report")),
        given=recorded(entered(MODEL)),
    ),
    case(
        "open-evaluation-report",
        "R",
        but(MODELLED, documents=documents("evaluation-report"), evaluation_negative=True),
        passes=but(MODELLED, documents=documents("evaluation-report")),
        given=recorded(entered(MODEL)),
    ),
    case(
        "open-cap-fixed",
        "R",
        declare(fee=LumpSum(total=yuan("20000000.01"))),
        passes=declare(fee=LumpSum(total=yuan("20000000"))),
    ),
    case(
        "open-cap-fixed",
        "R",
        declare(fee=LumpSum(total=Money(amount="1.00", currency="EUR"))),
        passes=declare(fee=LumpSum(total=Money(amount="1.00", currency="EUR")), **REASONED),
    ),
    case(
        "open-cap-fixed",
        "R",
        declare(fee=entry_fee("20000001", NET, "20")),
        passes=declare(fee=entry_fee("20000000", NET, "20")),
    ),
    case(
        "open-cap-net-sales",
        "R",
        declare(fee=running(NET, "20.000001")),
        passes=declare(fee=running(NET, "20")),
    ),
    case(
        "open-cap-net-sales",
        "R",
        declare(fee=running(NET, "21"), cap_reason="It replaces five licences."),
        passes=declare(fee=running(NET, "21"), **REASONED),
    ),
    case(
        "open-cap-profit",
        "R",
        declare(fee=running(PROFIT, "40.1")),
        passes=declare(fee=running(PROFIT, "40")),
    ),
    case(
        "open-period-within-patent",
        "R",
        declare(last_day=LAST_DAY + timedelta(days=1)),
        passes=declare(last_day=LAST_DAY),
    ),
    case(
        "open-single-live",
        "R",
        declare(),
        given=OPEN,
        clean=OPEN.when(withdraw()).given_that(),
    ),
    case(
        "open-university-publicity",
        "W",
        declare(patentees=(UNIVERSITY,), agreed_price=True),
        passes=declare(
            patentees=(UNIVERSITY,), agreed_price=True, documents=documents("internal-publicity")
        ),
        given=recorded(entered(patentees=(UNIVERSITY,))),
    ),
    case(
        "open-withdraw-unconditional",
        "R",
        withdraw(conditions="If a buyer is found."),
        passes=withdraw(),
        given=OPEN,
    ),
    case(
        "open-withdraw-unconditional",
        "R",
        withdraw(reason=None),
        passes=withdraw(reason="fee_unpaid", reason_text=None),
        given=OPEN,
    ),
    case(
        "open-take-notice-and-payment",
        "R",
        take(notice_on=None),
        passes=take(),
        given=OPEN,
    ),
    case(
        "open-take-notice-and-payment",
        "R",
        take(licensee=LAMPWORKS),
        passes=take(),
        given=OPEN,
    ),
    case(
        "open-take-notice-and-payment",
        "R",
        take(documents=documents("licensee-notice")),
        passes=take(signed_by=refs(LAMPWORKS)),
        given=OPEN,
    ),
    case(
        "open-take-published-terms",
        "R",
        take(fee=RUNNING),
        passes=take(),
        given=OPEN,
    ),
    case(
        "open-take-published-terms",
        "R",
        but(CONTRACT, fee=LumpSum(total=yuan("1"))),
        passes=CONTRACT,
        given=TAKEN,
    ),
    case(
        "open-take-published-terms",
        "R",
        change_licence(licence_id=NUMBER),
        passes=change_licence(
            licence_id=NUMBER,
            last_day=None,
            licensees=(MILLS.model_copy(update={"name": "Millbrook Mills and Sons"}),),
        ),
        given=RECORDED,
    ),
    case(
        "open-take-foreign",
        "R",
        take(licensee=FOREIGNER),
        passes=take(
            licensee=FOREIGNER,
            documents=documents("licensee-notice", "payment-proof", "technology-export-licence"),
        ),
        given=OPEN,
    ),
    case(
        "open-record-evidence",
        "R",
        but(CONTRACT, documents=()),
        passes=CONTRACT,
        given=TAKEN,
    ),
    case("open-record-evidence", "R", CONTRACT, given=RECORDED, clean=TAKEN),
    case(
        "licence-three-months",
        "W",
        CONTRACT,
        given=TAKEN.on(date(2026, 5, 26)),
        clean=TAKEN.on(date(2026, 5, 25)),
    ),
    case(
        "licence-three-months",
        "W",
        CONTRACT,
        given=under(TAKEN, open_licence_recordal_months=1).on(date(2026, 4, 1)),
        clean=under(TAKEN, open_licence_recordal_months=None).on(date(2026, 9, 1)),
    ),
    case(
        "open-pledge-statement",
        "R",
        register_pledge(),
        passes=register_pledge(declarations=CONTINUES),
        given=OPEN,
    ),
    case("licence-royalty-shape", "R", declare(fee=running(PROFIT, "101")), passes=declare()),
)

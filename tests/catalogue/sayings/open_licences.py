"""What the rules of open licences say (law.md 8.5)."""

from __future__ import annotations

from datetime import date, timedelta

from ledger.domain.money import yuan
from ledger.domain.royalties import Free, LumpSum, RoyaltyBase
from tests.builders import (
    BANK,
    FOREIGNER,
    INSTRUMENTS,
    INVENTOR,
    LAMPWORKS,
    MILLS,
    MODEL,
    OTHER_BANK,
    TODAY,
    UNIVERSITY,
    consented,
    declared_open,
    documents,
    entered,
    fee_paid,
    invalidation_decided,
    invalidation_final,
    invalidation_requested,
    lapsed,
    licensed,
    pledged,
    preserved,
    recorded,
    refs,
    register_pledge,
    suspended,
    transferred,
)
from tests.catalogue.case import BARE, PATENT_ALONE, but, under
from tests.catalogue.cases_open_licences import (
    CONTINUES,
    CONTRACT,
    LICENCE,
    NET,
    NUMBER,
    OPEN,
    OVERRIDE,
    PROFIT,
    REASONED,
    RECORDED,
    SHARED,
    SHARED_OPEN,
    TAKEN,
)
from tests.catalogue.cases_revocations import (
    GROUNDS,
    LICENSED,
    revoke_declaration,
    revoke_recordal,
    terminate,
    told_elsewhere,
)
from tests.catalogue.sayings.licences import cancelled
from tests.catalogue.sayings.saying import Saying, says
from tests.domain.test_licences import LAST_DAY, change_licence
from tests.domain.test_open_licences import (
    FEE,
    RUNNING,
    declare,
    entry_fee,
    record_contract,
    running,
    take,
    withdraw,
)

NOBODY = recorded()
UNKNOWN = "OL2025990000009"
AGREED = {
    "co_owners_agreed_otherwise": True,
    "documents": documents("co-owner-agreement"),
    "signed_by": refs(INSTRUMENTS),
}
SHORT = recorded(entered(), declared_open(ends_on=date(2026, 2, 25)))
SHORTER = recorded(entered(), declared_open(ends_on=date(2026, 2, 26)))
ON_RUNNING = recorded(entered(), declared_open(fee=RUNNING))
FOR_FREE = recorded(entered(), declared_open(fee=Free()))
TAKEN_RUNNING = ON_RUNNING.when(take(fee=RUNNING, paid_on=None, nothing_due_yet=True)).given_that()
RUNNING_LICENCE = next(iter(TAKEN_RUNNING.patents.values())).licences[0].licence_id
UNTIL = date(2027, 12, 31)

SAYINGS: tuple[Saying, ...] = (
    *says("open-regime-start", declare(), days=(date(2024, 1, 19), date(2024, 1, 20))),
    *says("open-granted", declare(), given=NOBODY),
    *says("open-granted", declare(), given=BARE),
    *says(
        "open-contents",
        declare(
            patentees=(), fee=None, last_day=None, contact=None, undertaking=False, signed_by=()
        ),
        declare(last_day=date(2026, 3, 1)),
        declare(starts_on=date(2026, 3, 5), last_day=date(2026, 3, 4)),
        declare(starts_on=date(2026, 3, 5), last_day=date(2026, 3, 5)),
        declare(starts_on=date(2026, 2, 1), last_day=date(2026, 2, 28)),
    ),
    *says(
        "open-fee-explanation",
        declare(fee_explanation=None),
        declare(fee_explanation="x" * 2000),
        declare(fee_explanation="x" * 2001),
    ),
    *(
        saying
        for cap in ("open-cap-fixed", "open-cap-net-sales", "open-cap-profit")
        for saying in says(cap, declare(fee=None))
    ),
    *says(
        "open-no-advertising",
        declare(fee_explanation="The best lamp, a bargain."),
        declare(contact="Buy now at 最优 prices"),
        declare(contact="欢迎选购"),
        declare(fee_explanation="At a discount."),
        declare(fee_explanation=None, contact=None),
        declare(fee_explanation="Bestow promotions"),
    ),
    *says(
        "open-any-person-china",
        declare(territory="PRC"),
        declare(territory="CN"),
        declare(territory="中华人民共和国"),
        declare(territory="Fujian"),
        declare(exclusions=("One",)),
        declare(addressed_to_anyone=False),
    ),
    *says("open-all-coowners", declare(), withdraw(), given=NOBODY),
    *says("open-all-coowners", declare(), withdraw(), given=BARE),
    *says(
        "open-all-coowners",
        declare(),
        declare(patentees=()),
        declare(patentees=(LAMPWORKS, INSTRUMENTS), signed_by=refs(LAMPWORKS)),
        declare(patentees=(LAMPWORKS, INSTRUMENTS), signed_by=refs(LAMPWORKS), consents=("C1",)),
        declare(patentees=(LAMPWORKS, INSTRUMENTS), **AGREED),
        declare(patentees=(LAMPWORKS, INSTRUMENTS), **AGREED | {"documents": ()}),
        declare(patentees=(LAMPWORKS, INSTRUMENTS), **AGREED | {"signed_by": refs(MILLS)}),
        declare(
            patentees=(LAMPWORKS, INSTRUMENTS), **AGREED | {"co_owners_agreed_otherwise": False}
        ),
        given=recorded(
            consented(by=INSTRUMENTS, act="open_licence", capacity="co_owner", counterparties=()),
            to=SHARED,
        ),
    ),
    *says(
        "open-all-coowners",
        withdraw(),
        withdraw(consents=("C1",)),
        withdraw(**AGREED),
        given=recorded(
            consented(by=INSTRUMENTS, act="withdrawal", capacity="co_owner", counterparties=()),
            to=SHARED_OPEN,
        ),
    ),
    *(
        saying
        for kind, ends_on in (
            ("sole", date(2030, 1, 1)),
            ("exclusive", None),
            ("exclusive", TODAY),
            ("exclusive", TODAY + timedelta(days=1)),
        )
        for saying in says(
            "open-no-exclusive-or-sole",
            declare(),
            declare(last_day=None),
            declare(last_day=date(2026, 2, 1)),
            given=recorded(entered(), licensed(), licensed(kind=kind, ends_on=ends_on)),
        )
    ),
    *says(
        "open-no-exclusive-or-sole",
        declare(),
        declare(last_day=None),
        declare(last_day=date(2026, 3, 31)),
        declare(last_day=date(2026, 4, 1)),
        given=recorded(entered(), licensed(kind="sole", starts_on=date(2026, 4, 1))),
    ),
    *says(
        "open-no-exclusive-or-sole",
        declare(),
        given=recorded(entered(), licensed(kind="sole", ends_on=date(2025, 1, 6))),
    ),
    *says(
        "open-no-exclusive-or-sole",
        declare(),
        given=recorded(entered(), licensed(kind="sole"), cancelled()),
    ),
    *says("open-not-frozen", declare(), given=recorded(entered(), suspended(), preserved())),
    *(
        saying
        for law in (True, False)
        for saying in says(
            "open-fee-current",
            declare(),
            given=under(
                recorded(entered(fees_paid_through=8)).on(date(2026, 7, 1)),
                grace_counts_as_overdue=law,
            ),
        )
    ),
    *says("open-pledgee-consent", declare(), given=recorded(entered(), pledged())),
    *says(
        "open-not-wholly-invalid",
        declare(),
        given=recorded(
            entered(),
            invalidation_requested(),
            invalidation_decided(),
            invalidation_final(case_no="4W990002", outcome="partial"),
        ),
    ),
    *says(
        "open-not-wholly-invalid",
        declare(),
        given=recorded(entered(), invalidation_requested(), invalidation_final()),
    ),
    *says("open-evaluation-report", declare(), given=NOBODY),
    *says("open-evaluation-report", declare(), given=BARE),
    *says("open-evaluation-report", declare(evaluation_negative=True)),
    *says(
        "open-evaluation-report",
        declare(patents=(MODEL,), last_day=UNTIL),
        declare(patents=(MODEL,), last_day=UNTIL, evaluation_negative=True),
        declare(
            patents=(MODEL,),
            last_day=UNTIL,
            evaluation_negative=True,
            documents=documents("evaluation-report"),
        ),
        given=recorded(entered(MODEL)),
    ),
    # --- ceilings
    *says(
        "open-cap-fixed",
        declare(fee=None),
        declare(fee=LumpSum(total=yuan("20000000.01"))),
        declare(fee=LumpSum(total=yuan("20000000.01")), declarations=OVERRIDE),
        declare(fee=LumpSum(total=yuan("20000000.01")), **REASONED),
        declare(fee=entry_fee("20000001", NET, "20")),
        declare(fee=RUNNING),
    ),
    *(
        saying
        for rule, base, percent in (
            ("open-cap-net-sales", NET, "20"),
            ("open-cap-profit", PROFIT, "40"),
        )
        for saying in says(
            rule,
            declare(fee=None),
            declare(fee=running(base, percent)),
            declare(fee=running(base, f"{percent}.01")),
            declare(fee=running(base, f"{percent}.01"), declarations=OVERRIDE),
            declare(fee=running(base, f"{percent}.01"), **REASONED),
            declare(fee=running(RoyaltyBase.PRICE, "99")),
        )
    ),
    *(
        saying
        for settings in (
            {"open_licence_fixed_fee_max": 10},
            {"open_licence_net_sales_percent_max": 3},
            {"open_licence_profit_percent_max": 2},
        )
        for saying in (
            *says(
                "open-cap-fixed",
                declare(fee=LumpSum(total=yuan("10"))),
                declare(fee=LumpSum(total=yuan("10.01"))),
                given=under(PATENT_ALONE, **settings),
            ),
            *says(
                "open-cap-net-sales", declare(fee=RUNNING), given=under(PATENT_ALONE, **settings)
            ),
            *says(
                "open-cap-profit",
                declare(fee=running(PROFIT, "2.5")),
                given=under(PATENT_ALONE, **settings),
            ),
        )
    ),
    *says(
        "open-period-within-patent",
        declare(last_day=LAST_DAY),
        declare(last_day=LAST_DAY + timedelta(days=1)),
        declare(last_day=None),
    ),
    *says("open-period-within-patent", declare(), given=NOBODY),
    *says("open-period-within-patent", declare(), given=BARE),
    *says("open-single-live", declare(), given=OPEN),
    *says(
        "open-university-publicity",
        declare(patentees=(UNIVERSITY, LAMPWORKS), agreed_price=True),
        declare(patentees=(UNIVERSITY, LAMPWORKS)),
        given=recorded(entered(patentees=(UNIVERSITY, LAMPWORKS))),
    ),
    *says("open-university-publicity", declare(agreed_price=True)),
    *says("open-university-publicity", declare(agreed_price=True), given=NOBODY),
    *says("open-university-publicity", declare(agreed_price=True), given=BARE),
    # --- withdrawal, taking, recordal
    *says(
        "open-withdraw-unconditional",
        withdraw(declaration_no=UNKNOWN),
        withdraw(conditions="If it rains."),
        withdraw(reason=None),
        withdraw(reason_text=None),
        withdraw(reason="fee_unpaid", reason_text=None),
        withdraw(),
        given=OPEN,
    ),
    *says("open-withdraw-unconditional", withdraw()),
    *says("open-withdraw-unconditional", withdraw(), given=OPEN.when(withdraw()).given_that()),
    *says(
        "open-take-notice-and-payment",
        take(declaration_no=UNKNOWN),
        take(notice_on=None),
        take(notice_on=date(2026, 3, 3)),
        take(notice_on=TODAY, paid_on=TODAY),
        take(notice_on=date(2025, 2, 2)),
        take(documents=documents("payment-proof")),
        take(documents=documents("licensee-notice")),
        take(signed_by=refs(BANK)),
        take(signed_by=refs(LAMPWORKS)),
        take(paid_on=None),
        take(paid_on=None, nothing_due_yet=True),
        take(paid_on=date(2026, 3, 3)),
        given=OPEN,
    ),
    *says("open-take-notice-and-payment", take()),
    *says("open-take-notice-and-payment", take(), given=SHORT),
    *says("open-take-notice-and-payment", take(), given=SHORTER),
    *says(
        "open-take-notice-and-payment",
        take(fee=RUNNING, paid_on=None),
        take(fee=RUNNING, paid_on=None, nothing_due_yet=True),
        given=ON_RUNNING,
    ),
    *says("open-take-notice-and-payment", take(fee=Free(), paid_on=None), given=FOR_FREE),
    *says(
        "open-take-notice-and-payment",
        take(),
        given=recorded(lapsed(fee_year=8, due_on=date(2025, 6, 12)), to=OPEN),
    ),
    *says("open-take-notice-and-payment", take(), given=recorded(declared_open())),
    *says(
        "open-take-notice-and-payment",
        take(signed_by=refs(INVENTOR)),
        take(signed_by=refs(LAMPWORKS)),
        given=recorded(transferred(after=(INVENTOR,), cause="inheritance"), to=OPEN),
    ),
    *says(
        "open-take-published-terms",
        take(),
        take(fee=RUNNING),
        take(fee=None),
        take(fee=RUNNING, declaration_no=UNKNOWN),
        given=OPEN,
    ),
    *says(
        "open-take-published-terms",
        but(CONTRACT, fee=LumpSum(total=yuan("1"))),
        CONTRACT,
        record_contract("F99", fee=RUNNING),
        given=TAKEN,
    ),
    *says(
        "open-take-published-terms",
        change_licence(licence_id=NUMBER),
        change_licence(licence_id=LICENCE),
        change_licence(licence_id="X9"),
        change_licence(licence_id=NUMBER, last_day=None, licensees=(MILLS,)),
        given=RECORDED,
    ),
    *says("open-take-published-terms", change_licence(), given=LICENSED),
    *says("open-take-foreign", take(licensee=FOREIGNER), take(), given=OPEN),
    *says("open-take-foreign", take(licensee=FOREIGNER), given=NOBODY),
    *says("open-take-foreign", take(licensee=FOREIGNER), given=BARE),
    *says(
        "open-take-notice-and-payment",
        take(),
        given=recorded(
            entered(kind=None, filed_on=None, granted_on=None, patentees=()), declared_open()
        ),
    ),
    *says("open-take-published-terms", but(CONTRACT, fee=FEE), given=TAKEN),
    *says(
        "open-record-evidence",
        record_contract("F99"),
        but(CONTRACT, documents=()),
        but(CONTRACT, agency="Wick & Co"),
        but(
            CONTRACT,
            agency="Wick & Co",
            documents=(*CONTRACT.documents, *documents("power-of-attorney")),
        ),
        but(
            CONTRACT,
            documents=documents(
                "application-form", "licensee-notice", "payment-proof", "identity-commitment"
            ),
        ),
        but(CONTRACT, signed_by=refs(BANK)),
        but(CONTRACT, signed_by=refs(LAMPWORKS)),
        but(CONTRACT, signed_by=refs(MILLS)),
        given=TAKEN,
    ),
    *says("open-record-evidence", CONTRACT, given=RECORDED),
    *says(
        "open-record-evidence",
        record_contract(
            RUNNING_LICENCE,
            documents=documents("application-form", "licensee-notice", "identity"),
        ),
        record_contract(RUNNING_LICENCE, documents=()),
        given=TAKEN_RUNNING,
    ),
    *says(
        "open-record-evidence",
        but(CONTRACT, signed_by=refs(INVENTOR)),
        given=recorded(transferred(after=(INVENTOR,), cause="inheritance"), to=TAKEN),
    ),
    *says("licence-three-months", CONTRACT, record_contract("F99"), given=TAKEN),
    *says(
        "licence-three-months", CONTRACT, given=TAKEN, days=(date(2026, 5, 25), date(2026, 5, 26))
    ),
    *says(
        "licence-three-months",
        CONTRACT,
        given=under(TAKEN, open_licence_recordal_months=None),
        days=(date(2026, 9, 1),),
    ),
    *says(
        "open-pledge-statement",
        register_pledge(pledgees=(BANK, OTHER_BANK)),
        register_pledge(pledgees=(BANK, OTHER_BANK), declarations=CONTINUES),
        given=OPEN,
    ),
    *says("open-pledge-statement", register_pledge()),
    # --- what the office ends
    *(
        saying
        for ground, facts in GROUNDS.items()
        for saying in says(
            "licence-revoke-uncured", revoke_recordal(ground), given=recorded(entered(), *facts)
        )
    ),
    *says(
        "licence-revoke-uncured",
        revoke_recordal("other"),
        revoke_recordal("unheard-of"),
        revoke_recordal("other", licence_id="X9"),
        *(revoke_recordal(ground) for ground in GROUNDS),
        revoke_recordal("licence-fee-current"),
        given=LICENSED,
    ),
    *says("licence-revoke-uncured", revoke_recordal("other", licence_id=LICENCE), given=TAKEN),
    *(
        saying
        for facts in (
            (licensed(), lapsed()),
            (licensed(), preserved()),
            (licensed(), transferred()),
            (licensed(ends_on=date(2038, 6, 12)),),
            (licensed(ends_on=None),),
            (licensed(), licensed(kind="sole", registration_no="X1")),
            (licensed(kind="sole", registration_no="X1", on=date(2025, 1, 6)), licensed()),
            (
                licensed(kind="sole", registration_no="X1", on=date(2025, 1, 6)),
                licensed(),
                cancelled(recordal="X1"),
            ),
            (licensed(ends_on=date(2025, 1, 6)),),
        )
        for saying in says(
            "licence-revoke-uncured",
            *(revoke_recordal(ground) for ground in GROUNDS),
            given=recorded(entered(), *facts),
        )
    ),
    *says(
        "licence-revoke-uncured",
        revoke_recordal("licence-alive"),
        revoke_recordal("licence-licensor-entitled"),
        revoke_recordal("licence-term-within-patent"),
        revoke_recordal("licence-fee-current"),
        given=recorded(licensed()),
    ),
    *says(
        "licence-revoke-uncured",
        revoke_recordal("licence-fee-current"),
        given=recorded(entered(fees_paid_through=5), licensed()),
    ),
    *says(
        "licence-revoke-uncured",
        revoke_recordal("licence-fee-current"),
        given=recorded(entered(fees_paid_through=7), licensed()),
    ),
    *says(
        "licence-revoke-uncured",
        revoke_recordal("licence-fee-current"),
        given=recorded(
            entered(fees_paid_through=5), licensed(), *(fee_paid(fee_year=y) for y in (6, 7, 8))
        ),
    ),
    *(
        saying
        for facts in (
            (),
            (licensed(kind="sole"),),
            (licensed(kind="sole", ends_on=TODAY),),
            (licensed(),),
            (preserved(),),
            (pledged(),),
            (lapsed(),),
            (invalidation_final(),),
            (transferred(cause="inheritance"),),
        )
        for saying in says(
            "open-ex-officio-end",
            *(
                terminate(ground)
                for ground in (
                    "exclusive_or_sole_licence",
                    "proceedings_suspended",
                    "fee_unpaid",
                    "pledged_without_consent",
                    "patent_terminated",
                    "wholly_invalid",
                    "patentee_changed",
                    "no_evaluation_report",
                    "negative_evaluation_report",
                    "not_exploitable",
                    "legitimate",
                )
            ),
            given=recorded(*facts, to=OPEN),
        )
    ),
    *says(
        "open-ex-officio-end",
        terminate("pledged_without_consent"),
        given=recorded(told_elsewhere(pledged()), to=OPEN),
    ),
    *says(
        "open-ex-officio-end",
        terminate("pledged_without_consent"),
        given=recorded(entered(), told_elsewhere(declared_open()), pledged()),
    ),
    *says("open-ex-officio-end", terminate("not_exploitable", declaration_no=UNKNOWN), given=OPEN),
    *says("open-ex-officio-end", terminate("patent_terminated"), given=OPEN.on(date(2038, 6, 12))),
    *says("open-ex-officio-end", terminate("fee_unpaid"), given=recorded(declared_open())),
    *says("open-ex-officio-end", terminate("not_exploitable")),
    *says(
        "open-revoke-fraud",
        revoke_declaration(),
        revoke_declaration(ground="other"),
        revoke_declaration(documents=()),
        revoke_declaration(declaration_no=UNKNOWN),
        given=OPEN,
    ),
    *says("open-revoke-fraud", revoke_declaration()),
)

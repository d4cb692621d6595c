"""Cases of the rules of licences (law.md 8.4)."""

from __future__ import annotations

from datetime import date, timedelta

from ledger.domain.royalties import FixedRate, Free, RoyaltyBase, Running
from tests.builders import (
    DESIGN,
    FOREIGNER,
    INSTRUMENTS,
    LAMPWORKS,
    MILLS,
    MODEL,
    TODAY,
    UNIVERSITY,
    consented,
    declared_open,
    digest,
    documents,
    entered,
    lapsed,
    licensed,
    pledged,
    preserved,
    recorded,
    refs,
    register_pledge,
    register_transfer,
)
from tests.catalogue.case import PATENT_ALONE, Case, but, case, on, under
from tests.domain.test_licences import (
    LAST_DAY,
    RECORDAL,
    cancel_licence,
    change_licence,
    contract,
    record_licence,
)

LICENSED = recorded(entered(), licensed())
SHARED = recorded(entered(patentees=(LAMPWORKS, INSTRUMENTS)))
PLEDGED = recorded(entered(), pledged())
CONSENTED = recorded(consented(act="licence", counterparties=(MILLS,)), to=PLEDGED)
OWN_USE = {"kind": "sole-licensor-cannot-exploit", "by": refs(LAMPWORKS)}
HEAD = recorded(
    entered(),
    licensed(kind="exclusive", licensees=(INSTRUMENTS,), sublicensing_allowed=True),
)
BARE_HEAD = recorded(entered(), licensed(kind="exclusive", licensees=(INSTRUMENTS,)))
SUB = record_licence(licensors=(INSTRUMENTS,), head_licence_id=RECORDAL)
FOREIGN = recorded(entered(patentees=(FOREIGNER,)))
ENDING = recorded(entered(), licensed(ends_on=date(2026, 5, 2)))
MODELLED = recorded(entered(MODEL))
REPORTED = documents(
    "licence-contract",
    "transfer-contract",
    "evaluation-report",
    "application-form",
    "pledge-contract",
    "identity",
)

CASES: tuple[Case, ...] = (
    case(
        "licence-alive",
        "R",
        record_licence(),
        given=recorded(entered(), lapsed()),
        clean=PATENT_ALONE,
    ),
    case(
        "licence-licensor-entitled",
        "R",
        record_licence(licensors=(UNIVERSITY,)),
        passes=record_licence(),
    ),
    case(
        "licence-licensor-entitled",
        "R",
        but(SUB, licensors=(LAMPWORKS,)),
        passes=SUB,
        given=HEAD,
    ),
    case(
        "licence-contents",
        "R",
        record_licence(last_day=None),
        passes=record_licence(last_day=None, as_long_as_patent=True),
    ),
    case(
        "licence-contents",
        "R",
        record_licence(last_day=date(2026, 2, 15)),
        passes=record_licence(last_day=date(2026, 2, 16)),
    ),
    case("licence-written", "R", record_licence(documents=()), passes=record_licence()),
    case("licence-written", "R", record_licence(signed_by=refs(MILLS)), passes=record_licence()),
    case(
        "licence-term-within-patent",
        "R",
        record_licence(last_day=LAST_DAY + timedelta(days=1)),
        passes=record_licence(last_day=LAST_DAY),
    ),
    case(
        "licence-term-within-patent",
        "R",
        change_licence(last_day=LAST_DAY + timedelta(days=1)),
        passes=change_licence(last_day=LAST_DAY),
        given=LICENSED,
    ),
    case(
        "licence-coowner",
        "R",
        record_licence(kind="sole"),
        passes=record_licence(kind="ordinary"),
        given=SHARED,
    ),
    case(
        "licence-fee-current",
        "R",
        record_licence(),
        given=recorded(entered(fees_paid_through=7)),
        clean=PATENT_ALONE,
    ),
    case(
        "licence-not-frozen",
        "R",
        record_licence(),
        given=recorded(entered(), preserved()),
        clean=PATENT_ALONE,
    ),
    case(
        "licence-not-duplicate",
        "R",
        record_licence(),
        given=recorded(entered(), licensed(contract_digest=digest("licence-contract"))),
        clean=recorded(entered(), licensed(contract_digest=digest("another"))),
    ),
    case(
        "licence-pledgee-consent",
        "R",
        record_licence(),
        passes=record_licence(consents=("C1",)),
        given=CONSENTED,
    ),
    case(
        "licence-pledgee-consent",
        "R",
        record_licence(contract=contract(signed_on=date(2025, 5, 6))),
        passes=record_licence(contract=contract(signed_on=date(2025, 5, 5))),
        given=PLEDGED,
    ),
    case(
        "licence-pledgee-consent",
        "R",
        record_licence(contract=contract(signed_on=date(2025, 5, 5))),
        given=under(PLEDGED, earlier_licence_needs_consent=True),
        clean=PLEDGED,
    ),
    case(
        "licence-proceeds-obligation",
        "O",
        record_licence(consents=("C1",)),
        passes=record_licence(consents=("C1",), royalty=Free()),
        given=CONSENTED,
    ),
    case(
        "licence-no-conflict",
        "R",
        record_licence(kind="exclusive"),
        passes=record_licence(kind="ordinary"),
        given=LICENSED,
    ),
    case(
        "licence-no-conflict",
        "R",
        record_licence(kind="exclusive"),
        given=LICENSED,
        clean=under(LICENSED, ordinary_licence_bars_exclusive=False),
    ),
    case(
        "licence-no-conflict",
        "W",
        record_licence(declarations=(OWN_USE,)),
        given=recorded(entered(), licensed(kind="sole", licensees=(INSTRUMENTS,))),
        clean=LICENSED,
    ),
    case(
        "licence-no-exclusive-when-open",
        "R",
        record_licence(kind="sole"),
        passes=record_licence(),
        given=recorded(entered(), declared_open()),
    ),
    case("licence-default-ordinary", "R", record_licence(kind=None), passes=record_licence()),
    case("licence-sublicence-authority", "R", SUB, given=BARE_HEAD, clean=HEAD),
    case(
        "licence-sublicence-authority",
        "R",
        but(SUB, last_day=date(2030, 1, 1)),
        passes=but(SUB, last_day=date(2029, 12, 31)),
        given=HEAD,
    ),
    case(
        "licence-three-months",
        "W",
        record_licence(contract=contract(effective_on=date(2025, 11, 28))),
        passes=record_licence(contract=contract(effective_on=date(2025, 12, 1))),
    ),
    case(
        "licence-three-months",
        "R",
        record_licence(contract=contract(effective_on=date(2025, 11, 28))),
        passes=record_licence(contract=contract(effective_on=date(2025, 12, 1))),
        given=under(PATENT_ALONE, late_recordal_refused=True),
    ),
    case(
        "licence-examination-7wd",
        "W",
        record_licence(received_on=date(2026, 2, 12)),
        given=on(date(2026, 3, 4)),
        clean=on(date(2026, 2, 28)),
    ),
    case(
        "licence-tech-export",
        "R",
        record_licence(licensees=(FOREIGNER,)),
        passes=record_licence(
            licensees=(FOREIGNER,),
            documents=documents("licence-contract", "technology-export-registration"),
        ),
    ),
    case(
        "licence-tech-export",
        "W",
        record_licence(licensors=(FOREIGNER,)),
        passes=record_licence(
            licensors=(FOREIGNER,),
            documents=documents("licence-contract", "technology-import-registration"),
        ),
        given=FOREIGN,
    ),
    *(
        case(
            "licence-evaluation-report",
            "W",
            command,
            passes=but(command, documents=REPORTED),
            given=MODELLED,
        )
        for command in (
            record_licence(patents=(MODEL,)),
            register_transfer(patents=(MODEL,)),
            register_pledge(patents=(MODEL,)),
        )
    ),
    case(
        "licence-evaluation-report",
        "W",
        record_licence(patents=(DESIGN,)),
        given=recorded(entered(DESIGN)),
        passes=record_licence(),
        clean=PATENT_ALONE,
    ),
    case(
        "licence-royalty-shape",
        "R",
        record_licence(
            royalty=Running(base=RoyaltyBase.NET_SALES, rate=FixedRate(percent="100.1"))
        ),
        passes=record_licence(
            royalty=Running(base=RoyaltyBase.NET_SALES, rate=FixedRate(percent="100"))
        ),
    ),
    case(
        "licence-extension-2-months",
        "R",
        change_licence(signed_by=refs(LAMPWORKS)),
        passes=change_licence(),
        given=LICENSED,
    ),
    case(
        "licence-extension-2-months",
        "W",
        change_licence(),
        given=ENDING,
        clean=recorded(entered(), licensed(ends_on=date(2026, 5, 3))),
    ),
    case(
        "licence-cancel-30-days",
        "W",
        cancel_licence(ended_on=date(2026, 1, 29)),
        passes=cancel_licence(ended_on=date(2026, 1, 31)),
        given=LICENSED,
    ),
    case(
        "licence-cancel-30-days",
        "R",
        cancel_licence(ended_on=TODAY + timedelta(days=1)),
        passes=cancel_licence(ended_on=TODAY),
        given=LICENSED,
    ),
    case(
        "licence-royalty-shape",
        "R",
        change_licence(
            royalty=Running(base=RoyaltyBase.NET_SALES, rate=FixedRate(percent="101")),
        ),
        passes=change_licence(royalty=Free()),
        given=LICENSED,
    ),
)

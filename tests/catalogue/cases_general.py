"""Cases of the rules of every filing, of grants and of consents (law.md 8.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from ledger.domain.filing import Registration
from ledger.domain.fulfilments import RecordFulfilment
from ledger.domain.lifecycle import LapseForFee, PayAnnualFee, RecordFeeReduction
from tests.builders import (
    BANK,
    FOREIGNER,
    INSTRUMENTS,
    INVENTOR,
    LAMPWORKS,
    MODEL,
    PATENT,
    deregister_pledge,
    documents,
    entered,
    fact,
    grant_patent,
    met,
    owing,
    patent_details,
    pledged,
    record_consent,
    recorded,
    refs,
    register_pledge,
    register_transfer,
    transferred,
)
from tests.catalogue.case import PATENT_ALONE, Case, but, case, under
from tests.domain.test_consents import FAILING

MISTYPED = PATENT[:-1] + ("0" if PATENT[-1] != "0" else "1")
ODD = BANK.model_copy(update={"credit_code": FAILING})
NUMBER = INVENTOR.identity_number or ""
ODD_PERSON = INVENTOR.model_copy(
    update={"identity_number": NUMBER[:17] + ("0" if NUMBER[17] != "0" else "1")}
)
OWING = recorded(entered(), pledged(), owing(transferred(on=date(2025, 7, 7))))


def done(**fields: Any) -> RecordFulfilment:
    """The price of a sale was deposited."""
    stated: dict[str, Any] = {
        "obligation": "filed-20250707-1",
        "done_on": date(2026, 2, 27),
        "documents": documents("proof"),
    }
    return fact(RecordFulfilment, **stated | fields)


OLD_NUMBER = "2009-51"
NUMBERED_OLD = replace(
    recorded(entered(), pledged(registration_no=OLD_NUMBER)),
    registrations={OLD_NUMBER: Registration(OLD_NUMBER, "pledge", (PATENT,), None)},
)
PLEDGED = recorded(entered(), pledged())
MODEL_PLEDGED = recorded(entered(MODEL), pledged(MODEL))

CASES: tuple[Case, ...] = (
    case(
        "id-patent-number-check",
        "R",
        register_pledge(patents=(MISTYPED,)),
        passes=register_pledge(),
    ),
    case(
        "not-this-register",
        "R",
        register_pledge(patents=("US:14808123",)),
        passes=register_pledge(),
    ),
    case(
        "id-patent-kind-consistent",
        "R",
        grant_patent(patent_details(kind="design", symbols=("26-02",))),
        passes=grant_patent(),
        given=recorded(),
    ),
    case("patent-entered-once", "R", grant_patent(), clean=recorded()),
    case(
        "day-has-come",
        "R",
        register_pledge(received_on=date(2026, 3, 3)),
        passes=register_pledge(received_on=date(2026, 3, 2)),
    ),
    case(
        "day-has-come",
        "R",
        fact(PayAnnualFee, fee_year=9, effective_on=date(2026, 3, 3)),
        passes=fact(PayAnnualFee, fee_year=9),
    ),
    case(
        "day-has-come",
        "R",
        fact(LapseForFee, fee_year=8, decided_on=date(2026, 3, 3)),
        passes=fact(RecordFeeReduction, percent=85, effective_on=date(2026, 6, 12)),
    ),
    case(
        "day-has-come",
        "R",
        register_transfer(contract_on=date(2026, 3, 3)),
        passes=register_transfer(fee_paid_on=date(2026, 3, 3)),
    ),
    case("id-uscc-check", "R", register_pledge(pledgees=(ODD,)), passes=register_pledge()),
    case(
        "id-uscc-check",
        "W",
        register_pledge(pledgees=(ODD,)),
        passes=register_pledge(),
        given=replace(PATENT_ALONE, evidenced=frozenset({FAILING})),
    ),
    case(
        "id-resident-check",
        "R",
        register_transfer(patentees_after=(ODD_PERSON,)),
        passes=register_transfer(patentees_after=(INVENTOR,)),
    ),
    case(
        "id-registration-number-form",
        "W",
        deregister_pledge(registration_no=OLD_NUMBER),
        given=NUMBERED_OLD,
        passes=deregister_pledge(),
        clean=PLEDGED,
    ),
    case(
        "false-proof-revocable",
        "O",
        register_pledge(
            documents=documents("application-form", "pledge-contract", "identity-commitment")
        ),
        passes=register_pledge(),
    ),
    case(
        "foreign-party-agency",
        "R",
        register_pledge(pledgees=(FOREIGNER,)),
        passes=register_pledge(pledgees=(FOREIGNER,), agency="Lamp Street Agency"),
    ),
    case(
        "pledge-consent-specific",
        "R",
        record_consent(counterparties=()),
        passes=record_consent(),
        given=PLEDGED,
    ),
    case(
        "pledge-consent-specific",
        "R",
        record_consent(by=INSTRUMENTS, signed_by=refs(INSTRUMENTS)),
        passes=record_consent(),
        given=PLEDGED,
    ),
    case(
        "pledge-consent-specific",
        "R",
        record_consent(signed_by=refs(LAMPWORKS)),
        passes=but(record_consent(), signed_by=refs(BANK)),
        given=PLEDGED,
    ),
    case(
        "um-ends-with-invention",
        "R",
        grant_patent(patent_details(same_day_patent=MODEL)),
        given=MODEL_PLEDGED,
        clean=recorded(entered(MODEL)),
    ),
    case(
        "um-ends-with-invention",
        "O",
        grant_patent(patent_details(same_day_patent=MODEL)),
        given=under(MODEL_PLEDGED, model_given_up_needs_pledgee_consent=False),
        clean=recorded(entered(MODEL)),
    ),
    case("obligation-open", "R", done(obligation="F9-1"), passes=done(), given=OWING),
    case(
        "obligation-open",
        "R",
        done(),
        given=recorded(met("filed-20250707-1", on=date(2026, 2, 2)), to=OWING),
        clean=OWING,
    ),
    case("obligation-open", "R", done(done_on=date(2026, 3, 3)), passes=done(), given=OWING),
    case(
        "fulfilment-confirmed",
        "R",
        done(documents=()),
        passes=done(documents=(), signed_by=refs(BANK)),
        given=OWING,
    ),
)

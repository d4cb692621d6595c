"""Cases of the rules of transfers and changes of name (law.md 8.3)."""

from __future__ import annotations

from datetime import date

from ledger.domain.transfers import Judgment
from tests.builders import (
    DESIGN,
    FOREIGNER,
    INSTRUMENTS,
    INVENTOR,
    LAMPWORKS,
    MILLS,
    TODAY,
    change_name,
    consented,
    declared_open,
    documents,
    entered,
    invalidation_decided,
    invalidation_final,
    licensed,
    named,
    pledged,
    preserved,
    recorded,
    refs,
    register_transfer,
    suspended,
)
from tests.catalogue.case import PATENT_ALONE, Case, case, under

PLEDGED = recorded(entered(), pledged())
AGREED = recorded(consented(), to=PLEDGED)
RELEASED = recorded(consented(disposition="released"), to=PLEDGED)
OPEN = recorded(entered(), declared_open())
ENDED = recorded(entered(), invalidation_final())
DECIDED = recorded(entered(), invalidation_decided())
DESIGNED = recorded(entered(DESIGN, filed_on=date(2022, 3, 1), fees_paid_through=5))
JUDGED = register_transfer(
    cause="judgment",
    documents=documents("judgment"),
    judgment=Judgment(court="Lanternhill Court", case_no="(2025) Dispute 1", first_instance=True),
)
FINAL = JUDGED.model_copy(
    update={
        "judgment": Judgment(
            court="Lanternhill Court",
            case_no="(2025) Dispute 1",
            first_instance=True,
            appeal_cleared=True,
        )
    }
)
SOLD = register_transfer(cause="auction", documents=documents("auction-proof"), consents=("C1",))

CASES: tuple[Case, ...] = (
    case(
        "transfer-alive",
        "R",
        register_transfer(),
        given=ENDED,
        clean=PATENT_ALONE,
    ),
    case(
        "transfer-alive",
        "R",
        register_transfer(),
        given=ENDED,
        clean=under(ENDED, ended_right_passes_transfer=True),
    ),
    case(
        "transfer-alive",
        "R",
        register_transfer(),
        given=under(DECIDED, decided_invalidation_bars=True),
        clean=DECIDED,
    ),
    case(
        "transfer-open-licence-withdrawn",
        "R",
        register_transfer(cause="capital_contribution"),
        given=OPEN,
        clean=under(OPEN, capital_contribution_is_assignment=False),
    ),
    case(
        "transfer-tech-export",
        "R",
        register_transfer(patents=(DESIGN,), patentees_after=(FOREIGNER,)),
        given=under(DESIGNED, design_needs_export_papers=True),
        clean=DESIGNED,
    ),
    case(
        "transfer-from-registered-owner",
        "R",
        register_transfer(patentees_before=(MILLS,)),
        passes=register_transfer(),
    ),
    case(
        "transfer-one-step",
        "R",
        register_transfer(intermediate_transferees=(MILLS,)),
        passes=register_transfer(),
    ),
    case(
        "transfer-one-step",
        "R",
        register_transfer(patentees_after=(LAMPWORKS,)),
        passes=register_transfer(patentees_after=(LAMPWORKS, INSTRUMENTS)),
    ),
    case(
        "transfer-cause-document", "R", register_transfer(documents=()), passes=register_transfer()
    ),
    case(
        "transfer-cause-document",
        "R",
        register_transfer(
            cause="settlement",
            documents=documents("settlement-agreement"),
            signed_by=refs(LAMPWORKS),
        ),
        passes=register_transfer(
            cause="settlement",
            documents=documents("settlement-agreement"),
            signed_by=refs(LAMPWORKS, INSTRUMENTS),
        ),
    ),
    case("transfer-judgment-final", "R", JUDGED, passes=FINAL),
    case(
        "transfer-coowner-consent",
        "R",
        register_transfer(
            patentees_before=(LAMPWORKS, INVENTOR),
            patentees_after=(INSTRUMENTS, INVENTOR),
            signed_by=refs(LAMPWORKS, INSTRUMENTS),
        ),
        passes=register_transfer(
            patentees_before=(LAMPWORKS, INVENTOR),
            patentees_after=(INSTRUMENTS, INVENTOR),
            signed_by=refs(LAMPWORKS, INVENTOR, INSTRUMENTS),
        ),
        given=recorded(entered(patentees=(LAMPWORKS, INVENTOR))),
    ),
    case(
        "transfer-pledgee-consent",
        "R",
        register_transfer(),
        passes=register_transfer(consents=("C1",)),
        given=AGREED,
    ),
    case(
        "transfer-proceeds-obligation",
        "O",
        register_transfer(consents=("C1",)),
        given=AGREED,
        clean=PATENT_ALONE,
    ),
    case(
        "pledge-realise-transfer",
        "O",
        SOLD,
        given=AGREED,
        clean=RELEASED,
    ),
    case(
        "transfer-open-licence-withdrawn",
        "R",
        register_transfer(),
        passes=register_transfer(
            cause="merger", documents=documents("registration-authority-proof")
        ),
        given=OPEN,
    ),
    case(
        "transfer-open-licence-redeclare",
        "O",
        register_transfer(cause="merger", documents=documents("registration-authority-proof")),
        given=OPEN,
        clean=PATENT_ALONE,
    ),
    case(
        "transfer-not-frozen",
        "R",
        register_transfer(),
        given=recorded(entered(), preserved()),
        clean=PATENT_ALONE,
    ),
    case(
        "transfer-not-frozen",
        "R",
        FINAL,
        passes=FINAL.model_copy(update={"dispute_ended_cases": ("(2026) Dispute 1",)}),
        given=recorded(entered(), suspended()),
    ),
    case(
        "transfer-tech-export",
        "R",
        register_transfer(patentees_after=(FOREIGNER,)),
        passes=register_transfer(
            patentees_after=(FOREIGNER,),
            documents=documents("transfer-contract", "technology-export-registration"),
        ),
    ),
    case(
        "transfer-fee-200",
        "R",
        register_transfer(received_on=date(2026, 1, 29), fee_paid_on=TODAY),
        passes=register_transfer(received_on=date(2026, 2, 2), fee_paid_on=TODAY),
    ),
    case("transfer-fee-200", "R", register_transfer(fee_paid_on=None), passes=register_transfer()),
    case(
        "transfer-keeps-licences",
        "O",
        register_transfer(),
        given=recorded(entered(), licensed(contract_on=date(2026, 2, 19))),
        clean=recorded(entered(), licensed(contract_on=date(2026, 2, 20))),
    ),
    case(
        "name-change-same-person",
        "R",
        change_name(after=INSTRUMENTS),
        passes=change_name(),
    ),
    case(
        "name-change-same-person",
        "R",
        change_name(before=MILLS, after=named(MILLS, "Millbrook Mills and Sons")),
        passes=change_name(),
    ),
    case(
        "name-change-not-frozen",
        "R",
        change_name(),
        passes=change_name(after=named(LAMPWORKS, LAMPWORKS.name, address="9 Lamp Street")),
        given=recorded(entered(), preserved()),
    ),
    case("name-change-pledge-follow", "O", change_name(), given=PLEDGED, clean=PATENT_ALONE),
)

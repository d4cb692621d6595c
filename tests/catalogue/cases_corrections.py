"""Cases of the rules of corrections and revocations."""

from __future__ import annotations

from tests.builders import correct, entered, fee_paid, pledged, recorded, revoke_entry
from tests.catalogue.case import Case, case

PLEDGE, FEE = pledged(), fee_paid(fee_year=8)
PLEDGED = recorded(entered(), PLEDGE, FEE)
SIGNED = correct(PLEDGE.filing_id, changes={"contract_on": "2025-05-01"})

CASES: tuple[Case, ...] = (
    case(
        "correction-entry-known",
        "R",
        revoke_entry("another"),
        passes=revoke_entry(PLEDGE.filing_id),
        given=PLEDGED,
    ),
    case(
        "correction-as-stated",
        "R",
        correct(PLEDGE.filing_id, changes={"contract_on": "soon"}),
        passes=SIGNED,
        given=PLEDGED,
    ),
    case(
        "revocation-effect",
        "R",
        revoke_entry(FEE.filing_id, effect="from_date"),
        passes=revoke_entry(PLEDGE.filing_id, effect="from_date"),
        given=PLEDGED,
    ),
)

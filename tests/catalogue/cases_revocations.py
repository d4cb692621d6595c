"""Cases of the rules of what the office revokes and terminates (law.md 8.4, 8.5)."""

from __future__ import annotations

from datetime import date
from typing import Any

from ledger.domain.events import Door, LedgerEvent
from ledger.domain.revocations import (
    RevokeLicenceRecordal,
    RevokeOpenLicence,
    TerminateOpenLicence,
)
from tests.builders import (
    INSTRUMENTS,
    PATENT,
    UNIVERSITY,
    declared_open,
    documents,
    entered,
    fee_paid,
    invalidation_final,
    lapsed,
    licensed,
    pledged,
    preserved,
    recorded,
    transferred,
)
from tests.catalogue.case import Case, case
from tests.domain.test_licences import RECORDAL
from tests.domain.test_open_licences import DECLARATION

LICENSED = recorded(entered(), licensed())
OPEN = recorded(entered(), declared_open())


def revoke_recordal(ground: str, **fields: Any) -> RevokeLicenceRecordal:
    stated = {"patents": (PATENT,), "licence_id": RECORDAL, "reason": "Found later."}
    return RevokeLicenceRecordal(ground=ground, **stated | fields)


def terminate(ground: str, **fields: Any) -> TerminateOpenLicence:
    stated = {"patents": (PATENT,), "declaration_no": DECLARATION, "reason": "It stands still."}
    return TerminateOpenLicence(ground=ground, **stated | fields)


def revoke_declaration(**fields: Any) -> RevokeOpenLicence:
    stated: dict[str, Any] = {
        "patents": (PATENT,),
        "declaration_no": DECLARATION,
        "ground": "false_materials",
        "reason": "The report was forged.",
        "documents": documents("finding"),
    }
    return RevokeOpenLicence(**stated | fields)


def told_elsewhere(fact: LedgerEvent) -> LedgerEvent:
    """The same fact as another register told it, on which no rule was asked."""
    changed = fact.envelope.model_copy(update={"door": Door.TRANSCRIBED})
    return fact.model_copy(update={"envelope": changed})


GROUNDS: dict[str, tuple[Any, ...]] = {
    "licence-alive": (lapsed(due_on=date(2024, 6, 12)), licensed()),
    "licence-licensor-entitled": (licensed(licensors=(UNIVERSITY,)),),
    "licence-term-within-patent": (licensed(ends_on=date(2038, 6, 13)),),
    "licence-not-frozen": (preserved(on=date(2025, 1, 6), months=24), licensed()),
    "licence-no-conflict": (
        licensed(kind="sole", licensees=(INSTRUMENTS,), on=date(2025, 1, 6), registration_no="X1"),
        licensed(),
    ),
}
"""Grounds of LRM art. 12(2) that the ledger sees, with facts by which each existed and exists."""

DUTIES: dict[str, tuple[Any, ...]] = {
    "exclusive_or_sole_licence": (licensed(kind="sole"),),
    "proceedings_suspended": (preserved(),),
    "pledged_without_consent": (told_elsewhere(pledged()),),
    "patent_terminated": (lapsed(),),
    "wholly_invalid": (invalidation_final(),),
    "patentee_changed": (transferred(cause="inheritance"),),
}
"""Cases of IR art. 86 that the ledger sees, with the facts by which each has arisen."""

CASES: tuple[Case, ...] = (
    *(
        case(
            "licence-revoke-uncured",
            "R",
            revoke_recordal(ground),
            given=LICENSED,
            clean=recorded(entered(), *facts),
        )
        for ground, facts in GROUNDS.items()
    ),
    case(
        "licence-revoke-uncured",
        "R",
        revoke_recordal("licence-fee-current"),
        given=recorded(
            entered(fees_paid_through=5), licensed(), *(fee_paid(fee_year=y) for y in (6, 7, 8))
        ),
        clean=recorded(entered(fees_paid_through=5), licensed()),
    ),
    case(
        "licence-revoke-uncured",
        "R",
        revoke_recordal("licence-written"),
        passes=revoke_recordal("other"),
        given=LICENSED,
    ),
    case(
        "licence-revoke-uncured",
        "R",
        revoke_recordal("other", licence_id="X2025990000009"),
        passes=revoke_recordal("other"),
        given=LICENSED,
    ),
    *(
        case(
            "open-ex-officio-end",
            "R",
            terminate(ground),
            given=OPEN,
            clean=recorded(*facts, to=OPEN),
        )
        for ground, facts in DUTIES.items()
    ),
    case(
        "open-ex-officio-end",
        "R",
        terminate("fee_unpaid"),
        given=OPEN,
        clean=recorded(entered(fees_paid_through=7), declared_open()),
    ),
    *(
        case(
            "open-ex-officio-end", "R", terminate("legitimate"), passes=terminate(told), given=OPEN
        )
        for told in ("no_evaluation_report", "negative_evaluation_report", "not_exploitable")
    ),
    case(
        "open-ex-officio-end",
        "R",
        terminate("not_exploitable", declaration_no="K2025990000009"),
        passes=terminate("not_exploitable"),
        given=OPEN,
    ),
    case(
        "open-revoke-fraud",
        "R",
        revoke_declaration(ground="other"),
        passes=revoke_declaration(ground="concealment"),
        given=OPEN,
    ),
    case(
        "open-revoke-fraud",
        "R",
        revoke_declaration(documents=()),
        passes=revoke_declaration(),
        given=OPEN,
    ),
    case(
        "open-revoke-fraud",
        "R",
        revoke_declaration(declaration_no="K2025990000009"),
        passes=revoke_declaration(),
        given=OPEN,
    ),
)

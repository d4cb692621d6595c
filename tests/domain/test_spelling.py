"""Cases are known however a paper writes their numbers: in full width, with blanks, in any case."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.lifecycle import (
    ContinuePreservation,
    DecideInvalidation,
    EndPreservation,
    EndSuspension,
    ExtendSuspension,
    FinaliseInvalidation,
    StartInvalidation,
    StartPreservation,
)
from ledger.domain.transfers import CourtPaper, Judgment
from tests.builders import (
    PATENT,
    TODAY,
    digest,
    documents,
    entered,
    fact,
    invalidation_requested,
    preserved,
    recorded,
    register_transfer,
    suspended,
)

COURT = "Lanternhill  Ｃourt"
PRESERVED = recorded(entered(), preserved())
SUSPENDED = recorded(entered(), suspended())
REQUESTED = recorded(entered(), invalidation_requested())


@pytest.mark.parametrize(
    "stated", ["（2026）Lantern1", " (2026) LANTERN 1 ", "(２０２６) Lantern 1"]
)
def test_a_preservation_is_ended_and_continued_by_its_number(stated: str) -> None:
    for command, more in ((EndPreservation, {}), (ContinuePreservation, {"months": 6})):
        outcome = PRESERVED.when(fact(command, case_no=stated, court=COURT, **more))
        (event,) = outcome.passes().events
        assert (event.case_no, event.court) == ("(2026) Lantern 1", "Lanternhill Court")  # type: ignore[union-attr]


def test_it_is_entered_once() -> None:
    again: dict[str, Any] = {
        "case_no": "（2026）Lantern 1",
        "court": "Lanternhill Court",
        "months": 6,
        "particulars_match": True,
        "documents": documents("ruling", "assistance-notice"),
    }
    PRESERVED.when(fact(StartPreservation, **again)).refuses("preservation-documents")
    PRESERVED.when(fact(StartPreservation, **again | {"case_no": "(2026) Lantern 11"})).passes()


def test_a_suspension_is_extended_and_ended_by_its_number() -> None:
    stated = "（2026）Dispute 1"
    SUSPENDED.when(
        fact(ExtendSuspension, case_no=stated, documents=documents("case-not-closed"))
    ).passes()
    ended = SUSPENDED.when(fact(EndSuspension, case_no=stated, reason="withdrawal")).given_that()
    assert not ended.patents[PATENT].frozen(TODAY)


def test_an_invalidation_goes_on_by_its_number() -> None:
    stated: dict[str, Any] = {"case_no": "４w990001", "outcome": "whole", "decision_no": "1"}
    decided = REQUESTED.when(fact(DecideInvalidation, **stated)).given_that()
    final = decided.when(fact(FinaliseInvalidation, **stated)).given_that()
    assert len(final.patents[PATENT].invalidations) == 1
    assert final.patents[PATENT].wholly_invalid()
    REQUESTED.when(fact(StartInvalidation, case_no="４w990001")).refuses("invalidation-in-order")


def test_a_paper_opens_the_preservation_it_names() -> None:
    frozen = recorded(entered(), preserved(), suspended())
    paper = CourtPaper(
        court="lanternhill court", case_no="（2026）Lantern 1", digest=digest("judgment")
    )
    transfer = register_transfer(
        cause="judgment",
        judgment=Judgment(court="Lanternhill Court", case_no="(2026) Dispute 1"),
        dispute_ended_cases=("（2026）Dispute 1",),
        court_papers=(paper,),
        documents=documents("transfer-contract", "judgment"),
    )
    frozen.when(transfer).passes()
    other = transfer.model_copy(update={"dispute_ended_cases": ("（2026）Dispute 2",)})
    frozen.when(other).refuses("transfer-not-frozen")

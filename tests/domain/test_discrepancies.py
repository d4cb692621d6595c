"""What does not fit in a history: nothing is refused for it, auditors list it."""

from __future__ import annotations

from datetime import date

from ledger.domain.discrepancies import discrepancies
from ledger.domain.events import LedgerEvent, OpenLicenceWithdrawn, RecordedElsewhere
from tests.builders import (
    LAMPWORKS,
    MODEL,
    PATENT,
    TODAY,
    about,
    declared_open,
    entered,
    parties,
    pledged,
    recorded,
)


def kinds(*facts: LedgerEvent, patent: str = PATENT) -> list[str]:
    return [found.kind for found in discrepancies(recorded(*facts).patents[patent])]


def withdrawn(number: str) -> OpenLicenceWithdrawn:
    return OpenLicenceWithdrawn(
        **about(PATENT, TODAY), declaration_no=number, patentees=parties(LAMPWORKS)
    )


def test_a_withdrawal_of_no_declaration() -> None:
    declared = (entered(), declared_open())
    assert kinds(*declared, withdrawn("OL2025990000001")) == []
    assert kinds(*declared, withdrawn("OL2025990000009")) == ["unknown-declaration"]


def test_a_pledge_on_a_right_that_has_expired() -> None:
    model = entered(MODEL)
    assert kinds(model, pledged(MODEL, on=date(2028, 6, 11)), patent=MODEL) == []
    assert kinds(model, pledged(MODEL, on=date(2028, 6, 12)), patent=MODEL) == [
        "dealing-on-dead-right"
    ]


def test_a_correction_that_no_source_tells_cites_nothing() -> None:
    correction = RecordedElsewhere(
        **about(PATENT, TODAY),
        kind="correction",
        text="Corrects reel 1.",
        from_parties=(),
        to_parties=(),
        cites=("reel 1",),
    )
    assert kinds(entered(), correction) == []

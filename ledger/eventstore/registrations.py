"""The registrations that entries tell: numbers drawn by filings, and those of other registers."""

from __future__ import annotations

from typing import Any

from ledger.domain.events import (
    Door,
    LicenceRecorded,
    OpenLicenceContractRecorded,
    OpenLicenceDeclared,
    OpenLicenceTaken,
    PatentEvent,
    PledgeRegistered,
)
from ledger.domain.numbers import InvalidNumber, parse_registration_number
from ledger.domain.periods import civil_date
from ledger.eventstore.world import is_patent

Told = tuple[str, str, str, int | None, str | None, int | None]
"""Number, patent and kind; year, region and serial where the number tells them."""

DRAWING = (PledgeRegistered, LicenceRecorded, OpenLicenceDeclared, OpenLicenceContractRecorded)
TELLING = (*DRAWING, OpenLicenceTaken)
"""Kinds of entries that a later filing may be about by a number."""


def registration_of(event: PatentEvent) -> Told | None:
    """The row by which a filing can later be about what another register has registered."""
    if not is_patent(event.originator_id):
        return None
    match event:
        case PledgeRegistered():
            number, kind = event.envelope.registration_no or event.filing_id, "pledge"
        case LicenceRecorded(licence_id=number):
            kind = "licence"
        case OpenLicenceDeclared(declaration_no=number):
            kind = "declaration"
        case _:
            return None
    return as_registration(number, event.originator_id, kind)


def as_registration(number: str, patent: str, kind: str) -> Told:
    """A registration on a patent, with year, region and serial where its number tells them."""
    try:
        parsed = parse_registration_number(number, letters="YXK")
    except InvalidNumber:
        return (number, patent, kind, None, None, None)
    return (number, patent, kind, parsed.year, parsed.region, parsed.serial)


class Registrations:
    """What entries tell, one after the other in the order of the log."""

    def __init__(self) -> None:
        self.drawn: dict[tuple[str, str], dict[str, Any]] = {}
        """Rows of the table `registration`, by number and filing."""
        self.transcribed: dict[tuple[str, str], Told] = {}
        """Rows of `transcribed_registration`, by number and patent: the first that was told."""

    def note(self, event: PatentEvent) -> None:
        """Take in an entry; the claim that a pledge secures may be withheld."""
        found = registration_of(event)
        recorded = event.envelope.registration_no
        if isinstance(event, OpenLicenceContractRecorded) and recorded is not None:
            # Taken under one number, which the taking tells in confidence, and recorded under this.
            found = as_registration(recorded, event.originator_id, "licence")
        if isinstance(event, OpenLicenceTaken):
            # Known by its filing; neither its region nor its serial is told anybody.
            year = civil_date(event.envelope.recorded_at).year
            found = (event.filing_id, event.originator_id, "take", year, "", 0)
        if found is None:
            return
        number, patent, kind, year_told, region, serial = found
        if event.envelope.door is not Door.FILED:
            self.transcribed.setdefault((number, patent), found)
        elif year_told is not None and region is not None and serial is not None:
            row = self.drawn.setdefault(
                (number, event.filing_id),
                {
                    "registration_no": number,
                    "kind": kind,
                    "year": year_told,
                    "region": region,
                    "serial": serial,
                    "patents": (),
                    "secured_claim_id": None,
                    "filing_id": event.filing_id,
                },
            )
            if patent not in row["patents"]:
                row["patents"] = (*row["patents"], patent)
            claim = event.claim if isinstance(event, PledgeRegistered) else None
            if claim is not None and row["secured_claim_id"] is None:
                row["secured_claim_id"] = claim.id

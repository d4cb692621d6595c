"""A record of the USPTO's patent assignments as the office states it: values, not yet facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class FileHeader:
    """What a file says of itself."""

    action_key_code: str | None
    """`DA` a day's changes, `WK` a week's, `AN` a year's …"""
    transaction_on: date | None
    empty: bool
    """The office says that it has no data for the day."""


@dataclass(frozen=True, slots=True)
class Correspondent:
    """To whom the office writes about the record: personal."""

    name: str
    address: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assignor:
    """Who conveys; the dates are those of the instrument, not of the register."""

    name: str
    name_type: str | None
    """`natural` or `legal`, where the office says so."""
    executed_on: date | None
    acknowledged_on: date | None


@dataclass(frozen=True, slots=True)
class Assignee:
    """Who receives. The office gives a state for the United States and a country for the rest."""

    name: str
    name_type: str | None
    address: tuple[str, ...]
    city: str | None
    state: str | None
    country: str | None
    postcode: str | None


@dataclass(frozen=True, slots=True)
class DocumentId:
    """One number under which a property is known, as printed."""

    country: str
    number: str
    kind: str | None
    name: str | None
    dated_on: date | None


@dataclass(frozen=True, slots=True)
class Property:
    """One application with the publications and the patent that came of it."""

    documents: tuple[DocumentId, ...]
    invention_title: str | None


@dataclass(frozen=True, slots=True)
class AssignmentRecord:
    """One recorded instrument and the properties it concerns."""

    reel_frame: str
    """Reel and frame without leading zeros, `19091/278`: the office's reference."""
    reel_no: int
    frame_no: int
    last_update_on: date
    purge: bool
    recorded_on: date
    page_count: int | None
    correspondent: Correspondent | None
    conveyance_text: str
    assignors: tuple[Assignor, ...]
    assignees: tuple[Assignee, ...]
    properties: tuple[Property, ...]
    digest: str
    """SHA-256 of the canonical JSON of the content."""
    line: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """A record that cannot be taken over, and why; nothing else is lost with it."""

    reel_frame: str | None
    line: int
    reason: str

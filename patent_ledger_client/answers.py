"""The shapes of answers, as the OpenAPI document tells them; members that are not named here are
there too."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class Finding(TypedDict):
    """What a rule found against a filing, or beside it."""

    rule: str
    severity: str
    message: str
    article: str
    fact: dict[str, Any]
    pointer: NotRequired[str]
    cure: NotRequired[str]


class Receipt(TypedDict):
    """What was registered."""

    filing_id: str
    registration_no: str | None
    position: int
    recorded_at: str
    registered_on: str
    entries: list[dict[str, Any]]
    warnings: list[Finding]
    obligations: list[Finding]


class Verdict(TypedDict):
    """What filing would give."""

    verdict: str
    entries: list[dict[str, Any]]
    warnings: list[Finding]
    obligations: list[Finding]


class Extract(TypedDict):
    """What the register says of a patent, at one point of its two clocks."""

    patent: str
    printed: str
    status: str
    effective_on: str
    known_at: int
    invention_title: str | None
    patentees: list[dict[str, Any]] | None
    encumbrances: list[dict[str, Any]]
    licences: list[dict[str, Any]]
    open_licence: dict[str, Any] | None
    term: dict[str, Any]
    fees: dict[str, Any] | None
    confidential: NotRequired[dict[str, Any]]


class Hit(TypedDict):
    """A patent that a search found."""

    patent: str


class Outcome(TypedDict):
    """What became of one filing of a batch: its receipt, or the problem it is."""

    line: int
    status: int
    receipt: NotRequired[Receipt]
    problem: NotRequired[dict[str, Any]]


class Event(TypedDict):
    """A public entry of the log, as a CloudEvent."""

    id: str
    type: str
    subject: str
    time: str
    data: dict[str, Any]

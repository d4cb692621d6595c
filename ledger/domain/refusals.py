"""What a rule finds, and the refusal of a filing: data with a sentence a user can act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from ledger.domain.obligations import Owed


class Severity(StrEnum):
    """What a finding does to the filing (law.md section 8)."""

    REFUSAL = "R"
    WARNING = "W"
    OBLIGATION = "O"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's word on a filing: which rule, which fact, where in the request, and the cure."""

    rule: str
    severity: Severity
    message: str
    article: str
    patent: str | None
    pointer: str
    """JSON pointer (RFC 6901) into the filing."""
    fact: dict[str, Any] = field(default_factory=dict)
    cure: str | None = None
    waiver: str | None = None
    """Kind of declaration with which the parties may waive the ground, where they may."""
    owed: tuple[Owed, ...] = ()
    """What an obligation has whom do; empty for refusals and warnings."""

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {name: getattr(self, name) for name in _TOLD}
        if self.owed:
            told["owed"] = [o.stored(self.rule).model_dump(mode="json") for o in self.owed]
        return told


_TOLD = tuple(each.name for each in fields(Finding) if each.name != "owed")


class Declined(Exception):
    """An answer other than a receipt; nothing was written."""


class Refused(Declined):
    """The rules refuse the filing; nothing was written."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("; ".join(f"{f.rule}: {f.message}" for f in findings))
        self.findings = findings


class Overtaken(Declined):
    """Another filing came first: a patent has moved on from the version the filer expected."""

    def __init__(
        self, expected: Mapping[str, int | tuple[int, ...]], actual: dict[str, int]
    ) -> None:
        stated = {p: (v,) if isinstance(v, int) else v for p, v in expected.items()}
        moved = ", ".join(
            f"{p} is at version {actual[p]}, not {' or '.join(map(str, v))}"
            for p, v in stated.items()
        )
        super().__init__(f"overtaken: {moved}")
        self.expected = {p: max(v) for p, v in stated.items()}
        """The newest version of each patent that was expected."""
        self.actual = actual


class NoSuchEntry(Declined):
    """The filing names a registration, licence or declaration that the ledger does not have."""

    def __init__(self, field: str, number: str) -> None:
        super().__init__(f"{field}: there is no {number}")
        self.field = field
        self.number = number


class KeyReused(Declined):
    """The idempotency key belongs to another filing of the same caller."""


class NotNew(Declined):
    """The source record is already known, or older than what is known of it."""

    def __init__(self, outcome: str) -> None:
        super().__init__(outcome)
        self.outcome = outcome

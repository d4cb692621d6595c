"""What a mailbox or webhook is to be brought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.domain.filing import Caller
from ledger.domain.notices import OFFICE
from ledger.projections.feed import Wanted


@dataclass(frozen=True, slots=True)
class Subscription:
    """Which entries, and whether any; whether the notices to the subscriber's party too."""

    wanted: Wanted = field(default_factory=Wanted)
    entries: bool = True
    notices: bool = True

    def as_json(self) -> dict[str, Any]:
        """As it is kept and told."""
        return {
            "patents": list(self.wanted.patents),
            "parties": list(self.wanted.parties),
            "kinds": list(self.wanted.kinds),
            "entries": self.entries,
            "notices": self.notices,
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Subscription:
        """The subscription that is kept."""
        limits = (tuple(kept[name]) for name in ("patents", "parties", "kinds"))
        return cls(Wanted(*limits), kept["entries"], kept["notices"])


def party_of(caller: Caller) -> str | None:
    """Whose notices a caller is told; the registrar is told the office's."""
    return OFFICE if caller.role == "registrar" else caller.party

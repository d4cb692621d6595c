"""A consent on record: one party's agreement to one act, used by one filing for all its patents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.domain.events import ConsentGiven


@dataclass(frozen=True, slots=True)
class Consent:
    """What a consent allows, and whether a filing has used it or its giver taken it back."""

    given: ConsentGiven
    used_by: str | None = None
    withdrawn_on: date | None = None

    def covers(self, *, act: str, patent: str, on: date) -> bool:
        """Whether it is good for an act on a patent on a day and not yet used."""
        given = self.given
        named = given.act == act and patent in given.patents
        return named and given.valid_from <= on and self.spent(on) is None

    def spent(self, on: date) -> str | None:
        """Why it can no longer be used on a day, None where it can."""
        if self.used_by is not None:
            return "used"
        if self.withdrawn_on is not None:
            return "withdrawn"
        return "expired" if self.given.valid_until <= on else None

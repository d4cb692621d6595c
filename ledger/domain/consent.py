"""A consent on record: one party's agreement to one act, used by one filing for all its patents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.domain.events import ConsentGiven


@dataclass(frozen=True, slots=True)
class Consent:
    """What a consent allows, and whether a filing has used it."""

    given: ConsentGiven
    used_by: str | None = None

    def covers(self, *, act: str, patent: str, on: date) -> bool:
        """Whether it is good for an act on a patent on a day and not yet used."""
        given = self.given
        return (
            self.used_by is None
            and given.act == act
            and patent in given.patents
            and given.valid_from <= on < given.valid_until
        )

"""A consent on record: one party's agreement to one act, used by one filing for all its patents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from ledger.domain.events import ConsentGiven, ConsentUsed, Event


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


def consent_of(events: Iterable[Event]) -> Consent | None:
    """The consent that the events of a `filing:` stream make, None where there is none."""
    consent: Consent | None = None
    for event in events:
        match event:
            case ConsentGiven():
                consent = Consent(event)
            case ConsentUsed():
                assert consent is not None, "a consent is used after it is given"
                consent = replace(consent, used_by=event.used_by)
            case _:
                continue
    return consent

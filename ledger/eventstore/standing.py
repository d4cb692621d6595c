"""What may not stand together now: tables that filings alone fill and empty."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from ledger.domain.events import (
    Door,
    LedgerEvent,
    OpenLicenceDeclared,
    OpenLicenceWithdrawn,
    PledgeDeregistered,
    PledgeRegistered,
    PledgeReleased,
    PledgeRevoked,
)
from ledger.eventstore.batch import Batch, Insert
from ledger.eventstore.restanding import Restanding

DELETE_STANDING = """
WITH document AS (SELECT %s::json AS d), unpledged AS (
    DELETE FROM standing_pledge AS s
    USING document, json_to_recordset(document.d -> 'unpledged') AS gone(patent_id text, number
    text)
    WHERE s.patent_id = gone.patent_id AND s.registration_no = gone.number
)
DELETE FROM standing_declaration AS s
USING document, json_to_recordset(document.d -> 'undeclared') AS gone(patent_id text, number text)
WHERE s.patent_id = gone.patent_id AND s.declaration_no = gone.number
"""
STANDING_PLEDGE = Insert(
    "standing_pledge", record=(("patent_id", "text"), ("registration_no", "text"))
)
STANDING_DECLARATION = Insert(
    "standing_declaration", record=(("patent_id", "text"), ("declaration_no", "text"))
)


class Standing:
    """What a group's filings do to the tables of what may not stand together now."""

    def __init__(self) -> None:
        self.pledged: dict[str, str] = {}
        self.unpledged: list[tuple[str, str]] = []
        self.declared: dict[str, str] = {}
        self.undeclared: list[tuple[str, str]] = []

    def fold(self, events: Sequence[LedgerEvent]) -> None:
        """Take in the events of one filing; facts of other registers do not count."""
        for event in events:
            if event.envelope.door is not Door.FILED:
                continue
            number = event.envelope.registration_no or ""
            match event:
                case PledgeRegistered():
                    self.pledged[event.originator_id] = number
                case PledgeReleased() | PledgeDeregistered() | PledgeRevoked():
                    if self.pledged.get(event.originator_id) == number:
                        del self.pledged[event.originator_id]
                    self.unpledged.append((event.originator_id, number))
                case OpenLicenceDeclared():
                    self.declared[event.originator_id] = event.declaration_no
                case OpenLicenceWithdrawn():
                    if self.declared.get(event.originator_id) == event.declaration_no:
                        del self.declared[event.originator_id]
                    self.undeclared.append((event.originator_id, event.declaration_no))
                case _:
                    continue

    def settle(self, told: Restanding) -> None:
        """Take in what is known to stand on a patent after an act."""
        _settle(told.patent, told.pledges, self.pledged, self.unpledged)
        _settle(told.patent, told.declarations, self.declared, self.undeclared)

    def write(self, batch: Batch) -> None:
        """Have deleted what no longer stands, and inserted what stands anew."""
        if self.unpledged or self.undeclared:
            document = {
                "unpledged": [{"patent_id": p, "number": n} for p, n in self.unpledged],
                "undeclared": [{"patent_id": p, "number": n} for p, n in self.undeclared],
            }
            batch.before(DELETE_STANDING, (orjson.dumps(document).decode(),))
        for patent, number in self.pledged.items():
            batch.add(STANDING_PLEDGE, {"patent_id": patent, "registration_no": number})
        for patent, number in self.declared.items():
            batch.add(STANDING_DECLARATION, {"patent_id": patent, "declaration_no": number})


def _settle(
    patent: str,
    told: tuple[str | None, str | None],
    standing: dict[str, str],
    gone: list[tuple[str, str]],
) -> None:
    before, after = told
    if before == after:
        return
    if before is not None:
        gone.append((patent, before))
        if standing.get(patent) == before:
            del standing[patent]
    if after is not None:
        standing[patent] = after

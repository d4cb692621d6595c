"""The three families, and the follower that keeps the tables they are counted on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from psycopg import Cursor

from ledger.domain.events import (
    EntryCorrected,
    EntryRevoked,
    HiddenEntryCorrected,
    HiddenEntryRevoked,
    LicenceCancelled,
    LicenceChanged,
    LicenceRecorded,
    OpenLicenceContractRecorded,
    OpenLicenceDeclared,
    OpenLicenceTaken,
    OpenLicenceWithdrawn,
    PledgeChanged,
    PledgeDeregistered,
    PledgeRegistered,
    PledgeReleased,
    PledgeRevoked,
    RecordWithdrawn,
    ReleaseRecorded,
    TransferRegistered,
)
from ledger.eventstore.batch import Batch
from ledger.eventstore.views import Change
from ledger.projections.changes import changes_of
from ledger.projections.followed import BY_INDEX
from ledger.projections.history import View
from ledger.projections.operations import OPERATIONS
from ledger.projections.statistics.grouping import chinese, is_trademark
from ledger.projections.statistics.licence_measures import LICENCE_RATES
from ledger.projections.statistics.measures import Family
from ledger.projections.statistics.pledge_measures import PLEDGE_FINANCING_FAMILY

NAME: Final = "statistics"
"""The follower's name."""

FAMILIES: Final[dict[str, Family]] = {
    family.name: family for family in (OPERATIONS, LICENCE_RATES, PLEDGE_FINANCING_FAMILY)
}
STATISTICS: Final[tuple[View, ...]] = tuple(
    view for family in FAMILIES.values() for view in family.views
)


def counted(stream: str) -> bool:
    """Whether what is on a stream can count: patents and trademarks of the Chinese register."""
    return chinese(stream) or is_trademark(stream)


def follow(curs: Cursor[Any], rows: Sequence[dict[str, Any]], after: int) -> None:
    """Bring the tables to the state after some rows of the log, which follow a position."""
    curs.execute(BY_INDEX)
    concerned = {row["originator_id"] for row in rows if _concerns(row)}
    write(curs, changes_of(curs, rows, after, concerned.__contains__))


def write(curs: Cursor[Any], changes: Sequence[Change]) -> None:
    """Bring the tables to the state after some filings."""
    batch = Batch()
    for view in STATISTICS:
        view.write(batch, changes)
    batch.flush(curs)


DEALINGS: Final = frozenset(
    kind.TOPIC
    for kind in (
        TransferRegistered,
        LicenceRecorded,
        LicenceChanged,
        LicenceCancelled,
        OpenLicenceDeclared,
        OpenLicenceWithdrawn,
        OpenLicenceTaken,
        OpenLicenceContractRecorded,
        PledgeRegistered,
        PledgeChanged,
        PledgeReleased,
        PledgeDeregistered,
        PledgeRevoked,
        ReleaseRecorded,
        RecordWithdrawn,
        EntryCorrected,
        EntryRevoked,
        HiddenEntryCorrected,
        HiddenEntryRevoked,
    )
)
"""Topics of what can change a row by itself."""


def _concerns(row: dict[str, Any]) -> bool:
    """Whether a fact can change a row, told without decoding it. A grant that is a stream's first
    fact has nothing to be counted on yet; a fact that replaces others may be of any kind."""
    if not counted(row["originator_id"]):
        return False
    return (
        row["topic"] in DEALINGS
        or (row["topic"] == "patent.entered" and row["originator_version"] > 1)
        or b'"corrects":null' not in row["state"]
    )

"""The one small protocol through which the writer calls the register views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from ledger.domain.patent import Patent
from ledger.eventstore.batch import Batch


class Change(NamedTuple):
    """A patent before and after one filing, and the filing's last position."""

    before: Patent
    after: Patent
    position: int


class Views(Protocol):
    """Tables that are written in the transaction that appends."""

    def write(self, batch: Batch, changes: Sequence[Change]) -> None:
        """Gather what brings the tables to the state after the changes."""
        ...

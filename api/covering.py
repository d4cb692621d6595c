"""The checkpoint that covers an answer: the newest signed head that this server has seen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from ledger.proofs import serving
from ledger.proofs.checkpoints import Checkpoint
from ledger.proofs.notes import b64

if TYPE_CHECKING:
    from api.house import House

CHECKPOINT: Final = "Ledger-Checkpoint"
LOOK_SECONDS: Final = 0.5
"""How often one is looked for, at most, where the one at hand does not cover an answer."""


class Covering:
    """The newest checkpoint that this server has seen. Safe to use from many threads: a late one
    only looks again."""

    def __init__(self) -> None:
        self._newest: tuple[int, str] | None = None
        """Its size, and how it is told."""
        self._looked = 0.0

    def of(self, house: House, known: int) -> str | None:
        """Size and root of a checkpoint that covers a position; None where none is known here. A
        log only grows, so the newest covers what any earlier one does."""
        if self.worth_a_look(known):
            self._looked = time.monotonic()
            note = house.reader.public(serving.checkpoint)
            if note is not None:
                head = Checkpoint.of(note)
                self._newest = (head.size, f"{head.size} {b64(head.root)}")
        return self.at(known)

    def at(self, known: int) -> str | None:
        """The same, without a look into the database."""
        newest = self._newest
        return None if newest is None or newest[0] < known else newest[1]

    def worth_a_look(self, known: int) -> bool:
        """Whether another might be found that covers a position which this one does not."""
        return self.at(known) is None and time.monotonic() - self._looked >= LOOK_SECONDS

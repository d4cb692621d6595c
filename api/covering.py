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
        self._newest: Checkpoint | None = None
        self._looked = 0.0

    def of(self, house: House, known: int) -> str | None:
        """Size and root of a checkpoint that covers a position; None where none is known here. A
        log only grows, so the newest covers what any earlier one does."""
        if not self._covers(known) and time.monotonic() - self._looked >= LOOK_SECONDS:
            self._looked = time.monotonic()
            note = house.reader.public(serving.checkpoint)
            self._newest = None if note is None else Checkpoint.of(note)
        newest = self._newest
        if newest is None or newest.size < known:
            return None
        return f"{newest.size} {b64(newest.root)}"

    def _covers(self, known: int) -> bool:
        return self._newest is not None and self._newest.size >= known

"""The register views: written in the transaction that appends, so what is registered is
searchable at once."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.eventstore.batch import Batch, Insert
from ledger.eventstore.views import Change
from ledger.projections.encumbrances import ENCUMBRANCES
from ledger.projections.history import View
from ledger.projections.licences import LICENCES
from ledger.projections.open_licences import OPEN_LICENCES
from ledger.projections.pending_invalidations import PENDING_INVALIDATIONS
from ledger.projections.rights import RIGHTS
from ledger.projections.title import TITLE

VIEWS: tuple[View, ...] = (
    RIGHTS,
    TITLE,
    ENCUMBRANCES,
    LICENCES,
    OPEN_LICENCES,
    PENDING_INVALIDATIONS,
)

ALIASES = Insert(
    "patent_alias",
    record=(("alias", "text"), ("patent_id", "text")),
    conflict="ON CONFLICT DO NOTHING",
)


class RegisterViews:
    """Writes all register views for a group of filings."""

    def write(self, batch: Batch, changes: Sequence[Change]) -> None:
        """Gather what brings every view to the state after the filings."""
        for view in VIEWS:
            view.write(batch, changes)
        for change in changes:
            for alias in new_aliases(change):
                batch.add(ALIASES, {"alias": alias, "patent_id": change.after.id})


def new_aliases(change: Change) -> set[str]:
    """Numbers under which a patent was not known before; none is ever taken back."""
    return set(change.after.aliases) - set(change.before.aliases)

"""The register views: written in the transaction that appends, so what is registered is searchable at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Cursor

from ledger.projections.encumbrances import ENCUMBRANCES
from ledger.projections.history import Change, View
from ledger.projections.licences import LICENCES
from ledger.projections.open_licences import OPEN_LICENCES
from ledger.projections.pending_invalidations import PENDING_INVALIDATIONS
from ledger.projections.rights import RIGHTS
from ledger.projections.title import TITLE

VIEWS: tuple[View, ...] = (RIGHTS, TITLE, ENCUMBRANCES, LICENCES, OPEN_LICENCES, PENDING_INVALIDATIONS)

INSERT_ALIASES = """
INSERT INTO patent_alias (alias, patent_id)
SELECT * FROM unnest(%b::text[], %b::text[]) ON CONFLICT DO NOTHING
"""


class RegisterViews:
    """Writes all register views for a group of filings."""

    def write(self, curs: Cursor[Any], changes: Sequence[Change]) -> None:
        """Bring every view to the state after the filings."""
        for view in VIEWS:
            view.write(curs, changes)
        aliases = [
            (alias, change.after.id)
            for change in changes
            if change.after.entered is not None and change.after.entered is not change.before.entered
            for alias in change.after.entered.aliases
        ]
        if aliases:
            curs.execute(INSERT_ALIASES, ([a for a, _ in aliases], [p for _, p in aliases]), prepare=True)

"""The views that follow the log instead of standing in it at once: what falls due, notices, and
what a search looks in.

One follower writes them all, so that an answer from several is from one position. The fold is that
of the register views; a rebuild and a comparison take them along with these.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Cursor

from ledger.eventstore.batch import Batch
from ledger.eventstore.views import Change
from ledger.projections.changes import changes_of
from ledger.projections.due import DUE
from ledger.projections.history import View
from ledger.projections.involvements import INVOLVEMENTS
from ledger.projections.listings import LISTINGS
from ledger.projections.notices import NOTICES

NAME = "due_and_notices"
FOLLOWED: tuple[View, ...] = (DUE, NOTICES, INVOLVEMENTS, LISTINGS)

BY_INDEX = """
SET LOCAL enable_seqscan = off;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off
"""
"""Every statement looks a few rows up by key, however small the tables were when it was planned."""


def follow(curs: Cursor[Any], rows: Sequence[dict[str, Any]], after: int) -> None:
    """Bring the lists to the state after some rows of the log, which follow a position."""
    curs.execute(BY_INDEX)
    write(curs, changes_of(curs, rows, after))


def write(curs: Cursor[Any], changes: Sequence[Change]) -> None:
    """Bring the lists to the state after some filings."""
    batch = Batch()
    for view in FOLLOWED:
        view.write(batch, changes)
    batch.flush(curs)

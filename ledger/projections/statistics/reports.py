"""Reports that prove themselves: a query, where it was asked, every cell, and a digest of it all.

Whoever may read the log recomputes the cells from it at the report's position.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from importlib.metadata import version
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import dict_row

from ledger.eventstore.stored_form import canonical
from ledger.projections.statistics import families
from ledger.projections.statistics.cells import SNAPSHOT, cells
from ledger.projections.statistics.query import Query

REPORT: Final = "patent-ledger statistics"
FORM: Final = "1"
"""The form of a report; rises when a member changes its meaning."""

SELECT_POSITION = """
SELECT coalesce(max(notification_id), 0) AS position
FROM notification_tracking WHERE application_name = %s
"""
SELECT_WHOLE = "SELECT last_complete_position(%s) AS position"
SELECT_CHECKPOINT = """
SELECT note FROM log_checkpoint WHERE size >= %s ORDER BY size LIMIT 1
"""


class NotKnown(LookupError):
    """The statistics do not know the position asked for, or not yet; says up to which they do."""

    def __init__(self, position: int) -> None:
        super().__init__(f"the statistics are known up to position {position}")
        self.position = position


def report(connection: Connection[Any], query: Query, known_at: int | None) -> dict[str, Any]:
    """The answer to a query as known at a position, or at the newest the statistics know.

    Raises NotKnown for a later one. A position within a filing means the end of the one before.
    """
    with connection.transaction(), connection.cursor(row_factory=dict_row) as curs:
        # One snapshot, so that the cells belong to each other and to the position.
        curs.execute(SNAPSHOT)
        position = settled(connection, known_at)
        checkpoint = curs.execute(SELECT_CHECKPOINT, (position,)).fetchone()
        counted = cells(connection, query, position)
    stated = {
        "report": REPORT,
        "form": FORM,
        "definition": query.definition.definition,
        "program": version("patent-ledger"),
        "query": query.as_json(),
        "position": position,
        "effective_on": query.last.isoformat(),
        "checkpoint": None if checkpoint is None else checkpoint["note"],
        "cells": counted,
    }
    return stated | {"digest": digest_of(stated)}


def settled(connection: Connection[Any], known_at: int | None) -> int:
    """The position at which a question is asked: the end of a filing that the follower has seen."""
    with connection.cursor(row_factory=dict_row) as curs:
        row = curs.execute(SELECT_POSITION, (families.NAME,)).fetchone()
        assert row is not None, "an aggregate gives one row"
        newest = int(row["position"])
        if known_at is None:
            return newest
        if known_at > newest:
            raise NotKnown(newest)
        whole = curs.execute(SELECT_WHOLE, (known_at,)).fetchone()
    assert whole is not None, "a function gives one row"
    return int(whole["position"])


def digest_of(stated: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of a report without its digest."""
    rest = {name: value for name, value in stated.items() if name != "digest"}
    return sha256(canonical(rest)).hexdigest()

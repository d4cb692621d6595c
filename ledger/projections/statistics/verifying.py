"""A report recomputed from the log alone, at its position, and held against what it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg.sql import SQL, Identifier

from ledger.database import connect
from ledger.projections import shadow
from ledger.projections.extents import STATISTICS_ALONE
from ledger.projections.shadow import HEAD, Progress, number, silent
from ledger.projections.statistics.cells import cells
from ledger.projections.statistics.query import query_of
from ledger.projections.statistics.reports import FORM, REPORT, digest_of

RECOUNTED = "recounted"
"""The shadow schema of a verification."""


class NoReport(ValueError):
    """What was given is no report of this ledger's statistics that this program can recompute."""


def verify(url: str, stated: Mapping[str, Any], progress: Progress = silent) -> dict[str, Any]:
    """Whether a report is whole and its cells come out again from the log: `equal`, or the first
    cell that does not, as stated and as recounted. Raises NoReport, BadQuery."""
    if stated.get("report") != REPORT or stated.get("form") != FORM:
        raise NoReport(f"it is no report of form {FORM} of {REPORT}")
    query = query_of(stated.get("query") or {})
    if stated.get("definition") != query.definition.definition:
        raise NoReport(
            f"it counts by definition {stated.get('definition')} of {query.family}; this program "
            f"by {query.definition.definition}"
        )
    position = stated.get("position")
    if type(position) is not int or position < 0:
        raise NoReport("it names no position")
    recounted = _recounted(url, query, position, progress)
    found = {"digest": stated.get("digest") == digest_of(stated), "position": position}
    wrong = _first_difference(stated.get("cells"), recounted)
    equal = found["digest"] is True and wrong is None
    return {"equal": equal, **found, "cells": len(recounted), "first_difference": wrong}


def _recounted(url: str, query: Any, position: int, progress: Progress) -> list[dict[str, Any]]:
    with (
        connect(url, application_name="patent-ledger stats") as connection,
        shadow.one_at_a_time(connection),
    ):
        head = number(connection, HEAD)
        if position > head:
            raise NoReport(f"it names position {position}; the log ends at {head}")
        with shadow.schema(connection, RECOUNTED, "UNLOGGED", STATISTICS_ALONE):
            shadow.filled(connection, url, RECOUNTED, position, progress, STATISTICS_ALONE)
            with connection.transaction():
                connection.execute(
                    SQL("SET LOCAL search_path = {}, public").format(Identifier(RECOUNTED))
                )
                return cells(connection, query, position)


def _first_difference(stated: Any, recounted: list[dict[str, Any]]) -> dict[str, Any] | None:
    if not isinstance(stated, list):
        return {"stated": stated, "recounted": None}
    for one, other in zip(stated, recounted, strict=False):
        if one != other:
            return {"stated": one, "recounted": other}
    if len(stated) == len(recounted):
        return None
    return {
        "stated": stated[len(recounted)] if len(stated) > len(recounted) else None,
        "recounted": recounted[len(stated)] if len(stated) < len(recounted) else None,
    }

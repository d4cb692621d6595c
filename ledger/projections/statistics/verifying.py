"""A report or a release recomputed from the log alone, at its position, and held against what it
says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from psycopg import Connection
from psycopg.sql import SQL, Identifier

from ledger.database import connect
from ledger.projections import shadow
from ledger.projections.extents import STATISTICS_ALONE
from ledger.projections.shadow import HEAD, Progress, number, silent
from ledger.projections.statistics import contracts, releases
from ledger.projections.statistics.cells import cells
from ledger.projections.statistics.query import BadQuery, Query, query_of
from ledger.projections.statistics.reports import FORM, REPORT, digest_of

RECOUNTED = "recounted"
"""The shadow schema of a verification."""

Cells = list[dict[str, Any]]


class NoReport(ValueError):
    """What was given is no report of this ledger's statistics that this program can recompute."""


def verify(url: str, stated: Mapping[str, Any], progress: Progress = silent) -> dict[str, Any]:
    """Whether a report or a release is whole and its cells come out again from the log: `equal`, or
    the first cell that does not, as stated and as recounted. Raises NoReport, BadQuery.

    A release is made again with the limits that it states, in the light of the earlier releases
    that it says it was checked against, which must be on record.
    """
    of_release = stated.get("release") == releases.RELEASE
    form = releases.FORM if of_release else FORM
    if stated.get("form") != form or not (of_release or stated.get("report") == REPORT):
        raise NoReport(f"it is no report of form {FORM} of {REPORT}, nor a release of them")
    try:
        query = contracts.query_of(dict(stated)) if of_release else query_of(stated["query"])
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, BadQuery):
            raise
        raise NoReport(f"its query cannot be read: {error}") from error
    if stated.get("definition") != query.definition.definition:
        raise NoReport(
            f"it counts by definition {stated.get('definition')} of {query.family}; this program "
            f"by {query.definition.definition}"
        )
    position = stated.get("position")
    if type(position) is not int or position < 0:
        raise NoReport("it names no position")
    count = _released if of_release else _reported
    recounted = _recounted(url, position, progress, lambda c: count(c, query, stated))
    found = {"digest": stated.get("digest") == digest_of(stated), "position": position}
    wrong = _first_difference(_cells_of(stated, of_release), recounted)
    equal = found["digest"] is True and wrong is None
    return {"equal": equal, **found, "cells": len(recounted), "first_difference": wrong}


def _reported(connection: Connection[Any], query: Query, stated: Mapping[str, Any]) -> Cells:
    return cells(connection, query, stated["position"])


def _released(connection: Connection[Any], query: Query, stated: Mapping[str, Any]) -> Cells:
    document = dict(stated)
    try:
        limits = releases.limits_of(document)
        earlier = releases.checked_against(connection, document)
    except (KeyError, TypeError, ArithmeticError) as error:
        raise NoReport(
            f"its limits or what it was checked against cannot be read: {error}"
        ) from error
    except LookupError as error:
        raise NoReport(f"it was checked against what is not known here: {error}") from error
    tables = releases.tables_of(connection, query, document["position"], limits, earlier)
    recounted: Cells = _cells_of({"tables": tables}, of_release=True)
    return recounted


def _cells_of(stated: Mapping[str, Any], of_release: bool) -> Any:
    """Every cell that is stated; those of a release with the dimension of their table."""
    if not of_release:
        return stated.get("cells")
    try:
        return [
            {"by": table["by"], **cell} for table in stated["tables"] for cell in table["cells"]
        ]
    except (KeyError, TypeError) as error:
        raise NoReport(f"its tables cannot be read: {error}") from error


def _recounted(
    url: str, position: int, progress: Progress, count: Callable[[Connection[Any]], Cells]
) -> Cells:
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
                return count(connection)


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

"""Releases: what the public reads of the statistics.

A release is of one family and one closed period, computed at one position, with a fixed set of
tables: each measure for all together, and by each dimension alone. What disclosure control
suppresses is shown as suppressed. It is checked against every earlier release of the family, whose
figures the public can subtract; and it is never changed: what comes out otherwise later is a new
release of the period, at a later position.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from importlib.metadata import version
from typing import Any, Final

import orjson
from psycopg import Connection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from ledger.domain.figures import growth
from ledger.domain.periods import FIRST_DAY, LAST_DAY, civil_date
from ledger.eventstore.stored_form import canonical
from ledger.projections.statistics import finishing
from ledger.projections.statistics.cells import cells
from ledger.projections.statistics.contracts import (
    Document,
    dimensions_of,
    hidden_in,
    population_of,
)
from ledger.projections.statistics.measures import Measure
from ledger.projections.statistics.periods import Every, Period, periods
from ledger.projections.statistics.query import Query
from ledger.projections.statistics.reports import settled
from ledger.projections.statistics.suppression import Key, Limits

RELEASE: Final = "patent-ledger release of statistics"
FORM: Final = "1"
INSERT_RELEASE = """
INSERT INTO statistics_release (family, period, position, released_at, document)
VALUES (%s, %s, %s, %s, %s)
"""
ONE_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
SELECT_EARLIER = """
SELECT document FROM statistics_release WHERE family = %s ORDER BY position, period
"""
SELECT_RELEASE = """
SELECT document FROM statistics_release
WHERE family = %s AND period = %s AND (%s::bigint IS NULL OR position = %s)
ORDER BY position DESC LIMIT 1
"""
SELECT_NEWEST = """
SELECT period, position, ARRAY(
    SELECT told FROM jsonb_array_elements(document -> 'tables') AS told
    WHERE told ->> 'by' = ANY (%(tables)s)
) AS tables
FROM statistics_release
WHERE family = %(family)s AND (%(known)s::bigint IS NULL OR position <= %(known)s)
ORDER BY position DESC, period DESC LIMIT 1
"""
SELECT_LIST = """
SELECT family, period, position, released_at FROM statistics_release
ORDER BY family, period, position
"""


class NotReleasable(ValueError):
    """The period cannot be released, or not yet; says why."""


def period_of(label: str) -> Period:
    """The period of a label: `2022`, `2022-H1`, `2022-Q1`, `2022-03`."""
    year = label[:4]
    if year.isascii() and year.isdecimal() and FIRST_DAY.year <= int(year) <= LAST_DAY.year:
        first, last = date(int(year), 1, 1), date(int(year), 12, 31)
        for every in (Every.YEAR, Every.HALF_YEAR, Every.QUARTER, Every.MONTH):
            for period in periods(first, last, every):
                if period.label == label:
                    return period
    raise NotReleasable(f"{label} is no period: write 2022, 2022-H1, 2022-Q1 or 2022-03")


def prepared(
    connection: Connection[Any],
    query: Query,
    known_at: int | None,
    limits: Limits,
    now: datetime,
) -> Document:
    """The release of a query's days as one period, at a position; nothing is published.

    To be called in a transaction that sees one state of the database. Raises NotReleasable,
    NotKnown.
    """
    (period,) = query.periods
    if period.last >= civil_date(now):
        raise NotReleasable(f"{period.label} is not closed")
    position = settled(connection, known_at)
    with connection.cursor(row_factory=dict_row) as curs:
        earlier = [row["document"] for row in curs.execute(SELECT_EARLIER, (query.family,))]
    if any(d["position"] > position for d in earlier):
        raise NotReleasable("a later position of this family is released already")
    if any(d["position"] == position and d["period"] == period.label for d in earlier):
        raise NotReleasable(f"{period.label} is released at this position already")
    stated: Document = {
        "release": RELEASE,
        "form": FORM,
        "definition": query.definition.definition,
        "program": version("patent-ledger"),
        "query": query.as_json(),
        "period": period.label,
        "position": position,
        "released_at": now.isoformat(),
        "limits": {
            "contracts_above": limits.contracts_above,
            "parties_min": limits.parties_min,
            "share_max": str(limits.share_max),
        },
        "checked_against": [
            {name: document[name] for name in ("period", "position", "digest")}
            for document in earlier
        ],
        "tables": tables_of(connection, query, position, limits, earlier),
    }
    return stated | {"digest": digest_of(stated)}


def tables_of(
    connection: Connection[Any],
    query: Query,
    position: int,
    limits: Limits,
    earlier: Sequence[Document],
) -> list[dict[str, Any]]:
    """The tables of a release, in the light of those that were published before it."""
    hidden = hidden_in(connection, query, position, limits, earlier)
    return [
        {"by": by, "cells": list(_cells(connection, query, position, by, hidden, earlier))}
        for by in ("", *dimensions_of(query.definition))
    ]


def digest_of(stated: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of a release without its digest."""
    rest = {name: value for name, value in stated.items() if name != "digest"}
    return sha256(canonical(rest)).hexdigest()


def publish(
    connection: Connection[Any],
    query: Query,
    known_at: int | None,
    limits: Limits,
    now: datetime,
) -> Document:
    """Prepare a release and publish it; one at a time, so that each is checked against the one
    before."""
    # Before the snapshot is taken: what is read then is what the one before has published.
    connection.execute("SELECT pg_advisory_lock(hashtext('patent-ledger release'))")
    try:
        with connection.transaction():
            connection.execute(ONE_SNAPSHOT)
            document = prepared(connection, query, known_at, limits, now)
            named = (query.family, document["period"], document["position"], now)
            connection.execute(INSERT_RELEASE, (*named, Jsonb(document, dumps=orjson.dumps)))
    finally:
        connection.execute("SELECT pg_advisory_unlock(hashtext('patent-ledger release'))")
    return document


def looked_at(
    connection: Connection[Any],
    query: Query,
    known_at: int | None,
    limits: Limits,
    now: datetime,
) -> Document:
    """Prepare a release in a transaction of one snapshot; nothing is published."""
    with connection.transaction():
        connection.execute(ONE_SNAPSHOT)
        return prepared(connection, query, known_at, limits, now)


def released(
    connection: Connection[Any], family: str, period: str, position: int | None
) -> Document | None:
    """The newest release of a period, or the one at a position."""
    with connection.cursor(row_factory=dict_row) as curs:
        row = curs.execute(SELECT_RELEASE, (family, period, position, position)).fetchone()
    if row is None:
        return None
    document: Document = row["document"]
    return document


def newest(
    connection: Connection[Any], family: str, known_at: int | None, tables: Sequence[str]
) -> Document | None:
    """Period, position and some tables, by their dimensions, of the last release of a family that
    was known at a position."""
    asked = {"family": family, "known": known_at, "tables": list(tables)}
    with connection.cursor(row_factory=dict_row) as curs:
        return curs.execute(SELECT_NEWEST, asked).fetchone()


def checked_against(connection: Connection[Any], document: Document) -> list[Document]:
    """The earlier releases that a release says it was checked against, as they are on record.

    Raises LookupError where one is not on record.
    """
    wanted = [named["digest"] for named in document["checked_against"]]
    with connection.cursor(row_factory=dict_row) as curs:
        rows = curs.execute(SELECT_EARLIER, (document["query"]["family"],)).fetchall()
    known = {digest_of(row["document"]): row["document"] for row in rows}
    for digest in wanted:
        if digest not in known:
            raise LookupError(f"no release of digest {digest} is on record")
    return [known[digest] for digest in wanted]


def limits_of(document: Document) -> Limits:
    """The limits that a release was made with."""
    stated = document["limits"]
    return Limits(stated["contracts_above"], stated["parties_min"], Decimal(stated["share_max"]))


def listed(connection: Connection[Any]) -> list[dict[str, Any]]:
    """What is released: family, period, position and time."""
    with connection.cursor(row_factory=dict_row) as curs:
        return curs.execute(SELECT_LIST).fetchall()


# --- cells --------------------------------------------------------------------------------------


def _measures(query: Query, by: str) -> list[Measure]:
    asked = _of(query, by)
    return [measure for measure in asked.asked if not measure.entitled]


def _of(query: Query, by: str) -> Query:
    """The query of one table."""
    return Query(
        query.family,
        query.first,
        query.last,
        by=(by,) if by else (),
        trademarks=query.trademarks,
        rates=query.rates,
        rates_source=query.rates_source,
    )


def _cells(
    connection: Connection[Any],
    query: Query,
    position: int,
    by: str,
    hidden: set[Key],
    earlier: Sequence[Document],
) -> Iterator[dict[str, Any]]:
    """The cells of a table, in the order of a report's; what is suppressed has no figure."""
    measures = {measure.name: measure for measure in _measures(query, by)}
    (period,) = query.periods
    before = _told_before(earlier, period, query.trademarks)
    for cell in cells(connection, _of(query, by), position):
        measure = measures.get(cell["measure"])
        if measure is None or (by and not cell["group"]):
            continue
        code = cell["group"].get(by, "")
        shown = {"measure": measure.name, "group": cell["group"]}
        if Key(population_of(measure), period.label, by, code) in hidden:
            yield {**shown, "value": None, "suppressed": True}
            continue
        past = before.get((measure.name, by, code))
        yield {**shown, "value": cell["value"], **_grown(measure, cell["value"], past)}


def _grown(measure: Measure, value: Any, past: Any) -> dict[str, Any]:
    """The figure of the year before, where that was released, and the growth over it."""
    if not measure.grows or past is None or value is None or not Decimal(past):
        return {}
    return {"before": past, "growth": finishing.told(growth(Decimal(value), Decimal(past)))}


def _told_before(
    earlier: Iterable[Document], period: Period, trademarks: bool
) -> dict[tuple[str, str, str], Any]:
    """What the newest release of the same days a year before told."""
    label = period.year_before.label
    same = [d for d in earlier if d["period"] == label]
    same = [d for d in same if d["query"]["with_trademarks"] == trademarks]
    if not same:
        return {}
    return {
        (cell["measure"], table["by"], cell["group"].get(table["by"], "")): cell["value"]
        for table in same[-1]["tables"]
        for cell in table["cells"]
        if not isinstance(cell["value"], dict)
    }

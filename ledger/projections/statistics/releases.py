"""Releases: what the public reads of the statistics.

A release is of one family and one closed period, computed at one position, with a fixed set of
tables: each measure for all together, and by each dimension alone. What disclosure control
suppresses is shown as suppressed. It is checked against every earlier release of the family, whose
figures the public can subtract; and it is never changed: what comes out otherwise later is a new
release of the period, at a later position.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from importlib.metadata import version
from typing import Any, Final

import orjson
from psycopg import Connection, IsolationLevel
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier
from psycopg.types.json import Jsonb

from ledger.domain.figures import growth
from ledger.domain.periods import civil_date
from ledger.eventstore.stored_form import canonical
from ledger.projections.statistics import finishing
from ledger.projections.statistics.cells import cells, parameters, population
from ledger.projections.statistics.measures import Basis, Family, Measure
from ledger.projections.statistics.periods import Every, Period, periods
from ledger.projections.statistics.query import Query
from ledger.projections.statistics.reports import settled
from ledger.projections.statistics.suppression import Figure, Key, Limits, Unit, suppressed

PASSING: Final = (
    "recorded",
    "thing",
    "span",
    "recorded_on",
    "taken_on",
    "withdrawn_on",
    "ended_on",
    "ground",
    "stands_from",
    "stands_until",
)
"""Columns in which a contract may come to be told otherwise without a figure of it changing."""

RELEASE: Final = "patent-ledger release of statistics"
FORM: Final = "1"
NOT_RELEASED: Final = frozenset({"bank"})
"""Dimensions whose groups are parties."""

INSERT_RELEASE = """
INSERT INTO statistics_release (family, period, position, released_at, document)
VALUES (%s, %s, %s, %s, %s)
"""
SELECT_EARLIER = """
SELECT document FROM statistics_release WHERE family = %s ORDER BY position, period
"""
SELECT_RELEASE = """
SELECT document FROM statistics_release
WHERE family = %s AND period = %s AND (%s::bigint IS NULL OR position = %s)
ORDER BY position DESC LIMIT 1
"""
SELECT_NEWEST = """
SELECT document FROM statistics_release
WHERE family = %s AND (%s::bigint IS NULL OR position <= %s)
ORDER BY position DESC, period DESC LIMIT 1
"""
SELECT_LIST = """
SELECT family, period, position, released_at FROM statistics_release
ORDER BY family, period, position
"""

Document = dict[str, Any]


class NotReleasable(ValueError):
    """The period cannot be released, or not yet; says why."""


def period_of(label: str) -> Period:
    """The period of a label: `2022`, `2022-H1`, `2022-Q1`, `2022-03`."""
    year = label[:4]
    if year.isascii() and year.isdecimal() and int(year) >= 1900:
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

    To be called in a transaction that sees one state of the database.
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
    hidden = _hidden(connection, query, position, limits, earlier)
    tables = [
        {"by": by, "cells": list(_cells(connection, query, position, by, hidden, earlier))}
        for by in ("", *_dimensions(query.definition))
    ]
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
        "tables": tables,
    }
    return stated | {"digest": digest_of(stated)}


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
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    with connection.transaction():
        # Before anything is read: what is read then is what the one before has published.
        connection.execute("LOCK TABLE statistics_release IN SHARE ROW EXCLUSIVE MODE")
        document = prepared(connection, query, known_at, limits, now)
        named = (query.family, document["period"], document["position"], now)
        connection.execute(INSERT_RELEASE, (*named, Jsonb(document, dumps=orjson.dumps)))
    return document


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


def newest(connection: Connection[Any], family: str, known_at: int | None) -> Document | None:
    """The last release of a family that was known at a position."""
    with connection.cursor(row_factory=dict_row) as curs:
        row = curs.execute(SELECT_NEWEST, (family, known_at, known_at)).fetchone()
    return None if row is None else dict(row["document"])


def listed(connection: Connection[Any]) -> list[dict[str, Any]]:
    """What is released: family, period, position and time."""
    with connection.cursor(row_factory=dict_row) as curs:
        return curs.execute(SELECT_LIST).fetchall()


# --- cells --------------------------------------------------------------------------------------


def _dimensions(family: Family) -> list[str]:
    return [d.name for d in family.every_dimension if d.name not in NOT_RELEASED]


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
        if Key(_population(measure), period.label, by, code) in hidden:
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


# --- what figures rest on -----------------------------------------------------------------------


@dataclass
class Book:
    """Every contract as it was known at some position, numbered; and the figures that rest on
    them."""

    units: list[Unit] = field(default_factory=list)
    places: dict[tuple[str, str], int] = field(default_factory=dict)

    def place(self, name: str, facts: str, unit: Unit) -> int:
        """The number of a contract with what was known of it."""
        place = self.places.setdefault((name, facts), len(self.units))
        if place == len(self.units):
            self.units.append(unit)
        return place


def _hidden(
    connection: Connection[Any],
    query: Query,
    position: int,
    limits: Limits,
    earlier: Sequence[Document],
) -> set[Key]:
    """The figures of a release that are not told, in the light of those that were."""
    book = Book()
    told: list[Figure] = []
    withheld: list[Figure] = []
    for document in earlier:
        past = _query_of(document)
        silent = _suppressed_of(past, document)
        for figure in _figures(connection, past, document["position"], book, released=True):
            (withheld if figure.key in silent else told).append(figure)
    mine = _figures(connection, query, position, book, released=False)
    return suppressed([*told, *mine], book.units, limits, withheld)


def _query_of(document: Document) -> Query:
    stated = document["query"]
    return Query(
        stated["family"],
        date.fromisoformat(stated["from"]),
        date.fromisoformat(stated["until"]),
        trademarks=stated["with_trademarks"],
        rates=stated["rates"],
        rates_source=stated["rates_source"],
    ).checked()


def _suppressed_of(query: Query, document: Document) -> set[Key]:
    measures = {measure.name: measure for measure in query.definition.measures}
    return {
        Key(
            _population(measures[cell["measure"]]),
            document["period"],
            table["by"],
            cell["group"].get(table["by"], ""),
        )
        for table in document["tables"]
        for cell in table["cells"]
        if cell.get("suppressed") and cell["measure"] in measures
    }


def _population(measure: Measure) -> str:
    """The rows that a figure of a measure rests on."""
    return f"{measure.basis.name}: {measure.rests_on}" if measure.rests_on else measure.basis.name


def _figures(
    connection: Connection[Any], query: Query, position: int, book: Book, *, released: bool
) -> list[Figure]:
    """Every set of contracts that a figure of a release rests on."""
    found: dict[Key, int] = {}
    (period,) = query.periods
    dimensions = _dimensions(query.definition)
    measures = [m for m in query.definition.measures if not m.entitled]
    amounts = {_population(m): m.basis.amounts for m in measures}
    for basis in query.definition.bases:
        own = list(dict.fromkeys(m.rests_on for m in measures if m.basis is basis))
        if not own:
            continue
        by = [d for d in dimensions if _groups(query.definition, basis, d)]
        for row in _rows(connection, query, position, basis, own, by):
            stated = {row["currency"]: row["amount"]} if row["amount"] is not None else {}
            place = book.place(row["unit"], row["facts"], Unit(row["party"], stated))
            for number, rests_on in enumerate(own):
                if not row[f"rests_{number}"]:
                    continue
                name = f"{basis.name}: {rests_on}" if rests_on else basis.name
                for key in (
                    Key(name, period.label, "", ""),
                    *(Key(name, period.label, d, row[d]) for d in by),
                ):
                    found[key] = found.get(key, 0) | 1 << place
    return [Figure(key, mask, amounts[key.population], released) for key, mask in found.items()]


def _groups(family: Family, basis: Basis, dimension: str) -> bool:
    return dimension in {d.name for d in (*family.dimensions, *basis.dimensions)}


def _rows(
    connection: Connection[Any],
    query: Query,
    position: int,
    basis: Basis,
    rests_on: Sequence[str],
    by: Sequence[str],
) -> list[dict[str, Any]]:
    """The rows of a basis with the contract that each is of, and all that was known of that."""
    money = "amount, currency" if basis.amounts else "NULL::numeric AS amount, NULL AS currency"
    flags = SQL(", ").join(
        SQL("coalesce({}, false) AS {}").format(SQL(what or "true"), Identifier(f"rests_{number}"))
        for number, what in enumerate(rests_on)
    )
    passing = [column for column in PASSING if column not in by]
    text = SQL(
        "SELECT {unit} AS unit, party, {money}, {flags}, {by}, md5(string_agg("
        "(to_jsonb(p) - {passing}::text[])::text, '') OVER (PARTITION BY {unit} "
        "ORDER BY p.patent_id, p.thing "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) AS facts FROM ({rows}) AS p"
    ).format(
        unit=Identifier(basis.unit),
        money=SQL(money),
        flags=flags,
        by=SQL(", ").join(map(Identifier, by)),
        passing=passing,
        rows=population(basis, query, query.periods),
    )
    with connection.cursor(row_factory=dict_row) as curs:
        return curs.execute(text, parameters(query, query.periods, position)).fetchall()

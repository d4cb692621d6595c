"""What the figures of a release rest on: contracts, as they were known at its position; and which
figures are not told for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

from ledger.projections.statistics.cells import parameters, population
from ledger.projections.statistics.measures import Basis, Family, Measure
from ledger.projections.statistics.query import Query
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

NOT_RELEASED: Final = frozenset({"bank"})
"""Dimensions whose groups are parties."""

Document = dict[str, Any]
"""A release."""


def dimensions_of(family: Family) -> list[str]:
    """The dimensions of a release's tables."""
    return [d.name for d in family.every_dimension if d.name not in NOT_RELEASED]


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


def hidden_in(
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
        past = query_of(document)
        silent = _suppressed_of(past, document)
        for figure in _figures(connection, past, document["position"], book, released=True):
            (withheld if figure.key in silent else told).append(figure)
    mine = _figures(connection, query, position, book, released=False)
    return suppressed([*told, *mine], book.units, limits, withheld)


def query_of(document: Document) -> Query:
    """What a release is of. Raises BadQuery."""
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
            population_of(measures[cell["measure"]]),
            document["period"],
            table["by"],
            cell["group"].get(table["by"], ""),
        )
        for table in document["tables"]
        for cell in table["cells"]
        if cell.get("suppressed") and cell["measure"] in measures
    }


def population_of(measure: Measure) -> str:
    """The rows that a figure of a measure rests on."""
    return f"{measure.basis.name}: {measure.rests_on}" if measure.rests_on else measure.basis.name


def _figures(
    connection: Connection[Any], query: Query, position: int, book: Book, *, released: bool
) -> list[Figure]:
    """Every set of contracts that a figure of a release rests on."""
    found: dict[Key, int] = {}
    (period,) = query.periods
    dimensions = dimensions_of(query.definition)
    measures = [m for m in query.definition.measures if not m.entitled]
    amounts = {population_of(m): m.basis.amounts for m in measures}
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

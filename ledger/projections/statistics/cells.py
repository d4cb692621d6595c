"""Counting: the cells of a query, each a figure of one period and group, as known at a position."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any, NamedTuple

import orjson
from psycopg import Connection
from psycopg.rows import dict_row
from psycopg.sql import SQL, Composed, Identifier

from ledger.domain.figures import growth, share
from ledger.projections.statistics.finishing import told
from ledger.projections.statistics.measures import Basis, Measure
from ledger.projections.statistics.periods import Period
from ledger.projections.statistics.query import Query

Group = tuple[str, ...]
"""Codes in the order of the dimensions asked for; none for all together."""


class Place(NamedTuple):
    """Where a figure stands."""

    measure: str
    period: Period
    group: Group


Figures = dict[Place, Any]

YUAN = """
SELECT b.*, CASE b.currency WHEN 'CNY' THEN b.amount ELSE b.amount * coalesce(
    %(rates)s::jsonb -> b.currency ->> to_char(b.counted_on, 'YYYY'),
    %(rates)s::jsonb -> b.currency ->> '*'
)::numeric END AS yuan FROM ({}) AS b
"""
FLOWING = """
SELECT b.*, b.day AS counted_on, p.place FROM ({}) AS b
JOIN unnest(%(firsts)s::date[], %(lasts)s::date[]) WITH ORDINALITY AS p(first, last, place)
    ON b.day BETWEEN p.first AND p.last
"""
BUCKETS = """
SELECT b.*, b.day AS counted_on, width_bucket(b.day, %(firsts)s::date[]) AS place FROM ({}) AS b
WHERE b.day BETWEEN %(first)s AND %(last)s
"""
"""Of periods that follow one another without a gap."""
STANDING = """
SELECT b.*, p.last AS counted_on, p.place FROM ({}) AS b
JOIN unnest(%(lasts)s::date[]) WITH ORDINALITY AS p(last, place)
    ON b.day <= p.last AND (b.stands_until IS NULL OR b.stands_until > p.last)
"""
COUNT = "count(*)"
MEMORY = "SET LOCAL work_mem = '128MB'"
"""Half a million patents are told apart in memory."""
PLANNED = "SET LOCAL plan_cache_mode = force_custom_plan"
"""What was known early is found by an index, of what is known now a whole table is read: each
question has a plan of its own."""
SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


def cells(connection: Connection[Any], query: Query, known_at: int) -> list[dict[str, Any]]:
    """The cells of a query, ordered by measure, period and group, those of all groups together
    first. In a transaction."""
    connection.execute(MEMORY)
    connection.execute(PLANNED)
    asked, before = query.periods, {p: p.year_before for p in query.periods}
    found = figures(connection, query, asked, known_at)
    earlier = [p for p in before.values() if p not in before]
    growing = [m for m in query.asked if m.grows]
    past = found | figures(connection, query, earlier, known_at, growing)
    answer = []
    for measure in query.asked:
        for period in asked:
            groups = {
                place.group
                for place in (*found, *past)
                if place.measure == measure.name and place.period in (period, before[period])
            }
            for group in sorted({(), *groups} if query.by else {()}):
                place = Place(measure.name, period, group)
                answer.append(_cell(query, measure, place, found, past))
    return answer


def _cell(
    query: Query, measure: Measure, place: Place, found: Figures, past: Figures
) -> dict[str, Any]:
    figure = found.get(place, measure.empty)
    cell = {
        "measure": measure.name,
        "period": place.period.label,
        "group": dict(zip(query.by, place.group, strict=False)),
        "value": told(figure),
    }
    if measure.grows:
        earlier = past.get(place._replace(period=place.period.year_before), measure.empty)
        cell["before"] = told(earlier)
        cell["growth"] = _growth(figure, earlier)
    if measure.shares and place.group:
        whole = found.get(place._replace(group=()))
        cell["share"] = _share(figure, whole)
    return cell


def _growth(figure: Any, earlier: Any) -> str | None:
    if figure is None or not earlier:
        return None
    return str(told(growth(Decimal(figure), Decimal(earlier))))


def _share(figure: Any, whole: Any) -> str | None:
    if figure is None or not whole:
        return None
    return str(told(share(Decimal(figure), Decimal(whole))))


# --- counting -----------------------------------------------------------------------------------


def figures(
    connection: Connection[Any],
    query: Query,
    asked: Sequence[Period],
    known_at: int,
    measures: Sequence[Measure] | None = None,
) -> Figures:
    """The figures of some periods, by group and together."""
    found: Figures = {}
    if not asked:
        return found
    params = parameters(query, asked, known_at)
    wanted = query.asked if measures is None else measures
    for basis, measured in groupby(
        sorted(wanted, key=lambda m: m.basis.name), key=lambda m: m.basis
    ):
        counted = list(measured)
        for by in {(), query.by}:
            with connection.cursor(row_factory=dict_row) as curs:
                rows = curs.execute(_select(basis, counted, query, by, asked), params).fetchall()
            found |= _read(rows, counted, asked, by)
    return found


def _read(
    rows: Iterable[Mapping[str, Any]],
    measures: Sequence[Measure],
    asked: Sequence[Period],
    by: Group,
) -> Figures:
    expressions = _expressions(measures)
    found: Figures = {}
    for row in rows:
        group = tuple(row[name] for name in by)
        for measure in measures:
            figure = row[expressions[measure.sql]]
            finished = measure.finish(figure) if measure.finish else figure
            found[Place(measure.name, asked[row["place"] - 1], group)] = finished
    return found


def _expressions(measures: Iterable[Measure]) -> dict[str, str]:
    """Each aggregate once, with the name of its column."""
    different = dict.fromkeys(measure.sql for measure in measures)
    return {sql: f"figure_{place}" for place, sql in enumerate(different)}


def parameters(query: Query, asked: Sequence[Period], known_at: int) -> dict[str, Any]:
    """What the rows of a population are asked with."""
    return {
        "known": known_at,
        "trademarks": query.trademarks,
        "rates": orjson.dumps(query.rates).decode(),
        "firsts": [period.first for period in asked],
        "lasts": [period.last for period in asked],
        "first": asked[0].first,
        "last": asked[-1].last,
        **{f"where_{name}": list(codes) for name, codes in query.where.items()},
    }


def _select(
    basis: Basis,
    measures: Sequence[Measure],
    query: Query,
    by: Group,
    asked: Sequence[Period],
) -> Composed:
    """The aggregates of a basis over each period and group."""
    rows = population(basis, query, asked)
    if basis.amounts:
        rows = SQL(YUAN).format(rows)
    grouped = SQL(", ").join([Identifier("place"), *map(Identifier, by)])
    if basis.once is not None:
        once = SQL("{}, {}").format(grouped, Identifier(basis.once))
        if all(measure.sql == COUNT for measure in measures):
            # Which of several rows it is that counts makes no difference, and hashing is quicker.
            rows = SQL("SELECT DISTINCT {once} FROM ({rows}) AS d").format(once=once, rows=rows)
        else:
            rows = SQL(
                "SELECT DISTINCT ON ({once}) * FROM ({rows}) AS d ORDER BY {once}, d.day, d.thing"
            ).format(once=once, rows=rows)
    aggregates = SQL(", ").join(
        SQL("{} AS {}").format(SQL(sql), Identifier(name))
        for sql, name in _expressions(measures).items()
    )
    return SQL("SELECT {grouped}, {aggregates} FROM ({rows}) AS c GROUP BY {grouped}").format(
        grouped=grouped, aggregates=aggregates, rows=rows
    )


def population(basis: Basis, query: Query, asked: Sequence[Period]) -> Composed:
    """The rows of a basis that some periods count, each with the `place` of its period among
    them."""
    placed = STANDING if basis.standing else BUCKETS if _gapless(asked) else FLOWING
    rows = SQL(placed).format(SQL(basis.sql))
    for name in query.where:
        rows = SQL("SELECT n.* FROM ({}) AS n WHERE n.{} = ANY (%(where_{})s)").format(
            rows, Identifier(name), SQL(name)
        )
    return rows


def _gapless(asked: Sequence[Period]) -> bool:
    return all((later.first - earlier.last).days == 1 for earlier, later in pairwise(asked))

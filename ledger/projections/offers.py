"""The open licences on offer: declarations that stand at one point, filtered, sorted, page by page.

All of it is public (Guidelines V-11 §5) and read under the public role.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

import psycopg
from psycopg.rows import DictRow

from ledger.projections.asking import Point
from ledger.projections.statistics.releases import newest

Connection = psycopg.Connection[DictRow]

Sort = Literal["declaration_no", "declared_on", "newest", "licence_ends_on", "fee"]

_SORTS: Final[dict[Sort, str]] = {
    "declaration_no": "0::numeric",
    "declared_on": "(o.details ->> 'declared_on')::date - date '2000-01-01'",
    "newest": "date '2000-01-01' - (o.details ->> 'declared_on')::date",
    "licence_ends_on": "(o.details ->> 'licence_ends_on')::date - date '2000-01-01'",
    "fee": "coalesce(o.amount, 0)",
}
"""Sort → the number by which declarations are ordered, the least first."""

_CONDITIONS: Final[dict[str, str]] = {
    "patentee": (
        "o.details -> 'patentees' @> "
        "jsonb_build_array(jsonb_build_object('id', %(patentee)s::text))"
    ),
    "university": "o.details -> 'patentees' @> '[{\"kind\": \"university\"}]'",
    "region": (
        "EXISTS (SELECT FROM jsonb_array_elements(o.details -> 'patentees') AS party "
        "WHERE starts_with(party ->> 'region', %(region)s::text))"
    ),
    "symbol": (
        "EXISTS (SELECT FROM jsonb_array_elements_text(nullif(p.bibliography -> 'symbols', "
        "'null')) AS symbol WHERE starts_with(replace(symbol, ' ', ''), %(symbol)s::text) "
        "OR symbol LIKE 'LOC%%' AND starts_with(split_part(symbol, 'Cl.', 2), %(symbol)s::text))"
    ),
    "industry": "starts_with(p.bibliography ->> 'industry', %(industry)s::text)",
    "form": "o.details -> 'fee' ->> 'form' = %(form)s::text",
    "fee_max": "o.amount <= %(fee_max)s::numeric AND o.currency = %(currency)s::text",
    "percent_max": "o.percent <= %(percent_max)s::numeric",
    "period_from": "(o.details ->> 'licence_starts_on')::date <= %(period_from)s::date",
    "period_until": "(o.details ->> 'licence_ends_on')::date > %(period_until)s::date",
    "by_fee": "o.amount IS NOT NULL AND o.currency = %(currency)s::text",
}
"""Criterion → the condition on a declaration `o` of a patent `p`."""

# A declaration's fee as one sum and one rate, where it has them; what is free costs nothing.
_OFFERS = """
WITH priced AS (
    SELECT o.patent_id, o.declaration_no, o.details,
        CASE WHEN f.fee ->> 'form' = 'free' THEN 0 ELSE (f.amount ->> 'amount')::numeric END
            AS amount,
        CASE WHEN f.fee ->> 'form' = 'free' THEN %(currency)s::text ELSE f.amount ->> 'currency' END
            AS currency,
        CASE WHEN f.fee ->> 'form' = 'free' THEN 0 ELSE (
            SELECT max(each::numeric) FROM jsonb_array_elements_text(coalesce(
                nullif(f.fee -> 'rate' -> 'percents', 'null'),
                jsonb_build_array(f.fee -> 'rate' -> 'percent')
            )) AS each
        ) END AS percent
    FROM open_licence AS o
    CROSS JOIN LATERAL (
        SELECT o.details -> 'fee' AS fee,
            coalesce(o.details -> 'fee' -> 'total', o.details -> 'fee' -> 'entry_fee') AS amount
    ) AS f
    WHERE o.effective @> %(on)s::date AND o.recorded @> %(known)s::bigint
), offer AS (
    SELECT o.declaration_no, min({sort}) AS sort,
        (array_agg(o.details ORDER BY o.patent_id))[1] AS details,
        jsonb_agg(
            jsonb_build_object('patent', o.patent_id, 'symbols', p.bibliography -> 'symbols',
                'industry', p.bibliography -> 'industry',
                'invention_title', p.bibliography -> 'invention_title')
            ORDER BY o.patent_id
        ) AS patents
    FROM priced AS o
    JOIN patent AS p ON p.patent_id = o.patent_id AND (p.recorded @> %(known)s::bigint) IS TRUE
    WHERE true {conditions}
    GROUP BY o.declaration_no
)
"""
_PAGE = """
SELECT declaration_no, sort::text AS sort, details, patents FROM offer
WHERE (sort, declaration_no) > (%(sort)s::numeric, %(after)s::text)
ORDER BY offer.sort, declaration_no LIMIT %(limit)s
"""
_COUNT = "SELECT count(*) AS total FROM offer"

RATES: Final = (
    "contracts",
    "average_fixed_amount",
    "rate_q1",
    "rate_median",
    "rate_q3",
    "taken_rate_median",
)
"""What is told of the market beside an offer, where it is released."""
MARKET: Final = ("section", "industry", "form")
"""The tables in which it is told."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which declarations a reader wants to see; what is None is no criterion."""

    patentee: str | None = None
    university: bool | None = None
    region: str | None = None
    symbol: str | None = None
    """How a plain symbol of the patent begins."""
    industry: str | None = None
    form: str | None = None
    fee_max: Decimal | None = None
    """Ceiling of the sum: a lump sum, the total of instalments, an entry fee."""
    currency: str = "CNY"
    percent_max: Decimal | None = None
    """Ceiling of a running royalty's highest rate."""
    period_from: date | None = None
    period_until: date | None = None
    """Days that the licence period must cover."""
    sort: Sort = "declaration_no"

    @property
    def by_fee(self) -> bool | None:
        """Whether only what has a sum in the currency can be listed."""
        return True if self.sort == "fee" else None


Place = tuple[str, str]
"""Where a page begins: the order's number, as text, and a declaration's number."""
FIRST: Final[Place] = ("-1e12", "")


def total(connection: Connection, wanted: Wanted, point: Point) -> int:
    """How many declarations are wanted."""
    row = connection.execute(_statement(wanted, _COUNT), _asked(wanted, point)).fetchone()
    assert row is not None, "an aggregate gives one row"
    counted: int = row["total"]
    return counted


def page(
    connection: Connection, wanted: Wanted, point: Point, *, after: Place, limit: int
) -> list[tuple[Place, dict[str, Any]]]:
    """The next declarations behind a place, each with its own place."""
    asked = _asked(wanted, point) | {"sort": after[0], "after": after[1], "limit": limit}
    rows = connection.execute(_statement(wanted, _PAGE), asked).fetchall()
    release = newest(connection, "licence-rates", point.known, MARKET) if rows else None
    return [((row["sort"], row["declaration_no"]), _shown(row, release)) for row in rows]


def _shown(row: DictRow, release: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "declaration_no": row["declaration_no"],
        "patents": [each["patent"] for each in row["patents"]],
        "about": row["patents"],
        **row["details"],
        "market_rates": {"released": _market(row, release)},
    }


def _market(row: DictRow, release: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The released figures of licences of the same section, industry and form of fee."""
    if release is None:
        return []
    wanted = {
        "section": {symbol[:1] for each in row["patents"] for symbol in each["symbols"][:1]},
        "industry": {each["industry"][:1] for each in row["patents"] if each["industry"]},
        "form": {row["details"]["fee"]["form"]},
    }
    head = {"period": release["period"], "position": release["position"]}
    return [
        {**head, **{name: cell[name] for name in ("measure", "group", "value")}}
        for table in release["tables"]
        for cell in table["cells"]
        if cell["measure"] in RATES
        and cell["value"] is not None
        and cell["group"][table["by"]] in wanted[table["by"]]
    ]


def _statement(wanted: Wanted, ending: str) -> str:
    """The statement of a list; its parts are constants of this module."""
    stated = [name for name in _CONDITIONS if getattr(wanted, name) not in (None, False)]
    conditions = "".join(f" AND ({_CONDITIONS[name]})" for name in stated)
    return _OFFERS.format(sort=_SORTS[wanted.sort], conditions=conditions) + ending


def _asked(wanted: Wanted, point: Point) -> dict[str, Any]:
    names = [name for name in _CONDITIONS if name not in ("by_fee", "university")]
    return {
        "known": point.known,
        "on": point.on,
        "currency": wanted.currency,
        **{name: getattr(wanted, name) for name in names},
    }

"""What a bulletin asks: reports of the three families, all of the same days and position."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection

from ledger.domain.figures import share
from ledger.projections.statistics.periods import Every
from ledger.projections.statistics.query import Query, Rates
from ledger.projections.statistics.reports import report


@dataclass(frozen=True)
class Asked:
    """A question of the bulletin, of days that it is told."""

    family: str
    by: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    every: Every = Every.WHOLE
    trademarks: bool = False
    where: Mapping[str, tuple[str, ...]] | None = None

    def query(self, first: date, last: date, rates: Rates, source: str | None) -> Query:
        """The question about some days."""
        return Query(
            family=self.family,
            first=first,
            last=last,
            every=self.every,
            by=self.by,
            where=self.where or {},
            measures=self.measures,
            trademarks=self.trademarks,
            rates=rates,
            rates_source=source,
        ).checked()


def _pledges(*measures: str, by: str | None = None, every: Every = Every.WHOLE) -> Asked:
    """A question about pledges with the trademark part."""
    return Asked("pledge-financing", (by,) if by else (), measures, every, trademarks=True)


def _licences(*measures: str, by: str | None = None) -> Asked:
    return Asked("licence-rates", (by,) if by else (), measures)


def _operations(by: str, every: Every = Every.WHOLE) -> Asked:
    return Asked("operations", (by,), ("times",), every)


DEALT: Final = {"act": ("transfer", "licence")}

QUESTIONS: Final[dict[str, Asked]] = {
    "pledges": _pledges(
        *("amount", "projects", "inclusive_projects", "inclusive_projects_share", "enterprises"),
        *("inclusive_enterprises", "inclusive_enterprises_share", "live", "balance"),
        "deregistered",
    ),
    "patents_alone": Asked("pledge-financing", (), ("amount", "projects", "patents")),
    "pledges_by_month": _pledges("amount", every=Every.MONTH),
    "pledges_by_province": _pledges("amount", by="province"),
    "pledges_by_institution": _pledges("projects", by="institution"),
    "pledges_by_ground": _pledges("deregistered", by="ground"),
    "licences": _licences(
        *("contracts", "patents", "patents_per_contract", "fixed_amount", "average_fixed_amount"),
    ),
    "licences_by_kind": _licences("patents", by="kind"),
    "licences_by_class": _licences("contracts", "average_term", by="class"),
    "licences_by_industry": _licences("contracts", by="industry"),
    "rates_by_base": _licences("rate_q1", "rate_median", "rate_q3", by="base"),
    "operations": Asked("operations", (), ("times", "patents")),
    "dealt_by_party": Asked("operations", ("party_kind",), ("times",), where=DEALT),
    "operations_by_month": _operations("act", Every.MONTH),
    "operations_by_kind": _operations("kind"),
    "operations_by_party": _operations("party_kind"),
    "operations_by_province": _operations("province"),
}
"""The questions by the names under which the bulletin tells of their answers."""


def reports(
    connection: Connection[Any],
    first: date,
    last: date,
    known_at: int | None,
    rates: Rates,
    rates_source: str | None,
) -> dict[str, dict[str, Any]]:
    """The reports of a bulletin about some days, all as known at one position.

    Raises NotKnown for a position that the statistics have not reached.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, asked in QUESTIONS.items():
        found[name] = report(connection, asked.query(first, last, rates, rates_source), known_at)
        known_at = found[name]["position"]
    return found


SELECT_RELEASES = """
SELECT DISTINCT ON (family, document -> 'query' -> 'with_trademarks') document
FROM statistics_release WHERE period = %s
ORDER BY family, document -> 'query' -> 'with_trademarks', position DESC
"""


def released(connection: Connection[Any], period: str) -> dict[str, dict[str, Any]]:
    """The answers to the questions of a bulletin that the newest releases of a period give."""
    rows = connection.execute(SELECT_RELEASES, (period,)).fetchall()
    return of_releases(document for (document,) in rows)


def of_releases(documents: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The answers to the questions of a bulletin that releases of one period give.

    What the public was not told is not there: questions by month or about a part of the population,
    and families of which there is no release.
    """
    by_question = {
        (document["query"]["family"], document["query"]["with_trademarks"]): document
        for document in documents
    }
    found: dict[str, dict[str, Any]] = {}
    for name, asked in QUESTIONS.items():
        document = by_question.get((asked.family, asked.trademarks))
        if document is not None and asked.every is Every.WHOLE and asked.where is None:
            found[name] = _answer(document, asked)
    return found


def _answer(document: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    """A release as the answer to one question."""
    tables = {table["by"]: table["cells"] for table in document["tables"]}
    whole = {cell["measure"]: cell for cell in tables[""]}
    cells = [
        cell | {"period": document["period"]} | _share(cell, whole.get(cell["measure"]))
        for by in ("", *asked.by)
        for cell in tables.get(by, ())
        if not asked.measures or cell["measure"] in asked.measures
    ]
    return {
        "release": document["period"],
        "query": document["query"] | {"by": list(asked.by), "measures": list(asked.measures)},
        **{name: document[name] for name in ("definition", "program", "position", "digest")},
        "cells": cells,
    }


def _share(cell: Mapping[str, Any], whole: Mapping[str, Any] | None) -> dict[str, Any]:
    """The share of a group in the whole, where both are told and are numbers of things."""
    part, of = cell.get("value"), None if whole is None else whole.get("value")
    if not cell["group"] or type(part) is not int or type(of) is not int or not of:
        return {}
    return {"share": str(share(Decimal(part), Decimal(of)))}

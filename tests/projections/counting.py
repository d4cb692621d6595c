"""Figures of the statistics as tests ask for them."""

from __future__ import annotations

from datetime import date
from typing import Any

from ledger.database import connect
from ledger.domain.periods import FIRST_DAY, LAST_DAY
from ledger.projections.statistics.query import Query
from ledger.projections.statistics.reports import report
from tests.projections.following import follow


def asked(family: str, first: date = FIRST_DAY, last: date = LAST_DAY, **more: Any) -> Query:
    return Query(family, first, last, **more).checked()


def cells(url: str, query: Query, known_at: int | None = None) -> list[dict[str, Any]]:
    """The cells of a query once the follower has seen the whole log."""
    follow(url)
    with connect(url) as connection:
        found: list[dict[str, Any]] = report(connection, query, known_at)["cells"]
    return found


def figures(url: str, family: str, *days: date, **more: Any) -> dict[str, Any]:
    """The figures of all groups together, by measure."""
    found = cells(url, asked(family, *days, **more))
    return {cell["measure"]: cell["value"] for cell in found if not cell["group"]}


def grouped(url: str, family: str, measure: str, by: str, **more: Any) -> dict[str, Any]:
    """A measure by the codes of a dimension, those of all together under ''."""
    found = cells(url, asked(family, by=(by,), measures=(measure,), **more))
    return {cell["group"].get(by, ""): cell["value"] for cell in found}

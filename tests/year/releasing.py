"""Releases of the synthetic register: what they tell, and what cannot be subtracted from them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from ledger.database import connect
from ledger.projections.statistics.query import Query
from ledger.projections.statistics.releases import (
    NotReleasable,
    digest_of,
    listed,
    period_of,
    publish,
    released,
)
from ledger.projections.statistics.suppression import Limits

NOW = datetime(2024, 2, 1, tzinfo=UTC)
LIMITS = Limits()
Document = dict[str, Any]


def check_releases(url: str) -> None:
    """Two half-years of pledges, and two years of licences, the later one at two positions."""
    with connect(url) as connection:
        halves = [release(connection, "pledge-financing", p) for p in ("2021-H1", "2022-H1")]
        assert check_table(halves[1], "projects", "province") < 31, "some are small"
        assert check_table(halves[1], "projects", "section") > 3, "most are large"
        (whole,) = cells(halves[1], "", "amount")
        (before,) = cells(halves[0], "", "amount")
        assert (whole["before"], whole["growth"]) == (before["value"], "51.5")
        check_restated(connection)
        release(connection, "licence-rates", "2022")
        with pytest.raises(NotReleasable, match="not closed"):
            release(connection, "operations", "2024")
        with pytest.raises(psycopg.DatabaseError, match="nothing recorded is changed"):
            connection.execute("DELETE FROM statistics_release")
    with connect(url, "ledger_public") as connection:
        assert len(listed(connection)) == 5
        shown = released(connection, "pledge-financing", "2022-H1", None)
        assert shown == halves[1]
        assert shown["digest"] == digest_of(shown)


def check_restated(connection: psycopg.Connection[Any]) -> None:
    """A year told while its last five contracts were unknown, and again when they are known."""
    (almost,) = connection.execute(
        "SELECT position - 1 FROM (SELECT min(position) AS position FROM event_log "
        "WHERE topic = 'licence.recorded' GROUP BY entry ->> 'filing_id' "
        "ORDER BY 1 DESC OFFSET 4 LIMIT 1) AS f"
    ).fetchone() or (None,)
    first = release(connection, "licence-rates", "2023", almost)
    again = release(connection, "licence-rates", "2023")
    (told,) = cells(first, "", "contracts")
    (withheld,) = cells(again, "", "contracts")
    assert told["value"] > 100
    assert (withheld["value"], withheld["suppressed"]) == (None, True)
    seen = {
        (table["by"], str(cell["group"]), cell["measure"]): cell["value"]
        for table in first["tables"]
        for cell in table["cells"]
        if not cell.get("suppressed") and cell["measure"] == "contracts"
    }
    for table in again["tables"]:
        for cell in table["cells"]:
            earlier = seen.get((table["by"], str(cell["group"]), cell["measure"]))
            if earlier is not None and not cell.get("suppressed"):
                assert cell["value"] == earlier or cell["value"] - earlier > LIMITS.contracts_above


def release(
    connection: psycopg.Connection[Any], family: str, label: str, known_at: int | None = None
) -> Document:
    days = period_of(label)
    trademarks = family == "pledge-financing"
    query = Query(family, days.first, days.last, trademarks=trademarks).checked()
    return publish(connection, query, known_at, LIMITS, NOW)


def cells(document: Document, by: str, measure: str) -> Iterator[dict[str, Any]]:
    (table,) = (table for table in document["tables"] if table["by"] == by)
    return (cell for cell in table["cells"] if cell["measure"] == measure)


def check_table(document: Document, measure: str, by: str) -> int:
    """Each figure told is large enough, and so is what is left of the whole; how many are told."""
    (whole,) = cells(document, "", measure)
    groups = list(cells(document, by, measure))
    told = [cell["value"] for cell in groups if not cell.get("suppressed")]
    assert all(value == 0 or value > LIMITS.contracts_above for value in told)
    if len(told) < len(groups):
        assert whole["value"] - sum(told) > LIMITS.contracts_above
    return len([value for value in told if value])

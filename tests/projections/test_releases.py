"""A release is recomputed from the log, with its limits and in the light of those before it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from ledger.database import connect
from ledger.projections.statistics.releases import digest_of, newest, publish
from ledger.projections.statistics.suppression import Limits
from ledger.projections.statistics.verifying import NoReport, verify
from tests.builders import INSTRUMENTS, LAMPWORKS, MILLS, entered, number, pledged
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import registry
from tests.projections.acts import enter
from tests.projections.counting import asked
from tests.projections.following import follow

MAY = (date(2025, 5, 1), date(2025, 5, 31))
LIMITS = Limits(contracts_above=2, parties_min=2, share_max=Decimal("0.7"))
Document = dict[str, Any]


@pytest.fixture(scope="module")
def releases(new_database: NewDatabase) -> Iterator[tuple[str, list[Document]]]:
    """May as it was known with four pledges, and again with a fifth, which is one too few."""
    with new_database() as fresh, registry(fresh) as ledger:
        givers = (LAMPWORKS, MILLS, INSTRUMENTS, LAMPWORKS, MILLS)
        patents = [number(serial, kind="13"[serial % 2]) for serial in range(1, 6)]
        for place, (patent, giver) in enumerate(zip(patents, givers, strict=True)):
            enter(ledger, f"entry-{place}", entered(patent, patentees=(giver,)))
            no = f"Y202599000000{place}"
            enter(ledger, f"pledge-{place}", pledged(patent, registration_no=no, pledgors=(giver,)))
        follow(fresh)
        query = asked("pledge-financing", *MAY)
        now = datetime(2025, 7, 1, tzinfo=UTC)
        with connect(fresh) as connection:
            told = [publish(connection, query, known, LIMITS, now) for known in (8, None)]
        yield fresh, told


def cell(document: Document, measure: str, by: str = "") -> dict[str, Any]:
    (table,) = [table for table in document["tables"] if table["by"] == by]
    found: dict[str, Any] = next(c for c in table["cells"] if c["measure"] == measure)
    return found


@pytest.mark.parametrize("place", [0, 1])
def test_a_release_is_recomputed(releases: tuple[str, list[Document]], place: int) -> None:
    url, told = releases
    document = told[place]
    assert cell(told[0], "projects")["value"] == 4
    assert cell(told[1], "projects").get("suppressed"), "it would tell of the fifth"
    named = [{n: d[n] for n in ("period", "position", "digest")} for d in told[:place]]
    assert document["checked_against"] == named
    cells = sum(len(table["cells"]) for table in document["tables"])
    assert verify(url, document) == {
        "equal": True,
        "digest": True,
        "position": document["position"],
        "cells": cells,
        "first_difference": None,
    }


def forged(document: Document, **change: Any) -> Document:
    changed = copy.deepcopy(document) | change
    return changed | {"digest": digest_of(changed)}


def test_a_cell_that_was_changed_is_named(releases: tuple[str, list[Document]]) -> None:
    url, (first, _) = releases
    changed = copy.deepcopy(first)
    cell(changed, "projects")["value"] += 1
    assert verify(url, changed)["digest"] is False
    found = verify(url, forged(changed))
    assert (found["equal"], found["digest"]) == (False, True)
    difference = found["first_difference"]
    assert (difference["stated"]["value"], difference["recounted"]["value"]) == (5, 4)
    assert difference["stated"]["by"] == ""


def test_what_was_suppressed_is_not_told_after_all(releases: tuple[str, list[Document]]) -> None:
    url, (_, second) = releases
    for change in (
        {"checked_against": []},
        {"limits": second["limits"] | {"contracts_above": 0, "parties_min": 1, "share_max": "1"}},
    ):
        difference = verify(url, forged(second, **change))["first_difference"]
        assert difference["stated"]["suppressed"]
        assert "suppressed" not in difference["recounted"]


@pytest.mark.parametrize(
    "change",
    [
        {"form": "0"},
        {"definition": "0"},
        {"position": 10**6},
        {"query": {}},
        {"limits": {}},
        {"limits": {"contracts_above": 1, "parties_min": 1, "share_max": "half"}},
        {"checked_against": [{"digest": "0" * 64}]},
        {"checked_against": None},
        {"tables": None},
    ],
)
def test_what_cannot_be_recomputed_is_refused(
    releases: tuple[str, list[Document]], change: dict[str, Any]
) -> None:
    url, (first, _) = releases
    with pytest.raises(NoReport):
        verify(url, forged(first, **change))


def test_the_newest_is_read_by_the_tables_that_are_wanted(
    releases: tuple[str, list[Document]],
) -> None:
    url, (first, second) = releases
    with connect(url, "ledger_public") as connection:
        found = newest(connection, "pledge-financing", None, ("kind", "section"))
        before = newest(connection, "pledge-financing", first["position"], ())
        none = newest(connection, "pledge-financing", first["position"] - 1, ("kind",))
    assert found is not None
    assert (found["period"], found["position"]) == ("2025-05", second["position"])
    wanted = [table for table in second["tables"] if table["by"] in ("kind", "section")]
    assert found["tables"] == wanted
    assert before == {"period": "2025-05", "position": first["position"], "tables": []}
    assert none is None

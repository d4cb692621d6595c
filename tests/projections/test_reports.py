"""Reports are recomputed from the log; a series restated names the entries behind it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from ledger.database import connect
from ledger.domain.events import PledgeRevoked
from ledger.projections.statistics.families import FAMILIES
from ledger.projections.statistics.query import BadQuery, Query, query_of
from ledger.projections.statistics.reports import NotKnown, digest_of, report
from ledger.projections.statistics.restating import restated
from ledger.projections.statistics.verifying import NoReport, verify
from tests.builders import about, entered, licensed, number, pledged, transferred
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import registry
from tests.projections.acts import enter
from tests.projections.counting import asked
from tests.projections.following import follow

YEAR = (date(2025, 1, 1), date(2025, 12, 31))


@pytest.fixture(scope="module")
def url(new_database: NewDatabase) -> Iterator[str]:
    """Four patents, an act on each of three, and one of them revoked."""
    with new_database() as fresh, registry(fresh) as ledger:
        enter(ledger, "entry", *(entered(number(serial)) for serial in range(1, 5)))
        enter(ledger, "sale", transferred(number(1)))
        enter(ledger, "licence", licensed(number(2)))
        enter(ledger, "pledge", pledged(number(3)), pledged(number(4)))
        revoked = about(number(3), date(2025, 9, 1), registration_no="Y2025990000001")
        enter(ledger, "revocation", PledgeRevoked(**revoked))
        follow(fresh)
        yield fresh


def stated(url: str, query: Query, known_at: int | None = None) -> dict[str, Any]:
    with connect(url, "ledger_auditor") as connection:
        return report(connection, query, known_at)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("known_at", [None, 8])
def test_a_report_is_recomputed_from_the_log(url: str, family: str, known_at: int | None) -> None:
    found = stated(url, asked(family, *YEAR, by=("kind",)), known_at)
    assert query_of(found["query"]).as_json() == found["query"]
    assert verify(url, found) == {
        "equal": True,
        "digest": True,
        "position": known_at or 9,
        "cells": len(found["cells"]),
        "first_difference": None,
    }


def test_a_cell_that_was_changed_is_named(url: str) -> None:
    found = stated(url, asked("operations", *YEAR))
    forged = copy.deepcopy(found)
    forged["cells"][0]["value"] += 1
    assert verify(url, forged)["digest"] is False
    forged["digest"] = digest_of(forged)
    told = verify(url, forged)
    assert (told["equal"], told["digest"]) == (False, True)
    assert told["first_difference"] == {
        "stated": forged["cells"][0],
        "recounted": found["cells"][0],
    }


@pytest.mark.parametrize("change", ["left out", "made up"])
def test_a_cell_too_few_or_too_many_is_named(url: str, change: str) -> None:
    found = stated(url, asked("operations", *YEAR))
    *others, last = found["cells"]
    found["cells"] = others if change == "left out" else [*others, last, last]
    found["digest"] = digest_of(found)
    side = "recounted" if change == "left out" else "stated"
    assert verify(url, found)["first_difference"][side] == last


@pytest.mark.parametrize(
    "change", [{"form": "0"}, {"definition": "0"}, {"position": 10**6}, {"position": None}]
)
def test_what_cannot_be_recomputed_is_refused(url: str, change: dict[str, Any]) -> None:
    found = stated(url, asked("operations", *YEAR)) | change
    with pytest.raises(NoReport):
        verify(url, found)


def test_a_query_that_names_nothing_known_is_refused(url: str) -> None:
    found = stated(url, asked("operations", *YEAR))
    found["query"]["by"] = ["colour"]
    with pytest.raises(BadQuery):
        verify(url, found)


def test_nothing_is_known_of_later_positions(url: str) -> None:
    with pytest.raises(NotKnown) as raised:
        stated(url, asked("operations", *YEAR), 10)
    assert raised.value.position == 9


def test_half_a_filing_is_known_at_no_position(url: str) -> None:
    assert stated(url, asked("operations", *YEAR), 7)["position"] == 6


class TestRestated:
    """At position 8 both pledges counted; position 9 revoked one of them."""

    QUERY = asked("operations", *YEAR, measures=("times",), by=("act",))

    def test_old_and_new_figure_and_the_entry_behind_it(self, url: str) -> None:
        with connect(url, "ledger_auditor") as connection:
            found = restated(connection, self.QUERY, 8, None, values=False)
        assert found["changed"] == [
            {
                "measure": "times",
                "period": "2025",
                "group": group,
                "old": old,
                "new": new,
                "difference": -1,
            }
            for group, old, new in (({}, 4, 3), ({"act": "pledge"}, 2, 1))
        ]
        assert (found["from_position"], found["to_position"]) == (8, 9)
        assert (found["positions"], found["positions_total"]) == ([9], 1)
        assert "entries" not in found

    def test_auditors_are_told_what_the_entries_say(self, url: str) -> None:
        with connect(url, "ledger_auditor") as connection:
            found = restated(connection, self.QUERY, 6, 9, values=True)
        assert [entry["position"] for entry in found["entries"]] == [8]
        assert [entry["topic"] for entry in found["entries"]] == ["pledge.registered"]

    def test_what_is_the_same_names_no_entry(self, url: str) -> None:
        query = asked("operations", *YEAR, measures=("times",), where={"act": ("transfer",)})
        with connect(url, "ledger_auditor") as connection:
            found = restated(connection, query, 6, 9, values=True)
        assert (found["changed"], found["positions"], found["entries"]) == ([], [], [])

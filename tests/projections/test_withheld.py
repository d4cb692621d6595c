"""Every row of the statistics is made with and without what is confidential (design D9)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger.domain.money import yuan
from ledger.domain.royalties import LumpSum
from ledger.eventstore.recorder import LedgerDatastore, LedgerRecorder
from ledger.eventstore.stored_form import encode, entry_of
from ledger.means import fresh_salts
from ledger.projections import rebuild
from tests.builders import declared_open, deregistered, entered, licensed, number, pledged
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import rows
from tests.projections.counting import figures, grouped


@pytest.fixture(scope="module")
def url(new_database: NewDatabase) -> Iterator[str]:
    """A log whose open lines are all withheld."""
    first, second = number(1), number(2)
    royalty = LumpSum(total=yuan("100000"))
    facts = [
        entered(first),
        pledged(first).model_copy(update={"originator_version": 2}),
        deregistered(first).model_copy(update={"originator_version": 3}),
        entered(second),
        licensed(second, royalty=royalty).model_copy(update={"originator_version": 2}),
        declared_open(second).model_copy(update={"originator_version": 3}),
    ]
    with new_database() as fresh:
        stored = []
        for fact in facts:
            whole, _ = encode(fact, fresh_salts)
            object.__setattr__(whole, "state", entry_of(whole.state) + b"\n")
            stored.append(whole)
        with LedgerDatastore(fresh, "ledger_writer") as datastore:
            LedgerRecorder(datastore).insert_events(stored)
        yield fresh


def test_contracts_and_projects_are_counted_and_their_amounts_unknown(url: str) -> None:
    pledges = figures(url, "pledge-financing")
    assert (pledges["projects"], pledges["enterprises"], pledges["deregistered"]) == (1, 1, 1)
    assert (pledges["amounts"], pledges["inclusive_projects"]) == (None, 0)
    assert grouped(url, "pledge-financing", "deregistered", "ground") == {"": 1, "unknown": 1}
    assert grouped(url, "licence-rates", "contracts", "class") == {"": 1, "unknown": 1}
    assert figures(url, "licence-rates")["declared"] == 1
    assert figures(url, "operations", measures=("times",)) == {"times": 2}


def test_a_rebuild_makes_the_same_rows(url: str) -> None:
    tables = ("operation", "licence_rate", "open_licence_asked", "pledge_financing")
    figures(url, "operations")
    live = [rows(url, f"SELECT * FROM {table} AS t ORDER BY t::text") for table in tables]
    assert all(live)
    rebuild.rebuild(url, extent="statistics")
    assert [rows(url, f"SELECT * FROM {table} AS t ORDER BY t::text") for table in tables] == live

"""What tests of the event store share: a database, one registry a module, patents of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from ledger.registry import Registry
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import enter_patents, numbers, registry


@pytest.fixture
def url(new_database: NewDatabase) -> Iterator[str]:
    """A database of the test's own."""
    with new_database() as fresh:
        yield fresh


@pytest.fixture(scope="module")
def ledger(database_url: str) -> Iterator[Registry]:
    """One registry for the tests that do not mind each other; each takes patents of its own."""
    with registry(database_url) as opened:
        yield opened


@pytest.fixture(scope="module")
def serials() -> Iterator[int]:
    return count(1, 100)


@pytest.fixture
def patents(ledger: Registry, serials: Iterator[int]) -> list[str]:
    """Forty patents that no other test has touched."""
    return enter_patents(ledger, numbers(40, start=next(serials)))

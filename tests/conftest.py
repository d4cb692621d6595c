"""A real PostgreSQL for the tests: each worker's own, or the one that LEDGER_DATABASE_URL names.

LEDGER_TEST_POSTGRES_BIN runs the same tests on other binaries, PostgreSQL 15's for instance.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger.embedded import EmbeddedPostgres, temporary_data_dir
from ledger.migrating import migrate
from tests.catalogue.calls import called, wanted

POSTGRES_15 = Path("/usr/lib/postgresql/15/bin")
"""Where Debian's package postgresql-15 puts its binaries."""

NewDatabase = Callable[[], AbstractContextManager[str]]
"""A fresh database, migrated, for the length of a with block."""


LONGEST = ("tests/year", "tests/e2e", "tests/api/test_openapi_cases.py", "tests/properties")
"""Where single tests take the longest: begun first, so that no worker ends with one alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A test that a definition of the catalogue names calls the definition's function."""
    functions = wanted().get(item.nodeid.partition("[")[0], ())
    if not functions:
        return (yield)
    with called(functions) as missing:
        result = yield
    assert missing() == [], "the catalogue names this test for a function that it does not call"
    return result


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A server on which the tests may make databases."""
    given = os.environ.get("LEDGER_DATABASE_URL")
    if given:
        yield given
        return
    bin_dir = os.environ.get("LEDGER_TEST_POSTGRES_BIN")
    with temporary_data_dir() as data_dir:
        with EmbeddedPostgres(data_dir, bin_dir=Path(bin_dir) if bin_dir else None) as server:
            yield server.url


@pytest.fixture(scope="session")
def postgres_15_url() -> Iterator[str]:
    """The oldest server that the ledger runs on."""
    if not (POSTGRES_15 / "postgres").exists():
        pytest.skip(f"PostgreSQL 15 is missing: no {POSTGRES_15} (Debian's postgresql-15)")
    with temporary_data_dir() as data_dir:
        with EmbeddedPostgres(data_dir, bin_dir=POSTGRES_15) as server:
            yield server.url


@contextmanager
def database(server_url: str, template: str = "template1") -> Iterator[str]:
    """A database of a name of its own, dropped at the end whoever is still connected."""
    name = f"ledger_test_{secrets.token_hex(6)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield make_conninfo(server_url, dbname=name)
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def migrated_template(server_url: str) -> Iterator[str]:
    """The name of a migrated database that nobody is connected to, to be copied."""
    with database(server_url) as url:
        with psycopg.connect(server_url) as lock:
            # Roles belong to the whole server; another worker's migration may make them too.
            lock.execute("SELECT pg_advisory_xact_lock(hashtext('ledger tests: roles'))")
            migrate(url)
        yield str(conninfo_to_dict(url)["dbname"])


@pytest.fixture(scope="session")
def new_database(server_url: str) -> Iterator[NewDatabase]:
    """Makes a fresh migrated database for each with block."""
    with migrated_template(server_url) as template:
        yield lambda: database(server_url, template)


@pytest.fixture(scope="module")
def database_url(new_database: NewDatabase) -> Iterator[str]:
    """A fresh migrated database for the test module."""
    with new_database() as url:
        yield url


@pytest.fixture
def empty_database_url(server_url: str) -> Iterator[str]:
    """A database without a schema."""
    with database(server_url) as url:
        yield url


@pytest.fixture(scope="module")
def database_15_url(postgres_15_url: str) -> Iterator[str]:
    """A fresh migrated database on PostgreSQL 15 for the test module."""
    with migrated_template(postgres_15_url) as template:
        with database(postgres_15_url, template) as url:
            yield url


@pytest.fixture(scope="module", params=["default", "postgresql-15"])
def each_database_url(request: pytest.FixtureRequest) -> str:
    """The module's database, on the default server and on PostgreSQL 15 in turn."""
    name = "database_url" if request.param == "default" else "database_15_url"
    return str(request.getfixturevalue(name))

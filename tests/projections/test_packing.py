"""Packed values are what the server's own text form says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.projections.packing import (
    NULL,
    PACK,
    SIGNATURE,
    TRAILER,
    days,
    numeric,
    positions,
    row,
)

COLUMNS = "said text, packed jsonb, yes boolean, n int, d date, many text[], amount numeric"


@pytest.fixture(scope="module")
def connection(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as opened:
        opened.execute(f"CREATE TEMP TABLE one ({COLUMNS}, e daterange, r int8range)")
        yield opened


def copied(connection: psycopg.Connection[Any], *fields: bytes) -> tuple[Any, ...]:
    """What the server reads from one packed row."""
    connection.execute("TRUNCATE one")
    with connection.cursor() as curs, curs.copy("COPY one FROM STDIN (FORMAT binary)") as copy:
        copy.write(SIGNATURE + row(fields) + TRAILER)
    found: tuple[Any, ...] | None
    found = connection.execute("SELECT *, e::text, r::text FROM one").fetchone()
    assert found is not None
    return tuple(found)


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**15)
DAYS = st.dates(date(1900, 1, 1), date(2200, 1, 1))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(TEXTS, st.booleans(), st.integers(-(2**31), 2**31 - 1), DAYS, st.lists(TEXTS), AMOUNTS)
def test_values_come_back(
    connection: psycopg.Connection[Any],
    said: str,
    yes: bool,
    n: int,
    d: date,
    many: list[str],
    amount: Decimal,
) -> None:
    kinds = ("text", "jsonb", "boolean", "int", "date", "text[]", "numeric")
    values = (said, b'{"a": [1, "\xc3\xa9"]}', yes, n, d, tuple(many), amount)
    fields = [PACK[kind](value) for kind, value in zip(kinds, values, strict=True)]
    found = copied(connection, *fields, days(None, None), positions(1, None))
    assert found[:7] == (said, {"a": [1, "é"]}, yes, n, d, many, amount)
    assert str(found[6]) == f"{amount:f}" or found[6] == amount


def test_nothing_comes_back_as_nothing(connection: psycopg.Connection[Any]) -> None:
    found = copied(connection, *[NULL] * 9)
    assert found == (None,) * 11


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        (date(2025, 5, 6), date(2026, 1, 2), "[2025-05-06,2026-01-02)"),
        (date(1999, 12, 31), None, "[1999-12-31,)"),
        (None, date(2000, 1, 1), "(,2000-01-01)"),
        (None, None, "(,)"),
    ],
)
@pytest.mark.parametrize("closed", [None, 2**40])
def test_ranges_come_back(
    connection: psycopg.Connection[Any],
    since: date | None,
    until: date | None,
    said: str,
    closed: int | None,
) -> None:
    found = copied(connection, *[NULL] * 7, days(since, until), positions(7, closed))
    assert found[9:] == (said, f"[7,{closed or ''})")


def test_equal_amounts_are_shown_each_with_its_own_decimals() -> None:
    yen, yuan = Decimal(5000), Decimal("5000.00")
    assert yen == yuan
    assert numeric(yen) != numeric(yuan)

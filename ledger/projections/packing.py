"""Rows as COPY takes them in PostgreSQL's binary form: no text to escape, none to parse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from struct import Struct
from typing import Any

SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
"""What binary COPY begins with: its signature, no flags, no extension."""
TRAILER = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"

REMEMBERED_MAX = 50_000
"""Values kept of each kind that comes again and again."""

_LENGTH = Struct(">i").pack
_SHORT = 4_096
_LENGTHS = [_LENGTH(size) for size in range(_SHORT)]
_BOTH_POSITIONS = Struct(">iBiqiq").pack
_LOWER_POSITION = Struct(">iBiq").pack
_BOTH_DAYS = Struct(">iBiiii").pack
_ONE_DAY = Struct(">iBii").pack
_NO_DAY = Struct(">iB").pack
_DAY = Struct(">ii").pack
_INT = Struct(">ii").pack
_TEXTS = Struct(">iiiiii").pack
_NO_TEXTS = Struct(">iiii").pack(12, 0, 0, 25)

_LOWER_IN, _LOWER_INFINITE, _UPPER_INFINITE = 0x02, 0x08, 0x10
"""Flags of a range: its lower bound belongs to it; a bound is missing."""
_DAY_0 = date(2000, 1, 1).toordinal()


def text(value: str) -> bytes:
    """A text."""
    data = value.encode()
    size = len(data)
    return (_LENGTHS[size] if size < _SHORT else _LENGTH(size)) + data


word = lru_cache(maxsize=REMEMBERED_MAX)(text)
"""A text that comes again and again, packed once: a code of a list, a party, a number that many
rows are about."""


def json(value: bytes) -> bytes:
    """A jsonb; its binary form is version 1 and the text."""
    return _LENGTH(len(value) + 1) + b"\x01" + value


def boolean(value: bool) -> bytes:
    """A boolean."""
    return b"\x00\x00\x00\x01\x01" if value else b"\x00\x00\x00\x01\x00"


def integer(value: int) -> bytes:
    """An int4."""
    return _INT(4, value)


@lru_cache(maxsize=REMEMBERED_MAX)
def day(value: date) -> bytes:
    """A date."""
    return _DAY(4, value.toordinal() - _DAY_0)


@lru_cache(maxsize=REMEMBERED_MAX)
def texts(values: tuple[str, ...]) -> bytes:
    """A text[], one-dimensional and without nulls."""
    if not values:
        return _NO_TEXTS
    items = b"".join(map(word, values))
    return _TEXTS(20 + len(items), 1, 0, 25, len(values), 1) + items


def numeric(value: Decimal) -> bytes:
    """A numeric: digits to the base of 10,000, as many decimals shown as the value has."""
    return _numeric(str(value))


@lru_cache(maxsize=10_000)
def _numeric(stated: str) -> bytes:
    """By its text: 5000 yen and 5000.00 yuan are equal numbers, and are not shown alike."""
    value = Decimal(stated)
    sign, _, exponent = value.as_tuple()
    assert isinstance(exponent, int), "an amount is finite"
    shown = max(0, -exponent)
    whole, _, fraction = f"{value.copy_abs():f}".partition(".")
    whole = whole.lstrip("0")
    whole = whole.zfill(-(-len(whole) // 4) * 4) if whole else ""
    fraction = fraction.ljust(-(-len(fraction) // 4) * 4, "0")
    joined = whole + fraction
    digits = [int(joined[place : place + 4]) for place in range(0, len(joined), 4)]
    weight = len(whole) // 4 - 1
    while digits and digits[0] == 0:
        del digits[0]
        weight -= 1
    while digits and digits[-1] == 0:
        del digits[-1]
    head = (8 + 2 * len(digits), len(digits), weight if digits else 0, 0x4000 * sign, shown)
    return Struct(f">ihhHH{len(digits)}h").pack(*head, *digits)


@lru_cache(maxsize=1_024)
def positions(opened: int, closed: int | None) -> bytes:
    """An int8range of positions, open upwards where nothing has closed it."""
    if closed is None:
        return _LOWER_POSITION(13, _LOWER_IN | _UPPER_INFINITE, 8, opened)
    return _BOTH_POSITIONS(25, _LOWER_IN, 8, opened, 8, closed)


@lru_cache(maxsize=REMEMBERED_MAX)
def days(since: date | None, until: date | None) -> bytes:
    """A daterange; None is without end on that side."""
    if since is None and until is None:
        return _NO_DAY(1, _LOWER_INFINITE | _UPPER_INFINITE)
    if until is None:
        assert since is not None, "one bound is there"
        return _ONE_DAY(9, _LOWER_IN | _UPPER_INFINITE, 4, since.toordinal() - _DAY_0)
    if since is None:
        return _ONE_DAY(9, _LOWER_INFINITE, 4, until.toordinal() - _DAY_0)
    low, high = since.toordinal() - _DAY_0, until.toordinal() - _DAY_0
    return _BOTH_DAYS(17, _LOWER_IN, 4, low, 4, high)


PACK: dict[str, Callable[[Any], bytes]] = {
    "text": text,
    "varchar": word,
    "jsonb": json,
    "boolean": boolean,
    "int": integer,
    "date": day,
    "text[]": texts,
    "numeric": numeric,
}
"""How the values of a column's type are packed."""


def values(columns: Sequence[tuple[str, str]], stated: Sequence[Any]) -> bytes:
    """Values of some columns of a row, one behind the other."""
    return b"".join(
        [
            NULL if value is None else PACK[kind](value)
            for (_, kind), value in zip(columns, stated, strict=True)
        ]
    )


def row(fields: Sequence[bytes]) -> bytes:
    """A row of packed fields."""
    return len(fields).to_bytes(2, "big") + b"".join(fields)

"""Members of an entry, read from those of its bytes that state them.

They are found by their own key and one that follows: no JSON text can hold a key, for the quotes in
it are escaped, and the entry is the first line. Most of an entry, its digests and what parties are
called, is not looked at; to read the whole takes twice as long. Bytes of another form than today's
raise one of `reading.WRONG`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final

import orjson

from ledger.domain.numbers import PatentKind
from ledger.domain.parties import Party
from ledger.eventstore import reading
from ledger.projections.packing import values
from ledger.projections.statistics.grouping import OF_PARTY, Columns, of_party

Between = tuple[bytes, bytes]
"""The key of a first member and what follows on the last; keys stand in alphabetical order."""

FIELDS_END: Final = b'},"filing_id":'
NUMBERS: Final = ((b'"filing_id":', b',"judged_under":'), (b'"registration_no":', b',"source":'))
OF_GRANT: Final[tuple[Between, ...]] = (
    (b'"granted_on":', b',"invention_title":'),  # and the industry
    (b'"kind":', b',"patentees":'),
    (b'"strategic_industry":', FIELDS_END),  # and the symbols
)
OF_PLEDGE: Final[tuple[Between, ...]] = ((b'"effective_on":', b',"fields":'), *NUMBERS)
OF_TRANSFER: Final[tuple[Between, ...]] = (
    (b'"effective_on":', b',"fields":'),
    (b'"cause":', b',"patentees_after":'),
    *NUMBERS,
)

_remembered = lru_cache(maxsize=reading.REMEMBERED_MAX)
"""Keeps what was made of values that come again and again."""


def members(state: bytes, stretches: Sequence[Between]) -> dict[str, Any]:
    """The members of some stretches of an entry, by their names."""
    found, ends = [], 0
    for key, later in stretches:
        begins = state.index(key, ends)
        ends = state.index(later, begins)
        found.append(state[begins:ends])
    stated: dict[str, Any] = orjson.loads(b"{%b}" % b",".join(found))
    return stated


def between(state: bytes, key: bytes, later: bytes) -> bytes:
    """The value of a member, as JSON."""
    begins = state.index(key) + len(key)
    return state[begins : state.index(later, begins)]


def last(state: bytes, key: bytes) -> bytes:
    """The value of the last of the fields, as JSON."""
    return between(state, key, FIELDS_END)


def stated_claim(state: bytes) -> dict[str, Any] | None:
    """The claim of a pledge, which is the first of what its open line says."""
    stated: dict[str, Any] | None
    stated = orjson.loads(between(state, b'\n{"claim":', b',"consents":["'))[1]
    return stated


def number_of(stated: dict[str, Any]) -> str:
    """The number of an act: of its registration, or of the filing where it has none."""
    number: str = stated["registration_no"] or stated["filing_id"]
    return number


day = _remembered(date.fromisoformat)
kind_of = _remembered(PatentKind)


@_remembered
def parties(stated: bytes) -> tuple[Party, ...]:
    """The parties of a list."""
    return tuple([reading.party(one) for one in orjson.loads(stated)])


@_remembered
def of_first(stated: bytes) -> Columns:
    """What an act is grouped by of the parties of a list, the first of whom gives the right."""
    found = parties(stated)
    return of_party(found[0] if found else None)


@_remembered
def of_first_packed(stated: bytes) -> bytes:
    """As `of_first`, packed."""
    return values(OF_PARTY, of_first(stated))

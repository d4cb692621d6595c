"""By what the statistics group an act: the patent it is on, and the party that gives the right.

The giving party is the one named first: transferor, licensor, pledgor. What the ledger was not told
is `unknown`; nothing is left out for it, so that groups add up to the whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Final, TypeVar

from ledger.domain.codelists import PROVINCES
from ledger.domain.holdings import Parties
from ledger.domain.numbers import PatentKind
from ledger.domain.parties import Party, Residence
from ledger.domain.patent import Patent

UNKNOWN: Final = "unknown"
NONE: Final = "none"
TRADEMARK: Final = "trademark"
"""Kind, section and industry of what is no patent."""

CORPS: Final = "corps"
"""The Xinjiang Production and Construction Corps, told by region 66 or by its cities (6590)."""
SEPARATELY_PLANNED: Final = ("2102", "3302", "3502", "3702", "4403")
"""Dalian, Ningbo, Xiamen, Qingdao and Shenzhen, listed beside the provinces they belong to."""

OF_PATENT: Final = (
    ("kind", "varchar"),
    ("section", "varchar"),
    ("industry", "varchar"),
    ("strategic", "varchar"),
    ("granted_on", "date"),
)
OF_PARTY: Final = (
    ("party", "varchar"),
    ("party_kind", "varchar"),
    ("province", "varchar"),
    ("separate", "varchar"),
)
"""Codes are `varchar`, which a rebuild packs once; the columns are texts."""
GROUPS: Final = (*OF_PATENT, *OF_PARTY)
"""Columns that every table of the statistics ends with."""

Columns = tuple[Any, ...]


def groups(patent: Patent, givers: Parties) -> Columns:
    """What an act on a patent is grouped by, in the order of GROUPS."""
    return (*_of_patent(patent), *of_party(givers[0] if givers else None))


def _of_patent(patent: Patent) -> Columns:
    entered = patent.entered
    if entered is None or is_trademark(patent.id):
        return of_no_grant(patent.id)
    return of_grant(
        entered.kind,
        entered.symbols,
        entered.industry,
        entered.strategic_industry,
        entered.granted_on,
    )


def of_no_grant(stream: str) -> Columns:
    """What is said of a trademark, and of a patent whose grant the ledger was not told."""
    return (*[TRADEMARK if is_trademark(stream) else UNKNOWN] * 4, None)


def of_grant(
    kind: PatentKind | None,
    symbols: Sequence[str],
    industry: str | None,
    strategic: str | None,
    granted_on: date | None,
) -> Columns:
    """What is said of a patent by its grant, in the order of OF_PATENT."""
    section = symbols[0][:1] if symbols else UNKNOWN
    if kind is PatentKind.DESIGN:
        section = NONE
    return (
        UNKNOWN if kind is None else kind.value,
        section,
        industry[:1] if industry else UNKNOWN,
        strategic or NONE,
        granted_on,
    )


def of_party(party: Party | None) -> Columns:
    """What is said of the giving party, in the order of OF_PARTY."""
    if party is None:
        return (UNKNOWN, UNKNOWN, UNKNOWN, NONE)
    return (party.id, party.kind.value, *place(party.residence, party.region))


def place(residence: Residence, region: str | None) -> tuple[str, str]:
    """The province of a region by GB/T 2260, and what is listed beside the provinces."""
    if region is None:
        return (UNKNOWN if residence is Residence.MAINLAND else residence.value, NONE)
    if region.startswith(("66", "6590")):
        return "65", CORPS
    province = region[:2] if region[:2] in PROVINCES else UNKNOWN
    return province, region[:4] if region[:4] in SEPARATELY_PLANNED else NONE


def chinese(stream: str) -> bool:
    """Whether a stream is of a patent of the Chinese register, the population of every measure."""
    return stream.startswith("CN:")


def is_trademark(stream: str) -> bool:
    """Whether a stream is of a trademark of the Chinese register, pledges of which count beside
    those of patents where it is said."""
    return stream.startswith("trademark:CN:")


Thing = TypeVar("Thing")


def placed(things: Sequence[Thing], number: Callable[[Thing], str]) -> Iterator[tuple[Thing, int]]:
    """Each thing with its place among those of the same number, which is 0 but where a register
    states one number twice."""
    if len(things) < 2:
        for thing in things:
            yield thing, 0
        return
    before: Counter[str] = Counter()
    for thing in things:
        name = number(thing)
        yield thing, before[name]
        before[name] += 1


def named(patent: Patent, what: str, number: str, place: int) -> str:
    """What a row is called among all that are known; a patent's rows stand together."""
    return f"{patent.id} {what} {number} {place}" if place else f"{patent.id} {what} {number}"

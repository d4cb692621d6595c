"""Search: the patents that answer every criterion, at one point of the two clocks, page by page.

By the follower's lists alone, as known at its position or before it: the pages of a search are all
asked at the position of the first, so that what is filed meanwhile shifts none of them. Read under
the public role.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import psycopg
from psycopg.rows import DictRow

from ledger.domain.parties import folded
from ledger.projections import extracts
from ledger.projections.asking import Point
from ledger.projections.standing import Reckoning

Connection = psycopg.Connection[DictRow]

Match = Literal["exact", "prefix", "similar"]
MATCHES: Final[tuple[Match, ...]] = ("exact", "prefix", "similar")
"""How a name agrees with the one asked for, the nearest first."""

DateOf = Literal["filed", "published", "granted", "pledged", "licensed", "declared"]
DATES: Final[dict[DateOf, str]] = {
    "filed": "l.filed_on",
    "published": "l.published_on",
    "granted": "l.granted_on",
    "pledged": "l.pledged_on",
    "licensed": "l.licensed_on",
    "declared": "l.declared_on",
}
"""Which day → its column."""

SELECT_LISTS_KNOWN = "SELECT lists_known() AS position"

SIMILAR_NAMES_MAX: Final = 200
"""Most names that a search by likeness takes, the nearest; the answer says so."""
LAST_CHARACTER: Final = "\U0010ffff"
"""Behind every name that begins alike."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The criteria of a search; what is None or empty is none."""

    numbers: tuple[str, ...] | None = None
    """Ids of patents."""
    name: str | None = None
    """A party's name, in any letters."""
    match: Match = "similar"
    """How far from the name asked for a name may be."""
    all_names: bool = False
    """Whether natural persons too are found by less than their whole name."""
    party: str | None = None
    """A party's id."""
    role: str | None = None
    about: str | None = None
    """Number of a registration, standing or ended."""
    terms: tuple[str, ...] = ()
    symbol: str | None = None
    """How a plain classification symbol begins, where no term says it."""
    date_of: DateOf = "granted"
    since: date | None = None
    until: date | None = None

    @property
    def by_party(self) -> bool:
        """Whether patents are found by who is involved."""
        return (self.name, self.party, self.role, self.about) != (None,) * 4


Key = tuple[int, int, str]
"""Place of a hit: rank of its match, its distance, its patent."""


# --- the statement --------------------------------------------------------------------------------

_DISTANCE = """
(1000 * (1 - greatest(
    similarity(n.spelled, asked.spelled), word_similarity(asked.spelled, n.spelled)
)))::int
"""
_BEGINNING: Final[dict[Match, str]] = {
    "exact": "n.folded = %(name)s",
    "prefix": "n.folded >= %(name)s AND n.folded < %(name_end)s",
    "similar": "n.folded >= %(name)s AND n.folded < %(name_end)s",
}
_NAMED = f"""
, named AS MATERIALIZED (
    SELECT n.folded, CASE WHEN n.folded = %(name)s THEN 0 ELSE 1 END AS rank,
        {_DISTANCE} AS distance
    FROM (SELECT spelled(%(name)s::text) AS spelled) AS asked, party_name AS n
    WHERE {{beginning}}
    {{nearest}}
)
"""  # noqa: S608 - constants
# Of names that are only known from a later position none takes another's place.
_NEAREST = f"""
    UNION ALL
    (
        SELECT n.folded, 2, {_DISTANCE} AS distance
        FROM (SELECT spelled(%(name)s::text) AS spelled) AS asked, party_name AS n
        WHERE (n.spelled %% asked.spelled OR asked.spelled <%% n.spelled)
            AND NOT (n.folded >= %(name)s AND n.folded < %(name_end)s)
            AND EXISTS (
                SELECT FROM involvement AS i
                WHERE i.folded = n.folded AND i.disclosed
                    AND i.known_from <= %(known)s::bigint {{persons}}
            )
        ORDER BY distance, n.folded LIMIT {SIMILAR_NAMES_MAX}
    )
"""  # noqa: S608 - constants
_INVOLVED = """
, involved AS (
    SELECT i.patent_id, min({rank}) AS rank, min({distance}) AS distance,
        jsonb_agg(DISTINCT jsonb_build_object('id', i.party, 'name', i.name, 'role', i.role,
            'about', i.about, 'rank', {rank})) AS parties
    FROM {source}
    GROUP BY i.patent_id
)
"""
# By itself behind OFFSET 0, so that it is asked name by name through the index of names: the
# planner knows nothing of how many rows a range of days holds. Whatever is known only from a later
# position is not gone through.
_INVOLVEMENT = """
(
    SELECT i.* FROM involvement AS i
    WHERE i.disclosed AND i.known_from <= %(known)s::bigint
        AND (i.recorded @> %(known)s::bigint) IS TRUE {conditions}
    OFFSET 0
) AS i
"""
_FOUND = """
, found AS (
    SELECT l.patent_id, {rank} AS rank, {distance} AS distance, {parties} AS parties
    FROM {source}
    WHERE (l.effective @> %(on)s::date) IS TRUE AND (l.recorded @> %(known)s::bigint) IS TRUE
        {conditions}
)
"""
_FIRST = """
SELECT patent_id, rank, distance, parties, count(*) OVER () AS total FROM found
ORDER BY rank, distance, patent_id LIMIT %(limit)s
"""
_PAGE = """
SELECT patent_id, rank, distance, parties FROM found
WHERE (rank, distance, patent_id) > (%(rank)s::int, %(distance)s::int, %(patent)s::text)
ORDER BY rank, distance, patent_id LIMIT %(limit)s
"""


def _statement(wanted: Wanted, ending: str) -> str:
    """The statement of a search; its parts are constants of this module."""
    parts = ["WITH nothing AS (SELECT)"]
    source, rank, distance, parties = "listing AS l", "0", "0", "NULL::jsonb"
    if wanted.by_party:
        if wanted.name is not None:
            parts.append(_named(wanted))
        parts.append(_involved(wanted))
        source = (
            "involved AS v CROSS JOIN LATERAL "
            "(SELECT * FROM listing WHERE patent_id = v.patent_id OFFSET 0) AS l"
        )
        rank, distance, parties = "v.rank", "v.distance", "v.parties"
    parts.append(
        _FOUND.format(
            rank=rank, distance=distance, parties=parties, source=source, conditions=_listed(wanted)
        )
    )
    return "".join([*parts, ending])


def _named(wanted: Wanted) -> str:
    nearest = ""
    if wanted.match == "similar":
        nearest = _NEAREST.format(persons="" if wanted.all_names else "AND NOT i.person")
    return _NAMED.format(beginning=_BEGINNING[wanted.match], nearest=nearest)


def _involved(wanted: Wanted) -> str:
    conditions = []
    if wanted.about is None:
        conditions.append("(i.effective @> %(on)s::date) IS TRUE")
    else:
        conditions.append("i.about = %(about)s")
    if wanted.party is not None:
        conditions.append("i.party_key = hashtextextended(%(party)s::text, 0)")
        conditions.append("i.party = %(party)s")
    if wanted.role is not None:
        conditions.append("i.role = %(role)s")
    rank, distance, before = "0", "0", ""
    if wanted.name is not None:
        rank, distance, before = "named.rank", "named.distance", "named CROSS JOIN LATERAL "
        conditions.append("i.folded = named.folded")
        if not wanted.all_names:
            conditions.append("(named.rank = 0 OR NOT i.person)")
    said = "".join(f" AND {condition}" for condition in conditions)
    source = before + _INVOLVEMENT.format(conditions=said)
    return _INVOLVED.format(rank=rank, distance=distance, source=source)


def _listed(wanted: Wanted) -> str:
    conditions = []
    if wanted.numbers is not None:
        conditions.append("l.patent_id = ANY (%(numbers)s::text[])")
    if wanted.terms:
        conditions.append("l.terms @> %(terms)s::text[]")
    if wanted.symbol is not None:
        conditions.append(
            "EXISTS (SELECT FROM unnest(l.symbols) AS s WHERE starts_with(s, %(symbol)s))"
        )
    if wanted.since is not None:
        conditions.append(f"{DATES[wanted.date_of]} >= %(since)s::date")
    if wanted.until is not None:
        conditions.append(f"{DATES[wanted.date_of]} <= %(until)s::date")
    return "".join(f" AND {condition}" for condition in conditions)


def _asked(wanted: Wanted, point: Point) -> dict[str, Any]:
    name = None if wanted.name is None else folded(wanted.name)
    return {
        "known": point.known,
        "on": point.on,
        "numbers": None if wanted.numbers is None else list(wanted.numbers),
        "name": name,
        "name_end": None if name is None else name + LAST_CHARACTER,
        "party": wanted.party,
        "role": wanted.role,
        "about": wanted.about,
        "terms": list(wanted.terms),
        "symbol": wanted.symbol,
        "since": wanted.since,
        "until": wanted.until,
    }


# --- asking ---------------------------------------------------------------------------------------


def lists_known(connection: Connection) -> int:
    """The position up to which the follower's lists are kept."""
    row = connection.execute(SELECT_LISTS_KNOWN).fetchone()
    assert row is not None, "a query without a table answers one row"
    position: int = row["position"]
    return position


def first(
    connection: Connection, wanted: Wanted, point: Point, limit: int
) -> tuple[list[DictRow], int]:
    """The first hits, and how many patents answer the criteria."""
    asked = _asked(wanted, point) | {"limit": limit}
    rows = connection.execute(_statement(wanted, _FIRST), asked).fetchall()
    return rows, rows[0]["total"] if rows else 0


def page(
    connection: Connection, wanted: Wanted, point: Point, *, after: Key, limit: int
) -> list[DictRow]:
    """The next hits behind a place: patent, rank, distance and the parties that matched."""
    rank, distance, patent = after
    place = {"rank": rank, "distance": distance, "patent": patent, "limit": limit}
    asked = _asked(wanted, point) | place
    return connection.execute(_statement(wanted, _PAGE), asked).fetchall()


def known_as(connection: Connection, number: str, text: str, known: int) -> tuple[str, ...]:
    """The patents of a number: its own, and those that have it as an alias."""
    asked = {"aliases": list({number, text}), "known": known}
    rows = connection.execute(extracts.SELECT_ALIASES, asked).fetchall()
    return tuple(dict.fromkeys((number, *(row["patent_id"] for row in rows))))


def shown(
    connection: Connection, hits: Sequence[DictRow], point: Point, reckoning: Reckoning
) -> list[dict[str, Any]]:
    """Hits as they are answered: what a bulk enquiry tells of each patent, and how it matched."""
    numbers = [hit["patent_id"] for hit in hits]
    rows = extracts.extracts(connection, numbers, point) if numbers else []
    return [
        {
            **_described(row, point.on, reckoning),
            "match": MATCHES[hit["rank"]],
            "matched": _matched(hit["parties"] or ()),
        }
        for hit, row in zip(hits, rows, strict=True)
    ]


def _described(row: DictRow, on: date, reckoning: Reckoning) -> dict[str, Any]:
    told = extracts.status(row, row["number"], on, reckoning)
    del told["asked"], told["entered"]
    bibliography = row["bibliography"]
    return told | {
        "invention_title": bibliography.get("invention_title"),
        "kind": bibliography.get("kind"),
        "symbols": bibliography.get("symbols"),
    }


def _matched(parties: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The parties that matched, the nearest first, each marked."""
    ordered = sorted(parties, key=lambda p: (p["rank"], p["name"], p["role"], p["about"] or ""))
    return [
        {
            "id": party["id"],
            "name": party["name"],
            "role": party["role"],
            "about": party["about"],
            "match": MATCHES[party["rank"]],
        }
        for party in ordered
    ]

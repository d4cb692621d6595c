"""The difference of two points: of a patent, of a party's involvements, of the whole register.

What the public sees is compared with what it sees: both sides are read at settled points, so the
difference of two past points is the same for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import psycopg
from psycopg.rows import DictRow

from ledger.domain.numbers import printed
from ledger.projections import extracts
from ledger.projections.asking import Point
from ledger.projections.standing import Reckoning

Connection = psycopg.Connection[DictRow]

NAMES: Final = ("registration_no", "licence_id", "declaration_no", "case_no")
"""Members by which things of a list are told apart, so that each is compared with itself."""
POINT: Final = frozenset({"effective_on", "known_at"})
"""Members that say at which point is asked."""
COUNTED_MAX: Final = 100_000
"""Positions between two points up to which their patents are counted."""

SELECT_CHANGED = """
SELECT patent, position
FROM changed_patents(%(after)s::bigint, %(until)s::bigint, %(limit)s::bigint)
"""
COUNT_CHANGED = """
SELECT count(*) AS total FROM changed_patents(%(after)s::bigint, %(until)s::bigint, NULL)
"""
_INVOLVED = """
WITH side AS (
    SELECT i.patent_id, i.role, coalesce(i.about, '') AS about,
        i.effective @> %(on_before)s::date AND i.recorded @> %(before)s::bigint AS held_before,
        i.effective @> %(on_after)s::date AND i.recorded @> %(after)s::bigint AS held_after
    FROM involved(%(party)s::text, greatest(%(before)s::bigint, %(after)s::bigint)) AS i
), line AS (
    SELECT patent_id, role, about, bool_or(held_after) AS gained FROM side
    GROUP BY patent_id, role, about HAVING bool_or(held_before) <> bool_or(held_after)
)
"""
SELECT_INVOLVED = f"""{_INVOLVED}
SELECT patent_id, role, about, gained FROM line
WHERE (patent_id, role, about) > (%(patent)s::text, %(role)s::text, %(about)s::text)
ORDER BY patent_id, role, about LIMIT %(limit)s
"""  # noqa: S608 - constants
COUNT_INVOLVED = f"{_INVOLVED} SELECT count(*) AS total FROM line"  # noqa: S608 - constants


class Two(NamedTuple):
    """The two points that are compared, both settled."""

    before: Point
    after: Point

    def shown(self) -> dict[str, Any]:
        """The points as an answer names them."""
        return {
            name: {"known_at": point.known, "effective_on": point.on}
            for name, point in (("from", self.before), ("to", self.after))
        }


@dataclass(frozen=True, slots=True)
class Changed:
    """A member that is not what it was; None on the side where there is none."""

    member: str
    of: str | None
    """The registration, licence, declaration or case whose member it is, of those in a list."""
    before: Any
    after: Any

    def shown(self) -> dict[str, Any]:
        """The change as it is answered."""
        return {"member": self.member, "of": self.of, "before": self.before, "after": self.after}


# --- values ---------------------------------------------------------------------------------------


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Changed]:
    """The members that differ between two extracts, in the order of their names."""
    for member in sorted({*before, *after} - POINT):
        yield from _differing(f"/{member}", None, before.get(member), after.get(member))


def _differing(member: str, of: str | None, before: Any, after: Any) -> Iterator[Changed]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted({*before, *after}):
            yield from _differing(f"{member}/{name}", of, before.get(name), after.get(name))
        return
    things, others = _by_name(before), _by_name(after)
    if things is None or others is None:
        yield Changed(member, of, before, after)
        return
    for name in dict.fromkeys((*things, *others)):
        one, other = things.get(name), others.get(name)
        if one is None or other is None:
            yield Changed(member, name, one, other)
        else:
            yield from _differing(member, name, one, other)


def _by_name(things: Any) -> dict[str, Any] | None:
    """A list's things by their own names; None where they have none, or no names of their own."""
    if not isinstance(things, list):
        return {} if things is None else None
    named = {}
    for thing in things:
        name = next((thing[n] for n in NAMES if thing.get(n)), None) if _is_thing(thing) else None
        if name is None or name in named:
            return None
        named[name] = thing
    return named


def _is_thing(value: Any) -> bool:
    return isinstance(value, Mapping)


# --- patents --------------------------------------------------------------------------------------


def of_patents(
    connection: Connection, patents: Sequence[str], two: Two, reckoning: Reckoning
) -> list[dict[str, Any]]:
    """What changed on patents between the points, by their ids, in the order asked for."""
    sides = [_extracts(connection, patents, point, reckoning) for point in two]
    return [
        {
            "patent": patent,
            "printed": printed(patent),
            "changes": [one.shown() for one in changes(sides[0][patent], sides[1][patent])],
        }
        for patent in patents
    ]


def _extracts(
    connection: Connection, patents: Sequence[str], point: Point, reckoning: Reckoning
) -> dict[str, dict[str, Any]]:
    """Extracts by patent; an empty one where the register did not have the patent."""
    if not patents:
        return {}
    rows = extracts.extracts(connection, patents, point)
    return {
        patent: {} if row["patent_id"] is None else extracts.extract(row, point.on, reckoning)
        for patent, row in zip(patents, rows, strict=True)
    }


class Touched(NamedTuple):
    """A patent, and the last public entry on it between the points."""

    patent: str
    position: int


def touched(connection: Connection, two: Two, after: int, limit: int) -> list[Touched]:
    """The next patents behind a position that have public entries between the points."""
    asked = {"after": after, "until": two.after.known, "limit": limit}
    rows = connection.execute(SELECT_CHANGED, asked)
    return [Touched(row["patent"], row["position"]) for row in rows]


def total_touched(connection: Connection, two: Two) -> int | None:
    """How many patents have public entries between the points; None where there is too much
    between them to be counted for an answer."""
    before, after = two.before.known or 0, two.after.known or 0
    if after - before > COUNTED_MAX:
        return None
    row = connection.execute(COUNT_CHANGED, {"after": before, "until": after}).fetchone()
    assert row is not None, "an aggregate gives one row"
    counted: int = row["total"]
    return counted


# --- parties --------------------------------------------------------------------------------------

Involved = tuple[str, str, str]
"""A line of a party's difference: patent, role, number of the dealing."""
FIRST: Final[Involved] = ("", "", "")


def of_party(
    connection: Connection, party: str, two: Two, *, after: Involved, limit: int
) -> list[dict[str, Any]]:
    """The involvements that a party has at one point and not at the other. Read under the
    auditor's role, for those who may see the party's own."""
    patent, role, about = after
    asked = {"patent": patent, "role": role, "about": about, "limit": limit}
    rows = connection.execute(SELECT_INVOLVED, _of(party, two) | asked).fetchall()
    return [
        {
            "patent": row["patent_id"],
            "role": row["role"],
            "about": row["about"] or None,
            "change": "gained" if row["gained"] else "lost",
        }
        for row in rows
    ]


def total_of_party(connection: Connection, party: str, two: Two) -> int:
    """How many such involvements there are."""
    row = connection.execute(COUNT_INVOLVED, _of(party, two)).fetchone()
    assert row is not None, "an aggregate gives one row"
    counted: int = row["total"]
    return counted


def _of(party: str, two: Two) -> dict[str, Any]:
    return {
        "party": party,
        "before": two.before.known,
        "on_before": two.before.on,
        "after": two.after.known,
        "on_after": two.after.on,
    }

"""Portfolios: the pledges that stand for a pledgee, and the patents of a patentee, line by line.

Read under the auditor's role for the party itself, whoever it has empowered, the registrar and
auditors; what each may see passes `disclosure`. Lines come from the follower's lists, as known at
its position or before it, so that pages do not shift.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

import psycopg
from psycopg.rows import DictRow

from ledger.domain.numbers import printed
from ledger.domain.ranks import ranked
from ledger.projections import dangers, deriving, extracts, standing
from ledger.projections.asking import Point
from ledger.projections.dangers import Danger, Pledged
from ledger.projections.disclosure import Viewer
from ledger.projections.standing import Reckoning

Connection = psycopg.Connection[DictRow]

_LINES = """
WITH line AS (
    SELECT DISTINCT coalesce(i.about, '') AS about, i.patent_id
    FROM involved(%(party)s::text, %(known)s::bigint) AS i
    WHERE i.role = %(role)s::text
        AND i.effective @> %(on)s::date AND i.recorded @> %(known)s::bigint
)
"""
SELECT_LINES = (
    _LINES
    + """
SELECT about, patent_id FROM line
WHERE (about, patent_id) > (%(about)s::text, %(patent)s::text)
ORDER BY about, patent_id LIMIT %(limit)s
"""
)
COUNT_LINES = f"{_LINES} SELECT count(*) AS total FROM line"  # noqa: S608 - constants
SELECT_HIDDEN = """
SELECT e.patent_id, e.registration_no, e.details, e.confidential FROM encumbrance AS e
WHERE e.patent_id = ANY (%(patents)s::text[]) AND e.kind = 'pledge'
    AND (e.effective @> %(on)s::date) IS TRUE AND (e.recorded @> %(known)s::bigint) IS TRUE
"""
SELECT_PENDING = """
SELECT i.patent_id, i.details FROM pending_invalidation AS i
WHERE i.patent_id = ANY (%(patents)s::text[])
    AND (i.effective @> %(on)s::date) IS TRUE AND (i.recorded @> %(known)s::bigint) IS TRUE
ORDER BY i.patent_id, i.thing
"""
# Each patent by itself behind OFFSET 0: the planner would go through what falls due on all of them.
SELECT_DUE = """
SELECT d.patent_id, d.kind, d.about, d.falls_on, d.entry, lower(d.effective) AS since,
    upper(d.effective) AS until
FROM unnest(%(patents)s::text[]) AS p (patent_id) CROSS JOIN LATERAL (
    SELECT * FROM due WHERE thing >= p.patent_id || ' ' AND thing < p.patent_id || '!' OFFSET 0
) AS d
WHERE (d.effective @> %(on)s::date) IS TRUE AND (d.recorded @> %(known)s::bigint) IS TRUE
ORDER BY d.patent_id, d.falls_on, d.thing
"""
SELECT_NOTICES = """
SELECT n.patent_id, n.party, n.obligation, n.details FROM notice AS n
WHERE n.patent_id = ANY (%(patents)s::text[]) AND n.party = %(party)s::text
    AND (n.effective @> %(on)s::date) IS TRUE AND (n.recorded @> %(known)s::bigint) IS TRUE
    AND n.details -> 'met' = 'null'
ORDER BY n.patent_id, n.thing
"""
SELECT_ENTRIES = """
SELECT stream, topic, position, entry -> 'effective_on' AS effective_on,
    coalesce(
        entry ->> 'registration_no', entry -> 'fields' ->> 'case_no', open -> 'case_no' ->> 1
    ) AS about
FROM open_entries(%(patents)s::text[], %(known)s::bigint)
WHERE topic = ANY (%(topics)s::text[])
ORDER BY position
"""

OF_PLEDGE: Final = frozenset({"fee", "preservation", "suspension"})
"""What falls due on a patent that concerns its pledgees."""
DEBTS: Final = (("debt", "debt_due_on"), ("claim_period", "period_until"))
"""What falls due on a claim, by its members."""


class Line(NamedTuple):
    """A line of a portfolio: a registration (none for a patentee) and a patent."""

    about: str
    patent: str


FIRST: Final = Line("", "")


@dataclass(frozen=True, slots=True)
class Asking:
    """Whose portfolio is asked for, at which point, by whom."""

    party: str
    role: str
    point: Point
    viewer: Viewer
    reckoning: Reckoning

    def values(self, **further: Any) -> dict[str, Any]:
        """What every statement is asked with."""
        point = {"known": self.point.known, "on": self.point.on}
        return {"party": self.party, "role": self.role, **point, **further}


def total(connection: Connection, asking: Asking) -> int:
    """How many lines the portfolio has."""
    row = connection.execute(COUNT_LINES, asking.values()).fetchone()
    assert row is not None, "an aggregate gives one row"
    counted: int = row["total"]
    return counted


def lines(connection: Connection, asking: Asking, after: Line, limit: int) -> list[Line]:
    """The next lines behind a line."""
    place = {"about": after.about, "patent": after.patent, "limit": limit}
    rows = connection.execute(SELECT_LINES, asking.values(**place))
    return [Line(row["about"], row["patent_id"]) for row in rows]


# --- a pledgee's ----------------------------------------------------------------------------------


def pledges(connection: Connection, asking: Asking, asked: Sequence[Line]) -> list[dict[str, Any]]:
    """Lines of a pledgee: each pledge on a patent, what falls due and what endangers it."""
    patents = sorted({line.patent for line in asked})
    values = asking.values(patents=patents)
    rows = {row["patent_id"]: row for row in extracts.extracts(connection, patents, asking.point)}
    hidden = {
        (row["patent_id"], row["registration_no"]): row["confidential"]
        for row in connection.execute(SELECT_HIDDEN, values)
        if asking.viewer.sees(row["details"], row["confidential"])
    }
    pending: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(SELECT_PENDING, values):
        if asking.viewer.sees(rows[row["patent_id"]]["patentees"], row["details"]):
            pending[row["patent_id"]].append(row["details"])
    due = _due(connection, asking, values)
    told = []
    for line in asked:
        secret = hidden.get((line.patent, line.about))
        pledged = _pledged(rows[line.patent], line.about, secret, pending[line.patent])
        found = list(dangers.dangers(pledged, asking.point.on, asking.reckoning))
        told.append((pledged, secret, found))
    entries = _entries(connection, asking, [(p.row["patent_id"], f) for p, _, f in told])
    return [
        _pledge_line(asking, pledged, secret, due[pledged.row["patent_id"]])
        | {"dangers": [_danger(entries, pledged.row["patent_id"], each) for each in found]}
        for pledged, secret, found in told
    ]


def _pledged(
    row: DictRow,
    number: str,
    secret: Mapping[str, Any] | None,
    pending: Sequence[Mapping[str, Any]],
) -> Pledged:
    standing_ = [each for each in row["encumbrances"] or () if each["kind"] == "pledge"]
    rank = ranked((date.fromisoformat(p["registered_on"]), p["registration_no"]) for p in standing_)
    own = next(each for each in standing_ if each["registration_no"] == number)
    ahead = sorted(
        (each for each in standing_ if rank[each["registration_no"]] < rank[number]),
        key=lambda each: rank[each["registration_no"]],
    )
    claim = None if secret is None else secret["claim"]
    return Pledged(row, own | {"rank": rank[number]}, claim, ahead, pending)


def _pledge_line(
    asking: Asking,
    pledged: Pledged,
    secret: Mapping[str, Any] | None,
    due: Iterable[Mapping[str, Any]],
) -> dict[str, Any]:
    pledge = pledged.pledge
    falling = [each for each in due if each["kind"] in OF_PLEDGE]
    for kind, member in DEBTS:
        if pledged.claim is not None and pledged.claim[member] is not None:
            day = date.fromisoformat(pledged.claim[member])
            about = pledge["registration_no"]
            said = {"kind": kind, "about": about, "falls_on": day, "last_day": day}
            falling.append({**said, "provisional_for": None})
    line = {
        "registration_no": pledge["registration_no"],
        **_right(asking, pledged.row),
        "registered_on": pledge["registered_on"],
        "rank": pledge["rank"],
        "pledgors": pledge["pledgors"],
        "pledgees": pledge["pledgees"],
        "due": sorted(falling, key=lambda each: each["last_day"]),
    }
    return line if secret is None else line | {"confidential": dict(secret)}


# --- a patentee's ---------------------------------------------------------------------------------


def patents(connection: Connection, asking: Asking, asked: Sequence[Line]) -> list[dict[str, Any]]:
    """Lines of a patentee: each patent with all that stands on it, falls due and is owed."""
    numbers = [line.patent for line in asked]
    values = asking.values(patents=numbers)
    due = _due(connection, asking, values)
    owed: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(SELECT_NOTICES, values):
        notice = deriving.recorded(row)
        owed[row["patent_id"]].append(
            {
                "obligation": notice.obligation,
                "rule": notice.rule,
                "message": deriving.sentence(notice.rule),
                "role": notice.role,
                "since": notice.since,
                "last_day": notice.last_day,
            }
        )
    told = []
    for row in extracts.extracts(connection, numbers, asking.point):
        shown = extracts.extract(row, asking.point.on, asking.reckoning)
        number = row["patent_id"]
        line = {
            **_right(asking, row),
            "fees_due": shown["fees"],
            "patentees": shown["patentees"],
            "encumbrances": shown["encumbrances"],
            "licences": shown["licences"],
            "open_licence": shown["open_licence"],
            "due": due[number],
            "obligations": owed[number],
        }
        if not asking.viewer.public:
            line["confidential"] = extracts.confidential(
                connection, row, asking.point, asking.viewer
            )
        told.append(line)
    return told


# --- what both tell -------------------------------------------------------------------------------


def _right(asking: Asking, row: Mapping[str, Any]) -> dict[str, Any]:
    """The patent itself, as every line begins."""
    right = standing.right(row["patent_id"], row["bibliography"], row["facts"])
    fees = standing.fees(right, asking.point.on, asking.reckoning)
    return {
        "patent": row["patent_id"],
        "printed": printed(row["patent_id"]),
        "invention_title": row["bibliography"].get("invention_title"),
        "status": right.status(asking.point.on),
        "term_last_day": standing.term(right)["last_day"],
        "fees": None if fees is None else fees["state"],
    }


def _due(
    connection: Connection, asking: Asking, values: Mapping[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    """What falls due, by patent."""
    due: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(SELECT_DUE, values):
        last = deriving.due_of(row).last_day(asking.reckoning.calendar)
        due[row["patent_id"]].append(
            {
                "kind": row["kind"],
                "about": row["about"],
                "falls_on": row["falls_on"],
                "last_day": last.day,
                "provisional_for": last.missing_year,
            }
        )
    return due


class Entry(NamedTuple):
    """An entry from which a danger comes."""

    topic: str
    about: str | None
    position: int
    effective_on: str | None


def _entries(
    connection: Connection, asking: Asking, found: Sequence[tuple[str, Sequence[Danger]]]
) -> dict[str, list[Entry]]:
    """The entries of endangered patents that may have brought the danger."""
    patents = sorted({patent for patent, each in found if each})
    topics = sorted({topic for _, each in found for danger in each for topic in danger.topics})
    entries: dict[str, list[Entry]] = defaultdict(list)
    if patents:
        values = asking.values(patents=patents, topics=topics)
        for row in connection.execute(SELECT_ENTRIES, values):
            entry = Entry(row["topic"], row["about"], row["position"], row["effective_on"])
            entries[row["stream"]].append(entry)
    return entries


def _danger(entries: Mapping[str, Sequence[Entry]], patent: str, danger: Danger) -> dict[str, Any]:
    """A danger as it is told, with the last entry that it comes from."""
    of_topic = [entry for entry in entries.get(patent, ()) if entry.topic in danger.topics]
    of_case = [entry for entry in of_topic if entry.about == danger.about]
    entry = next(reversed(of_case or of_topic), None)
    day = danger.day
    if day is None and entry is not None:
        day = standing.day(entry.effective_on)
    return {
        "reason": danger.reason,
        "rule": danger.rule,
        "message": deriving.sentence(danger.rule),
        "day": day,
        "about": danger.about,
        "entry": {"position": None if entry is None else entry.position},
    }

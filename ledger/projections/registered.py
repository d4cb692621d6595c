"""What the register says of one registration: a pledge, a licence, an open-licence declaration.

A number once registered is answered for ever: standing, ended, or revoked (which it never was, now
known).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import psycopg
from psycopg.rows import DictRow

from ledger.domain import ranks
from ledger.domain.lawsettings import LawSettings
from ledger.domain.money import Money
from ledger.domain.numbers import printed
from ledger.projections.asking import Point
from ledger.projections.disclosure import Viewer

ASKED = """
WITH asked AS MATERIALIZED (
    SELECT log_head() AS head, coalesce(%(known)s::bigint, log_head()) AS known, %(on)s::date AS day
)
"""
SELECT_PLEDGE = (
    ASKED
    + """
SELECT asked.head, asked.known, e.patent_id, e.registration_no AS number, e.details,
    lower(e.effective) AS since, upper(e.effective) AS until, e.recorded @> asked.known AS known_now
FROM asked
LEFT JOIN encumbrance AS e
    ON e.registration_no = %(number)s AND e.kind = 'pledge' AND lower(e.recorded) <= asked.known
ORDER BY e.patent_id, lower(e.effective)
"""
)
SELECT_LICENCE = (
    ASKED
    + """
SELECT asked.head, asked.known, l.patent_id, l.licence_id AS number, l.registration_no, l.disclosed,
    l.details,
    lower(l.effective) AS since, upper(l.effective) AS until, l.recorded @> asked.known AS known_now
FROM asked
LEFT JOIN licence AS l
    ON (l.licence_id = %(number)s OR l.registration_no = %(number)s) AND lower(l.recorded) <=
        asked.known
ORDER BY l.patent_id, lower(l.effective)
"""
)
SELECT_DECLARATION = (
    ASKED
    + """
SELECT asked.head, asked.known, o.patent_id, o.declaration_no AS number, o.details,
    lower(o.effective) AS since, upper(o.effective) AS until,
    o.recorded @> asked.known AS known_now, p.bibliography
FROM asked
LEFT JOIN open_licence AS o ON o.declaration_no = %(number)s AND lower(o.recorded) <= asked.known
LEFT JOIN patent AS p ON p.patent_id = o.patent_id AND (p.recorded @> asked.known) IS TRUE
ORDER BY o.patent_id, lower(o.effective)
"""
)
SELECT_PLEDGE_CONFIDENTIAL = """
SELECT e.patent_id, e.details, e.confidential, lower(e.effective) AS since,
    (
        SELECT array_agg(lower(p.effective)) FROM encumbrance AS p
        WHERE p.patent_id = e.patent_id AND p.kind = 'preservation'
            AND (p.recorded @> %(known)s::bigint) IS TRUE
    ) AS seized_on
FROM encumbrance AS e
WHERE e.registration_no = %(number)s AND e.kind = 'pledge' AND e.recorded @> %(known)s::bigint
ORDER BY e.patent_id, e.effective @> %(on)s::date DESC, lower(e.effective) DESC
"""
SELECT_LICENCE_CONFIDENTIAL = """
SELECT patent_id, details, confidential FROM licence
WHERE (licence_id = %(number)s OR registration_no = %(number)s) AND recorded @> %(known)s::bigint
ORDER BY patent_id, effective @> %(on)s::date DESC, lower(effective) DESC
"""
SELECT_TOPICS = """
SELECT stream, topic FROM public_entries(%(streams)s::text[], %(known)s::bigint)
WHERE entry ->> 'registration_no' = %(number)s
ORDER BY position
"""
ENDINGS = frozenset(
    {"pledge.released", "pledge.deregistered", "licence.cancelled", "open_licence.withdrawn"}
)
"""Topics of the entries that end a registration on a patent, which stood until then."""

SELECT_TAKEN = """
SELECT EXISTS (
    SELECT FROM licence
    WHERE (licence_id = %(number)s OR registration_no = %(number)s)
        AND upper_inf(recorded) AND confidential ->> 'declaration_no' = %(declaration)s
) AS taken
"""
Connection = psycopg.Connection[DictRow]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, None where there is nothing of that number, with the positions it was read at."""

    body: dict[str, Any] | None
    head: int
    known: int


def pledge(connection: Connection, number: str, point: Point) -> Answer:
    """A pledge registration on all its patents; all of it is public."""
    rows = connection.execute(SELECT_PLEDGE, _asked(number, point)).fetchall()
    return _answer(
        connection, "registration_no", rows, point, ended="ended", shown=("pledgors", "pledgees")
    )


def pledge_confidential(
    connection: Connection, number: str, known: int, on: date, viewer: Viewer, law: LawSettings
) -> list[dict[str, Any]]:
    """Debtor and claim by patent, as far as the reader is a party; with the parts of the claim by
    rank, and whether that of a maximum-amount pledge is fixed."""
    asked = {"number": number, "known": known, "on": on}
    rows = connection.execute(SELECT_PLEDGE_CONFIDENTIAL, asked).fetchall()
    shown = []
    for _, group in groupby(rows, key=lambda row: row["patent_id"]):
        shapes = list(group)
        row = shapes[0]
        if viewer.sees(row["details"], row["confidential"]):
            told = {"patent": row["patent_id"], **row["confidential"]}
            shown.append(told | _of_claim(shapes, on, law))
    return shown


def _of_claim(shapes: list[DictRow], on: date, law: LawSettings) -> dict[str, Any]:
    """What follows from the claim as it was and is, for a day."""
    history = [
        (shape["since"], None if claim is None else Money.model_validate(claim["amount"]))
        for shape in sorted(shapes, key=lambda shape: shape["since"])
        for claim in (shape["confidential"]["claim"],)
        if shape["since"] <= on
    ]
    claim = shapes[0]["confidential"]["claim"]
    told: dict[str, Any] = {
        "portions": [
            {"since": part.since, "amount": part.amount.model_dump(mode="json")}
            for part in ranks.portions(history, from_change=law.increase_ranks_from_change)
        ]
    }
    if claim is not None and claim["maximum"]:
        until = claim["period_until"]
        fixed = ranks.fixed(
            registered_on=date.fromisoformat(shapes[0]["details"]["registered_on"]),
            period_until=None if until is None else date.fromisoformat(until),
            seized_on=shapes[0]["seized_on"] or (),
            on=on,
        )
        told["fixed"] = None if fixed is None else fixed._asdict()
    return told


def licence(connection: Connection, number: str, point: Point, viewer: Viewer) -> Answer:
    """A licence on all its patents; one not recorded is seen by its parties and auditors alone."""
    rows = connection.execute(SELECT_LICENCE, _asked(number, point)).fetchall()
    seen = [
        row
        for row in rows
        if row["patent_id"] is None or row["disclosed"] or viewer.sees(row["details"])
    ]
    if not seen:
        return Answer(None, rows[0]["head"], rows[0]["known"])
    shown = ("kind", "licensors", "licensees", "recorded_on", "open_licence", "sub_licence")
    found = _answer(connection, "licence_id", seen, point, ended="cancelled", shown=shown)
    if found.body is not None:
        found.body["registration_no"] = seen[-1]["registration_no"]
    return found


def licence_confidential(
    connection: Connection, number: str, known: int, on: date, viewer: Viewer
) -> list[dict[str, Any]]:
    """Term, scope and royalty by patent, as far as the reader is a party."""
    asked = {"number": number, "known": known, "on": on}
    rows = connection.execute(SELECT_LICENCE_CONFIDENTIAL, asked).fetchall()
    return [
        {"patent": row["patent_id"], **row["confidential"]}
        for row in _first_by_patent(rows)
        if viewer.sees(row["details"])
    ]


def taken_under(connection: Connection, number: str, declaration_no: str) -> bool:
    """Whether a licence was taken under a declaration; read under the auditor's role, for those who
    know both.
    """
    asked = {"number": number, "declaration": declaration_no}
    row = connection.execute(SELECT_TAKEN, asked).fetchone()
    return row is not None and bool(row["taken"])


def declaration(connection: Connection, number: str, point: Point) -> Answer:
    """An open-licence declaration on all its patents; all of it is public."""
    rows = connection.execute(SELECT_DECLARATION, _asked(number, point)).fetchall()
    found = _answer(
        connection, "declaration_no", rows, point, ended="withdrawn", shown=("patentees",)
    )
    if found.body is not None:
        found.body.update({k: v for k, v in rows[-1]["details"].items() if k != "patentees"})
        named = {row["patent_id"]: row["bibliography"] or {} for row in rows}
        for patent in found.body["patents"]:
            patent.update(publication_items(named[patent["patent"]]))
    return found


def publication_items(bibliography: Mapping[str, Any]) -> dict[str, Any]:
    """What is published of a patent with its declaration: main class, title, filing date and grant
    announcement date (Guidelines V-11 §5)."""
    symbols = bibliography.get("symbols") or [None]
    return {
        "main_class": symbols[0],
        "invention_title": bibliography.get("invention_title"),
        "filed_on": bibliography.get("filed_on"),
        "granted_on": bibliography.get("granted_on"),
    }


def _asked(number: str, point: Point) -> dict[str, Any]:
    return {"number": number, "known": point.known, "on": point.on}


def _first_by_patent(rows: Iterable[DictRow]) -> list[DictRow]:
    return [next(group) for _, group in groupby(rows, key=lambda row: row["patent_id"])]


def _answer(
    connection: Connection,
    name: str,
    rows: list[DictRow],
    point: Point,
    *,
    ended: str,
    shown: tuple[str, ...],
) -> Answer:
    head, known = rows[0]["head"], rows[0]["known"]
    if rows[0]["patent_id"] is None:
        return Answer(None, head, known)
    now = [row for row in rows if row["known_now"]]
    now += _ended_at_once(
        connection, [row for row in rows if row["patent_id"] not in _patents(now)]
    )
    patents = [
        _on_patent(list(shapes), point.on, shown)
        for _, shapes in groupby(
            sorted(now, key=lambda row: str(row["patent_id"])), key=lambda row: row["patent_id"]
        )
    ]
    if not now:
        state = "revoked"
    elif any(patent["stands"] for patent in patents):
        state = "stands"
    else:
        state = "not_yet" if all(point.on < patent["since"] for patent in patents) else ended
    body = {
        name: rows[0]["number"],
        "state": state,
        "effective_on": point.on,
        "known_at": known,
        "patents": patents or [{"patent": patent} for patent in sorted(_patents(rows))],
    }
    return Answer(body, head, known)


def _patents(rows: Iterable[DictRow]) -> set[str]:
    return {row["patent_id"] for row in rows}


def _ended_at_once(connection: Connection, gone: list[DictRow]) -> list[DictRow]:
    """What ended on the day it began, by its last shape: it stood at the end of no day, and yet
    was.

    What is gone for another reason was revoked or withdrawn, and never was.
    """
    if not gone:
        return []
    number = gone[0].get("registration_no") or gone[0]["number"]
    asked = {"streams": sorted(_patents(gone)), "known": gone[0]["known"], "number": number}
    topics = {row["stream"]: row["topic"] for row in connection.execute(SELECT_TOPICS, asked)}
    last = {row["patent_id"]: row for row in gone}
    return [
        {**row, "until": row["since"]}
        for patent, row in last.items()
        if topics.get(patent) in ENDINGS
    ]


def _on_patent(shapes: list[DictRow], on: date, shown: tuple[str, ...]) -> dict[str, Any]:
    """A registration on one patent: in the shape it has on the day, or had nearest before."""
    standing = [s for s in shapes if s["since"] <= on and (s["until"] is None or on < s["until"])]
    begun = [s for s in shapes if s["since"] <= on]
    shape = (standing or begun or shapes)[-1 if begun else 0]
    return {
        "patent": shape["patent_id"],
        "printed": printed(shape["patent_id"]),
        "stands": bool(standing),
        "since": shapes[0]["since"],
        "until": shapes[-1]["until"],
        **{name: shape["details"].get(name) for name in shown},
    }

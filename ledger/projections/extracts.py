"""The register extract: everything the register says of a patent at one point, in one query.

The public part is read under the public role. What else a party or an auditor may see stands in a
member of
its own, `confidential`, read under the auditor's role and filtered by `disclosure`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import DictRow

from ledger.domain.numbers import printed
from ledger.domain.ranks import ranked
from ledger.projections import standing
from ledger.projections.asking import Point
from ledger.projections.disclosure import Viewer
from ledger.projections.standing import Reckoning

# IS TRUE keeps the planner from indexes that lead through other patents' rows.
SELECT_EXTRACTS = """
WITH newest AS MATERIALIZED (
    SELECT log_head() AS head
), asked AS MATERIALIZED (
    SELECT head, coalesce(%(known)s::bigint, head) AS known, %(on)s::date AS day FROM newest
)
SELECT asked.head, asked.known, n.number, p.patent_id, p.bibliography, p.facts,
    (
        SELECT t.patentees FROM title AS t
        WHERE t.patent_id = p.patent_id
            AND (t.effective @> asked.day) IS TRUE AND (t.recorded @> asked.known) IS TRUE
    ) AS patentees,
    (
        SELECT jsonb_agg(
            jsonb_build_object(
                'kind', e.kind, 'registration_no', e.registration_no,
                'since', lower(e.effective), 'until', upper(e.effective)
            ) || e.details
            ORDER BY lower(e.effective), e.thing
        ) FROM encumbrance AS e
        WHERE e.patent_id = p.patent_id
            AND (e.effective @> asked.day) IS TRUE AND (e.recorded @> asked.known) IS TRUE
    ) AS encumbrances,
    (
        SELECT jsonb_agg(
            jsonb_build_object(
                'licence_id', l.licence_id, 'registration_no', l.registration_no,
                'since', lower(l.effective), 'until', upper(l.effective)
            ) || l.details
            ORDER BY lower(l.effective), l.thing
        ) FROM licence AS l
        WHERE l.patent_id = p.patent_id AND l.disclosed
            AND (l.effective @> asked.day) IS TRUE AND (l.recorded @> asked.known) IS TRUE
    ) AS licences,
    (
        SELECT jsonb_agg(
            jsonb_build_object('declaration_no', o.declaration_no) || o.details
            ORDER BY lower(o.effective), o.thing
        ) FROM open_licence AS o
        WHERE o.patent_id = p.patent_id
            AND (o.effective @> asked.day) IS TRUE AND (o.recorded @> asked.known) IS TRUE
    ) AS declarations
FROM asked
CROSS JOIN unnest(%(numbers)s::text[]) WITH ORDINALITY AS n (number, place)
LEFT JOIN patent AS p ON p.patent_id = n.number AND (p.recorded @> asked.known) IS TRUE
ORDER BY n.place
"""
SELECT_ALIASES = """
SELECT a.alias, p.patent_id
FROM patent_alias AS a
JOIN patent AS p ON p.patent_id = a.patent_id
WHERE a.alias = ANY (%(aliases)s::text[]) AND (p.recorded @> %(known)s::bigint) IS TRUE
    AND jsonb_exists(p.bibliography -> 'aliases', a.alias)
ORDER BY p.patent_id
"""
SELECT_CONFIDENTIAL = """
SELECT 'encumbrance' AS part, e.registration_no AS number, NULL::boolean AS disclosed,
    e.kind, e.details, e.confidential, lower(e.effective) AS since, e.thing
FROM encumbrance AS e
WHERE e.patent_id = %(patent)s
    AND (e.effective @> %(on)s::date) IS TRUE AND (e.recorded @> %(known)s::bigint) IS TRUE
UNION ALL
SELECT 'licence', l.licence_id, l.disclosed,
    NULL, l.details, l.confidential, lower(l.effective), l.thing
FROM licence AS l
WHERE l.patent_id = %(patent)s
    AND (l.effective @> %(on)s::date) IS TRUE AND (l.recorded @> %(known)s::bigint) IS TRUE
UNION ALL
SELECT 'invalidation', NULL, NULL,
    NULL, i.details, '{}'::jsonb, lower(i.effective), i.thing
FROM pending_invalidation AS i
WHERE i.patent_id = %(patent)s
    AND (i.effective @> %(on)s::date) IS TRUE AND (i.recorded @> %(known)s::bigint) IS TRUE
ORDER BY since, thing
"""

BIBLIOGRAPHY = (
    "invention_title",
    "kind",
    "publication_no",
    "symbols",
    "aliases",
    "industry",
    "strategic_industry",
    "family_abroad",
    "same_day_patent",
)
DATES = ("filed_on", "published_on", "granted_on")


def extracts(
    connection: psycopg.Connection[DictRow], numbers: Sequence[str], point: Point
) -> list[DictRow]:
    """One row a number, in order; `patent_id` is None where the register has no such patent."""
    asked = {"numbers": list(numbers), "known": point.known, "on": point.on}
    rows = connection.execute(SELECT_EXTRACTS, asked).fetchall()
    missing = [row["number"] for row in rows if row["patent_id"] is None]
    if not missing or not rows:
        return rows
    found: dict[str, list[str]] = {}
    known = rows[0]["known"]
    for row in connection.execute(SELECT_ALIASES, {"aliases": missing, "known": known}):
        found.setdefault(row["alias"], []).append(row["patent_id"])
    # An alias of several patents names none of them.
    meant = {alias: patents[0] for alias, patents in found.items() if len(patents) == 1}
    if not meant:
        return rows
    named = {"numbers": list(meant.values()), "known": known, "on": point.on}
    by_number = {row["patent_id"]: row for row in connection.execute(SELECT_EXTRACTS, named)}
    return [
        {**by_number[meant[row["number"]]], "number": row["number"]}
        if row["number"] in meant
        else row
        for row in rows
    ]


def extract(row: DictRow, on: date, reckoning: Reckoning) -> dict[str, Any]:
    """The public extract of a row."""
    facts, bibliography = row["facts"], row["bibliography"]
    patent = standing.right(row["patent_id"], bibliography, facts)
    return {
        "patent": patent.id,
        "printed": printed(patent.id),
        "status": patent.status(on),
        "effective_on": on,
        "known_at": row["known"],
        **{name: bibliography.get(name) for name in BIBLIOGRAPHY},
        "dates": {name: bibliography.get(name) for name in DATES},
        "patentees": row["patentees"],
        "encumbrances": _with_ranks(row["encumbrances"] or []),
        "licences": row["licences"] or [],
        "open_licence": row["declarations"][0] if row["declarations"] else None,
        "term": standing.term(patent),
        "fees": standing.fees(patent, on, reckoning),
    }


def _with_ranks(encumbrances: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pledges among what stands against the patent, each with its rank."""
    pledges = [e for e in encumbrances if e["kind"] == "pledge"]
    rank = ranked((date.fromisoformat(e["registered_on"]), e["registration_no"]) for e in pledges)
    return [
        {**e, "rank": rank[e["registration_no"]]} if e["kind"] == "pledge" else e
        for e in encumbrances
    ]


def status(row: DictRow, asked: str, on: date, reckoning: Reckoning) -> dict[str, Any]:
    """What a bulk enquiry tells of a patent."""
    if row["patent_id"] is None:
        return {
            "asked": asked,
            "patent": row["number"],
            "printed": printed(row["number"]),
            "entered": False,
        }
    patent = standing.right(row["patent_id"], row["bibliography"], row["facts"])
    encumbrances = row["encumbrances"] or []
    fees = standing.fees(patent, on, reckoning)
    return {
        "asked": asked,
        "patent": patent.id,
        "printed": printed(patent.id),
        "entered": True,
        "status": patent.status(on),
        "patentees": row["patentees"],
        "pledges": [e["registration_no"] for e in encumbrances if e["kind"] == "pledge"],
        "preserved": any(e["kind"] == "preservation" for e in encumbrances),
        "suspended": any(e["kind"] == "suspension" for e in encumbrances),
        "licences": [licence["licence_id"] for licence in row["licences"] or []],
        "open_licence": row["declarations"][0]["declaration_no"] if row["declarations"] else None,
        "last_day": standing.term(patent)["last_day"],
        "fees": None if fees is None else fees["state"],
    }


def confidential(
    connection: psycopg.Connection[DictRow], row: DictRow, point: Point, viewer: Viewer
) -> dict[str, list[dict[str, Any]]]:
    """What else the reader may see of a patent: the parts to which it is a party, or all for an
    auditor.
    """
    asked = {"patent": row["patent_id"], "known": row["known"], "on": point.on}
    shown: dict[str, list[dict[str, Any]]] = {
        "encumbrances": [],
        "licences": [],
        "invalidations": [],
    }
    for part in connection.execute(SELECT_CONFIDENTIAL, asked):
        details, hidden = part["details"], part["confidential"]
        match part["part"]:
            case "encumbrance" if hidden and viewer.sees(details, hidden):
                shown["encumbrances"].append({"registration_no": part["number"], **hidden})
            case "licence" if viewer.sees(details):
                beside = {} if part["disclosed"] else details
                shown["licences"].append({"licence_id": part["number"], **beside, **hidden})
            case "invalidation" if viewer.sees(row["patentees"], details):
                shown["invalidations"].append(details)
            case _:
                continue
    return shown

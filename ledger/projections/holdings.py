"""What a party is a party to: its patents, pledges and licences, at one point."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import DictRow

from ledger.projections.asking import Point

HOLDINGS_MAX = 1000
"""Most lines of each list; the answer says how many there are."""

# The patents that concern a party are those of the follower's list of involvements, and those of
# entries that it has not come to yet; behind OFFSET 0 each is looked up by itself.
SELECT_HOLDINGS = """
WITH asked AS MATERIALIZED (
    SELECT log_head() AS head, coalesce(%(known)s::bigint, log_head()) AS known, %(on)s::date AS
        day,
        jsonb_build_array(jsonb_build_object('id', %(party)s::text)) AS party
), concerned AS MATERIALIZED (
    SELECT i.patent_id FROM asked CROSS JOIN LATERAL involved(%(party)s::text, asked.known) AS i
    UNION
    SELECT b.stream FROM streams_behind(lists_known()) AS b
), patents AS (
    SELECT t.patent_id, t.patentees AS parties
    FROM asked CROSS JOIN concerned AS c CROSS JOIN LATERAL (
        SELECT * FROM title WHERE patent_id = c.patent_id OFFSET 0
    ) AS t
    WHERE t.patentees @> asked.party
        AND (t.effective @> asked.day) IS TRUE AND (t.recorded @> asked.known) IS TRUE
), pledges AS (
    SELECT e.registration_no, bool_or(e.details -> 'pledgors' @> asked.party) AS pledgor,
        bool_or(e.details -> 'pledgees' @> asked.party) AS pledgee,
        array_agg(e.patent_id ORDER BY e.patent_id) AS patents, min(lower(e.effective)) AS since,
        (array_agg((e.details -> 'pledgors') || (e.details -> 'pledgees')))[1] AS parties
    FROM asked CROSS JOIN concerned AS c CROSS JOIN LATERAL (
        SELECT * FROM encumbrance WHERE patent_id = c.patent_id OFFSET 0
    ) AS e
    WHERE e.kind = 'pledge'
        AND (e.effective @> asked.day) IS TRUE AND (e.recorded @> asked.known) IS TRUE
        AND (e.details -> 'pledgors' @> asked.party OR e.details -> 'pledgees' @> asked.party)
    GROUP BY e.registration_no
), licences AS (
    SELECT l.licence_id, bool_or(l.details -> 'licensors' @> asked.party) AS licensor,
        bool_or(l.details -> 'licensees' @> asked.party) AS licensee, bool_or(l.disclosed) AS
            recorded,
        array_agg(l.patent_id ORDER BY l.patent_id) AS patents, min(lower(l.effective)) AS since,
        (array_agg((l.details -> 'licensors') || (l.details -> 'licensees')))[1] AS parties
    FROM asked CROSS JOIN concerned AS c CROSS JOIN LATERAL (
        SELECT * FROM licence WHERE patent_id = c.patent_id OFFSET 0
    ) AS l
    WHERE (l.effective @> asked.day) IS TRUE AND (l.recorded @> asked.known) IS TRUE
        AND (l.details -> 'licensors' @> asked.party OR l.details -> 'licensees' @> asked.party)
    GROUP BY l.licence_id
)
SELECT asked.head, asked.known,
    (SELECT count(*) FROM patents) AS patents_total,
    (SELECT count(*) FROM pledges) AS pledges_total,
    (SELECT count(*) FROM licences) AS licences_total,
    (SELECT jsonb_agg(to_jsonb(x) ORDER BY patent_id) FROM (
        SELECT * FROM patents ORDER BY patent_id LIMIT %(cap)s) AS x) AS patents,
    (SELECT jsonb_agg(to_jsonb(x) ORDER BY registration_no) FROM (
        SELECT * FROM pledges ORDER BY registration_no LIMIT %(cap)s) AS x) AS pledges,
    (SELECT jsonb_agg(to_jsonb(x) ORDER BY licence_id) FROM (
        SELECT * FROM licences ORDER BY licence_id LIMIT %(cap)s) AS x) AS licences,
    EXISTS (
        SELECT FROM open_entries(ARRAY['party:' || %(party)s::text], asked.known)
        WHERE topic = 'party.identity_evidenced'
    ) AS evidenced
FROM asked
"""


def holdings(
    connection: psycopg.Connection[DictRow], party: str, point: Point
) -> tuple[dict[str, Any], int]:
    """The party's lists, and the newest position; read under the auditor's role, for the party
    itself.
    """
    asked = {"party": party, "known": point.known, "on": point.on, "cap": HOLDINGS_MAX}
    row = connection.execute(SELECT_HOLDINGS, asked).fetchone()
    assert row is not None, "a query without a table answers one row"
    patents, pledges, licences = (row[name] or [] for name in ("patents", "pledges", "licences"))
    named = [
        known
        for line in (*patents, *pledges, *licences)
        for known in line.pop("parties")
        if known["id"] == party
    ]
    answer = {
        "party": named[0] if named else {"id": party},
        "effective_on": point.on,
        "known_at": row["known"],
        "identity_evidenced": row["evidenced"],
        "cap": HOLDINGS_MAX,
        "patents": {
            "total": row["patents_total"],
            "listed": [line["patent_id"] for line in patents],
        },
        "pledges": {"total": row["pledges_total"], "listed": pledges},
        "licences": {"total": row["licences_total"], "listed": licences},
    }
    return answer, row["head"]

"""The trail of what was read that is not public, for auditors."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import DictRow

INSERT = """
INSERT INTO confidential_read
    (read_at, caller, role, party, operation, about, path, query, position, status, request_id)
VALUES (%(read_at)s, %(caller)s, %(role)s, %(party)s, %(operation)s, %(about)s, %(path)s, %(query)s,
    %(position)s, %(status)s, %(request_id)s)
"""
SELECT = """
SELECT read_no, read_at, caller, role, party, operation, about, path, query, position, status,
    request_id
FROM confidential_read
WHERE read_no > %(after)s
    AND (%(caller)s::text IS NULL OR caller = %(caller)s)
    AND (%(about)s::text IS NULL OR about = %(about)s)
ORDER BY read_no LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Read:
    """One answer with something in it that is not public."""

    read_at: datetime
    caller: str
    role: str
    party: str | None
    operation: str
    about: str | None
    path: str
    query: str
    position: int | None
    status: int
    request_id: str


def note(connection: psycopg.Connection[DictRow], read: Read) -> None:
    """Write a read down, under the writer's role; it is on disk when this returns."""
    connection.execute(INSERT, asdict(read))


def reads(
    connection: psycopg.Connection[DictRow],
    *,
    after: int,
    limit: int,
    caller: str | None,
    about: str | None,
) -> list[dict[str, Any]]:
    """Reads in the order in which they were noted, under the auditor's role."""
    asked = {"after": after, "limit": limit, "caller": caller, "about": about}
    return connection.execute(SELECT, asked).fetchall()

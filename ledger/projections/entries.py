"""Entries of the log by stream and by filing, as a reader may see them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson
import psycopg
from psycopg.rows import DictRow

from ledger.projections import queue
from ledger.projections.asking import Point
from ledger.projections.disclosure import Viewer, opened, shown_entries

SELECT_HEAD = "SELECT log_head() AS head"
SELECT_PUBLIC = """
SELECT position, recorded_at, stream, topic, entry FROM public_entries(%(streams)s::text[],
    %(known)s::bigint)
"""
SELECT_OPEN = """
SELECT position, recorded_at, stream, version, topic, entry, open
FROM open_entries(%(streams)s::text[], %(known)s::bigint)
"""
SELECT_VERSION = """
SELECT coalesce(max(version), 0) AS version FROM open_entries(ARRAY[%s::text], %s::bigint)
"""
SELECT_ANYTHING = "SELECT EXISTS (SELECT FROM stored_events WHERE originator_id = %s) AS there"
SELECT_STREAM = "SELECT stream FROM event_log WHERE position = %s"
SELECT_FILING = "SELECT caller, receipt, last_position FROM filing_record(%s)"

Connection = psycopg.Connection[DictRow]


def head(connection: Connection) -> int:
    """The newest position."""
    row = connection.execute(SELECT_HEAD).fetchone()
    assert row is not None, "a query without a table answers one row"
    position: int = row["head"]
    return position


def history(
    connection: Connection,
    patent: str,
    known: int,
    *,
    effective_on: date | None,
    viewer: Viewer,
) -> list[dict[str, Any]]:
    """A patent's entries in order. With a day, those that take effect by it.

    The connection's role is the public one for the public, the auditor's for anybody else.
    """
    asked = {"streams": [patent], "known": known}
    if viewer.public:
        rows = connection.execute(SELECT_PUBLIC, asked).fetchall()
        shown = [dict(row) for row in rows]
    else:
        shown = shown_entries(connection.execute(SELECT_OPEN, asked).fetchall(), viewer)
    if effective_on is not None:
        shown = [entry for entry in shown if (_effective_on(entry) or date.min) <= effective_on]
    return shown


def anything_on(connection: Connection, stream: str) -> bool:
    """Whether a stream holds any fact, under a role that reads the log."""
    row = connection.execute(SELECT_ANYTHING, (stream,)).fetchone()
    assert row is not None, "a query without a table answers one row"
    return bool(row["there"])


def version(connection: Connection, patent: str, known: int) -> int:
    """How many facts a patent's stream holds at a position, hidden ones among them."""
    row = connection.execute(SELECT_VERSION, (patent, known)).fetchone()
    assert row is not None, "an aggregate gives one row"
    found: int = row["version"]
    return found


def filing(
    connection: Connection,
    filing_id: str,
    viewer: Viewer,
    *,
    caller: str,
    all_filings: bool,
    point: Point,
) -> Any:
    """A filing's receipt and entries, for its parties, its filer and those who see all filings;
    else None, as where it was not known yet. Of a prepared one also what has become of it.
    """
    row = connection.execute(SELECT_FILING, (filing_id,)).fetchone()
    until = head(connection) if point.known is None else point.known
    if row is None or row["last_position"] > until:
        return None
    receipt = orjson.loads(row["receipt"])
    streams = list(dict.fromkeys(e.get("patent") or e.get("stream") for e in receipt["entries"]))
    asked = {"streams": streams, "known": row["last_position"]}
    rows = connection.execute(SELECT_OPEN, asked).fetchall()
    filer = row["caller"] == caller
    positions = {entry["position"] for entry in receipt["entries"]}
    shown = [e for e in shown_entries(rows, viewer, filer=filer) if e["position"] in positions]
    entitled = filer or viewer.auditor or any("confidential" in entry for entry in shown)
    if not (entitled or all_filings):
        return None
    registered = {"state": "registered", "at": receipt["recorded_at"]}
    answer = {
        "status": {"state": "registered", "steps": [registered]},
        "receipt": receipt,
        "entries": shown,
    }
    if "prepared" in receipt and receipt["prepared"]["filing"] == filing_id:
        known = {"streams": [f"filing:{filing_id}"], "known": until}
        rows = connection.execute(SELECT_OPEN, known).fetchall()
        prepared = queue.prepared(rows, point.on, entitled=entitled)
        if prepared is not None:
            steps = prepared.pop("steps")
            answer["status"] = {"state": prepared["state"], "steps": steps}
        answer["prepared"] = prepared
    return answer


def since(
    connection: Connection, expected: Mapping[str, int], viewer: Viewer
) -> list[dict[str, Any]]:
    """The entries that came after the versions a filer expected, as far as it may see them."""
    asked = {"streams": list(expected), "known": head(connection)}
    rows = connection.execute(SELECT_OPEN, asked).fetchall()
    later = {row["position"] for row in rows if row["version"] > expected[row["stream"]]}
    return [entry for entry in shown_entries(rows, viewer) if entry["position"] in later]


def disclosable(
    connection: Connection, position: int, viewer: Viewer
) -> dict[str, tuple[str, Any]]:
    """The members of an entry that a reader may disclose, with their salts: those that it sees as
    they were entered. The connection's role is the auditor's."""
    row = connection.execute(SELECT_STREAM, (position,)).fetchone()
    if row is None:
        return {}
    asked = {"streams": [row["stream"]], "known": position}
    rows = connection.execute(SELECT_OPEN, asked).fetchall()
    stored = rows[-1]["open"] or {}
    shown = [entry for entry in shown_entries(rows, viewer) if entry["position"] == position]
    if not shown:
        return {}
    values = {name: value for name, (_, value) in stored.items()}
    seen = values if viewer.auditor else shown[0].get("confidential", {})
    return {
        name: (salt, value)
        for name, (salt, value) in stored.items()
        if name in seen and seen[name] == value
    }


def _effective_on(entry: Mapping[str, Any]) -> date | None:
    """The day from which an entry counts, where the reader may see it."""
    row = {"entry": entry["entry"], "open": entry.get("open")}
    value = opened(row).get("effective_on") or entry.get("confidential", {}).get("effective_on")
    return None if value is None else date.fromisoformat(value)

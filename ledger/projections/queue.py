"""Prepared filings that wait for somebody, and what those concerned are told of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg.rows import DictRow

from ledger.domain.events import (
    Concealed,
    ContestDecided,
    FilingConfirmed,
    FilingContested,
    FilingDecided,
    FilingPrepared,
    FilingWithdrawn,
    LedgerEvent,
)
from ledger.domain.periods import SHANGHAI, civil_date
from ledger.domain.prepared import FilingState, Prepared
from ledger.domain.streams import Stream, evolve_stream
from ledger.eventstore import stored_form
from ledger.projections.asking import Point

SELECT_WAITING = """
WITH waiting AS (
    SELECT * FROM prepared_filing
    WHERE (
            state IN ('awaiting_confirmation', 'refused') AND valid_until > %(today)s
            OR state = 'contested'
        )
        AND (%(party)s::text IS NULL OR parties @> ARRAY[%(party)s::text])
        AND (%(state)s::text = 'waiting' OR state = %(state)s::text)
)
SELECT log_head() AS head, (SELECT count(*) FROM waiting) AS total,
    (SELECT jsonb_agg(to_jsonb(x) - 'parties' ORDER BY prepared_at, filing_id) FROM (
        SELECT * FROM waiting ORDER BY prepared_at, filing_id LIMIT %(limit)s) AS x) AS listed
"""


SELECT_EARLIER = """
SELECT filing_id FROM prepared_filing
WHERE prepared_at <= recorded_at_position(%(known)s)
    AND (%(party)s::text IS NULL OR parties @> ARRAY[%(party)s::text])
ORDER BY prepared_at, filing_id
"""
SELECT_STREAMS = """
SELECT stream, version, topic, entry, open FROM open_entries(%(streams)s::text[], %(known)s::bigint)
ORDER BY stream, version
"""
WAITING = ("awaiting_confirmation", "refused", "contested")
LISTED = ("command", "patents", "prepared_at", "valid_until", "awaiting", "state")


def waiting(
    connection: psycopg.Connection[DictRow],
    point: Point,
    party: str | None,
    state: str,
    limit: int,
) -> tuple[dict[str, Any], int]:
    """The queue, first come first, and the newest position; for a party those it has a part in."""
    asked = {"today": point.on, "party": party, "state": state, "limit": limit}
    row = connection.execute(SELECT_WAITING, asked).fetchone()
    assert row is not None, "an aggregate gives one row"
    listed, total, known = row["listed"] or [], row["total"], row["head"]
    if point.known is not None:
        found = _as_known(connection, point, party, WAITING if state == "waiting" else (state,))
        listed, total, known = found[:limit], len(found), point.known
    body = {
        "effective_on": point.on,
        "known_at": known,
        "total": total,
        "returned": len(listed),
        "cap": limit,
        "filings": listed,
    }
    return body, row["head"]


def _as_known(
    connection: psycopg.Connection[DictRow],
    point: Point,
    party: str | None,
    states: Sequence[str],
) -> list[dict[str, Any]]:
    """The queue as it was known at a position, told from the streams of the filings."""
    asked: dict[str, Any] = {"known": point.known, "party": party}
    rows = connection.execute(SELECT_EARLIER, asked).fetchall()
    asked["streams"] = [f"filing:{row['filing_id']}" for row in rows]
    entries: dict[str, list[DictRow]] = {stream: [] for stream in asked["streams"]}
    for row in connection.execute(SELECT_STREAMS, asked):
        entries[row["stream"]].append(row)
    told = {s: prepared(found, point.on, entitled=False) for s, found in entries.items()}
    return [
        {"filing_id": s.removeprefix("filing:"), **{name: found[name] for name in LISTED}}
        for s, found in told.items()
        if found is not None and found["state"] in states
    ]


def prepared(
    rows: Sequence[Mapping[str, Any]], today: date, *, entitled: bool
) -> dict[str, Any] | None:
    """What a stream says of the filing prepared on it, None where there is none. What was prepared
    is for its parties and auditors; the office sees who is asked and what became of it."""
    events = [_event(row) for row in rows]
    stream = Stream()
    for event in events:
        stream = evolve_stream(stream, event)
    if stream.prepared is None:
        return None
    filing, state = stream.prepared.filing, stream.prepared.state(today)
    confirmed_at = {e.by.id: _at(e) for e in events if isinstance(e, FilingConfirmed)}
    decided = [event for event in events if isinstance(event, FilingDecided)]
    withdrawn = [event for event in events if isinstance(event, FilingWithdrawn)]
    return {
        "state": state.value,
        "command": filing.command,
        "patents": filing.body["patents"],
        "prepared_at": _at(filing),
        "valid_until": filing.valid_until,
        "asked": [
            {
                "id": party.id,
                "name": party.name,
                "confirmed": party.id in filing.agreed or party.id in confirmed_at,
                "confirmed_at": confirmed_at.get(party.id),
            }
            for party in filing.asked
        ],
        "awaiting": [{"id": party.id, "name": party.name} for party in stream.prepared.awaiting],
        "decided_at": _at(decided[-1]) if decided else None,
        "registered_as": decided[-1].registered_as if decided else None,
        "findings": list(decided[-1].findings) if decided else [],
        "withdrawn_at": _at(withdrawn[-1]) if withdrawn else None,
        "contest": _contest(stream.prepared),
        "steps": list(_steps(events, stream.prepared, today)),
        **({"body": filing.body} if entitled else {}),
    }


def _contest(prepared: Prepared) -> dict[str, Any] | None:
    """The contest of its refusal, and what the office decided."""
    contested, decided = prepared.contested, prepared.contest_decided
    if contested is None:
        return None
    return {
        "contested_at": _at(contested),
        "by": contested.by,
        "reason": contested.reason,
        "decided_at": None if decided is None else _at(decided),
        "outcome": None if decided is None else decided.outcome,
        "waived": [] if decided is None else list(decided.waived),
        "grounds": None if decided is None else decided.reason,
    }


def _steps(
    events: Sequence[LedgerEvent | Concealed], prepared: Prepared, today: date
) -> Iterator[dict[str, Any]]:
    """The states that a filing has been in, each since when."""
    so_far: Prepared | None = None
    state: str | None = None
    for event in events:
        match event:
            case FilingPrepared():
                so_far = Prepared(event)
                if event.envelope.filing_id != _contesting(prepared):
                    yield {"state": "prepared", "at": _at(event)}
                else:
                    continue
            case (
                FilingConfirmed()
                | FilingWithdrawn()
                | FilingDecided()
                | FilingContested()
                | ContestDecided()
            ) if so_far is not None:
                so_far = so_far.after(event)
            case _:
                continue
        judged_again = isinstance(event, ContestDecided) and event.outcome == "set_aside"
        if judged_again and not so_far.awaiting:
            continue  # what that gives follows at once
        now = so_far.state(civil_date(_at(event))).value
        if now != state or isinstance(event, FilingDecided):
            state = now
            yield {"state": now, "at": _at(event)}
    if prepared.state(today) is FilingState.EXPIRED:
        yield {"state": "expired", "at": _begins(prepared.filing.valid_until)}


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def _contesting(prepared: Prepared) -> str | None:
    """The filing that contests a refusal, which was not prepared before."""
    return None if prepared.contested is None else prepared.contested.envelope.filing_id


def _event(row: Mapping[str, Any]) -> LedgerEvent | Concealed:
    state = stored_form.canonical(row["entry"]) + b"\n" + stored_form.canonical(row["open"])
    return stored_form.decode(StoredEvent(row["stream"], row["version"], row["topic"], state))


def _at(event: LedgerEvent) -> datetime:
    return event.envelope.recorded_at

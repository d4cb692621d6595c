"""Histories once stored fold for ever, to the same register.

A golden file is never written again (`make_golden` refuses), and its entries are pinned: were one
byte of them changed, its leaf in the transparency log would be another.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent

from ledger.domain.events import EVENT_TYPES
from ledger.domain.holdings import Licence, Pledge
from ledger.domain.patent import Patent
from ledger.eventstore.recorder import LedgerDatastore, LedgerRecorder
from ledger.eventstore.stored_form import decode, entry_of
from ledger.eventstore.world import Stream, empty, folded, is_patent
from ledger.projections import comparing, rebuild
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import rows
from tests.replay.histories import HISTORIES
from tests.replay.pins import PINS
from tests.replay.registers import EXPECTED

GOLDEN = Path(__file__).parent / "golden"
EVERY_HISTORY = pytest.mark.parametrize("name", PINS)


def stored(name: str, *, withheld: bool = False) -> list[StoredEvent]:
    """The stored events of a history, without their open lines if they are withheld."""
    events = []
    for place, line in enumerate((GOLDEN / f"{name}.jsonl").read_text("utf-8").splitlines(), 1):
        row = json.loads(line)
        assert row["position"] == place
        state = row["state"].encode()
        state = entry_of(state) if withheld else state
        events.append(StoredEvent(row["stream"], row["version"], row["topic"], state))
    return events


def register(events: list[StoredEvent]) -> dict[str, Any]:
    """What the register says when all of a log is folded."""
    streams: dict[str, Patent | Stream] = {}
    for event in events:
        state = streams.get(event.originator_id) or empty(event.originator_id)
        streams[str(event.originator_id)] = folded(state, decode(event))
    return {stream: shown(state) for stream, state in streams.items()}


@EVERY_HISTORY
def test_its_entries_are_those_once_stored(name: str) -> None:
    digests = [sha256(entry_of(event.state)).hexdigest() for event in stored(name)]
    assert digests == list(PINS[name])


@EVERY_HISTORY
def test_it_folds_to_the_register_it_made(name: str) -> None:
    assert register(stored(name)) == EXPECTED[name]


@EVERY_HISTORY
def test_it_folds_where_all_that_is_open_is_withheld(name: str) -> None:
    """Patentees, pledges and the life of the right are public; amounts and terms are gone."""
    everything, public = register(stored(name)), register(stored(name, withheld=True))
    assert everything.keys() == public.keys()
    for stream, whole in everything.items():
        for member in ("version", "patentees", "fees", "terminates_on"):
            assert public[stream].get(member) == whole.get(member)
        for mine, theirs in zip(
            public[stream].get("pledges", []), whole.get("pledges", []), strict=True
        ):
            assert mine == theirs | {"amount": None, "debtor": None}


@EVERY_HISTORY
def test_the_views_are_rebuilt_from_it(name: str, new_database: NewDatabase) -> None:
    with new_database() as url:
        with LedgerDatastore(url, "ledger_writer") as datastore:
            LedgerRecorder(datastore).insert_events(stored(name))
        rebuild.rebuild(url)
        compared = comparing.compare(url)
        assert all(view["equal"] for view in compared["views"].values()), compared
        found = rows(url, "SELECT patent_id FROM patent WHERE upper_inf(recorded)")
    patents = {stream for stream in EXPECTED[name] if is_patent(stream)}
    assert {row["patent_id"] for row in found} == patents


def test_the_histories_hold_every_kind_of_event() -> None:
    assert {event.topic for name in PINS for event in stored(name)} == set(EVENT_TYPES)


def test_every_history_has_its_file_its_pins_and_its_register() -> None:
    files = {path.stem for path in GOLDEN.glob("*.jsonl")}
    assert files == set(HISTORIES) == set(PINS) == set(EXPECTED)


# --- a register as text -------------------------------------------------------------------------


def shown(state: Patent | Stream) -> dict[str, Any]:
    """Everything a state says, in short."""
    if isinstance(state, Stream):
        used_by = None if state.consent is None else state.consent.used_by
        found = {"version": state.version, "used_by": used_by, "evidenced": state.evidenced}
        if state.prepared is not None:
            last_day = state.prepared.filing.valid_until - timedelta(days=1)
            found["prepared"] = state.prepared.state(last_day).value
        return found
    return {name: member for name, member in _members(state) if member}


def _members(patent: Patent) -> Iterator[tuple[str, Any]]:
    yield "version", patent.version
    yield "patentees", [[iso(p.since), *names(p.parties)] for p in patent.patentees]
    yield "terminates_on", iso(patent.terminates_on)
    yield "status", statuses(patent)
    yield "fees", [[year, iso(day)] for year, day in patent.fees_settled()]
    yield "pledges", [pledge_shown(pledge) for pledge in patent.pledges]
    yield "licences", [licence_shown(licence) for licence in patent.licences]
    yield (
        "declarations",
        [
            [d.declaration_no, iso(d.declared_on), iso(d.ends_on), iso(d.withdrawn_on)]
            for d in patent.declarations
        ],
    )
    yield (
        "preserved",
        [[p.case_no, iso(since), iso(until)] for p, since, until in patent.preservation_periods()],
    )
    yield (
        "suspended",
        [[s.case_no, iso(s.starts_on), iso(s.ends_on), s.extended] for s in patent.suspensions],
    )
    yield (
        "invalidations",
        [
            [i.case_no, iso(i.requested_on), i.outcome, iso(i.final_on)]
            for i in patent.invalidations
        ],
    )
    yield "elsewhere", [[e.kind, e.text] for e in patent.elsewhere]


def pledge_shown(pledge: Pledge) -> dict[str, Any]:
    now = pledge.now
    return {
        "no": pledge.registration_no,
        "since": iso(pledge.registered_on),
        "pledgors": names(now.pledgors),
        "pledgees": names(now.pledgees),
        "debtor": None if now.debtor is None else now.debtor.name,
        "amount": None if now.claim is None else str(now.claim.amount.amount),
        "shapes": len(pledge.shapes),
        "ended": [iso(pledge.ended_on), pledge.ended_by],
    }


def licence_shown(licence: Licence) -> dict[str, Any]:
    now = licence.now
    return {
        "id": licence.licence_id,
        "kind": now.kind,
        "licensors": names(now.licensors),
        "licensees": names(now.licensees),
        "recorded_on": iso(licence.recorded_on),
        "from_to": [iso(now.starts_on), iso(now.ends_on)],
        "royalty": None if now.royalty is None else now.royalty.form,
        "cancelled_on": iso(licence.cancelled_on),
    }


def statuses(patent: Patent) -> list[list[str | None]]:
    """The status from each day on which it changes."""
    days = sorted({fact.effective_on for fact in patent.facts})
    found: list[list[str | None]] = []
    for day in days:
        status = patent.status(day).value
        if not found or found[-1][1] != status:
            found.append([iso(day), status])
    return found


def names(parties: Any) -> list[str]:
    return [party.name for party in parties]


def iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()

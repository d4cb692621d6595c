"""Erasing what is personal of a natural person: the values go, that they went is recorded.

They lie beside the log, in the table `personal`, with the salts of their digests; entries, views
and proofs stay as they are. A row may hold the values of several persons under one digest: then
those of the others stay, without the salt, which would help to guess what was erased.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg import Cursor
from psycopg.rows import DictRow

from ledger.domain.events import Door, Envelope, FilingPrepared, PersonalValuesErased
from ledger.domain.parties import PartyDetails, PartyKind, party_id
from ledger.domain.periods import civil_date
from ledger.domain.refusals import Declined
from ledger.eventstore.acts import Entered
from ledger.eventstore.stored_form import canonical, decode
from ledger.eventstore.world import World
from ledger.means import Means, recorded_text

SELECT_ROWS = """
SELECT p.position, p.name, p.value, e.originator_id, e.originator_version, e.topic, e.state
FROM personal AS p JOIN stored_events AS e ON e.notification_id = p.position
"""
SELECT_AGAIN = """
SELECT jsonb_agg(jsonb_build_object('position', p.position, 'name', p.name, 'value', p.value,
    'originator_id', e.originator_id, 'originator_version', e.originator_version,
    'topic', e.topic, 'state', convert_from(e.state, 'UTF8')) ORDER BY p.position, p.name) AS rows
FROM personal AS p JOIN stored_events AS e ON e.notification_id = p.position
WHERE p.position = ANY(%b::bigint[]) OR p.position > %b
"""
SELECT_HEAD = "SELECT coalesce(max(notification_id), 0) AS head FROM stored_events"
STORED: Final = ("originator_id", "originator_version", "topic", "state")
DELETE = "DELETE FROM personal WHERE position = %s AND name = %s"
KEEP_OTHERS = "UPDATE personal SET value = %s, salt = NULL WHERE position = %s AND name = %s"


class NothingHeld(Declined):
    """Of that party the ledger holds nothing personal."""

    def __init__(self, party: str) -> None:
        super().__init__(f"the ledger holds no personal value of {party}")


@dataclass(frozen=True, slots=True)
class Held:
    """What one row holds of a person, and what it holds of others."""

    position: int
    name: str
    stream: str
    members: tuple[str, ...]
    """Names of the person's values in it."""
    others: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a search found, and up to which position it looked."""

    held: tuple[Held, ...]
    head: int


def look(connection: psycopg.Connection[DictRow], party: str, means: Means) -> Looked:
    """What the ledger holds of a person; reads the whole table, as the owner or the writer."""
    row = connection.execute(SELECT_HEAD).fetchone()
    assert row is not None, "an aggregate gives one row"
    with connection.transaction(), connection.cursor("personal") as curs:
        found = held_of(party, curs.execute(SELECT_ROWS), means)
        return Looked(tuple(sorted(found, key=lambda h: (h.position, h.name))), row["head"])


def held_of(party: str, rows: Iterable[Mapping[str, Any]], means: Means) -> Iterator[Held]:
    """What rows hold of a person."""
    for row in rows:
        split = _of_filing if row["name"] == "withheld" else _of_entry
        own, others = split(party, row, means)
        if own:
            members = tuple(sorted(set(own)))
            yield Held(row["position"], row["name"], row["originator_id"], members, others)


def _of_entry(party: str, row: Mapping[str, Any], _: Means) -> tuple[list[str], list[Any]]:
    """Names of the person's values in an entry, and the values of the others."""
    own = [each for each in row["value"] if each["party"] == party]
    others = [each for each in row["value"] if each["party"] != party]
    stated = [name for each in own for name, value in each.items() if value and name != "party"]
    return stated or ["party"] * len(own), others


def _of_filing(party: str, row: Mapping[str, Any], means: Means) -> tuple[list[str], list[Any]]:
    """The same of a prepared filing, whose values lie by their places in it."""
    stream, version, topic, state = (row[name] for name in STORED)
    state = state.encode() if isinstance(state, str) else bytes(state)
    event = decode(StoredEvent(stream, version, topic, state))
    assert isinstance(event, FilingPrepared), "only prepared filings withhold by place"
    by_place: dict[str, dict[str, str]] = {}
    for each in row["value"]:
        place, _, name = each["pointer"].rpartition("/")
        by_place.setdefault(place, {})[name] = each["value"]
    theirs = {
        place
        for place, stated in by_place.items()
        if _person(_at(event.body, place), stated, means) == party
    }
    own = [each["pointer"] for each in row["value"] if _place(each) in theirs]
    others = [each for each in row["value"] if _place(each) not in theirs]
    return [pointer.rpartition("/")[2] for pointer in own], others


def _place(withheld: Mapping[str, str]) -> str:
    return withheld["pointer"].rpartition("/")[0]


def _at(body: Any, place: str) -> Any:
    """The member of a body at a JSON pointer."""
    for part in place.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        body = body[int(name)] if isinstance(body, list | tuple) else body[name]
    return body


def _person(described: Mapping[str, Any], stated: Mapping[str, str], means: Means) -> str:
    """The id of a person, described in a filing, whose personal members lie apart."""
    details = PartyDetails.model_construct(name=described["name"], kind=PartyKind.INDIVIDUAL)
    number = stated.get("identity_number") or stated.get("other_identifier")
    return party_id(details.model_copy(update={"identity_number": number}), means.pseudonym)


class ErasureAct:
    """An erasure as the writer enters it: in one transaction the fact, and the values gone."""

    ahead = False
    size = sys.maxsize
    """A group by itself: what filings of the same group hold could not be read yet."""
    weight = 0

    def __init__(self, party: str, reason: str, by: str, looked: Looked, means: Means) -> None:
        self.party = party
        self.caller = f"operator:{by}"
        self.key = f"erase {means.ids()}"
        self.body_hmac = means.digest("body", f"{party} {reason}".encode())
        self.held: tuple[Held, ...] = ()
        """What was erased, once it is."""
        self.position = 0
        """Of the entry that says so."""
        self._reason = reason
        self._looked = looked
        self._means = means

    def streams(self) -> Sequence[str]:
        return [f"party:{self.party}"]

    def decide(self, world: World, moment: datetime) -> Entered:
        """The fact of the erasure; raises NothingHeld."""
        known = [held.position for held in self._looked.held]
        row = world.query(SELECT_AGAIN, (known, self._looked.head))
        assert row is not None, "an aggregate gives one row"
        self.held = tuple(held_of(self.party, row["rows"] or (), self._means))
        if not self.held:
            raise NothingHeld(self.party)
        event = self._event(world, moment)
        return Entered(
            event.filing_id,
            [event],
            lambda first: self._receipt(event, first),
            beside=self._beside,
        )

    def _event(self, world: World, moment: datetime) -> PersonalValuesErased:
        today = civil_date(moment)
        (stream,) = self.streams()
        return PersonalValuesErased(
            originator_id=stream,
            originator_version=world.state(stream).version + 1,
            envelope=Envelope(
                filing_id=self._means.ids(),
                filed_by=self.caller,
                door=Door.FILED,
                received_on=today,
                effective_on=today,
                recorded_at=moment,
                judged_under=self._means.judged_under(today),
            ),
            positions=tuple(sorted({held.position for held in self.held})),
            reason=self._reason,
        )

    def _beside(self, curs: Cursor[Any]) -> None:
        for held in self.held:
            if held.others:
                kept = orjson.dumps(held.others).decode()
                curs.execute(KEEP_OTHERS, (kept, held.position, held.name))
            else:
                curs.execute(DELETE, (held.position, held.name))

    def _receipt(self, event: PersonalValuesErased, first: int) -> bytes:
        self.position = first
        version = event.originator_version
        entry = {"position": first, "stream": event.originator_id, "version": version}
        return canonical(
            {
                "filing_id": event.filing_id,
                "registration_no": None,
                "position": first,
                "recorded_at": recorded_text(event.envelope.recorded_at),
                "registered_on": event.effective_on.isoformat(),
                "filed_by": self.caller,
                "entries": [entry],
                "warnings": [],
                "obligations": [],
            }
        )

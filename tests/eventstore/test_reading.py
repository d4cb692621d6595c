"""The quick reader gives the event that `decode` gives, whatever the bytes."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent

from ledger.domain.events import Concealed
from ledger.eventstore import reading
from ledger.eventstore.stored_form import UnknownTopic, canonical, decode, encode, lines
from ledger.means import fresh_salts
from tests.builders import PATENT, fee_paid
from tests.eventstore.every_event import drawn
from tests.eventstore.test_stored_form import EVERY_KIND, numbered_salts, withheld

OTHERS: tuple[Any, ...] = (None, False, True, -9, 0, 1, 9, "x", [], {})
"""Values of other types than a member has."""


def read(stored: StoredEvent) -> Any:
    return reading.read(
        str(stored.originator_id), stored.originator_version, stored.topic, stored.state
    )


def outcome(function: Any, stored: StoredEvent) -> Any:
    """The event, or the kind of error."""
    try:
        return function(stored)
    except Exception as error:  # noqa: BLE001 - the kind of error is the outcome
        return type(error)


@EVERY_KIND
def test_it_gives_the_same_event_in_every_way_that_can_be_asked(topic: str) -> None:
    for event in drawn(topic):
        stored, _ = encode(event, fresh_salts)
        quick, slow = read(stored), decode(stored)
        assert not isinstance(slow, Concealed)
        assert quick == slow
        assert type(quick) is type(slow)
        assert quick.model_dump_json() == slow.model_dump_json()
        assert encode(quick, numbered_salts()) == encode(slow, numbered_salts())
        assert quick.model_copy(update={"originator_version": 1}).originator_version == 1


@EVERY_KIND
def test_it_gives_the_same_event_where_open_is_withheld_in_part_or_whole(topic: str) -> None:
    chance = Random(topic)
    for event in drawn(topic):
        stored, _ = encode(event, fresh_salts)
        _, opened = lines(stored.state)
        kept = chance.sample(sorted(opened), chance.randint(0, len(opened)))
        for open_line in (b"", b"\n", b"\n" + canonical({name: opened[name] for name in kept})):
            bare = withheld(stored, open_line)
            assert read(bare) == decode(bare)


@EVERY_KIND
def test_it_gives_the_same_answer_to_a_damaged_event(topic: str) -> None:
    """A member is of another type, is missing, or stands where none should."""
    chance = Random(topic)
    for event in drawn(topic) * 2:
        stored, _ = encode(event, fresh_salts)
        entry, opened = copy.deepcopy(lines(stored.state))
        for _ in range(chance.randint(1, 2)):
            damage(chance, chance.choice([entry, opened]))
        state = canonical(entry) + b"\n" + canonical(opened)
        damaged = StoredEvent(stored.originator_id, stored.originator_version, topic, state)
        assert outcome(read, damaged) == outcome(decode, damaged), damaged


def damage(chance: Random, members: dict[str, Any]) -> None:
    name = chance.choice([*sorted(members), "invented"])
    inner = members.get(name)
    if isinstance(inner, dict) and inner and chance.random() < 0.5:
        damage(chance, inner)
    elif isinstance(inner, list) and len(inner) == 2 and chance.random() < 0.5:
        inner[1] = chance.choice(OTHERS)
    elif chance.random() < 0.5:
        members.pop(name, None)
    elif name != "digests":
        members[name] = chance.choice(OTHERS)


def test_an_unknown_topic_is_refused() -> None:
    stored, _ = encode(fee_paid(), fresh_salts)
    with pytest.raises(UnknownTopic):
        reading.read(PATENT, 1, "pledge.invented", stored.state)

"""What a filing is about, and what a decision may look up, under the log's lock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import orjson

from ledger.domain.contests import ContestRefusal
from ledger.domain.corrections import Correcting, entries
from ledger.domain.filing import Command, Registration
from ledger.domain.joint import PrepareFiling
from ledger.domain.numbers import credit_code_valid
from ledger.domain.patent import Patent
from ledger.domain.refusals import NoSuchEntry
from ledger.domain.streams import Stream
from ledger.eventstore.world import World, is_patent

SELECT_RECEIPT = "SELECT receipt FROM idempotency WHERE filing_id = %b"

ADDRESSES = ("registration_no", "licence_id", "declaration_no")
"""Members by which a command names what it is about instead of patents."""


def addressed(command: Command, world: World) -> Command:
    """A command that names a registration or licence concerns the patents it stands on."""
    if isinstance(command, Correcting):
        return amending(command, world)
    if isinstance(command, PrepareFiling | ContestRefusal):
        filing = addressed(command.filing, world)
        return command.model_copy(update={"filing": filing, "patents": filing.patents})
    named = address_of(type(command))
    if named is None:
        return command
    number = getattr(command, named)
    registration = world.registration(number)
    if registration is None:
        raise NoSuchEntry(named, number)
    if command.patents:
        return command
    world.load(registration.patents)
    standing = [
        p for p in registration.patents if _concerns(world.patent(p), registration.registration_no)
    ]
    return command.model_copy(update={"patents": tuple(standing) or registration.patents})


def amending(command: Correcting, world: World) -> Correcting:
    """A correction is about the streams on which its filing made entries that still count; where
    there are none, about all of them."""
    row = world.query(SELECT_RECEIPT, (command.entry,))
    if row is None:
        raise NoSuchEntry("entry", command.entry)
    made = orjson.loads(row["receipt"])["entries"]
    streams = dict.fromkeys(entry.get("patent") or entry["stream"] for entry in made)
    if command.patents:
        return command
    world.load(streams)
    counting = [name for name in streams if entries(world.state(name), command)] or list(streams)
    about = {
        "patents": tuple(filter(is_patent, counting)),
        "streams": tuple(name for name in counting if not is_patent(name)),
    }
    return command.model_copy(update=about)


@cache
def address_of(command: type[Command]) -> str | None:
    return next((name for name in ADDRESSES if name in command.model_fields), None)


def _concerns(patent: Patent, number: str) -> bool:
    """Whether what a number registers goes on on the patent; where it has ended, the number is
    not about it."""
    pledge = patent.pledge(number)
    if pledge is not None:
        return pledge.ended_on is None and not pledge.revoked
    licence = next(
        (x for x in patent.licences if number in (x.licence_id, x.registration_no)), None
    )
    if licence is not None:
        return licence.cancelled_on is None
    declaration = next((d for d in patent.declarations if d.declaration_no == number), None)
    return declaration is None or declaration.withdrawn_on is None


def evidenced(command: Command, world: World) -> frozenset[str]:
    """Credit codes of the filing that fail their check digit but stand on recorded evidence."""
    found = set()
    for party in command.parties():
        code = party.credit_code
        if code is None or credit_code_valid(code):
            continue
        if Streams(world)[f"party:{code.upper()}"].evidenced:
            found.add(code.upper())
    return frozenset(found)


def compensated_for(world: World) -> Callable[[str], list[str]]:
    """Which patents' terms were compensated for a drug, looked up when a decision asks for it."""

    def found(drug: str) -> list[str]:
        numbers = world.compensated_for_drugs()
        world.load(numbers)
        return [number for number in numbers if world.patent(number).compensated_for(drug)]

    return found


class Registrations(Mapping[str, Registration]):
    """Registrations by number, looked up under the lock when a decision asks for one."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getitem__(self, number: str) -> Registration:
        found = self._world.registration(number)
        if found is None:
            raise KeyError(number)
        self._world.load(found.patents)
        return found

    def __iter__(self) -> Any:
        raise TypeError("registrations are looked up, never listed")

    def __len__(self) -> int:
        raise TypeError("registrations are looked up, never counted")


class Patents(Mapping[str, Patent]):
    """Patents by number, loaded under the lock when a decision asks for one besides its own."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getitem__(self, number: str) -> Patent:
        return self._world.patent(number)

    def __iter__(self) -> Any:
        raise TypeError("patents are looked up, never listed")

    def __len__(self) -> int:
        raise TypeError("patents are looked up, never counted")


class Streams(Mapping[str, Stream]):
    """Streams about no patent, loaded under the lock when a decision asks for one."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getitem__(self, name: str) -> Stream:
        state = self._world.state(name)
        assert isinstance(state, Stream), "the id names no patent"
        return state

    def __iter__(self) -> Any:
        raise TypeError("streams are looked up, never listed")

    def __len__(self) -> int:
        raise TypeError("streams are looked up, never counted")

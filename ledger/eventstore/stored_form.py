"""The stored form: two lines of canonical JSON, *entry* for everybody and *open* for the entitled.

*entry* shows the public members and, for each other member, a digest: SHA-256 of the canonical
JSON of `[salt, name, value]` with a 128-bit salt (the disclosure form of SD-JWT, RFC 9901).
*open* gives salt and value of the confidential members by name. Personal values are in neither:
they go, with their salts, to the table `personal`, the only one from which rows may be erased;
*open* tells which of them went there.
The digests are sorted, so their order tells nothing. An event kind that is HIDDEN has an entry of
digests alone.

Canonical JSON is RFC 8785; orjson with sorted keys writes the same bytes where there are no
floating-point numbers, which a property test holds against the `rfc8785` package.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

import orjson
from eventsourcing.persistence import StoredEvent
from pydantic import BaseModel

from ledger.domain.events import (
    CONFIDENTIAL,
    EVENT_TYPES,
    LATER,
    PERSONAL,
    Concealed,
    Declaration,
    Document,
    Envelope,
    JudgedUnder,
    LedgerEvent,
    SecuredClaim,
)
from ledger.domain.money import Money
from ledger.domain.parties import Party

Salts = Callable[[int], list[str]]
"""Gives so many fresh salts, each 32 hexadecimal digits."""

ENTRY_BYTES_MAX = 32 * 1024
"""An entry is the leaf of the transparency log; tlog-tiles bundles stay small below this."""

NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""The escaped character NUL, and not the text of a backslash before u0000."""

CLEAR_MEMBERS = (
    "filing_id",
    "registration_no",
    "door",
    "source",
    "effective_on",
    "recorded_at",
    "judged_under",
    "corrects",
)
"""Members of the envelope an entry shows in clear, besides stream and topic."""
DIGESTED_MEMBERS = (
    "filed_by",
    "on_behalf_of",
    "received_on",
    "documents",
    "declarations",
    "consents",
)
"""Members of the envelope an entry shows as digests only, besides the version."""
KEPT = "kept_beside"
"""The member of the open line that names which personal members have a value beside the log: what
is taken out there without an erasure is missed. Entries made before it was written have none."""


class EntryTooLarge(ValueError):
    """The public part of an entry is larger than an entry may be."""


class Unreadable(ValueError):
    """A text holds the character NUL, which the database's JSON cannot read."""


class UnknownTopic(LookupError):
    """The log holds a topic that this program does not know; an older program reads a newer log."""


@dataclass(frozen=True, slots=True)
class PersonalValue:
    """One personal member of an event: its name, salt and value."""

    name: str
    salt: str
    value: Any


def canonical(value: Any) -> bytes:
    """RFC 8785 canonical JSON of a value without floats; models of the domain are written by their
    members."""
    if value is None:
        return b"null"
    if value == ():
        return b"[]"
    line = orjson.dumps(value, _members, OPTIONS)
    if line.isascii() or not BEYOND_BMP.search(line):
        return line
    return orjson.dumps(_in_utf16_order(orjson.loads(line)))


OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z

AS_THEY_ARE = frozenset({Party, SecuredClaim, Document, Declaration, JudgedUnder})
"""Models whose members are written as they are, or are models again: the same bytes as pydantic
gives, at a fraction of its time, which a property test holds."""


def _members(value: BaseModel) -> dict[str, Any]:
    if type(value) in AS_THEY_ARE:
        return value.__dict__
    return value.written() if type(value) is Money else value.model_dump(mode="json")


BEYOND_BMP = re.compile(rb"[\xf0-\xf4]")
"""First byte of a character that RFC 8785, by UTF-16, sorts elsewhere than orjson, by UTF-8."""


def _in_utf16_order(value: Any) -> Any:
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: str(key).encode("utf-16-be"))
        return {key: _in_utf16_order(value[key]) for key in keys}
    if isinstance(value, (list, tuple)):
        return [_in_utf16_order(item) for item in value]
    return value


def digest(salt: str, name: str, value: Any) -> str:
    """The digest that stands in an entry for a member that is not shown."""
    # Salt and name are plain ASCII, so this is the canonical JSON of the three.
    return sha256(b'["%b","%b",%b]' % (salt.encode(), name.encode(), canonical(value))).hexdigest()


@dataclass(frozen=True, slots=True)
class Layout:
    """Which fields of one event kind are public, confidential and personal."""

    hidden: bool
    public: tuple[str, ...]
    confidential: tuple[str, ...]
    personal: tuple[str, ...]
    later: tuple[str, ...]
    """Further members of the open line, left out where they are None."""
    later_public: tuple[str, ...]
    """Further public members, left out where they are None."""


@cache
def layout(event_type: type[LedgerEvent]) -> Layout:
    """The layout of an event kind, read from its declaration."""
    public, confidential, personal = [], [], []
    later: list[str] = []
    later_public: list[str] = []
    for name, field in event_type.model_fields.items():
        if name in ("originator_id", "originator_version", "envelope"):
            continue
        assert name not in Envelope.model_fields, f"{name} is a member of the envelope"
        if LATER in field.metadata:
            shown = not event_type.HIDDEN and CONFIDENTIAL not in field.metadata
            (later_public if shown else later).append(name)
        elif PERSONAL in field.metadata:
            personal.append(name)
        elif CONFIDENTIAL in field.metadata:
            confidential.append(name)
        else:
            public.append(name)
    return Layout(
        event_type.HIDDEN,
        tuple(public),
        tuple(confidential),
        tuple(personal),
        tuple(later),
        tuple(later_public),
    )


def encode(event: LedgerEvent, salts: Salts) -> tuple[StoredEvent, list[PersonalValue]]:
    """The stored event of a ledger event, and the personal values to be kept beside the log."""
    return encode_in(event, enveloped(event.envelope), salts)


@dataclass(frozen=True, slots=True)
class Enveloped:
    """An envelope made ready once for all events that share it."""

    clear: dict[str, Any]
    concealed: dict[str, str]
    """Canonical JSON of the members that an entry shows as digests."""


def enveloped(envelope: Envelope) -> Enveloped:
    """The members of an envelope as an entry shows them."""
    members = envelope.__dict__
    return Enveloped(
        {name: members[name] for name in CLEAR_MEMBERS},
        {name: canonical(members[name]).decode() for name in DIGESTED_MEMBERS},
    )


def encode_in(
    event: LedgerEvent, envelope: Enveloped, salts: Salts
) -> tuple[StoredEvent, list[PersonalValue]]:
    """As `encode`, with the envelope made ready."""
    kind = layout(type(event))
    fields = event.__dict__
    clear = {"stream": event.originator_id, "topic": event.TOPIC} | envelope.clear
    concealed = envelope.concealed | {"version": str(event.originator_version)}
    for name in kind.confidential:
        concealed[name] = canonical(fields[name]).decode()
    for name in kind.later:
        if fields[name] is not None:
            concealed[name] = canonical(fields[name]).decode()
    # Of every entry, or the number of its digests would tell whether there is anything personal.
    kept = [name for name in kind.personal if fields[name] is not None]
    concealed[KEPT] = canonical(kept).decode()
    entry: dict[str, Any]
    if kind.hidden:
        entry = {}
        for name, value in (clear | {name: fields[name] for name in kind.public}).items():
            concealed[name] = canonical(value).decode()
    else:
        entry = clear
        shown = [*kind.public, *(n for n in kind.later_public if fields[n] is not None)]
        entry["fields"] = {name: fields[name] for name in shown}

    fresh = salts(len(concealed) + len(kind.personal))
    opened, digests = [], []
    for (name, value), salt in zip(sorted(concealed.items()), fresh, strict=False):
        digests.append(sha256(f'["{salt}","{name}",{value}]'.encode()).hexdigest())
        opened.append(f'"{name}":["{salt}",{value}]')
    personal = []
    for name, salt in zip(kind.personal, fresh[len(concealed) :], strict=True):
        value = _json_value(fields[name])
        personal.append(PersonalValue(name, salt, value))
        digests.append(digest(salt, name, value))
    digests.sort()
    entry["digests"] = digests

    line = canonical(entry)
    if len(line) > ENTRY_BYTES_MAX:
        message = (
            f"the entry for {event.originator_id} has {len(line)} bytes, at most {ENTRY_BYTES_MAX}"
        )
        raise EntryTooLarge(message)
    state = b"%b\n{%b}" % (line, ",".join(opened).encode())
    if b"\\u0000" in state and NUL.search(state):
        message = f"a text of the entry for {event.originator_id} holds the character NUL"
        raise Unreadable(message)
    stored = StoredEvent(event.originator_id, event.originator_version, event.TOPIC, state)
    return stored, [p for p in personal if p.value is not None]


def _json_value(value: Any) -> Any:
    return None if value is None else orjson.loads(canonical(value))


WITHHELD = "withheld"
"""The topic of an entry without a public part whose ledger has nothing else of it: it came with
an export of another's log."""


def decode(stored: StoredEvent) -> LedgerEvent | Concealed:
    """The event a stored one stands for; what is withheld is None, or all of it Concealed."""
    if stored.topic == WITHHELD:
        return Concealed(
            originator_id=stored.originator_id, originator_version=stored.originator_version
        )
    try:
        event_type = EVENT_TYPES[stored.topic]
    except KeyError:
        raise UnknownTopic(stored.topic) from None
    entry, opened = lines(stored.state)
    kind = layout(event_type)
    if kind.hidden:
        members = {name: value for name, (_, value) in opened.items()}
        if not members.keys() >= {*kind.public, *CLEAR_MEMBERS}:
            return Concealed(
                originator_id=stored.originator_id, originator_version=stored.originator_version
            )
        fields = {name: members[name] for name in kind.public}
    else:
        members = entry | {name: opened[name][1] for name in DIGESTED_MEMBERS if name in opened}
        fields = entry["fields"]
    for name in (*kind.confidential, *kind.later):
        if name in opened:
            fields[name] = opened[name][1]
    fields["originator_id"] = stored.originator_id
    fields["originator_version"] = stored.originator_version
    fields["envelope"] = {name: members.get(name) for name in CLEAR_MEMBERS} | {
        name: members[name] for name in DIGESTED_MEMBERS if name in members
    }
    return event_type.model_validate(fields)


def lines(state: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Entry and open of a stored state; open is empty where it is withheld."""
    entry, _, opened = bytes(state).partition(b"\n")
    return orjson.loads(entry), orjson.loads(opened) if opened else {}


def entry_of(state: bytes) -> bytes:
    """The stored bytes of the entry: the leaf of the transparency log."""
    return bytes(state).partition(b"\n")[0]

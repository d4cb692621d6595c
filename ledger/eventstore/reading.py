"""Stored events read quickly, for whoever folds the whole log.

An event was validated when it was written. `read` makes the same event as `stored_form.decode`
from bytes of exactly the form that is written today: every member there and none besides, each of
the type it has, words of the closed lists. Bytes of any other form (an older shape, a withheld
value, damage) it gives to `decode`, which takes them or says what is wrong. What `read` looks at
no further than that: the digests are stepped over, and limits of texts and numbers are not
checked again. Values that come again and again (parties, amounts, the law judged under) are made
once and shared; they are immutable.
"""

from __future__ import annotations

import struct
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import orjson
from eventsourcing.persistence import StoredEvent
from pydantic import BaseModel, TypeAdapter

from ledger.domain.events import (
    CONFIDENTIAL,
    EVENT_TYPES,
    PERSONAL,
    Concealed,
    Envelope,
    JudgedUnder,
    LedgerEvent,
)
from ledger.domain.parties import Party
from ledger.eventstore import stored_form
from ledger.eventstore.stored_form import CLEAR_MEMBERS, DIGESTED_MEMBERS, KEPT, layout

REMEMBERED_MAX = 50_000
"""Values kept of each kind before all are forgotten."""

REPEATED = (Party, JudgedUnder)
"""Models whose values come again and again; each is a flat object in JSON."""

Convert = Callable[[Any], Any]
"""The value a JSON value stands for; raises OtherForm, or what Python raises, where it is of
another form."""

Members = tuple[tuple[str, Convert, bool], ...]
"""Name, conversion and whether null is allowed, of each member."""


class OtherForm(ValueError):
    """The bytes are not of the form that is written today."""


WRONG = (OtherForm, TypeError, ValueError, KeyError, AttributeError, IndexError)
"""What a conversion raises on a value of another form."""


class UnreadableRow(RuntimeError):
    """A row of the log that is not as entries are written, or does not follow those before it:
    somebody has changed it, or an older program reads a newer log."""

    def __init__(self, position: int, stream: str, version: int, reason: str) -> None:
        super().__init__(position, stream, version, reason)
        self.position, self.stream, self.version, self.reason = position, stream, version, reason

    def __str__(self) -> str:
        at = f"position {self.position} (version {self.version} of {self.stream})"
        return f"{at}: the entry cannot be read: {self.reason}"


DAMAGED = (
    *(TypeError, ValueError, LookupError, AttributeError, AssertionError, ArithmeticError),
    struct.error,
)
"""What reading or folding a row raises that no program of this ledger has written."""


def reason_of(error: BaseException) -> str:
    """What is wrong with a row, in one line."""
    said = str(error).split("\n", maxsplit=1)[0]
    return f"{type(error).__name__}: {said}"[:200] if said else type(error).__name__


def read(stream: str, version: int, topic: str, state: bytes) -> LedgerEvent | Concealed:
    """The event of a row of the log."""
    try:
        return reader(topic)(stream, version, state)
    except WRONG:
        return stored_form.decode(StoredEvent(stream, version, topic, state))


def glance(stream: str, version: int, topic: str, state: bytes) -> LedgerEvent | Concealed:
    """As `read`, without what no state and no view knows of an event: who filed it, on what papers,
    when it came in, what judged it. To ask for a member that was not read is an AttributeError."""
    try:
        return reader(topic, FOLDED_MEMBERS)(stream, version, state)
    except WRONG:
        return stored_form.decode(StoredEvent(stream, version, topic, state))


def shown(stream: str, version: int, topic: str, entry: bytes) -> LedgerEvent | Concealed:
    """As `glance`, of what everybody sees alone: the event of an entry, all else withheld."""
    try:
        return reader(topic, FOLDED_MEMBERS, public=True)(stream, version, entry + b"\n")
    except WRONG:
        return stored_form.decode(StoredEvent(stream, version, topic, entry + b"\n"))


FOLDED_MEMBERS = ("filing_id", "registration_no", "door", "source", "effective_on", "corrects")
"""Members of the envelope that folds look at."""

Reader = Callable[[str, int, bytes], LedgerEvent]


@cache
def reader(
    topic: str,
    members: tuple[str, ...] = (*CLEAR_MEMBERS, *DIGESTED_MEMBERS),
    *,
    public: bool = False,
) -> Reader:
    """How events of a topic are read, with these members of the envelope; `public` without what an
    entry does not show."""
    return _reader(EVENT_TYPES[topic], members, public=public)


def _reader(event_type: type[LedgerEvent], members: tuple[str, ...], *, public: bool) -> Reader:
    kind = layout(event_type)
    hints = get_type_hints(event_type, include_extras=True)
    of_envelope = get_type_hints(Envelope, include_extras=True)
    clear = _members(tuple(m for m in CLEAR_MEMBERS if m in members), of_envelope)
    digested = _members(tuple(m for m in DIGESTED_MEMBERS if m in members), of_envelope)
    stated_always = _members(kind.public, hints)
    confidential = () if public else _members(kind.confidential, hints)
    later = () if public else _members(kind.later, hints)
    later_public = _members(kind.later_public, hints)
    make = _maker(event_type, but=set(kind.personal))
    make_envelope = _maker(Envelope, but=set(Envelope.model_fields) - set(members))
    # Members in the order in which they are declared, whatever the order in which they are read.
    blank: dict[str, Any] = dict.fromkeys(event_type.model_fields)
    blank_envelope: dict[str, Any] = {n: None for n in Envelope.model_fields if n in members}
    hidden = kind.hidden
    marks = () if public else tuple(f'"{name}":'.encode() for name in kind.later)
    open_needed = bool(hidden or confidential or digested)
    in_open = len(DIGESTED_MEMBERS) + len(confidential) + 1
    if hidden:
        in_open += 2 + len(CLEAR_MEMBERS) + len(kind.public)
    in_entry = 2 + len(CLEAR_MEMBERS) + 1

    def read_event(stream: str, version: int, state: bytes) -> LedgerEvent:
        entry, opened = lines(state, hidden, open_needed or any(key in state for key in marks))
        members = in_open + (KEPT in opened)
        concealed = _found(confidential, later, opened, members) if opened else confidential
        if hidden:
            entry = {name: value for name, (_, value) in opened.items()}
            stated, told = entry, stated_always
        else:
            stated = entry["fields"]
            if len(entry) != in_entry or type(stated) is not dict:
                raise OtherForm
            told = _found(stated_always, later_public, stated, len(stated_always))
        if entry["stream"] != stream or entry["topic"] != event_type.TOPIC:
            raise OtherForm
        envelope = blank_envelope.copy()
        for name, convert, nullable in clear:
            value = entry[name]
            envelope[name] = None if value is None and nullable else convert(value)
        for name, convert, nullable in digested:
            value = opened[name][1]
            envelope[name] = None if value is None and nullable else convert(value)
        fields = blank.copy()
        fields["originator_id"] = stream
        fields["originator_version"] = version
        fields["envelope"] = make_envelope(envelope)
        for name, convert, nullable in told:
            value = stated[name]
            fields[name] = None if value is None and nullable else convert(value)
        for name, convert, nullable in concealed:
            value = opened[name][1]
            fields[name] = None if value is None and nullable else convert(value)
        event: LedgerEvent = make(fields)
        return event

    return read_event


def _found(always: Members, further: Members, stated: dict[str, Any], count: int) -> Members:
    """The members that are stated: those that always are, with so many others in all, and those of
    the further ones that are there."""
    there = tuple([member for member in further if member[0] in stated])
    if len(stated) != count + len(there):
        raise OtherForm
    return always + there if there else always


def lines(state: bytes, hidden: bool, open_needed: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Entry without its digests, and open, each where it is needed. A key cannot stand inside a
    JSON text, whose quotes are escaped: the first place that looks like the key of the digests is
    it."""
    end = state.index(b"\n")
    if hidden:
        return {}, orjson.loads(state[end + 1 :])
    begins = state.index(b'"digests":[', 0, end)
    ends = state.index(b"],", begins, end) + 2
    entry = orjson.loads(state[:begins] + state[ends:end])
    return entry, orjson.loads(state[end + 1 :]) if open_needed else {}


# --- how values are made ---------------------------------------------------------------------


def _members(names: tuple[str, ...], hints: Mapping[str, Any]) -> Members:
    return tuple((name, *_conversion(hints[name])) for name in names)


def _conversion(hint: Any) -> tuple[Convert, bool]:
    """How a value of a type is made, and whether it may be null."""
    hint, metadata = _plain(hint)
    arguments = get_args(hint)
    if get_origin(hint) in (Union, types.UnionType) and type(None) in arguments:
        others = tuple(a for a in arguments if a is not type(None))
        inner = Union[others] if len(others) > 1 else others[0]  # noqa: UP007 - made at run time
        return _conversion(Annotated[(inner, *metadata)] if metadata else inner)[0], True
    if metadata:
        return _validated(Annotated[(hint, *metadata)]), False
    if hint in (str, int, bool):
        return _exactly(hint), False
    if hint is date:
        return date.fromisoformat, False
    if hint is datetime:
        return datetime.fromisoformat, False
    if get_origin(hint) is Literal:
        return {word: word for word in arguments}.__getitem__, False
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {member.value: member for member in hint}.__getitem__, False
    if get_origin(hint) is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return _tuple(_conversion(arguments[0])), False
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return _model(hint), False
    return _validated(hint), False


def _plain(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """A type without its annotations, and those that concern its values."""
    if get_origin(hint) is not Annotated:
        return hint, ()
    inner, *metadata = get_args(hint)
    return inner, tuple(m for m in metadata if m not in (CONFIDENTIAL, PERSONAL))


def _exactly(wanted: type) -> Convert:
    def convert(value: Any) -> Any:
        if type(value) is not wanted:
            raise OtherForm
        return value

    return convert


def _tuple(item: tuple[Convert, bool]) -> Convert:
    convert, _ = item

    def convert_all(value: Any) -> Any:
        if type(value) is not list:
            raise OtherForm
        return tuple([convert(one) for one in value]) if value else ()

    return convert_all


def _validated(hint: Any) -> Convert:
    """Types with rules of their own are validated as ever, each value once."""
    validate = TypeAdapter(hint).validate_python
    return _remembering(orjson.dumps, validate)


def _model(model: type[BaseModel]) -> Convert:
    """Models without rules of their own are made member by member."""
    declared = model.__pydantic_decorators__
    if declared.validators or declared.field_validators or declared.model_validators:
        return _validated(model)
    hints = get_type_hints(model, include_extras=True)
    members = [
        (name, field.alias or name, *_conversion(hints[name]))
        for name, field in model.model_fields.items()
    ]
    count = len(members)
    make = _maker(model)

    def convert(value: Any) -> Any:
        if len(value) != count:
            raise OtherForm
        fields = {}
        for name, key, convert_member, nullable in members:
            member = value[key]
            fields[name] = None if member is None and nullable else convert_member(member)
        return make(fields)

    if model in REPEATED:
        return _remembering(lambda value: (*value, *value.values()), convert)
    return convert


def _remembering(key: Convert, convert: Convert) -> Convert:
    known: dict[Any, Any] = {}

    def remembered(value: Any) -> Any:
        name = key(value)
        found = known.get(name)
        if found is None:
            if len(known) >= REMEMBERED_MAX:
                known.clear()
            found = known[name] = convert(value)
        return found

    return remembered


def _maker(model: type[Any], but: set[str] | None = None) -> Callable[[dict[str, Any]], Any]:
    """Makes an instance of members already of their types, as pydantic's own construction does."""
    new, put = object.__new__, object.__setattr__
    given = set(model.model_fields) - (but or set())

    def make(fields: dict[str, Any]) -> Any:
        made = new(model)
        put(made, "__dict__", fields)
        put(made, "__pydantic_fields_set__", given)
        put(made, "__pydantic_extra__", None)
        put(made, "__pydantic_private__", None)
        return made

    return make


party: Convert = _model(Party)
"""The party that a JSON object of an entry states."""

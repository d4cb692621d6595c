"""Bodies of requests: read up to a limit, parsed strictly, and made into commands.

What JSON leaves open is refused: a member named twice, numbers that are not finite or too large for
anybody
to have meant them, characters that no text has, nesting without end.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import cache
from typing import Any, Final, TypeVar

import orjson
from fastapi import Request
from pydantic import BaseModel, TypeAdapter, ValidationError

from api.problems import Fault, Problem, invalid, message_of, rule_of

BODY_BYTES_MAX: Final = 1024 * 1024
DEPTH_MAX: Final = 32
NUMBER_DIGITS_MAX: Final = 18

Model = TypeVar("Model", bound=BaseModel)


async def body(request: Request) -> bytes:
    """The bytes of the request's body."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json" and not (
        kind.startswith("application/") and kind.endswith("+json")
    ):
        raise Problem("unsupported-media-type", "Send the body as application/json.")
    return await limited(request, BODY_BYTES_MAX)


async def limited(request: Request, bytes_max: int) -> bytes:
    """The bytes of a body, which are not more than so many."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem("unsupported-media-type", "Send the body as it is, not compressed.")
    _check_stated(request, bytes_max)
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        part, more = await _part(request)
        size += len(part)
        _check_size(size, bytes_max)
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def parts_of(request: Request, bytes_max: int) -> AsyncIterator[bytes]:
    """A body as it comes in, up to so many bytes."""
    _check_stated(request, bytes_max)
    size, more = 0, True
    while more:
        part, more = await _part(request)
        size += len(part)
        _check_size(size, bytes_max)
        yield part


async def _part(request: Request) -> tuple[bytes, bool]:
    """The next part of a body, and whether more of it follows."""
    message = await request.receive()
    if message["type"] == "http.disconnect":
        raise Problem("malformed", "The connection ended before the body did.")
    return message.get("body", b""), message.get("more_body", False)


def _check_stated(request: Request, bytes_max: int) -> None:
    length = request.headers.get("content-length", "0")
    _check_size(int(length) if length.isdecimal() else bytes_max + 1, bytes_max)


def _check_size(size: int, bytes_max: int) -> None:
    if size > bytes_max:
        raise Problem("too-large", f"A body has at most {bytes_max:,} bytes.")


# --- JSON -----------------------------------------------------------------------------------------


def strict_json(raw: bytes) -> Any:
    """The value of JSON text; raises a problem that says where it is not what JSON should be."""
    value = _plain_json(raw)
    return _searched_json(raw) if value is _UNSURE else value


_UNSURE: Final = object()
_DIGITS: Final = bytes.maketrans(b"-123456789[", b"0000000000,")


def _plain_json(raw: bytes) -> Any:
    """The value of JSON text in which nothing can be that is refused, as of nearly every filing;
    _UNSURE where there may be.

    It has no escapes, no numbers and little nesting. Read and written again, it has as many colons
    as before, unless a member was named twice, of which only the last is left.
    """
    if b"\\" in raw or not raw.startswith(b"{") or _deep(raw):
        return _UNSURE
    # Where blanks are left out, a number of an object or a list begins like this.
    marks = raw.translate(_DIGITS, b" \t\r\n")
    if b'":0' in marks or b",0" in marks:
        return _UNSURE
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return _UNSURE
    return value if orjson.dumps(value).count(b":") == raw.count(b":") else _UNSURE


def _deep(raw: bytes) -> bool:
    """Whether JSON text may be nested deeper than it may."""
    return raw.count(b"{") + raw.count(b"[") > DEPTH_MAX


def _searched_json(raw: bytes) -> Any:
    """As `strict_json`, looking at each member and each number in turn."""
    try:
        value = json.loads(
            raw.decode(),
            object_pairs_hook=_members,
            parse_int=_whole,
            parse_float=_fraction,
            parse_constant=_constant,
        )
    except RecursionError:
        raise _malformed(f"The body is nested more than {DEPTH_MAX} deep.") from None
    except UnicodeDecodeError as error:
        raise _malformed(f"The body is not UTF-8 at byte {error.start}.") from None
    except json.JSONDecodeError as error:
        raise _malformed(f"The body is not JSON: {error.msg} at character {error.pos}.") from None
    if _deep(raw) or b"\\u" in raw:
        _check(value)
    return value


def _malformed(detail: str, pointer: str | None = None) -> Problem:
    errors = [] if pointer is None else [Fault(detail, pointer).as_json()]
    return Problem("malformed", detail, **({"errors": errors} if errors else {}))


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise _malformed(f"A member is named twice: {_printable(twice)}.")
    return members


def _whole(digits: str) -> int:
    if len(digits) > NUMBER_DIGITS_MAX:
        raise _malformed(f"A number has more than {NUMBER_DIGITS_MAX} digits.")
    return int(digits)


def _fraction(digits: str) -> float:
    if len(digits) > 2 * NUMBER_DIGITS_MAX or abs(number := float(digits)) > 10**NUMBER_DIGITS_MAX:
        raise _malformed(
            'A number is too large or too long. Amounts are written as text: "10000000.00".'
        )
    return number


def _constant(name: str) -> float:
    raise _malformed(f"{name} is not a JSON number.")


def _check(value: Any) -> None:
    """Refuse what no text holds, and nesting without end; by a list, so that no depth can exhaust
    it.
    """
    waiting: list[tuple[Any, str, int]] = [(value, "", 0)]
    while waiting:
        found, pointer, depth = waiting.pop()
        if depth > DEPTH_MAX:
            raise _malformed(f"The body is nested more than {DEPTH_MAX} deep.", pointer)
        if isinstance(found, str):
            _check_text(found, pointer)
        elif isinstance(found, dict):
            for name, member in found.items():
                _check_text(name, pointer)
                waiting.append((member, f"{pointer}/{_escaped(name)}", depth + 1))
        elif isinstance(found, list):
            waiting += [
                (member, f"{pointer}/{place}", depth + 1) for place, member in enumerate(found)
            ]


def _check_text(text: str, pointer: str) -> None:
    if "\0" in text:
        raise _malformed("A text holds the character NUL.", pointer)
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise _malformed("A text holds half of a surrogate pair.", pointer)


def _printable(text: str) -> str:
    return text[:80].encode("ascii", "backslashreplace").decode()


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


# --- commands -------------------------------------------------------------------------------------


def parsed(model: type[Model], raw: bytes, **stated: Any) -> Model:
    """The command that the body states, with the members that the path states for it."""
    value = strict_json(raw)
    if stated:
        if not isinstance(value, dict):
            raise invalid(Fault("the body is a JSON object", ""))
        for name, member in stated.items():
            if value.setdefault(name, member) != member:
                raise invalid(Fault("the path states something else", f"/{name}"))
        raw = orjson.dumps(value)
    return validated(model, raw, value)


def validated(model: type[Model], raw: bytes, value: Any) -> Model:
    """The command of JSON text, whose value is given to find where faults are."""
    try:
        command: Model = _adapter(model).validate_json(raw, strict=True)
    except ValidationError as error:
        raise invalid(*_faults(error, value)) from None
    return command


@cache
def _adapter(model: type[Model]) -> TypeAdapter[Model]:
    return TypeAdapter(model)


def _faults(error: ValidationError, value: Any) -> list[Fault]:
    """The faults by pointer; what only follows from a fault further in is left out."""
    found: dict[tuple[str, str], Fault] = {}
    for fault in error.errors(include_url=False, include_input=False):
        pointer = "".join(f"/{_escaped(str(part))}" for part in _path(fault["loc"], value))
        rule, message = rule_of(message_of(fault))
        found.setdefault((pointer, message), Fault(message, pointer, rule=rule))
    pointers = {pointer for pointer, _ in found}
    deepest = [
        fault
        for (pointer, _), fault in found.items()
        if not any(other.startswith(f"{pointer}/") for other in pointers)
    ]
    return deepest or list(found.values())


def _path(location: tuple[int | str, ...], value: Any) -> Iterator[int | str]:
    """The parts of a pydantic location that are members of the value.

    Names of the branches of unions stand between them and are passed over.
    """
    for place, part in enumerate(location):
        if isinstance(value, list):
            if isinstance(part, int) and part < len(value):
                value = value[part]
                yield part
        elif isinstance(value, Mapping):
            if part in value:
                value = value[part]
                yield part
            elif isinstance(part, str) and place == len(location) - 1:
                yield part

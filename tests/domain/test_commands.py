"""Every text that a filing can state is looked at before it can reach an event."""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import pytest
from pydantic import AfterValidator, BaseModel, ValidationError

from ledger.domain.deciding import COMMANDS
from ledger.domain.events import Declaration
from tests.builders import register_pledge, register_transfer

CHECKED_AS_A_WHOLE = {"declarations[].by[]", "filing.declarations[].by[]"}
"""Members whose texts the command checks; in events they are as they were stored."""


def texts(hint: Any, path: str, checks: tuple[Any, ...] = ()) -> Iterator[str]:
    """Places at which a text stands that nothing checks."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        yield from texts(parts[0], path, (*checks, *parts[1:]))
    elif origin in (Union, UnionType):
        for part in parts:
            yield from texts(part, path, checks)
    elif origin is tuple:
        yield from texts(parts[0], f"{path}[]") if parts else ()
    elif origin is dict:
        yield from texts(parts[0], f"{path}{{}}")
        yield from texts(parts[1], f"{path}{{}}")
    elif isinstance(hint, type) and issubclass(hint, BaseModel):
        yield from members(hint, f"{path}.")
    elif hint is str:
        looked_at = any(isinstance(c, AfterValidator) or "pattern" in repr(c) for c in checks)
        if not looked_at and path not in CHECKED_AS_A_WHOLE:
            yield path


def members(model: type[BaseModel], before: str = "") -> Iterator[str]:
    hints = get_type_hints(model, include_extras=True)
    for name, field in model.model_fields.items():
        yield from texts(hints[name], f"{before}{name}", tuple(field.metadata))


@pytest.mark.parametrize("command", COMMANDS)
def test_no_text_of_a_command_is_unchecked(command: type[BaseModel]) -> None:
    assert list(members(command)) == []


@pytest.mark.parametrize("text", ["\0", "a\0b", "line\nbreak", "", " ", "x" * 501])
def test_references_to_parties_are_texts(text: str) -> None:
    with pytest.raises(ValidationError, match="shares"):
        register_pledge(shares={text: "100"})
    with pytest.raises(ValidationError, match="shares"):
        register_transfer(shares={text: "100"})
    with pytest.raises(ValidationError, match="declarations"):
        register_pledge(declarations=(Declaration(kind="informed-invalidation", by=(text,)),))

"""Whether what is not public was read for a request: noted where it is read, known where it is
answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Looked:
    """What one request has seen; its threads share it."""

    confidential: bool = False


_LOOKED: ContextVar[Looked | None] = ContextVar("looked", default=None)


@contextmanager
def looking() -> Iterator[Looked]:
    """What the request in the block sees."""
    looked = Looked()
    token = _LOOKED.set(looked)
    try:
        yield looked
    finally:
        _LOOKED.reset(token)


def noticed() -> None:
    """Something that is not public is shown."""
    looked = _LOOKED.get()
    if looked is not None:
        looked.confidential = True

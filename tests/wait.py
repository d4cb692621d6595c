"""Waiting for what other threads bring about."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_SECONDS = 30.0


def until(happened: Callable[[], bool]) -> None:
    """Return once it has happened; fail where it does not in half a minute."""
    patience = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < patience, "it has not happened in time"
        time.sleep(0.02)

"""Waiting for what other threads and programs bring about."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_SECONDS = 30.0
START_SECONDS = 120.0
"""The patience with a program that comes up on a machine that does much else."""


def until(happened: Callable[[], bool], patience: float = PATIENCE_SECONDS) -> None:
    """Return once it has happened; fail where patience (seconds) ends first."""
    end = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < end, "it has not happened in time"
        time.sleep(0.02)

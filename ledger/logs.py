"""The program's log: one JSON object a line on standard error, and nothing in it that was filed.

An exception's own words may repeat what was sent or stored. Of exceptions that are not known to be
safe only the kind, the SQLSTATE and the places in the program are told.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from traceback import extract_tb
from types import TracebackType
from typing import Any, Final

import orjson
import psycopg
import structlog

from ledger.eventstore.acts import Busy, ClockBehind, Stopped, Unavailable

SAFE: Final = (psycopg.OperationalError, OSError, Busy, ClockBehind, Stopped, Unavailable)
"""Exceptions whose words come from the system or the program alone."""

FRAMES_MAX: Final = 12


def told(error: BaseException) -> str:
    """An exception in words that repeat nothing that was filed."""
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, SAFE):
        return f"{name}: {error}"
    if isinstance(error, psycopg.Error) and error.sqlstate:
        return f"{name} ({error.sqlstate})"
    return name


def places(trace: TracebackType | None) -> list[str]:
    """Where in the program an exception came from, the innermost place last."""
    frames = extract_tb(trace)[-FRAMES_MAX:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def configure(level: int = logging.INFO) -> None:
    """Have everything that is logged, by whichever library, written in this form."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            lambda _, __, event: _line(event),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    logging.basicConfig(level=level, handlers=[handler], force=True)


class Lines(logging.Formatter):
    """Records of the standard library's loggers, as the same lines."""

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, Any] = {
            "event": _message(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
        }
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            event |= {"error": told(error), "at": places(error.__traceback__)}
        return _line(event)


def _message(record: logging.LogRecord) -> str:
    """The record's message, with exceptions among its arguments told safely."""
    if not isinstance(record.args, tuple):
        return record.getMessage()
    safe = tuple(told(a) if isinstance(a, BaseException) else a for a in record.args)
    return str(record.msg) % safe if safe else str(record.msg)


def _line(event: Any) -> str:
    return orjson.dumps(event, option=orjson.OPT_UTC_Z, default=str).decode()

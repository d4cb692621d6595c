"""A statement under way: sent to the server, and asked after while its sender does other things.

psycopg's connections wait for each answer, and its pipeline hands answers out late; the driver
below them can do this by itself (`psycopg.pq`, libpq's asynchronous commands). One statement is
under way at a time, prepared once a connection.
"""

from __future__ import annotations

import re
import select
from collections.abc import Sequence
from itertools import count
from typing import Any

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn

PLACEHOLDER = re.compile("%[tb]")
FORMATS = {"%t": PyFormat.TEXT, "%b": PyFormat.BINARY}


class Sender:
    """Sends statements on a connection that nothing else uses meanwhile."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._prepared: dict[str, tuple[bytes, list[PyFormat]]] = {}

    @property
    def _line(self) -> PGconn:
        return self._connection.pgconn

    def send(self, statement: str, params: Sequence[Any]) -> None:
        """Send a statement; `done` and `wait` tell what becomes of it."""
        name, formats = self._prepared.get(statement) or self._prepare(statement)
        transformer = Transformer.from_context(self._connection)
        values = transformer.dump_sequence(params, formats)
        self._line.send_query_prepared(name, values, transformer.formats)
        while self._line.flush():
            self._poll(select.POLLIN | select.POLLOUT)
            self._line.consume_input()

    def _prepare(self, statement: str) -> tuple[bytes, list[PyFormat]]:
        numbers = count(1)
        text = PLACEHOLDER.sub(lambda _: f"${next(numbers)}", statement)
        name = b"sent %d" % len(self._prepared)
        result = self._line.prepare(name, text.encode())
        if result.status != ExecStatus.COMMAND_OK:
            raise error_from_result(result)
        prepared = (name, [FORMATS[place] for place in PLACEHOLDER.findall(statement)])
        self._prepared[statement] = prepared
        return prepared

    def done(self) -> bool:
        """Whether the server has answered; raises OperationalError where it is gone."""
        self._line.consume_input()
        return not self._line.is_busy()

    def wait(self) -> None:
        """Wait for the server's answer; raises its error."""
        while not self.done():
            self._poll(select.POLLIN)
        failed = None
        while (result := self._line.get_result()) is not None:
            if result.status == ExecStatus.FATAL_ERROR:
                failed = failed or error_from_result(result)
        if failed is not None:
            raise failed

    def _poll(self, events: int) -> None:
        poll = select.poll()
        poll.register(self._line.socket, events)
        poll.poll()

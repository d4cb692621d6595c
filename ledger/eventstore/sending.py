"""A transaction under way: sent to the server, and asked after while its sender does other things.

psycopg's connections wait for each answer, and its pipeline hands answers out late; the driver
below them can do this by itself (`psycopg.pq`, libpq's asynchronous commands). One transaction is
under way at a time: a few statements in one message, each prepared once a connection. The server
takes the locks of each when it comes to it.
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
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

PLACEHOLDER = re.compile("%[tb]")
FORMATS = {"%t": PyFormat.TEXT, "%b": PyFormat.BINARY}

Statement = tuple[str, Sequence[Any]]
"""Its text and its parameters."""


class Sender:
    """Sends transactions on a connection that nothing else uses meanwhile."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._prepared: dict[str, tuple[bytes, list[PyFormat]]] = {}
        self._failed: psycopg.Error | None = None
        self._ended = True

    @property
    def _line(self) -> PGconn:
        return self._connection.pgconn

    def send(self, *statements: Statement) -> None:
        """Send statements as one transaction; `done` and `wait` tell what becomes of it."""
        if self._line.transaction_status != TransactionStatus.IDLE:
            raise psycopg.OperationalError("the session is in the midst of something else")
        ready = [self._ready(*statement) for statement in statements]
        self._failed, self._ended = None, False
        self._line.enter_pipeline_mode()
        for name, values, formats in ready:
            self._line.send_query_prepared(name, values, formats)
        self._line.pipeline_sync()
        while self._line.flush():
            self._poll(select.POLLIN | select.POLLOUT)
            self._line.consume_input()

    def _ready(self, statement: str, params: Sequence[Any]) -> tuple[bytes, Any, Any]:
        """The name of a prepared statement, its parameters as they are sent, and their formats."""
        name, formats = self._prepared.get(statement) or self._prepare(statement)
        transformer = Transformer.from_context(self._connection)
        return name, transformer.dump_sequence(params, formats), transformer.formats

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
        """Whether the transaction has ended; raises OperationalError where the server is gone."""
        while not self._ended:
            self._line.consume_input()
            if self._line.is_busy():
                return False
            self._take(self._line.get_result())
        return True

    def _take(self, result: PGresult | None) -> None:
        match None if result is None else result.status:
            case None | ExecStatus.COMMAND_OK | ExecStatus.TUPLES_OK | ExecStatus.PIPELINE_ABORTED:
                pass  # what is aborted follows upon what failed
            case ExecStatus.PIPELINE_SYNC:
                self._ended = True
            case _:
                assert result is not None, "it has a status"
                self._failed = self._failed or error_from_result(result)

    def wait(self) -> None:
        """Wait for the transaction's end; raises its error."""
        while not self.done():
            self._poll(select.POLLIN)
        self._line.exit_pipeline_mode()
        if self._failed is not None:
            raise self._failed

    def _poll(self, events: int) -> None:
        poll = select.poll()
        poll.register(self._line.socket, events)
        poll.poll()

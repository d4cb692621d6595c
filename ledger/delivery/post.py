"""The post office of a running ledger: mailboxes, webhooks, and the bell of those who wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import PoolTimeout

from ledger.database import pool
from ledger.delivery.bell import Bell
from ledger.delivery.envelopes import source_of
from ledger.delivery.signing import Secrets
from ledger.means import Means
from ledger.projections.reader import WAIT_SECONDS_MAX, Unreadable

CONNECTIONS_MAX = 4

Answer = TypeVar("Answer")


class PostOffice:
    """Keeps mailboxes and webhooks and rings the bell of the feed; followers carry what waits. Safe
    to use from many threads."""

    def __init__(self, url: str, origin: str, means: Means, *, loopback: bool = False) -> None:
        self.source = source_of(origin)
        """The source of the events told here."""
        self.loopback = loopback
        """Whether webhooks may be sent to this machine."""
        self.bell = Bell(url)
        self._means = means
        self._pool = pool(
            url,
            "ledger_writer",
            size_max=CONNECTIONS_MAX,
            application_name="patent-ledger post office",
            row_factory=dict_row,
        )

    def start(self) -> None:
        self.bell.start()

    def stop(self) -> None:
        """Let go of all who wait."""
        self.bell.stop()
        self._pool.close()

    def work(self, work: Callable[[psycopg.Connection[DictRow]], Answer]) -> Answer:
        """What some work on mailboxes or webhooks gives; raises Unreadable."""
        try:
            with self._pool.connection(timeout=WAIT_SECONDS_MAX) as connection:
                return work(connection)
        except (PoolTimeout, psycopg.OperationalError) as error:
            raise Unreadable(str(error)) from error

    def secrets(self, webhook: str, generation: int) -> Secrets:
        """The secrets of a webhook's generation."""
        return Secrets.of(self._means.digest, webhook, generation)

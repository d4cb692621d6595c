"""The post office of a running ledger: what is told of entries and notices, and who carries it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import PoolTimeout

from ledger.database import pool
from ledger.delivery.bell import Bell
from ledger.delivery.courier import Courier
from ledger.delivery.envelopes import source_of
from ledger.delivery.notices import NoticeTeller
from ledger.delivery.queue import Patience
from ledger.delivery.sending import Sender
from ledger.delivery.signing import Secrets
from ledger.eventstore.following import Following
from ledger.means import Means
from ledger.projections.feed import FeedFollower
from ledger.projections.reader import WAIT_SECONDS_MAX, Reader, Unreadable

CONNECTIONS_MAX = 4

Answer = TypeVar("Answer")


class PostOffice:
    """Keeps mailboxes and webhooks, follows the feed, rings its bell and sends what waits. Safe to
    use from many threads."""

    def __init__(
        self,
        url: str,
        origin: str,
        reader: Reader,
        means: Means,
        *,
        loopback: bool = False,
        ca_file: Path | None = None,
        patience: Patience | None = None,
    ) -> None:
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

        def sender() -> Sender:
            return Sender(loopback=loopback, ca_file=ca_file)

        self._followers: list[Following] = [
            FeedFollower(url),
            NoticeTeller(url, reader, means.calendar, means.clock),
            Courier(url, self.source, means.digest, sender, patience),
        ]

    def start(self) -> None:
        self.bell.start()
        for follower in self._followers:
            follower.start()

    def stop(self) -> None:
        """Let go of all who wait and finish what is at hand."""
        self.bell.silence()
        for follower in self._followers:
            follower.stopping.set()
        for follower in self._followers:
            follower.stop()
        self.bell.stop()
        self._pool.close()

    def errors(self) -> list[str]:
        """Why followers have stopped, where they have."""
        return [f"{f.name}: {f.error}" for f in self._followers if f.error is not None]

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

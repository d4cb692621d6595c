"""Where the parts are put together: the register's door over a database, as the settings say."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from datetime import timedelta

from ledger.calendars import calendar_of
from ledger.delivery.courier import Courier
from ledger.delivery.envelopes import source_of
from ledger.delivery.notices import NoticeTeller
from ledger.delivery.queue import Patience
from ledger.delivery.sending import Sender
from ledger.depository import Depository
from ledger.eventstore.acts import Bounds
from ledger.eventstore.following import Following
from ledger.eventstore.world import REMEMBERED_MAX
from ledger.means import Means
from ledger.projections.feed import FeedFollower
from ledger.projections.reader import Reader
from ledger.projections.register import RegisterViews
from ledger.projections.runner import FOLLOWERS, FollowerRunner
from ledger.proofs.keys import keyring
from ledger.proofs.tree import TreeFollower
from ledger.readings import law_of
from ledger.registry import Registry
from ledger.settings import Settings


def settle_collector() -> None:
    """Let the cycle collector of a long-running program alone with what lives long.

    The writer remembers many states, all frozen and without cycles; looking through them again and
    again would cost a third of its time. What is new is looked through while it is still in the
    processor's cache, which costs less than fewer and longer pauses. Called once by programs that
    file much, after start-up.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 250, 100)


def depository(settings: Settings) -> Depository:
    """The folder of supporting documents."""
    found = Depository(settings.documents_dir, settings.document_bytes_max)
    found.tidy()
    return found


def registry(
    url: str, settings: Settings, means: Means | None = None, *, states_max: int = REMEMBERED_MAX
) -> Registry:
    """The registry over a migrated database; close it to answer every caller that waits."""
    bounds = Bounds(
        commands_max=settings.group_commands_max,
        events_max=settings.group_events_max,
        bytes_max=settings.group_bytes_max,
        queue_max=settings.queue_max,
        states_max=states_max,
        clock_behind_max=timedelta(seconds=settings.clock_behind_seconds_max),
    )
    return Registry(url, means or means_of(settings), RegisterViews(), bounds)


def means_of(settings: Settings) -> Means:
    """What the registry needs from outside, as the settings say; the clock is the system's."""
    return Means(
        secret=settings.secret_key(),
        region=settings.office_region,
        law=law_of(settings),
        calendar=calendar_of(settings),
    )


@contextlib.contextmanager
def following(
    url: str,
    settings: Settings,
    means: Means,
    reader: Reader,
    patience: Patience | None = None,
) -> Iterator[list[Following]]:
    """All that follows the log, each follower at work in a thread of its own while in the block:
    views, feed, notices, webhooks and signed checkpoints.

    The reader is the database's own, not a replica's.
    """
    keys = keyring(settings)

    def sender() -> Sender:
        return Sender(loopback=settings.webhook_loopback, ca_file=settings.webhook_ca_file)

    patience = patience or Patience(first_seconds=settings.webhook_retry_seconds)
    followers: list[Following] = [
        *(FollowerRunner(url, follower) for follower in FOLLOWERS),
        TreeFollower(url, keys, settings.log_memory_path),
        FeedFollower(url),
        NoticeTeller(url, reader, means.calendar, means.clock),
        Courier(url, source_of(keys.origin), means.digest, sender, patience),
    ]
    for follower in followers:
        follower.start()
    try:
        yield followers
    finally:
        for follower in followers:
            follower.stopping.set()
        for follower in followers:
            follower.stop()

"""Where the parts are put together: the register's door over a database, as the settings say."""

from __future__ import annotations

from datetime import timedelta

from ledger.eventstore.writer import Bounds
from ledger.means import Means
from ledger.projections.register import RegisterViews
from ledger.registry import Registry
from ledger.settings import Settings


def registry(url: str, settings: Settings, means: Means | None = None) -> Registry:
    """The registry over a migrated database; close it to answer every caller that waits."""
    bounds = Bounds(
        commands_max=settings.group_commands_max,
        events_max=settings.group_events_max,
        bytes_max=settings.group_bytes_max,
        queue_max=settings.queue_max,
        clock_behind_max=timedelta(seconds=settings.clock_behind_seconds_max),
    )
    means = means or Means(secret=settings.secret_key(), region=settings.office_region)
    return Registry(url, means, RegisterViews(), bounds)

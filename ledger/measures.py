"""What the process counts and times of its own work, as Prometheus reads it.

No label holds a name, a number or a value of a filing.
"""

from __future__ import annotations

from functools import cache
from typing import Final, TypeVar

from prometheus_client import Counter, Gauge, Histogram

Measure = TypeVar("Measure", Counter, Gauge, Histogram)


@cache
def labelled(measure: Measure, *labels: object) -> Measure:
    """A measure for some values of its labels, which are not many: to look it up there takes
    longer than to count."""
    return measure.labels(*labels)


SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

COMMIT_GROUP: Final = Histogram(
    "ledger_commit_group_filings",
    "Filings committed together.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512),
)
COMMIT_SECONDS: Final = Histogram(
    "ledger_commit_seconds",
    "From sending a decided group to its commit, waiting for the log's lock included.",
    buckets=SECONDS,
)
LOCK_WAIT_SECONDS: Final = Histogram(
    "ledger_lock_wait_seconds",
    "Waiting for the log's lock, of groups that are decided under it.",
    buckets=SECONDS,
)
FILINGS: Final = Counter(
    "ledger_filings", "Filings and dry runs answered over HTTP, by outcome.", ["outcome"]
)
FINDINGS: Final = Counter(
    "ledger_refusals", "Findings that refused a filing, by the rule that made them.", ["rule"]
)
REQUESTS: Final = Counter(
    "ledger_http_requests", "Requests answered, by operation and status.", ["operation", "status"]
)
REQUEST_SECONDS: Final = Histogram(
    "ledger_http_request_seconds", "Time to the whole answer.", ["operation"], buckets=SECONDS
)
HEAD: Final = Gauge("ledger_head_position", "The newest position of the log.")
WEBHOOK_MESSAGES: Final = Gauge(
    "ledger_webhook_messages", "Messages of webhooks that wait, and that were given up.", ["state"]
)
FOLLOWER_POSITIONS: Final = Gauge(
    "ledger_follower_lag_positions", "Positions that a follower has not taken.", ["follower"]
)
FOLLOWER_SECONDS: Final = Gauge(
    "ledger_follower_lag_seconds", "For how long the first of them has waited.", ["follower"]
)
BEGUN: Final = Counter("ledger_begun", "Times a program beside this one was begun.", ["program"])

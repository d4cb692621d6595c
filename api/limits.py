"""How often a caller may ask: a quota a minute for each, that fills up evenly.

The headers are those of the IETF draft "RateLimit header fields for HTTP" (draft-10). Each process
counts for itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv6Network
from math import ceil
from typing import Final

WINDOW: Final = 60
"""Seconds of a quota."""

KEPT_MAX: Final = 100_000
"""Callers of whom it is known how much they have asked; beyond it the one that has been silent
longest is forgotten, and begins anew."""

Header = tuple[bytes, bytes]


class TooMany(Exception):
    """The quota is used up; says after how many seconds one more may come."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"The quota is used up. Ask again in {retry_after} s.")
        self.retry_after = retry_after
        self.headers = {"Retry-After": str(retry_after)}


class Quota:
    """So many requests a minute for each key; 0 is no limit.

    Of a key only one number is kept: the moment at which its quota is full again. Each request
    moves it on by one request's share of the minute, and is refused where it would lie more than a
    minute ahead.
    """

    def __init__(
        self,
        name: str,
        requests: int,
        passing: Callable[[], float] = time.monotonic,
        kept_max: int = KEPT_MAX,
    ) -> None:
        self.requests = requests
        self._name = name
        self._passing = passing
        self._kept_max = kept_max
        self._full_at: dict[str, float] = {}
        self._share = WINDOW / requests if requests else 0.0
        self._policy = (b"ratelimit-policy", f'"{name}";q={requests};w={WINDOW}'.encode())

    def take(self, key: str) -> tuple[bool, list[Header], float]:
        """Whether one more may come, the headers that say how it stands, and the seconds to wait
        where it may not."""
        if not self.requests:
            return True, [], 0.0
        now = self._passing()
        kept = self._full_at
        full_at = max(kept.pop(key, now), now)
        after = full_at + self._share
        allowed = after - now <= WINDOW + 1e-9
        if not allowed:
            after = full_at
        # Those who ask stand at the end, so that the first is the one longest silent.
        kept[key] = after
        if len(kept) > self._kept_max:
            del kept[next(iter(kept))]
        ahead = after - now
        left = max(0, int((WINDOW - ahead) / self._share + 1e-9))
        told = f'"{self._name}";r={left};t={ceil(ahead)}'.encode()
        wait = 0.0 if allowed else after + self._share - now - WINDOW
        return allowed, [self._policy, (b"ratelimit", told)], wait


@dataclass(slots=True)
class Limits:
    """The quotas of a server: of each caller with a token, of each address without one, and of
    each address for tokens that were not seen before."""

    caller: int = 0
    address: int = 0
    callers: Quota = field(init=False)
    addresses: Quota = field(init=False)
    strangers: Quota = field(init=False)

    def __post_init__(self) -> None:
        self.callers = Quota("caller", self.caller)
        self.addresses = Quota("address", self.address)
        self.strangers = Quota("new-tokens", self.address)


def place(client: tuple[str, int] | None) -> str:
    """What counts as one address: a network of IPv6, which one subscriber has, or the address."""
    if client is None:
        return ""
    host = client[0]
    return _network(host) if ":" in host else host


@lru_cache(4096)
def _network(host: str) -> str:
    try:
        return str(IPv6Network((host.partition("%")[0], 64), strict=False))
    except ValueError:
        return host

"""What the routes work with: the registry that files, the reader that answers, the issuer that
knows callers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import Request

from api.covering import Covering
from api.identities import Identities
from api.limits import Limits
from api.providers import Provider
from api.tokens import Issuer
from ledger.delivery.post import PostOffice
from ledger.depository import Depository
from ledger.domain.filing import Caller
from ledger.eventstore.acts import Unavailable
from ledger.means import utc_now
from ledger.projections.disclosure import PUBLIC, Viewer
from ledger.projections.reader import Reader
from ledger.projections.standing import Reckoning
from ledger.projections.statistics.suppression import Limits as ReleaseLimits
from ledger.ratetable import RateTable
from ledger.registry import Registry


@dataclass(slots=True)
class House:
    """A running ledger as the API sees it."""

    registry: Registry
    reader: Reader
    issuer: Issuer
    clock: Callable[[], datetime] = utc_now
    seen: int = 0
    """The newest position that this server has seen."""
    providers: tuple[Provider, ...] = ()
    limits: Limits = field(default_factory=Limits)
    covering: Covering = field(default_factory=Covering)
    log_requests: bool = False
    """Whether each request is told to the log."""
    origins: tuple[str, ...] = field(default=(), kw_only=True)
    """Origins of the web pages that may read what is public."""
    depository: Depository = field(kw_only=True)
    """Where supporting documents are kept."""
    rates: RateTable = field(default_factory=RateTable, kw_only=True)
    """By what the statistics tell other money in yuan."""
    release_limits: ReleaseLimits = field(default_factory=ReleaseLimits, kw_only=True)
    """What a released figure must rest on."""
    identities: Identities = field(init=False)
    post: PostOffice = field(kw_only=True)
    leaving: bool = field(default=False, kw_only=True)
    """Whether the server is stopping: each answer is the last on its connection."""
    readers: int = field(default=0, kw_only=True)
    """How many follow the feed as it comes."""

    def __post_init__(self) -> None:
        self.identities = Identities(self.issuer, self.providers, self.clock)

    @property
    def reckoning(self) -> Reckoning:
        """By what last days to act are told; the same by which filings are judged."""
        means = self.registry.means
        return Reckoning(means.calendar, means.law)

    def saw(self, position: int) -> None:
        """Remember a position; threads may be late, it only matters that it was seen."""
        self.seen = max(self.seen, position)


def house_of(request: Request) -> House:
    """The running ledger; the documentation alone needs none."""
    house: House | None = getattr(request.app.state, "house", None)
    if house is None:
        raise Unavailable("no ledger is running here")
    return house


def viewer_of(caller: Caller | None) -> Viewer:
    """What a caller is to those who decide what it may see."""
    if caller is None:
        return PUBLIC
    if caller.role == "auditor":
        return Viewer(auditor=True)
    return Viewer(party=caller.party)

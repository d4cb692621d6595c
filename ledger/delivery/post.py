"""The post office of a running ledger: what is told of entries and notices, and who carries it."""

from __future__ import annotations

from ledger.delivery.bell import Bell
from ledger.delivery.envelopes import source_of
from ledger.eventstore.following import Following
from ledger.projections.feed import FeedFollower


class PostOffice:
    """The feed's follower and its bell; safe to use from many threads."""

    def __init__(self, url: str, origin: str) -> None:
        self.source = source_of(origin)
        """The source of the events told here."""
        self.bell = Bell(url)
        self._followers: list[Following] = [FeedFollower(url)]

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

    def errors(self) -> list[str]:
        """Why followers have stopped, where they have."""
        return [f"{f.name}: {f.error}" for f in self._followers if f.error is not None]

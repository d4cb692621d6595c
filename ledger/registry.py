"""The one door: filings are judged and registered, facts are taken over, and both are answered for.

`file` judges a filing on all that is on record before it and enters it, or refuses with all
reasons; `judge` is its dry run; `enter` takes over facts of other registers, which no rule refuses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, Self
from weakref import WeakKeyDictionary

from eventsourcing.application import Repository
from eventsourcing.persistence import EventStore

from ledger.domain.deciding import Verdict
from ledger.domain.evolving import evolve
from ledger.domain.patent import Patent
from ledger.eventstore.acts import Act, Blocked, Bounds, Together
from ledger.eventstore.awaiting import Awaited, Postbox
from ledger.eventstore.mapper import LedgerMapper
from ledger.eventstore.recorder import LedgerDatastore, LedgerRecorder
from ledger.eventstore.views import Views
from ledger.eventstore.writer import Writer
from ledger.filings import Filing, FilingAct, act_of
from ledger.means import Means
from ledger.transcription import SourceRecord, TranscriptionAct

__all__ = ["Filing", "FilingAct", "Registry"]


class Registry:
    """The ledger's door for filings and facts, over one writer."""

    def __init__(self, url: str, means: Means, views: Views, bounds: Bounds | None = None) -> None:
        self.means = means
        self.datastore = LedgerDatastore(url, "ledger_writer")
        self.recorder = LedgerRecorder(self.datastore)
        self._patents = Repository(EventStore(LedgerMapper(means.salts), self.recorder))
        self._postboxes: WeakKeyDictionary[asyncio.AbstractEventLoop, Postbox] = WeakKeyDictionary()
        self.writer = Writer(
            url,
            self.recorder,
            views,
            clock=means.clock,
            salts=means.salts,
            bounds=bounds or Bounds(),
        )

    def patent(self, number: str, version: int | None = None) -> Patent:
        """What decisions see of a patent, now or at an earlier version of its stream.

        Raises AggregateNotFoundError where the ledger has no fact of it.
        """
        found: Patent = self._patents.get(number, version=version, projector_func=projected)
        return found

    def close(self) -> None:
        """Answer every caller that waits, then close the connections."""
        self.writer.close()
        self.datastore.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def file(self, filing: Filing) -> bytes:
        """The receipt of a filing, as canonical JSON; the same bytes for the same key, for ever.

        Raises Refused with every finding, NotAParty, Overtaken, KeyReused, Busy, Stopped,
        Unavailable or ClockBehind.
        """
        return self.writer.enter(act_of(filing, self.means))

    async def filed(self, filing: Filing) -> bytes:
        """As `file`, for a coroutine: the loop goes on while the filing waits."""
        return await self._handed_in(act_of(filing, self.means))

    async def filed_together(self, filings: Sequence[Filing]) -> list[bytes]:
        """The receipts of filings that are entered in one transaction, all of them or none.

        Raises NoneEntered with the reasons of those that are declined, or TooMuchTogether.
        """
        acts = [act_of(filing, self.means) for filing in filings]
        return (await self._handed_in(Together(acts))).split(b"\n")

    async def _handed_in(self, act: Act) -> bytes:
        loop = asyncio.get_running_loop()
        postbox = self._postboxes.get(loop)
        if postbox is None:
            postbox = self._postboxes[loop] = Postbox(loop)
        awaited = Awaited(act, loop.create_future(), postbox)
        self.writer.hand_in(awaited)
        return await awaited.future

    def judge(self, filing: Filing) -> Verdict:
        """What filing would give now; writes nothing. Raises Refused and Overtaken as `file`
        does."""
        act = act_of(filing, self.means)
        verdict: Verdict = self.writer.look(lambda world, moment: act.judge(world, moment)[0])
        return verdict

    def enter(self, record: SourceRecord, run: str) -> bytes:
        """Take over a record of another register; raises NotNew where nothing is to be entered."""
        return self.submit(record, run).result()

    def submit(self, record: SourceRecord, run: str) -> Blocked:
        """As `enter`, without waiting, so that many records share a commit."""
        return self.writer.submit(TranscriptionAct(record, run, self.means))


def projected(patent: Patent | None, events: Iterable[Any]) -> Patent | None:
    """The library's projector function for a patent's stream: fold on what is there."""
    for event in events:
        patent = evolve(patent or Patent(event.originator_id), event)
    return patent

"""Files a plan into a ledger through its registry, on the days of the plan.

The clock is the plan's: a day's filings are answered before the next day begins. Everything has a
key of its own, so that a run that was broken off goes on where it stopped: what is on record under
its key is not filed again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from io import BytesIO
from types import TracebackType
from typing import Any, Self

import orjson

from benchmarks.year.cast import Patent
from benchmarks.year.dealings import OFFICE, Dealing, Deregistration, Pledge
from benchmarks.year.planning import Month
from ledger.database import connect
from ledger.domain.filing import Caller, Command
from ledger.domain.lifecycle import GrantPatent
from ledger.intake import facts
from ledger.intake.running import Run
from ledger.registry import Filing, Registry

CALLERS = 512
"""Coroutines that file at once: what the writer does not wait for it groups."""
ENTERED_AT_ONCE = 250
"""Patents that the registrar enters in one filing."""
OPENING = timedelta(hours=1)
"""When the office opens, after midnight UTC: nine in Shanghai."""

SELECT_ON_RECORD = """
SELECT key, CASE WHEN key LIKE '%% pledge %%' THEN receipt END FROM idempotency
WHERE key LIKE 'synthetic %%'
"""


SELECT_LAST = "SELECT max(recorded_at) FROM event_log"


class NotTakenOver(Exception):
    """A record of the plan was not taken over."""


class Clock:
    """The clock that the ledger is given: it stands at the opening of the plan's day, and never
    goes back behind what is recorded."""

    def __init__(self, recorded: datetime | None = None) -> None:
        self.moment = recorded or datetime(2000, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def turn_to(self, day: date) -> None:
        opening = datetime(day.year, day.month, day.day, tzinfo=UTC) + OPENING
        self.moment = max(self.moment, opening)


def clock_on(url: str) -> Clock:
    """The clock of a ledger that may hold a part of the plan already."""
    with connect(url) as connection:
        row = connection.execute(SELECT_LAST).fetchone()
    assert row is not None, "an aggregate gives one row"
    return Clock(row[0])


@dataclass
class Fed:
    """What was filed, and how long it took."""

    patents: int = 0
    patents_seconds: float = 0.0
    filings: int = 0
    times: int = 0
    """Patents of transfers, licences and pledges."""
    filings_seconds: float = 0.0
    filings_cpu_seconds: float = 0.0
    """Of this process, making the filings included; on a busy machine it tells more."""
    trademarks: int = 0
    trademarks_seconds: float = 0.0
    known: int = 0
    """Filings that an earlier run had filed."""

    def result(self) -> dict[str, Any]:
        """The figures as JSON."""
        return {
            "patents": self.patents,
            "patents_per_s": _rate(self.patents, self.patents_seconds),
            "filings": self.filings,
            "times": self.times,
            "filings_per_s": _rate(self.filings, self.filings_seconds),
            "times_per_s": _rate(self.times, self.filings_seconds),
            "filings_seconds": round(self.filings_seconds, 1),
            "filings_cpu_seconds": round(self.filings_cpu_seconds, 1),
            "trademark_pledges": self.trademarks,
            "known": self.known,
        }


def _rate(count: int, seconds: float) -> int | None:
    return round(count / seconds) if seconds else None


@dataclass(frozen=True, slots=True)
class Asked:
    """A filing that is made when its turn comes."""

    key: str
    caller: Caller
    patents: int
    make: Callable[[], Command]
    numbered: bool = False
    """Whether its registration number may be asked for later."""


class Feeder:
    """Files months of a plan; `tell` is told of each step: what, and how many more."""

    def __init__(
        self,
        url: str,
        registry: Registry,
        clock: Clock,
        tell: Callable[[str, int], None] = lambda _, __: None,
    ) -> None:
        self.fed = Fed()
        self._url = url
        self._registry = registry
        self._clock = clock
        self._tell = tell
        self._runner = asyncio.Runner()
        self._numbers: dict[str, str] = {}
        """Registration numbers of pledges, by their keys."""
        with connect(url) as connection:
            rows = connection.execute(SELECT_ON_RECORD, ()).fetchall()
        self._on_record = {row[0] for row in rows}
        for key, receipt in rows:
            if receipt is not None:
                self._remember(key, bytes(receipt))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._runner.close()

    def feed(self, months: Iterable[Month], times_max: int | None = None) -> Fed:
        """File everything of the months, in their order, or the days until so many times."""
        for month in months:
            days = month.working_days()
            self._enter(days[0], month.patents)
            for day in days:
                self._file(day, month.days.get(day, ()))
                if times_max is not None and self.fed.times >= times_max:
                    return self.fed
            self._transcribe(days[-1], month)
        return self.fed

    # -- what a month holds

    def _enter(self, day: date, patents: Sequence[Patent]) -> None:
        """Enter the month's patents, by the registrar's own command."""
        seconds, entered = self._answered(day, list(_entries(patents)), "patents")
        self.fed.patents_seconds += seconds
        self.fed.patents += sum(asked.patents for asked in entered)

    def _file(self, day: date, dealings: Sequence[Dealing]) -> None:
        """File the dealings of a day."""
        asked = [self._asked(dealing, day) for dealing in dealings]
        cpu = time.process_time()
        seconds, filed = self._answered(day, asked, "filings")
        self.fed.filings_cpu_seconds += time.process_time() - cpu
        self.fed.filings_seconds += seconds
        self.fed.filings += len(filed)
        self.fed.times += sum(asked.patents for asked in filed)

    def _asked(self, dealing: Dealing, day: date) -> Asked:
        if isinstance(dealing, Deregistration):
            number = self._numbers[dealing.of]
            return Asked(dealing.key, dealing.caller, 0, lambda: dealing.about(number))
        count, numbered = len(dealing.patents), isinstance(dealing, Pledge)
        return Asked(dealing.key, dealing.caller, count, lambda: dealing.command(day), numbered)

    def _transcribe(self, day: date, month: Month) -> None:
        """Take over the month's pledges of trademarks alone."""
        if not month.trademarks:
            return
        self._clock.turn_to(day)
        lines = b"\n".join(orjson.dumps(pledge.line(on)) for on, pledge in month.trademarks)
        began = time.perf_counter()
        with Run(self._registry, self._url) as run:
            found = facts.read(BytesIO(lines), self._registry.means.pseudonym)
            run.take("synthetic", found)
            result = run.result()
        self.fed.trademarks_seconds += time.perf_counter() - began
        self.fed.trademarks += result["new"]
        self._tell("trademarks", len(month.trademarks))
        if result["broken"]:
            raise NotTakenOver(str(result["broken_records"][0]))

    # -- filing

    def _answered(self, day: date, asked: Sequence[Asked], what: str) -> tuple[float, list[Asked]]:
        """File what is not on record, by many callers at once; how long it took, and what it was.

        Raises what refused a filing, with the rules that did.
        """
        self._clock.turn_to(day)
        waiting = iter(asked)
        filed: list[Asked] = []

        async def caller() -> None:
            for one in waiting:
                if one.key in self._on_record:
                    self.fed.known += 1
                else:
                    filing = Filing(one.make(), one.caller, one.key)
                    receipt = await self._registry.filed(filing)
                    filed.append(one)
                    if one.numbered:
                        self._remember(one.key, receipt)
                self._tell(what, one.patents if what == "patents" else 1)

        async def all_callers() -> None:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(CALLERS, len(asked))):
                    group.create_task(caller())

        began = time.perf_counter()
        self._runner.run(all_callers())
        return time.perf_counter() - began, filed

    def _remember(self, key: str, receipt: bytes) -> None:
        self._numbers[key] = orjson.loads(receipt)["registration_no"]


def _entries(patents: Sequence[Patent]) -> Iterator[Asked]:
    for since in range(0, len(patents), ENTERED_AT_ONCE):
        some = patents[since : since + ENTERED_AT_ONCE]
        key = f"synthetic patents {some[0].number}"
        yield Asked(key, OFFICE, len(some), partial(_grant, some))


def _grant(patents: Sequence[Patent]) -> GrantPatent:
    return GrantPatent(entries=tuple(patent.details() for patent in patents))

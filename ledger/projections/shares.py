"""The fold of the log by several processes, each folding shares of the streams.

The calling process folds too. A worker beside it is this module run by a Python of its own (not
forked: the caller may have threads and connections). It is handed its job and then share after
share on standard input, fills the tables of the shadow schema by itself, and answers how many
events they had.
"""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

from psycopg import Connection, Cursor
from psycopg.sql import SQL, Identifier

import ledger
from ledger.database import connect
from ledger.eventstore.reading import DAMAGED, UnreadableRow
from ledger.projections.damage import unreadable
from ledger.projections.extents import COMPARED, EVERYTHING, EXTENTS, STATISTICS_ALONE
from ledger.projections.folding import IN_ORDER, Filings, Share, fold_share
from ledger.projections.packing import SIGNATURE, TRAILER

ALONE_MAX = {EVERYTHING: 10_000, COMPARED: 10_000, STATISTICS_ALONE: 200_000}
"""A log of no more events is folded by the calling process; starting others takes as long. Of the
statistics the server has half of the work, which it does beside one process as beside two."""
SHARE_EVENTS = 4_000
"""Events of a share, about: one share at a time is held in memory, and who has folded the last one
waits for the others."""

SAMPLE = """
SELECT originator_id FROM (
    SELECT originator_id, row_number() OVER (ORDER BY originator_id) AS place FROM (
        SELECT DISTINCT originator_id FROM stored_events WHERE notification_id = ANY (%s)
    ) AS sampled
) AS ordered WHERE place %% %s = 0 ORDER BY originator_id
"""
SAMPLED_PER_SHARE = 8


@dataclass(frozen=True)
class Job:
    """What every share is folded with."""

    url: str
    schema: str
    """Where the tables to be filled are."""
    filings: Filings
    until: int
    """The position up to which the log is folded."""
    extent: str
    """What is made anew, by its name."""


class WorkerFailed(RuntimeError):
    """A worker process ended before its shares were folded; its own words are on standard error."""


def cut(connection: Connection[Any], until: int) -> list[Share]:
    """Shares of about the same size, cut at streams that evenly spaced positions name."""
    count = max(1, until // SHARE_EVENTS)
    step = max(1, until // (count * SAMPLED_PER_SHARE))
    sampled = list(range(step, until + 1, step))
    rows = connection.execute(SAMPLE, (sampled, SAMPLED_PER_SHARE)).fetchall() if count > 1 else []
    bounds = [None, *(row[0] for row in rows), None]
    return [Share(since, until) for since, until in pairwise(bounds)]


@contextmanager
def workers(until: int, extent: str = EVERYTHING) -> Iterator[list[Worker]]:
    """Worker processes beside this one for a log of so many events, none for a small one; they come
    up while the caller goes on."""
    count = len(os.sched_getaffinity(0)) - 1 if until > ALONE_MAX[extent] else 0
    started = [Worker() for _ in range(count)]
    try:
        yield started
    finally:
        for worker in started:
            worker.end()


def fold_all(
    job: Job, shares: list[Share], at_hand: list[Worker], told: Callable[[int], None]
) -> None:
    """Fold every share into the shadow tables, in this process and by the workers."""
    done = 0
    for events in _folded(job, iter(shares), at_hand):
        done += events
        told(done)


def _folded(job: Job, waiting: Iterator[Share], at_hand: list[Worker]) -> Iterator[int]:
    """Fold each share by whoever is free first; how many events it had."""
    answers: SimpleQueue[int] = SimpleQueue()

    def hand(worker: Worker) -> None:
        worker.take(job)
        for share in waiting:
            answers.put(worker.fold(share))

    with ThreadPoolExecutor(max(1, len(at_hand))) as pool, _ready_to_fold(job) as connection:
        handing = [pool.submit(hand, worker) for worker in at_hand]
        try:
            for share in waiting:
                yield fill(connection, job, share)
                while not answers.empty():
                    yield answers.get()
            for handed in handing:
                handed.result()
            while not answers.empty():
                yield answers.get()
        finally:
            for _ in waiting:
                pass  # who fails leaves nothing to be begun


@contextmanager
def _ready_to_fold(job: Job) -> Iterator[Connection[Any]]:
    """The connection by which a process folds; meanwhile nothing is looked for that refers to
    itself, which nothing does that a fold makes."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        with connect(job.url, application_name="patent-ledger replay") as connection:
            connection.execute(IN_ORDER)
            connection.execute("SET synchronous_commit = off")
            yield connection
    finally:
        if collecting:
            gc.enable()


class Worker:
    """A process that folds shares."""

    def __init__(self) -> None:
        # The package is found where this program found it, installed or in a checkout.
        home = str(Path(ledger.__file__).parents[1])
        begin = f"import sys; sys.path.insert(0, {home!r}); from {__name__} import worker; worker()"
        self._process = subprocess.Popen(
            [sys.executable, "-c", begin], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def take(self, job: Job) -> None:
        """Tell what every share is folded with."""
        with self._ending():
            self._say(job)

    def fold(self, share: Share) -> int:
        """Have a share folded and wait for it."""
        assert self._process.stdout is not None, "it is a pipe"
        with self._ending():
            self._say(share)
            answer: int | UnreadableRow = pickle.load(self._process.stdout)  # noqa: S301 - our child
        if isinstance(answer, UnreadableRow):
            raise answer
        return answer

    def end(self) -> None:
        """End it, though it be in the midst of a share."""
        self._process.terminate()
        self._process.communicate()

    def _say(self, value: Any) -> None:
        assert self._process.stdin is not None, "it is a pipe"
        _say(self._process.stdin, value)

    @contextmanager
    def _ending(self) -> Iterator[None]:
        """Tell what it means that the pipe is broken."""
        try:
            yield
        except (BrokenPipeError, EOFError, pickle.UnpicklingError) as error:
            code = self._process.wait()
            raise WorkerFailed(f"a process that folds the log ended with status {code}") from error


def _say(pipe: IO[bytes], value: Any) -> None:
    pickle.dump(value, pipe, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.flush()


def fill(connection: Connection[Any], job: Job, share: Share) -> int:
    """Fold a share and copy its rows into the shadow tables; how many events it has. Raises
    UnreadableRow."""
    extent = EXTENTS[job.extent]
    try:
        events, rows = fold_share(connection, share, job.filings, job.until, extent)
    except DAMAGED as error:
        with connect(job.url, application_name="patent-ledger replay") as another:
            raise unreadable(another, job.until, share.within()) or error from error
    with connection.transaction(), connection.cursor() as curs:
        for table, packed in rows.items():
            copy_rows(curs, job.schema, table, extent.columns[table], packed)
    return events


def copy_rows(
    curs: Cursor[Any], schema: str, table: str, columns: str, rows: Iterable[bytes]
) -> None:
    """Copy packed rows into a table."""
    data = b"".join(rows)
    if not data:
        return
    statement = SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        Identifier(schema, table),
        SQL(columns),
    )
    with curs.copy(statement) as copy:
        copy.write(SIGNATURE)
        copy.write(data)
        copy.write(TRAILER)


def serve(asked: IO[bytes], answers: IO[bytes]) -> None:
    """A worker's life: its job, then shares until there is no more input."""
    job: Job = pickle.load(asked)  # noqa: S301 - our own parent
    with _ready_to_fold(job) as connection:
        while True:
            try:
                share: Share = pickle.load(asked)  # noqa: S301 - our own parent
            except EOFError:
                return
            try:
                _say(answers, fill(connection, job, share))
            except UnreadableRow as row:
                _say(answers, row)


def worker() -> None:
    """The main function of a worker's process."""
    serve(sys.stdin.buffer, sys.stdout.buffer)

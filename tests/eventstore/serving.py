"""A serving process for the tests that kill one: it files from many threads and says the answers.

Jobs come as JSON lines on standard input, `{"key": …, "patents": […]}` or several that are entered
together, `{"together": [{…}, …]}`; each answer goes to standard output in one write, so that a
killed process has either said it or not.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import Cursor
from psycopg.rows import DictRow

from ledger.domain.refusals import Refused
from ledger.eventstore.acts import Busy, Together, Unavailable
from ledger.eventstore.recorder import LedgerRecorder
from ledger.filings import act_of
from ledger.registry import Registry
from tests.eventstore.ledgers import pledge, registry, running_clock

ROOT = Path(__file__).parents[2]
Answer = dict[str, Any]


def serve(url: str, threads: int, since: float, *, locked: bool) -> None:
    """File every job, answering each; come back with the same key where the database is away."""
    with registry(url, clock=running_clock(since)) as ledger:
        if not locked:
            recorder = UnlockedRecorder(ledger.datastore)
            ledger.writer._desk = replace(ledger.writer._desk, recorder=recorder)
        _say({"ready": True})
        with ThreadPoolExecutor(threads) as pool:
            for line in sys.stdin:
                pool.submit(_answer, ledger, json.loads(line))


class UnlockedRecorder(LedgerRecorder):
    """What the recorder would be without its lock: it reads the head while others read the same."""

    def _lock(self, curs: Cursor[DictRow]) -> int:
        curs.execute("SELECT coalesce(max(notification_id), 0) AS head FROM stored_events")
        row = curs.fetchone()
        assert row is not None
        # Long enough for another to read the same head, which makes the race certain.
        time.sleep(0.2)
        return int(row["head"])


def _answer(ledger: Registry, job: dict[str, Any]) -> None:
    jobs = job.get("together", [job])
    filings = [pledge(*each["patents"], key=each["key"]) for each in jobs]
    act = Together([act_of(filing, ledger.means) for filing in filings])
    while True:
        try:
            if "together" in job:
                receipts = ledger.writer.enter(act).decode().split("\n")
                keys = [each["key"] for each in jobs]
                _say({"together": dict(zip(keys, receipts, strict=True))})
            else:
                _say({"key": job["key"], "receipt": ledger.file(filings[0]).decode()})
        except Refused as refused:
            _say({"key": job["key"], "refused": sorted({f.rule for f in refused.findings})})
        except (Busy, Unavailable):
            time.sleep(0.05)
            continue
        except Exception as error:  # noqa: BLE001 - a defect, said so that the test fails
            _say({"key": job.get("key"), "error": repr(error)})
        return


def _say(answer: Answer) -> None:
    os.write(1, json.dumps(answer).encode() + b"\n")


class ServingProcess:
    """Such a process, seen from the test."""

    def __init__(self, url: str, *, threads: int, since: float, locked: bool = True) -> None:
        self.answers: SimpleQueue[Answer | None] = SimpleQueue()
        """What it has said, and None when it has ended."""
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.eventstore.serving"),
                *(url, str(threads), repr(since), "locked" if locked else "unlocked"),
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._giver: threading.Thread | None = None
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()

    def wait_until_ready(self) -> None:
        assert self.answers.get(timeout=60) == {"ready": True}

    def give(self, jobs: Iterable[dict[str, Any]]) -> None:
        """Hand over jobs; no more will come."""
        self._giver = threading.Thread(target=self._give, args=(jobs,), daemon=True)
        self._giver.start()

    def _give(self, jobs: Iterable[dict[str, Any]]) -> None:
        assert self.process.stdin is not None
        with suppress(BrokenPipeError), self.process.stdin as stdin:  # it may be killed meanwhile
            for job in jobs:
                stdin.write(json.dumps(job).encode() + b"\n")
                stdin.flush()

    def answered(self, timeout: float = 60) -> Iterator[Answer]:
        """What it says, to its end."""
        while (answer := self.answers.get(timeout=timeout)) is not None:
            yield answer

    def kill(self) -> None:
        """SIGKILL, as the machine's memory killer sends it."""
        self.process.kill()
        self.process.wait()
        if self._giver is not None:
            self._giver.join()
        elif self.process.stdin is not None:
            self.process.stdin.close()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as said:
            for line in said:
                self.answers.put(json.loads(line))
        self.answers.put(None)


def writer_backends(url: str) -> list[int]:
    """Processes of the server in which writers of this database work."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity "
            "WHERE application_name = 'patent-ledger writer' AND datname = current_database()"
        )
        return [pid for (pid,) in found.fetchall()]


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), locked=sys.argv[4] == "locked")

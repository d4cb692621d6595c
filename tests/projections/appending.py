"""A process that appends filings of real, encoded events: `python -m tests.projections.appending`.

It goes past the writer, so that 20,000 events take seconds: no rules, no register views. What is
registered follows from its arguments alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

from eventsourcing.persistence import StoredEvent

from ledger.domain.events import LedgerEvent
from ledger.eventstore.recorder import LedgerDatastore, LedgerRecorder
from ledger.eventstore.stored_form import encode
from ledger.means import fresh_salts
from tests.builders import entered, number, pledged

PROCESS_PATENTS = 100_000
"""Serials of patents that each process has to itself."""
FILING_EVENTS_MAX = 40


def filings(place: int, events: int) -> Iterator[list[LedgerEvent]]:
    """Filings of 1 to 40 events: patents entered, and two in three of them pledged afterwards."""
    chance = Random(place)
    serial, left = place * PROCESS_PATENTS, events
    while left:
        count = min(left, chance.randint(1, FILING_EVENTS_MAX))
        patents = [number(serial + n) for n in range(1, count + 1)]
        name = f"{place}-{serial}"
        yield [entered(patent, filing_id=f"enter {name}") for patent in patents]
        serial, left = serial + count, left - count
        if left >= count and chance.random() < 2 / 3:
            no = f"Y20259{place}{serial:07}"
            filing = f"pledge {name}"
            pledges = [pledged(p, registration_no=no, filing_id=filing) for p in patents]
            yield [pledge.model_copy(update={"originator_version": 2}) for pledge in pledges]
            left -= count


def pledges(place: int, events: int) -> dict[str, int]:
    """How many patents each registration of a process's filings covers."""
    registered = {}
    for filing in filings(place, events):
        no = filing[0].envelope.registration_no
        if no is not None:
            registered[no] = len(filing)
    return registered


def append(url: str, place: int, events: int) -> None:
    """Append the filings, a few at a time."""
    encoded: list[list[StoredEvent]] = [
        [encode(event, fresh_salts)[0] for event in filing] for filing in filings(place, events)
    ]
    _say("ready")
    sys.stdin.read()
    with LedgerDatastore(url, "ledger_writer") as datastore:
        recorder = LedgerRecorder(datastore)
        for start in range(0, len(encoded), 4):
            batch = [event for filing in encoded[start : start + 4] for event in filing]
            recorder.insert_events(batch)


def _say(word: str) -> None:
    os.write(1, word.encode() + b"\n")


class AppendingProcess:
    """Such a process, seen from the test: it appends when it is told to."""

    def __init__(self, url: str, place: int, events: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.projections.appending", url, str(place), str(events)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def begin(self) -> None:
        """Let it append, once it has everything encoded."""
        assert self._process.stdout is not None
        assert self._process.stdin is not None
        assert self._process.stdout.readline() == b"ready\n"
        self._process.stdin.close()

    def ended(self) -> bool:
        return self._process.poll() is not None

    def end(self) -> None:
        """Wait until everything is appended."""
        assert self._process.wait(timeout=60) == 0
        assert self._process.stdout is not None
        self._process.stdout.close()


if __name__ == "__main__":
    append(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))

"""`transcribe` and `audit`, as a user runs them; memory that does not grow with what is read."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest

from ledger.embedded import temporary_data_dir
from tests.conftest import NewDatabase
from tests.intake.conveyed import BANK, LAMPWORKS, RELEASE, conveyed
from tests.intake.uspto_files import file_of
from tests.programs import invoked, run

SECRET = "the tests' own secret, 32 bytes."
RUN_AND_WEIGH = """
import re, sys
from ledger.cli import main
main_ended = None
try:
    main()
except SystemExit as ended:
    main_ended = ended.code
status = open("/proc/self/status").read()
print("peak", re.search(r"VmHWM:\\s+(\\d+) kB", status)[1], file=sys.stderr)
sys.exit(main_ended)
"""


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A file with a broken record, and a file that is none of the office's."""
    good, other = tmp_path / "ad20150727.xml", tmp_path / "other.xml"
    release = conveyed(2, RELEASE, (BANK,), (LAMPWORKS,), patents=(2,))
    broken = conveyed(3).replace("20150724", "the other day")
    good.write_bytes(file_of(conveyed(1), broken, release))
    other.write_text("<html/>")
    return [good, other]


class TestTheCommands:
    def test_an_empty_data_directory_is_made_ready(self, files: list[Path]) -> None:
        with temporary_data_dir() as data_dir:
            done = run("transcribe", "uspto", files[0], "--data-dir", data_dir, "--json")
        assert done.returncode == 0, done.stderr
        result = json.loads(done.stdout)
        (broken,) = result.pop("broken_records")
        assert broken["reference"] == "90001/3"
        assert broken["line"] > 1
        assert "90001/3" in done.stderr
        assert result == {
            "records": 3,
            "new": 2,
            "changed": 0,
            "known": 0,
            "stale": 0,
            "purged": 0,
            "broken": 1,
            "entries": 4,
            "patents": 2,
            "discrepancies": 1,
        }

    def test_a_wrong_file_is_named_and_the_others_are_taken_over(
        self, files: list[Path], new_database: NewDatabase
    ) -> None:
        good, other = files
        with new_database() as url:
            here = {"LEDGER_DATABASE_URL": url, "LEDGER_SECRET": SECRET}
            done = invoked("transcribe", "uspto", other, good, **here)
            assert done.returncode == 1
            assert "new 2" in done.stdout
            assert str(other) in done.stderr
            assert "Traceback" not in done.stderr
            self.audit_in_three_forms(here)

    def audit_in_three_forms(self, here: dict[str, str]) -> None:
        (found,) = json.loads(invoked("audit", "--json", **here).stdout)
        assert found["kind"] == "unknown-pledge"
        assert (found["patent"], found["position"]) == ("US:14990002", 4)
        assert (found["register"], found["reference"]) == ("US-ASSIGNMENTS", "90001/2")
        (row,) = csv.DictReader(io.StringIO(invoked("audit", "--csv", **here).stdout))
        assert row == {name: str(value) for name, value in found.items()}
        text = invoked("audit", **here).stdout
        assert "US:14990002  4  unknown-pledge" in text
        assert "1 discrepancies: 1 unknown-pledge" in text

    def test_an_audit_of_nothing(self, new_database: NewDatabase) -> None:
        with new_database() as url:
            found = invoked("audit", "--json", LEDGER_DATABASE_URL=url)
            assert json.loads(found.stdout) == []
            assert "do not go together" in invoked("audit", "--json", "--csv").stderr

    def test_a_file_that_is_not_there_is_said_before_anything_starts(self, tmp_path: Path) -> None:
        missing = invoked(
            "transcribe", "uspto", tmp_path / "none.xml", "--data-dir", tmp_path / "data"
        )
        assert missing.returncode == 2
        assert not (tmp_path / "data").exists()


def test_memory_stays_flat_from_one_file_to_twenty(
    tmp_path: Path, new_database: NewDatabase
) -> None:
    """Files of different patents, each in one run alone and then twenty in one."""
    if not Path("/proc/self/status").exists():
        pytest.skip("a process's peak of memory is missing: no /proc/self/status")
    files = []
    for file in range(20):
        records = (
            conveyed(n, patents=range(base := 400 * file + 10 * n, base + 10), reel=90_000 + file)
            for n in range(40)
        )
        files.append(tmp_path / f"{file:02}.xml")
        files[-1].write_bytes(file_of(*records))
    peaks = []
    for some in (files[:1], files):
        with new_database() as url:
            done = run(
                *("transcribe", "uspto", *some, "--json"),
                command=(sys.executable, "-c", RUN_AND_WEIGH),
                LEDGER_DATABASE_URL=url,
                LEDGER_SECRET=SECRET,
            )
            assert done.returncode == 0, done.stderr
            assert json.loads(done.stdout)["entries"] == 800 * len(some)
            peaks.append(int(done.stderr.split("peak ")[1].split()[0]))
    assert peaks[1] < 1.25 * peaks[0], peaks

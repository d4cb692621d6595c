"""One official day of the USPTO, counted as its SOURCE.md counts it."""

from __future__ import annotations

import os
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from ledger.intake import uspto_xml
from ledger.intake.conveyances import Conveyance, cited_records, classify
from ledger.intake.uspto_numbers import patent_of
from ledger.intake.uspto_records import AssignmentRecord

SAMPLE = Path("uspto-pasdat-ad20150727", "ad20150727-assignments-sample.xml")


@pytest.fixture(scope="module")
def sample() -> Path:
    path = Path(os.environ.get("LEDGER_SAMPLES", "")) / SAMPLE
    if not path.is_file():
        pytest.skip(f"the sample is missing: LEDGER_SAMPLES names no folder with {SAMPLE}")
    return path


@pytest.fixture(scope="module")
def records(sample: Path) -> list[AssignmentRecord]:
    found = list(uspto_xml.read(sample))
    assert [each for each in found if not isinstance(each, AssignmentRecord)] == []
    return [each for each in found if isinstance(each, AssignmentRecord)]


def test_every_record_is_read(records: list[AssignmentRecord]) -> None:
    assert len(records) == len({each.reel_frame for each in records}) == 343
    assert sum(len(each.assignors) for each in records) == 652
    assert sum(len(each.assignees) for each in records) == 348
    assert sum(len(each.properties) for each in records) == 2_494
    assert sum(each.purge for each in records) == 1
    assert min(each.recorded_on for each in records) == date(2007, 3, 20)
    assert max(each.recorded_on for each in records) == date(2015, 7, 24)


def test_the_header_is_that_of_the_day(sample: Path) -> None:
    header = uspto_xml.read_header(sample)
    assert header == uspto_xml.FileHeader("DA", date(2015, 7, 27), empty=False)


def test_the_kinds_of_the_day(records: list[AssignmentRecord]) -> None:
    kinds = Counter(classify(each.conveyance_text) for each in records)
    assert kinds == {
        Conveyance.ASSIGNMENT: 237,
        Conveyance.NUNC_PRO_TUNC: 2,
        Conveyance.CORRECTION: 19,
        Conveyance.NAME_CHANGE: 32,
        Conveyance.ADDRESS_CHANGE: 4,
        Conveyance.MERGER: 2,
        Conveyance.SECURITY_INTEREST: 15,
        Conveyance.RELEASE: 6,
        Conveyance.CONFIRMATORY_LICENCE: 21,
        Conveyance.LICENCE: 1,
        Conveyance.GOVERNMENT_INTEREST: 2,  # with the two above, the 24 licences of SOURCE.md
        Conveyance.LICENCE_TERMINATION: 2,
    }


def test_every_correction_cites_what_it_corrects(records: list[AssignmentRecord]) -> None:
    for each in records:
        corrects = classify(each.conveyance_text) is Conveyance.CORRECTION
        assert len(cited_records(each.conveyance_text)) == (1 if corrects else 0)


def test_every_property_is_a_patent_by_its_application_number(
    records: list[AssignmentRecord],
) -> None:
    patents = [patent_of(item) for each in records for item in each.properties]
    assert all(patent and len(patent) == len("US:14999001") for patent in patents)
    assert len(set(patents)) == 2_186

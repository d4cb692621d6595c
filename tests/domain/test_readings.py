"""How the office reads the law: settings from a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.domain.lawsettings import LawSettings
from ledger.readings import BadReadings, law_of
from ledger.settings import Settings


def settings(folder: Path, said: str | None, *, named: bool = False) -> Settings:
    file = folder / "law.toml"
    if said is not None:
        file.write_text(said, encoding="utf-8")
    return Settings(data_dir=folder, law_file=file if named else None)


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert law_of(settings(tmp_path, None)) == LawSettings()


def test_the_file_in_the_data_directory_is_read(tmp_path: Path) -> None:
    law = law_of(settings(tmp_path, "partial_filings = true\n"))
    assert law == LawSettings(partial_filings=True)
    assert law.digest() != LawSettings().digest()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("partial_filings = 7", "partial_filings"),
        ("partial_filling = true", "partial_filling"),
        ("partial_filings =", "cannot be read"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_does_not_hold_is_told(tmp_path: Path, said: str | None, reason: str) -> None:
    with pytest.raises(BadReadings, match=reason):
        law_of(settings(tmp_path, said, named=True))

"""docs/operations.md tells every setting, with its variable and its default."""

from __future__ import annotations

import re
from pathlib import Path

from ledger.commands import check
from ledger.settings import VARIABLES, Settings

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(LEDGER_\w+)`[^|]*\| (.+?) \| (.+?) \|$", re.MULTILINE)


def test_every_setting_is_told_with_its_default() -> None:
    told = {variable: default for variable, default, _ in ROW.findall(PAGE)}
    assert set(told) == set(VARIABLES)
    for variable, name in VARIABLES.items():
        default = Settings.model_fields[name].default
        if isinstance(default, str | int):
            assert told[variable] == f"`{default}`"


def test_every_check_is_told() -> None:
    source = Path(check.__file__).read_text(encoding="utf-8")
    named = set(re.findall(r'Finding\(\s*"(\w+)"', source))
    section = PAGE.partition("## What `check` says")[2].partition("\n## ")[0]
    assert {name for name in named if f"`{name}`" not in section} == set()
    assert len(named) >= 9

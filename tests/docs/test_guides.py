"""The guides run as they stand, against a served ledger: the shell blocks first, then the Python.

After a block, `<!-- prints: this | that -->` names what it must print.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

GUIDES = sorted((Path(__file__).parents[2] / "docs" / "guides").glob("*.md"))
BLOCK = re.compile(
    r"```(?P<language>bash|python)\n(?P<words>.*?)```\n(?:<!-- prints: (?P<prints>[^\n]+) -->)?",
    re.DOTALL,
)
MARK = "=-=-= the end of a block =-=-="
SECONDS_MAX = 120
FAR_OFF = "FAR24"
"""A place where the day is never that of Beijing: the guides must not go by the machine's."""


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_a_guide_runs_as_it_stands(guide: Path, served: tuple[str, dict[str, str]]) -> None:
    address, environment = served
    text = guide.read_text(encoding="utf-8")
    found = list(BLOCK.finditer(text))
    assert text.count("```") == 2 * len(found), "every block is run"
    shell = "\n".join(each["words"] for each in found if each["language"] == "bash")
    told = [each for each in found if each["language"] == "python"]
    script = "\n".join(f"{each['words']}\nprint({MARK!r})" for each in told)
    ran = subprocess.run(
        [
            "bash",
            "-euo",
            "pipefail",
            "-c",
            f'{shell}\nexec python -c "$SCRIPT"'.replace("http://127.0.0.1:8000", address),
        ],
        env=environment | {"SCRIPT": script, "TZ": FAR_OFF},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS_MAX,
    )
    assert ran.returncode == 0, ran.stdout[-2_000:] + ran.stderr[-3_000:]
    for block, said in zip(told, ran.stdout.split(MARK), strict=False):
        wanted = (block["prints"] or "").split(" | ") if block["prints"] else []
        assert [words for words in wanted if words not in said] == [], said

"""The README's shell blocks run as they stand, against a served ledger; its links lead somewhere.

A block under `<!-- not run: … -->` is not run. After a block, `<!-- prints: this | that -->` names
what it must print.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
BIN = Path(sys.executable).parent
SECONDS_MAX = 120

BLOCK = re.compile(
    r"(?P<unrun><!-- not run: [^\n]+ -->\n)?"
    r"```bash\n(?P<words>.*?)```\n"
    r"(?:<!-- prints: (?P<prints>[^\n]+) -->)?",
    re.DOTALL,
)
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ (?P<words>.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A shell block of the README that runs."""

    words: str
    prints: list[str]


def blocks() -> list[Block]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return [
        Block(found["words"], (found["prints"] or "").split(" | ") if found["prints"] else [])
        for found in BLOCK.finditer(text)
        if found["unrun"] is None
    ]


def test_every_command_works_in_its_order(served: tuple[str, dict[str, str]]) -> None:
    address, environment = served
    assert len(blocks()) >= 7
    mark = "=-=-= the end of a block =-=-="
    script = f"\necho '{mark}'\n".join(block.words for block in blocks())
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace("http://127.0.0.1:8000", address)],
        env=environment,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=SECONDS_MAX,
    )
    assert ran.returncode == 0, ran.stdout[-3_000:]
    said = ran.stdout.split(mark)
    for block, printed in zip(blocks(), said, strict=True):
        missing = [words for words in block.prints if words not in printed]
        assert missing == [], f"{block.words}\nprinted\n{printed}"


def test_a_block_that_is_not_run_says_why() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.count("```bash") == len(BLOCK.findall(text))
    assert text.count("```") == 2 * text.count("```bash")


def test_the_first_screen_is_a_sentence_a_command_the_guarantees_and_what_it_is_not() -> None:
    first = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## ")[0]
    assert "```bash\nmake demo\n```" in first
    assert first.count("tests/") >= 9
    assert "does not judge whether a contract is valid, hold money" in first
    assert len(first.splitlines()) < 40


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    lost = []
    for found in LINK.finditer(text):
        path, _, anchor = found["target"].partition("#")
        if path.startswith(("https://", "http://")):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            lost.append(found["target"])
    assert lost == []


def _anchors(page: Path) -> set[str]:
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in kept}

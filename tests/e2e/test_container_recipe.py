"""The container recipe copies what the program is built from. (Images are not built here.)"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path
from shutil import copy, copytree

ROOT = Path(__file__).parents[2]


def test_what_it_copies_makes_the_whole_wheel(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    recipe = (ROOT / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    for line in re.findall(r"^COPY (?!--)(.+)$", recipe, re.MULTILINE):
        *names, target = line.split()
        for name in names:
            if (ROOT / name).is_dir():
                copytree(ROOT / name, source / target)
            else:
                copy(ROOT / name, source / target)
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"),
            *("--no-build-isolation", "--wheel-dir", tmp_path, source),
        ],
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    for folder, inside in (
        ("ledger", "ledger"),
        ("api", "api"),
        ("patent_ledger_client", "patent_ledger_client"),
        ("migrations", "ledger/_migrations"),
        ("docs/problems", "api/_problems"),
    ):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".py", ".sql", ".md", ".json", ".mo", ".html"}:
                assert f"{inside}/{path.relative_to(ROOT / folder)}" in held

"""A browser without a window, which says how a page is laid out."""

from __future__ import annotations

import json
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

SECONDS_MAX = 60

NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, NAMES)), None)
"""The browser of this machine, None where there is none."""


def measured(page: str, script: str, folder: Path, *, width: int = 1000) -> Any:
    """What a script that is added to a page returns when it is laid out."""
    assert BROWSER is not None, "ask first"
    told = f"<script>document.title = JSON.stringify((() => {{{script}}})())</script>"
    file = folder / "page.html"
    file.write_text(page.replace("</body>", f"{told}</body>"), encoding="utf-8")
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    command += [f"--user-data-dir={folder / 'profile'}", f"--window-size={width},900", "--dump-dom"]
    shown = subprocess.run(
        [*command, file.as_uri()], capture_output=True, text=True, check=True, timeout=SECONDS_MAX
    ).stdout
    return json.loads(unescape(shown.partition("<title>")[2].partition("</title>")[0]))

"""A browser without a window, asked over its own protocol (Chrome DevTools) through two pipes."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
needs_browser = pytest.mark.skipif(
    CHROMIUM is None, reason="missing: chromium, to open the pages as people do"
)
A4_WIDTH, A4_HEIGHT = 794, 1123
"""In pixels of CSS, 96 to the inch."""

WIDER = """
[...document.querySelectorAll("body *")]
  .filter((e) => e.tagName !== "INPUT" && e.getBoundingClientRect().height > 0)
  .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1
    || (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== "visible"
        && e.clientWidth > 0))
  .map((e) => `${e.tagName}: ${e.textContent.trim().slice(0, 80)}`)
"""
"""What stands out of the page at its right, or is cut off there."""


@dataclass
class Tab:
    """A page that is open."""

    sent: IO[bytes]
    told: IO[bytes]
    session: str | None = None
    number: int = 0

    def call(self, method: str, **params: Any) -> Any:
        """The answer to a command of the protocol; events between are passed over."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session is not None:
            message["sessionId"] = self.session
        self.sent.write(json.dumps(message).encode() + b"\0")
        self.sent.flush()
        while True:
            answer = self._next()
            if answer.get("id") == self.number:
                assert "error" not in answer, (method, answer)
                return answer["result"]

    def open(self, page: Path) -> None:
        """Open a page from the disk, and have all of it there."""
        self.call("Page.navigate", url=page.as_uri())
        while self._next().get("method") != "Page.loadEventFired":
            pass

    def evaluate(self, script: str) -> Any:
        """What a script gives; a promise is waited for."""
        asked = {"expression": script, "returnByValue": True, "awaitPromise": True}
        found = self.call("Runtime.evaluate", **asked)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def choose(self, selector: str, file: Path) -> None:
        """Choose a file, as a user does in the dialogue of an input."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[str(file)])

    def printed(self) -> tuple[int, list[str]]:
        """How many sheets of A4 the page takes on paper, and what does not fit in their width."""
        self.call("Emulation.setEmulatedMedia", media="print")
        size = {"width": A4_WIDTH, "height": A4_HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        wide = self.evaluate(WIDER)
        paper = {"preferCSSPageSize": True, "printBackground": True}
        content = base64.b64decode(self.call("Page.printToPDF", **paper)["data"])
        return len(re.findall(rb"/Type\s*/Page\b", content)), wide

    def _next(self) -> dict[str, Any]:
        read = bytearray()
        while (byte := self.told.read(1)) != b"\0":
            assert byte, "the browser has ended"
            read += byte
        found: dict[str, Any] = json.loads(read)
        return found


@contextmanager
def browser(folder: Path) -> Iterator[Tab]:
    """A browser of its own, with one page open, while in the block."""
    assert CHROMIUM is not None
    commands, answers = os.pipe(), os.pipe()

    def as_three_and_four() -> None:
        taken = os.dup(commands[0]), os.dup(answers[1])
        os.dup2(taken[0], 3)
        os.dup2(taken[1], 4)

    options = ["--headless", "--remote-debugging-pipe", f"--user-data-dir={folder}", "--no-sandbox"]
    options += ["--disable-gpu", "--no-first-run", "--disable-dev-shm-usage", "about:blank"]
    process = subprocess.Popen(
        [CHROMIUM, *options],
        close_fds=False,
        preexec_fn=as_three_and_four,  # noqa: PLW1509 - it only moves two descriptors
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(commands[0])
    os.close(answers[1])
    with os.fdopen(commands[1], "wb") as sent, os.fdopen(answers[0], "rb") as told:
        try:
            tab = Tab(sent, told)
            target = tab.call("Target.createTarget", url="about:blank")["targetId"]
            attached = tab.call("Target.attachToTarget", targetId=target, flatten=True)
            page = Tab(sent, told, attached["sessionId"], tab.number)
            page.call("Page.enable")
            yield page
            tab.number = page.number
            tab.call("Browser.close")
            process.wait(20)
        finally:
            process.kill()
            process.wait()

"""A served ledger, as the README and the guides say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.embedded import temporary_data_dir
from tests.programs import environment

BIN = Path(sys.executable).parent
SECONDS_MAX = 120


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, dict[str, str]]]:
    """A ledger served as the README says, but on a free port: its address and the environment."""
    with temporary_data_dir() as data_dir:
        settings = environment(PATH=f"{BIN}:{os.environ['PATH']}", LEDGER_DATA_DIR=str(data_dir))
        command = [BIN / "patent-ledger", "serve", "--port", "0"]
        with subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            try:
                address = re.search(r"http://[\d.:]+", server.stdout.readline())
                assert address is not None, "it says where it serves"
                yield address[0], settings
            finally:
                server.terminate()
                server.wait(SECONDS_MAX)

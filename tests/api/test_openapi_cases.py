"""Cases made from the OpenAPI document, on a served ledger: no failure of the server, no answer
that the document does not tell of.

Every check of Schemathesis but one: that what the document allows is accepted, which the rules
decide. Sequences are in test_sequences.py; with them it is a thousand cases in each run of the
tests. `make soak` tries more than ten times as many, and the edges of every schema.

One answer is both told of and a 5xx: 503 `behind`, to a `Ledger-Min-Position` that lies beyond the
log; it is what such a reader asks for.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.desk import Desk
from tests.api.sequences import STEPS

SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"
HOOKS = Path(__file__).with_name("cases_hooks.py")
CONFIG = f"""
hooks = "{HOOKS}"

[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", "503"]
"""

SEED = 20261122


def tried(served: Desk, folder: Path, *options: str) -> int:
    """How many cases were tried; all as they should be."""
    (folder / "schemathesis.toml").write_text(CONFIG)
    token = served.token("registrar")
    command = [
        *(str(SCHEMATHESIS), "--config-file", str(folder / "schemathesis.toml"), "run"),
        str(served.client.base_url.join("/openapi.json")),
        *("--header", f"Authorization: Bearer {token}", "--checks", "all"),
        *("--exclude-checks", "positive_data_acceptance"),
        *("--suppress-health-check", "all", "--warnings", "off", "--continue-on-failure"),
        *("--generation-database", "none", "--no-color", *options),
    ]
    ran = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env=os.environ.copy()
    )
    assert ran.returncode == 0, ran.stdout[-6_000:] + ran.stderr[-2_000:]
    found = re.search(r"([\d,]+) generated", ran.stdout)
    assert found is not None, ran.stdout[-2_000:]
    return int(found[1].replace(",", ""))


def test_cases_of_the_document(served: Desk, tmp_path: Path) -> None:
    served.patents(3)
    phases = ("--phases", "fuzzing", "-n", "8", "--seed", str(SEED))
    assert tried(served, tmp_path, *phases) >= 1_000 - STEPS


@pytest.mark.soak
def test_ten_thousand_cases_of_the_document(served: Desk, tmp_path: Path) -> None:
    served.patents(3)
    phases = ("--phases", "examples,coverage,fuzzing,stateful", "-n", "100")
    assert tried(served, tmp_path, *phases) >= 10_000

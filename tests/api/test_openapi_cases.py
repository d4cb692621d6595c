"""Cases made from the OpenAPI document, on a served ledger: no failure of the server, no answer
that the document does not tell of.

Sequences are begun too, but most end at their first filing, which the rules refuse: that links lead
on is for test_links.py to show.

One answer is both told of and a 5xx: 503 `behind`, to a `Ledger-Min-Position` that lies beyond the
log; it is what such a reader asks for. `make soak` tries ten times as many.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.desk import Desk

SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
    "ignored_auth",
)
"""All but one: that what the document allows is accepted. The rules decide that."""

CONFIG = """
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
        *("--header", f"Authorization: Bearer {token}", "--checks", ",".join(CHECKS)),
        *("--exclude-path", "/v1/events", "--exclude-path", "/v1/batches"),
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


def test_a_thousand_cases_of_the_document(served: Desk, tmp_path: Path) -> None:
    served.patents(3)
    phases = ("--phases", "examples,fuzzing,stateful", "-n", "12", "--seed", str(SEED))
    assert tried(served, tmp_path, *phases) >= 1_000


@pytest.mark.soak
def test_ten_thousand_cases_of_the_document(served: Desk, tmp_path: Path) -> None:
    served.patents(3)
    phases = ("--phases", "examples,coverage,fuzzing,stateful", "-n", "100")
    assert tried(served, tmp_path, *phases) >= 10_000

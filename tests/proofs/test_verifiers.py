"""Two verifiers, one answer: the program's and the page of JavaScript, on the same vectors."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ledger.proofs.notes import VerifierKey
from ledger.proofs.verifying import verify
from tests.proofs.make_vectors import VECTORS, expanded

PAGE = Path(__file__).parents[2] / "docs" / "verifier.html"
RUNNER = Path(__file__).parent / "verifier.mjs"
STORED = expanded(json.loads(VECTORS.read_text(encoding="utf-8")))
EVERY_VECTOR = pytest.mark.parametrize("vector", STORED, ids=[v["name"] for v in STORED])


def ed25519_in_node() -> bool:
    """Whether there is a node whose WebCrypto has Ed25519."""
    if shutil.which("node") is None:
        return False
    ask = "crypto.subtle.generateKey({name: 'Ed25519'}, true, ['sign', 'verify'])"
    program = f"globalThis.crypto ??= require('crypto').webcrypto; {ask}"
    done = subprocess.run(["node", "-e", program], capture_output=True, check=False, timeout=60)
    return done.returncode == 0


needs_node = pytest.mark.skipif(
    not ed25519_in_node(), reason="no node whose WebCrypto has Ed25519 is installed"
)


@EVERY_VECTOR
def test_the_program_says_what_the_vector_says(vector: Any, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text(vector["text"], encoding="utf-8", newline="")
    given = [VerifierKey.parse(vector["key"])] if vector.get("key") else []
    report = verify(file, given)
    assert (report.kind, report.holds) == (vector["kind"], vector["holds"]), report.findings


@cache
def by_node() -> dict[str, Any]:
    """What the page's script gives for each vector."""
    command = ["node", str(RUNNER), str(PAGE), "/dev/stdin"]
    done = subprocess.run(
        command, input=json.dumps(STORED), capture_output=True, text=True, check=True, timeout=120
    )
    return {found["name"]: found for found in json.loads(done.stdout)}


@needs_node
@EVERY_VECTOR
def test_the_page_says_the_same(vector: Any, tmp_path: Path) -> None:
    found = by_node()[vector["name"]]
    assert (found["kind"], found["holds"]) == (vector["kind"], vector["holds"]), found["findings"]
    if vector["holds"] and vector["kind"] in ("certificate", "disclosure"):
        file = tmp_path / "file"
        file.write_text(vector["text"], encoding="utf-8", newline="")
        assert found["said"] == verify(file).said


def test_the_page_stands_alone() -> None:
    """It opens from disk, loads nothing and sends nothing."""
    page = PAGE.read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert not re.search(r"\bsrc=|\bhref=|https?://|fetch\(|XMLHttpRequest|import\s", page)

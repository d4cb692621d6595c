"""Go's own transparency log reads what the ledger exports: skipped where Go or the package
golang-golang-x-mod-dev is missing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest

from ledger.database import connect
from ledger.proofs import serving
from tests.conftest import NewDatabase
from tests.proofs.commands import exported, run
from tests.proofs.logs import filed, signed

PROGRAM = Path(__file__).parent / "go" / "main.go"
PACKAGES = Path("/usr/share/gocode")
MOD = PACKAGES / "src" / "golang.org" / "x" / "mod" / "sumdb" / "tlog"

pytestmark = [
    pytest.mark.skipif(shutil.which("go") is None, reason="Go is not installed"),
    pytest.mark.skipif(not MOD.exists(), reason="golang-golang-x-mod-dev is not installed"),
]


def go(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"GO111MODULE": "off", "GOPATH": str(PACKAGES), "GOFLAGS": ""}
    command = ["go", "run", str(PROGRAM), *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def log(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export with earlier checkpoints, and proofs of two entries beside it."""
    folder = tmp_path_factory.mktemp("go")
    with new_database() as url:
        for step in range(2):
            filed(url, 70, start=1 + 70 * step)
            signed(url, folder)
        exported(url, folder, folder / "log")
        with connect(url, "ledger_public", row_factory=psycopg.rows.dict_row) as connection:
            for position in (1, 280):
                proof = serving.proof(connection, position)
                (folder / f"proof-{position}").write_text(str(proof))
    return folder


def test_go_finds_signatures_tree_and_proofs_as_they_are(log: Path) -> None:
    (key,) = run("key", folder=log)["keys"]
    said = go(log / "log", key, log / "proof-1", log / "proof-280")
    assert said.returncode == 0, said.stderr
    found = json.loads(said.stdout)
    assert (found["size"], found["records"]) == (280, 282)
    assert found["trees"] >= 2


def test_go_refuses_what_was_changed(log: Path, tmp_path: Path) -> None:
    (key,) = run("key", folder=log)["keys"]
    changed = tmp_path / "log"
    shutil.copytree(log / "log", changed)
    bundle = changed / "tile" / "entries" / "000"
    data = bytearray(bundle.read_bytes())
    data[100] ^= 1
    bundle.write_bytes(data)
    said = go(changed, key)
    assert said.returncode == 1
    assert "the root is" in said.stderr

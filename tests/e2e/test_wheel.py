"""The wheel alone, away from the checkout: it migrates, checks itself and tells the demo."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from ledger.embedded import temporary_data_dir
from ledger.migrating import files
from tests.programs import environment

ROOT = Path(__file__).parents[2]
SECONDS_MAX = 240


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built of this checkout without a network."""
    missing = [name for name in ("build", "hatchling") if find_spec(name) is None]
    if missing:
        pytest.skip(f"missing: {', '.join(missing)} of the locked packages, to build the wheel")
    folder = tmp_path_factory.mktemp("wheel")
    command = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    run(sys.executable, *command)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the wheel is installed; the locked packages are those of the tests."""
    if find_spec("pip") is None:
        pytest.skip("missing: pip, to install the wheel")
    folder = tmp_path_factory.mktemp("installed")
    options = ["--quiet", "--no-deps", "--no-index", "--disable-pip-version-check"]
    run(sys.executable, "-m", "pip", "install", *options, "--target", str(folder), str(wheel))
    return folder


def run(*command: str, **options: str | Path | dict[str, str]) -> str:
    """What a command says on standard output; it must succeed."""
    ran = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS_MAX,
        **options,
    )
    assert ran.returncode == 0, f"{command}:\n{ran.stdout}{ran.stderr}"
    return str(ran.stdout)


def ledger(installed: Path, elsewhere: Path, *arguments: str) -> str:
    """What the installed program says, run in another directory."""
    command = installed / "bin" / "patent-ledger"
    return run(str(command), *arguments, env=environment(PYTHONPATH=str(installed)), cwd=elsewhere)


def test_the_wheel_holds_the_program_its_schema_and_its_pages(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"ledger/_migrations/{file.id}.sql" for file in files()} <= names
    pages = {path.name for path in (ROOT / "docs" / "problems").glob("*.md")}
    assert {f"api/_problems/{page}" for page in pages} <= names
    assert "api/examples.json" in names
    assert not [name for name in names if name.startswith(("tests/", "docs/", "benchmarks/"))]


def test_it_is_the_installed_program_that_runs(installed: Path, tmp_path: Path) -> None:
    told = run(
        sys.executable,
        "-c",
        "import api, ledger; print(ledger.__file__, api.__file__)",
        env=os.environ | {"PYTHONPATH": str(installed)},
        cwd=tmp_path,
    )
    assert all(path.startswith(str(installed)) for path in told.split())


def test_it_migrates_and_checks_itself(installed: Path, tmp_path: Path) -> None:
    with temporary_data_dir() as data_dir:
        where = ("--data-dir", str(data_dir), "--json")
        migrated = json.loads(ledger(installed, tmp_path, "migrate", *where))
        assert migrated == {"applied": [file.id for file in files()]}
        checked = json.loads(ledger(installed, tmp_path, "check", *where))
        assert "fail" not in {finding["status"] for finding in checked}


def test_it_tells_the_rules_in_chinese(installed: Path, tmp_path: Path) -> None:
    assert "共同申请" in ledger(installed, tmp_path, "rules", "--lang", "zh")


def test_it_tells_the_demo(installed: Path, tmp_path: Path) -> None:
    told = json.loads(ledger(installed, tmp_path, "demo", "--json"))
    assert told["replay"]["equal"]
    assert list(tmp_path.iterdir()) == []

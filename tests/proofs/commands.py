"""The commands of the log, as they are typed, on a test's ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from ledger.cli import app
from tests.proofs.logs import ORIGIN

Json = Any


def run(*arguments: str | Path, url: str | None = None, folder: Path | None = None) -> Json:
    """What a command prints as JSON, with its exit code; offline where no database is named."""
    nowhere = "postgresql:///none?host=/nowhere"
    environment = {"LEDGER_DATABASE_URL": url or nowhere}
    if folder is None or not (folder / "log-key").exists():
        environment["LEDGER_LOG_ORIGIN"] = ORIGIN
    if folder is not None:
        environment["LEDGER_DATA_DIR"] = str(folder)
    ran = CliRunner().invoke(app, [*map(str, arguments), "--json"], env=environment)
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    return json.loads(ran.stdout) | {"code": ran.exit_code}


def exported(url: str, folder: Path, into: Path) -> Path:
    """An export of all that is there, signed by the keys of the folder."""
    run("export", into, url=url, folder=folder)
    return into


def messages(report: Json) -> str:
    """What does not hold, in one text."""
    assert report["code"] == (0 if report["holds"] else 1)
    assert report["holds"] == (not report["findings"])
    return "\n".join(f"{f['where']}: {f['message']}" for f in report["findings"])

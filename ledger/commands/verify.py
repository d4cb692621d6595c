"""`patent-ledger verify`: is it what was signed. A path is verified offline, without a database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ledger.commands.frame import (
    DataDir,
    Json,
    print_json,
    progress_bar,
    ready_database,
    settings_for,
    verifier_keys,
)
from ledger.proofs.holding import verify_database
from ledger.proofs.keys import keyring
from ledger.proofs.trust import Report
from ledger.proofs.verifying import verify as verify_path


def verify(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="PATH",
            exists=True,
            help="An export or mirror, a checkpoint, a proof, a certificate; without it, this "
            "ledger's own log.",
            show_default=False,
        ),
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option("--key", help="The operator's verifier key, or a file that holds it."),
    ] = None,
    known: Annotated[
        list[Path] | None,
        typer.Option(
            "--known",
            exists=True,
            dir_okay=False,
            help="A checkpoint kept from before, or had from somebody else.",
        ),
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Recompute the tree from its leaves and hold it against every checkpoint and signature.

    Exits with 1 where anything does not hold. Without --key, the keys found beside the log are
    used: that shows that the log is whole, not whose it is.
    """
    given = verifier_keys(key)
    with progress_bar("verifying") as progress:
        if path is not None:
            report = verify_path(path, given, known or (), progress)
        else:
            settings = settings_for(data_dir)
            if not given and settings.log_key_path.exists():
                given = list(keyring(settings).verifiers)
            with ready_database(settings) as url:
                kept = [settings.log_memory_path] if settings.log_memory_path.exists() else []
                report = verify_database(url, given, [*kept, *(known or ())], progress)
    if as_json:
        print_json(report.as_json())
    else:
        _tell(report)
    if not report.holds:
        raise typer.Exit(1)


def _tell(report: Report) -> None:
    for finding in report.findings:
        typer.echo(f"FAILS  {finding.where}: {finding.message}")
    if report.size is not None:
        typer.echo(f"{report.origin}: {report.size} entries, root {report.root}")
    typer.echo(f"looked at: {report.entries} entries, {report.checkpoints} checkpoints")
    if report.patents is not None:
        typer.echo(f"made anew: the map of {report.patents} patents")
    if report.said is not None:
        typer.echo(f"it says: {json.dumps(report.said, ensure_ascii=False, indent=2)}")
    for key in report.keys:
        typer.echo(f"by the key {key}")
    if not report.keys:
        typer.echo("by no key: name the operator's with --key")
    elif not report.keys_given:
        typer.echo("which was found beside the log; --key says whose it must be")
    typer.echo("it holds" if report.holds else "it does NOT hold")

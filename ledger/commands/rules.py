"""`patent-ledger rules`: the statutory catalogue."""

from __future__ import annotations

import typer

from ledger.commands.frame import DataDir, Json, print_json
from ledger.domain.rules.listing import listing


def rules(data_dir: DataDir = None, as_json: Json = False) -> None:  # noqa: ARG001 - every command takes it
    """List every rule and definition of the catalogue."""
    listed = listing()
    if as_json:
        print_json(listed)
        return
    for row in listed:
        typer.echo(f"{row['severity']}  {row['id']:<40} {row['command']:<30} {row['article']}")
        typer.echo(f"   {row['sentence']}")

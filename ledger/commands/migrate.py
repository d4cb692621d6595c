"""`patent-ledger migrate`: bring the database's schema up to date."""

from __future__ import annotations

import typer

from ledger.commands.frame import (
    DataDir,
    Json,
    migrate_database,
    print_json,
    running_server,
    settings_for,
)


def migrate(data_dir: DataDir = None, as_json: Json = False) -> None:
    """Bring the database's schema up to date."""
    with running_server(settings_for(data_dir)) as url:
        applied = migrate_database(url)
    if as_json:
        print_json({"applied": applied})
    else:
        typer.echo("\n".join(f"applied {name}" for name in applied) or "nothing to apply")

"""`patent-ledger replay`: rebuild every view from the log, and compare it or put it in place."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.commands.frame import (
    DataDir,
    Json,
    UserError,
    print_json,
    progress_bar,
    ready_database,
    settings_for,
)
from ledger.projections.comparing import compare
from ledger.projections.rebuild import rebuild
from ledger.projections.shadow import HeldBack


def replay(
    against_live: Annotated[
        bool,
        typer.Option(
            "--compare", help="Compare the replayed views with the live tables; change nothing."
        ),
    ] = False,
    to: Annotated[
        int | None,
        typer.Option("--to", min=0, help="Compare what was known at this position."),
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Rebuild every view from the log alone.

    It takes the place of the live one; with --compare it is held against it instead, and the
    command exits with 1 where the two differ.
    """
    if to is not None and not against_live:
        raise UserError("--to goes with --compare: live views always stand at the head of the log")
    with ready_database(settings_for(data_dir)) as url, progress_bar("replaying") as progress:
        try:
            found = compare(url, progress, to) if against_live else rebuild(url, progress)
        except HeldBack as error:
            raise UserError(str(error)) from error
    if as_json:
        print_json(found)
    elif against_live:
        _tell(found)
    else:
        rate = f"{found['rate_per_s']} a second"
        typer.echo(f"{found['entries']} entries replayed at {rate}; views swapped")
    if not found.get("equal", True):
        raise typer.Exit(1)


def _tell(found: dict[str, object]) -> None:
    typer.echo(f"{found['entries']} entries replayed at {found['rate_per_s']} a second")
    views = found["views"]
    assert isinstance(views, dict), "compare tells of each view"
    for name, view in views.items():
        if not view["compared"]:
            typer.echo(f"  {name}: {view['rows']} rows at that position")
        elif view["equal"]:
            typer.echo(f"  {name}: {view['rows']} rows, equal")
        else:
            typer.echo(f"  {name}: DIFFERS: {view['first_difference']}")

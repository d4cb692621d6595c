"""`patent-ledger export DIR`: the public log as files that any web server serves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from psycopg.rows import dict_row

from ledger.commands.frame import (
    DataDir,
    Json,
    UserError,
    print_json,
    progress_bar,
    ready_database,
    settings_for,
)
from ledger.database import connect
from ledger.proofs.exporting import CannotExport
from ledger.proofs.exporting import export as export_to
from ledger.proofs.keys import keyring
from ledger.proofs.notes import b64
from ledger.proofs.tree import Broken, TreeFollower


def export(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where it is written.")],
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Write the public log with tiles, checkpoints and keys into a directory.

    Interrupted, it goes on where it stopped; repeated, it adds what is new. `patent-ledger verify`
    checks the directory without this ledger.
    """
    settings = settings_for(data_dir)
    with ready_database(settings) as url, progress_bar("exporting") as progress:
        try:
            # Where a server runs, it signs; else what is there is signed now.
            TreeFollower(url, keyring(settings), settings.log_memory_path).catch_up()
            with connect(url, "ledger_public", row_factory=dict_row) as connection:
                head = export_to(connection, directory, progress)
        except (Broken, CannotExport) as error:
            raise UserError(str(error)) from error
    if as_json:
        found = {"origin": head.origin, "size": head.size, "root": b64(head.root)}
        print_json(found | {"path": str(directory)})
    else:
        typer.echo(f"{head.size} entries of {head.origin} in {directory}, root {b64(head.root)}")

"""`patent-ledger import DIR`: an export entered into an empty ledger; the register goes on."""

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
    verifier_keys,
)
from ledger.database import connect
from ledger.projections.rebuild import rebuild
from ledger.projections.shadow import HeldBack
from ledger.proofs.importing import CannotImport, enter_export
from ledger.proofs.keys import keyring
from ledger.proofs.notes import b64
from ledger.proofs.tree import Broken, TreeFollower
from ledger.proofs.verifying import verify

TOLD_MAX = 5
"""Findings that are told; `patent-ledger verify` tells all."""


def import_(
    directory: Annotated[
        Path,
        typer.Argument(metavar="DIR", exists=True, file_okay=False, help="The export."),
    ],
    key: Annotated[
        list[str] | None,
        typer.Option("--key", help="The former operator's verifier key, or a file that holds it."),
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Enter an export into an empty ledger, once all of it is verified.

    The tree and every signed checkpoint stay as they are; from here on this ledger signs, under
    its own key and name. What was confidential is withheld. An import that was interrupted is
    finished by the same command.
    """
    settings = settings_for(data_dir)
    with progress_bar("verifying") as progress:
        report = verify(directory, verifier_keys(key), (), progress)
    if not report.holds:
        first = "; ".join(f"{f.where}: {f.message}" for f in report.findings[:TOLD_MAX])
        raise UserError(f"the export does not hold: {first}")
    with ready_database(settings) as url, progress_bar("importing") as progress:
        try:
            with connect(url, "ledger_writer", row_factory=dict_row) as connection:
                head = enter_export(connection, directory, progress)
            rebuild(url, progress)
            TreeFollower(url, keyring(settings), settings.log_memory_path).catch_up()
        except (CannotImport, HeldBack, Broken) as error:
            raise UserError(str(error)) from error
    if as_json:
        found = {"origin": head.origin, "size": head.size, "root": b64(head.root)}
        print_json(found | {"keys": list(report.keys), "keys_given": report.keys_given})
    else:
        typer.echo(f"{head.size} entries of {head.origin} entered, root {b64(head.root)}")

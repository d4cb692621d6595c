"""`patent-ledger key`: the keys that sign the log, and how they are changed."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.commands.frame import DataDir, Json, UserError, print_json, settings_for
from ledger.proofs.keys import add_key, keyring, retire_oldest


def key(
    add: Annotated[
        bool, typer.Option("--add", help="Make a new key, which signs beside the others.")
    ] = False,
    retire: Annotated[
        bool, typer.Option("--retire", help="The oldest key signs no more, for ever.")
    ] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Tell the verifier keys of the log, by which anybody checks it.

    To change the key: --add, restart the server, make the new key known; later --retire, restart.
    """
    if add and retire:
        raise UserError("--add first, --retire when the new key is known")
    settings = settings_for(data_dir)
    keys = add_key(settings) if add else retire_oldest(settings) if retire else keyring(settings)
    if as_json:
        print_json({"origin": keys.origin, "keys": [str(key) for key in keys.verifiers]})
    else:
        for verifier in keys.verifiers:
            typer.echo(verifier)
    if add or retire:
        typer.echo("restart the server: it signs with these keys from then on", err=True)

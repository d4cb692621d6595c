"""`patent-ledger witness`: cosign other logs' checkpoints, over HTTP (C2SP tlog-witness)."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.commands.frame import DataDir, Json, UserError, print_json, settings_for, verifier_keys
from ledger.proofs.witness import Witness, server, witness_key


def witness(
    log: Annotated[
        list[str] | None,
        typer.Option("--log", help="Verifier key of a log to witness, or a file that holds it."),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="The witness's name; given once, with its key.")
    ] = None,
    host: Annotated[
        str | None, typer.Option("--host", help="Address to listen on [LEDGER_HOST].")
    ] = None,
    port: Annotated[int, typer.Option("--port", help="Port; 0 takes a free one.")] = 8001,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Witness logs: cosign each checkpoint that continues the last one seen, until stopped."""
    settings = settings_for(data_dir, host=host)
    key = witness_key(settings, name)
    logs = verifier_keys(log)
    if not logs:
        raise UserError("name the logs to witness with --log")
    with server(Witness(key, logs, settings.witness_dir), settings.host, port) as serving:
        address = f"http://{serving.server_address[0]!s}:{serving.server_port}"
        if as_json:
            print_json({"address": address, "key": str(key.verifier)})
        else:
            typer.echo(f"the witness {key.verifier} listens on {address}")
        serving.serve_forever()

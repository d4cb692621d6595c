"""`patent-ledger cosign`: have the newest checkpoint cosigned by a witness."""

from __future__ import annotations

from typing import Annotated

import httpx2
import typer
from psycopg.rows import dict_row

from ledger.commands.frame import (
    DataDir,
    Json,
    UserError,
    print_json,
    ready_database,
    settings_for,
    verifier_keys,
)
from ledger.database import connect
from ledger.proofs.keys import keyring
from ledger.proofs.notes import BadNote
from ledger.proofs.tree import Broken, TreeFollower
from ledger.proofs.witness import ADD_CHECKPOINT, NotCosigned
from ledger.proofs.witness import cosign as cosigned_by

SECONDS_MAX = 30


def cosign(
    url: Annotated[str, typer.Argument(metavar="URL", help="The witness's address.")],
    key: Annotated[str, typer.Option("--key", help="Its verifier key, or a file that holds it.")],
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Submit the newest checkpoint to a witness and keep its cosignature."""
    settings = settings_for(data_dir)
    (witness,) = verifier_keys([key])
    keys = keyring(settings)

    def post(body: bytes) -> tuple[int, str]:
        answer = httpx2.post(url.rstrip("/") + ADD_CHECKPOINT, content=body, timeout=SECONDS_MAX)
        return answer.status_code, answer.text

    with ready_database(settings) as database:
        try:
            TreeFollower(database, keys, settings.log_memory_path).catch_up()
            with connect(database, "ledger_writer", row_factory=dict_row) as connection:
                head = cosigned_by(connection, keys, witness, post)
        except (NotCosigned, BadNote, Broken) as error:
            raise UserError(str(error)) from error
        except httpx2.HTTPError as error:
            raise UserError(f"the witness cannot be reached: {error}") from error
    if as_json:
        print_json({"origin": head.origin, "size": head.size, "witness": witness.name})
    else:
        typer.echo(f"{witness.name} has cosigned {head.size} entries of {head.origin}")

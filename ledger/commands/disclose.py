"""`patent-ledger disclose`: confidential members of an entry with what proves them, for a court."""

from __future__ import annotations

from typing import Annotated

import typer
from psycopg.rows import dict_row

from ledger.commands.frame import DataDir, Json, UserError, print_json, ready_database, settings_for
from ledger.database import connect
from ledger.projections import entries
from ledger.projections.disclosure import Viewer
from ledger.proofs import serving
from ledger.proofs.disclosures import Disclosure
from ledger.proofs.keys import keyring
from ledger.proofs.tree import Broken, TreeFollower


def disclose(
    position: Annotated[int, typer.Argument(min=1, help="Position of the entry.")],
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help="A member to disclose, such as claim; again for further ones."),
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Write a disclosure to standard output: salt, name and value of members of an entry that is
    signed. Without --name, tell which members the entry has.

    Who has the file sees those members and no other; `patent-ledger verify` checks it offline.
    """
    del as_json  # it is JSON in any case
    settings = settings_for(data_dir)
    with ready_database(settings) as url:
        with connect(url, "ledger_auditor", row_factory=dict_row) as connection:
            there = entries.disclosable(connection, position, Viewer(auditor=True))
        if not name:
            print_json({"position": position, "members": sorted(there)})
            return
        unknown = [each for each in name if each not in there]
        if unknown:
            raise UserError(f"the entry at position {position} conceals no {', '.join(unknown)}")
        try:
            TreeFollower(url, keyring(settings), settings.log_memory_path).catch_up()
            with connect(url, "ledger_public", row_factory=dict_row) as connection:
                proof, keys = serving.proof(connection, position), serving.key_list(connection)
        except (Broken, serving.NotYet) as error:
            raise UserError(str(error)) from error
    assert proof is not None, "the entry is there"
    print_json(Disclosure({each: there[each] for each in name}, proof, keys or "").as_json())

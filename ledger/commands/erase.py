"""`patent-ledger erase`: what is personal of a natural person goes; that it went stays."""

from __future__ import annotations

from typing import Annotated

import psycopg
import typer
from psycopg.rows import dict_row

from ledger import assembly
from ledger.commands.frame import DataDir, Json, UserError, print_json, ready_database, settings_for
from ledger.domain.parties import party_ref
from ledger.domain.texts import LONG_TEXT_MAX, TEXT_MAX
from ledger.erasures import ErasureAct, Held, NothingHeld, look
from ledger.registry import Registry


def erase(
    party: Annotated[
        str | None,
        typer.Option("--party", help="Whose values: the id that the register shows, person:…"),
    ] = None,
    identity: Annotated[
        str | None,
        typer.Option("--identity", help="Or the identity number; - reads it from standard input."),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is put on record.")] = "",
    by: Annotated[str, typer.Option("--by", help="Who erases; it is put on record.")] = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="Erase; without it is shown what would be erased.")
    ] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Erase identity number, address and telephone of a natural person from beside the log.

    Entries, views and proofs stay as they are, and so does the name, which is part of the register.
    """
    _check(reason, by, yes=yes)
    if (party is None) == (identity is None):
        raise UserError("name the person by --party or by --identity")
    settings = settings_for(data_dir)
    with ready_database(settings) as url, assembly.registry(url, settings) as registry:
        stated = typer.get_text_stream("stdin").readline() if identity == "-" else identity
        named = party_ref(party or stated or "", registry.means.pseudonym)
        with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
            looked = look(connection, named, registry.means)
            if not looked.held:
                raise UserError(f"the ledger holds no personal value of {named}")
            held, filing = looked.held, None
            if yes:
                act = ErasureAct(named, reason, by, looked, registry.means)
                held, filing = _erased(registry, act)
                # What was erased is not left in dead rows.
                connection.execute("VACUUM personal")
    _tell(named, held, filing, as_json=as_json)


def _check(reason: str, by: str, *, yes: bool) -> None:
    if yes and not (reason.strip() and by.strip()):
        raise UserError("say why with --reason, and who erases with --by")
    if len(reason) > LONG_TEXT_MAX or len(by) > TEXT_MAX or not (reason + by).isprintable():
        raise UserError("--reason and --by are short texts of one line")


def _erased(registry: Registry, act: ErasureAct) -> tuple[tuple[Held, ...], int]:
    try:
        registry.writer.enter(act)
    except NothingHeld as error:
        raise UserError(str(error)) from error
    return act.held, act.position


def _tell(named: str, held: tuple[Held, ...], position: int | None, *, as_json: bool) -> None:
    """What was erased, or would be; never the values."""
    if as_json:
        rows = [{"position": h.position, "stream": h.stream, "members": h.members} for h in held]
        print_json(
            {"party": named, "erased": position is not None, "position": position, "values": rows}
        )
        return
    for each in held:
        typer.echo(f"position {each.position}  {each.stream}  {', '.join(each.members)}")
    if position is None:
        typer.echo(f"Nothing was erased: of {named} this would be. Repeat with --yes.")
    else:
        typer.echo(f"Erased of {named}; entry {position} says that it was.")

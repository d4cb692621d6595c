"""`patent-ledger rules`: the statutory catalogue."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

from ledger.commands.frame import DataDir, Json, UserError, print_json
from ledger.domain.rules.listing import listing, selected
from ledger.wording import Language, wording


def rules(
    data_dir: DataDir = None,  # noqa: ARG001 - every command takes it
    command: Annotated[
        str | None, typer.Option(help="Rules of this act, such as RegisterPledge.")
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="Rules in force on this day."),
    ] = None,
    severity: Annotated[
        str | None, typer.Option(help="R refuses, W warns, O obliges, D defines.")
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language of titles, sentences and cures.")] = "en",
    as_json: Json = False,
) -> None:
    """List the rules and definitions of the catalogue."""
    if severity is not None and severity not in ("R", "W", "O", "D"):
        raise UserError("a severity is R, W, O or D")
    day: date | None = None if on is None else on.date()
    words = wording(lang)
    rows = selected(listing(), command=command, day=day, severity=severity)
    listed = [words.row(row) for row in rows]
    if as_json:
        print_json(listed)
        return
    for row in listed:
        typer.echo(f"{row['severity']}  {row['id']:<40} {row['command']:<30} {row['article']}")
        typer.echo(f"   {row['title']}: {row['sentence']}")
        if row["cure"]:
            typer.echo(f"   → {row['cure']}")
        if row["waiver"]:
            typer.echo(f"   {row['waiver']}: {row['waived_by']}")

"""`patent-ledger replay`: rebuild every view from the log, and compare it or put it in place."""

from __future__ import annotations

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
from ledger.eventstore.reading import UnreadableRow
from ledger.means import utc_now
from ledger.projections import asking
from ledger.projections.asking import point
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
        str | None,
        typer.Option(
            "--to",
            metavar="POSITION|TIME",
            help="Compare what was known at this position, or at a time with its zone such as "
            "2026-03-02T10:00:00+08:00.",
        ),
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Rebuild every view from the log alone.

    It takes the place of the live one; with --compare it is held against it instead, and so are
    the tables beside the views that follow from the log (the feed, registrations, what stands now,
    prepared filings, names): the command exits with 1 where anything differs.
    """
    if to is not None and not against_live:
        raise UserError("--to goes with --compare: live views always stand at the head of the log")
    with ready_database(settings_for(data_dir)) as url, progress_bar("replaying") as progress:
        try:
            until = None if to is None else _position(url, to)
            found = compare(url, progress, until) if against_live else rebuild(url, progress)
        except HeldBack as error:
            raise UserError(str(error)) from error
        except UnreadableRow as row:
            more = "`patent-ledger verify` names every row that is not as it was signed"
            raise UserError(f"{row}; nothing was replayed: {more}") from row
    if as_json:
        print_json(found)
    elif against_live:
        _tell(found)
    else:
        rate = f"{found['rate_per_s']} a second"
        typer.echo(f"{found['entries']} entries replayed at {rate}; views swapped")
    if not found.get("equal", True):
        raise typer.Exit(1)


def _position(url: str, stated: str) -> int:
    """The position that is stated, or that was the newest at a time."""
    try:
        moment = asking.stated(stated)
    except ValueError as error:
        raise UserError(f"--to: {error}") from error
    if isinstance(moment, int):
        return moment
    if moment > utc_now():
        raise UserError(f"--to: {moment.isoformat()} has not come yet")
    with connect(url, row_factory=dict_row) as connection:
        return point(connection, moment, None, now=utc_now()).known or 0


def _tell(found: dict[str, object]) -> None:
    typer.echo(f"{found['entries']} entries replayed at {found['rate_per_s']} a second")
    views, beside = found["views"], found["beside"]
    assert isinstance(views, dict), "compare tells of each view"
    assert isinstance(beside, dict), "and of each table beside them"
    for name, view in (views | beside).items():
        if not view["compared"]:
            typer.echo(f"  {name}: {view['rows']} rows at that position")
        elif view["equal"]:
            typer.echo(f"  {name}: {view['rows']} rows, equal")
        else:
            typer.echo(f"  {name}: DIFFERS: {view['first_difference']}")

"""`patent-ledger stats`: figures of the statistics, reports of them, and their verification."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from ledger.commands import bulletins
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
from ledger.domain.periods import FIRST_DAY, LAST_DAY
from ledger.projections.runner import FOLLOWERS, FollowerRunner
from ledger.projections.statistics import families
from ledger.projections.statistics.dictionary import dictionary
from ledger.projections.statistics.periods import Every
from ledger.projections.statistics.query import BadQuery, Query, narrowed
from ledger.projections.statistics.reports import NotKnown, report
from ledger.projections.statistics.restating import restated
from ledger.projections.statistics.tables import as_csv
from ledger.projections.statistics.verifying import NoReport, verify
from ledger.ratetable import rates_in, rates_of
from ledger.settings import Settings


def stats(  # noqa: PLR0913, PLR0917 - the options of one question
    family: Annotated[
        str | None, typer.Argument(help=f"One of {', '.join(families.FAMILIES)}.")
    ] = None,
    from_day: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day counted.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="Last day counted.")
    ] = None,
    every: Annotated[Every, typer.Option(help="Into what the days are cut.")] = Every.WHOLE,
    by: Annotated[list[str] | None, typer.Option(help="Dimension to group by; up to 3.")] = None,
    where: Annotated[
        list[str] | None, typer.Option(help="Only these: kind=invention,design.")
    ] = None,
    measure: Annotated[list[str] | None, typer.Option(help="Only these measures.")] = None,
    with_trademarks: Annotated[
        bool, typer.Option("--with-trademarks", help="Count pledges of trademarks too.")
    ] = False,
    rates: Annotated[
        Path | None, typer.Option(help="Table of rates for other money [LEDGER_RATES_FILE].")
    ] = None,
    known_at: Annotated[
        int | None, typer.Option("--known-at", min=0, help="As known at this position.")
    ] = None,
    restated_from: Annotated[
        int | None, typer.Option(min=0, help="What has changed since this position, as JSON.")
    ] = None,
    show_dictionary: Annotated[
        bool, typer.Option("--dictionary", help="What every measure means, as JSON.")
    ] = False,
    report_file: Annotated[
        Path | None,
        typer.Option("--verify", help="Recompute this report or release from the log."),
    ] = None,
    bulletin_file: Annotated[
        Path | None,
        typer.Option("--bulletin", help="Write a bulletin of all families to this HTML file."),
    ] = None,
    released: Annotated[
        str | None,
        typer.Option("--released", help="Make the bulletin of the releases of this period."),
    ] = None,
    note: Annotated[
        str | None, typer.Option("--note", help="A remark at the head of the bulletin.")
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Comma-separated values.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Ask for figures; with --json as a report that --verify recomputes from the log alone."""
    if show_dictionary:
        print_json(dictionary())
        return
    settings = settings_for(data_dir)
    if report_file is not None:
        _verify(settings, report_file, as_json=as_json)
        return
    if bulletin_file is not None:
        if released is not None:
            with ready_database(settings) as url:
                bulletins.write_released(url, bulletin_file, released, note)
            return
        _bulletin(settings, bulletin_file, (from_day, until), known_at, rates, note)
        return
    if family is None:
        raise UserError(f"name a family: {', '.join(families.FAMILIES)}")
    table = rates_of(settings) if rates is None else rates_in(rates)
    try:
        query = Query(
            family=family,
            first=_day(from_day, FIRST_DAY),
            last=_day(until, LAST_DAY),
            every=every,
            by=tuple(by or ()),
            where=narrowed(where or ()),
            measures=tuple(measure or ()),
            trademarks=with_trademarks,
            rates=table.rates,
            rates_source=table.source,
        ).checked()
        found = _asked(settings, query, known_at, restated_from)
    except BadQuery as error:
        raise UserError(f"{error.member}: {error}") from error
    except NotKnown as error:
        raise UserError(str(error)) from error
    if as_json or restated_from is not None:
        print_json(found)
    elif csv:
        typer.echo(as_csv(found), nl=False)
    else:
        _tell(found)


def _day(stated: datetime | None, default: date) -> date:
    return default if stated is None else stated.date()


def _asked(
    settings: Settings, query: Query, known_at: int | None, restated_from: int | None
) -> dict[str, Any]:
    with ready_database(settings) as url:
        catch_up(url)
        with connect(url, "ledger_auditor", application_name="patent-ledger stats") as connection:
            if restated_from is None:
                return report(connection, query, known_at)
            return restated(connection, query, restated_from, known_at, values=True)


def _bulletin(
    settings: Settings,
    file: Path,
    stated: tuple[datetime | None, datetime | None],
    known_at: int | None,
    rates: Path | None,
    note: str | None,
) -> None:
    first, last = (day and day.date() for day in stated)
    if (first is None) is not (last is None):
        raise UserError("a bulletin is of the days from --from until --until: name both or neither")
    table = rates_of(settings) if rates is None else rates_in(rates)
    days = None if first is None or last is None else (first, last)
    with ready_database(settings) as url:
        catch_up(url)
        try:
            position = bulletins.write(url, file, days, known_at, table, note)
        except NotKnown as error:
            raise UserError(str(error)) from error
    typer.echo(f"{file}: as known at position {position}")


def catch_up(url: str) -> None:
    """Count what the log has gained while nothing followed it; a server that does is left to it."""
    (follower,) = (each for each in FOLLOWERS if each.name == families.NAME)
    runner = FollowerRunner(url, follower)
    try:
        runner.catch_up()
    finally:
        runner.stop()


def _tell(found: Mapping[str, Any]) -> None:
    by: Sequence[str] = found["query"]["by"]
    table = Table("measure", "period", *by, "value", "before", "growth %", "share %")
    for cell in found["cells"]:
        groups = [cell["group"].get(name, "") for name in by]
        figures = [_said(cell.get(n)) for n in ("value", "before", "growth", "share")]
        table.add_row(cell["measure"], cell["period"], *groups, *figures)
    Console().print(table)
    typer.echo(
        f"{found['query']['family']}, definition {found['definition']}, as known at position "
        f"{found['position']}; digest {found['digest']}"
    )


def _said(figure: Any) -> str:
    if figure is None:
        return ""
    if isinstance(figure, dict):
        return ", ".join(f"{amount} {currency}" for currency, amount in figure.items())
    return f"{figure:,}" if isinstance(figure, int) else str(figure)


def _verify(settings: Settings, file: Path, *, as_json: bool) -> None:
    try:
        stated = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{file} cannot be read as a report: {error}") from error
    if not isinstance(stated, dict):
        raise UserError(f"{file} is no report")
    with ready_database(settings) as url, progress_bar("recounting") as progress:
        try:
            found = verify(url, stated, progress)
        except (NoReport, BadQuery) as error:
            raise UserError(f"{file}: {error}") from error
    if as_json:
        print_json(found)
    elif found["equal"]:
        typer.echo(f"equal: {found['cells']} cells at position {found['position']}")
    else:
        if not found["digest"]:
            typer.echo("the digest is not that of the report")
        if found["first_difference"]:
            typer.echo(f"differs: {json.dumps(found['first_difference'], ensure_ascii=False)}")
    if not found["equal"]:
        raise typer.Exit(1)

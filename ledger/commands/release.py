"""`patent-ledger release`: publish what the public reads of the statistics."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from psycopg import Connection

from ledger.commands.frame import DataDir, Json, UserError, print_json, ready_database, settings_for
from ledger.commands.stats import catch_up
from ledger.database import connect
from ledger.projections.statistics import families
from ledger.projections.statistics.query import BadQuery, Query
from ledger.projections.statistics.releases import NotReleasable, looked_at, period_of, publish
from ledger.projections.statistics.reports import NotKnown
from ledger.projections.statistics.suppression import release_limits
from ledger.ratetable import rates_of
from ledger.settings import Settings


def release(
    family: Annotated[str, typer.Argument(help=f"One of {', '.join(families.FAMILIES)}.")],
    period: Annotated[str, typer.Argument(help="Closed: 2022, 2022-H1, 2022-Q1, 2022-03.")],
    known_at: Annotated[
        int | None, typer.Option(min=0, help="Position; the newest that is counted if left out.")
    ] = None,
    with_trademarks: Annotated[
        bool, typer.Option("--with-trademarks", help="Pledges of trademarks too.")
    ] = False,
    look: Annotated[bool, typer.Option("--dry-run", help="Show it; publish nothing.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Publish the figures of a closed period; those that tell of a few are suppressed."""
    settings = settings_for(data_dir)
    rates = rates_of(settings)
    try:
        days = period_of(period)
        query = Query(
            family,
            days.first,
            days.last,
            trademarks=with_trademarks,
            rates=rates.rates,
            rates_source=rates.source,
        ).checked()
        found = _released(settings, query, known_at, look=look)
    except (BadQuery, NotReleasable, NotKnown) as error:
        raise UserError(str(error)) from error
    if as_json:
        print_json(found)
        return
    cells = [cell for table in found["tables"] for cell in table["cells"]]
    hidden = sum(1 for cell in cells if cell.get("suppressed"))
    said = "would tell" if look else "tells"
    typer.echo(
        f"{family} {period} {said} {len(cells) - hidden:,} figures as known at position "
        f"{found['position']}; {hidden:,} are suppressed. Digest {found['digest']}"
    )


def _released(
    settings: Settings, query: Query, known_at: int | None, *, look: bool
) -> dict[str, Any]:
    limits = release_limits(settings)
    now = datetime.now(UTC)
    with ready_database(settings) as url:
        catch_up(url)
        connection: Connection[Any]
        with connect(url, application_name="patent-ledger release") as connection:
            made = looked_at if look else publish
            return made(connection, query, known_at, limits, now)

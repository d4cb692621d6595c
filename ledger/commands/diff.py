"""`patent-ledger diff`: what changed between two points, on a patent, for a party, in all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from itertools import chain
from typing import Annotated, Any

import orjson
import psycopg
import typer
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import set_json_loads

from ledger.assembly import means_of
from ledger.commands.frame import DataDir, Json, UserError, ready_database, settings_for
from ledger.database import Role, connect
from ledger.domain.numbers import InvalidNumber, parse_patent_id
from ledger.domain.periods import civil_date
from ledger.means import utc_now
from ledger.projections import asking, differences, entries, extracts, followed
from ledger.projections.asking import Beyond, Point
from ledger.projections.differences import Two
from ledger.projections.runner import FOLLOWERS, FollowerRunner
from ledger.projections.standing import Reckoning

PAGE = 200
Connection = psycopg.Connection[DictRow]
Changes = Iterator[dict[str, Any]]


def diff(
    patent: Annotated[
        str | None, typer.Argument(help="A patent, in any printed form; else the whole register.")
    ] = None,
    since: Annotated[
        str, typer.Option("--from", help="A position, or a time with its zone: the first point.")
    ] = "0",
    until: Annotated[
        str | None, typer.Option("--to", help="The second point; the newest by default.")
    ] = None,
    party: Annotated[
        str | None, typer.Option("--party", help="What a party, by its id, gained and lost.")
    ] = None,
    day: Annotated[
        str | None,
        typer.Option("--effective-on", help="A civil day for both; else each point's own."),
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Tell what changed between two points of the ledger."""
    if patent is not None and party is not None:
        raise UserError("a patent and --party do not go together")
    settings = settings_for(data_dir)
    with ready_database(settings) as url:
        if party is not None:
            _follow(url)
        role: Role = "ledger_public" if party is None else "ledger_auditor"
        with connect(url, role, row_factory=dict_row) as connection:
            set_json_loads(orjson.loads, connection)
            two = _two(connection, since, until, day)
            means = means_of(settings)
            reckoning = Reckoning(means.calendar, means.law)
            if party is not None:
                found = _of_party(connection, party, two)
            elif patent is not None:
                number = _number(connection, patent, two)
                found = iter(differences.of_patents(connection, [number], two, reckoning))
            else:
                found = _of_register(connection, two, reckoning)
            (_json if as_json else _text)(two, found)


def _follow(url: str) -> None:
    """Bring the lists to the head of the log, where no server keeps them there."""
    for follower in FOLLOWERS:
        if follower.name == followed.NAME:
            runner = FollowerRunner(url, follower)
            runner.catch_up()
            runner.stop()


def _two(connection: Connection, since: str, until: str | None, day: str | None) -> Two:
    try:
        on = None if day is None else date.fromisoformat(day)
        first = asking.stated(since)
        last = None if until is None else asking.stated(until)
    except ValueError as error:
        raise UserError(str(error)) from error
    now = utc_now()
    try:
        before = asking.point(connection, first, on, now=now)
        after = asking.point(connection, last, on, now=now)
    except Beyond as error:
        raise UserError(str(error)) from error
    if after.known is None:
        after = Point(entries.head(connection), on or civil_date(now))
    if (before.known or 0) > (after.known or 0):
        raise UserError("--to lies before --from")
    return Two(before, after)


def _number(connection: Connection, text: str, two: Two) -> str:
    try:
        number = parse_patent_id(text)
    except InvalidNumber:
        number = text.strip()
    for point in two:
        (row,) = extracts.extracts(connection, [number], point)
        if row["patent_id"] is not None:
            return str(row["patent_id"])
    raise UserError(f"the register has no patent {number}")


def _of_party(connection: Connection, party: str, two: Two) -> Changes:
    after = differences.FIRST
    while True:
        lines = differences.of_party(connection, party, two, after=after, limit=PAGE)
        yield from lines
        if len(lines) < PAGE:
            return
        after = (lines[-1]["patent"], lines[-1]["role"], lines[-1]["about"] or "")


def _of_register(connection: Connection, two: Two, reckoning: Reckoning) -> Changes:
    after = two.before.known or 0
    while True:
        touched = differences.touched(connection, two, after, PAGE)
        patents = [each.patent for each in touched]
        yield from differences.of_patents(connection, patents, two, reckoning)
        if len(touched) < PAGE:
            return
        after = touched[-1].position


def _json(two: Two, found: Changes) -> None:
    """One object; its changes an element a line, written as they are found."""
    points = orjson.dumps(two.shown()).decode()
    typer.echo(f'{points[:-1]},"changes":[', nl=False)
    first = next(found, None)
    before = "\n  "
    for each in () if first is None else chain((first,), found):
        typer.echo(f"{before}{orjson.dumps(each).decode()}", nl=False)
        before = ",\n  "
    typer.echo("\n]}")


def _text(two: Two, found: Changes) -> None:
    for name, point in two.shown().items():
        day = point["effective_on"].isoformat()
        typer.echo(f"{name}: known at position {point['known_at']}, effective on {day}")
    for each in found:
        if "changes" not in each:
            about = "" if each["about"] is None else f" of {each['about']}"
            typer.echo(f"{each['patent']}  {each['change']}: {each['role']}{about}")
            continue
        for change in each["changes"]:
            of = "" if change["of"] is None else f" {change['of']}"
            sides = " → ".join(_short(change[side]) for side in ("before", "after"))
            typer.echo(f"{each['patent']}  {change['member']}{of}: {sides}")


def _short(value: Any) -> str:
    """A value on one line."""
    if value is None:
        return "–"
    plain = orjson.loads(orjson.dumps(value))
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)

"""`patent-ledger audit`: replay every patent and list what does not fit."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, fields
from itertools import chain
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ledger.assembly import depository
from ledger.audit import AuditFinding
from ledger.audit import audit as findings
from ledger.commands.frame import DataDir, Json, UserError, console, ready_database, settings_for


def audit(
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Comma-separated values on standard output.")
    ] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Replay every patent's history and list the discrepancies."""
    if as_csv and as_json:
        raise UserError("--csv and --json do not go together")
    say = _json if as_json else _csv if as_csv else _text
    columns = (TextColumn("auditing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    settings = settings_for(data_dir)
    with (
        ready_database(settings) as url,
        Progress(*columns, console=console, transient=True) as bar,
    ):
        task = bar.add_task("auditing", total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        damaged = frozenset(depository(settings).damaged())
        with closing(findings(url, progress, damaged)) as found:
            say(found)


def _json(found: Iterator[AuditFinding]) -> None:
    """A list, an element a line, written as it is found."""
    first = next(found, None)
    if first is None:
        typer.echo("[]")
        return
    before = "["
    for each in chain((first,), found):
        typer.echo(f"{before}\n  {json.dumps(asdict(each), ensure_ascii=False)}", nl=False)
        before = ","
    typer.echo("\n]")


def _csv(found: Iterator[AuditFinding]) -> None:
    names = [field.name for field in fields(AuditFinding)]
    writer = csv.DictWriter(sys.stdout, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(map(asdict, found))


def _text(found: Iterator[AuditFinding]) -> None:
    kinds: Counter[str] = Counter()
    for each in found:
        kinds[each.kind] += 1
        source = "" if each.register is None else f"  [{each.register} {each.reference}]"
        typer.echo(f"{each.patent}  {each.position}  {each.kind}: {each.detail}{source}")
    counted = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items()))
    typer.echo(f"{kinds.total():,} discrepancies" + (f": {counted}" if counted else ""))

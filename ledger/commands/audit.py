"""`patent-ledger audit`: replay every patent and list what does not fit."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, fields
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer
from psycopg.rows import dict_row
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ledger.assembly import depository, means_of
from ledger.audit import ALTERED, AuditFinding, Today
from ledger.audit import audit as findings
from ledger.commands.frame import DataDir, Json, UserError, console, ready_database, settings_for
from ledger.database import connect
from ledger.domain.periods import civil_date
from ledger.proofs import serving
from ledger.proofs.keys import keyring
from ledger.proofs.reports import signed_report
from ledger.proofs.tree import Broken, TreeFollower
from ledger.settings import Settings, replace_file


def audit(
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Comma-separated values on standard output.")
    ] = False,
    signed: Annotated[
        Path | None,
        typer.Option("--signed", help="Write a report that the log's key signs into this file."),
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Replay every patent's history and list what does not fit.

    Looked at are facts taken over from elsewhere, what stands today, entries that the rules would
    refuse were they judged again as they were registered, registration numbers, and the tables
    beside the log that filings and subscribers rest on.
    """
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
        means = means_of(settings)
        today = Today(civil_date(means.clock()), means.calendar, means.law)
        with closing(findings(url, progress, damaged, today)) as found:
            if signed is None:
                altered = _said(found, say)
            else:
                kept = list(found)
                report = json.dumps(
                    _report(url, settings, today, kept), ensure_ascii=False, indent=1
                )
                replace_file(signed, report.encode() + b"\n")
                altered = _said(kept, say)
    if altered:
        raise typer.Exit(1)


def _said(found: Iterable[AuditFinding], say: Callable[[Iterator[AuditFinding]], None]) -> bool:
    """Tell what was found; whether somebody has changed the database."""
    kinds = set()

    def noted() -> Iterator[AuditFinding]:
        for each in found:
            kinds.add(each.kind)
            yield each

    say(noted())
    return not kinds.isdisjoint(ALTERED)


def _report(url: str, settings: Settings, today: Today, found: list[AuditFinding]) -> Any:
    keys = keyring(settings)
    # What was audited is signed, by a running server or else now.
    try:
        TreeFollower(url, keys, settings.log_memory_path).catch_up()
    except Broken as error:
        raise UserError(f"{error}; a report is signed of a log that is whole") from error
    with connect(url, "ledger_public", row_factory=dict_row) as connection:
        head, listed = serving.checkpoint(connection), serving.key_list(connection)
    stated = {
        "report": "patent-ledger audit",
        "form": "1",
        "program": version("patent-ledger"),
        "on": today.day.isoformat(),
        "findings": [asdict(each) for each in found],
    }
    return signed_report(stated, head, listed or "", keys.signers)


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

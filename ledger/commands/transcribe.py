"""`patent-ledger transcribe`: take over what other registers and institutions have on record."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from ledger import assembly
from ledger.commands.frame import (
    DataDir,
    Json,
    UserError,
    console,
    print_json,
    ready_database,
    settings_for,
)
from ledger.eventstore.acts import ClockBehind, Stopped, Unavailable
from ledger.intake import facts, uspto
from ledger.intake.characters import WrongFileError
from ledger.intake.running import COUNTS, BrokenIn, Items, Run
from ledger.registry import Registry


class SourceName(StrEnum):
    """What the files are."""

    USPTO = "uspto"
    FACTS = "facts"


STATES_MAX = 1_000
"""Patents kept in memory between commits; a file seldom comes back to one."""

Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE…", exists=True, dir_okay=False, readable=True, show_default=False),
]


def transcribe(
    source: Annotated[
        SourceName,
        typer.Argument(
            help="uspto: USPTO Patent Assignment XML, plain, gzipped or zipped. "
            "facts: the ledger's own facts as JSON Lines (docs/facts.md).",
            show_default=False,
        ),
    ],
    files: Files,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Take over records of another register, each once, whole or not at all."""
    settings = settings_for(data_dir)
    with (
        ready_database(settings) as url,
        assembly.registry(url, settings, states_max=STATES_MAX) as registry,
        Run(registry, url, _say) as run,
    ):
        wrong = _read_all(run, files, _reader(source, registry))
        result = run.result()
    if as_json:
        print_json(result)
    else:
        typer.echo("  ".join(f"{name} {result[name]:,}" for name in COUNTS))
    if wrong:
        raise UserError("; ".join(wrong))


def _reader(source: SourceName, registry: Registry) -> Callable[[IO[bytes]], Items]:
    if source is SourceName.USPTO:
        return uspto.read
    return lambda stream: facts.read(stream, registry.means.pseudonym)


def _read_all(run: Run, files: list[Path], read: Callable[[IO[bytes]], Items]) -> list[str]:
    """What is wrong with files that are not of the format; the others are taken over."""
    wrong = []
    with _bar(sum(path.stat().st_size for path in files)) as advance:
        for path in files:
            with path.open("rb") as stream:
                try:
                    run.take(str(path), read(stream), lambda: advance(_place(stream)))
                except WrongFileError as error:
                    wrong.append(str(error))
                except (Unavailable, ClockBehind, Stopped) as error:
                    raise UserError(f"{error}; run it again, and it goes on from there") from error
            advance(path.stat().st_size, done=True)
    return wrong


@contextlib.contextmanager
def _bar(total: int) -> Iterator[Callable[..., Any]]:
    """A progress bar by bytes; it is told how far the file at hand is read."""
    columns = (TextColumn("transcribing"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task("transcribing", total=total)
        before = 0

        def advance(read: int, *, done: bool = False) -> None:
            nonlocal before
            bar.update(task, completed=before + read)
            before += read if done else 0

        yield advance


def _place(stream: IO[bytes]) -> int:
    """How far a file is read; a pipe does not say."""
    return stream.tell() if stream.seekable() else 0


def _say(broken: BrokenIn) -> None:
    """Tell of a broken record as it is found."""
    where = f"{broken.file}:{broken.line}"
    what = f" {broken.reference}" if broken.reference else ""
    console.print(
        f"[bold yellow]broken[/] {escape(where + what)}: {escape(broken.reason)}",
        soft_wrap=True,
        highlight=False,
    )

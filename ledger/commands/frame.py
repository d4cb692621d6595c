"""What every command shares: its options, its settings, its database, its way of speaking."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ledger import embedded, migrating
from ledger.proofs.notes import BadNote, VerifierKey
from ledger.settings import Settings, load_settings

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        help="Where the embedded server keeps its data [LEDGER_DATA_DIR].",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Machine output on standard output.")]

console = Console(stderr=True)
"""Progress and words for people go to standard error; standard output is the answer's."""


class UserError(Exception):
    """What the user can mend, in a sentence."""


def settings_for(data_dir: Path | None, **options: Any) -> Settings:
    """The settings, a command's own options before the environment's."""
    try:
        return load_settings(data_dir=data_dir, **options)
    except ValidationError as error:
        wrong = "; ".join(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors())
        raise UserError(f"the settings are wrong: {wrong}") from error


@contextlib.contextmanager
def running_server(settings: Settings) -> Iterator[str]:
    """The connection string of a server that runs while in the block; not yet migrated."""
    try:
        with console.status("starting PostgreSQL") as status:
            stack = contextlib.ExitStack()
            url = stack.enter_context(embedded.server(settings, say=status.update))
    except embedded.EmbeddedError as error:
        raise UserError(str(error)) from error
    with stack:
        yield url


@contextlib.contextmanager
def ready_database(settings: Settings) -> Iterator[str]:
    """The connection string of a running, migrated database: what most commands work on."""
    with running_server(settings) as url:
        migrate_database(url)
        yield url


def migrate_database(url: str) -> list[str]:
    """Apply what is pending, saying so."""
    try:
        with console.status("migrating the database"):
            return migrating.migrate(url)
    except migrating.MigrationError as error:
        raise UserError(str(error)) from error
    except psycopg.OperationalError as error:
        raise UserError(f"the database cannot be reached: {error}") from error


@contextlib.contextmanager
def progress_bar(said: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error; what is given is told how many of how many are done."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(said, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def verifier_keys(stated: Sequence[str] | None) -> list[VerifierKey]:
    """Verifier keys as options state them: the key itself, or a file that holds it."""
    found = []
    for text in stated or ():
        try:
            file = Path(text)
            found.append(VerifierKey.parse(file.read_text() if file.is_file() else text))
        except (BadNote, UnicodeDecodeError) as error:
            raise UserError(f"--key: {error}") from error
    return found


def print_json(value: Any) -> None:
    """One JSON value on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))

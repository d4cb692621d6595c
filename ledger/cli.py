"""The command line `patent-ledger`: one small file a command under `ledger.commands`."""

from __future__ import annotations

import sys

import typer
from rich.text import Text

from ledger.calendars import BadCalendar
from ledger.commands.audit import audit
from ledger.commands.check import check
from ledger.commands.demo import demo
from ledger.commands.frame import UserError, console
from ledger.commands.migrate import migrate
from ledger.commands.replay import replay
from ledger.commands.rules import rules
from ledger.commands.serve import serve
from ledger.commands.token import token
from ledger.commands.transcribe import transcribe
from ledger.readings import BadReadings

app = typer.Typer(
    name="patent-ledger",
    help="An authoritative, provable register of dealings in patents.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

for command in (serve, demo, migrate, transcribe, replay, audit, rules, token, check):
    app.command()(command)


@app.callback()
def _frame() -> None:
    """Keeps the commands named even while there are few."""


_frame.__doc__ = None  # the help text is the app's


def main() -> None:
    """Run the command; what the user can mend is said in a sentence, the rest is a traceback."""
    try:
        app()
    except (UserError, BadCalendar, BadReadings) as error:
        said = Text.assemble(("patent-ledger: ", "bold red"), str(error))
        console.print(said, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()

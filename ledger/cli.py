"""The command line `patent-ledger`: one small file a command under `ledger.commands`."""

from __future__ import annotations

import sys
from importlib import import_module
from keyword import iskeyword
from typing import Any

import typer
from rich.text import Text
from typer.core import TyperGroup

from ledger.commands.frame import UserError, console
from ledger.settings import BadSetting

COMMANDS = (
    "serve",
    "follow",
    "demo",
    "migrate",
    "transcribe",
    "replay",
    "audit",
    "diff",
    "stats",
    "release",
    "export",
    "import",
    "verify",
    "disclose",
    "key",
    "witness",
    "cosign",
    "rules",
    "token",
    "erase",
    "check",
)


class Commands(TyperGroup):
    """The commands, each imported when it is asked for: all of them take seconds."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names in the order of the help."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        alone = typer.Typer(add_completion=False)
        named = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        alone.command(cmd_name)(getattr(import_module(f"ledger.commands.{named}"), named))
        return typer.main.get_command(alone)


app = typer.Typer(
    name="patent-ledger",
    cls=Commands,
    help="An authoritative, provable register of dealings in patents.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def _frame() -> None:
    """Makes a group of what has no command of its own."""


_frame.__doc__ = None  # the help text is the app's


def main() -> None:
    """Run the command; what the user can mend is said in a sentence, the rest is a traceback."""
    try:
        app()
    except (UserError, BadSetting) as error:
        said = Text.assemble(("patent-ledger: ", "bold red"), str(error))
        console.print(said, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()

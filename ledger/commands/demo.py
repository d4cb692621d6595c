"""`patent-ledger demo`: the main job, told by HTTP clients to a ledger of its own."""

from __future__ import annotations

import contextlib
import io
import signal
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from api.app import DOCS
from api.house import House
from ledger.commands.frame import (
    DataDir,
    Json,
    UserError,
    print_json,
    ready_database,
    settings_for,
)
from ledger.commands.serve import address_of, house, listening, server
from ledger.demo.cast import FIRST_SERIAL, OPTICS, Story
from ledger.demo.scenes import Outcome, Stage, Unexpected, play
from ledger.demo.telling import Teller
from ledger.domain.periods import civil_date
from ledger.embedded import temporary_data_dir
from ledger.projections.comparing import compare
from ledger.settings import Settings
from patent_ledger_client import Ledger

MARK: Final = "demo"
"""The file that says that a data directory holds what a demo entered."""

TOKEN_HOURS: Final = 8


def demo(
    port: Annotated[int, typer.Option("--port", help="Port to serve on; 0 takes a free one.")] = 0,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Tell the story of a pledge, an open licence and a transfer on a ledger of its own.

    It runs on the embedded server in a temporary directory, or in an empty one named by --data-dir,
    and never on LEDGER_DATABASE_URL: what a demo enters is invented and can never be deleted. On a
    terminal it keeps serving afterwards.
    """
    _leave_nothing_behind()
    with contextlib.ExitStack() as stack:
        place = data_dir or stack.enter_context(temporary_data_dir())
        settings = settings_for(place, host="127.0.0.1", port=port).model_copy(
            update={"database_url": None}
        )
        sock = stack.enter_context(listening(settings))
        url = stack.enter_context(ready_database(settings))
        ledger = stack.enter_context(house(url, settings))
        address = address_of(sock)
        stack.enter_context(_serving(ledger, sock))
        console = Console(file=io.StringIO() if as_json else None, highlight=False)
        teller = Teller(console)
        story, stage = _begin(address, teller, ledger, settings)
        stack.callback(stage.close)
        teller.say(
            f"A ledger of its own serves on {address}; its clients have tokens of its issuer.\n"
        )
        outcome = _played(stage, story)
        replayed = _replayed(teller, url)
        if as_json:
            print_json(_summary(teller, story, outcome, replayed))
        elif sys.stdin.isatty() and sys.stdout.isatty():
            _keep_serving(teller, address, settings.data_dir)


def _begin(address: str, teller: Teller, ledger: House, settings: Settings) -> tuple[Story, Stage]:
    """The story from where the ledger stands; one that holds anything but demos is left alone."""
    with Ledger(address) as anybody:
        head = int(anybody.get("/readyz")["position"])
    mark = settings.data_dir / MARK
    if head and not mark.exists():
        raise UserError(
            f"{settings.data_dir} holds a ledger; what a demo enters is invented and can never be "
            "deleted. Name an empty directory, or none"
        )
    mark.touch()

    def token(role: str, party: str | None) -> str:
        return ledger.issuer.token(role, party=party, lasts=timedelta(hours=TOKEN_HOURS))

    # Every telling enters more events than patents, so that its numbers are its own.
    story = Story(civil_date(ledger.clock()), FIRST_SERIAL + head)
    return story, Stage(address, teller, token, run=str(head))


def _played(stage: Stage, story: Story) -> Outcome:
    try:
        return play(stage, story)
    except Unexpected as error:
        raise UserError(f"the demo failed: {error}") from error


def _replayed(teller: Teller, url: str) -> dict[str, Any]:
    """Every view rebuilt from the log alone, and compared with the live tables."""
    found = compare(url)
    if not found["equal"]:
        raise UserError(f"the demo failed: replayed views differ from the live tables: {found}")
    tables = found["views"] | found["beside"]
    rows = sum(table["rows"] for table in tables.values())
    teller.say(
        f"\nEverything was replayed: {found['entries']} entries gave {rows} rows of "
        f"{len(tables)} tables, all equal to the live ones."
    )
    return {name: found[name] for name in ("equal", "entries", "views", "beside")}


def _summary(
    teller: Teller, story: Story, outcome: Outcome, replayed: dict[str, Any]
) -> dict[str, Any]:
    return {
        "steps": [told.row() for told in teller.rows],
        "patents": [*story.portfolio, story.offered],
        "numbers": outcome.numbers,
        "position": outcome.position,
        "totals": outcome.totals,
        "replay": replayed,
    }


def _keep_serving(teller: Teller, address: str, data_dir: Path) -> None:
    # Set, not raised: an interrupt that meets the main thread anywhere is not lost.
    ended = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: ended.set())
    teller.say(
        f"\nThe ledger keeps serving; end it with Ctrl-C.\n"
        f"Try the API out: {address}{DOCS}\n"
        f"A token for it: {sys.argv[0]} token --role patentee --party {OPTICS.code} "
        f"--data-dir {data_dir}"
    )
    ended.wait()


@contextlib.contextmanager
def _serving(ledger: House, sock: Any) -> Iterator[None]:
    """The web server, in a thread of its own while in the block."""
    web = server(ledger)
    thread = threading.Thread(target=web.run, kwargs={"sockets": [sock]}, name="web")
    thread.start()
    try:
        yield
    finally:
        web.should_exit = True
        thread.join()


def _leave_nothing_behind() -> None:
    """Whoever asks the demo to end, and however, its server and its directory go with it."""

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, end)

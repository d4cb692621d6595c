"""`patent-ledger serve`: the HTTP interface over the embedded server, or another."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
from collections.abc import Iterator
from typing import Annotated, NoReturn

import typer
import uvicorn
from starlette.types import ASGIApp

from api.app import DOCS, create_app
from api.house import House
from api.limits import Limits
from api.providers import providers_of
from api.tokens import Issuer
from ledger import assembly, logs
from ledger.commands.follow import beside
from ledger.commands.frame import DataDir, Json, UserError, ready_database, settings_for
from ledger.delivery.post import PostOffice
from ledger.projections import entries
from ledger.projections.reader import Reader
from ledger.projections.statistics.suppression import release_limits
from ledger.proofs.keys import keyring
from ledger.ratetable import rates_of
from ledger.settings import Settings

BACKLOG = 1024
IDLE_SECONDS = 2.0
"""How long a server that stops keeps connections on which nothing comes."""
STOP_SECONDS = 60
"""How long requests at hand may take when the server is told to stop."""


def serve(
    host: Annotated[
        str | None, typer.Option("--host", help="Address to listen on [LEDGER_HOST].")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", help="Port; 0 takes a free one [LEDGER_PORT].")
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Serve the ledger until told to stop; callers that wait are answered first."""
    settings = settings_for(data_dir, host=host, port=port)
    for told in (signal.SIGINT, signal.SIGTERM):
        # The web server passes on what it was told once it has answered; then the rest is closed.
        signal.signal(told, _stop)
    with (
        listening(settings) as sock,
        ready_database(settings) as url,
        house(url, settings) as ledger,
    ):
        address = address_of(sock)
        if as_json:
            typer.echo(json.dumps({"address": address, "docs": f"{address}{DOCS}"}))
        else:
            typer.echo(f"patent-ledger serves on {address}")
            typer.echo(f"The API, to be tried out: {address}{DOCS}")
        logs.configure()
        ledger.log_requests = settings.log_requests
        assembly.settle_collector()
        server(ledger, settings.trusted_proxies or "").run(sockets=[sock])


def _stop(*_: object) -> NoReturn:
    raise SystemExit(0)


@contextlib.contextmanager
def house(url: str, settings: Settings) -> Iterator[House]:
    """A running ledger over a migrated database: writer, readers, issuer; its followers in a
    process of their own."""
    with contextlib.ExitStack() as stack:
        registry = stack.enter_context(assembly.registry(url, settings))
        reader = Reader(url, settings.replica_url, settings.read_seconds_max)
        stack.callback(reader.close)
        newest = Reader(url, None, settings.read_seconds_max) if settings.replica_url else reader
        stack.callback(newest.close)
        origin = keyring(settings).origin
        followers = beside(url, settings)
        followers.start()
        stack.callback(followers.stop)
        post = PostOffice(url, origin, registry.means, loopback=settings.webhook_loopback)
        post.start()
        stack.callback(post.stop)
        clock = registry.means.clock
        seen = newest.public(entries.head)
        yield House(
            registry,
            reader,
            Issuer.of(settings.jwt_key_path, clock),
            clock,
            seen,
            providers_of(settings, registry.means.pseudonym, clock),
            Limits(settings.rate_limit_caller, settings.rate_limit_address),
            depository=assembly.depository(settings),
            post=post,
            rates=rates_of(settings),
            release_limits=release_limits(settings),
            origins=settings.origins,
        )


class Server(uvicorn.Server):
    """The web server: when it is told to stop, it takes nothing new and answers what it has."""

    def __init__(self, config: uvicorn.Config, ledger: House) -> None:
        super().__init__(config)
        self._ledger = ledger

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Whoever comes anew is refused, and goes to another server. A request on a kept connection
        is answered, and told that the connection ends; an idle one may just be bringing one, so
        it is closed a little later. Readers of the feed would stay for ever: they are let go."""
        self._ledger.leaving = True
        self._ledger.post.bell.silence()
        for listener in [*self.servers, *(sockets or ())]:
            listener.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(IDLE_SECONDS):
                while self.server_state.connections:  # noqa: ASYNC110 - nobody is told of it
                    await asyncio.sleep(0.02)
        await super().shutdown(sockets)


def server(ledger: House, trusted_proxies: str = "") -> Server:
    """The web server over a running ledger, which takes the word of these proxies on who calls."""
    return Server(web(create_app(ledger), trusted_proxies), ledger)


def web(app: ASGIApp, trusted_proxies: str = "") -> uvicorn.Config:
    """How an application is served."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        backlog=BACKLOG,
        access_log=False,
        log_level="warning",
        log_config=None,
        server_header=False,
        # Stated always: the web server would look into the environment, and trust loopback.
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=trusted_proxies,
        timeout_graceful_shutdown=STOP_SECONDS,
    )


@contextlib.contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """The socket to listen on; taken before anything else is begun."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        sock = socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise UserError(
            f"cannot listen on {settings.host}, port {settings.port}: {error.strerror}"
        ) from error
    with sock:
        yield sock


def address_of(sock: socket.socket) -> str:
    """The address of a listening socket as a browser takes it."""
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

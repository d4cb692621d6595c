"""Two servers behind a balancer are restarted one after the other, and no request fails."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import httpx2
import pytest

from api.tokens import Issuer
from tests.api.desk import as_body
from tests.builders import grant_patent, number, patent_details
from tests.cli.balancer import balancing
from tests.programs import environment
from tests.wait import START_SECONDS, until

CLIENTS = 8
PAUSE_SECONDS = 0.02
"""Between two requests of a client; its connection is kept meanwhile."""


class Server:
    """One of the servers, on a port of its own."""

    def __init__(self, folder: Path, database_url: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as sock:
            self.port = int(sock.getsockname()[1])
        self._command = [
            *(sys.executable, "-m", "ledger.cli", "serve"),
            *("--port", str(self.port), "--data-dir", str(folder)),
        ]
        self._environment = environment(LEDGER_DATABASE_URL=database_url)
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            self._command,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def ready(self) -> bool:
        try:
            return httpx2.get(f"http://127.0.0.1:{self.port}/readyz").status_code == 200
        except httpx2.TransportError:
            return False

    def drain(self) -> None:
        """Tell it to stop, and wait until it has."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0


@pytest.fixture
def servers(database_url: str, tmp_path: Path) -> Iterator[list[Server]]:
    made = [Server(tmp_path, database_url) for _ in range(2)]
    yield made
    for each in made:
        each.process.kill()
        each.process.wait()


def test_no_request_fails_while_servers_are_restarted_one_after_the_other(
    servers: list[Server], tmp_path: Path
) -> None:
    first, second = servers
    until(lambda: first.ready() and second.ready(), START_SECONDS)
    token = Issuer.of(tmp_path / "token-key.pem").token("registrar")
    headers = {"Authorization": f"Bearer {token}"}
    serials, enough, begun = count(1), threading.Event(), threading.Barrier(CLIENTS + 1)

    def ask(address: str) -> int:
        """File and read by turns, each read behind what was filed; how often."""
        with httpx2.Client(base_url=address, headers=headers, timeout=60) as client:
            for turn in count(1):
                patent = number(next(serials))
                body = as_body(grant_patent(patent_details(patent)))
                filed = client.post("/v1/patents", json=body, headers={"Idempotency-Key": patent})
                assert filed.status_code == 201, filed.text
                seen = {"Ledger-Min-Position": str(filed.json()["position"])}
                read = client.get(f"/v1/patents/{patent}", headers=seen)
                assert read.status_code == 200, read.text
                if turn == 1:
                    begun.wait(60)
                if enough.wait(PAUSE_SECONDS):
                    return turn
        raise AssertionError("it is told when it is enough")

    with ExitStack() as stack:
        address = stack.enter_context(balancing([first.port, second.port]))
        pool = stack.enter_context(ThreadPoolExecutor(CLIENTS))
        stack.callback(enough.set)
        asked = [pool.submit(ask, address) for _ in range(CLIENTS)]
        begun.wait(60)
        first.drain()
        first.start()
        until(first.ready, START_SECONDS)
        second.drain()
        enough.set()
        assert all(one.result() > 5 for one in asked)

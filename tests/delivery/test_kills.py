"""SIGKILL of subscriber, receiver, server and database at random: nothing public stays untold.

A real server files and tells; a mailbox's subscriber and a webhook's receiver, programs of their
own, write down what they are brought before they say that they have it. Any of them, or the
database, is killed at random moments of a printed seed and started again. At the end each public
entry has come at least once both ways, and the first of each id came in order for its patent.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import psycopg
import pytest

from api.tokens import Issuer
from ledger.domain.lifecycle import PayAnnualFee
from ledger.domain.money import Money
from ledger.embedded import EmbeddedPostgres, temporary_data_dir
from tests.api.desk import as_body
from tests.builders import fact, grant_patent, number, patent_details
from tests.conftest import database, migrated_template
from tests.delivery.certificates import certificates
from tests.eventstore.ledgers import rows
from tests.programs import environment

ROOT = Path(__file__).parents[2]
PATENTS = 12
KINDS = ("receiver", "subscriber", "api", "database")


class Campaign:
    """A served ledger with one webhook and one mailbox, and all that can be killed of it."""

    def __init__(self, folder: Path, server: EmbeddedPostgres, url: str, seed: int) -> None:
        self.chance = Random(seed)
        self.folder, self.server, self.url = folder, server, url
        self.ports = {"api": free_port(), "receiver": free_port()}
        self.told = {"receiver": folder / "receiver.txt", "subscriber": folder / "subscriber.txt"}
        self.certificates = certificates(folder)
        self.address = f"http://127.0.0.1:{self.ports['api']}"
        self.issuer = Issuer.of(folder / "token-key.pem")
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.kills = 0
        self.filed = 0
        self.stopping = threading.Event()

    # -- the programs

    def start(self, kind: str) -> None:
        python = sys.executable
        certificate, port = str(self.certificates.receiver), str(self.ports.get(kind, ""))
        command = {
            "receiver": [
                *(python, "-m", "tests.delivery.receiver"),
                *(port, certificate, str(self.told["receiver"])),
            ],
            "subscriber": [
                *(python, "-m", "tests.delivery.subscriber"),
                *(self.address, self.issuer.token("auditor"), str(self.told["subscriber"])),
            ],
            "api": [python, "-m", "ledger.cli", "serve", "--port", port],
        }[kind]
        self.processes[kind] = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def environment(self) -> dict[str, str]:
        return environment(
            LEDGER_DATA_DIR=str(self.folder),
            LEDGER_DATABASE_URL=self.url,
            LEDGER_WEBHOOK_LOOPBACK="true",
            LEDGER_WEBHOOK_CA_FILE=str(self.certificates.authority),
            LEDGER_WEBHOOK_RETRY_SECONDS="0.1",
        )

    def kill(self, kind: str) -> None:
        """Kill one, and start it again."""
        self.kills += 1
        if kind == "database":
            os.kill(self.server.pid, signal.SIGKILL)
            self.server.stop()
            self.server = EmbeddedPostgres(self.server.data_dir).start()
            return
        process = self.processes[kind]
        process.kill()
        process.wait()
        self.start(kind)

    def end(self) -> None:
        self.stopping.set()
        for process in self.processes.values():
            process.kill()
            process.wait()

    # -- what is filed

    def ask(self, method: str, path: str, role: str, body: Any, key: str) -> None:
        """Ask until it is answered well, with the same key."""
        headers = {"Authorization": f"Bearer {self.issuer.token(role)}", "Idempotency-Key": key}
        while not self.stopping.is_set():
            with suppress(httpx2.TransportError):
                answer = self.client.request(method, path, json=body, headers=headers)
                if answer.status_code in (200, 201):
                    return
                assert answer.status_code >= 500, answer.text
            time.sleep(0.1)

    def file(self) -> None:
        """Enter patents, then pay fees on them by turns until it is told to stop."""
        with httpx2.Client(base_url=self.address, timeout=5) as self.client:
            url = f"https://localhost:{self.ports['receiver']}/"
            self.ask("PUT", "/v1/webhooks/all", "auditor", {"url": url}, "")
            patents = [number(n) for n in range(1, PATENTS + 1)]
            entered = as_body(grant_patent(*map(patent_details, patents)))
            self.ask("POST", "/v1/patents", "registrar", entered, "enter")
            paid = Money(amount="1.00", currency="CNY")
            fee = as_body(fact(PayAnnualFee, fee_year=9, amount=paid))
            fee = {"fact": "pay_annual_fee", **{n: v for n, v in fee.items() if n != "patents"}}
            for self.filed in count(1):
                if self.stopping.is_set():
                    return
                patent = patents[self.filed % PATENTS]
                key = f"fee-{self.filed}"
                self.ask("POST", f"/v1/patents/{patent}/facts", "registrar", fee, key)

    def run(self, kinds: Iterator[str]) -> None:
        for kind in ("receiver", "subscriber", "api"):
            self.start(kind)
        filing = threading.Thread(target=self.file)
        filing.start()
        try:
            self.wait(lambda: self.filed > 5)
            for kind in kinds:
                time.sleep(self.chance.uniform(0.05, 0.5))
                self.kill(kind)
            before = self.filed
            self.wait(lambda: self.filed > before + 5)
        finally:
            self.stopping.set()
            filing.join()

    def wait(self, done: Any, seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < deadline, "nothing goes on"
            if self.processes["api"].poll() is not None:
                # It ends where the database is away while it starts; who runs it begins it anew.
                self.start("api")
            time.sleep(0.05)

    # -- what must hold

    def check(self) -> None:
        log = rows(self.url, "SELECT position, stream FROM event_log WHERE entry ? 'stream'")
        entries = {(str(row["position"]), row["stream"]) for row in log}
        assert len(entries) >= PATENTS + self.filed - 1
        for kind in self.told:
            self.wait(lambda kind=kind: entries <= set(self.brought(kind)))
            brought = self.brought(kind)
            assert set(brought) == entries
            last: dict[str, int] = {}
            for position, stream in dict.fromkeys(brought):
                assert int(position) > last.get(stream, 0), (kind, stream, position)
                last[stream] = int(position)

    def brought(self, kind: str) -> list[tuple[str, ...]]:
        """The ids and streams that came, in order; a line that a kill cut is none."""
        path = self.told[kind]
        lines = path.read_text().split("\n")[:-1] if path.exists() else []
        return [tuple(line.split(" ", 1)) for line in lines]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


@contextmanager
def campaign(seed: int, folder: Path) -> Iterator[Campaign]:
    print(f"seed {seed}")
    with temporary_data_dir() as data_dir:
        server = EmbeddedPostgres(data_dir).start()
        made = None
        try:
            with migrated_template(server.url) as template:
                with database(server.url, template) as url:
                    made = Campaign(folder, server, url, seed)
                    try:
                        yield made
                    finally:
                        made.end()
        finally:
            (made.server if made else server).stop()


def test_a_few_kills_leave_nothing_untold(tmp_path: Path) -> None:
    with campaign(20261122, tmp_path) as made:
        kinds = ["receiver", "subscriber", "receiver", "api", "subscriber", "database"]
        made.chance.shuffle(kinds)
        made.run(iter(kinds))
        made.check()
    assert made.kills == 6


@pytest.mark.soak
def test_five_minutes_of_kills_leave_nothing_untold(tmp_path: Path) -> None:
    seed = int(os.environ.get("LEDGER_SOAK_SEED", "0")) or secrets.randbits(32)
    with campaign(seed, tmp_path) as made:
        until = time.monotonic() + 300

        def kinds() -> Iterator[str]:
            while time.monotonic() < until:
                yield made.chance.choice(KINDS)

        made.run(kinds())
        made.check()
        with psycopg.connect(made.url) as connection:
            dead = connection.execute("SELECT count(*) FROM webhook_delivery").fetchone()
        assert dead == (0,)
    assert made.kills > 50

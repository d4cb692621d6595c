"""The ledger over HTTP beside a bare FastAPI application on the same web server and database.

`http-status`: the extract of a patent, beside a route that answers the same bytes by one prepared
SELECT. `http-filing`: a pledge on a patent of its own, beside a route that does one durable INSERT
of the same body. `http-batch`: pledges in batches, by one caller, beside the same caller's pledges
one a call. Each server is a process of its own, with one worker.
"""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import psycopg

from api.tokens import Issuer
from benchmarks.bare import TABLES
from benchmarks.ground import Ground, console
from benchmarks.http_load import Outcome, load, request
from ledger.database import connect
from ledger.delivery import notices
from ledger.projections import feed
from ledger.projections.lags import lags
from ledger.projections.runner import FOLLOWERS
from ledger.proofs import tree
from ledger.settings import load_settings
from tests import builders

CONNECTIONS = 32
PATENTS = 2_000
BATCH = 1_000
ONE_BY_ONE = 400
ENTERED = "SELECT count(*) FROM idempotency WHERE key LIKE 'batch/%'"


def status(place: Ground, filings: int) -> Iterator[dict[str, Any]]:
    """One line of figures: the status of one of many patents, drawn at random."""
    asked = max(4_000, 2 * filings)
    with served_ledger(place) as ledger, _bare(place) as bare:
        with console.status(f"http-status: {PATENTS} patents"):
            numbers = place.enter_patents(PATENTS)
            _store(place, {number: _got(f"{ledger}/v1/patents/{number}") for number in numbers})
        drawn = random.Random(1).choices(numbers, k=asked)
        with console.status(f"http-status: {asked} requests"):
            ours = _twice(ledger, [request("GET", f"/v1/patents/{n}", {}) for n in drawn], 200)
            peer = _twice(bare, [request("GET", f"/extract/{n}", {}) for n in drawn], 200)
    yield _figures(ours, peer, "FastAPI, one prepared SELECT by key, the same bytes")


def filing(place: Ground, filings: int) -> Iterator[dict[str, Any]]:
    """One line of figures: durable pledges, each on a patent of its own."""
    count = max(1_000, filings // 2)
    with served_ledger(place) as ledger, _bare(place) as bare:
        with console.status(f"http-filing: {count} patents"):
            numbers = place.enter_patents(count)
            followed(place)
        with console.status(f"http-filing: {count} filings"):
            ours = _once(ledger, pledges(place, "/v1/pledges", numbers), 201)
            peer = _once(bare, pledges(place, "/filing", numbers), 201)
    yield _figures(ours, peer, "FastAPI, one durable INSERT of the body")


def batch(place: Ground, filings: int) -> Iterator[dict[str, Any]]:
    """One line of figures: durable pledges by one caller, a thousand a call and one a call."""
    count = max(BATCH, filings // BATCH * BATCH)
    with served_ledger(place) as ledger:
        with console.status(f"http-batch: {count + ONE_BY_ONE} patents"):
            numbers = place.enter_patents(count + ONE_BY_ONE)
            followed(place)
        with console.status(f"http-batch: {count} filings in batches"):
            ours = load(ledger, list(_batches(place, numbers[:count])), 1)
        with console.status(f"http-batch: {ONE_BY_ONE} filings one by one"):
            single = load(ledger, pledges(place, "/v1/pledges", numbers[count:]), 1)
    assert set(ours.statuses) == {200}, ours.statuses
    assert set(single.statuses) == {201}, single.statuses
    with psycopg.connect(place.url) as connection:
        entered = connection.execute(ENTERED).fetchone()
    assert entered == (count,), "each line is entered"
    rate = count / ours.seconds
    yield {
        "callers": 1,
        "rate_per_s": round(rate),
        "limit": "the same caller, one filing a call",
        "limit_per_s": round(single.rate),
        "ratio": round(rate / single.rate, 3),
        "p50_ms": ours.quantile_ms(0.5),
        "p99_ms": ours.quantile_ms(0.99),
    }


def _batches(place: Ground, numbers: Sequence[str]) -> Iterator[bytes]:
    for first in range(0, len(numbers), BATCH):
        lines = [
            orjson.dumps(
                {
                    "route": "/v1/pledges",
                    "key": f"batch/{number}",
                    "body": builders.register_pledge(patents=(number,)).model_dump(
                        mode="json", exclude_none=True
                    ),
                }
            )
            for number in numbers[first : first + BATCH]
        ]
        headers = {**_bearer(place), "Content-Type": "application/x-ndjson"}
        yield request("POST", "/v1/batches", headers, b"\n".join(lines))


def _bearer(place: Ground) -> dict[str, str]:
    issuer = Issuer.of(load_settings({}, data_dir=place.data_dir).jwt_key_path)
    return {"Authorization": f"Bearer {issuer.token('bank', party=builders.BANK.credit_code)}"}


def pledges(place: Ground, path: str, numbers: Sequence[str]) -> list[bytes]:
    headers = _bearer(place)
    return [
        request(
            "POST",
            path,
            {**headers, "Idempotency-Key": f"{path}/{number}"},
            builders.register_pledge(patents=(number,)).model_dump_json().encode(),
        )
        for number in numbers
    ]


def _twice(address: str, requests: Sequence[bytes], status: int) -> Outcome:
    """The second of two equal loads: what a server remembers it remembers then."""
    _once(address, requests, status)
    return _once(address, requests, status)


def _once(address: str, requests: Sequence[bytes], status: int) -> Outcome:
    outcome = load(address, requests, CONNECTIONS)
    assert set(outcome.statuses) == {status}, outcome.statuses
    return outcome


def _figures(ours: Outcome, peer: Outcome, limit: str) -> dict[str, Any]:
    return {
        "callers": CONNECTIONS,
        "rate_per_s": round(ours.rate),
        "limit": limit,
        "limit_per_s": round(peer.rate),
        "ratio": round(ours.rate / peer.rate, 3),
        "p50_ms": ours.quantile_ms(0.5),
        "p99_ms": ours.quantile_ms(0.99),
        "limit_p99_ms": peer.quantile_ms(0.99),
    }


def followed(place: Ground) -> None:
    """Wait until what follows the log has taken in what was entered: that is not measured here."""
    names = [*(follower.name for follower in FOLLOWERS), feed.NAME, notices.NAME]
    with connect(place.url) as connection:
        while any(lag.position < lag.head for lag in lags(connection, names, tree.NAME)):
            time.sleep(0.1)


def _got(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:
        body: bytes = answer.read()
    return body


def _store(place: Ground, bodies: dict[str, bytes]) -> None:
    with psycopg.connect(place.url) as connection:
        connection.execute(TABLES)
        connection.cursor().executemany(
            "INSERT INTO bare_extract VALUES (%s, %s)", list(bodies.items())
        )


@contextlib.contextmanager
def served_ledger(place: Ground) -> Iterator[str]:
    """The address of a ledger that is served by a process of its own."""
    command = [str(Path(sys.executable).parent / "patent-ledger"), "serve", "--port", "0"]
    with _served([*command, "--data-dir", str(place.data_dir)]) as said:
        yield said.split()[-1]


@contextlib.contextmanager
def _bare(place: Ground) -> Iterator[str]:
    """The address of the bare application."""
    with psycopg.connect(place.url) as connection:
        connection.execute(TABLES)
    with _served([sys.executable, "-m", "benchmarks.bare", place.url]) as said:
        yield said


@contextlib.contextmanager
def _served(command: Sequence[str]) -> Iterator[str]:
    """The first line that a server prints, which ends with its address."""
    environment = {n: v for n, v in os.environ.items() if not n.startswith("LEDGER_")}
    # The bare application writes no line a request either.
    environment["LEDGER_LOG_REQUESTS"] = "false"
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert server.stdout is not None, "it was asked for"
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.wait(30)

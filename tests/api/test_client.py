"""The client, against a served ledger."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from patent_ledger_client import Ledger, Problem, Refused
from tests.api.desk import Desk, as_body
from tests.builders import BANK, register_pledge


@pytest.fixture
def bank(served: Desk) -> Iterator[Ledger]:
    with Ledger(str(served.client.base_url), served.token("bank", BANK)) as ledger:
        yield ledger


def pledge(patent: str) -> Any:
    return as_body(register_pledge(patents=(patent,)))


def test_what_is_filed_is_read_back(served: Desk, bank: Ledger) -> None:
    patent = served.patent()
    body = pledge(patent)
    assert bank.judge("/v1/pledges", body)["verdict"] == "registered"
    receipt = bank.file("/v1/pledges", body, key=f"own-{patent}")
    assert bank.file("/v1/pledges", body, key=f"own-{patent}") == receipt
    assert bank.position == receipt["position"] == served.head()
    (shown,) = bank.patent(patent)["encumbrances"]
    assert shown["registration_no"] == receipt["registration_no"]
    assert bank.patent(patent, known_at=receipt["position"] - 1)["encumbrances"] == []
    assert bank.statuses([patent])[0]["pledges"] == [receipt["registration_no"]]


def test_a_refusal_tells_every_finding(served: Desk, bank: Ledger) -> None:
    patent = served.patent()
    bank.file("/v1/pledges", pledge(patent))
    with pytest.raises(Refused) as refused:
        bank.file("/v1/pledges", pledge(patent))
    assert all(
        {"rule", "message", "article"} <= finding.keys() for finding in refused.value.findings
    )
    assert any(finding["rule"] in str(refused.value) for finding in refused.value.findings)
    assert refused.value.slug == "refused"
    assert refused.value.request_id


def test_the_office_looks_at_a_release(served: Desk) -> None:
    with Ledger(str(served.client.base_url), served.token("registrar")) as office:
        looked = office.release("operations", "2026-01", dry_run=True)
        assert looked["period"] == "2026-01"
        again = office.release("operations", "2026-01", known_at=looked["position"])
        assert office.get("/v1/statistics/releases/operations/2026-01") == again


def test_another_problem_is_named(served: Desk, bank: Ledger) -> None:
    with pytest.raises(Problem) as problem:
        bank.get("/metrics")
    assert (problem.value.slug, problem.value.status) == ("forbidden", 403)
    del served


def test_a_batch_has_an_outcome_each(served: Desk, bank: Ledger) -> None:
    one, other = served.patents(2)
    outcomes = bank.batch(
        ("/v1/pledges", f"batch-{n}-{patent}", pledge(patent))
        for n, patent in enumerate([one, other, one])
    )
    assert [each["status"] for each in outcomes] == [201, 201, 409]
    assert bank.position == served.head()


def test_pages_are_followed_to_the_end(served: Desk, bank: Ledger) -> None:
    before = served.head()
    patents = served.patents(5)
    bank.position = served.head()
    events = list(bank.events(after=before, limit=2))
    assert [event["subject"] for event in events] == patents
    assert [int(event["id"]) for event in events] == list(range(before + 1, before + 6))


class Flaky(http.server.BaseHTTPRequestHandler):
    """Answers busy twice, and then a receipt."""

    keys: list[str | None] = []  # noqa: RUF012 - one server a test

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.keys.append(self.headers["Idempotency-Key"])
        busy = len(self.keys) < 3
        told = {"type": "/problems/busy", "status": 503} if busy else {"position": 7}
        body = json.dumps(told).encode()
        self.send_response(503 if busy else 201)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


def test_what_passes_by_itself_is_waited_for_with_the_same_key() -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), Flaky) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with Ledger(f"http://127.0.0.1:{server.server_port}") as ledger:
            assert ledger.file("/v1/pledges", {})["position"] == 7
        server.shutdown()
    assert len(Flaky.keys) == 3
    assert len(set(Flaky.keys)) == 1

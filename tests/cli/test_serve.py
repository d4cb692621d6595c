"""`serve`, `token` and `rules` as an operator runs them."""

from __future__ import annotations

import json
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import psycopg

from tests.builders import LAMPWORKS, grant_patent, identity_number, number, patent_details
from tests.programs import COMMAND, environment, invoked, run


@contextmanager
def serving(folder: Path, database_url: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A serving process and its address."""
    with subprocess.Popen(
        [COMMAND, "serve", "--port", "0", "--data-dir", folder],
        env=environment(LEDGER_DATABASE_URL=database_url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().rsplit(" ", 1)[1].strip()
            assert process.stdout.readline().strip().endswith(f"{address}/docs")
            yield process, address
        finally:
            process.kill()


def test_it_serves_on_loopback_and_stops_when_told_answering_who_waits(
    database_url: str, tmp_path: Path
) -> None:
    """Filings are at hand when SIGTERM comes: what was answered is on record, and nothing else."""
    with serving(tmp_path, database_url) as (process, address):
        assert address.startswith("http://127.0.0.1:")
        made = invoked("token", "--role", "registrar", "--json", "--data-dir", tmp_path)
        headers = {"Authorization": f"Bearer {json.loads(made.stdout)['token']}"}

        def file(client: httpx2.Client, serial: int) -> int | None:
            body = grant_patent(patent_details(number(serial))).model_dump(
                mode="json", exclude_none=True
            )
            if serial == 40:
                process.send_signal(signal.SIGTERM)
            try:
                answer = client.post(
                    "/v1/patents", json=body, headers={"Idempotency-Key": str(serial)}
                )
            except httpx2.TransportError:
                return None
            return answer.status_code

        with (
            httpx2.Client(base_url=address, headers=headers, timeout=60) as client,
            ThreadPoolExecutor(16) as pool,
        ):
            answers = list(pool.map(partial(file, client), range(1, 81)))
        assert process.wait(60) == 0
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
    with psycopg.connect(database_url) as connection:
        (entered,) = connection.execute("SELECT count(*) FROM stored_events").fetchone() or (0,)
    assert answers.count(201) >= 20
    assert answers.count(201) == entered
    assert stat.S_IMODE((tmp_path / "token-key.pem").stat().st_mode) == 0o600


def test_a_port_that_is_taken_is_told_in_a_sentence(database_url: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = run(
            *("serve", "--port", port, "--data-dir", tmp_path), LEDGER_DATABASE_URL=database_url
        )
    assert told.returncode == 1
    assert "cannot listen on 127.0.0.1" in " ".join(told.stderr.split())
    assert "Traceback" not in told.stderr


class TestToken:
    def claims(self, folder: Path, *arguments: str) -> Any:
        return json.loads(invoked("token", "--data-dir", folder, "--json", *arguments).stdout)

    def test_it_names_role_party_and_subject(self, tmp_path: Path) -> None:
        party = str(LAMPWORKS.credit_code)
        told = self.claims(tmp_path, "--role", "bank", "--party", party, "--subject", "desk 3")
        assert (told["role"], told["party"], told["subject"]) == ("bank", party, "desk 3")
        bare = invoked("token", "--role", "auditor", "--data-dir", tmp_path).stdout
        assert bare.count(".") == 2

    def test_a_natural_person_is_named_by_its_pseudonym(self, tmp_path: Path) -> None:
        person = identity_number(5)
        told = self.claims(tmp_path, "--role", "patentee", "--party", person)
        assert told["party"].startswith("person:")
        assert person not in json.dumps(told)

    def test_what_is_wrong_is_said_in_a_sentence(self, tmp_path: Path) -> None:
        for role, why in (("king", "there is no role king"), ("bank", "name it with --party")):
            told = invoked("token", "--data-dir", tmp_path, "--role", role)
            assert (told.returncode, told.stdout) == (1, "")
            assert why in " ".join(told.stderr.split())


def test_rules_are_listed_as_the_api_serves_them(tmp_path: Path) -> None:
    listed = json.loads(invoked("rules", "--json", "--data-dir", tmp_path).stdout)
    assert len({row["id"] for row in listed}) == len(listed) > 100
    members = {"id", "kind", "command", "severity", "article", "from", "until", "title"}
    assert all(row.keys() >= members for row in listed)
    assert {row["kind"] for row in listed} == {"rule", "definition"}
    assert all((row["kind"] == "definition") == (row["severity"] == "D") for row in listed)
    assert "pledge-fee-current" in invoked("rules").stdout

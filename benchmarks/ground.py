"""What benchmarks stand on: an embedded server, a migrated ledger, entered patents, and pgbench
beside it."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict
from rich.console import Console

from ledger.assembly import registry, settle_collector
from ledger.database import connect
from ledger.domain.events import PatentEntered
from ledger.embedded import EmbeddedPostgres, pgbench_path, temporary_data_dir
from ledger.eventstore.acts import Busy
from ledger.migrating import migrate
from ledger.registry import Registry
from ledger.settings import load_settings
from ledger.transcription import SourceRecord, Stated
from tests import builders

console = Console(stderr=True)


@dataclass
class Ground:
    """A ledger on a server of its own."""

    url: str
    registry: Registry
    data_dir: Path
    patents: int = 0

    def enter_patents(self, count: int) -> list[str]:
        """Enter so many invented patents in force, and return their numbers."""
        first = self.patents + 1
        numbers = [builders.number(serial) for serial in range(first, first + count)]
        waiting = []
        for number in numbers:
            record = _record(number)
            while True:
                try:
                    waiting.append(self.registry.submit(record, "bench"))
                    break
                except Busy:
                    waiting.pop(0).result()
        for answer in waiting:
            answer.result()
        self.patents += count
        return numbers

    def average_state_bytes(self, topic: str) -> int:
        with connect(self.url) as connection:
            row = connection.execute(
                "SELECT avg(octet_length(state))::int FROM stored_events WHERE topic = %s", (topic,)
            ).fetchone()
        assert row is not None, "an aggregate gives one row"
        return int(row[0])

    def pgbench_inserts_per_s(self, clients: int, state_bytes: int, seconds: int = 4) -> float:
        """pgbench: one prepared INSERT of one row of the same size a transaction, durably
        committed."""
        with connect(self.url) as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS peer (originator_id text, originator_version bigint, "
                "topic text, state bytea, notification_id bigserial, "
                "PRIMARY KEY (originator_id, originator_version), UNIQUE (notification_id)) "
                "WITH (toast_tuple_target = 8160)"
            )
            connection.execute("CREATE SEQUENCE IF NOT EXISTS peer_stream")
            connection.execute("ALTER TABLE peer ALTER COLUMN state SET STORAGE EXTERNAL")
        script = (
            "INSERT INTO peer (originator_id, originator_version, topic, state) VALUES "
            "('CN:' || nextval('peer_stream'), 1, 'pledge.registered', "
            f"decode(repeat('5a', {state_bytes}), 'hex'));"
        )
        info = conninfo_to_dict(self.url)
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(script)
            file.flush()
            command = [str(pgbench_path()), "-n", "-M", "prepared", "-c", str(clients), "-j", "2"]
            command += ["-T", str(seconds), "-f", file.name, "-h", str(info["host"])]
            command += ["-U", str(info["user"]), str(info["dbname"])]
            said = subprocess.run(
                command,
                env=os.environ | {"PGPASSWORD": str(info.get("password", ""))},
                capture_output=True,
                text=True,
                check=True,
            )
        found = re.search(r"tps = ([0-9.]+)", said.stdout)
        assert found is not None, said.stdout
        return float(found[1])


def _record(number: str) -> SourceRecord:
    entered = builders.entered(number, fees_paid_through=9)
    outside = ("originator_id", "originator_version", "envelope")
    fields = {n: getattr(entered, n) for n in PatentEntered.model_fields if n not in outside}
    on = date(2020, 9, 1)
    return SourceRecord(
        "BENCH",
        number,
        builders.digest(number),
        None,
        on,
        (Stated(number, PatentEntered, fields, on),),
    )


@contextlib.contextmanager
def ground() -> Iterator[Ground]:
    """A ledger on an embedded server, gone afterwards."""
    with temporary_data_dir() as data_dir, EmbeddedPostgres(data_dir) as server:
        migrate(server.url)
        settings = load_settings({}, data_dir=Path(data_dir))
        with registry(server.url, settings) as door:
            settle_collector()
            yield Ground(server.url, door, Path(data_dir))

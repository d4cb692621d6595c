"""Makes golden files of new histories: `python -m tests.replay.make_golden`.

A file that is there is never written again: what was stored once must fold for ever. For each new
file it prints the pins to be put into `pins.py`; the line for `tests/proofs/map_pins.py` is told by
the test that misses it.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from ledger.embedded import EmbeddedPostgres, temporary_data_dir
from ledger.eventstore.stored_form import entry_of
from tests.conftest import database, migrated_template
from tests.replay.histories import HISTORIES, Story

GOLDEN = Path(__file__).parent / "golden"
SELECT = """
SELECT notification_id AS position, originator_id AS stream, originator_version AS version, topic,
       convert_from(state, 'UTF8') AS state
FROM stored_events ORDER BY notification_id
"""


def told(server_url: str, template: str, name: str) -> list[dict[str, Any]]:
    """The log that a history makes."""
    with database(server_url, template) as url:
        story = Story(url, name)
        try:
            HISTORIES[name](story)
        finally:
            story.ledger.close()
        with psycopg.connect(url, row_factory=dict_row) as connection:
            return connection.execute(SELECT).fetchall()


def main() -> None:
    new = [name for name in HISTORIES if not (GOLDEN / f"{name}.jsonl").exists()]
    if not new:
        print("every history has its file")
        return
    GOLDEN.mkdir(exist_ok=True)
    with temporary_data_dir() as data_dir, EmbeddedPostgres(data_dir) as server:
        with migrated_template(server.url) as template:
            for name in new:
                rows = told(server.url, template, name)
                assert rows == told(server.url, template, name), "a history is told alike twice"
                with (GOLDEN / f"{name}.jsonl").open("x", encoding="utf-8", newline="\n") as file:
                    file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
                print(f'    "{name}": (')
                for row in rows:
                    print(f'        "{sha256(entry_of(row["state"].encode())).hexdigest()}",')
                print("    ),")


if __name__ == "__main__":
    main()

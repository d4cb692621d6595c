"""Rows that a superuser spoils in the log, and tables beside it: which command names each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.rows import dict_row
from typer.testing import CliRunner

from ledger.cli import app
from ledger.commands.frame import UserError
from ledger.database import connect
from ledger.domain.joint import PrepareFiling
from ledger.domain.parties import PartyDetails, PartyKind
from ledger.erasures import ErasureAct, look
from ledger.registry import Filing
from tests.builders import grant_patent, identity_number, number, patent_details, register_pledge
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import REGISTRAR, registry
from tests.projections.following import follow
from tests.proofs.commands import Json, messages, run
from tests.proofs.logs import asked, filed, signed

PERSON = PartyDetails(
    name="Li Na",
    kind=PartyKind.INDIVIDUAL,
    identity_number=identity_number(31),
    region="35",
    address="1 Lamp Street",
)


@pytest.fixture
def url(new_database: NewDatabase, tmp_path: Path) -> Iterator[str]:
    """A ledger that was signed four times, with personal values on positions 9 and 10 (a filing
    that waits) and, erased, on 11."""
    with new_database() as url:
        filed(url, 4)
        signed(url, tmp_path)
        with registry(url) as ledger:
            for serial in (311, 312):
                granted = grant_patent(patent_details(number(serial), patentees=(PERSON,)))
                ledger.file(Filing(granted, REGISTRAR, f"grant {serial}"))
                if serial == 311:
                    pledge = register_pledge(
                        patents=(number(serial),), pledgors=(PERSON,), signed_by=(), debtor=PERSON
                    )
                    waits = PrepareFiling(patents=pledge.patents, filing=pledge)
                    ledger.file(Filing(waits, REGISTRAR, "waits"))
        signed(url, tmp_path)
        follow(url)
        asked(url, "SELECT follow_feed(1000)")
        yield url


def tampered(url: str, *statements: str) -> None:
    """Do as a superuser does, past every trigger."""
    with connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("ALTER TABLE stored_events DISABLE TRIGGER ALL")
        for statement in statements:
            assert connection.execute(statement).rowcount > 0, statement


def audited(url: str, folder: Path) -> tuple[int, Json]:
    environment = {"LEDGER_DATABASE_URL": url, "LEDGER_DATA_DIR": str(folder)}
    ran = CliRunner().invoke(app, ["audit", "--json"], env=environment)
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return ran.exit_code, json.loads(ran.stdout)


def test_rows_that_cannot_be_read_are_named_and_the_rest_is_judged(
    url: str, tmp_path: Path
) -> None:
    """No command ends in a traceback; where the log cannot be replayed that is said."""
    tampered(
        url,
        "UPDATE stored_events SET state = 'nonsense' WHERE notification_id = 3",
        "UPDATE stored_events SET state = NULL WHERE notification_id = 5",
        "UPDATE stored_events SET topic = 'no.such' WHERE notification_id = 6",
        "UPDATE stored_events SET state = '\\xff0a' WHERE notification_id = 10",
    )
    with pytest.raises(UserError, match=r"^position \d+ \(version \d of .*nothing was replayed"):
        run("replay", "--compare", url=url, folder=tmp_path)
    with pytest.raises(UserError, match="nothing was replayed"):
        run("replay", url=url, folder=tmp_path)
    code, found = audited(url, tmp_path)
    assert code == 1
    unread = {each["position"] for each in found if each["kind"] == "unreadable"}
    assert unread == {3, 5, 6, 10}
    told = messages(run("verify", url=url, folder=tmp_path))
    for position in (3, 5, 10):
        assert f"position {position}: it cannot be read" in told
    assert "position 6: the row's topic is no.such" in told


def test_a_log_of_several_processes_names_its_row(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that folds a share tells the one that waits for it."""
    monkeypatch.setattr("ledger.projections.shares.ALONE_MAX", {"compared": 0})
    tampered(url, "UPDATE stored_events SET state = 'nonsense' WHERE notification_id = 7")
    with pytest.raises(UserError, match=r"^position 7 \(version 2 of"):
        run("replay", "--compare", url=url)


def test_what_is_changed_in_tables_beside_the_log_is_found_by_verify(
    url: str, tmp_path: Path
) -> None:
    assert messages(run("verify", url=url, folder=tmp_path)) == ""
    tampered(
        url,
        "DELETE FROM personal WHERE position = 9",
        "UPDATE personal SET salt = NULL WHERE position = 10",
        "INSERT INTO personal VALUES (3, 'personal', '00', '[]'), (4, 'personal', NULL, '[]')",
        "INSERT INTO log_tile SELECT 0, 7, hashes FROM log_tile",
        "UPDATE log_map_head SET size = 1",
        "INSERT INTO certificate VALUES ('AAAA-AAAA-AAAA-AAAA', now(), 'CN1', 3, '{}')",
    )
    found = messages(run("verify", url=url, folder=tmp_path))
    for expected in (
        "position 9: the value of personal is missing beside it, and no erasure says so",
        "position 10: the value of withheld is missing beside it, and no erasure says so",
        "position 3: personal is not what was entered",
        "position 4: the value of personal is missing beside it",
        "tile 7 of level 0: it has",
        "log_map_head: it is not the map that the checkpoint states",
        "certificate AAAA-AAAA-AAAA-AAAA: not a certificate",
    ):
        assert expected in found, (expected, found)
    assert len(found.splitlines()) == 7


def test_what_was_erased_is_not_missed(url: str, tmp_path: Path) -> None:
    parties = "SELECT DISTINCT value -> 0 ->> 'party' FROM personal WHERE name = 'personal'"
    ((held,),) = asked(url, parties)
    with registry(url) as ledger, connect(url, row_factory=dict_row) as connection:
        looked = look(connection, held, ledger.means)
        ledger.writer.enter(ErasureAct(held, "She asks for it.", "Chen", looked, ledger.means))
    signed(url, tmp_path)
    assert asked(url, "SELECT count(*) FROM personal") == [(0,)]
    assert messages(run("verify", url=url, folder=tmp_path)) == ""


SECOND = "WHERE number = 2"
TAKEN_OUT_OR_CHANGED = {
    f"DELETE FROM log_checkpoint {SECOND}": "follows number 1 of size 0: one is missing",
    f"INSERT INTO log_checkpoint SELECT 3, origin, note, 99 FROM log_checkpoint {SECOND}": (
        "checkpoint of size 3: it is the checkpoint of size 8 of ledger.example/log"
    ),
    f"UPDATE log_checkpoint SET note = (SELECT note FROM log_checkpoint LIMIT 1) {SECOND}": (
        "checkpoint of size 8: it is the checkpoint of size 0"
    ),
    "DELETE FROM log_checkpoint WHERE size = (SELECT max(size) FROM log_checkpoint)": (
        "log-checkpoint: later than every checkpoint that is kept"
    ),
    "UPDATE log_checkpoint SET note = 'x'": "newest checkpoint: a note is a text",
}


def test_a_checkpoint_taken_out_or_changed_is_found_by_verify(url: str, tmp_path: Path) -> None:
    asked(url, "CREATE TABLE kept AS TABLE log_checkpoint")
    for statement, expected in TAKEN_OUT_OR_CHANGED.items():
        tampered(url, statement)
        assert expected in messages(run("verify", url=url, folder=tmp_path))
        tampered(url, "DELETE FROM log_checkpoint", "INSERT INTO log_checkpoint TABLE kept")


def test_receipts_and_records_taken_over_that_are_changed_are_found_by_audit(
    url: str, tmp_path: Path
) -> None:
    assert audited(url, tmp_path) == (0, [])
    one = "reference = (SELECT min(reference) FROM source_record)"
    another = "reference = (SELECT max(reference) FROM source_record)"
    tampered(
        url,
        "UPDATE idempotency SET receipt = convert_to(replace(convert_from(receipt, 'UTF8'), "
        "'2026', '2027'), 'UTF8') WHERE key = 'grant 311'",
        "DELETE FROM idempotency WHERE key = 'grant 312'",
        "UPDATE idempotency SET last_position = 3 WHERE key = 'waits'",
        "INSERT INTO idempotency VALUES ('a', 'b', '', 'nothing', 99, 'x')",
        f"UPDATE source_record SET digest = 'x' WHERE {one}",
        f"DELETE FROM source_record WHERE {another}",
        "INSERT INTO source_record VALUES ('elsewhere', 'none', 'x', NULL, 'f', false, '{}')",
        "UPDATE notification_tracking SET notification_id = 99 WHERE application_name = 'feed'",
    )
    code, found = audited(url, tmp_path)
    assert code == 1
    told = "\n".join(f"{each['kind']} {each['position']}: {each['detail']}" for each in found)
    for expected in (
        "says otherwise than its entries",
        "receipt-differs 11: filing",
        "has no receipt",
        "receipt-differs 99: filing nothing has a receipt, and no entry",
        "is not what was entered",
        "is missing",
        "source-differs 0: the row of elsewhere none is of no entry",
        "feed is said to have reached 99, and the log has 11 entries",
    ):
        assert expected in told, (expected, told)
    assert len(found) == 8

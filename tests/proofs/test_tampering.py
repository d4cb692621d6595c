"""What a superuser does to the database, or an operator to an auditor, and what finds it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from ledger.audit import ALTERED, Today, audit
from ledger.domain.lawsettings import LawSettings
from ledger.domain.periods import ChineseCalendar
from ledger.proofs.checkpoints import Checkpoint
from ledger.proofs.keys import add_key, keyring, retire_oldest
from ledger.proofs.notes import Note
from tests.conftest import NewDatabase
from tests.proofs.commands import Json, exported, messages, run
from tests.proofs.logs import ORIGIN, asked, filed, newest, newest_note, settings_in, signed

TODAY = Today(date(2026, 3, 2), ChineseCalendar(), LawSettings())


@dataclass
class Ledger:
    """A signed ledger, and the checkpoint that an auditor has kept of it."""

    url: str
    folder: Path
    kept: Path

    def tamper(self, *statements: str) -> None:
        """Do as a superuser does, past every trigger."""
        asked(self.url, "ALTER TABLE stored_events DISABLE TRIGGER ALL")
        for statement in statements:
            asked(self.url, statement)
        for name in ("lock", "dense", "append_only"):
            asked(self.url, f"ALTER TABLE stored_events ENABLE ALWAYS TRIGGER stored_events_{name}")

    def verify(self, *arguments: str | Path) -> Json:
        return run("verify", *arguments, url=self.url, folder=self.folder)


@pytest.fixture
def ledger(new_database: NewDatabase, tmp_path: Path) -> Iterator[Ledger]:
    with new_database() as url:
        filed(url, 8)
        signed(url, tmp_path / "data")
        kept = tmp_path / "kept"
        kept.write_text(str(newest_note(url)))
        made = Ledger(url, tmp_path / "data", kept)
        assert messages(made.verify()) == ""
        yield made


def test_a_changed_entry_is_found_by_verify(ledger: Ledger, tmp_path: Path) -> None:
    ledger.tamper(
        "UPDATE stored_events SET state = convert_to(replace(convert_from(state, 'UTF8'), "
        "'Lanternhill', 'Gaslight'), 'UTF8') WHERE notification_id = 5"
    )
    found = messages(ledger.verify())
    assert "position 5: the entry is not the one that was hashed" in found
    assert "are not those that were signed" in found
    with pytest.raises(Exception, match="not all are what was signed"):
        exported(ledger.url, ledger.folder, tmp_path / "log")


def test_a_deleted_entry_is_found_by_verify(ledger: Ledger) -> None:
    ledger.tamper("DELETE FROM stored_events WHERE notification_id = 5")
    found = messages(ledger.verify())
    assert "position 6: it follows position 4" in found
    assert "position 5: the entry is not the one that was hashed" in found


def test_a_deleted_entry_is_found_when_the_gap_is_closed(ledger: Ledger) -> None:
    ledger.tamper(
        "DELETE FROM stored_events WHERE notification_id = 5",
        "UPDATE stored_events SET notification_id = -notification_id WHERE notification_id > 5",
        "UPDATE stored_events SET notification_id = -notification_id - 1 WHERE notification_id < 0",
    )
    assert "position 5: the entry is not the one that was hashed" in messages(ledger.verify())


def test_the_last_entry_deleted_is_found_by_verify(ledger: Ledger) -> None:
    ledger.tamper(
        "DELETE FROM stored_events WHERE notification_id = (SELECT max(notification_id) "
        "FROM stored_events)"
    )
    assert "it heads 16 entries, and there are 15" in messages(ledger.verify())


def test_an_entry_inserted_in_the_middle_is_found_by_verify(ledger: Ledger) -> None:
    ledger.tamper(
        "UPDATE stored_events SET notification_id = -notification_id WHERE notification_id > 5",
        "UPDATE stored_events SET notification_id = 1 - notification_id WHERE notification_id < 0",
        "INSERT INTO stored_events SELECT originator_id, 99, topic, state, 6 FROM stored_events "
        "WHERE notification_id = 1",
    )
    found = messages(ledger.verify())
    assert "position 6: the entry is not the one that was hashed" in found
    assert "position 6: the row's version is 99" in found
    assert "its versions are not 1, 2, 3" in found


def test_two_swapped_entries_are_found_by_verify(ledger: Ledger) -> None:
    ledger.tamper(
        "UPDATE stored_events SET notification_id = -notification_id "
        "WHERE notification_id IN (4, 6)",
        "UPDATE stored_events SET notification_id = 10 + notification_id WHERE notification_id < 0",
    )
    assert "position 4: the entry is not the one that was hashed" in messages(ledger.verify())


def test_a_changed_confidential_value_is_found_by_verify(ledger: Ledger) -> None:
    ledger.tamper(
        "UPDATE stored_events SET state = regexp_replace(convert_from(state, 'UTF8'), "
        '\'("received_on":\\["[0-9a-f]+",)(null|"[^"]*")\', \'\\1"1999-01-01"\')::text::bytea '
        "WHERE notification_id = 16"
    )
    assert "position 16: received_on is not what was entered" in messages(ledger.verify())


def test_what_is_taken_out_or_spoilt_beside_entries_is_found_by_verify(ledger: Ledger) -> None:
    changed = {
        13: "split_part(convert_from(state, 'UTF8'), E'\n', 1)",
        14: "convert_from(state, 'UTF8') || '{}'",
        15: "split_part(convert_from(state, 'UTF8'), E'\n', 1) || E'\n[]'",
        16: "'[]' || E'\n{}'",
    }
    ledger.tamper(
        *(
            f"UPDATE stored_events SET state = convert_to({state}, 'UTF8') "
            f"WHERE notification_id = {position}"
            for position, state in changed.items()
        )
    )
    found = messages(ledger.verify())
    assert "position 13: what was entered in confidence is not all there" in found
    for position in (14, 15, 16):
        assert f"position {position}: it cannot be read" in found


def test_a_changed_column_is_found_by_verify(ledger: Ledger) -> None:
    ledger.tamper("UPDATE stored_events SET originator_id = 'CN:1' WHERE notification_id = 3")
    assert "position 3: the row's stream is CN:1" in messages(ledger.verify())


def test_a_changed_register_row_is_found_by_replay(ledger: Ledger) -> None:
    asked(ledger.url, "UPDATE encumbrance SET registration_no = 'Y2000990000001'")
    found = run("replay", "--compare", url=ledger.url, folder=ledger.folder)
    assert (found["equal"], found["code"]) == (False, 1)
    assert not found["views"]["encumbrance"]["equal"]


BESIDE = """
SET session_replication_role = replica;
DELETE FROM standing_pledge WHERE right(registration_no, 4) = '0003';
INSERT INTO standing_pledge VALUES ('CN:1', 'Y1');
INSERT INTO standing_declaration SELECT patent_id, 'K1' FROM patent ORDER BY 1 LIMIT 1;
DELETE FROM registration WHERE serial = 7;
UPDATE registration SET patents = '{CN:1}' WHERE serial = 2;
INSERT INTO registration SELECT 'Y1', kind, 2000, region, 1, patents, NULL, 'none'
    FROM registration WHERE serial = 3;
DELETE FROM feed WHERE position = 3;
UPDATE feed SET topic = 'fee.paid' WHERE position = 4;
UPDATE notification_tracking SET notification_id = 999 WHERE application_name = 'feed'
"""


def test_rows_changed_beside_the_log_are_found_by_audit(ledger: Ledger) -> None:
    """What filings are about, what stands now, and the feed."""
    asked(ledger.url, "SELECT follow_feed(1000)")
    assert list(audit(ledger.url, today=TODAY)) == []
    asked(ledger.url, BESIDE)
    found = [each for each in audit(ledger.url, today=TODAY) if each.kind in ALTERED]
    said = "\n".join(each.detail for each in found)
    for expected in (
        r"standing_pledge says nothing, the log Y\d+0003",
        "standing_pledge says Y1, the log nothing",
        "standing_declaration says K1, the log nothing",
        r"registration Y\d+0007 is missing",
        r"registration Y\d+0002 says otherwise than its entries",
        "registration Y1 is of no entry",
        "the feed's row is missing",
        "the feed's row says otherwise than its entries",
        "feed is said to have reached 999, and the log has 16 entries",
    ):
        assert re.search(expected, said), (expected, said)
    assert len(found) == 9
    assert [each.position for each in found if each.detail.startswith("the feed's")] == [3, 4]


def test_the_whole_tree_made_anew_is_found_by_who_has_the_key(ledger: Ledger) -> None:
    """A superuser without the key can rewrite everything but the signatures."""
    forger = keyring(settings_in(ledger.folder / "forger"))
    head = Checkpoint(ORIGIN, newest(ledger.url).size, bytes(32))
    asked(
        ledger.url,
        "UPDATE log_checkpoint SET note = %s",
        str(Note.signed(head.text(), forger.signers)),
    )
    assert "which is not known" in messages(ledger.verify())


def test_a_rollback_to_yesterday_is_found_by_a_checkpoint_that_was_kept(
    ledger: Ledger, new_database: NewDatabase, tmp_path: Path
) -> None:
    with new_database() as yesterday:
        filed(yesterday, 6)
        log = exported(yesterday, _same_key(ledger, tmp_path / "fresh"), tmp_path / "log")
        assert messages(run("verify", log)) == ""
        found = messages(run("verify", log, "--known", ledger.kept))
        assert f"{ledger.kept}: it heads 16 entries, and there are 12" in found
        # On the operator's own machine the signer remembers.
        found = messages(run("verify", url=yesterday, folder=ledger.folder))
        assert "it heads 16 entries" in found


def test_two_histories_are_found_by_two_auditors(
    ledger: Ledger, new_database: NewDatabase, tmp_path: Path
) -> None:
    with new_database() as another:
        filed(another, 12)
        log = exported(another, _same_key(ledger, tmp_path / "fresh"), tmp_path / "log")
    (key,) = run("key", folder=ledger.folder)["keys"]
    assert messages(run("verify", log, "--key", key)) == ""
    found = messages(run("verify", log, "--key", key, "--known", ledger.kept))
    assert f"{ledger.kept}: the first 16 entries are not those that were signed" in found


def test_a_signature_by_an_old_key_is_found_by_verify(ledger: Ledger, tmp_path: Path) -> None:
    stolen = keyring(settings_in(ledger.folder))
    add_key(settings_in(ledger.folder))
    retire_oldest(settings_in(ledger.folder))
    filed(ledger.url, 3, start=50)
    log = exported(ledger.url, ledger.folder, tmp_path / "log")
    assert messages(run("verify", log)) == ""
    head = newest(ledger.url)
    forged = str(Note.signed(head.text(), stolen.signers))
    (log / "checkpoint").write_text(forged)
    found = messages(run("verify", log))
    assert f"signs sizes from 0 to 16, not {head.size}" in found
    assert "not signed by a trusted key" in found
    asked(ledger.url, "UPDATE log_checkpoint SET note = %s WHERE size = %s", forged, head.size)
    assert "signs sizes from 0 to 16" in messages(ledger.verify())


def _same_key(ledger: Ledger, folder: Path) -> Path:
    """A second machine of the operator's, which does not remember what the first has signed."""
    folder.mkdir()
    shutil.copy(ledger.folder / "log-key", folder / "log-key")
    return folder

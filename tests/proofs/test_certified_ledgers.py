"""Certificates of a ledger that changed its key, was cosigned, or took over another's log."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import orjson
from psycopg.rows import dict_row

from ledger.database import connect
from ledger.proofs.issuing import Wish, issue, look_up, write_down
from ledger.proofs.keys import add_key, keyring, retire_oldest
from ledger.proofs.notes import COSIGNATURE, SignerKey
from ledger.proofs.witness import Witness, cosign
from tests.builders import number
from tests.conftest import NewDatabase
from tests.proofs.commands import exported, messages, run
from tests.proofs.logs import asked, filed, settings_in, signed

DAY = date(2026, 3, 2)
PLEDGED, UNKNOWN = number(1), number(999)
MADE_AT = datetime(2026, 3, 3, tzinfo=UTC)


class Certifying:
    """A ledger of which certificates are kept in files."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.codes: dict[str, str] = {}

    def certify(self, name: str) -> None:
        """That nothing but its pledge stands on a patent, and nothing at all on an unknown one."""
        self.folder.mkdir(exist_ok=True)
        ((pledge,),) = asked(
            self.url, "SELECT registration_no FROM standing_pledge WHERE patent_id = %s", PLEDGED
        )
        with connect(self.url, "ledger_writer", row_factory=dict_row) as connection:
            for patent, besides in ((PLEDGED, (pledge,)), (UNKNOWN, ())):
                wish = Wish("nothing_else", patent, DAY, besides)
                made = issue(connection, wish, MADE_AT)
                self.codes[f"{name} {patent}"] = write_down(connection, made)
                file = self.folder / f"{name} {patent}.json"
                file.write_bytes(orjson.dumps(made.as_json()))

    def assert_all_hold(self, *, key: str) -> None:
        """Each file offline, by the key that it names too; each code; and the ledger itself."""
        for name in self.codes:
            assert messages(run("verify", self.folder / f"{name}.json")) == "", name
        assert messages(run("verify", url=self.url, folder=self.folder)) == ""
        newest = self.folder / f"{name}.json"
        assert messages(run("verify", newest, "--key", key)) == ""

    def state(self, name: str) -> str:
        with connect(self.url, row_factory=dict_row) as connection:
            found = look_up(connection, self.codes[name])
        assert found is not None
        return found.state


def test_they_hold_after_new_keys_a_cosignature_and_under_a_new_operator(
    new_database: NewDatabase, tmp_path: Path
) -> None:
    folder = tmp_path / "old"
    with new_database() as url, new_database() as successor:
        ledger = Certifying(url, folder)
        filed(url, 2)
        signed(url, folder)
        ledger.certify("first")
        add_key(settings_in(folder))
        signed(url, folder)
        ledger.certify("both keys")
        retire_oldest(settings_in(folder))
        filed(url, 1, start=70)
        signed(url, folder)
        ledger.certify("new key")
        witnessed(url, folder)
        ledger.certify("witnessed")
        (key,) = run("key", folder=folder)["keys"]
        ledger.assert_all_hold(key=key)
        assert {ledger.state(name) for name in ledger.codes} == {"current"}
        log = exported(url, folder, tmp_path / "log")
        assert messages(run("verify", log, "--key", key)) == ""
        theirs = settings_in(tmp_path / "new").model_copy(update={"log_origin": "next.example/log"})
        keyring(theirs)
        run("import", log, "--key", key, url=successor, folder=tmp_path / "new")
        taken = Certifying(successor, tmp_path / "new")
        taken.certify("imported")
        (their_key,) = run("key", folder=tmp_path / "new")["keys"]
        taken.assert_all_hold(key=their_key)
        again = exported(successor, tmp_path / "new", tmp_path / "again")
        assert messages(run("verify", again, "--key", their_key)) == ""
        assert messages(run("verify", again, "--known", log / "checkpoint")) == ""


def witnessed(url: str, folder: Path) -> None:
    """Have the newest checkpoint cosigned by somebody else."""
    keys = keyring(settings_in(folder))
    key = SignerKey.fresh("witness.example/w1", COSIGNATURE)
    witness = Witness(key, keys.verifiers, folder / "witnessed", lambda: 1_767_000_000.5)

    def post(body: bytes) -> tuple[int, str]:
        answer = witness.add_checkpoint(body)
        return int(answer.status), answer.text

    with connect(url, "ledger_writer", row_factory=dict_row) as connection:
        cosign(connection, keys, key.verifier, post)

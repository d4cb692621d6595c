"""An export holds by itself, other tools read it, every changed byte of its files is found."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import aics_tlog as other
import pytest
from psycopg.rows import dict_row

from ledger.database import connect
from ledger.proofs.checkpoints import EntryProof
from ledger.proofs.exporting import CannotExport
from ledger.proofs.keys import add_key, keyring
from ledger.proofs.notes import SignerKey
from ledger.proofs.serving import proof
from ledger.proofs.verifying import verify
from tests.conftest import NewDatabase
from tests.proofs.commands import Json, exported, messages, run
from tests.proofs.logs import ORIGIN, asked, filed, newest, settings_in, signed


@pytest.fixture(scope="module")
def ledger(
    new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """A ledger with two full tiles, a partial one and several checkpoints."""
    folder = tmp_path_factory.mktemp("data")
    with new_database() as url:
        for start in (1, 200, 400):
            filed(url, 100, start=start)
            signed(url, folder)
        yield url, folder


@pytest.fixture(scope="module")
def whole(ledger: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(*ledger, tmp_path_factory.mktemp("export") / "log")


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "copy"))


def files(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


def test_it_holds_offline_and_says_by_which_key(ledger: tuple[str, Path], whole: Path) -> None:
    url, folder = ledger
    found = run("verify", whole)
    assert messages(found) == ""
    head = newest(url)
    assert (found["origin"], found["size"], found["entries"]) == (ORIGIN, head.size, head.size)
    assert found["files"] == len(files(whole))
    assert found["checkpoints"] >= 4
    (key,) = run("key", folder=folder)["keys"]
    assert found["keys"] == [key]
    assert not found["keys_given"]
    assert run("verify", whole, "--key", key)["keys_given"]
    stranger = SignerKey.fresh(ORIGIN).verifier
    assert "not signed by a trusted key" in messages(run("verify", whole, "--key", str(stranger)))


def test_another_s_tool_reads_it(ledger: tuple[str, Path], whole: Path) -> None:
    head = newest(ledger[0])
    reader = other.FileSystemTileReader(whole)
    other.audit_tiles(reader, head.size, head.root)
    vkey = other.parse_vkey(str(keyring(settings_in(ledger[1])).verifiers[0]))
    note = other.parse_note((whole / "checkpoint").read_bytes())
    assert other.verify_checkpoint(note, vkey).root == head.root


def test_a_mirror_without_our_own_files_holds_by_a_given_key(
    ledger: tuple[str, Path], copy: Path
) -> None:
    shutil.rmtree(copy / "checkpoints")
    (copy / "keys").unlink()
    (key,) = run("key", folder=ledger[1])["keys"]
    assert messages(run("verify", copy, "--key", key)) == ""
    assert "not known" in messages(run("verify", copy))


def test_every_changed_byte_is_found(whole: Path, copy: Path) -> None:
    for path, data in files(whole).items():
        count = len(data)
        for place in range(0, count, max(1, count // 6)):
            changed = bytearray(data)
            changed[place] ^= 1 << place % 8
            (copy / path).write_bytes(changed)
            assert not verify(copy).holds, (path, place)
        (copy / path).write_bytes(data)
    assert verify(copy).holds


def test_what_is_missing_or_too_much_is_found(whole: Path, copy: Path) -> None:
    for path, data in files(whole).items():
        (copy / path).unlink()
        # The list of keys and earlier checkpoints may be left out by whoever mirrors; the rest not.
        optional = path.startswith("checkpoints/")
        assert verify(copy).holds == optional, path
        (copy / path).write_bytes(data + b"\x00")
        assert not verify(copy).holds, path
        (copy / path).write_bytes(data)
    (copy / "tile" / "note.txt").write_text("hello")
    assert "no file of a log" in str(verify(copy).findings)
    (copy / "tile" / "note.txt").unlink()
    (copy / "tile" / "0" / "009").write_bytes(bytes(8192))
    assert "no part of the log" in str(verify(copy).findings)
    (copy / "tile" / "0" / "009").unlink()
    (copy / "more").symlink_to(copy / "checkpoint")
    assert "not a plain file" in str(verify(copy).findings)


def test_an_interrupted_export_goes_on_and_a_later_one_adds(
    new_database: NewDatabase, tmp_path: Path
) -> None:
    folder, into = tmp_path / "data", tmp_path / "log"
    with new_database() as url:
        filed(url, 300)
        exported(url, folder, into)
        first = files(into)
        full = [path for path in first if path.startswith("tile/") and ".p/" not in path]
        untouched = {path: (into / path).stat().st_mtime_ns for path in full[1:]}
        for path in ("checkpoint", "keys", full[0]):
            (into / path).unlink()
        (into / "tile" / "0" / ".000.77").write_bytes(b"a draft")
        exported(url, folder, into)
        assert files(into) == first
        filed(url, 200, start=1000)
        exported(url, folder, into)
        assert untouched.items() <= {p: (into / p).stat().st_mtime_ns for p in full}.items()
        assert messages(run("verify", into)) == ""
        assert len([path for path in files(into) if path.startswith("checkpoints/")]) >= 3


def test_an_export_does_not_overwrite_another_history(
    ledger: tuple[str, Path], copy: Path, new_database: NewDatabase, tmp_path: Path
) -> None:
    with new_database() as another:
        filed(another, 400)
        with pytest.raises(Exception, match="does not continue") as raised:
            exported(another, tmp_path / "data", copy)
        assert isinstance(raised.value.__cause__, CannotExport)


def test_it_holds_across_a_change_of_keys(new_database: NewDatabase, tmp_path: Path) -> None:
    folder, into = tmp_path / "data", tmp_path / "log"
    settings = settings_in(folder)
    with new_database() as url:
        filed(url, 3)
        exported(url, folder, into)
        (old,) = run("key", folder=folder)["keys"]
        both = run("key", "--add", folder=folder)["keys"]
        filed(url, 3, start=10)
        exported(url, folder, into)
        for key in both:
            assert messages(run("verify", into, "--key", key)) == ""
        (new,) = run("key", "--retire", folder=folder)["keys"]
        assert (both[0], both[1]) == (old, new)
        filed(url, 3, start=20)
        exported(url, folder, into)
        assert messages(run("verify", into, "--key", new)) == ""
        assert messages(run("verify", into)) == ""
        assert "not signed by a trusted key" in messages(run("verify", into, "--key", old))
        assert len(add_key(settings).signers) == 2


def test_a_proof_that_was_kept_is_verified_alone(ledger: tuple[str, Path], tmp_path: Path) -> None:
    url, folder = ledger
    (key,) = run("key", folder=folder)["keys"]
    with connect(url, "ledger_public", row_factory=dict_row) as connection:
        kept = proof(connection, 300)
    assert kept is not None
    file = tmp_path / "pledge.tlog-proof"
    file.write_text(str(kept))
    found: Json = run("verify", file, "--key", key)
    assert messages(found) == ""
    assert found["kind"] == "proof"
    assert "not known" in messages(run("verify", file))
    file.write_text(str(EntryProof(kept.entry + b" ", kept.index, kept.path, kept.checkpoint)))
    assert "does not stand at position 300" in messages(run("verify", file, "--key", key))


def test_the_ledger_s_own_log_holds(ledger: tuple[str, Path]) -> None:
    url, folder = ledger
    found = run("verify", url=url, folder=folder)
    assert messages(found) == ""
    assert found["entries"] == newest(url).size
    assert found["checkpoints"] >= len(asked(url, "SELECT size FROM log_checkpoint"))

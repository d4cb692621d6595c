"""A witness cosigns what continues, and nothing else; what it signs is kept with the checkpoint."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import aics_tlog as other
import pytest

from ledger.commands.frame import UserError
from ledger.proofs.checkpoints import Checkpoint
from ledger.proofs.keys import keyring
from ledger.proofs.merkle import EMPTY_ROOT, consistency_proof, leaf_hashes, tree_root
from ledger.proofs.notes import COSIGNATURE, Note, Signature, SignerKey, b64
from ledger.proofs.tiles import Edge, nodes_of
from ledger.proofs.witness import Answer, Witness, server, witness_key
from ledger.settings import BadSetting
from tests.conftest import NewDatabase
from tests.proofs.commands import exported, messages, run
from tests.proofs.logs import filed, newest_note, settings_in

ORIGIN = "watched.example/log"
NAME = "witness.example/w1"


@pytest.fixture
def log() -> SignerKey:
    return SignerKey.fresh(ORIGIN)


@pytest.fixture
def witness(log: SignerKey, tmp_path: Path) -> Witness:
    key = SignerKey.fresh(NAME, COSIGNATURE)
    return Witness(key, [log.verifier], tmp_path / "witnessed", lambda: 1_767_000_000.5)


ENTRIES = [b"entry %d" % index for index in range(20)]


def request(log: SignerKey, old: int, size: int, entries: list[bytes] = ENTRIES) -> bytes:
    hashes = leaf_hashes(entries)
    edge = Edge()
    store = edge.extend(hashes)
    nodes = nodes_of(lambda level, index: store[level, index])
    proof = consistency_proof(nodes, old, size) if old <= size else []
    head = Checkpoint(log.name, size, tree_root(nodes, size) if size else EMPTY_ROOT)
    note = Note.signed(head.text(), [log])
    return ("\n".join([f"old {old}", *map(b64, proof)]) + f"\n\n{note}").encode()


def test_it_cosigns_what_continues(witness: Witness, log: SignerKey) -> None:
    for old, size in ((0, 5), (5, 5), (5, 16), (16, 20)):
        body = request(log, old, size)
        answer = witness.add_checkpoint(body)
        assert answer.status == 200
        note = Note.parse(body.partition(b"\n\n")[2])
        cosigned = note.and_signed([Signature.parse(answer.text.rstrip("\n"))])
        verdict = other.verify_checkpoint(
            other.parse_note(str(cosigned)),
            other.parse_vkey(str(log.verifier)),
            [other.parse_vkey(str(witness.key.verifier))],
            quorum=1,
        )
        assert verdict.ok
        assert verdict.timestamps == {NAME: 1_767_000_000}


def test_it_answers_as_the_specification_says(witness: Witness, log: SignerKey) -> None:
    stranger = SignerKey.fresh("other.example/log")
    forger = SignerKey.fresh(ORIGIN)
    assert witness.add_checkpoint(b"nonsense").status == 400
    assert witness.add_checkpoint(request(stranger, 0, 5)).status == 404
    assert witness.add_checkpoint(request(forger, 0, 5)).status == 403
    assert witness.add_checkpoint(request(log, 6, 5)).status == 400
    assert witness.add_checkpoint(request(log, 3, 5)) == conflict(0)
    assert witness.add_checkpoint(request(log, 0, 8)).status == 200
    assert witness.add_checkpoint(request(log, 0, 9)) == conflict(8)
    # Another history, of the same size and of a larger one.
    forked = [b"another", *ENTRIES[1:]]
    assert witness.add_checkpoint(request(log, 8, 8, forked)) == conflict(8)
    assert witness.add_checkpoint(request(log, 8, 12, forked)).status == 422
    # A rollback.
    assert witness.add_checkpoint(request(log, 5, 6)) == conflict(8)
    assert witness.add_checkpoint(request(log, 8, 20)).status == 200


def conflict(size: int) -> Answer:
    return Answer(409, f"{size}\n", "text/x.tlog.size")


def test_it_remembers_across_a_restart(witness: Witness, log: SignerKey, tmp_path: Path) -> None:
    assert witness.add_checkpoint(request(log, 0, 8)).status == 200
    again = Witness(witness.key, [log.verifier], tmp_path / "witnessed")
    assert again.add_checkpoint(request(log, 0, 9)) == conflict(8)


def test_its_key_has_one_name(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with pytest.raises(BadSetting, match="name the witness"):
        witness_key(settings)
    key = witness_key(settings, NAME)
    assert witness_key(settings) == key
    with pytest.raises(BadSetting, match="cosigns as"):
        witness_key(settings, "witness.example/w2")


class TestOverHttp:
    @pytest.fixture
    def data(self, tmp_path: Path) -> Path:
        return tmp_path / "data"

    @pytest.fixture
    def served(self, data: Path, tmp_path: Path) -> Iterator[tuple[str, str]]:
        """Address and key of a witness of the ledger's log."""
        logs = [key.verifier for key in _signers(data)]
        witness = Witness(SignerKey.fresh(NAME, COSIGNATURE), logs, tmp_path / "witnessed")
        with server(witness, "127.0.0.1", 0) as serving:
            thread = threading.Thread(target=serving.serve_forever)
            thread.start()
            yield f"http://127.0.0.1:{serving.server_port}", str(witness.key.verifier)
            serving.shutdown()
            thread.join()

    def test_cosignatures_are_kept_exported_and_verified(
        self, new_database: NewDatabase, served: tuple[str, str], data: Path, tmp_path: Path
    ) -> None:
        address, key = served
        with new_database() as url:
            for start in (1, 10):
                filed(url, 3, start=start)
                run("cosign", address, "--key", key, url=url, folder=data)
            run("cosign", address, "--key", key, url=url, folder=data)
            assert [line.name for line in newest_note(url).signatures].count(NAME) == 1
            log = exported(url, data, tmp_path / "log")
            assert messages(run("verify", log)) == ""
            assert messages(run("verify", url=url, folder=data)) == ""
            vkey = other.parse_vkey(str(_signers(data)[0].verifier))
            note = other.parse_note((log / "checkpoint").read_bytes())
            assert other.verify_checkpoint(note, vkey, [other.parse_vkey(key)], quorum=1).ok

    def test_a_log_rolled_back_is_not_cosigned(
        self, new_database: NewDatabase, served: tuple[str, str], data: Path
    ) -> None:
        address, key = served
        with new_database() as url, new_database() as yesterday:
            filed(url, 5)
            run("cosign", address, "--key", key, url=url, folder=data)
            filed(yesterday, 3)
            (data / "log-checkpoint").unlink()
            with pytest.raises(UserError, match="knows a log of 10 entries, this one has 6"):
                run("cosign", address, "--key", key, url=yesterday, folder=data)


def _signers(folder: Path) -> tuple[SignerKey, ...]:
    return keyring(settings_in(folder)).signers

"""The transparency log over HTTP, read as anybody's client reads it."""

from __future__ import annotations

import time

import aics_tlog as other
import pytest
from aics_tlog.tiles import MemoryTileReader, inclusion_proof_from_tiles, tree_root_from_tiles

from ledger.proofs.checkpoints import Checkpoint, EntryProof
from ledger.proofs.keys import parse_list
from ledger.proofs.merkle import leaf_hash
from ledger.proofs.notes import Note
from ledger.proofs.tiles import tiles_of
from tests.api.desk import Desk
from tests.builders import register_pledge
from tests.wait import until


@pytest.fixture
def head(served: Desk) -> Checkpoint:
    """The head of a log of more than one tile, once all of it is signed."""
    if served.head() < 300:
        served.patents(300)
    until(lambda: newest(served).size == served.head())
    return newest(served)


def newest(served: Desk) -> Checkpoint:
    return Checkpoint.of(Note.parse(served.get("/v1/log/checkpoint").content))


def test_another_s_client_reads_the_tree(served: Desk, head: Checkpoint) -> None:
    tiles = {tile.path: served.get(f"/v1/log/{tile.path}") for tile in tiles_of(head.size)}
    assert {answer.status_code for answer in tiles.values()} == {200}
    reader = MemoryTileReader({path: answer.content for path, answer in tiles.items()})
    assert tree_root_from_tiles(reader, head.size) == head.root
    other.audit_tiles(reader, head.size, head.root)
    for path, answer in tiles.items():
        assert answer.headers["content-type"] == "application/octet-stream"
        assert ("immutable" in answer.headers["cache-control"]) == (".p/" not in path)


def test_bundles_are_sent_packed_to_who_takes_them_so(served: Desk, head: Checkpoint) -> None:
    assert head.size > 256
    sent = {
        coding: served.get("/v1/log/tile/entries/000", headers={"Accept-Encoding": coding})
        for coding in ("gzip", "identity", "gzip;q=0")
    }
    assert [answer.headers.get("content-encoding") for answer in sent.values()] == [
        "gzip",
        None,
        None,
    ]
    assert {answer.headers["vary"] for answer in sent.values()} == {"Accept-Encoding"}
    assert len({answer.content for answer in sent.values()}) == 1
    packed, plain = (int(sent[c].headers["content-length"]) for c in ("gzip", "identity"))
    assert packed < plain / 2


def test_the_checkpoint_is_signed_by_a_listed_key(served: Desk, head: Checkpoint) -> None:
    answer = served.get("/v1/log/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=1"
    _, keys = parse_list(Note.parse(served.get("/v1/log/keys").content))
    vkey = other.parse_vkey(str(keys[0].key))
    verdict = other.verify_checkpoint(other.parse_note(answer.content), vkey)
    assert verdict.ok
    assert verdict.origin == head.origin


def test_a_receipt_is_exchanged_for_proofs(served: Desk, head: Checkpoint) -> None:
    receipt = served.registered("/v1/pledges", register_pledge(patents=tuple(served.patents(3))))
    for entry in receipt["entries"]:
        while (answer := served.get(f"/v1/log/proofs/{entry['position']}")).status_code == 503:
            assert answer.json()["type"] == "/problems/behind"
            time.sleep(0.05)
        proof = EntryProof.parse(answer.content)
        assert proof.holds()
        assert proof.index == entry["position"] - 1
        assert receipt["filing_id"].encode() in proof.entry
        signed = Checkpoint.of(proof.checkpoint)
        assert other.verify_inclusion(
            leaf_hash(proof.entry), proof.index, signed.size, proof.path, signed.root
        )


def test_the_proof_is_the_one_in_the_tiles(served: Desk, head: Checkpoint) -> None:
    tiles = {t.path: served.get(f"/v1/log/{t.path}").content for t in tiles_of(head.size)}
    for position in (1, 256, 257, head.size):
        proof = EntryProof.parse(served.get(f"/v1/log/proofs/{position}").content)
        size = Checkpoint.of(proof.checkpoint).size
        assert list(proof.path) == inclusion_proof_from_tiles(
            MemoryTileReader(tiles), position - 1, size
        )


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0",
        "tile/0/999",
        "tile/entries/999",
        "tile/7/000",
        "tile/0/001.p/255",
        "tile/0/x000/000",
        "tile/0/x001/000",
        "tile/00/000",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/64/000",
        "tile/0/000/",
        "tile/0//000",
        "proofs/99999",
    ],
)
def test_what_is_not_there_is_told(served: Desk, head: Checkpoint, path: str) -> None:
    assert served.get(f"/v1/log/{path}").status_code == 404


def test_a_tile_is_asked_for_as_any_static_file_is(served: Desk, head: Checkpoint) -> None:
    """HEAD, a range, conditions; a narrower tile though the full one is there."""
    full = served.get("/v1/log/tile/0/000")
    for width in (1, 17, 255):
        narrower = served.get(f"/v1/log/tile/0/000.p/{width}")
        assert narrower.content == full.content[: 32 * width]
        assert "immutable" not in narrower.headers["cache-control"]
    for headers in ({"Range": "bytes=0-9"}, {"If-Modified-Since": "Sat, 29 Oct 2033 19:43:31 GMT"}):
        assert served.get("/v1/log/tile/0/000", headers=headers).content == full.content
    looked = served.client.head("/v1/log/tile/0/000")
    assert (looked.status_code, looked.content) == (200, b"")
    assert looked.headers["content-length"] == "8192"
    assert looked.headers["cache-control"] == full.headers["cache-control"]

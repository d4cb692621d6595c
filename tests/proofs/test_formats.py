"""Hashes, tiles, notes, checkpoints and proofs, held against an implementation by others."""

from __future__ import annotations

from functools import cache
from hashlib import sha256

import aics_tlog as other
import pytest
from aics_tlog.tiles import materialise_tiles
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.proofs import merkle
from ledger.proofs.checkpoints import Checkpoint, EntryProof
from ledger.proofs.keys import ListedKey, listed, parse_list
from ledger.proofs.notes import COSIGNATURE, BadNote, Note, SignerKey, VerifierKey
from ledger.proofs.tiles import (
    BadTile,
    Edge,
    Tile,
    bundle,
    entries_of,
    nodes_of,
    parse_path,
    tiles_of,
)

LEAVES_MAX = 70_000
sizes = st.one_of(st.integers(1, 600), st.integers(1, LEAVES_MAX))


def entry(index: int) -> bytes:
    return b'{"entry":%d}' % index


@cache
def grown() -> tuple[Edge, dict[tuple[int, int], bytes]]:
    """A tree of three levels of tiles, grown by uneven steps."""
    edge, store = Edge(), {}
    leaves = merkle.leaf_hashes(map(entry, range(LEAVES_MAX)))
    first, step = 0, 1
    while first < LEAVES_MAX:
        store |= edge.extend(leaves[first : first + step])
        first, step = first + step, step * 5 % 1021 + 1
    return edge, store


@cache
def peer() -> other.MerkleTree:
    return other.MerkleTree([entry(index) for index in range(LEAVES_MAX)])


def nodes() -> merkle.Nodes:
    _, store = grown()
    return nodes_of(lambda level, index: store[level, index])


class TestTree:
    @pytest.mark.parametrize("size", [0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 1000])
    def test_tiles_and_root_are_the_other_s(self, size: int) -> None:
        leaves = [entry(index) for index in range(size)]
        edge = Edge()
        store = edge.extend(merkle.leaf_hashes(leaves))
        ours = {
            tile.path: store[tile.level, tile.index]
            if tile.level is not None
            else bundle(leaves[tile.index * 256 :][: tile.width])
            for tile in tiles_of(size)
        }
        assert ours == materialise_tiles(leaves)
        assert edge.root() == other.MerkleTree(leaves).root()

    def test_a_tree_of_three_levels_is_the_other_s(self) -> None:
        edge, _ = grown()
        assert edge.root() == peer().root() == merkle.tree_root(nodes(), LEAVES_MAX)
        assert [len(level) for level in edge.levels] == [112, 17, 1]

    @settings(deadline=None)
    @given(size=sizes, share=st.floats(0, 1, exclude_max=True))
    def test_an_inclusion_proof_holds_and_no_other_entry_has_it(
        self, size: int, share: float
    ) -> None:
        index, root = int(share * size), merkle.tree_root(nodes(), size)
        proof = merkle.inclusion_proof(nodes(), index, size)
        leaf = merkle.leaf_hash(entry(index))
        assert merkle.includes(leaf, index, size, proof, root)
        assert other.verify_leaf_inclusion(entry(index), index, size, proof, root)
        assert not merkle.includes(merkle.leaf_hash(entry(index + 1)), index, size, proof, root)
        assert not merkle.includes(leaf, index, size, proof, sha256(root).digest())
        assert not merkle.includes(leaf, index, size, [*proof, root], root)
        if proof:
            assert not merkle.includes(leaf, index, size, proof[:-1], root)
            assert not merkle.includes(leaf, index ^ 1, size, proof, root)

    @settings(deadline=None)
    @given(size=sizes, share=st.floats(0, 1))
    def test_a_consistency_proof_holds_and_no_other_history_has_it(
        self, size: int, share: float
    ) -> None:
        old = int(share * size)
        roots = [merkle.tree_root(nodes(), n) for n in (old, size)]
        proof = merkle.consistency_proof(nodes(), old, size)
        assert merkle.consistent(old, size, *roots, proof)
        assert other.verify_consistency(old, size, *roots, proof)
        forged = [sha256(root).digest() for root in roots]
        assert not merkle.consistent(old, size, forged[0], roots[1], proof)
        if old:
            assert not merkle.consistent(old, size, roots[0], forged[1], proof)
        assert not merkle.consistent(old, size, *roots, [*proof, forged[0]])
        if proof:
            assert not merkle.consistent(old, size, *roots, proof[:-1])

    @settings(deadline=None)
    @given(size=st.integers(0, 100), sent=st.lists(st.binary(min_size=32, max_size=32)))
    def test_no_invented_proof_ends_in_an_error(self, size: int, sent: list[bytes]) -> None:
        root = merkle.tree_root(nodes(), size)
        for old in range(size + 2):
            assert merkle.consistent(old, size, root, root, sent) in (True, False)
            assert not merkle.includes(root, old, size, [*sent, root, root], root)


class TestTiles:
    @given(st.integers(0, 10**12), st.integers(1, 256), st.one_of(st.none(), st.integers(0, 63)))
    def test_a_path_names_one_tile(self, index: int, width: int, level: int | None) -> None:
        tile = Tile(level, index, width)
        assert parse_path(tile.path) == tile

    def test_paths_are_those_of_the_specification(self) -> None:
        assert Tile(0, 1234067).path == "tile/0/x001/x234/067"
        assert Tile(None, 273, 112).path == "tile/entries/273.p/112"
        assert len([t for t in tiles_of(70_000) if t.level is not None]) == 273 + 1 + 1 + 1 + 1

    @pytest.mark.parametrize(
        "path",
        [
            "tile/0/0", "tile/00/000", "tile/64/000", "tile/0/x000/001", "tile/0/001/002",
            "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/x001", "tile/e/000",
            "tile/0/000/", "../tile/0/000", "tile/0/٠٠٠",
        ],
    )  # fmt: skip
    def test_other_paths_name_none(self, path: str) -> None:
        with pytest.raises(BadTile):
            parse_path(path)

    @given(st.lists(st.binary(max_size=300), max_size=20))
    def test_a_bundle_gives_its_entries(self, entries: list[bytes]) -> None:
        assert (
            entries_of(bundle(entries))
            == entries
            == other.tiles.parse_entry_bundle(bundle(entries))
        )

    @pytest.mark.parametrize("data", [b"\x00", b"\x00\x02a", b"\x00\x01a\x00"])
    def test_a_bundle_ends_with_an_entry(self, data: bytes) -> None:
        with pytest.raises(BadTile):
            entries_of(data)


@pytest.fixture(scope="module")
def key() -> SignerKey:
    return SignerKey.fresh("ledger.example/log")


@pytest.fixture(scope="module")
def head() -> Checkpoint:
    return Checkpoint("ledger.example/log", LEAVES_MAX, merkle.tree_root(nodes(), LEAVES_MAX))


class TestNotes:
    def test_the_other_verifies_ours(self, key: SignerKey, head: Checkpoint) -> None:
        note = Note.signed(head.text(), [key])
        theirs = other.parse_vkey(str(key.verifier))
        verdict = other.verify_checkpoint(other.parse_note(str(note)), theirs)
        assert verdict.ok
        assert (verdict.origin, verdict.size, verdict.root) == (head.origin, head.size, head.root)

    def test_ours_verifies_the_other_s(self, head: Checkpoint) -> None:
        private = Ed25519PrivateKey.generate()
        theirs = other.Checkpoint(head.origin, head.size, head.root)
        note = Note.parse(other.sign_checkpoint(theirs, private, head.origin).to_bytes())
        vkey = other.format_vkey(other.vkey_from_ed25519(head.origin, private.public_key()))
        signer = VerifierKey.parse(vkey)
        assert str(signer) == vkey
        assert note.signers([signer]) == [signer]
        assert Checkpoint.of(note) == head

    def test_cosignatures_are_verified_both_ways(self, key: SignerKey, head: Checkpoint) -> None:
        witness = SignerKey.fresh("witness.example/w1", COSIGNATURE)
        note = Note.signed(head.text(), [key])
        note = note.and_signed([witness.sign(note.text, 1_767_000_000)])
        verdict = other.verify_checkpoint(
            other.parse_note(str(note)),
            other.parse_vkey(str(key.verifier)),
            [other.parse_vkey(str(witness.verifier))],
            quorum=1,
        )
        assert verdict.ok
        assert verdict.timestamps == {"witness.example/w1": 1_767_000_000}
        known = [key.verifier, witness.verifier]
        assert Note.parse(str(note).encode()).signers(known) == known

    def test_a_key_is_read_as_it_is_written(self, key: SignerKey) -> None:
        assert SignerKey.parse(key.text()) == key
        assert VerifierKey.parse(str(key.verifier)) == key.verifier
        for text in (str(key.verifier)[:-4], "a+b", f"other{key.verifier}", key.text()):
            with pytest.raises(BadNote):
                VerifierKey.parse(text)

    def test_every_changed_byte_is_found(self, key: SignerKey, head: Checkpoint) -> None:
        data = str(Note.signed(head.text(), [key])).encode()
        for place in range(len(data)):
            changed = bytearray(data)
            changed[place] ^= 1
            try:
                note = Note.parse(bytes(changed))
                assert note.signers([key.verifier]) == []
            except BadNote:
                continue

    def test_a_list_of_keys_is_no_checkpoint(self, key: SignerKey) -> None:
        keys = [ListedKey(key.verifier, 0, 500), ListedKey(key.verifier, 500)]
        note = Note.signed(listed(key.name, keys), [key])
        assert parse_list(note) == (key.name, keys)
        with pytest.raises(BadNote):
            Checkpoint.of(note)


class TestEntryProof:
    @pytest.fixture
    def proof(self, key: SignerKey, head: Checkpoint) -> EntryProof:
        index = 54_321
        path = merkle.inclusion_proof(nodes(), index, head.size)
        return EntryProof(entry(index), index, tuple(path), Note.signed(head.text(), [key]))

    def test_it_is_read_as_it_is_written(self, proof: EntryProof) -> None:
        assert EntryProof.parse(str(proof).encode()) == proof
        assert proof.holds()

    def test_every_changed_byte_is_found(self, proof: EntryProof, key: SignerKey) -> None:
        data = str(proof).encode()
        for place in range(len(data)):
            changed = bytearray(data)
            changed[place] ^= 1
            try:
                read = EntryProof.parse(bytes(changed))
                assert not read.holds() or read.checkpoint.signers([key.verifier]) == []
            except BadNote:
                continue

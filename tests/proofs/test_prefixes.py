"""The prefix tree against one made the plain way: every root, every proof, kept or made at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.proofs.prefixes import (
    EMPTY,
    KEY_BYTES,
    PrefixProof,
    PrefixTree,
    packed,
    unpacked,
)
from tests.proofs.maps import plain_root

KEYS = st.builds(
    lambda head, tail: (bytes(head) + sha256(bytes(tail)).digest())[:KEY_BYTES],
    st.lists(st.sampled_from([0, 1, 128, 255]), max_size=3),
    st.lists(st.integers(0, 5), max_size=2),
)
"""Keys of which many share their first bits."""
LEAVES = st.dictionaries(KEYS, st.binary(min_size=32, max_size=32), max_size=40)


class Store:
    """Pages as a table keeps them."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}

    def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        return {path: self.pages[path] for path in paths if path in self.pages}

    def put(self, leaves: Mapping[bytes, bytes]) -> bytes:
        tree = PrefixTree(self.read)
        root = tree.put(leaves)
        self.pages |= {path: packed(slots) for path, slots in tree.changed.items()}
        return root


@settings(max_examples=50)
@given(st.lists(LEAVES, max_size=5))
def test_the_root_is_that_of_the_definition_however_it_grew(
    batches: list[dict[bytes, bytes]],
) -> None:
    store, everything, root = Store(), {}, EMPTY
    for batch in batches:
        everything |= batch
        root = store.put(batch)
        assert root == plain_root(everything)
    assert PrefixTree(store.read).root() == root
    at_once = Store()
    assert at_once.put(everything) == root
    assert at_once.pages == store.pages


@settings(max_examples=50)
@given(LEAVES, KEYS)
def test_every_key_is_proved_to_map_to_what_it_maps_to_or_to_nothing(
    leaves: dict[bytes, bytes], other: bytes
) -> None:
    store = Store()
    root = store.put(leaves)
    tree = PrefixTree(store.read)
    for key in (*leaves, other):
        proof = tree.prove(key)
        assert proof.root(key) == root
        assert proof.commitment(key) == leaves.get(key)


@settings(max_examples=50)
@given(LEAVES.filter(bool), KEYS, st.data())
def test_no_changed_proof_proves(
    leaves: dict[bytes, bytes], other: bytes, data: st.DataObject
) -> None:
    store = Store()
    root = store.put(leaves)
    key = data.draw(st.sampled_from([*leaves, other]))
    proof = PrefixTree(store.read).prove(key)
    changed = [PrefixProof(proof.path, None), PrefixProof((*proof.path, EMPTY), proof.leaf)]
    changed += [PrefixProof(proof.path[:-1], proof.leaf)] if proof.path else []
    changed += [PrefixProof(proof.path, key + sha256(b"another").digest())]
    for place in range(len(proof.path)):
        path = [*proof.path]
        path[place] = sha256(path[place]).digest()
        changed.append(PrefixProof(tuple(path), proof.leaf))
    for another in changed:
        assert another == proof or another.root(key) != root


@settings(max_examples=50)
@given(LEAVES)
def test_a_page_comes_back_from_its_bytes(leaves: dict[bytes, bytes]) -> None:
    store = Store()
    store.put(leaves)
    for page in store.pages.values():
        assert packed(unpacked(page)) == page
        assert 33 <= len(page) <= 1040


def test_a_proof_for_another_key_is_none() -> None:
    low, high = bytes(32), bytes([128]) + bytes(31)
    store = Store()
    store.put({low: bytes(32), high: bytes(32)})
    proof = PrefixTree(store.read).prove(low)
    assert proof.root(high) is None
    assert PrefixProof((b"short",), None).root(low) is None
    assert PrefixProof((EMPTY,) * 257, None).root(low) is None

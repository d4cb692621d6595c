"""The Merkle tree of RFC 6962 (section 2.1) with SHA-256: hashes, roots, proofs, verification.

A tree is asked for by its nodes: `nodes(height, index)` is the hash of the complete subtree of
2^height leaves whose first leaf is index · 2^height. What verifies a proof knows no tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

Nodes = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\x00" + entry).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """The hashes of many leaves."""
    return [sha256(b"\x00" + entry).digest() for entry in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def row_root(row: Sequence[bytes]) -> bytes:
    """The root over neighbours of equal size, of which the last alone may be smaller."""
    assert row, "a root over nothing is EMPTY_ROOT"
    while len(row) > 1:
        above = [
            sha256(b"\x01%b%b" % two).digest() for two in zip(row[::2], row[1::2], strict=False)
        ]
        if len(row) % 2:
            above.append(row[-1])
        row = above
    return row[0]


def range_root(nodes: Nodes, first: int, end: int) -> bytes:
    """The root over the leaves from `first` up to `end`, as a part of the whole tree."""
    count = end - first
    split = _split(count)
    if split * 2 == count or count == 1:
        height = count.bit_length() - 1
        return nodes(height, first >> height)
    return node_hash(range_root(nodes, first, first + split), range_root(nodes, first + split, end))


def tree_root(nodes: Nodes, size: int) -> bytes:
    """The root of the tree of so many leaves."""
    return range_root(nodes, 0, size) if size else EMPTY_ROOT


def _split(count: int) -> int:
    """The largest power of two below a count (RFC 6962's k); 0 for one leaf."""
    return 1 << (count - 1).bit_length() - 1 if count > 1 else 0


# --- proofs ----------------------------------------------------------------------------------


def inclusion_proof(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """The audit path of a leaf (RFC 6962, 2.1.1), from its sibling to the root's child."""
    assert 0 <= index < size, "the leaf is in the tree"
    path: list[bytes] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            path.append(range_root(nodes, middle, end))
            end = middle
        else:
            path.append(range_root(nodes, first, middle))
            first = middle
    return path[::-1]


def consistency_proof(nodes: Nodes, old: int, size: int) -> list[bytes]:
    """That the tree of `old` leaves is the beginning of the tree of `size` (RFC 6962, 2.1.2)."""
    assert 0 <= old <= size, "the older tree is not the larger one"
    if old in (0, size):
        return []
    path: list[bytes] = []
    first, end, whole = 0, size, True
    while end != old:
        middle = first + _split(end - first)
        if old <= middle:
            path.append(range_root(nodes, middle, end))
            end = middle
        else:
            path.append(range_root(nodes, first, middle))
            first, whole = middle, False
    if not whole:
        path.append(range_root(nodes, first, end))
    return path[::-1]


# --- verification (RFC 9162, 2.1.3.2 and 2.1.4.2) ----------------------------------------------


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the tree of that size and root has the hash `leaf` at an index."""
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, leaf
    for other in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(other, found)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            found = node_hash(found, other)
        node >>= 1
        last >>= 1
    return last == 0 and found == root


def consistent(old: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of `old` leaves is the beginning of the tree of `size`."""
    if not 0 <= old <= size:
        return False
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if old == size:
        return not proof and old_root == root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    node, last = old - 1, size - 1
    while node & 1:
        node >>= 1
        last >>= 1
    before = after = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            before = node_hash(other, before)
            after = node_hash(other, after)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            after = node_hash(after, other)
        node >>= 1
        last >>= 1
    return last == 0 and before == old_root and after == root

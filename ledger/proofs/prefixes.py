"""The prefix tree of draft-ietf-keytrans-protocol over SHA-256: a map from keys to commitments.

A leaf lies where its key's bits part from every other's. Empty is 32 zero bytes, a leaf
SHA-256(0x00 || key || commitment), a parent SHA-256(0x01 || left || right); the root of one leaf
alone is the leaf. Every key has one place, so one path proves what it maps to, or that it maps to
nothing.

The tree is kept in pages of four bits each: up to sixteen slots, by the next four bits of the key,
each a leaf (64 bytes: key, commitment) or the hash of the page below (32 bytes).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby

KEY_BYTES = 32
LEAF_BYTES = 64
EMPTY = bytes(32)
BITS = 4
"""Bits of the key that a page tells apart."""
DEPTH_MAX = 8 * KEY_BYTES

Slots = dict[int, bytes]
Pages = Callable[[Sequence[str]], Mapping[str, bytes]]
"""Gives the packed pages of some paths (the first digits of the keys in hexadecimal), as far as
there are any."""

_AHEAD = 5
"""Pages below each other that are asked for at one stroke."""


def leaf_node(key: bytes, commitment: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\x00" + key + commitment).digest()


def parent_node(left: bytes, right: bytes) -> bytes:
    """The hash over two neighbours, of which not both are empty."""
    return sha256(b"\x01" + left + right).digest()


# --- pages ---------------------------------------------------------------------------------------


def packed(slots: Slots) -> bytes:
    """A page in bytes: of each slot in order one byte, its place (and 16 for a hash), then it."""
    parts = []
    for place in sorted(slots):
        held = slots[place]
        parts += [bytes((place if len(held) == LEAF_BYTES else place | 16,)), held]
    return b"".join(parts)


def unpacked(page: bytes) -> Slots:
    """The slots of a page."""
    slots: Slots = {}
    at, end = 0, len(page)
    while at < end:
        size = 32 if page[at] & 16 else LEAF_BYTES
        slots[page[at] & 15] = page[at + 1 : at + 1 + size]
        at += 1 + size
    return slots


Node = tuple[bool, bytes] | None
"""A subtree: whether it is one leaf, and its hash; None where it is empty."""


def _joined(left: Node, right: Node) -> Node:
    if left is None and (right is None or right[0]):
        return right
    if right is None and left is not None and left[0]:
        return left
    return False, parent_node(left[1] if left else EMPTY, right[1] if right else EMPTY)


def _row(slots: Slots) -> list[Node]:
    row: list[Node] = [None] * 16
    for place, held in slots.items():
        leaf = len(held) == LEAF_BYTES
        row[place] = (leaf, sha256(b"\x00" + held).digest() if leaf else held)
    return row


def _rows(slots: Slots) -> list[list[Node]]:
    """The nodes of a page, from its sixteen slots up to the one node that it is."""
    rows = [_row(slots)]
    while len(rows[-1]) > 1:
        below = rows[-1]
        pairs = zip(below[::2], below[1::2], strict=True)
        rows.append([_joined(left, right) for left, right in pairs])
    return rows


def node_of(slots: Slots) -> bytes:
    """The hash of the subtree that a page holds."""
    node = _rows(slots)[-1][0]
    return EMPTY if node is None else node[1]


class PrefixTree:
    """A prefix tree in pages, which are read where they are needed; what changes is gathered."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._read: dict[str, Slots] = {}
        self.changed: dict[str, Slots] = {}
        """Pages that are new or other since they were read."""

    def put(self, leaves: Mapping[bytes, bytes]) -> bytes:
        """Set what some keys map to; the root afterwards."""
        items = sorted(leaves.items())
        self._fetch([key.hex() for key, _ in items])
        return self._put("", items) if items else self.root()

    def root(self) -> bytes:
        """The root of the tree."""
        self._fetch([""])
        return node_of(self._read.get("", {}))

    def _put(self, path: str, items: Iterable[tuple[bytes, bytes]]) -> bytes:
        slots = self._read.setdefault(path, {})
        self.changed[path] = slots
        depth = len(path)
        for digit, group in groupby(items, lambda item: item[0].hex()[depth]):
            place, leaves = int(digit, 16), list(group)
            held = slots.get(place)
            if held is not None and len(held) == LEAF_BYTES:
                other = held[:KEY_BYTES]
                if all(key != other for key, _ in leaves):
                    leaves = sorted([*leaves, (other, held[KEY_BYTES:])])
                held = None
            if held is None and len(leaves) == 1:
                slots[place] = b"".join(leaves[0])
            else:
                slots[place] = self._put(path + digit, leaves)
        return node_of(slots)

    def _fetch(self, keys: Sequence[str]) -> None:
        """Read the pages above some keys."""
        depth = 0
        while keys:
            wanted = {key[:length] for key in keys for length in range(depth, depth + _AHEAD)}
            missing = sorted(wanted - self._read.keys())
            for path, page in self._pages(missing).items() if missing else ():
                self._read[path] = unpacked(page)
            depth += _AHEAD
            keys = [key for key in keys if len(key) > depth and self._goes_on(key, depth)]

    def _goes_on(self, key: str, depth: int) -> bool:
        above = self._read.get(key[: depth - 1])
        return above is not None and len(above.get(int(key[depth - 1], 16), b"")) == len(EMPTY)

    def prove(self, key: bytes) -> PrefixProof:
        """What a key maps to, or that it maps to nothing."""
        name = key.hex()
        self._fetch([name])
        path: list[bytes] = []
        for depth in range(len(name)):
            place = int(name[depth], 16)
            rows = _rows(self._read.get(name[:depth], {}))
            for height in range(BITS, 0, -1):
                node = rows[height][place >> height]
                if node is None or node[0]:
                    break
                sibling = rows[height - 1][(place >> (height - 1)) ^ 1]
                path.append(EMPTY if sibling is None else sibling[1])
            else:
                node = rows[0][place]
                if node is not None and not node[0]:
                    continue
            return PrefixProof(tuple(path), self._leaf(name[:depth], node))
        raise AssertionError("two keys part somewhere")

    def _leaf(self, path: str, node: Node) -> bytes | None:
        """The leaf of a page whose hash a node is."""
        if node is None:
            return None
        leaves = (held for held in self._read[path].values() if len(held) == LEAF_BYTES)
        return next(held for held in leaves if sha256(b"\x00" + held).digest() == node[1])


# --- proofs --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PrefixProof:
    """The way to where a key would lie: neighbours from the root down, and what lies there."""

    path: tuple[bytes, ...]
    leaf: bytes | None
    """Key and commitment of the leaf that lies there; None where nothing does."""

    def root(self, key: bytes) -> bytes | None:
        """The root that follows; None where the proof is none for this key."""
        depth = len(self.path)
        if depth > DEPTH_MAX or any(len(step) != len(EMPTY) for step in self.path):
            return None
        node = EMPTY
        if self.leaf is not None:
            there = self.leaf[:KEY_BYTES]
            if len(self.leaf) != LEAF_BYTES or _bits(there) >> (DEPTH_MAX - depth) != _bits(
                key
            ) >> (DEPTH_MAX - depth):
                return None
            node = leaf_node(there, self.leaf[KEY_BYTES:])
        for at in range(depth - 1, -1, -1):
            right = _bits(key) >> (DEPTH_MAX - 1 - at) & 1
            sibling = self.path[at]
            node = parent_node(sibling, node) if right else parent_node(node, sibling)
        return node

    def commitment(self, key: bytes) -> bytes | None:
        """What the key maps to, if the root that follows is to be believed; None for nothing."""
        if self.leaf is None or self.leaf[:KEY_BYTES] != key:
            return None
        return self.leaf[KEY_BYTES:]


def _bits(key: bytes) -> int:
    return int.from_bytes(key, "big")

"""The map of patents the plain way: from the definition, with nothing kept and nothing shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ledger.proofs.dated import PublicFold, canonical_dated, commitment, digest_of, key_of, told_by
from ledger.proofs.prefixes import EMPTY, leaf_node, parent_node


def plain_root(leaves: Mapping[bytes, bytes], depth: int = 0) -> bytes:
    """The root of a prefix tree by its definition."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        ((key, value),) = leaves.items()
        return leaf_node(key, value)
    sides: tuple[dict[bytes, bytes], dict[bytes, bytes]] = ({}, {})
    for key, value in leaves.items():
        sides[key[depth // 8] >> (7 - depth % 8) & 1][key] = value
    return parent_node(plain_root(sides[0], depth + 1), plain_root(sides[1], depth + 1))


def plain_map(entries: Iterable[bytes]) -> bytes:
    """The root of the map that some leaves make."""
    folds: dict[str, PublicFold] = {}
    newest: dict[str, int] = {}
    for index, entry in enumerate(entries):
        told = told_by(entry)
        if told is not None:
            stream, topic = told
            folds.setdefault(stream, PublicFold(stream)).add(topic, entry)
            newest[stream] = index
    return plain_root(
        {
            key_of(stream): commitment(
                newest[stream], digest_of(canonical_dated(folds[stream].patent))
            )
            for stream in folds
        }
    )

"""Tiles and entry bundles as C2SP tlog-tiles has them, and a tree that grows by tiles.

A tile of level l holds up to 256 hashes, each the root of a full subtree of 256^l leaves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ledger.proofs.merkle import EMPTY_ROOT, HASH_BYTES, Nodes, row_root

WIDTH = 256
"""Hashes of a full tile, entries of a full bundle."""
HEIGHT = 8
LEVEL_MAX = 63

TILE_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/)*[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


class BadTile(ValueError):
    """A path that names no tile, or bytes that are none."""


@dataclass(frozen=True, slots=True)
class Tile:
    """Which tile or bundle a path names."""

    level: int | None
    """None for a bundle of entries."""
    index: int
    width: int = WIDTH
    """Below 256 of a partial one."""

    @property
    def path(self) -> str:
        """Its path under the log's prefix."""
        level = "entries" if self.level is None else str(self.level)
        partial = f".p/{self.width}" if self.width < WIDTH else ""
        return f"tile/{level}/{index_path(self.index)}{partial}"

    @property
    def full(self) -> bool:
        return self.width == WIDTH


def index_path(index: int) -> str:
    """A number in groups of three digits, all but the last marked: 1234067 is x001/x234/067."""
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])


def parse_path(path: str) -> Tile:
    """The tile that a path names; each tile has one path."""
    found = TILE_PATH.fullmatch(path)
    if found is None:
        raise BadTile(f"{path} names no tile")
    level = None if found["level"] == "entries" else int(found["level"])
    index = int(found["index"].replace("/", "").replace("x", ""))
    tile = Tile(level, index, int(found["width"] or WIDTH))
    if tile.path != path or (level or 0) > LEVEL_MAX:
        raise BadTile(f"{path} names no tile")
    return tile


def width_at(size: int, level: int, index: int) -> int:
    """How many hashes a tile has in a tree of so many leaves, 0 to 256."""
    return max(0, min(WIDTH, (size >> HEIGHT * level) - index * WIDTH))


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile and bundle of a tree of so many leaves, partial ones at its edge."""
    level = 0
    while count := size >> HEIGHT * level:
        for index in range(-(-count // WIDTH)):
            width = width_at(size, level, index)
            if level == 0:
                yield Tile(None, index, width)
            yield Tile(level, index, width)
        level += 1


def bundle(entries: Sequence[bytes]) -> bytes:
    """A bundle: each entry behind its length in two bytes."""
    return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])


def entries_of(data: bytes) -> list[bytes]:
    """The entries of a bundle."""
    found = []
    place, end = 0, len(data)
    while place < end:
        start = place + 2
        place = start + int.from_bytes(data[place:start], "big") if start <= end else end + 1
        if place > end:
            raise BadTile("the bundle ends within an entry")
        found.append(data[start:place])
    return found


def split(hashes: bytes) -> list[bytes]:
    """The hashes of a tile."""
    return [hashes[i : i + HASH_BYTES] for i in range(0, len(hashes), HASH_BYTES)]


TileReader = Callable[[int, int], bytes]
"""Gives the hashes of a tile (level, index), as many as there are."""


def nodes_of(read: TileReader) -> Nodes:
    """The nodes of a tree that lies in tiles."""

    def node(height: int, index: int) -> bytes:
        level, below = divmod(height, HEIGHT)
        first = index << below
        hashes = read(level, first // WIDTH)
        begin = first % WIDTH * HASH_BYTES
        row = split(hashes[begin : begin + (HASH_BYTES << below)])
        assert len(row) == 1 << below, "the tile holds the subtree"
        return row_root(row)

    return node


@dataclass
class Edge:
    """The right edge of a growing tree: of each level, the hashes of the tile not yet full."""

    size: int = 0
    levels: list[list[bytes]] = field(default_factory=list)

    def copy(self) -> Edge:
        return Edge(self.size, [list(level) for level in self.levels])

    def extend(self, leaves: Sequence[bytes]) -> dict[tuple[int, int], bytes]:
        """Append hashes of leaves; every tile that is new or longer, by level and index."""
        changed: dict[tuple[int, int], bytes] = {}
        self.size += len(leaves)
        level, row = 0, list(leaves)
        while row:
            if level == len(self.levels):
                self.levels.append([])
            row = self.levels[level] + row
            index = ((self.size >> HEIGHT * level) - len(row)) // WIDTH
            full = len(row) // WIDTH * WIDTH
            above = []
            for begin in range(0, full, WIDTH):
                hashes = row[begin : begin + WIDTH]
                changed[level, index] = b"".join(hashes)
                above.append(row_root(hashes))
                index += 1
            self.levels[level] = row[full:]
            if self.levels[level]:
                changed[level, index] = b"".join(self.levels[level])
            level, row = level + 1, above
        return changed

    def root(self) -> bytes:
        """The root of the tree."""
        found: list[bytes] = []
        for level in self.levels:
            if level or found:
                found = [row_root([*level, *found])]
        return found[0] if found else EMPTY_ROOT

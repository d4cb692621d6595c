"""Charts as inline SVG: bars, columns beside each other or stacked, and boxes of quartiles.

A chart states its figures in words for those who do not see it, loads nothing and runs nothing. A
figure that is kept back has a hatched stump in its place, and its own word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Final

WIDTH: Final = 760
ROW: Final = 22
LABELS: Final = 300
"""Room for the labels of bars, in pixels."""
TOLD: Final = 130
"""Room for the figures beside bars."""
HEIGHT: Final = 220
FOOT: Final = 26
STUMP: Final = 12
"""Length of what stands for a figure that is kept back."""


@dataclass(frozen=True, slots=True)
class Point:
    """A figure: how long it is drawn, None where there is none, and how it is written."""

    value: Decimal | None
    told: str
    kept: bool = False
    """Whether it is kept back."""

    @property
    def kind(self) -> str | None:
        """The style of what is kept back."""
        return "kept" if self.kept else None

    def length(self, most: Decimal, room: Decimal) -> float:
        """How long it is drawn, where the greatest figure fills the room."""
        if self.kept:
            return STUMP
        return 0.0 if self.value is None else float(round(self.value / most * room, 1))


@dataclass(frozen=True, slots=True)
class Row:
    """A label with its figures, one for each series."""

    label: str
    points: tuple[Point, ...]


def bars(title: str, rows: Sequence[Row]) -> str:
    """Horizontal bars, one a row."""
    longest = _most(point.value for row in rows for point in row.points[:1])
    room = Decimal(WIDTH - LABELS - TOLD)
    parts = []
    for place, row in enumerate(rows):
        (point, *_), top = row.points, place * ROW
        length, middle = point.length(longest, room), top + ROW * 0.68
        said, kind = f"{row.label}: {point.told}", point.kind or "s0"
        parts.append(_label(LABELS - 8, middle, row.label, "end"))
        parts.append(_rect(LABELS, top + 3, length, ROW - 6, kind, said))
        parts.append(_label(LABELS + length + 6, middle, point.told, "start"))
    return _svg(title, rows, len(rows) * ROW, "".join(parts))


def columns(title: str, rows: Sequence[Row], *, stacked: bool = False) -> str:
    """Columns of several series, beside each other or on top of each other."""
    sums = [_sum(row) if stacked else _most(p.value for p in row.points) for row in rows]
    highest, room = _most(sums), Decimal(HEIGHT - FOOT - 8)
    slot = WIDTH / max(1, len(rows))
    parts = []
    for place, row in enumerate(rows):
        width = slot * 0.72 / (1 if stacked else max(1, len(row.points)))
        left, floor = place * slot + slot * 0.14, float(HEIGHT - FOOT)
        for series, point in enumerate(row.points):
            height, kind = point.length(highest, room), point.kind or f"s{series}"
            said = f"{row.label}: {point.told}"
            parts.append(_rect(left, floor - height, width * 0.94, height, kind, said))
            if stacked:
                floor -= height
            else:
                left += width
        parts.append(_label(place * slot + slot / 2, HEIGHT - 8, row.label, "middle"))
    return _svg(title, rows, HEIGHT, "".join(parts))


def boxes(title: str, rows: Sequence[Row]) -> str:
    """Boxes from the first to the third quartile with a line at the median: three points a row."""
    longest = _most(point.value for row in rows for point in row.points)
    room = Decimal(WIDTH - LABELS - TOLD)
    parts = []
    for place, row in enumerate(rows):
        top, middle = place * ROW, place * ROW + ROW * 0.68
        values = [point.value for point in row.points]
        parts.append(_label(LABELS - 8, middle, row.label, "end"))
        said = " · ".join(dict.fromkeys(point.told for point in row.points))
        edges = [LABELS + float(v / longest * room) for v in values if v is not None]
        if len(edges) == len(values):
            first, median, third = edges
            width = max(1.0, third - first)
            parts.append(_rect(first, top + 3, width, ROW - 6, "s0", f"{row.label}: {said}"))
            parts.append(_rect(median - 1, top + 1, 2, ROW - 2, "line", said))
        else:
            third = LABELS + STUMP
            parts.append(_rect(LABELS, top + 3, STUMP, ROW - 6, "kept", f"{row.label}: {said}"))
        parts.append(_label(third + 6, middle, said, "start"))
    return _svg(title, rows, len(rows) * ROW, "".join(parts))


def key(names: Sequence[str]) -> str:
    """What the colours of the series mean."""
    told = "".join(
        f'<span><i class="s{place}"></i>{escape(name)}</span>' for place, name in enumerate(names)
    )
    return f'<p class="key">{told}</p>'


STYLE: Final = """
svg { width: 100%; height: auto; font: 12px sans-serif; overflow: visible }
.s0 { fill: #1f4e79; background: #1f4e79 } .s1 { fill: #b3763a; background: #b3763a }
.s2 { fill: #6b7f4f; background: #6b7f4f } .kept { fill: url(#kept) } .line { fill: #e2c044 }
.key span { margin-right: 1.5em } .key i { display: inline-block; width: .9em; height: .9em;
  margin-right: .4em; vertical-align: -.1em }
"""
HATCHING: Final = (
    '<svg class="defs" width="0" height="0" aria-hidden="true"><defs><pattern id="kept" '
    'width="4" height="4" patternUnits="userSpaceOnUse"><path d="M0 4L4 0" stroke="#888"/>'
    "</pattern></defs></svg>"
)
"""Stands once on a page: how what is kept back is filled."""


def _svg(title: str, rows: Sequence[Row], height: int, drawn: str) -> str:
    told = "; ".join(f"{row.label}: {', '.join(p.told for p in row.points)}" for row in rows)
    return (
        f'<svg viewBox="0 0 {WIDTH} {max(height, ROW)}" role="img">'
        f"<title>{escape(title)}</title><desc>{escape(told)}</desc>{drawn}</svg>"
    )


def _rect(left: float, top: float, width: float, height: float, kind: str, said: str) -> str:
    return (
        f'<rect class="{kind}" x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}"><title>{escape(said)}</title></rect>'
    )


def _label(left: float, top: float, said: str, anchor: str) -> str:
    return f'<text x="{left:.1f}" y="{top:.1f}" text-anchor="{anchor}">{escape(said)}</text>'


def _sum(row: Row) -> Decimal:
    return sum((point.value for point in row.points if point.value is not None), Decimal(0))


def _most(values: Iterator[Decimal | None] | Sequence[Decimal | None]) -> Decimal:
    """The greatest of the values; 1 where none is greater than nothing."""
    return max((value for value in values if value is not None and value > 0), default=Decimal(1))

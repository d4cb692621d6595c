"""The charts of the bulletin, each with the table of the figures that it is drawn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ledger.printing import bulletin_words as said
from ledger.printing import charts
from ledger.printing.charts import Point, Row
from ledger.printing.figures import Cell, number
from ledger.printing.told import Told

GROUPS_MAX: Final = 12
"""Groups that a chart shows, the greatest first."""
QUARTILES: Final = {"Q1": "rate_q1", "Q2": "rate_median", "Q3": "rate_q3"}

Write = Callable[[Cell | None], str]


@dataclass(frozen=True, slots=True)
class Table:
    """A small table."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with the figures it is drawn from."""

    title: str
    drawing: str
    table: Table


def by_group(told: Told, question: str, measure: str, title: str) -> Chart:
    """Bars of the groups of a dimension, compared with the year before in the table."""
    write, text = _written(told, measure), told.text
    groups = told.groups(question, measure)[:GROUPS_MAX]
    rows = [Row(name, (_point(cell, write),)) for name, cell in groups]
    columns = ("", text(said.VALUE), text(said.BEFORE), text(said.GROWTH))
    compared = tuple((name, *_compared(told, cell, write)) for name, cell in groups)
    return Chart(text(title), charts.bars(text(title), rows), Table(columns, compared))


def by_month(told: Told, question: str, measure: str, title: str) -> Chart:
    """Columns of each month beside those of the same month a year before."""
    write, text = _written(told, measure), told.text
    rows = [
        Row(told.figures.month(cell["period"]), (_point(cell, write), _point(_before(cell), write)))
        for cell in told.cells(question, measure)
        if not cell["group"]
    ]
    names = (text(said.THIS_YEAR), text(said.YEAR_BEFORE))
    drawing = charts.columns(text(title), rows) + charts.key(names)
    return Chart(text(title), drawing, _table(names, rows))


def acts_by_month(told: Told, question: str, title: str) -> Chart:
    """Columns of each month, its groups on top of each other."""
    by_period: dict[str, dict[str, Cell]] = {}
    for cell in told.cells(question, "times"):
        if cell["group"]:
            by_period.setdefault(cell["period"], {})[told.named(question, cell)] = cell
    acts = list(dict.fromkeys(name for found in by_period.values() for name in found))
    none: Cell = {"value": 0}
    rows = [
        Row(
            told.figures.month(period),
            tuple(_point(found.get(act, none), told.figures.count) for act in acts),
        )
        for period, found in by_period.items()
    ]
    drawing = charts.columns(told.text(title), rows, stacked=True) + charts.key(acts)
    return Chart(told.text(title), drawing, _table(acts, rows))


def rates(told: Told, question: str, title: str) -> Chart:
    """Boxes of the quartiles of rates, one a base that has any."""
    rows = []
    for name, median in told.groups(question, QUARTILES["Q2"]):
        if median.get("value") is None and not median.get("suppressed"):
            continue
        ((_, code),) = median["group"].items()
        found = [told.cell(question, measure, code) for measure in QUARTILES.values()]
        rows.append(Row(name, tuple(_point(cell, told.figures.rate) for cell in found)))
    return Chart(told.text(title), charts.boxes(told.text(title), rows), _table([*QUARTILES], rows))


def _written(told: Told, measure: str) -> Write:
    """How figures of a measure are written."""
    return told.figures.yuan if "amount" in measure else told.figures.count


def _point(cell: Cell | None, write: Write) -> Point:
    return Point(number(cell), write(cell), kept=bool(cell and cell.get("suppressed")))


def _before(cell: Cell) -> Cell:
    """The figure of the year before, which is not told where the figure is not."""
    return {"value": cell.get("before"), "suppressed": cell.get("suppressed")}


def _compared(told: Told, cell: Cell, write: Write) -> tuple[str, str, str]:
    """A figure, that of the year before, and growth."""
    if cell.get("suppressed"):
        return write(cell), "", ""
    before = "" if cell.get("before") is None else write(_before(cell))
    growth = "" if cell.get("growth") is None else told.figures.percent(cell, "growth")
    return write(cell), before, growth


def _table(names: tuple[str, ...] | list[str], rows: list[Row]) -> Table:
    return Table(("", *names), tuple((r.label, *(p.told for p in r.points)) for r in rows))

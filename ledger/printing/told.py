"""Reports of the statistics as the bulletin reads them: cells and groups, named in a language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.printing.figures import Cell, Figures, number

Report = Mapping[str, Any]
Reports = Mapping[str, Report]
"""Reports by the names of the bulletin's questions (statistics/bulletin.py)."""
Dictionary = Sequence[Mapping[str, Any]]


class Told:
    """Reports, read in a language."""

    def __init__(self, figures: Figures, reports: Reports, dictionary: Dictionary) -> None:
        self.figures = figures
        self.reports = reports
        self._families = {family["family"]: family for family in dictionary}

    @property
    def period(self) -> str:
        """The days that all reports are of."""
        asked = next(iter(self.reports.values()))["query"]
        first, last = (date.fromisoformat(asked[name]) for name in ("from", "until"))
        return self.figures.period(first, last)

    def text(self, english: str, **parts: str) -> str:
        """A text with its parts put in."""
        said = self.figures.words.text(english)
        return said.format(**parts) if parts else said

    def cells(self, question: str, measure: str) -> list[Cell]:
        """The figures of a measure; none where nobody was asked for them."""
        asked = self.reports.get(question)
        return [] if asked is None else [c for c in asked["cells"] if c["measure"] == measure]

    def cell(self, question: str, measure: str, code: str | None = None) -> Cell | None:
        """The figure of all together, or of one group."""
        for cell in self.cells(question, measure):
            if tuple(cell["group"].values()) == (() if code is None else (code,)):
                return cell
        return None

    def groups(self, question: str, measure: str) -> list[tuple[str, Cell]]:
        """The figures of the groups with their names, the greatest first, what is suppressed
        last."""
        found = [
            (self.named(question, cell), cell)
            for cell in self.cells(question, measure)
            if cell["group"]
        ]
        found.sort(key=lambda one: -(number(one[1]) or Decimal(-1)))
        return found

    def named(self, question: str, cell: Cell) -> str:
        """The name of a group in the language."""
        family = self._families[self.reports[question]["query"]["family"]]
        ((dimension, code),) = cell["group"].items()
        names = next(d["names"] for d in family["dimensions"] if d["name"] == dimension)
        named: str = names[code][self.figures.words.language] if code in names else code
        return named

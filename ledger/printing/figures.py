"""Figures of the statistics as a reader of a language writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from babel.dates import format_date, format_skeleton

from ledger.domain.money import plain
from ledger.printing import bulletin_words as said
from ledger.printing.values import LOCALES
from ledger.wording import Wording

Cell = Mapping[str, Any]
"""A cell of a report: `value` is None where there is no figure, `suppressed` where it is kept
back."""

BILLION: Final = Decimal(1_000_000_000)
MILLION: Final = Decimal(1_000_000)
YI: Final = Decimal(100_000_000)
"""亿, in which Chinese readers count what English ones count in billions."""
WAN: Final = Decimal(10_000)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Figures:
    """Writes figures in a language."""

    words: Wording

    @property
    def locale(self) -> str:
        return LOCALES[self.words.language]

    def untold(self, cell: Cell | None) -> str | None:
        """The word that stands for a figure that is not told; None where it is."""
        if cell is not None and cell.get("suppressed"):
            return self.words.text(said.SUPPRESSED)
        if cell is None or cell.get("value") is None:
            return self.words.text(said.NOTHING)
        return None

    def count(self, cell: Cell | None, name: str = "value") -> str:
        """A number of things."""
        return self.untold(cell) or self.number(number(cell, name))

    def number(self, value: Decimal | None) -> str:
        """A number with its digits in groups; nothing is rounded."""
        if value is None:
            return self.words.text(said.NOTHING)
        return f"{value:,f}"

    def rate(self, cell: Cell | None) -> str:
        """A rate of a royalty without the zeros that say nothing; the chart says of what."""
        value = number(cell)
        if value is None:
            return self.untold(cell) or self.words.text(said.NOTHING)
        return plain(value)

    def percent(self, cell: Cell | None, name: str = "value") -> str:
        """A share or a rate, in percent; of a figure that is told it may be kept back."""
        value = number(cell, name)
        if value is None:
            return self.untold(cell) or self.words.text(said.SUPPRESSED)
        return f"{self.number(value)}{'' if self.words.language == 'zh' else ' '}%"

    def yuan(self, cell: Cell | None) -> str:
        """An amount of yuan, as it is read: in billions or millions, in 亿 or 万."""
        value = number(cell)
        if value is None or self.untold(cell):
            return self.untold(cell) or self.words.text(said.NOTHING)
        chinese = self.words.language == "zh"
        large, small = (YI, WAN) if chinese else (BILLION, MILLION)
        places = ("0.1", "0.1") if chinese else ("0.01", "0.001")
        if value >= BILLION or (chinese and value >= YI):
            return self._in(value / large, places[0], said.LARGE_YUAN)
        if value >= (WAN if chinese else MILLION):
            return self._in(value / small, places[1], said.SMALL_YUAN)
        return self._in(value, "1", said.YUAN)

    def _in(self, value: Decimal, places: str, unit: str) -> str:
        rounded = value.quantize(Decimal(places), ROUND_HALF_UP)
        return self.words.text(unit).format(number=self.number(rounded))

    def change(self, cell: Cell | None) -> str:
        """Growth year on year, to be put behind a figure; nothing where it is not told."""
        if cell is None or cell.get("suppressed") or cell.get("growth") is None:
            return ""
        percent = Decimal(cell["growth"])
        form = said.LESS if percent < 0 else said.MORE if percent else said.SAME
        return self.words.text(form).format(percent=self.number(abs(percent)))

    def day(self, day: date) -> str:
        return str(format_date(day, "long", locale=self.locale))

    def month(self, label: str) -> str:
        """A month such as 2022-03, by its short name."""
        year, _, month = label.partition("-")
        return str(format_skeleton("MMM", date(int(year), int(month), 1), locale=self.locale))

    def period(self, first: date, last: date) -> str:
        """Days as people call them: a year, a half, a quarter, a month, or from day to day."""
        after = last + _DAY
        months = (after.year - first.year) * 12 + after.month - first.month
        if first.day != 1 or after.day != 1 or months not in said.SPANS:
            whole = self.words.text(said.FROM_TO)
            return whole.format(first=self.day(first), last=self.day(last))
        part, fits = divmod(first.month - 1, months)
        if fits:
            whole = self.words.text(said.FROM_TO)
            return whole.format(first=self.day(first), last=self.day(last))
        return self.words.text(said.SPANS[months][part]).format(year=first.year)


def number(cell: Cell | None, name: str = "value") -> Decimal | None:
    """A figure of a cell as a number; None where it is not told."""
    if cell is None or cell.get("suppressed"):
        return None
    value = cell.get(name)
    return None if value is None else Decimal(value)


def nothing(cell: Cell | None) -> bool:
    """Whether there is nothing to tell of; what is suppressed may be anything."""
    return cell is None or not (cell.get("suppressed") or number(cell))

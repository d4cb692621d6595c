"""The shapes of a definition: families, what they group by, what they count.

A measure is one definition in one place. Its query, its entry in the data dictionary, its words in
answers and its check all follow from that one value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.projections.history import View


@dataclass(frozen=True, eq=False)
class Dimension:
    """By what figures may be grouped or narrowed."""

    name: str
    """The column of the basis, and the name in questions and answers."""
    en: str
    zh: str
    codes: str
    """Where the codes come from."""
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Code → English and Chinese name, where the list is closed."""
    add_up: bool = True
    """Whether each act is in one group alone; a contract over patents of two kinds is in both."""


@dataclass(frozen=True, eq=False)
class Basis:
    """Rows that measures are counted on, as known at a position: each with `day`, by which it
    belongs to a period, and the columns of the dimensions."""

    name: str
    en: str
    """What a row stands for."""
    dated_by: str
    """The day by which a row belongs to a period."""
    changes: str
    """What corrections, revocations and changes do to it."""
    sql: str
    """Rows known at %(known)s; may look at %(trademarks)s and %(rates)s."""
    once: str | None = None
    """The column of which each value counts once in a cell: of a contract over many patents one
    row; None counts every row."""
    standing: bool = False
    """Whether rows are counted where they stand on the last day of the period: `day` is then the
    first day on which they stand and `stands_until` the first on which they no longer do."""
    amounts: bool = False
    """Whether a column `yuan` is wanted, the amount by the stated table of rates."""
    dimensions: tuple[Dimension, ...] = ()
    """Further dimensions that only these rows have."""
    unit: str = "contract"
    """The column that names the contract a row is of, of which a public figure needs many."""


Finish = Callable[[Any], Any]


@dataclass(frozen=True, eq=False)
class Measure:
    """One figure: what it is, in words and as an aggregate over a basis."""

    name: str
    basis: Basis
    sql: str
    """The aggregate over the rows of a cell."""
    unit: str
    en: str
    zh: str
    meaning: str
    """What is counted or reckoned, beyond what the basis says."""
    finish: Finish | None = None
    """What is made of the aggregate, where it is not the figure itself."""
    grows: bool = True
    """Whether growth year on year is told."""
    shares: bool = False
    """Whether a group's share in the whole is told."""
    rests_on: str = ""
    """Which rows of the basis the figure can be told apart by, where not all: a public figure
    needs many of those."""
    entitled: bool = False
    """Whether only auditors and statisticians are told it, whatever the release."""

    @property
    def empty(self) -> int | None:
        """The figure of a cell without any row: of what is counted 0, of the rest there is none."""
        return 0 if self.sql.startswith("count(") else None


@dataclass(frozen=True, eq=False)
class Family:
    """Measures of one subject, with the tables they are counted on."""

    name: str
    en: str
    zh: str
    definition: str
    """Rises whenever a figure of the same name would come out otherwise."""
    views: tuple[View, ...]
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    trademarks: bool = False
    """Whether trademarks may be counted beside patents."""

    def measure(self, name: str) -> Measure:
        """The measure of a name; KeyError where there is none."""
        return {each.name: each for each in self.measures}[name]

    def dimension(self, name: str) -> Dimension:
        """The dimension of a name, of the family or of one of its bases; KeyError where there is
        none."""
        return {each.name: each for each in self.every_dimension}[name]

    @property
    def every_dimension(self) -> tuple[Dimension, ...]:
        """The dimensions of all measures, then those of some."""
        of_bases = [d for m in self.measures for d in m.basis.dimensions]
        return tuple(dict.fromkeys((*self.dimensions, *of_bases)))

    @property
    def bases(self) -> tuple[Basis, ...]:
        """What the measures are counted on."""
        return tuple(dict.fromkeys(measure.basis for measure in self.measures))


def total_in_yuan(narrowed: str = "") -> str:
    """The sum of a basis' amounts in yuan; none where an amount has no rate."""
    return (
        f"CASE WHEN coalesce(bool_or(amount IS NOT NULL AND yuan IS NULL) {narrowed}, false) "
        f"THEN NULL ELSE coalesce(sum(yuan) {narrowed}, 0) END"
    )

"""What is asked of the statistics, checked against the definitions before anything is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from ledger.domain.money import CURRENCIES
from ledger.projections.statistics.families import FAMILIES
from ledger.projections.statistics.measures import Dimension, Family, Measure
from ledger.projections.statistics.periods import Every, Period, periods

BY_MAX: Final = 3
"""Dimensions by which figures may be grouped at once."""
PERIODS_MAX: Final = 400


class BadQuery(ValueError):
    """What is asked for is nothing that is defined; says which member of the question it is."""

    def __init__(self, member: str, message: str) -> None:
        super().__init__(message)
        self.member = member


EVERY_YEAR: Final = "*"
Rates = Mapping[str, Mapping[str, str]]
"""Currency → year, or `*` for every other → yuan for one, as decimal text."""


@dataclass(frozen=True)
class Query:
    """A question: which figures of which days, grouped by what, as known at which position."""

    family: str
    first: date
    last: date
    every: Every = Every.WHOLE
    by: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Dimension → the codes that count; others are left out of the population."""
    measures: tuple[str, ...] = ()
    """Names; none means all that can be grouped and narrowed so."""
    trademarks: bool = False
    """Whether pledges of trademarks count beside those of patents."""
    rates: Rates = field(default_factory=dict)
    rates_source: str | None = None

    @property
    def definition(self) -> Family:
        """The family asked of."""
        return FAMILIES[self.family]

    @property
    def periods(self) -> list[Period]:
        """The periods asked for."""
        return periods(self.first, self.last, self.every)

    @property
    def dimensions(self) -> list[Dimension]:
        """The dimensions by which figures are grouped."""
        return [self.definition.dimension(name) for name in self.by]

    @property
    def asked(self) -> list[Measure]:
        """The measures asked for, in the order of their definition."""
        wanted = {*self.by, *self.where}
        return [
            measure
            for measure in self.definition.measures
            if (not self.measures or measure.name in self.measures)
            and wanted <= {d.name for d in (*self.definition.dimensions, *measure.basis.dimensions)}
        ]

    def checked(self) -> Query:
        """The query, if all that it names is defined; BadQuery otherwise."""
        if self.family not in FAMILIES:
            raise BadQuery("family", f"a family is one of {', '.join(FAMILIES)}")
        if self.last < self.first:
            raise BadQuery("until", "the period ends before it begins")
        if len(self.periods) > PERIODS_MAX:
            raise BadQuery("every", f"these days have more than {PERIODS_MAX} such periods")
        self._check_names()
        if self.trademarks and not self.definition.trademarks:
            raise BadQuery("with_trademarks", "only pledges of trademarks are counted")
        self._check_rates()
        return self

    def _check_names(self) -> None:
        known = {d.name: d for d in self.definition.every_dimension}
        if len(self.by) > BY_MAX or len(set(self.by)) < len(self.by):
            raise BadQuery("by", f"figures are grouped by at most {BY_MAX} different dimensions")
        for member, names in (("by", self.by), ("where", self.where)):
            for name in names:
                if name not in known:
                    raise BadQuery(member, f"{name} is none of {', '.join(known)}")
        for name, codes in self.where.items():
            for code in codes:
                if known[name].names and code not in known[name].names:
                    raise BadQuery("where", f"{name} has no {code}")
        measures = {m.name for m in self.definition.measures}
        for name in self.measures:
            if name not in measures:
                raise BadQuery("measure", f"{name} is none of {', '.join(sorted(measures))}")
        lost = set(self.measures) - {m.name for m in self.asked}
        if lost:
            raise BadQuery("measure", f"{', '.join(sorted(lost))} cannot be grouped so")

    def _check_rates(self) -> None:
        for currency, years in self.rates.items():
            if currency not in CURRENCIES or currency == "CNY":
                raise BadQuery("rates", f"{currency} is no other currency")
            for year, rate in years.items():
                if year != EVERY_YEAR and not (year.isdecimal() and len(year) == 4):
                    raise BadQuery("rates", f"{year} is no year")
                try:
                    good = Decimal(rate).is_finite() and Decimal(rate) > 0
                except InvalidOperation:
                    good = False
                if not good:
                    raise BadQuery("rates", f"{rate} is no rate of {currency}")

    def as_json(self) -> dict[str, Any]:
        """The query as a report states it; `query_of` reads it back."""
        return {
            "family": self.family,
            "from": self.first.isoformat(),
            "until": self.last.isoformat(),
            "every": self.every.value,
            "by": list(self.by),
            "where": {name: list(codes) for name, codes in sorted(self.where.items())},
            "measures": list(self.measures),
            "with_trademarks": self.trademarks,
            "rates": {c: dict(sorted(y.items())) for c, y in sorted(self.rates.items())},
            "rates_source": self.rates_source,
        }


def query_of(stated: Mapping[str, Any]) -> Query:
    """The query that a report states."""
    try:
        return Query(
            family=stated["family"],
            first=date.fromisoformat(stated["from"]),
            last=date.fromisoformat(stated["until"]),
            every=Every(stated["every"]),
            by=tuple(stated["by"]),
            where={name: tuple(codes) for name, codes in stated["where"].items()},
            measures=tuple(stated["measures"]),
            trademarks=stated["with_trademarks"],
            rates=stated["rates"],
            rates_source=stated["rates_source"],
        ).checked()
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, BadQuery):
            raise
        raise BadQuery("query", f"the query cannot be read: {error}") from error


def narrowed(conditions: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Conditions such as `kind=invention,design`, as a question states them."""
    found: dict[str, tuple[str, ...]] = {}
    for condition in conditions:
        name, sign, codes = condition.partition("=")
        if not sign or not codes:
            raise BadQuery("where", f"{condition} does not read dimension=code,code")
        found[name] = (*found.get(name, ()), *codes.split(","))
    return found

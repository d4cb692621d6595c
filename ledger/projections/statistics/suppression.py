"""Disclosure control: which figures of a release are not told, so that none tells of a few.

A figure rests on a set of contracts. It is *unsafe* where they are few, of few parties, or where
one party has more than half of the amount. Unsafe figures are suppressed, and with them as many
others as it takes that subtraction does not give them back: within a table, between tables, and
between releases, whose figures are known to everybody already.

Two attacks are reckoned with. The difference of two published sets of which one contains the
other; and any sum of published figures, each times any number, which is the question of whether a
suppressed figure lies in the space that the published ones span (Cox, "Suppression methodology and
statistical disclosure control", JASA 75, 1980). Quartiles and distinct counts do not add up and are
told or suppressed with the set that they rest on.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import permutations
from typing import Final, NamedTuple

from ledger.settings import Settings

Mask = int
"""A set of units: bit n is the unit n."""

PRIME: Final = (1 << 26) - 5
"""Sums are looked for modulo a large prime: one over the rationals is one there too."""

FIELD: Final = 64
"""Bits of a number in a row, which is one integer."""

PRODUCTS_MAX: Final = 1 << 11
"""Products of two numbers below the prime that are added up in a field at most."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When a figure may be told."""

    contracts_above: int = 20
    parties_min: int = 3
    share_max: Decimal = Decimal("0.5")


def release_limits(settings: Settings) -> Limits:
    """The limits that the operator has set."""
    return Limits(
        settings.release_contracts_above, settings.release_parties_min, settings.release_share_max
    )


@dataclass(frozen=True, slots=True)
class Unit:
    """A contract as it was known: the party that gives the right, and what it paid, by currency."""

    party: str
    amounts: Mapping[str, Decimal]


class Key(NamedTuple):
    """What a figure is of."""

    population: str
    """What rows it is counted on, and which of them it rests on."""
    period: str
    by: str
    """The dimension; none for all together."""
    code: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a release, or of an earlier one that everybody knows."""

    key: Key
    mask: Mask
    amounts: bool = False
    """Whether amounts of money can be read from it."""
    released: bool = False
    """Whether an earlier release tells it."""


def suppressed(
    figures: Iterable[Figure],
    units: Sequence[Unit],
    limits: Limits,
    withheld: Iterable[Figure] = (),
) -> set[Key]:
    """The figures that are not told; `withheld` are those that earlier releases did not tell."""
    return Control(list(figures), units, limits, list(withheld)).run()


class Control:
    """One run of disclosure control over all figures of a family."""

    def __init__(
        self,
        figures: list[Figure],
        units: Sequence[Unit],
        limits: Limits,
        withheld: list[Figure],
    ) -> None:
        self._withheld = withheld
        self._units = units
        self._limits = limits
        self._told = {f for f in figures if f.released}
        self._mine = [f for f in figures if not f.released]
        self._hidden: list[Figure] = []
        self._judged: dict[tuple[Mask, bool], bool] = {}

    def run(self) -> set[Key]:
        for figure in self._mine:
            if figure.mask and self.unsafe(figure.mask, figure.amounts):
                self._hidden.append(figure)
            else:
                self._told.add(figure)
        self._residuals()
        self._differences()  # once: what is told only becomes less, and a pair that it left is safe
        while self._sums():
            self._residuals()
        return {figure.key for figure in self._hidden}

    def unsafe(self, mask: Mask, amounts: bool) -> bool:
        """Whether a set of contracts is too few, too few's, or mostly one's."""
        judged = self._judged.get((mask, amounts))
        if judged is None:
            judged = self._judged[mask, amounts] = self._judge(mask, amounts)
        return judged

    def _judge(self, mask: Mask, amounts: bool) -> bool:
        limits = self._limits
        if mask.bit_count() <= limits.contracts_above:
            return True
        members = [self._units[place] for place in bits(mask)]
        if len({unit.party for unit in members}) < limits.parties_min:
            return True
        return amounts and any(
            max(of_parties.values()) > limits.share_max * sum(of_parties.values())
            for of_parties in _by_currency(members).values()
        )

    def _hide(self, figure: Figure) -> None:
        self._told.discard(figure)
        self._hidden.append(figure)

    # -- within a table

    def _residuals(self) -> bool:
        """Hide the smallest of a table as long as all together less those told is unsafe."""
        tables: dict[tuple[str, str, str], list[Figure]] = defaultdict(list)
        totals: dict[tuple[str, str], list[Figure]] = defaultdict(list)
        for figure in self._told:
            key = figure.key
            if key.by:
                tables[key.population, key.period, key.by].append(figure)
            else:
                totals[key.population, key.period].append(figure)
        found = False
        for (population, period, _), table in tables.items():
            mine = sorted((f for f in table if not f.released), key=_size)
            for total in totals[population, period]:
                while (rest := total.mask & ~_union(table)) and self.unsafe(rest, total.amounts):
                    if not mine:
                        break
                    smallest = mine.pop(0)
                    table.remove(smallest)
                    self._hide(smallest)
                    found = True
        return found

    def _adding_to(self, population: str) -> list[Figure]:
        """The figures told of a population, and of every other that says one of its figures again:
        contracts with a fixed amount in all are the group `fixed` of the contracts by class, and a
        sum in the one is a sum in the other. Of figures that rest on one set, one."""
        every = [*self._told, *self._hidden, *self._withheld]
        own = {f.mask for f in every if f.key.population == population and f.mask}
        others = {f.key.population for f in every if f.mask in own}
        once: dict[Mask, Figure] = {}
        for figure in sorted(self._told, key=lambda f: (not f.released, f.key)):
            if figure.mask and figure.key.population in others:
                once.setdefault(figure.mask, figure)
        return list(once.values())

    # -- between tables and releases

    def _differences(self) -> bool:
        """Hide one of two sets whose difference is unsafe."""
        found = False
        told = sorted((f for f in self._told if f.mask), key=_size)
        for less, more in permutations(told, 2):
            if less not in self._told or more not in self._told:
                continue
            changed = less.released != more.released and less.key == more.key
            difference = less.mask ^ more.mask
            if not difference or not (changed or less.mask & ~more.mask == 0):
                continue
            if self.unsafe(difference, less.amounts or more.amounts):
                victim = next((f for f in (less, more) if not f.released), None)
                if victim is not None:
                    self._hide(victim)
                    found = True
        return found

    def _sums(self) -> bool:
        """Hide one figure more for each unsafe one that a sum of those told gives away."""
        found = False
        wanted = [f for f in (*self._hidden, *self._withheld) if self.unsafe(f.mask, f.amounts)]
        for population in {figure.key.population for figure in wanted}:
            told = self._adding_to(population)
            sought = [f for f in wanted if f.key.population == population]
            for leaking in derivable(told, sought):
                touching = [f for f in told if not f.released and f.mask & leaking.mask]
                victims = sorted(touching, key=lambda f: (not f.key.by, _size(f)))
                if victims:
                    self._hide(victims[0])
                    told.remove(victims[0])
                    found = True
        return found


def derivable(told: Sequence[Figure], sought: Sequence[Figure]) -> list[Figure]:
    """Those of the figures sought that are sums of figures told, each times some number."""
    rows = _rows([figure.mask for figure in (*told, *sought)])
    basis: list[tuple[int, int]] = []
    for row in rows[: len(told)]:
        if rest := _reduced(row, basis):
            pivot = (_lowest(rest) // FIELD) * FIELD
            basis.append((pivot, _modulo(rest * pow(_number(rest, pivot), -1, PRIME))))
    return [
        figure
        for figure, row in zip(sought, rows[len(told) :], strict=True)
        if not _reduced(row, basis)
    ]


def _rows(masks: Sequence[Mask]) -> list[int]:
    """Each set as numbers, 1 for every piece of it and 0 for the others; a piece is cut in two by
    no set."""
    sets_of_unit: dict[int, int] = defaultdict(int)
    for place, mask in enumerate(masks):
        for unit in bits(mask):
            sets_of_unit[unit] |= 1 << place
    rows = [0] * len(masks)
    for piece, sets in enumerate(set(sets_of_unit.values())):
        for place in bits(sets):
            rows[place] |= 1 << FIELD * piece
    return rows


def _reduced(row: int, basis: Sequence[tuple[int, int]]) -> int:
    """What of a row is no sum of the basis, whose rows have 1 at their pivots."""
    for count, (pivot, other) in enumerate(basis, 1):
        if times := _number(row, pivot) % PRIME:
            row += (PRIME - times) * other
        if count % PRODUCTS_MAX == 0:
            row = _modulo(row)
    return _modulo(row)


def _number(row: int, place: int) -> int:
    return row >> place & (1 << FIELD) - 1


def _modulo(row: int) -> int:
    """The row with each of its numbers modulo the prime."""
    count = -(-row.bit_length() // FIELD)
    numbers = struct.unpack(f"<{count}Q", row.to_bytes(8 * count, "little"))
    return int.from_bytes(struct.pack(f"<{count}Q", *[n % PRIME for n in numbers]), "little")


def _by_currency(members: Iterable[Unit]) -> dict[str, dict[str, Decimal]]:
    found: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for unit in members:
        for currency, amount in unit.amounts.items():
            found[currency][unit.party] += amount
    return found


def _union(figures: Iterable[Figure]) -> Mask:
    mask = 0
    for figure in figures:
        mask |= figure.mask
    return mask


def _size(figure: Figure) -> tuple[int, Key]:
    return figure.mask.bit_count(), figure.key


def bits(mask: Mask) -> Iterator[int]:
    """The units of a set."""
    while mask:
        lowest = _lowest(mask)
        yield lowest
        mask ^= 1 << lowest


def _lowest(mask: int) -> int:
    return (mask & -mask).bit_length() - 1

"""Chance from a seed: weighted draws, and totals divided exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Weighted(Generic[T]):
    """Values with how often each is drawn."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self._values = tuple(weights)
        self._cumulated = tuple(accumulate(weights.values()))

    def draw(self, random: Random) -> T:
        return random.choices(self._values, cum_weights=self._cumulated)[0]


def divided(total: int, weights: Sequence[float], *, least: int = 0) -> list[int]:
    """Whole parts that sum to the total, each `least` and a share of the rest by its weight."""
    rest = total - least * len(weights)
    if rest < 0:
        raise ValueError(f"{total} does not give {least} to each of {len(weights)}")
    whole = sum(weights)
    exact = [rest * weight / whole for weight in weights]
    parts = [int(part) for part in exact]
    missing = rest - sum(parts)
    by_fraction = sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])
    for place in range(missing):
        parts[by_fraction[place % len(parts)]] += 1
    return [least + part for part in parts]


def summing(total: int, count: int, random: Random, *, least: int, most: int) -> list[int]:
    """So many whole numbers between two bounds that sum to the total, in an order of chance."""
    if not least * count <= total <= most * count:
        raise ValueError(f"{count} numbers from {least} to {most} do not sum to {total}")
    numbers = [min(most, max(least, round(random.gauss(total / count, 1.2)))) for _ in range(count)]
    off = total - sum(numbers)
    while off:
        place = random.randrange(count)
        step = 1 if off > 0 else -1
        if least <= numbers[place] + step <= most:
            numbers[place] += step
            off -= step
    return numbers


def sizes(total: int, count: int, random: Random, *, most: int) -> list[int]:
    """How many patents each of so many contracts has: mostly one, few of them many."""
    drawn = divided(total, [random.paretovariate(1.3) - 0.9 for _ in range(count)], least=1)
    over = 0
    for place, size in enumerate(drawn):
        over += max(0, size - most)
        drawn[place] = min(size, most)
    while over:
        place = random.randrange(count)
        if drawn[place] < most:
            drawn[place] += 1
            over -= 1
    return drawn

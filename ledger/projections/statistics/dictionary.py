"""The data dictionary: every measure and dimension, told from its one definition."""

from __future__ import annotations

from typing import Any

from ledger.projections.statistics.families import FAMILIES
from ledger.projections.statistics.measures import Dimension, Family, Measure

POPULATION = (
    "Chinese patents; records of other countries' offices never count. Entered by a filing or "
    "transcribed, both count."
)
WITH_TRADEMARKS = (
    " With `with_trademarks` also pledges of trademarks of the Chinese register. A claim secured "
    "by both counts once."
)


def dictionary() -> list[dict[str, Any]]:
    """Every family with its dimensions and measures."""
    return [described(family) for family in FAMILIES.values()]


def described(family: Family) -> dict[str, Any]:
    """A family's part of the dictionary."""
    return {
        "family": family.name,
        "en": family.en,
        "zh": family.zh,
        "definition": family.definition,
        "population": POPULATION + (WITH_TRADEMARKS if family.trademarks else ""),
        "dimensions": [_dimension(dimension) for dimension in family.every_dimension],
        "measures": [_measure(family, measure) for measure in family.measures],
    }


def _dimension(dimension: Dimension) -> dict[str, Any]:
    return {
        "name": dimension.name,
        "en": dimension.en,
        "zh": dimension.zh,
        "codes": dimension.codes,
        "adds_up": dimension.add_up,
        "names": {code: {"en": en, "zh": zh} for code, (en, zh) in dimension.names.items()},
    }


def _measure(family: Family, measure: Measure) -> dict[str, Any]:
    basis = measure.basis
    return {
        "name": measure.name,
        "en": measure.en,
        "zh": measure.zh,
        "unit": measure.unit,
        "meaning": measure.meaning,
        "counted_on": basis.en,
        "dated_by": basis.dated_by,
        "corrections_and_changes": basis.changes,
        "at_a_day": basis.standing,
        "by": [d.name for d in (*family.dimensions, *basis.dimensions)],
        "growth": measure.grows,
        "share": measure.shares,
        "published": not measure.entitled,
    }

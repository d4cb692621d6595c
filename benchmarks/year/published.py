"""The published totals that the synthetic years are calibrated to, and what they are at a scale.

Amounts are in yuan. What is published is given as published; what had to be chosen is marked
`chosen`, and README.md says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from ledger.domain.figures import growth

TEN_THOUSAND = 10_000
"""Contracts state amounts in units of ten thousand yuan (万元)."""


class NotAtThisScale(ValueError):
    """No whole numbers near this scale give the published growth and shares."""


@dataclass(frozen=True)
class Half:
    """Pledges registered in half a year."""

    patents_yuan: int
    trademarks_yuan: int
    patent_projects: int
    trademark_projects: int
    enterprises: int
    inclusive_enterprises: int
    inclusive_projects: int

    @property
    def yuan(self) -> int:
        return self.patents_yuan + self.trademarks_yuan

    @property
    def projects(self) -> int:
        return self.patent_projects + self.trademark_projects


H1_2021 = Half(
    # Published: 107.4 bn, of which 86.2 and 21.2. Chosen between 107.35 and 107.39 bn, where
    # 162.65 bn are 51.5 % more, as published.
    patents_yuan=86_170_000_000,
    trademarks_yuan=21_200_000_000,
    # Published.
    patent_projects=5_497,
    trademark_projects=698,
    # Chosen: from the growth published for 2022.
    enterprises=5_810,
    inclusive_enterprises=3_283,
    inclusive_projects=3_465,
)
H1_2022 = Half(
    # Published: 162.65 bn. The parts are chosen.
    patents_yuan=131_450_000_000,
    trademarks_yuan=31_200_000_000,
    # Chosen: 10,198 in all, to which the published 16,000 of H1 2023 are 56.9 % more.
    patent_projects=9_050,
    trademark_projects=1_148,
    # Published.
    enterprises=9_760,
    inclusive_enterprises=6_951,
    inclusive_projects=7_345,
)


@dataclass(frozen=True)
class Licences:
    """Licence contracts recorded in a year."""

    year: int
    fixed: int
    running: int
    free: int
    patents: int
    fixed_yuan: int
    fixed_years: int
    """Years of the fixed contracts' terms together."""
    running_years: int
    kinds: tuple[int, int, int]
    """Patents that are inventions, utility models, designs."""

    @property
    def contracts(self) -> int:
        return self.fixed + self.running + self.free


LICENCES_2022 = Licences(
    year=2022,
    fixed=4_531,
    running=334,
    free=2_916,
    patents=17_967,
    # Published: 14.55 bn and 3.210 m on average, which is not 14.55 bn / 4,531. Chosen so that both
    # come out.
    fixed_yuan=14_546_000_000,
    fixed_years=16_312,
    running_years=2_104,
    kinds=(8_876, 7_708, 1_383),
)
LICENCES_2023 = Licences(
    year=2023,
    fixed=6_150,
    running=1_087,
    free=8_366,
    patents=36_794,
    fixed_yuan=10_210_000_000,
    fixed_years=18_450,
    running_years=3_587,
    kinds=(16_668, 16_447, 3_679),
)
LICENCES = {each.year: each for each in (LICENCES_2022, LICENCES_2023)}


@dataclass(frozen=True)
class Operations:
    """Transfers, licences and pledges of a year, in times: each patent of a dealing is one."""

    transfers: int
    licences: int
    pledges: int
    by_universities: int
    """Transfers and licences by universities."""
    by_institutes: int

    @property
    def times(self) -> int:
        return self.transfers + self.licences + self.pledges


OPERATIONS_2021 = Operations(
    # Published: 485,000 in all, 420,000 of them transfers and licences. How these divide is chosen.
    transfers=408_800,
    licences=11_200,
    pledges=65_000,
    # Published: 27,000 together, of which more than 15,000 by universities; divided by choice.
    by_universities=20_200,
    by_institutes=6_800,
)
PATENTS_A_TIME = Fraction(236, 253)
"""Distinct patents among the times of operation, as in 2018, when both were published."""


# --- at a scale ---------------------------------------------------------------------------------


def halves(scale: Fraction) -> tuple[Half, Half]:
    """H1 2021 and H1 2022 at a scale, with the published growth and shares to the last digit."""
    if scale == 1:
        return H1_2021, H1_2022
    enterprises, inclusive = _enterprises(scale)
    projects = _pair(H1_2022.inclusive_projects, Decimal("112.0"), scale, at_least=inclusive)
    return (
        _half(H1_2021, scale, enterprises[0], inclusive[0], projects[0]),
        _half(H1_2022, scale, enterprises[1], inclusive[1], projects[1]),
    )


def _half(full: Half, scale: Fraction, enterprises: int, inclusive: int, projects: int) -> Half:
    """As many larger projects for each enterprise without an inclusive one as in the full half."""
    larger = Fraction(
        full.projects - full.inclusive_projects, full.enterprises - full.inclusive_enterprises
    )
    count = projects + round(larger * (enterprises - inclusive))
    trademarks = round(Fraction(full.trademark_projects, full.projects) * count)
    return Half(
        patents_yuan=_yuan(full.patents_yuan, scale),
        trademarks_yuan=_yuan(full.trademarks_yuan, scale),
        patent_projects=count - trademarks,
        trademark_projects=trademarks,
        enterprises=enterprises,
        inclusive_enterprises=inclusive,
        inclusive_projects=projects,
    )


def _yuan(full: int, scale: Fraction) -> int:
    return round(full * scale / TEN_THOUSAND) * TEN_THOUSAND


def _enterprises(scale: Fraction) -> tuple[tuple[int, int], tuple[int, int]]:
    """Enterprises and those with inclusive loans, before and now."""
    share = percent(H1_2022.inclusive_enterprises, H1_2022.enterprises)
    found = (
        (abs(all_[1] - H1_2022.enterprises * scale), all_, inclusive)
        for all_ in _pairs(H1_2022.enterprises, Decimal("68.0"), scale)
        for inclusive in _pairs(H1_2022.inclusive_enterprises, Decimal("111.7"), scale)
        if percent(inclusive[1], all_[1]) == share
    )
    best = min(found, default=None)
    if best is None:
        raise NotAtThisScale(
            f"no whole numbers of enterprises have the published shares at {scale}"
        )
    return best[1], best[2]


def _pair(full: int, grown: Decimal, scale: Fraction, at_least: tuple[int, int]) -> tuple[int, int]:
    pairs = [p for p in _pairs(full, grown, scale) if p[0] >= at_least[0] and p[1] >= at_least[1]]
    if not pairs:
        raise NotAtThisScale(f"no whole numbers have grown by {grown} % at {scale}")
    return min(pairs, key=lambda pair: abs(pair[1] - full * scale))


def _pairs(full: int, grown: Decimal, scale: Fraction) -> Iterator[tuple[int, int]]:
    """Whole numbers near the figure at the scale, and before them those they have grown from."""
    near = round(full * scale)
    for now in range(max(1, near * 85 // 100), near * 115 // 100 + 1):
        for before in (int(now / (1 + grown / 100)), int(now / (1 + grown / 100)) + 1):
            if before and growth(Decimal(now), Decimal(before)) == grown:
                yield before, now


def licences(year: int, scale: Fraction) -> Licences:
    """The licences of a year at a scale, with the published shares and averages."""
    full = LICENCES[year]
    if scale == 1:
        return full
    near = round(full.contracts * scale)
    tried = sorted(
        range(max(1, near * 85 // 100), near * 115 // 100 + 1), key=lambda n: abs(n - near)
    )
    for contracts in tried:
        found = _licences(full, contracts)
        if _says(found) == _says(full):
            return found
    raise NotAtThisScale(f"no whole numbers of contracts have the published shares at {scale}")


def _licences(full: Licences, contracts: int) -> Licences:
    part = Fraction(contracts, full.contracts)
    fixed, running = round(full.fixed * part), round(full.running * part)
    patents = round(full.patents * part)
    inventions, models = (round(kind * part) for kind in full.kinds[:2])
    return replace(
        full,
        fixed=fixed,
        running=running,
        free=contracts - fixed - running,
        patents=patents,
        fixed_yuan=_yuan(full.fixed_yuan, Fraction(fixed, full.fixed)),
        fixed_years=round(Fraction(full.fixed_years, full.fixed) * fixed),
        running_years=round(Fraction(full.running_years, full.running) * running),
        kinds=(inventions, models, patents - inventions - models),
    )


def _says(of: Licences) -> tuple[Decimal, ...]:
    """What is published of a year as shares and averages."""
    return (
        *(percent(part, of.contracts) for part in (of.fixed, of.running, of.free)),
        *(percent(kind, of.patents) for kind in of.kinds),
        rounded(Fraction(of.patents, of.contracts), "0.1"),
        rounded(Fraction(of.fixed_yuan, of.fixed * 1_000_000), "0.001"),
        rounded(Fraction(of.fixed_years, of.fixed), "0.1"),
        rounded(Fraction(of.running_years, of.running), "0.1"),
    )


def operations(scale: Fraction) -> Operations:
    """The operations of 2021 at a scale."""
    full = OPERATIONS_2021
    times = round(full.times * scale)
    licensed, pledged = round(full.licences * scale), round(full.pledges * scale)
    return Operations(
        transfers=times - licensed - pledged,
        licences=licensed,
        pledges=pledged,
        by_universities=round(full.by_universities * scale),
        by_institutes=round(full.by_institutes * scale),
    )


def percent(part: int, whole: int) -> Decimal:
    """A share in percent, rounded half up to a tenth."""
    return rounded(Fraction(100 * part, whole), "0.1")


def rounded(value: Fraction, to: str) -> Decimal:
    """Rounded half up, as figures are published."""
    return (Decimal(value.numerator) / value.denominator).quantize(Decimal(to), ROUND_HALF_UP)

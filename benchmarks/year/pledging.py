"""Pledges of the first halves of 2021 and 2022, calibrated to what was published of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from random import Random

from benchmarks.year import cast
from benchmarks.year.cast import Office
from benchmarks.year.chance import Weighted, divided, sizes
from benchmarks.year.dealings import Deregistration, Pledge, TrademarkPledge
from benchmarks.year.planning import Month, by_month, some_day
from benchmarks.year.published import TEN_THOUSAND, Half, halves
from ledger.domain.figures import INCLUSIVE_YUAN_MAX
from ledger.domain.parties import PartyDetails, PartyKind

INCLUSIVE_MAX = int(INCLUSIVE_YUAN_MAX) // TEN_THOUSAND
"""In units of ten thousand yuan."""
PATENTS_A_PROJECT = 4
"""On average; not published."""
KNOWN_AGAIN = 3_000
"""Enterprises of the first half that might pledge in the second, by their serials."""

KINDS = Weighted({"1": 45.0, "2": 45.0, "3": 10.0})
TERMS = Weighted({6: 5.0, 12: 62.0, 24: 12.0, 36: 21.0})
"""Months of the debts."""
SMALL = Weighted({100: 10.0, 200: 14.0, 300: 20.0, 500: 26.0, 800: 10.0, 990: 4.0, 1000: 16.0})
"""Amounts of inclusive projects, in units of ten thousand yuan, before their own deviation."""
GROUNDS = Weighted({"performed": 88.0, "waived": 8.0, "realised": 1.0, "extinguished": 3.0})
ENDED = 0.35
"""How many pledges of the first half end in the second."""


class Pledges:
    """H1 2021 and H1 2022, at a scale."""

    def __init__(self, scale: Fraction, seed: int) -> None:
        self.before, self.now = halves(scale)
        self._seed = seed

    @property
    def patents(self) -> int:
        return PATENTS_A_PROJECT * (self.before.patent_projects + self.now.patent_projects)

    @property
    def filings(self) -> int:
        ended = round(ENDED * self.before.patent_projects)
        return self.before.projects + self.now.projects + ended

    def months(self) -> Iterator[Month]:
        random = Random(f"{self._seed} pledges")
        office = Office(random, cast.SERIALS["2022H1"])
        first = _HalfYear(2021, self.before, 0, office, random)
        yield from first.months
        second = _HalfYear(2022, self.now, KNOWN_AGAIN, office, random)
        pledges = first.pledges
        for pledge in random.sample(pledges, round(ENDED * len(pledges))):
            month = random.choice(second.months)
            month.file(some_day(month, random), _end(pledge, random))
        yield from second.months


def _end(pledge: Pledge, random: Random) -> Deregistration:
    return Deregistration(
        key=f"{pledge.key} end",
        patents=pledge.patents,
        pledgor=pledge.pledgor,
        pledgee=pledge.pledgee,
        of=pledge.key,
        ground=GROUNDS.draw(random),
    )


class _HalfYear:
    """The pledges of half a year."""

    def __init__(
        self, year: int, half: Half, first_serial: int, office: Office, random: Random
    ) -> None:
        self.pledges: list[Pledge] = []
        self._year = year
        self._half = half
        # Shuffled, so that enterprises known from before are of every size.
        self._serials = random.sample(range(half.enterprises), half.enterprises)
        self._first = first_serial
        self._office = office
        self._random = random
        self.months = [Month(date(year, month, 1)) for month in range(1, 7)]
        self._plan()

    def _plan(self) -> None:
        random, half = self._random, self._half
        projects = self._projects()
        of_marks = set(random.sample(range(half.projects), half.trademark_projects))
        marks = [p for i, p in enumerate(projects) if i in of_marks]
        patents = [p for i, p in enumerate(projects) if i not in of_marks]
        months = [
            month
            for month, count in zip(self.months, by_month(half.projects, range(1, 7)), strict=True)
            for _ in range(count)
        ]
        random.shuffle(months)
        counts = sizes(PATENTS_A_PROJECT * len(patents), len(patents), random, most=120)
        amounts = _amounts(half.patents_yuan, [small for _, small in patents], random)
        for (pledgor, _), amount, count in zip(patents, amounts, counts, strict=True):
            self._pledge(months.pop(), pledgor, amount, count)
        amounts = _amounts(half.trademarks_yuan, [small for _, small in marks], random)
        for serial, ((pledgor, _), amount) in enumerate(zip(marks, amounts, strict=True), 1):
            self._mark(months.pop(), serial, pledgor, amount)

    def _projects(self) -> list[tuple[PartyDetails, bool]]:
        """Pledgors, and whether the project is inclusive: every enterprise has one, those with
        inclusive loans an inclusive one."""
        half, random = self._half, self._random
        with_small = [self._enterprise(n) for n in range(half.inclusive_enterprises)]
        only_large = [
            self._enterprise(n) for n in range(half.inclusive_enterprises, half.enterprises)
        ]
        more_small = half.inclusive_projects - len(with_small)
        more_large = half.projects - half.inclusive_projects - len(only_large)
        small = with_small + [self._again(with_small) for _ in range(more_small)]
        large = only_large + [random.choice(with_small + only_large) for _ in range(more_large)]
        projects = [(pledgor, True) for pledgor in small] + [(pledgor, False) for pledgor in large]
        random.shuffle(projects)
        return projects

    def _enterprise(self, number: int) -> PartyDetails:
        return cast.enterprise(self._first + self._serials[number])

    def _again(self, enterprises: list[PartyDetails]) -> PartyDetails:
        """A further inclusive project: of a natural person, or of an enterprise that has one."""
        if self._random.random() < 0.5:
            return cast.individual(self._random.randrange(10_000))
        return self._random.choice(enterprises)

    def _pledge(self, month: Month, pledgor: PartyDetails, amount: int, count: int) -> None:
        random = self._random
        kinds = [KINDS.draw(random) for _ in range(count)]
        patents = self._office.patents(kinds, pledgor, month.first)
        third_party = random.random() < 0.04
        pledge = Pledge(
            key=f"synthetic {self._year} pledge {len(self.pledges) + 1:05}",
            patents=tuple(patent.number for patent in patents),
            pledgor=pledgor,
            pledgee=cast.some_bank(random),
            yuan=amount * TEN_THOUSAND,
            months=TERMS.draw(random),
            debtor=cast.enterprise(500_000 + random.randrange(1_000)) if third_party else None,
            maximum=random.random() < 0.12,
        )
        self.pledges.append(pledge)
        month.patents += patents
        month.file(some_day(month, random), pledge)

    def _mark(self, month: Month, serial: int, pledgor: PartyDetails, amount: int) -> None:
        random = self._random
        if pledgor.kind is PartyKind.INDIVIDUAL:
            # What is personal of them is no business of a register of trademarks.
            pledgor = pledgor.model_copy(update={"address": None})
        pledge = TrademarkPledge(
            key=f"synthetic {self._year} trademark pledge {serial:05}",
            trademark=cast.trademark(self._year % 100 * 100_000 + serial),
            registration_no=f"TM-SYN-{self._year}-{serial:05}",
            pledgor=pledgor,
            pledgee=cast.some_bank(random),
            yuan=amount * TEN_THOUSAND,
            months=TERMS.draw(random),
        )
        month.trademarks.append((some_day(month, random), pledge))


def _amounts(yuan: int, small: list[bool], random: Random) -> list[int]:
    """Amounts that sum to the total, the small ones inclusive and the others not, in units of ten
    thousand yuan."""
    total = yuan // TEN_THOUSAND
    inclusive = [_small(random) for each in small if each]
    count = len(small) - len(inclusive)
    weights = [random.lognormvariate(0, 1.1) for _ in range(count)]
    large = divided(total - sum(inclusive), weights, least=INCLUSIVE_MAX + 1)
    return [inclusive.pop() if each else large.pop() for each in small]


def _small(random: Random) -> int:
    return min(INCLUSIVE_MAX, max(10, SMALL.draw(random) + random.choice((0, 0, 0, -20, 30, -50))))

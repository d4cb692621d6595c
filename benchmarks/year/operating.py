"""The operations of 2021: transfers, licences and pledges, 485,000 times in all.

A time is a patent of a dealing. Dealings have as many patents as licence contracts had on average
from 2016 to 2020 (2.7 each), pledges four; a part of the patents is dealt in twice in the year.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from random import Random

from benchmarks.year import cast
from benchmarks.year.cast import Office
from benchmarks.year.chance import Weighted
from benchmarks.year.dealings import Licence, Pledge, Transfer, amount
from benchmarks.year.licensing import KINDS as LICENCE_KINDS
from benchmarks.year.licensing import fixed, running
from benchmarks.year.planning import Month, by_month, some_day
from benchmarks.year.published import PATENTS_A_TIME, TEN_THOUSAND, operations
from ledger.domain.parties import PartyDetails
from ledger.domain.royalties import Free, Royalty
from ledger.domain.transfers import Cause

DEALINGS = Weighted(
    {(1, 1): 70.0, (2, 2): 12.0, (3, 3): 6.0, (4, 10): 9.0, (11, 40): 2.7, (41, 200): 0.3}
)
"""Least and most patents of a dealing."""
PLEDGES = Weighted({(1, 1): 34.0, (2, 3): 30.0, (4, 8): 28.0, (9, 30): 8.0})
KINDS = Weighted({"1": 38.0, "2": 49.0, "3": 13.0})
CAUSES: Weighted[Cause] = Weighted(
    {
        "assignment": 88.0,
        "gift": 1.0,
        "capital_contribution": 1.0,
        "merger": 4.0,
        "split": 1.0,
        "change_of_form": 4.5,
        "auction": 0.5,
    }
)
FIRMS = 60_000
STRATEGIC_SHARE = 0.3
KEPT_MAX = 20_000
"""Earlier transfers whose patents may be dealt in again."""


class Operations:
    """The operations of 2021, at a scale."""

    def __init__(self, scale: Fraction, seed: int) -> None:
        self.of = operations(scale)
        self._seed = seed

    @property
    def patents(self) -> int:
        return round(self.of.times * PATENTS_A_TIME)

    @property
    def filings(self) -> int:
        return round((self.of.transfers + self.of.licences) / 2.7 + self.of.pledges / 4)

    def months(self) -> Iterator[Month]:
        year = _Year(Random(f"{self._seed} operations"))
        of = self.of
        by_public = of.by_universities + of.by_institutes
        licensed = round(by_public * Fraction(of.licences, of.licences + of.transfers))
        public = by_month(by_public - licensed, range(1, 13))
        public_licences = by_month(licensed, range(1, 13))
        transfers = by_month(of.transfers - sum(public), range(1, 13))
        licences = by_month(of.licences - sum(public_licences), range(1, 13))
        pledges = by_month(of.pledges, range(1, 13))
        year.universities = Fraction(of.by_universities, by_public)
        for place in range(12):
            month = year.begin(Month(date(2021, place + 1, 1)))
            year.transfers(transfers[place], public=False)
            year.transfers(public[place], public=True)
            year.licences(licences[place], public=False)
            year.licences(public_licences[place], public=True)
            year.pledges(pledges[place])
            yield month


class _Year:
    """Draws the dealings of a year, month by month."""

    universities = Fraction(3, 4)

    def __init__(self, random: Random) -> None:
        self._random = random
        self._office = Office(random, cast.SERIALS["2021"], STRATEGIC_SHARE)
        self._count = 0
        self._month = Month(date(2021, 1, 1))
        self._kept: list[tuple[tuple[str, ...], PartyDetails]] = []
        """Patents transferred in earlier months, and to whom."""
        self._moved: list[tuple[tuple[str, ...], PartyDetails]] = []

    def begin(self, month: Month) -> Month:
        self._kept = (self._kept + self._moved)[-KEPT_MAX:]
        self._moved = []
        self._month = month
        return month

    def transfers(self, times: int, *, public: bool) -> None:
        for patents, owner in self._dealt(times, DEALINGS, public=public):
            random = self._random
            after = self._firm(besides=owner)
            cause = CAUSES.draw(random)
            price = amount(random.randint(1, 60) * TEN_THOUSAND) if cause == "assignment" else None
            dealing = Transfer(self._key("transfer"), patents, owner, after, cause, price)
            self._month.file(some_day(self._month, random), dealing)
            self._moved.append((patents, after))

    def licences(self, times: int, *, public: bool) -> None:
        for patents, owner in self._dealt(times, DEALINGS, public=public):
            random = self._random
            years = random.randint(1, 7)
            dealing = Licence(
                self._key("licence"),
                patents,
                licensor=owner,
                licensee=self._firm(besides=owner),
                kind=LICENCE_KINDS.draw(random),
                years=years,
                royalty=self._royalty(years),
            )
            self._month.file(some_day(self._month, random), dealing)

    def _royalty(self, years: int) -> Royalty:
        random = self._random
        drawn = random.random()
        if drawn < 0.5:
            yuan = random.randint(1, 400) * TEN_THOUSAND
            return fixed(yuan, years, self._month.first, random)
        return running(random) if drawn < 0.56 else Free()

    def pledges(self, times: int) -> None:
        for patents, owner in self._dealt(times, PLEDGES, public=False):
            random = self._random
            dealing = Pledge(
                self._key("pledge"),
                patents,
                pledgor=owner,
                pledgee=cast.some_bank(random),
                yuan=random.choice((100, 300, 500, 800, 1000, 2000, 5000)) * TEN_THOUSAND,
                months=random.choice((12, 12, 12, 24, 36)),
            )
            self._month.file(some_day(self._month, random), dealing)

    def _dealt(
        self, times: int, sizes: Weighted[tuple[int, int]], *, public: bool
    ) -> Iterator[tuple[tuple[str, ...], PartyDetails]]:
        """Patents of dealings that make so many times, and whose they are."""
        random = self._random
        again = float(1 - PATENTS_A_TIME) * 12 / 11
        while times:
            if not public and self._kept and random.random() < again:
                place = random.randrange(len(self._kept))
                patents, owner = self._kept[place]
                if len(patents) <= times:
                    self._kept[place] = self._kept[-1]
                    self._kept.pop()
                    times -= len(patents)
                    yield patents, owner
                    continue
            size = min(times, random.randint(*sizes.draw(random)))
            owner = self._public() if public else self._firm()
            kinds = [KINDS.draw(random) for _ in range(size)]
            drawn = self._office.patents(kinds, owner, self._month.first)
            self._month.patents += drawn
            times -= size
            yield tuple(patent.number for patent in drawn), owner

    def _public(self) -> PartyDetails:
        random = self._random
        if random.random() < self.universities:
            return cast.university(random.randrange(900))
        return cast.institute(random.randrange(600))

    def _firm(self, besides: PartyDetails | None = None) -> PartyDetails:
        """An enterprise; a few of them deal much. Seldom a natural person."""
        random = self._random
        if random.random() < 0.05:
            return cast.individual(40_000 + random.randrange(20_000))
        found = cast.enterprise(300_000 + int(FIRMS * random.random() ** 2))
        return found if found is not besides else cast.enterprise(299_999)

    def _key(self, what: str) -> str:
        self._count += 1
        return f"synthetic 2021 {what} {self._count:06}"

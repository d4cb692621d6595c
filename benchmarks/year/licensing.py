"""Licence contracts recorded in 2022 or 2023, calibrated to what was published of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random

from benchmarks.year import cast
from benchmarks.year.cast import Office
from benchmarks.year.chance import Weighted, divided, sizes, summing
from benchmarks.year.dealings import Licence, amount
from benchmarks.year.planning import Month, by_month, some_day
from benchmarks.year.published import TEN_THOUSAND, licences
from ledger.domain.parties import PartyDetails
from ledger.domain.periods import add_years
from ledger.domain.royalties import (
    EntryFeePlusRunning,
    Equity,
    FixedRate,
    Free,
    Instalment,
    Instalments,
    LumpSum,
    PerUnitRate,
    Royalty,
    RoyaltyBase,
    Running,
    YearlyRate,
)

YEARS_MAX = 7
"""Terms stay within the utility models of the plan."""

LICENSORS = Weighted({"enterprise": 52.0, "university": 26.0, "institute": 7.0, "individual": 15.0})
KINDS = Weighted({"ordinary": 78.0, "exclusive": 19.0, "sole": 3.0})
BASES = Weighted(
    {
        RoyaltyBase.NET_SALES: 62.0,
        RoyaltyBase.PROFIT: 14.0,
        RoyaltyBase.PRICE: 10.0,
        RoyaltyBase.UNIT: 9.0,
        RoyaltyBase.OUTPUT_VALUE: 5.0,
    }
)
PERCENTS = Weighted({1: 6.0, 2: 12.0, 3: 20.0, 4: 10.0, 5: 26.0, 6: 6.0, 8: 8.0, 10: 9.0, 15: 3.0})


class Licences:
    """The licences of a year, at a scale."""

    def __init__(self, year: int, scale: Fraction, seed: int) -> None:
        self.of = licences(year, scale)
        self._seed = seed

    @property
    def patents(self) -> int:
        return self.of.patents

    @property
    def filings(self) -> int:
        return self.of.contracts

    def months(self) -> Iterator[Month]:
        of = self.of
        random = Random(f"{self._seed} licences {of.year}")
        office = Office(random, cast.SERIALS["licences"] + (of.year - 2022) * 50_000)
        months = [Month(date(of.year, month, 1)) for month in range(1, 13)]
        counts = sizes(of.patents, of.contracts, random, most=300)
        kinds = [kind for kind, count in zip("123", of.kinds, strict=True) for _ in range(count)]
        random.shuffle(kinds)
        place = 0
        contracts = self._terms(random)
        for month, count in zip(months, by_month(of.contracts, range(1, 13)), strict=True):
            for _ in range(count):
                size = counts[place]
                licensor = some_licensor(random)
                patents = office.patents([kinds.pop() for _ in range(size)], licensor, month.first)
                month.patents += patents
                day = some_day(month, random)
                years, royalty = contracts[place]
                place += 1
                licence = Licence(
                    key=f"synthetic {of.year} licence {place:05}",
                    patents=tuple(patent.number for patent in patents),
                    licensor=licensor,
                    licensee=cast.enterprise(200_000 + random.randrange(20_000)),
                    kind=KINDS.draw(random),
                    years=years,
                    royalty=royalty,
                )
                month.file(day, licence)
            yield month

    def _terms(self, random: Random) -> list[tuple[int, Royalty]]:
        """Term and royalty of each contract, in an order of chance."""
        of = self.of
        weights = [random.lognormvariate(0, 1.8) for _ in range(of.fixed)]
        totals = divided(of.fixed_yuan // TEN_THOUSAND, weights, least=1)
        years = summing(of.fixed_years, of.fixed, random, least=1, most=YEARS_MAX)
        start = date(of.year, 1, 1)
        found: list[tuple[int, Royalty]] = [
            (term, fixed(total * TEN_THOUSAND, term, start, random))
            for term, total in zip(years, totals, strict=True)
        ]
        years = summing(of.running_years, of.running, random, least=1, most=YEARS_MAX)
        found += [(term, running(random)) for term in years]
        found += [(random.randint(1, YEARS_MAX), Free()) for _ in range(of.free)]
        random.shuffle(found)
        return found


def some_licensor(random: Random) -> PartyDetails:
    match LICENSORS.draw(random):
        case "university":
            return cast.university(random.randrange(900))
        case "institute":
            return cast.institute(random.randrange(600))
        case "individual":
            return cast.individual(20_000 + random.randrange(10_000))
        case _:
            return cast.enterprise(100_000 + random.randrange(20_000))


def fixed(yuan: int, years: int, start: date, random: Random) -> Royalty:
    """A fixed or convertible amount in one of its forms."""
    drawn = random.random()
    if drawn < 0.04:
        return Equity(value=amount(yuan), share_percent=Decimal(random.randint(1, 30)))
    if drawn < 0.2 and years > 1:
        parts = divided(yuan // TEN_THOUSAND, [1.0] * years)
        if min(parts):
            due = [
                Instalment(due_on=add_years(start, n + 1), amount=amount(part * TEN_THOUSAND))
                for n, part in enumerate(parts)
            ]
            return Instalments(total=amount(yuan), instalments=tuple(due))
    return LumpSum(total=amount(yuan))


def running(random: Random) -> Royalty:
    """A running royalty, with or without an entry fee."""
    base = BASES.draw(random)
    rate: FixedRate | YearlyRate | PerUnitRate
    percent = PERCENTS.draw(random)
    if base is RoyaltyBase.UNIT:
        rate = PerUnitRate(amount=amount(random.choice((1, 2, 5, 10, 50))), unit="piece")
    elif random.random() < 0.1:
        rate = YearlyRate(pattern="rising", percents=(Decimal(percent), Decimal(percent + 1)))
    else:
        rate = FixedRate(percent=Decimal(percent))
    if random.random() < 0.3:
        entry = amount(random.choice((50_000, 100_000, 300_000, 1_000_000)))
        return EntryFeePlusRunning(entry_fee=entry, base=base, rate=rate)
    return Running(base=base, rate=rate)

"""Who deals and with what: invented parties and patents, drawn by chance from a seed.

No number can be a real one: credit codes are of a region 99, identity numbers of a division 9999,
serials of patents and trademarks begin with 9. Their check digits hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Final, NamedTuple

from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

from benchmarks.year.chance import Weighted
from ledger.domain.codelists import SECTIONS, StrategicIndustry
from ledger.domain.lifecycle import PatentDetails
from ledger.domain.numbers import check_digit
from ledger.domain.parties import InstitutionKind, PartyDetails, PartyKind

MARK: Final = "(synthetic)"
"""In every name."""

REGIONS: Final = Weighted(
    {
        "440300": 9.0, "440100": 6.0, "440600": 5.0, "330100": 6.0, "330200": 4.0,
        "330300": 6.0, "320500": 6.0, "320100": 4.0, "320200": 3.0, "370100": 4.0,
        "370200": 3.0, "340100": 5.0, "340200": 2.0, "310000": 5.0, "110000": 6.0,
        "420100": 4.0, "510100": 4.0, "430100": 3.0, "410100": 3.0, "350200": 2.0,
        "350100": 2.0, "120000": 2.0, "500000": 2.0, "610100": 2.0, "130100": 1.5,
        "210100": 1.0, "210200": 0.7, "360100": 1.5, "450100": 1.0, "530100": 0.8,
        "520100": 0.8, "220100": 0.6, "230100": 0.7, "140100": 0.8, "150100": 0.5,
        "460100": 0.3, "620100": 0.4, "630100": 0.1, "640100": 0.2, "650100": 0.4,
        "659001": 0.1, "540100": 0.1,
    }
)  # fmt: skip
"""Six digits of GB/T 2260, with the cities under separate plan and the corps of Xinjiang."""

INSTITUTIONS: Final = Weighted(
    {
        InstitutionKind.BANK: 86.0,
        InstitutionKind.GUARANTEE: 7.0,
        InstitutionKind.POLICY_BANK: 3.0,
        InstitutionKind.LEASING: 2.0,
        InstitutionKind.MICROLENDER: 1.0,
        InstitutionKind.TRUST: 1.0,
    }
)
BANKS: Final = 60
"""Pledgees; the first lend most."""

DIVISIONS: Final = Weighted(
    {
        39: 15.0, 35: 11.0, 34: 9.0, 38: 9.0, 26: 6.0, 27: 5.0, 36: 5.0, 40: 4.0, 33: 5.0,
        29: 3.0, 30: 3.0, 14: 2.0, 65: 8.0, 63: 1.0, 73: 5.0, 75: 3.0, 48: 2.0, 50: 1.0,
        1: 1.5, 5: 0.5, 77: 1.0, 44: 0.7, 9: 0.3, 51: 1.0, 58: 0.4, 83: 0.4, 84: 0.4,
    }
)  # fmt: skip
"""Divisions of GB/T 4754."""

SYMBOLS: Final = Weighted(
    {
        "A61K 31/00": 5.0, "A47J 27/00": 4.0, "A01G 9/00": 3.0, "B65G 47/00": 9.0,
        "B23P 19/00": 7.0, "B01D 53/00": 5.0, "C02F 9/00": 4.0, "C08L 67/00": 4.0,
        "C22C 38/00": 3.0, "D06M 15/00": 2.0, "E04B 1/00": 3.0, "E21B 43/00": 2.0,
        "F16L 55/00": 5.0, "F24F 11/00": 4.0, "G06F 17/00": 9.0, "G01N 21/00": 7.0,
        "G06Q 10/00": 4.0, "H01L 21/00": 5.0, "H04L 29/00": 6.0, "H02J 7/00": 4.0,
    }
)  # fmt: skip
LOCARNO: Final = Weighted({"14-02": 3.0, "06-01": 2.0, "09-03": 2.0, "26-05": 1.0, "12-16": 1.0})
STRATEGIC: Final = tuple(StrategicIndustry)

SERIALS: Final = {"2021": 0, "2022H1": 550_000, "licences": 800_000}
"""First serial of each part's patents, out of a million."""


class Patent(NamedTuple):
    """A patent to be entered."""

    number: str
    kind: str
    """The digit of its number: 1 invention, 2 utility model, 3 design."""
    filed_on: date
    granted_on: date
    symbol: str
    industry: str
    strategic: StrategicIndustry | None
    family_abroad: bool
    owner: PartyDetails

    def details(self) -> PatentDetails:
        """The patent as the registrar enters it, with fees paid for the next year too."""
        return PatentDetails(
            patent=self.number,
            invention_title=f"Synthetic {TITLES[self.kind]} {self.number[9:16]} {MARK}",
            filed_on=self.filed_on,
            granted_on=self.granted_on,
            symbols=(self.symbol,),
            patentees=(self.owner,),
            fees_paid_through=12 if self.kind == "1" else 9,
            industry=self.industry,
            strategic_industry=self.strategic,
            family_abroad=self.family_abroad,
        )


TITLES: Final = {"1": "method", "2": "device", "3": "design"}


class Office:
    """Draws the patents of one part, with serials of their own."""

    def __init__(self, random: Random, first_serial: int, strategic_share: float = 0.3) -> None:
        self._random = random
        self._serial = first_serial
        self._strategic = strategic_share

    def patents(self, kinds: Sequence[str], owner: PartyDetails, before: date) -> list[Patent]:
        """Patents of an owner, of these kinds, granted before a day."""
        return [self._patent(kind, owner, before) for kind in kinds]

    def _patent(self, kind: str, owner: PartyDetails, before: date) -> Patent:
        random = self._random
        self._serial += 1
        if kind == "1":
            granted_on = before - timedelta(days=random.randint(1, 2_000))
            filed_on = granted_on - timedelta(days=random.randint(500, 1_300))
        else:
            granted_on = before - timedelta(days=random.randint(1, 500))
            filed_on = granted_on - timedelta(days=random.randint(120, 330))
        digits = f"{filed_on.year}{kind}9{self._serial:06}"
        division = DIVISIONS.draw(random)
        strategic = random.random() < self._strategic
        return Patent(
            number=f"CN:{digits}.{check_digit(digits)}",
            kind=kind,
            filed_on=filed_on,
            granted_on=granted_on,
            symbol=(LOCARNO if kind == "3" else SYMBOLS).draw(random),
            industry=_industry(division),
            strategic=random.choice(STRATEGIC) if strategic else None,
            family_abroad=random.random() < 0.06,
            owner=owner,
        )


@cache
def _industry(division: int) -> str:
    letter = next(s.code for s in SECTIONS.values() if s.first <= division <= s.last)
    return f"{letter}{division:02}"


# --- parties ------------------------------------------------------------------------------------


@cache
def enterprise(serial: int) -> PartyDetails:
    region = REGIONS.draw(Random(f"enterprise {serial}"))
    return PartyDetails(
        name=f"Synthetic Enterprise {serial:06} {MARK}",
        credit_code=_credit_code("91", region, "MA9", serial),
        region=region,
        address=f"{serial} Invented Road",
    )


@cache
def university(serial: int) -> PartyDetails:
    return _public(PartyKind.UNIVERSITY, "University", "47X", serial)


@cache
def institute(serial: int) -> PartyDetails:
    return _public(PartyKind.INSTITUTE, "Research Institute", "48X", serial)


def _public(kind: PartyKind, word: str, prefix: str, serial: int) -> PartyDetails:
    region = REGIONS.draw(Random(f"{word} {serial}"))
    return PartyDetails(
        name=f"Synthetic {word} {serial:04} {MARK}",
        kind=kind,
        credit_code=_credit_code("12", region, prefix, serial),
        region=region,
        address=f"{serial} Invented Hill",
    )


@cache
def individual(serial: int) -> PartyDetails:
    head = f"999901{1950 + serial % 50}0607{serial % 1000:03}"
    return PartyDetails(
        name=f"Synthetic Person {serial:06} {MARK}",
        kind=PartyKind.INDIVIDUAL,
        identity_number=f"{head}{mod_11_2.calc_check_digit(head)}",
        region=REGIONS.draw(Random(f"individual {serial}")),
        address=f"{serial} Invented Lane",
    )


@cache
def bank(serial: int) -> PartyDetails:
    random = Random(f"bank {serial}")
    region = REGIONS.draw(random)
    kind = InstitutionKind.BANK if serial < 20 else INSTITUTIONS.draw(random)
    return PartyDetails(
        name=f"Synthetic {kind.value.replace('_', ' ').title()} {serial:02} {MARK}",
        credit_code=_credit_code("91", region, "MA8", serial),
        region=region,
        institution=kind,
        address=f"{serial} Invented Square",
    )


def some_bank(random: Random) -> PartyDetails:
    """A bank; the first of them are the most likely."""
    return bank(int(BANKS * random.random() ** 2.2))


def _credit_code(first: str, region: str, prefix: str, serial: int) -> str:
    head = f"{first}99{region[:2]}99{prefix}{serial:06}"
    return f"{head}{uscc.calc_check_digit(head)}"


def trademark(serial: int) -> str:
    """Office and number of a trademark."""
    return f"CN:9{serial:07}"

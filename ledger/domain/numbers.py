"""Numbers that name patents, parties and entries: read in any printed form, checked, printed.

Articles: ZC 0006-2003 (patents), GB 32100-2015 (credit codes), GB 11643-1999 (resident identity
numbers). Everything that does not hold is an InvalidNumber with the id of the rule it breaks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from operator import mul
from typing import Final

from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

PATENT_NUMBER_RULE: Final = "id-patent-number-check"
OTHER_OFFICE_RULE: Final = "id-patent-number-form"
REGISTRATION_NUMBER_RULE: Final = "id-registration-number-form"

NUMBER_MAX: Final = 40
"""Length of another office's number, in characters, without the office."""

_READ_MAX = 80
"""More characters than any number needs, blanks included."""


class InvalidNumber(ValueError):
    """A number is not what its rule asks for; `rule` names the rule, `expected` what would pass."""

    def __init__(self, rule: str, message: str, *, expected: str | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.expected = expected


class PatentKind(StrEnum):
    """The three kinds of patent (Patent Law art. 2)."""

    INVENTION = "invention"
    UTILITY_MODEL = "utility_model"
    DESIGN = "design"


KINDS: Final = {
    "1": PatentKind.INVENTION,
    "2": PatentKind.UTILITY_MODEL,
    "3": PatentKind.DESIGN,
    "8": PatentKind.INVENTION,
    "9": PatentKind.UTILITY_MODEL,
}
"""Kind by kind digit; 8 and 9 are PCT inventions and utility models that entered China."""


# --- patents ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PatentNumber:
    """A Chinese patent number: 8 or 12 digits and the check digit that belongs to them."""

    digits: str
    check: str

    def __str__(self) -> str:
        """The number as it names a stream: `CN:202010566088.9`."""
        return f"CN:{self.digits}.{self.check}"

    @property
    def kind(self) -> PatentKind:
        """Kind of patent, by the digit after the year."""
        return KINDS[self.digits[len(_year_digits(self.digits))]]

    @property
    def year(self) -> int:
        """Year of receipt; a divisional or PCT patent may have an earlier filing date."""
        year = int(_year_digits(self.digits))
        return year if year > 99 else year + (1900 if year >= 85 else 2000)

    @classmethod
    def parse(cls, text: str) -> PatentNumber:
        """The number in any printed form: with `ZL` or `CN`, dot, blanks, full-width digits."""
        compact = compact_number(text, PATENT_NUMBER_RULE)
        match = _CHINESE.fullmatch(compact)
        if match is None:
            raise InvalidNumber(
                PATENT_NUMBER_RULE,
                "a Chinese patent number has 12 digits (8 until September 2003) and a check digit, "
                "such as ZL202010566088.9; another office's number is written US:14808123",
            )
        digits, check = match.groups()
        _check_year_and_kind(digits)
        expected = check_digit(digits)
        if check != expected:
            found = f"not {check}" if check else "and it is missing"
            raise InvalidNumber(
                PATENT_NUMBER_RULE,
                f"the check digit of {digits} is {expected}, {found}",
                expected=f"CN:{digits}.{expected}",
            )
        return cls(digits, check)


@lru_cache(maxsize=65_536)
def parse_patent_id(text: str, default_office: str = "CN") -> str:
    """The id of the patent's stream, `CN:202010566088.9` or `US:14808123`, from any printed form.

    Text that begins with `CN` or `ZL` is Chinese; two letters and a colon name another office;
    anything else is a number of `default_office`. Other offices' numbers are only looked at for
    their characters, since each office has check rules of its own.
    """
    compact = compact_number(text, PATENT_NUMBER_RULE)
    office, colon, number = compact.partition(":")
    if colon and _OFFICE.fullmatch(office) and office not in _CHINA:
        return _other(office, number)
    if colon or compact.startswith(_CHINA) or default_office == "CN":
        return str(PatentNumber.parse(compact))
    return _other(default_office, compact)


def kind_of(cn_number: str) -> PatentKind:
    """Kind of a Chinese patent, from any printed form of its number."""
    return PatentNumber.parse(cn_number).kind


def printed(patent_id: str) -> str:
    """The number as people print it, `ZL202010566088.9`; another office's id stays as it is."""
    office, _, number = patent_id.partition(":")
    return f"ZL{number}" if office == "CN" else patent_id


def check_digit(digits: str) -> str:
    """Check digit of 8 or 12 digits: their sum weighted 2…9, 2…5, modulo 11, ten being X."""
    if not _DIGITS.fullmatch(digits):
        raise ValueError("8 or 12 digits are needed")
    remainder = sum(map(mul, map(int, digits), WEIGHTS)) % 11
    return "X" if remainder == 10 else str(remainder)


WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_CHINA = ("CN", "ZL")
_DIGITS = re.compile(r"[0-9]{8}|[0-9]{12}")
_CHINESE = re.compile(r"(?:CN:?)?(?:ZL:?)?([0-9]{8}|[0-9]{12})(?:\.?([0-9X]))?")
_OFFICE = re.compile(r"[A-Z]{2}")
_OTHER = re.compile(rf"[A-Z0-9][A-Z0-9/.\-]{{0,{NUMBER_MAX - 1}}}")


def _year_digits(digits: str) -> str:
    return digits[:2] if len(digits) == 8 else digits[:4]


def _check_year_and_kind(digits: str) -> None:
    year = _year_digits(digits)
    possible = "2003" <= year <= "2099" if len(year) == 4 else year >= "85" or year <= "03"
    if not possible:
        raise InvalidNumber(
            PATENT_NUMBER_RULE,
            f"the year {year} cannot be: numbers of 8 digits run from 85 to 03, "
            "numbers of 12 digits from 2003",
        )
    kind = digits[len(year)]
    if kind not in KINDS:
        raise InvalidNumber(
            PATENT_NUMBER_RULE, f"the kind digit after the year is 1, 2, 3, 8 or 9, not {kind}"
        )


def _other(office: str, number: str) -> str:
    if not _OFFICE.fullmatch(office) or not _OTHER.fullmatch(number):
        raise InvalidNumber(
            OTHER_OFFICE_RULE,
            "another office's number is two letters, a colon and at most "
            f"{NUMBER_MAX} letters, digits, '/', '-' and '.', such as US:14808123",
        )
    return f"{office}:{number}"


# --- parties ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreditCodeCheck:
    """What a unified social credit code says of itself; a real company's code may fail."""

    code: str
    """The code in capitals, without blanks."""
    well_formed: bool
    """18 characters of the standard's alphabet, which has no I, O, S, V and Z."""
    expected: str | None
    """The check character the first 17 ask for, where the code is well formed."""

    @property
    def check_digit_holds(self) -> bool:
        return self.expected is not None and self.code[-1] == self.expected

    @property
    def problem(self) -> str | None:
        """What is wrong, as a sentence; None where nothing is."""
        if not self.well_formed:
            return "a credit code has 18 digits and capital letters, without I, O, S, V and Z"
        if not self.check_digit_holds:
            return (
                f"the check character of {self.code[:17]} is {self.expected}, not {self.code[-1]}"
            )
        return None


@lru_cache(maxsize=10_000)
def check_credit_code(code: str) -> CreditCodeCheck:
    """Look at a unified social credit code (GB 32100-2015).

    Only form and check character count. The kinds of registering department were added to over
    the years, so that no first character is refused (stdnum's `validate` wants eight digits).
    """
    compact = code.strip().translate(_COMPACT)
    if not _CREDIT_CODE.fullmatch(compact):
        return CreditCodeCheck(compact, well_formed=False, expected=None)
    return CreditCodeCheck(compact, well_formed=True, expected=uscc.calc_check_digit(compact))


def credit_code_valid(code: str) -> bool:
    """Whether the code is well formed and its check character holds."""
    return check_credit_code(code).check_digit_holds


@dataclass(frozen=True, slots=True)
class ResidentNumberCheck:
    """What a resident identity number says of itself; holds nothing of the number (personal)."""

    well_formed: bool
    birth_date_valid: bool
    check_digit_holds: bool

    @property
    def problem(self) -> str | None:
        """What is wrong, as a sentence that does not repeat the number; None if nothing is."""
        if not self.well_formed:
            return "a resident identity number has 17 digits and a last digit or X"
        if not self.birth_date_valid:
            return "digits 7 to 14 are no date of birth"
        return None if self.check_digit_holds else "the last character does not fit the others"


def check_resident_number(number: str) -> ResidentNumberCheck:
    """Look at a resident identity number (GB 11643-1999): form, date of birth, MOD 11-2.

    Divisions are not looked up: they change over the years, and stdnum's table lacks some.
    """
    compact = number.strip().translate(_COMPACT)
    if not _RESIDENT.fullmatch(compact):
        return ResidentNumberCheck(False, False, False)
    return ResidentNumberCheck(
        well_formed=True,
        birth_date_valid=_is_date(compact[6:14]),
        check_digit_holds=bool(mod_11_2.is_valid(compact)),
    )


_CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
_RESIDENT = re.compile(r"[1-9][0-9]{16}[0-9X]")


def _is_date(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


# --- entries of the register -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RegistrationNumber:
    """Number of a registration (`Y`) or a recordal (`X`); older ones have no letter."""

    letter: str
    year: int
    region: str
    """First two digits of GB/T 2260, or 98 and 99 for the central office and online filing."""
    serial: int

    def __str__(self) -> str:
        return f"{self.letter}{self.year:04}{self.region}{self.serial:07}"


def registration_number(kind_letter: str, year: int, region: str, serial: int) -> str:
    """Print a new number, such as `Y2021990000123`; InvalidNumber if it would not fit its form."""
    number = str(RegistrationNumber(kind_letter, year, region, serial))
    if not kind_letter or serial < 1 or not _NEW_REGISTRATION.fullmatch(number):
        raise InvalidNumber(
            REGISTRATION_NUMBER_RULE, f"no registration number can be made of {number}"
        )
    return number


def parse_registration_number(text: str, letters: str = "YX") -> RegistrationNumber:
    """Read a number of the office (law.md 6.6): one of `letters` or none, then 13 digits."""
    match = _REGISTRATION.fullmatch(compact_number(text, REGISTRATION_NUMBER_RULE))
    if match is None or match["letter"] not in letters:
        raise InvalidNumber(
            REGISTRATION_NUMBER_RULE,
            f"a registration number has the letter {' or '.join(letters)}, the year, two digits "
            "of region and seven of serial, such as Y2021990000123",
        )
    return RegistrationNumber(
        match["letter"], int(match["year"]), match["region"], int(match["serial"])
    )


_REGISTRATION = re.compile(
    r"(?P<letter>[A-Z]?)(?P<year>(?:19|20)[0-9]{2})(?P<region>[0-9]{2})(?P<serial>[0-9]{7})"
)
_NEW_REGISTRATION = re.compile(r"[A-Z](?:19|20)[0-9]{2}[0-9]{2}[0-9]{7}")


# --- reading ---------------------------------------------------------------------------------


def compact_number(text: str, rule: str) -> str:
    """The characters that count: capitals, half width, no blanks."""
    if len(text) > _READ_MAX:
        raise InvalidNumber(rule, f"a number has at most {_READ_MAX} characters")
    return text.strip().translate(_COMPACT)


_BLANKS = "\t \u00a0\u3000\u202f\u205f\u1680\u200b\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
_CAPITALS = {ord(c): c.upper() for c in "abcdefghijklmnopqrstuvwxyz"}
_HALF_WIDTH = {0xFEE0 + code: _CAPITALS.get(code, chr(code)) for code in range(0x21, 0x7F)}
_FULL_STOPS = {ord("。"): ".", ord("｡"): "."}
_COMPACT = _CAPITALS | _HALF_WIDTH | _FULL_STOPS | dict.fromkeys(map(ord, _BLANKS), "")

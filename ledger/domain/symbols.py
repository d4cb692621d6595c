"""Publication numbers and classification symbols: read, checked, printed in one form (6.4, 6.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ledger.domain.numbers import InvalidNumber, PatentKind, compact_number

PUBLICATION_NUMBER_RULE: Final = "id-publication-number-form"
SYMBOL_RULE: Final = "id-classification-form"


@dataclass(frozen=True, slots=True)
class PublicationNumber:
    """Number of a Chinese publication; an application and its patent may share the digits."""

    digits: str
    code: str
    """Kind code: A application, B, C invention, U, Y utility model, S, D design (V-8 §2.2)."""

    def __str__(self) -> str:
        return f"CN{self.digits}{self.code}"

    @property
    def kind(self) -> PatentKind:
        return _CODES[self.code[0]]


def parse_publication_number(text: str) -> PublicationNumber:
    """Read `CN115982415A`, with or without `CN`; the first digit must agree with the kind code.

    Nine digits today, seven before about mid-2007; until 1988 the eight of the application.
    """
    match = _PUBLICATION.fullmatch(compact_number(text, PUBLICATION_NUMBER_RULE))
    if match is None:
        raise InvalidNumber(
            PUBLICATION_NUMBER_RULE,
            "a publication number is CN, nine digits (once seven or eight) and a kind code that "
            "agrees with the digit for the kind, such as CN115982415A",
        )
    return PublicationNumber(*(part for part in match.groups() if part is not None))


_CODES = {
    **dict.fromkeys("ABC", PatentKind.INVENTION),
    **dict.fromkeys("UY", PatentKind.UTILITY_MODEL),
    **dict.fromkeys("SD", PatentKind.DESIGN),
}
_FORMS = {"1": "[AB][89]?|C[1-7]?", "2": "U[89]?|Y[1-7]?", "3": "S[1-9]?|D"}
_PUBLICATION = re.compile(
    "(?:CN)?(?:"
    + "|".join(
        rf"({digit}[0-9]{{8}}|{digit}[0-9]{{6}}|8[5-8]{digit}[0-9]{{5}})({code})"
        for digit, code in _FORMS.items()
    )
    + ")"
)


@dataclass(frozen=True, slots=True)
class IpcSymbol:
    """A symbol of the International Patent Classification, with its version where printed."""

    subclass: str
    """Section, class and subclass: `H04L`."""
    group: str | None = None
    """Main group and subgroup: `9/32`."""
    version: str | None = None

    def __str__(self) -> str:
        version = f"({self.version})" if self.version else None
        return " ".join(part for part in (self.subclass, self.group, version) if part)

    @property
    def section(self) -> str:
        return self.subclass[0]


def parse_ipc(text: str) -> IpcSymbol:
    """Read `H04L 9/32 (2006.01)` or `H04L`; the gazette's trailing I or N is left out."""
    match = _IPC.fullmatch(compact_number(text, SYMBOL_RULE))
    if match is None:
        raise InvalidNumber(SYMBOL_RULE, "an IPC symbol reads H04L 9/32, or H04L for a subclass")
    return IpcSymbol(*match.groups())


_IPC = re.compile(
    r"([A-H][0-9]{2}[A-Z])(?:([0-9]{1,4}/[0-9]{2,6}))?(?:\(([0-9]{4}\.[0-9]{2})\)[IN]?)?"
)


@dataclass(frozen=True, slots=True)
class LocarnoSymbol:
    """A class and subclass of the Locarno Classification of designs."""

    main: str
    sub: str
    edition: str | None = None

    def __str__(self) -> str:
        symbol = f"{self.main}-{self.sub}"
        return symbol if self.edition is None else f"LOC({self.edition})Cl.{symbol}"


def parse_locarno(text: str) -> LocarnoSymbol:
    """Read `14-03` or the gazette's `LOC(13)Cl.14-03`; classes run from 01 to 32."""
    match = _LOCARNO.fullmatch(compact_number(text, SYMBOL_RULE))
    if match is None:
        raise InvalidNumber(SYMBOL_RULE, "a Locarno symbol reads 14-03, its class from 01 to 32")
    return LocarnoSymbol(match["main"], match["sub"], match["edition"])


_LOCARNO = re.compile(
    r"(?:LOC)?(?:\((?P<edition>[0-9]{1,2})\))?(?:CL\.?)?"
    r"(?P<main>0[1-9]|[12][0-9]|3[0-2])-(?P<sub>[0-9]{2})"
)


def classification_symbol(text: str, kind: PatentKind) -> str:
    """The symbol in its one printed form: Locarno for designs, IPC for the other kinds."""
    return str(parse_locarno(text) if kind is PatentKind.DESIGN else parse_ipc(text))

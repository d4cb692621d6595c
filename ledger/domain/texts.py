"""Texts that people write: names, explanations, addresses, in any script."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Field

TEXT_MAX: Final = 500
"""Length of a name or another short text, in Unicode code points after normalisation."""

LONG_TEXT_MAX: Final = 4_000
"""Length of an explanation, in Unicode code points after normalisation."""

FROZEN: Final = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)
"""How every value of the domain is configured: immutable, no unknown member, no NaN; checked by
what is built at its first use, since no command uses more than a few of them."""

_DECOMPOSITION_MAX = 4
"""Normalisation shortens a text at most to a quarter; anything longer need not be normalised."""

_REFUSED = {
    "Cc": "a control character",
    "Cs": "half of a surrogate pair",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
}


def short_text(text: str) -> str:
    """The text in NFC, on one line; ValueError says what is wrong with it."""
    return _checked(text, TEXT_MAX, allowed="")


def long_text(text: str) -> str:
    """The text in NFC, where line feeds and tabs may stand; ValueError says what is wrong."""
    return _checked(text, LONG_TEXT_MAX, allowed="\n\t")


def folded(text: str) -> str:
    """The text as it is compared: whatever its case, its width and its blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _checked(text: str, longest: int, *, allowed: str) -> str:
    if text.isascii() and text.isprintable() and not text.isspace() and 0 < len(text) <= longest:
        return text  # which is in NFC, and what is written mostly
    if len(text) > longest * _DECOMPOSITION_MAX:
        raise ValueError(_too_long(longest))
    for place, character in enumerate(text):
        what = _REFUSED.get(unicodedata.category(character))
        if what is not None and character not in allowed:
            raise ValueError(f"{what} (U+{ord(character):04X}) stands at character {place + 1}")
    normal = unicodedata.normalize("NFC", text)
    if len(normal) > longest:
        raise ValueError(_too_long(longest))
    if not normal.strip():
        raise ValueError("the text is empty or blank")
    return normal


def _too_long(longest: int) -> str:
    return f"the text is longer than {longest:,} characters"


Text = Annotated[
    str,
    AfterValidator(short_text),
    Field(json_schema_extra={"minLength": 1, "maxLength": TEXT_MAX}),
]
"""A short text on one line: kept as written but for NFC; not blank, at most 500 characters."""

LongText = Annotated[
    str,
    AfterValidator(long_text),
    Field(json_schema_extra={"minLength": 1, "maxLength": LONG_TEXT_MAX}),
]
"""A longer text, lines and tabs allowed; not blank, at most 4,000 characters."""

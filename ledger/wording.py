"""What the catalogue says in other languages: gettext catalogues, read once from `locale/`.

English texts are the message ids; a text without a translation stays English. Facts in findings are
data and stay as they are. Receipts are never translated: their bytes are for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Literal, get_args

from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from ledger.domain.refusals import Finding
from ledger.domain.rules.catalogue import (
    FACT_UNKNOWN,
    NEVER_TOLD,
    NO_SUCH_PATENT,
    PROVISIONAL,
    RULES,
)

Language = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
LOCALE: Final = Path(__file__).parent / "locale"
DOMAIN: Final = "ledger"

TRANSLATED: Final = ("title", "sentence", "cure", "waived_by")
"""Members of a listed rule that are texts for people."""

PREFERRED_MAX: Final = 1_000
"""Most characters of a header of preferences that are looked at."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of one language."""

    language: Language
    translations: NullTranslations

    def text(self, english: str) -> str:
        """A text in this language."""
        return self.translations.gettext(english) if english else english

    def row(self, row: dict[str, Any]) -> dict[str, Any]:
        """A listed rule or definition in this language."""
        texts = {name: self.text(row[name]) for name in TRANSLATED if row[name] is not None}
        return {**row, **texts}

    def finding(self, finding: Finding) -> Finding:
        """A finding with its message and cure in this language."""
        if self.language == "en":
            return finding
        cure = None if finding.cure is None else self.text(finding.cure)
        return replace(finding, message=self._message(finding), cure=cure)

    def _message(self, finding: Finding) -> str:
        if finding.rule == FACT_UNKNOWN:
            if finding.message == NO_SUCH_PATENT:
                return self.text(NO_SUCH_PATENT)
            missing, rule = finding.fact["missing"], finding.fact["needed_by"]
            return self.text(NEVER_TOLD).format(what=self.text(missing), rule=rule)
        message = self.text(RULES[finding.rule].sentence)
        year = finding.fact.get("provisional_for")
        if year is not None:
            message = f"{message}{self.text(PROVISIONAL).format(year=year)}"
        return message


@cache
def wording(language: Language) -> Wording:
    """The texts of a language."""
    if language == "en":
        return Wording(language, NullTranslations())
    return Wording(language, compiled(po_path(language).read_bytes(), language))


def po_path(language: str) -> Path:
    """The catalogue of a language."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def compiled(po: bytes, language: str) -> Translations:
    """The translations that a catalogue's text holds."""
    out = BytesIO()
    write_mo(out, read_po(BytesIO(po), locale=language, domain=DOMAIN))
    out.seek(0)
    return Translations(out, DOMAIN)


def preferred(accept_language: str | None) -> Language:
    """The language that an Accept-Language header prefers among those we have; else English."""
    if not accept_language:
        return "en"
    tags = [tag.replace("-", "_") for tag in by_weight(accept_language)]
    return "zh" if negotiate_locale(tags, LANGUAGES) == "zh" else "en"


def by_weight(header: str | None) -> list[str]:
    """What a header of preferences accepts, the most wanted first."""
    weighed: list[tuple[float, int, str]] = []
    for place, part in enumerate((header or "")[:PREFERRED_MAX].split(",")):
        name, _, parameter = part.partition(";")
        weight = _weight(parameter.strip())
        if name.strip() and weight > 0:
            weighed.append((-weight, place, name.strip()))
    return [name for _, __, name in sorted(weighed)]


def _weight(parameter: str) -> float:
    """A q-value; one that cannot be read weighs nothing."""
    if not parameter:
        return 1.0
    name, _, digits = parameter.partition("=")
    if name.strip() != "q" or len(digits) > 5 or not digits.replace(".", "", 1).isdigit():
        return 0.0
    return float(digits)

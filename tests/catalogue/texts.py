"""The texts of the catalogue that are translated, the gettext catalogues that hold them, and
docs/rules.md: what `python -m tests.catalogue.make` writes and the tests compare."""

from __future__ import annotations

import ast
import importlib
import io
from functools import cache
from pathlib import Path

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

from ledger.domain.rules import DEFINITIONS, RULES
from ledger.domain.rules.catalogue import (
    NEVER_ENTERED,
    NEVER_TOLD,
    NO_SUCH_PATENT,
    PROVISIONAL,
    Unknown,
)
from ledger.printing import bulletin_words, labels
from ledger.wording import DOMAIN, po_path

ROOT = Path(__file__).parents[2]
RULE_FILES = ROOT / "ledger" / "domain" / "rules"
WIDTH = 100


@cache
def texts() -> dict[str, list[str]]:
    """Every English text that is translated, with where it stands."""
    found: dict[str, list[str]] = {}

    def add(text: str | None, where: str) -> None:
        if text:
            found.setdefault(text, []).append(where)

    for rule in sorted(RULES.values(), key=lambda r: r.id):
        add(rule.title, f"{rule.id}, title")
        add(rule.sentence, f"{rule.id}, sentence")
        add(rule.cure, f"{rule.id}, cure")
        add(rule.waived_by, f"{rule.id}, waived by")
    for definition in sorted(DEFINITIONS.values(), key=lambda d: d.id):
        add(definition.title, f"{definition.id}, title")
        add(definition.sentence, f"{definition.id}, sentence")
    for text in (NO_SUCH_PATENT, NEVER_TOLD, PROVISIONAL, NEVER_ENTERED, Unknown("").who):
        add(text, "findings")
    for text in sorted(told_of_facts()):
        add(text, "findings, a fact never told")
    for text in sorted(labels.texts()):
        add(text, "notices")
    for text in sorted(bulletin_words.texts()):
        add(text, "bulletin")
    return found


def told_of_facts() -> set[str]:
    """What rules say they were never told and who can tell it: the words of every `Unknown`."""
    found = set()
    for path in RULE_FILES.glob("*.py"):
        module = importlib.import_module(f"ledger.domain.rules.{path.stem}")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "Unknown":
                for word in node.args[:2]:
                    named = isinstance(word, ast.Name)
                    found.add(getattr(module, word.id) if named else ast.literal_eval(word))
    return found


# --- gettext ------------------------------------------------------------------------------------


def catalogue(language: str) -> Catalog:
    """The catalogue of a language as it lies in the project."""
    with po_path(language).open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def updated(before: Catalog) -> Catalog:
    """The same translations for the texts there are now, in their order."""
    after = Catalog(before.locale, DOMAIN, header_comment=HEADER, charset="utf-8", fuzzy=False)
    after.mime_headers = [(n, v) for n, v in after.mime_headers if n in KEPT_HEADERS]
    for text, places in texts().items():
        known = before.get(text)
        string = "" if known is None else known.string
        flags = {"python-brace-format"} if "{" in text else set()
        after.add(text, string, auto_comments=places, flags=flags)
    return after


HEADER = "# The texts of the catalogue in Chinese; `make catalogue` keeps them in step."
KEPT_HEADERS = ("MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Language")


def po_bytes(messages: Catalog) -> bytes:
    """The catalogue as text, without dates: the same bytes whoever writes it."""
    out = io.BytesIO()
    write_po(out, messages, width=WIDTH, omit_header=True, sort_output=False)
    head = f'{HEADER}\nmsgid ""\nmsgstr ""\n'
    head += f'"Content-Type: text/plain; charset=utf-8\\n"\n"Language: {messages.locale}\\n"\n\n'
    return head.encode() + out.getvalue()

"""A notice as a page to print: one HTML file that loads nothing, every word of it escaped."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from html import escape
from typing import Final

from ledger.printing.notices import Notice, Part, Remark, Remarks
from ledger.printing.values import Rows

LANGUAGES: Final = {"en": "en", "zh": "zh-Hans"}

STYLE: Final = """
@page { size: A4; margin: 22mm 20mm }
body { font: 11pt/1.5 "Noto Serif", "Noto Serif CJK SC", "Songti SC", SimSun, serif;
  max-width: 170mm; margin: 12mm auto; color: #000; background: #fff; overflow-wrap: anywhere }
header { border-bottom: 1.5pt solid #000; margin-bottom: 8mm }
header p { margin: 0; letter-spacing: .15em }
h1 { font-size: 17pt; margin: 4mm 0 5mm }
h2 { font-size: 12.5pt; margin: 8mm 0 2mm; break-after: avoid }
h3 { font-size: 11pt; margin: 0 0 1mm }
dl { display: grid; grid-template-columns: 46mm 1fr; gap: 1mm 5mm; margin: 2mm 0 }
dt { color: #444 }
dd { margin: 0 }
dd p { margin: 0; white-space: pre-line }
table { border-collapse: collapse; width: 100%; margin: 3mm 0 }
th, td { border: .5pt solid #777; padding: 1mm 2.5mm; text-align: left; font-weight: normal }
thead { display: table-header-group }
th { background: #eee }
tr, li { break-inside: avoid }
li { margin-bottom: 4mm }
article { break-before: page }
footer { margin-top: 10mm; border-top: .5pt solid #777; font-size: 9pt }
"""
STYLE_HASH: Final = base64.b64encode(sha256(STYLE.encode()).digest()).decode()
"""For a content security policy that allows the page its own style and nothing else."""


def page(*notices: Notice) -> str:
    """The notice as HTML; in several languages one after the other."""
    return "".join(_page(notices))


def _page(notices: Sequence[Notice]) -> Iterator[str]:
    language = LANGUAGES[notices[0].language]
    titles = " · ".join(notice.title for notice in notices)
    yield f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
    yield f"<title>{escape(titles)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    for notice in notices:
        if notice is not notices[0]:
            yield f'<article lang="{LANGUAGES[notice.language]}">\n'
        yield from _document(notice)
        if notice is not notices[0]:
            yield "</article>\n"
    yield "</body>\n</html>\n"


def _document(notice: Notice) -> Iterator[str]:
    yield f"<header>\n<p>{escape(notice.register)}</p>\n<h1>{escape(notice.title)}</h1>\n"
    yield f"</header>\n<main>\n<p>{escape(notice.opening)}</p>\n"
    yield from _rows(notice.rows)
    for part in notice.parts:
        yield from _part(part, notice.columns)
    for remarks in notice.remarks:
        yield from _remarks(remarks)
    yield f"</main>\n<footer>\n<p>{escape(notice.closing)}</p>\n</footer>\n"


def _rows(rows: Rows) -> Iterator[str]:
    if rows:
        yield "<dl>\n"
        for label, lines in rows:
            # What people wrote may run from right to left; it turns nothing round but itself.
            told = "".join(f"<p><bdi>{escape(line)}</bdi></p>" for line in lines)
            yield f"<dt>{escape(label)}</dt><dd>{told}</dd>\n"
        yield "</dl>\n"


def _part(part: Part, columns: Iterable[str]) -> Iterator[str]:
    yield f"<section>\n<h2>{escape(part.heading)}</h2>\n"
    yield from _rows(part.rows)
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    yield f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n"
    for place in part.places:
        yield f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in place)}</tr>\n"
    yield "</tbody>\n</table>\n</section>\n"


def _remarks(remarks: Remarks) -> Iterator[str]:
    yield f"<section>\n<h2>{escape(remarks.heading)}</h2>\n<ol>\n"
    for remark in remarks.remarks:
        yield from _remark(remark)
    yield "</ol>\n</section>\n"


def _remark(remark: Remark) -> Iterator[str]:
    yield f"<li>\n<h3><bdi>{escape(remark.text)}</bdi></h3>\n"
    yield from _rows(remark.rows)
    yield "</li>\n"

"""The bulletin as one HTML file that loads nothing and runs nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from ledger.printing import charts
from ledger.printing.bulletin import Edition, Section
from ledger.printing.bulletin_charts import Chart, Table
from ledger.printing.page import LANGUAGES

NAMES: Final = {"en": "English", "zh": "中文"}

STYLE: Final = (
    """
@page { size: A4; margin: 18mm }
body { font: 15px/1.55 "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei",
  sans-serif; color: #1b1b1b; background: #fff; max-width: 46rem; margin: 2rem auto;
  padding: 0 1rem }
nav a { margin-right: 1rem }
article { border-top: 6px solid #1f4e79; margin-top: 1.5rem; break-before: page }
article:first-of-type { break-before: auto }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 1rem 0 0 }
h1 + p { font-size: 1.1rem; margin: .2rem 0; color: #444 }
.period { font-size: 1.25rem; font-weight: 600; margin: .6rem 0 }
.remark { border-left: 4px solid #b3763a; padding: .1rem .8rem; color: #444 }
h2 { font-size: 1.3rem; border-bottom: 1px solid #1f4e79; margin: 2.2rem 0 .6rem }
section > p { margin: .35rem 0 }
figure { margin: 1.4rem 0; break-inside: avoid }
figcaption { font-weight: 600; margin-bottom: .4rem }
table { border-collapse: collapse; width: 100%; font-size: .82rem; margin: .5rem 0 }
th, td { border-bottom: 1px solid #ddd; padding: .15rem .5rem; text-align: right }
th:first-child, td:first-child { text-align: left }
.digests th { text-align: left; white-space: nowrap }
.digests td { text-align: left; font: .72rem monospace; overflow-wrap: anywhere }
.defs { position: absolute }
"""
    + charts.STYLE
)


def page(editions: Sequence[Edition]) -> str:
    """The bulletin as HTML, its editions one after the other."""
    return "".join(_page(editions))


def _page(editions: Sequence[Edition]) -> Iterator[str]:
    first = editions[0]
    yield f'<!doctype html>\n<html lang="{LANGUAGES[first.language]}">\n<head>\n'
    yield '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
    yield f"<title>{escape(' · '.join(each.title for each in editions))}</title>\n"
    yield f"<style>{STYLE}</style>\n</head>\n<body>\n{charts.HATCHING}\n<nav>"
    for each in editions:
        language = LANGUAGES[each.language]
        yield f'<a href="#{each.language}" lang="{language}">{NAMES[each.language]}</a>'
    yield "</nav>\n"
    for each in editions:
        yield from _edition(each)
    yield "</body>\n</html>\n"


def _edition(edition: Edition) -> Iterator[str]:
    yield f'<article id="{edition.language}" lang="{LANGUAGES[edition.language]}">\n'
    yield f"<h1>{escape(edition.title)}</h1>\n<p>{escape(edition.subtitle)}</p>\n"
    yield f'<p class="period">{escape(edition.period)}</p>\n'
    for remark in edition.remarks:
        yield f'<p class="remark">{escape(remark)}</p>\n'
    for section in edition.sections:
        yield from _section(section)
    yield "<footer>\n"
    yield from _section(edition.rests_on)
    yield from _table(edition.questions, "digests")
    yield "</footer>\n</article>\n"


def _section(section: Section) -> Iterator[str]:
    yield f"<section>\n<h2>{escape(section.heading)}</h2>\n"
    for sentence in section.sentences:
        yield f"<p>{escape(sentence)}</p>\n"
    for chart in section.charts:
        if chart.table.rows:
            yield from _chart(chart)
    yield "</section>\n"


def _chart(chart: Chart) -> Iterator[str]:
    yield f"<figure>\n<figcaption>{escape(chart.title)}</figcaption>\n{chart.drawing}\n"
    yield from _table(chart.table)
    yield "</figure>\n"


def _table(table: Table, kind: str = "") -> Iterator[str]:
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.columns)
    yield f'<table class="{kind}">\n<thead><tr>{heads}</tr></thead>\n<tbody>\n'
    for row in table.rows:
        yield f"<tr>{''.join(f'<td>{escape(each)}</td>' for each in row)}</tr>\n"
    yield "</tbody>\n</table>\n"

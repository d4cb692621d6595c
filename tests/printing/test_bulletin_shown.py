"""The bulletin in a browser: every chart is there to be seen, and no text runs out of its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.printing.bulletin import edition
from ledger.printing.bulletin_page import page
from tests.browser import browser, needs_browser
from tests.printing.test_bulletin import DICTIONARY, EN, PUBLISHED, ZH

pytestmark = needs_browser

LAID_OUT = """
(() => {
const slack = 1;
const within = (a, b) => a.left >= b.left - slack && a.right <= b.right + slack
    && a.top >= b.top - slack && a.bottom <= b.bottom + slack;
const apart = (a, b) => a.right <= b.left + slack || b.right <= a.left + slack
    || a.bottom <= b.top + slack || b.bottom <= a.top + slack;
const found = {wide: document.documentElement.scrollWidth - innerWidth, editions: {}};
for (const article of document.querySelectorAll("article")) {
    const drawn = [...article.querySelectorAll("figure svg")].map(svg => {
        const frame = svg.getBoundingClientRect();
        const texts = [...svg.querySelectorAll("text")].filter(t => t.textContent.trim());
        const boxes = texts.map(t => t.getBoundingClientRect());
        const marks = [...svg.querySelectorAll("rect, line, path")]
            .map(m => m.getBoundingClientRect()).filter(m => m.width > 0 && m.height > 0);
        return {
            title: svg.closest("figure").querySelector("figcaption").textContent,
            width: frame.width, height: frame.height, texts: texts.length, marks: marks.length,
            out: texts.filter((t, i) => !within(boxes[i], frame)).map(t => t.textContent),
            crossing: texts.flatMap((t, i) => texts.slice(i + 1)
                .filter((_, j) => !apart(boxes[i], boxes[i + 1 + j]))
                .map(o => [t.textContent, o.textContent])),
        };
    });
    const place = article.getBoundingClientRect();
    const out = [...article.querySelectorAll("h1, h2, p, figcaption, th, td")].filter(
        e => e.scrollWidth > e.clientWidth + slack || !within(e.getBoundingClientRect(), place));
    found.editions[article.id] = {drawn, out: out.map(e => e.textContent)};
}
return found;
})()
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder: Path = tmp_path_factory.mktemp("browser")
    file = folder / "bulletin.html"
    made = page([edition(words, PUBLISHED, DICTIONARY) for words in (ZH, EN)])
    file.write_text(made, encoding="utf-8")
    with browser(folder / "profile") as tab:
        tab.open(file)
        found: dict[str, Any] = tab.evaluate(LAID_OUT)
        return found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_charts_are_to_be_seen_and_texts_stay_in_their_places(
    shown: dict[str, Any], language: str
) -> None:
    of = shown["editions"][language]
    assert len(of["drawn"]) == 4
    for chart in of["drawn"]:
        assert chart["width"] > 500, chart["title"]
        assert chart["height"] > 20, chart["title"]
        assert min(chart["marks"], chart["texts"]) > 0, chart["title"]
        assert (chart["out"], chart["crossing"]) == ([], []), chart["title"]
    assert of["out"] == []
    assert shown["wide"] <= 0

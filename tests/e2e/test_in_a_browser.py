"""The pages that people open, in a browser: the second verifier, and what is printed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.printing.bulletin import edition
from ledger.printing.bulletin_page import page
from tests.api.desk import Desk, as_body, desk
from tests.api.test_certificates import issued
from tests.browser import Tab, browser, needs_browser
from tests.builders import BANK, INSTRUMENTS, LAMPWORKS, MILLS, named, register_pledge
from tests.printing.test_bulletin import DICTIONARY, EN, PUBLISHED, ZH
from tests.proofs.test_verifiers import PAGE, STORED

pytestmark = needs_browser
VECTORS = {vector["name"]: vector for vector in STORED}


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with browser(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


def told(tab: Tab, file: Path, key: str = "") -> dict[str, Any]:
    """What the verifier says of a file."""
    tab.open(PAGE)
    tab.evaluate(f"document.getElementById('key').value = {key!r}")
    tab.choose("#file", file)
    found: dict[str, Any] = tab.evaluate(
        """new Promise((done) => {
          const look = () => {
            const verdict = document.getElementById("verdict");
            if (!verdict.textContent) return setTimeout(look, 10);
            done({
              verdict: verdict.textContent,
              holds: verdict.className === "holds",
              findings: [...document.querySelectorAll("#findings li")].map((e) => e.textContent),
              said: document.getElementById("said").hidden
                ? null : document.getElementById("said").textContent,
            });
          };
          look();
        })"""
    )
    return found


@pytest.mark.parametrize(
    "name",
    ["standing", "standing-changed-1", "disclosure", "disclosure-changed-1", "standing-other-key"],
)
def test_the_verifier_says_whether_a_file_holds(tab: Tab, tmp_path: Path, name: str) -> None:
    vector = VECTORS[name]
    file = tmp_path / f"{name}.json"
    file.write_text(vector["text"], encoding="utf-8", newline="")
    found = told(tab, file, vector.get("key") or "")
    assert found["holds"] is vector["holds"], found
    assert bool(found["findings"]) is not vector["holds"]
    assert ("It holds · 验证通过" in found["verdict"]) is vector["holds"]
    assert (found["said"] is not None) is vector["holds"]
    assert tab.printed()[1] == []


@pytest.fixture(scope="module")
def served(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(database_url, tmp_path_factory.mktemp("data")) as serving:
        yield serving


LONG = "Lanternhill Lampworks and Lantern-Glass-Blowing Company of the Inner Harbour " * 3
PATENTS = 60


def on_paper(tab: Tab, folder: Path, written: str) -> int:
    """How many sheets a page takes, none of which cuts anything off."""
    file = folder / "page.html"
    file.write_text(written, encoding="utf-8")
    tab.open(file)
    sheets, wide = tab.printed()
    assert wide == []
    assert tab.evaluate("document.body.innerText.trim().length") > 200
    return sheets


@pytest.mark.parametrize("language", ["en", "zh"])
def test_notices_fit_their_paper(tab: Tab, tmp_path: Path, served: Desk, language: str) -> None:
    """Of one patent on one sheet; of many, with names that no line holds, on as many as it needs;
    and why a filing was refused."""
    owners = (named(LAMPWORKS, LONG), INSTRUMENTS, MILLS)

    def notice(how_many: int) -> str:
        patents = tuple(served.patents(how_many, patentees=owners))
        pledge = register_pledge(patents=patents, pledgors=owners)
        filing = served.registered("/v1/pledges", pledge)["filing_id"]
        return served.get(f"/v1/filings/{filing}/notice", "bank", BANK, lang=language).text

    assert on_paper(tab, tmp_path, notice(1)) <= 2
    assert on_paper(tab, tmp_path, notice(PATENTS)) > 1
    refused = register_pledge(patents=tuple(served.patents(PATENTS)), signed_by=())
    wanted = {"Accept": "text/html", "Accept-Language": language}
    answer = served.file("/v1/pledges", as_body(refused), headers=wanted)
    assert answer.status_code == 409
    assert on_paper(tab, tmp_path, answer.text) >= 1


def test_a_certificate_fits_its_paper(tab: Tab, tmp_path: Path, served: Desk) -> None:
    """In both languages, its hashes and codes broken where the paper ends."""
    patent = served.patent(patentees=(named(LAMPWORKS, LONG), MILLS))
    owners = (named(LAMPWORKS, LONG), MILLS)
    served.registered("/v1/pledges", register_pledge(patents=(patent,), pledgors=owners))
    code = issued(served, patent, "standing")["code"]
    answer = served.get(f"/v1/certificates/{code}/page")
    assert on_paper(tab, tmp_path, answer.text) >= 2


def test_the_bulletin_fits_its_paper(tab: Tab, tmp_path: Path) -> None:
    """In both languages, with its tables and charts."""
    made = page([edition(words, PUBLISHED, DICTIONARY) for words in (ZH, EN)])
    assert on_paper(tab, tmp_path, made) >= 2

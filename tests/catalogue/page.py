"""docs/rules.md, made from the catalogue."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ledger.domain.lawsettings import LawSettings
from ledger.domain.rules.listing import listing
from ledger.wording import wording
from tests.catalogue.texts import ROOT

PATH = ROOT / "docs" / "rules.md"

INSTRUMENTS = (
    ("PL", "专利法", "Patent Law"),
    ("IR", "专利法实施细则", "Implementing Rules of the Patent Law"),
    ("GL", "专利审查指南", "Patent Examination Guidelines"),
    ("PPM", "专利权质押登记办法", "Patent Pledge Registration Measures"),
    ("LRM", "专利实施许可合同备案办法", "Licence Contract Recordal Measures"),
    ("CC", "民法典", "Civil Code"),
    ("CPL, CPL-I", "民事诉讼法、民诉法解释", "Civil Procedure Law and its interpretation"),
    ("SPC-Sec", "有关担保制度的解释", "Supreme People's Court on security"),
    ("SPC-Tech", "技术合同纠纷解释", "Supreme People's Court on technology contracts"),
    ("SPC-Pat", "专利纠纷规定", "Supreme People's Court on patent disputes"),
    ("TIE", "技术进出口管理条例", "Technology Import and Export Regulations"),
    ("PSTA", "促进科技成果转化法", "Act on the Transformation of Achievements"),
)

HEAD = """# The rules

What `patent-ledger rules` and `GET /v1/rules` tell, as a page: every rule that judges filings (R
refuses, W warns, O obliges) and every definition (D). This page is made from the catalogue by
`make catalogue`; the test run compares the two. Rows of the law that are not here stand in
[rules-left-out.md](rules-left-out.md).

## Sources

| short | 中文 | |
|---|---|---|
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD, *(f"| {short} | {zh} | {en} |\n" for short, zh, en in INSTRUMENTS)]
    parts += ["\n## Settings\n\n", *_settings(), "\n"]
    for row in listing():
        parts += _row(row)
    return "".join(parts).rstrip() + "\n"


def _settings() -> Iterator[str]:
    yield "How the office reads the law where it leaves room (`LEDGER_LAW_FILE`, TOML); "
    yield "[ADR 0013](adr/0013-readings-of-the-law.md) says what is no setting.\n\n"
    yield "| setting | default | |\n|---|---|---|\n"
    for name, field in LawSettings.model_fields.items():
        table = isinstance(field.default, tuple)
        default = "a table" if table else f"`{json.dumps(field.default)}`"
        yield f"| `{name}` | {default} | {' '.join((field.description or '').split())} |\n"


def _row(row: dict[str, Any]) -> Iterator[str]:
    zh = wording("zh").row(row)
    yield f"## {row['id']}\n\n"
    yield f"**{row['title']}** · {zh['title']} — {row['severity']} · {row['article']}"
    yield f"{_days(row)}{_same(row)}\n\n"
    yield f"{row['sentence']}\n\n{zh['sentence']}\n"
    if row["cure"]:
        yield f"\nCure: {row['cure']}\n\n补正：{zh['cure']}\n"
    if row["waiver"]:
        yield f"\nWaived by `{row['waiver']}` of {row['waived_by']}.\n\n"
        yield f"可以声明放弃：{zh['waived_by']}（`{row['waiver']}`）。\n"
    if row["kind"] == "definition":
        yield f"\nFunction `{row['function']}`, shown by `{row['test']}`.\n"
    acts = _acts(row["command"])
    if acts:
        yield f"\nOn: {acts}.\n"
    yield "\n"


def _days(row: dict[str, Any]) -> str:
    since = f" · from {row['from']}" if row["from"] else ""
    return since + (f" · until {row['until']}" if row["until"] else "")


def _same(row: dict[str, Any]) -> str:
    return f" · the same rule as {row['same_as']}" if "same_as" in row else ""


def _acts(command: str) -> str:
    names = [name for name in command.split(", ") if re.fullmatch(r"[A-Z]\w+", name)]
    return f"{len(names)} acts" if len(names) > 8 else ", ".join(names)

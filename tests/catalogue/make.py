"""Writes what follows from the catalogue: the Chinese texts, docs/rules.md and the findings of the
cases. `make catalogue` runs it; a text that is new has an empty translation, which a test names."""

from __future__ import annotations

from tests.catalogue import findings, page
from tests.catalogue.texts import catalogue, mo_bytes, mo_path, po_bytes, po_path, updated


def main() -> None:
    text = po_bytes(updated(catalogue("zh")))
    po_path("zh").write_bytes(text)
    mo_path("zh").write_bytes(mo_bytes(text, "zh"))
    page.PATH.write_text(page.page(), encoding="utf-8")
    findings.PATH.write_text(findings.text(), encoding="utf-8")
    missing = [message.id for message in catalogue("zh") if message.id and not message.string]
    for english in missing:
        print(f"no Chinese text: {english}")


if __name__ == "__main__":
    main()

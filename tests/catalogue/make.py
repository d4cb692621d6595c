"""Writes what follows from the catalogue: the Chinese texts, docs/rules.md and the findings of the
cases. `make catalogue` runs it; a text that is new has an empty translation, which a test names."""

from __future__ import annotations

from ledger.wording import po_path
from tests.catalogue import findings, page
from tests.catalogue.texts import catalogue, po_bytes, updated


def main() -> None:
    po_path("zh").write_bytes(po_bytes(updated(catalogue("zh"))))
    page.PATH.write_text(page.page(), encoding="utf-8")
    findings.PATH.write_text(findings.text(), encoding="utf-8")
    missing = [message.id for message in catalogue("zh") if message.id and not message.string]
    for english in missing:
        print(f"no Chinese text: {english}")


if __name__ == "__main__":
    main()

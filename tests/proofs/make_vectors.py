"""Writes the vectors that both verifiers are tested with: `python -m tests.proofs.make_vectors`.

Run it when the form of a file changes, and look at what it writes: vectors that were written before
must still give what they gave.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ledger.embedded import EmbeddedPostgres, temporary_data_dir
from ledger.migrating import migrate
from ledger.proofs.notes import SignerKey
from tests.api.desk import Desk, desk
from tests.api.test_certificates import issued
from tests.api.test_corrections import pledge
from tests.api.test_disclosures import asked as disclosed
from tests.api.test_obligations import enter, preserve
from tests.builders import BANK, number

VECTORS = Path(__file__).parent / "vectors.json"

Vector = dict[str, Any]


def made(served: Desk) -> list[Vector]:
    """The files as the ledger gives them."""
    first, second, third = served.patents(3)
    receipt = pledge(served, first, second)
    registered = receipt["registration_no"]
    enter(served, third, preserve())
    position = receipt["entries"][0]["position"]
    files = {
        "standing": issued(served, first, "standing", besides=[registered]),
        "nothing-else": issued(served, second, "nothing_else", besides=[registered]),
        "nothing-else-before": issued(served, first, "nothing_else", on="2026-03-01"),
        "preserved": issued(served, third, "standing"),
        "unknown-patent": issued(served, number(990_001), "nothing_else"),
        "disclosure": disclosed(served, position, "bank", BANK, name="claim").json(),
    }
    vectors: list[Vector] = [
        {"name": name, "text": json.dumps(file, ensure_ascii=False), "holds": True}
        for name, file in files.items()
    ]
    for vector in vectors:
        vector["kind"] = "disclosure" if vector["name"] == "disclosure" else "certificate"
    keys = files["standing"]["keys"]
    key = keys.split("\n")[2].split(" ")[0]
    proof = served.get(f"/v1/log/proofs/{position}").text
    head = served.get("/v1/log/checkpoint").text
    for name, text in (("proof", proof), ("checkpoint", head)):
        vectors += [
            {"name": name, "kind": name, "text": text, "key": key, "holds": True},
            {"name": f"{name}-without-key", "kind": name, "text": text, "holds": False},
        ]
    return [*vectors, *changed(registered, key)]


def changed(registered: str, key: str) -> list[Vector]:
    """What must not hold: a file in which one text is replaced by another."""
    strange = str(SignerKey.fresh(key.partition("+")[0]).verifier)
    replaced = {
        "standing": [
            ('"in_force"', '"expired"'),
            ('"on": "2026-03-02"', '"on": "2026-03-03"'),
            ('"until": null', '"until": "2030-01-01"'),
            (registered, "Y2026990009999"),
            ('"newest": ', '"newest": 1'),
            ("patents/1 ", "patents/1 1"),
            ('"code": "', '"code": "A'),
            ('"besides": [', '"more": 1, "besides": ['),
            ("index ", "index 1"),
            ('"path": ["', '"path": ["AAAA'),
        ],
        "nothing-else": [('"on": "2026-03-02"', '"on": "2026-02-02"'), (registered, "Y0")],
        "unknown-patent": [('"patent": "CN:', '"patent": "US:')],
        "disclosure": [('"5000000.00"', '"5.00"'), ('"name": "claim"', '"name": "debtor"')],
        "proof": [("extra ", "extra AAAA"), ("index ", "index 1")],
        "checkpoint": [("\n\n", "\nmore\n\n"), ("patents/1 ", "patents/1 0")],
    }
    rows: list[Vector] = [
        {"name": f"{of}-changed-{place}", "of": of, "replace": pair, "holds": False}
        for of, pairs in replaced.items()
        for place, pair in enumerate(pairs, 1)
    ]
    return [*rows, {"name": "standing-other-key", "of": "standing", "key": strange, "holds": False}]


def expanded(vectors: list[Vector]) -> list[Vector]:
    """The vectors with their texts."""
    texts = {vector["name"]: vector for vector in vectors if "text" in vector}
    return [
        vector
        if "text" in vector
        else {
            "kind": texts[vector["of"]]["kind"],
            "key": vector.get("key", texts[vector["of"]].get("key")),
            "text": texts[vector["of"]]["text"].replace(*vector.get("replace", ("", ""))),
            **{name: vector[name] for name in ("name", "holds")},
        }
        for vector in vectors
    ]


def main() -> None:
    with temporary_data_dir() as data_dir, EmbeddedPostgres(data_dir) as server:
        migrate(server.url)
        folder = Path(data_dir) / "desk"
        folder.mkdir()
        with desk(server.url, folder) as served:
            vectors = made(served)
    VECTORS.write_text(json.dumps(vectors, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""Confidential members of an entry handed to a court, and proved offline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from ledger.domain.money import yuan
from tests.api.desk import Desk, as_body
from tests.api.test_corrections import pledge
from tests.builders import BANK, LAMPWORKS, OTHER_BANK, record_consent
from tests.proofs.commands import messages, run
from tests.wait import until

Json = Any


def asked(served: Desk, position: int, role: str | None, who: Any = None, **names: Any) -> Any:
    """The answer once a checkpoint holds the position."""
    path = f"/v1/log/proofs/{position}/disclosure"
    until(lambda: served.get(path, role, who, **names).status_code != 503)
    return served.get(path, role, who, **names)


def verified(disclosure: Json, folder: Path) -> Json:
    file = folder / "disclosure.json"
    file.write_bytes(orjson.dumps(disclosure))
    return run("verify", file)


@pytest.fixture
def position(served: Desk) -> int:
    """Position of a pledge's entry."""
    (entry,) = pledge(served, served.patent())["entries"]
    return int(entry["position"])


def test_a_party_discloses_a_member_and_no_other(
    served: Desk, position: int, tmp_path: Path
) -> None:
    answer = asked(served, position, "bank", BANK, name="claim")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "private"
    made = answer.json()
    assert [row["name"] for row in made["disclosed"]] == ["claim"]
    report = verified(made, tmp_path)
    assert messages(report) == ""
    said = report["said"]
    assert said["disclosed"]["claim"]["amount"] == yuan("5000000.00").model_dump(mode="json")
    assert (said["position"], said["entry"]["topic"]) == (position, "pledge.registered")
    both = asked(served, position, "patentee", LAMPWORKS, name=["claim", "debtor"]).json()
    assert messages(verified(both, tmp_path)) == ""


def test_who_may_not_see_it_may_not_disclose_it(served: Desk, position: int) -> None:
    assert asked(served, position, None).status_code == 401
    assert asked(served, position, "registrar").status_code == 403
    assert asked(served, position, "bank", OTHER_BANK).status_code == 404
    assert asked(served, position, "bank", BANK, name="version").status_code == 404
    assert asked(served, position, "auditor", name="version").status_code == 200
    assert asked(served, position, "bank", BANK, name=["claim", "nothing"]).status_code == 404
    assert asked(served, served.head() + 9, "auditor").status_code == 404


def test_an_entry_without_a_public_part_is_disclosed(served: Desk, tmp_path: Path) -> None:
    patent = served.patent()
    pledge(served, patent)
    body = as_body(record_consent(patents=(patent,)))
    receipt = served.registered("/v1/consents", body, "bank", BANK)
    made = asked(served, receipt["position"], "auditor").json()
    assert {"stream", "topic", "by"} <= {row["name"] for row in made["disclosed"]}
    report = verified(made, tmp_path)
    assert messages(report) == ""
    assert report["said"]["entry"] == {}


def test_what_is_changed_in_it_is_found(served: Desk, position: int, tmp_path: Path) -> None:
    made = asked(served, position, "bank", BANK, name="claim").json()
    (row,) = made["disclosed"]
    amount = {"amount": "5.00", "currency": "CNY"}
    less = row | {"value": row["value"] | {"amount": amount}}
    for another in (less, row | {"name": "debtor"}, row | {"salt": "0" * 32}):
        found = messages(verified(made | {"disclosed": [another]}, tmp_path))
        assert "not what was entered" in found
    assert not verified(made | {"disclosed": []}, tmp_path)["holds"]
    assert not verified(made | {"position": 1}, tmp_path)["holds"]
    other = asked(served, 1, "auditor").json()
    assert not verified(made | {"proof": other["proof"], "position": 1}, tmp_path)["holds"]


def test_the_operator_discloses_by_command(
    served: Desk, position: int, tmp_path: Path, database_url: str
) -> None:
    until(lambda: served.get(f"/v1/log/proofs/{position}").status_code == 200)
    told = run("disclose", str(position), url=database_url, folder=tmp_path)
    assert "claim" in told["members"]
    made = run("disclose", str(position), "--name", "claim", url=database_url, folder=tmp_path)
    assert made.pop("code") == 0
    assert messages(verified(made, tmp_path)) == ""

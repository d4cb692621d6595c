"""Reports: an audit that is signed, its digest and its checkpoint, verified offline."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger.cli import app
from ledger.proofs.reports import digest_of
from tests.conftest import NewDatabase
from tests.proofs.commands import messages, run
from tests.proofs.logs import asked, filed, signed

Json = Any


@pytest.fixture(scope="module")
def audited(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Json]:
    """The signed audit of a ledger in which a number was never drawn and an owner was changed."""
    folder = tmp_path_factory.mktemp("audit")
    with new_database() as url:
        filed(url, 4)
        signed(url, folder)
        asked(url, "ALTER TABLE stored_events DISABLE TRIGGER ALL")
        asked(
            url,
            "UPDATE stored_events SET state = regexp_replace(convert_from(state, 'UTF8'), "
            '\'"id":"[0-9A-Z]{18}"\', \'"id":"91999900MA9999999X"\')::text::bytea '
            "WHERE notification_id = 3",
        )
        asked(url, "ALTER TABLE registration DISABLE TRIGGER ALL")
        asked(url, "UPDATE registration SET serial = 4 WHERE serial = 3")
        into = folder / "report.json"
        environment = {"LEDGER_DATABASE_URL": url, "LEDGER_DATA_DIR": str(folder)}
        said = CliRunner().invoke(app, ["audit", "--signed", str(into), "--csv"], env=environment)
        assert said.exit_code == 0, said.output
        report = json.loads(into.read_text())
        rows = list(csv.DictReader(io.StringIO(said.stdout)))
        assert [row["kind"] for row in rows] == [row["kind"] for row in report["findings"]]
        yield report


def verified(report: Json, folder: Path, *options: str | Path) -> Json:
    file = folder / "report.json"
    file.write_text(json.dumps(report, ensure_ascii=False), encoding="utf-8")
    return run("verify", file, *options)


def test_it_lists_what_the_rules_would_refuse_and_numbers_never_drawn(audited: Json) -> None:
    kinds = {row["kind"]: row["detail"] for row in audited["findings"]}
    assert kinds["registration-number-gap"] == "Y2026990000003 never drawn"
    assert kinds["refused-if-judged-again"].startswith("pledge-pledgor-is-owner: ")
    assert audited["report"] == "patent-ledger audit"
    assert audited["position"] == 8


def test_it_is_verified_by_the_key_found_in_it_or_named(audited: Json, tmp_path: Path) -> None:
    report = verified(audited, tmp_path)
    assert messages(report) == ""
    assert report["kind"] == "report"
    assert report["said"]["signed"] is True
    (key,) = report["keys"]
    assert messages(verified(audited, tmp_path, "--key", key)) == ""


def test_what_is_changed_in_it_is_found(audited: Json, tmp_path: Path) -> None:
    fewer = audited | {"findings": audited["findings"][1:]}
    assert "its digest is not that of the rest" in messages(verified(fewer, tmp_path))
    again = fewer | {"digest": digest_of(fewer)}
    assert "the note that signs it is of another report" in messages(verified(again, tmp_path))
    later = audited | {"position": 99}
    assert "beyond its checkpoint" in messages(verified(later, tmp_path))
    assert not verified({"report": "other"}, tmp_path)["holds"]


def test_a_report_that_nobody_signed_is_held_by_its_digest_and_checkpoint(
    audited: Json, tmp_path: Path
) -> None:
    """As the statistics write theirs: the operator's key is named."""
    stated = {"report": "patent-ledger statistics", "form": "1", "position": 4, "cells": []}
    stated["checkpoint"] = audited["checkpoint"]
    report = stated | {"digest": digest_of(stated)}
    (key,) = verified(audited, tmp_path)["keys"]
    found = verified(report, tmp_path, "--key", key)
    assert messages(found) == ""
    assert found["said"]["signed"] is False
    assert "which is not known" in messages(verified(report, tmp_path))
    unsigned = stated | {"checkpoint": None}
    unsigned |= {"digest": digest_of(unsigned)}
    assert "it names no checkpoint" in messages(verified(unsigned, tmp_path, "--key", key))

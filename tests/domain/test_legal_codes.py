"""The codes told with entries are those of the EPO's list, with the class that the list gives."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import get_args

import pytest

from ledger.domain.events import EVENT_TYPES, NameOrAddressChanged, PatentAbandoned
from ledger.domain.legal_codes import CATEGORIES, OF_FIELDS, OF_TOPICS, LegalCode, code_of
from ledger.settings import load_settings

CODES = [*OF_TOPICS.values(), *(code for _, codes in OF_FIELDS.values() for code in codes.values())]


def listed() -> dict[str, str]:
    """The list's codes with their classes."""
    samples = load_settings().samples_dir
    if samples is None or not samples.is_dir():
        pytest.skip("missing: LEDGER_SAMPLES, the folder with legal-event-codes")
    path: Path = samples / "legal-event-codes" / "inpadoc-cn-202417.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["Event-code"]: row["Event-class"] for row in csv.DictReader(file)}


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.code)
def test_it_is_in_the_list_with_its_class(code: LegalCode) -> None:
    assert listed()[code.code] == (code.event_class or "")


def test_only_kinds_with_a_public_part_have_codes() -> None:
    public = {topic for topic, kind in EVENT_TYPES.items() if not kind.HIDDEN}
    assert {*OF_TOPICS, *OF_FIELDS} <= public
    assert not {*OF_TOPICS} & {*OF_FIELDS}


def test_every_value_of_a_field_is_thought_of() -> None:
    assert set(OF_FIELDS["name.changed"][1]) == set(
        get_args(NameOrAddressChanged.model_fields["item"].annotation)
    )
    assert set(OF_FIELDS["patent.abandoned"][1]) == set(
        get_args(PatentAbandoned.model_fields["reason"].annotation)
    )


def test_by_a_field_and_of_chinese_patents_alone() -> None:
    assert code_of("CN:1", "name.changed", {"item": "both"}) == LegalCode("CP03", "R")
    assert code_of("CN:1", "invalidation.final", {"outcome": "maintained"}) is None
    assert code_of("CN:1", "fee.paid", {}) is None
    assert code_of("US:14808123", "transfer.registered", {}) is None


def test_a_class_that_is_not_read_in_st27_is_no_category() -> None:
    assert LegalCode("RECT", "Y").category is None
    assert LegalCode("PE01", "S").category == "S"
    assert {"Y", "Z"}.isdisjoint(CATEGORIES)

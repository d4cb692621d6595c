"""The words of notices: every kind of entry, every member and every code has them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, get_args

import pytest

from ledger.domain.events import EVENT_TYPES, Event, LedgerEvent, SecuredClaim
from ledger.domain.royalties import (
    EntryFeePlusRunning,
    Equity,
    Free,
    Instalments,
    LumpSum,
    RoyaltyBase,
    Running,
)
from ledger.domain.rules import RULES
from ledger.printing import labels
from ledger.printing.labels import KINDS, NOTICES, REFUSALS
from ledger.printing.lines import CLAIM, CODES, LINES, ROYALTY, Form
from tests.catalogue.texts import texts

ROYALTIES = (LumpSum, Instalments, Running, EntryFeePlusRunning, Free, Equity)
OF_ITS_OWN = {"rate", "instalments"}
"""Members of a royalty that are written each in its own way."""

UNTOLD = {
    # What every event carries, told in the head of the page or at its place.
    *Event.model_fields,
    # Figures of the statistics and numbers of procedure that tell a party nothing.
    *("symbols", "industry", "strategic_industry", "family_abroad", "same_day_patent"),
    *("entry_version", "undoes", "counterparties", "personal_values", "withheld"),
    # Of a prepared filing: its answer tells them, and the filing itself is its parties'.
    *("body", "caller_role", "caller_party", "agreed", "used_by"),
    # Why it was refused, a notice of its own tells.
    *("final", "findings"),
}


@pytest.mark.parametrize("event", EVENT_TYPES.values(), ids=EVENT_TYPES)
def test_every_entry_and_every_member_has_its_words(event: type[LedgerEvent]) -> None:
    assert event.TOPIC in KINDS
    assert set(event.model_fields) - UNTOLD <= set(LINES)


def test_every_code_has_its_words() -> None:
    coded = {name for name, line in LINES.items() if line.form is Form.CODE}
    stated = {
        value
        for event in EVENT_TYPES.values()
        for name, field in event.model_fields.items()
        if name in coded
        for value in literals(field.annotation)
    }
    stated |= {value for form in ROYALTIES for value in literals(form.model_fields["form"])}
    assert stated | {base.value for base in RoyaltyBase} <= set(CODES)


def literals(annotation: Any) -> set[str]:
    """The words that an annotation allows."""
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return {member.value for member in annotation}
    return {
        word
        for each in get_args(getattr(annotation, "annotation", annotation))
        for word in ({each} if isinstance(each, str) else literals(each))
    }


def test_claims_and_royalties_are_told_whole() -> None:
    assert set(CLAIM) == set(SecuredClaim.model_fields) - {"id"}
    members = {name for form in ROYALTIES for name in form.model_fields}
    assert set(ROYALTY) == members - OF_ITS_OWN


def test_documents_are_of_entries_and_acts_that_there_are() -> None:
    assert set(NOTICES) <= set(KINDS) == set(EVENT_TYPES)
    assert set(REFUSALS) <= {name for rule in RULES.values() for name in rule.commands}


def test_every_text_is_in_the_catalogue() -> None:
    assert labels.texts() <= set(texts())

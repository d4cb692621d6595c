"""The library's repository, over our recorder and mapper, gives the state that decisions see."""

from __future__ import annotations

import pytest
from eventsourcing.application import AggregateNotFoundError

from tests.eventstore.ledgers import enter_patents, numbers, pledge, registry


def test_a_patent_is_asked_for_now_and_at_an_earlier_version(database_url: str) -> None:
    with registry(database_url) as ledger:
        (patent,) = enter_patents(ledger, numbers(1))
        ledger.file(pledge(patent, key="first"))
        now = ledger.patent(patent)
        assert now.version == 2
        assert [p.registration_no for p in now.pledges] == ["Y2026990000001"]
        assert ledger.patent(patent, version=1).pledges == ()


def test_a_patent_without_a_fact_is_not_there(database_url: str) -> None:
    with registry(database_url) as ledger, pytest.raises(AggregateNotFoundError):
        ledger.patent("CN:201819999999.9")

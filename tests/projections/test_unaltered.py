"""Rows of the statistics that are told without a fold are those that the fold makes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest

from ledger.domain.events import LedgerEvent
from ledger.eventstore.stored_form import encode
from ledger.means import fresh_salts
from ledger.projections.extents import EXTENTS, STATISTICS_ALONE
from ledger.projections.folding import Rows, fold_streams
from ledger.projections.statistics.unaltered import Logged, rows_of
from tests.builders import (
    BANK,
    INSTRUMENTS,
    MILLS,
    PATENT,
    declared_open,
    deregistered,
    entered,
    fee_paid,
    lapsed,
    licensed,
    number,
    numbered,
    pledged,
    released,
    transferred,
)

QUICK = EXTENTS[STATISTICS_ALONE]
FOLDED = replace(QUICK, without_fold=None)
TRADEMARK = "trademark:CN:12345678"


def log_of(*events: LedgerEvent) -> list[Logged]:
    """A stream as it lies in the log, each entry a filing of its own."""
    stored = [encode(event, fresh_salts)[0] for event in numbered(*events)]
    return [
        Logged(place, e.originator_version, e.topic.encode(), e.state)
        for place, e in enumerate(stored, 11)
    ]


def told(log: Sequence[Logged], extent: Any, stream: str = PATENT) -> dict[str, list[bytes]]:
    rows: Rows = {table: [] for table in extent.columns}
    fold_streams([(stream, [*log])], rows, extent)
    return {table: sorted(packed) for table, packed in rows.items()}


def same(log: Sequence[Logged], stream: str = PATENT) -> bool:
    return told(log, QUICK, stream) == told(log, FOLDED, stream)


ADDED: list[LedgerEvent] = [
    transferred(),
    transferred(after=(MILLS,), before=(INSTRUMENTS,), on=date(2025, 8, 8)),
    pledged(),
    pledged(registration_no="Y2025990000077", claim=None, pledgees=(BANK, MILLS)),
    pledged(registration_no="Y2025990000078", pledgors=(), pledgees=(), on=date(2024, 1, 1)),
    licensed(),
    declared_open(),
    fee_paid(),
    lapsed(),
]


@pytest.mark.parametrize("event", ADDED, ids=lambda event: event.TOPIC)
def test_a_fact_that_adds_is_told_without_a_fold(event: LedgerEvent) -> None:
    for log in (log_of(entered(), event), log_of(event)):
        assert rows_of(PATENT, log) is not None
        assert same(log)


def altered() -> Iterator[tuple[str, list[LedgerEvent]]]:
    yield "an end", [entered(), pledged(), deregistered()]
    yield "a release", [entered(), pledged(), released()]
    yield "a grant told late", [pledged(), entered()]
    yield "a grant told again", [entered(), entered(symbols=("A01B 1/00",)), pledged()]
    yield "a number told twice", [entered(), pledged(), pledged(on=date(2025, 7, 7))]


@pytest.mark.parametrize("events", [e for _, e in altered()], ids=[n for n, _ in altered()])
def test_what_was_altered_is_folded(events: list[LedgerEvent]) -> None:
    log = log_of(*events)
    assert rows_of(PATENT, log) is None
    assert same(log)


def test_any_sequence_gives_the_rows_of_the_fold() -> None:
    random = Random(7)
    pool = [entered(), *ADDED, deregistered(), released()]
    quick = 0
    for _ in range(150):
        log = log_of(*random.sample(pool, random.randint(1, 6)))
        quick += rows_of(PATENT, log) is not None
        assert same(log)
    assert quick > 20


def test_texts_that_look_like_members_are_texts() -> None:
    """Titles and names may hold quotes, brackets and the keys by which members are found."""
    hostile = 'x","kind":"design","granted_on":"2001-01-01"},"filing_id":"]}\\\n"symbols":["A'
    named = INSTRUMENTS.model_copy(update={"name": f'{hostile}],"pledgors":[', "address": "{[\\"})
    grant = entered(invention_title=hostile, patentees=(named,))
    for event in (
        transferred(before=(named,), after=(MILLS, named)),
        pledged(pledgors=(named, MILLS), pledgees=(named,)),
    ):
        log = log_of(grant, event)
        assert rows_of(PATENT, log) is not None
        assert same(log)


def test_what_is_withheld_is_folded() -> None:
    grant, pledge = log_of(entered(), pledged())
    entry = pledge.state.partition(b"\n")[0] + b"\n"
    log = [grant, pledge._replace(state=entry)]
    assert rows_of(PATENT, log) is None
    assert same(log)


def test_rows_of_designs_trademarks_and_other_registers() -> None:
    design = number(1, kind="3")
    assert same(log_of(entered(design), pledged(design)), design)
    mark = log_of(pledged(TRADEMARK))
    assert rows_of(TRADEMARK, mark) is not None
    assert same(mark, TRADEMARK)
    assert rows_of("US:9999999", log_of(transferred("US:9999999"))) == []

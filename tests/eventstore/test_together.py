"""Acts that are entered together: in one transaction, each as its own filing, or not at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from ledger.domain.refusals import Refused
from ledger.eventstore.acts import Act, NoneEntered, Together
from ledger.filings import FilingAct
from ledger.registry import Registry
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import (
    FeeAct,
    as_one_group,
    assert_dense,
    assert_serials_without_gap,
    enter_patents,
    numbers,
    outcome,
    pledge,
    registry,
    rows,
    value,
)
from tests.eventstore.proxy import ProxiedServer
from tests.eventstore.test_writer import POISONS, terminate

HEAD = "SELECT max(notification_id) FROM stored_events"


def pledges(ledger: Registry, patents: Sequence[str], key: str) -> list[FilingAct]:
    return [FilingAct(pledge(p, key=f"{key} {p}"), ledger.means) for p in patents]


def fees(patents: Sequence[str], key: str) -> list[FeeAct]:
    return [FeeAct(f"{key} {patent}", patent, draws=True) for patent in patents]


def test_they_share_a_transaction_and_no_filing(
    ledger: Registry, database_url: str, patents: list[str]
) -> None:
    answer = ledger.writer.enter(Together(pledges(ledger, patents, "whole")))
    receipts = [json.loads(line) for line in answer.split(b"\n")]
    assert len({receipt["filing_id"] for receipt in receipts}) == len(patents)
    positions = [receipt["position"] for receipt in receipts]
    assert positions == list(range(positions[0], positions[0] + len(patents)))
    written = "SELECT count(DISTINCT xmin::text) FROM stored_events WHERE notification_id >= %s"
    assert value(database_url, written, positions[0]) == 1


def test_others_who_wait_beside_them_are_not_concerned(
    ledger: Registry, database_url: str, patents: list[str]
) -> None:
    held = patents[5]
    ledger.file(pledge(held, key=f"stands {held}"))
    before = value(database_url, HEAD)
    beside = pledges(ledger, patents[1:3], "beside")
    together = Together(pledges(ledger, patents[3:8], "none"))
    acts: list[Act] = [beside[0], together, beside[1]]
    first, none, last = map(outcome, as_one_group(ledger, patents[0], acts))
    assert isinstance(first, bytes)
    assert isinstance(last, bytes)
    assert isinstance(none, NoneEntered)
    assert set(none.reasons) == {2}
    assert isinstance(none.reasons[2], Refused)
    assert assert_dense(database_url) == before + 3
    assert_serials_without_gap(database_url)
    # Nothing of them is remembered either.
    assert ledger.file(pledge(patents[3], key=f"afterwards {patents[3]}"))


@pytest.mark.parametrize("how", POISONS)
def test_a_poisoned_one_fails_them_all_and_nobody_else(
    ledger: Registry, database_url: str, patents: list[str], how: str
) -> None:
    before = value(database_url, HEAD)
    good: list[Act] = [*fees(patents[1:4], f"good {how}")]
    stated = {"key": f"bad {how}", "patent": patents[4], "draws": True} | POISONS[how]
    bad = FeeAct(**stated)
    acts: list[Act] = [*good[:1], Together([*fees(patents[5:8], f"lost {how}"), bad]), *good[1:]]
    told = [outcome(w) for w in as_one_group(ledger, patents[0], acts)]
    assert isinstance(told.pop(1), Exception)
    assert all(isinstance(each, bytes) for each in told)
    assert assert_dense(database_url) == before + 1 + len(good)
    assert_serials_without_gap(database_url)
    assert ledger.writer.enter(Together(fees(patents[5:8], f"found {how}")))


@pytest.mark.parametrize("arrives", [False, True])
def test_a_line_cut_at_commit_leaves_all_or_none_and_then_all_once(
    new_database: NewDatabase, arrives: bool
) -> None:
    with new_database() as url, ProxiedServer(url) as proxy, registry(proxy.url) as ledger:
        with registry(url) as direct:
            patents = enter_patents(direct, numbers(12))
        proxy.cut_at(b"COMMIT", deliver=arrives)
        acts = pledges(ledger, patents, "cut")
        answer = ledger.writer.enter(Together(acts))
        assert proxy.cuts == 1
        on_record = rows(url, "SELECT receipt FROM idempotency WHERE key LIKE 'cut%%' ORDER BY key")
        assert sorted(answer.split(b"\n")) == sorted(bytes(row["receipt"]) for row in on_record)
        assert assert_dense(url) == 24
        assert_serials_without_gap(url)
        assert ledger.writer.enter(Together(acts)) == answer


def test_a_session_that_ends_midway_leaves_nothing_and_they_are_filed_again(
    ledger: Registry, database_url: str, patents: list[str]
) -> None:
    before = value(database_url, HEAD)
    acts = fees(patents, "midway")
    left = [lambda curs: terminate(database_url, curs)]
    acts[6].beside = lambda curs: left.pop()(curs) if left else None
    answer = ledger.writer.enter(Together(acts))
    assert len(answer.split(b"\n")) == len(acts)
    assert left == []
    assert assert_dense(database_url) == before + len(acts)
    assert_serials_without_gap(database_url)


def test_of_many_who_want_the_same_patents_each_has_all_or_none(
    ledger: Registry, database_url: str, patents: list[str]
) -> None:
    """Eight callers together and single ones beside them, over overlapping patents."""
    begin = threading.Barrier(12)
    before = value(database_url, HEAD)

    def together(place: int) -> bool:
        wanted = [patents[(place + step) % 10] for step in range(3)]
        begin.wait()
        try:
            ledger.writer.enter(Together(pledges(ledger, wanted, f"many {place}")))
        except NoneEntered:
            return False
        return True

    def alone(place: int) -> bool:
        begin.wait()
        try:
            ledger.file(pledge(patents[place], key=f"alone {patents[place]}"))
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        whole = [pool.submit(together, place) for place in range(8)]
        single = [pool.submit(alone, place) for place in range(4)]
        entered = 3 * sum(f.result() for f in whole) + sum(f.result() for f in single)
    assert entered >= 4
    assert assert_dense(database_url) == before + entered
    standing = "SELECT count(*) FROM standing_pledge WHERE patent_id = ANY (%s)"
    assert value(database_url, standing, patents) == entered
    for place in range(8):
        of_these = "SELECT count(*) FROM idempotency WHERE key = ANY (%s)"
        wanted = [f"many {place} {patents[(place + step) % 10]}" for step in range(3)]
        assert value(database_url, of_these, wanted) in (0, 3)

"""The feed's index follows the log by whole filings, and knows who is concerned."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from ledger.database import connect
from ledger.domain.events import LedgerEvent
from ledger.eventstore.stored_form import encode, entry_of
from ledger.means import fresh_salts
from ledger.projections.disclosure import parties_in
from ledger.projections.feed import KINDS, FeedFollower, Wanted, page, topics, total
from tests.builders import (
    BANK,
    LAMPWORKS,
    PLEDGE_NO,
    deregistered,
    entered,
    invalidation_requested,
    number,
    party,
    pledged,
)
from tests.conftest import NewDatabase
from tests.eventstore.every_event import events
from tests.eventstore.ledgers import rows, value
from tests.projections.test_followers import append


@pytest.fixture
def url(new_database: NewDatabase) -> Iterator[str]:
    with new_database() as fresh:
        yield fresh


def follow(url: str, batch_max: int = 10_000) -> list[int]:
    """Bring the feed up to the head; where its batches ended."""
    follower = FeedFollower(url, batch_max)
    ends = []
    with connect(url, "ledger_writer", row_factory=dict_row) as connection:
        while follower.advance(connection):
            ends.append(int(value(url, "SELECT feed_position()")))
    return ends


def filing(first: int, count: int, name: str) -> list[LedgerEvent]:
    return [entered(number(n), filing_id=name) for n in range(first, first + count)]


class TestTheIndex:
    def test_batches_end_where_a_filing_ends(self, url: str) -> None:
        append(url, *filing(1, 4, "first"), *filing(5, 4, "second"), *filing(9, 1, "third"))
        assert follow(url, batch_max=6) == [4, 9]
        found = rows(url, "SELECT position, number, filing_end FROM feed ORDER BY position")
        assert [row["number"] for row in found] == list(range(1, 10))
        assert [row["filing_end"] for row in found] == [4] * 4 + [8] * 4 + [9]

    def test_what_is_hidden_is_a_gap(self, url: str) -> None:
        hidden = invalidation_requested(number(1)).model_copy(update={"originator_version": 2})
        append(url, entered(number(1)), hidden, *filing(2, 1, "later"))
        follow(url)
        found = rows(url, "SELECT position, number FROM feed ORDER BY position")
        assert [(row["position"], row["number"]) for row in found] == [(1, 1), (3, 2)]
        with connect(url, "ledger_public", row_factory=dict_row) as connection:
            assert total(connection, Wanted(), 1, 3) == 1
            assert total(connection, Wanted(), 0, 3) == 2
            read = page(connection, Wanted(), 1, 10)
        assert [position for position, _ in read.entries] == [3]
        assert (read.through, read.more) == (3, False)

    def test_it_is_not_changed(self, url: str) -> None:
        append(url, entered())
        follow(url)
        with psycopg.connect(url, autocommit=True) as owner:
            for statement in ("DELETE FROM feed", "UPDATE feed SET topic = ''", "TRUNCATE feed"):
                with pytest.raises(psycopg.errors.RestrictViolation):
                    owner.execute(statement)

    def test_a_party_is_concerned_by_what_becomes_of_a_thing_it_was_named_in(
        self, url: str
    ) -> None:
        """The entry that ends a pledge names no party."""
        ended = deregistered(number(1)).model_copy(update={"originator_version": 2})
        append(url, pledged(number(1)), ended)
        follow(url)
        before, after = rows(url, "SELECT * FROM feed ORDER BY position")
        assert before["thing"] == after["thing"] == PLEDGE_NO
        assert (
            after["parties"] == before["parties"] == sorted((party(BANK).id, party(LAMPWORKS).id))
        )

    @settings(max_examples=80, deadline=None)
    @given(event=st.sampled_from(sorted(KINDS)).flatmap(events))
    def test_the_parties_it_finds_in_an_entry_are_all_that_are_named(
        self, database_url: str, event: LedgerEvent
    ) -> None:
        line = entry_of(encode(event, fresh_salts)[0].state)
        fields = orjson.loads(line)["fields"]
        found = value(database_url, "SELECT parties_of(%s::jsonb)", orjson.dumps(fields).decode())
        assert set(found) == set(parties_in(fields))


def test_a_kind_is_a_topic_or_the_first_word_of_topics() -> None:
    assert topics(["pledge.changed"]) == ["pledge.changed"]
    assert len(topics(["pledge"])) == 5
    assert topics(["consent", "pledg"]) == []

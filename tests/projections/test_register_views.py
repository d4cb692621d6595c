"""What the register views say, as known at every position and as effective on every day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.errors import ExclusionViolation

from ledger.domain.events import Concealed, LedgerEvent
from ledger.domain.evolving import evolve
from ledger.domain.patent import Patent
from ledger.eventstore import stored_form
from ledger.eventstore.world import is_patent
from ledger.projections.history import View
from ledger.projections.register import VIEWS
from ledger.registry import Registry
from tests.builders import (
    BANK,
    INSTRUMENTS,
    LAMPWORKS,
    MILLS,
    OTHER_BANK,
    PATENT,
    PLEDGE_NO,
    SECOND,
    THIRD,
    declared_open,
    deregistered,
    entered,
    fee_paid,
    invalidation_final,
    invalidation_requested,
    lapsed,
    licensed,
    named,
    party,
    pledged,
    preserved,
    renamed,
    restored,
    suspended,
    transferred,
)
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import registry, rows, value
from tests.projections.acts import enter, enter_filings
from tests.replay.test_golden import stored

BITEMPORAL = [view for view in VIEWS if view.bitemporal]


@pytest.fixture
def url(new_database: NewDatabase) -> Iterator[str]:
    with new_database() as fresh:
        yield fresh


@pytest.fixture
def ledger(url: str) -> Iterator[Registry]:
    with registry(url) as opened:
        yield opened


def told(url: str, table: str, known_at: int, on: date, shown: str) -> list[Any]:
    """What a table says of a day, as known at a position."""
    found = rows(
        url,
        f"SELECT {shown} AS said FROM {table} WHERE recorded @> %s::bigint AND effective @> %s "
        "ORDER BY 1",
        known_at,
        on,
    )
    return [row["said"] for row in found]


class TestTable:
    """A small history, each row as a reader would ask for it."""

    def test_who_owns_a_patent(self, url: str, ledger: Registry) -> None:
        granted, sold, told_late = date(2020, 9, 1), date(2025, 3, 3), date(2023, 2, 1)
        lampworks_before = named(LAMPWORKS, "Lanternhill Lamps")
        enter(ledger, "entry", entered(patentees=(lampworks_before,)))
        enter(ledger, "sale", transferred(before=(LAMPWORKS,), on=sold))
        enter(ledger, "new name", renamed(before=lampworks_before, after=LAMPWORKS, on=told_late))
        name = "patentees -> 0 ->> 'name'"
        expected = {
            # known at: on the day before the grant, at grant, before and after name and sale
            1: [[], ["Lanternhill Lamps"], ["Lanternhill Lamps"], ["Lanternhill Lamps"]],
            2: [[], ["Lanternhill Lamps"], ["Lanternhill Lamps"], ["Tidewater Instruments"]],
            3: [[], ["Lanternhill Lamps"], ["Lanternhill Lampworks"], ["Tidewater Instruments"]],
        }
        days = (granted - timedelta(1), granted, told_late, sold)
        for position, said in expected.items():
            assert [told(url, "title", position, day, name) for day in days] == said

    def test_what_stands_against_a_patent(self, url: str, ledger: Registry) -> None:
        pledged_on, ended_on = date(2025, 5, 6), date(2025, 9, 1)
        enter(ledger, "entry", entered())
        enter(ledger, "pledge", pledged(on=pledged_on, pledgees=(BANK, OTHER_BANK)))
        enter(ledger, "end", deregistered(on=ended_on))
        names = "jsonb_path_query_array(details, '$.pledgees[*].name')"
        banks = ["Bank of Lanternhill", "Tidewater Savings Bank"]
        for position, day, said in (
            (1, pledged_on, []),
            (2, pledged_on - timedelta(1), []),
            (2, pledged_on, [banks]),
            (2, ended_on, [banks]),
            (3, ended_on - timedelta(1), [banks]),
            (3, ended_on, []),
        ):
            assert told(url, "encumbrance", position, day, names) == said, (position, day)

    def test_licences_declarations_and_freezes(self, url: str, ledger: Registry) -> None:
        on = date(2025, 2, 3)
        enter(ledger, "entry", entered())
        enter(ledger, "licence", licensed(on=on))
        enter(ledger, "open", declared_open(on=on))
        enter(ledger, "court", preserved(on=date(2026, 1, 12), months=6))
        enter(ledger, "dispute", suspended(on=date(2026, 1, 12)))
        name = "details -> 'licensees' -> 0 ->> 'name'"
        assert told(url, "licence", 1, on, name) == []
        assert told(url, "licence", 2, on - timedelta(1), name) == []
        assert told(url, "licence", 2, on, name) == [MILLS.name]
        assert told(url, "open_licence", 2, on, "declaration_no") == []
        assert told(url, "open_licence", 3, on, "declaration_no") == ["OL2025990000001"]
        froze = [told(url, "encumbrance", 5, d, "kind") for d in _around(date(2026, 1, 12))]
        assert froze == [[], ["preservation", "suspension"], ["preservation", "suspension"]]
        thawed = [told(url, "encumbrance", 5, d, "kind") for d in _around(date(2026, 7, 13))]
        assert thawed == [["preservation", "suspension"], ["suspension"], ["suspension"]]

    def test_the_right_itself(self, url: str, ledger: Registry) -> None:
        for key, fact in (
            ("entry", entered()),
            ("fee", fee_paid(fee_year=9)),
            ("lapse", lapsed()),
            ("back", restored()),
        ):
            enter(ledger, key, fact)
        said = rows(
            url,
            "SELECT recorded::text, facts -> 'fees' AS fees, facts ->> 'lapsed_on' AS lapsed "
            "FROM patent ORDER BY lower(recorded)",
        )
        fee = [[9, "2026-01-05"]]
        assert [tuple(row.values()) for row in said] == [
            ("[1,2)", [], None),
            ("[2,3)", fee, None),
            ("[3,4)", fee, "2025-06-12"),
            ("[4,)", fee, None),
        ]


def _around(day: date) -> tuple[date, date, date]:
    return day - timedelta(1), day, day + timedelta(1)


class TestFilings:
    def test_a_filing_over_many_patents_is_known_from_its_last_position(
        self, url: str, ledger: Registry
    ) -> None:
        patents = (PATENT, SECOND, THIRD)
        enter(ledger, "entry", *(entered(number) for number in patents))
        enter(ledger, "pledge", *(pledged(number) for number in patents))
        since = "SELECT DISTINCT lower(recorded) FROM encumbrance"
        assert value(url, since) == 6
        assert value(url, "SELECT DISTINCT lower(recorded) FROM title") == 3
        for position in range(1, 6):
            assert told(url, "encumbrance", position, date(2026, 1, 1), "patent_id") == []
        assert told(url, "encumbrance", 6, date(2026, 1, 1), "patent_id") == sorted(patents)

    def test_a_hidden_fact_does_not_show_in_a_public_row(self, url: str, ledger: Registry) -> None:
        """Not even that something was recorded: no public row opens or closes."""
        enter(ledger, "entry", entered())
        public = "SELECT patent_id, facts::text, recorded::text FROM patent"
        before = rows(url, public)
        enter(ledger, "request", invalidation_requested())
        assert rows(url, public) == before
        assert value(url, "SELECT count(*) FROM pending_invalidation") == 1
        enter(ledger, "first seen by a hidden fact", invalidation_requested(SECOND))
        assert rows(url, public) == before
        enter(ledger, "final", invalidation_final())
        found = rows(url, "SELECT recorded::text FROM patent ORDER BY lower(recorded)")
        assert [row["recorded"] for row in found] == ["[1,4)", "[4,)"]
        assert (
            value(url, "SELECT count(*) FROM pending_invalidation WHERE upper_inf(recorded)") == 2
        )

    def test_a_row_that_stays_is_not_opened_anew(self, url: str, ledger: Registry) -> None:
        """Facts that arrive out of order fold afresh; what they do not change stays as it was."""
        enter(ledger, "entry", entered())
        enter(ledger, "pledge", pledged(on=date(2025, 5, 6)))
        enter(ledger, "late", transferred(on=date(2021, 1, 4), after=(LAMPWORKS, INSTRUMENTS)))
        assert value(url, "SELECT recorded::text FROM encumbrance") == "[2,)"
        assert value(url, "SELECT recorded::text FROM patent") == "[1,)"
        assert len(rows(url, "SELECT * FROM title WHERE upper_inf(recorded)")) == 2


class TestConstraints:
    @pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.table)
    def test_one_thing_has_one_state_at_one_point(self, database_url: str, view: View) -> None:
        said = value(
            database_url,
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = %s::regclass AND contype = 'x'",
            view.table,
        )
        ranges = "effective WITH &&, recorded WITH &&" if view.bitemporal else "recorded WITH &&"
        assert said == (
            f"EXCLUDE USING gist (hashtextextended({view.thing}, (0)::bigint) WITH =, "
            f'{view.thing} COLLATE "C" WITH =, {ranges})'
        )

    def test_the_database_refuses_a_second_state(self, url: str, ledger: Registry) -> None:
        enter(ledger, "entry", entered())
        again = "INSERT INTO title SELECT * FROM title"
        with psycopg.connect(url) as connection, pytest.raises(ExclusionViolation):
            connection.execute(again)

    def test_rows_are_found_by_their_thing(self, url: str, ledger: Registry) -> None:
        """Not by the constraint's index, which a look-up without the hash would read whole."""
        enter(ledger, "entry", *(entered(number) for number in (PATENT, SECOND, THIRD)))
        enter(ledger, "pledge", *(pledged(number) for number in (PATENT, SECOND, THIRD)))
        close = (
            "UPDATE encumbrance AS t SET recorded = t.recorded "
            "FROM unnest(%s::text[]) AS gone(thing) WHERE t.thing = gone.thing "
            "AND lower(t.effective) IS NOT DISTINCT FROM %s::date "
            "AND upper(t.effective) IS NOT DISTINCT FROM NULL AND upper_inf(t.recorded)"
        )
        read = (
            "SELECT * FROM title WHERE patent_id = %s AND effective @> %s::date "
            "AND recorded @> 3::bigint"
        )
        with psycopg.connect(url) as connection:
            connection.execute("SET enable_seqscan = off")
            connection.execute("ANALYZE")
            for statement, index, params in (
                (close, "encumbrance_thing_idx", (["x"], date(2025, 5, 6))),
                (read, "title_patent_idx", (PATENT, date(2025, 5, 6))),
            ):
                lines = connection.execute(f"EXPLAIN {statement}", params).fetchall()
                plan = "\n".join(line for (line,) in lines)
                assert index in plan
                assert "one_state" not in plan


# --- every dealing ------------------------------------------------------------------------------

Known = dict[tuple[str, date], set[tuple[str, ...]]]
"""Rows by table and day, each as its columns' text."""


@pytest.mark.parametrize(
    "name", ["pledge-life", "transfer-with-pledge-continuing", "licence-life", "open-licence-life",
             "freezes", "invalidation", "fees-lapse-and-restoration", "us-record"]
)  # fmt: skip
def test_the_views_say_at_every_position_what_the_log_up_to_it_says(
    name: str, url: str, ledger: Registry
) -> None:
    """Every dealing of the golden histories, on the days around every date of it: the live tables
    as known at each position, and the rows that a replay of the log up to it makes."""
    events = [stored_form.decode(event) for event in stored(name)]
    facts = [event for event in events if not isinstance(event, Concealed)]
    enter_filings(ledger, facts)
    log = rows(url, "SELECT * FROM stored_events ORDER BY notification_id")
    assert len(log) == len(facts)
    days = sorted({day for fact in facts for day in _around(fact.effective_on)})
    live = {view.table: rows(url, f"SELECT *, {_columns(view)} AS said FROM {view.table}")
            for view in VIEWS}  # fmt: skip
    states: dict[str, Patent] = {}
    for position, (fact, following) in enumerate(zip(facts, [*facts[1:], None], strict=True), 1):
        _fold(states, log[position - 1], fact)
        if following is not None and following.filing_id == fact.filing_id:
            continue
        for view in VIEWS:
            made = [row for patent in states.values() for row in _rows(view, patent)]
            for day in days:
                replayed = sorted(
                    row.thing for row in made
                    if (row.since is None or row.since <= day)
                    and (row.until is None or day < row.until)
                )  # fmt: skip
                standing = sorted(
                    row[view.thing] for row in live[view.table]
                    if position in row["recorded"]
                    and (not view.bitemporal or day in row["effective"])
                )  # fmt: skip
                assert standing == replayed, (view.table, position, day)


def _columns(view: View) -> str:
    return f"ROW({', '.join(column for column, _ in view.columns)})::text"


def _fold(states: dict[str, Patent], row: dict[str, Any], fact: LedgerEvent) -> None:
    stream = row["originator_id"]
    if is_patent(stream):
        known = states.get(stream) or Patent(stream)
        event = fact.model_copy(update={"originator_version": row["originator_version"]})
        states[stream] = evolve(known, event)


def _rows(view: View, patent: Patent) -> list[Any]:
    return [row for part in view.parts(patent) for row in view.rows(patent, part)]


def test_a_pledge_shows_its_parties_and_hides_its_claim(url: str, ledger: Registry) -> None:
    enter(ledger, "entry", entered())
    enter(ledger, "pledge", pledged())
    (found,) = rows(url, "SELECT * FROM encumbrance")
    bank = party(BANK).model_dump(mode="json", exclude_none=True)
    assert found["details"]["pledgees"] == [bank]
    assert found["registration_no"] == PLEDGE_NO
    assert found["confidential"] == {
        "debtor": None,
        "claim": {
            "id": "loan-1",
            "kind": "loan",
            "amount": {"amount": "5000000.00", "currency": "CNY"},
            "debt_due_on": "2027-12-31",
            "scope": "principal, interest, costs of realisation",
            "maximum": False,
            "period_from": None,
            "period_until": None,
        },
    }

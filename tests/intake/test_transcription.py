"""What the USPTO's records become in the ledger, on a real server; all parties are invented."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from ledger.domain.discrepancies import discrepancies
from ledger.domain.events import (
    LicenceRecorded,
    NameOrAddressChanged,
    PatentNumbered,
    RecordedElsewhere,
    RecordWithdrawn,
    TransferRegistered,
)
from ledger.domain.parties import PartyKind, Residence
from ledger.domain.patent import Patent
from ledger.eventstore.acts import Bounds
from ledger.intake import uspto
from ledger.intake.conveyances import Conveyance
from ledger.intake.running import Found
from ledger.intake.uspto import confirmed_by, kind_of_party, licence_kind, residence
from ledger.projections.asking import Point
from ledger.projections.extracts import extracts
from tests.conftest import NewDatabase
from tests.intake.conveyed import (
    BANK,
    INSTRUMENTS,
    INVENTOR,
    LAMPWORKS,
    MILLS,
    PATENT,
    REEL,
    RELEASE,
    SECURITY,
    Ledger,
    conveyed,
    ledger_on,
    owners,
)
from tests.intake.uspto_files import file_of

SAMPLE = Path("uspto-pasdat-ad20150727", "ad20150727-assignments-sample.xml")
CORRECTIVE = (
    "CORRECTIVE ASSIGNMENT TO CORRECT THE ASSIGNEE PREVIOUSLY RECORDED ON REEL 090001 FRAME 0001. "
    "ASSIGNOR(S) HEREBY CONFIRMS THE ASSIGNMENT."
)


@pytest.fixture
def ledger(new_database: NewDatabase) -> Iterator[Ledger]:
    with new_database() as url, ledger_on(url) as fresh:
        yield fresh


class TestKindsOfConveyance:
    def test_an_assignment_takes_assignors_out_and_assignees_in(self, ledger: Ledger) -> None:
        counts = ledger.uspto([conveyed(1, assignors=(INVENTOR, "WICK, BEN"))])
        assert counts == {"records": 1, "new": 1, "entries": 2, "patents": 1}
        fact = ledger.patent().facts[-1]
        assert isinstance(fact, TransferRegistered)
        assert [p.name for p in fact.transferors] == [INVENTOR, "WICK, BEN"]
        assert [p.kind for p in fact.transferors] == [PartyKind.INDIVIDUAL] * 2
        assert (fact.cause, fact.patentees_after) == ("assignment", None)
        assert fact.executed_on == (f"{INVENTOR}: 2015-07-01", "WICK, BEN: 2015-07-01")
        assert fact.effective_on == date(2015, 7, 24)
        assert owners(ledger.patent()) == [LAMPWORKS]

    def test_it_leaves_the_rest_and_tells_of_an_assignor_who_was_not_on_record(
        self, ledger: Ledger
    ) -> None:
        ledger.uspto(
            [
                conveyed(1, assignees=(LAMPWORKS, MILLS)),
                conveyed(2, assignors=(LAMPWORKS, BANK), assignees=(INSTRUMENTS,)),
            ]
        )
        assert owners(ledger.patent()) == [MILLS, INSTRUMENTS]
        assert ledger.discrepancies() == [("transferor-not-on-record", BANK)]

    @pytest.mark.parametrize(
        ("text", "cause"),
        [
            ("MERGER (SEE DOCUMENT FOR DETAILS).", "merger"),
            ("NUNC PRO TUNC ASSIGNMENT (SEE DOCUMENT FOR DETAILS).", "assignment"),
            ("COURT ORDER (SEE DOCUMENT FOR DETAILS).", "judgment"),
        ],
    )
    def test_other_transfers_say_why(self, ledger: Ledger, text: str, cause: str) -> None:
        ledger.uspto([conveyed(1, text)])
        fact = ledger.patent().facts[-1]
        assert isinstance(fact, TransferRegistered)
        assert fact.cause == cause

    def test_a_change_of_name_keeps_the_place(self, ledger: Ledger) -> None:
        change = "CHANGE OF NAME (SEE DOCUMENT FOR DETAILS)."
        ledger.uspto(
            [conveyed(1, assignees=(LAMPWORKS, MILLS)), conveyed(2, change, (LAMPWORKS,), (BANK,))]
        )
        assert isinstance(ledger.patent().facts[-1], NameOrAddressChanged)
        assert owners(ledger.patent()) == [BANK, MILLS]
        assert ledger.discrepancies() == []

    def test_several_names_are_a_transfer_by_change_of_form(self, ledger: Ledger) -> None:
        ledger.uspto([conveyed(1, "CHANGE OF NAME", (LAMPWORKS, MILLS), (BANK,))])
        fact = ledger.patent().facts[-1]
        assert isinstance(fact, TransferRegistered)
        assert fact.cause == "change_of_form"

    def test_a_renamed_party_that_was_not_on_record_is_told(self, ledger: Ledger) -> None:
        ledger.uspto([conveyed(1), conveyed(2, "CHANGE OF NAME", (MILLS,), (BANK,))])
        assert ledger.discrepancies() == [("renamed-party-not-on-record", MILLS)]

    def test_a_change_of_address_moves_nobody(self, ledger: Ledger) -> None:
        moved = conveyed(2, "CHANGE OF ADDRESS", (LAMPWORKS,), (LAMPWORKS,), street="9 NEW STREET")
        ledger.uspto([conveyed(1), moved])
        fact = ledger.patent().facts[-1]
        assert isinstance(fact, NameOrAddressChanged)
        assert fact.item == "address"
        assert owners(ledger.patent()) == [LAMPWORKS]

    def test_a_security_interest_is_a_pledge_under_a_readable_number(self, ledger: Ledger) -> None:
        ledger.uspto([conveyed(1), conveyed(2, SECURITY, (LAMPWORKS,), (BANK,))])
        (pledge,) = ledger.patent().pledges
        assert pledge.registration_no == f"US {REEL}/2"
        assert [p.name for p in pledge.now.pledgors] == [LAMPWORKS]
        assert [p.name for p in pledge.now.pledgees] == [BANK]
        assert ledger.discrepancies() == []
        (row,) = ledger.rows("SELECT kind, patent_id FROM transcribed_registration")
        assert row == {"kind": "pledge", "patent_id": PATENT}

    def test_a_release_ends_the_record_that_it_cites(self, ledger: Ledger) -> None:
        cites = f"RELEASE OF SECURITY INTEREST RECORDED AT REEL/FRAME {REEL}/0002"
        other = conveyed(3, SECURITY, (LAMPWORKS,), (BANK,))
        ledger.uspto(
            [
                conveyed(2, SECURITY, (LAMPWORKS,), (BANK,)),
                other,
                conveyed(4, cites, (BANK,), (LAMPWORKS,), recorded="20150801"),
            ]
        )
        ended = {p.registration_no: p.ended_on for p in ledger.patent().pledges}
        assert ended == {f"US {REEL}/2": date(2015, 8, 1), f"US {REEL}/3": None}

    def test_a_release_that_cites_none_ends_the_one_pledge_of_its_parties(
        self, ledger: Ledger
    ) -> None:
        ledger.uspto(
            [
                conveyed(1, SECURITY, (LAMPWORKS,), (BANK,), patents=(1, 2)),
                conveyed(2, SECURITY, (MILLS,), (INSTRUMENTS,), patents=(1, 2)),
                conveyed(3, RELEASE, (BANK,), (LAMPWORKS,), recorded="20150801"),
            ]
        )
        assert [p.ended_on for p in ledger.patent().pledges] == [date(2015, 8, 1), None]
        assert [p.ended_on for p in ledger.patent("US:14990002").pledges] == [None, None]
        standing = (
            "SELECT registration_no FROM encumbrance "
            "WHERE patent_id = %s AND upper_inf(effective) AND upper_inf(recorded)"
        )
        assert ledger.rows(standing, PATENT) == [{"registration_no": f"US {REEL}/2"}]

    def test_a_release_of_an_unknown_pledge_is_told(self, ledger: Ledger) -> None:
        ledger.uspto([conveyed(1, RELEASE, (BANK,), (LAMPWORKS,))])
        ((kind, detail),) = ledger.discrepancies()
        assert kind == "unknown-pledge"
        assert BANK in detail

    def test_where_two_could_be_meant_none_is_released(self, ledger: Ledger) -> None:
        twice = [conveyed(n, SECURITY, (LAMPWORKS,), (BANK,)) for n in (1, 2)]
        ledger.uspto([*twice, conveyed(3, RELEASE, (BANK,), (LAMPWORKS,))])
        assert [p.ended_on for p in ledger.patent().pledges] == [None, None]
        assert "unclear-pledge" in {kind for kind, _ in ledger.discrepancies()}

    def test_licences_and_their_end(self, ledger: Ledger) -> None:
        licence = conveyed(2, "EXCLUSIVE LICENSE AGREEMENT", (LAMPWORKS,), (MILLS,))
        end = "TERMINATION OF LICENSE AGREEMENT"
        ledger.uspto([conveyed(1), licence])
        fact = ledger.patent().facts[-1]
        assert isinstance(fact, LicenceRecorded)
        assert (fact.licence_id, fact.kind) == (f"US {REEL}/2", "exclusive")
        ledger.uspto([conveyed(3, end, (MILLS,), (LAMPWORKS,), recorded="20160101")])
        assert [x.cancelled_on for x in ledger.patent().licences] == [date(2016, 1, 1)]
        ledger.uspto([conveyed(4, end, (MILLS,), (LAMPWORKS,), recorded="20170101")])
        assert [kind for kind, _ in ledger.discrepancies()] == ["unknown-licence"]

    def test_a_termination_ends_the_licence_that_it_cites(self, ledger: Ledger) -> None:
        cites = f"TERMINATION OF LICENSE RECORDED AT REEL {REEL} FRAME 0002"
        licence = conveyed(2, "LICENSE (SEE DOCUMENT FOR DETAILS).", (LAMPWORKS,), (MILLS,))
        ledger.uspto([licence, conveyed(3, cites, (LAMPWORKS,), (MILLS,), recorded="20160101")])
        assert [x.cancelled_on for x in ledger.patent().licences] == [date(2016, 1, 1)]

    def test_a_government_licence_is_an_ordinary_one(self, ledger: Ledger) -> None:
        text = "CONFIRMATORY LICENSE (SEE DOCUMENT FOR DETAILS)."
        ledger.uspto([conveyed(1, text, (LAMPWORKS,), ("DEPARTMENT OF LAMPS",))])
        (licence,) = ledger.patent().licences
        assert licence.now.kind == "ordinary"
        assert licence.now.licensees[0].kind is PartyKind.STATE_ORGAN

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("GOVERNMENT INTEREST AGREEMENT", "government_interest"),
            ("ASSIGNMENT OF SECURITY INTEREST IN PATENTS", "security_transfer"),
            ("OPTION TO ASSIGN", "other"),
        ],
    )
    def test_what_no_kind_here_means_is_kept_as_text(
        self, ledger: Ledger, text: str, kind: str
    ) -> None:
        ledger.uspto([conveyed(1, text)])
        fact = ledger.patent().facts[-1]
        assert isinstance(fact, RecordedElsewhere)
        assert (fact.kind, fact.text) == (kind, text)
        assert ledger.patent().patentees == ()


class TestCorrections:
    def test_a_corrective_assignment_stands_beside_what_it_cites(self, ledger: Ledger) -> None:
        ledger.uspto([conveyed(1), conveyed(2, CORRECTIVE, assignees=(MILLS,))])
        patent = ledger.patent()
        (correction,) = patent.elsewhere
        assert (correction.kind, correction.cites) == ("correction", (f"{REEL}/1",))
        assert owners(patent) == [LAMPWORKS, MILLS]
        assert ledger.discrepancies() == [
            ("correction-beside-corrected", f"what US-ASSIGNMENTS {REEL}/1 says still counts")
        ]

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            (CORRECTIVE, Conveyance.ASSIGNMENT),
            (CORRECTIVE.replace("THE ASSIGNMENT.", "THE CHANGE OF NAME."), Conveyance.NAME_CHANGE),
            (CORRECTIVE.replace("THE ASSIGNMENT.", "THE SECURITY INTEREST."), None),
            (CORRECTIVE.replace("THE ASSIGNEE", "THE PATENT NUMBER 9999001"), None),
            ("CORRECTION OF THE COVER SHEET RECORDED AT REEL 090001 FRAME 0001", None),
        ],
    )
    def test_only_a_clear_text_restates_a_conveyance(
        self, text: str, kind: Conveyance | None
    ) -> None:
        assert confirmed_by(text) is kind


class TestRecords:
    def test_the_same_record_is_known_whatever_its_date(self, ledger: Ledger) -> None:
        assert ledger.uspto([conveyed(1), conveyed(1)])["known"] == 1
        assert ledger.uspto([conveyed(1)]) == {"records": 1, "known": 1}
        assert ledger.uspto([conveyed(1, updated="20200101")]) == {"records": 1, "known": 1}
        assert ledger.rows("SELECT updated_on FROM source_record") == [
            {"updated_on": date(2020, 1, 1)}
        ]
        # What is older than the day on which it was still known is stale.
        assert ledger.uspto([conveyed(1, assignees=(MILLS,), updated="20190101")])["stale"] == 1

    def test_a_later_content_replaces_the_earlier(self, ledger: Ledger) -> None:
        ledger.uspto([conveyed(1, patents=(1, 2))])
        counts = ledger.uspto([conveyed(1, assignees=(MILLS,), updated="20150801")])
        assert counts == {"records": 1, "changed": 1, "entries": 2, "patents": 2}
        assert owners(ledger.patent()) == [MILLS]
        assert owners(ledger.patent("US:14990002")) == []
        assert isinstance(ledger.patent("US:14990002").facts[-1], RecordWithdrawn)
        assert ledger.uspto([conveyed(1, patents=(1, 2))]) == {"records": 1, "stale": 1}

    def test_another_address_is_another_content(self, ledger: Ledger) -> None:
        ledger.uspto([conveyed(1)])
        moved = conveyed(1, street="3 SHADE ROW", updated="20150801")
        assert ledger.uspto([moved])["changed"] == 1

    @pytest.mark.parametrize("known", [True, False])
    def test_a_purge_withdraws_a_record(self, ledger: Ledger, known: bool) -> None:
        if known:
            ledger.uspto([conveyed(1)])
        purge = conveyed(1, purge=True, updated="20150801")
        assert ledger.uspto([purge]) == {"records": 1, "purged": 1, "entries": 1, "patents": 1}
        patent = ledger.patent()
        assert (owners(patent), isinstance(patent.facts[-1], RecordWithdrawn)) == ([], True)
        assert patent.facts[-1].effective_on == date(2015, 7, 24)
        assert ledger.uspto([purge, conveyed(1)]) == {"records": 2, "known": 1, "stale": 1}
        again = ledger.uspto([conveyed(1, updated="20150901")])
        assert again["changed"] == 1
        assert owners(ledger.patent()) == [LAMPWORKS]

    def test_a_purge_of_an_unknown_record_may_name_no_patent(self, ledger: Ledger) -> None:
        purge = conveyed(1, purge=True, patents=(), updated="20150801")
        assert ledger.uspto([purge]) == {"records": 1, "purged": 1}
        assert ledger.uspto([purge, conveyed(1)]) == {"records": 2, "known": 1, "stale": 1}
        assert ledger.uspto([conveyed(1, updated="20150901")])["changed"] == 1

    def test_all_in_one_file(self, ledger: Ledger) -> None:
        """New, changed, purged and back within one group: each sees the one before."""
        counts = ledger.uspto(
            [
                conveyed(1),
                conveyed(1, assignees=(MILLS,), updated="20150801"),
                conveyed(1, purge=True, updated="20150802"),
                conveyed(1, updated="20150803"),
                conveyed(1, updated="20150804"),
            ]
        )
        assert counts == {
            "records": 5,
            "new": 1,
            "changed": 2,
            "known": 1,
            "purged": 1,
            "entries": 5,
            "patents": 1,
        }
        assert owners(ledger.patent()) == [LAMPWORKS]

    def test_a_record_is_entered_on_all_its_properties_or_none(self, ledger: Ledger) -> None:
        unclear = conveyed(1, patents=(1, 2)).replace("<kind>X0</kind>", "", 1)
        unclear = (
            unclear.replace("14990001", "10990001")
            .replace("9990001", "")
            .replace("<kind>B2</kind>", "", 1)
        )
        counts = ledger.uspto([unclear, conveyed(2)])
        assert counts == {"records": 2, "new": 1, "broken": 1, "entries": 2, "patents": 1}
        (broken,) = ledger.broken
        assert (broken.reference, broken.reason[:10]) == (f"{REEL}/1", "property 1")
        assert set(ledger.patents()) == {PATENT}

    def test_a_record_larger_than_an_entry_is_broken_alone(self, ledger: Ledger) -> None:
        crowd = [f"{'LAMP' * 40} {n}" for n in range(200)]
        counts = ledger.uspto([conveyed(1, assignors=crowd), conveyed(2)])
        assert counts == {"records": 2, "new": 1, "broken": 1, "entries": 2, "patents": 1}
        assert "at most 32768" in ledger.broken[0].reason

    def test_a_record_larger_than_a_group_goes_alone(self, new_database: NewDatabase) -> None:
        with new_database() as url, ledger_on(url, Bounds(events_max=100)) as small:
            counts = small.uspto([conveyed(1), conveyed(2, patents=range(300)), conveyed(3)])
            assert counts["new"] == 3
            assert (counts["entries"], counts["patents"]) == (602, 300)

    def test_one_day_is_ordered_by_reel_and_frame_as_numbers(self, ledger: Ledger) -> None:
        ledger.uspto(
            [
                conveyed(1, reel=100_000, assignors=(LAMPWORKS,), assignees=(MILLS,)),
                conveyed(1, reel=99_999),
            ]
        )
        assert owners(ledger.patent()) == [MILLS]


class TestPrivacy:
    def test_addresses_and_correspondents_stand_beside_the_log_only(self, ledger: Ledger) -> None:
        ledger.uspto([conveyed(1, street="2 WICK LANE")])
        log = ledger.rows("SELECT convert_from(state, 'UTF8') AS lines FROM stored_events")
        assert not [row for row in log if "WICK" in row["lines"]]
        (personal,) = ledger.rows("SELECT value FROM personal")
        told = {each["party"]: each["address"] for each in personal["value"]}
        assert told == {
            "name:lanternhill lampworks inc": "2 WICK LANE",
            "correspondent": "LANTERNHILL & WICK LLP, 1 WICK LANE, LANTERNHILL",
        }

    def test_the_digest_that_is_shown_is_keyed(self, ledger: Ledger) -> None:
        """Who has the content and not the secret cannot compute it, nor guess an address by it."""
        ledger.uspto([conveyed(1)])
        (shown,) = ledger.rows(
            "SELECT DISTINCT entry #>> '{source,digest}' AS digest FROM event_log"
        )
        (kept,) = ledger.rows("SELECT digest, key FROM source_record, idempotency")
        (found,) = uspto.read(io.BytesIO(file_of(conveyed(1))))
        assert isinstance(found, Found)
        plain = found.record.digest
        keyed = ledger.registry.means.digest("source", plain.encode()).hex()
        assert (shown["digest"], kept["digest"]) == (keyed, keyed)
        assert plain not in kept["key"]


class TestNumbers:
    def test_a_patent_is_found_by_the_number_of_its_grant(self, ledger: Ledger) -> None:
        ledger.uspto([conveyed(1)])
        assert ledger.rows("SELECT * FROM patent_alias") == [
            {"alias": "US:9990001B2", "patent_id": PATENT}
        ]
        with psycopg.connect(ledger.url, row_factory=dict_row) as connection:
            (row,) = extracts(connection, ["US:9990001B2"], Point(known=None, on=date(2016, 1, 1)))
        assert row["patent_id"] == PATENT
        assert row["bibliography"] == {
            "aliases": ["US:9990001B2"],
            "invention_title": "LAMP NUMBER 1",
        }

    def test_numbers_are_told_once_and_stay(self, ledger: Ledger) -> None:
        ledger.uspto([conveyed(1), conveyed(2), conveyed(1, purge=True, updated="20160101")])
        topics = ledger.rows("SELECT topic, count(*) FROM event_log GROUP BY topic ORDER BY topic")
        assert [(row["topic"], row["count"]) for row in topics] == [
            ("patent.numbered", 1),
            ("record.withdrawn", 1),
            ("transfer.registered", 2),
        ]
        assert ledger.patent().aliases == ("US:9990001B2",)

    def test_a_patent_told_by_the_number_of_its_grant_alone_is_found_by_the_audit(
        self, ledger: Ledger
    ) -> None:
        """Which of two records comes first must not matter, so they stay two streams."""
        alone = conveyed(2).replace(
            "<document-id><country>US</country><doc-number>14990001</doc-number>"
            "<kind>X0</kind></document-id>",
            "",
        )
        ledger.uspto([conveyed(1), alone])
        assert set(ledger.patents()) == {PATENT, "US:9990001B2"}
        assert ledger.discrepancies() == [
            ("two-streams", f"US:9990001B2 is a number of {PATENT}, which has facts of its own")
        ]


# --- whatever the order of arrival --------------------------------------------------------------

STORY = (
    [conveyed(1, recorded="20150101", updated="20150102", patents=(1, 2))],
    [
        conveyed(2, SECURITY, (LAMPWORKS,), (BANK,), recorded="20150201", updated="20150202"),
        conveyed(3, "LICENSE", (LAMPWORKS,), (MILLS,), recorded="20150202", updated="20150203"),
    ],
    [
        conveyed(4, RELEASE, (BANK,), (LAMPWORKS,), recorded="20150301", updated="20150302"),
        conveyed(1, assignees=(MILLS,), recorded="20150101", updated="20150305", patents=(1, 2)),
    ],
    [conveyed(1, recorded="20150101", updated="20150401", patents=(1, 2))],
    [
        conveyed(5, assignors=(LAMPWORKS,), assignees=(INSTRUMENTS,), recorded="20150401"),
        conveyed(6, assignees=(BANK,), patents=(2,), recorded="20150402", updated="20150403"),
    ],
    [
        conveyed(6, purge=True, patents=(2,), recorded="20150402", updated="20150501"),
        conveyed(3, "LICENSE", (LAMPWORKS,), (MILLS,), recorded="20150202", updated="20150601"),
    ],
    [
        conveyed(3, "LICENSE", (MILLS,), (BANK,), recorded="20150202", updated="20150401"),
        conveyed(7, CORRECTIVE, assignees=(MILLS,), recorded="20150701"),
    ],
)
"""Files of one history: some replace, some repeat, one purges what another brings."""

CURRENT = {
    "patent": "patent_id, bibliography, facts",
    "title": "patent_id, patentees, effective",
    "encumbrance": "thing, patent_id, kind, registration_no, details, effective",
    "licence": "thing, patent_id, licence_id, details, effective",
}


def register(ledger: Ledger) -> dict[str, list[dict[str, Any]]]:
    """The rows that the register shows now."""
    return {
        table: ledger.rows(
            f"SELECT {columns} FROM {table} WHERE upper_inf(recorded) ORDER BY ({columns})::text"
        )
        for table, columns in CURRENT.items()
    } | {"aliases": ledger.rows("SELECT * FROM patent_alias ORDER BY alias")}


def state(patent: Patent) -> list[Any]:
    """What a patent's facts come to, without the names of filings; which record told its numbers
    first, and what is withdrawn, is a matter of arrival."""
    facts = [
        (
            fact.TOPIC,
            fact.effective_on,
            fact.envelope.source and fact.envelope.source.reference,
            fact.model_dump(exclude={"envelope", "originator_version", "personal"}),
        )
        for fact in patent.facts
        if not isinstance(fact, PatentNumbered | RecordWithdrawn)
    ]
    found = [(each.kind, each.detail) for each in discrepancies(patent)]
    held = [(each.since, each.parties) for each in patent.patentees]
    pledges = [(p.registration_no, p.shapes, p.ended_on) for p in patent.pledges]
    licences = [(x.licence_id, x.shapes, x.cancelled_on) for x in patent.licences]
    return [facts, found, held, pledges, licences, patent.aliases, patent.titles]


@pytest.fixture(scope="module")
def in_order(new_database: NewDatabase) -> tuple[Any, Any]:
    with new_database() as url, ledger_on(url) as ledger:
        ledger.uspto(*STORY)
        return register(ledger), {p: state(s) for p, s in ledger.patents().items()}


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(files=st.permutations(STORY), apart=st.booleans())
def test_the_order_of_arrival_does_not_matter(
    new_database: NewDatabase, in_order: tuple[Any, Any], files: Any, apart: bool
) -> None:
    """Any order of the files, in one run or in a run each, comes to one state and one register."""
    with new_database() as url, ledger_on(url) as ledger:
        for each in [[file] for file in files] if apart else [files]:
            ledger.uspto(*each)
        assert register(ledger) == in_order[0]
        assert {p: state(s) for p, s in ledger.patents().items()} == in_order[1]


def test_two_contents_of_one_day_come_to_the_same_whichever_is_first(
    new_database: NewDatabase,
) -> None:
    seen = []
    both = [conveyed(1)], [conveyed(1, assignees=(MILLS,))]
    for files in (both, both[::-1]):
        with new_database() as url, ledger_on(url) as ledger:
            ledger.uspto(*files)
            seen.append(owners(ledger.patent()))
    assert seen[0] == seen[1]


# --- one official day ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample() -> bytes:
    path = Path(os.environ.get("LEDGER_SAMPLES", "")) / SAMPLE
    if not path.is_file():
        pytest.skip(f"the sample is missing: LEDGER_SAMPLES names no folder with {SAMPLE}")
    return path.read_bytes()


def test_an_official_day(ledger: Ledger, sample: bytes) -> None:
    first = ledger.uspto(sample)
    assert first == {
        "records": 343,
        "new": 342,
        "purged": 1,
        "entries": 4_696,
        "patents": 2_186,
        "discrepancies": 364,
    }
    assert ledger.uspto(sample) == {"records": 343, "known": 343}
    assert ledger.broken == []
    topics = ledger.rows("SELECT topic, count(*) FROM event_log GROUP BY topic")
    counts = {row["topic"]: row["count"] for row in topics}
    assert counts["record.withdrawn"] == 1
    assert counts["patent.numbered"] <= 2_494
    assert sum(counts.values()) - counts["patent.numbered"] >= 2_494
    found = [kind for kind, _ in ledger.discrepancies()]
    assert found.count("unknown-pledge") == 42  # the six releases, on their properties
    assert found.count("unknown-licence") == 203  # two terminations of licences


# --- words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("TALLOW, ADA Q.", PartyKind.INDIVIDUAL),
        ("VAN WICK, BEN", PartyKind.INDIVIDUAL),
        ("LANTERNHILL LAMPWORKS, INC.", PartyKind.ENTERPRISE),
        ("BANK OF LANTERNHILL, N.A.", PartyKind.ENTERPRISE),
        ("LANTERNHILL LAMPWORKS", PartyKind.ENTERPRISE),
        ("THE UNIVERSITY OF LANTERNHILL", PartyKind.UNIVERSITY),
        ("THE UNITED STATES OF AMERICA AS REPRESENTED BY THE LAMP OFFICE", PartyKind.STATE_ORGAN),
    ],
)
def test_what_a_name_tells(name: str, kind: PartyKind) -> None:
    assert kind_of_party(name, None) is kind
    assert kind_of_party(name, "natural") is PartyKind.INDIVIDUAL


def test_what_a_country_tells() -> None:
    assert residence("CHINA") is Residence.MAINLAND
    assert residence("TAIWAN, PROVINCE OF CHINA") is Residence.HK_MO_TW
    assert residence("HONG KONG") is residence("MACAO") is Residence.HK_MO_TW
    assert residence(None) is residence("JAPAN") is Residence.ABROAD


def test_what_a_licence_is_called() -> None:
    assert licence_kind("EXCLUSIVE LICENSE") == "exclusive"
    assert licence_kind("NON-EXCLUSIVE LICENSE") == licence_kind("LICENSE") == "ordinary"
    assert licence_kind("NONEXCLUSIVE LICENSE") == "ordinary"
    assert licence_kind("SOLE LICENSE") == "sole"

"""The ledger's own facts as JSON Lines: taken over, and then dealt with by filings."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from ledger.domain.events import SecuredClaim
from ledger.domain.parties import PartyDetails
from ledger.domain.patent import Status
from ledger.domain.refusals import NoSuchEntry, Refused
from ledger.intake.facts import KINDS, LINE_BYTES_MAX, form_of
from ledger.registry import Filing
from tests.builders import (
    BANK,
    INVENTOR,
    LAMPWORKS,
    OTHER_BANK,
    PATENT,
    PLEDGE_NO,
    SECOND,
    deregister_pledge,
    register_pledge,
)
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import REGISTRAR
from tests.intake.conveyed import Ledger, ledger_on, owners

DOCUMENT = Path(__file__).parents[2] / "docs" / "facts.md"


@pytest.fixture
def ledger(new_database: NewDatabase) -> Iterator[Ledger]:
    with new_database() as url, ledger_on(url) as fresh:
        yield fresh


def stated(details: PartyDetails) -> dict[str, Any]:
    return details.model_dump(mode="json", exclude_none=True)


def line(reference: str, *facts: dict[str, Any], **members: Any) -> bytes:
    """One source record."""
    record = {
        "register": "CN-REGISTER",
        "reference": reference,
        "updated_on": "2026-01-05",
        "recorded_on": "2026-01-05",
        "facts": facts,
    }
    return orjson.dumps(record | members) + b"\n"


def fact(event: str, patent: str = PATENT, number: str | None = None, **fields: Any) -> Any:
    on = fields.pop("effective_on", "2025-05-06")
    return {
        "patent": patent,
        "event": event,
        "effective_on": on,
        "registration_no": number,
        "fields": fields,
    }


def granted(patent: str = PATENT, **fields: Any) -> Any:
    default = {
        "invention_title": "Lantern",
        "filed_on": "2018-06-12",
        "granted_on": "2020-09-01",
        "symbols": ["F21L 19/00"],
        "patentees": [stated(LAMPWORKS)],
        "fees_paid_through": 8,
    }
    return fact("patent.entered", patent, **default | fields)


def pledged(**fields: Any) -> Any:
    parties = {"pledgors": [stated(LAMPWORKS)], "pledgees": [stated(BANK)]}
    return fact("pledge.registered", number=PLEDGE_NO, **parties | fields)


PLEDGED = {"pledgors": [stated(LAMPWORKS)], "pledgees": [stated(BANK)]}
LICENSED = {
    "kind": "ordinary",
    "licensors": [stated(LAMPWORKS)],
    "licensees": [stated(BANK)],
}
DECLARED = {
    "patentees": [stated(LAMPWORKS)],
    "fee": {"form": "lump_sum", "total": {"amount": "80000.00", "currency": "CNY"}},
    "fee_explanation": "Once.",
    "starts_on": "2026-01-05",
    "ends_on": "2028-01-05",
    "contact": "Lanternhill",
}
SUSPENDED = {"ends_on": "2027-01-06", "in_invalidation": False}
STANDING = """
SELECT thing FROM encumbrance WHERE patent_id = %s AND upper_inf(recorded)
UNION ALL SELECT thing FROM licence WHERE patent_id = %s AND upper_inf(recorded)
UNION ALL SELECT thing FROM open_licence WHERE patent_id = %s AND upper_inf(recorded)
"""


class TestTakingOver:
    def test_a_pledge_taken_over_bars_another_and_is_deregistered_by_filing(
        self, ledger: Ledger
    ) -> None:
        counts = ledger.facts(line("extract", granted()) + line("loan", pledged()))
        assert counts == {"records": 2, "new": 2, "entries": 2, "patents": 1}
        assert ledger.patent(PATENT).status(date(2026, 3, 2)) is Status.IN_FORCE
        second = register_pledge(patents=(PATENT,), pledgees=(OTHER_BANK,))
        with pytest.raises(Refused) as refused:
            ledger.registry.file(Filing(second, REGISTRAR, "second"))
        assert "pledge-no-live-pledge" in {f.rule for f in refused.value.findings}
        ended = deregister_pledge(registration_no=PLEDGE_NO)
        receipt = orjson.loads(ledger.registry.file(Filing(ended, REGISTRAR, "end")))
        assert receipt["registration_no"] == PLEDGE_NO
        assert ledger.patent(PATENT).pledges[0].ended_by == "deregistered"

    def test_what_a_party_keeps_to_itself_stays_out_of_the_log(self, ledger: Ledger) -> None:
        ledger.facts(line("extract", granted(patentees=[stated(INVENTOR)])))
        log = ledger.rows("SELECT convert_from(state, 'UTF8') AS lines FROM stored_events")
        assert INVENTOR.identity_number is not None
        for secret in (INVENTOR.identity_number, "Well Lane", "0000 0007"):
            assert secret not in log[0]["lines"]
        (personal,) = ledger.rows("SELECT value FROM personal")
        assert personal["value"][0]["identity_number"] == INVENTOR.identity_number
        (holder,) = ledger.patent(PATENT).patentees[0].parties
        assert holder.id.startswith("person:")

    def test_records_replace_and_withdraw(self, ledger: Ledger) -> None:
        first = line("loan", pledged())
        ledger.facts(line("extract", granted()) + first)
        later = line("loan", pledged(pledgees=[stated(OTHER_BANK)]), updated_on="2026-02-01")
        assert ledger.facts(later)["changed"] == 1
        assert [p.now.pledgees[0].name for p in ledger.patent(PATENT).pledges] == [OTHER_BANK.name]
        gone = line("loan", updated_on="2026-02-02", purged=True)
        assert ledger.facts(gone + first + gone)["purged"] == 1
        assert ledger.patent(PATENT).pledges == ()

    def test_any_order_of_lines_comes_to_the_same(self, new_database: NewDatabase) -> None:
        lines = [
            line("extract", granted()),
            line("loan", pledged()),
            line("end", fact("pledge.deregistered", number=PLEDGE_NO, effective_on="2025-09-01")),
        ]
        for order in (lines, lines[::-1]):
            with new_database() as url, ledger_on(url) as ledger:
                ledger.facts(b"".join(order))
                assert [p.ended_on for p in ledger.patent(PATENT).pledges] == [date(2025, 9, 1)]
                assert ledger.discrepancies() == []

    @pytest.mark.parametrize(
        ("event", "fields", "told"),
        [
            ("pledge.registered", PLEDGED, ["second-pledge", "stated-twice"]),
            ("licence.recorded", {"licence_id": "N 1"} | LICENSED, ["stated-twice"]),
            ("open_licence.declared", {"declaration_no": "N 1"} | DECLARED, ["stated-twice"]),
            ("suspension.started", {"case_no": "N 1"} | SUSPENDED, []),
        ],
    )
    def test_what_two_records_state_under_one_number_stands_twice(
        self, ledger: Ledger, event: str, fields: dict[str, Any], told: list[str]
    ) -> None:
        days = ("2026-01-05", "2026-01-06")
        one, two = (fact(event, number="N 1", effective_on=on, **fields) for on in days)
        counts = ledger.facts(line("extract", granted()) + line("one", one) + line("two", two))
        assert counts["new"] == 3
        assert len(ledger.rows(STANDING, *[PATENT] * 3)) == 2
        assert [kind for kind, _ in ledger.discrepancies()] == told
        ledger.facts(line("one", updated_on="2026-02-02", purged=True))
        assert len(ledger.rows(STANDING, *[PATENT] * 3)) == 1
        assert ledger.discrepancies() == []

    def test_gzip_is_read_and_a_mark_of_byte_order_is_passed_over(self, ledger: Ledger) -> None:
        text = b"\xef\xbb\xbf" + line("extract", granted()) + b"\r\n"
        assert ledger.facts(gzip.compress(text))["new"] == 1
        assert ledger.facts(gzip.compress(line("loan", pledged()))[:-12])["broken"] == 1


class TestTrademarks:
    """Pledges of trademarks are kept for the statistics, each on its trademark's own stream."""

    @staticmethod
    def on(trademark: str, event: str = "pledge.registered", **fields: Any) -> Any:
        said = pledged(**fields) if event == "pledge.registered" else fact(event, number=PLEDGE_NO)
        return {k: v for k, v in said.items() if k != "patent"} | {"trademark": trademark}

    def test_a_pledge_of_trademarks_stands_on_their_streams(self, ledger: Ledger) -> None:
        both = line("tm", self.on("CN:1234567"), self.on("CN:7654321"))
        assert ledger.facts(both) == {"records": 1, "new": 1, "entries": 2}
        ended = line("end", self.on("CN:1234567", "pledge.deregistered"))
        assert ledger.facts(ended)["new"] == 1
        log = ledger.rows("SELECT originator_id, originator_version FROM stored_events ORDER BY 1")
        assert [(row["originator_id"], row["originator_version"]) for row in log] == [
            ("trademark:CN:1234567", 1),
            ("trademark:CN:1234567", 2),
            ("trademark:CN:7654321", 1),
        ]
        assert ledger.rows("SELECT * FROM patent") == []
        assert ledger.rows("SELECT * FROM encumbrance") == []
        assert ledger.discrepancies() == []

    def test_its_record_changes_and_is_withdrawn(self, ledger: Ledger) -> None:
        ledger.facts(line("tm", self.on("CN:1234567")))
        again = line("tm", self.on("CN:1234567", debtor=stated(BANK)), updated_on="2026-02-01")
        assert ledger.facts(again)["changed"] == 1
        assert ledger.facts(line("tm", updated_on="2026-02-02", purged=True))["purged"] == 1

    def test_nothing_is_filed_about_it(self, ledger: Ledger) -> None:
        ledger.facts(line("tm", self.on("CN:1234567")))
        ended = Filing(deregister_pledge(registration_no=PLEDGE_NO), REGISTRAR, "end")
        with pytest.raises(NoSuchEntry):
            ledger.registry.file(ended)

    def test_a_mixed_claim_notes_its_trademark_part(self, ledger: Ledger) -> None:
        part = {"register": "TM", "registration_no": "TM1", "registered_on": "2025-05-07"}
        ledger.facts(line("extract", granted()) + line("loan", pledged(trademarks=[part])))
        (pledge,) = ledger.patent(PATENT).pledges
        assert [t.registration_no for t in pledge.now.trademarks] == ["TM1"]

    @pytest.mark.parametrize(
        ("said", "reason"),
        [
            ({"trademark": "1234567"}, "facts.0.trademark"),
            ({"trademark": "CN:1", "patent": PATENT}, "on one patent, or on one trademark"),
            ({"trademark": "CN:1", "event": "recorded.elsewhere"}, "only pledges"),
        ],
    )
    def test_a_line_that_mixes_them_up_is_broken(
        self, shared: Ledger, said: Any, reason: str
    ) -> None:
        shared.broken.clear()
        stated_fact = self.on("CN:1") | said
        if said.get("event"):
            stated_fact["fields"] = {"kind": "note", "text": "text"}
        assert shared.facts(line("x", stated_fact))["broken"] == 1
        assert reason in shared.broken[0].reason


class TestBrokenLines:
    GOOD = line("extract", granted())

    @pytest.mark.parametrize(
        ("broken", "reason"),
        [
            (b"{\n", "not JSON"),
            (b'{"register": "\xff"}\n', "not JSON"),
            (b'{"register": "\\ud800"}\n', "not JSON"),
            (b"[" * 100_000 + b"\n", "not JSON"),
            (b'{"a": 1e999}\n', "not JSON"),
            (b"[]\n", "valid dictionary"),
            (line("x", granted(), register="a\0b"), "register"),
            (line("x", granted(invention_title="a\0b")), "facts.0.fields.invention_title"),
            (line("x", granted(invention_title="a" * 501)), "facts.0.fields.invention_title"),
            (line("x", granted(patentees=[{"name": "A", "shoe_size": 9}])), "shoe_size"),
            (line("x", granted(fees_paid_through=10**15)), "fees_paid_through"),
            (line("x", granted(fees_paid_through=True)), "fees_paid_through"),
            (line("x", granted(), granted(filed_on="2018-02-30")), "facts.1.fields.filed_on"),
            (line("x", granted("ZL201819000001.5")), "facts.0.patent"),
            (line("x", granted("one")), "facts.0.patent"),
            (line("x", fact("pledge.forgotten")), "facts.0.event"),
            (line("x", fact("record.withdrawn", reference="x")), "facts.0.event"),
            (line("x", fact("pledge.revoked")), "facts.0.registration_no"),
            (line("x"), "at least one"),
            (line("x", granted(), purged="yes"), "purged"),
            (line("x", granted(), updated_on=20260105), "updated_on"),
            (b"{" + b" " * (2 * LINE_BYTES_MAX) + b"}\n", "longer than"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_is_reported_and_loses_nothing_else(
        self, shared: Ledger, broken: bytes, reason: str
    ) -> None:
        shared.broken.clear()
        counts = shared.facts(self.GOOD + broken + self.GOOD)
        assert (counts["records"], counts["broken"]) == (3, 1)
        assert counts.get("known", 0) + counts.get("new", 0) == 2
        (said,) = shared.broken
        assert said.line == 2
        assert reason in said.reason

    def test_a_reason_repeats_no_personal_value(self, shared: Ledger) -> None:
        shared.broken.clear()
        person = stated(INVENTOR) | {"identity_number": "99990119850607SECRET"}
        shared.facts(line("x", granted(patentees=[person])))
        assert "SECRET" not in shared.broken[0].reason

    def test_what_is_larger_than_an_entry_is_broken_alone(self, shared: Ledger) -> None:
        shared.broken.clear()
        crowd = [stated(LAMPWORKS)] * 900
        fields = {"kind": "ordinary", "licensors": crowd, "licensees": crowd}
        licence = fact("licence.recorded", SECOND, licence_id="L 1", **fields)
        counts = shared.facts(line("large", licence) + line("fine", granted(SECOND)))
        assert (counts["broken"], counts["new"]) == (1, 1)
        assert "at most 32768" in shared.broken[0].reason


@pytest.fixture(scope="module")
def shared(new_database: NewDatabase) -> Iterator[Ledger]:
    with new_database() as url, ledger_on(url) as ledger:
        yield ledger


class TestTheDocument:
    def test_its_example_runs(self, ledger: Ledger) -> None:
        (example,) = re.findall(r"```jsonl\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
        assert ledger.facts(example.encode()) == {
            "records": 3,
            "new": 3,
            "entries": 4,
            "patents": 2,
        }
        assert ledger.facts(example.encode()) == {"records": 3, "known": 3}
        assert owners(ledger.patent(PATENT)) == [LAMPWORKS.name]
        assert ledger.patent(PATENT).fees_paid_through(date(2026, 1, 1)) == 8
        ended = deregister_pledge(registration_no=PLEDGE_NO)
        ledger.registry.file(Filing(ended, REGISTRAR, "end"))

    def test_it_lists_every_kind_with_its_fields(self) -> None:
        text = DOCUMENT.read_text("utf-8")
        rows = dict(re.findall(r"^\| `([a-z_.]+)` \| (.*?) \|", text, re.MULTILINE))
        for topic, event in KINDS.items():
            fields = form_of(event).model_fields.items()
            told = [f"`{name}`{'' if f.is_required() else '?'}" for name, f in fields]
            assert rows[topic] == ", ".join(told)
        assert all(f"`{name}`" in text for name in SecuredClaim.model_fields)

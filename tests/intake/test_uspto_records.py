"""What a record of the USPTO must say, what it may leave out, and what is made of its values."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date

import pytest

from ledger.intake import uspto_xml
from ledger.intake.uspto_records import (
    Assignee,
    AssignmentRecord,
    Assignor,
    BrokenRecord,
    Correspondent,
    DocumentId,
    FileHeader,
    Property,
)
from tests.intake.uspto_files import (
    APPLICATION,
    ASSIGNEES,
    ASSIGNORS,
    GRANT,
    PROPERTIES,
    TITLE,
    file_of,
    record,
    text_of,
)

THE_RECORD = AssignmentRecord(
    reel_frame="90001/42",
    reel_no=90001,
    frame_no=42,
    last_update_on=date(2015, 7, 27),
    purge=False,
    recorded_on=date(2015, 7, 24),
    page_count=4,
    correspondent=Correspondent("LANTERNHILL & WICK LLP", ("1 WICK LANE", "LANTERNHILL")),
    conveyance_text="ASSIGNMENT OF ASSIGNORS INTEREST (SEE DOCUMENT FOR DETAILS).",
    assignors=(Assignor("TALLOW, ADA Q.", "natural", date(2015, 7, 1), None),),
    assignees=(
        Assignee(
            "LANTERNHILL LAMPWORKS, INC.",
            None,
            ("2 WICK LANE",),
            "LANTERNHILL",
            "OREGON",
            None,
            "99999",
        ),
    ),
    properties=(
        Property(
            (
                DocumentId("US", "14999001", "X0", None, date(2014, 2, 18)),
                DocumentId("US", "20149990001", "A1", None, date(2014, 6, 12)),
                DocumentId("US", "9999001", "B2", None, date(2015, 7, 14)),
            ),
            "WICK",
        ),
    ),
    digest="",  # pinned below
    line=1,
)
PINNED = "50d40df900e0001f9823b416a2f7f7a301e9f34cf26edb1bcbc0fcdda09eac26"
FIRST_LINE = 13


def read(content: bytes) -> list[AssignmentRecord | BrokenRecord]:
    return list(uspto_xml.read(io.BytesIO(content)))


def only(text: str) -> AssignmentRecord:
    (found,) = read(file_of(text))
    assert isinstance(found, AssignmentRecord), found
    return found


def reason(text: str) -> str:
    (found,) = read(file_of(text))
    assert isinstance(found, BrokenRecord), found
    assert found.line == FIRST_LINE
    return found.reason


def test_a_record_is_read_whole() -> None:
    assert only(record()) == replace(THE_RECORD, digest=PINNED)


def test_the_digest_of_a_record_never_changes() -> None:
    """Pinned: a digest computed otherwise would make every record of the register a changed one."""
    assert only(record()).digest == PINNED


def test_a_record_knows_its_line_and_carriage_returns_count_once() -> None:
    for end in ("\n", "\r\n", "\r"):
        text = text_of(record(1), record(2)).replace("\n", end)
        first, second = read(text.encode())
        assert (first.line, second.line) == (FIRST_LINE, FIRST_LINE + record(1).count("\n") + 1)


class TestDigest:
    @pytest.mark.parametrize(
        "same",
        [
            record(last_update_date="<last-update-date><date>20160101</date></last-update-date>"),
            record(purge_indicator="<purge-indicator>Y</purge-indicator>"),
            record(reel_no="<reel-no>090001</reel-no>"),
            record(after="<sequence>7</sequence>"),
            record(page_count="<page-count> 4 </page-count>"),
            record().replace("&amp;", "&#38;"),
            record().replace("\n", "  \n\t"),
            record().replace("WICK</inv", "<b>WI</b><!-- so printed -->CK</inv"),
        ],
    )
    def test_what_is_not_content_leaves_it_alone(self, same: str) -> None:
        assert only(same).digest == PINNED

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("0042", "0043"),
            ("20150724", "20150725"),
            ("TALLOW", "TALLOWS"),
            ("20150701", "20150702"),
            ("OREGON", "IDAHO"),
            ("14999001", "14999002"),
            ("1 WICK LANE", "3 WICK LANE"),
            ("SEE DOCUMENT", "SEE PAPER"),
            ('"natural"', '"legal"'),
            ("<kind>B2</kind>", ""),
        ],
    )
    def test_content_changes_it(self, old: str, new: str) -> None:
        assert only(record().replace(old, new, 1)).digest != PINNED


class TestWhatMayBeMissing:
    def test_the_last_update_is_then_the_day_of_the_file(self) -> None:
        blank = "<last-update-date><date>00000000</date></last-update-date>"
        for left in ("", blank, "<last-update-date/>"):
            assert only(record(last_update_date=left)).last_update_on == date(2015, 7, 27)

    def test_or_the_day_of_recording_if_the_file_has_no_day_either(self) -> None:
        text = text_of(record(last_update_date="")).replace("<date>20150727</date>", "", 1)
        (found,) = read(text.encode())
        assert isinstance(found, AssignmentRecord)
        assert found.last_update_on == date(2015, 7, 24)

    def test_correspondent_page_count_and_conveyance_text(self) -> None:
        found = only(record(correspondent="", page_count="", conveyance_text="<conveyance-text/>"))
        assert (found.correspondent, found.page_count, found.conveyance_text) == (None, None, "")

    def test_kind_date_and_country_of_a_document(self) -> None:
        bare = "<document-id><doc-number>14/999,001</doc-number><date/></document-id>"
        found = only(record(properties=PROPERTIES.replace(APPLICATION, bare)))
        assert found.properties[0].documents[0] == DocumentId("US", "14/999,001", None, None, None)

    def test_execution_dates(self) -> None:
        for left in ("", "00000000", " ", "20150700", "20150000", "2015-07-00"):
            found = only(record(assignors=ASSIGNORS.replace("20150701", left)))
            assert found.assignors[0].executed_on is None

    def test_the_purge_indicator_means_no(self) -> None:
        for left in ("", "<purge-indicator> n </purge-indicator>", "<purge-indicator/>"):
            assert only(record(purge_indicator=left)).purge is False

    def test_a_purged_record_need_only_say_which_it_is(self) -> None:
        found = only(
            record(
                purge_indicator="<purge-indicator>y</purge-indicator>",
                conveyance_text="",
                assignors="<patent-assignors/>",
                assignees="",
                properties="<patent-properties/>",
            )
        )
        assert (found.purge, found.reel_frame, found.properties) == (True, "90001/42", ())


class TestVariants:
    def test_dates_with_hyphens_and_without_an_inner_element(self) -> None:
        found = only(record(recorded_date="<recorded-date>2015-07-24</recorded-date>"))
        assert found.recorded_on == date(2015, 7, 24)

    def test_unknown_elements_anywhere_are_passed_over(self) -> None:
        text = re.sub(
            "</(assignment-record|patent-assignor|patent-assignee|document-id|patent-property)>",
            r"<later><name>X</name></later></\1>",
            record(after="<sequence>1</sequence><patent-notes><name>Y</name></patent-notes>"),
        )
        assert only(text) == replace(THE_RECORD, digest=PINNED)

    def test_a_namespace_is_no_other_format(self) -> None:
        text = record().replace("<patent-assignment>", '<patent-assignment xmlns="urn:pad" id="1">')
        assert only(text).digest == PINNED

    def test_marks_of_print_in_a_title_are_taken_off(self) -> None:
        title = (
            '<invention-title lang="en">H<sub>2</sub>O <i>of <b>the</b></i> lamp</invention-title>'
        )
        found = only(record(properties=PROPERTIES.replace(TITLE, title)))
        assert found.properties[0].invention_title == "H2O of the lamp"

    def test_any_script_and_the_quotation_marks_of_windows(self) -> None:
        name = "D&#220;RRENLICHT \N{LATIN SMALL LETTER U}\u0308 灯\u0092S"
        found = only(record(assignors=ASSIGNORS.replace("TALLOW, ADA Q.", name)))
        assert found.assignors[0].name == "DÜRRENLICHT ü 灯’S"

    def test_a_property_without_any_number_stands_beside_those_that_have_one(self) -> None:
        nameless = f"<patent-property>{TITLE}</patent-property></patent-properties>"
        found = only(record(properties=PROPERTIES.replace("</patent-properties>", nameless)))
        assert [len(each.documents) for each in found.properties] == [3, 0]


BROKEN = {
    "no reel-no and frame-no": record(reel_no=""),
    "no reel-no and frame-no to": record(frame_no="<frame-no> </frame-no>"),
    "no reel-no and frame-no to know": record(reel_no="<reel-no>0</reel-no>"),
    "reel-no is not a number": record(reel_no="<reel-no>9OOO1</reel-no>"),
    "frame-no is not a number": record(frame_no="<frame-no>٤٢</frame-no>"),
    "reel-no stands twice": record(reel_no="<reel-no>1</reel-no><reel-no>2</reel-no>"),
    "no recorded-date": record(recorded_date=""),
    "recorded-date is not a date": record(recorded_date="<recorded-date>20150230</recorded-date>"),
    "recorded-date is not": record(recorded_date="<recorded-date>20150200</recorded-date>"),
    "no recorded-dat": record(recorded_date="<recorded-date>00010101</recorded-date>"),
    "last-update-date is not a date": record(
        last_update_date="<last-update-date>J</last-update-date>"
    ),
    "execution-date is not a date": record(assignors=ASSIGNORS.replace("20150701", "20151301")),
    "purge-indicator is neither": record(purge_indicator="<purge-indicator>P</purge-indicator>"),
    "page-count is not a number": record(page_count="<page-count>four</page-count>"),
    "conveyance-text is longer than 4,000": record(
        conveyance_text=f"<conveyance-text>{'A' * 4001}</conveyance-text>"
    ),
    "name is longer than 500": record(assignors=ASSIGNORS.replace("TALLOW", "T" * 501)),
    "a party without a name": record(assignors=ASSIGNORS.replace("TALLOW, ADA Q.", " \n ")),
    "a party without a": record(assignees=re.sub("<name>.*</name>", "", ASSIGNEES)),
    "no patent-assignor": record(assignors="<patent-assignors></patent-assignors>"),
    "no patent-assignee": record(assignees=""),
    "no patent-property": record(properties="<patent-properties/>"),
    "no patent-property names a document": record(
        properties=f"<patent-properties><patent-property>{TITLE}</patent-property></patent-properties>"
    ),
    "the country of a document": record().replace("<country>US", "<country>USA", 1),
    "doc-number is longer than 40": record().replace("14999001", "1" * 41),
    "wrong order": record(assignors=ASSIGNEES, assignees=ASSIGNORS),
    "name holds elements": record(assignors=ASSIGNORS.replace("ADA", "<first>ADA</first>")),
    "patent-assignors stands twice": record(assignors=ASSIGNORS * 2),
    "no assignment-record": "<patent-assignment>\n<other/></patent-assignment>",
    "no assignment-recor": "<patent-assignment/>",
    "not well-formed": record().replace("</name>", "</nam>", 1),
}


@pytest.mark.parametrize("why", BROKEN)
def test_a_record_is_broken_when(why: str) -> None:
    assert reason(BROKEN[why]).find(why) >= 0


def test_a_broken_record_is_named_by_reel_and_frame_where_they_can_be_read() -> None:
    broken = read(file_of(record(assignors=""), record(reel_no="")))
    assert [each.reel_frame for each in broken] == ["90001/42", None]


def test_malformed_markup_is_found_at_its_line_in_the_file() -> None:
    text = file_of(record(), record().replace("</city>", "</town>")).decode()
    line = text[: text.index("</town>")].count("\n") + 1
    _, broken = read(text.encode())
    assert isinstance(broken, BrokenRecord)
    assert broken.reason.startswith(
        f"not well-formed at line {line}: Opening and ending tag mismatch"
    )


class TestHeader:
    def test_it_is_read_without_the_records(self) -> None:
        content = file_of(record()) + b"\xff<"
        header = uspto_xml.read_header(io.BytesIO(content))
        assert header == FileHeader("DA", date(2015, 7, 27), empty=False)

    def test_a_day_without_data_has_no_records(self) -> None:
        content = file_of("<data-available-code>N</data-available-code>")
        assert read(content) == []
        assert uspto_xml.read_header(io.BytesIO(content)).empty

    def test_a_file_may_say_nothing_of_itself(self) -> None:
        content = b"<us-patent-assignments><patent-assignments/></us-patent-assignments>"
        assert uspto_xml.read_header(io.BytesIO(content)) == FileHeader(None, None, empty=False)
        assert read(content) == []


def test_a_grant_alone_is_property_enough() -> None:
    found = only(record(properties=PROPERTIES.replace(APPLICATION, "")))
    assert found.properties[0].documents[-1].number in GRANT

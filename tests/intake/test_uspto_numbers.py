"""Which patent a property is, by the documents that the file lists for it."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.domain.numbers import parse_patent_id
from ledger.intake.uspto_numbers import aliases_of, patent_of
from ledger.intake.uspto_records import DocumentId, Property

APPLICATION = ("US", "14999001", "X0")
PUBLICATION = ("US", "20149990001", "A1")
GRANT = ("US", "9999001", "B2")


def of(*documents: tuple[str, str, str | None], dated_on: date | None = None) -> Property:
    return Property(tuple(DocumentId(*each, None, dated_on) for each in documents), None)


def test_the_application_number_names_the_patent_and_the_others_are_aliases() -> None:
    for documents in ((APPLICATION, PUBLICATION, GRANT), (GRANT, PUBLICATION, APPLICATION)):
        item = of(*documents)
        assert patent_of(item) == "US:14999001"
        assert aliases_of(item) == ("US:9999001B2", "US:20149990001A1")


@pytest.mark.parametrize(
    ("document", "name"),
    [
        (("US", "14/999,001", "X0"), "US:14999001"),
        (("US", "US14999001", "X0"), "US:14999001"),
        (("US", "6999001", "X0"), "US:06999001"),
        (("US", "06999001", "X0"), "US:06999001"),
        (("US", "D0999001", "S1"), "US:D999001S1"),
        (("US", "RE099901", "E1"), "US:RE99901E1"),
        (("US", "PP99901", "P3"), "US:PP99901P3"),
        (("US", "09999001", "B1"), "US:9999001B1"),
        (("US", "11999001", "B2"), "US:11999001B2"),
        (("US", "4999001", "A"), "US:4999001A"),
        (("WO", "PCT/US2015/099901", "X0"), "WO:PCTUS2015099901"),
        (("WO", "US1599901", "X0"), "WO:PCTUS2015099901"),
        (("WO", "PCTEP9899901", None), "WO:PCTEP1998099901"),
        (("WO", "2015099901", "A1"), "WO:2015099901A1"),
        (("EP", "14999001", "X0"), "EP:14999001"),
    ],
)
def test_a_number_in_its_printed_forms(document: tuple[str, str, str | None], name: str) -> None:
    assert patent_of(of(document)) == name
    assert parse_patent_id(name) == name


class TestWithoutAKind:
    def test_eight_digits_are_an_application_where_no_patent_has_them(self) -> None:
        assert patent_of(of(("US", "14999001", None))) == "US:14999001"

    def test_where_a_patent_may_have_them_the_date_decides(self) -> None:
        document = ("US", "10999001", None)
        assert patent_of(of(document, dated_on=date(2004, 11, 30))) == "US:10999001"
        assert patent_of(of(document, dated_on=date(2021, 5, 4))) is None
        assert patent_of(of(document)) is None

    def test_seven_digits_are_a_patent_and_eleven_a_publication(self) -> None:
        item = of(("US", "20149990001", None), ("US", "9999001", None))
        assert (patent_of(item), aliases_of(item)) == ("US:9999001", ("US:20149990001",))


def test_without_an_application_number_the_patent_names_it_then_the_publication() -> None:
    assert patent_of(of(PUBLICATION, GRANT)) == "US:9999001B2"
    assert patent_of(of(PUBLICATION)) == "US:20149990001A1"


def test_a_patent_above_ten_million_is_not_the_application_of_the_same_digits() -> None:
    assert patent_of(of(("US", "10999001", "B2"))) != patent_of(of(("US", "10999001", "X0")))


def test_a_second_application_number_is_no_alias() -> None:
    item = of(APPLICATION, ("US", "14999002", "X0"), APPLICATION, GRANT, GRANT)
    assert (patent_of(item), aliases_of(item)) == ("US:14999001", ("US:9999001B2",))


def test_an_international_application_is_the_alias_of_the_national_one() -> None:
    item = of(("WO", "PCT/US2015/099901", "X0"), APPLICATION)
    assert (patent_of(item), aliases_of(item)) == ("US:14999001", ("WO:PCTUS2015099901",))


def test_a_property_that_names_nothing_is_no_patent() -> None:
    assert patent_of(of()) is None
    assert patent_of(of(("US", "--", "X0"))) is None
    assert aliases_of(of()) == ()

"""Publication numbers, classification symbols and the lists of the standards."""

import pytest

from ledger.domain.codelists import (
    HK_MO_TW,
    PROVINCES,
    SECTIONS,
    STRATEGIC_INDUSTRIES,
    StrategicIndustry,
)
from ledger.domain.numbers import InvalidNumber, PatentKind
from ledger.domain.symbols import (
    IpcSymbol,
    LocarnoSymbol,
    classification_symbol,
    parse_ipc,
    parse_locarno,
    parse_publication_number,
)


class TestPublicationNumbers:
    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("CN115982415A", PatentKind.INVENTION),
            ("CN115982415B", PatentKind.INVENTION),
            ("CN114547329C7", PatentKind.INVENTION),
            ("CN1234567C", PatentKind.INVENTION),
            ("CN85100001A", PatentKind.INVENTION),
            ("CN212345678U", PatentKind.UTILITY_MODEL),
            ("CN212345678Y1", PatentKind.UTILITY_MODEL),
            ("CN312345678S", PatentKind.DESIGN),
            ("CN3123456D", PatentKind.DESIGN),
            ("CN312345678S9", PatentKind.DESIGN),
        ],
    )
    def test_a_number_is_read_with_its_kind(self, text, kind):
        number = parse_publication_number(text)
        assert str(number) == text
        assert number.kind is kind

    def test_blanks_and_country_do_not_matter(self):
        assert str(parse_publication_number("115982415 b")) == "CN115982415B"

    @pytest.mark.parametrize(
        "text", ["CN115982415U", "CN212345678A", "CN115982415", "CN415982415A", "US9999999B2", ""]
    )
    def test_a_digit_and_a_code_that_disagree_are_refused(self, text):
        with pytest.raises(InvalidNumber) as refused:
            parse_publication_number(text)
        assert refused.value.rule == "id-publication-number-form"


class TestSymbols:
    @pytest.mark.parametrize(
        ("text", "symbol", "form"),
        [
            ("H04L 9/32", IpcSymbol("H04L", "9/32"), "H04L 9/32"),
            ("h04l9/32(2006.01)I", IpcSymbol("H04L", "9/32", "2006.01"), "H04L 9/32 (2006.01)"),
            ("H04L", IpcSymbol("H04L"), "H04L"),
        ],
    )
    def test_an_ipc_symbol_has_one_printed_form(self, text, symbol, form):
        assert parse_ipc(text) == symbol
        assert str(symbol) == form
        assert symbol.section == "H"
        assert classification_symbol(text, PatentKind.INVENTION) == form

    @pytest.mark.parametrize("text", ["", "I04L 9/32", "H4L 9/32", "H04L 9", "H04L 9/3", "14-03"])
    def test_no_other_text_is_an_ipc_symbol(self, text):
        with pytest.raises(InvalidNumber) as refused:
            classification_symbol(text, PatentKind.UTILITY_MODEL)
        assert refused.value.rule == "id-classification-form"

    @pytest.mark.parametrize(
        ("text", "symbol", "form"),
        [
            ("14-03", LocarnoSymbol("14", "03"), "14-03"),
            ("LOC(13)Cl.14-03", LocarnoSymbol("14", "03", "13"), "LOC(13)Cl.14-03"),
            ("LOC (13) Cl. 32-00", LocarnoSymbol("32", "00", "13"), "LOC(13)Cl.32-00"),
        ],
    )
    def test_a_locarno_symbol_keeps_its_edition(self, text, symbol, form):
        assert parse_locarno(text) == symbol
        assert classification_symbol(text, PatentKind.DESIGN) == form

    @pytest.mark.parametrize("text", ["", "00-01", "33-01", "14-3", "H04L 9/32"])
    def test_no_other_text_is_a_locarno_symbol(self, text):
        with pytest.raises(InvalidNumber):
            parse_locarno(text)


class TestLists:
    def test_there_are_34_provinces_with_names(self):
        assert len(PROVINCES) == 34
        assert PROVINCES["44"] == ("44", "Guangdong", "广东省")
        assert set(PROVINCES) > HK_MO_TW

    def test_the_20_sections_hold_the_97_divisions_without_gap(self):
        assert "".join(SECTIONS) == "ABCDEFGHIJKLMNOPQRST"
        divisions = [n for s in SECTIONS.values() for n in range(s.first, s.last + 1)]
        assert divisions == list(range(1, 98))

    def test_the_nine_strategic_industries_are_numbered(self):
        assert list(STRATEGIC_INDUSTRIES) == list(StrategicIndustry)
        assert [named.code for named in STRATEGIC_INDUSTRIES.values()] == list("123456789")

"""Numbers of patents, parties and entries: the worked examples of the standards."""

import pytest

from ledger.domain.numbers import (
    InvalidNumber,
    PatentKind,
    PatentNumber,
    RegistrationNumber,
    check_credit_code,
    check_digit,
    check_resident_number,
    credit_code_valid,
    kind_of,
    parse_patent_id,
    parse_registration_number,
    printed,
    registration_number,
)

PATENTS = [
    "202010566088.9",
    "201510958772.0",
    "201811564288.X",
    "202322865413.3",
    "200820185283.1",
    "200510096239.4",
    "201910603565.1",
    "202110049384.6",
    "201410362077.3",
    "201310699744.2",
    "202310093204.3",
    "95115608.X",
    "97101765.4",
    "85100001.0",
]
CREDIT_CODES = [
    "91350100M000100Y43",
    "91110000101623741K",
    "911101066976941872",
    "12100000400000624D",
    "91330100799655058B",
    "9144030071526726XG",
    "914403001922038216",
    "91100000100003962T",
    "12100000470095016Q",
    "91110000MA000000F0",
]


class TestPatentNumbers:
    @pytest.mark.parametrize("number", PATENTS)
    def test_the_check_digit_of_a_published_number_holds(self, number):
        assert parse_patent_id(number) == f"CN:{number}"
        assert check_digit(number[:-2]) == number[-1]

    @pytest.mark.parametrize(
        "written",
        [
            "CN:202010566088.9",
            "ZL202010566088.9",
            "CN202010566088.9",
            "CN ZL 2020 1 0566088.9",
            "ZL：202010566088.9",
            "2020105660889",
            "zl2020105660889",
            "  ZL 202010566088.9\n",
            "ＺＬ２０２０１０５６６０８８．９",
            "202010566088。9",
            "\ufeff2020\u00a01\u30000566088.9",
        ],
    )
    def test_every_printed_form_names_the_same_stream(self, written):
        assert parse_patent_id(written) == "CN:202010566088.9"
        assert parse_patent_id(written, default_office="CN") == "CN:202010566088.9"

    def test_a_check_digit_x_may_be_small_or_wide(self):
        assert parse_patent_id("zl95115608x") == "CN:95115608.X"
        assert parse_patent_id("20181156428８.ｘ") == "CN:201811564288.X"

    @pytest.mark.parametrize(
        ("number", "expected"), [("ZL202310123456.7", "6"), ("ZL202410123456.7", "0")]
    )
    def test_a_wrong_check_digit_is_refused_with_the_right_one(self, number, expected):
        with pytest.raises(InvalidNumber) as refused:
            parse_patent_id(number)
        assert refused.value.rule == "id-patent-number-check"
        assert str(refused.value) == f"the check digit of {number[2:14]} is {expected}, not 7"
        assert refused.value.expected == f"CN:{number[2:14]}.{expected}"

    def test_a_missing_check_digit_is_refused_with_the_right_one(self):
        with pytest.raises(InvalidNumber, match="202010566088 is 9, and it is missing"):
            parse_patent_id("202010566088")

    @pytest.mark.parametrize(
        "digits", ["200210566088", "198510566088", "210010566088", "04115608", "84115608"]
    )
    def test_a_year_in_which_no_such_number_was_given_is_refused(self, digits):
        with pytest.raises(InvalidNumber, match=r"the year .* cannot be") as refused:
            parse_patent_id(f"{digits}.{check_digit(digits)}")
        assert refused.value.rule == "id-patent-number-check"

    def test_both_lengths_exist_in_2003(self):
        old, new = "03100001", "200310100001"
        assert PatentNumber.parse(old + check_digit(old)).year == 2003
        assert PatentNumber.parse(new + check_digit(new)).year == 2003

    def test_the_year_of_an_old_number_has_its_century(self):
        assert PatentNumber.parse("85100001.0").year == 1985
        assert PatentNumber.parse("97101765.4").year == 1997

    @pytest.mark.parametrize(
        ("digits", "kind"),
        [
            ("202010566088", PatentKind.INVENTION),
            ("202320000001", PatentKind.UTILITY_MODEL),
            ("202330000001", PatentKind.DESIGN),
            ("202380000001", PatentKind.INVENTION),
            ("202390000001", PatentKind.UTILITY_MODEL),
            ("98805245", PatentKind.INVENTION),
        ],
    )
    def test_the_digit_after_the_year_tells_the_kind(self, digits, kind):
        assert kind_of(f"CN:{digits}.{check_digit(digits)}") is kind

    @pytest.mark.parametrize("kind", "04567")
    def test_a_kind_digit_that_does_not_exist_is_refused(self, kind):
        with pytest.raises(InvalidNumber, match="kind digit"):
            parse_patent_id(f"2020{kind}0566088.9")

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "CN",
            "ZL:",
            "20201056608.89",
            "2020-1-0566088.9",
            "202010566088..9",
            "202010566088.９９",
            "٢٠٢٠١٠٥٦٦٠٨٨.٩",
            "2020\n10566088.9",
            "CHINA:202010566088.9",
            "ZLCN202010566088.9",
            pytest.param("X" * 10_000, id="long"),
        ],
    )
    def test_anything_else_is_no_chinese_number(self, text):
        with pytest.raises(InvalidNumber) as refused:
            parse_patent_id(text)
        assert refused.value.rule == "id-patent-number-check"

    def test_a_check_digit_belongs_to_eight_or_twelve_digits(self):
        with pytest.raises(ValueError, match="8 or 12 digits"):
            check_digit("2020105660")

    def test_a_chinese_number_is_printed_with_zl_and_another_as_it_is(self):
        assert printed("CN:202010566088.9") == "ZL202010566088.9"
        assert printed("US:14808123") == "US:14808123"


class TestOtherOffices:
    @pytest.mark.parametrize(
        ("written", "stream"),
        [
            ("US:14808123", "US:14808123"),
            ("us: 14/808123", "US:14/808123"),
            ("EP:12345678.9", "EP:12345678.9"),
            ("JP:2015-123456", "JP:2015-123456"),
        ],
    )
    def test_another_office_is_named_before_a_colon(self, written, stream):
        assert parse_patent_id(written) == stream
        assert parse_patent_id(written, default_office="EP") == stream

    def test_a_bare_number_belongs_to_the_default_office(self):
        assert parse_patent_id("14808123", default_office="US") == "US:14808123"

    def test_chinese_prefixes_win_over_the_default_office(self):
        for written in ("ZL202010566088.9", "CN202010566088.9", "CN:202010566088.9"):
            assert parse_patent_id(written, default_office="US") == "CN:202010566088.9"

    @pytest.mark.parametrize("written", ["US:", "US:..", "US:1,2", "US:" + "1" * 41, "US:申请1"])
    def test_other_characters_are_refused(self, written):
        with pytest.raises(InvalidNumber) as refused:
            parse_patent_id(written)
        assert refused.value.rule == "id-patent-number-form"

    def test_an_office_is_two_letters(self):
        with pytest.raises(InvalidNumber):
            parse_patent_id("14808123", default_office="usa")


class TestCreditCodes:
    @pytest.mark.parametrize("code", CREDIT_CODES)
    def test_the_check_character_of_a_published_code_holds(self, code):
        check = check_credit_code(code)
        assert check.well_formed
        assert check.check_digit_holds
        assert check.problem is None
        assert credit_code_valid(code)

    def test_blanks_small_and_wide_letters_do_not_matter(self):
        assert check_credit_code(" 9135 0100 m000100Ｙ43 ").code == "91350100M000100Y43"

    @pytest.mark.parametrize(
        ("code", "expected"), [("91350211M0000XUF46", "R"), ("91310115MA1H8R7C6D", "7")]
    )
    def test_a_wrong_check_character_is_told_with_the_right_one(self, code, expected):
        check = check_credit_code(code)
        assert check.well_formed
        assert check.expected == expected
        assert check.problem == f"the check character of {code[:17]} is {expected}, not {code[-1]}"
        assert not credit_code_valid(code)

    def test_no_registering_department_is_refused(self):
        code = check_credit_code("A1110000600037341" + "0")
        assert code.well_formed
        assert credit_code_valid(f"A1110000600037341{code.expected}")

    @pytest.mark.parametrize(
        "code", ["", "91350100M000100Y4", "91350100M000100Y433", "9135O100M000100Y43", "９" * 19]
    )
    def test_a_code_of_another_form_has_no_check_character(self, code):
        check = check_credit_code(code)
        assert not check.well_formed
        assert check.expected is None
        assert not check.check_digit_holds
        assert "18" in str(check.problem)


class TestResidentNumbers:
    @pytest.mark.parametrize(
        "number", ["11010519491231002X", "440524188001010014", "34052419800101001x"]
    )
    def test_a_published_sample_holds(self, number):
        assert check_resident_number(number).problem is None

    def test_residents_of_hong_kong_have_numbers_of_their_own(self):
        assert check_resident_number("810000199001010019").birth_date_valid

    @pytest.mark.parametrize(
        ("number", "problem"),
        [
            ("110105194912310021", "the last character does not fit the others"),
            ("110105194913310021", "digits 7 to 14 are no date of birth"),
            ("11010519491231002", "a resident identity number has 17 digits and a last digit or X"),
            (
                "X1010519491231002X",
                "a resident identity number has 17 digits and a last digit or X",
            ),
        ],
    )
    def test_what_is_wrong_is_said_without_the_number(self, number, problem):
        check = check_resident_number(number)
        assert check.problem == problem
        assert number not in repr(check)


class TestRegistrationNumbers:
    def test_a_new_number_has_letter_year_region_and_serial(self):
        assert registration_number("Y", 2021, "99", 123) == "Y2021990000123"

    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("Y2021990000123", RegistrationNumber("Y", 2021, "99", 123)),
            ("x2021990000123", RegistrationNumber("X", 2021, "99", 123)),
            ("2011 99 0000123", RegistrationNumber("", 2011, "99", 123)),
        ],
    )
    def test_a_number_of_the_office_is_read_with_or_without_letter(self, text, number):
        assert parse_registration_number(text) == number

    @pytest.mark.parametrize(
        "text", ["", "Z2021990000123", "Y1821990000123", "Y202199000123", "YX2021990000123"]
    )
    def test_another_form_is_refused(self, text):
        with pytest.raises(InvalidNumber) as refused:
            parse_registration_number(text)
        assert refused.value.rule == "id-registration-number-form"

    def test_a_letter_may_be_asked_for(self):
        with pytest.raises(InvalidNumber, match="the letter Y,"):
            parse_registration_number("X2021990000123", letters="Y")

    @pytest.mark.parametrize(
        ("letter", "year", "region", "serial"),
        [
            ("", 2021, "99", 1),
            ("y", 2021, "99", 1),
            ("Y", 2121, "99", 1),
            ("Y", 2021, "9", 1),
            ("Y", 2021, "99", 0),
            ("Y", 2021, "99", 10_000_000),
        ],
    )
    def test_no_number_is_made_that_could_not_be_read(self, letter, year, region, serial):
        with pytest.raises(InvalidNumber):
            registration_number(letter, year, region, serial)

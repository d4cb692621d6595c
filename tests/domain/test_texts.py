"""Texts keep what people wrote, in any script, and refuse what no register can print."""

import pytest
from pydantic import BaseModel, ValidationError

from ledger.domain.texts import FROZEN, LONG_TEXT_MAX, TEXT_MAX, LongText, Text, long_text


class Written(BaseModel):
    model_config = FROZEN

    name: Text = "x"
    explanation: LongText = "x"


@pytest.mark.parametrize(
    "name", ["华为技术有限公司", " Lanternhill  Lampworks ", "Ørsted", "𠮷野家", "👩‍🔬"]
)
def test_a_name_in_any_script_is_kept_as_it_was_written(name):
    assert Written(name=name).name == name


def test_a_text_is_kept_in_composed_form():
    assert Written(name="Cafe\u0301").name == "Café"


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("a\0b", r"a control character \(U\+0000\) stands at character 2"),
        ("a\nb", "a control character"),
        ("a\x85b", "a control character"),
        ("a\ud800", "half of a surrogate pair"),
        ("a\u2028b", "a line separator"),
        ("a\u2029b", "a paragraph separator"),
        ("", "empty or blank"),
        ("\u3000 ", "empty or blank"),
        pytest.param("x" * (TEXT_MAX + 1), "longer than 500", id="one more"),
        pytest.param("x" * 10_000_000, "longer than 500", id="very long"),
    ],
)
def test_a_name_without_a_printed_form_is_refused(name, what):
    with pytest.raises(ValidationError, match=what):
        Written(name=name)


def test_an_explanation_may_have_lines_and_tabs_but_no_other_control_characters():
    assert Written(explanation="one\n\ttwo").explanation == "one\n\ttwo"
    with pytest.raises(ValueError, match="control character"):
        long_text("one\r\ntwo")


def test_length_counts_after_composition():
    assert len(Written(name="e\u0301" * TEXT_MAX).name) == TEXT_MAX
    assert len(Written(explanation="字" * LONG_TEXT_MAX).explanation) == LONG_TEXT_MAX
    with pytest.raises(ValidationError, match="longer than 4,000"):
        Written(explanation="字" * (LONG_TEXT_MAX + 1))


def test_a_value_is_frozen_and_has_no_other_members():
    with pytest.raises(ValidationError):
        Written(other="x")
    with pytest.raises(ValidationError):
        Written().name = "y"

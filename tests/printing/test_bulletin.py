"""The bulletin: published sentences in both languages, charts that load nothing, what is suppressed
nowhere told."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from lxml import etree, html

from ledger.printing import bulletin_words
from ledger.printing.bulletin import Edition, edition
from ledger.printing.bulletin_page import page
from ledger.printing.figures import Figures
from ledger.projections.statistics.bulletin import of_releases
from ledger.wording import Language, wording
from tests.catalogue.texts import texts

EN, ZH = wording("en"), wording("zh")

DICTIONARY = [
    {
        "family": family,
        "dimensions": [
            {"name": name, "names": names}
            for name, names in {
                "province": {"44": {"en": "Guangdong", "zh": "广东省"}},
                "institution": {"bank": {"en": "bank", "zh": "银行"}},
                "ground": {"performed": {"en": "performed", "zh": "债务履行完毕"}},
                "class": {"fixed": {"en": "fixed", "zh": "固定"}},
                "kind": {"invention": {"en": "invention", "zh": "发明"}},
                "industry": {"C": {"en": "Manufacturing", "zh": "制造业"}},
                "base": {"profit": {"en": "profit", "zh": "利润"}},
                "act": {"transfer": {"en": "transfer", "zh": "转让"}},
                "party_kind": {"university": {"en": "university", "zh": "高校"}},
            }.items()
        ],
    }
    for family in ("pledge-financing", "licence-rates", "operations")
]
BY = {
    "pledges_by_province": "province",
    "pledges_by_institution": "institution",
    "pledges_by_ground": "ground",
    "licences_by_class": "class",
    "licences_by_kind": "kind",
    "licences_by_industry": "industry",
    "rates_by_base": "base",
    "operations_by_month": "act",
    "operations_by_kind": "kind",
    "operations_by_party": "party_kind",
    "operations_by_province": "province",
    "dealt_by_party": "party_kind",
}
QUESTIONS = (*BY, "pledges", "patents_alone", "pledges_by_month", "licences", "operations")


def cell(measure: str, value: Any, *, period: str = "2022-H1", **members: Any) -> dict[str, Any]:
    group = members.pop("group", {})
    return {"measure": measure, "period": period, "group": group, "value": value, **members}


def grouped(question: str, code: str, measure: str, value: Any, **members: Any) -> dict[str, Any]:
    return cell(measure, value, group={BY[question]: code}, **members)


def reports(**cells: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Reports with these cells, of the first half of 2022, and none in the others."""

    def family(question: str) -> str:
        if question.startswith(("operations", "dealt")):
            return "operations"
        return "licence-rates" if "licence" in question or "rates" in question else FAMILY

    return {
        question: {
            "query": {
                "family": family(question),
                "from": "2022-01-01",
                "until": "2022-06-30",
                "every": "whole",
                "by": [BY[question]] if question in BY else [],
                "where": {},
                "measures": [],
                "with_trademarks": True,
            },
            "definition": "1",
            "program": "0.1.0",
            "position": 1234,
            "digest": f"digest-of-{question}",
            "cells": cells.get(question, []),
        }
        for question in ("pledges", *QUESTIONS)
    }


FAMILY = "pledge-financing"

PUBLISHED = reports(
    pledges=[
        cell("amount", "162650000000.00", before="107370000000.00", growth="51.5"),
        cell("projects", 10_198, before=6_195, growth="64.6"),
        cell("enterprises", 9_760, before=5_810, growth="68.0"),
        cell("inclusive_enterprises", 6_951, before=3_283, growth="111.7"),
        cell("inclusive_enterprises_share", "71.2"),
        cell("inclusive_projects", 7_345, before=3_465, growth="112.0"),
        cell("inclusive_projects_share", "72.0"),
    ],
    pledges_by_month=[
        cell("amount", f"{n}000000000.00", period=f"2022-0{n}", before="500000000.00")
        for n in range(1, 7)
    ],
    pledges_by_province=[
        cell("amount", "162650000000.00"),
        grouped("pledges_by_province", "44", "amount", "52650000000.00", growth="-3.5"),
        grouped("pledges_by_province", "<b>", "amount", "2000000.00"),
    ],
    licences=[
        cell("contracts", 15_603),
        cell("patents", 36_794),
        cell("patents_per_contract", "2.4"),
        cell("fixed_amount", "10210000000.00"),
        cell("average_fixed_amount", "1660162.60"),
    ],
    licences_by_class=[
        grouped("licences_by_class", "fixed", "contracts", 6_150, share="39.4"),
        grouped("licences_by_class", "fixed", "average_term", "3.0"),
    ],
    rates_by_base=[
        grouped("rates_by_base", "profit", "rate_q1", "2.0000"),
        grouped("rates_by_base", "profit", "rate_median", "5.5000"),
        grouped("rates_by_base", "profit", "rate_q3", "10.0000"),
    ],
)


def sentences(of: Edition) -> str:
    return "\n".join(sentence for section in of.sections for sentence in section.sentences)


def test_the_published_sentences_in_english() -> None:
    told = sentences(edition(EN, PUBLISHED, DICTIONARY))
    assert (
        "In the first half of 2022 pledges of patents and trademarks were registered for "
        "162.65 billion yuan, 51.5 % more than a year before." in told
    )
    assert (
        "Of these enterprises 6,951, or 71.2 %, had inclusive loans of at most 10 million yuan, "
        "111.7 % more than a year before." in told
    )
    assert "numbered 7,345, or 72.0 %, 112.0 % more than a year before." in told
    assert "benefited 9,760 enterprises, 68.0 % more than a year before." in told
    assert "15,603 licence contracts were recorded, over 36,794 patents: 2.4 patents" in told
    assert (
        "A fixed or convertible amount was agreed in 6,150 contracts (39.4 %): 10.21 billion yuan "
        "in all, 1.660 million yuan on average, for 3.0 years on average." in told
    )
    assert "In the first half of 2022 no patent was transferred, licensed or pledged." in told


def test_the_published_sentences_in_chinese() -> None:
    told = sentences(edition(ZH, PUBLISHED, DICTIONARY))
    assert "2022年上半年，专利、商标质押登记金额1,626.5亿元，同比增长51.5%。" in told
    assert "普惠性贷款惠及企业6,951家，占71.2%，同比增长111.7%。" in told
    assert "固定或可折算金额的合同6,150份，占39.4%，合计102.1亿元，平均每份166.0万元" in told


def suppressed(question: str, *measures: str) -> dict[str, dict[str, Any]]:
    """The published reports with some figures kept back."""
    told = {name: dict(report) for name, report in PUBLISHED.items()}
    told[question]["cells"] = [
        {name: each[name] for name in ("measure", "period", "group")} | {"suppressed": True}
        if each["measure"] in measures
        else each
        for each in told[question]["cells"]
    ]
    return told


@pytest.mark.parametrize(
    ("question", "measures", "kept"),
    [
        ("pledges", ("amount",), ("162.65", "51.5", "1,626.5")),
        ("pledges", ("enterprises", "projects"), ("9,760", "68.0", "10,198", "64.6")),
        ("pledges_by_province", ("amount",), ("52.65", "3.5 %", "2.000 million")),
        ("licences", ("contracts",), ("15,603",)),
        ("rates_by_base", ("rate_q1", "rate_median", "rate_q3"), (">5.5<",)),
    ],
)
def test_what_is_suppressed_is_nowhere_told(
    question: str, measures: tuple[str, ...], kept: tuple[str, ...]
) -> None:
    written = page([edition(w, suppressed(question, *measures), DICTIONARY) for w in (ZH, EN)])
    whole = page([edition(w, PUBLISHED, DICTIONARY) for w in (ZH, EN)])
    assert any(figure in whole for figure in kept)
    assert [figure for figure in kept if figure in written] == []
    assert "not published" in written
    assert "不予公布" in written


def test_the_page_loads_nothing_and_everything_in_it_is_escaped() -> None:
    made = page([edition(w, PUBLISHED, DICTIONARY, note="<script>note") for w in (ZH, EN)])
    read = html.fromstring(made)
    links = [link for _, __, link, ___ in read.iterlinks()]
    assert set(links) == {"#zh", "#en", "#kept"}
    tags = {element.tag for element in read.iter() if isinstance(element.tag, str)}
    assert not tags & {"script", "link", "img", "iframe", "object", "b"}
    assert "&lt;script&gt;note" in made
    assert [article.get("lang") for article in read.iter("article")] == ["zh-Hans", "en"]
    drawn = re.findall(r"<svg.*?</svg>", made, re.DOTALL)
    assert len(drawn) > 5
    for svg in drawn:
        etree.fromstring(svg)
    assert "url(http" not in made


def release(family: str, tables: dict[str, list[dict[str, Any]]], **members: Any) -> dict[str, Any]:
    """A release of the first half of 2022, as the public reads it."""
    query = reports()["pledges"]["query"] | {"family": family, "with_trademarks": False}
    return {
        "query": query | members,
        "definition": "1",
        "program": "0.1.0",
        "period": "2022-H1",
        "position": 77,
        "digest": f"digest-of-{family}",
        "tables": [{"by": by, "cells": cells} for by, cells in tables.items()],
    }


def test_it_is_made_of_releases_too() -> None:
    whole = [
        {"measure": "contracts", "group": {}, "value": 200},
        {"measure": "patents", "group": {}, "value": None, "suppressed": True},
    ]
    by_class = [
        {"measure": "contracts", "group": {"class": "fixed"}, "value": 150},
        {"measure": "contracts", "group": {"class": "free"}, "value": None, "suppressed": True},
    ]
    told = of_releases([release("licence-rates", {"": whole, "class": by_class})])
    made = edition(EN, told, DICTIONARY, released=True)
    said = sentences(made)
    assert (
        "In the first half of 2022 200 licence contracts were recorded, over not published" in said
    )
    assert "agreed in 150 contracts (75.0 %)" in said
    assert "Free of charge were not published contracts (not published)." in said
    assert said.count("No figures of the first half of 2022 are released.") == 2
    assert made.questions.rows == (
        ("licence-rates 2022-H1 --known-at 77", "1", "digest-of-licence-rates"),
    )
    assert "releases below" in made.rests_on.sentences[1]


def test_each_report_is_named_with_its_question_and_digest() -> None:
    made = edition(EN, PUBLISHED, DICTIONARY)
    assert len(made.questions.rows) == len(PUBLISHED)
    question, definition, digest = made.questions.rows[0]
    assert question.startswith("pledge-financing --from 2022-01-01 --until 2022-06-30")
    assert (definition, digest) == ("1", "digest-of-pledges")
    assert "as known at position 1,234" in made.rests_on.sentences[0]
    assert "no release" in made.remarks[-1]
    released = edition(EN, PUBLISHED, DICTIONARY, released=True)
    assert "are not published" in released.remarks[-1]


@pytest.mark.parametrize(
    ("first", "last", "en", "zh"),
    [
        (date(2023, 1, 1), date(2023, 12, 31), "the year 2023", "2023年"),
        (date(2022, 7, 1), date(2022, 12, 31), "the second half of 2022", "2022年下半年"),
        (date(2022, 4, 1), date(2022, 6, 30), "the second quarter of 2022", "2022年第二季度"),
        (date(2022, 2, 1), date(2022, 4, 30), "1 February 2022 to 30 April 2022", None),
        (date(2022, 4, 1), date(2022, 9, 30), "1 April 2022 to 30 September 2022", None),
        (date(2022, 1, 1), date(2022, 6, 29), "1 January 2022 to 29 June 2022", None),
    ],
)
def test_periods_are_called_by_their_names(
    first: date, last: date, en: str, zh: str | None
) -> None:
    assert Figures(EN).period(first, last) == en
    assert zh in (None, Figures(ZH).period(first, last))


@pytest.mark.parametrize(
    ("language", "value", "told"),
    [
        ("en", "999999999.99", "1000.000 million yuan"),
        ("en", "1660162.60", "1.660 million yuan"),
        ("en", "999.40", "999 yuan"),
        ("zh", "99999999", "10,000.0万元"),
        ("zh", "1660162.60", "166.0万元"),
        ("zh", "9999.50", "10,000元"),
    ],
)
def test_amounts_are_written_as_they_are_read(language: Language, value: str, told: str) -> None:
    assert Figures(wording(language)).yuan({"value": value}).replace(",", "") == told.replace(
        ",", ""
    )


def test_every_text_is_in_the_catalogue() -> None:
    assert bulletin_words.texts() <= set(texts())

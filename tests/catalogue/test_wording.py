"""The catalogue in Chinese, and what is made from it: nothing is missing, nothing is stale."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from ledger.domain.refusals import Finding, Severity
from ledger.domain.rules import DEFINITIONS, RULES
from ledger.domain.rules.catalogue import PROVISIONAL
from ledger.wording import Wording, po_path, preferred, wording
from tests.builders import entered, lapsed, recorded, register_pledge
from tests.catalogue import findings, page
from tests.catalogue.texts import (
    catalogue,
    po_bytes,
    texts,
    updated,
)
from tests.scenario import Scenario

ZH = wording("zh")
HAN = re.compile(r"[\u4e00-\u9fff]")
VERBATIM = re.compile(
    r"\b[a-z]+(?:_[a-z]+)+\b|/v1/\w+|\b(?:[a-z]+-){1,3}[a-z]+\b(?=\))|cap-override"
)
"""Names that a text shows as they are written in a filing: members, settings, routes."""

TERMS = {
    "pledge-joint-application": "共同申请",
    "pledge-contract-contents": "被担保债权的种类和数额",
    "pledge-pledgor-is-owner": "专利登记簿记载的专利权人",
    "pledge-no-live-pledge": "已被申请质押登记且处于质押期间",
    "pledge-same-day-invention-waiver": "同日申请",
    "pledge-invalidation-waiver": "无效宣告",
    "pledge-debt-within-term": "债务人履行债务的期限",
    "pledge-max-amount-fields": "最高额质权",
    "pledge-forfeiture-clause": "流质",
    "pledge-revoke-uncured": "撤销",
    "pledge-deregister-ground": "注销",
    "pledge-max-fixation": "债权的确定",
    "pledge-mixed-trademark": "混合质押",
    "transfer-one-step": "连续转移",
    "transfer-fee-200": "著录事项变更费",
    "transfer-open-licence-withdrawn": "作价入股",
    "licence-no-conflict": "独占许可或者排他许可",
    "licence-sublicence-authority": "分许可",
    "licence-fee-current": "滞纳期",
    "licence-contents": "许可种类",
    "open-withdraw-unconditional": "撤回",
    "open-withdraw-keeps-licences": "不影响在先给予的开放许可的效力",
    "open-no-advertising": "商业性宣传用语",
    "open-evaluation-report": "专利权评价报告",
    "preservation-queue": "轮候",
    "preservation-documents": "协助执行通知书",
    "suspension-requester": "中止",
    "fee-surcharge": "滞纳金",
    "restore-reopen": "恢复",
    "abandon-all-patentees": "放弃",
    "invalidation-final-effect": "视为自始即不存在",
    "term-last-day": "期满终止日",
    "term-compensation-kind": "期限补偿",
    "id-uscc-check": "统一社会信用代码",
    "id-resident-check": "公民身份号码",
    "stat-inclusive-threshold": "普惠",
    "stat-high-value-any-of-five": "高价值发明专利",
    "time-number-included": "以上",
}
"""Chinese legal terms as the law has them, by the rule whose texts use them."""


@pytest.mark.parametrize("english", texts(), ids=lambda text: texts()[text][0])
def test_every_text_has_a_chinese_one(english: str) -> None:
    chinese = ZH.text(english)
    assert HAN.search(chinese), english
    assert names(chinese) == names(english)
    assert set(VERBATIM.findall(english)) <= set(VERBATIM.findall(chinese)) | words_in(chinese)


def names(text: str) -> set[str | None]:
    """What is filled into a text; a route's `{no}` is none of it."""
    return {name for _, name, __, ___ in Formatter().parse(text)} - {None, "no"}


def words_in(chinese: str) -> set[str]:
    """The names in a Chinese text, which stand beside characters without a blank."""
    return set(re.findall(r"[a-z0-9/_-]+", chinese))


@pytest.mark.parametrize("rule", TERMS)
def test_it_uses_the_terms_of_the_law(rule: str) -> None:
    stated = RULES.get(rule) or DEFINITIONS[rule]
    assert TERMS[rule] in ZH.text(stated.title) + ZH.text(stated.sentence)


# --- what is made from the catalogue ------------------------------------------------------------


def test_the_messages_are_those_of_the_catalogue() -> None:
    assert po_bytes(updated(catalogue("zh"))) == po_path("zh").read_bytes(), "run make catalogue"


def test_the_page_is_that_of_the_catalogue() -> None:
    assert page.page() == page.PATH.read_text(encoding="utf-8"), "run make catalogue"


def test_the_findings_are_those_of_the_cases() -> None:
    assert findings.text() == findings.PATH.read_text(encoding="utf-8"), "run make catalogue"


# --- which language -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("zh", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-Hans-CN", "zh"),
        ("en;q=0.8, zh;q=0.9", "zh"),
        ("en, zh", "en"),
        ("zh;q=0", "en"),
        ("zh;q=none, fr", "en"),
        ("zh;q=0.123456", "en"),
        ("fr, zh;q=0.1", "zh"),
        ("*", "en"),
        (",;,zh;q=1" + ",x" * 10_000, "zh"),
        ("not a header at all; %$#", "en"),
    ],
)
def test_a_reader_gets_the_language_it_prefers(header: str | None, language: str) -> None:
    assert preferred(header) == language


# --- findings -----------------------------------------------------------------------------------


def refused(scenario: Scenario) -> tuple[Finding, ...]:
    return scenario.when(register_pledge()).findings


def in_chinese(finding: Finding, words: Wording = ZH) -> Finding:
    return words.finding(finding)


def test_a_finding_keeps_its_data_and_changes_its_words() -> None:
    (found,) = refused(recorded(entered(), lapsed()))
    told = in_chinese(found)
    assert told.message.startswith("只有授权且有效的专利权可以出质")
    assert told.cure == "请去掉该专利；已终止的专利权须先恢复。"
    assert (told.rule, told.fact, told.pointer) == (found.rule, found.fact, found.pointer)
    assert in_chinese(found, wording("en")) is found


def test_a_fact_never_told_is_named_in_chinese() -> None:
    found = {f.fact["missing"]: f for f in refused(recorded(entered(patentees=())))}
    assert found["the patentees"].message == (
        "The ledger was never told the patentees, which pledge-pledgor-is-owner needs."
    )
    told = in_chinese(found["the patentees"])
    assert told.message == "登记簿从未得知专利权人，而规则 pledge-pledgor-is-owner 需要。"
    assert told.cure is not None
    assert told.cure.startswith("由登记员")
    (unknown,) = refused(recorded())
    assert in_chinese(unknown).message == "登记簿中没有该专利：从未登记。"


def test_a_provisional_day_is_said_to_be_one() -> None:
    sentence = RULES["pledge-fee-current"].sentence
    found = Finding(
        "pledge-fee-current",
        Severity.WARNING,
        f"{sentence} {PROVISIONAL.format(year=2097)}",
        "PPM 11(4)",
        None,
        "",
        {"provisional_for": 2097},
    )
    told = in_chinese(found)
    assert (
        told.message
        == ZH.text(sentence) + "该最后期限为暂定：2097 年的放假安排尚未公布，仅计周末。"
    )
    assert told.cure is None

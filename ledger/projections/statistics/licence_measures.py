"""The measures of licence rates: contracts, what they cost, and what open licences ask and get."""

from __future__ import annotations

from typing import Final

from ledger.projections.licence_rates import LICENCE_RATE, OPEN_LICENCE_ASKED
from ledger.projections.statistics.dimensions import OF_EVERY_FAMILY
from ledger.projections.statistics.finishing import (
    METHODS,
    QUARTILES,
    highest,
    lowest,
    mean,
    money,
    per,
    quartile,
    years,
)
from ledger.projections.statistics.measures import (
    Basis,
    Dimension,
    Family,
    Finish,
    Measure,
    total_in_yuan,
)

CLASS = Dimension(
    "class",
    "class of the royalty",
    "许可使用费类别",
    "usage of the office (stat-licence-classes)",
    {
        "fixed": ("fixed or convertible amount", "固定或可折算金额"),
        "running": ("running", "提成"),
        "free": ("free", "无偿"),
        "unknown": ("unknown", "不详"),
    },
)
FORM = Dimension(
    "form",
    "form of the royalty",
    "支付方式",
    "Civil Code art. 846",
    {
        "lump_sum": ("lump sum", "一次总付"),
        "instalments": ("instalments", "分期支付"),
        "running": ("running royalty", "提成支付"),
        "entry_fee_plus_running": ("entry fee and running royalty", "入门费加提成"),
        "free": ("free", "无偿"),
        "equity": ("equity", "作价入股"),
        "unknown": ("unknown", "不详"),
    },
)
BASE = Dimension(
    "base",
    "what a running royalty is counted on",
    "提成基数",
    "Civil Code art. 846",
    {
        "net_sales": ("net sales", "销售额"),
        "price": ("product price", "产品价格"),
        "profit": ("profit", "利润"),
        "output_value": ("new output value", "新增产值"),
        "unit": ("unit", "单位产品"),
        "other": ("other", "其他"),
        "none": ("none", "无"),
        "unknown": ("unknown", "不详"),
    },
)
LICENCE_KIND = Dimension(
    "licence_kind",
    "exclusivity",
    "许可种类",
    "Licence Recordal Measures; open licences are ordinary ones",
    {
        "exclusive": ("exclusive", "独占许可"),
        "sole": ("sole", "排他许可"),
        "ordinary": ("ordinary", "普通许可"),
    },
)
WAY = Dimension(
    "way",
    "negotiated, or taken under an open-licence declaration",
    "达成方式",
    "Patent Law arts. 12, 50 and 51",
    {"negotiated": ("negotiated", "协商"), "open": ("open licence", "开放许可")},
)
OF_CONTRACTS = (LICENCE_KIND, WAY)

_WAY = "CASE WHEN r.declaration_no IS NULL THEN 'negotiated' ELSE 'open' END AS way"
_KNOWN = "r.known_from <= %(known)s::bigint AND r.recorded @> %(known)s::bigint"
_RECORDED = (
    f"SELECT r.*, r.recorded_on AS day, {_WAY} FROM licence_rate AS r "  # noqa: S608
    f"WHERE {_KNOWN} AND r.recorded_on IS NOT NULL"
)
_TAKEN = (
    f"SELECT r.*, r.taken_on AS day, {_WAY} FROM licence_rate AS r "  # noqa: S608
    f"WHERE {_KNOWN} AND r.taken_on IS NOT NULL"
)
_ASKED = (
    "FROM open_licence_asked AS a "
    "WHERE a.known_from <= %(known)s::bigint AND a.recorded @> %(known)s::bigint"
)

RECORDAL: Final = "day of recordal"
AS_RECORDED: Final = (
    "Counted with the terms of its recordal: a recordal revoked from the beginning is not counted, "
    "one that was cancelled or changed later still is; a correction counts as it reads."
)
AS_DECLARED: Final = (
    "A declaration revoked from the beginning is not counted; a correction counts as it reads."
)
AS_TAKEN: Final = (
    "Counted with the terms under which it was taken; a correction counts as it reads."
)

CONTRACTS = Basis(
    "contracts",
    "one recorded licence contract, however many Chinese patents it covers",
    RECORDAL,
    AS_RECORDED,
    _RECORDED,
    once="contract",
    amounts=True,
    dimensions=OF_CONTRACTS,
)
LICENSED = Basis(
    "licensed patents",
    "one Chinese patent licensed by a recorded contract",
    RECORDAL,
    AS_RECORDED,
    _RECORDED,
    once="patent_id",
    dimensions=OF_CONTRACTS,
)
CONTRACT_PATENTS = Basis(
    "contracts and patents",
    "one Chinese patent of one recorded contract",
    RECORDAL,
    AS_RECORDED,
    _RECORDED,
    dimensions=OF_CONTRACTS,
)
DECLARED = Basis(
    "declarations",
    "one open-licence declaration",
    "day of announcement",
    AS_DECLARED,
    f"SELECT a.*, a.declared_on AS day {_ASKED} AND a.span = 0",
    once="declaration_no",
    unit="declaration_no",
)
OFFERED = Basis(
    "offered patents",
    "one Chinese patent offered under an open-licence declaration",
    "day of announcement",
    AS_DECLARED,
    f"SELECT a.*, a.declared_on AS day {_ASKED} AND a.span = 0",
    once="patent_id",
    unit="declaration_no",
)
LIVE = Basis(
    "live declarations",
    "one open-licence declaration that stands at the end of the period's last day",
    "the last day of the period",
    AS_DECLARED,
    f"SELECT a.*, a.stands_from AS day {_ASKED}",
    once="declaration_no",
    standing=True,
    unit="declaration_no",
)
WITHDRAWN = Basis(
    "withdrawn declarations",
    "one open-licence declaration that was withdrawn",
    "day of the announcement of the withdrawal",
    AS_DECLARED,
    f"SELECT a.*, a.withdrawn_on AS day {_ASKED} AND a.span = 0 AND a.withdrawn_on IS NOT NULL",
    once="declaration_no",
    unit="declaration_no",
)
TAKEN = Basis(
    "open licences taken",
    "one licence taken under an open-licence declaration, recorded or not",
    "day on which the licence arose, by notice and payment",
    AS_TAKEN,
    _TAKEN,
    once="contract",
    dimensions=OF_CONTRACTS,
)

COUNT: Final = "count(*)"
FIXED: Final = "FILTER (WHERE class = 'fixed')"
RATES: Final = "array_agg(rate ORDER BY rate) FILTER (WHERE rate IS NOT NULL)"
RATE_MEANING: Final = (
    "of the percentages of running royalties, in percent of their base; of yearly rates their mean "
    "is taken. Rates of different bases do not compare: ask by base. Amounts a piece are left out."
)


def rates(prefix: str, basis: Basis, en: str, zh: str) -> tuple[Measure, ...]:
    """Quartiles, mean, least and greatest of the rates of a basis."""
    kinds: list[tuple[str, Finish, str, str, bool]] = [
        (f"{name}{ending}", quartile(which, method), f"{en_of} ({said})", zh_of + zh_said, False)
        for ending, method, said, zh_said in METHODS
        for name, which, en_of, zh_of in QUARTILES
    ]
    kinds += [
        ("mean", mean(2), "Mean", "平均值", False),
        ("min", lowest, "Least", "最小值", True),
        ("max", highest, "Greatest", "最大值", True),
    ]
    return tuple(
        Measure(
            f"{prefix}_{name}",
            basis,
            RATES,
            "percent",
            f"{en}: {en_of.lower()}",
            f"{zh}{zh_of}",
            f"{en_of} {RATE_MEANING}",
            finish=finish,
            grows=False,
            rests_on="rate IS NOT NULL",
            entitled=entitled,
        )
        for name, finish, en_of, zh_of, entitled in kinds
    )


LICENCE_RATES = Family(
    name="licence-rates",
    en="Licence rates",
    zh="专利实施许可",
    definition="1",
    views=(LICENCE_RATE, OPEN_LICENCE_ASKED),
    dimensions=(CLASS, FORM, BASE, *OF_EVERY_FAMILY),
    measures=(
        Measure(
            "contracts",
            CONTRACTS,
            COUNT,
            "contracts",
            "Recorded contracts",
            "备案合同份数",
            "Licence contracts recorded in the period; fixed, running and free ones by class.",
            shares=True,
        ),
        Measure(
            "patents",
            LICENSED,
            COUNT,
            "patents",
            "Licensed patents",
            "许可专利件数",
            "Patents of the contracts recorded in the period, each once.",
            shares=True,
        ),
        Measure(
            "patents_per_contract",
            CONTRACT_PATENTS,
            "ARRAY[count(*), count(DISTINCT contract)]",
            "patents a contract",
            "Patents a contract",
            "每份合同专利件数",
            "Patents of contracts over contracts, to a tenth.",
            finish=per(1),
            grows=False,
        ),
        Measure(
            "fixed_amount",
            CONTRACTS,
            total_in_yuan(FIXED),
            "yuan",
            "Total of fixed amounts",
            "固定金额合计",
            "The fixed or convertible amounts of contracts of that class, each contract's once; "
            "entry fees of running royalties are not among them. Other money by the stated table "
            "of rates; without a rate there is no total.",
            finish=money,
            rests_on="class = 'fixed'",
        ),
        Measure(
            "average_fixed_amount",
            CONTRACTS,
            f"ARRAY[{total_in_yuan(FIXED)}, (count(amount) {FIXED})::numeric]",
            "yuan",
            "Average fixed amount",
            "平均固定金额",
            "The total of fixed amounts over the contracts that state one, to a hundredth.",
            finish=per(2),
            grows=False,
            rests_on="class = 'fixed' AND amount IS NOT NULL",
        ),
        Measure(
            "average_term",
            CONTRACTS,
            "ARRAY[sum(term_days), count(term_days)]",
            "years",
            "Average term",
            "平均许可期限",
            "Days from the first to the last of the licence over contracts that state both, in "
            "years of 365.25 days, to a tenth.",
            finish=years,
            grows=False,
            rests_on="term_days IS NOT NULL",
        ),
        *rates("rate", CONTRACTS, "Rate", "提成比例"),
        Measure(
            "declared",
            DECLARED,
            COUNT,
            "declarations",
            "Open licences declared",
            "开放许可声明数",
            "Declarations announced in the period.",
        ),
        Measure(
            "offered",
            OFFERED,
            COUNT,
            "patents",
            "Patents offered",
            "开放许可专利件数",
            "Patents of declarations announced in the period, each once.",
        ),
        Measure(
            "live",
            LIVE,
            COUNT,
            "declarations",
            "Open licences live",
            "有效开放许可声明数",
            "Declarations announced by the day, not withdrawn and not run out.",
        ),
        Measure(
            "withdrawn",
            WITHDRAWN,
            COUNT,
            "declarations",
            "Open licences withdrawn",
            "撤回声明数",
            "Declarations withdrawn in the period.",
        ),
        Measure(
            "taken",
            TAKEN,
            COUNT,
            "licences",
            "Open licences taken",
            "达成开放许可数",
            "Licences that arose under a declaration in the period.",
        ),
        Measure(
            "taken_recorded",
            TAKEN,
            "count(recorded_on)",
            "licences",
            "Open licences taken and recorded",
            "已备案开放许可数",
            "Of the licences taken in the period, those whose contract was recorded since.",
            rests_on="recorded_on IS NOT NULL",
        ),
        Measure(
            "takers_per_declaration",
            TAKEN,
            "ARRAY[count(DISTINCT (declaration_no, taker)), count(DISTINCT declaration_no)]",
            "takers a declaration",
            "Takers a declaration",
            "每项声明被许可人数",
            "Distinct takers over the declarations taken in the period, to a tenth.",
            finish=per(1),
            grows=False,
        ),
        *rates("asked_rate", DECLARED, "Rate asked by declarations", "声明提成比例"),
        *rates("taken_rate", TAKEN, "Rate of open licences taken", "开放许可成交提成比例"),
    ),
)

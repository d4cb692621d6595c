"""The measures of pledge financing: amounts, projects, enterprises, what is outstanding."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from ledger.domain.figures import INCLUSIVE_YUAN_MAX
from ledger.projections.pledge_financing import PARTIAL, PLEDGE_FINANCING
from ledger.projections.statistics.dimensions import OF_EVERY_FAMILY
from ledger.projections.statistics.finishing import (
    DAYS_OF_YEAR,
    METHODS,
    QUARTILES,
    money,
    per,
    percent,
    quartile,
    years,
)
from ledger.projections.statistics.measures import (
    Basis,
    Dimension,
    Family,
    Measure,
    total_in_yuan,
)

BANK = Dimension("bank", "pledgee named first, by its identity key", "质权人", "parties")
INSTITUTION = Dimension(
    "institution",
    "kind of institution of the pledgee named first",
    "质权人类型",
    "kinds of institution of the ledger",
    {
        "bank": ("bank", "银行"),
        "policy_bank": ("policy bank", "政策性银行"),
        "guarantee": ("guarantee company", "担保机构"),
        "microlender": ("microlender", "小额贷款公司"),
        "leasing": ("leasing company", "租赁公司"),
        "trust": ("trust company", "信托公司"),
        "insurer": ("insurer", "保险公司"),
        "other": ("other", "其他"),
        "unknown": ("unknown", "不详"),
    },
)
GROUND = Dimension(
    "ground",
    "ground of deregistration",
    "注销原因",
    "Pledge Measures art. 14",
    {
        "performed": ("performed", "债务履行完毕"),
        "realised": ("realised", "质权实现"),
        "waived": ("waived", "质权人放弃"),
        "contract_void": ("contract void", "合同无效"),
        "extinguished": ("extinguished otherwise", "法律规定的其他情形"),
        "revoked": ("revoked from a day on", "撤销"),
        "unknown": ("unknown", "不详"),
    },
)

REGISTRATION: Final = "day of registration"
AS_REGISTERED: Final = (
    "Counted as registered: what was revoked is not counted, what ended or changed later still is; "
    "a correction counts as it reads. A change on the day of registration counts as made with it."
)
ON_THE_DAY: Final = (
    "As it stands on the day, changes taken in; what was revoked never stood; a registration whose "
    "debt is due stands until it is deregistered."
)

_INCLUSIVE = f"(r.currency = 'CNY' AND r.amount <= {INCLUSIVE_YUAN_MAX}) AS inclusive"
_KNOWN = (
    "FROM pledge_financing AS r "
    "WHERE r.known_from <= %(known)s::bigint AND r.recorded @> %(known)s::bigint "
    "AND (NOT r.trademark OR %(trademarks)s)"
)
_MADE = f"SELECT r.*, r.registered_on AS day, {_INCLUSIVE} {_KNOWN} AND r.span = 0"
_CLAIMS = f"""
SELECT c.* FROM (
    SELECT r.*, r.registered_on AS day, first_value(r.contract) OVER (
        PARTITION BY r.claim_id ORDER BY r.registered_on, r.contract) AS first_contract
    {_KNOWN} AND r.span = 0
) AS c WHERE c.contract = c.first_contract
"""  # noqa: S608

PROJECTS = Basis(
    "projects",
    "one pledge registration, however many patents it covers",
    REGISTRATION,
    AS_REGISTERED,
    _MADE,
    once="contract",
)
PLEDGED = Basis(
    "pledged",
    "one patent (or trademark) of one registration",
    REGISTRATION,
    AS_REGISTERED,
    _MADE,
)
ENTERPRISES = Basis(
    "enterprises",
    "one pledgor that is an enterprise, of one registration",
    REGISTRATION,
    AS_REGISTERED,
    f"SELECT r.*, e.enterprise FROM ({_MADE}) AS r, unnest(r.enterprises) AS e(enterprise)",  # noqa: S608
)
CLAIMS = Basis(
    "claims",
    "one secured claim, on the day of the first registration that secures it, with the amount "
    "registered then; a claim secured by several registrations, or by patents and trademarks, "
    "counts once",
    REGISTRATION,
    AS_REGISTERED,
    _CLAIMS,
    once="claim_id",
    amounts=True,
)
LIVE = Basis(
    "live registrations",
    "one registration that stands at the end of the period's last day",
    "the last day of the period",
    ON_THE_DAY,
    f"SELECT r.*, r.stands_from AS day {_KNOWN}",
    once="contract",
    standing=True,
)
OUTSTANDING = Basis(
    "outstanding claims",
    "one claim secured by a registration that stands at the end of the period's last day",
    "the last day of the period",
    ON_THE_DAY,
    f"SELECT r.*, r.stands_from AS day {_KNOWN}",
    once="claim_id",
    standing=True,
    amounts=True,
)
ENDED = Basis(
    "deregistrations",
    "one registration that ended; a patent that leaves one is no deregistration",
    "day of deregistration",
    "A deregistration that was revoked from the beginning is not counted; a correction counts as "
    "it reads.",
    f"SELECT r.*, r.ended_on AS day {_KNOWN} AND r.span = 0 AND r.ended_on IS NOT NULL "
    f"AND r.ground <> '{PARTIAL}'",
    once="contract",
    dimensions=(GROUND,),
)

COUNT: Final = "count(*)"
BY_CURRENCY: Final = """(
    SELECT jsonb_object_agg(t.currency, t.total::text) FROM (
        SELECT u.currency, sum(u.amount) AS total
        FROM unnest(array_agg(currency), array_agg(amount)) AS u(currency, amount)
        WHERE u.amount IS NOT NULL GROUP BY u.currency
    ) AS t
)"""
AMOUNT_TEXT: Final = (
    "Other money by the stated table of rates; without a rate for some of it there is no total."
)


def quartiles(
    prefix: str, basis: Basis, of: str, unit: str, places: int, over: Decimal, en: str, zh: str
) -> tuple[Measure, ...]:
    """Quartiles of a column of a basis by both methods."""
    return tuple(
        Measure(
            f"{prefix}_{name}{ending}",
            basis,
            f"array_agg({of}::numeric ORDER BY {of}) FILTER (WHERE {of} IS NOT NULL)",
            unit,
            f"{en}: {en_of.lower()} ({said})",
            f"{zh}{zh_of}{zh_said}",
            f"{en_of} by {said}.",
            finish=quartile(which, method, over, places),
            grows=False,
            rests_on="amount IS NOT NULL" if of == "yuan" else f"{of} IS NOT NULL",
        )
        for ending, method, said, zh_said in METHODS
        for name, which, en_of, zh_of in QUARTILES
    )


PLEDGE_FINANCING_FAMILY = Family(
    name="pledge-financing",
    en="Pledge financing",
    zh="知识产权质押融资",
    definition="2",
    views=(PLEDGE_FINANCING,),
    trademarks=True,
    dimensions=(BANK, INSTITUTION, *OF_EVERY_FAMILY),
    measures=(
        Measure(
            "amount",
            CLAIMS,
            total_in_yuan(),
            "yuan",
            "Registered amount",
            "登记金额",
            f"The amounts of claims secured in the period, each once. {AMOUNT_TEXT}",
            finish=money,
            shares=True,
        ),
        Measure(
            "amounts",
            CLAIMS,
            BY_CURRENCY,
            "each currency's own",
            "Registered amounts by currency",
            "按币种登记金额",
            "The amounts of claims secured in the period, each in its own currency.",
            grows=False,
        ),
        Measure(
            "projects",
            PROJECTS,
            COUNT,
            "projects",
            "Projects",
            "质押项目数",
            "Registrations made in the period (stat-project-count).",
            shares=True,
        ),
        Measure(
            "inclusive_projects",
            PROJECTS,
            "count(*) FILTER (WHERE inclusive)",
            "projects",
            "Inclusive projects",
            "普惠项目数",
            "Projects of at most 10,000,000 yuan (stat-inclusive-threshold). A claim in other "
            "money is none, whatever the table of rates says.",
            rests_on="inclusive",
        ),
        Measure(
            "inclusive_projects_share",
            PROJECTS,
            "ARRAY[count(*) FILTER (WHERE inclusive), count(*)]",
            "percent",
            "Share of inclusive projects",
            "普惠项目占比",
            "Inclusive projects in projects, to a tenth of a percent.",
            finish=percent,
            grows=False,
            rests_on="inclusive",
        ),
        Measure(
            "enterprises",
            ENTERPRISES,
            "count(DISTINCT enterprise)",
            "enterprises",
            "Enterprises",
            "惠及企业数",
            "Distinct pledgors that are enterprises (stat-distinct-enterprises).",
        ),
        Measure(
            "inclusive_enterprises",
            ENTERPRISES,
            "count(DISTINCT enterprise) FILTER (WHERE inclusive)",
            "enterprises",
            "Enterprises with inclusive projects",
            "普惠惠及企业数",
            "Distinct pledgors that are enterprises, of inclusive projects.",
            rests_on="inclusive",
        ),
        Measure(
            "inclusive_enterprises_share",
            ENTERPRISES,
            "ARRAY[count(DISTINCT enterprise) FILTER (WHERE inclusive), "
            "count(DISTINCT enterprise)]",
            "percent",
            "Share of enterprises with inclusive projects",
            "普惠惠及企业占比",
            "Enterprises with inclusive projects in enterprises, to a tenth of a percent.",
            finish=percent,
            grows=False,
            rests_on="inclusive",
        ),
        Measure(
            "patents",
            PLEDGED,
            "count(DISTINCT patent_id) FILTER (WHERE NOT trademark)",
            "patents",
            "Patents pledged",
            "质押专利件数",
            "Patents of the registrations made in the period, each once.",
            rests_on="NOT trademark",
        ),
        Measure(
            "patents_per_project",
            PLEDGED,
            "ARRAY[count(*) FILTER (WHERE NOT trademark), "
            "count(DISTINCT contract) FILTER (WHERE NOT trademark)]",
            "patents a project",
            "Patents a project",
            "每项目专利件数",
            "Patents of registrations of patents over those registrations, to a tenth.",
            finish=per(1),
            grows=False,
            rests_on="NOT trademark",
        ),
        Measure(
            "average_amount",
            CLAIMS,
            f"ARRAY[{total_in_yuan()}, count(amount)::numeric]",
            "yuan",
            "Average amount",
            "平均登记金额",
            "The registered amount over the claims whose amount is known, to a hundredth.",
            finish=per(2),
            grows=False,
            rests_on="amount IS NOT NULL",
        ),
        *quartiles("amount", CLAIMS, "yuan", "yuan", 2, Decimal(1), "Amount", "登记金额"),
        Measure(
            "average_term",
            PROJECTS,
            "ARRAY[sum(term_days), count(term_days)]",
            "years",
            "Average term",
            "平均期限",
            "Days from registration to the last day of the debt, in years of 365.25 days, to a "
            "tenth.",
            finish=years,
            grows=False,
            rests_on="term_days IS NOT NULL",
        ),
        *quartiles("term", PROJECTS, "term_days", "years", 1, DAYS_OF_YEAR, "Term", "期限"),
        Measure(
            "live",
            LIVE,
            COUNT,
            "registrations",
            "Live pledges",
            "有效质押登记数",
            "Registrations that stand at the end of the period's last day.",
        ),
        Measure(
            "balance",
            OUTSTANDING,
            total_in_yuan(),
            "yuan",
            "Outstanding balance",
            "存续质押金额",
            "The amounts of claims secured by live registrations, each once, as they stand that "
            f"day. {AMOUNT_TEXT}",
            finish=money,
        ),
        Measure(
            "deregistered",
            ENDED,
            COUNT,
            "registrations",
            "Deregistrations",
            "注销登记数",
            "Registrations that ended in the period; by ground.",
        ),
    ),
)

"""By what the figures of every family are grouped, with closed lists of codes and names."""

from __future__ import annotations

from ledger.domain.codelists import PROVINCES, SECTIONS, STRATEGIC_INDUSTRIES
from ledger.projections.statistics.grouping import CORPS, NONE, TRADEMARK, UNKNOWN
from ledger.projections.statistics.measures import Dimension

_UNKNOWN = {UNKNOWN: ("unknown", "不详")}
_NONE = {NONE: ("none", "无")}
_TRADEMARK = {TRADEMARK: ("trademark", "商标")}
_AWAY = {"hk_mo_tw": ("Hong Kong, Macao, Taiwan", "港澳台"), "abroad": ("abroad", "国外")}

KIND = Dimension(
    "kind",
    "kind of patent",
    "专利类型",
    "Patent Law art. 2",
    {
        "invention": ("invention", "发明"),
        "utility_model": ("utility model", "实用新型"),
        "design": ("design", "外观设计"),
        **_TRADEMARK,
        **_UNKNOWN,
    },
    add_up=False,
)
SECTION = Dimension(
    "section",
    "IPC section of the main class; designs have none",
    "国际专利分类部",
    "International Patent Classification",
    {
        "A": ("human necessities", "人类生活必需"),
        "B": ("performing operations; transporting", "作业；运输"),
        "C": ("chemistry; metallurgy", "化学；冶金"),
        "D": ("textiles; paper", "纺织；造纸"),
        "E": ("fixed constructions", "固定建筑物"),
        "F": ("mechanical engineering; lighting; heating; weapons", "机械工程；照明；加热；武器"),
        "G": ("physics", "物理"),
        "H": ("electricity", "电学"),
        **_NONE,
        **_TRADEMARK,
        **_UNKNOWN,
    },
    add_up=False,
)
INDUSTRY = Dimension(
    "industry",
    "section of the national economy",
    "国民经济行业门类",
    "GB/T 4754-2017",
    {s.code: (s.en, s.zh) for s in SECTIONS.values()} | _TRADEMARK | _UNKNOWN,
    add_up=False,
)
STRATEGIC = Dimension(
    "strategic",
    "strategic emerging industry",
    "战略性新兴产业",
    "classification of 2018",
    {i.value: (n.en, n.zh) for i, n in STRATEGIC_INDUSTRIES.items()}
    | _NONE
    | _TRADEMARK
    | _UNKNOWN,
    add_up=False,
)
PROVINCE = Dimension(
    "province",
    "province of the party that gives the right",
    "省份",
    "GB/T 2260",
    {code: (n.en, n.zh) for code, n in PROVINCES.items()} | _AWAY | _UNKNOWN,
)
SEPARATE = Dimension(
    "separate",
    "the corps and the separately planned cities, beside the provinces they belong to",
    "兵团和计划单列市",
    "GB/T 2260",
    {
        CORPS: ("Xinjiang Production and Construction Corps", "新疆生产建设兵团"),
        "2102": ("Dalian", "大连市"),
        "3302": ("Ningbo", "宁波市"),
        "3502": ("Xiamen", "厦门市"),
        "3702": ("Qingdao", "青岛市"),
        "4403": ("Shenzhen", "深圳市"),
        **_NONE,
    },
)
PARTY_KIND = Dimension(
    "party_kind",
    "kind of the party that gives the right",
    "主体类型",
    "kinds of party of the ledger",
    {
        "enterprise": ("enterprise", "企业"),
        "university": ("university", "高校"),
        "institute": ("research institute", "科研机构"),
        "individual": ("individual", "个人"),
        "state_organ": ("state organ", "机关"),
        "public_institution": ("public institution", "事业单位"),
        "social_organisation": ("social organisation", "社会组织"),
        "other": ("other", "其他"),
        **_UNKNOWN,
    },
)
OF_EVERY_FAMILY = (KIND, SECTION, INDUSTRY, STRATEGIC, PROVINCE, SEPARATE, PARTY_KIND)

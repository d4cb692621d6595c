"""Closed lists of the standards: provinces, sections of the economy, strategic industries."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple


class Named(NamedTuple):
    """A code of a list with its names."""

    code: str
    en: str
    zh: str


class Section(NamedTuple):
    """A section of GB/T 4754 and its first and last division."""

    code: str
    en: str
    zh: str
    first: int
    last: int


PROVINCES: Final[Mapping[str, Named]] = MappingProxyType(
    {
        code: Named(code, en, zh)
        for code, en, zh in (
            ("11", "Beijing", "北京市"),
            ("12", "Tianjin", "天津市"),
            ("13", "Hebei", "河北省"),
            ("14", "Shanxi", "山西省"),
            ("15", "Inner Mongolia AR", "内蒙古自治区"),
            ("21", "Liaoning", "辽宁省"),
            ("22", "Jilin", "吉林省"),
            ("23", "Heilongjiang", "黑龙江省"),
            ("31", "Shanghai", "上海市"),
            ("32", "Jiangsu", "江苏省"),
            ("33", "Zhejiang", "浙江省"),
            ("34", "Anhui", "安徽省"),
            ("35", "Fujian", "福建省"),
            ("36", "Jiangxi", "江西省"),
            ("37", "Shandong", "山东省"),
            ("41", "Henan", "河南省"),
            ("42", "Hubei", "湖北省"),
            ("43", "Hunan", "湖南省"),
            ("44", "Guangdong", "广东省"),
            ("45", "Guangxi Zhuang AR", "广西壮族自治区"),
            ("46", "Hainan", "海南省"),
            ("50", "Chongqing", "重庆市"),
            ("51", "Sichuan", "四川省"),
            ("52", "Guizhou", "贵州省"),
            ("53", "Yunnan", "云南省"),
            ("54", "Tibet (Xizang) AR", "西藏自治区"),
            ("61", "Shaanxi", "陕西省"),
            ("62", "Gansu", "甘肃省"),
            ("63", "Qinghai", "青海省"),
            ("64", "Ningxia Hui AR", "宁夏回族自治区"),
            ("65", "Xinjiang Uygur AR", "新疆维吾尔自治区"),
            ("71", "Taiwan", "台湾省"),
            ("81", "Hong Kong SAR", "香港特别行政区"),
            ("82", "Macao SAR", "澳门特别行政区"),
        )
    }
)
"""GB/T 2260, the 34 divisions of province level by their two digits."""

HK_MO_TW: Final = frozenset({"71", "81", "82"})
"""Provinces that statistics headed "domestic (without Hong Kong, Macao, Taiwan)" leave out."""

SECTIONS: Final[Mapping[str, Section]] = MappingProxyType(
    {
        section[0]: Section(*section)
        for section in (
            ("A", "Agriculture, forestry, animal husbandry, fishery", "农、林、牧、渔业", 1, 5),
            ("B", "Mining", "采矿业", 6, 12),
            ("C", "Manufacturing", "制造业", 13, 43),
            ("D", "Electricity, heat, gas, water", "电力、热力、燃气及水生产和供应业", 44, 46),
            ("E", "Construction", "建筑业", 47, 50),
            ("F", "Wholesale and retail", "批发和零售业", 51, 52),
            ("G", "Transport, storage, post", "交通运输、仓储和邮政业", 53, 60),
            ("H", "Accommodation and catering", "住宿和餐饮业", 61, 62),
            (
                "I",
                "Information transmission, software, IT services",
                "信息传输、软件和信息技术服务业",
                63,
                65,
            ),
            ("J", "Finance", "金融业", 66, 69),
            ("K", "Real estate", "房地产业", 70, 70),
            ("L", "Leasing and business services", "租赁和商务服务业", 71, 72),
            ("M", "Scientific research and technical services", "科学研究和技术服务业", 73, 75),
            ("N", "Water, environment, public facilities", "水利、环境和公共设施管理业", 76, 79),
            ("O", "Resident services, repair, other", "居民服务、修理和其他服务业", 80, 82),
            ("P", "Education", "教育", 83, 83),
            ("Q", "Health and social work", "卫生和社会工作", 84, 85),
            ("R", "Culture, sport, entertainment", "文化、体育和娱乐业", 86, 90),
            (
                "S",
                "Public administration, social security, social organisations",
                "公共管理、社会保障和社会组织",
                91,
                96,
            ),
            ("T", "International organisations", "国际组织", 97, 97),
        )
    }
)
"""GB/T 4754-2017, the 20 sections by their letter."""


class StrategicIndustry(StrEnum):
    """The nine strategic emerging industries (classification of 2018)."""

    NEW_GENERATION_IT = "new_generation_it"
    HIGH_END_EQUIPMENT = "high_end_equipment"
    NEW_MATERIALS = "new_materials"
    BIOLOGY = "biology"
    NEW_ENERGY_VEHICLES = "new_energy_vehicles"
    NEW_ENERGY = "new_energy"
    ENERGY_SAVING_ENVIRONMENT = "energy_saving_environment"
    DIGITAL_CREATIVE = "digital_creative"
    RELATED_SERVICES = "related_services"


STRATEGIC_INDUSTRIES: Final[Mapping[StrategicIndustry, Named]] = MappingProxyType(
    {
        industry: Named(code, en, zh)
        for industry, code, en, zh in (
            (
                StrategicIndustry.NEW_GENERATION_IT,
                "1",
                "New-generation information technology",
                "新一代信息技术产业",
            ),
            (StrategicIndustry.HIGH_END_EQUIPMENT, "2", "High-end equipment", "高端装备制造产业"),
            (StrategicIndustry.NEW_MATERIALS, "3", "New materials", "新材料产业"),
            (StrategicIndustry.BIOLOGY, "4", "Biology", "生物产业"),
            (StrategicIndustry.NEW_ENERGY_VEHICLES, "5", "New-energy vehicles", "新能源汽车产业"),
            (StrategicIndustry.NEW_ENERGY, "6", "New energy", "新能源产业"),
            (
                StrategicIndustry.ENERGY_SAVING_ENVIRONMENT,
                "7",
                "Energy saving and environment",
                "节能环保产业",
            ),
            (StrategicIndustry.DIGITAL_CREATIVE, "8", "Digital creative", "数字创意产业"),
            (StrategicIndustry.RELATED_SERVICES, "9", "Related services", "相关服务业"),
        )
    }
)
"""Number in the classification and names of each strategic industry."""

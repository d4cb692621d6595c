"""By what amounts in other money are told in yuan: a stated table of rates, from a TOML file.

A rate is yuan for one unit, as text; one for every year, or one a year:

    source = "yearly averages of the central parity"
    [yuan_for_one]
    USD = "6.9"
    EUR = { 2021 = "7.63", 2022 = "7.07" }
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ledger.domain.money import Currency
from ledger.settings import BadSetting, Settings

EVERY_YEAR = "*"
Rate = Annotated[str, Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,9})?$")]
Year = Annotated[str, Field(pattern=r"^[0-9]{4}$")]


class BadRates(BadSetting):
    """The table of rates cannot be read, or says what cannot be."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    source: str
    yuan_for_one: dict[Currency, Rate | dict[Year, Rate]]


@dataclass(frozen=True)
class RateTable:
    """Rates and where they were stated; without a table, yuan alone are yuan."""

    source: str | None = None
    rates: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Currency → year, or `*` for every year → yuan for one."""


def rates_of(settings: Settings) -> RateTable:
    """The table that the settings name; raises BadRates."""
    if settings.rates_file is None and not settings.rates_path.exists():
        return RateTable()
    return rates_in(settings.rates_path)


def rates_in(path: Path) -> RateTable:
    """The table of a file; raises BadRates."""
    try:
        table = _Table.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        wrong = "; ".join(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors())
        raise BadRates(f"the table of rates in {path} is wrong: {wrong}") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadRates(f"the table of rates in {path} cannot be read: {error}") from error
    stated = {
        currency: {EVERY_YEAR: rate} if isinstance(rate, str) else rate
        for currency, rate in table.yuan_for_one.items()
    }
    return RateTable(table.source, stated)

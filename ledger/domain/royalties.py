"""What a licensee pays: the forms of royalty of Civil Code art. 846 (law.md 3.7).

The models hold what a contract says, even where it does not add up; `royalty_shape_errors` is the
rule licence-royalty-shape and finds what is wrong. Percentages are decimal text from 0 to 100.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Final, Literal, assert_never

from pydantic import BaseModel, Field

from ledger.domain.money import Money, Percent, PositiveMoney, plain
from ledger.domain.periods import CivilDate
from ledger.domain.texts import FROZEN, Text

INSTALMENTS_MAX: Final = 400
CONTRACT_YEARS_MAX: Final = 100


class RoyaltyBase(StrEnum):
    """What a running royalty is counted on."""

    NET_SALES = "net_sales"
    PRICE = "price"
    PROFIT = "profit"
    OUTPUT_VALUE = "output_value"
    UNIT = "unit"
    """Pieces made or sold: an amount for each."""
    OTHER = "other"
    """Any other base agreed, which the contract names."""


class RoyaltyClass(StrEnum):
    """The three classes of the office's statistics (law.md 3.7)."""

    FIXED = "fixed"
    """A fixed amount, or one that can be converted into an amount (固定或可折算金额)."""
    RUNNING = "running"
    FREE = "free"


# --- rates -----------------------------------------------------------------------------------


class FixedRate(BaseModel):
    """The same percentage in every contract year (固定比例)."""

    model_config = FROZEN

    pattern: Literal["fixed"] = "fixed"
    percent: Percent


class YearlyRate(BaseModel):
    """A percentage for each contract year, rising (逐年递增) or falling (逐年递减).

    The last one holds for the years that follow.
    """

    model_config = FROZEN

    pattern: Literal["rising", "falling"]
    percents: tuple[Percent, ...] = Field(max_length=CONTRACT_YEARS_MAX)


class PerUnitRate(BaseModel):
    """An amount for each piece made or sold."""

    model_config = FROZEN

    pattern: Literal["per_unit"] = "per_unit"
    amount: PositiveMoney
    unit: Text | None = None


Rate = Annotated[FixedRate | YearlyRate | PerUnitRate, Field(discriminator="pattern")]


# --- forms -----------------------------------------------------------------------------------


class LumpSum(BaseModel):
    """One sum, paid at once (一次总算、一次总付)."""

    model_config = FROZEN

    form: Literal["lump_sum"] = "lump_sum"
    total: PositiveMoney


class Instalment(BaseModel):
    """A part of a sum and the last day to pay it."""

    model_config = FROZEN

    due_on: CivilDate
    amount: PositiveMoney


class Instalments(BaseModel):
    """One sum, paid in parts (一次总算、分期支付)."""

    model_config = FROZEN

    form: Literal["instalments"] = "instalments"
    total: PositiveMoney
    instalments: tuple[Instalment, ...] = Field(max_length=INSTALMENTS_MAX)


class Running(BaseModel):
    """A share of what the licensee makes or sells (提成支付)."""

    model_config = FROZEN

    form: Literal["running"] = "running"
    base: RoyaltyBase
    base_name: Text | None = None
    """Name of the base where it is `other`."""
    rate: Rate
    audit_right: bool = Field(False, strict=True)
    """Whether the licensor may inspect the accounts (查阅有关会计账目)."""


class EntryFeePlusRunning(BaseModel):
    """A sum paid in advance and a running royalty (提成支付附加预付入门费)."""

    model_config = FROZEN

    form: Literal["entry_fee_plus_running"] = "entry_fee_plus_running"
    entry_fee: PositiveMoney
    base: RoyaltyBase
    base_name: Text | None = None
    rate: Rate
    audit_right: bool = Field(False, strict=True)


class Free(BaseModel):
    """Nothing is paid (无偿)."""

    model_config = FROZEN

    form: Literal["free"] = "free"


class Equity(BaseModel):
    """The licence is the licensor's contribution to a company (作价投资, 入股)."""

    model_config = FROZEN

    form: Literal["equity"] = "equity"
    value: PositiveMoney | None = None
    """What the licence is valued at."""
    share_percent: Percent | None = None
    """The licensor's share in the company for it."""


AnyRoyalty = LumpSum | Instalments | Running | EntryFeePlusRunning | Free | Equity
Royalty = Annotated[AnyRoyalty, Field(discriminator="form")]
"""A royalty in one of its forms, told apart by `form`."""


# --- questions -------------------------------------------------------------------------------


def royalty_class(royalty: AnyRoyalty) -> RoyaltyClass:
    """The class of the statistics; an entry fee leaves a running royalty a running one."""
    match royalty:
        case LumpSum() | Instalments() | Equity():
            return RoyaltyClass.FIXED
        case Running() | EntryFeePlusRunning():
            return RoyaltyClass.RUNNING
        case Free():
            return RoyaltyClass.FREE
    assert_never(royalty)


def fixed_total(royalty: AnyRoyalty) -> Money | None:
    """The fixed amount over the whole licence, entry fee included; None where there is none.

    The ceiling of open licences looks at it (Guidelines V-11 §3.3).
    """
    match royalty:
        case LumpSum(total=amount) | Instalments(total=amount):
            return amount
        case EntryFeePlusRunning(entry_fee=amount):
            return amount
        case Equity(value=value):
            return value
        case Running() | Free():
            return None
    assert_never(royalty)


def max_rate_by_base(royalty: AnyRoyalty) -> dict[RoyaltyBase, Decimal]:
    """The highest percentage of any contract year by its base; empty without a percentage."""
    if not isinstance(royalty, Running | EntryFeePlusRunning):
        return {}
    percents = _percents(royalty.rate)
    return {royalty.base: max(percents)} if percents else {}


def royalty_shape_errors(royalty: AnyRoyalty) -> list[str]:
    """What keeps the royalty from being one of the forms of law, as sentences; empty if nothing."""
    match royalty:
        case Instalments():
            return _instalment_errors(royalty)
        case Running() | EntryFeePlusRunning():
            return _running_errors(royalty)
        case Equity():
            return _equity_errors(royalty)
        case LumpSum() | Free():
            return []
    assert_never(royalty)


def _percents(rate: FixedRate | YearlyRate | PerUnitRate) -> tuple[Decimal, ...]:
    match rate:
        case FixedRate(percent=percent):
            return (percent,)
        case YearlyRate(percents=percents):
            return percents
        case PerUnitRate():
            return ()
    assert_never(rate)


def _instalment_errors(royalty: Instalments) -> list[str]:
    if not royalty.instalments:
        return ["no instalments are stated"]
    if {part.amount.currency for part in royalty.instalments} != {royalty.total.currency}:
        return [f"an instalment is not in {royalty.total.currency}, as the total is"]
    paid = sum((part.amount.amount for part in royalty.instalments), Decimal(0))
    if paid != royalty.total.amount:
        stated = plain(royalty.total.amount, places=2)
        return [f"the instalments sum to {plain(paid, places=2)}, not to the total {stated}"]
    return []


def _running_errors(royalty: Running | EntryFeePlusRunning) -> list[str]:
    errors = []
    if royalty.base is RoyaltyBase.OTHER and royalty.base_name is None:
        errors.append("the base of the running royalty is not named")
    if (royalty.base is RoyaltyBase.UNIT) != isinstance(royalty.rate, PerUnitRate):
        errors.append("an amount per unit goes with the base unit, a percentage with another base")
    return errors + _rate_errors(royalty.rate)


def _rate_errors(rate: FixedRate | YearlyRate | PerUnitRate) -> list[str]:
    percents = _percents(rate)
    errors = [f"{plain(rate)} % is more than 100 %" for rate in percents if rate > 100]
    if isinstance(rate, YearlyRate):
        steps = list(pairwise(percents if rate.pattern == "rising" else percents[::-1]))
        if not steps or any(later < earlier for earlier, later in steps):
            errors.append(f"the yearly rates are not {rate.pattern}")
        elif percents[0] == percents[-1]:
            errors.append(f"the yearly rates stay the same and are not {rate.pattern}")
    return errors


def _equity_errors(royalty: Equity) -> list[str]:
    if royalty.value is None and royalty.share_percent is None:
        return ["neither the value nor the share of the contribution is stated"]
    if royalty.share_percent is not None and royalty.share_percent > 100:
        return [f"{plain(royalty.share_percent)} % is more than 100 %"]
    return []

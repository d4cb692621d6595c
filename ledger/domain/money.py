"""Amounts of money and percentages: decimal text on every border, never a float."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, PlainSerializer, WithJsonSchema

from ledger.domain.texts import FROZEN

_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,4})?")
_PERCENT = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")

_IN_USE = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN
BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW
KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD
NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD
SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED
VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
_REPLACED = """
ATS BEF DEM ESP FIM FRF GRD HRK IEP ITL LUF NLG PTE SKK
"""

CURRENCIES: Final = frozenset((_IN_USE + _REPLACED).split())
"""ISO 4217 codes of money in use, and of money that older contracts name. The list only grows."""


def _decimal(value: object, form: re.Pattern[str], written: str) -> Decimal:
    """The value of decimal text; a sign, an exponent or a float is refused."""
    text = f"{value:f}" if isinstance(value, Decimal) else value
    if not isinstance(text, str) or not form.fullmatch(text):
        raise ValueError(f"{written}, as text")
    return Decimal(text)


def _amount(value: object) -> Decimal:
    return _decimal(value, _AMOUNT, "an amount is written 10000000.00, at most 15 and 4 digits")


def _percent(value: object) -> Decimal:
    return _decimal(value, _PERCENT, "a percentage is written 3.5, at most 6 and 6 digits")


def plain(number: Decimal, *, places: int = 0) -> str:
    """The one text of a number: no exponent, no zeros but those that fill up `places`."""
    whole, _, fraction = f"{number:f}".partition(".")
    fraction = fraction.rstrip("0").ljust(places, "0")
    return f"{int(whole)}.{fraction}" if fraction else str(int(whole))


def _amount_text(amount: Decimal) -> str:
    return plain(amount, places=2)


def _currency(code: str) -> str:
    if code not in CURRENCIES:
        raise ValueError("a currency is named by its ISO 4217 code, such as CNY")
    return code


Amount = Annotated[
    Decimal,
    BeforeValidator(_amount),
    PlainSerializer(_amount_text, return_type=str, when_used="json"),
    WithJsonSchema(
        {"type": "string", "pattern": rf"^{_AMOUNT.pattern}$", "examples": ["10000000.00"]}
    ),
]
"""Zero or more, in whole units of a currency, at most 15 digits before the point and 4 after."""

Percent = Annotated[
    Decimal,
    BeforeValidator(_percent),
    PlainSerializer(plain, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": rf"^{_PERCENT.pattern}$", "examples": ["3.5"]}),
]
"""Zero or more, in percent; that it is at most 100 is for the rules to say."""

Currency = Annotated[
    str, AfterValidator(_currency), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$"})
]
"""An ISO 4217 code."""


class Money(BaseModel):
    """An amount in a currency; equal amounts have equal JSON, {"amount": "10.00", …}."""

    model_config = FROZEN

    amount: Amount
    currency: Currency

    def __str__(self) -> str:
        return f"{_amount_text(self.amount)} {self.currency}"

    def written(self) -> dict[str, str]:
        """Its members as JSON has them, as the model's own dump, at a fraction of its time."""
        return {"amount": _amount_text(self.amount), "currency": self.currency}


def _positive(money: Money) -> Money:
    if not money.amount:
        raise ValueError("the amount is zero")
    return money


PositiveMoney = Annotated[Money, AfterValidator(_positive)]
"""Money that is not zero."""


def yuan(amount: str) -> Money:
    """An amount of renminbi from its decimal text."""
    return Money(amount=_amount(amount), currency="CNY")

"""Any event of any kind, from its declaration alone: a new kind is tested when it is made."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, JsonValue
from pydantic.fields import FieldInfo

from ledger.domain.events import EVENT_TYPES, Change, Declaration, Document, LedgerEvent
from ledger.domain.money import Money

FEW = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""As many examples as every kind has, always the same."""

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12
) | st.sampled_from(
    ["灯山灯具有限公司", "\\u0000", 'a "quoted" name', "\U00020bb7", "\uf900", "\x7f\u2028"]
)
PLAIN = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)
"""Texts that pass where a text is checked."""
DATES = st.dates(date(1900, 1, 1), date(2200, 1, 1))
MOMENTS = st.datetimes(timezones=st.just(UTC))
DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)
AMOUNTS = st.decimals("0.01", 10**15 - 1, places=2).map(lambda d: f"{d:f}")
PERCENTS = st.decimals("0.001", 100, places=3).map(lambda d: f"{d:f}")

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-10_000, 10_000) | TEXTS,
    lambda values: st.lists(values, max_size=2) | st.dictionaries(TEXTS, values, max_size=2),
    max_leaves=4,
)
"""Values of JSON, none of which is a floating-point number."""

MEMBERS: dict[tuple[type, str], st.SearchStrategy[Any]] = {
    (Money, "amount"): AMOUNTS,
    (Money, "currency"): st.sampled_from(["CNY", "USD", "JPY"]),
    (Document, "kind"): st.sampled_from(["pledge-contract", "proof"]),
    (Document, "digest"): DIGESTS,
    (Change, "before"): JSON_VALUES,
    (Change, "after"): JSON_VALUES,
    (Declaration, "kind"): st.sampled_from(["informed-invalidation"]),
}
"""Members with a form of their own."""


def events(topic: str) -> st.SearchStrategy[LedgerEvent]:
    """Events of one kind."""
    return models(EVENT_TYPES[topic])


@cache
def drawn(topic: str) -> list[LedgerEvent]:
    """A few of them, for all that is checked on them: drawing them takes longer than any check."""
    found: list[LedgerEvent] = []

    @FEW
    @given(events(topic))
    def draw(event: LedgerEvent) -> None:
        found.append(event)

    draw()
    return found


@cache
def models(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    """Whole valid values of a model."""
    hints = get_type_hints(model, include_extras=True)
    members = {
        field.alias or name: MEMBERS[model, name]
        if (model, name) in MEMBERS
        else of_field(hints[name], field)
        for name, field in model.model_fields.items()
    }
    return st.fixed_dictionaries(members).map(model.model_validate)


def of_field(hint: Any, field: FieldInfo) -> st.SearchStrategy[Any]:
    """Values of a field; where it may be left out, sometimes its default."""
    values = of_type(hint)
    return values if field.is_required() else values | st.just(field.default)


SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: st.integers(0, 10_000),
    bool: st.booleans(),
    date: DATES,
    datetime: MOMENTS,
    Decimal: PERCENTS,
    NoneType: st.none(),
    JsonValue: JSON_VALUES,
}


def of_type(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type as it is written."""
    if hint in SCALARS:
        return SCALARS[hint]
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        checked = any(isinstance(part, AfterValidator) for part in args[1:])
        return PLAIN if checked and args[0] is str else of_type(args[0])
    if origin is Literal:
        return st.sampled_from(args)
    if origin in (Union, UnionType):
        return st.one_of(*map(of_type, args))
    if origin is tuple:
        return st.lists(of_type(args[0]), max_size=2).map(tuple)
    if origin is dict:
        return st.dictionaries(of_type(args[0]), of_type(args[1]), max_size=3)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return models(hint)
    raise NotImplementedError(hint)

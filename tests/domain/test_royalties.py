"""Money and the forms of royalty of Civil Code art. 846."""

from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError

from ledger.domain.money import Money, PositiveMoney, yuan
from ledger.domain.royalties import (
    AnyRoyalty,
    Royalty,
    RoyaltyBase,
    RoyaltyClass,
    fixed_total,
    max_rate_by_base,
    royalty_class,
    royalty_shape_errors,
)

ROYALTY: TypeAdapter[AnyRoyalty] = TypeAdapter(Royalty)
TEN_MILLION = {"amount": "10000000.00", "currency": "CNY"}
MILLION = {"amount": "1000000.00", "currency": "CNY"}
NET_SALES = {"base": "net_sales", "rate": {"pattern": "fixed", "percent": "3.5"}}
ONE = {"amount": "1.00", "currency": "CNY"}


def royalty(form, **terms):
    return ROYALTY.validate_python({"form": form, **terms})


def running(base="net_sales", **rate):
    return royalty("running", base=base, rate=rate)


class TestMoney:
    @pytest.mark.parametrize(
        ("written", "kept"),
        [
            ("10000000.00", "10000000.00"),
            ("10000000", "10000000.00"),
            ("0010.5", "10.50"),
            ("1.2300", "1.23"),
            ("0.0001", "0.0001"),
            ("999999999999999.9999", "999999999999999.9999"),
            ("0", "0.00"),
            (Decimal("1E+3"), "1000.00"),
        ],
    )
    def test_equal_amounts_have_one_text(self, written, kept):
        money = Money(amount=written, currency="CNY")
        assert money.model_dump(mode="json") == {"amount": kept, "currency": "CNY"}
        assert Money.model_validate_json(money.model_dump_json()) == money
        assert str(money) == f"{kept} CNY"

    @pytest.mark.parametrize(
        "written",
        [
            1.5,
            1000,
            True,
            None,
            "1e3",
            "-1",
            "+1",
            "1,000",
            "1.",
            ".5",
            "1.00001",
            "1" * 16,
            " 1",
            "NaN",
            "１",
            Decimal("NaN"),
            Decimal("Infinity"),
            Decimal(-1),
        ],
    )
    def test_an_amount_is_decimal_text_and_nothing_else(self, written):
        with pytest.raises(ValidationError):
            Money(amount=written, currency="CNY")

    @pytest.mark.parametrize("code", ["RMB", "cny", "CN", "", "XXX"])
    def test_a_currency_is_an_iso_4217_code(self, code):
        with pytest.raises(ValidationError):
            Money(amount="1", currency=code)

    def test_money_that_must_be_positive_is_not_zero(self):
        with pytest.raises(ValidationError, match="zero"):
            TypeAdapter(PositiveMoney).validate_python({"amount": "0.00", "currency": "CNY"})

    def test_amounts_are_text_in_the_schema(self):
        amount = Money.model_json_schema(mode="serialization")["properties"]["amount"]
        assert amount["type"] == "string"


EXAMPLES = {
    "lump_sum": {"form": "lump_sum", "total": TEN_MILLION},
    "instalments": {
        "form": "instalments",
        "total": TEN_MILLION,
        "instalments": [
            {"due_on": "2024-06-30", "amount": {"amount": "4000000.00", "currency": "CNY"}},
            {"due_on": "2025-06-30", "amount": {"amount": "6000000.00", "currency": "CNY"}},
        ],
    },
    "running": {"form": "running", "base_name": None, "audit_right": True} | NET_SALES,
    "rising": {
        "form": "running",
        "base": "profit",
        "base_name": None,
        "audit_right": False,
        "rate": {"pattern": "rising", "percents": ["10", "12.5", "15"]},
    },
    "per_unit": {
        "form": "running",
        "base": "unit",
        "base_name": None,
        "audit_right": False,
        "rate": {"pattern": "per_unit", "amount": ONE, "unit": "台"},
    },
    "entry_fee_plus_running": {
        "form": "entry_fee_plus_running",
        "entry_fee": MILLION,
        "base": "other",
        "base_name": "新增产值减材料费",
        "rate": {"pattern": "falling", "percents": ["5", "4"]},
        "audit_right": False,
    },
    "free": {"form": "free"},
    "equity": {"form": "equity", "value": TEN_MILLION, "share_percent": "12.5"},
}


class TestForms:
    @pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
    def test_every_form_is_read_and_written_alike_and_has_no_fault(self, example):
        read = ROYALTY.validate_python(example)
        assert ROYALTY.dump_python(read, mode="json") == example
        assert ROYALTY.validate_json(ROYALTY.dump_json(read)) == read
        assert royalty_shape_errors(read) == []

    @pytest.mark.parametrize(
        ("name", "of_class"),
        [
            ("lump_sum", RoyaltyClass.FIXED),
            ("instalments", RoyaltyClass.FIXED),
            ("equity", RoyaltyClass.FIXED),
            ("running", RoyaltyClass.RUNNING),
            ("per_unit", RoyaltyClass.RUNNING),
            ("entry_fee_plus_running", RoyaltyClass.RUNNING),
            ("free", RoyaltyClass.FREE),
        ],
    )
    def test_every_form_falls_into_one_of_three_classes(self, name, of_class):
        assert royalty_class(ROYALTY.validate_python(EXAMPLES[name])) is of_class

    @pytest.mark.parametrize(
        ("name", "total"),
        [
            ("lump_sum", yuan("10000000")),
            ("instalments", yuan("10000000")),
            ("equity", yuan("10000000")),
            ("entry_fee_plus_running", yuan("1000000")),
            ("running", None),
            ("free", None),
        ],
    )
    def test_the_fixed_total_is_what_the_ceiling_looks_at(self, name, total):
        assert fixed_total(ROYALTY.validate_python(EXAMPLES[name])) == total

    @pytest.mark.parametrize(
        ("name", "rates"),
        [
            ("running", {RoyaltyBase.NET_SALES: Decimal("3.5")}),
            ("rising", {RoyaltyBase.PROFIT: Decimal(15)}),
            ("entry_fee_plus_running", {RoyaltyBase.OTHER: Decimal(5)}),
            ("per_unit", {}),
            ("lump_sum", {}),
        ],
    )
    def test_the_highest_yearly_rate_counts_for_the_ceiling(self, name, rates):
        assert max_rate_by_base(ROYALTY.validate_python(EXAMPLES[name])) == rates

    @pytest.mark.parametrize(
        "terms",
        [
            {"form": "barter"},
            {"form": "lump_sum"},
            {"form": "lump_sum", "total": {"amount": "0", "currency": "CNY"}},
            {"form": "free", "total": TEN_MILLION},
            {"form": "running", "base": "turnover", "rate": NET_SALES["rate"]},
            {"form": "running", "audit_right": "yes"} | NET_SALES,
            {"form": "running", "base": "price", "rate": {"pattern": "fixed", "percent": 3.5}},
            {"form": "running", "base": "price", "rate": {"pattern": "fixed", "percent": "-1"}},
        ],
    )
    def test_what_is_no_form_of_the_law_is_not_read(self, terms):
        with pytest.raises(ValidationError):
            ROYALTY.validate_python(terms)


class TestShape:
    def test_instalments_sum_to_the_total(self):
        wrong = EXAMPLES["instalments"] | {"total": MILLION}
        assert royalty_shape_errors(ROYALTY.validate_python(wrong)) == [
            "the instalments sum to 10000000.00, not to the total 1000000.00"
        ]

    def test_instalments_are_in_the_money_of_the_total(self):
        parts = [{"due_on": "2024-06-30", "amount": {"amount": "5.00", "currency": "USD"}}]
        wrong = royalty("instalments", total=MILLION, instalments=parts)
        assert royalty_shape_errors(wrong) == ["an instalment is not in CNY, as the total is"]

    def test_instalments_are_stated(self):
        wrong = royalty("instalments", total=MILLION, instalments=[])
        assert royalty_shape_errors(wrong) == ["no instalments are stated"]

    def test_a_rate_is_at_most_100_percent(self):
        assert royalty_shape_errors(running(pattern="fixed", percent="100")) == []
        wrong = running(pattern="fixed", percent="100.5")
        assert royalty_shape_errors(wrong) == ["100.5 % is more than 100 %"]

    def test_another_base_is_named(self):
        wrong = running("other", pattern="fixed", percent="3")
        assert royalty_shape_errors(wrong) == ["the base of the running royalty is not named"]

    @pytest.mark.parametrize(
        ("base", "rate"),
        [
            ("unit", {"pattern": "fixed", "percent": "3"}),
            ("price", {"pattern": "per_unit", "amount": ONE}),
        ],
    )
    def test_an_amount_per_unit_goes_with_the_unit(self, base, rate):
        assert royalty_shape_errors(running(base, **rate)) == [
            "an amount per unit goes with the base unit, a percentage with another base"
        ]

    @pytest.mark.parametrize(
        ("pattern", "percents", "what"),
        [
            ("rising", ["5", "4"], "are not rising"),
            ("falling", ["4", "5"], "are not falling"),
            ("rising", ["4"], "are not rising"),
            ("falling", [], "are not falling"),
            ("rising", ["4", "4"], "stay the same and are not rising"),
        ],
    )
    def test_yearly_rates_move_as_they_say(self, pattern, percents, what):
        wrong = running(pattern=pattern, percents=percents)
        assert royalty_shape_errors(wrong) == [f"the yearly rates {what}"]

    def test_yearly_rates_may_stay_for_a_while(self):
        assert royalty_shape_errors(running(pattern="rising", percents=["3", "3", "4"])) == []

    def test_without_a_yearly_rate_there_is_no_highest(self):
        assert max_rate_by_base(running(pattern="falling", percents=[])) == {}

    def test_a_contribution_has_a_value_or_a_share(self):
        assert royalty_shape_errors(royalty("equity")) == [
            "neither the value nor the share of the contribution is stated"
        ]
        assert royalty_shape_errors(royalty("equity", share_percent="101")) == [
            "101 % is more than 100 %"
        ]

    def test_every_fault_is_told_at_once(self):
        wrong = running("other", pattern="rising", percents=["120", "110"])
        assert len(royalty_shape_errors(wrong)) == 4

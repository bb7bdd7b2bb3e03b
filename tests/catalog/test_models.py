"""Price models are read strictly: every fault has its code and its field."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from ledger.catalog.models import parse_model
from ledger.catalog.records import Graduated, Matrix, Package, PerUnit, Tier, Volume
from ledger.errors import Refusal
from ledger.events.catalog import MeterDefined

METER = MeterDefined(
    originator_id=uuid4(),
    originator_version=1,
    timestamp=datetime(2026, 1, 1, tzinfo=UTC),
    meter="calls",
    aggregation="sum",
    dimensions=("region", "sku"),
)


def matrix(*prices, dimensions=("region",), **more):
    return {"type": "matrix", "dimensions": list(dimensions), "prices": list(prices), **more}


def tiers(*rows, kind="graduated"):
    return {"type": kind, "tiers": list(rows)}


def test_every_model_of_the_contract_is_read():
    both = [{"up_to": "10", "unit": "10", "flat": "2"}, {"unit": "5"}]
    read = (Tier(Decimal(10), Decimal(10), Decimal(2)), Tier(None, Decimal(5), None))
    eu = {"when": {"region": "eu"}, "unit": "0.5"}
    for raw, model in [
        ({"type": "per_unit", "unit": "0.01"}, PerUnit(Decimal("0.01"))),
        (tiers(*both), Graduated(read)),
        (tiers(*both, kind="volume"), Volume(read)),
        ({"type": "package", "size": "10", "amount": "100"}, Package(Decimal(10), Decimal(100))),
        (
            {"type": "package", "size": "10", "amount": "1", "free": "5", "round": "down"},
            Package(Decimal(10), Decimal(1), Decimal(5), round_up=False),
        ),
        (matrix(eu), Matrix(("region",), {("eu",): Decimal("0.5")})),
        (matrix(eu, default="1"), Matrix(("region",), {("eu",): Decimal("0.5")}, Decimal(1))),
    ]:
        assert parse_model(raw, "model", METER) == model


def test_null_is_the_same_as_absent():
    raw = tiers({"up_to": "1", "unit": None, "flat": "3"}, {"up_to": None, "unit": "1"})
    assert parse_model(raw, "model") == Graduated(
        (Tier(Decimal(1), None, Decimal(3)), Tier(None, Decimal(1), None))
    )


def test_a_tier_that_names_no_price_is_free():
    raw = tiers({"up_to": "100000"}, {"unit": "0.0004"})
    assert parse_model(raw, "model").tiers[0] == Tier(Decimal(100000), None, None)


def test_absent_and_empty_dimension_values_are_equal():
    raw = matrix(
        {"when": {"region": ""}, "unit": "1"},
        {"when": {"region": "eu", "sku": None}, "unit": "2"},
        dimensions=("region", "sku"),
    )
    assert parse_model(raw, "model").prices == {("", ""): Decimal(1), ("eu", ""): Decimal(2)}


@pytest.mark.parametrize(
    ("raw", "code", "field"),
    [
        (None, "BAD_PLAN", "model"),
        ([], "BAD_PLAN", "model"),
        ("per_unit", "BAD_PLAN", "model"),
        ({}, "BAD_PLAN", "model.type"),
        ({"type": 7}, "BAD_PLAN", "model.type"),
        ({"type": "stairs", "unit": "1"}, "BAD_PLAN", "model.type"),
        ({"type": "percentage", "rate": "1"}, "BAD_PLAN", "model.type"),
        ({"type": "graduated_percentage", "tiers": []}, "BAD_PLAN", "model.type"),
        ({"type": "dynamic", "amount_property": "p"}, "BAD_PLAN", "model.type"),
        ({"type": "per_unit"}, "BAD_PLAN", "model.unit"),
        ({"type": "per_unit", "unit": "1", "units": "1"}, "BAD_PLAN", "model.units"),
        ({"type": "per_unit", "unit": 1}, "BAD_DECIMAL", "model.unit"),
        ({"type": "per_unit", "unit": 0.5}, "BAD_DECIMAL", "model.unit"),
        ({"type": "per_unit", "unit": "1e-3"}, "BAD_DECIMAL", "model.unit"),
        ({"type": "per_unit", "unit": "-0.01"}, "BAD_PLAN", "model.unit"),
        ({"type": "graduated"}, "BAD_PLAN", "model.tiers"),
        (tiers(), "BAD_PLAN", "model.tiers"),
        ({"type": "volume", "tiers": {"unit": "1"}}, "BAD_PLAN", "model.tiers"),
        (tiers("free"), "BAD_PLAN", "model.tiers.0"),
        (tiers({"unit": "1"}, {"unit": "2"}), "BAD_PLAN", "model.tiers.0.up_to"),
        (tiers({"up_to": "10", "unit": "1"}), "BAD_PLAN", "model.tiers.0.up_to"),
        (tiers({"up_to": "0", "unit": "1"}, {}), "BAD_PLAN", "model.tiers.0.up_to"),
        (tiers({"up_to": "-5", "unit": "1"}, {}), "BAD_PLAN", "model.tiers.0.up_to"),
        (tiers({"up_to": "10"}, {"up_to": "5"}, {}), "BAD_PLAN", "model.tiers.1.up_to"),
        (tiers({"up_to": "10"}, {"up_to": "10.0"}, {}), "BAD_PLAN", "model.tiers.1.up_to"),
        (tiers({"up_to": "10"}, {"up_to": "NaN"}, {}), "BAD_DECIMAL", "model.tiers.1.up_to"),
        (tiers({"up_to": 10}, {}), "BAD_DECIMAL", "model.tiers.0.up_to"),
        (tiers({"up_to": "1", "price": "2"}, {}), "BAD_PLAN", "model.tiers.0.price"),
        (tiers({"unit": "-1"}), "BAD_PLAN", "model.tiers.0.unit"),
        (tiers({"flat": "-1"}), "BAD_PLAN", "model.tiers.0.flat"),
        ({"type": "package", "amount": "1"}, "BAD_PLAN", "model.size"),
        ({"type": "package", "size": "0", "amount": "1"}, "BAD_PLAN", "model.size"),
        ({"type": "package", "size": "-1", "amount": "1"}, "BAD_PLAN", "model.size"),
        ({"type": "package", "size": "1", "amount": "-1"}, "BAD_PLAN", "model.amount"),
        ({"type": "package", "size": "1", "amount": "1", "free": "-1"}, "BAD_PLAN", "model.free"),
        ({"type": "package", "size": "1", "amount": "1", "round": "x"}, "BAD_PLAN", "model.round"),
        ({"type": "package", "size": "1", "amount": "1", "round": 1}, "BAD_PLAN", "model.round"),
        (matrix(), "BAD_PLAN", "model.prices"),
        (matrix(dimensions=()), "BAD_PLAN", "model.dimensions"),
        (matrix(dimensions=("planet",), default="1"), "BAD_PLAN", "model.dimensions.0"),
        (matrix(dimensions=("sku", "sku"), default="1"), "BAD_PLAN", "model.dimensions.1"),
        (matrix(dimensions=("sku", 7), default="1"), "BAD_PLAN", "model.dimensions.1"),
        (matrix(default="-1"), "BAD_PLAN", "model.default"),
        (matrix({"unit": "1"}), "BAD_PLAN", "model.prices.0.when"),
        (matrix({"when": {"region": "eu"}}), "BAD_PLAN", "model.prices.0.unit"),
        (matrix({"when": {"sku": "a"}, "unit": "1"}), "BAD_PLAN", "model.prices.0.when.sku"),
        (matrix({"when": {"region": 5}, "unit": "1"}), "BAD_PLAN", "model.prices.0.when.region"),
        (matrix({"when": {}, "unit": "x"}), "BAD_DECIMAL", "model.prices.0.unit"),
        (
            matrix({"when": {}, "unit": "1"}, {"when": {"region": ""}, "unit": "1"}),
            "BAD_PLAN",
            "model.prices.1.when",
        ),
    ],
)
def test_a_fault_is_refused_with_its_code_and_field(raw, code, field):
    with pytest.raises(Refusal) as refusal:
        parse_model(raw, "model", METER)
    assert (refusal.value.code, refusal.value.field) == (code, field)


def test_a_model_of_a_later_version_is_called_not_supported():
    with pytest.raises(Refusal, match="percentage is not supported yet"):
        parse_model({"type": "percentage", "rate": "1"}, "model")

"""Price models are read strictly: every fault has its code and its field."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from ledger.catalog.models import parse_model
from ledger.catalog.prices import (
    Dynamic,
    Graduated,
    GraduatedPercentage,
    Matrix,
    Package,
    Percentage,
    PercentTier,
    PerUnit,
    Tier,
    Volume,
)
from ledger.errors import BadPlan, Refusal
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
        (
            {"type": "percentage", "rate": "2.9", "fixed": "0.3"},
            Percentage(Decimal("2.9"), Decimal("0.3")),
        ),
        (
            {
                "type": "percentage",
                "rate": "1",
                "free_events": 3,
                "free_amount": "100",
                "min_per_event": "0.5",
                "max_per_event": "10",
            },
            Percentage(Decimal(1), Decimal(0), 3, Decimal(100), Decimal("0.5"), Decimal(10)),
        ),
        (
            tiers(
                {"up_to": "10", "rate": "5", "flat": "2"},
                {"rate": "1"},
                kind="graduated_percentage",
            ),
            GraduatedPercentage(
                (
                    PercentTier(Decimal(10), Decimal(5), Decimal(2)),
                    PercentTier(None, Decimal(1), None),
                )
            ),
        ),
        ({"type": "dynamic", "amount_property": "price"}, Dynamic("price")),
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
        ({"type": "percentage"}, "BAD_PLAN", "model.rate"),
        ({"type": "percentage", "rate": "-1"}, "BAD_PLAN", "model.rate"),
        ({"type": "percentage", "rate": "1", "fixed": "-1"}, "BAD_PLAN", "model.fixed"),
        (
            {"type": "percentage", "rate": "1", "free_events": "5"},
            "BAD_PLAN",
            "model.free_events",
        ),
        ({"type": "percentage", "rate": "1", "free_events": -1}, "BAD_PLAN", "model.free_events"),
        ({"type": "percentage", "rate": "1", "free_events": True}, "BAD_PLAN", "model.free_events"),
        ({"type": "percentage", "rate": "1", "free_amount": 5}, "BAD_DECIMAL", "model.free_amount"),
        (
            {"type": "percentage", "rate": "1", "min_per_event": "2", "max_per_event": "1"},
            "BAD_PLAN",
            "model.max_per_event",
        ),
        ({"type": "graduated_percentage", "tiers": []}, "BAD_PLAN", "model.tiers"),
        (tiers({"flat": "1"}, kind="graduated_percentage"), "BAD_PLAN", "model.tiers.0.rate"),
        (
            tiers(
                {"up_to": "5", "rate": "1"},
                {"up_to": "4", "rate": "1"},
                {"rate": "1"},
                kind="graduated_percentage",
            ),
            "BAD_PLAN",
            "model.tiers.1.up_to",
        ),
        (tiers({"unit": "1"}, kind="graduated_percentage"), "BAD_PLAN", "model.tiers.0.unit"),
        ({"type": "dynamic"}, "BAD_PLAN", "model.amount_property"),
        ({"type": "dynamic", "amount_property": ""}, "BAD_PLAN", "model.amount_property"),
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


def test_a_level_over_time_has_no_events_to_price_one_by_one():
    level = replace(METER, aggregation="weighted_sum")
    for raw in ({"type": "percentage", "rate": "1"}, {"type": "dynamic", "amount_property": "p"}):
        with pytest.raises(BadPlan, match="level over time"):
            parse_model(raw, "model", level)
        parse_model(raw, "model", METER)

"""Plan items and negotiated prices are read strictly, and read back from facts."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from ledger.catalog.plans import parse_items, parse_overrides, parse_plan
from ledger.catalog.records import PerUnit, UsageItem
from ledger.errors import BadPlan, Refusal
from ledger.events.catalog import MeterDefined, PlanPublished

ENVELOPE = {
    "originator_id": uuid4(),
    "originator_version": 3,
    "timestamp": datetime(2026, 1, 1, tzinfo=UTC),
}
METERS = {"calls": MeterDefined(**ENVELOPE, meter="calls", aggregation="sum")}
API = {
    "item": "api",
    "kind": "usage",
    "meter": "calls",
    "interval": "month",
    "model": {"type": "per_unit", "unit": "0.01"},
}


def without(name):
    return {key: value for key, value in API.items() if key != name}


def test_an_item_has_its_defaults():
    item = UsageItem("api", "calls", "month", PerUnit(Decimal("0.01")), Decimal(0), None, "4010")
    assert parse_items([API], METERS) == (item,)


def test_an_item_may_have_a_discount_a_tax_and_a_revenue_account():
    raw = {**API, "discount_percent": "12.5", "tax": "DE19", "revenue_account": "4000"}
    (item,) = parse_items([raw], METERS)
    assert (item.discount_percent, item.tax, item.revenue_account) == (
        Decimal("12.5"),
        "DE19",
        "4000",
    )


def test_items_keep_the_order_of_the_plan():
    names = [item.item for item in parse_items([{**API, "item": n} for n in "cab"], METERS)]
    assert names == ["c", "a", "b"]


def test_a_published_plan_reads_back_from_its_fact():
    fact = PlanPublished(
        **ENVELOPE, plan="pro", currency="USD", starts_on=date(2026, 10, 1), items=(API,)
    )
    version = parse_plan(fact)
    assert (version.plan, version.version, version.applies_to) == ("pro", 3, "all")
    assert version.items == parse_items([API])
    assert version.cause == fact.cause


@pytest.mark.parametrize(
    ("raw", "code", "field"),
    [
        (None, "BAD_PLAN", "items"),
        ({}, "BAD_PLAN", "items"),
        ([], "BAD_PLAN", "items"),
        (["api"], "BAD_PLAN", "items.0"),
        ([without("item")], "BAD_PLAN", "items.0.item"),
        ([without("kind")], "BAD_PLAN", "items.0.kind"),
        ([without("meter")], "BAD_PLAN", "items.0.meter"),
        ([without("interval")], "BAD_PLAN", "items.0.interval"),
        ([without("model")], "BAD_PLAN", "items.0.model"),
        ([{**API, "item": ""}], "BAD_PLAN", "items.0.item"),
        ([{**API, "item": 7}], "BAD_PLAN", "items.0.item"),
        ([{**API, "item": "a/b"}], "BAD_PLAN", "items.0.item"),
        ([{**API, "item": "a\0"}], "BAD_PLAN", "items.0.item"),
        ([{**API, "item": "a" * 256}], "BAD_PLAN", "items.0.item"),
        ([API, API], "BAD_PLAN", "items.1.item"),
        ([API, {**API, "item": "b", "colour": "red"}], "BAD_PLAN", "items.1.colour"),
        ([{**API, "kind": "gift"}], "BAD_PLAN", "items.0.kind"),
        ([{"item": "fee", "kind": "recurring", "amount": "9"}], "BAD_PLAN", "items.0.kind"),
        ([{"item": "fee", "kind": "one_time", "amount": "9"}], "BAD_PLAN", "items.0.kind"),
        ([{"item": "m", "kind": "commitment", "amount": "9"}], "BAD_PLAN", "items.0.kind"),
        ([{"item": "e", "kind": "entitlement", "limit": "9"}], "BAD_PLAN", "items.0.kind"),
        ([{**API, "filter": {"region": "eu"}}], "BAD_PLAN", "items.0.filter"),
        ([{**API, "group_by": "region"}], "BAD_PLAN", "items.0.group_by"),
        ([{**API, "minimum": "5"}], "BAD_PLAN", "items.0.minimum"),
        ([{**API, "maximum": "5"}], "BAD_PLAN", "items.0.maximum"),
        ([{**API, "meter": "bytes"}], "UNKNOWN_METER", "items.0.meter"),
        ([{**API, "interval": "week"}], "BAD_PLAN", "items.0.interval"),
        ([{**API, "discount_percent": 5}], "BAD_DECIMAL", "items.0.discount_percent"),
        ([{**API, "discount_percent": "-1"}], "BAD_PLAN", "items.0.discount_percent"),
        ([{**API, "discount_percent": "100.01"}], "BAD_PLAN", "items.0.discount_percent"),
        ([{**API, "tax": ""}], "BAD_PLAN", "items.0.tax"),
        ([{**API, "revenue_account": 4010}], "BAD_PLAN", "items.0.revenue_account"),
        ([{**API, "model": {"type": "per_unit"}}], "BAD_PLAN", "items.0.model.unit"),
    ],
)
def test_a_fault_is_refused_with_its_code_and_field(raw, code, field):
    with pytest.raises(Refusal) as refusal:
        parse_items(raw, METERS)
    assert (refusal.value.code, refusal.value.field) == (code, field)


def test_what_comes_later_is_called_not_supported():
    for raw in ({**API, "minimum": "5"}, {**API, "kind": "recurring"}):
        with pytest.raises(BadPlan, match="not supported yet"):
            parse_items([raw], METERS)


def test_a_negotiated_price_is_a_model_by_item():
    raw = [{"item": "api", "model": {"type": "per_unit", "unit": "0.005"}}]
    assert parse_overrides(raw, parse_items([API]), METERS) == {"api": PerUnit(Decimal("0.005"))}
    assert parse_overrides(()) == {}


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ("api", "overrides"),
        (["api"], "overrides.0"),
        ([{"model": API["model"]}], "overrides.0.item"),
        ([{"item": "api"}], "overrides.0.model"),
        ([{"item": "api", "amount": "5"}], "overrides.0.amount"),
        ([{"item": "sms", "model": API["model"]}], "overrides.0.item"),
        ([{"item": "api", "model": API["model"]}] * 2, "overrides.1.item"),
        ([{"item": "api", "model": {"type": "per_unit"}}], "overrides.0.model.unit"),
        (
            [{"item": "api", "model": {"type": "matrix", "dimensions": ["x"], "prices": []}}],
            "overrides.0.model.dimensions.0",
        ),
    ],
)
def test_a_faulty_negotiated_price_is_refused_with_its_field(raw, field):
    with pytest.raises(BadPlan) as refusal:
        parse_overrides(raw, parse_items([API]), METERS)
    assert refusal.value.field == field

"""Plan items and negotiated prices are read strictly, and read back from facts."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from ledger.catalog.overrides import parse_overrides
from ledger.catalog.plans import parse_items, parse_plan
from ledger.catalog.prices import PerUnit
from ledger.catalog.records import (
    BundlePart,
    CommitmentItem,
    EntitlementItem,
    OneTimeItem,
    RecurringItem,
    UsageItem,
)
from ledger.errors import BadPlan, Refusal, UnknownMeter
from ledger.events.catalog import MeterDefined, PlanPublished

ENVELOPE = {
    "originator_id": uuid4(),
    "originator_version": 3,
    "timestamp": datetime(2026, 1, 1, tzinfo=UTC),
}
METERS = {
    "calls": MeterDefined(
        **ENVELOPE, meter="calls", aggregation="sum", dimensions=("region", "sku")
    )
}
API = {
    "item": "api",
    "kind": "usage",
    "meter": "calls",
    "interval": "month",
    "model": {"type": "per_unit", "unit": "0.01"},
}


def plan_of(*items):
    fact = PlanPublished(
        **ENVELOPE, plan="pro", currency="USD", starts_on=date(2026, 10, 1), items=items
    )
    return parse_plan(fact)


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
    names = [item.item for item in parse_items([{**API, "item": n} for n in "cab"])]
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
        ([{**API, "filter": ["eu"]}], "BAD_PLAN", "items.0.filter"),
        ([{**API, "filter": {"planet": "mars"}}], "BAD_PLAN", "items.0.filter.planet"),
        ([{**API, "filter": {"region": 5}}], "BAD_PLAN", "items.0.filter.region"),
        ([{**API, "group_by": "region"}], "BAD_PLAN", "items.0.group_by"),
        ([{**API, "group_by": []}], "BAD_PLAN", "items.0.group_by"),
        ([{**API, "group_by": ["region", "region"]}], "BAD_PLAN", "items.0.group_by.1"),
        ([{**API, "group_by": ["planet"]}], "BAD_PLAN", "items.0.group_by.0"),
        ([{**API, "minimum": 5}], "BAD_DECIMAL", "items.0.minimum"),
        ([{**API, "minimum": "-5"}], "BAD_PLAN", "items.0.minimum"),
        ([{**API, "minimum": "5", "maximum": "4"}], "BAD_PLAN", "items.0.maximum"),
        ([API, {**API, "item": "b"}], "BAD_PLAN", "items.1.filter"),
        (
            [{**API, "filter": {"region": "eu"}}, {**API, "item": "b", "filter": {"sku": "a"}}],
            "BAD_PLAN",
            "items.1.filter",
        ),
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


def test_two_items_may_share_a_meter_if_their_filters_exclude_each_other():
    eu = {**API, "filter": {"region": "eu", "sku": "a"}}
    us = {**API, "item": "us", "filter": {"region": "us"}}
    none = {**API, "item": "none", "filter": {"region": ""}}
    found = parse_items([eu, us, none], METERS)
    assert [item.filter["region"] for item in found] == ["eu", "us", ""]


def test_a_plan_of_before_that_was_a_rule_is_read_as_it_is():
    assert len(parse_items([API, {**API, "item": "b"}])) == 2


FEE = {"item": "fee", "kind": "recurring", "amount": "99", "interval": "month",
       "timing": "in_advance"}  # fmt: skip
LEAST = {"item": "least", "kind": "commitment", "amount": "500", "interval": "year"}
SETUP = {"item": "setup", "kind": "one_time", "amount": "250"}
QUOTA = {"item": "quota", "kind": "entitlement", "meter": "calls", "limit": "1000",
         "interval": "month"}  # fmt: skip
BUNDLE = [{"item": "app", "standalone": "60"}, {"item": "care", "standalone": "40"}]


def test_every_kind_of_item_has_its_defaults():
    version = plan_of(FEE, API, LEAST, SETUP, QUOTA)
    assert version.recurring_items == (RecurringItem("fee", Decimal(99), "month", "in_advance"),)
    assert [item.item for item in version.usage_items] == ["api"]
    assert version.commitment_items == (CommitmentItem("least", Decimal(500), "year", "as_billed"),)
    assert version.one_time_items == (OneTimeItem("setup", Decimal(250)),)
    assert version.entitlement_items == (EntitlementItem("quota", "calls", Decimal(1000), "month"),)
    assert [item.revenue_account for item in version.items[:4]] == ["4000", "4010", "4020", "4000"]
    (fee,) = version.recurring_items
    assert (fee.proration, fee.allocate) == ("day", ())


def test_items_may_say_all_they_may():
    fee, least, quota, api = plan_of(
        {**FEE, "timing": "in_arrears", "proration": "none", "allocate": BUNDLE},
        {**LEAST, "policy": "straight_line", "tax": "DE19"},
        {**QUOTA, "notify_at": ["80", "100.5"], "block": True},
        {**API, "group_by": ["sku", "region"], "filter": {"sku": "a"}, "minimum": "5",
         "maximum": "5"},
    ).items  # fmt: skip
    assert (fee.timing, fee.proration) == ("in_arrears", "none")
    assert fee.allocate == (BundlePart("app", Decimal(60)), BundlePart("care", Decimal(40)))
    assert (least.policy, least.tax) == ("straight_line", "DE19")
    assert (quota.notify_at, quota.block) == ((Decimal(80), Decimal("100.5")), True)
    assert (api.group_by, api.filter) == (("sku", "region"), {"sku": "a"})
    assert (api.minimum, api.maximum) == (Decimal(5), Decimal(5))


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"item": "fee", "kind": "recurring", "interval": "month", "timing": "in_advance"},
         "amount"),
        ({**FEE, "amount": "-1"}, "amount"),
        ({**FEE, "timing": "later"}, "timing"),
        ({**FEE, "timing": None}, "timing"),
        ({**FEE, "proration": "hour"}, "proration"),
        ({**FEE, "interval": "week"}, "interval"),
        ({**FEE, "meter": "calls"}, "meter"),
        ({**FEE, "allocate": BUNDLE[:1]}, "allocate"),
        ({**FEE, "allocate": [BUNDLE[0], BUNDLE[0]]}, "allocate.1.item"),
        ({**FEE, "allocate": [BUNDLE[0], {"item": "b", "standalone": "0"}]},
         "allocate.1.standalone"),
        ({**LEAST, "policy": "maybe"}, "policy"),
        ({**LEAST, "interval": None}, "interval"),
        ({**SETUP, "interval": "month"}, "interval"),
        ({**SETUP, "item": "a/b"}, "item"),
        ({**QUOTA, "limit": "0"}, "limit"),
        ({**QUOTA, "block": "yes"}, "block"),
        ({**QUOTA, "notify_at": "80"}, "notify_at"),
        ({**QUOTA, "notify_at": ["0"]}, "notify_at.0"),
        ({**QUOTA, "notify_at": ["80", "80.0"]}, "notify_at.1"),
        ({**QUOTA, "notify_at": ["100", "80"]}, "notify_at.1"),
    ],
)  # fmt: skip
def test_a_faulty_item_of_another_kind_is_refused_with_its_field(raw, field):
    with pytest.raises(BadPlan) as refusal:
        parse_items([raw], METERS)
    assert refusal.value.field == f"items.0.{field}"


def test_an_entitlement_needs_its_meter():
    with pytest.raises(UnknownMeter) as refusal:
        parse_items([{**QUOTA, "meter": "nope"}], METERS)
    assert refusal.value.field == "items.0.meter"


def test_a_negotiated_price_is_a_model_by_item():
    raw = [{"item": "api", "model": {"type": "per_unit", "unit": "0.005"}}]
    assert parse_overrides(raw, parse_items([API]), METERS) == {"api": PerUnit(Decimal("0.005"))}
    assert parse_overrides(()) == {}


def test_a_negotiated_fee_is_an_amount_by_item():
    raw = [{"item": "fee", "amount": "79.50"}, {"item": "least", "amount": "0"}]
    read = {"fee": Decimal("79.50"), "least": Decimal(0)}
    assert parse_overrides(raw, parse_items([FEE, LEAST])) == read
    assert parse_overrides(raw) == read


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ("api", "overrides"),
        (["api"], "overrides.0"),
        ([{"model": API["model"]}], "overrides.0.item"),
        ([{"item": "api"}], "overrides.0.model"),
        ([{"item": "api", "amount": "5"}], "overrides.0.amount"),
        ([{"item": "api", "amount": "5", "model": API["model"]}], "overrides.0.amount"),
        ([{"item": "fee", "model": API["model"]}], "overrides.0.model"),
        ([{"item": "fee"}], "overrides.0.amount"),
        ([{"item": "fee", "amount": "-1"}], "overrides.0.amount"),
        ([{"item": "quota", "amount": "1"}], "overrides.0.item"),
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
        parse_overrides(raw, parse_items([API, FEE, QUOTA]), METERS)
    assert refusal.value.field == field

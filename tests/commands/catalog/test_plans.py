"""Plans: published in versions, checked against meters, tax codes and who has them."""

from ledger.events.catalog import PlanPublished
from ledger.events.streams import stream

CALLS = {"item": "calls", "kind": "usage", "meter": "api", "interval": "month",
         "model": {"type": "per_unit", "unit": "0.02"}}  # fmt: skip
DISK = {"item": "disk", "kind": "usage", "meter": "disk", "interval": "month",
        "model": {"type": "per_unit", "unit": "1"}}  # fmt: skip
SETUP = {"item": "setup", "kind": "one_time", "amount": "250"}
MATRIX = {"type": "matrix", "dimensions": ["region"],
          "prices": [{"when": {"region": "eu"}, "unit": "0.03"}], "default": "0.05"}  # fmt: skip


def publish(ask, plan: str, items: list, **more):
    """Publish a plan in dollars from January on."""
    body = {"plan": plan, "currency": "USD", "from": "2026-01-01", "items": items, **more}
    return ask("publish_plan", **body)


def test_every_model_and_field_is_kept_as_sent(world, ledger):
    world("define_meter", meter="pay", aggregation="sum", dimensions=["region", "sku"])
    pay = {**CALLS, "meter": "pay"}
    items = [
        {**CALLS, "tax": "sales", "revenue_account": "4000", "discount_percent": "12.50"},
        {**pay, "item": "b", "filter": {"sku": "b"}, "group_by": ["region"], "minimum": "1.0",
         "maximum": "2", "model": {"type": "package", "size": "10", "amount": "100", "free": "10",
                                   "round": "down"}},
        {**pay, "item": "c", "filter": {"sku": "c"}, "interval": "quarter", "model": MATRIX},
        {**pay, "item": "d", "filter": {"sku": "d"}, "interval": "year", "model": {
            "type": "graduated", "tiers": [{"up_to": "10", "unit": "10", "flat": "2"},
                                           {"unit": "5"}]}},
        {**pay, "item": "e", "filter": {"sku": "e"},
         "model": {"type": "volume", "tiers": [{"flat": "1.00"}]}},
        {**pay, "item": "f", "filter": {"sku": "f"}, "model": {
            "type": "percentage", "rate": "2.9", "fixed": "0.30", "free_events": 5,
            "free_amount": "1.0", "min_per_event": "0", "max_per_event": "9"}},
        {**pay, "item": "g", "filter": {"sku": "g"}, "model": {
            "type": "graduated_percentage", "tiers": [{"up_to": "10", "rate": "2"},
                                                      {"rate": "1", "flat": "5"}]}},
        {**pay, "item": "h", "filter": {"sku": ""},
         "model": {"type": "dynamic", "amount_property": "price"}},
        {"item": "seats", "kind": "recurring", "amount": "10.00", "interval": "month",
         "timing": "in_advance", "proration": "none",
         "allocate": [{"item": "a", "standalone": "1"}, {"item": "b", "standalone": "2"}]},
        {"item": "least", "kind": "commitment", "amount": "500", "interval": "year",
         "policy": "straight_line"},
        {"item": "setup", "kind": "one_time", "amount": "250"},
        {"item": "quota", "kind": "entitlement", "meter": "pay", "limit": "1000",
         "interval": "month", "notify_at": ["80", "100"], "block": True},
    ]  # fmt: skip
    answer = publish(world, "all", items, tax_inclusive=True, applies_to="new")
    assert answer.status == "accepted", answer
    fact = ledger.books.latest(stream("plan", "all"))
    assert isinstance(fact, PlanPublished)
    assert list(fact.items) == items
    assert (fact.tax_inclusive, fact.applies_to) == (True, "new_subscriptions")


def test_publishing_again_makes_a_version(world, ledger):
    assert publish(world, "basic", [CALLS], **{"from": "2026-11-01"}).status == "accepted"
    facts = ledger.books.read_stream(stream("plan", "basic"))
    assert [fact.originator_version for fact in facts] == [1, 2]


REFUSED = [
    ([], "BAD_PLAN", "items"),
    ([CALLS, CALLS], "BAD_PLAN", "items.1.item"),
    ([{**CALLS, "item": "a/b"}], "BAD_PLAN", "items.0.item"),
    ([{**CALLS, "meter": "nope"}], "UNKNOWN_METER", "items.0.meter"),
    ([SETUP, {**CALLS, "item": "b", "tax": "nope"}], "UNKNOWN_TAX_CODE", "items.1.tax"),
    ([{**CALLS, "revenue_account": "9999"}], "UNKNOWN_LEDGER_ACCOUNT",
     "items.0.revenue_account"),
    ([{**CALLS, "revenue_account": "1100"}], "BAD_VALUE", "items.0.revenue_account"),
    ([CALLS, {**CALLS, "item": "b"}], "BAD_PLAN", "items.1.filter"),
    ([{**CALLS, "filter": {"colour": "red"}}], "BAD_PLAN", "items.0.filter.colour"),
    ([{**CALLS, "minimum": "2", "maximum": "1"}], "BAD_PLAN", "items.0.maximum"),
    ([{"item": "q", "kind": "entitlement", "meter": "nope", "limit": "1", "interval": "month"}],
     "UNKNOWN_METER", "items.0.meter"),
    ([{**CALLS, "discount_percent": "101"}], "BAD_PLAN", "items.0.discount_percent"),
    ([{**CALLS, "model": {**MATRIX, "dimensions": ["colour"]}}], "BAD_PLAN",
     "items.0.model.dimensions.0"),
    ([{**CALLS, "model": {"type": "per_unit", "unit": "-1"}}], "BAD_PLAN",
     "items.0.model.unit"),
    ([{**CALLS, "model": {"type": "volume", "tiers": [{"up_to": "5"}]}}], "BAD_PLAN",
     "items.0.model.tiers.0.up_to"),
]  # fmt: skip


def test_a_plan_that_makes_no_sense_is_refused(world, subtests):
    for items, code, field in REFUSED:
        with subtests.test(items=items):
            answer = publish(world, "bad", items)
            assert (answer.error.code, answer.error.field) == (code, field)


def test_a_plan_keeps_its_currency(world):
    answer = publish(world, "basic", [CALLS], currency="EUR")
    assert (answer.error.code, answer.error.field) == ("CURRENCY_MISMATCH", "currency")


def test_a_version_may_not_add_a_meter_that_another_subscription_prices(world):
    world("define_meter", meter="disk", aggregation="max")
    assert publish(world, "storage", [DISK]).status == "accepted"
    world("start_subscription", subscription="s-2", account="acme", plan="storage",
          from_="2026-10-01")  # fmt: skip
    answer = publish(world, "basic", [CALLS, DISK], **{"from": "2026-12-01"})
    assert (answer.error.code, answer.error.field) == ("SUBSCRIPTION_OVERLAP", "plan")
    free = publish(world, "basic", [CALLS], **{"from": "2026-12-01"})
    assert free.status == "accepted"


def test_a_version_for_new_subscriptions_adds_nothing_to_old_ones(world):
    world("define_meter", meter="disk", aggregation="max")
    publish(world, "storage", [DISK])
    world("start_subscription", subscription="s-2", account="acme", plan="storage",
          from_="2026-10-01")  # fmt: skip
    answer = publish(world, "basic", [CALLS, DISK], **{"from": "2026-12-01"}, applies_to="new")
    assert answer.status == "accepted", answer

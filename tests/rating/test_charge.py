"""Charges are cumulative, their deltas are posted once, and rating again yields nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.catalog.plans import parse_plan
from ledger.events import streams
from ledger.events.billing import Unpriced, UsageSet
from ledger.events.catalog import PlanPublished
from ledger.events.subscriptions import SubscriptionStarted
from ledger.money import plain, round_half
from ledger.rating import windows as rules
from ledger.rating.charge import NOTHING_DIGEST, Measured, Run, charge, zeroed
from ledger.rating.models import Group
from ledger.rating.timeline import Agreement

AT = datetime(2026, 11, 1, tzinfo=UTC)
PER_UNIT = {"type": "per_unit", "unit": "0.005"}
GRADUATED = {
    "type": "graduated",
    "tiers": [{"up_to": "10", "unit": "0.333", "flat": "2"}, {"unit": "0.0125", "flat": "1"}],
}


def due(subscription, versions, latest, through, tz):
    return rules.due(Agreement(subscription), lambda _: versions, latest, through, tz)


def on(text):
    return date.fromisoformat(text)


def plan(model=PER_UNIT, version=1, starts="2026-01-01", tax_inclusive=False, **item):
    base = {"item": "api", "kind": "usage", "meter": "calls", "interval": "month"}
    return parse_plan(
        PlanPublished(
            originator_id=uuid4(),
            originator_version=version,
            timestamp=AT,
            plan="pro",
            currency="USD",
            starts_on=on(starts),
            items=({**base, "model": model, **item},),
            tax_inclusive=tax_inclusive,
        )
    )


MINE = SubscriptionStarted(
    originator_id=uuid4(),
    originator_version=1,
    timestamp=AT,
    subscription="s",
    account="acme",
    entity="US",
    plan="pro",
    starts_on=on("2026-11-01"),
    anchor=1,
    quantity={},
)


def run(through, **more):
    return Run(
        entity="US",
        account="acme",
        at=AT,
        **{
            "currency": "USD",
            "rounding": "half_up",
            "through": on(through),
            "first_period": "2026-01",
            **more,
        },
    )


def measured(quantity, events=1, groups=()):
    digest = sha256(f"{quantity}/{events}".encode()).hexdigest() if events else NOTHING_DIGEST
    return Measured(UsageSet(1, 88, events, events, digest), Decimal(quantity), tuple(groups))


def rate(plans, previous, through, quantity, events=1, rate=None, **more):
    """Rate November through a day; return the next charge of its stream."""
    latest = [previous] if previous else []
    (first, *_), _ = due(MINE, plans, latest, on(through), "UTC")
    return charge(first, measured(quantity, events), run(through, **more), rate)


def test_daily_accruals_round_the_sum_and_never_the_day():
    posted, previous = [], None
    for day, units in [("2026-11-01", "67"), ("2026-11-02", "134"), ("2026-11-03", "201")]:
        previous = rate([plan()], previous, day, units)
        posted.append((str(previous.posted_on), plain(previous.posted)))
    assert posted == [("2026-11-01", "0.34"), ("2026-11-02", "0.33"), ("2026-11-03", "0.34")]
    assert plain(previous.accrued) == "1.01"
    half_even = rate([plan()], None, "2026-11-03", "201", rounding="half_even")
    assert plain(half_even.accrued) == "1.00"


def test_a_charge_says_what_it_is_and_what_it_follows():
    version = plan(tax="DE19", revenue_account="4000")
    first = rate([version], None, "2026-11-10", "100")
    second = rate([version], first, "2026-11-30", "300")
    assert (first.charge, first.corrects) == ("s/api/2026-11-01/1", None)
    assert (second.charge, second.corrects) == ("s/api/2026-11-01/2", first.charge)
    assert second.originator_id == streams.stream("charge", "s", "api", "2026-11-01")
    assert second.originator_version == 2
    assert second.causes == (MINE.cause, version.cause, first.cause)
    assert (plain(second.amount), plain(second.delta)) == ("1.5", "1")
    assert (second.period_from, second.period_to) == (on("2026-11-01"), on("2026-12-01"))
    assert (first.rated_to, second.rated_to) == (on("2026-11-11"), on("2026-12-01"))
    assert (second.tax_code, second.revenue_account) == ("DE19", "4000")


def test_a_correction_posts_the_difference():
    version = plan({"type": "per_unit", "unit": "0.01"})
    first = rate([version], None, "2026-11-20", "10000")
    second = rate([version], first, "2026-11-25", "1000", events=2)
    assert [plain(first.posted), plain(second.posted)] == ["100.00", "-90.00"]
    assert plain(second.delta) == "-90"


def test_rating_again_yields_nothing():
    first = rate([plan()], None, "2026-11-30", "67")
    assert rate([plan()], first, "2026-11-30", "67") is None


def test_a_longer_window_without_more_usage_yields_nothing():
    first = rate([plan()], None, "2026-11-10", "67")
    assert rate([plan()], first, "2026-11-30", "67") is None


def test_a_changed_set_makes_a_charge_even_at_delta_zero():
    first = rate([plan()], None, "2026-11-30", "67", events=1)
    second = rate([plan()], first, "2026-11-30", "67", events=2)
    assert (second.delta, second.posted, second.usage.count) == (0, 0, 2)


def test_an_exchanged_event_makes_a_charge_though_all_counts_agree():
    first = rate([plan()], None, "2026-11-30", "67")
    other = replace(first, usage=replace(first.usage, digest="00"))
    assert rate([plan()], other, "2026-11-30", "67").delta == 0


def test_usage_within_a_free_tier_is_charged_at_zero_so_that_it_can_be_traced():
    free = {"type": "graduated", "tiers": [{"up_to": "100"}, {"unit": "1"}]}
    made = rate([plan(free)], None, "2026-11-30", "67")
    assert (made.amount, made.posted, made.quantity, made.usage.count) == (0, 0, 67, 1)


def test_a_shorter_period_makes_a_charge_though_its_usage_stays():
    first = rate([plan()], None, "2026-11-30", "67")
    cut = [plan(), plan(version=2, starts="2026-11-16")]
    second = rate(cut, first, "2026-12-20", "67")
    assert (second.delta, second.period_to) == (0, on("2026-11-16"))


def test_nothing_used_costs_nothing_but_a_flat_fee():
    assert rate([plan()], None, "2026-11-30", "0", events=0) is None
    fee = rate([plan(GRADUATED)], None, "2026-11-30", "0", events=0)
    assert (plain(fee.amount), fee.usage.count) == ("2", 0)
    assert rate([plan(GRADUATED)], fee, "2026-11-30", "0", events=0) is None


@pytest.mark.parametrize(
    ("through", "closed", "posted_on"),
    [
        ("2026-11-10", (), "2026-11-10"),  # inside the period: the day of the run
        ("2026-12-20", (), "2026-11-30"),  # after it: the end of the service
        ("2026-12-20", ("2026-11",), "2026-12-01"),  # its month is closed
        ("2027-01-20", ("2026-11", "2026-12"), "2027-01-01"),
    ],
)
def test_a_delta_of_usage_is_dated_by_its_service(through, closed, posted_on):
    earlier = tuple(f"2026-{month:02d}" for month in range(1, 11)) if closed else ()
    made = rate([plan()], None, through, "67", closed=frozenset(earlier + closed))
    assert str(made.posted_on) == posted_on


def test_a_delta_of_a_price_is_dated_by_the_run():
    first = rate([plan()], None, "2026-11-30", "100")
    dearer = plan({"type": "per_unit", "unit": "0.01"}, version=2, starts="2026-11-01")
    second = rate([plan(), dearer], first, "2026-12-20", "100")
    assert (plain(second.posted), str(second.posted_on)) == ("0.50", "2026-12-20")
    assert second.plan_version == 2
    assert rate([plan(), dearer], second, "2026-12-20", "100") is None


def test_both_sides_of_a_cut_into_charged_days_are_dated_by_the_run():
    first = rate([plan()], None, "2026-11-30", "100")
    plans = [plan(), plan(version=2, starts="2026-11-16")]
    dues, _ = due(MINE, plans, [first], on("2026-12-20"), "UTC")
    halves = [charge(each, measured("50"), run("2026-12-20")) for each in dues[:2]]
    assert [(c.charge, plain(c.posted), str(c.posted_on)) for c in halves] == [
        ("s/api/2026-11-01/2", "-0.25", "2026-12-20"),
        ("s/api/2026-11-16/1", "0.25", "2026-12-20"),
    ]


def test_an_accrual_leaves_out_the_tax_that_a_price_includes():
    version = plan({"type": "per_unit", "unit": "1.19"}, tax_inclusive=True)
    made = rate([version], None, "2026-11-30", "100", rate=Decimal(19))
    assert (plain(made.amount), plain(made.accrued), made.tax_inclusive) == ("119", "100.00", True)
    again = rate([version], made, "2026-12-05", "100", rate=Decimal(16))
    assert (again.delta, plain(again.posted), str(again.posted_on)) == (0, "2.59", "2026-12-05")


def test_yen_accrue_whole():
    made = rate([plan()], None, "2026-11-30", "500", currency="JPY")
    assert (plain(made.amount), plain(made.accrued)) == ("2.5", "3")


def test_unpriced_usage_stands_in_its_charge():
    matrix = {
        "type": "matrix",
        "dimensions": ["region"],
        "prices": [{"when": {"region": "eu"}, "unit": "2"}],
    }
    groups = [
        Group({"region": "eu"}, Decimal(3), 1),
        Group({"region": "mars"}, Decimal(4), 2),
    ]
    ((first, *_), _) = due(MINE, [plan(matrix)], [], on("2026-11-30"), "UTC")
    made = charge(first, measured("7", 3, groups), run("2026-11-30"))
    assert (plain(made.amount), plain(made.quantity)) == ("6", "3")
    assert made.unpriced == Unpriced(count=2, quantity=Decimal(4))


def test_a_charge_without_its_window_is_rated_to_zero_once():
    first = rate([plan()], None, "2026-11-30", "100")
    zero = zeroed(first, run("2026-12-20"), to_position=99)
    assert (zero.charge, zero.corrects) == ("s/api/2026-11-01/2", "s/api/2026-11-01/1")
    assert (plain(zero.amount), plain(zero.delta)) == ("0", "-0.5")
    assert (plain(zero.accrued), plain(zero.posted)) == ("0.00", "-0.50")
    assert zero.usage == UsageSet(1, 99, 0, 0, sha256(b"").hexdigest())
    assert (zero.window_from, zero.period_to) == (zero.window_to, first.period_to)
    assert str(zero.posted_on) == "2026-12-20"
    assert zeroed(zero, run("2026-12-20"), to_position=100) is None


def test_a_window_that_comes_back_is_charged_again():
    first = rate([plan()], None, "2026-11-30", "100")
    zero = zeroed(first, run("2026-11-30"), to_position=99)
    back = rate([plan()], zero, "2026-11-30", "100")
    assert (back.originator_version, plain(back.posted)) == (3, "0.50")


steps = st.lists(st.tuples(st.integers(1, 30), st.decimals(0, 5000, places=3)), max_size=8)


@settings(deadline=None, max_examples=100)
@given(steps=steps, model=st.sampled_from([PER_UNIT, GRADUATED]))
def test_the_posted_deltas_sum_to_the_accrual_whatever_the_path(steps, model):
    total = Decimal(0)
    previous = direct = None
    posted = delta = Decimal(0)
    for day, quantity in sorted([*steps, (30, Decimal(1))]):
        total += quantity
        made = rate([plan(model)], previous, f"2026-11-{day:02d}", total)
        if made is not None:
            posted, delta, previous = posted + made.posted, delta + made.delta, made
    direct = rate([plan(model)], None, "2026-11-30", total)
    assert posted == previous.accrued == direct.accrued == round_half(direct.amount, 2)
    assert delta == previous.amount == direct.amount


@settings(deadline=None, max_examples=50)
@given(quantity=st.decimals(-(10**6), 10**6, places=6), through=st.integers(1, 30))
def test_rating_twice_is_rating_once(quantity, through):
    day = f"2026-11-{through:02d}"
    first = rate([plan(GRADUATED)], None, day, quantity)
    assert rate([plan(GRADUATED)], first, day, quantity) is None
    read_back = replace(first, usage=replace(first.usage, to_position=500))
    assert rate([plan(GRADUATED)], read_back, "2026-12-31", quantity) is None

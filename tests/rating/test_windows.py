"""Which windows of a subscription are due, and which charges lost theirs."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.catalog.plans import parse_plan
from ledger.catalog.prices import PerUnit
from ledger.events.billing import UsageSet
from ledger.events.catalog import PlanPublished
from ledger.events.subscriptions import SubscriptionStarted
from ledger.rating import windows as rules
from ledger.rating.charge import Measured, Run, charge, zeroed
from ledger.rating.timeline import Agreement

AT = datetime(2026, 1, 1, tzinfo=UTC)


def windows(subscription, versions, through, tz):
    return rules.windows(Agreement(subscription), lambda _: versions, through, tz)


def due(subscription, versions, latest, through, tz):
    return rules.due(Agreement(subscription), lambda _: versions, latest, through, tz)


def on(text):
    return date.fromisoformat(text)


def usage(item="api", interval="month"):
    model = {"type": "per_unit", "unit": "1"}
    return {"item": item, "kind": "usage", "meter": "calls", "interval": interval, "model": model}


def plan(version, starts, *items, applies_to="all"):
    return parse_plan(
        PlanPublished(
            originator_id=uuid4(),
            originator_version=version,
            timestamp=AT,
            plan="pro",
            currency="USD",
            starts_on=on(starts),
            items=items or (usage(),),
            applies_to=applies_to,
        )
    )


def subscription(starts, **more):
    return SubscriptionStarted(
        originator_id=uuid4(),
        originator_version=1,
        timestamp=AT,
        subscription="s",
        account="acme",
        entity="US",
        plan="pro",
        starts_on=on(starts),
        **{"anchor": on(starts).day, "quantity": {}, **more},
    )


def shown(found):
    return [f"{w.period.start} {w.period.end} {w.rated_to} v{w.version.version}" for w in found]


def rate(subscription, versions, latest, through, units="5"):
    """Rate everything due with some usage, and return the latest charge of every stream."""
    dues, gone = due(subscription, versions, latest, on(through), "UTC")
    run = Run("US", "acme", "USD", "half_up", on(through), AT, "2026-01")
    charges = {(each.item, each.period_from): each for each in latest}
    measured = Measured(UsageSet(1, 9, 1, 1, "ab"), Decimal(units))
    made = [charge(each, measured, run) for each in dues] + [zeroed(c, run, 9) for c in gone]
    charges.update({(c.item, c.period_from): c for c in made if c})
    return list(charges.values()), dues, gone


def test_a_month_is_rated_as_far_as_the_run_goes():
    mine = subscription("2026-10-01")
    plans = [plan(1, "2026-01-01")]
    assert shown(windows(mine, plans, on("2026-10-10"), "UTC")) == [
        "2026-10-01 2026-11-01 2026-10-11 v1"
    ]
    assert shown(windows(mine, plans, on("2026-11-01"), "UTC")) == [
        "2026-10-01 2026-11-01 2026-11-01 v1",
        "2026-11-01 2026-12-01 2026-11-02 v1",
    ]
    assert windows(mine, plans, on("2026-09-30"), "UTC") == ()


def test_a_window_is_its_days_in_the_time_zone_of_the_account():
    (window,) = windows(
        subscription("2026-10-01"), [plan(1, "2026-01-01")], on("2026-10-31"), "Europe/Berlin"
    )
    assert window.window_from == datetime(2026, 9, 30, 22, tzinfo=UTC)
    assert window.window_to == datetime(2026, 10, 31, 23, tzinfo=UTC)


def test_usage_in_a_trial_is_free():
    mine = subscription("2026-10-01", trial_until=on("2026-11-10"))
    (window,) = windows(mine, [plan(1, "2026-01-01")], on("2026-11-30"), "UTC")
    assert shown([window]) == ["2026-11-01 2026-12-01 2026-12-01 v1"]
    assert window.window_from == datetime(2026, 11, 10, tzinfo=UTC)
    assert windows(mine, [plan(1, "2026-01-01")], on("2026-11-09"), "UTC") == ()


def test_a_period_is_cut_where_a_version_begins_even_one_still_to_come():
    mine = subscription("2026-10-01")
    plans = [plan(1, "2026-01-01"), plan(2, "2026-10-15")]
    assert shown(windows(mine, plans, on("2026-10-10"), "UTC")) == [
        "2026-10-01 2026-10-15 2026-10-11 v1"
    ]
    assert shown(windows(mine, plans, on("2026-11-30"), "UTC")) == [
        "2026-10-01 2026-10-15 2026-10-15 v1",
        "2026-10-15 2026-11-01 2026-11-01 v2",
        "2026-11-01 2026-12-01 2026-12-01 v2",
    ]


def test_items_come_and_go_with_the_versions_and_keep_their_intervals():
    plans = [
        plan(1, "2026-01-01", usage("api"), usage("disk", "quarter")),
        plan(2, "2026-11-01", usage("api"), usage("sms")),
    ]
    found = windows(subscription("2026-10-01"), plans, on("2026-11-30"), "UTC")
    assert [(w.item.item, str(w.period.start), str(w.period.end)) for w in found] == [
        ("api", "2026-10-01", "2026-11-01"),
        ("disk", "2026-10-01", "2026-11-01"),
        ("api", "2026-11-01", "2026-12-01"),
        ("sms", "2026-11-01", "2026-12-01"),
    ]


def test_a_negotiated_price_holds_in_every_version():
    half = [{"item": "api", "model": {"type": "per_unit", "unit": "0.5"}}]
    mine = subscription("2026-10-01", overrides=tuple(half))
    found = windows(mine, [plan(1, "2026-01-01"), plan(2, "2026-10-15")], on("2026-10-31"), "UTC")
    assert [w.item.model for w in found] == [PerUnit(Decimal("0.5"))] * 2


def test_a_window_names_what_caused_it():
    mine, version = subscription("2026-10-01"), plan(1, "2026-01-01")
    (window,) = windows(mine, [version], on("2026-10-31"), "UTC")
    assert window.causes == (mine.cause, version.cause)


def test_a_run_that_goes_less_far_takes_nothing_back():
    mine, plans = subscription("2026-10-01"), [plan(1, "2026-01-01")]
    charges, *_ = rate(mine, plans, [], "2026-11-20")
    assert [str(c.rated_to) for c in charges] == ["2026-11-01", "2026-11-21"]
    again, dues, gone = rate(mine, plans, charges, "2026-10-10")
    assert shown(each.window for each in dues) == ["2026-10-01 2026-11-01 2026-11-01 v1"]
    assert (again, gone) == (charges, ())
    _, dues, gone = rate(mine, plans, charges, "2026-11-10")
    assert [str(each.window.rated_to) for each in dues] == ["2026-11-01", "2026-11-21"]
    assert gone == ()


def test_a_cut_that_appears_later_shrinks_the_first_window_and_reprices_both():
    mine = subscription("2026-10-01")
    first, second = plan(1, "2026-01-01"), plan(2, "2026-10-15")
    charges, *_ = rate(mine, [first], [], "2026-10-31")
    _, dues, gone = rate(mine, [first, second], charges, "2026-11-10")
    assert [(str(d.window.period.start), d.repriced) for d in dues] == [
        ("2026-10-01", True),
        ("2026-10-15", True),
        ("2026-11-01", False),
    ]
    assert gone == ()


def test_a_nearer_run_keeps_days_that_a_later_cut_gave_to_another_window():
    mine = subscription("2026-10-01")
    first, second = plan(1, "2026-01-01"), plan(2, "2026-10-20")
    charges, *_ = rate(mine, [first], [], "2026-10-31")
    for through in ("2026-10-15", "2026-10-25"):
        _, dues, gone = rate(mine, [first, second], charges, through)
        assert [(str(d.window.period.start), str(d.window.rated_to), d.repriced) for d in dues] == [
            ("2026-10-01", "2026-10-20", True),
            ("2026-10-20", "2026-11-01", True),
        ]
        assert gone == ()


def test_a_nearer_run_leaves_a_later_period_alone_though_its_item_is_gone():
    mine = subscription("2026-10-01")
    before = plan(1, "2026-01-01", usage("api"), usage("sms"))
    charges, *_ = rate(mine, [before], [], "2026-11-10")
    plans = [before, plan(2, "2026-11-01", usage("api"))]
    assert rate(mine, plans, charges, "2026-10-31")[2] == ()
    assert [c.item for c in rate(mine, plans, charges, "2026-11-01")[2]] == ["sms"]


def test_a_version_announced_in_time_reprices_nothing():
    mine = subscription("2026-10-01")
    first, second = plan(1, "2026-01-01"), plan(2, "2026-10-15")
    charges, *_ = rate(mine, [first], [], "2026-10-14")
    _, dues, _ = rate(mine, [first, second], charges, "2026-10-31")
    assert [d.repriced for d in dues] == [False, False]


def test_a_new_price_for_charged_days_reprices_them():
    mine = subscription("2026-10-01")
    charges, *_ = rate(mine, [plan(1, "2026-01-01")], [], "2026-10-31")
    _, dues, _ = rate(mine, [plan(1, "2026-01-01"), plan(2, "2026-10-01")], charges, "2026-10-31")
    assert [(d.window.version.version, d.repriced) for d in dues] == [(2, True)]


def test_a_charge_whose_item_is_gone_is_rated_to_zero_once():
    mine = subscription("2026-10-01")
    before = plan(1, "2026-01-01", usage("api"), usage("sms"))
    charges, *_ = rate(mine, [before], [], "2026-10-31")
    plans = [before, plan(2, "2026-10-01", usage("api"))]
    after, _, gone = rate(mine, plans, charges, "2026-10-31")
    assert [c.item for c in gone] == ["sms"]
    (zero,) = [c for c in after if c.item == "sms"]
    assert (zero.amount, zero.corrects) == (0, "s/sms/2026-10-01/1")
    again, _, gone = rate(mine, plans, after, "2026-10-31")
    assert again == after
    assert [c.item for c in gone] == ["sms"]


def test_days_whose_charge_was_taken_back_are_free_for_usage_again():
    mine, whole = subscription("2026-10-01"), plan(1, "2026-01-01")
    cut = plan(2, "2026-10-15")
    charges, *_ = rate(mine, [whole, cut], [], "2026-10-31")
    # The version that cut the month no longer reaches this subscription: its part is gone.
    uncut, _, gone = rate(mine, [whole], charges, "2026-10-31")
    assert [str(c.period_from) for c in gone] == ["2026-10-15"]
    later = [c for c in uncut if str(c.period_from) == "2026-10-15"]
    dues, _ = due(mine, [whole, plan(3, "2026-10-20")], later, on("2026-10-31"), "UTC")
    assert [d.repriced for d in dues] == [False, False]


@settings(deadline=None, max_examples=100)
@given(
    start=st.dates(date(2026, 1, 1), date(2026, 3, 31)),
    anchor=st.integers(1, 31),
    cuts=st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=4, unique=True),
    length=st.integers(0, 400),
    interval=st.sampled_from(["month", "quarter", "year"]),
)
def test_windows_cover_every_day_of_service_exactly_once(start, anchor, cuts, length, interval):
    mine = subscription(start.isoformat(), anchor=anchor)
    through = start + timedelta(days=length)
    plans = [plan(1, "2020-01-01", usage(interval=interval))]
    plans += [plan(2 + n, str(cut), usage(interval=interval)) for n, cut in enumerate(cuts)]
    found = windows(mine, plans, through, "America/Havana")
    assert found[0].period.start == start
    assert found[-1].rated_to == through + timedelta(days=1)
    for one, other in pairwise(found):
        assert one.period.end == one.rated_to == other.period.start
        assert one.window_to == other.window_from
    starts = {w.period.start for w in found}
    assert {cut for cut in cuts if start < cut <= through} <= starts

"""What holds of a subscription from day to day."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations
from uuid import uuid4

from ledger.catalog.plans import parse_plan
from ledger.events.catalog import PlanPublished
from ledger.events.subscriptions import (
    SubscriptionChanged,
    SubscriptionEnded,
    SubscriptionStarted,
)
from ledger.rating.timeline import Agreement, agreed_on, timeline

AT = datetime(2026, 1, 1, tzinfo=UTC)
STREAM = uuid4()


def on(text):
    return date.fromisoformat(text)


def plan(name, starts="2026-01-01", version=1, applies_to="all"):
    item = {"item": "base", "kind": "recurring", "amount": "99", "interval": "month",
            "timing": "in_advance"}  # fmt: skip
    return parse_plan(
        PlanPublished(
            originator_id=uuid4(), originator_version=version, timestamp=AT, plan=name,
            currency="USD", starts_on=on(starts), items=(item,), applies_to=applies_to,
        )
    )  # fmt: skip


def started(starts="2026-12-01", **seats):
    return SubscriptionStarted(
        originator_id=STREAM, originator_version=1, timestamp=AT, subscription="s", account="acme",
        entity="US", plan="basic", starts_on=on(starts), anchor=on(starts).day,
        quantity=counts(seats),
    )  # fmt: skip


def counts(seats):
    return {name: Decimal(number) for name, number in seats.items()}


def changed(version, day, plan=None, **seats):
    return SubscriptionChanged(
        originator_id=STREAM, originator_version=version, timestamp=AT, subscription="s",
        account="acme", starts_on=on(day), plan=plan, quantity=counts(seats),
    )  # fmt: skip


def ended(version, day, credit_unused=False):
    return SubscriptionEnded(
        originator_id=STREAM, originator_version=version, timestamp=AT, subscription="s",
        account="acme", ends_on=on(day), credit_unused=credit_unused,
    )  # fmt: skip


PLANS = {"basic": [plan("basic")], "pro": [plan("pro")]}


def shown(agreement, until="2027-02-01", plans=PLANS):
    return [
        f"{t.start:%m-%d} {t.end:%m-%d} {t.version.plan} v{t.version.version} x{t.how_many('base')}"
        for t in timeline(agreement, plans.__getitem__, on(until))
    ]


def test_plan_and_seats_change_from_day_to_day_until_the_end():
    agreement = Agreement(
        started(base="5"),
        (changed(2, "2026-12-12", "pro"), changed(3, "2026-12-20", base="6")),
        ended(4, "2027-01-01"),
    )
    assert shown(agreement) == [
        "12-01 12-12 basic v1 x5",
        "12-12 12-20 pro v1 x5",
        "12-20 01-01 pro v1 x6",
    ]


def test_an_item_that_is_not_named_counts_once():
    assert shown(Agreement(started())) == ["12-01 02-01 basic v1 x1"]


def test_of_two_changes_of_a_day_the_one_recorded_later_holds():
    first, second = changed(2, "2026-12-12", "pro", base="2"), changed(3, "2026-12-12", "basic")
    assert shown(Agreement(started(), (first, second)))[1:] == ["12-12 02-01 basic v1 x2"]


def test_a_change_dated_back_leaves_what_was_agreed_for_later_days():
    later, earlier = changed(2, "2026-12-20", base="9"), changed(3, "2026-12-10", "pro", base="3")
    assert shown(Agreement(started(), (later, earlier))) == [
        "12-01 12-10 basic v1 x1",
        "12-10 12-20 pro v1 x3",
        "12-20 02-01 pro v1 x9",
    ]


def test_a_change_back_and_forth_takes_the_plan_anew():
    plans = {**PLANS, "basic": [plan("basic"), plan("basic", "2026-12-15", 2, "new_subscriptions")]}
    agreement = Agreement(
        started(), (changed(2, "2026-12-12", "pro"), changed(3, "2026-12-20", "basic"))
    )
    assert shown(agreement, plans=plans) == [
        "12-01 12-12 basic v1 x1",
        "12-12 12-20 pro v1 x1",
        "12-20 02-01 basic v2 x1",
    ]
    stays = Agreement(started(), (changed(2, "2026-12-20", base="2"),))
    assert shown(stays, plans=plans)[1] == "12-20 02-01 basic v1 x2"


def test_terms_are_cut_where_a_version_begins():
    plans = {**PLANS, "pro": [plan("pro"), plan("pro", "2026-12-20", 2)]}
    agreement = Agreement(started(), (changed(2, "2026-12-12", "pro"),))
    assert shown(agreement, plans=plans)[1:] == ["12-12 12-20 pro v1 x1", "12-20 02-01 pro v2 x1"]


def test_what_ends_before_it_started_to_serve_has_no_terms():
    assert shown(Agreement(started(), (), ended(2, "2026-12-01"))) == []


def test_changes_on_or_after_the_end_do_not_count():
    agreement = Agreement(started(), (changed(2, "2026-12-20", "pro"),), ended(3, "2026-12-12"))
    assert shown(agreement) == ["12-01 12-12 basic v1 x1"]


def test_terms_name_the_facts_behind_them():
    first, second = changed(2, "2026-12-12", "pro"), changed(3, "2026-12-20", base="6")
    agreement = Agreement(started(), (first, second))
    named = [t.causes for t in timeline(agreement, PLANS.__getitem__, on("2027-01-01"))]
    start, basic, pro = agreement.started.cause, PLANS["basic"][0].cause, PLANS["pro"][0].cause
    assert named == [
        (start, basic),
        (start, first.cause, pro),
        (start, first.cause, second.cause, pro),
    ]


def test_days_decide_and_not_the_order_of_recording():
    days = [("2026-12-05", None, 2), ("2026-12-12", "pro", 3), ("2026-12-20", "basic", 4)]
    found = set()
    for order in permutations(days):
        changes = tuple(
            changed(n, day, plan, base=str(seats)) for n, (day, plan, seats) in enumerate(order, 2)
        )
        found.add(tuple(shown(Agreement(started(), changes))))
    assert len(found) == 1


def test_what_is_agreed_on_a_day():
    agreement = Agreement(started(base="5"), (changed(2, "2026-12-12", "pro"),))
    assert [agreed_on(agreement, on(day)).plan for day in ("2026-12-11", "2026-12-12")] == [
        "basic",
        "pro",
    ]
    assert agreed_on(agreement, on("2026-11-01")).plan == "basic"
